//! What a backend is: TOML in, a checked [`Blueprint`] out, or every problem at once with its place in the file.
//!
//! It knows neither HTTP nor SQL, neither disk nor clock. The stages: `raw` says which words there are, `shape` checks that the
//! document is made of them, `resolve` gives each its meaning, `values` reads every value that a field may hold.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod expr;
mod model;
mod nearest;
mod places;
mod problem;
#[expect(
    dead_code,
    reason = "words that the grammar knows and nothing enforces yet: `not_yet` refuses them by their place"
)]
mod raw;
mod render;
mod report;
mod resolve;
mod shape;
mod values;

pub use expr::{Comparison, Condition, End, Expr, Term, Via};
pub use model::*;
pub use nearest::{nearest, one_slip_from};
pub use places::pointer;
pub use problem::{Place, Problem, Problems, Severity};
pub use raw::json_schema;
pub use resolve::{NOT_YET, NotYet, plural};
pub use values::{BLANK, Complaint, LinkComplaint, MAX_LINKS};

use std::sync::LazyLock;

use serde_json::Value;
use toml::de::DeTable;

use crate::places::Places;
use crate::raw::RawBlueprint;
use crate::report::Report;

/// A thousand times the largest blueprint that anybody wrote.
const MAX_BYTES: usize = 1024 * 1024;

static SCHEMA: LazyLock<Value> = LazyLock::new(json_schema);

/// Reads a blueprint.
///
/// ```
/// let text = "[app]\nname = \"todo\"\n[entity.task.field]\ntitle = { type = \"text\", requird = true }\n";
/// let problems = blueprint::load(text).unwrap_err();
/// assert_eq!(problems.to_string(), "4:26: error: unknown word `requird` (help: perhaps you meant `required`)");
/// ```
///
/// # Errors
/// Every problem of the file, in the order of the file.
pub fn load(text: &str) -> Result<Blueprint, Problems> {
    let no_places = Places::empty(text);
    let mut report = Report::new(&no_places);
    if text.len() > MAX_BYTES {
        let message = format!("the blueprint has {} bytes; at most {MAX_BYTES} are read", text.len());
        report.span(0..0, "too_large", message, Some("what is not a blueprint belongs into another file".to_owned()));
        return Err(report.finish());
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        report.span(error.span().unwrap_or_default(), "syntax", error.message(), None);
    }
    if report.has_errors() {
        return Err(report.finish());
    }
    let (document, places, unfit) = Places::new(text, table.get_ref());
    let mut report = Report::new(&places);
    for unfit in unfit {
        report.span(unfit.span, "unfit", unfit.message, Some(unfit.hint.to_owned()));
    }
    check(text, document, report)
}

fn check(text: &str, mut document: Value, mut report: Report) -> Result<Blueprint, Problems> {
    if !shape::check(&SCHEMA, &mut document, &mut report) {
        return Err(report.finish());
    }
    resolve::not_yet::refuse(&document, &mut report);
    let raw: RawBlueprint = match serde_json::from_value(document) {
        Ok(raw) => raw,
        Err(error) => {
            report.span(0..0, "shape", error.to_string(), None);
            return Err(report.finish());
        }
    };
    match resolve::resolve(&raw, &mut report) {
        Some(parts) if !report.has_errors() => Ok(parts.into_blueprint(report.finish().0, text.to_owned())),
        _ => Err(report.finish().errors()),
    }
}
