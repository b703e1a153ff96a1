//! `q=acme lond`: rows that have, for each of these words, a word that begins with it.
//!
//! What a word is stands in docs/search.md. The database cuts the words of rows (SQLite's `unicode61`, whose tables are
//! those of Unicode 6.1: it takes anything newer for a letter), and the same cuts must be made here; a test compares the
//! two letter by letter.

use std::sync::LazyLock;

use regex::Regex;

use crate::attribute::Attribute;
use crate::request::Bad;
use crate::{Shown, View};

/// Words of one `q` at most.
pub const MAX_WORDS: usize = 10;

/// Letters, digits and what is newer, then also the accents that are ignored.
#[expect(clippy::expect_used, reason = "a constant, and every test of this crate would fail")]
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    let letter = r"[[\p{L}\p{N}\p{Co}--[\u{19b0}-\u{19c0}\u{19c8}-\u{19c9}\u{1cf2}-\u{1cf3}]]&&\p{Age:6.1}]|[^\p{Age:6.1}]|[\u{1885}-\u{1886}]|[\p{NChar}--[\u{fffe}\u{ffff}]]";
    let accent = r"[\u{300}-\u{304}\u{306}-\u{30c}\u{30f}\u{311}\u{31b}\u{323}-\u{328}\u{32d}-\u{32e}\u{330}-\u{331}]";
    Regex::new(&format!("(?:{letter})(?:{letter}|{accent})*")).expect("a regular expression")
});

/// The words of a text.
pub fn cut(text: &str) -> impl Iterator<Item = &str> {
    WORD.find_iter(text).map(|word| word.as_str())
}

/// Reads `q`.
pub(crate) fn words(text: &str) -> Result<Vec<String>, Bad> {
    let words: Vec<String> = cut(text).map(str::to_owned).collect();
    match words.len() {
        0 => Err(Bad::parameter("q", "value", "holds no word: a word is made of letters and digits")),
        1..=MAX_WORDS => Ok(words),
        _ => Err(Bad::parameter("q", "limit", format!("holds more than {MAX_WORDS} words"))),
    }
}

/// The searched fields that there are for a caller.
pub fn fields(view: &View) -> Vec<Attribute> {
    let searched = |attribute: &Attribute| match attribute {
        Attribute::Field(place) => view.entity.fields[*place].search,
        _ => false,
    };
    view.visible().into_iter().filter(|attribute| searched(attribute)).collect()
}

/// The searched fields that a caller can read in all of the rows, and those that he can read in some, with the rows.
pub(crate) fn readable(view: &View, rows: &crate::Scope) -> (Vec<Attribute>, Vec<(crate::Scope, Attribute)>) {
    let (mut always, mut within) = (Vec::new(), Vec::new());
    for attribute in fields(view) {
        match view.shows(attribute, rows) {
            Shown::Always => always.push(attribute),
            Shown::Within(scope) => within.push((scope, attribute)),
            Shown::Never => {}
        }
    }
    (always, within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut() {
        for (text, expected) in [
            ("Acme, Inc.", vec!["Acme", "Inc"]),
            ("o'neill@example.com", vec!["o", "neill", "example", "com"]),
            ("\"a\" AND NOT b* NEAR(c, 2) {d} : ^e", vec!["a", "AND", "NOT", "b", "NEAR", "c", "2", "d", "e"]),
            ("cafe\u{301} \u{301}x", vec!["cafe\u{301}", "x"]),
            ("東京タワー", vec!["東京タワー"]),
            ("שלום مرحبا", vec!["שלום", "مرحبا"]),
            ("snake_case-kebab", vec!["snake", "case", "kebab"]),
        ] {
            assert_eq!(words(text).unwrap(), expected, "{text}");
        }
        for nothing in ["", " ", "*", "\u{1F600}", "\"\"", "\u{301}"] {
            assert_eq!(words(nothing).unwrap_err().code, "value", "{nothing}");
        }
        assert_eq!(words(&"a ".repeat(MAX_WORDS)).unwrap().len(), MAX_WORDS);
        assert_eq!(words(&"a ".repeat(MAX_WORDS + 1)).unwrap_err().code, "limit");
    }
}
