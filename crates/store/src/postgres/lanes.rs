//! Connections on which several callers read at once: what they send runs one after the other, and nobody waits until the
//! one before has his answer. The server finds the next statement in its buffer instead of going to sleep, and falling
//! asleep and being woken, on both sides, is most of the work of a short read.
//!
//! Only for reads of one statement by key or along an index. They are short, so that nobody waits long for those before
//! him, and leave nothing in their connection. Not through a pooler, which hands connections on between statements.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ConnectError;
use super::pool::Pool;
use super::session::Session;

/// Reads that are on their way in one connection at most.
pub(super) const DEPTH: usize = 64;
/// So many go into one connection before the next one is used: then it has something to do most of the time.
const TOGETHER: usize = 8;
/// The most of these connections.
const MOST: usize = 8;

/// The connections of this kind.
pub(super) struct Lanes {
    all: Vec<Lane>,
}

/// A place for one, which is opened when it is needed.
#[derive(Default)]
struct Lane {
    session: Mutex<Option<Arc<Session>>>,
    /// Held while it is opened: why that failed the last time.
    opening: tokio::sync::Mutex<Option<ConnectError>>,
    failures: AtomicUsize,
    reading: AtomicUsize,
}

/// One that is used for a read, beside others.
pub(super) struct Seat {
    reading: Reading,
    pub(super) session: Arc<Session>,
}

/// A read that is counted in a lane.
struct Reading {
    lanes: Arc<Lanes>,
    place: usize,
}

impl Lanes {
    /// Their part of all connections. One of ours cores keeps about one process of the server busy, and more of these than
    /// it has cores would only take turns on them.
    pub(super) fn new(connections: usize) -> Lanes {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let count = cores.clamp(2, MOST).min(connections / 4);
        Lanes { all: (0..count).map(|_| Lane::default()).collect() }
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// A seat where few read, in a connection that is opened if need be. `None` if there are none at all.
    pub(super) async fn seat(self: &Arc<Lanes>, pool: &Pool) -> Result<Option<Seat>, ConnectError> {
        let Some((place, lane)) = self.choose() else { return Ok(None) };
        lane.reading.fetch_add(1, Ordering::Relaxed);
        let reading = Reading { lanes: self.clone(), place };
        let session = match lane.open() {
            Some(session) => session,
            None => lane.opened(pool).await?,
        };
        Ok(Some(Seat { reading, session }))
    }

    /// The first that has few, or that which has fewest.
    fn choose(&self) -> Option<(usize, &Lane)> {
        let reading = |(_, lane): &(usize, &Lane)| lane.reading.load(Ordering::Relaxed);
        let lanes = self.all.iter().enumerate();
        lanes.clone().find(|lane| reading(lane) < TOGETHER).or_else(|| lanes.min_by_key(reading))
    }

    /// Closes all of them, each when the last who reads is done.
    pub(super) fn close(&self, pool: &Pool) {
        for lane in &self.all {
            if lane.session().take().is_some() {
                pool.tally.closed();
            }
        }
    }
}

impl Seat {
    /// The connection is of no use any more, to nobody.
    pub(super) fn give_up(&self, pool: &Pool) {
        let Some(lane) = self.reading.lane() else { return };
        let mut session = lane.session();
        if session.as_ref().is_some_and(|session| Arc::ptr_eq(session, &self.session)) {
            session.take();
            pool.tally.closed();
        }
    }
}

impl Reading {
    fn lane(&self) -> Option<&Lane> {
        self.lanes.all.get(self.place)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(lane) = self.lane() {
            lane.reading.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Lane {
    /// What can still be used.
    fn open(&self) -> Option<Arc<Session>> {
        self.session().as_ref().filter(|session| !session.is_over()).cloned()
    }

    /// Opens it. Those who want that at the same time share the attempt: a server that does not answer would let them wait
    /// one after the other.
    async fn opened(&self, pool: &Pool) -> Result<Arc<Session>, ConnectError> {
        let before = self.failures.load(Ordering::Relaxed);
        let mut last = self.opening.lock().await;
        if let Some(session) = self.open() {
            return Ok(session);
        }
        if let Some(failure) = last.as_ref().filter(|_| self.failures.load(Ordering::Relaxed) != before) {
            return Err(failure.clone());
        }
        let session = pool.open().await.inspect_err(|failure| {
            *last = Some(failure.clone());
            self.failures.fetch_add(1, Ordering::Relaxed);
        })?;
        let session = Arc::new(session);
        if self.session().replace(session.clone()).is_some() {
            pool.tally.closed();
        }
        Ok(session)
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn session(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
