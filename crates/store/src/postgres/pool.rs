//! Connections to one server: at most so many, replaced when they are gone or old. Each is lent to one work at a time, but
//! for a few on which many read by key at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::Client;
use work::{Cost, Mode};

use super::connector::{self, Connector};
use super::lanes::{self, Lanes};
use super::lease::{Held, Lease};
use super::serving;
use super::session::Session;
use super::trouble::unavailable;
use super::{ConnectError, PostgresOptions};
use crate::StoreError;
use crate::counters::Tally;
use crate::served::{FLOOR, Served};

/// A connection that nobody has wanted for so long is closed: the server keeps a process for each.
const REST: Duration = Duration::from_secs(10 * 60);

/// Connections to one server.
pub(super) struct Pool {
    connector: Connector,
    options: Arc<PostgresOptions>,
    places: Arc<Semaphore>,
    /// How many of these there are.
    own: usize,
    /// How many of them may be reading by key or along an index in a transaction of several statements. Such reads keep the
    /// server's cores busy, and more of its processes in turn on a core find their caches cold. The rest is for writers, who
    /// wait for the disk most of the time, and for scans, which have limits of their own.
    readers: Arc<Semaphore>,
    /// Connections that many read on at once, and how many may.
    lanes: Arc<Lanes>,
    seats: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The one that rested last is lent first, so that those that are not needed grow old together at the front.
    idle: Mutex<VecDeque<Box<Session>>>,
    /// There is a pooler between: said by the URL, or seen.
    pooled: AtomicBool,
    closed: AtomicBool,
    pub(super) tally: Arc<Tally>,
    served: Arc<Served>,
}

impl Pool {
    pub(super) fn new(
        connector: Connector,
        options: Arc<PostgresOptions>,
        tally: Arc<Tally>,
        served: Arc<Served>,
    ) -> Pool {
        let pooled = connector.url().is_pooler();
        let lanes = Lanes::new(if pooled { 0 } else { options.connections });
        let own = options.connections.saturating_sub(lanes.count()).max(1);
        Pool {
            pooled: AtomicBool::new(pooled),
            places: Arc::new(Semaphore::new(own)),
            own,
            readers: Arc::new(Semaphore::new(readers(own))),
            seats: Arc::new(Semaphore::new(lanes.count() * lanes::DEPTH)),
            lanes: Arc::new(lanes),
            waiting: AtomicUsize::new(0),
            idle: Mutex::default(),
            closed: AtomicBool::new(false),
            connector,
            options,
            tally,
            served,
        }
    }

    /// A connection for one work. `glance`: it is one statement that reads by key or along an index.
    pub(super) async fn lend(self: &Arc<Pool>, mode: Mode, glance: bool) -> Result<Lease, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        if glance && self.lanes.count() > 0 && !self.is_pooled() {
            let place = self.place(&self.seats).await?;
            let seat = self.lanes.seat(self).await.map_err(|error| unavailable(error.message()))?;
            if let Some(seat) = seat {
                return Ok(Lease::new(Held::Seat(seat), self, place, None));
            }
        }
        let reader = match mode {
            Mode::Read(Cost::Point) => Some(self.place(&self.readers).await?),
            Mode::Read(Cost::Scan) | Mode::Write => None,
        };
        let place = self.place(&self.places).await?;
        let session = match self.rested() {
            Some(session) => session,
            None => Box::new(self.open().await.map_err(|error| unavailable(error.message()))?),
        };
        Ok(Lease::new(Held::Own(session), self, place, reader))
    }

    /// A new connection, counted.
    pub(super) async fn open(&self) -> Result<Session, ConnectError> {
        let pooled = self.is_pooled();
        let serves = !pooled && self.served.is_set();
        let announce = || if serves { format!("; {}", serving::announce(&self.options.schema)) } else { String::new() };
        let first = (!pooled).then(|| self.limits(connector::SESSION) + &announce());
        let client = self.connector.connect(first).await?;
        if serves {
            self.look(&client).await?;
        }
        self.tally.opened();
        let mut session = Session::new(client, pooled);
        session.serves = serves;
        Ok(session)
    }

    /// What was sent for the tables of before must not be sent for those of now.
    async fn look(&self, client: &Client) -> Result<(), ConnectError> {
        let state = format!("\"{}\".\"_state\"", self.options.schema);
        let url = self.connector.url();
        let rows = client.query_typed(&FLOOR.replace("{state}", &state), &[]).await;
        let rows = rows.map_err(|error| ConnectError::of(url, &error))?;
        let floor = rows.first().and_then(|row| row.try_get(0).ok());
        self.served.look(floor).map_err(|error| ConnectError::new(url, error.to_string(), "start this server again"))
    }

    /// Keeps a connection for the next work.
    pub(super) fn keep(&self, mut session: Box<Session>) {
        session.rested = Instant::now();
        let mut idle = self.idle();
        if self.closed.load(Ordering::Acquire) || session.is_over() {
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

    /// Asks the server to stop what a connection runs.
    pub(super) fn cancel(&self, session: &Session) {
        self.connector.cancel(&session.client);
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
        self.lanes.close(self);
        let idle = std::mem::take(&mut *self.idle());
        idle.into_iter().for_each(|session| self.discard(session));
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Lends nothing any more, and waits until all is given back.
    pub(super) async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        for (places, all) in [(&self.places, self.own), (&self.seats, self.lanes.count() * lanes::DEPTH)] {
            let all = u32::try_from(all).unwrap_or(u32::MAX);
            if let Ok(held) = places.acquire_many(all).await {
                places.close();
                drop(held);
            }
        }
        self.readers.close();
        self.lanes.close(self);
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
    pub(super) fn rested(&self) -> Option<Box<Session>> {
        loop {
            let session = self.idle().pop_back()?;
            let serves = session.serves || session.pooled || !self.served.is_set();
            if !session.client.is_closed() && session.pooled == self.is_pooled() && serves {
                return Some(session);
            }
            self.discard(session);
        }
    }

    /// Closes a connection.
    pub(super) fn discard(&self, session: Box<Session>) {
        drop(session);
        self.tally.closed();
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn idle(&self) -> MutexGuard<'_, VecDeque<Box<Session>>> {
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
