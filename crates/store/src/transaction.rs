//! Several works as one, with a caller's own code between them: what a closure sees of the transaction that it runs in. Each
//! engine has its own way to run the closure.

use std::any::Any;

use work::{Answer, Idempotency, Outcome, Step, Work};

use crate::StoreError;

/// What a closure runs its works on. Reads see what it has written.
///
/// While it runs it holds up others (all writers on SQLite, a connection on Postgres), so it should compute little and wait
/// for nothing.
pub struct Transaction<'a> {
    running: &'a mut dyn Running,
    #[cfg(feature = "tamper")]
    pub(crate) tamper: crate::tamper::Tamper,
}

/// A transaction that an engine has begun.
pub(crate) trait Running {
    fn run(&mut self, work: &Work) -> Result<Outcome, StoreError>;
    /// What is to be done again if the transaction does not come to stay.
    fn stays(&mut self) -> &mut Vec<Step>;
    fn replay(&mut self, idempotency: &Idempotency) -> Result<Option<Outcome>, StoreError>;
    fn has_part(&mut self, idempotency: &Idempotency) -> Result<bool, StoreError>;
    fn keep(&mut self, idempotency: &Idempotency, answer: &Answer) -> Result<(), StoreError>;
}

impl<'a> Transaction<'a> {
    pub(crate) fn on(running: &'a mut dyn Running) -> Transaction<'a> {
        Transaction {
            running,
            #[cfg(feature = "tamper")]
            tamper: crate::tamper::Tamper::default(),
        }
    }

    /// Runs a work. One that is refused or fails has changed nothing, and the transaction can go on without it.
    ///
    /// # Errors
    /// Those of [`crate::Store::run`]. A timeout is that of the whole transaction, and nothing can be run after it.
    pub fn run(&mut self, work: &Work) -> Result<Outcome, StoreError> {
        #[cfg(feature = "tamper")]
        let work = &self.tamper.applied(work.clone());
        self.running.run(work)
    }

    /// Runs a work that stays though all else be undone: then it is done once more by itself, before the closure's caller learns
    /// anything, and whether he waits for that or not.
    ///
    /// # Errors
    /// Those of [`Transaction::run`]. Where it cannot be done once more, the caller gets that error in place of the closure's.
    pub fn run_for_good(&mut self, work: &Work) -> Result<Outcome, StoreError> {
        let outcome = self.run(work)?;
        if let Outcome::Done(_) = outcome {
            self.running.stays().extend(work.steps.iter().cloned());
        }
        Ok(outcome)
    }

    /// What was answered before under an idempotency key, or why nothing may be; `None` if the key is new.
    ///
    /// # Errors
    /// Those of [`Transaction::run`].
    pub fn replay(&mut self, idempotency: &Idempotency) -> Result<Option<Outcome>, StoreError> {
        self.running.replay(idempotency)
    }

    /// Whether an answer was kept of a part of what this asks for: one whose scope is this one, `#` and more, and whose
    /// fingerprint begins with this one.
    ///
    /// # Errors
    /// Those of [`Transaction::run`].
    pub fn has_part(&mut self, idempotency: &Idempotency) -> Result<bool, StoreError> {
        self.running.has_part(idempotency)
    }

    /// Keeps the answer of the whole transaction under an idempotency key.
    ///
    /// # Errors
    /// Those of [`Transaction::run`].
    pub fn keep(&mut self, idempotency: &Idempotency, answer: &Answer) -> Result<(), StoreError> {
        self.running.keep(idempotency, answer)
    }
}

/// What a panic said.
pub(crate) fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
