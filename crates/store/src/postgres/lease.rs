//! A connection while it is lent: when it is given back, and when it is given up.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::lanes::Seat;
use super::pool::Pool;
use super::session::Session;
use crate::StoreError;

/// A connection that is lent. Given back when it is dropped; but if that happens in the middle of something, it is stopped
/// and given up, unless others use it, too.
pub(super) struct Lease {
    held: Held,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
    _reader: Option<OwnedSemaphorePermit>,
    state: State,
}

/// What is lent.
pub(super) enum Held {
    /// A connection of one's own.
    Own(Box<Session>),
    /// A seat in one that others use, too.
    Seat(Seat),
    /// While it is dropped.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing runs, and no transaction is open.
    Rests,
    Works,
    /// It does not answer.
    Stuck,
    /// Not to be used again.
    Spoilt,
}

impl Lease {
    /// For as long as it has its places.
    pub(super) fn new(
        held: Held,
        pool: &Arc<Pool>,
        place: OwnedSemaphorePermit,
        reader: Option<OwnedSemaphorePermit>,
    ) -> Lease {
        Lease { held, pool: pool.clone(), _place: place, _reader: reader, state: State::Rests }
    }

    /// The connection, to begin something in it.
    pub(super) fn begin(&mut self) -> Result<&Session, StoreError> {
        self.state = State::Works;
        match &self.held {
            Held::Own(session) => Ok(session),
            Held::Seat(seat) => Ok(&seat.session),
            Held::Nothing => Err(StoreError::Closed),
        }
    }

    /// Whether others use the connection, too.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.held, Held::Seat(_))
    }

    /// What was begun is over.
    pub(super) fn end(&mut self) {
        if self.state == State::Works {
            self.state = State::Rests;
        }
    }

    /// What was begun does not come to an end.
    pub(super) fn is_stuck(&mut self) {
        self.state = State::Stuck;
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
        let pool = &self.pool;
        match (std::mem::replace(&mut self.held, Held::Nothing), self.state) {
            (Held::Own(session), State::Rests) => pool.keep(session),
            (Held::Own(session), State::Spoilt) => pool.discard(session),
            (Held::Own(session), State::Works | State::Stuck) => {
                pool.cancel(&session);
                pool.discard(session);
            }
            // Whoever does not wait any more leaves an answer that nobody reads.
            (Held::Seat(_), State::Rests | State::Works) | (Held::Nothing, _) => {}
            // Not stopped: by now it may be another's statement that runs. The server has its own time limit.
            (Held::Seat(seat), State::Stuck | State::Spoilt) => seat.give_up(pool),
        }
    }
}
