//! What is said of a field: "is no longer required", "should be a whole number", "at most 80 characters".
//!
//! Every word must be understood: of a sentence that says more than this knows, nothing is made.

use super::bounds::{Bound, begins_bound, bounds};
use super::phrases::{PHRASES, Phrase};
use super::said::Said;
use super::values;
use crate::values::currency;

/// One thing that is said of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Predicate {
    /// Its type, as the blueprint calls it.
    Kind(&'static str),
    /// One of these.
    Values(Vec<String>),
    /// "a number", which may be two types.
    Number,
    Currency(&'static str),
    Flag(&'static str, bool),
    /// Whether it may be empty: `required`, and of a text the shortest one.
    Empty(bool),
    /// Unique among the records of everybody.
    Global,
    Least(Bound),
    Most(Bound),
    /// Of a number alone: "positive".
    Positive,
    MayBeNegative,
    Unlimited,
    Default(String),
    NoDefault,
}

const BEFORE: &[&str] = &[
    "is", "are", "be", "being", "become", "becomes", "must", "should", "shall", "will", "would", "has", "have", "to",
    "need", "needs", "can", "may", "could", "might", "does", "do", "now", "always", "also", "just", "simply",
    "actually", "only", "instead",
];
const NEGATIONS: &[&str] = &[
    "not",
    "never",
    "cannot",
    "can't",
    "cant",
    "isn't",
    "aren't",
    "doesn't",
    "don't",
    "needn't",
    "mustn't",
    "shouldn't",
    "couldn't",
    "won't",
    "dont",
    "isnt",
    "arent",
    "doesnt",
];
const AFTER: &[&str] =
    &["now", "anymore", "too", "please", "instead", "again", "field", "fields", "column", "value", "values"];
const ARTICLES: &[&str] = &["a", "an", "the", "some", "plain", "as", "of", "type"];

/// The type that words mean: "whole number".
pub(super) fn kind(words: &str) -> Option<&'static str> {
    let words = words.to_lowercase();
    PHRASES.iter().find(|(phrase, _)| *phrase == words).and_then(|(_, meaning)| match meaning {
        Phrase::Kind(kind) => Some(*kind),
        _ => None,
    })
}

/// How a predicate begins.
#[derive(Clone, Copy, Default)]
pub(super) struct Verb {
    pub is_denied: bool,
    may: bool,
    is_there: bool,
}

/// What the words from one on say, if all of them say something; with `bare` no verb has to come first.
pub(super) fn predicates(wish: &Said, from: usize, bare: bool) -> Option<Vec<Predicate>> {
    let mut end = wish.words.len();
    while end > from + 1 {
        let last = wish.words.get(end - 1)?;
        let two = wish.between(end.saturating_sub(2), end);
        let cut = match last.as_str() {
            "more" | "longer" if two.first().is_some_and(|word| word == "any") => 2,
            "on" if wish.between(end.saturating_sub(3), end) == ["from", "now", "on"] => 3,
            // "defaults to now" has it for a value.
            "now" if two.first().is_some_and(|word| matches!(word.as_str(), "to" | "is" | "be")) => break,
            word if AFTER.contains(&word) => 1,
            _ => break,
        };
        end -= cut;
    }
    let (mut at, mut found) = (from, Vec::new());
    let mut verb = Verb::default();
    let mut comma = false;
    loop {
        let (next, after) = verb_at(wish, at, end);
        // "is required and unique": the verb counts for both. Whether "not required and unique" denies both, nobody knows.
        if !next.is_there && !found.is_empty() && verb.is_denied {
            return None;
        }
        if next.is_there {
            verb = next;
        } else if found.is_empty()
            && !bare
            && !begins_bound(wish, at)
            && starts(wish, at, "defaults to").or(starts(wish, at, "default to")).is_none()
        {
            return None;
        }
        let (one, after) = one(wish, after, end, verb, !found.is_empty())?;
        // "name must be unique, phone too" has no type of the name.
        let is_type = |one: &Predicate| matches!(one, Predicate::Kind(_) | Predicate::Number | Predicate::Values(_));
        if comma && one.iter().any(is_type) {
            return None;
        }
        found.extend(one);
        if after == end {
            return Some(found);
        }
        let word = wish.words.get(after)?;
        let with = word == "with" && default_at(wish, after + 1, true).is_some();
        at = after + usize::from(matches!(word.as_str(), "and" | "but") || with);
        // "required, unique and hidden".
        let between = wish
            .places
            .get(after - 1)
            .zip(wish.places.get(after))
            .and_then(|(one, next)| wish.text.get(one.end..next.start));
        comma = at == after;
        if comma && !between.is_some_and(|between| between.contains(',')) {
            return None;
        }
    }
}

fn verb_at(wish: &Said, from: usize, end: usize) -> (Verb, usize) {
    let (mut verb, mut at) = (Verb::default(), from);
    while at < end {
        let Some(word) = wish.words.get(at) else { break };
        let next = wish.words.get(at + 1).map(String::as_str);
        match word.as_str() {
            // "no longer than 80 characters" is a limit.
            "no" if next == Some("longer") && wish.words.get(at + 2).is_none_or(|word| word != "than") => {
                verb.is_denied = !verb.is_denied;
                at += 1;
            }
            word if NEGATIONS.contains(&word) => {
                verb.is_denied = !verb.is_denied;
                verb.may |= matches!(word, "cannot" | "can't" | "cant");
            }
            word if BEFORE.contains(&word) => verb.may |= matches!(word, "can" | "may" | "could" | "might"),
            _ => break,
        }
        verb.is_there = true;
        at += 1;
    }
    // "needs to", "has to" and the like are no permission.
    (verb, at)
}

pub(super) fn starts(wish: &Said, at: usize, phrase: &str) -> Option<usize> {
    let words: Vec<&str> = phrase.split(' ').collect();
    let here = wish.between(at, at + words.len());
    (here.len() == words.len() && here.iter().zip(&words).all(|(one, other)| one == other)).then_some(at + words.len())
}

/// What opens a list of values, the longer before what they begin with.
const CHOICES: &[&str] = &[
    "one of the values",
    "one of",
    "either",
    "choice of",
    "choice between",
    "choice with",
    "dropdown with",
    "dropdown of",
    "drop-down with",
    "drop-down of",
    "dropdown",
    "list of",
    "list with",
    "selection of",
    "select with",
    "enum of",
    "enum with",
    "enum",
];

/// After the words that open a list of values: "a dropdown with".
pub(super) fn after_choice(wish: &Said, from: usize) -> usize {
    let at = from + wish.from(from).iter().take_while(|word| ARTICLES.contains(&word.as_str())).count();
    CHOICES.iter().find_map(|opening| starts(wish, at, opening)).unwrap_or(from)
}

/// One predicate and where it ends; `follows` another one, in whose sentence "default 20" is one too.
fn one(wish: &Said, from: usize, end: usize, verb: Verb, follows: bool) -> Option<(Vec<Predicate>, usize)> {
    if let Some(found) = default(wish, from, end, verb, follows).or_else(|| bounds(wish, from, end, verb)) {
        return Some(found);
    }
    let at = from + wish.from(from).iter().take_while(|word| ARTICLES.contains(&word.as_str())).count();
    for opening in CHOICES {
        if let Some(after) = starts(wish, at, opening).filter(|_| !verb.is_denied) {
            let values = listed(wish, after, end);
            // "either text or a number" is about types.
            let is_kind = |value: &String| {
                let plain = value.strip_prefix("a ").or_else(|| value.strip_prefix("an ")).unwrap_or(value);
                PHRASES.iter().any(|(phrase, _)| *phrase == plain)
            };
            let are_values =
                values.len() > 1 && !values.iter().any(is_kind) && values.iter().all(|value| values::is_value(value));
            return are_values.then_some((vec![Predicate::Values(values)], end));
        }
    }
    if let Some(code) = starts(wish, from, "in").and_then(|at| currency(wish.words.get(at)?)) {
        return (!verb.is_denied).then_some((vec![Predicate::Currency(code)], from + 2));
    }
    // "change the fee to dollars".
    if let Some(code) = (from + 1 == end && !verb.is_denied).then(|| currency(wish.words.get(from)?)).flatten() {
        return Some((vec![Predicate::Currency(code)], end));
    }
    let fits = PHRASES.iter().filter_map(|(phrase, meaning)| Some((starts(wish, at, phrase)?, *meaning)));
    let (after, meaning) = fits.filter(|(after, _)| *after <= end).max_by_key(|(after, _)| *after)?;
    let is_asked = !verb.is_denied;
    let said = match meaning {
        Phrase::Kind("money") => {
            let code = starts(wish, after, "in").and_then(|at| currency(wish.words.get(at)?));
            if let Some(code) = code.filter(|_| is_asked) {
                return Some((vec![Predicate::Kind("money"), Predicate::Currency(code)], after + 2));
            }
            is_asked.then_some(Predicate::Kind("money"))?
        }
        // "must be long" is about a least length.
        Phrase::Kind(_) if starts(wish, at, "long") == Some(after) && !verb.may => return None,
        Phrase::Kind(kind) => is_asked.then_some(Predicate::Kind(kind))?,
        Phrase::Number => is_asked.then_some(Predicate::Number)?,
        // "can be required", "can be unique" say nothing.
        Phrase::Flag("required", false) => Predicate::Flag("required", verb.is_denied),
        Phrase::Flag(..) | Phrase::Global if verb.may && is_asked => return None,
        Phrase::Flag(word, on) => Predicate::Flag(word, on == is_asked),
        Phrase::Global => is_asked.then_some(Predicate::Global)?,
        Phrase::Empty if is_asked => verb.may.then_some(Predicate::Empty(true))?,
        Phrase::Empty => Predicate::Empty(false),
        Phrase::Negative if is_asked => verb.may.then_some(Predicate::MayBeNegative)?,
        Phrase::Negative => Predicate::Least(Bound { number: "0".into(), of_characters: false, is_strict: false }),
        Phrase::Positive => is_asked.then_some(Predicate::Positive)?,
        Phrase::Unlimited => is_asked.then_some(Predicate::Unlimited)?,
        Phrase::NoDefault => is_asked.then_some(Predicate::NoDefault)?,
    };
    Some((vec![said], after))
}

/// After the words that open a default: "defaults to", and "with a default of" where something else was said before.
fn default_at(wish: &Said, from: usize, follows: bool) -> Option<usize> {
    const ALONE: &[&str] = &["defaults to", "default to"];
    const FOLLOWING: &[&str] = &[
        "a default value of",
        "a default of",
        "the default is",
        "the default being",
        "default value",
        "default is",
        "default of",
        "by default",
        "default",
    ];
    let more = FOLLOWING.iter().filter(|_| follows);
    ALONE.iter().chain(more).find_map(|phrase| starts(wish, from, phrase))
}

/// "defaults to draft", "draft by default", "default 20, between 1 and 30".
fn default(wish: &Said, from: usize, end: usize, verb: Verb, follows: bool) -> Option<(Vec<Predicate>, usize)> {
    let (start, end_of, after) = match default_at(wish, from, follows) {
        Some(start) => {
            let said_more = (start + 1..end).find(|at| {
                let is_and = wish.words.get(*at).is_some_and(|word| word == "and");
                let written = wish.places.get(at - 1).and_then(|place| wish.text.get(place.clone()));
                let next = *at + usize::from(is_and);
                (is_and || written.is_some_and(|word| word.ends_with(','))) && predicates(wish, next, true).is_some()
            });
            (start, said_more.unwrap_or(end), said_more.unwrap_or(end))
        }
        // "between 1 and 30 and 20 by default" begins with its limits.
        None if begins_bound(wish, from) => return None,
        None => (from, (from + 1..end).find(|at| starts(wish, *at, "by default") == Some(end))?, end),
    };
    if verb.is_denied {
        return None;
    }
    let text = raw(wish, start, end_of);
    (!text.is_empty()).then_some((vec![Predicate::Default(text)], after))
}

/// The words of a place as they were written, without quotes around them.
pub(super) fn raw(wish: &Said, from: usize, end: usize) -> String {
    let (Some(first), Some(last)) = (wish.places.get(from), end.checked_sub(1).and_then(|at| wish.places.get(at)))
    else {
        return String::new();
    };
    let text = wish.text.get(first.start..last.end.max(first.start)).unwrap_or("");
    unquoted(text).to_owned()
}

fn unquoted(text: &str) -> &str {
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’' | '«' | '»');
    let text = text.trim().trim_end_matches(['.', ',', ':', ';', '!']);
    text.trim_matches(quote).trim()
}

/// "new, in progress and done", as they were written.
pub(super) fn listed(wish: &Said, from: usize, end: usize) -> Vec<String> {
    let Some(text) = wish.places.get(from).zip(end.checked_sub(1).and_then(|at| wish.places.get(at))) else {
        return Vec::new();
    };
    pieces(wish.text.get(text.0.start..text.1.end).unwrap_or(""))
}

/// The same of a text.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let text = text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | ':'));
    let pieces =
        text.split([',', '/', '|', ';']).flat_map(|piece| piece.split(" and ")).flat_map(|piece| piece.split(" or "));
    let strip = |piece: &str| {
        let piece = piece.trim();
        let piece = piece.strip_prefix("and ").or_else(|| piece.strip_prefix("or ")).unwrap_or(piece);
        unquoted(piece).to_owned()
    };
    pieces.map(strip).filter(|piece| !piece.is_empty()).collect()
}
