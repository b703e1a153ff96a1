//! `supermaker user import`: the accounts of another system, with the hashes of their passwords.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use blueprint::Blueprint;
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;
use server::auth::import::{self, Format, ImportError, Imported, Problem};
use server::process::{Environment, read_settings};
use server::settings::Database;
use store::Store;

use crate::counts::counted;
use crate::failure::Failure;
use crate::logs;
use crate::progress::Progress;
use crate::screen::Screen;
use crate::source::Source;

/// Far beyond a million accounts.
const MAX_BYTES: u64 = 512 * 1024 * 1024;
const SHOWN: usize = 200;
const NAMED: usize = 5;

/// What `user import` is given.
#[derive(Args)]
pub struct Import {
    /// The accounts, or - for standard input
    #[arg(value_name = "ACCOUNTS")]
    accounts: PathBuf,
    /// What they are written in [default: by the name, *.csv or *.jsonl]
    #[arg(long, value_enum)]
    format: Option<Form>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A line of names, then a line for each account
    Csv,
    /// A JSON object a line
    Jsonl,
}

#[derive(Serialize)]
struct Told<'a> {
    dry_run: bool,
    #[serde(flatten)]
    imported: &'a Imported,
}

impl Import {
    pub fn run(&self, screen: &Screen, source: &Source) -> Result<(), Failure> {
        let environment = Environment::beside(&source.folder)?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let (text, format) = (self.text()?, self.format()?);
        let import = import::read(&blueprint, &text, format).map_err(|problems| self.told(screen, &problems))?;
        if import.is_empty() {
            return Err(Failure::new(format!("{} holds no account", self.name())));
        }
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        logs::start(screen, &environment)?;
        let dry_run = screen.manner.dry_run;
        let is_there = !matches!(&settings.database, Database::Sqlite(path) if !path.exists());
        if dry_run && !is_there {
            return screen.say(&format!(
                "Would import {} into a database that is not there yet",
                counted(import.len(), "account")
            ));
        }
        let store = server::open_database(&blueprint, &settings);
        let store = store.map_err(|error| Failure::new(error.to_string().trim_end()))?;
        let done = self.make(screen, &blueprint, &store, &import);
        store.close_blocking();
        let imported = done?;
        if screen.manner.json {
            return screen.json(&Told { dry_run, imported: &imported });
        }
        screen.say(&said(&imported, dry_run))
    }

    fn make(
        &self,
        screen: &Screen,
        blueprint: &Blueprint,
        store: &Store,
        import: &import::Import,
    ) -> Result<Imported, Failure> {
        let mut progress = Progress::new(screen, import.len(), "accounts");
        let done = import.run(store, blueprint, !screen.manner.dry_run, &mut |done| progress.tell(done));
        progress.end();
        done.map_err(|error| match error {
            ImportError::Problems(problems) => self.told(screen, &problems),
            ImportError::Meanwhile(made, problem) => {
                Failure::new(format!("imported: {}, then no more\n{}:{problem}", counted(made, "account"), self.name()))
                    .hint("import the file again: who is there already is left as he is")
            }
            ImportError::Store(error) => Failure::new(format!("the database does not answer: {error}"))
                .hint("import the file again when it does: who is there already is left as he is"),
        })
    }

    /// What is wrong, all of it.
    fn told(&self, screen: &Screen, problems: &[Problem]) -> Failure {
        if screen.manner.json {
            let told = screen.json(&json!({ "imported": 0, "problems": problems }));
            return told.err().unwrap_or_else(Failure::told);
        }
        let name = self.name();
        let count = counted(problems.len(), "problem");
        let mut message = format!("{count} in {name}; nothing was imported");
        // What the same advice is for stands together with it once.
        let mut said: Option<&str> = None;
        for problem in problems.iter().take(SHOWN) {
            let _ = write!(message, "\n{name}:{problem}");
            if let Some(hint) = problem.hint.as_deref().filter(|hint| said != Some(hint)) {
                let _ = write!(message, "\n  {hint}");
                said = Some(hint);
            }
        }
        if problems.len() > SHOWN {
            let _ = write!(message, "\nand {} more; --json names them all", problems.len() - SHOWN);
        }
        Failure::new(message)
    }

    fn text(&self) -> Result<String, Failure> {
        let failed = |error: io::Error| Failure::new(format!("{} cannot be read: {error}", self.name()));
        let mut text = String::new();
        let read = if self.is_stdin() {
            io::stdin().lock().take(MAX_BYTES + 1).read_to_string(&mut text)
        } else {
            File::open(&self.accounts).map_err(failed)?.take(MAX_BYTES + 1).read_to_string(&mut text)
        };
        if read.map_err(failed)? as u64 > MAX_BYTES {
            return Err(Failure::new(format!("{} is longer than {} MB", self.name(), MAX_BYTES / 1024 / 1024))
                .hint("cut it into several: they can be imported one after the other"));
        }
        Ok(text)
    }

    fn format(&self) -> Result<Format, Failure> {
        let by_name = self.accounts.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        match (self.format, by_name.as_deref()) {
            (Some(Form::Csv), _) | (None, Some("csv")) => Ok(Format::Csv),
            (Some(Form::Jsonl), _) | (None, Some("jsonl" | "ndjson" | "json")) => Ok(Format::JsonLines),
            _ => Err(Failure::usage(format!("what {} is written in is not known by its name", self.name()))
                .hint("add --format csv or --format jsonl")),
        }
    }

    pub fn name(&self) -> String {
        if self.is_stdin() { "standard input".to_owned() } else { self.accounts.display().to_string() }
    }

    fn is_stdin(&self) -> bool {
        self.accounts == Path::new("-")
    }
}

fn said(imported: &Imported, dry_run: bool) -> String {
    let Imported { imported: count, already, hashes, without_password, unverified } = imported;
    let verb = if dry_run { "Would import" } else { "Imported" };
    let kinds: Vec<String> = hashes.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let with = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
    let mut said = format!("{verb} {}{with}", counted(count, "account"));
    if *without_password > 0 {
        let _ = write!(said, "\n{without_password} have no password and can only reset it");
    }
    if *unverified > 0 {
        let _ = write!(said, "\n{unverified} have an address of which `verified` does not say that it is");
    }
    if !already.is_empty() {
        let named = already.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if already.len() > NAMED { format!(" and {} more", already.len() - NAMED) } else { String::new() };
        let _ = write!(said, "\n{} were there already and are as they were: {named}{more}", already.len());
    }
    said
}
