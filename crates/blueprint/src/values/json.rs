//! Fields that hold any JSON: kept as compact text, within limits of depth and size.

use serde_json::Value;

use super::{Complaint, Read, complain};
use crate::model::Literal;

const MAX_DEPTH: usize = 32;
const MAX_BYTES: usize = 64 * 1024;

pub(super) fn any(json: &Value) -> Read {
    check(json, 1)?;
    let text = json.to_string();
    if text.len() > MAX_BYTES {
        return complain("max_length", format!("must be at most {MAX_BYTES} bytes of JSON, is {}", text.len()));
    }
    Ok(Literal::Json(text))
}

pub(super) fn text(text: &str) -> Read {
    match serde_json::from_str(text) {
        Ok(json) => any(&json),
        Err(_) => complain("type", "must be JSON"),
    }
}

/// Postgres cannot hold U+0000 in jsonb either.
fn check(json: &Value, depth: usize) -> Result<(), Complaint> {
    let has_nul = |text: &str| text.contains('\0');
    match json {
        Value::Array(_) | Value::Object(_) if depth > MAX_DEPTH => {
            complain("depth", format!("must not be nested deeper than {MAX_DEPTH}"))
        }
        Value::String(text) if has_nul(text) => complain("nul", "must not contain the character U+0000"),
        Value::Object(object) if object.keys().any(|key| has_nul(key)) => {
            complain("nul", "must not contain the character U+0000")
        }
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(object) => object.values().try_for_each(|item| check(item, depth + 1)),
        _ => Ok(()),
    }
}
