//! A work on a connection: in a transaction if it needs one, again if it met another, and never twice by mistake.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use work::{Cost, Mode, Outcome, Work};

use super::Shared;
use super::connector;
use super::lease::Lease;
use super::pool::Pool;
use super::session::Session;
use super::steps::Run;
use super::trouble::Trouble;
use crate::StoreError;

/// How much longer than the server we wait for its word that something took too long.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// Runs a work, on this connection first and on others if that one is of no use.
pub(super) async fn run(shared: &Arc<Shared>, work: &Work, lease: Lease) -> Result<Outcome, StoreError> {
    let mut lease = Some(lease);
    let mut tries = shared.options.retries;
    loop {
        let held = match lease.take() {
            Some(lease) => lease,
            None => shared.pool.lend(work.mode, is_glance(work)).await?,
        };
        let trouble = match once(shared, work, held).await {
            Ok(outcome) => return Ok(outcome),
            Err(Trouble::Refused(refusal)) => return Ok(Outcome::Refused(refusal)),
            Err(Trouble::Failed(error)) => return Err(named(error, shared.options.work_timeout_ms)),
            Err(trouble) => trouble,
        };
        if tries == 0 {
            return Err(trouble.into_error());
        }
        tries -= 1;
        tracing::debug!(?trouble, "a work is tried again");
        if matches!(trouble, Trouble::Met(_)) {
            tokio::time::sleep(jitter() * (shared.options.retries - tries)).await;
        }
    }
}

/// With the length of the limit that was passed.
pub(super) fn named(error: StoreError, after_ms: u64) -> StoreError {
    match error {
        StoreError::Timeout { .. } => StoreError::Timeout { after_ms },
        other => other,
    }
}

/// Two that met must not meet again in step.
fn jitter() -> Duration {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    Duration::from_micros(u64::from(nanos / 1_000 % 20_000) + 1_000)
}

/// Whether one statement is all of it.
fn is_alone(work: &Work) -> bool {
    work.idempotency.is_none() && work.steps.len() <= 1
}

/// Whether it is over so soon that it can share a connection.
pub(super) fn is_glance(work: &Work) -> bool {
    work.mode == Mode::Read(Cost::Point) && is_alone(work)
}

async fn once(shared: &Arc<Shared>, work: &Work, mut lease: Lease) -> Result<Outcome, Trouble> {
    let limit = Duration::from_millis(shared.options.work_timeout_ms) + GRACE;
    let alone = is_alone(work);
    let session = lease.begin()?;
    // Whether what runs may be committed by the server at any moment.
    let commits = AtomicBool::new(false);
    let running = async {
        let started = Instant::now();
        commits.store(work.mode == Mode::Write, Ordering::Relaxed);
        let by_itself = match alone {
            true => Some(statement(session, work).await?),
            false => at_once(session, work).await?,
        };
        match by_itself {
            // The commit is a part of the statement, and as a rule the longest.
            Some(outcome) if work.mode == Mode::Write => {
                shared.pool.tally.synced(started.elapsed());
                Ok(outcome)
            }
            Some(outcome) => Ok(outcome),
            None => transaction(shared, session, work, &commits).await,
        }
    };
    // Past the limit the lease is dropped in the middle of its work, which stops it.
    let ended = match tokio::time::timeout(limit, running).await {
        Ok(ended) => ended,
        Err(_) if commits.load(Ordering::Relaxed) => {
            return Err(Trouble::Failed(StoreError::uncertain("no answer came in time")));
        }
        Err(_) => {
            lease.is_stuck();
            return Err(Trouble::Failed(StoreError::Timeout { after_ms: 0 }));
        }
    };
    settle(&mut lease, &ended);
    if let (Ok(Outcome::Done(answer)), Mode::Write) = (&ended, work.mode)
        && !answer.replayed
    {
        shared.pool.tally.committed(1);
    }
    ended
}

/// What the connection is worth after this.
pub(super) fn settle<T>(lease: &mut Lease, ended: &Result<T, Trouble>) {
    match ended {
        Err(Trouble::Lost(_)) | Err(Trouble::Failed(StoreError::Uncertain { .. })) => lease.spoil(),
        Err(Trouble::Pooled(_)) => {
            lease.spoil();
            lease.pool().found_pooled();
        }
        Err(Trouble::Outdated(_)) => {
            if let Ok(session) = lease.begin() {
                session.forget();
            }
            lease.end();
        }
        _ => lease.end(),
    }
}

/// A single statement is a transaction by itself; one that is refused has changed nothing.
async fn statement(session: &Session, work: &Work) -> Result<Outcome, Trouble> {
    let ended = Run::new(session, None).steps(work).await;
    match ended {
        // It may have been committed before the connection was lost.
        Err(Trouble::Lost(error)) if work.mode == Mode::Write => {
            Err(Trouble::Failed(StoreError::uncertain(error.to_string())))
        }
        other => other,
    }
}

/// What one statement did in place of all the steps, if it could.
async fn at_once(session: &Session, work: &Work) -> Result<Option<Outcome>, Trouble> {
    let (Some(at_once), None) = (&work.at_once, &work.idempotency) else { return Ok(None) };
    match Run::new(session, None).answer(&at_once.statement, &at_once.shape).await {
        Ok(answer) => Ok(answer.map(Outcome::Done)),
        // It may have been committed before the connection was lost.
        Err(Trouble::Lost(error)) => Err(Trouble::Failed(StoreError::uncertain(error.to_string()))),
        Err(trouble) => Err(trouble),
    }
}

async fn transaction(
    shared: &Arc<Shared>,
    session: &Session,
    work: &Work,
    commits: &AtomicBool,
) -> Result<Outcome, Trouble> {
    commits.store(false, Ordering::Relaxed);
    let mut run = Run::new(session, Some(begin(&shared.pool, work.mode)));
    let ended = steps(shared, &mut run, work).await;
    match ended {
        Ok(Outcome::Done(_)) => {
            commits.store(work.mode == Mode::Write, Ordering::Relaxed);
            let started = Instant::now();
            commit(session).await?;
            if work.mode == Mode::Write {
                shared.pool.tally.synced(started.elapsed());
            }
        }
        Err(Trouble::Lost(_)) => {}
        _ => roll_back(session).await?,
    }
    ended
}

/// The steps of a work, or what was answered before under its key.
pub(super) async fn steps(shared: &Shared, run: &mut Run<'_>, work: &Work) -> Result<Outcome, Trouble> {
    let Some(asked) = &work.idempotency else { return run.steps(work).await };
    if let Some(outcome) = shared.keys.find(run, asked).await? {
        return Ok(outcome);
    }
    let outcome = run.steps(work).await?;
    if let Outcome::Done(answer) = &outcome {
        shared.keys.keep(run, asked, answer).await?;
    }
    Ok(outcome)
}

/// What begins a transaction. Writes see what others have committed meanwhile and wait for the rows that they change; under
/// a stricter level those that want the same row would undo each other.
pub(super) fn begin(pool: &Pool, mode: Mode) -> String {
    let begin = match mode {
        Mode::Write => "BEGIN ISOLATION LEVEL READ COMMITTED",
        Mode::Read(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    if pool.is_pooled() { format!("{begin}; {}", pool.limits(connector::TRANSACTION)) } else { begin.to_owned() }
}

/// Waits for the disk.
pub(super) async fn commit(session: &Session) -> Result<(), Trouble> {
    match session.client.batch_execute("COMMIT").await.map_err(|error| Trouble::of(&error, "COMMIT")) {
        Err(Trouble::Lost(error)) => Err(Trouble::Failed(StoreError::uncertain(error.to_string()))),
        other => other,
    }
}

pub(super) async fn roll_back(session: &Session) -> Result<(), Trouble> {
    session.client.batch_execute("ROLLBACK").await.map_err(|error| Trouble::of(&error, "ROLLBACK"))
}
