//! Where a quote stands in the request, whatever its case, its blanks and the form of its quotation marks.

use crate::tokens::Span;

/// A quote that occurs more often says nothing of where.
const MOST_PLACES: usize = 64;
/// Shorter ones occur in any text.
const LEAST_LETTERS: usize = 2;

/// A text to look quotes up in.
pub(super) struct Quotes {
    plain: String,
    /// For each byte of `plain`, the byte of the text that it came from; one more for the end.
    origin: Vec<usize>,
}

impl Quotes {
    pub(super) fn of(text: &str) -> Self {
        let (mut plain, mut origin) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
        for (at, letter) in text.char_indices() {
            let before = plain.len();
            push(&mut plain, letter);
            origin.extend(std::iter::repeat_n(at, plain.len() - before));
        }
        origin.push(text.len());
        Self { plain, origin }
    }

    /// Every place where it stands, as whole words.
    pub(super) fn places(&self, quote: &str) -> Vec<Span> {
        let mut wanted = String::new();
        quote.chars().for_each(|letter| push(&mut wanted, letter));
        let wanted = wanted.trim_matches(|c: char| c.is_whitespace() || "\".,;:!?'".contains(c));
        let wanted = wanted.strip_suffix('…').unwrap_or(wanted).trim_end();
        if wanted.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_LETTERS {
            return Vec::new();
        }
        let found = self.plain.match_indices(wanted).map(|(start, found)| (start, start + found.len()));
        let whole = found.filter(|(start, end)| self.is_border(*start) && self.is_border(*end));
        whole.take(MOST_PLACES).filter_map(|(start, end)| self.span(start, end)).collect()
    }

    fn span(&self, start: usize, end: usize) -> Option<Span> {
        Some(Span { start: *self.origin.get(start)?, end: *self.origin.get(end)? })
    }

    /// Whether no word goes on here.
    fn is_border(&self, at: usize) -> bool {
        let (Some(before), Some(after)) = (self.plain.get(..at), self.plain.get(at..)) else { return false };
        let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        !(inside(before.chars().next_back()) && inside(after.chars().next()))
    }
}

/// Adds a letter in the form that is compared.
fn push(plain: &mut String, letter: char) {
    match letter {
        letter if letter.is_whitespace() => {
            if !plain.ends_with(' ') && !plain.is_empty() {
                plain.push(' ');
            }
        }
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '`' => plain.push('\''),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => plain.push('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
        letter => plain.extend(letter.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_found_whatever_its_form() {
        let text = "Hi!  Each\n boat’s “name” — and its LENGTH. A boathouse, İstanbul's boat.";
        let quotes = Quotes::of(text);
        for (quote, found) in [
            ("each boat's", vec!["Each\n boat’s"]),
            ("\"name\" - and", vec!["name” — and"]),
            ("  its length. ", vec!["its LENGTH"]),
            ("its length…", vec!["its LENGTH"]),
            // Part of a word is no quote of it.
            ("boat", vec!["boat", "boat"]),
            ("oathouse", vec![]),
            ("a ship", vec![]),
            ("", vec![]),
            (".", vec![]),
            ("i̇stanbul's", vec!["İstanbul's"]),
        ] {
            let places = quotes.places(quote);
            let words: Vec<&str> = places.iter().map(|span| &text[span.start..span.end]).collect();
            assert_eq!(words, found, "{quote}");
        }
    }
}
