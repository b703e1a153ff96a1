//! The threads that hash passwords, and nothing else: as few as are asked for, made when they are first wanted, below every other
//! thread of the server where the system lets a thread be that.
//!
//! Each keeps the memory of a hash, some 20 MB, while there is work, and gives it back soon afterwards: to ask the system for it
//! each time would hold up whoever else asks for memory.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::Block;
use tokio::sync::{Semaphore, oneshot};

/// How long the memory is kept for the next password.
const KEPT: Duration = Duration::from_secs(2);

/// As much lower as a higher number says: below everybody else, and yet not so low that programs beside the server, which are no
/// more urgent, would keep a log-in waiting for many seconds.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Memory for one hash at a time.
#[derive(Default)]
pub(super) struct Memory(Vec<Block>);

impl Memory {
    /// At least so many blocks, with whatever was left in them: Argon2 reads none that it has not written.
    pub(super) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.len() < count {
            self.0 = Vec::new();
            self.0.resize(count, Block::default());
        }
        &mut self.0
    }
}

type Job = Box<dyn FnOnce(&mut Memory) + Send>;

/// Threads for hashing.
pub(super) struct Threads {
    /// A permit is the right to a thread.
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Sender<Job>>>>,
}

impl Threads {
    /// At most so many threads.
    pub(super) fn new(most: usize) -> Threads {
        Threads { permits: Arc::new(Semaphore::new(most)), idle: Arc::default() }
    }

    /// Waits for a thread, says so, and waits for what it makes of the work; `None` if it did not come to its end. Whoever leaves
    /// before the work begins takes it along; later it is done for nobody.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        begins: impl FnOnce(),
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Option<T> {
        let permit = self.permits.clone().acquire_owned().await.ok()?;
        begins();
        let thread = self.take().or_else(start)?;
        let (done, wait) = oneshot::channel();
        let (idle, again) = (self.idle.clone(), thread.clone());
        let job = move |memory: &mut Memory| {
            let made = work(memory);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(again);
            // Only now: whoever has a permit finds a thread.
            drop(permit);
            // Nobody may be waiting any more.
            let _ = done.send(made);
        };
        thread.send(Box::new(job)).ok()?;
        wait.await.ok()
    }

    /// The one that worked last: its memory is still there.
    fn take(&self) -> Option<Sender<Job>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

fn start() -> Option<Sender<Job>> {
    let (sender, jobs) = channel();
    let started = std::thread::Builder::new().name("passwords".to_owned()).spawn(move || serve(&jobs));
    match started {
        Ok(_) => Some(sender),
        Err(error) => {
            tracing::error!(%error, "a thread for passwords could not be started");
            None
        }
    }
}

/// Until the last sender is gone.
fn serve(jobs: &Receiver<Job>) {
    step_back();
    let mut memory = Memory::default();
    loop {
        let job = match jobs.recv_timeout(KEPT) {
            Ok(job) => job,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                memory = Memory::default();
                match jobs.recv() {
                    Ok(job) => job,
                    Err(_) => return,
                }
            }
        };
        job(&mut memory);
    }
}

/// Lets every other thread go first: on Linux priorities are those of threads, and a lower one asks for no right.
#[cfg(target_os = "linux")]
fn step_back() {
    use rustix::process::{getpriority_process, setpriority_process};
    let stepped = match getpriority_process(None) {
        // The whole server runs at such a priority.
        Ok(nice) if nice >= NICE => return,
        _ => setpriority_process(None, NICE),
    };
    if let Err(error) = stepped {
        tracing::debug!(%error, "passwords are hashed at the priority of everything else");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn no_more_work_at_once_than_there_are_threads() {
        let threads = Arc::new(Threads::new(2));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let callers = (0..50).map(|number| {
            let (threads, now, most) = (threads.clone(), now.clone(), most.clone());
            tokio::spawn(async move {
                let work = move |memory: &mut Memory| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let blocks = memory.blocks(64).len();
                    now.fetch_sub(1, Ordering::SeqCst);
                    (number, blocks, std::thread::current().name().map(str::to_owned))
                };
                threads.run(|| {}, work).await
            })
        });
        for (number, caller) in callers.collect::<Vec<_>>().into_iter().enumerate() {
            assert_eq!(caller.await.unwrap(), Some((number, 64, Some("passwords".to_owned()))));
        }
        assert!(most.load(Ordering::SeqCst) <= 2);
        assert!(threads.idle.lock().unwrap().len() <= 2);
    }

    #[tokio::test]
    async fn work_that_fails_takes_no_place_from_others() {
        let threads = Threads::new(1);
        for _ in 0..3 {
            assert_eq!(threads.run(|| {}, |_| -> u8 { panic!("on purpose") }).await, None);
            assert_eq!(threads.run(|| {}, |_| 7).await, Some(7));
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn everybody_else_goes_first() {
        let nice = |_: &mut Memory| {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
            let (_, fields) = stat.rsplit_once(')').unwrap();
            fields.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
        };
        let here = nice(&mut Memory::default());
        assert_eq!(Threads::new(1).run(|| {}, nice).await, Some(here.max(NICE)));
        assert_eq!(nice(&mut Memory::default()), here, "only threads for passwords step back");
    }
}
