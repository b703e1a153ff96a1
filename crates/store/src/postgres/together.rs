//! New rows of several callers in one transaction: those that come while others are being committed go with the next, and
//! wait for the disk once. Each is one statement that meets no other one, so that as a rule all go well. If one does not,
//! nothing was done, and each is run by itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{join_all, join3};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use work::{Answer, AtOnce, Mode, Outcome, Work};

use super::lease::Lease;
use super::session::Session;
use super::trouble::Trouble;
use super::{Shared, attempt, steps};
use crate::StoreError;

/// Works in one transaction at most.
const MOST: usize = 24;
/// Of more, `join_all` does not promise that all are polled before anything else is, and a commit could overtake them.
const _: () = assert!(MOST <= 30);
/// Transactions at a time: one that is sent while the other is written to the disk.
const FLIGHTS: usize = 2;
/// A statement that has to wait longer, in milliseconds, for somebody else is run by itself, where it holds up nobody.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 10";

/// What waits for the next transaction.
pub(super) struct Together {
    queue: Mutex<Queue>,
    most_waiting: usize,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    flights: usize,
    /// Of the last that came.
    number: u64,
}

struct Waiting {
    number: u64,
    at_once: Box<AtOnce>,
    reply: oneshot::Sender<Verdict>,
}

/// What became of one.
enum Verdict {
    Done(Answer),
    /// Nothing was done.
    Undone,
    Failed(StoreError),
}

impl Together {
    pub(super) fn new(most_waiting: usize) -> Together {
        Together { queue: Mutex::default(), most_waiting }
    }

    /// Whether a work can go with others.
    pub(super) fn takes(work: &Work) -> bool {
        work.mode == Mode::Write
            && work.idempotency.is_none()
            && work.at_once.as_ref().is_some_and(|at_once| at_once.meets_nobody)
    }

    fn push(&self, at_once: Box<AtOnce>, reply: oneshot::Sender<Verdict>) -> Result<Pushed, StoreError> {
        let mut queue = self.queue();
        if queue.waiting.len() >= self.most_waiting {
            return Err(StoreError::Overloaded);
        }
        queue.number += 1;
        let number = queue.number;
        queue.waiting.push_back(Waiting { number, at_once, reply });
        let starts = queue.flights < FLIGHTS;
        queue.flights += usize::from(starts);
        Ok(Pushed { number, starts })
    }

    /// Those that go next; none, and the flight is over.
    fn next(&self, flight: &mut Flight) -> Vec<Waiting> {
        let mut queue = self.queue();
        let mut next = Vec::new();
        while next.len() < MOST
            && let Some(waiting) = queue.waiting.pop_front()
        {
            // Nobody waits for it any more, and nothing was begun.
            if !waiting.reply.is_closed() {
                next.push(waiting);
            }
        }
        if next.is_empty() {
            queue.flights -= 1;
            flight.is_over = true;
        }
        next
    }

    /// Whether it was still waiting.
    fn give_up(&self, number: u64) -> bool {
        let mut queue = self.queue();
        let place = queue.waiting.iter().position(|waiting| waiting.number == number);
        place.and_then(|place| queue.waiting.remove(place)).is_some()
    }

    /// Nothing that panics runs under this lock, so that a poisoned one is as good as any.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Transactions of new rows, one after the other.
struct Flight {
    shared: Arc<Shared>,
    home: Handle,
    is_over: bool,
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if std::thread::panicking() {
            // The next one takes those who wait.
            let next = Flight { shared: self.shared.clone(), home: self.home.clone(), is_over: false };
            self.home.spawn(next.go());
        } else {
            // The runtime is shut down.
            self.shared.together.queue().flights -= 1;
        }
    }
}

struct Pushed {
    number: u64,
    starts: bool,
}

/// Runs a work with others. `None` if nothing was done and it has to be run by itself, step by step.
pub(super) async fn run(shared: &Arc<Shared>, home: &Handle, work: &mut Work) -> Result<Option<Outcome>, StoreError> {
    let Some(at_once) = work.at_once.take() else { return Ok(None) };
    let (reply, mut answer) = oneshot::channel();
    let Pushed { number, starts } = shared.together.push(at_once, reply)?;
    if starts {
        home.spawn(Flight { shared: shared.clone(), home: home.clone(), is_over: false }.go());
    }
    let limit = Duration::from_millis(shared.options.wait_timeout_ms);
    let verdict = match tokio::time::timeout(limit, &mut answer).await {
        Ok(verdict) => verdict,
        // Those before it take their time; perhaps there is a connection for it alone.
        Err(_) if shared.together.give_up(number) => return Ok(None),
        Err(_) => answer.await,
    };
    match verdict {
        Ok(Verdict::Done(answer)) => Ok(Some(Outcome::Done(answer))),
        Ok(Verdict::Undone) => Ok(None),
        Ok(Verdict::Failed(error)) => Err(error),
        // The task broke off in the middle.
        Err(_) => Err(StoreError::uncertain("the task that ran it panicked")),
    }
}

impl Flight {
    /// Until nothing waits.
    async fn go(mut self) {
        let shared = self.shared.clone();
        loop {
            let lease = shared.pool.lend(Mode::Write, false).await;
            // After the connection, so that whoever came meanwhile goes, too.
            let aboard = shared.together.next(&mut self);
            if aboard.is_empty() {
                return;
            }
            let (works, replies): (Vec<_>, Vec<_>) = aboard.into_iter().map(|one| (one.at_once, one.reply)).unzip();
            let verdicts = match lease {
                Ok(lease) => once(&shared, lease, &works).await,
                // Who has just come has not waited yet.
                Err(StoreError::Overloaded) => works.iter().map(|_| Verdict::Undone).collect(),
                Err(error) => works.iter().map(|_| Verdict::Failed(error.clone())).collect(),
            };
            for (reply, verdict) in replies.into_iter().zip(verdicts) {
                // Who does not wait any more does not want to know.
                let _ = reply.send(verdict);
            }
        }
    }
}

/// All in one transaction, or none.
async fn once(shared: &Shared, mut lease: Lease, works: &[Box<AtOnce>]) -> Vec<Verdict> {
    let limit = Duration::from_millis(shared.options.work_timeout_ms) + attempt::GRACE;
    let all = |error: &StoreError| works.iter().map(|_| Verdict::Failed(error.clone())).collect();
    let session = match lease.begin() {
        Ok(session) => session,
        Err(error) => return all(&error),
    };
    // Before anything is sent, for this waits for the server.
    let prepared = join_all(works.iter().map(|at_once| session.prepare(&at_once.statement.sql)));
    match tokio::time::timeout(limit, prepared).await {
        Ok(prepared) if prepared.iter().all(Result::is_ok) => {}
        // Each finds out by itself what is wrong with its own, or with the connection.
        ended => {
            if ended.is_err() {
                lease.is_stuck();
            } else {
                lease.spoil();
            }
            return works.iter().map(|_| Verdict::Undone).collect();
        }
    }
    let started = Instant::now();
    let ended = match tokio::time::timeout(limit, send(session, works)).await {
        Ok(ended) => ended,
        Err(_) => {
            lease.is_stuck();
            return all(&StoreError::uncertain("no answer came in time"));
        }
    };
    attempt::settle(&mut lease, &ended);
    match ended {
        Ok(answers) => {
            shared.pool.tally.synced(started.elapsed());
            let done = answers.iter().filter(|answer| !matches!(answer, Ok(None))).count();
            shared.pool.tally.committed(done as u64);
            let verdict = |answer: Result<Option<Answer>, StoreError>| match answer {
                Ok(Some(answer)) => Verdict::Done(answer),
                Ok(None) => Verdict::Undone,
                Err(error) => Verdict::Failed(error),
            };
            answers.into_iter().map(verdict).collect()
        }
        Err(Trouble::Failed(error @ StoreError::Uncertain { .. })) => all(&error),
        Err(trouble) => {
            tracing::debug!(?trouble, works = works.len(), "works that went together are run one by one");
            works.iter().map(|_| Verdict::Undone).collect()
        }
    }
}

type Answers = Vec<Result<Option<Answer>, StoreError>>;

/// Sends all that there is in one packet, and reads the answers. An error that is not [`StoreError::Uncertain`] is the
/// server's word that one of them failed, and has undone all.
async fn send(session: &Session, works: &[Box<AtOnce>]) -> Result<Answers, Trouble> {
    let lost = |error: &tokio_postgres::Error| Trouble::Failed(StoreError::uncertain(super::trouble::told(error)));
    // Polled in this order, and each is in the queue to the server after its first poll.
    let begun = session.client.batch_execute(BEGIN);
    let run = join_all(works.iter().map(|at_once| async move {
        let sql = &at_once.statement.sql;
        let rows = session.send_now(&at_once.statement).await.map_err(|error| said(&error, sql))?;
        let mut answer = Answer::default();
        let mut unread = None;
        let found = steps::first(rows, &at_once.shape, &mut answer, &mut unread).await;
        let found = found.map_err(|error| said(&error, sql))?;
        // Written, though it cannot be shown: too long, or not what it should be.
        Ok(unread.map_or(Ok(found.then_some(answer)), Err))
    }));
    let committed = session.client.batch_execute("COMMIT");
    let (begun, ran, committed) = join3(begun, run, committed).await;
    // Had it not begun, each of them would have been a transaction.
    begun.map_err(|error| lost(&error))?;
    let answers = ran.into_iter().collect::<Result<Answers, Trouble>>()?;
    committed.map_err(|error| lost(&error))?;
    Ok(answers)
}

/// Only what the server says has undone anything. A connection that is lost, or a statement that we could not send, leaves
/// open what became of the others.
fn said(error: &tokio_postgres::Error, sql: &str) -> Trouble {
    match (error.as_db_error(), Trouble::of(error, sql)) {
        (None, _) | (_, Trouble::Lost(_)) => Trouble::Failed(StoreError::uncertain(super::trouble::told(error))),
        (Some(_), trouble) => trouble,
    }
}
