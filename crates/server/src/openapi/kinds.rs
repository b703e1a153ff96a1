//! The schema of one value, by its type: every limit that the reader of values enforces and JSON Schema can say.

use blueprint::{BLANK, FieldKind, IdKind, TextLimits};
use serde_json::{Value as Json, json};

use super::pattern;

/// 2^53 − 1: the greatest integer that every JSON reader holds.
const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;
/// Everything but control characters and, within lines, the tab.
const LINE: &str = "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]*$";
/// The same with line ends.
const LINES: &str = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$";

/// Where a value stands. Answers show the one form that is stored; what is sent may be looser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// In an answer.
    Answer,
    /// In the body of a request.
    Body,
    /// In a query string, where limits of length and size do not count.
    Query,
}

/// The schema of a value that is not null.
pub(super) fn schema(kind: &FieldKind, side: Side) -> Json {
    match kind {
        FieldKind::Text(limits) => text(limits, side, LINE, "\\t"),
        FieldKind::LongText(limits) => text(limits, side, LINES, "\\t\\n\\r"),
        FieldKind::Integer { .. } if side == Side::Query => json!({ "type": "integer", "format": "int64" }),
        FieldKind::Integer { min, max } => {
            json!({ "type": "integer", "format": "int64", "minimum": min, "maximum": max })
        }
        FieldKind::Decimal { scale, min, max, .. } => {
            json!({ "type": "string", "format": "decimal", "pattern": decimal(*scale, *min, *max, side) })
        }
        FieldKind::Float { min, max } => float(*min, *max, side),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Time => json!({ "type": "string", "pattern": time(side) }),
        FieldKind::DateTime => date_time(),
        FieldKind::Enum { values } => json!({ "type": "string", "enum": values }),
        FieldKind::Email => json!({ "type": "string", "format": "email", "maxLength": 254 }),
        FieldKind::Phone => json!({ "type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$" }),
        FieldKind::Url => {
            json!({ "type": "string", "format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "maxLength": 2048 })
        }
        FieldKind::Uuid => uuid(),
        FieldKind::Json if side == Side::Query => json!({ "type": "string", "contentMediaType": "application/json" }),
        FieldKind::Json => json!({ "type": ["object", "array", "string", "number", "boolean"] }),
        FieldKind::Reference { id: kind, .. } => id(*kind),
    }
}

/// The schema of an id.
pub(super) fn id(kind: IdKind) -> Json {
    match kind {
        IdKind::Integer => json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_SAFE_INTEGER }),
        IdKind::Uuid => uuid(),
    }
}

/// The schema of a UUID.
pub(super) fn uuid() -> Json {
    json!({ "type": "string", "format": "uuid" })
}

/// The schema of a point in time.
pub(super) fn date_time() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

/// The same schema with null allowed.
pub(super) fn or_null(mut schema: Json) -> Json {
    if let Some(kind) = schema.get_mut("type") {
        let mut kinds = match kind.take() {
            Json::Array(kinds) => kinds,
            kind => vec![kind],
        };
        kinds.push("null".into());
        *kind = kinds.into();
    }
    if let Some(Json::Array(values)) = schema.get_mut("enum") {
        values.push(Json::Null);
    }
    schema
}

/// What the schema cannot say of a value, in sentences.
pub(super) fn notes(kind: &FieldKind) -> Vec<String> {
    match kind {
        FieldKind::Text(TextLimits { pattern: Some(regex), .. })
        | FieldKind::LongText(TextLimits { pattern: Some(regex), .. })
            if pattern::ecma(regex).is_none() =>
        {
            vec![format!("Must match `{regex}`, in the syntax of the Rust crate regex.")]
        }
        FieldKind::Decimal { currency, scale, min, max } => {
            let unit = currency.as_ref().map(|code| format!("An amount of {code}."));
            let least = (*min != i64::MIN).then(|| format!("At least {}.", decimal_text(*min, *scale)));
            let most = (*max != i64::MAX).then(|| format!("At most {}.", decimal_text(*max, *scale)));
            [unit, least, most].into_iter().flatten().collect()
        }
        FieldKind::Time => vec!["Without fractions of a second.".to_owned()],
        FieldKind::DateTime => vec!["RFC 3339; answered in UTC.".to_owned()],
        FieldKind::Email => vec!["Kept in lower case.".to_owned()],
        FieldKind::Phone => vec!["E.164, with the country code.".to_owned()],
        FieldKind::Json => vec!["At most 64 KiB of JSON, nested at most 32 deep.".to_owned()],
        _ => Vec::new(),
    }
}

/// Units of 10^-scale with all digits of the scale, as answers show them.
pub(crate) fn decimal_text(units: i64, scale: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let one = 10_u64.pow(u32::from(scale));
    let (whole, fraction) = (units.unsigned_abs() / one, units.unsigned_abs() % one);
    match scale {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction:0width$}", width = usize::from(scale)),
    }
}

/// `characters` are those of all texts of the kind, `controls` the control characters among them.
fn text(limits: &TextLimits, side: Side, characters: &str, controls: &str) -> Json {
    // A row may be older than the field's being required.
    let must_speak = limits.not_blank && side != Side::Answer;
    let least = if limits.not_blank && !must_speak { 0 } else { limits.min_length };
    let characters = if must_speak { spoken(characters, controls) } else { characters.to_owned() };
    let pattern = limits.pattern.as_ref().filter(|_| side != Side::Query);
    let pattern = pattern.and_then(pattern::ecma).unwrap_or(characters);
    match side {
        Side::Query => json!({ "type": "string", "pattern": LINES }),
        _ => json!({
            "type": "string",
            "minLength": least,
            "maxLength": limits.max_length,
            "pattern": pattern,
        }),
    }
}

/// Texts of these characters of which something is seen.
fn spoken(characters: &str, controls: &str) -> String {
    let blank = BLANK.iter().filter(|blank| !blank.start().is_control());
    let blank = blank.map(|blank| match (escaped(*blank.start()), escaped(*blank.end())) {
        (start, end) if start == end => start,
        (start, end) => format!("{start}-{end}"),
    });
    let blank: String = blank.collect();
    let rest = characters.trim_start_matches('^');
    format!("^[{controls}{blank}]*[^\\u0000-\\u001f\\u007f-\\u009f{blank}]{rest}")
}

/// As ECMA 262 writes it; no character of [`BLANK`] needs more.
fn escaped(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

fn float(min: f64, max: f64, side: Side) -> Json {
    let mut schema = json!({ "type": "number", "format": "double" });
    if side != Side::Query && min != f64::MIN {
        schema["minimum"] = min.into();
    }
    if side != Side::Query && max != f64::MAX {
        schema["maximum"] = max.into();
    }
    schema
}

fn time(side: Side) -> &'static str {
    match side {
        Side::Answer => "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$",
        Side::Body | Side::Query => "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
    }
}

/// As many digits before the point as the limits let a value have; JSON Schema cannot compare texts as numbers.
fn decimal(scale: u8, min: i64, max: i64, side: Side) -> String {
    let is_open = min == i64::MIN || max == i64::MAX;
    let greatest = min.unsigned_abs().max(max.unsigned_abs()) / 10_u64.pow(u32::from(scale));
    let digits = match side {
        Side::Query => 18 - usize::from(scale),
        // Not every number of nineteen digits fits into 64 bits, every one of eighteen does.
        Side::Body if is_open => 18 - usize::from(scale),
        Side::Answer | Side::Body => greatest.to_string().len(),
    };
    let sign = if min < 0 || side == Side::Query { "-?" } else { "" };
    let fraction = match (scale, side) {
        (0, _) => String::new(),
        (_, Side::Answer) => format!("\\.[0-9]{{{scale}}}"),
        _ => format!("(\\.[0-9]{{1,{scale}}})?"),
    };
    format!("^{sign}[0-9]{{1,{digits}}}{fraction}$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_with_all_their_digits() {
        for (units, scale, text) in
            [(1250, 2, "12.50"), (-5, 2, "-0.05"), (7, 0, "7"), (i64::MIN, 9, "-9223372036.854775808")]
        {
            assert_eq!(decimal_text(units, scale), text);
        }
    }

    #[test]
    fn patterns_of_decimals_have_room_for_the_limits_and_no_more() {
        assert_eq!(decimal(2, 0, 9_999, Side::Body), r"^[0-9]{1,2}(\.[0-9]{1,2})?$");
        assert_eq!(decimal(2, 0, 9_999, Side::Answer), r"^[0-9]{1,2}\.[0-9]{2}$");
        assert_eq!(decimal(0, -5, 5, Side::Body), r"^-?[0-9]{1,1}$");
        assert_eq!(decimal(2, i64::MIN, i64::MAX, Side::Body), r"^-?[0-9]{1,16}(\.[0-9]{1,2})?$");
        assert_eq!(decimal(2, i64::MIN, i64::MAX, Side::Answer), r"^-?[0-9]{1,17}\.[0-9]{2}$");
    }

    /// The server and its document refuse the same: else a client that checks first sends what is refused.
    #[test]
    fn a_required_text_is_blank_in_the_document_where_it_is_for_the_server() {
        let limits = TextLimits { min_length: 1, max_length: 9, pattern: None, not_blank: true };
        for (kind, controls) in [(FieldKind::Text(limits.clone()), "\t"), (FieldKind::LongText(limits), "\t\n\r")] {
            let body = schema(&kind, Side::Body);
            let pattern = regex::Regex::new(body["pattern"].as_str().unwrap()).unwrap();
            for c in char::MIN..=char::MAX {
                let is_blank = BLANK.iter().any(|blank| blank.contains(&c));
                let is_text = !c.is_control() || controls.contains(c);
                assert_eq!(pattern.is_match(&format!("{c}")), is_text && !is_blank, "{c:?}");
                assert_eq!(pattern.is_match(&format!("\t{c}a")), is_text, "{c:?}");
            }
            let answer = schema(&kind, Side::Answer);
            assert_eq!(answer["minLength"], 0, "a row may be older than the limit");
            assert!(regex::Regex::new(answer["pattern"].as_str().unwrap()).unwrap().is_match(""));
        }
    }

    #[test]
    fn null_joins_types_and_values() {
        let schema = or_null(json!({ "type": "string", "enum": ["a"] }));
        assert_eq!(schema, json!({ "type": ["string", "null"], "enum": ["a", null] }));
    }
}
