//! How a row becomes JSON: which columns, under which keys, of which type.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// JSON `true` or `false`.
    Boolean,
    /// JSON number without a point.
    Integer,
    /// JSON string such as `"12.50"`; stored in units of 10^-scale.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// JSON number.
    Float,
    /// JSON string.
    Text,
    /// JSON string that needs no escaping.
    Uuid,
    /// JSON string that needs no escaping.
    Date,
    /// JSON string that needs no escaping.
    Time,
    /// JSON string that needs no escaping.
    DateTime,
    /// JSON text, written as it is.
    Json,
    /// Bytes; only ever captured, never written as JSON.
    Bytes,
}

/// A column that goes into the JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The key with its punctuation, ready to be copied: `"name":`.
    pub key: Box<[u8]>,
    /// What it holds.
    pub kind: Kind,
}

impl Column {
    /// A column under a key. Keys are names from a blueprint, so they need no escaping.
    pub fn new(key: &str, kind: Kind) -> Column {
        Column { key: format!("\"{key}\":").into_bytes().into(), kind }
    }
}

/// What a statement returns: first the columns that become the JSON object, in order, then those that are captured.
///
/// Captured columns never reach the body: the version for the `ETag`, the id for `Location`, the sort keys for the
/// next cursor. With no JSON columns at all no JSON is written, and the rows are just captured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Columns of the JSON object.
    pub columns: Vec<Column>,
    /// Columns after them that are captured as values.
    pub captured: Vec<Kind>,
}
