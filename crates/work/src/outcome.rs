//! What came of a [`crate::Work`].

use crate::Value;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Done, and on disk if it wrote.
    Done(Answer),
    /// Refused, and nothing was changed.
    Refused(Refusal),
}

/// What the steps returned. The last step that returns something of a kind decides it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// JSON: the object of a `One` step, the array of a `Page` step; empty if there was neither.
    pub body: Vec<u8>,
    /// How many rows the body holds.
    pub rows: usize,
    /// There are more rows after those of the page.
    pub more: bool,
    /// Captured values of the row, of a page's last row.
    pub captured: Vec<Value>,
    /// The last captured value of each row of a page, where the work asks for them.
    pub ids: Vec<Value>,
    /// The integer of a `Count` step.
    pub count: Option<i64>,
    /// Whoever answered for the steps kept this with the body: the rest of a whole answer, in its own words.
    pub head: Option<String>,
    /// It was done before under the same idempotency key: this is the answer of then, and nothing was changed now.
    pub replayed: bool,
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not there, or not visible to the caller: the two are not told apart.
    NotFound,
    /// The caller may see it but not do this.
    Forbidden,
    /// The row has another version than the caller expects.
    Stale,
    /// A written reference leads to no row that the caller may see.
    Reference {
        /// The JSON pointer of the reference in the body.
        pointer: String,
    },
    /// Rows elsewhere still refer to this one.
    Referred,
    /// A unique index holds such a row already.
    Unique {
        /// Which index, by its name.
        index: String,
    },
    /// Not allowed in the row's present state.
    State,
    /// The idempotency key was used for something else.
    KeyReused,
    /// It was done before under the same key, for a caller who could reach other rows than he can now.
    RightsChanged,
}
