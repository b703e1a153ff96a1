//! The steps of one work on one connection.

use std::pin::pin;

use futures_util::TryStreamExt;
use tokio_postgres::{Row, RowStream};
use work::{Answer, Otherwise, Outcome, Refusal, Shape, Statement, Step, Work};

use super::row;
use super::session::Session;
use super::trouble::Trouble;
use crate::StoreError;

/// Bytes of a page's body with which it ends, though there may be more rows than it was asked for.
const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// Rows of a page for which there is room from the start.
const AHEAD: usize = 24;
/// Bytes of one row at most: a row may bring many others along.
const ROW_BYTES: usize = 8 * 1024 * 1024;

/// Runs statements one after the other. What begins a transaction travels with the first of them.
pub(super) struct Run<'a> {
    session: &'a Session,
    before: Option<String>,
    gathers_ids: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(session: &'a Session, before: Option<String>) -> Run<'a> {
        Run { session, before, gathers_ids: false }
    }

    /// Runs all steps. Unless it is done, the caller has to roll back.
    pub(super) async fn steps(&mut self, work: &Work) -> Result<Outcome, Trouble> {
        let mut answer = Answer::default();
        self.gathers_ids = work.gathers_ids;
        for step in &work.steps {
            match self.step(step, &mut answer).await {
                Ok(None) => {}
                Ok(Some(refusal)) | Err(Trouble::Refused(refusal)) => return Ok(Outcome::Refused(refusal)),
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(Outcome::Done(answer))
    }

    /// The answer that the row of a statement is, if it has one.
    pub(super) async fn answer(&mut self, statement: &Statement, shape: &Shape) -> Result<Option<Answer>, Trouble> {
        let mut answer = Answer::default();
        Ok(self.one(statement, shape, &mut answer).await?.then_some(answer))
    }

    /// Why the steps go no further, if they do not.
    async fn step(&mut self, step: &Step, answer: &mut Answer) -> Result<Option<Refusal>, Trouble> {
        let none = match step {
            Step::One { statement, shape, none } => (!self.one(statement, shape, answer).await?).then_some(none),
            Step::Page { statement, shape, limit } => {
                self.page(statement, shape, *limit, answer).await?;
                None
            }
            Step::Count(statement) => {
                answer.count = Some(self.integer(statement).await?);
                None
            }
            Step::Require { statement, none } | Step::Change { statement, none } => {
                (self.rows(statement).await? == 0).then_some(none)
            }
            Step::Run(statement) => {
                self.rows(statement).await?;
                None
            }
        };
        match none {
            None => Ok(None),
            Some(none) => self.otherwise(none).await.map(Some),
        }
    }

    /// Whether there was a row.
    async fn one(&mut self, statement: &Statement, shape: &Shape, answer: &mut Answer) -> Result<bool, Trouble> {
        let rows = self.send(statement).await?;
        let mut unread = None;
        let found = first(rows, shape, answer, &mut unread).await;
        let found = found.map_err(|error| Trouble::of(&error, &statement.sql))?;
        unread.map_or(Ok(found), |error| Err(error.into()))
    }

    async fn page(
        &mut self,
        statement: &Statement,
        shape: &Shape,
        limit: usize,
        answer: &mut Answer,
    ) -> Result<(), Trouble> {
        let json = !shape.columns.is_empty();
        let gathers_ids = self.gathers_ids;
        answer.captured.clear();
        answer.ids.clear();
        if json {
            answer.body.clear();
            answer.body.push(b'[');
            answer.rows = 0;
        }
        let (mut read, mut more) = (0, false);
        self.each(statement, |row| {
            more |= read == limit || (json && answer.rows > 0 && answer.body.len() >= PAGE_BYTES);
            if more {
                return Ok(());
            }
            if json {
                let end = answer.body.len();
                if answer.rows > 0 {
                    answer.body.push(b',');
                }
                match write_bounded(row, shape, &mut answer.body) {
                    // Too long even for a page of its own, which is what the next one tells.
                    Err(StoreError::TooLarge) if answer.rows > 0 => {
                        answer.body.truncate(end);
                        more = true;
                        return Ok(());
                    }
                    other => other?,
                }
                answer.rows += 1;
                if answer.rows == 1 {
                    // Most rows are about as long as the first.
                    let rest = answer.body.len().saturating_mul(limit.min(AHEAD));
                    answer.body.reserve(rest.min(PAGE_BYTES / 64));
                }
            }
            read += 1;
            row::capture(row, shape, &mut answer.captured)?;
            if gathers_ids {
                answer.ids.extend(answer.captured.last().cloned());
            }
            Ok(())
        })
        .await?;
        if json {
            answer.body.push(b']');
        }
        answer.more = more;
        Ok(())
    }

    async fn integer(&mut self, statement: &Statement) -> Result<i64, Trouble> {
        let mut integer = None;
        self.each(statement, |row| {
            integer = Some(row::integer(row)?);
            Ok(())
        })
        .await?;
        integer.ok_or_else(|| StoreError::broken("a count returned no row").into())
    }

    /// How many rows it returned or changed.
    pub(super) async fn rows(&mut self, statement: &Statement) -> Result<u64, Trouble> {
        self.each(statement, |_| Ok(())).await
    }

    async fn otherwise(&mut self, none: &Otherwise) -> Result<Refusal, Trouble> {
        match none {
            Otherwise::Refuse(refusal) => Ok(refusal.clone()),
            Otherwise::Probe { statement, refusals } => {
                let place = self.integer(statement).await?;
                let named = usize::try_from(place).ok().and_then(|place| refusals.get(place));
                let named = named.or(refusals.first()).cloned();
                named.ok_or_else(|| StoreError::broken("a probe has no refusals").into())
            }
        }
    }

    /// Reads every row of a statement, to its end: only there the server says whether all went well.
    pub(super) async fn each(
        &mut self,
        statement: &Statement,
        read: impl FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<u64, Trouble> {
        let rows = self.send(statement).await?;
        let mut unread = None;
        let affected = each(rows, read, &mut unread).await.map_err(|error| Trouble::of(&error, &statement.sql))?;
        unread.map_or(Ok(affected), |error| Err(error.into()))
    }

    async fn send(&mut self, statement: &Statement) -> Result<RowStream, Trouble> {
        let before = self.before.take();
        let sent = self.session.send(before.as_deref(), statement).await;
        sent.map_err(|error| Trouble::of(&error, &statement.sql))
    }
}

/// The first row as an answer. Whether there was one; `unread` is why it cannot be shown.
pub(super) async fn first(
    rows: RowStream,
    shape: &Shape,
    answer: &mut Answer,
    unread: &mut Option<StoreError>,
) -> Result<bool, tokio_postgres::Error> {
    let mut first = true;
    let read = |row: &Row| {
        if !std::mem::take(&mut first) {
            return Ok(());
        }
        if !shape.columns.is_empty() {
            answer.body.clear();
            write_bounded(row, shape, &mut answer.body)?;
            answer.rows = 1;
        }
        row::capture(row, shape, &mut answer.captured)
    };
    each(rows, read, unread).await?;
    Ok(!first)
}

/// Reads all rows, to the end even if one of them cannot be read.
async fn each(
    rows: RowStream,
    mut read: impl FnMut(&Row) -> Result<(), StoreError>,
    unread: &mut Option<StoreError>,
) -> Result<u64, tokio_postgres::Error> {
    let mut rows = pin!(rows);
    while let Some(row) = rows.as_mut().try_next().await? {
        if unread.is_none() {
            *unread = read(&row).err();
        }
    }
    Ok(affected(&rows))
}

/// The object of a row that is not too long.
fn write_bounded(row: &Row, shape: &Shape, body: &mut Vec<u8>) -> Result<(), StoreError> {
    let start = body.len();
    row::write_object(row, shape, body)?;
    if body.len() - start > ROW_BYTES { Err(StoreError::TooLarge) } else { Ok(()) }
}

fn affected(rows: &RowStream) -> u64 {
    rows.rows_affected().unwrap_or_default()
}
