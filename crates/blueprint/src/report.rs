//! Where problems are put as they are found, in any order, with the place that each has in the file.

use std::ops::Range;

use crate::places::{Places, Pointer};
use crate::problem::{Place, Problem, Problems, Severity};

/// Nobody reads more, and a file made of mistakes must not cost more than a file.
const MAX_PROBLEMS: usize = 200;

pub(crate) struct Report<'t> {
    pub places: &'t Places<'t>,
    problems: Vec<Problem>,
    gave_up: bool,
}

impl<'t> Report<'t> {
    pub fn new(places: &'t Places<'t>) -> Report<'t> {
        Report { places, problems: Vec::new(), gave_up: false }
    }

    /// Something is wrong with a word: unknown, misplaced, missing below it.
    pub fn key(&mut self, at: &Pointer, code: &'static str, message: impl Into<String>, hint: Option<String>) {
        let place = self.places.key(at);
        self.push(problem(at, place, code, message, hint));
    }

    /// Something is wrong with what a word says.
    pub fn value(&mut self, at: &Pointer, code: &'static str, message: impl Into<String>, hint: Option<String>) {
        let place = self.places.value(at);
        self.push(problem(at, place, code, message, hint));
    }

    /// Something is wrong at a byte of a text that a word says; of the whole text, if it is not written as it is read.
    pub fn within(&mut self, at: &Pointer, text: &str, fault: crate::expr::Fault) {
        let mut place = self.places.value(at);
        let written = self.places.text(at).and_then(|written| written.get(1..));
        if written.is_some_and(|written| written.starts_with(text)) {
            let start = place.span.start + 1 + fault.at;
            place = self.places.place(start..start + 1);
        }
        let hint = fault.hint.or_else(|| Some("for example `status != 'closed' and budget > 1000`".to_owned()));
        self.push(problem(at, place, "condition", fault.message, hint));
    }

    /// Something loads but does not do what it says.
    pub fn warn(&mut self, at: &Pointer, code: &'static str, message: impl Into<String>, hint: Option<String>) {
        let place = self.places.key(at);
        self.push(Problem { severity: Severity::Warning, ..problem(at, place, code, message, hint) });
    }

    /// Something is wrong with a stretch of the text that has no pointer.
    pub fn span(&mut self, span: Range<usize>, code: &'static str, message: impl Into<String>, hint: Option<String>) {
        let place = self.places.place(span);
        self.push(problem(&Pointer::default(), place, code, message, hint));
    }

    fn push(&mut self, problem: Problem) {
        if !self.gives_up() {
            let message = shorten(problem.message);
            self.problems.push(Problem { message, hint: problem.hint.map(shorten), ..problem });
        }
    }

    /// Whether nothing more will be told, so that there is no need to look for more.
    pub fn gives_up(&mut self) -> bool {
        let full = self.problems.len() >= MAX_PROBLEMS;
        self.gave_up |= full;
        full
    }

    /// Whether the file says anything there, be it wrong.
    pub fn says(&self, at: &Pointer) -> bool {
        self.places.has(at)
    }

    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Everything that was found, in the order of the file.
    pub fn finish(mut self) -> Problems {
        self.problems.sort_by_key(|problem| problem.place.span.start);
        if let Some(last) = self.problems.last().filter(|_| self.gave_up) {
            let message = format!("there may be more problems than the {MAX_PROBLEMS} shown");
            let more = Problem { code: "too_many", message, hint: None, severity: Severity::Error, ..last.clone() };
            self.problems.push(more);
        }
        Problems(self.problems)
    }
}

fn problem(
    at: &Pointer,
    place: Place,
    code: &'static str,
    message: impl Into<String>,
    hint: Option<String>,
) -> Problem {
    let pointer = at.as_str().to_owned();
    Problem { severity: Severity::Error, code, message: message.into(), hint, pointer, place }
}

/// Messages quote the file, and the file may say a name as long as itself.
fn shorten(text: String) -> String {
    const MAX_CHARS: usize = 500;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
