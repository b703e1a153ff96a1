//! The steps of one work on one connection, inside a transaction that somebody else has begun.

use rusqlite::{CachedStatement, Connection, ErrorCode, Row};
use work::{Answer, Mode, Otherwise, Outcome, Refusal, Shape, Statement, Step, Work};

use super::row::{self, Param};
use super::{conflict, gathered, idempotency};
use crate::StoreError;

/// Bytes of a page's body with which it ends, though there may be more rows than it was asked for.
const PAGE_BYTES: usize = 8 * 1024 * 1024;

/// Runs all steps, or answers what was answered before under the same key. Unless it is done, the caller has to roll back.
pub(crate) fn run(connection: &Connection, work: &Work) -> Result<Outcome, StoreError> {
    let Some(idempotency) = &work.idempotency else { return run_steps(connection, work) };
    if let Some(outcome) = idempotency::find(connection, idempotency)? {
        return Ok(outcome);
    }
    let outcome = run_steps(connection, work)?;
    if let Outcome::Done(answer) = &outcome {
        idempotency::keep(connection, idempotency, answer)?;
    }
    Ok(outcome)
}

fn run_steps(connection: &Connection, work: &Work) -> Result<Outcome, StoreError> {
    let to_the_end = work.mode == Mode::Write;
    let mut run = Run { connection, to_the_end, gathers_ids: work.gathers_ids, answer: Answer::default() };
    for step in &work.steps {
        match run.step(step) {
            Ok(()) => {}
            Err(Stop::Refused(refusal)) => return Ok(Outcome::Refused(refusal)),
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Sqlite(error)) => {
                return match conflict::refusal(connection, &error) {
                    Some(refusal) => Ok(Outcome::Refused(refusal)),
                    None => Err(error.into()),
                };
            }
        }
    }
    Ok(Outcome::Done(run.answer))
}

/// Why the steps go no further.
enum Stop {
    Refused(Refusal),
    Sqlite(rusqlite::Error),
    Failed(StoreError),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Stop {
        Stop::Sqlite(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Failed(error)
    }
}

struct Run<'a> {
    connection: &'a Connection,
    /// A statement that writes must be stepped to its end: only there SQLite checks its foreign keys.
    to_the_end: bool,
    gathers_ids: bool,
    answer: Answer,
}

impl Run<'_> {
    fn step(&mut self, step: &Step) -> Result<(), Stop> {
        match step {
            Step::One { statement, shape, none } => {
                if !self.one(statement, shape)? {
                    return self.otherwise(none);
                }
            }
            Step::Page { statement, shape, limit } => self.page(statement, shape, *limit)?,
            Step::Count(statement) => self.answer.count = Some(self.integer(statement)?),
            Step::Require { statement, none } => {
                let found = self.exists(statement)?;
                if !found {
                    return self.otherwise(none);
                }
            }
            Step::Change { statement, none } => {
                if self.change(statement)? == 0 {
                    return self.otherwise(none);
                }
            }
            Step::Run(statement) => {
                self.change(statement)?;
            }
        }
        Ok(())
    }

    /// Whether there was a row.
    fn one(&mut self, statement: &Statement, shape: &Shape) -> Result<bool, Stop> {
        let mut prepared = prepare(self.connection, statement)?;
        let mut rows = prepared.raw_query();
        let Some(row) = rows.next()? else { return Ok(false) };
        if !shape.columns.is_empty() {
            self.answer.body.clear();
            row::write_object(row, shape, &mut self.answer.body)?;
            self.answer.rows = 1;
        }
        row::capture(row, shape, &mut self.answer.captured)?;
        while self.to_the_end && rows.next()?.is_some() {}
        Ok(true)
    }

    fn page(&mut self, statement: &Statement, shape: &Shape, limit: usize) -> Result<(), Stop> {
        let mut prepared = prepare(self.connection, statement)?;
        let mut rows = prepared.raw_query();
        let mut page = Page::new(&mut self.answer, shape, self.gathers_ids);
        let mut read = 0;
        let more = loop {
            gathered::begin_row();
            match rows.next() {
                Ok(None) => break false,
                Ok(Some(_)) if read == limit || page.is_long() => break true,
                Ok(Some(row)) => page.push(row)?,
                // Too long even for a page of its own, which is what the next one tells.
                Err(error) if read > 0 && is_too_big(&error) => break true,
                Err(error) => return Err(error.into()),
            }
            read += 1;
        };
        page.close();
        self.answer.more = more;
        while self.to_the_end && more && rows.next()?.is_some() {}
        Ok(())
    }

    fn integer(&self, statement: &Statement) -> Result<i64, Stop> {
        let mut prepared = prepare(self.connection, statement)?;
        let mut rows = prepared.raw_query();
        let row = rows.next()?.ok_or_else(|| StoreError::broken("a count returned no row"))?;
        row.get(0).map_err(|_| StoreError::broken("a count returned no integer").into())
    }

    fn exists(&self, statement: &Statement) -> Result<bool, Stop> {
        let mut prepared = prepare(self.connection, statement)?;
        let mut rows = prepared.raw_query();
        let found = rows.next()?.is_some();
        while found && self.to_the_end && rows.next()?.is_some() {}
        Ok(found)
    }

    fn change(&self, statement: &Statement) -> Result<u64, Stop> {
        let mut prepared = prepare(self.connection, statement)?;
        let mut rows = prepared.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        Ok(self.connection.changes())
    }

    fn otherwise(&self, none: &Otherwise) -> Result<(), Stop> {
        let refusal = match none {
            Otherwise::Refuse(refusal) => refusal,
            Otherwise::Probe { statement, refusals } => {
                let place = self.integer(statement)?;
                let named = usize::try_from(place).ok().and_then(|place| refusals.get(place));
                named.or(refusals.first()).ok_or_else(|| StoreError::broken("a probe has no refusals"))?
            }
        };
        Err(Stop::Refused(refusal.clone()))
    }
}

fn is_too_big(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::TooBig)
}

fn prepare<'a>(connection: &'a Connection, statement: &Statement) -> Result<CachedStatement<'a>, Stop> {
    gathered::begin_row();
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    // SQLite would take a missing parameter for null without a word.
    if prepared.parameter_count() != statement.params.len() {
        let message = format!(
            "{} parameters for a statement that takes {}: {}",
            statement.params.len(),
            prepared.parameter_count(),
            statement.sql
        );
        return Err(StoreError::broken(message).into());
    }
    for (place, value) in statement.params.iter().enumerate() {
        prepared.raw_bind_parameter(place + 1, Param(value))?;
    }
    Ok(prepared)
}

/// The page that is being read into an answer.
struct Page<'a> {
    answer: &'a mut Answer,
    shape: &'a Shape,
    json: bool,
    gathers_ids: bool,
}

impl<'a> Page<'a> {
    fn new(answer: &'a mut Answer, shape: &'a Shape, gathers_ids: bool) -> Page<'a> {
        let json = !shape.columns.is_empty();
        answer.captured.clear();
        answer.ids.clear();
        if json {
            answer.body.clear();
            answer.body.push(b'[');
            answer.rows = 0;
        }
        Page { answer, shape, json, gathers_ids }
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        if self.json {
            if self.answer.rows > 0 {
                self.answer.body.push(b',');
            }
            row::write_object(row, self.shape, &mut self.answer.body)?;
            self.answer.rows += 1;
        }
        row::capture(row, self.shape, &mut self.answer.captured)?;
        if self.gathers_ids {
            self.answer.ids.extend(self.answer.captured.last().cloned());
        }
        Ok(())
    }

    fn is_long(&self) -> bool {
        self.json && self.answer.rows > 0 && self.answer.body.len() >= PAGE_BYTES
    }

    fn close(&mut self) {
        if self.json {
            self.answer.body.push(b']');
        }
    }
}
