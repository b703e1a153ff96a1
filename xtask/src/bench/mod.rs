//! `cargo xtask bench`: the server beside its peers on this machine, in one run, with real users, tokens and rows.
//!
//! Whoever is measured is a [`Contender`]: a program that serves, its users, and the requests they send.

mod chart;
mod contender;
pub mod growth;
pub mod http;
mod load;
pub mod logins;
mod ours;
mod peers;
pub mod postgres;
mod report;
pub mod server;

use std::time::Instant;

use crate::bench::contender::{Case, Contender};
use crate::bench::load::Load;
use crate::bench::ours::{Program, Served};
use crate::bench::postgres::Postgres;
use crate::bench::report::Measured;
use crate::failure::{Failure, Result};
use crate::workspace::{self, root};

/// What is measured, and how long.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench                                        ours beside a bare axum
  cargo xtask bench --rounds 1 --seconds 2                 a quick look
  cargo xtask bench --postgres                             on Postgres too
  cargo xtask bench --peers --postgres --write bench/RESULTS.md
                                                           beside PocketBase, FastAPI and axum with sqlx, too (minutes)
  cargo xtask bench --peers --postgres --only Postgres     those on Postgres, and ours on SQLite
  cargo xtask bench --assert                               fails when a target is missed; for a machine that is otherwise idle")]
pub struct Args {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// How often each is measured; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Open connections.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// Threads of wrk.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    threads: u32,
    /// Users to make.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    users: u32,
    /// Tasks of each user.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    tasks: u32,
    /// Measure the peers too: their packages are fetched from PyPI and crates.io.
    #[arg(long)]
    peers: bool,
    /// Start a Postgres of its own, and measure those that can use one on it too.
    #[arg(long)]
    postgres: bool,
    /// Beside the served app on SQLite, measure only those whose name contains this; may be given several times.
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Fail unless every target is met.
    #[arg(long)]
    assert: bool,
    /// Measure a build of the program from nothing too (minutes).
    #[arg(long)]
    build_time: bool,
    /// Write the table into this file, relative to the workspace, and a chart beside it.
    #[arg(long, value_name = "FILE")]
    write: Option<String>,
}

/// How often the server is started to find how long that takes.
const STARTS: usize = 5;

/// How much of everything is made.
#[derive(Clone, Copy)]
pub struct Size {
    /// Users.
    pub users: u32,
    /// Tasks of each.
    pub tasks: u32,
}

impl Args {
    /// Whether this contender is to be measured.
    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part))
    }
}

/// Measures, and prints the table.
pub fn run(args: &Args) -> Result<()> {
    let wrk = load::wrk_version()?;
    let build_seconds = if args.build_time { Some(build_from_nothing()?) } else { None };
    let size = Size { users: args.users, tasks: args.tasks };

    let postgres = if args.postgres { Some(Postgres::start()?) } else { None };
    let program = Program::served()?;
    let served = Served::prepare(report::SERVED, program.clone(), None, size)?;
    step(&format!("starting the server {STARTS} times on that database"));
    let (mut starts, mut idle) = (Vec::new(), 0);
    for _ in 0..STARTS {
        let (server, start_ms) = served.start_timed()?;
        starts.push(start_ms);
        idle = server.rss_bytes()?;
    }
    let mut contenders = vec![served.contender()?];
    let bare = peers::bare(contenders.first())?;
    contenders.insert(0, bare);
    if args.wants(report::OWNED) {
        contenders.push(Served::prepare(report::OWNED, Program::owned()?, None, size)?.contender()?);
    }
    if args.peers {
        contenders.extend(peers::on_sqlite(size, |name| args.wants(name))?);
    }
    if let Some(postgres) = &postgres {
        if args.wants(report::SERVED_ON_POSTGRES) {
            let database = postgres.database("served")?;
            contenders.push(Served::prepare(report::SERVED_ON_POSTGRES, program, Some(database), size)?.contender()?);
        }
        if args.peers {
            contenders.extend(peers::on_postgres(postgres, size, |name| args.wants(name))?);
        }
    }

    for contender in &contenders {
        contender.check()?;
    }
    let measured = measure(args, &contenders)?;
    let memory = contenders.iter().map(|it| Ok((it.name, it.server.rss_bytes()?))).collect::<Result<Vec<_>>>()?;
    let report = report::Report {
        title: title(args, &wrk)?,
        measured,
        start_ms: report::median(starts),
        rss_idle: idle,
        memory,
        build_seconds,
    };
    finish(args, &report)
}

fn title(args: &Args, wrk: &str) -> Result<String> {
    Ok(format!(
        "{} cores, {}, {wrk}; {} connections, {} threads of wrk, {} rounds of {} s; {} users with {} tasks",
        std::thread::available_parallelism().map_or(0, usize::from),
        workspace::output(std::process::Command::new("rustc").arg("--version"))?.trim(),
        args.connections,
        args.threads,
        args.rounds,
        args.seconds,
        args.users,
        args.tasks,
    ))
}

/// All in each round, and those that are asked the same one after the other, so that a busy minute of the machine harms them
/// alike.
fn measure(args: &Args, contenders: &[Contender]) -> Result<Vec<Measured>> {
    let load = Load { seconds: args.seconds, connections: args.connections, threads: args.threads };
    let cases = || contenders.iter().flat_map(|contender| contender.cases.iter().map(move |case| (contender, case)));
    let mut measured: Vec<Measured> = cases().map(|(by, case)| Measured::new(by.name, case.name)).collect();
    for round in 1..=args.rounds {
        for asked in contender::CASES {
            let alike = cases().zip(&mut measured).filter(|((_, case), _)| case.name == asked);
            for ((contender, Case { name, requests }), measured) in alike {
                let sample = load.run(requests, &contender.server)?;
                let (of, by) = (args.rounds, contender.name);
                step(&format!("round {round}/{of}, {by}, {name}: {:.0} requests/s", sample.per_second));
                measured.rounds.push(sample);
            }
        }
    }
    Ok(measured)
}

fn finish(args: &Args, report: &report::Report) -> Result<()> {
    let text = report.markdown()?;
    println!("{text}");
    if let Some(path) = &args.write {
        let path = root().join(path);
        let chart = path.with_extension("svg");
        let name = chart.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (path, text) in [
            (&path, format!("{}\n![The same as a chart]({name})\n", report::HEADING.to_owned() + &text)),
            (&chart, chart::svg(report)),
        ] {
            std::fs::write(path, text).map_err(|error| Failure::cannot(format!("write {}", path.display()), error))?;
            step(&format!("written to {}", path.display()));
        }
    }
    let failed: Vec<String> = report.targets()?.iter().filter(|it| !it.met).map(|it| it.name.clone()).collect();
    if args.assert && !failed.is_empty() {
        return Err(Failure::new(format!("targets not met: {}", failed.join(", ")))
            .hint("measure again with the machine otherwise idle; then `perf record` the server"));
    }
    Ok(())
}

fn build_from_nothing() -> Result<f64> {
    step("building the program from nothing, in a temporary folder");
    let folder = tempfile::tempdir().map_err(|error| Failure::cannot("make a temporary folder", error))?;
    let start = Instant::now();
    workspace::run(workspace::cargo(&["build", "--release", "-p", "cli", "--target-dir"]).arg(folder.path()))?;
    Ok(start.elapsed().as_secs_f64())
}

/// Progress goes beside the table, so that the table can be piped into a file.
fn step(what: &str) {
    eprintln!("bench: {what}");
}
