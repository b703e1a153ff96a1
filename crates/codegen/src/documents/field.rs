//! A field in words: what it holds, within which limits, and what else holds of it.

use super::table::code;
use blueprint::{Entity, Field, FieldKind, Literal, TextLimits, Unique};

/// The widest whole number that a field may hold; a limit there is none of the field's own.
const WIDEST: i64 = (1 << 53) - 1;

/// What its values are, apart from the type: `1 to 200 characters`.
pub(crate) fn limits(field: &Field) -> Option<String> {
    match &field.kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => Some(of_text(limits)),
        FieldKind::Integer { min, max } => {
            within((*min > -WIDEST).then(|| min.to_string()), (*max < WIDEST).then(|| max.to_string()))
        }
        FieldKind::Decimal { scale, min, max, .. } => within(
            (*min > i64::MIN / 10).then(|| decimal(*min, *scale)),
            (*max < i64::MAX / 10).then(|| decimal(*max, *scale)),
        ),
        FieldKind::Float { min, max } => {
            within((*min > f64::MIN).then(|| min.to_string()), (*max < f64::MAX).then(|| max.to_string()))
        }
        _ => None,
    }
}

fn of_text(limits: &TextLimits) -> String {
    match limits.min_length {
        0 => format!("up to {} characters", limits.max_length),
        least => format!("{least} to {} characters", limits.max_length),
    }
}

fn within(min: Option<String>, max: Option<String>) -> Option<String> {
    match (min, max) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    }
}

/// Units of 10^-scale as they are written: `-1250` with scale 2 is `-12.50`.
pub(super) fn decimal(units: i64, scale: u8) -> String {
    let digits = format!("{:0width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, part) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if units < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// The value of a new record that does not say, as the API takes it.
pub(crate) fn default(field: &Field) -> Option<String> {
    Some(match (field.default.as_ref()?, &field.kind) {
        (Literal::Null, _) => return None,
        (Literal::Text(text) | Literal::Json(text), _) => text.clone(),
        (Literal::Decimal(units), FieldKind::Decimal { scale, .. }) => decimal(*units, *scale),
        (Literal::Integer(number) | Literal::Decimal(number), _) => number.to_string(),
        (Literal::Float(number), _) => number.to_string(),
        (Literal::Boolean(value), _) => value.to_string(),
        (Literal::Now, _) => "the time of the write".to_owned(),
    })
}

/// What else holds of it, each in a few words.
pub(crate) fn remarks(entity: &Entity, field: &Field) -> Vec<String> {
    let pattern = match &field.kind {
        FieldKind::Text(limits) | FieldKind::LongText(limits) => limits.pattern.as_ref(),
        _ => None,
    };
    let unique = match field.unique {
        Unique::No => None,
        Unique::PerOwner if entity.owned => Some("unique among the rows of one owner"),
        Unique::PerOwner | Unique::Global => Some("unique among all rows"),
    };
    let said = [
        (field.search, "found by `q=`"),
        (field.read_only, "set by the server only"),
        (field.hidden, "never shown"),
        (field.sensitive, "sensitive: redacted in the audit"),
    ];
    let said = said.into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words.to_owned());
    pattern
        .map(|pattern| format!("matches {}", code(written(pattern.as_str()))))
        .into_iter()
        .chain(unique.map(str::to_owned))
        .chain(said)
        .collect()
}

/// A pattern as the blueprint has it: the whole text must match, which the engine adds.
pub(super) fn written(pattern: &str) -> &str {
    pattern.strip_prefix("^(?:").and_then(|rest| rest.strip_suffix(")$")).unwrap_or(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_where_there_are_some() {
        let text = "[app]\nname = \"x\"\n[entity.item.field]\n\
            a = { type = \"text\", min_length = 2, max_length = 9, pattern = \"[a-z]+\", unique = true, search = true }\n\
            b = { type = \"integer\", min = 1, max = 5, default = 3 }\n\
            c = { type = \"money\", currency = \"USD\", min = 0, default = \"12.50\" }\n\
            d = { type = \"decimal\", scale = 0, max = 7 }\n\
            e = { type = \"integer\" }\n\
            f = { type = \"float\", min = -1.5 }\n\
            g = { type = \"boolean\", default = true, read_only = true }\n\
            h = { type = \"money\", currency = \"USD\", min = \"-0.05\" }\n";
        let blueprint = blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}"));
        let item = &blueprint.entities[0];
        let told: Vec<String> = item
            .fields
            .iter()
            .map(|field| {
                let limits = limits(field).unwrap_or_default();
                format!(
                    "{}: {limits}; {}; {}",
                    field.name,
                    default(field).unwrap_or_default(),
                    remarks(item, field).join(", ")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "a: 2 to 9 characters; ; matches `[a-z]+`, unique among the rows of one owner, found by `q=`",
                "b: 1 to 5; 3; ",
                "c: at least 0.00; 12.50; ",
                "d: at most 7; ; ",
                "e: ; ; ",
                "f: at least -1.5; ; ",
                "g: ; true; set by the server only",
                "h: at least -0.05; ; ",
            ]
        );
    }
}
