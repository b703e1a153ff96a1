//! How writes become one transaction: each undone by itself if it is refused, one commit for all, and what happens when
//! that fails.

use work::{Outcome, Step, Work};

use crate::connection::Handle;
use crate::{StoreError, steps};

use rusqlite::Connection;

/// A work and what came of it.
pub(crate) struct Write<R> {
    pub(crate) work: Work,
    pub(crate) reply: R,
    pub(crate) result: Result<Outcome, StoreError>,
}

/// Runs one work in a transaction of its own, which needs no savepoint.
pub(crate) fn alone(handle: &Handle, work: &Work) -> Result<Outcome, StoreError> {
    begin(&handle.connection)?;
    let result = handle.limited(|connection| steps::run(connection, work));
    if !matches!(result, Ok(Outcome::Done(_))) {
        roll_back(&handle.connection)?;
        return result;
    }
    commit(&handle.connection)?;
    result
}

/// Runs works in one transaction. Returns all of them with their results, after the commit.
pub(crate) fn together<R>(handle: &Handle, writes: Vec<Write<R>>) -> Vec<Write<R>> {
    let mut done = Vec::with_capacity(writes.len());
    if let Err(error) = begin(&handle.connection) {
        return failed(writes, &error);
    }
    let mut works = writes.into_iter();
    while let Some(mut write) = works.next() {
        let (result, rest) = if refused_after_change(&write.work) {
            (in_savepoint(handle, &write.work), Rest::Stands)
        } else {
            bare(handle, &write.work)
        };
        write.result = result;
        done.push(write);
        if rest == Rest::Tainted
            && let Err(error) = roll_back(&handle.connection)
        {
            return failed(done.into_iter().chain(works).collect(), &error);
        }
        if handle.connection.is_autocommit() {
            return one_by_one(handle, done, works.collect());
        }
    }
    match commit(&handle.connection) {
        Ok(()) => done,
        Err(error) => failed(done, &error),
    }
}

/// After an error that undid the whole transaction (a full disk, an interruption): its cause keeps its error, and the
/// others, whose work is gone with it, each get a transaction of their own.
fn one_by_one<R>(handle: &Handle, mut done: Vec<Write<R>>, left: Vec<Write<R>>) -> Vec<Write<R>> {
    let cause = done.pop();
    let rerun = |mut write: Write<R>| {
        write.result = alone(handle, &write.work);
        write
    };
    done.into_iter().chain(left).map(rerun).collect::<Vec<_>>().into_iter().chain(cause).collect()
}

fn failed<R>(mut writes: Vec<Write<R>>, error: &StoreError) -> Vec<Write<R>> {
    for write in &mut writes {
        write.result = Err(error.clone());
    }
    writes
}

/// Whether a work can be refused when it has changed something already. Most creates cannot, and a savepoint is dear: while
/// one is open, SQLite copies every page that is touched.
fn refused_after_change(work: &Work) -> bool {
    let changes = |step: &Step| matches!(step, Step::One { .. } | Step::Change { .. } | Step::Run(_));
    let refuses = |step: &Step| matches!(step, Step::One { .. } | Step::Change { .. } | Step::Require { .. });
    let after_change = work.steps.iter().skip_while(|step| !changes(step)).skip(1);
    after_change.into_iter().any(refuses)
}

/// What a work that failed has left of the others' transaction.
#[derive(PartialEq, Eq)]
enum Rest {
    Stands,
    Tainted,
}

/// Runs a work that is refused, if at all, before it changes anything: a statement that fails undoes itself. Should it fail
/// later all the same, what it changed cannot be told from what the others changed.
fn bare(handle: &Handle, work: &Work) -> (Result<Outcome, StoreError>, Rest) {
    let before = handle.connection.total_changes();
    let result = handle.limited(|connection| steps::run(connection, work));
    let failed = !matches!(result, Ok(Outcome::Done(_)));
    let rest = if failed && handle.connection.total_changes() != before { Rest::Tainted } else { Rest::Stands };
    (result, rest)
}

fn in_savepoint(handle: &Handle, work: &Work) -> Result<Outcome, StoreError> {
    execute(&handle.connection, "SAVEPOINT \"work\"")?;
    let result = handle.limited(|connection| steps::run(connection, work));
    if handle.connection.is_autocommit() {
        return result;
    }
    if !matches!(result, Ok(Outcome::Done(_))) {
        execute(&handle.connection, "ROLLBACK TO \"work\"")?;
    }
    execute(&handle.connection, "RELEASE \"work\"")?;
    result
}

/// Takes the lock at once: a transaction that began with reading could fail to get it later.
pub(crate) fn begin(connection: &Connection) -> Result<(), StoreError> {
    execute(connection, "BEGIN IMMEDIATE")
}

pub(crate) fn roll_back(connection: &Connection) -> Result<(), StoreError> {
    if connection.is_autocommit() { Ok(()) } else { execute(connection, "ROLLBACK") }
}

/// Waits for the disk. When it fails nothing of the transaction stays.
fn commit(connection: &Connection) -> Result<(), StoreError> {
    let result = execute(connection, "COMMIT");
    if result.is_err() {
        roll_back(connection)?;
    }
    result
}

fn execute(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}
