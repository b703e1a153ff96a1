//! The request cut into blocks: paragraphs, bullets and their headings.
//!
//! A bullet is a block of its own and knows the block above it that it stands under.

use crate::tokens::Span;

/// A paragraph, a bullet or a heading.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The words, without the bullet sign.
    pub span: Span,
    pub bullet: bool,
    /// The heading or outer bullet that this one stands under.
    pub parent: Option<usize>,
}

struct Line {
    span: Span,
    indent: usize,
    bullet: bool,
    heading: bool,
}

/// Cuts a request into blocks.
pub(crate) fn blocks(request: &str) -> Vec<Block> {
    let lines = join_wrapped(request, lines(request));
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new(); // (indent, block) of the bullets and headings still open
    for (index, line) in lines.iter().enumerate() {
        let level = if line.bullet { line.indent + 1 } else { 0 };
        open.retain(|(indent, _)| *indent < level);
        let parent = if line.bullet { open.last().map(|(_, block)| *block) } else { None };
        let introduces = lines.get(index + 1).is_some_and(|next| next.bullet && next.indent + 1 > level);
        if introduces || line.heading {
            open.push((level, blocks.len()));
        }
        blocks.push(Block { span: line.span, bullet: line.bullet, parent });
    }
    blocks
}

fn lines(request: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut at = 0;
    for raw in request.split('\n') {
        let indent = raw.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
        let body = raw.trim_start();
        let start = at + (raw.len() - body.len());
        let marker = bullet_length(body);
        let heading = body.starts_with('#');
        let hashes = if heading { body.len() - body.trim_start_matches(['#', ' ']).len() } else { 0 };
        let text = body.get(marker.max(hashes)..).unwrap_or("");
        let start = start + marker.max(hashes);
        let text = text.trim_end();
        if !text.is_empty() {
            let span = Span { start, end: start + text.len() };
            found.push(Line { span, indent, bullet: marker > 0, heading });
        }
        at += raw.len() + 1;
    }
    found
}

/// A line that goes on in lower case belongs to the paragraph above it.
fn join_wrapped(request: &str, lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        let text = |line: &Line| request.get(line.span.start..line.span.end).unwrap_or("");
        let goes_on = text(&line).chars().next().is_some_and(char::is_lowercase) && !line.bullet && !line.heading;
        match joined.last_mut() {
            Some(above)
                if goes_on
                    && !above.heading
                    && !text(above).ends_with(['.', '!', '?', ':', ';'])
                    && text(above).len() > 30 =>
            {
                above.span.end = line.span.end
            }
            _ => joined.push(line),
        }
    }
    joined
}

/// The length of "- ", "* ", "1. ", "2) ", "[ ] " at the start of a line.
fn bullet_length(line: &str) -> usize {
    let sign = line.chars().next().filter(|c| "-*•·+–—▪◦‣".contains(*c));
    let mut length = match sign {
        Some(sign) if line.get(sign.len_utf8()..).is_some_and(|rest| rest.starts_with(char::is_whitespace)) => {
            sign.len_utf8()
        }
        Some(_) => return 0,
        None => {
            let digits = line.chars().take_while(char::is_ascii_digit).count();
            let rest = line.get(digits..).unwrap_or("");
            let ends =
                rest.starts_with(['.', ')']) && rest.get(1..).is_some_and(|r| r.starts_with(char::is_whitespace));
            if digits == 0 || digits > 2 || !ends {
                return 0;
            }
            digits + 1
        }
    };
    let rest = line.get(length..).unwrap_or("");
    length += rest.len() - rest.trim_start().len();
    for tick in ["[ ] ", "[x] "] {
        if line.get(length..).is_some_and(|rest| rest.starts_with(tick)) {
            length += tick.len();
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(request: &str) -> Vec<(&str, Option<usize>)> {
        blocks(request).iter().map(|b| (&request[b.span.start..b.span.end], b.parent)).collect()
    }

    #[test]
    fn bullets_stand_under_their_heading() {
        assert_eq!(
            texts("Kennel app:\n- dogs:\n  - name\n  - breed\n- owners\n\nThanks"),
            [
                ("Kennel app:", None),
                ("dogs:", Some(0)),
                ("name", Some(1)),
                ("breed", Some(1)),
                ("owners", Some(0)),
                ("Thanks", None)
            ]
        );
    }

    #[test]
    fn numbers_are_bullets_and_wrapped_lines_are_not_cut() {
        assert_eq!(texts("1. Boats: length\n2) Piers"), [("Boats: length", None), ("Piers", None)]);
        assert_eq!(texts("A long line that is wrapped by the\neditor somewhere.").len(), 1);
    }
}
