//! How writes become one transaction: each undone by itself if it is refused, one commit for all, and what happens when
//! that fails.

use std::time::Instant;

use work::{Outcome, Step, Work};

use super::connection::Handle;
use super::steps;
use super::transaction::Task;
use crate::StoreError;

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
    let result = handle.still_serves();
    let result = result.and_then(|()| handle.limited(|connection| steps::run(connection, work)));
    if !matches!(result, Ok(Outcome::Done(_))) {
        roll_back(&handle.connection)?;
        return result;
    }
    commit(handle)?;
    result
}

/// Runs works and closures in one transaction; their results hold after the commit.
pub(crate) fn together<R>(handle: &Handle, writes: &mut [Write<R>], tasks: &mut [Task]) {
    if writes.is_empty() && tasks.is_empty() {
        return;
    }
    if let Err(error) = begin(&handle.connection) {
        return failed(writes, tasks, &error);
    }
    if let Err(error) = handle.still_serves() {
        failed(writes, tasks, &error);
        // Nothing was done in it; what it leaves is looked at by the writer.
        let _ = roll_back(&handle.connection);
        return;
    }
    for place in 0..writes.len() {
        let Some(write) = writes.get_mut(place) else { break };
        let (result, rest) = if refused_after_change(&write.work) {
            (in_savepoint_limited(handle, &write.work), Rest::Stands)
        } else {
            bare(handle, &write.work)
        };
        write.result = result;
        if rest == Rest::Tainted
            && let Err(error) = roll_back(&handle.connection)
        {
            return failed(writes, tasks, &error);
        }
        if handle.connection.is_autocommit() {
            one_by_one(handle, writes, Some(place));
            return together::<R>(handle, &mut [], tasks);
        }
    }
    // After the works: these can be run again when a closure's failure undoes all, a closure cannot.
    for place in 0..tasks.len() {
        let (before, rest) = tasks.split_at_mut(place);
        let Some((task, after)) = rest.split_first_mut() else { break };
        task.run(handle);
        if handle.connection.is_autocommit() {
            one_by_one(handle, writes, None);
            let message = "it was undone with another transaction, which failed; nothing of it was done".to_owned();
            before.iter_mut().for_each(|task| task.result = Err(StoreError::Unavailable { message: message.clone() }));
            return together::<R>(handle, &mut [], after);
        }
    }
    if let Err(error) = commit(handle) {
        failed(writes, tasks, &error);
    }
}

/// After an error that undid the whole transaction (a full disk, an interruption): its cause keeps its error, and the
/// others, whose work is gone with it, each get a transaction of their own.
fn one_by_one<R>(handle: &Handle, writes: &mut [Write<R>], cause: Option<usize>) {
    for (place, write) in writes.iter_mut().enumerate() {
        if Some(place) != cause {
            write.result = alone(handle, &write.work);
        }
    }
}

pub(crate) fn failed<R>(writes: &mut [Write<R>], tasks: &mut [Task], error: &StoreError) {
    writes.iter_mut().for_each(|write| write.result = Err(error.clone()));
    tasks.iter_mut().for_each(|task| task.result = Err(error.clone()));
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

fn in_savepoint_limited(handle: &Handle, work: &Work) -> Result<Outcome, StoreError> {
    handle.limited(|connection| in_savepoint(connection, |connection| steps::run(connection, work)))
}

/// What is done in a savepoint, and may not be to stay.
pub(crate) trait Undoable {
    /// Whether it stays.
    fn stays(&self) -> bool;
}

impl Undoable for Outcome {
    fn stays(&self) -> bool {
        matches!(self, Outcome::Done(_))
    }
}

/// Runs something that is undone by itself if it fails or is not to stay. Some errors undo the whole transaction; then the
/// connection is in none afterwards. Savepoints lie in one another, and the name always means the innermost.
pub(crate) fn in_savepoint<T: Undoable>(
    connection: &Connection,
    run: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    execute(connection, "SAVEPOINT \"work\"")?;
    let result = run(connection);
    if connection.is_autocommit() {
        return result;
    }
    if !result.as_ref().is_ok_and(Undoable::stays) {
        execute(connection, "ROLLBACK TO \"work\"")?;
    }
    execute(connection, "RELEASE \"work\"")?;
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
fn commit(handle: &Handle) -> Result<(), StoreError> {
    let started = Instant::now();
    let result = execute(&handle.connection, "COMMIT");
    handle.tally.synced(started.elapsed());
    if result.is_err() {
        roll_back(&handle.connection)?;
    }
    result
}

fn execute(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}
