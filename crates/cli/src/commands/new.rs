//! `supermaker new`: a request becomes a folder with a blueprint in it, and with `--serve` a running backend.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use blueprint::Blueprint;
use clap::Args;
use codegen::FileDraft;
use codegen::record::Origin;
use intake::Reading;
use serde::Serialize;

use super::serve::Serve;
use crate::disk::{self, Folder};
use crate::failure::{Failure, USAGE, shell_word};
use crate::screen::{Ink, Screen};
use crate::{reading, report};

/// Make a backend of a request in plain English
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker new \"Build me a lead tracker where I can log prospects and update their status\"
  supermaker new \"A reading list: books with title, author and status\" --serve
  supermaker new - --dir shop < request.txt
  supermaker new \"A todo app\" --dry-run

Typing it twice is safe: a folder that it made is left as it is.

Exit codes: 0 fine, 1 failed, 2 the request was not understood (nothing is written)")]
pub struct New {
    /// What the backend should do, in English; `-` reads it from standard input
    #[arg(required = true)]
    request: Vec<String>,
    /// Serve it at once
    #[arg(long)]
    serve: bool,
    /// The folder to write to [default: the app's name]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// With --serve: the address to listen on
    #[arg(long, requires = "serve")]
    host: Option<IpAddr>,
    /// With --serve: the port to listen on; 0 takes a free one
    #[arg(long, requires = "serve")]
    port: Option<u16>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Made<'a> {
    app: &'a str,
    directory: &'a Path,
    /// Whether files were written now.
    written: bool,
    files: Vec<&'a str>,
    reading: &'a Reading,
    /// What to type next.
    next: String,
}

impl New {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let request = reading::request(&self.request, "new")?;
        let reading = intake::read(&request);
        if !reading.understood() {
            return refuse(screen, &reading);
        }
        let blueprint = checked(&reading)?;
        let folder = self.dir.clone().unwrap_or_else(|| PathBuf::from(&blueprint.app.name));
        let drafts = codegen::project(&blueprint, &reading::facts(&reading)?).map_err(Failure::new)?;
        let outcome = match disk::look(&folder)? {
            Folder::Ours(origin) => {
                self.same_request(&folder, &request, &origin)?;
                Outcome::WasThere
            }
            Folder::Foreign if !screen.ask(&format!("{} is not empty; write into it?", folder.display())) => {
                return Err(Failure::new(format!(
                    "{} is not empty, and not a folder that supermaker made",
                    folder.display()
                ))
                .hint(
                    "choose another one with --dir, or write into it with --yes (nothing that is there is overwritten)",
                ));
            }
            Folder::Free | Folder::Foreign if screen.manner.dry_run => Outcome::WouldWrite,
            Folder::Free | Folder::Foreign => Outcome::Wrote,
        };
        if outcome == Outcome::Wrote {
            disk::write(&folder, &drafts)?;
        }
        self.tell(
            screen,
            &Told { folder: &folder, blueprint: &blueprint, reading: &reading, drafts: &drafts, outcome },
        )?;
        if self.serve && !screen.manner.dry_run {
            return Serve::of(folder, self.host, self.port).run(screen);
        }
        Ok(())
    }

    /// A folder made from another request is another app: nothing is done rather than the wrong thing.
    fn same_request(&self, folder: &Path, request: &str, origin: &Origin) -> Result<(), Failure> {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let made_from = origin.request.as_deref().unwrap_or_default();
        if words(made_from) == words(request) {
            return Ok(());
        }
        let (name, place) = (folder.display().to_string(), shell_word(&folder.display().to_string()));
        let another = shell_word(&format!("{name}-2"));
        let message = format!("{name} was made from another request:\n\n  {made_from}\n");
        Err(Failure::new(message).hint(format!(
            "to serve what is there: supermaker serve {place}\n        to make another app: add --dir {another}"
        )))
    }

    fn tell(&self, screen: &Screen, told: &Told<'_>) -> Result<(), Failure> {
        let next = format!("supermaker serve {}", shell_word(&told.folder.display().to_string()));
        if screen.manner.json {
            return screen.json(&Made {
                app: &told.blueprint.app.name,
                directory: told.folder,
                written: told.outcome == Outcome::Wrote,
                files: told.drafts.iter().map(|draft| draft.path.as_str()).collect(),
                reading: told.reading,
                next,
            });
        }
        let serving = self.serve && !screen.manner.dry_run;
        let place = told.folder.display();
        let verb = match told.outcome {
            Outcome::Wrote => "Wrote",
            Outcome::WouldWrite => "Would write",
            Outcome::WasThere => "",
        };
        if verb.is_empty() {
            screen.say(&format!("{place} was made from this request already; nothing was written."))?;
        } else {
            screen.say(&report::understood(screen, told.blueprint, told.reading))?;
            let files = told.drafts.iter().map(|draft| format!("  {place}/{}", draft.path)).collect::<Vec<_>>();
            screen.say(&format!("{verb}\n{}\n", files.join("\n")))?;
        }
        if serving { Ok(()) } else { screen.say(&format!("Next: {}", screen.paint(Ink::Good, &next))) }
    }
}

struct Told<'a> {
    folder: &'a Path,
    blueprint: &'a Blueprint,
    reading: &'a Reading,
    drafts: &'a [FileDraft],
    outcome: Outcome,
}

/// What became of the drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Wrote,
    WouldWrite,
    WasThere,
}

/// The blueprint of a reading. That it does not load is a defect of ours, not of the request.
pub fn checked(reading: &Reading) -> Result<Blueprint, Failure> {
    blueprint::load(&reading.blueprint).map_err(|problems| {
        let picture = problems.render("blueprint.toml", &reading.blueprint, false);
        Failure::new(format!(
            "the blueprint made of this request does not load, which is a defect of supermaker\n\n{picture}"
        ))
        .hint("say it in other words, and please report the request")
    })
}

fn refuse(screen: &Screen, reading: &Reading) -> Result<(), Failure> {
    if screen.manner.json {
        screen.json(reading)?;
    } else {
        screen.result(&report::not_understood(screen, reading))?;
    }
    Err(Failure { exit_code: USAGE, ..Failure::told() })
}
