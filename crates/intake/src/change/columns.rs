//! The column of the equals signs: where a section has one, it has one after a change too, though a name is longer than those before.
//!
//! Only spaces before equals signs are touched, and only in sections that got or lost a key.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::patch::{self, Patch};
use super::places::Places;

/// How the equals signs of a section stand.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    /// Below each other, in this column.
    Aligned(usize),
    /// One space after each key.
    Loose,
    /// Either, as all keys are equally long.
    Unknown(usize),
}

/// A key and the place of the spaces after it.
struct Key {
    name: String,
    width: usize,
    spaces: Range<usize>,
}

/// The text after a change, in the style of the one before.
pub(super) fn kept(before: &str, after: String) -> String {
    let Some((old, new)) = sections(before).zip(sections(&after)) else { return after };
    let styles: Vec<Style> = old.iter().filter_map(|(_, keys)| style(keys)).collect();
    let is_loose = styles.contains(&Style::Loose) && !styles.iter().any(|style| matches!(style, Style::Aligned(_)));
    let mut patches = Vec::new();
    for (name, keys) in &new {
        let was = old.iter().find(|(one, _)| one == name).map(|(_, keys)| keys.as_slice()).unwrap_or_default();
        let has = |keys: &[Key], key: &Key| keys.iter().any(|one| one.name == key.name);
        if keys.iter().all(|key| has(was, key)) {
            continue;
        }
        let longest = keys.iter().map(|key| key.width).max().unwrap_or(0);
        let column = match style(was) {
            Some(Style::Aligned(column)) => Some(column.max(longest + 1)),
            Some(Style::Unknown(column)) if !is_loose && is_column(name) => Some(column.max(longest + 1)),
            // What is new is written in columns.
            None if !is_loose => continue,
            _ => None,
        };
        for key in keys.iter().filter(|key| column.is_some() || !has(was, key)) {
            let wanted = column.map_or(1, |column| column - key.width);
            if wanted != key.spaces.len() {
                patches.push(Patch::replace(key.spaces.clone(), " ".repeat(wanted)));
            }
        }
    }
    patch::apply(&after, patches).unwrap_or(after)
}

/// What `new` writes in columns.
fn is_column(section: &str) -> bool {
    section.ends_with(".field") || section.ends_with(".access")
}

fn style(keys: &[Key]) -> Option<Style> {
    let column = |key: &Key| key.width + key.spaces.len();
    let first = keys.first()?;
    let same = keys.iter().all(|key| column(key) == column(first));
    let alike = keys.iter().all(|key| key.width == first.width);
    Some(match (same, alike) {
        (true, true) if first.spaces.len() < 2 => Style::Unknown(column(first)),
        (true, _) => Style::Aligned(column(first)),
        _ => Style::Loose,
    })
}

/// Every section with keys that stand on lines of their own there.
fn sections(text: &str) -> Option<Vec<(String, Vec<Key>)>> {
    let document = DeTable::parse(text).ok()?;
    let places = Places::of(text)?;
    let found = places.sections.iter().filter_map(|section| {
        let mut table = document.get_ref();
        for part in section.name.split('.') {
            let (_, value) = table.iter().find(|(key, _)| key.get_ref() == part)?;
            table = match value.get_ref() {
                DeValue::Table(inner) => inner,
                _ => return None,
            };
        }
        let mut keys = Vec::new();
        for (key, value) in
            table.iter().filter(|(key, _)| section.header.end <= key.span().start && key.span().start < section.end)
        {
            let (start, end) = (key.span().start, key.span().end);
            let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
            let between = text.get(end..value.span().start).unwrap_or("");
            let spaces = between.len() - between.trim_start_matches(' ').len();
            // Dotted keys stand in no column.
            if !text.get(line..start)?.trim().is_empty() || between.trim() != "=" {
                return None;
            }
            keys.push(Key { name: key.get_ref().to_string(), width: end - start, spaces: end..end + spaces });
        }
        Some((section.name.clone(), keys))
    });
    Some(found.collect())
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn equals_signs_stay_in_their_column() {
        let rows = [
            // A longer name moves the others.
            (
                "[a.field]\nx  = 1\nyy = 2\n",
                "[a.field]\nx  = 1\nyy = 2\nlong = 3\n",
                "[a.field]\nx    = 1\nyy   = 2\nlong = 3\n",
            ),
            // A wide column stays.
            (
                "[a.field]\nx    = 1\nyy   = 2\n",
                "[a.field]\nx    = 1\nyy   = 2\nz = 3\n",
                "[a.field]\nx    = 1\nyy   = 2\nz    = 3\n",
            ),
            // Where there is none, none is made.
            ("[a.field]\nx = 1\nyy = 2\n", "[a.field]\nx = 1\nyy = 2\nz  = 3\n", "[a.field]\nx = 1\nyy = 2\nz = 3\n"),
            (
                "[a.field]\nx = 1\nyy = 2\n[b.field]\nz = 1\n",
                "[a.field]\nx = 1\nyy = 2\n[b.field]\nz = 1\nlong = 2\n",
                "[a.field]\nx = 1\nyy = 2\n[b.field]\nz = 1\nlong = 2\n",
            ),
            // Keys that are equally long are in a column, as `new` has them.
            (
                "[a.field]\nx = 1\ny = 2\n",
                "[a.field]\nx = 1\ny = 2\nlong = 3\n",
                "[a.field]\nx    = 1\ny    = 2\nlong = 3\n",
            ),
            ("[auth]\nsign_up = 1\n", "[auth]\nsign_up = 1\nroles = 3\n", "[auth]\nsign_up = 1\nroles = 3\n"),
            // What goes moves nothing.
            ("[a.field]\nx    = 1\nlong = 2\n", "[a.field]\nx    = 1\n", "[a.field]\nx    = 1\n"),
        ];
        for (before, after, wanted) in rows {
            assert_eq!(kept(before, after.to_owned()), wanted, "{before}");
        }
    }
}
