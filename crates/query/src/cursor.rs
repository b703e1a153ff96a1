//! Where a page ended, as an opaque text: the sort keys and the id of its last row, sealed for one caller and one list.
//!
//! The seal is a MAC over the entity, the caller, the filters and the sort, so that a cursor cannot be made up, nor
//! used by somebody else or for another list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value as Json;
use sha2::Sha256;
use work::{Kind, Value};

use crate::attribute::text_value;

/// Bytes of the MAC that are kept: 128 bits are beyond guessing and keep the text short.
const SEAL_BYTES: usize = 16;
/// No cursor of ours is longer; a longer one is refused before it is decoded.
const MAX_LENGTH: usize = 8 * 1024;

/// The key of the seal, and the one before it, whose cursors still open. Prints as `****`.
#[derive(Clone)]
pub struct CursorKey {
    seals: [u8; 32],
    before: Option<[u8; 32]>,
}

impl CursorKey {
    /// A key that there was none before.
    pub const fn new(key: [u8; 32]) -> CursorKey {
        CursorKey { seals: key, before: None }
    }

    /// One in the place of another, while cursors of that are still about.
    pub const fn after(self, before: Option<[u8; 32]>) -> CursorKey {
        CursorKey { before, ..self }
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("****")
    }
}

/// Seals the position after a row.
pub fn seal(key: &CursorKey, bound_to: &[&str], position: &[Value]) -> String {
    let payload = Json::Array(position.iter().map(to_json).collect()).to_string();
    let mut bytes = mac(&key.seals, bound_to, payload.as_bytes()).to_vec();
    bytes.extend_from_slice(payload.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Opens a cursor. `None` if it was not sealed by this key for just this.
pub fn open(key: &CursorKey, bound_to: &[&str], kinds: &[Kind], cursor: &str) -> Option<Vec<Value>> {
    if cursor.len() > MAX_LENGTH {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (seal, payload) = bytes.split_at_checked(SEAL_BYTES)?;
    let sealed_by = |key: &[u8; 32]| same(seal, &mac(key, bound_to, payload));
    if !sealed_by(&key.seals) && !key.before.as_ref().is_some_and(sealed_by) {
        return None;
    }
    let values: Vec<Json> = serde_json::from_slice(payload).ok()?;
    if values.len() != kinds.len() {
        return None;
    }
    values.into_iter().zip(kinds).map(|(json, kind)| from_json(json, *kind)).collect()
}

fn mac(key: &[u8; 32], bound_to: &[&str], payload: &[u8]) -> [u8; SEAL_BYTES] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    for text in bound_to {
        mac.update(&(text.len() as u64).to_le_bytes());
        mac.update(text.as_bytes());
    }
    mac.update(payload);
    let mut seal = [0; SEAL_BYTES];
    seal.copy_from_slice(&mac.finalize().into_bytes()[..SEAL_BYTES]);
    seal
}

/// Compares without telling by its time how much was right.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Bytes(_) => Json::Null,
        Value::Boolean(truth) => Json::Bool(*truth),
        Value::Integer(number) | Value::Decimal { units: number, .. } => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Text(text)
        | Value::Uuid(text)
        | Value::Date(text)
        | Value::Time(text)
        | Value::DateTime(text)
        | Value::Json(text) => Json::from(text.as_str()),
    }
}

fn from_json(json: Json, kind: Kind) -> Option<Value> {
    Some(match (json, kind) {
        (Json::Null, _) => Value::Null,
        (Json::Bool(truth), Kind::Boolean) => Value::Boolean(truth),
        (Json::Number(number), Kind::Integer) => Value::Integer(number.as_i64()?),
        (Json::Number(number), Kind::Decimal { scale }) => Value::Decimal { units: number.as_i64()?, scale },
        (Json::Number(number), Kind::Float) => Value::Float(number.as_f64()?),
        (Json::String(text), kind) => text_value(text, kind),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: CursorKey = CursorKey::new([7; 32]);
    const KINDS: [Kind; 3] = [Kind::Text, Kind::Decimal { scale: 2 }, Kind::Integer];

    fn position() -> Vec<Value> {
        vec![Value::Text("Ana \u{1F600}".into()), Value::Decimal { units: -5, scale: 2 }, Value::Integer(7)]
    }

    #[test]
    fn what_is_sealed_opens_again() {
        let cursor = seal(&KEY, &["prospect", "ana"], &position());
        assert_eq!(open(&KEY, &["prospect", "ana"], &KINDS, &cursor), Some(position()));
    }

    #[test]
    fn a_key_opens_what_the_one_before_it_sealed_and_seals_with_itself() {
        let bound_to = ["prospect", "ana"];
        let (old, new) = (CursorKey::new([7; 32]), CursorKey::new([8; 32]));
        let both = new.clone().after(Some([7; 32]));
        let opens = |key: &CursorKey, cursor: &str| open(key, &bound_to, &KINDS, cursor).is_some();
        assert!(opens(&both, &seal(&old, &bound_to, &position())));
        let cursor = seal(&both, &bound_to, &position());
        assert!(opens(&new, &cursor) && opens(&both, &cursor) && !opens(&old, &cursor));
    }

    #[test]
    fn nothing_else_opens() {
        let cursor = seal(&KEY, &["prospect", "ana"], &position());
        assert_eq!(open(&KEY, &["prospect", "bob"], &KINDS, &cursor), None, "another caller");
        assert_eq!(open(&KEY, &["prospecta", "na"], &KINDS, &cursor), None, "the same letters, cut elsewhere");
        assert_eq!(open(&CursorKey::new([8; 32]), &["prospect", "ana"], &KINDS, &cursor), None, "another key");
        assert_eq!(open(&KEY, &["prospect", "ana"], &KINDS[..2], &cursor), None, "another sort");
        for junk in ["", "AAAA", "%%%", &"A".repeat(MAX_LENGTH + 1), &cursor[1..], &format!("{cursor}AAAA")] {
            assert_eq!(open(&KEY, &["prospect", "ana"], &KINDS, junk), None, "{junk}");
        }
    }
}
