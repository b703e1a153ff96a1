//! The handle that everybody else holds: opening, running, closing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{oneshot, watch};
use work::{Cost, Dialect, Mode, Outcome, Statement, Step, Work};

use crate::app::{self, AppSchema, Applied};
use crate::connection::{Handle, Purpose};
use crate::counters::{Counters, Tally};
use crate::queue::{Limits, Queue};
use crate::readers::{self, Pool, Scan};
use crate::scans::Scans;
use crate::transaction::{Task, Transaction};
use crate::wait::wait;
use crate::writer::{self, Job};
use crate::{OpenError, Options, StoreError, engine, file};

/// An open database. Clones share it; when the last one is dropped its threads finish what waits and end.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    options: Arc<Options>,
    pool: Pool,
    writes: Arc<Queue<Job>>,
    scans: Arc<Scans>,
    tally: Arc<Tally>,
    closed: AtomicBool,
    /// Each thread holds a receiver; when there is none left the thread is gone.
    reading: watch::Sender<()>,
    writing: watch::Sender<()>,
}

impl Store {
    /// Opens a database, makes it when it is not there, and brings the engine's tables up to date.
    ///
    /// # Errors
    /// When the file cannot be used; the message says why and what to try.
    pub fn open(options: Options) -> Result<Store, OpenError> {
        file::make(&options.path)?;
        let tally = Arc::default();
        let mut first = open(&options, &tally)?;
        engine::migrate(&mut first.connection, &options.path)?;

        let options = Arc::new(options);
        let waiting_writes = Limits { items: options.waiting_writes, bytes: options.waiting_write_bytes };
        let inner = Inner {
            pool: Pool::new(options.clone(), tally.clone()),
            writes: Arc::new(Queue::new(waiting_writes)),
            scans: Arc::new(Scans::new(threads(&options), options.waiting_scans)),
            tally,
            closed: AtomicBool::new(false),
            reading: watch::Sender::new(()),
            writing: watch::Sender::new(()),
            options,
        };
        start_threads(&inner).map_err(|source| OpenError::Path { path: inner.options.path.clone(), source })?;
        Ok(Store { inner: Arc::new(inner) })
    }

    /// Makes the tables of an app, or sees that they are those of the database.
    ///
    /// # Errors
    /// [`OpenError::Changed`] when the database was made for other tables.
    pub fn apply(&self, app: &AppSchema) -> Result<Applied, OpenError> {
        let mut handle = open(&self.inner.options, &self.inner.tally)?;
        app::apply(&mut handle.connection, &self.inner.options.path, app)
    }

    /// Runs a work in one transaction. A write is answered when it is on disk.
    ///
    /// When the future is dropped, a write that has not begun does not happen; one that has begun does.
    ///
    /// # Errors
    /// After any error nothing has been acknowledged, and all but a failing disk leave nothing changed.
    pub async fn run(&self, work: Work) -> Result<Outcome, StoreError> {
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        match work.mode {
            Mode::Read(Cost::Point) => self.inner.pool.read(&work),
            Mode::Read(Cost::Scan) => answer(|reply| self.inner.scans.push(Scan { work, reply })).await,
            Mode::Write => {
                let bytes = work.weight();
                answer(|reply| self.inner.writes.push(Job::Write { work, reply }, bytes)).await
            }
        }
    }

    /// [`Store::run`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::run`].
    pub fn run_blocking(&self, work: Work) -> Result<Outcome, StoreError> {
        wait(self.run(work))
    }

    /// Runs a closure as one transaction, on the writer's thread: what it does happens all together when it returns `Ok`,
    /// and not at all when it returns `Err` or panics. A success is answered when it is on disk.
    ///
    /// Nobody else writes meanwhile, so the closure should compute little and wait for nothing. When the future is dropped,
    /// a closure that has not begun is not run; one that has begun counts.
    ///
    /// # Errors
    /// What the closure returns, or the [`StoreError`] for which its changes were not kept.
    pub async fn transaction<T, A>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        self.transaction_holding(0, run).await
    }

    /// [`Store::transaction`] with a closure that holds so many bytes (see [`Work::weight`]), which count while it waits.
    ///
    /// # Errors
    /// Those of [`Store::transaction`].
    pub async fn transaction_holding<T, A>(
        &self,
        bytes: usize,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed.into());
        }
        let (reply, answer) = oneshot::channel();
        self.inner.writes.push(Job::Transaction(Task::new(run, reply)), bytes)?;
        answer.await.unwrap_or_else(|_| Err(panicked().into()))
    }

    /// [`Store::transaction`] for callers without a runtime; it blocks the thread.
    ///
    /// # Errors
    /// Those of [`Store::transaction`].
    pub fn transaction_blocking<T, A>(
        &self,
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
    ) -> Result<T, A>
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        wait(self.transaction(run))
    }

    /// Which SQL the statements are to be written in.
    pub fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    /// Whether reads and writes work, as cheaply as that can be known.
    ///
    /// # Errors
    /// The error that the next read or write would probably get.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let Options { path, min_free_bytes, .. } = &*self.inner.options;
        if file::free_bytes(path).is_some_and(|free| free < *min_free_bytes) {
            return Err(StoreError::Full);
        }
        let statement = Statement::new("SELECT count(*) FROM \"_state\"", Vec::new());
        self.run(Work::read(Cost::Point, vec![Step::Count(statement)])).await?;
        answer(|reply| self.inner.writes.push(Job::Ready { reply }, 0)).await
    }

    /// Takes nothing more in, finishes what waits, moves the log into the file and closes it. Later runs are
    /// [`StoreError::Closed`].
    pub async fn close(&self) {
        self.inner.closed.store(true, Ordering::Release);
        // Readers first: the log can be moved whole only when nobody reads it.
        self.inner.scans.close();
        self.inner.reading.closed().await;
        self.inner.pool.close();
        self.inner.writes.close();
        self.inner.writing.closed().await;
    }

    /// [`Store::close`] for callers without a runtime; it blocks the thread.
    pub fn close_blocking(&self) {
        wait(self.close());
    }

    /// What the store has done so far.
    pub fn counters(&self) -> Counters {
        let Inner { writes, scans, .. } = &*self.inner;
        self.inner.tally.read(writes.len(), writes.bytes(), scans.len())
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.options.path).finish_non_exhaustive()
    }
}

impl Drop for Inner {
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

fn start_threads(inner: &Inner) -> std::io::Result<()> {
    for number in 1..=threads(&inner.options) {
        readers::start(
            number,
            inner.options.clone(),
            inner.tally.clone(),
            inner.scans.clone(),
            inner.reading.subscribe(),
        )?;
    }
    writer::start(inner.options.clone(), inner.writes.clone(), inner.tally.clone(), inner.writing.subscribe())
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

    #[test]
    fn a_panic_in_the_writer_harms_no_later_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(Options::new(folder.path().join("app.db"))).unwrap();
        let write = |name: &str| {
            let sql = "INSERT INTO \"_state\" (\"name\") VALUES (?1)";
            let statement = Statement::new(sql, vec![work::Value::Text(name.to_owned())]);
            Work::write(vec![Step::Run(statement)])
        };
        store.run_blocking(write("before")).unwrap();
        let panicked = wait(answer(|reply| store.inner.writes.push(Job::Panic { reply }, 0)));
        assert!(matches!(panicked, Err(StoreError::Broken { .. })), "{panicked:?}");
        store.run_blocking(write("after")).unwrap();
        store.close_blocking();
    }
}
