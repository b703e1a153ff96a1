//! A parameter of a statement, or a value read back, with the type that it has in a blueprint.

/// Typed, because the two engines store the same value differently: a decimal is a scaled integer in SQLite and a
/// `numeric` in Postgres. Texts are already in the one form that is stored (checked before they get here).
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL null.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// `units` × 10^-`scale`.
    Decimal {
        /// The value in units of 10^-scale.
        units: i64,
        /// Digits after the point.
        scale: u8,
    },
    /// A binary floating point number, finite.
    Float(f64),
    /// Text.
    Text(String),
    /// A UUID, lower case, hyphenated.
    Uuid(String),
    /// `2026-11-21`.
    Date(String),
    /// `13:45:00`.
    Time(String),
    /// `2026-11-21T03:37:18.123456Z`, always 27 bytes, so that it sorts as text.
    DateTime(String),
    /// Compact JSON text.
    Json(String),
    /// Bytes, such as the hash of a token.
    Bytes(Vec<u8>),
}

impl Value {
    /// The text of a text-like value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(text)
            | Value::Uuid(text)
            | Value::Date(text)
            | Value::Time(text)
            | Value::DateTime(text)
            | Value::Json(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes that it holds.
    pub fn weight(&self) -> usize {
        let beyond = match self {
            Value::Bytes(bytes) => bytes.len(),
            other => other.as_str().map_or(0, str::len),
        };
        size_of::<Value>() + beyond
    }

    /// The number of an integer.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }
}
