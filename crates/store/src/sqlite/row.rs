//! Rows → JSON bytes, straight from SQLite's cells and with no tree between; and cells captured as values.
//!
//! A cell of a storage class that its kind does not have is a bug elsewhere, told as [`StoreError::Broken`].

use rusqlite::Row;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use work::{Column, Content, Kind, Shape, Value};

use crate::StoreError;
use crate::json::{push, push_integer, write_decimal, write_text};

/// Appends the JSON object of a row.
pub(crate) fn write_object(row: &Row<'_>, shape: &Shape, json: &mut Vec<u8>) -> Result<(), StoreError> {
    write_columns(row, &shape.columns, 0, json).map(drop)
}

/// Appends the object of these columns, whose cells begin at `place`; answers where the next ones begin.
fn write_columns(row: &Row<'_>, columns: &[Column], mut place: usize, json: &mut Vec<u8>) -> Result<usize, StoreError> {
    let mut before = b'{';
    for column in columns {
        json.push(before);
        before = b',';
        json.extend_from_slice(&column.key);
        place = match &column.content {
            Content::Cell(kind) => {
                write_cell(row.get_ref(place)?, *kind, json)?;
                place + 1
            }
            Content::Row(_) if row.get_ref(place)? == ValueRef::Null => {
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
pub(crate) fn capture(row: &Row<'_>, shape: &Shape, captured: &mut Vec<Value>) -> Result<(), StoreError> {
    captured.clear();
    let cells = shape.cells();
    for (place, kind) in shape.captured.iter().enumerate() {
        captured.push(value(row.get_ref(cells + place)?, *kind)?);
    }
    Ok(())
}

fn write_cell(cell: ValueRef<'_>, kind: Kind, json: &mut Vec<u8>) -> Result<(), StoreError> {
    match (kind, cell) {
        (Kind::Bytes, _) => return Err(unexpected(cell, kind)),
        (_, ValueRef::Null) => json.extend_from_slice(b"null"),
        (Kind::Boolean, ValueRef::Integer(0)) => json.extend_from_slice(b"false"),
        (Kind::Boolean, ValueRef::Integer(1)) => json.extend_from_slice(b"true"),
        (Kind::Integer, ValueRef::Integer(number)) => push_integer(number, json),
        (Kind::Decimal { scale }, ValueRef::Integer(units)) => write_decimal(units, scale, json)?,
        // Rust's debug form is the shortest that reads back the same, and always valid JSON when finite.
        (Kind::Float, ValueRef::Real(number)) if number.is_finite() => push(json, format_args!("{number:?}")),
        (Kind::Json, ValueRef::Text(text)) => json.extend_from_slice(utf8(text)?.as_bytes()),
        (Kind::Text | Kind::Uuid | Kind::Date | Kind::Time | Kind::DateTime, ValueRef::Text(text)) => {
            write_text(utf8(text)?, json);
        }
        _ => return Err(unexpected(cell, kind)),
    }
    Ok(())
}

fn value(cell: ValueRef<'_>, kind: Kind) -> Result<Value, StoreError> {
    Ok(match (kind, cell) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Boolean, ValueRef::Integer(number @ (0 | 1))) => Value::Boolean(number == 1),
        (Kind::Integer, ValueRef::Integer(number)) => Value::Integer(number),
        (Kind::Decimal { scale }, ValueRef::Integer(units)) => Value::Decimal { units, scale },
        (Kind::Float, ValueRef::Real(number)) => Value::Float(number),
        (Kind::Text, ValueRef::Text(text)) => Value::Text(utf8(text)?.to_owned()),
        (Kind::Uuid, ValueRef::Text(text)) => Value::Uuid(utf8(text)?.to_owned()),
        (Kind::Date, ValueRef::Text(text)) => Value::Date(utf8(text)?.to_owned()),
        (Kind::Time, ValueRef::Text(text)) => Value::Time(utf8(text)?.to_owned()),
        (Kind::DateTime, ValueRef::Text(text)) => Value::DateTime(utf8(text)?.to_owned()),
        (Kind::Json, ValueRef::Text(text)) => Value::Json(utf8(text)?.to_owned()),
        (Kind::Bytes, ValueRef::Blob(bytes)) => Value::Bytes(bytes.to_owned()),
        _ => return Err(unexpected(cell, kind)),
    })
}

fn utf8(text: &[u8]) -> Result<&str, StoreError> {
    std::str::from_utf8(text).map_err(|_| StoreError::broken("a cell holds text that is not UTF-8"))
}

fn unexpected(cell: ValueRef<'_>, kind: Kind) -> StoreError {
    StoreError::broken(format!("a cell holds {:?} where {kind:?} is expected", cell.data_type()))
}

/// A parameter as SQLite takes it.
pub(crate) struct Param<'a>(pub(crate) &'a Value);

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Boolean(truth) => ValueRef::Integer(i64::from(*truth)),
            Value::Integer(number) | Value::Decimal { units: number, .. } => ValueRef::Integer(*number),
            Value::Float(number) => ValueRef::Real(*number),
            Value::Text(text)
            | Value::Uuid(text)
            | Value::Date(text)
            | Value::Time(text)
            | Value::DateTime(text)
            | Value::Json(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
