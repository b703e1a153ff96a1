//! `supermaker audit`: whether the audit is as it was written, also beside a running server.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use server::audit::{Broken, Head, Verified, verify};

use crate::failure::Failure;
use crate::logs;
use crate::screen::Screen;
use crate::source::Source;
use server::process::{Environment, read_settings};

/// Check that nobody changed the audit
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker audit verify
  supermaker audit verify --head 12:9f86d0… --json")]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
    /// The blueprint, or the folder that holds it [default: ./blueprint.toml]
    #[arg(long, global = true, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Read all of it and name the first row that was changed, taken away or put in
    #[command(after_help = "\
Example:
  supermaker audit verify --head 12:9f86d0…

It prints the last seal. Kept where whoever may change the database does not come, and given as --head the next time, it shows
whether what was sealed then is still all there. The log of the server has it too, once an hour.")]
    Verify {
        /// A seal of an earlier time, as this command prints it
        #[arg(long, value_name = "SEAL")]
        head: Option<Head>,
    },
}

impl Audit {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = Source::read(self.file.as_deref())?;
        let environment = Environment::beside(&source.folder)?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let Action::Verify { head } = &self.action;
        if screen.manner.dry_run {
            return screen.say("Would read the whole audit");
        }
        let settings = read_settings(&source.folder, &environment, |_| None)?;
        if settings.secret_is_temporary {
            let failure = Failure::new("there is no SECRET_KEY, and without it seals cannot be checked");
            return Err(failure.hint(
                "set the SECRET_KEY with which the server ran; seals of one that ran without a key cannot be checked",
            ));
        }
        logs::start(screen, &environment)?;
        let store = server::open_database(&blueprint, &settings);
        let store = store.map_err(|error| Failure::new(error.to_string().trim_end()))?;
        match verify(&store, &settings.secret_key, head.as_ref()).map_err(Failure::new)? {
            Ok(verified) => good(screen, &verified),
            Err(broken) => bad(screen, &broken),
        }
    }
}

fn good(screen: &Screen, verified: &Verified) -> Result<(), Failure> {
    let Verified { seals, rows, unsealed, head } = verified;
    let head = head.as_ref().map(ToString::to_string);
    if screen.manner.json {
        return screen.json(&json!({"ok": true, "rows": rows, "seals": seals, "unsealed": unsealed, "head": head}));
    }
    screen
        .say(&format!("The audit is as it was written: {rows} rows under {seals} seals, {unsealed} not sealed yet"))?;
    match head {
        Some(head) => screen.result(&head),
        None => Ok(()),
    }
}

fn bad(screen: &Screen, broken: &Broken) -> Result<(), Failure> {
    if screen.manner.json {
        screen.json(&json!({"ok": false, "row": broken.row, "detail": broken.to_string()}))?;
    }
    Err(Failure::new(broken).hint("compare it with a backup; what the log of the server says of the time is elsewhere"))
}
