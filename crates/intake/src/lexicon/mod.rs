//! The words the reader knows, one table a file: closed-class words, verbs, fields, archetypes, integrations.
//!
//! Tables are strings of words, so that adding a word is adding a word.

pub(crate) mod archetypes;
pub(crate) mod fields;
pub(crate) mod integrations;
pub(crate) mod verbs;
pub(crate) mod words;

/// Whether `list`, words with spaces between them, has `word`.
pub(crate) fn has(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|known| known == word)
}
