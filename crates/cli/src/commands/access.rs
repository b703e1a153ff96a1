//! `supermaker access`: who may do what, in English and as a table.

use clap::Args;
use codegen::access::{Caller, Difference, Row, access_document, callers, difference, matrix, sentences};
use serde::Serialize;

use crate::failure::Failure;
use crate::reading;
use crate::report::{self, table};
use crate::screen::{Ink, Screen};
use crate::source::LonePlace;

/// Say who may do what, in English and as a table
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker access
  supermaker access --file lead-tracker
  supermaker access --file lead-tracker --json
  supermaker access --markdown > docs/access.md

Where the blueprint has the request that it was made of, what the rules give beyond it is flagged with `!`, and what they do not
give of it with `?`: beyond what was read of it when `new` made the folder, which .supermaker/request.json keeps, and where that
is not there, beyond what the rules read of it.")]
pub struct Access {
    #[command(flatten)]
    place: LonePlace,
    /// Print the document that `new` writes to docs/access.md: fields with rules of their own too
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

#[derive(Serialize)]
struct Report {
    sentences: Vec<String>,
    /// Where the rules differ from the request that the blueprint came from.
    #[serde(flatten)]
    difference: Option<Difference>,
    /// Whether that request was read by the rules just now: what a model had read of it is not known then.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_anew: Option<bool>,
    /// The columns of the matrix.
    callers: Vec<Caller>,
    matrix: Vec<Row>,
}

/// Below the flags.
const READ_ANEW: &str =
    "  (the request as the rules read it; how it was read when the blueprint was made is not recorded here)";

impl Access {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let known = reading::asked_of(&source.folder, &blueprint);
        let asked = known.as_ref().map(|known| known.asked.as_slice());
        if self.markdown {
            return screen.result(access_document(&blueprint, asked).trim_end());
        }
        let report = Report {
            sentences: sentences(&blueprint),
            difference: asked.map(|asked| difference(&blueprint, asked)),
            read_anew: known.as_ref().map(|known| known.anew),
            callers: callers(&blueprint),
            matrix: matrix(&blueprint),
        };
        if screen.manner.json {
            return screen.json(&report);
        }
        let mut flags: Vec<String> = report.difference.iter().flat_map(report::flags).collect();
        if !flags.is_empty() && report.read_anew == Some(true) {
            flags.push(READ_ANEW.to_owned());
        }
        let sentences = report.sentences.iter().cloned().chain(flags).collect::<Vec<_>>().join("\n");
        let sentences = screen.fitted(2, &sentences);
        let heads = ["entity", "operation"].into_iter().chain(report.callers.iter().map(Caller::name));
        let head: Vec<String> = heads.map(str::to_owned).collect();
        let rows = report.matrix.iter().map(|row| {
            let cells = row.reach.iter().map(|reach| reach.name().to_owned());
            [row.entity.clone(), row.operation.clone()].into_iter().chain(cells).collect()
        });
        let [head, rows @ ..] = &table(std::iter::once(head).chain(rows).collect())[..] else {
            return screen.result(&sentences);
        };
        let legend = "own: the caller's own records (create: the new record is his); some: those for which what is said above \
                      holds; all: every record; none: refused";
        let head = screen.paint(Ink::Bold, head);
        screen.result(&format!(
            "{sentences}\n\n{head}\n{}\n\n{legend}",
            rows.join("\n"),
            legend = screen.fitted(0, legend)
        ))
    }
}
