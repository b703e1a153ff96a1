//! The cell of a type: `VARCHAR(200) NOT NULL`, `enum(a, b)`, `money(EUR)`; and values that are listed elsewhere.

use super::text::{bracketed, values};
use crate::kinds::{self, Kind};
use crate::lexicon::fields::FieldType;

/// The cell of a type: its word, what stands in its brackets, and what follows.
pub(super) struct Typed<'t> {
    pub kind: Option<Kind>,
    pub word: &'t str,
    pub inner: &'t str,
    pub rest: &'t str,
}

/// Reads such a cell. `whole`: only the blueprint's own words are types.
pub(super) fn typed(written: &str, whole: bool) -> Typed<'_> {
    let written = written.trim().trim_matches(['`', '*']);
    let kind = |word: &str| if whole { exact_kind(word) } else { kinds::kind(word) };
    let bracket = written.find(['(', '[', '{']).filter(|at| *at > 0);
    let of = |at: usize| {
        let (word, rest) = written.split_at_checked(at)?;
        let (inner, rest) = bracketed(rest)?;
        // "integer not null (1 to 5)" has no brackets of its own.
        let found = kind(word.trim());
        (found.is_some() || !word.trim().contains(' ')).then_some(Typed { kind: found, word, inner, rest })
    };
    if let Some(typed) = bracket.and_then(of) {
        return typed;
    }
    if let Some(found) = kind(written) {
        return Typed { kind: Some(found), word: written, inner: "", rest: "" };
    }
    let (word, rest) = written.split_once([' ', ',']).unwrap_or((written, ""));
    // "enum: a, b" is a list of values.
    let found = kind(word.trim_end_matches(':'));
    let of_list = found.is_some_and(|kind| kind.kind == FieldType::Enum) || found.is_none();
    Typed { kind: found, word, inner: "", rest: if of_list { written } else { rest } }
}

/// The blueprint's own words for types, each for itself.
fn exact_kind(word: &str) -> Option<Kind> {
    let kind = match word {
        "uuid" => FieldType::Uuid,
        "float" => FieldType::Float,
        word => return kinds::kind(word),
    };
    Some(Kind { kind, file: false, exact: true })
}

impl Typed<'_> {
    /// The length of a text, the digits after the point of a decimal, the currency of money.
    pub(super) fn sizes(&self, kind: FieldType) -> (Option<u32>, Option<u8>, Option<String>) {
        let inner = self.inner.trim();
        match kind {
            FieldType::Text | FieldType::LongText => (inner.parse::<u32>().ok().filter(|most| *most > 0), None, None),
            FieldType::Decimal => {
                let scale = inner.split_once(',').and_then(|(_, scale)| scale.trim().parse::<u8>().ok());
                (None, scale.filter(|scale| *scale <= 9), None)
            }
            FieldType::Money => {
                let known = crate::values::currency(&inner.to_lowercase()).map(str::to_owned);
                let code = inner.len() == 3 && inner.chars().all(|letter| letter.is_ascii_uppercase());
                (None, None, known.or_else(|| code.then(|| inner.to_owned())))
            }
            _ => (None, None, None),
        }
    }
}

/// "one of: a, b", "values: a / b", "enum: a | b" among what is said, and that without the list.
pub(super) fn listed(text: &str) -> (Vec<String>, String) {
    let none = (Vec::new(), text.to_owned());
    let lower = text.to_ascii_lowercase();
    let cue = ["one of", "values", "enum"].iter().find_map(|cue| lower.find(cue).map(|at| (at, at + cue.len())));
    let Some((at, rest)) = cue.and_then(|(at, end)| Some((at, text.get(end..)?))) else { return none };
    let before = text.get(..at).unwrap_or_default();
    let rest = rest.trim_start_matches([' ', ':', '=']);
    if let Some((inner, after)) = bracketed(rest) {
        return (values(inner), format!("{before}; {after}"));
    }
    // What follows the last value is said of the column.
    let said = |part: &str| {
        let part = part.trim().to_lowercase();
        ["default", "not null", "nullable", "required", "unique", "optional"].iter().any(|word| part.starts_with(word))
    };
    let end = rest.find([';', '.']).unwrap_or(rest.len());
    let (list, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let mut at = 0;
    for part in list.split_inclusive([',', '|', '/']) {
        let value = part.trim_end_matches([',', '|', '/']);
        if said(value) || value.split_whitespace().count() > 3 {
            break;
        }
        at += part.len();
    }
    let (list, more) = list.split_at_checked(at).unwrap_or((list, ""));
    (values(list), format!("{before}; {more}; {after}"))
}

/// "200", "10, 2", "EUR", "uuid", "max": what a type may have in brackets.
pub(super) fn is_size(inner: &str) -> bool {
    let number = |part: &str| part.trim().parse::<u32>().is_ok();
    let word = inner.len() == 3 && inner.chars().all(|letter| letter.is_ascii_alphabetic());
    inner.is_empty() || word || inner.eq_ignore_ascii_case("uuid") || inner.split(',').all(number)
}
