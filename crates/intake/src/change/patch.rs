//! Replacing parts of a text.

use std::ops::Range;

/// Bytes of the former text and what stands there afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub at: Range<usize>,
    pub text: String,
}

impl Patch {
    pub(super) fn replace(at: Range<usize>, text: impl Into<String>) -> Self {
        Self { at, text: text.into() }
    }
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { at: at..at, text: text.into() }
    }
    pub(super) fn remove(at: Range<usize>) -> Self {
        Self { at, text: String::new() }
    }
}

/// The text after all patches; none where two of them touch one place.
pub(super) fn apply(text: &str, mut patches: Vec<Patch>) -> Option<String> {
    // Lines end as they do in the file.
    if text.contains("\r\n") {
        patches.iter_mut().for_each(|patch| patch.text = patch.text.replace("\r\n", "\n").replace('\n', "\r\n"));
    }
    patches.sort_by_key(|patch| (patch.at.start, patch.at.end));
    patches.dedup();
    let (mut out, mut from) = (String::new(), 0);
    for patch in patches {
        out.push_str(text.get(from..patch.at.start)?);
        out.push_str(&patch.text);
        from = patch.at.end;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_of_one_place_are_refused() {
        let replaced = apply("abcd", vec![Patch::replace(2..3, "X"), Patch::insert(0, "_")]);
        assert_eq!(replaced.as_deref(), Some("_abXd"));
        assert_eq!(apply("abcd", vec![Patch::remove(0..2), Patch::remove(1..3)]), None);
    }
}
