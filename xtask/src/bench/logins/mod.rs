//! `cargo xtask logins`: what hundreds of log-ins at once do to the memory of the server and to everybody else's requests, and
//! whether the time of a refused one tells that there is an account.

mod crowd;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use self::crowd::Crowd;
use crate::bench::contender::User;
use crate::bench::http::{Connection, Request};
use crate::bench::ours::{Program, Served, join};
use crate::bench::server::Running;
use crate::bench::step;
use crate::failure::{Failure, Result};

/// How much of everything.
#[derive(clap::Args)]
pub struct Args {
    /// Log-ins at once.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    at_once: u32,
    /// For how many seconds they go on.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Refused log-ins of each kind that are timed; 0 leaves that out.
    #[arg(long, default_value_t = 2_000)]
    samples: u32,
    /// Fail unless every target is met; for a machine that is otherwise idle.
    #[arg(long)]
    assert: bool,
}

const BLUEPRINT: &str = "examples/todo/blueprint.toml";
const MAX_MEMORY: u64 = 300 * 1024 * 1024;
/// How many times longer the slowest hundredth of other requests may take.
const MAX_SLOWER: f64 = 5.0;
/// Log-ins at once, and connections with reads, when it is to be seen whether one starves the other.
const AT_ONCE: u32 = 8;
const READERS: u32 = 16;
/// How long a log-in may take then.
const MAX_WAIT_MS: u64 = 10_000;
/// How well the two kinds may be told apart: half is not at all.
const MAX_AREA: f64 = 0.55;

/// Starts, measures, prints.
pub fn run(args: &Args) -> Result<()> {
    let served = Served::empty("supermaker", Program::served()?, None, BLUEPRINT)?;
    let server = Arc::new(served.serve()?);
    let user = join(&mut server.connect()?, 1)?;
    let mut missed = Vec::new();
    measure_load(args, &server, &user, &mut missed)?;
    measure_starving(args, &server, &user, &mut missed)?;
    if args.samples > 0 {
        measure_times(args, &server, &mut missed)?;
    }
    match missed.is_empty() || !args.assert {
        true => Ok(()),
        false => Err(Failure::new(format!("missed: {}", missed.join("; ")))),
    }
}

fn measure_load(args: &Args, server: &Arc<Running>, user: &User, missed: &mut Vec<String>) -> Result<()> {
    step("other requests while nobody logs in");
    let get = Request { method: "GET", path: "/auth/me".to_owned(), token: user.token.clone(), body: String::new() };
    let lists = Request { path: format!("/api/{}/tasks", user.id), ..get.clone() };
    let ask = |server: &Running, seconds: u32| -> Result<[Vec<f64>; 2]> {
        let mut connection = server.connect()?;
        let (mut times, until) = ([Vec::new(), Vec::new()], Instant::now() + Duration::from_secs(seconds.into()));
        while Instant::now() < until {
            for (times, request) in times.iter_mut().zip([&get, &lists]) {
                let start = Instant::now();
                connection.expect(200, request)?;
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(times)
    };
    let idle = ask(server, args.seconds)?;
    step(&format!("the same while {} log in at once", args.at_once));
    let crowd = Crowd::start(server, args.at_once);
    let over = Arc::new(AtomicBool::new(false));
    let watching = {
        let (server, over) = (server.clone(), over.clone());
        std::thread::spawn(move || {
            let mut most = 0;
            while !over.load(Ordering::Relaxed) {
                most = most.max(server.rss_bytes().unwrap_or_default());
                std::thread::sleep(Duration::from_millis(50));
            }
            most
        })
    };
    let busy = ask(server, args.seconds);
    over.store(true, Ordering::Relaxed);
    let memory = watching.join().unwrap_or_default();
    let counts = crowd.stop();
    let busy = busy?;
    let [answered, sent_away, failed] =
        [&counts.answered, &counts.sent_away, &counts.failed].map(|count| count.load(Ordering::Relaxed));
    println!(
        "{} log-ins at once for {} s: {answered} answered, {sent_away} sent away, {failed} failed; memory at most {} MB",
        args.at_once,
        args.seconds,
        memory / 1024 / 1024
    );
    if memory > MAX_MEMORY {
        missed.push(format!("{} MB of memory", memory / 1024 / 1024));
    }
    for ((name, idle), busy) in ["GET /auth/me", "GET a list"].into_iter().zip(idle).zip(busy) {
        let (idle, busy) = (Percentiles::of(idle), Percentiles::of(busy));
        let slower = busy.p99 / idle.p99;
        println!(
            "{name}: idle p50 {:.2} ms, p99 {:.2} ms; meanwhile p50 {:.2} ms, p99 {:.2} ms ({slower:.1} times)",
            idle.p50, idle.p99, busy.p50, busy.p99
        );
        if slower > MAX_SLOWER {
            missed.push(format!("{name} {slower:.1} times slower"));
        }
    }
    Ok(())
}

/// Whoever hashes must not be starved by whoever reads.
fn measure_starving(args: &Args, server: &Arc<Running>, user: &User, missed: &mut Vec<String>) -> Result<()> {
    step(&format!("{AT_ONCE} log-ins at once beside as many reads as the server can answer"));
    let over = Arc::new(AtomicBool::new(false));
    let get = Request { method: "GET", path: "/auth/me".to_owned(), token: user.token.clone(), body: String::new() };
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (server, over, get) = (server.clone(), over.clone(), get.clone());
            std::thread::spawn(move || -> Result<u64> {
                let (mut connection, mut answered) = (server.connect()?, 0);
                while !over.load(Ordering::Relaxed) {
                    connection.expect(200, &get)?;
                    answered += 1;
                }
                Ok(answered)
            })
        })
        .collect();
    let crowd = Crowd::start(server, AT_ONCE);
    std::thread::sleep(Duration::from_secs(args.seconds.into()));
    // Those who come after the reads are not beside them.
    let answered = crowd.answered();
    over.store(true, Ordering::Relaxed);
    let reads = readers.into_iter().map(|reader| reader.join().unwrap_or(Ok(0))).sum::<Result<u64>>()?;
    let longest = crowd.stop().longest_ms.load(Ordering::Relaxed);
    let per_second = |count: u64| count as f64 / f64::from(args.seconds);
    println!(
        "beside {:.0} reads a second: {:.1} log-ins a second, the slowest after {longest} ms",
        per_second(reads),
        per_second(answered)
    );
    if longest > MAX_WAIT_MS || answered == 0 {
        missed.push(format!("a log-in took {longest} ms beside many reads"));
    }
    Ok(())
}

fn measure_times(args: &Args, server: &Running, missed: &mut Vec<String>) -> Result<()> {
    step(&format!("timing {} refused log-ins of each kind, in turn", args.samples));
    let mut connection = server.connect()?;
    let (mut unknown, mut wrong) = (Vec::new(), Vec::new());
    for number in 0..args.samples {
        // In a changing order, lest one always comes after the other.
        let kinds: [(&str, &mut Vec<f64>); 2] =
            [("nobody@example.com", &mut unknown), ("user1@example.com", &mut wrong)];
        let mut kinds = Vec::from(kinds);
        if number % 2 == 1 {
            kinds.reverse();
        }
        for (email, times) in kinds {
            times.push(timed(&mut connection, &login(email, "a wrong horse battery staple"))?);
        }
    }
    let area = area(&unknown, &wrong);
    let (unknown, wrong) = (Percentiles::of(unknown), Percentiles::of(wrong));
    println!(
        "refused log-ins: unknown address p50 {:.3} ms, wrong password p50 {:.3} ms; told apart with {area:.3} (0.5 is not at all)",
        unknown.p50, wrong.p50
    );
    if area > MAX_AREA {
        missed.push(format!("an account is told by time, {area:.3}"));
    }
    Ok(())
}

fn timed(connection: &mut Connection, request: &Request) -> Result<f64> {
    let start = Instant::now();
    connection.expect(401, request)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

fn login(email: &str, password: &str) -> Request {
    let body = json!({ "email": email, "password": password }).to_string();
    Request { method: "POST", path: "/auth/login".to_owned(), token: String::new(), body }
}

struct Percentiles {
    p50: f64,
    p99: f64,
}

impl Percentiles {
    fn of(mut times: Vec<f64>) -> Percentiles {
        times.sort_unstable_by(f64::total_cmp);
        let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
        Percentiles { p50: at(50).copied().unwrap_or_default(), p99: at(99).copied().unwrap_or_default() }
    }
}

/// How often one of these is longer than one of those, whichever way it is told better: the area under the curve of whoever
/// guesses by time.
fn area(these: &[f64], those: &[f64]) -> f64 {
    let mut those = Vec::from(those);
    those.sort_unstable_by(f64::total_cmp);
    let longer: usize = these.iter().map(|time| those.partition_point(|other| other < time)).sum();
    let pairs = (these.len() * those.len()).max(1);
    let area = longer as f64 / pairs as f64;
    area.max(1.0 - area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_not_told_apart_and_what_differs_is() {
        let one: Vec<f64> = (0..1000).map(f64::from).collect();
        let shifted: Vec<f64> = one.iter().map(|time| time + 1000.0).collect();
        assert!(area(&one, &one) < 0.51);
        assert!(area(&one, &shifted) > 0.99 && area(&shifted, &one) > 0.99);
    }

    #[test]
    fn percentiles_are_taken_in_order() {
        let found = Percentiles::of((0..100).rev().map(f64::from).collect());
        assert_eq!((found.p50, found.p99), (50.0, 99.0));
    }
}
