//! Lists in a blueprint, item by item: `values`, `roles`, who may. What stands between the items survives, comments too.

use std::ops::Range;

use super::patch::Patch;
use super::wishes::list;

/// A list of words and where it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub items: Vec<String>,
    pub places: Vec<Range<usize>>,
    pub at: Range<usize>,
}

impl Listed {
    /// What makes these words of it; none where somebody's comments would be lost.
    pub(super) fn becomes(&self, wanted: &[String], source: &str) -> Option<Vec<Patch>> {
        let kept = self.items.iter().filter(|item| wanted.contains(item));
        let added: Vec<String> = wanted.iter().filter(|item| !self.items.contains(item)).cloned().collect();
        let in_order = kept.clone().chain(&added).eq(wanted.iter());
        let has_kept = kept.count() > 0;
        if !in_order || !has_kept {
            let is_plain = !source.get(self.at.clone())?.contains('#');
            return is_plain.then(|| vec![Patch::replace(self.at.clone(), list(wanted))]);
        }
        let mut patches = Vec::new();
        let mut kept = false;
        for (index, (item, at)) in self.items.iter().zip(&self.places).enumerate() {
            if wanted.contains(item) {
                kept = true;
                continue;
            }
            patches.push(Patch::remove(self.gone(index, at, kept, source)?));
        }
        if !added.is_empty() {
            let text = list(&added);
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            patches.push(Patch::insert(self.places.last()?.end, format!(", {inner}")));
        }
        Some(patches)
    }

    /// An item with its comma, and with its line where it stands alone there.
    fn gone(&self, index: usize, at: &Range<usize>, kept: bool, source: &str) -> Option<Range<usize>> {
        let start = source.get(..at.start)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = source.get(at.end..)?;
        let line = rest.split('\n').next()?;
        let tail = line.trim_start().trim_start_matches(',').trim();
        let alone = source.get(start..at.start)?.trim().is_empty() && (tail.is_empty() || tail.starts_with('#'));
        if alone && rest.len() > line.len() {
            return Some(start..at.end + line.len() + 1);
        }
        let gone = match index.checked_sub(1).and_then(|before| self.places.get(before)).filter(|_| kept) {
            Some(before) => before.end..at.end,
            None => at.start..self.places.get(index + 1)?.start,
        };
        (!source.get(gone.clone())?.contains('\n')).then_some(gone)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listed, list};
    use crate::change::patch;

    #[test]
    fn what_stands_between_the_items_survives() {
        let rows = [
            ("[\"a\", 'b',\"c\"]", "a b c d", "[\"a\", 'b',\"c\", \"d\"]"),
            ("[\"a\", 'b',\"c\"]", "a c", "[\"a\",\"c\"]"),
            ("[\"a\", 'b',\"c\"]", "c", "[\"c\"]"),
            ("[\"a\", 'b',\"c\"]", "c a", "[\"c\", \"a\"]"),
            ("[\n  \"a\", # first\n  \"b\", # second\n  \"c\",\n]", "a c d", "[\n  \"a\", # first\n  \"c\", \"d\",\n]"),
        ];
        for (before, wanted, after) in rows {
            let text = format!("x = {before}");
            let document = toml::de::DeTable::parse(&text).unwrap();
            let value = document.get_ref().get("x").unwrap();
            let items = value.get_ref().as_array().unwrap();
            let listed = Listed {
                items: items.iter().map(|item| item.get_ref().as_str().unwrap().to_owned()).collect(),
                places: items.iter().map(toml::Spanned::span).collect(),
                at: value.span(),
            };
            let wanted: Vec<String> = wanted.split(' ').map(str::to_owned).collect();
            let patched = patch::apply(&text, listed.becomes(&wanted, &text).unwrap()).unwrap();
            assert_eq!(patched, format!("x = {after}"), "{before} {}", list(&wanted));
        }
    }
}
