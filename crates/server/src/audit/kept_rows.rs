//! Keys of secrets of before as they lie in `_audit_keys`: each sealed by a key of another secret, in a row of its own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde_json::{Map, Value as Json};
use work::{Dialect, Statement, Step, Value};

use super::kept::Kept;
use super::rows::{self, ReadError};
use crate::auth::derived;
use crate::clock;
use crate::settings::Secret;

/// A row as it is read.
pub(super) struct Row {
    pub id: String,
    pub under: String,
    pub kept: Kept,
}

pub(super) fn keep(dialect: &Dialect, present: &Secret, id: &str, kept: &Kept) -> Result<Step, ReadError> {
    let places = [1, 2, 3, 4].map(|place| dialect.parameter(place)).join(", ");
    let sql = format!(
        "INSERT INTO {} (\"id\", \"under\", \"at\", \"sealed\") VALUES ({places}) \
         ON CONFLICT (\"id\", \"under\") DO UPDATE SET \"sealed\" = excluded.\"sealed\"",
        dialect.table("_audit_keys"),
    );
    let texts = [id.to_owned(), name(present), seal(present, id, kept)?].map(Value::Text);
    let [id, under, sealed] = texts;
    Ok(Step::Run(Statement::new(sql, vec![id, under, Value::DateTime(clock::now()), sealed])))
}

/// When the secrets that are now closed are exchanged, what is under those before them is there for nobody any more. What is under
/// these stays, lest an exchange that was a mistake cannot be taken back; and so does what this secret has not got.
pub(super) fn forget(dialect: &Dialect, own: &str, ids: &[&str], closed: &[&str]) -> Step {
    let sql = format!(
        "DELETE FROM {} WHERE \"id\" IN ({}) AND \"under\" NOT IN ({})",
        dialect.table("_audit_keys"),
        places(dialect, 1, ids.len()),
        places(dialect, ids.len() + 1, closed.len() + 1),
    );
    let texts = ids.iter().chain(closed).copied().chain([own]).map(|text| Value::Text(text.to_owned()));
    Step::Run(Statement::new(sql, texts.collect()))
}

pub(super) fn places(dialect: &Dialect, from: usize, count: usize) -> String {
    (from..from + count).map(|place| dialect.parameter(place)).collect::<Vec<_>>().join(", ")
}

impl Row {
    /// `None` if no secret that is known sealed it.
    pub fn read(object: &Map<String, Json>, secrets: &[(String, &Secret)]) -> Option<Row> {
        let text = |name: &str| object.get(name).and_then(Json::as_str).map(str::to_owned);
        let (id, under, sealed) = (text("id")?, text("under")?, text("sealed")?);
        let (_, secret) = secrets.iter().find(|(name, _)| *name == under)?;
        let kept = open(secret, &id, &sealed)?;
        Some(Row { id, under, kept })
    }
}

/// What a secret is known by, which tells nothing of it.
pub(super) fn name(secret: &Secret) -> String {
    rows::hex(&derived(secret, "name")[..8])
}

fn cipher(secret: &Secret) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, &derived(secret, "kept audit keys")).ok().map(LessSafeKey::new)
}

/// Together with its id, so that no other row can be passed off as this.
fn seal(secret: &Secret, id: &str, kept: &Kept) -> Result<String, ReadError> {
    let failed = || ReadError::Unreadable("the keys of old seals could not be kept".to_owned());
    let mut bytes = serde_json::to_vec(kept).map_err(|_| failed())?;
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| failed())?;
    let place = Nonce::assume_unique_for_key(nonce);
    let key = cipher(secret).ok_or_else(failed)?;
    key.seal_in_place_append_tag(place, Aad::from(id), &mut bytes).map_err(|_| failed())?;
    Ok(STANDARD.encode([&nonce[..], &bytes].concat()))
}

fn open(secret: &Secret, id: &str, sealed: &str) -> Option<Kept> {
    let mut bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, kept) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    serde_json::from_slice(cipher(secret)?.open_in_place(nonce, Aad::from(id), kept).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::SealKeys;
    use super::*;

    #[test]
    fn kept_keys_open_with_their_secret_and_in_their_row_alone() {
        let (one, other) = (Secret::new("a".repeat(32)), Secret::new("b".repeat(32)));
        let kept = Kept { keys: Some(SealKeys::derive(&other)), from: None, until: Some((7, vec![1])) };
        let sealed = seal(&one, "id", &kept).unwrap();
        assert_eq!(open(&one, "id", &sealed).unwrap().until, Some((7, vec![1])));
        assert!(open(&other, "id", &sealed).is_none());
        assert!(open(&one, "id of another", &sealed).is_none());
        let mut bytes = STANDARD.decode(&sealed).unwrap();
        bytes[20] ^= 1;
        for broken in [STANDARD.encode(bytes), String::new(), "AAAA".to_owned(), "no base64".to_owned()] {
            assert!(open(&one, "id", &broken).is_none(), "{broken}");
        }
        assert_ne!(name(&one), name(&other));
    }
}
