//! Several things that code asks for as one change.

use std::sync::atomic::{AtomicBool, Ordering};

use blueprint::EntityIndex;
use store::StoreError;
use work::{Outcome, Work};

use super::{Ask, Reach, Visit};
use crate::audit::reads;
use crate::error::ApiError;
use crate::http::HttpResponse;

/// A transaction of code: the same stages as [`Visit::run`], several times, as one change.
pub struct Transaction<'a> {
    pub(super) visit: &'a Visit,
    pub(super) store: &'a mut dyn FnMut(&Work, Stays) -> Result<Outcome, StoreError>,
    pub(super) seen: &'a Seen,
}

/// Whether a work is undone with all else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stays {
    WithTheRest,
    /// The audit rows of what was looked at, past the caller's rows or where reads are audited: what was seen stays seen, though all
    /// else be undone, and whether the caller still waits for the answer or not.
    ForGood,
}

/// What is to be known of a transaction when it is over.
#[derive(Default)]
pub(super) struct Seen {
    /// It has changed the row that `If-Match` speaks of, which counts once its changes stay.
    is_spent: AtomicBool,
}

impl Seen {
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }
}

impl Transaction<'_> {
    /// The request that it is done for.
    pub fn visit(&self) -> &Visit {
        self.visit
    }

    /// The same transaction, for a while.
    pub fn again(&mut self) -> Transaction<'_> {
        Transaction { visit: self.visit, store: &mut *self.store, seen: self.seen }
    }

    /// Does what is asked, in the rows that are reached. What it reads is what the transaction has written.
    ///
    /// # Errors
    /// The first stage that refuses. That alone undoes only this step; the closure decides whether to go on.
    pub fn run(&mut self, entity: EntityIndex, ask: &Ask<'_>, reach: &Reach) -> Result<HttpResponse, ApiError> {
        let is_spent = self.visit.is_spent() || self.seen.is_spent();
        let (plan, rights) = self.visit.plan(entity, ask, reach, is_spent)?;
        let outcome = (self.store)(&self.visit.render(&plan, &rights), Stays::WithTheRest)?;
        if let Some(witness) = self.visit.witness(&plan, &outcome)? {
            (self.store)(&witness, Stays::ForGood).map_err(reads::unwritten)?;
        }
        let response = self.visit.respond(&plan, outcome)?;
        if self.visit.spends(&plan) {
            self.seen.is_spent.store(true, Ordering::Relaxed);
        }
        Ok(response)
    }
}
