//! What rows hold: fields with their types and limits, links to many rows, and the values that a blueprint writes itself.

use regex::Regex;

use super::{EntityIndex, IdKind, Rule};
use crate::resolve::plurals::singular;

/// One field of an entity.
#[derive(Debug, Clone)]
pub struct Field {
    /// As written in the blueprint, for example `prospect`.
    pub name: String,
    /// Names that it had before, the one that counts first where a database has several.
    pub renamed_from: Vec<String>,
    /// Column and JSON key: the name, but `prospect_id` for a reference.
    pub column: String,
    /// One sentence, or empty.
    pub summary: String,
    /// Type and limits.
    pub kind: FieldKind,
    /// Must be given at creation (unless there is a default) and may never be null.
    pub required: bool,
    /// Which rows must differ in it.
    pub unique: Unique,
    /// The value of a new row that does not say.
    pub default: Option<Literal>,
    /// Has an index, hence may be sorted by. Unique fields and references count as indexed.
    pub index: bool,
    /// Found by `q=`. Only of text.
    pub search: bool,
    /// Never leaves the server and can neither be filtered, sorted nor patched; may be given at creation.
    pub hidden: bool,
    /// Set by the engine or an action only; in a body it is a 422.
    pub read_only: bool,
    /// Redacted in the audit; answers that hold it are `Cache-Control: no-store`.
    pub sensitive: bool,
    /// Of the rows that a caller can see: in which of them he can read this field. [`Rule::Anyone`]: in all.
    pub read: Rule,
    /// Of the rows that a caller may make or change: in which of them he may set this field.
    pub write: Rule,
}

impl Field {
    /// Columns and JSON keys that it had before.
    pub fn former_columns(&self) -> impl Iterator<Item = String> {
        let ending = self.column.strip_prefix(&self.name).unwrap_or_default();
        self.renamed_from.iter().map(move |former| format!("{former}{ending}"))
    }
}

/// Which rows must differ in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unique {
    /// None.
    No,
    /// The rows of one owner; in an entity without owner, all.
    PerOwner,
    /// All rows, whoever owns them.
    Global,
}

/// The type of a field with the limits that belong to it.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// One line of text.
    Text(TextLimits),
    /// Text of several lines.
    LongText(TextLimits),
    /// Whole number within ±(2^53−1).
    Integer {
        /// Least value, inclusive.
        min: i64,
        /// Greatest value, inclusive.
        max: i64,
    },
    /// Exact decimal, a string in JSON. `currency` is set for money.
    Decimal {
        /// ISO 4217 code for money.
        currency: Option<String>,
        /// Digits after the point, 0 to 9.
        scale: u8,
        /// Least value, inclusive, in units of 10^-scale.
        min: i64,
        /// Greatest value, inclusive, in units of 10^-scale.
        max: i64,
    },
    /// Binary floating point.
    Float {
        /// Least value, inclusive.
        min: f64,
        /// Greatest value, inclusive.
        max: f64,
    },
    /// `true` or `false`.
    Boolean,
    /// `2026-11-21`.
    Date,
    /// `13:45:00`.
    Time,
    /// RFC 3339, kept in UTC to the microsecond.
    DateTime,
    /// One of a list of texts.
    Enum {
        /// The values, in the order of the file.
        values: Vec<String>,
    },
    /// E-mail address, kept in lower case.
    Email,
    /// Phone number in E.164 form, `+15551234567`.
    Phone,
    /// `http` or `https` URL.
    Url,
    /// Any UUID.
    Uuid,
    /// Any JSON value.
    Json,
    /// The id of a row elsewhere.
    Reference {
        /// Which kind of row.
        to: Target,
        /// What happens to this row when that one is deleted.
        on_delete: OnDelete,
        /// What the ids of that row are, so that a field can read a value by itself.
        id: IdKind,
    },
}

/// A reference to many rows: a set of ids in JSON, a join table in the database.
///
/// Kept apart from [`Field`], because it has no column: whatever goes through the columns of an entity cannot take it
/// for one.
#[derive(Debug, Clone)]
pub struct Link {
    /// As written in the blueprint, for example `tags`: what `expand` adds.
    pub name: String,
    /// Names that it had before.
    pub renamed_from: Vec<String>,
    /// JSON key, for example `tag_ids`.
    pub key: String,
    /// One sentence, or empty.
    pub summary: String,
    /// Which kind of row.
    pub to: Target,
    /// What the ids of those rows are.
    pub id: IdKind,
    /// Never empty.
    pub required: bool,
    /// `true`: a row that is linked cannot be deleted. `false`: its links go with it.
    pub restrict: bool,
    /// Of the rows that a caller can see: in which of them he can read these links. [`Rule::Anyone`]: in all.
    pub read: Rule,
    /// Of the rows that a caller may make or change: in which of them he may set these links.
    pub write: Rule,
    /// The join table, for example `prospects_tags`.
    pub table: String,
    /// Its column with the id of the row that has this field, for example `prospect_id`.
    pub from_column: String,
    /// Its column with the id of the other row, for example `tag_id`.
    pub to_column: String,
}

impl Link {
    /// JSON keys that it had before.
    pub fn former_keys(&self) -> impl Iterator<Item = String> {
        self.renamed_from.iter().map(|former| format!("{}_ids", singular(former)))
    }
}

/// Limits of text, counted in Unicode code points.
#[derive(Debug, Clone)]
pub struct TextLimits {
    /// Least length.
    pub min_length: usize,
    /// Greatest length.
    pub max_length: usize,
    /// A regular expression that the whole text must match.
    pub pattern: Option<Regex>,
    /// Something else than [`BLANK`](crate::BLANK) characters must stand in it: it is required, and nothing says that it may be empty.
    pub not_blank: bool,
}

/// What a reference points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The built-in user.
    User,
    /// An entity of the blueprint.
    Entity(EntityIndex),
}

/// What happens to a row when the one it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The deletion is refused with 409.
    Restrict,
    /// This row is deleted too.
    Cascade,
    /// The reference becomes null.
    SetNull,
}

/// A value written in a blueprint, already checked against its field.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Null: an action may clear a field that is not required.
    Null,
    /// Text, enum values, e-mail, phone, url, uuid, date, time, datetime: in the form that is stored.
    Text(String),
    /// Integer.
    Integer(i64),
    /// Decimal, in units of 10^-scale.
    Decimal(i64),
    /// Float.
    Float(f64),
    /// Boolean.
    Boolean(bool),
    /// JSON, compact text.
    Json(String),
    /// `now`, of a date or datetime: the time of the write.
    Now,
}
