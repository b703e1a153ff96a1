//! Problems as a terminal shows them: the line of the file, a caret under the place, the hint below.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, normalize_untrusted_str};

use crate::problem::{Problem, Problems, Severity};

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
        let snippet = Snippet::source(source)
            .path(file_name)
            .annotation(AnnotationKind::Primary.span(start..one_line(source, start, end)));
        let message = normalize_untrusted_str(&self.message);
        let mut group = level.primary_title(message).id(self.code).element(snippet);
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(normalize_untrusted_str(hint)));
        }
        renderer.render(&[group])
    }
}

/// A caret under the first line says as much as a bracket along ten.
fn one_line(source: &str, start: usize, end: usize) -> usize {
    source.get(start..end).and_then(|text| text.find(['\n', '\r'])).map_or(end, |length| start + length)
}
