//! A property of a schema in an OpenAPI document: type, limits, default, who sets it; what of it nothing is made.
//!
//! Words after JSON Schema (draft 2020-12 as OpenAPI 3.1 has it, and the older form of OpenAPI 3.0: `nullable`,
//! `exclusiveMinimum` as a boolean).

use std::collections::HashSet;

use serde_json::Value;

use super::column::{Column, is_pattern};
use super::constraint::Unique;
use super::openapi::{DEEPEST, follow};
use crate::kinds;
use crate::lexicon::fields::FieldType;

/// What a property is read among.
pub(super) struct Sees<'d> {
    pub document: &'d Value,
    /// The records that there are.
    pub names: &'d [String],
    /// The record that a schema of a name is of.
    pub record: &'d dyn Fn(&str) -> Option<String>,
}

/// Patterns that our own documents give what has a type for it, or no pattern at all.
const LINES: [&str; 4] = [
    "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]*$",
    "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$",
    // Of what is required.
    "^[^\\S\\u000a-\\u000d]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]*$",
    "^[^\\S\\u000b\\u000c]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$",
];
const PHONE: &str = "^\\+[1-9][0-9]{6,14}$";
const TIMES: [&str; 2] =
    ["^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$", "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"];
/// Letters beyond which a text is a long one.
const LINE: u64 = 255;
/// Words of a schema of which nothing is made; those that say nothing of what is kept are not among them.
const UNREAD: &[&str] =
    &["multipleOf", "minItems", "maxItems", "uniqueItems", "not", "const", "minProperties", "discriminator"];

/// The column that a property is; none where its name is none.
pub(super) fn column(sees: &Sees<'_>, name: &str, property: &Value, required: bool) -> Option<Column> {
    let layers = layers(sees.document, property);
    let word = |word: &str| layers.iter().find_map(|layer| layer.get(word));
    let refers = layers.iter().find_map(|layer| layer.get("$ref")).and_then(Value::as_str);
    let to = refers
        .and_then(|text| text.rsplit('/').next())
        .and_then(|name| (sees.record)(name))
        .filter(|to| sees.names.contains(to));
    let types = word("type").map(types).unwrap_or_default();
    let nullable =
        types.contains(&"null") || word("nullable") == Some(&Value::Bool(true)) || has_null(sees.document, property);
    let kind_word = types.iter().find(|kind| **kind != "null").copied();
    // As they are written: who calls the interface has them already.
    let values = word("enum").and_then(Value::as_array).into_iter().flatten();
    let mut values: Vec<String> = values.filter_map(Value::as_str).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    values.retain(|value| seen.insert(value.clone()));
    let is_record = to.is_some() && word("properties").is_some();
    let format = word("format").and_then(Value::as_str);
    let length = |name: &str| {
        word(name).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok()).filter(|it| *it > 0)
    };
    let pattern = word("pattern").and_then(Value::as_str);
    let kind = match (kind_word, format) {
        _ if is_record => FieldType::Reference,
        _ if values.len() >= 2 => FieldType::Enum,
        (Some("object" | "array"), _) => FieldType::Json,
        // "Any JSON value."
        _ if types.len() > 2 => FieldType::Json,
        (None, _) if word("properties").is_some() => FieldType::Json,
        (Some("string"), Some("date-time")) => FieldType::Datetime,
        (Some("string"), Some("date")) => FieldType::Date,
        (Some("string"), Some("time")) => FieldType::Time,
        (Some("string"), Some("email" | "idn-email")) => FieldType::Email,
        (Some("string"), Some("uri" | "url" | "uri-reference" | "binary" | "byte")) => FieldType::Url,
        (Some("string"), Some("decimal")) => FieldType::Decimal,
        (Some("string"), Some("phone")) => FieldType::Phone,
        (Some("string"), _) if pattern == Some(PHONE) => FieldType::Phone,
        (Some("string"), _) if pattern.is_some_and(|pattern| TIMES.contains(&pattern)) => FieldType::Time,
        (Some("string"), _) if word("maxLength").and_then(Value::as_u64).is_some_and(|most| most > LINE) => {
            FieldType::LongText
        }
        (Some("integer"), _) => FieldType::Integer,
        (Some("number"), _) => FieldType::Decimal,
        (Some("boolean"), _) => FieldType::Boolean,
        _ => FieldType::Text,
    };
    let mut column = Column::new(kinds::field_name(name)?, kind);
    let text = matches!(kind, FieldType::Text | FieldType::LongText);
    column.file = matches!(format, Some("binary" | "byte"));
    column.required = required && !nullable;
    column.default = word("default").and_then(|value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    });
    column.values = values;
    if matches!(kind, FieldType::Integer | FieldType::Decimal) {
        bounds(&word, &mut column);
    }
    if text {
        (column.min_length, column.max_length) = (length("minLength"), length("maxLength"));
        match pattern.filter(|pattern| !LINES.contains(pattern)).map(whole) {
            Some(Ok(pattern)) => column.pattern = Some(pattern),
            Some(Err(pattern)) => column.unread.push(format!("pattern {pattern}")),
            None => {}
        }
    }
    column.uuid = format == Some("uuid");
    column.to = to.filter(|_| is_record).map(|to| (to.clone(), to));
    column.read_only = word("readOnly") == Some(&Value::Bool(true));
    column.hidden = word("writeOnly") == Some(&Value::Bool(true));
    let yes = |words: &[&str]| words.iter().any(|name| word(name) == Some(&Value::Bool(true)));
    column.unique = if yes(&["x-unique", "x-is-unique"]) { Unique::Yes } else { Unique::No };
    column.sensitive = yes(&["x-sensitive", "x-pii"]);
    column.index = yes(&["x-index", "x-indexed"]);
    column.search = yes(&["x-search", "x-searchable"]);
    let unread = UNREAD.iter().filter_map(|name| Some(format!("{name} {}", word(name)?)));
    column.unread.extend(unread.map(|text| text.chars().take(80).collect::<String>()));
    Some(column)
}

fn types(word: &Value) -> Vec<&str> {
    match word {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    }
}

/// A schema, what it refers to, and what it is wrapped in, from the outside to the inside: the outer layer has the last word.
fn layers<'d>(document: &'d Value, schema: &'d Value) -> Vec<&'d Value> {
    let mut layers = vec![schema];
    let mut schema = schema;
    while layers.len() <= 2 * DEEPEST {
        let inner = follow(document, schema);
        if !std::ptr::eq(inner, schema) {
            layers.push(inner);
            schema = inner;
            continue;
        }
        let parts = ["anyOf", "oneOf", "allOf"].iter().find_map(|word| schema.get(word)).and_then(Value::as_array);
        let part = parts.into_iter().flatten().find(|part| part.get("type").and_then(Value::as_str) != Some("null"));
        let Some(part) = part.filter(|_| schema.get("properties").is_none()) else { break };
        layers.push(part);
        schema = part;
    }
    layers
}

/// Whether one of the alternatives is null.
fn has_null(document: &Value, property: &Value) -> bool {
    let null = |part: &Value| part.get("type").and_then(Value::as_str) == Some("null");
    let alternatives = |schema: &Value| {
        let parts = ["anyOf", "oneOf"].iter().filter_map(|word| schema.get(word)?.as_array());
        parts.flatten().any(null)
    };
    alternatives(property) || alternatives(follow(document, property))
}

/// `minimum` and `maximum`, and those that are not within.
fn bounds<'d>(word: &dyn Fn(&str) -> Option<&'d Value>, column: &mut Column) {
    // Every integer of every JSON reader: as good as none.
    const WIDEST: i64 = (1 << 53) - 1;
    let integer = column.kind == FieldType::Integer;
    for (inclusive, exclusive, step) in [("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)] {
        // In OpenAPI 3.0 the one says that the other is not within.
        let (value, open) = match (word(inclusive), word(exclusive)) {
            (Some(value), Some(Value::Bool(open))) => (Some(value), *open),
            (_, Some(value @ Value::Number(_))) => (Some(value), true),
            (value, _) => (value, false),
        };
        let Some(value) = value else { continue };
        let number = value.as_i64().map(|number| if open && integer { number.saturating_add(step) } else { number });
        let text = number.map_or_else(|| value.to_string(), |number| number.to_string());
        if integer && number.is_some_and(|number| number.abs() >= WIDEST) {
            continue;
        }
        if open && !integer {
            column.unread.push(format!("{exclusive} {value}"));
            continue;
        }
        *(if step == 1 { &mut column.min } else { &mut column.max }) = Some(text);
    }
}

/// A pattern as one of the whole text: in JSON Schema it may stand anywhere in it. An error where it cannot be told.
fn whole(pattern: &str) -> Result<String, String> {
    let refused = || Err(pattern.to_owned());
    let rest = pattern.strip_prefix('^');
    let (begins, rest) = (rest.is_some(), rest.unwrap_or(pattern));
    let inner = rest.strip_suffix('$').filter(|rest| !rest.ends_with('\\'));
    let (ends, inner) = (inner.is_some(), inner.unwrap_or(rest));
    let anchors = inner.replace("\\^", "").replace("\\$", "").replace("[^", "");
    if !is_pattern(inner) || anchors.contains(['^', '$']) {
        return refused();
    }
    let group = inner.strip_prefix("(?:").or_else(|| inner.strip_prefix('(')).and_then(|it| it.strip_suffix(')'));
    let enclosed = group.is_some_and(|inner| !inner.contains(['(', ')']));
    // "^a|b$" is "^a" or "b$".
    let inner = match (inner.contains('|') && !enclosed, begins || ends) {
        (true, true) => return refused(),
        (true, false) => format!("(?:{inner})"),
        (false, _) => inner.to_owned(),
    };
    let (before, after) = (if begins { "" } else { ".*" }, if ends { "" } else { ".*" });
    Ok(format!("{before}{inner}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_become_those_of_the_whole_text() {
        for (pattern, expected) in [
            ("^[A-Z]{3}$", Some("[A-Z]{3}")),
            ("^[A-Z]", Some("[A-Z].*")),
            ("x$", Some(".*x")),
            ("a|b", Some(".*(?:a|b).*")),
            ("^(a|b)$", Some("(a|b)")),
            ("^(?:a|b)$", Some("(?:a|b)")),
            ("^(?:a)|(b)$", None),
            ("^a|b$", None),
            ("^a|b", None),
            ("(?=x)", None),
            ("(a)\\1", None),
            ("a^b", None),
            ("^[^x]+$", Some("[^x]+")),
        ] {
            assert_eq!(whole(pattern).ok().as_deref(), expected, "{pattern}");
        }
    }
}
