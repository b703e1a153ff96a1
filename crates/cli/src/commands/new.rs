//! `supermaker new`: a request becomes a folder with a blueprint in it, and with `--serve` a running backend.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use blueprint::Blueprint;
use clap::Args;
use codegen::FileDraft;
use codegen::record::Origin;
use intake::Reading;
use model::{Consultation, Read};
use serde::Serialize;

use super::serve::Serve;
use crate::disk::{self, Folder};
use crate::failure::{Failure, USAGE, shell_word};
use crate::screen::{Ink, Screen};
use crate::specification::{self, Specification};
use crate::{reading, report};

/// Make a backend of a request in plain English
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker new \"Build me a lead tracker where I can log prospects and update their status\"
  supermaker new \"A reading list: books with title, author and status\" --serve
  supermaker new - --dir shop < request.txt
  supermaker new --from specs/
  supermaker new --from openapi.json --dir shop
  supermaker new \"A todo app\" --dry-run

Where SUPERMAKER_MODEL names a language model, the request is sent to it and it reads along (docs/models.md); without it
nothing is sent anywhere.

Typing it twice is safe: a folder that it made is left as it is.

Exit codes: 0 fine, 1 failed, 2 the request was not understood (nothing is written)")]
pub struct New {
    /// What the backend should do, in English; `-` reads it from standard input
    #[arg(required_unless_present = "from")]
    request: Vec<String>,
    /// Read a specification instead: a folder of Markdown with tables of fields and endpoints, or an openapi.json
    #[arg(long, value_name = "PATH", conflicts_with = "request")]
    from: Option<PathBuf>,
    /// Do not ask the model that SUPERMAKER_MODEL names
    #[arg(long)]
    no_model: bool,
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
    /// How a model was asked, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a Consultation>,
    /// What to type next.
    next: String,
}

impl New {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let (request, read) = self.read(screen)?;
        let reading = &read.reading;
        if !reading.understood() {
            return refuse(screen, &read);
        }
        let blueprint = checked(reading)?;
        let folder = self.folder(&blueprint);
        let drafts = codegen::project(&blueprint, &reading::facts(reading)?).map_err(Failure::new)?;
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
        self.tell(screen, &Told { folder: &folder, blueprint: &blueprint, read: &read, drafts: &drafts, outcome })?;
        if self.serve && !screen.manner.dry_run {
            return Serve::of(folder, self.host, self.port).run(screen);
        }
        Ok(())
    }

    /// The request and its reading; of a specification, what is kept in place of a request.
    fn read(&self, screen: &Screen) -> Result<(String, Read), Failure> {
        if let Some(path) = &self.from {
            let Specification { reading, origin } = specification::read(path)?;
            return Ok((origin, Read { reading, consultation: None }));
        }
        let request = reading::request(&self.request, "new")?;
        let read = reading::read(screen, &request, self.no_model || self.is_made(&request));
        Ok((request, read))
    }

    fn folder(&self, blueprint: &Blueprint) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| PathBuf::from(&blueprint.app.name))
    }

    /// Whether the folder is ours already: then nothing is written, and no model needs to be paid for it. The name of an
    /// app is the rules' alone.
    fn is_made(&self, request: &str) -> bool {
        let made = |blueprint: Blueprint| matches!(disk::look(&self.folder(&blueprint)), Ok(Folder::Ours(_)));
        blueprint::load(&intake::read(request).blueprint).is_ok_and(made)
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
                reading: &told.read.reading,
                model: told.read.consultation.as_ref(),
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
            screen.say(&report::understood(screen, told.blueprint, told.read))?;
            let files = told.drafts.iter().map(|draft| format!("  {place}/{}", draft.path)).collect::<Vec<_>>();
            screen.say(&format!("{verb}\n{}\n", files.join("\n")))?;
        }
        if serving { Ok(()) } else { screen.say(&format!("Next: {}", screen.paint(Ink::Good, &next))) }
    }
}

struct Told<'a> {
    folder: &'a Path,
    blueprint: &'a Blueprint,
    read: &'a Read,
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

fn refuse(screen: &Screen, read: &Read) -> Result<(), Failure> {
    if screen.manner.json {
        screen.json(read)?;
    } else {
        screen.result(&report::not_understood(screen, read))?;
    }
    Err(Failure { exit_code: USAGE, ..Failure::told() })
}
