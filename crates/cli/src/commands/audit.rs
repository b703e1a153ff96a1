//! `supermaker audit`: whether the audit is as it was written, and that it stays so when `SECRET_KEY` is exchanged; also beside a
//! running server.

use clap::{Args, Subcommand};
use serde_json::json;
use server::audit::{Broken, Fault, Head, Rekeyed, Verified, rekey, triggers, verify};
use server::settings::Settings;
use store::{Store, Triggers};

use crate::counts::counted;
use crate::failure::Failure;
use crate::logs;
use crate::screen::Screen;
use crate::source::Place;
use server::process::{Environment, read_settings};

/// Check that nobody changed the audit, and keep it whole when SECRET_KEY is exchanged
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker audit verify
  supermaker audit verify --head 12:9f86d0… --json
  supermaker audit rekey")]
pub struct Audit {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Place,
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
    /// Keep what makes seals hold that were made with the SECRET_KEY before, so that it need not be kept itself
    #[command(after_help = "\
Examples:
  SECRET_KEY_PREVIOUS=… supermaker audit rekey
  supermaker audit rekey --lost

A server does the first at every start. By hand it is for a SECRET_KEY that somebody else may know: then nothing has to be served
with it once more. Supermaker's docs/secret-key.md has the whole way.")]
    Rekey {
        /// Nobody has the SECRET_KEY any more with which the last seals were made: do without checking what is there
        #[arg(long)]
        lost: bool,
    },
}

impl Audit {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let environment = Environment::beside(&source.folder)?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        if screen.manner.dry_run {
            return screen.would(match &self.action {
                Action::Verify { .. } => "read the whole audit",
                Action::Rekey { .. } => "see that old seals hold by the present SECRET_KEY",
            });
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
        match &self.action {
            Action::Verify { head } => {
                let triggers = triggers(&store).map_err(Failure::new)?;
                match verify(&store, &settings, head.as_ref()).map_err(Failure::new)? {
                    Ok(verified) => good(screen, &verified, &triggers),
                    Err(broken) => bad(screen, &broken, &triggers),
                }
            }
            Action::Rekey { lost } => go_on(screen, &store, &settings, *lost),
        }
    }
}

fn go_on(screen: &Screen, store: &Store, settings: &Settings, lost: bool) -> Result<(), Failure> {
    let (word, text) = match rekey(store, settings, lost).map_err(Failure::new)? {
        Rekeyed::Current => {
            ("current", "The last seals hold by the present SECRET_KEY, or by what is kept; nothing to do".to_owned())
        }
        Rekeyed::TakenOver => ("taken_over", "Kept: old seals hold by the present SECRET_KEY alone".to_owned()),
        Rekeyed::GivenUp(seal) => {
            ("given_up", format!("Up to seal {seal} the audit cannot be checked any more; from there on it can"))
        }
        Rekeyed::Strange => {
            return Err(Failure::new("the last seals of the audit were made with another SECRET_KEY").hint(
                "set that one as SECRET_KEY_PREVIOUS beside the present one; where nobody has it any more: --lost",
            ));
        }
        Rekeyed::Mixed => {
            return Err(Failure::new(
                "some of the last seals hold and some do not, so another instance must seal with another SECRET_KEY, or did",
            )
            .hint("set that one as SECRET_KEY_PREVIOUS beside the present one; where nobody has it any more: --lost"));
        }
    };
    if screen.manner.json { screen.json(&json!({ "audit": word })) } else { screen.say(&text) }
}

fn good(screen: &Screen, verified: &Verified, triggers: &Triggers) -> Result<(), Failure> {
    let Verified { seals, rows, unsealed, unchecked, head } = verified;
    let head = head.as_ref().map(ToString::to_string);
    let Triggers { missing, strange } = triggers;
    if screen.manner.json {
        screen.json(&json!({
            "ok": missing.is_empty(), "rows": rows, "seals": seals, "unsealed": unsealed, "unchecked": unchecked, "head": head,
            "missing_triggers": missing, "strange_triggers": strange
        }))?;
    } else {
        screen.say(&format!(
            "The audit is as it was written: {} under {}, {unsealed} not sealed yet",
            counted(rows, "row"),
            counted(seals, "seal")
        ))?;
        if *unchecked > 0 {
            screen.warn(&format!(
                "not checked, because their SECRET_KEY was lost (`audit rekey --lost`): {}",
                counted(unchecked, "seal")
            ));
        }
        if let Some(head) = head {
            screen.result(&head)?;
        }
    }
    told_strange(screen, triggers);
    if missing.is_empty() {
        return Ok(());
    }
    let gone = format!("what keeps the audit from being changed was taken away: {}", missing.join(", "));
    Err(Failure::new(gone).hint("find out who did that, and start the server: it puts them back"))
}

fn bad(screen: &Screen, broken: &Broken, triggers: &Triggers) -> Result<(), Failure> {
    let Triggers { missing, strange } = triggers;
    if screen.manner.json {
        screen.json(&json!({
            "ok": false, "row": broken.row, "detail": broken.to_string(),
            "missing_triggers": missing, "strange_triggers": strange
        }))?;
    }
    if !missing.is_empty() {
        screen.warn(&format!("what keeps the audit from being changed was taken away: {}", missing.join(", ")));
    }
    told_strange(screen, triggers);
    if matches!(broken.fault, Fault::SealChanged(_)) {
        return Err(Failure::new(broken).hint(
            "if SECRET_KEY was exchanged, set the one before as SECRET_KEY_PREVIOUS; else compare it with a backup",
        ));
    }
    Err(Failure::new(broken).hint("compare it with a backup; what the log of the server says of the time is elsewhere"))
}

fn told_strange(screen: &Screen, Triggers { strange, .. }: &Triggers) {
    if !strange.is_empty() {
        screen.warn(&format!("triggers or rules over the audit that are none of ours: {}", strange.join(", ")));
    }
}
