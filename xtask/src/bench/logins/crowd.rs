//! Callers who do nothing but log in, each as soon as he was answered, or when the server told him to come back, until they are
//! told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::bench::logins::login;
use crate::bench::ours::PASSWORD;
use crate::bench::server::Running;

/// What the server says in `Retry-After`.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// What became of the log-ins.
#[derive(Default)]
pub struct Counts {
    /// Let in, or refused after a look at the password.
    pub answered: AtomicU64,
    /// Told to come back later.
    pub sent_away: AtomicU64,
    /// Whatever else.
    pub failed: AtomicU64,
    /// How long the slowest of those waited who were answered, in milliseconds.
    pub longest_ms: AtomicU64,
}

/// The callers.
pub struct Crowd {
    over: Arc<AtomicBool>,
    counts: Arc<Counts>,
    callers: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Lets so many begin.
    pub fn start(server: &Arc<Running>, size: u32) -> Crowd {
        let (over, counts) = (Arc::new(AtomicBool::new(false)), Arc::new(Counts::default()));
        let callers = (0..size).map(|number| {
            let (server, over, counts) = (server.clone(), over.clone(), counts.clone());
            std::thread::spawn(move || log_in(&server, number, &over, &counts))
        });
        let callers = callers.collect();
        Crowd { over, counts, callers }
    }

    /// How many log-ins were answered so far.
    pub fn answered(&self) -> u64 {
        self.counts.answered.load(Ordering::Relaxed)
    }

    /// Waits for the last answers.
    pub fn stop(self) -> Arc<Counts> {
        self.over.store(true, Ordering::Relaxed);
        self.callers.into_iter().for_each(|caller| drop(caller.join()));
        self.counts
    }
}

fn log_in(server: &Running, number: u32, over: &AtomicBool, counts: &Counts) {
    let Ok(mut connection) = server.connect() else { return };
    let request = login(&format!("user{}@example.com", 1 + number % 2), PASSWORD);
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        let status = connection.ask(&request).map(|answer| answer.status);
        let count = match status {
            Ok(503) => &counts.sent_away,
            Ok(200 | 401) => {
                let waited = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
                counts.longest_ms.fetch_max(waited, Ordering::Relaxed);
                &counts.answered
            }
            _ => &counts.failed,
        };
        count.fetch_add(1, Ordering::Relaxed);
        match status {
            // As long as it says, and a little more, by which they differ: else they would all come back at once.
            Ok(503) => std::thread::sleep(RETRY_AFTER + Duration::from_millis(u64::from(number) % 500)),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}
