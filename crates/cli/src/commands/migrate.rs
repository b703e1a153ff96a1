//! `supermaker migrate`: the tables of a database are brought to a blueprint that changed. No other command changes tables that exist.

use std::path::{Path, PathBuf};

use blueprint::Blueprint;
use clap::Args;
use serde::Serialize;
use server::process::{Environment, read_settings};
use server::settings::{Database, Settings};
use server::{BlankRows, StartError};
use store::{Applied, Follow, OpenError};

use crate::failure::Failure;
use crate::logs;
use crate::progress::timed;
use crate::screen::{Ink, Screen};
use crate::source::LonePlace;

/// Bring the tables of a database to a blueprint that changed, with their rows
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker migrate
  supermaker migrate --file lead-tracker --dry-run
  supermaker migrate --dry-run --sql > change.sql
  supermaker migrate --file lead-tracker --backup before.db
  supermaker migrate --file lead-tracker --allow-loss

First make a back-up, and stop the servers of the former blueprint: those that run on are told of, and answer 503 afterwards where they
do not go with the tables of after. It is done in one transaction, all of it or nothing: what is new is added, what `renamed_from` tells of is renamed with its rows. Where values
would have no place any more, or would not fit, it is told how many with what to try, and nothing is changed. Said twice, it has
nothing to do. With --dry-run nothing is changed either way: it says what would be done, or which rows are in the way;
with --sql too, in the very statements, for whoever has to see them first.

Exit codes: 0 the tables are those of the blueprint, 1 nothing was changed")]
pub struct Migrate {
    #[command(flatten)]
    place: LonePlace,
    /// Let values go for good that have no place in the blueprint any more, this once
    #[arg(long)]
    allow_loss: bool,
    /// First copy the database file to this one, which must not be there; not on Postgres
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// With --dry-run: print the SQL that would run, whole and in its order
    #[arg(long)]
    sql: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    database: String,
    dry_run: bool,
    /// `migrated`, `unchanged`, `created`; of a dry run what would be.
    outcome: &'static str,
    /// What was done, a line each.
    done: Vec<String>,
    /// What went for good, and how many.
    let_go: Vec<String>,
    /// Rows that stay and go against the blueprint: which, how many, and what to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<String>,
    /// With `--sql`: what would run, a statement or comment each.
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<Vec<String>>,
    /// With `--sql`: whether it calls `fold`, a function of Supermaker, so that `supermaker migrate` alone can run it.
    #[serde(skip_serializing_if = "Option::is_none")]
    takes_fold: Option<bool>,
}

impl Migrate {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        if self.sql && !screen.manner.dry_run {
            let failure = Failure::usage("--sql only prints what would run, and changes nothing");
            return Err(failure.hint("add --dry-run"));
        }
        let source = self.place.read()?;
        let environment = Environment::beside(&source.folder)?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        let failed = |error: StartError| Failure::new(error.to_string().trim_end());
        let serving = server::serving_database(&settings);
        let follow = if self.allow_loss { Follow::AllowLoss } else { Follow::Kept };
        let settings = Settings { follow, ..settings };
        let serving = serving.map(|who| {
            let goes_on = "a server goes on where that is right with the tables of after, and else answers 503 until \
                           it is started with";
            format!(
                "this database is served ({who}): {goes_on} {} (Supermaker's docs/changes.md)",
                source.path.display()
            )
        });
        // Where no table is changed, nobody need be told of who serves them, nor of a way back.
        let stays = stays(&blueprint, &settings);
        let serving = serving.filter(|_| !stays);
        if screen.manner.dry_run {
            serving.iter().for_each(|told| screen.warn(told));
            let looking = || server::foresee_migration(&blueprint, &settings);
            let foreseen = timed(screen, "looking at the rows", looking).map_err(failed)?;
            return match (self.sql, screen.manner.json) {
                (true, false) => screen.result(&script(&settings, &foreseen)),
                (shows_sql, _) => report(screen, &blueprint, &settings, foreseen, shows_sql),
            };
        }
        logs::start(screen, &environment)?;
        if stays {
            return report(
                screen,
                &blueprint,
                &settings,
                server::migrate_database(&blueprint, &settings).map_err(failed)?,
                false,
            );
        }
        if let Some(to) = &self.backup {
            back_up(screen, &blueprint, &settings, to)?;
        }
        serving.iter().for_each(|told| screen.warn(told));
        screen.note(&format!("Bringing the tables of {} to {} …", settings.database, source.path.display()));
        let bringing = || server::migrate_database(&blueprint, &settings);
        let applied = timed(screen, "still at it; until the end nothing is changed", bringing).map_err(failed)?;
        report(screen, &blueprint, &settings, applied, false)?;
        // Not where it failed: nothing was changed then, and there is nothing to go back to.
        if self.backup.is_none() {
            screen.note(match settings.database {
                Database::Sqlite(_) => {
                    "Without --backup there is no way back but the next `migrate` (Supermaker's docs/changes.md)."
                }
                Database::Postgres(_) => {
                    "Without a dump there is no way back but the next `migrate` (Supermaker's docs/backups.md)."
                }
            });
        }
        Ok(())
    }
}

/// Whether no table that is there is to be changed: they are those of the blueprint, or there are none yet.
fn stays(blueprint: &Blueprint, settings: &Settings) -> bool {
    matches!(server::look_at_database(blueprint, settings), Ok(_) | Err(StartError::Database(OpenError::Unmade { .. })))
}

/// Copies the database, if anything is going to be changed in it.
fn back_up(screen: &Screen, blueprint: &Blueprint, settings: &Settings, to: &Path) -> Result<(), Failure> {
    let failed = |error: StartError| Failure::new(error.to_string().trim_end());
    let foreseen = timed(screen, "looking at the rows", || server::foresee_migration(blueprint, settings));
    if !matches!(foreseen.map_err(failed)?, Applied::Migrated { .. }) {
        return Ok(());
    }
    if !timed(screen, "copying the database", || server::copy_database(settings, to)).map_err(failed)? {
        let message = "--backup copies a database file, and this one is on a server; nothing was changed";
        return Err(Failure::new(message).hint("pg_dump makes a back-up of it (Supermaker's docs/backups.md)"));
    }
    screen.note(&format!(
        "The database was copied to {}, which is the way back (Supermaker's docs/changes.md).",
        to.display()
    ));
    Ok(())
}

/// What would run, to be read, kept, or run by somebody else: what is no SQL is a comment.
fn script(settings: &Settings, foreseen: &Applied) -> String {
    let database = &settings.database;
    let (told, let_go, statements, takes_fold) = match foreseen {
        Applied::Migrated { told, let_go, script, takes_fold } => (told, let_go, script, *takes_fold),
        Applied::Created => {
            return format!("-- There are no tables in {database} yet: `supermaker migrate` makes them.");
        }
        Applied::Unchanged | Applied::Recorded => {
            return format!("-- Nothing to do: the tables of {database} are those of the blueprint.");
        }
    };
    let mut text = format!("-- What `supermaker migrate` would run on {database}, all of it or nothing:\n");
    told.iter().for_each(|line| text += &format!("--   {line}\n"));
    let_go.iter().for_each(|line| text += &format!("--   gone for good: {line}\n"));
    text += "-- What must be none is counted in it again: where a row came in the way meanwhile, nothing is changed.\n";
    match settings.database {
        Database::Sqlite(_) if takes_fold => {
            text += "-- `fold` is a function of Supermaker: only `supermaker migrate` can run this.\n";
        }
        Database::Sqlite(_) => {
            text += "-- Run it with `sqlite3 -bail`: without it sqlite3 goes on after an error, and keeps the rest.\n";
        }
        Database::Postgres(_) => {}
    }
    for statement in statements {
        let statement = statement.trim_end_matches([';', '\n', ' ']);
        let end = match statement.lines().last() {
            _ if statement.starts_with("--") => "",
            // Whoever made a view may have written something behind it.
            Some(last) if last.contains("--") => "\n;",
            _ => ";",
        };
        text += &format!("\n{statement}{end}\n");
    }
    text.trim_end().to_owned()
}

fn report(
    screen: &Screen,
    blueprint: &Blueprint,
    settings: &Settings,
    applied: Applied,
    shows_sql: bool,
) -> Result<(), Failure> {
    let (outcome, done, let_go, sql, takes_fold) = match applied {
        Applied::Migrated { told, let_go, script, takes_fold } => ("migrated", told, let_go, script, takes_fold),
        Applied::Created => ("created", Vec::new(), Vec::new(), Vec::new(), false),
        Applied::Unchanged | Applied::Recorded => ("unchanged", Vec::new(), Vec::new(), Vec::new(), false),
    };
    let (sql, takes_fold) = (shows_sql.then_some(sql), shows_sql.then_some(takes_fold));
    // Of tables that are still those of before nothing is found.
    let left = server::blank_rows(blueprint, settings).unwrap_or_default();
    let left: Vec<String> =
        left.into_iter().map(|one| format!("{}: {}; {}", one.what, BlankRows::WHY, one.mend)).collect();
    let (database, dry_run) = (settings.database.to_string(), screen.manner.dry_run);
    if screen.manner.json {
        return screen.json(&Report { database, dry_run, outcome, done, let_go, left, sql, takes_fold });
    }
    let text = match (outcome, dry_run) {
        ("migrated", false) => format!("The tables of {database} are those of the blueprint now:"),
        ("migrated", true) => {
            format!("Would bring the tables of {database} to the blueprint; no row is in the way:")
        }
        ("created", false) => format!("There were no tables in {database} yet; they were made"),
        ("created", true) => format!("Would make the tables in {database}, which has none yet"),
        _ => format!("Nothing to do: the tables of {database} are those of the blueprint"),
    };
    let tell = |text: &str| screen.say(&screen.fitted(2, text));
    tell(&screen.paint(Ink::Good, &text))?;
    done.iter().try_for_each(|line| tell(&format!("  {line}")))?;
    let gone = if dry_run { "would be gone for good" } else { "gone for good" };
    let_go.iter().try_for_each(|line| tell(&format!("  {gone}: {line}")))?;
    left.iter().for_each(|line| screen.warn(line));
    Ok(())
}
