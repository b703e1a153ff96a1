//! The one reader of values: defaults, actions, request bodies and filters all go through it.
//!
//! What comes out is in the form that is stored. What is not the value's own business (is the reference's row there, is
//! the text unique) is left to the store.

mod json;
mod links;
mod numbers;
mod text;
mod times;

use serde_json::Value;

use crate::model::{Field, FieldKind, IdKind, Literal};

pub use links::{LinkComplaint, MAX_LINKS};
pub(crate) use numbers::{MAX_SAFE_INTEGER, scaled};
pub use text::BLANK;
pub(crate) use text::is_blank;

/// Why a value is not one for its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Stable, for machines: `required`, `type`, `min`, `max`, `min_length`, `max_length`, `blank`, `pattern`, `enum`, `email`, `phone`,
    /// `url`, `uuid`, `date`, `time`, `datetime`, `decimal`, `integer`, `nul`, `control`, `depth`.
    pub code: &'static str,
    /// For people, without the name of the field: `must be at least 3`.
    pub detail: String,
}

type Read = Result<Literal, Complaint>;

fn complain<T>(code: &'static str, detail: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint { code, detail: detail.into() })
}

impl Field {
    /// Reads a JSON value from a body, a default or an action. `null` is [`Literal::Null`] unless the field is required.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(&self, json: &Value) -> Result<Literal, Complaint> {
        if json.is_null() {
            return match self.required {
                true => complain("required", "is required and cannot be null"),
                false => Ok(Literal::Null),
            };
        }
        match &self.kind {
            FieldKind::Text(limits) => text::limited(text::line(string(json)?)?, limits),
            FieldKind::LongText(limits) => text::limited(text::lines(string(json)?)?, limits),
            FieldKind::Integer { min, max } => numbers::integer(json, *min, *max),
            FieldKind::Decimal { scale, min, max, .. } => numbers::decimal(json, *scale, *min, *max),
            FieldKind::Float { min, max } => numbers::float(json, *min, *max),
            FieldKind::Boolean => match json {
                Value::Bool(boolean) => Ok(Literal::Boolean(*boolean)),
                other => complain("type", format!("must be true or false, not {}", name(other))),
            },
            FieldKind::Json => json::any(json),
            FieldKind::Reference { id: IdKind::Integer, .. } => numbers::id(json),
            FieldKind::DateTime => times::datetime(string(json)?),
            _ => self.read_text(string(json)?),
        }
    }

    /// [`FieldKind::read_text`] of its kind.
    ///
    /// # Errors
    /// The text is not one of the field's type.
    pub fn read_text(&self, text: &str) -> Result<Literal, Complaint> {
        self.kind.read_text(text)
    }
}

impl FieldKind {
    /// Reads a value from a query string: typed by the field, but without limits of length, pattern, least and greatest,
    /// for a filter may ask for what cannot be. A datetime may be a day: its beginning in UTC.
    ///
    /// # Errors
    /// The text is not one of the field's type.
    pub fn read_text(&self, text: &str) -> Result<Literal, Complaint> {
        match self {
            FieldKind::Text(_) | FieldKind::LongText(_) => text::lines(text).map(Literal::Text),
            FieldKind::Integer { .. } => numbers::integer_text(text),
            FieldKind::Decimal { scale, .. } => numbers::decimal_text(text, *scale).map(Literal::Decimal),
            FieldKind::Float { .. } => numbers::float_text(text),
            FieldKind::Boolean => match text {
                "true" => Ok(Literal::Boolean(true)),
                "false" => Ok(Literal::Boolean(false)),
                _ => complain("type", "must be true or false"),
            },
            FieldKind::Date => times::date(text),
            FieldKind::Time => times::time(text),
            FieldKind::DateTime => times::datetime_or_day(text),
            FieldKind::Enum { values } => text::one_of(text, values),
            FieldKind::Email => text::email(text),
            FieldKind::Phone => text::phone(text),
            FieldKind::Url => text::url(text),
            FieldKind::Uuid | FieldKind::Reference { id: IdKind::Uuid, .. } => text::uuid(text),
            FieldKind::Json => json::text(text),
            FieldKind::Reference { id: IdKind::Integer, .. } => numbers::id_text(text),
        }
    }
}

fn string(json: &Value) -> Result<&str, Complaint> {
    match json {
        Value::String(text) => Ok(text),
        other => complain("type", format!("must be a string, not {}", name(other))),
    }
}

fn name(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
