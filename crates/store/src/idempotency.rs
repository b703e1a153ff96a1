//! Writes that happen once: the answer of the first is kept in its own transaction, and found by the next with its key.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value as Json, json};
use work::{Answer, Idempotency, Outcome, Refusal, Value};

use crate::StoreError;

const FIND: &str = "SELECT \"fingerprint\", \"rights\", \"body\", \"captured\", \"head\" FROM \"_idempotency\" \
     WHERE \"scope\" = ?1 AND \"key\" = ?2 AND \"created_at\" >= ?3";
/// What a request has done begins with its own scope and fingerprint.
const FIND_PART: &str = "SELECT EXISTS (SELECT 1 FROM \"_idempotency\" WHERE \"scope\" > ?1 AND \"scope\" < ?2 \
     AND \"key\" = ?3 AND \"created_at\" >= ?4 AND substr(\"fingerprint\", 1, length(?5)) = ?5)";
const KEEP: &str = "INSERT OR REPLACE INTO \"_idempotency\" \
     (\"scope\", \"key\", \"fingerprint\", \"rights\", \"body\", \"captured\", \"head\", \"created_at\") \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
/// Rows are added in the order of time, so the oldest come first. More go than come, and never many at once.
const PRUNE: &str = "DELETE FROM \"_idempotency\" WHERE \"rowid\" IN (SELECT \"rowid\" FROM \
     (SELECT \"rowid\", \"created_at\" FROM \"_idempotency\" ORDER BY \"rowid\" LIMIT 4) WHERE \"created_at\" < ?1)";

/// What is to be answered if the key was used before.
pub(crate) fn find(connection: &Connection, idempotency: &Idempotency) -> Result<Option<Outcome>, StoreError> {
    let Idempotency { scope, key, since, .. } = idempotency;
    let mut statement = connection.prepare_cached(FIND)?;
    let found = statement.query_row((scope, key, since), |row| {
        let (fingerprint, rights): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        Ok((fingerprint, rights, row.get::<_, Vec<u8>>(2)?, row.get::<_, String>(3)?, row.get(4)?))
    });
    let Some((fingerprint, rights, body, captured, head)) = found.optional()? else { return Ok(None) };
    Ok(Some(if fingerprint != idempotency.fingerprint {
        Outcome::Refused(Refusal::KeyReused)
    } else if rights != idempotency.rights {
        Outcome::Refused(Refusal::RightsChanged)
    } else {
        let rows = usize::from(!body.is_empty());
        Outcome::Done(Answer { body, rows, captured: read(&captured)?, head, replayed: true, ..Answer::default() })
    }))
}

/// Whether the answer of a part of what this asks for was kept: under its scope with `#` and more behind it.
pub(crate) fn has_part(connection: &Connection, idempotency: &Idempotency) -> Result<bool, StoreError> {
    let Idempotency { scope, key, fingerprint, since, .. } = idempotency;
    // `$` is the character after `#`.
    let (first, last) = (format!("{scope}#"), format!("{scope}$"));
    let mut statement = connection.prepare_cached(FIND_PART)?;
    Ok(statement.query_row((first, last, key, since, fingerprint), |row| row.get(0))?)
}

/// Keeps an answer, and lets go of a few that are too old.
pub(crate) fn keep(connection: &Connection, idempotency: &Idempotency, answer: &Answer) -> Result<(), StoreError> {
    let Idempotency { scope, key, fingerprint, rights, at, since } = idempotency;
    connection.prepare_cached(PRUNE)?.execute([since])?;
    let captured = Json::from_iter(answer.captured.iter().map(written)).to_string();
    connection.prepare_cached(KEEP)?.execute((
        scope,
        key,
        fingerprint,
        rights,
        &answer.body,
        captured,
        &answer.head,
        at,
    ))?;
    Ok(())
}

/// A value with its type, as `["integer", 7]`.
fn written(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Boolean(truth) => json!(["boolean", truth]),
        Value::Integer(number) => json!(["integer", number]),
        Value::Decimal { units, scale } => json!(["decimal", units, scale]),
        Value::Float(number) => json!(["float", number]),
        Value::Text(text) => json!(["text", text]),
        Value::Uuid(text) => json!(["uuid", text]),
        Value::Date(text) => json!(["date", text]),
        Value::Time(text) => json!(["time", text]),
        Value::DateTime(text) => json!(["datetime", text]),
        Value::Json(text) => json!(["json", text]),
        Value::Bytes(bytes) => json!(["bytes", bytes]),
    }
}

fn read(captured: &str) -> Result<Vec<Value>, StoreError> {
    let unreadable = || StoreError::broken(format!("a kept answer cannot be read: {captured}"));
    let values: Vec<Json> = serde_json::from_str(captured).map_err(|_| unreadable())?;
    values.iter().map(|json| value(json).ok_or_else(unreadable)).collect()
}

fn value(json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    let (kind, held) = (json.get(0)?.as_str()?, json.get(1)?);
    let text = || held.as_str().map(str::to_owned);
    Some(match kind {
        "boolean" => Value::Boolean(held.as_bool()?),
        "integer" => Value::Integer(held.as_i64()?),
        "decimal" => Value::Decimal { units: held.as_i64()?, scale: json.get(2)?.as_u64()?.try_into().ok()? },
        "float" => Value::Float(held.as_f64()?),
        "text" => Value::Text(text()?),
        "uuid" => Value::Uuid(text()?),
        "date" => Value::Date(text()?),
        "time" => Value::Time(text()?),
        "datetime" => Value::DateTime(text()?),
        "json" => Value::Json(text()?),
        "bytes" => {
            Value::Bytes(held.as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_values_come_back_as_they_were() {
        let text = || "a \"b\"".to_owned();
        let values = vec![
            Value::Null,
            Value::Boolean(true),
            Value::Integer(i64::MIN),
            Value::Decimal { units: -5, scale: 2 },
            Value::Float(0.1),
            Value::Text(text()),
            Value::Uuid(text()),
            Value::Date(text()),
            Value::Time(text()),
            Value::DateTime(text()),
            Value::Json(text()),
            Value::Bytes(vec![0, 255]),
        ];
        let kept = Json::from_iter(values.iter().map(written)).to_string();
        assert_eq!(read(&kept).unwrap(), values);
        assert!(read("[[\"other\", 1]]").is_err() && read("7").is_err());
    }
}
