//! `cargo xtask check`: what CI runs, step by step, cheapest first, up to the first failure.
//!
//! [`STEPS`] is the one list. All steps share one target folder and the dev profile, so none builds what another has built.

use std::time::Instant;

use clap::Args as Arguments;
use clap::builder::{FalseyValueParser, PossibleValuesParser};

use crate::failure::{Failure, Result};
use crate::workspace::{cargo, output, run as run_command};
use crate::{documents, generated, schemathesis as search, sources};

/// Which steps to run.
#[derive(Arguments)]
pub struct Args {
    /// Run these steps only.
    #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(names()))]
    only: Vec<String>,
    /// Leave these steps out.
    #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(names()), conflicts_with = "only")]
    skip: Vec<String>,
    /// A tool that is missing is a failure, not a step left out.
    #[arg(long, env = "CI", value_parser = FalseyValueParser::new())]
    ci: bool,
}

/// One thing that is checked.
struct Step {
    name: &'static str,
    /// What it does, said before it does it.
    doing: &'static str,
    /// What to try when it fails.
    hint: &'static str,
    run: fn(&Args) -> Result<Outcome>,
}

/// How a step ended that did not fail.
enum Outcome {
    Passed(String),
    LeftOut(String),
}

const STEPS: &[Step] = &[
    Step { name: "fmt", doing: "cargo fmt --all --check", hint: "cargo fmt --all", run: fmt },
    Step {
        name: "sources",
        doing: "every .rs file says what it is for, none is too long",
        hint: "",
        run: |_| sources::check().map(Outcome::Passed),
    },
    Step {
        name: "documents",
        doing: "paths and links in the documents lead somewhere",
        hint: "",
        run: |_| documents::check().map(Outcome::Passed),
    },
    Step {
        name: "deny",
        doing: "cargo deny check licenses bans sources",
        hint: "choose a dependency that deny.toml accepts, or argue the exception in deny.toml",
        run: deny,
    },
    Step {
        name: "clippy",
        doing: "cargo clippy --workspace --all-targets -- -D warnings",
        hint: "cargo clippy --workspace --all-targets --fix, then look at what is left",
        run: |_| cargo_step(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step {
        name: "test",
        doing: "cargo test --workspace",
        hint: "run the failing test alone: cargo test -p CRATE NAME",
        run: |_| cargo_step(&["test", "--workspace"]),
    },
    Step {
        name: "otlp",
        doing: "clippy and test of what only the feature `otlp` builds",
        hint: "cargo test -p server --features otlp --test otlp",
        run: otlp,
    },
    Step {
        name: "doc",
        doing: "cargo doc --workspace --no-deps, warnings denied",
        hint: "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps",
        run: doc,
    },
    Step {
        name: "generated",
        doing: "generated files are what the program writes today",
        hint: "cargo xtask generated, then read the diff",
        run: |_| generated::check().map(Outcome::Passed),
    },
    Step {
        name: "schemathesis",
        doing: "cargo xtask schemathesis: the served examples answer as their documents say, and tell nobody of another's rows",
        hint: "run one example alone: cargo xtask schemathesis --only NAME",
        run: schemathesis,
    },
];

/// Runs the chosen steps.
pub fn run(args: &Args) -> Result<()> {
    let chosen: Vec<&Step> = STEPS.iter().filter(|step| args.wants(step.name)).collect();
    let start = Instant::now();
    let mut left_out = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        println!("[{}/{}] {}: {}", index + 1, chosen.len(), step.name, step.doing);
        let start = Instant::now();
        let outcome = (step.run)(args);
        let seconds = start.elapsed().as_secs_f32();
        match outcome {
            Ok(Outcome::Passed(what)) if what.is_empty() => println!("      {} passed in {seconds:.1} s", step.name),
            Ok(Outcome::Passed(what)) => println!("      {} passed in {seconds:.1} s: {what}", step.name),
            Ok(Outcome::LeftOut(why)) => {
                println!("      {} left out: {why}", step.name);
                left_out.push(step.name);
            }
            Err(failure) => {
                println!("      {} FAILED after {seconds:.1} s", step.name);
                return Err(if step.hint.is_empty() { failure } else { failure.hint(step.hint) });
            }
        }
    }
    let ran = chosen.len() - left_out.len();
    let rest = if left_out.is_empty() { String::new() } else { format!(", left out: {}", left_out.join(", ")) };
    println!("{ran} of {} steps passed in {:.0} s{rest}", chosen.len(), start.elapsed().as_secs_f32());
    Ok(())
}

impl Args {
    fn wants(&self, step: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == step);
        (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.name)
}

fn cargo_step(arguments: &[&str]) -> Result<Outcome> {
    run_command(&mut cargo(arguments))?;
    Ok(Outcome::Passed(String::new()))
}

fn fmt(_: &Args) -> Result<Outcome> {
    run_command(&mut cargo(&["fmt", "--all", "--check"]))?;
    // Workspaces of their own, because the server must not share its versions with what it is compared to.
    for peer in ["bench/bare/Cargo.toml", "bench/handwritten/Cargo.toml"] {
        run_command(&mut cargo(&["fmt", "--manifest-path", peer, "--check"]))?;
    }
    Ok(Outcome::Passed(String::new()))
}

/// The one feature that is off by default, without building anew what does not depend on it.
fn otlp(_: &Args) -> Result<Outcome> {
    let packages = ["-p", "server", "-p", "supermaker", "-p", "cli"];
    let features = ["--features", "server/otlp,supermaker/otlp,cli/otlp", "--lib", "--bins"];
    let clippy: Vec<&str> =
        ["clippy"].into_iter().chain(packages).chain(features).chain(["--", "-D", "warnings"]).collect();
    cargo_step(&clippy)?;
    cargo_step(&["test", "-p", "server", "--features", "otlp", "--test", "otlp"])
}

fn doc(_: &Args) -> Result<Outcome> {
    run_command(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed(String::new()))
}

fn deny(args: &Args) -> Result<Outcome> {
    let installed = cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success());
    if installed {
        let version = output(&mut cargo(&["deny", "--version"]))?;
        run_command(&mut cargo(&["deny", "check", "licenses", "bans", "sources"]))?;
        Ok(Outcome::Passed(version.trim().to_owned()))
    } else if args.ci {
        Err(Failure::new("cargo-deny is not installed").hint("cargo install cargo-deny --locked"))
    } else {
        Ok(Outcome::LeftOut("cargo-deny is not installed (cargo install cargo-deny --locked)".to_owned()))
    }
}

fn schemathesis(args: &Args) -> Result<Outcome> {
    match search::check() {
        Ok(searched) => searched.map(Outcome::Passed),
        Err(missing) if args.ci => Err(missing.failure()),
        Err(missing) => Ok(Outcome::LeftOut(missing.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(only: &[&str], skip: &[&str]) -> Vec<&'static str> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let args = Args { only: owned(only), skip: owned(skip), ci: false };
        names().filter(|name| args.wants(name)).collect()
    }

    #[test]
    fn steps_are_chosen_by_name() {
        assert_eq!(chosen(&["clippy", "fmt"], &[]), ["fmt", "clippy"]);
        assert_eq!(chosen(&[], &[]).len(), STEPS.len());
        assert!(!chosen(&[], &["test"]).contains(&"test"));
        assert_eq!(chosen(&[], &["test"]).len(), STEPS.len() - 1);
    }
}
