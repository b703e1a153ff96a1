//! A caller's closure in a transaction on a connection of its own, on a thread that may block.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;
use work::{Answer, Idempotency, Mode, Outcome, Step, Work};

use super::Shared;
use super::attempt::{self, begin, named, settle};
use super::lease::Lease;
use super::steps::Run;
use super::trouble::Trouble;
use crate::StoreError;
use crate::transaction::{Running, Transaction, said};

/// Each work has a savepoint, to which a refusal goes back.
const SAVE: &str = "SAVEPOINT \"work\"";
/// The one before goes, or they would pile up in the server.
const SAVE_AGAIN: &str = "RELEASE SAVEPOINT \"work\"; SAVEPOINT \"work\"";
const BACK: &str = "ROLLBACK TO SAVEPOINT \"work\"";

/// Runs a closure and keeps what it did, if it wants that.
pub(super) fn run<T, A: From<StoreError>>(
    shared: &Arc<Shared>,
    home: Handle,
    lease: Lease,
    run: impl FnOnce(&mut Transaction<'_>) -> Result<T, A>,
) -> Result<T, A> {
    let limit = Duration::from_millis(shared.options.work_timeout_ms);
    let deadline = Instant::now() + limit;
    let mut open = Open { shared, home, lease, deadline, stage: Stage::Before, doomed: None, stays: Vec::new() };
    let ran = catch_unwind(AssertUnwindSafe(|| run(&mut Transaction::on(&mut open))));
    let wanted = matches!((&open.doomed, &ran), (None, Ok(Ok(_))));
    let ended = open.finish(wanted);
    let is_doomed = open.doomed.is_some();
    if !(wanted && ended.is_ok()) {
        open.leave().inspect_err(|error| {
            tracing::error!(%error, "what was to stay of a transaction that was undone is lost");
        })?;
    }
    match ran {
        Ok(Err(error)) if !is_doomed => Err(error),
        Ok(Ok(value)) => ended.map(|()| value).map_err(A::from),
        Ok(Err(_)) => Err(ended.err().unwrap_or(StoreError::Closed).into()),
        Err(panic) => Err(StoreError::broken(format!("a transaction panicked: {}", said(&*panic))).into()),
    }
}

/// A transaction that begins with its first work.
struct Open<'a> {
    shared: &'a Arc<Shared>,
    home: Handle,
    lease: Lease,
    deadline: Instant,
    stage: Stage,
    /// Why nothing more can be run, and nothing that was done can stay.
    doomed: Option<StoreError>,
    /// What was done for good.
    stays: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    /// Begun, with a savepoint.
    Saved,
}

/// What a transaction is asked for.
enum Asked<'a> {
    Work(&'a Work),
    Replay(&'a Idempotency),
    HasPart(&'a Idempotency),
    Keep(&'a Idempotency, &'a Answer),
}

impl Running for Open<'_> {
    fn run(&mut self, work: &Work) -> Result<Outcome, StoreError> {
        if work.steps.is_empty() && work.idempotency.is_none() {
            return Ok(Outcome::Done(Answer::default()));
        }
        self.ask(&Asked::Work(work)).map(|outcome| outcome.unwrap_or(Outcome::Done(Answer::default())))
    }

    fn stays(&mut self) -> &mut Vec<Step> {
        &mut self.stays
    }

    fn replay(&mut self, idempotency: &Idempotency) -> Result<Option<Outcome>, StoreError> {
        self.ask(&Asked::Replay(idempotency))
    }

    fn has_part(&mut self, idempotency: &Idempotency) -> Result<bool, StoreError> {
        self.ask(&Asked::HasPart(idempotency)).map(|found| found.is_some())
    }

    fn keep(&mut self, idempotency: &Idempotency, answer: &Answer) -> Result<(), StoreError> {
        self.ask(&Asked::Keep(idempotency, answer)).map(drop)
    }
}

impl Open<'_> {
    fn ask(&mut self, asked: &Asked<'_>) -> Result<Option<Outcome>, StoreError> {
        if let Some(error) = &self.doomed {
            return Err(error.clone());
        }
        let (home, deadline) = (self.home.clone(), self.deadline);
        let ended = home.block_on(async { tokio::time::timeout_at(deadline, self.answer(asked)).await });
        let after_ms = self.shared.options.work_timeout_ms;
        match ended {
            Ok(Ok(outcome)) => Ok(outcome),
            // Undone, and the transaction stands.
            Ok(Err(Trouble::Failed(error))) if !matches!(error, StoreError::Timeout { .. }) => Err(error),
            Ok(Err(trouble)) => {
                if let Trouble::Pooled(_) = trouble {
                    self.lease.pool().found_pooled();
                }
                Err(self.doom(named(trouble.into_error(), after_ms)))
            }
            // Whatever runs is stopped when the connection is let go of.
            Err(_) => Err(self.doom(StoreError::Timeout { after_ms })),
        }
    }

    async fn answer(&mut self, asked: &Asked<'_>) -> Result<Option<Outcome>, Trouble> {
        let before = match self.stage {
            Stage::Before => format!("{}; {SAVE}", begin(&self.shared.pool, Mode::Write)),
            Stage::Saved => SAVE_AGAIN.to_owned(),
        };
        let session = self.lease.begin()?;
        self.stage = Stage::Saved;
        let mut run = Run::new(session, Some(before));
        let ended = match asked {
            Asked::Work(work) => attempt::steps(self.shared, &mut run, work).await.map(Some),
            Asked::Replay(asked) => self.shared.keys.find(&mut run, asked).await,
            Asked::HasPart(asked) => {
                let found = self.shared.keys.has_part(&mut run, asked).await;
                found.map(|found| found.then(|| Outcome::Done(Answer::default())))
            }
            Asked::Keep(asked, answer) => self.shared.keys.keep(&mut run, asked, answer).await.map(|()| None),
        };
        match &ended {
            Ok(Some(Outcome::Refused(_))) | Err(Trouble::Failed(_)) => {
                session.client.batch_execute(BACK).await.map_err(|error| Trouble::of(&error, BACK))?;
            }
            Err(Trouble::Refused(refusal)) => {
                session.client.batch_execute(BACK).await.map_err(|error| Trouble::of(&error, BACK))?;
                return Ok(Some(Outcome::Refused(refusal.clone())));
            }
            _ => {}
        }
        ended
    }

    fn doom(&mut self, error: StoreError) -> StoreError {
        self.doomed.insert(error).clone()
    }

    /// Commits, or undoes all of it.
    fn finish(&mut self, wanted: bool) -> Result<(), StoreError> {
        if let Some(error) = &self.doomed {
            // The connection is still at work, or spoilt: it is not given back, and what it was at ends with it.
            return Err(error.clone());
        }
        if self.stage == Stage::Before {
            return Ok(());
        }
        let home = self.home.clone();
        let session = self.lease.begin()?;
        let limit = Duration::from_millis(self.shared.options.work_timeout_ms) + attempt::GRACE;
        let ending = async {
            let ending =
                async { if wanted { attempt::commit(session).await } else { attempt::roll_back(session).await } };
            let late = Err(Trouble::Failed(StoreError::uncertain("no answer to the commit came in time")));
            tokio::time::timeout(limit, ending).await.unwrap_or(late)
        };
        let ended = home.block_on(ending);
        settle(&mut self.lease, &ended);
        if wanted && ended.is_ok() {
            self.shared.pool.tally.committed(1);
        }
        ended.map_err(Trouble::into_error)
    }

    /// Does once more what was done for good, in a transaction of its own. On this connection, unless it was given up.
    fn leave(self) -> Result<(), StoreError> {
        let Open { shared, home, lease, doomed, stays, .. } = self;
        if stays.is_empty() {
            return Ok(());
        }
        let lease = doomed.is_none().then_some(lease);
        let outcome = home.block_on(async {
            let lease = match lease {
                Some(lease) => lease,
                None => shared.pool.lend(Mode::Write, false).await?,
            };
            attempt::run(shared, &Work::write(stays), lease).await
        })?;
        match outcome {
            Outcome::Done(_) => Ok(()),
            Outcome::Refused(_) => Err(StoreError::broken("what was to stay was refused")),
        }
    }
}
