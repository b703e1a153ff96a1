//! Texts in cells: what stands in code or in quotes is meant as it stands, and nothing in it separates anything.

/// Longer than any cell of a table that somebody means to be read.
pub(super) const MOST_BYTES: usize = 20_000;

/// A cell as it is meant: what its code or its quotes hold, else itself.
pub(super) fn exact(cell: &str) -> String {
    let cell = cell.trim();
    let inner = code(cell).unwrap_or(cell);
    match inner.starts_with('"') {
        true => serde_json::from_str(inner).unwrap_or_else(|_| inner.trim_matches('"').to_owned()),
        false => inner.to_owned(),
    }
}

/// What is in a code span, if the text is one (CommonMark 0.31, 6.1).
pub(super) fn code(text: &str) -> Option<&str> {
    (span(text, 0)? == text.len()).then(|| {
        let ticks = text.len() - text.trim_start_matches('`').len();
        let inner = text.get(ticks..text.len() - ticks).unwrap_or_default();
        let padded = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
        padded.filter(|inner| !inner.trim().is_empty()).unwrap_or(inner)
    })
}

/// Where the code span that begins at a place ends.
fn span(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let mut from = Some(ticks).filter(|ticks| *ticks > 0)?;
    loop {
        let next = from + rest.get(from..)?.find('`')?;
        let run = rest.get(next..)?;
        let run = run.len() - run.trim_start_matches('`').len();
        if run == ticks {
            return Some(at + next + run);
        }
        from = next + run;
    }
}

/// Where the text in double quotes that begins at a place ends.
fn quoted(text: &str, at: usize) -> Option<usize> {
    let mut escaped = false;
    let inner = text.get(at + 1..)?;
    inner.bytes().enumerate().find_map(|(place, byte)| match byte {
        _ if escaped => {
            escaped = false;
            None
        }
        b'\\' => {
            escaped = true;
            None
        }
        b'"' => Some(at + place + 2),
        _ => None,
    })
}

/// The parts between separators that stand in no code, quotes and brackets. What is opened and not closed opens nothing.
pub(super) fn parts<'t>(text: &'t str, separators: &[&str]) -> Vec<&'t str> {
    let (mut found, mut from, mut at, mut depth) = (Vec::new(), 0, 0, 0_usize);
    let mut open = (true, true);
    let closers = text.matches([')', ']', '}']).count();
    let openers = text.matches(['(', '[', '{']).count();
    let brackets = closers == openers;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let skipped = match rest.as_bytes().first() {
            Some(b'`') if open.0 => {
                let end = span(text, at);
                open.0 = end.is_some();
                end
            }
            Some(b'"') if open.1 => {
                let end = quoted(text, at);
                open.1 = end.is_some();
                end
            }
            _ => None,
        };
        if let Some(end) = skipped {
            at = end;
            continue;
        }
        let first = rest.chars().next().unwrap_or_default();
        match first {
            '(' | '[' | '{' if brackets => depth += 1,
            ')' | ']' | '}' if brackets => depth = depth.saturating_sub(1),
            _ => {}
        }
        let separator = separators.iter().find(|separator| depth == 0 && rest.starts_with(**separator));
        match separator {
            Some(separator) => {
                found.extend(text.get(from..at));
                at += separator.len();
                from = at;
            }
            None => at += first.len_utf8(),
        }
    }
    found.extend(text.get(from..));
    found
}

/// The values of a list: `a, b`, `'a, b' | c`, `"a", "b"`.
pub(super) fn values(list: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = list.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => quoted(rest, 0),
            '`' => span(rest, 0),
            '\'' => rest.get(1..).and_then(|inner| inner.find('\'')).map(|end| end + 2),
            _ => None,
        };
        let whole = rest.find([',', '|', '/', ';']).unwrap_or(rest.len());
        let end = end.unwrap_or(whole);
        let (value, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let value = match first {
            '\'' => value.trim_matches('\'').to_owned(),
            _ => exact(value.trim().trim_matches('*')),
        };
        if !value.trim().is_empty() {
            values.push(value);
        }
        let after = after.trim_start();
        rest = after.strip_prefix([',', '|', '/', ';']).unwrap_or(after).trim_start();
    }
    values
}

/// What brackets at the start of a text hold, and what follows them.
pub(super) fn bracketed(text: &str) -> Option<(&str, &str)> {
    let close = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    let mut at = 1;
    let mut depth = 1_usize;
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let end = match letter {
            '"' => quoted(text, at),
            '`' => span(text, at),
            _ => None,
        };
        if let Some(end) = end {
            at = end;
            continue;
        }
        depth += usize::from(text.starts_with(letter));
        depth -= usize::from(letter == close);
        if depth == 0 {
            return Some((text.get(1..at)?, text.get(at + 1..)?));
        }
        at += letter.len_utf8();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_quotes_hold_what_is_meant() {
        for (cell, text) in [
            ("plain words", "plain words"),
            ("`code`", "code"),
            ("`` a ` b ``", "a ` b"),
            ("`\"a, \\\"b\\\"\"`", "a, \"b\""),
            ("\"in quotes\"", "in quotes"),
            ("`one` and `two`", "`one` and `two`"),
            ("`open", "`open"),
            ("", ""),
        ] {
            assert_eq!(exact(cell), text, "{cell}");
        }
    }

    #[test]
    fn nothing_is_separated_in_code_quotes_and_brackets() {
        for (text, expected) in [
            ("a, b", &["a", " b"][..]),
            ("`a, b`, c", &["`a, b`", " c"]),
            ("enum(a, b), \"c, d\"", &["enum(a, b)", " \"c, d\""]),
            ("open (a, b", &["open (a", " b"]),
            ("5\" wide, tall", &["5\" wide", " tall"]),
            ("``x, ` y``, z", &["``x, ` y``", " z"]),
            ("", &[""]),
        ] {
            assert_eq!(parts(text, &[","]), expected, "{text}");
        }
        for (list, expected) in [
            ("a, b", &["a", "b"][..]),
            ("'a, b', c", &["a, b", "c"]),
            ("\"a | b\", \"c<d\"", &["a | b", "c<d"]),
            ("`new` | `won`", &["new", "won"]),
            ("In Progress / done", &["In Progress", "done"]),
            ("it's, fine", &["it's", "fine"]),
            (" , ,", &[]),
        ] {
            assert_eq!(values(list), expected, "{list}");
        }
        assert_eq!(bracketed("(a \")\" b) c"), Some(("a \")\" b", " c")));
        assert_eq!(bracketed("((a) b) c"), Some(("(a) b", " c")));
        assert_eq!(bracketed("(a"), None);
    }
}
