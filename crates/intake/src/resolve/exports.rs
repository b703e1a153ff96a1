//! "Export jobs as CSV": who reads records is understood, the file is not made, so it is told.

use crate::clauses::Polarity;
use crate::draft::Draft;
use crate::scene::Scene;

use super::Cast;

const FILES: &[&str] = &["csv", "excel", "xlsx", "xls", "pdf", "spreadsheet", "spreadsheets"];

/// Tells of files that records are wanted as. What names no record is told as a phrase without a place anyway.
pub(crate) fn tell_exports(scene: &Scene<'_>, cast: &Cast, draft: &mut Draft) {
    let exports = |clause: &&crate::clauses::Clause| {
        clause.polarity == Polarity::Asked && matches!(clause.base, "export" | "download" | "print" | "get")
    };
    for clause in scene.clauses.iter().filter(exports) {
        let file = (clause.after + 1..clause.to)
            .find(|at| scene.one_of(*at, FILES) && scene.one_of(at - 1, &["as", "to", "in", "into", "a", "an"]));
        let Some(file) = file else { continue };
        let kept = scene.nps_in(clause.after, file).any(|np| cast.entity(np.entity()).is_some());
        if !kept {
            continue;
        }
        let span = scene.span(clause.verb.unwrap_or(clause.from), file + 1);
        let words = scene.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        draft.note(
            String::new(),
            format!(
                "\"{words}\" is understood, but no file is made: lists come as JSON, and whoever calls makes the file"
            ),
            "export.file",
            Some(span),
            &["a route of your own in the generated project"],
        );
    }
}
