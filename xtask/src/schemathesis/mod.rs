//! `cargo xtask schemathesis`: examples served on both databases, and Schemathesis against each: every check, two users who must
//! not see what is the other's, a third with the roles of the blueprint.
//!
//! How it asks is said in `xtask/schemathesis/`; [`program`] finds it, [`subject`] serves an example and makes its users.

mod program;
mod subject;

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::postgres::Postgres;
use crate::failure::{Failure, Result};
use crate::schemathesis::program::Program;
use crate::schemathesis::subject::{Kind, Subject};
use crate::workspace::{self, root};

pub use program::Missing;

/// How long to search.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask schemathesis                          all examples, the same requests each time
  cargo xtask schemathesis --only clinic            one example, on both databases
  cargo xtask schemathesis --examples 500 --seed 7 --minutes 240  a longer search, somewhere else")]
pub struct Args {
    /// Generated requests of each operation at most, in each phase.
    #[arg(long, default_value_t = EXAMPLES)]
    examples: u32,
    /// Where the search starts [default: always the same]
    #[arg(long)]
    seed: Option<u64>,
    /// Minutes that the search of one example may take at most; then it is stopped, and has failed.
    #[arg(long, default_value_t = MINUTES)]
    minutes: u64,
    /// These examples only.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

impl Default for Args {
    fn default() -> Args {
        Args { examples: EXAMPLES, seed: None, minutes: MINUTES, only: Vec::new() }
    }
}

impl Args {
    fn limit(&self) -> Duration {
        Duration::from_secs(self.minutes * 60)
    }
}

/// Few, because CI waits for it: most requests come from the phase that goes through every limit of the document anyway.
const EXAMPLES: u32 = 5;

/// Several times what the longest search takes where CI runs it: whoever hangs is told so before the job is ended without a word.
const MINUTES: u64 = 20;

/// The examples that are served by the command, the longest search first.
const SUBJECTS: &[&str] = &["shop", "clinic", "lead-tracker", "todo"];

/// An app whose hole must be found, as what is served, what it serves and what is asked of it: a search that finds nothing where
/// there is something to find proves nothing.
const HOLE: Hole = Hole {
    program: "hole",
    example: "lead-tracker",
    asked: &["--include-path-regex", "/prospects(/.id.)?$", "--phases", "fuzzing,stateful", "--max-examples", "20"],
    found: "received the `Prospect` that",
};

struct Hole {
    program: &'static str,
    example: &'static str,
    asked: &'static [&'static str],
    found: &'static str,
}

/// Files of `xtask/schemathesis/` that it reads.
const CONFIGURATION: &str = "xtask/schemathesis/schemathesis.toml";
const CHECKS: &str = "xtask/schemathesis";

/// Runs it on all examples and both databases; on one where there is no Postgres, which is said.
pub fn run(args: &Args) -> Result<()> {
    let program = Program::find().map_err(Missing::failure)?;
    println!("{}", check_with(args, &program)?);
    Ok(())
}

/// The same as a step of the checks.
pub fn check() -> std::result::Result<Result<String>, Missing> {
    Ok(check_with(&Args::default(), &Program::find()?))
}

fn check_with(args: &Args, program: &Program) -> Result<String> {
    // As the generated files are written, so that nothing is built a second time.
    let build = |program| workspace::build(program, &["--workspace", "--bin", "supermaker", "--examples"]);
    let (served, open) = (build("supermaker")?, build(HOLE.program)?);
    let postgres = Postgres::start();
    if let Err(failure) = &postgres {
        println!("      on SQLite alone: {failure}");
    }
    let names: Vec<&str> = SUBJECTS
        .iter()
        .copied()
        .filter(|name| args.only.is_empty() || args.only.iter().any(|one| one == name))
        .collect();
    if names.is_empty() {
        return Err(Failure::new(format!("there are {}", SUBJECTS.join(", "))));
    }
    HOLE.is_found(args, program, &open, &served)?;
    let kinds = std::iter::once(Kind::Sqlite).chain(postgres.as_ref().ok().map(Kind::Postgres));
    let runs = kinds.flat_map(|kind| names.iter().map(move |name| (kind, *name))).collect();
    let searched = search(args, program, &served, Mutex::new(runs));
    let count = searched.len();
    let (requests, failures): (Vec<_>, Vec<_>) = searched.into_iter().partition(Result::is_ok);
    let failures: Vec<String> =
        failures.into_iter().filter_map(|one| one.err().map(|failure| failure.to_string())).collect();
    if !failures.is_empty() {
        return Err(Failure::new(failures.join("\n")));
    }
    let requests: u32 = requests.into_iter().flatten().sum();
    Ok(format!("{requests} requests to {count} served examples, 0 failures"))
}

/// All runs, each of which keeps a core busy with thinking of requests, on two.
fn search(args: &Args, program: &Program, served: &Path, runs: Mutex<VecDeque<(Kind<'_>, &str)>>) -> Vec<Result<u32>> {
    let next = || runs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let work = || {
        let mut found = Vec::new();
        while let Some((kind, name)) = next() {
            found.push(Subject::start(served, served, kind, name).and_then(|subject| one(args, program, &subject)));
        }
        found
    };
    thread::scope(|scope| {
        let (one, other) = (scope.spawn(work), scope.spawn(work));
        let crashed = |_| vec![Err(Failure::new("a run of Schemathesis ended without a word"))];
        let one = one.join().unwrap_or_else(crashed);
        one.into_iter().chain(other.join().unwrap_or_else(crashed)).collect()
    })
}

/// One run; how many requests it made.
fn one(args: &Args, program: &Program, subject: &Subject) -> Result<u32> {
    let start = Instant::now();
    let mut asked = vec!["--max-examples".to_owned(), args.examples.to_string()];
    asked.extend(args.seed.iter().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]));
    let (status, said) = ask(program, subject, &asked, args.limit())?;
    let (name, seconds) = (subject.name(), start.elapsed().as_secs_f32());
    let requests = requests(&said);
    if !status.success() {
        println!("      {name}: FAILED after {seconds:.0} s\n{said}");
        return Err(Failure::new(format!("{name}: Schemathesis found something ({status}); see above")));
    }
    // A run that asks for nothing finds nothing.
    let requests = requests
        .filter(|requests| *requests >= LEAST)
        .ok_or_else(|| Failure::new(format!("{name}: fewer than {LEAST} requests were made\n{said}")))?;
    println!("      {name}: {requests} requests in {seconds:.0} s");
    Ok(requests)
}

/// How Schemathesis ended, and all that it said.
fn ask(program: &Program, subject: &Subject, asked: &[String], limit: Duration) -> Result<(ExitStatus, String)> {
    let said = subject.folder().join("said");
    let file = File::create(&said).map_err(|error| Failure::cannot("make a file", error))?;
    let again = file.try_clone().map_err(|error| Failure::cannot("make a file", error))?;
    let mut command = Command::new(&program.path);
    command.args(["--config-file", "schemathesis.toml", "run"]).arg(subject.document());
    command.args(["--no-color", "--continue-on-failure"]).args(asked);
    command.current_dir(subject.folder()).env("SCHEMATHESIS_HOOKS", "checks").env("PYTHONPATH", root().join(CHECKS));
    command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null()).stdout(file).stderr(again);
    let ended = within(&mut command, limit);
    let ended = ended.map_err(|error| Failure::cannot(format!("run {}", program.path.display()), error))?;
    let said = std::fs::read_to_string(&said).unwrap_or_default();
    ended.map(|status| (status, said.clone())).ok_or_else(|| {
        let (name, minutes, last) = (subject.name(), limit.as_secs() / 60, last_of(&said));
        Failure::new(format!(
            "{name}: Schemathesis did not end within {minutes} min, and was stopped; the last that it said:\n{last}"
        ))
        .hint("see what the server waits for, or allow more: cargo xtask schemathesis --minutes 60")
    })
}

/// How a program ended; nothing where it had to be stopped.
fn within(command: &mut Command, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut child = command.spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Enough to see where it stood.
fn last_of(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

impl Hole {
    /// `operator` is the command that gives its users their roles: the app with the hole serves, and does nothing else.
    fn is_found(&self, args: &Args, program: &Program, served: &Path, operator: &Path) -> Result<()> {
        let start = Instant::now();
        let subject = Subject::start(served, operator, Kind::Sqlite, self.example)?;
        let asked: Vec<String> = self.asked.iter().map(|word| (*word).to_owned()).collect();
        let (status, said) = ask(program, &subject, &asked, args.limit())?;
        if status.success() || !said.contains(self.found) {
            let failure = format!("rows that are open to everybody by their ids were not found ({status})\n{said}");
            return Err(Failure::new(failure).hint("what judges the others may be switched off"));
        }
        println!("      a hole on purpose: found in {:.0} s", start.elapsed().as_secs_f32());
        Ok(())
    }
}

/// Requests that even the smallest example must have been asked.
const LEAST: u32 = 300;

/// `1430 generated, 2 found 2 unique failures, 25 skipped`
fn requests(said: &str) -> Option<u32> {
    said.lines().rev().find_map(|line| line.split_once(" generated")?.0.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_are_counted_in_the_summary() {
        let said = "Test cases:\n  1430 generated, 1430 passed, 25 skipped\n\nSeed: 7\n";
        assert_eq!(requests(said), Some(1430));
        assert_eq!(requests("nothing was generated"), None);
    }

    #[test]
    fn what_does_not_end_is_stopped() {
        let start = Instant::now();
        let mut endless = Command::new("sleep");
        assert!(within(endless.arg("600"), Duration::from_millis(100)).unwrap().is_none());
        assert!(start.elapsed() < Duration::from_secs(60));
        let ended = within(&mut Command::new("true"), Duration::from_secs(60)).unwrap();
        assert!(ended.is_some_and(|status| status.success()));
        let lines: Vec<String> = (1..=40).map(|number| number.to_string()).collect();
        assert!(last_of(&lines.join("\n")).starts_with("26\n") && last_of("").is_empty());
    }

    #[test]
    fn the_examples_are_there() {
        assert!(SUBJECTS.iter().all(|name| root().join("examples").join(name).join("blueprint.toml").is_file()));
        assert!(root().join(CONFIGURATION).is_file());
    }
}
