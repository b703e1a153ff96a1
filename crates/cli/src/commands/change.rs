//! `supermaker change`: a sentence changes a blueprint that exists, shown as a difference first.

use clap::Args;
use intake::{Changed, NotDone};
use serde::Serialize;

use crate::effects::Effects;
use crate::failure::{Failure, USAGE, shell_word};
use crate::renewal::Renewed;
use crate::screen::{Ink, Screen};
use crate::source::{Place, Source, is_blueprint};
use crate::{disk, documents, reading};

/// Change a blueprint by saying what should be different
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker change \"also let me tag prospects\"
  supermaker change \"rename phone to mobile and drop the SMS\" --file leads
  supermaker change \"only managers may delete\" --dry-run
  supermaker change \"keep track of tasks with a title and a due date\" --yes

The difference is shown, with what changes of who may do what and of a database, and written once you say yes. Comments
and order stay, and so does the column of the equals signs. Where one wish is not understood, or two say the opposite, nothing
is changed. Said twice, it has nothing to do; what is not there cannot be removed. README, documents and checklist of a
project that `new` made are written anew; those that you edited are left, and told.

Exit codes: 0 changed, or nothing to do, 1 not changed, 2 not understood (nothing is changed)")]
pub struct Change {
    /// What should be different, in English; `-` reads it from standard input
    #[arg(required = true)]
    request: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    file: String,
    /// Whether the file was written.
    changed: bool,
    done: &'a [String],
    already: &'a [String],
    not_done: &'a [NotDone],
    #[serde(flatten)]
    effects: &'a Effects,
    /// What became of the documents.
    documents: &'a Renewed,
}

impl Change {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let request = reading::request(&self.request, "change")?;
        if let [_, .., last] = self.request.as_slice()
            && is_blueprint(last)
        {
            let hint = format!("to change that one: supermaker change \"…\" --file {}", shell_word(last));
            return Err(Failure::usage(format!("`{last}` at the end of the request is a blueprint")).hint(hint));
        }
        let source = self.place.read()?;
        let before = source.load_or_explain(screen.color_err())?;
        let changed = match intake::change(&source.text, &request) {
            Ok(changed) => changed,
            Err(not_done) => return refuse(screen, &source, &not_done),
        };
        let after = blueprint::load(&changed.text).map_err(|problems| {
            let picture = problems.render(&source.path.display().to_string(), &changed.text, screen.color_err());
            Failure::new(format!("the blueprint would not load any more; nothing was changed\n\n{picture}"))
        })?;
        let effects = Effects::of(&source, &before, &after, intake::difference(&source.text, &changed.text));
        if changed.is_change() {
            screen.say(&shown(screen, &source, &changed, &effects))?;
        }
        let wanted = changed.is_change() && !screen.manner.dry_run;
        let apply = wanted && screen.ask("Change it?");
        let mut renewed = Renewed::default();
        if apply {
            disk::replace(&source.folder, &source.path, &changed.text)?;
            renewed = documents::follow(&source, &before, &after)?;
        }
        let name = source.path.display();
        if screen.manner.json {
            screen.json(&Report {
                file: name.to_string(),
                changed: apply,
                done: &changed.done,
                already: &changed.already,
                not_done: &[],
                effects: &effects,
                documents: &renewed,
            })?;
        }
        if apply {
            screen.say(&screen.paint(Ink::Good, &format!("Changed {name}")))?;
            renewed.lines(false).iter().try_for_each(|line| screen.say(line))?;
            if let Some(next) = &effects.next {
                screen.say(&format!("A database that is there: stop its servers, make a back-up, then: {next}"))?;
            }
            return match renewed.edited.as_slice() {
                [] => Ok(()),
                edited => {
                    let told = format!(
                        "What you edited may still say what was so before. To have it written anew, take it away and out of \
                         .supermaker/files.json, then: supermaker docs ({})",
                        edited.join(", ")
                    );
                    screen.say(&screen.fitted(0, &told))
                }
            };
        }
        if !changed.is_change() {
            return screen.say(&format!("Nothing to do: {}", changed.already.join("; ")));
        }
        match (wanted, screen.can_ask()) {
            (true, false) => Err(Failure::new("nothing was changed").hint("add --yes to write it")),
            _ => screen.say("Nothing was changed."),
        }
    }
}

fn shown(screen: &Screen, source: &Source, changed: &Changed, effects: &Effects) -> String {
    let mut out = format!("{}\n", screen.paint(Ink::Bold, &source.path.display().to_string()));
    for line in effects.difference.lines() {
        let ink = match line.chars().next() {
            Some('+') => Ink::Good,
            Some('-') => Ink::Bad,
            _ => Ink::Dim,
        };
        out.push_str(&format!("{}\n", screen.paint(ink, line)));
    }
    for line in &changed.done {
        out.push_str(&screen.fitted(2, &format!("\n  {line}")));
    }
    for line in &changed.already {
        out.push_str(&screen.fitted(2, &format!("\n  as it was: {line}")));
    }
    let mut section = |head: &str, lines: &[String]| {
        if !lines.is_empty() {
            out.push_str(&format!("\n\n{head}"));
            lines.iter().for_each(|line| out.push_str(&screen.fitted(2, &format!("\n  {line}"))));
        }
    };
    section("Who may do what", &effects.access);
    section("A database that is there, when `supermaker migrate` brings it along", &effects.database);
    section("It is left as it is, and you are told what to try, if it has", &effects.in_the_way);
    section("Rows that are there", &effects.rows);
    section("Not changed", &effects.stale);
    out.push('\n');
    out
}

fn refuse(screen: &Screen, source: &Source, not_done: &[NotDone]) -> Result<(), Failure> {
    let name = source.path.display();
    if screen.manner.json {
        let (documents, effects) = (&Renewed::default(), &Effects::default());
        let report =
            Report { file: name.to_string(), changed: false, done: &[], already: &[], not_done, effects, documents };
        screen.json(&report)?;
        return Err(Failure { exit_code: USAGE, ..Failure::told() });
    }
    let wishes: Vec<String> = not_done.iter().map(|one| format!("  \"{}\": {}", one.wish, one.why)).collect();
    Err(Failure::usage(format!("not understood, so nothing in {name} was changed\n{}", wishes.join("\n"))))
}
