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

/// An entry of the JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The key with its punctuation, ready to be copied: `"name":`.
    pub key: Box<[u8]>,
    /// What stands there.
    pub content: Content,
}

/// What stands under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A cell.
    Cell(Kind),
    /// An object of the following cells, in order; `null` if the first of them is: a row that was joined, its id first.
    Row(Vec<Column>),
}

impl Column {
    /// A cell under a key. Keys are names from a blueprint, so they need no escaping.
    pub fn new(key: &str, kind: Kind) -> Column {
        Column::with(key, Content::Cell(kind))
    }

    /// A joined row under a key.
    pub fn row(key: &str, columns: Vec<Column>) -> Column {
        Column::with(key, Content::Row(columns))
    }

    /// How many cells it is made of.
    pub fn cells(&self) -> usize {
        match &self.content {
            Content::Cell(_) => 1,
            Content::Row(columns) => columns.iter().map(Column::cells).sum(),
        }
    }

    fn with(key: &str, content: Content) -> Column {
        Column { key: format!("\"{key}\":").into_bytes().into(), content }
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

impl Shape {
    /// How many cells the JSON object is made of; the captured ones come after them.
    pub fn cells(&self) -> usize {
        self.columns.iter().map(Column::cells).sum()
    }
}
