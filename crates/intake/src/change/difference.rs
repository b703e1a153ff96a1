//! Two texts as a difference of lines: what goes with `-`, what comes with `+`, and some lines of the same section around, below its
//! head. Spaces before an equals sign make no other line.

use std::collections::BTreeSet;

/// Lines shown around a change.
const AROUND: usize = 2;

/// The difference, without a heading; empty where there is none.
pub fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let lines = lines(&old, &new);
    let shown = shown(&lines);
    let mut out = String::new();
    let mut last = None;
    for (at, (sign, text)) in lines.iter().enumerate() {
        if !shown.contains(&at) {
            continue;
        }
        if last.is_some_and(|last| last + 1 < at) {
            out.push_str("  …\n");
        }
        last = Some(at);
        out.push_str(format!("{sign} {text}").trim_end());
        out.push('\n');
    }
    out
}

/// The places of the lines that are shown: those that change, what stands around them in their section, and its head.
fn shown(lines: &[(char, &str)]) -> BTreeSet<usize> {
    let text = |at: usize| lines.get(at).map_or("", |(_, text)| *text);
    let is_head = |at: &usize| text(*at).starts_with('[');
    let changed = lines.iter().enumerate().filter(|(_, (sign, _))| *sign != ' ').map(|(at, _)| at);
    let mut shown = BTreeSet::new();
    for at in changed {
        let head = (0..=at).rev().find(is_head);
        let end = (at + 1..lines.len()).find(is_head).unwrap_or(lines.len());
        let start = at.saturating_sub(AROUND).max(head.unwrap_or(0));
        let below = (at + 1..end.min(at + 1 + AROUND)).rev().find(|at| !text(*at).is_empty()).unwrap_or(at);
        shown.extend(head);
        shown.extend(start..=below);
    }
    shown
}

/// The longest common run of lines stays, by the classic table; blueprints are short.
fn lines<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    let width = new.len() + 1;
    let mut longest = vec![0u32; (old.len() + 1) * width];
    let place = |row: usize, column: usize| row * width + column;
    let get = |table: &[u32], row: usize, column: usize| table.get(place(row, column)).copied().unwrap_or(0);
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            let best = if old.get(row).zip(new.get(column)).is_some_and(|(a, b)| same(a, b)) {
                get(&longest, row + 1, column + 1) + 1
            } else {
                get(&longest, row + 1, column).max(get(&longest, row, column + 1))
            };
            if let Some(cell) = longest.get_mut(place(row, column)) {
                *cell = best;
            }
        }
    }
    let (mut row, mut column, mut out) = (0, 0, Vec::new());
    loop {
        match (old.get(row), new.get(column)) {
            (None, None) => return out,
            (Some(a), Some(b)) if same(a, b) => {
                out.push((' ', *b));
                row += 1;
                column += 1;
            }
            (Some(a), b) if b.is_none() || get(&longest, row + 1, column) >= get(&longest, row, column + 1) => {
                out.push(('-', *a));
                row += 1;
            }
            (_, Some(b)) => {
                out.push(('+', *b));
                column += 1;
            }
            (Some(a), None) => {
                out.push(('-', *a));
                row += 1;
            }
        }
    }
}

/// Whether two lines are one but for the column of the equals sign.
fn same(a: &str, b: &str) -> bool {
    let split = |line: &'_ str| line.split_once('=').map(|(key, value)| (key.trim_end().to_owned(), value.to_owned()));
    a == b || split(a).is_some_and(|a| Some(a) == split(b))
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn a_line_that_moved_its_equals_sign_is_the_same() {
        assert_eq!(difference("x = 1\n", "x    = 1\nlong = 2\n"), "  x    = 1\n+ long = 2\n");
    }

    #[test]
    fn lines_that_go_stand_before_those_that_come() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\nthree\n4\n5\n6\n7\n8\n9\n10\n";
        assert_eq!(difference(before, after), "  1\n  2\n- 3\n+ three\n  4\n  5\n  …\n  8\n  9\n+ 10\n");
        assert_eq!(difference(before, before), "");
    }

    #[test]
    fn a_change_is_shown_below_the_head_of_its_section_and_without_that_of_the_next() {
        let before = "[a]\n1\n2\n3\n4\n\n[b]\nx\n\n[c]\ny\n";
        for (after, shown) in [
            ("[a]\n1\n2\n3\n4\n5\n\n[b]\nx\n\n[c]\ny\n", "  [a]\n  …\n  3\n  4\n+ 5\n"),
            ("[a]\none\n2\n3\n4\n\n[b]\nx\n\n[c]\ny\n", "  [a]\n- 1\n+ one\n  2\n  3\n"),
            ("[a]\n1\n2\n3\n4\n\n[b]\nz\n\n[c]\ny\n", "  [b]\n- x\n+ z\n"),
            ("[a]\n1\n2\n3\n4\n\n[c]\ny\n", "- [b]\n- x\n-\n"),
            ("[a]\n1\n2\n3\n4\n\n[n]\nm\n\n[b]\nx\n\n[c]\ny\n", "+ [n]\n+ m\n+\n"),
            ("[a]\n1\n2\n3\n4\n\n[b]\nx\n\n[c]\ny\n\n[n]\nm\n", "  [c]\n  y\n+\n+ [n]\n+ m\n"),
        ] {
            assert_eq!(difference(before, after), shown);
        }
    }
}
