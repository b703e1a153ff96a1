//! `supermaker check`: everything that is wrong with a blueprint, with its place in the file.

use blueprint::{Problems, Severity};
use clap::Args;
use serde::Serialize;

use crate::counts::counted;
use crate::failure::Failure;
use crate::screen::{Ink, Screen};
use crate::source::{LonePlace, Source};

/// Check a blueprint and show every problem where it is
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker check
  supermaker check --file lead-tracker
  supermaker check --file lead-tracker/blueprint.toml --json

Exit codes: 0 it loads (there may be warnings), 1 it does not")]
pub struct Check {
    #[command(flatten)]
    place: LonePlace,
}

#[derive(Serialize)]
struct Report<'a> {
    file: String,
    loads: bool,
    problems: &'a Problems,
}

impl Check {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let (loads, problems) = match source.load() {
            Ok(blueprint) => (true, Problems(blueprint.warnings)),
            Err(problems) => (false, problems),
        };
        if screen.manner.json {
            screen.json(&Report { file: source.path.display().to_string(), loads, problems: &problems })?;
        } else if !screen.manner.quiet || !loads {
            screen.result(&screen.fitted(2, &text(&source, &problems, screen)))?;
        }
        if loads { Ok(()) } else { Err(Failure::told()) }
    }
}

fn text(source: &Source, problems: &Problems, screen: &Screen) -> String {
    let count = |severity| problems.0.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let name = source.path.display();
    let verdict = match (errors, warnings) {
        (0, 0) => screen.paint(Ink::Good, &format!("{name} is fine")),
        (0, warnings) => screen.paint(Ink::Good, &format!("{name} is fine, with {}", counted(warnings, "warning"))),
        (errors, 0) => screen.paint(Ink::Bad, &format!("{name} has {}", counted(errors, "error"))),
        (errors, warnings) => {
            let text = format!("{name} has {} and {}", counted(errors, "error"), counted(warnings, "warning"));
            screen.paint(Ink::Bad, &text)
        }
    };
    match problems.0.as_slice() {
        [] => verdict,
        _ => format!("{}\n\n{verdict}", source.picture(problems, screen.color_out())),
    }
}
