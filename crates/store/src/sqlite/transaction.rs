//! A caller's closure as one of the writer's jobs: it that runs on the writer's thread, inside the
//! transaction of the batch and in a savepoint of its own. All of it happens or nothing, and none of its neighbours can
//! tell.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;
use work::{Answer, Idempotency, Outcome, Step, Work};

use super::connection::{Deadline, Handle};
use super::{commit, idempotency, steps};
use crate::StoreError;
use crate::transaction::{Running, Transaction, said};

/// The writer's transaction, as a closure sees it.
struct InBatch<'a> {
    handle: &'a Handle,
    deadline: Deadline,
    /// Why nothing more can be run, and nothing that was done can stay.
    doomed: Option<StoreError>,
    stays: &'a mut Vec<Step>,
}

impl Running for InBatch<'_> {
    fn run(&mut self, work: &Work) -> Result<Outcome, StoreError> {
        self.limited(|connection| commit::in_savepoint(connection, |connection| steps::run(connection, work)))
    }

    fn stays(&mut self) -> &mut Vec<Step> {
        self.stays
    }

    fn replay(&mut self, idempotency: &Idempotency) -> Result<Option<Outcome>, StoreError> {
        self.limited(|connection| idempotency::find(connection, idempotency))
    }

    fn has_part(&mut self, idempotency: &Idempotency) -> Result<bool, StoreError> {
        self.limited(|connection| idempotency::has_part(connection, idempotency))
    }

    fn keep(&mut self, idempotency: &Idempotency, answer: &Answer) -> Result<(), StoreError> {
        self.limited(|connection| idempotency::keep(connection, idempotency, answer))
    }
}

impl InBatch<'_> {
    fn limited<T>(&mut self, run: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(error) = &self.doomed {
            return Err(error.clone());
        }
        if self.deadline.has_passed() {
            return Err(self.doom(self.handle.timeout()));
        }
        let result = self.handle.limited_until(self.deadline, run);
        // Without a transaction, every further statement would be committed by itself.
        match &result {
            Err(error) if self.handle.connection.is_autocommit() => Err(self.doom(error.clone())),
            Ok(_) if self.handle.connection.is_autocommit() => Err(self.doom(StoreError::broken("the work ended it"))),
            _ => result,
        }
    }

    fn doom(&mut self, error: StoreError) -> StoreError {
        self.doomed.insert(error).clone()
    }
}

/// A closure that waits for its turn, and what came of it.
pub(crate) struct Task {
    body: Box<dyn Body>,
    /// Whether what the closure returned holds.
    pub(crate) result: Result<Kept, StoreError>,
    /// What it did for good.
    stays: Vec<Step>,
}

/// Whether a closure wanted its changes kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    No,
}

impl Task {
    /// A closure and the channel on which its caller waits.
    pub(crate) fn new<T, A>(
        run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send + 'static,
        reply: oneshot::Sender<Result<T, A>>,
    ) -> Task
    where
        T: Send + 'static,
        A: From<StoreError> + Send + 'static,
    {
        let body = Box::new(Asked { run: Some(run), returned: None, reply });
        Task { body, result: Err(StoreError::Closed), stays: Vec::new() }
    }

    /// Whether nobody waits for it any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.body.is_abandoned()
    }

    /// Runs it in a savepoint of the transaction that has begun. When SQLite has undone all of that transaction, the
    /// connection says so.
    pub(crate) fn run(&mut self, handle: &Handle) {
        let stays = &mut self.stays;
        let mut batch = InBatch { handle, deadline: handle.deadline(), doomed: None, stays };
        let body = &mut self.body;
        self.result = commit::in_savepoint(&handle.connection, |_| {
            let ran = catch_unwind(AssertUnwindSafe(|| body.run(&mut Transaction::on(&mut batch))));
            match (batch.doomed.take(), ran) {
                (Some(error), _) => Err(error),
                (None, Ok(kept)) => Ok(kept),
                (None, Err(panic)) => Err(StoreError::broken(format!("a transaction panicked: {}", said(&*panic)))),
            }
        });
    }

    /// Does once more what it did for good, if all of it was undone. After the batch, in a transaction of its own: whatever undid
    /// the batch.
    pub(crate) fn leave(&mut self, handle: &Handle) {
        let steps = std::mem::take(&mut self.stays);
        if self.result == Ok(Kept::Yes) || steps.is_empty() {
            return;
        }
        let left = commit::alone(handle, &Work::write(steps));
        if let Err(error) = left.and_then(|outcome| match outcome {
            Outcome::Done(_) => Ok(()),
            Outcome::Refused(_) => Err(StoreError::broken("what was to stay was refused")),
        }) {
            if self.is_abandoned() {
                tracing::error!(%error, "what was to stay of a transaction that was undone is lost");
            }
            self.result = Err(error);
        }
    }

    /// Tells the caller.
    pub(crate) fn answer(self) {
        self.body.answer(self.result.map(drop));
    }
}

impl commit::Undoable for Kept {
    fn stays(&self) -> bool {
        *self == Kept::Yes
    }
}

/// A closure without the types of what it returns.
trait Body: Send {
    fn is_abandoned(&self) -> bool;
    fn run(&mut self, transaction: &mut Transaction<'_>) -> Kept;
    fn answer(self: Box<Self>, result: Result<(), StoreError>);
}

struct Asked<F, T, A> {
    run: Option<F>,
    returned: Option<Result<T, A>>,
    reply: oneshot::Sender<Result<T, A>>,
}

impl<F, T, A> Body for Asked<F, T, A>
where
    F: FnOnce(&mut Transaction<'_>) -> Result<T, A> + Send,
    T: Send,
    A: From<StoreError> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, transaction: &mut Transaction<'_>) -> Kept {
        self.returned = self.run.take().map(|run| run(transaction));
        if matches!(self.returned, Some(Ok(_))) { Kept::Yes } else { Kept::No }
    }

    fn answer(self: Box<Self>, result: Result<(), StoreError>) {
        let never_ran = || Err(A::from(StoreError::broken("a transaction was not run")));
        let answer = match result {
            Ok(()) => self.returned.unwrap_or_else(never_ran),
            Err(error) => Err(A::from(error)),
        };
        // Whoever asked may be gone; what was done is done all the same.
        let _ = self.reply.send(answer);
    }
}
