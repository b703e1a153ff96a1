//! `supermaker change`: a sentence changes a blueprint that exists, shown as a difference first.

use std::path::PathBuf;

use clap::Args;
use intake::{Changed, NotDone};
use serde::Serialize;

use crate::disk::Renewed;
use crate::failure::{Failure, USAGE};
use crate::screen::{Ink, Screen};
use crate::source::Source;
use crate::{disk, documents, reading};

/// Change a blueprint by saying what should be different
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker change \"also let me tag prospects\"
  supermaker change \"rename phone to mobile and drop the SMS\" --file lead-tracker
  supermaker change \"only managers may delete\" --dry-run
  supermaker change \"keep track of tasks with a title and a due date\" --yes

The difference is shown, and written once you say yes. Comments, order and spacing stay. Where one wish is not understood
nothing is changed. Said twice, it has nothing to do. The
documents of a project that `new` made are written anew; those that you edited are left, and told.

Exit codes: 0 changed, or nothing to do, 1 not changed, 2 not understood (nothing is changed)")]
pub struct Change {
    /// What should be different, in English; `-` reads it from standard input
    #[arg(required = true)]
    request: Vec<String>,
    /// The blueprint, or the folder that holds it [default: ./blueprint.toml]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
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
    difference: &'a str,
    /// What became of the documents.
    documents: &'a Renewed,
}

impl Change {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let request = reading::request(&self.request, "change")?;
        let source = Source::read(self.file.as_deref())?;
        let before = source.load_or_explain(screen.color_err())?;
        let changed = match intake::change(&source.text, &request) {
            Ok(changed) => changed,
            Err(not_done) => return refuse(screen, &source, &not_done),
        };
        let after = blueprint::load(&changed.text).map_err(|problems| {
            let picture = problems.render(&source.path.display().to_string(), &changed.text, screen.color_err());
            Failure::new(format!("the blueprint would not load any more; nothing was changed\n\n{picture}"))
        })?;
        let difference = intake::difference(&source.text, &changed.text);
        if changed.is_change() {
            screen.say(&shown(screen, &source, &changed, &difference))?;
            if fits_no_more(&before, &after) {
                screen.warn("a database that exists has the former tables: this version cannot change them, and `serve` refuses it");
            }
        }
        let wanted = changed.is_change() && !screen.manner.dry_run;
        let apply = wanted && screen.ask("Change it?");
        let mut renewed = Renewed::default();
        if apply {
            disk::replace(&source.path, &changed.text)?;
            renewed = documents::renew(&source.folder, &after, false)?;
        }
        let name = source.path.display();
        if screen.manner.json {
            screen.json(&Report {
                file: name.to_string(),
                changed: apply,
                done: &changed.done,
                already: &changed.already,
                not_done: &[],
                difference: &difference,
                documents: &renewed,
            })?;
        }
        if apply {
            screen.say(&screen.paint(Ink::Good, &format!("Changed {name}")))?;
            return renewed.lines(false).iter().try_for_each(|line| screen.say(line));
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

fn shown(screen: &Screen, source: &Source, changed: &Changed, difference: &str) -> String {
    let mut out = format!("{}\n", screen.paint(Ink::Bold, &source.path.display().to_string()));
    for line in difference.lines() {
        let ink = match line.chars().next() {
            Some('+') => Ink::Good,
            Some('-') => Ink::Bad,
            _ => Ink::Dim,
        };
        out.push_str(&format!("{}\n", screen.paint(ink, line)));
    }
    for line in &changed.done {
        out.push_str(&format!("\n  {line}"));
    }
    for line in &changed.already {
        out.push_str(&format!("\n  as it was: {line}"));
    }
    out.push('\n');
    out
}

/// Whether the tables differ: rights, services and automations are none.
fn fits_no_more(before: &blueprint::Blueprint, after: &blueprint::Blueprint) -> bool {
    let fields = |blueprint: &blueprint::Blueprint| -> Vec<String> {
        let entities = blueprint.entities.iter();
        entities
            .map(|entity| format!("{} {} {:?} {:?}", entity.name, entity.soft_delete, entity.fields, entity.links))
            .collect()
    };
    fields(before) != fields(after)
}

fn refuse(screen: &Screen, source: &Source, not_done: &[NotDone]) -> Result<(), Failure> {
    let name = source.path.display();
    if screen.manner.json {
        let documents = &Renewed::default();
        let (done, already, difference) = (&[], &[], "");
        let report = Report { file: name.to_string(), changed: false, done, already, not_done, difference, documents };
        screen.json(&report)?;
        return Err(Failure { exit_code: USAGE, ..Failure::told() });
    }
    let wishes: Vec<String> = not_done.iter().map(|one| format!("  \"{}\": {}", one.wish, one.why)).collect();
    Err(Failure::usage(format!("not understood, so nothing in {name} was changed\n{}", wishes.join("\n"))))
}
