//! What a field holds and within which limits; a limit on a type that it cannot limit is an error, not a decoration.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::fields::Home;
use super::references;
use crate::model::{FieldKind, TextLimits};
use crate::places::Pointer;
use crate::raw::{RawBound, RawField, RawType};
use crate::report::Report;
use crate::values::{MAX_SAFE_INTEGER, scaled};

const MAX_ENUM_VALUES: usize = 100;
const MAX_ENUM_CHARS: usize = 120;
const MAX_PATTERN_BYTES: usize = 1_000;
/// Of the compiled expression: about a hundred times what a telephone number needs.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// A word that means something on some types only.
struct Modifier {
    word: &'static str,
    given: fn(&RawField) -> bool,
    on: &'static [RawType],
}

const NUMBERS: &[RawType] = &[RawType::Integer, RawType::Decimal, RawType::Money, RawType::Float];
const TEXTS: &[RawType] = &[RawType::Text, RawType::LongText];

const WORDS: &[RawType] =
    &[RawType::Text, RawType::LongText, RawType::Enum, RawType::Email, RawType::Phone, RawType::Url];

const MODIFIERS: &[Modifier] = &[
    Modifier { word: "search", given: |raw| raw.search == Some(true), on: WORDS },
    Modifier { word: "min", given: |raw| raw.min.is_some(), on: NUMBERS },
    Modifier { word: "max", given: |raw| raw.max.is_some(), on: NUMBERS },
    Modifier { word: "scale", given: |raw| raw.scale.is_some(), on: &[RawType::Decimal] },
    Modifier { word: "currency", given: |raw| raw.currency.is_some(), on: &[RawType::Money] },
    Modifier { word: "min_length", given: |raw| raw.min_length.is_some(), on: TEXTS },
    Modifier { word: "max_length", given: |raw| raw.max_length.is_some(), on: TEXTS },
    Modifier { word: "pattern", given: |raw| raw.pattern.is_some(), on: TEXTS },
    Modifier { word: "values", given: |raw| raw.values.is_some(), on: &[RawType::Enum] },
    Modifier { word: "to", given: |raw| raw.to.is_some(), on: &[RawType::Reference] },
    Modifier { word: "on_delete", given: |raw| raw.on_delete.is_some(), on: &[RawType::Reference] },
    Modifier { word: "many", given: |raw| raw.many.is_some(), on: &[RawType::Reference] },
];

pub(super) fn check_modifiers(raw: &RawField, at: &Pointer, report: &mut Report) {
    for modifier in MODIFIERS.iter().filter(|modifier| (modifier.given)(raw) && !modifier.on.contains(&raw.kind)) {
        let types: Vec<String> = modifier.on.iter().map(|kind| word(*kind)).collect();
        let message = format!("`{}` means nothing on a field of type {}", modifier.word, word(raw.kind));
        let hint = format!("remove it; it is for {}", types.join(", "));
        report.key(&at.child(modifier.word), "ineffective", message, Some(hint));
    }
}

/// The type as it is written in a blueprint.
pub(super) fn word(kind: RawType) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// `None`: a problem was reported without which nothing can be said.
pub(super) fn kind(raw: &RawField, home: Home, at: &Pointer, report: &mut Report) -> Option<FieldKind> {
    let names = match home {
        Home::Entity { names, .. } => names,
        Home::User if matches!(raw.kind, RawType::Reference | RawType::Json) => {
            let message = format!("a user cannot have a field of type {}", word(raw.kind));
            let hint = "make an entity with a reference to `user` instead".to_owned();
            report.value(&at.child("type"), "user_field", message, Some(hint));
            return None;
        }
        Home::User => &[],
    };
    Some(match raw.kind {
        RawType::Text => FieldKind::Text(text_limits(raw, 255, at, report)),
        RawType::LongText => FieldKind::LongText(text_limits(raw, 20_000, at, report)),
        RawType::Integer => integer(raw, at, report),
        RawType::Decimal => decimal(raw, None, raw.scale.unwrap_or(2), at, report),
        RawType::Money => money(raw, at, report)?,
        RawType::Float => float(raw, at, report),
        RawType::Boolean => FieldKind::Boolean,
        RawType::Date => FieldKind::Date,
        RawType::Time => FieldKind::Time,
        RawType::DateTime => FieldKind::DateTime,
        RawType::Enum => FieldKind::Enum { values: enum_values(raw, at, report)? },
        RawType::Email => FieldKind::Email,
        RawType::Phone => FieldKind::Phone,
        RawType::Url => FieldKind::Url,
        RawType::Uuid => FieldKind::Uuid,
        RawType::Json => FieldKind::Json,
        RawType::Reference => references::kind(raw, names, at, report)?,
        // Refused by `not_yet`.
        RawType::File => return None,
    })
}

/// What is required is not given by a text in which nothing stands, unless `min_length = 0` or an empty default says so. Where
/// there is a pattern, it tells what a text may be.
fn text_limits(raw: &RawField, default_max: u32, at: &Pointer, report: &mut Report) -> TextLimits {
    let is_empty = |default: &Value| default.as_str().is_some_and(str::is_empty);
    let may_be_empty =
        raw.required != Some(true) || raw.pattern.is_some() || raw.default.as_ref().is_some_and(is_empty);
    let min = raw.min_length.unwrap_or(if may_be_empty { 0 } else { 1 });
    let max = raw.max_length.unwrap_or(default_max);
    if min > max {
        let message = format!("`min_length` {min} is greater than `max_length` {max}");
        report.value(&at.child("min_length"), "limits", message, Some("swap them".to_owned()));
    }
    let pattern = raw.pattern.as_ref().and_then(|pattern| whole_text(pattern, &at.child("pattern"), report));
    let not_blank = raw.required == Some(true) && min > 0 && raw.pattern.is_none();
    TextLimits { min_length: min as usize, max_length: max as usize, pattern, not_blank }
}

/// Compiled alone first: `a)|(?:b` would compile when wrapped and slip out of the anchors.
fn whole_text(pattern: &str, at: &Pointer, report: &mut Report) -> Option<Regex> {
    let compile = |pattern: &str| RegexBuilder::new(pattern).size_limit(MAX_REGEX_BYTES).build();
    if pattern.len() > MAX_PATTERN_BYTES {
        report.value(
            at,
            "pattern",
            format!("the pattern is longer than {MAX_PATTERN_BYTES} bytes"),
            Some("say the gist of it; the rest is for code".to_owned()),
        );
        return None;
    }
    match compile(pattern).and_then(|_| compile(&format!("^(?:{pattern})$"))) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let hint = "the syntax is that of the Rust crate regex: no look-around, no back-references".to_owned();
            report.value(at, "pattern", format!("the pattern is no regular expression: {reason}"), Some(hint));
            None
        }
    }
}

fn enum_values(raw: &RawField, at: &Pointer, report: &mut Report) -> Option<Vec<String>> {
    let Some(values) = &raw.values else {
        if !report.says(&at.child("values")) {
            let hint = "add `values = [\"new\", \"done\"]`".to_owned();
            report.key(at, "missing_word", "an enum needs `values`", Some(hint));
        }
        return None;
    };
    let at = at.child("values");
    if values.is_empty() || values.len() > MAX_ENUM_VALUES {
        let message = format!("an enum has 1 to {MAX_ENUM_VALUES} values, found {}", values.len());
        let hint = "what changes often or has no end is an entity with a reference to it".to_owned();
        report.value(&at, "limit", message, Some(hint));
    }
    for (index, value) in values.iter().enumerate().take(MAX_ENUM_VALUES) {
        let fits = !value.is_empty() && value.chars().count() <= MAX_ENUM_CHARS;
        if !fits || value.trim() != value || value.chars().any(char::is_control) {
            let message = format!(
                "{value:?} cannot be a value: 1 to {MAX_ENUM_CHARS} characters, none of them control characters, no space at the ends"
            );
            let hint = match value.trim() {
                "" => "give it a name; a field that is not required may be empty anyway".to_owned(),
                trimmed => format!("perhaps {trimmed:?}"),
            };
            report.value(&at.item(index), "enum_value", message, Some(hint));
        } else if values.iter().take(index).any(|other| other == value) {
            report.value(
                &at.item(index),
                "enum_value",
                format!("the value {value:?} stands here twice"),
                Some("remove one".to_owned()),
            );
        }
    }
    Some(values.clone())
}

fn integer(raw: &RawField, at: &Pointer, report: &mut Report) -> FieldKind {
    let mut bound = |raw: Option<&RawBound>, word: &str, otherwise: i64| {
        let Some(raw) = raw else { return otherwise };
        let safe = |integer: &i64| (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(integer);
        match raw {
            RawBound::Number(number) if number.as_i64().as_ref().is_some_and(safe) => {
                number.as_i64().unwrap_or(otherwise)
            }
            _ => {
                let message = format!("`{word}` of an integer wants a whole number within ±{MAX_SAFE_INTEGER}");
                report.value(
                    &at.child(word),
                    "wrong_type",
                    message,
                    Some("for more digits use a decimal with `scale = 0`".to_owned()),
                );
                otherwise
            }
        }
    };
    let min = bound(raw.min.as_ref(), "min", -MAX_SAFE_INTEGER);
    let max = bound(raw.max.as_ref(), "max", MAX_SAFE_INTEGER);
    in_order(min <= max, at, report);
    FieldKind::Integer { min, max }
}

fn float(raw: &RawField, at: &Pointer, report: &mut Report) -> FieldKind {
    let mut bound = |raw: Option<&RawBound>, word: &str, otherwise: f64| match raw {
        None => otherwise,
        Some(RawBound::Number(number)) => number.as_f64().unwrap_or(otherwise),
        Some(RawBound::Text(_)) => {
            let hint = Some("without quotes".to_owned());
            report.value(
                &at.child(word),
                "wrong_type",
                format!("`{word}` of a float wants a number, found text"),
                hint,
            );
            otherwise
        }
    };
    let min = bound(raw.min.as_ref(), "min", f64::MIN);
    let max = bound(raw.max.as_ref(), "max", f64::MAX);
    in_order(min <= max, at, report);
    FieldKind::Float { min, max }
}

fn money(raw: &RawField, at: &Pointer, report: &mut Report) -> Option<FieldKind> {
    let code = raw.currency.as_deref().unwrap_or("USD");
    let found = |code: &str| iso_currency::Currency::from_code(code).and_then(|currency| currency.exponent());
    let Some(scale) = found(code).and_then(|exponent| u8::try_from(exponent).ok()) else {
        let upper = code.to_ascii_uppercase();
        let hint = if found(&upper).is_some() {
            format!("perhaps \"{upper}\"")
        } else {
            "for example \"USD\" or \"EUR\"".to_owned()
        };
        let message = format!("{code:?} is no currency of ISO 4217");
        report.value(&at.child("currency"), "currency", message, Some(hint));
        return None;
    };
    Some(decimal(raw, Some(code.to_owned()), scale, at, report))
}

fn decimal(raw: &RawField, currency: Option<String>, scale: u8, at: &Pointer, report: &mut Report) -> FieldKind {
    let min = decimal_bound(raw.min.as_ref(), scale, &at.child("min"), report).unwrap_or(i64::MIN);
    let max = decimal_bound(raw.max.as_ref(), scale, &at.child("max"), report).unwrap_or(i64::MAX);
    in_order(min <= max, at, report);
    FieldKind::Decimal { currency, scale, min, max }
}

/// A number is read from the text of the file, for a float might have lost its last digits on the way.
pub(super) fn decimal_bound(raw: Option<&RawBound>, scale: u8, at: &Pointer, report: &mut Report) -> Option<i64> {
    let text = match raw? {
        RawBound::Text(text) => text.clone(),
        RawBound::Number(_) => report.places.text(at)?.replace('_', "").trim_start_matches('+').to_owned(),
    };
    let value = scaled(&text, scale);
    if value.is_none() {
        let message = format!("{text:?} is no decimal with at most {scale} digits after the point that fits 64 bits");
        let hint = "write it with fewer digits, without exponent".to_owned();
        report.value(at, "decimal", message, Some(hint));
    }
    value
}

fn in_order(in_order: bool, at: &Pointer, report: &mut Report) {
    if !in_order {
        report.value(&at.child("min"), "limits", "`min` is greater than `max`", Some("swap them".to_owned()));
    }
}
