//! Problems as a terminal shows them: the line of the file, a caret under the place, the hint below.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};

use crate::problem::{Place, Problem, Problems, Severity};

impl Problems {
    /// All problems with the lines they are about. `source` is the text that was loaded, `file_name` what to call it.
    pub fn render(&self, file_name: &str, source: &str, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let pictures: Vec<String> = self.0.iter().map(|problem| problem.render(&renderer, file_name, source)).collect();
        pictures.join("\n\n")
    }
}

impl Problem {
    fn render(&self, renderer: &Renderer, file_name: &str, source: &str) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        // The text may be another than the one that was loaded: a span must never reach beyond it.
        let start = source.floor_char_boundary(self.place.span.start);
        let end = source.ceil_char_boundary(self.place.span.end).max(start);
        let line = line(source, start);
        let window = near(source, &line, start);
        let end = end.clamp(start, window.end);
        let snippet = Snippet::source(source.get(window.clone()).unwrap_or_default())
            .line_start(self.place.line)
            .annotation(AnnotationKind::Primary.span(start - window.start..end - window.start));
        let group = Group::with_title(level.primary_title(normalize_untrusted_str(&self.message)).id(self.code));
        let mut group = if window.start == line.start {
            group.element(snippet.path(file_name))
        } else {
            let Place { line, column, .. } = self.place;
            group.element(Origin::path(file_name).line(line).char_column(column)).element(snippet)
        };
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(normalize_untrusted_str(hint)));
        }
        renderer.render(&[group])
    }
}

/// One line says as much as ten, and a caret under it as much as a bracket along them.
fn line(source: &str, at: usize) -> Range<usize> {
    let (before, after) = source.split_at_checked(at).unwrap_or((source, ""));
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    start..after.find(['\n', '\r']).map_or(source.len(), |length| at + length)
}

/// What is near the place, where the line is endless.
fn near(source: &str, line: &Range<usize>, at: usize) -> Range<usize> {
    const NEAR_BYTES: usize = 300;
    let start = source.floor_char_boundary(at.saturating_sub(NEAR_BYTES));
    let end = source.ceil_char_boundary(at + NEAR_BYTES);
    line.start.max(start)..line.end.min(end)
}
