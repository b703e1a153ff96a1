//! Limits that are said of a field: "at most 80 characters", "between 1 and 5", "5 or more".

use super::phrases::{BOUNDS, CHARACTERS};
use super::predicate::{Predicate, Verb, starts};
use super::said::Said;
use crate::lexicon::words;

/// A limit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bound {
    /// As it is written.
    pub number: String,
    /// Whether characters are counted.
    pub of_characters: bool,
    /// "less than 5" leaves 5 out.
    pub is_strict: bool,
}

fn number(word: &str) -> Option<String> {
    let plain = word.replace(',', "");
    let is_number = plain.strip_prefix('-').unwrap_or(&plain).split_once('.').map_or_else(
        || plain.parse::<i64>().is_ok(),
        |(whole, rest)| {
            [whole, rest].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        },
    );
    if is_number {
        return Some(plain);
    }
    words::number(word).map(|number| number.to_string())
}

/// "1-5".
pub(super) fn range(word: &str) -> Option<(String, String)> {
    let (low, high) = word.split_once(['-', '–', '—'])?;
    let digit = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    (digit(low) && digit(high)).then_some(())?;
    Some((number(low)?, number(high)?))
}

pub(super) fn bounds(wish: &Said, from: usize, end: usize, verb: Verb) -> Option<(Vec<Predicate>, usize)> {
    let words = |at: usize| wish.words.get(at).filter(|_| at < end).map(String::as_str);
    let unit = |at: usize| {
        let counted = words(at).is_some_and(|word| CHARACTERS.contains(&word));
        let after = at + usize::from(counted);
        let after = starts(wish, after, "in length")
            .or_else(|| starts(wish, after, "long"))
            .filter(|after| *after <= end)
            .unwrap_or(after);
        (after > at, after)
    };
    let bound = |number: String, of_characters, is_strict| Bound { number, of_characters, is_strict };
    // "between 1 and 5", "from 1 to 5", "1 to 5", "1-5".
    let start = from + usize::from(matches!(words(from), Some("between" | "from")));
    let start = starts(wish, start, "exactly").unwrap_or(start);
    let pair = words(start).and_then(range).map(|pair| (pair, start + 1)).or_else(|| {
        let (low, high) = (number(words(start)?)?, number(words(start + 2)?)?);
        matches!(words(start + 1)?, "and" | "to").then_some(((low, high), start + 3))
    });
    if let Some(((low, high), after)) = pair {
        let (counted, after) = unit(after);
        let both = vec![Predicate::Least(bound(low, counted, false)), Predicate::Most(bound(high, counted, false))];
        return (!verb.is_denied).then_some((both, after));
    }
    if let Some(at) = starts(wish, from, "exactly") {
        let exact = number(words(at)?)?;
        let (counted, after) = unit(at + 1);
        let both =
            vec![Predicate::Least(bound(exact.clone(), counted, false)), Predicate::Most(bound(exact, counted, false))];
        return (counted && !verb.is_denied).then_some((both, after));
    }
    if let Some((phrase, most, strict)) = BOUNDS.iter().find(|(phrase, ..)| starts(wish, from, phrase).is_some()) {
        let at = starts(wish, from, phrase)?;
        let value = number(words(at)?)?;
        let (counted, after) = unit(at + 1);
        let (most, strict) = match (verb.is_denied, strict) {
            (false, strict) => (*most, *strict),
            // "not more than 5" is at most 5; "not at most 5" is nothing that anybody says.
            (true, true) => (!most, false),
            (true, false) => return None,
        };
        let bound = bound(value, counted, strict);
        return Some((vec![if most { Predicate::Most(bound) } else { Predicate::Least(bound) }], after));
    }
    // "80 characters at most", "5 or more".
    let value = number(words(from)?)?;
    let (counted, after) = unit(from + 1);
    let ends = [
        ("at most", true),
        ("or less", true),
        ("or fewer", true),
        ("max", true),
        ("maximum", true),
        ("at least", false),
        ("or more", false),
    ];
    let (most, after) = ends.iter().find_map(|(phrase, most)| Some((*most, starts(wish, after, phrase)?)))?;
    let (after_unit, after) = unit(after);
    let bound = bound(value, counted || after_unit, false);
    (!verb.is_denied && after <= end)
        .then_some((vec![if most { Predicate::Most(bound) } else { Predicate::Least(bound) }], after))
}

pub(super) fn begins_bound(wish: &Said, at: usize) -> bool {
    BOUNDS.iter().any(|(phrase, ..)| starts(wish, at, phrase).is_some())
        || wish.words.get(at).is_some_and(|word| matches!(word.as_str(), "between" | "from") || range(word).is_some())
}
