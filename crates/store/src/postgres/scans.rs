//! Which scans run: on no more than an eighth of the connections, so that reads by key and writes find one, and a
//! processor of the server, however slow they are. Callers take turns, so that the slow ones of one hold up the others' little.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::PostgresOptions;
use crate::StoreError;
use crate::turns::{Limits, Turns};

/// The places for scans, and those who wait for one.
pub(super) struct Scans {
    state: Mutex<State>,
    wait: Duration,
}

struct State {
    turns: Turns<oneshot::Sender<Place>>,
    free: usize,
}

/// A scan may run for as long as this is held.
pub(super) struct Place {
    scans: Arc<Scans>,
    share: u64,
}

impl Scans {
    pub(super) fn new(options: &PostgresOptions) -> Scans {
        let free = (options.connections / 8).max(1);
        let turns = Turns::new(Limits::fair(free, options.waiting));
        Scans { state: Mutex::new(State { turns, free }), wait: Duration::from_millis(options.wait_timeout_ms) }
    }

    /// Waits for the turn of a share.
    pub(super) async fn place(self: &Arc<Scans>, share: u64) -> Result<Place, StoreError> {
        let (give, mut given) = oneshot::channel();
        self.lock().turns.push(share, give).map_err(|_| StoreError::Overloaded)?;
        self.hand_out();
        if let Ok(place) = given.try_recv() {
            return Ok(place);
        }
        match tokio::time::timeout(self.wait, given).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) => Err(StoreError::Closed),
            Err(_) => Err(StoreError::Overloaded),
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.lock().turns.len()
    }

    /// Gives free places to those whose turn it is.
    fn hand_out(self: &Arc<Scans>) {
        loop {
            // Not in a `while let`, which would hold the lock.
            let next = self.lock().next();
            let Some((share, give)) = next else { return };
            // If he gave up just now, the place comes back by being dropped.
            let _ = give.send(Place { scans: self.clone(), share });
        }
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next who still waits, if there is a place.
    fn next(&mut self) -> Option<(u64, oneshot::Sender<Place>)> {
        while self.free > 0 {
            let (share, give) = self.turns.next()?;
            if !give.is_closed() {
                self.free -= 1;
                return Some((share, give));
            }
            self.turns.done(share);
        }
        None
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.scans.lock();
        state.free += 1;
        state.turns.done(self.share);
        drop(state);
        self.scans.hand_out();
    }
}
