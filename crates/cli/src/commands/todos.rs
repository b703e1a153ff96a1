//! `supermaker todos`: the checklist of a project, with every check behind it run again.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap::Args;
use codegen::checklist::{self, By, Kept, Line, Open, Outcome, Outcomes, Section};
use serde::Serialize;
use server::process::Environment;

use crate::counts::counted_are;
use crate::disk::{self, Folder};
use crate::failure::Failure;
use crate::screen::{Ink, Screen};
use crate::source::LonePlace;
use crate::todos::{self, Place};

/// Run the checks behind the checklist, tick what passes, and say what is left
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker todos
  supermaker todos --file lead-tracker
  supermaker todos --file lead-tracker --check
  supermaker todos --json

The checklist is docs/backend_todos_<app>.md. A line is ticked if its check passed now: the app is served in this process on a
throw-away database and asked as its rules have it, and settings, documents and the database are looked at. A line that was
ticked and holds no more is unticked, and told. Lines marked (by hand) are yours to tick; what you wrote below lines stays.

Exit codes: 0 no check fails (what is not there yet, or left to you, does not count), 1 one does; with --check also where a
line is not that of the blueprint, or is ticked though its check does not pass")]
pub struct Todos {
    #[command(flatten)]
    place: LonePlace,
    /// Change nothing
    #[arg(long)]
    check: bool,
}

/// After this silence is broken.
const A_MOMENT: Duration = Duration::from_secs(1);

/// So many lines that are not as they should be are named.
const SHOWN: usize = 8;

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    file: &'a str,
    /// Whether the checklist was written.
    written: bool,
    passed: usize,
    failed: usize,
    /// Checks that have nothing to look at yet.
    waiting: usize,
    /// Lines that a person has not ticked.
    by_hand: usize,
    /// With `--check`: the lines are not those that the blueprint and the checks give.
    outdated: bool,
    /// Which, and what is wrong with each.
    stale: &'a [String],
    lines: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    text: &'a str,
    by: &'static str,
    ticked: bool,
    was_ticked: bool,
    #[serde(flatten)]
    outcome: Option<&'a Outcome>,
}

impl Todos {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let environment = Environment::beside(&source.folder)?;
        let origin = match disk::look(&source.folder)? {
            Folder::Ours(origin) => Some(origin),
            Folder::Free | Folder::Begun | Folder::Foreign => None,
        };
        let open = origin.as_ref().map_or(Open::default(), |origin| Open::of(origin));
        let sections = checklist::sections(&blueprint, open);
        let place = Place { folder: &source.folder, environment: &environment, blueprint: &blueprint };
        let outcomes = patiently(screen, || todos::outcomes(&place, &sections));
        let path = checklist::path(&blueprint);
        let before = disk::text(&source.folder.join(&path))?;
        let kept = Kept::read(before.as_deref().unwrap_or_default());
        let after = kept.write(&blueprint, &sections, &outcomes);
        let changes = before.as_deref() != Some(&after);
        let written = changes && !self.check && !screen.manner.dry_run;
        if written {
            disk::put_yours(&source.folder, &path, after)?;
        }
        let stale = if self.check { kept.stale(&sections, &outcomes) } else { Vec::new() };
        let run = Run { sections: &sections, outcomes: &outcomes, kept: &kept, stale: &stale };
        if screen.manner.json {
            screen.json(&run.report(&path, written))?;
        } else {
            run.tell(screen, &path, written)?;
        }
        if run.count(|outcome| matches!(outcome, Outcome::Failed(_))) > 0 || !stale.is_empty() {
            return Err(Failure::told());
        }
        Ok(())
    }
}

/// Does what mostly takes a moment, and says what it is about where it takes longer.
fn patiently<T: Send>(screen: &Screen, work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let (done, heard) = mpsc::channel();
        let worker = scope.spawn(move || {
            let made = work();
            // Nobody listens any more where it took long.
            let _ = done.send(());
            made
        });
        if heard.recv_timeout(A_MOMENT).is_err() {
            screen.note("Trying the app on a throw-away database …");
        }
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// A line of the checklist, and why it stands as it does.
fn told(screen: &Screen, ink: Ink, state: &str, text: &str, why: Option<&str>) -> String {
    let line = screen.fitted(9, &format!("{} {text}", screen.paint(ink, state)));
    why.map_or(line.clone(), |why| format!("{line}\n{}", screen.fitted(0, &format!("         {why}"))))
}

/// What was found.
struct Run<'a> {
    sections: &'a [Section],
    outcomes: &'a Outcomes,
    kept: &'a Kept,
    /// What of the checklist is not what the blueprint and the checks give.
    stale: &'a [String],
}

impl<'a> Run<'a> {
    fn lines(&self) -> impl Iterator<Item = &'a Line> {
        self.sections.iter().flat_map(|section| &section.lines)
    }

    fn count(&self, is: impl Fn(&Outcome) -> bool) -> usize {
        self.lines()
            .filter(|line| line.by == By::Check)
            .filter_map(|line| self.outcomes.get(&line.id))
            .filter(|it| is(it))
            .count()
    }

    fn left(&self) -> Vec<&'a Line> {
        self.lines().filter(|line| line.by == By::Hand && !self.kept.was_ticked(&line.id)).collect()
    }

    fn report<'r>(&'r self, file: &'r str, written: bool) -> Report<'r> {
        let told = |line: &'a Line| Told {
            id: &line.id,
            text: &line.text,
            by: if line.by == By::Hand { "hand" } else { "check" },
            ticked: self.kept.ticks(line, self.outcomes),
            was_ticked: self.kept.was_ticked(&line.id),
            outcome: self.outcomes.get(&line.id).filter(|_| line.by == By::Check),
        };
        Report {
            file,
            written,
            passed: self.count(|outcome| *outcome == Outcome::Passed),
            failed: self.count(|outcome| matches!(outcome, Outcome::Failed(_))),
            waiting: self.count(|outcome| matches!(outcome, Outcome::Waiting(_))),
            by_hand: self.left().len(),
            outdated: !self.stale.is_empty(),
            stale: self.stale,
            lines: self.lines().map(told).collect(),
        }
    }

    fn tell(&self, screen: &Screen, path: &str, written: bool) -> Result<(), Failure> {
        let mut lines = Vec::new();
        let mut later = Vec::new();
        for line in self.lines().filter(|line| line.by == By::Check) {
            let was = if self.kept.was_ticked(&line.id) { " (was ticked)" } else { "" };
            match self.outcomes.get(&line.id) {
                Some(Outcome::Failed(why)) => {
                    lines.push(told(screen, Ink::Bad, "fails   ", &format!("{}{was}", line.text), Some(why)));
                }
                Some(Outcome::Waiting(why)) => {
                    later.push(told(screen, Ink::Warning, "not yet ", &format!("{}{was}", line.text), Some(why)));
                }
                Some(Outcome::Passed) | None => {}
            }
        }
        let failed = lines.len();
        lines.extend(later);
        let left = self.left();
        lines.extend(left.iter().map(|line| told(screen, Ink::Dim, "by hand ", &line.text, None)));
        if !lines.is_empty() {
            screen.say(&format!("{}\n", lines.join("\n")))?;
        }
        let passed = self.count(|outcome| *outcome == Outcome::Passed);
        let waiting = self.count(|outcome| matches!(outcome, Outcome::Waiting(_)));
        let all = self.count(|_| true);
        let verdict = format!(
            "{passed} of {all} checks pass, {failed} fail, {waiting} not yet; {} left to you",
            counted_are(left.len(), "line")
        );
        let ink = if failed == 0 { Ink::Good } else { Ink::Bad };
        let verdict = screen.paint(ink, &verdict);
        let verb = if written { "Wrote" } else { "Not changed:" };
        let outdated = match self.stale {
            [] => String::new(),
            stale => format!(
                "\nThe lines are not those of the blueprint and its checks: supermaker todos writes them anew.\n  {}{}",
                stale.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n  "),
                if stale.len() > SHOWN { format!("\n  and {} more", stale.len() - SHOWN) } else { String::new() }
            ),
        };
        screen.result_unless_quiet(&format!("{verdict}\n{verb} {path}{outdated}"), failed > 0 || !outdated.is_empty())
    }
}
