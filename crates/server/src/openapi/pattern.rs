//! Regular expressions of a blueprint in the dialect of JSON Schema (ECMA-262), and texts that match them.
//!
//! The two dialects mostly agree. Where they do not, saying nothing is better than saying something else.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Longer examples than this help nobody.
const MAX_SAMPLE_BYTES: usize = 2_000;

/// The same expression for ECMA-262 with its `u` flag; `None` if it uses what that does not have.
pub(super) fn ecma(regex: &Regex) -> Option<String> {
    let mut out = String::new();
    let mut chars = regex.as_str().chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => escape(chars.next()?, in_class, &mut out)?,
            // ECMA-262 nests no classes, and reads an empty one where this dialect reads a bracket.
            '[' if in_class => return None,
            '[' => {
                in_class = true;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if chars.peek() == Some(&']') {
                    return None;
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            ']' => out.push_str("\\]"),
            '&' | '-' | '~' if in_class && chars.peek() == Some(&c) => return None,
            '(' if chars.peek() == Some(&'?') => {
                chars.next();
                // Flags and `(?P<name>` are of this dialect only.
                match chars.next()? {
                    ':' => out.push_str("(?:"),
                    '<' => out.push_str("(?<"),
                    _ => return None,
                }
            }
            c => out.push(c),
        }
    }
    Some(out)
}

fn escape(c: char, in_class: bool, out: &mut String) -> Option<()> {
    match c {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v' => out.extend(['\\', c]),
        'b' | 'B' if !in_class => out.extend(['\\', c]),
        '\\' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' | '/' => {
            out.extend(['\\', c])
        }
        '-' if in_class => out.push_str("\\-"),
        // An escape that is not needed is an error under the `u` flag. `<` and `>` are anchors here.
        '-' | '#' | '&' | '~' | '@' | '%' | '!' | '"' | '\'' | ',' | ':' | ';' | '=' | '_' | '`' | ' ' => out.push(c),
        _ => return None,
    }
    Some(())
}

/// A text that matches, of `min` to `max` characters.
pub(super) fn sample(regex: &Regex, min: usize, max: usize) -> Option<String> {
    let hir = regex_syntax::parse(regex.as_str()).ok()?;
    let longest = u32::try_from(min.clamp(1, 64)).unwrap_or(64);
    (1..=longest).map(|repeat| text(&hir, repeat)).find(|text| {
        let length = text.chars().count();
        (min..=max).contains(&length) && regex.is_match(text)
    })
}

fn text(hir: &Hir, repeat: u32) -> String {
    let mut out = String::new();
    write(hir, repeat, &mut out);
    out
}

fn write(hir: &Hir, repeat: u32, out: &mut String) {
    if out.len() > MAX_SAMPLE_BYTES {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(one_of(class)),
        HirKind::Repetition(repetition) => {
            let times = repeat.clamp(repetition.min, repetition.max.unwrap_or(u32::MAX).max(repetition.min));
            for _ in 0..times.min(MAX_SAMPLE_BYTES as u32) {
                write(&repetition.sub, repeat, out);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, repeat, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, repeat, out)),
        HirKind::Alternation(choices) => choices.first().into_iter().for_each(|choice| write(choice, repeat, out)),
    }
}

/// A letter or digit where the class has one.
fn one_of(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let has = |c: &char| ranges.iter().any(|(start, end)| (start..=end).contains(&c));
    ['A', 'a', '1']
        .into_iter()
        .find(has)
        .or_else(|| ranges.iter().flat_map(|(start, end)| (*start..=*end).take(64)).find(|c| !c.is_control()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(pattern: &str) -> Regex {
        Regex::new(&format!("^(?:{pattern})$")).unwrap()
    }

    #[test]
    fn what_both_dialects_have_stays() {
        for (pattern, expected) in [
            (r"[A-Z]{3}-\d{4}", r"^(?:[A-Z]{3}-\d{4})$"),
            (r"\#[0-9a-f]{6}", r"^(?:#[0-9a-f]{6})$"),
            (r"[a\-z]\-x", r"^(?:[a\-z]-x)$"),
            (r"(?<year>\d+)/a|b", r"^(?:(?<year>\d+)/a|b)$"),
            (r"a]", r"^(?:a\])$"),
        ] {
            assert_eq!(ecma(&whole(pattern)).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_only_ours_has_is_left_out() {
        for pattern in
            [r"(?i)a", r"(?P<y>a)", r"\pL", r"[a-z&&[^b]]", r"[[:alpha:]]", r"\x{41}", r"\Aa\z", r"[]a]", r"[0-9--4]"]
        {
            assert_eq!(ecma(&whole(pattern)), None, "{pattern}");
        }
    }

    #[test]
    fn samples_match() {
        for (pattern, min, max) in
            [(r"[A-Z]{3}-\d{4}", 0, 255), (r"\w+", 12, 20), ("(?i)sku|x", 1, 3), (r"[^\x00-\x7f]*", 2, 9), ("", 0, 5)]
        {
            let regex = whole(pattern);
            let sample = sample(&regex, min, max).unwrap_or_else(|| panic!("no sample of {pattern}"));
            assert!(regex.is_match(&sample) && (min..=max).contains(&sample.chars().count()), "{pattern}: {sample}");
        }
        assert_eq!(sample(&whole("[a-z]{5}"), 0, 4), None);
    }
}
