//! Rows → JSON bytes, straight from the binary cells; and cells captured as values. The bytes are those that SQLite's rows
//! become.

use tokio_postgres::Row;
use work::{Column, Content, Kind, Shape, Value};

use super::cell::{self, Cell};
use super::plain::Plain;
use crate::StoreError;
use crate::json::{push, push_integer, write_decimal, write_text};

/// Appends the JSON object of a row.
pub(super) fn write_object(row: &Row, shape: &Shape, json: &mut Vec<u8>) -> Result<(), StoreError> {
    write_columns(row, &shape.columns, 0, json).map(drop)
}

/// Appends the object of these columns, whose cells begin at `place`; answers where the next ones begin.
fn write_columns(row: &Row, columns: &[Column], mut place: usize, json: &mut Vec<u8>) -> Result<usize, StoreError> {
    let mut before = b'{';
    for column in columns {
        json.push(before);
        before = b',';
        json.extend_from_slice(&column.key);
        place = match &column.content {
            Content::Cell(kind) => {
                write_cell(cell(row, place)?, *kind, json)?;
                place + 1
            }
            Content::Row(_) if cell(row, place)?.is_none() => {
                json.extend_from_slice(b"null");
                place + column.cells()
            }
            Content::Row(columns) => write_columns(row, columns, place, json)?,
        };
    }
    json.extend_from_slice(if columns.is_empty() { b"{}" } else { b"}" });
    Ok(place)
}

/// The captured columns of a row.
pub(super) fn capture(row: &Row, shape: &Shape, captured: &mut Vec<Value>) -> Result<(), StoreError> {
    captured.clear();
    let cells = shape.cells();
    for (place, kind) in shape.captured.iter().enumerate() {
        captured.push(match cell(row, cells + place)? {
            Some(cell) => value(cell, *kind)?,
            None => Value::Null,
        });
    }
    Ok(())
}

/// The first cell as a number; a truth counts as 0 or 1.
pub(super) fn integer(row: &Row) -> Result<i64, StoreError> {
    match cell(row, 0)? {
        Some(Cell::Integer(number)) => Ok(number),
        Some(Cell::Boolean(truth)) => Ok(i64::from(truth)),
        _ => Err(StoreError::broken("a count returned no integer")),
    }
}

fn cell(row: &Row, place: usize) -> Result<Option<Cell<'_>>, StoreError> {
    let read = row.try_get(place);
    read.map_err(|error| StoreError::broken(format!("the cell at {place} cannot be read: {error}")))
}

fn write_cell(cell: Option<Cell<'_>>, kind: Kind, json: &mut Vec<u8>) -> Result<(), StoreError> {
    let Some(cell) = cell else {
        json.extend_from_slice(b"null");
        return Ok(());
    };
    match (kind, cell) {
        (Kind::Boolean, Cell::Boolean(truth)) => json.extend_from_slice(if truth { b"true" } else { b"false" }),
        (Kind::Integer, Cell::Integer(number)) => push_integer(number, json),
        (Kind::Decimal { scale }, Cell::Numeric(raw)) => write_decimal(units(raw, scale)?, scale, json)?,
        // Rust's debug form is the shortest that reads back the same, and always valid JSON when finite.
        (Kind::Float, Cell::Float(number)) if number.is_finite() => push(json, format_args!("{number:?}")),
        (Kind::Json, Cell::Json(text) | Cell::Text(text)) => json.extend_from_slice(text.as_bytes()),
        (Kind::Text, Cell::Text(text)) => write_text(text, json),
        (Kind::Text, Cell::Uuid(bytes)) => write_plain(&Plain::uuid(bytes), json),
        (Kind::Uuid | Kind::Date | Kind::Time | Kind::DateTime, Cell::Text(text)) => write_text(text, json),
        (Kind::Uuid | Kind::Date | Kind::Time | Kind::DateTime, _) => write_plain(&plain(cell, kind)?, json),
        _ => return Err(unexpected(cell, kind)),
    }
    Ok(())
}

fn write_plain(text: &Plain, json: &mut Vec<u8>) {
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
}

fn value(cell: Cell<'_>, kind: Kind) -> Result<Value, StoreError> {
    Ok(match (kind, cell) {
        (Kind::Boolean, Cell::Boolean(truth)) => Value::Boolean(truth),
        (Kind::Integer, Cell::Integer(number)) => Value::Integer(number),
        (Kind::Decimal { scale }, Cell::Numeric(raw)) => Value::Decimal { units: units(raw, scale)?, scale },
        (Kind::Float, Cell::Float(number)) => Value::Float(number),
        (Kind::Text, Cell::Text(text)) => Value::Text(text.to_owned()),
        (Kind::Text, Cell::Uuid(bytes)) => Value::Text(Plain::uuid(bytes).to_string()),
        (Kind::Json, Cell::Json(text) | Cell::Text(text)) => Value::Json(text.to_owned()),
        (Kind::Bytes, Cell::Bytes(bytes)) => Value::Bytes(bytes.to_owned()),
        (Kind::Uuid, _) => Value::Uuid(text(cell, kind)?),
        (Kind::Date, _) => Value::Date(text(cell, kind)?),
        (Kind::Time, _) => Value::Time(text(cell, kind)?),
        (Kind::DateTime, _) => Value::DateTime(text(cell, kind)?),
        _ => return Err(unexpected(cell, kind)),
    })
}

/// The text of a cell that is text in JSON though not in the database.
fn text(cell: Cell<'_>, kind: Kind) -> Result<String, StoreError> {
    match cell {
        Cell::Text(text) => Ok(text.to_owned()),
        _ => plain(cell, kind).map(|text| text.to_string()),
    }
}

fn plain(cell: Cell<'_>, kind: Kind) -> Result<Plain, StoreError> {
    let text = match (kind, cell) {
        (Kind::Uuid, Cell::Uuid(bytes)) => Some(Plain::uuid(bytes)),
        (Kind::Date, Cell::Date(days)) => cell::date(days),
        (Kind::Time, Cell::Time(micros)) => Some(cell::time(micros)),
        (Kind::DateTime, Cell::DateTime(micros)) => cell::datetime(micros),
        _ => None,
    };
    text.ok_or_else(|| unexpected(cell, kind))
}

fn units(raw: &[u8], scale: u8) -> Result<i64, StoreError> {
    cell::units(raw, scale)
        .ok_or_else(|| StoreError::broken(format!("a number does not fit {scale} digits after its point")))
}

fn unexpected(cell: Cell<'_>, kind: Kind) -> StoreError {
    let held = match cell {
        Cell::Boolean(_) => "a truth",
        Cell::Integer(_) => "an integer",
        Cell::Float(_) => "a float",
        Cell::Numeric(_) => "a numeric",
        Cell::Text(_) => "text",
        Cell::Uuid(_) => "a uuid",
        Cell::Date(_) => "a date",
        Cell::Time(_) => "a time",
        Cell::DateTime(_) => "a moment",
        Cell::Json(_) => "JSON",
        Cell::Bytes(_) => "bytes",
    };
    StoreError::broken(format!("a cell holds {held} where {kind:?} is expected"))
}
