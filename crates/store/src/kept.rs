//! An answer as it is kept under an idempotency key, and what it means for the next one who comes with that key.

use serde_json::{Value as Json, json};
use work::{Answer, Idempotency, Outcome, Refusal, Value};

use crate::StoreError;

/// What is found under a key.
pub(crate) struct Kept {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) rights: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) captured: String,
    pub(crate) head: Option<String>,
}

impl Kept {
    /// What is to be answered to a request with the same key.
    pub(crate) fn outcome(self, asked: &Idempotency) -> Result<Outcome, StoreError> {
        Ok(if self.fingerprint != asked.fingerprint {
            Outcome::Refused(Refusal::KeyReused)
        } else if self.rights != asked.rights {
            Outcome::Refused(Refusal::RightsChanged)
        } else {
            let (body, captured) = (self.body, read(&self.captured)?);
            let rows = usize::from(!body.is_empty());
            Outcome::Done(Answer { body, rows, captured, head: self.head, replayed: true, ..Answer::default() })
        })
    }
}

/// Captured values as JSON text.
pub(crate) fn written(captured: &[Value]) -> String {
    Json::from_iter(captured.iter().map(typed)).to_string()
}

/// A value with its type, as `["integer", 7]`.
fn typed(value: &Value) -> Json {
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
        let kept = written(&values);
        assert_eq!(read(&kept).unwrap(), values);
        assert!(read("[[\"other\", 1]]").is_err() && read("7").is_err());
    }
}
