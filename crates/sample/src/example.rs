//! A value that a field accepts, for examples that work when they are typed in.

use blueprint::{Field, FieldKind, IdKind, Literal, TextLimits};
use serde_json::{Value, json};

use crate::pattern;

/// A value that the field takes, if one can be made without knowing other records.
pub fn sample(field: &Field) -> Option<Value> {
    first_fit(field, candidates(field))
}

/// Another one, for a change that can be seen.
pub fn other_sample(field: &Field) -> Option<Value> {
    let first = sample(field)?;
    first_fit(field, others(field).into_iter().filter(|value| *value != first).collect())
}

/// The field itself has the last word on what it takes.
fn first_fit(field: &Field, candidates: Vec<Value>) -> Option<Value> {
    candidates.into_iter().find(|value| field.read(value).is_ok())
}

fn candidates(field: &Field) -> Vec<Value> {
    match &field.kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => texts(&field.name, limits, "Example"),
        FieldKind::Integer { min, max } => vec![json!(10.clamp(*min, *max))],
        FieldKind::Decimal { scale, min, max, .. } => vec![decimal(units(*scale, *min, *max), *scale)],
        FieldKind::Float { min, max } => vec![json!(1.5_f64.clamp(*min, *max))],
        FieldKind::Boolean => vec![json!(false)],
        FieldKind::Date => vec![json!("2026-11-21")],
        FieldKind::Time => vec![json!("13:45:00")],
        FieldKind::DateTime => vec![json!("2026-11-21T09:00:00Z")],
        FieldKind::Enum { values } => enumerated(field, values),
        FieldKind::Email => vec![json!("ana@example.com")],
        FieldKind::Phone => vec![json!("+15551234567")],
        FieldKind::Url => vec![json!("https://example.com/")],
        FieldKind::Uuid => vec![json!("0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b")],
        FieldKind::Json => vec![json!({"note": "any JSON"})],
        FieldKind::Reference { id: IdKind::Integer | IdKind::Uuid, .. } => Vec::new(),
    }
}

fn others(field: &Field) -> Vec<Value> {
    match &field.kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => texts(&field.name, limits, "New"),
        FieldKind::Integer { min, max } => [1, -1].map(|step| json!(10.clamp(*min, *max) + step)).to_vec(),
        FieldKind::Decimal { scale, min, max, .. } => {
            [1, -1].map(|step| decimal(units(*scale, *min, *max).saturating_add(step), *scale)).to_vec()
        }
        FieldKind::Float { min, max } => [1.0, -1.0].map(|step| json!(1.5_f64.clamp(*min, *max) + step)).to_vec(),
        FieldKind::Boolean => vec![json!(true)],
        FieldKind::Date => vec![json!("2026-12-01")],
        FieldKind::Time => vec![json!("15:00:00")],
        FieldKind::DateTime => vec![json!("2026-12-01T09:00:00Z")],
        FieldKind::Enum { values } => values.iter().map(|value| json!(value)).collect(),
        FieldKind::Email => vec![json!("bea@example.com")],
        FieldKind::Phone => vec![json!("+15557654321")],
        FieldKind::Url => vec![json!("https://example.com/new")],
        FieldKind::Uuid => vec![json!("0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6c")],
        FieldKind::Json => vec![json!({"note": "changed"})],
        FieldKind::Reference { .. } => Vec::new(),
    }
}

/// The default first: it is what the reader will meet anyway.
fn enumerated(field: &Field, values: &[String]) -> Vec<Value> {
    let default = match &field.default {
        Some(Literal::Text(value)) => Some(json!(value)),
        _ => None,
    };
    default.into_iter().chain(values.iter().map(|value| json!(value))).collect()
}

/// 25, or what is nearest to it within the limits, in units of 10^-scale.
fn units(scale: u8, min: i64, max: i64) -> i64 {
    (25 * 10_i64.pow(u32::from(scale))).clamp(min, max)
}

/// A decimal as JSON has it, of units of 10^-scale.
pub(crate) fn decimal(units: i64, scale: u8) -> Value {
    let ten = 10_u64.pow(u32::from(scale));
    let sign = if units < 0 { "-" } else { "" };
    let (before, after, width) = (units.unsigned_abs() / ten, units.unsigned_abs() % ten, usize::from(scale));
    json!(if scale == 0 { format!("{sign}{before}") } else { format!("{sign}{before}.{after:0width$}") })
}

fn texts(name: &str, limits: &TextLimits, first_word: &str) -> Vec<Value> {
    let spoken: String =
        format!("{first_word} {}", name.replace(['_', '-'], " ")).chars().take(limits.max_length).collect();
    let padding = limits.min_length.saturating_sub(spoken.chars().count());
    let spoken = format!("{}{}", spoken, "x".repeat(padding));
    let matching = limits.pattern.as_ref().and_then(|pattern| pattern::first_match(pattern.as_str()));
    [Some(spoken), matching].into_iter().flatten().map(|text| json!(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields;

    #[test]
    fn every_type_has_a_value_and_another_that_its_field_takes() {
        let fields = fields(
            r#"
            a = { type = "text", min_length = 40, max_length = 41 }
            b = { type = "text", max_length = 3 }
            c = { type = "text", pattern = "[A-Z]{2}-[0-9]{3,5}" }
            d = { type = "long_text" }
            e = { type = "integer", min = 500 }
            f = { type = "integer", max = -3 }
            g = { type = "decimal", scale = 4, max = "-0.5" }
            h = { type = "money", currency = "JPY", min = 100 }
            i = { type = "money", currency = "USD" }
            j = { type = "float", min = 9 }
            k = { type = "boolean" }
            l = { type = "date" }
            m = { type = "time" }
            n = { type = "datetime" }
            o = { type = "enum", values = ["can't", "can"], default = "can" }
            p = { type = "email" }
            qq = { type = "phone" }
            r = { type = "url" }
            s = { type = "uuid" }
            t = { type = "json" }
            "#,
        );
        for field in &fields {
            let one = sample(field).unwrap_or_else(|| panic!("{} has no sample", field.name));
            assert!(field.read(&one).is_ok(), "{} takes {one}", field.name);
            let fixed = matches!(field.name.as_str(), "c");
            let other = other_sample(field);
            assert!(fixed || other.is_some_and(|other| other != one && field.read(&other).is_ok()), "{}", field.name);
        }
    }

    #[test]
    fn what_cannot_be_known_has_none() {
        let text = "[app]\nname = \"x\"\n[entity.a]\n[entity.b.field]\na = { type = \"reference\", to = \"a\" }";
        let blueprint = blueprint::load(text).unwrap();
        assert_eq!(sample(&blueprint.entities[1].fields[0]), None);
    }
}
