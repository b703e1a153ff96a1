//! `supermaker new`: a request becomes a folder with a blueprint in it, and with `--serve` a running backend.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use blueprint::Blueprint;
use clap::Args;
use codegen::FileDraft;
use codegen::checklist::Outcomes;
use codegen::record::Origin;
use intake::Reading;
use model::{Consultation, Read};
use serde::Serialize;

use super::serve::Serve;
use crate::asking::{self, Given, Settled};
use crate::disk::{self, Folder};
use crate::failure::{Failure, USAGE, shell_word};
use crate::screen::{Ink, Screen};
use crate::source::Source;
use crate::specification::{self, Specification};
use crate::{begun, reading, report, todos};

/// Make a backend of a request in plain English
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker new \"Build me a lead tracker where I can log prospects\"
  supermaker new \"A reading list: books with title, author and status\" --serve
  supermaker new - --dir shop < request.txt
  supermaker new --from specs/
  supermaker new --from openapi.json --dir shop
  supermaker new \"A todo app\" --dry-run
  supermaker new \"We keep boats (name, length)\" --answer share=all

On a terminal at most three questions are asked, the default first; with --yes or in a pipe the default holds and is told.
What was answered is kept under the request in the blueprint.

A folder is made where you are, called as the app is, unless --dir says another one. With --from the app is called as the specification
says (in `app.name` or a document's title), else as the folder in which `specs` lies: `new --from shop/specs/` makes ./shop, or says
that it is there.

Where SUPERMAKER_MODEL names a language model, the request is sent to it and it reads along (Supermaker's docs/models.md); without it
nothing is sent anywhere.

Typing it twice is safe: a folder that it made is left as it is, and one that it was ended in the middle of is finished.

Exit codes: 0 fine, 1 failed, 2 the request was not understood, 130 stopped at a question (nothing is written)")]
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
    /// Answer one of the questions: its name and the first word of an answer; can be given several times
    #[arg(long, value_name = "QUESTION=ANSWER", conflicts_with = "from")]
    answer: Vec<Given>,
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
        let (request, rules) = self.read()?;
        if !rules.understood() && (self.no_model || !reading::has_model()) {
            return refuse(screen, &Read::by_rules(rules));
        }
        // Before anything is paid or asked: what is there already needs neither.
        let folder = self.folder(&rules.app);
        let mut outcome = match disk::look(&folder)? {
            Folder::Ours(origin) => {
                self.same_request(&folder, &request, &origin)?;
                begun::tidy(&folder);
                let made_from = origin.request.unwrap_or(request);
                let rules = if self.from.is_some() { rules } else { intake::read(&made_from) };
                return self.was_there(screen, &folder, Read::by_rules(rules));
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
            Folder::Free | Folder::Begun | Folder::Foreign => Outcome::WouldWrite,
        };
        let read = reading::read(screen, &request, rules, self.no_model || self.from.is_some());
        if !read.reading.understood() {
            return refuse(screen, &read);
        }
        let read = self.settle(screen, Settled { request, read })?;
        let blueprint = checked(&read.reading)?;
        let writes = !screen.manner.dry_run;
        let outcomes = if writes { todos::of_blueprint(&blueprint) } else { Outcomes::new() };
        let facts = reading::facts(&read.reading, &blueprint, outcomes)?;
        let (drafts, left) = disk::beside(&folder, codegen::project(&blueprint, &facts).map_err(Failure::new)?)?;
        if writes {
            disk::write(&folder, &drafts)?;
            outcome = Outcome::Wrote;
        }
        let told = Told { folder: &folder, blueprint: &blueprint, read: &read, drafts: &drafts, left: &left, outcome };
        self.tell(screen, &told)?;
        self.serve(screen, folder)
    }

    /// What is to be made, as the rules read it: a request, or what is kept in place of one for a specification.
    fn read(&self) -> Result<(String, Reading), Failure> {
        if let Some(path) = &self.from {
            let Specification { reading, origin } = specification::read(path)?;
            return Ok((origin, reading));
        }
        let request = reading::request(&self.request, "new")?;
        let rules = intake::read(&request);
        Ok((request, rules))
    }

    /// Has the questions answered, where somebody is there to answer.
    fn settle(&self, screen: &Screen, settled: Settled) -> Result<Read, Failure> {
        let settled = settled.given(&self.answer)?;
        let manner = screen.manner;
        if !screen.can_ask() || manner.yes || manner.quiet || manner.dry_run {
            return Ok(settled.read);
        }
        // What was passed over is known before anything is answered: then it can still be said otherwise.
        if let Some(passed_over) = report::passed_over(screen, &settled.read.reading) {
            screen.note(&passed_over);
        }
        Ok(settled.asked(|place, of, question| asking::on_terminal(screen, place, of, question))?.read)
    }

    fn folder(&self, app: &str) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| PathBuf::from(app))
    }

    /// A folder made from another request, or with other answers, is another app: nothing is done rather than the wrong
    /// thing.
    fn same_request(&self, folder: &Path, request: &str, origin: &Origin) -> Result<(), Failure> {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let made_from = origin.request.as_deref().unwrap_or_default();
        let (was, is) = (intake::without_answers(made_from), intake::without_answers(request));
        let answered = is.len() < request.len() && words(made_from) != words(request);
        if words(was) == words(is) && !answered && self.answer.iter().all(|one| one.stands_in(made_from)) {
            return Ok(());
        }
        let (name, place) = (folder.display().to_string(), shell_word(&folder.display().to_string()));
        let another = shell_word(&format!("{name}-2"));
        let other = if words(was) == words(is) { "with other answers" } else { "from another request" };
        let quoted: String = made_from.lines().map(|line| format!("  {line}\n")).collect();
        let message = format!("{name} was made {other}:\n\n{quoted}");
        Err(Failure::new(message).hint(format!(
            "to serve what is there: supermaker serve --file {place}\n        to make another app: add --dir {another}"
        )))
    }

    /// The second time the same words are typed.
    fn was_there(&self, screen: &Screen, folder: &Path, read: Read) -> Result<(), Failure> {
        // Where only a model understood it, the folder knows what was made.
        let blueprint = match read.reading.understood() {
            true => checked(&read.reading)?,
            false => Source::read(Some(folder))?.load_or_explain(screen.color_err())?,
        };
        let facts = reading::facts(&read.reading, &blueprint, Outcomes::new())?;
        let drafts = codegen::project(&blueprint, &facts).map_err(Failure::new)?;
        let outcome = Outcome::WasThere;
        let told = Told { folder, blueprint: &blueprint, read: &read, drafts: &drafts, left: &[], outcome };
        self.tell(screen, &told)?;
        self.serve(screen, folder.to_owned())
    }

    fn serve(&self, screen: &Screen, folder: PathBuf) -> Result<(), Failure> {
        if self.serve && !screen.manner.dry_run {
            return Serve::of(folder, self.host, self.port).run(screen);
        }
        Ok(())
    }

    fn tell(&self, screen: &Screen, told: &Told<'_>) -> Result<(), Failure> {
        let next = format!("supermaker serve --file {}", shell_word(&told.folder.display().to_string()));
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
            if !told.left.is_empty() {
                screen.say(&format!("Left as they are, because they were there before: {}\n", told.left.join(", ")))?;
            }
        }
        if serving { Ok(()) } else { screen.say(&format!("Next: {}", screen.paint(Ink::Good, &next))) }
    }
}

struct Told<'a> {
    folder: &'a Path,
    blueprint: &'a Blueprint,
    read: &'a Read,
    drafts: &'a [FileDraft],
    /// Documents that somebody wrote before us.
    left: &'a [String],
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
