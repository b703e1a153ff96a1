//! Defaults and limits of a column in the words of the blueprint, as far as its type can have them.

use serde_json::Value;

use super::column::Column;
use crate::kinds;
use crate::lexicon::fields::FieldType;
use crate::toml::quote;

/// Digits after the point that a decimal has if nothing is said.
const SCALE: u8 = 2;

/// What a default comes to.
pub(super) enum Default {
    /// The value of an enum or a boolean, which the draft knows.
    Known(String),
    /// TOML.
    Said(String),
    /// The engine gives such values by itself, or none is meant.
    Nothing,
    /// The type cannot have it.
    Unread,
}

/// The default of a column as the blueprint says it.
pub(super) fn default(column: &Column, text: &str) -> Default {
    let lower = text.trim().to_lowercase();
    let exact = column.whole;
    let text = if exact { text } else { text.trim() };
    if !exact && matches!(lower.as_str(), "" | "null" | "none" | "-" | "–" | "—" | "n/a") {
        return Default::Nothing;
    }
    let timely = matches!(lower.trim_end_matches("()"), "now" | "current_timestamp" | "current_date" | "today");
    let said = match column.kind {
        FieldType::Boolean => match lower.as_str() {
            "true" | "yes" | "1" => return Default::Known("true".to_owned()),
            "false" | "no" | "0" => return Default::Known("false".to_owned()),
            _ => None,
        },
        FieldType::Enum => {
            let of = |said: &str| column.values.iter().find(|value| value.eq_ignore_ascii_case(said)).cloned();
            let same = column.values.iter().find(|value| *value == text).cloned();
            let first = || of(text).or_else(|| of(text.split_whitespace().next()?));
            let form = || of(&kinds::value(text)?);
            return match same.or_else(|| first().or_else(form).filter(|_| !exact)) {
                Some(value) => Default::Known(value),
                None => Default::Unread,
            };
        }
        FieldType::Integer => {
            text.trim().parse::<i64>().ok().filter(|number| column.holds(*number)).map(|it| it.to_string())
        }
        FieldType::Decimal | FieldType::Money => decimal(text.trim(), column).map(|text| quote(&text)),
        FieldType::Float => {
            text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|it| format!("{it:?}"))
        }
        FieldType::Date | FieldType::Datetime if timely => Some(quote("now")),
        FieldType::Json => serde_json::from_str::<Value>(text).ok().as_ref().and_then(toml_of),
        FieldType::Text | FieldType::LongText if !exact => {
            let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
            let fits = column.max_length.is_none_or(|most| length <= most)
                && column.min_length.is_none_or(|least| least <= length)
                && column.pattern.is_none();
            let call = text.ends_with(')') || text.chars().any(char::is_control);
            (fits && !call && length <= 255).then(|| quote(text))
        }
        FieldType::Reference => None,
        _ if exact => Some(quote(text)),
        _ => None,
    };
    said.map_or(Default::Unread, Default::Said)
}

/// A bound of a column's numbers; none that its type cannot have.
pub(super) fn bound(column: &Column, text: &str) -> Option<String> {
    match column.kind {
        FieldType::Integer => text.parse::<i64>().ok().map(|number| number.to_string()),
        FieldType::Decimal | FieldType::Money => decimal(text, column).map(|text| quote(&text)),
        FieldType::Float => {
            text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| format!("{number:?}"))
        }
        _ => None,
    }
}

/// A decimal that has no more digits after its point than the column keeps.
fn decimal(text: &str, column: &Column) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let number = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    let scale = if column.kind == FieldType::Money { SCALE } else { column.scale.unwrap_or(SCALE) };
    let fits = column.whole || part.len() <= usize::from(scale) && whole.len() + part.len() <= 18;
    (!whole.is_empty() && number(whole) && number(part) && fits && !digits.ends_with('.')).then(|| text.to_owned())
}

/// JSON as TOML has it; none where there is a null.
pub(super) fn toml_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quote(text),
        Value::Array(parts) => {
            let parts: Option<Vec<String>> = parts.iter().map(toml_of).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::Object(parts) => {
            let part = |(key, value): (&String, &Value)| Some(format!("{} = {}", quote(key), toml_of(value)?));
            let parts: Option<Vec<String>> = parts.iter().map(part).collect();
            format!("{{ {} }}", parts?.join(", "))
        }
    })
}
