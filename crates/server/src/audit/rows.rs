//! How the rows of the audit and its seals are read, in the words of either engine.

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use work::{Column, Cost, Dialect, Kind, Outcome, Shape, Statement, Step, Value, Work};

use super::Seal;

/// Rows that are read at once: each may hold a whole record twice.
pub(super) const PAGE: usize = 100;
/// Seals that are read at once; without what they hold of each row they are small.
const SEALS: usize = 50;
const BARE_SEALS: usize = 1000;
const TEXTS: [&str; 14] = [
    "iss",
    "sub",
    "session",
    "key",
    "ip",
    "request_id",
    "action",
    "entity",
    "entity_id",
    "before",
    "after",
    "outcome",
    "batch",
    "reason",
];

/// A row, as the bytes that are sealed.
pub(super) struct Row {
    pub seq: i64,
    pub at: String,
    pub bytes: Vec<u8>,
}

/// What reading can run into.
#[derive(Debug)]
pub(crate) enum ReadError {
    Store(store::StoreError),
    /// What is there is no row of ours.
    Unreadable(String),
}

impl From<store::StoreError> for ReadError {
    fn from(error: store::StoreError) -> ReadError {
        ReadError::Store(error)
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadError::Store(error) => error.fmt(out),
            ReadError::Unreadable(why) => out.write_str(why),
        }
    }
}

/// The rows of a condition over `seq`, in their order, at most a page of them.
pub(super) fn rows(dialect: &Dialect, condition: &str, params: Vec<Value>) -> Work {
    // As texts, letter by letter: what is equal as JSON or as a time may still have been changed.
    let at = if *dialect == Dialect::Sqlite { Kind::Text } else { Kind::DateTime };
    let cells = TEXTS.map(|name| format!("CAST(\"{name}\" AS TEXT)")).join(", ");
    let columns = [Column::new("seq", Kind::Integer), Column::new("at", at)];
    let columns = columns.into_iter().chain(TEXTS.map(|name| Column::new(name, Kind::Text))).collect();
    let sql = format!(
        "SELECT \"seq\", \"at\", {cells} FROM {} WHERE {condition} ORDER BY \"seq\" LIMIT {}",
        dialect.table("_audit"),
        PAGE + 1
    );
    page(sql, params, columns, PAGE)
}

/// That a row has a number which was given out. On Postgres somebody may put one far beyond those, and all that are given out later would be
/// in a gap where nobody is expected any more.
pub(super) fn was_numbered(dialect: &Dialect) -> String {
    match dialect {
        Dialect::Sqlite => "TRUE".to_owned(),
        Dialect::Postgres { .. } => {
            format!("\"seq\" <= (SELECT \"last_value\" FROM {})", dialect.table("_audit_seq_seq"))
        }
    }
}

/// The seals from a number on.
pub(super) fn seals(dialect: &Dialect, from: i64) -> Work {
    seals_with(dialect, from, "digests", SEALS)
}

/// The same without what they hold of each row.
pub(super) fn bare_seals(dialect: &Dialect, from: i64) -> Work {
    seals_with(dialect, from, "seal", BARE_SEALS)
}

fn seals_with(dialect: &Dialect, from: i64, digests: &str, limit: usize) -> Work {
    let at = if *dialect == Dialect::Sqlite { Kind::Text } else { Kind::DateTime };
    let encoded = |name: &str| match dialect {
        Dialect::Sqlite => format!("hex(\"{name}\")"),
        Dialect::Postgres { .. } => format!("encode(\"{name}\", 'hex')"),
    };
    let columns = [
        ("number", Kind::Integer),
        ("at", at),
        ("format", Kind::Integer),
        ("rows", Kind::Integer),
        ("seqs", Kind::Text),
        ("top", Kind::Integer),
        ("open", Kind::Integer),
        ("digests", Kind::Text),
        ("seal", Kind::Text),
    ];
    let sql = format!(
        "SELECT \"number\", \"at\", \"format\", \"rows\", \"seqs\", \"top\", \"open\", {}, {} FROM {} WHERE \"number\" >= {} \
         ORDER BY \"number\" LIMIT {}",
        encoded(digests),
        encoded("seal"),
        dialect.table("_audit_seals"),
        dialect.parameter(1),
        limit + 1
    );
    page(sql, vec![Value::Integer(from)], columns.iter().map(|(name, kind)| Column::new(name, *kind)).collect(), limit)
}

/// The only number of a query; `None` where it is null.
pub(super) fn number(sql: String, params: Vec<Value>) -> Work {
    let shape = Arc::new(Shape { columns: Vec::new(), captured: vec![Kind::Integer] });
    let none = work::Otherwise::Refuse(work::Refusal::NotFound);
    Work::read(Cost::Scan, vec![Step::One { statement: Statement::new(sql, params), shape, none }])
}

/// So many numbers, the only row of a query that costs little.
pub(super) fn few(sql: String, numbers: usize) -> Work {
    let shape = Arc::new(Shape { columns: Vec::new(), captured: vec![Kind::Integer; numbers] });
    let none = work::Otherwise::Refuse(work::Refusal::NotFound);
    Work::read(Cost::Point, vec![Step::One { statement: Statement::new(sql, Vec::new()), shape, none }])
}

/// Those; `None` where they are null.
pub(super) fn read_few<const N: usize>(outcome: Outcome) -> [Option<i64>; N] {
    let captured = match outcome {
        Outcome::Done(answer) => answer.captured,
        Outcome::Refused(_) => Vec::new(),
    };
    std::array::from_fn(|place| captured.get(place).and_then(Value::as_integer))
}

/// The only column of a query, numbers called `seq`.
pub(super) fn numbers(sql: String, params: Vec<Value>, limit: usize) -> Work {
    page(sql, params, vec![Column::new("seq", Kind::Integer)], limit)
}

/// Those numbers, and whether there are more.
pub(super) fn read_numbers(outcome: Outcome) -> Result<(Vec<i64>, bool), ReadError> {
    let (objects, more) = read_page(outcome)?;
    Ok((objects.iter().filter_map(|object| object.get("seq")?.as_i64()).collect(), more))
}

pub(super) fn read_number(outcome: Outcome) -> Option<i64> {
    match outcome {
        Outcome::Done(answer) => answer.captured.first().and_then(Value::as_integer),
        Outcome::Refused(_) => None,
    }
}

/// Rows out of a page, and whether there are more.
pub(super) fn read_rows(outcome: Outcome) -> Result<(Vec<Row>, bool), ReadError> {
    let (objects, more) = read_page(outcome)?;
    let row = |object: Map<String, Json>| {
        let seq = object.get("seq").and_then(Json::as_i64);
        let at = object.get("at").and_then(Json::as_str).map(str::to_owned);
        let (Some(seq), Some(at)) = (seq, at) else {
            return Err(unreadable("a row of the audit has no number or time"));
        };
        Ok(Row { seq, at, bytes: Json::Object(object).to_string().into_bytes() })
    };
    Ok((objects.into_iter().map(row).collect::<Result<_, _>>()?, more))
}

/// Seals out of a page, and whether there are more.
pub(super) fn read_seals(outcome: Outcome) -> Result<(Vec<Seal>, bool), ReadError> {
    let (objects, more) = read_page(outcome)?;
    let seal = |object: Map<String, Json>| {
        let number = |name: &str| object.get(name).and_then(Json::as_i64);
        let text = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
        Some(Seal {
            number: number("number")?,
            at: text("at")?,
            format: number("format")?,
            rows: number("rows")?,
            seqs: text("seqs")?,
            top: number("top"),
            open: number("open"),
            digests: unhex(&text("digests")?)?,
            seal: unhex(&text("seal")?)?,
        })
    };
    let seals = objects.into_iter().map(seal).collect::<Option<_>>();
    seals.map(|seals| (seals, more)).ok_or_else(|| unreadable("a seal of the audit cannot be read"))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits?;
    let pair = |pair: &[u32]| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

pub(super) fn page(sql: String, params: Vec<Value>, columns: Vec<Column>, limit: usize) -> Work {
    let shape = Arc::new(Shape { columns, captured: Vec::new() });
    Work::read(Cost::Scan, vec![Step::Page { statement: Statement::new(sql, params), shape, limit }])
}

/// The objects of a page, and whether there are more.
pub(super) fn read_page(outcome: Outcome) -> Result<(Vec<Map<String, Json>>, bool), ReadError> {
    let Outcome::Done(answer) = outcome else { return Err(unreadable("a page was refused")) };
    let objects = serde_json::from_slice(&answer.body);
    objects.map(|objects| (objects, answer.more)).map_err(|error| ReadError::Unreadable(error.to_string()))
}

fn unreadable(why: &str) -> ReadError {
    ReadError::Unreadable(why.to_owned())
}
