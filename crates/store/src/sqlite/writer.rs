//! The one thread that writes. It takes whatever waits, has it committed with one wait for the disk, and only then
//! answers: not even a refusal is told before, for it may rest on a row of the same batch that then fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{oneshot, watch};
use work::{Outcome, Work};

use super::Options;
use super::commit::{self, Write};
use super::connection::{Handle, Purpose};
use super::log::Log;
use super::queue::Queue;
use super::transaction::{Kept, Task};
use crate::StoreError;
use crate::counters::Tally;
use crate::served::Served;

/// What is written to see whether there is room again. A little more than a commit usually takes.
const PROBE_ROOM: &str = "INSERT OR REPLACE INTO \"_state\" (\"name\", \"value\") VALUES ('room', zeroblob(65536)); \
                          DELETE FROM \"_state\" WHERE \"name\" = 'room'";

pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked to do.
pub(crate) enum Job {
    /// To run a work.
    Write { work: Work, reply: Reply<Outcome> },
    /// To run a closure.
    Transaction(Task),
    /// To say whether it could.
    Ready { reply: Reply<()> },
    /// To panic.
    #[cfg(test)]
    Panic { reply: Reply<()> },
}

/// Starts the thread. It holds `alive` for as long as it runs.
pub(crate) fn start(
    options: Arc<Options>,
    queue: Arc<Queue<Job>>,
    tally: Arc<Tally>,
    served: Arc<Served>,
    alive: watch::Receiver<()>,
) -> std::io::Result<()> {
    let mut writer = Writer { options, queue, tally, served, open: None, doubtful: false };
    let run = move || {
        writer.run();
        drop(writer);
        drop(alive);
    };
    std::thread::Builder::new().name("store-writer".to_owned()).spawn(run).map(drop)
}

struct Writer {
    options: Arc<Options>,
    queue: Arc<Queue<Job>>,
    tally: Arc<Tally>,
    served: Arc<Served>,
    /// Absent before the first work, and after a failure that left its state in doubt.
    open: Option<Open>,
    /// The last write met a full or failing disk, so that only another one can tell whether that is over.
    doubtful: bool,
}

struct Open {
    handle: Handle,
    log: Log,
}

impl Writer {
    fn run(&mut self) {
        loop {
            let jobs = self.queue.take(self.options.batch.max(1));
            if jobs.is_empty() {
                break;
            }
            if catch_unwind(AssertUnwindSafe(|| self.serve(jobs))).is_err() {
                // The replies were dropped, which tells the callers; so was the connection, which undid what had begun.
                tracing::error!("a batch of writes panicked; none of it was done");
            }
        }
        if let Some(open) = self.open.take() {
            let _ = open.handle.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }

    fn serve(&mut self, jobs: Vec<Job>) {
        let Sorted { mut writes, mut tasks, questions } = sorted(jobs);
        // Taken out, so that a panic closes it.
        let mut open = self.open.take().map_or_else(|| self.connect(), Ok);
        match &open {
            Ok(open) => {
                self.write(open, &mut writes, &mut tasks);
                tasks.iter_mut().for_each(|task| task.leave(&open.handle));
            }
            Err(error) => commit::failed(&mut writes, &mut tasks, error),
        }
        for write in writes {
            // Whoever asked may be gone; the write is done all the same.
            let _ = write.reply.send(write.result);
        }
        tasks.into_iter().for_each(Task::answer);
        for reply in questions {
            let ready = open.as_ref().map_err(Clone::clone).and_then(|open| self.ready(&open.handle));
            let _ = reply.send(ready);
        }
        if let Ok(open) = &mut open {
            self.tidy(open);
        }
        self.open = open.ok().filter(|open| open.handle.connection.is_autocommit());
    }

    fn connect(&self) -> Result<Open, StoreError> {
        let mut handle = Handle::open(&self.options, &self.tally, Purpose::Write)?;
        handle.served = self.served.clone();
        let log = Log::watch(&mut handle.connection, self.options.log_pages)?;
        Ok(Open { handle, log })
    }

    fn write(&mut self, open: &Open, writes: &mut [Write<Reply<Outcome>>], tasks: &mut [Task]) {
        match (&mut *writes, &*tasks) {
            ([], []) => return,
            ([write], []) => write.result = commit::alone(&open.handle, &write.work),
            // What comes in meanwhile waits for the next batch: taking it in too made callers wait for each other in step,
            // and was a fifth slower.
            _ => commit::together(&open.handle, writes, tasks),
        }
        self.note(writes, tasks);
    }

    fn note(&mut self, writes: &[Write<Reply<Outcome>>], tasks: &[Task]) {
        let is_done = |write: &&Write<_>| matches!(&write.result, Ok(Outcome::Done(answer)) if !answer.replayed);
        let done = writes.iter().filter(is_done).count();
        let done = done + tasks.iter().filter(|task| task.result == Ok(Kept::Yes)).count();
        if done > 0 {
            self.tally.committed(done as u64);
            self.doubtful = false;
        }
        let errors = writes.iter().filter_map(|write| write.result.as_ref().err());
        let mut errors = errors.chain(tasks.iter().filter_map(|task| task.result.as_ref().err()));
        if let Some(error) = errors.find(|error| matches!(error, StoreError::Full | StoreError::Unavailable { .. })) {
            self.doubtful = true;
            tracing::error!(%error, "writes failed");
        }
    }

    /// A lock that can be had shows a file that can be written; after a failure only a write shows it.
    fn ready(&mut self, handle: &Handle) -> Result<(), StoreError> {
        if self.doubtful {
            handle.connection.execute_batch(PROBE_ROOM)?;
            self.doubtful = false;
            return Ok(());
        }
        commit::begin(&handle.connection)?;
        commit::roll_back(&handle.connection)
    }

    /// After the answers, so that nobody waits for it but the next batch.
    fn tidy(&self, open: &mut Open) {
        match open.log.move_if_long(&open.handle.connection) {
            Ok(true) => self.tally.checkpointed(),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the log could not be moved into the database file; it grows"),
        }
    }
}

/// Jobs by kind.
#[derive(Default)]
struct Sorted {
    writes: Vec<Write<Reply<Outcome>>>,
    tasks: Vec<Task>,
    questions: Vec<Reply<()>>,
}

/// Jobs by kind, without those whose callers are gone.
fn sorted(jobs: Vec<Job>) -> Sorted {
    let mut sorted = Sorted { writes: Vec::with_capacity(jobs.len()), ..Sorted::default() };
    for job in jobs {
        match job {
            Job::Write { reply, .. } if reply.is_closed() => {}
            Job::Write { work, reply } => sorted.writes.push(Write { work, reply, result: Err(StoreError::Closed) }),
            Job::Transaction(task) if task.is_abandoned() => {}
            Job::Transaction(task) => sorted.tasks.push(task),
            Job::Ready { reply } => sorted.questions.push(reply),
            #[cfg(test)]
            Job::Panic { reply: _reply } => panic!("planted"),
        }
    }
    sorted
}
