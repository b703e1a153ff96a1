//! Connections that are shared: at most so many, each lent to one work at a time, replaced when it is gone or old.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use work::{Cost, Mode};

use super::connector::{self, Connector};
use super::session::Session;
use super::trouble::unavailable;
use super::{ConnectError, PostgresOptions};
use crate::StoreError;
use crate::counters::Tally;

/// A connection that nobody has wanted for so long is closed: the server keeps a process for each.
const REST: Duration = Duration::from_secs(10 * 60);
/// No connection gets older: its process grows with what it has seen, and a server that moved is found anew.
const AGE: Duration = Duration::from_secs(60 * 60);

/// Connections to one server.
pub(super) struct Pool {
    connector: Connector,
    options: Arc<PostgresOptions>,
    places: Arc<Semaphore>,
    /// How many of them may be reading by key or along an index. Such reads keep the server's cores busy, and more of its
    /// processes in turn on a core find their caches cold. The rest is for writers, who wait for the disk most of the
    /// time, and for scans, which have limits of their own.
    readers: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The one that rested last is lent first, so that those that are not needed grow old together at the front.
    idle: Mutex<VecDeque<Session>>,
    /// There is a pooler between: said by the URL, or seen.
    pooled: AtomicBool,
    closed: AtomicBool,
    pub(super) tally: Arc<Tally>,
}

impl Pool {
    pub(super) fn new(connector: Connector, options: Arc<PostgresOptions>, tally: Arc<Tally>) -> Pool {
        Pool {
            pooled: AtomicBool::new(connector.url().is_pooler()),
            places: Arc::new(Semaphore::new(options.connections.max(1))),
            readers: Arc::new(Semaphore::new(readers(options.connections.max(1)))),
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
            closed: AtomicBool::new(false),
            connector,
            options,
            tally,
        }
    }

    /// A connection for one work.
    pub(super) async fn lend(self: &Arc<Pool>, mode: Mode) -> Result<Lease, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        let reader = match mode {
            Mode::Read(Cost::Point) => Some(self.place(&self.readers).await?),
            Mode::Read(Cost::Scan) | Mode::Write => None,
        };
        let place = self.place(&self.places).await?;
        let session = match self.rested() {
            Some(session) => session,
            None => self.open().await.map_err(|error| unavailable(error.message()))?,
        };
        Ok(Lease { session: Some(session), pool: self.clone(), _place: place, _reader: reader, state: State::Rests })
    }

    /// A new connection, counted.
    pub(super) async fn open(&self) -> Result<Session, ConnectError> {
        let pooled = self.is_pooled();
        let first = (!pooled).then(|| self.limits(connector::SESSION));
        let client = self.connector.connect(first).await?;
        self.tally.opened();
        Ok(Session::new(client, pooled))
    }

    /// Keeps a connection for the next work.
    pub(super) fn keep(&self, mut session: Session) {
        session.rested = Instant::now();
        let mut idle = self.idle();
        if self.closed.load(Ordering::Acquire) || session.client.is_closed() || session.born.elapsed() > AGE {
            drop(idle);
            return self.discard(session);
        }
        idle.push_back(session);
        let too_long = idle.front().is_some_and(|oldest| oldest.rested.elapsed() > REST);
        let old = if too_long { idle.pop_front() } else { None };
        drop(idle);
        old.into_iter().for_each(|session| self.discard(session));
    }

    /// The statements that limit what a connection or a transaction may take.
    pub(super) fn limits(&self, set: &str) -> String {
        connector::limits(set, self.options.work_timeout_ms)
    }

    pub(super) fn is_pooled(&self) -> bool {
        self.pooled.load(Ordering::Relaxed)
    }

    /// From now on nothing is left in a connection for the next work.
    pub(super) fn found_pooled(&self) {
        if !self.pooled.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "there is a transaction pooler in front of the database; add pgbouncer=true to DATABASE_URL"
            );
        }
        let idle = std::mem::take(&mut *self.idle());
        idle.into_iter().for_each(|session| self.discard(session));
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Lends nothing any more, and waits until all is given back.
    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let all = u32::try_from(self.options.connections.max(1)).unwrap_or(u32::MAX);
        if let Ok(places) = self.places.acquire_many(all).await {
            self.places.close();
            self.readers.close();
            drop(places);
        }
        let idle = std::mem::take(&mut *self.idle());
        idle.into_iter().for_each(|session| self.discard(session));
    }

    async fn place(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
        match places.clone().try_acquire_owned() {
            Ok(place) => Ok(place),
            Err(_) => self.wait(places).await,
        }
    }

    async fn wait(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
        let waiting = Waiting::of(&self.waiting);
        if waiting.before >= self.options.waiting {
            return Err(StoreError::Overloaded);
        }
        let limit = Duration::from_millis(self.options.wait_timeout_ms);
        match tokio::time::timeout(limit, places.clone().acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(StoreError::Closed),
            Err(_) => Err(StoreError::Overloaded),
        }
    }

    /// One that nobody uses.
    pub(super) fn rested(&self) -> Option<Session> {
        loop {
            let session = self.idle().pop_back()?;
            if !session.client.is_closed() && session.pooled == self.is_pooled() {
                return Some(session);
            }
            self.discard(session);
        }
    }

    fn discard(&self, session: Session) {
        drop(session);
        self.tally.closed();
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn idle(&self) -> MutexGuard<'_, VecDeque<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Half of them, but not so few that a journey over a network leaves the server idle.
fn readers(connections: usize) -> usize {
    (connections / 2).max(connections.min(8))
}

/// One who waits, for as long as he does.
struct Waiting<'a> {
    count: &'a AtomicUsize,
    before: usize,
}

impl Waiting<'_> {
    fn of(count: &AtomicUsize) -> Waiting<'_> {
        Waiting { count, before: count.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that is lent. Given back when it is dropped; but if that happens in the middle of something, it is stopped
/// and given up.
pub(super) struct Lease {
    /// Absent only while it is dropped.
    session: Option<Session>,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
    _reader: Option<OwnedSemaphorePermit>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing runs, and no transaction is open.
    Rests,
    Works,
    /// Not to be used again.
    Spoilt,
}

impl Lease {
    /// The connection, to begin something in it.
    pub(super) fn begin(&mut self) -> Result<&mut Session, StoreError> {
        self.state = State::Works;
        self.session.as_mut().ok_or(StoreError::Closed)
    }

    /// What was begun is over.
    pub(super) fn end(&mut self) {
        if self.state == State::Works {
            self.state = State::Rests;
        }
    }

    /// It cannot be used again.
    pub(super) fn spoil(&mut self) {
        self.state = State::Spoilt;
    }

    pub(super) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        match self.state {
            State::Rests => self.pool.keep(session),
            State::Spoilt => self.pool.discard(session),
            State::Works => {
                self.pool.connector.cancel(&session.client);
                self.pool.discard(session);
            }
        }
    }
}
