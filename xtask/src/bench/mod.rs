//! `cargo xtask bench`: the server beside a bare axum on this machine, with real users, tokens and rows.
//!
//! The order of events is here; who serves is in `server`, what is in the database in `setup`, who asks in `load` and
//! `http`, what is made of the numbers in `report`.

mod http;
mod load;
mod report;
mod server;
mod setup;

use std::process::Command;
use std::time::Instant;

use clap::Args as Arguments;

use crate::failure::{Failure, Result};
use crate::workspace::{self, root};
use load::{Load, Requests};
use report::Measured;
use server::Running;
use setup::{Data, Site};

/// How long to measure, and what to do with the result.
#[derive(Arguments)]
pub struct Args {
    /// Length of one measurement, in seconds.
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
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    tasks: u32,
    /// Fail unless every target is met.
    #[arg(long)]
    assert: bool,
    /// Measure a build of the program from nothing too (minutes).
    #[arg(long)]
    build_time: bool,
    /// Write the table into this file, relative to the workspace.
    #[arg(long, value_name = "FILE")]
    write: Option<String>,
}

/// How often the server is started to find how long that takes.
const STARTS: usize = 5;

/// Measures, and prints the table.
pub fn run(args: &Args) -> Result<()> {
    let wrk = load::wrk_version()?;
    let build_seconds = if args.build_time { Some(build_from_nothing()?) } else { None };
    step("building the server: cargo build --release -p cli");
    let program = workspace::build("supermaker", &["--release", "-p", "cli"])?;
    step("building the bare axum: bench/bare");
    let bare = build_bare()?;

    let site = Site::new(program)?;
    step(&format!("making {} users with {} tasks each through the API", args.users, args.tasks));
    let data = {
        let server = site.start()?;
        Data::make(&server, args.users, args.tasks)?
    };
    step(&format!("starting the server {STARTS} times on that database"));
    let mut starts = Vec::new();
    for _ in 1..STARTS {
        starts.push(site.start_timed(&data)?.1);
    }
    let (server, start) = site.start_timed(&data)?;
    starts.push(start);
    let rss_idle = server.rss_bytes()?;

    let bare = Running::start(Command::new(bare).arg(data.one_task(&server)?))?;
    let cases = data.cases()?;
    for case in &cases {
        let server = if case.name == "bare" { &bare } else { &server };
        case.requests.check(server)?;
    }
    let measured = measure(args, &cases, &server, &bare)?;
    let report = report::Report {
        title: format!(
            "{} cores, {}, {wrk}; {} connections, {} threads of wrk, {} rounds of {} s; {} users with {} tasks",
            std::thread::available_parallelism().map_or(0, usize::from),
            workspace::output(Command::new("rustc").arg("--version"))?.trim(),
            args.connections,
            args.threads,
            args.rounds,
            args.seconds,
            args.users,
            args.tasks,
        ),
        measured,
        start_ms: report::median(starts),
        rss_idle,
        rss_after: server.rss_bytes()?,
        build_seconds,
    };
    finish(args, &report)
}

/// One kind of request that is measured.
pub struct Case {
    name: &'static str,
    what: &'static str,
    requests: Requests,
}

/// All cases in each round, so that a busy minute of the machine harms them alike.
fn measure(args: &Args, cases: &[Case], server: &Running, bare: &Running) -> Result<Vec<Measured>> {
    let mut measured: Vec<Measured> = cases.iter().map(|case| Measured::new(case.name, case.what)).collect();
    let load = Load { seconds: args.seconds, connections: args.connections, threads: args.threads };
    for round in 1..=args.rounds {
        for (case, measured) in cases.iter().zip(&mut measured) {
            let server = if case.name == "bare" { bare } else { server };
            let answer = load.run(&case.requests, server)?;
            step(&format!("round {round}/{}, {}: {:.0} requests/s", args.rounds, case.name, answer.per_second));
            measured.rounds.push(answer);
        }
    }
    Ok(measured)
}

fn finish(args: &Args, report: &report::Report) -> Result<()> {
    let text = report.markdown()?;
    println!("{text}");
    if let Some(path) = &args.write {
        let path = root().join(path);
        std::fs::write(&path, &text).map_err(|error| Failure::cannot(format!("write {}", path.display()), error))?;
        step(&format!("written to {}", path.display()));
    }
    let failed: Vec<String> = report.targets()?.iter().filter(|it| !it.met).map(|it| it.name.to_owned()).collect();
    if args.assert && !failed.is_empty() {
        return Err(Failure::new(format!("targets not met: {}", failed.join(", ")))
            .hint("measure again with the machine otherwise idle; then `perf record` the server"));
    }
    Ok(())
}

/// Beside the workspace's own build, for it shares nothing with it.
fn build_bare() -> Result<std::path::PathBuf> {
    let target = root().join("target/bare");
    let manifest = root().join("bench/bare/Cargo.toml");
    let (target, manifest) = (target.to_string_lossy(), manifest.to_string_lossy());
    workspace::build("bare", &["--release", "--locked", "--manifest-path", &manifest, "--target-dir", &target])
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
