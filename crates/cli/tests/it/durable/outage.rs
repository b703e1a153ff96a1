//! The server of the database crashes and comes back while the program stays up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::app::{self, App};
use super::client::Client;
use super::ledger::{Deed, Ledger};
use super::place::{Engine, Place};
use super::{below, rounds};

const WRITERS: usize = 4;
/// Of acknowledged writes, after some of which the server crashes.
const WRITES: u64 = 100;
/// However busy the machine is.
const RECOVERY: Duration = Duration::from_secs(10);
/// Less than an answer asks for, for a test has no time.
const PAUSE: Duration = Duration::from_millis(20);

/// The longest that a server is away here, and more.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a writer tells.
enum Told {
    Done(Instant),
    /// Who was refused.
    Refused(usize),
}

#[test]
fn a_crash_of_the_server_loses_and_doubles_nothing_and_asks_for_no_restart() {
    let Some(place) = Place::of(Engine::Postgres) else { return };
    let Place::Server(cluster) = &place else { return };
    let (bench, ledger, rounds) = (app::bench(), Ledger::default(), rounds(2));
    let mut app = App::start(&bench, &place.url());
    app.register("ana");
    let [token, refresh] = app.log_in("ana");
    let (over, mut slowest, mut sums) = (AtomicBool::new(false), Duration::ZERO, Sums::default());
    std::thread::scope(|scope| {
        let (tell, told) = channel();
        let writing: Vec<_> = (0..WRITERS)
            .map(|number| {
                let (client, tell, ledger, over) = (app.client(&token), tell.clone(), &ledger, &over);
                scope.spawn(move || write(number, client, ledger, &tell, over))
            })
            .collect();
        drop(tell);
        let end = Over(&over);
        for round in 0..rounds {
            await_writes(1 + below(WRITES), &told);
            std::thread::sleep(Duration::from_micros(below(20_000)));
            cluster.stop("immediate");
            // Every other time it stays away until all have noticed.
            if round % 2 == 0 {
                await_refusals(&told);
                ask_without_database(&app, &token, &refresh);
            }
            cluster.start_again();
            slowest = slowest.max(await_write_after(Instant::now(), &told));
        }
        drop(end);
        for writer in writing {
            sums.add(&writer.join().unwrap());
        }
    });
    assert!(app.is_running());
    app.stranger().ask("GET", "/readyz", None, None).expect(200);
    let figures = ledger.check(&place);
    println!("Postgres, {rounds} crashes: {figures}; {sums:?}; slowest recovery {slowest:?}");
    assert!(slowest < RECOVERY, "{slowest:?} to answer again");
}

/// Ends the writing, also when the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What writers saw.
#[derive(Debug, Default)]
struct Sums {
    refused: usize,
    /// Refused, though it had been done: the answer to the commit was lost.
    done_all_the_same: usize,
    slowest_answer: Duration,
}

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.refused += other.refused;
        self.done_all_the_same += other.done_all_the_same;
        self.slowest_answer = self.slowest_answer.max(other.slowest_answer);
    }
}

/// Writes, each under its key until it is done, until it is over.
fn write(number: usize, mut client: Client, ledger: &Ledger, tell: &Sender<Told>, over: &AtomicBool) -> Sums {
    let mut sums = Sums::default();
    for deed in (0..).map(|deed| Deed::new(&format!("writer-{number}"), deed)) {
        if over.load(Ordering::Relaxed) {
            break;
        }
        ledger.ask(&deed);
        let first = Instant::now();
        loop {
            let sent = Instant::now();
            assert!(sent - first < PATIENCE, "{deed:?} is refused for ever");
            let answer = deed.send(&mut client).unwrap_or_else(|error| panic!("the program stays up: {error}"));
            sums.slowest_answer = sums.slowest_answer.max(sent.elapsed());
            if answer.status < 300 {
                deed.check(&answer);
                sums.done_all_the_same += usize::from(answer.is_repeat());
                ledger.acknowledge(&deed);
                let _ = tell.send(Told::Done(Instant::now()));
                break;
            }
            answer.check_unavailable();
            sums.refused += 1;
            let _ = tell.send(Told::Refused(number));
            std::thread::sleep(PAUSE);
        }
    }
    sums
}

/// Whatever needs the database is refused for now, and nobody is taken for a stranger.
fn ask_without_database(app: &App, token: &str, refresh: &str) {
    let account = json!({ "email": "ana@example.com", "password": "correct horse battery" });
    let refresh = json!({ "refresh_token": refresh });
    let none: Option<&Value> = None;
    for (method, path, body) in [
        ("GET", "/readyz", none),
        ("GET", "/api/v1/notes", none),
        ("GET", "/api/v1/notes/1", none),
        ("DELETE", "/api/v1/notes/1", none),
        ("GET", "/auth/me", none),
        ("POST", "/auth/login", Some(&account)),
        ("POST", "/auth/register", Some(&account)),
        ("POST", "/auth/refresh", Some(&refresh)),
        ("POST", "/auth/logout", none),
    ] {
        let answer = app.client(token).ask(method, path, None, body);
        if path == "/auth/me" && answer.status == 200 {
            // Known from a moment ago.
            continue;
        }
        answer.check_unavailable();
    }
    app.stranger().ask("GET", "/healthz", None, None).expect(200);
}

fn await_writes(count: u64, told: &Receiver<Told>) {
    let mut left = count;
    while left > 0 {
        left -= u64::from(matches!(next(told), Told::Done(_)));
    }
}

fn await_refusals(told: &Receiver<Told>) {
    let mut refused = [false; WRITERS];
    while refused.contains(&false) {
        if let Told::Refused(writer) = next(told) {
            refused[writer] = true;
        }
    }
}

/// How long after a moment the next write was done.
fn await_write_after(moment: Instant, told: &Receiver<Told>) -> Duration {
    loop {
        if let Told::Done(at) = next(told)
            && at > moment
        {
            return at - moment;
        }
    }
}

fn next(told: &Receiver<Told>) -> Told {
    told.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("no answer at all: {error}"))
}
