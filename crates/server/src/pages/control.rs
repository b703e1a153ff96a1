//! A field of a user in a form: the input of a browser that fits its type, with the limits that a browser can hold. What it cannot is
//! refused by the API, and told beside the input.

use std::fmt::Write;

use blueprint::{Field, FieldKind, Literal, TextLimits};

use super::html::escaped;
use crate::openapi::decimal_text;

/// The last whole number that a browser tells from the next one.
const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// The label of a field, as HTML.
pub(super) fn label(field: &Field) -> String {
    let mut label = escaped(&field.name.replace('_', " "));
    let unit = match &field.kind {
        FieldKind::Decimal { currency: Some(code), .. } => Some(code.as_str()),
        // A browser does not say in which zone a time is that it was given.
        FieldKind::DateTime => Some("UTC"),
        _ => None,
    };
    if let Some(unit) = unit {
        let _ = write!(label, " <small>({})</small>", escaped(unit));
    }
    if !field.summary.is_empty() {
        let _ = write!(label, "<br>\n<small>{}</small>", escaped(&field.summary));
    }
    label
}

/// The control of a field. `sent` is what was sent in it, once a form was.
pub(super) fn control(field: &Field, common: &str, sent: Option<&str>) -> String {
    // What never leaves the server does not come back to who has sent it either.
    let sent = if field.hidden { sent.map(|_| "") } else { sent };
    let value = sent.map_or_else(|| default(field), str::to_owned);
    let shown = escaped(&value);
    let required = if field.required && field.default.is_none() { " required" } else { "" };
    let input =
        |kind: &str, limits: String| format!("<input {common} type=\"{kind}\" value=\"{shown}\"{limits}{required}>");
    let area = |limits: String| {
        // A browser leaves out the line break that comes first.
        format!("<textarea {common} rows=\"4\"{limits}{required}>\n{shown}</textarea>")
    };
    match &field.kind {
        FieldKind::Text(limits) => input("text", lengths(limits)),
        FieldKind::LongText(limits) => area(lengths(limits)),
        FieldKind::Integer { min, max } => {
            let bound = |word: &str, bound: i64| {
                let is_one = bound.abs() < MAX_SAFE_INTEGER;
                if is_one { format!(" {word}=\"{bound}\"") } else { String::new() }
            };
            input("number", format!(" step=\"1\"{}{}", bound("min", *min), bound("max", *max)))
        }
        FieldKind::Decimal { scale, min, max, .. } => {
            let bound = |word: &str, bound: i64, none: i64| {
                if bound == none { String::new() } else { format!(" {word}=\"{}\"", decimal_text(bound, *scale)) }
            };
            let step = decimal_text(1, *scale);
            let (min, max) = (bound("min", *min, i64::MIN), bound("max", *max, i64::MAX));
            input("number", format!(" step=\"{step}\"{min}{max}"))
        }
        FieldKind::Float { min, max } => {
            let bound = |word: &str, bound: f64| {
                let is_one = bound > f64::MIN && bound < f64::MAX;
                if is_one { format!(" {word}=\"{bound}\"") } else { String::new() }
            };
            input("number", format!(" step=\"any\"{}{}", bound("min", *min), bound("max", *max)))
        }
        // What is not ticked is not sent. A box that must be ticked could never say no.
        FieldKind::Boolean => {
            let checked = if value == "true" { " checked" } else { "" };
            format!("<input {common} type=\"checkbox\" value=\"true\"{checked}>")
        }
        FieldKind::Date => input("date", String::new()),
        FieldKind::Time => input("time", " step=\"1\"".to_owned()),
        FieldKind::DateTime => input("datetime-local", " step=\"1\"".to_owned()),
        FieldKind::Enum { values } => {
            let chosen = |word: &str| if word == value { " selected" } else { "" };
            let none = if field.default.is_none() { "<option value=\"\">–" } else { "" };
            let options = values.iter().map(|word| format!("<option{}>{}", chosen(word), escaped(word)));
            format!("<select {common}{required}>{none}{}</select>", options.collect::<String>())
        }
        FieldKind::Email => input("email", " maxlength=\"254\"".to_owned()),
        FieldKind::Phone => input("tel", " placeholder=\"+15551234567\"".to_owned()),
        FieldKind::Url => input("url", " maxlength=\"2048\" placeholder=\"https://…\"".to_owned()),
        FieldKind::Uuid => input("text", " maxlength=\"36\" autocapitalize=\"none\" spellcheck=\"false\"".to_owned()),
        FieldKind::Json => area(" spellcheck=\"false\"".to_owned()),
        FieldKind::Reference { .. } => input("text", String::new()),
    }
}

/// Browsers count units of UTF-16, of which a letter outside of the first plane has two: the greatest length holds for all others.
fn lengths(limits: &TextLimits) -> String {
    let least = if limits.min_length > 0 { format!(" minlength=\"{}\"", limits.min_length) } else { String::new() };
    format!("{least} maxlength=\"{}\"", limits.max_length)
}

/// What a field holds of which nothing is said, where a browser can show it.
fn default(field: &Field) -> String {
    match (&field.default, &field.kind) {
        (Some(Literal::Boolean(truth)), _) => truth.to_string(),
        (Some(Literal::Integer(number)), _) => number.to_string(),
        (Some(Literal::Float(number)), _) => number.to_string(),
        (Some(Literal::Decimal(units)), FieldKind::Decimal { scale, .. }) => decimal_text(*units, *scale),
        // In UTC to the microsecond; the input takes neither the zone nor the fraction.
        (Some(Literal::Text(text)), FieldKind::DateTime) => text.get(..19).unwrap_or_default().to_owned(),
        (Some(Literal::Text(text)), _) => text.clone(),
        _ => String::new(),
    }
}
