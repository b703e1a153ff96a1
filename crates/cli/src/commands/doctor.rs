//! `supermaker doctor`: what stands between a blueprint with its settings and real users, and what mends it.

use clap::Args;
use serde::Serialize;
use server::doctor::{Finding, State, examine};
use server::process::Environment;

use crate::failure::Failure;
use crate::screen::{Ink, Screen};
use crate::source::LonePlace;

/// Look at settings, secrets, database and platform before real users come
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker doctor
  supermaker doctor --file shop
  ENV=production supermaker doctor --file shop --json

It changes nothing: tables are not made, and of the rows it looks only whether one is an administrator's, and for required
texts in which nothing stands. It asks the database how it stands, and other issuers of tokens
for their keys.

Exit codes: 0 nothing has to be mended first (there may be warnings), 1 something has")]
pub struct Doctor {
    #[command(flatten)]
    place: LonePlace,
}

#[derive(Serialize)]
struct Report<'a> {
    file: String,
    healthy: bool,
    findings: &'a [Finding],
}

impl Doctor {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let environment = Environment::beside(&source.folder)?;
        let findings = examine(&source.folder, &environment, &blueprint);
        let healthy = findings.iter().all(|finding| finding.state != State::Error);
        if screen.manner.json {
            screen.json(&Report { file: source.path.display().to_string(), healthy, findings: &findings })?;
        } else if !screen.manner.quiet || !healthy {
            let shown = findings.iter().filter(|finding| !screen.manner.quiet || finding.state == State::Error);
            let lines: Vec<String> = shown.map(|finding| line(finding, screen)).collect();
            screen.result(&lines.join("\n"))?;
        }
        if healthy { Ok(()) } else { Err(Failure::told()) }
    }
}

fn line(finding: &Finding, screen: &Screen) -> String {
    let (ink, word) = match finding.state {
        State::Good => (Ink::Good, "ok"),
        State::Warning => (Ink::Warning, "warning"),
        State::Error => (Ink::Bad, "error"),
    };
    let name = finding.name.replace('_', " ");
    let what = format!("{} {name}: {}", screen.paint(ink, &format!("{word:8}")), finding.what);
    let mut line = screen.fitted(9, &what);
    for (head, text) in [("why ", finding.why), ("mend", finding.mend.as_deref())] {
        let told = text.map(|text| format!("         {} {text}", screen.paint(Ink::Dim, head)));
        line.extend(told.map(|told| format!("\n{}", screen.fitted(5, &told))));
    }
    line
}
