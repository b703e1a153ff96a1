//! Reads. Those by key run on the caller's thread, because handing them to another costs more than they do; those
//! that may take long wait for a thread of their own, so that they hold up none of the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};
use work::{Otherwise, Outcome, Step, Work};

use super::connection::{Handle, Purpose};
use super::scans::Scans;
use super::{Options, steps};
use crate::StoreError;
use crate::counters::Tally;

/// Idle connections that are kept. More are opened when more threads read at once.
const KEPT: usize = 8;

/// Connections for reads on the callers' threads.
pub(crate) struct Pool {
    options: Arc<Options>,
    tally: Arc<Tally>,
    /// Nothing once the store is closed.
    idle: Mutex<Option<Vec<Handle>>>,
}

impl Pool {
    pub(crate) fn new(options: Arc<Options>, tally: Arc<Tally>) -> Pool {
        Pool { options, tally, idle: Mutex::new(Some(Vec::new())) }
    }

    pub(crate) fn read(&self, work: &Work) -> Result<Outcome, StoreError> {
        self.tally.point();
        let idle = self.lock().as_mut().ok_or(StoreError::Closed)?.pop();
        let handle = match idle {
            Some(handle) => handle,
            None => Handle::open(&self.options, &self.tally, Purpose::Read)?,
        };
        let result = read(&handle, work);
        if handle.connection.is_autocommit() {
            self.keep(handle);
        }
        result
    }

    fn keep(&self, handle: Handle) {
        if let Some(idle) = self.lock().as_mut().filter(|idle| idle.len() < KEPT) {
            idle.push(handle);
        }
    }

    /// Closes the connections that nobody uses, and keeps none from now on.
    pub(crate) fn close(&self) {
        let idle = self.lock().take();
        drop(idle);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Handle>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A read that waits for a thread.
pub(crate) struct Scan {
    pub(crate) work: Work,
    pub(crate) reply: oneshot::Sender<Result<Outcome, StoreError>>,
}

/// Starts a thread that runs scans until the queue is closed. It holds `alive` for as long as it runs.
pub(crate) fn start(
    number: usize,
    options: Arc<Options>,
    tally: Arc<Tally>,
    scans: Arc<Scans>,
    alive: watch::Receiver<()>,
) -> std::io::Result<()> {
    let run = move || {
        let mut handle = None;
        let mut serve = |scan: Scan| {
            if scan.reply.is_closed() {
                return;
            }
            let result = catch_unwind(AssertUnwindSafe(|| run(&options, &tally, &mut handle, &scan.work)));
            let result = result.unwrap_or_else(|_| {
                handle = None;
                Err(StoreError::broken("a read panicked"))
            });
            // Whoever asked may be gone.
            let _ = scan.reply.send(result);
        };
        while scans.run_next(&mut serve) {}
        drop(handle);
        drop(alive);
    };
    std::thread::Builder::new().name(format!("store-reader-{number}")).spawn(run).map(drop)
}

fn run(options: &Options, tally: &Arc<Tally>, slot: &mut Option<Handle>, work: &Work) -> Result<Outcome, StoreError> {
    let handle = match slot.take() {
        Some(handle) => handle,
        None => Handle::open(options, tally, Purpose::Scan)?,
    };
    let result = read(&handle, work);
    if handle.connection.is_autocommit() {
        *slot = Some(handle);
    }
    result
}

/// Runs a work that only reads. A transaction is begun only for several statements: it makes them see one snapshot.
fn read(handle: &Handle, work: &Work) -> Result<Outcome, StoreError> {
    handle.limited(|connection| {
        if !needs_snapshot(&work.steps) {
            return steps::run(connection, work);
        }
        execute(connection, "BEGIN")?;
        let result = steps::run(connection, work);
        if !connection.is_autocommit() {
            execute(connection, "ROLLBACK")?;
        }
        result
    })
}

fn needs_snapshot(steps: &[Step]) -> bool {
    match steps {
        [] => false,
        [Step::One { none, .. } | Step::Require { none, .. } | Step::Change { none, .. }] => {
            matches!(none, Otherwise::Probe { .. })
        }
        [_] => false,
        _ => true,
    }
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.raw_execute().map(drop)
}
