//! Data in a file of SQLite's.
//!
//! One thread writes: it takes whatever waits, runs each work by itself and commits them together, so that a wait for
//! the disk is shared. Reads by key run where they are asked for; reads that may be slow have threads of their own.

mod app;
mod commit;
mod conflict;
mod connection;
mod copy;
mod engine;
mod error;
mod file;
mod gathered;
mod idempotency;
mod limit;
mod log;
mod options;
mod own;
mod queue;
mod readers;
mod row;
mod scans;
mod serving;
mod steps;
mod transaction;
mod triggers;
mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::{oneshot, watch};
use work::{Cost, Mode, Outcome, Statement, Step, Work};

use self::connection::{Handle, Purpose};
pub use self::options::{Options, Synchronous};
use self::queue::{Limits, Queue};
use self::readers::{Pool, Scan};
use self::scans::Scans;
use self::transaction::Task;
use self::writer::Job;
use crate::counters::{Counters, Tally};
use crate::served::{FLOOR, Served};
use crate::transaction::Transaction;
use crate::{AppSchema, Applied, OpenError, Standing, StoreError};

/// An open file. When it is dropped its threads finish what waits and end.
pub(crate) struct Sqlite {
    options: Arc<Options>,
    pool: Pool,
    writes: Arc<Queue<Job>>,
    scans: Arc<Scans>,
    tally: Arc<Tally>,
    served: Arc<Served>,
    /// What says so to others.
    announced: OnceLock<Option<File>>,
    closed: AtomicBool,
    /// Each thread holds a receiver; when there is none left the thread is gone.
    reading: watch::Sender<()>,
    writing: watch::Sender<()>,
}

impl Sqlite {
    pub(crate) fn open(options: Options) -> Result<Sqlite, OpenError> {
        file::make(&options.path)?;
        let tally = Arc::default();
        let mut first = open(&options, &tally)?;
        engine::migrate(&mut first.connection, &options.path)?;
        Sqlite::start(options, tally)
    }

    /// The same for a file that is there, with nothing made or changed in it.
    pub(crate) fn open_as_it_is(options: Options) -> Result<Sqlite, OpenError> {
        engine::examine(&options.path)?;
        Sqlite::start(options, Arc::default())
    }

    fn start(options: Options, tally: Arc<Tally>) -> Result<Sqlite, OpenError> {
        let options = Arc::new(options);
        let waiting_writes = Limits { items: options.waiting_writes, bytes: options.waiting_write_bytes };
        let sqlite = Sqlite {
            pool: Pool::new(options.clone(), tally.clone()),
            writes: Arc::new(Queue::new(waiting_writes)),
            scans: Arc::new(Scans::new(threads(&options), options.waiting_scans)),
            tally,
            served: Arc::default(),
            announced: OnceLock::new(),
            closed: AtomicBool::new(false),
            reading: watch::Sender::new(()),
            writing: watch::Sender::new(()),
            options,
        };
        start_threads(&sqlite).map_err(|source| OpenError::Path { path: sqlite.options.path.clone(), source })?;
        Ok(sqlite)
    }

    pub(crate) fn apply(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        let mut handle = open(&self.options, &self.tally)?;
        let done = app::apply(&mut handle.connection, &self.options.path, app)?;
        self.served.set(done.number);
        Ok(done.applied)
    }

    pub(crate) fn put_triggers_back(&self) -> Result<Vec<String>, OpenError> {
        let mut handle = open(&self.options, &self.tally)?;
        triggers::put_back(&mut handle.connection).map_err(|error| OpenError::new(&self.options.path, error))
    }

    pub(crate) fn standing(&self, app: &AppSchema) -> Result<Standing, OpenError> {
        let path = &self.options.path;
        let handle =
            Handle::open(&self.options, &self.tally, Purpose::Read).map_err(|error| OpenError::new(path, error))?;
        app::standing(&handle.connection, path, app)
    }

    pub(crate) fn foresee(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        let path = &self.options.path;
        let mut handle =
            Handle::open(&self.options, &self.tally, Purpose::Read).map_err(|error| OpenError::new(path, error))?;
        app::foresee(&mut handle.connection, path, app)
    }

    pub(crate) async fn run(&self, work: Work) -> Result<Outcome, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        self.served.allows()?;
        match work.mode {
            Mode::Read(Cost::Point) => self.unless_outdated(self.pool.read(&work)),
            Mode::Read(Cost::Scan) => self.unless_outdated(answer(|reply| self.scans.push(Scan { work, reply })).await),
            Mode::Write => {
                let bytes = work.weight();
                answer(|reply| self.writes.push(Job::Write { work, reply }, bytes)).await
            }
        }
    }

    pub(crate) fn copy(&self, to: &Path) -> Result<(), OpenError> {
        let path = &self.options.path;
        let handle = open(&self.options, &self.tally)?;
        copy::copy(&handle.connection, path, to)
    }

    pub(crate) fn is_outdated(&self) -> bool {
        self.served.allows().is_err()
    }

    pub(crate) fn announce(&self) {
        self.announced.get_or_init(|| serving::announce(&self.options.path));
    }

    pub(crate) fn serving(&self) -> Option<String> {
        serving::serving(&self.options.path)
    }

    /// A statement that does not run may be one for tables of before.
    fn unless_outdated(&self, result: Result<Outcome, StoreError>) -> Result<Outcome, StoreError> {
        if matches!(result, Err(StoreError::Broken { .. })) {
            self.look()?;
        }
        result
    }

    /// Looks whether the tables are still those that are served.
    pub(crate) fn look(&self) -> Result<(), StoreError> {
        self.served.allows()?;
        let floor = Statement::new(FLOOR.replace("{state}", "\"_state\""), Vec::new());
        match self.pool.read(&Work::read(Cost::Point, vec![Step::Count(floor)]))? {
            Outcome::Done(answer) => self.served.look(answer.count),
            Outcome::Refused(_) => Ok(()),
        }
    }

    pub(crate) async fn transaction<T, A>(
        &self,
        bytes: usize,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed.into());
        }
        self.served.allows()?;
        let (reply, answer) = oneshot::channel();
        self.writes.push(Job::Transaction(Task::new(run, reply)), bytes)?;
        answer.await.unwrap_or_else(|_| Err(panicked().into()))
    }

    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        let Options { path, min_free_bytes, .. } = &*self.options;
        if file::free_bytes(path).is_some_and(|free| free < *min_free_bytes) {
            return Err(StoreError::Full);
        }
        self.look()?;
        let statement = Statement::new("SELECT count(*) FROM \"_state\"", Vec::new());
        self.run(Work::read(Cost::Point, vec![Step::Count(statement)])).await?;
        answer(|reply| self.writes.push(Job::Ready { reply }, 0)).await
    }

    /// Also moves the log into the file.
    pub(crate) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        // Readers first: the log can be moved whole only when nobody reads it.
        self.scans.close();
        self.reading.closed().await;
        self.pool.close();
        self.writes.close();
        self.writing.closed().await;
    }

    pub(crate) fn counters(&self) -> Counters {
        self.tally.read(self.writes.len(), self.writes.bytes(), self.scans.len())
    }
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.options.path).finish_non_exhaustive()
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.scans.close();
        self.writes.close();
    }
}

fn open(options: &Options, tally: &Arc<Tally>) -> Result<Handle, OpenError> {
    Handle::open(options, tally, Purpose::Write).map_err(|error| OpenError::new(&options.path, error))
}

/// Threads that run scans.
fn threads(options: &Options) -> usize {
    options.readers.max(1)
}

fn start_threads(sqlite: &Sqlite) -> std::io::Result<()> {
    for number in 1..=threads(&sqlite.options) {
        readers::start(
            number,
            sqlite.options.clone(),
            sqlite.tally.clone(),
            sqlite.scans.clone(),
            sqlite.reading.subscribe(),
        )?;
    }
    let served = sqlite.served.clone();
    writer::start(
        sqlite.options.clone(),
        sqlite.writes.clone(),
        sqlite.tally.clone(),
        served,
        sqlite.writing.subscribe(),
    )
}

/// Hands something to a thread and waits for what it says.
async fn answer<T>(
    push: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Result<(), StoreError>,
) -> Result<T, StoreError> {
    let (reply, answer) = oneshot::channel();
    push(reply)?;
    answer.await.unwrap_or_else(|_| Err(panicked()))
}

/// A reply is dropped without a word only by a panic, which is logged where it happens.
fn panicked() -> StoreError {
    StoreError::broken("the thread that ran it panicked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::wait;

    #[test]
    fn a_panic_in_the_writer_harms_no_later_write() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(Options::new(folder.path().join("app.db"))).unwrap();
        let write = |name: &str| {
            let sql = "INSERT INTO \"_state\" (\"name\") VALUES (?1)";
            let statement = Statement::new(sql, vec![work::Value::Text(name.to_owned())]);
            Work::write(vec![Step::Run(statement)])
        };
        wait(sqlite.run(write("before"))).unwrap();
        let panicked = wait(answer(|reply| sqlite.writes.push(Job::Panic { reply }, 0)));
        assert!(matches!(panicked, Err(StoreError::Broken { .. })), "{panicked:?}");
        wait(sqlite.run(write("after"))).unwrap();
        wait(sqlite.close());
    }
}
