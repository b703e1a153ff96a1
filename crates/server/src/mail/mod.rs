//! Mail to people: rows of `_outbox`, written in the transaction of the change that they tell of.
//!
//! Each is sealed, for it may hold a token, and a copy of the database must not log anybody in. Nothing sends them yet: in
//! development they lie at `/_/outbox`; elsewhere there is no [`Outbox`], and what needs one says so.

mod mailbox;
mod texts;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use work::{Statement, Step, Value};

use crate::error::{ApiError, UNAVAILABLE};
use crate::settings::{Links, Settings};

pub(crate) use mailbox::{answer, newest, path};

/// What `_outbox` calls a mail; sealed together with it, so that no other row can be passed off as one.
const EVENT: &str = "mail";

/// A mail, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mail {
    to: String,
    subject: String,
    text: String,
}

/// Where mail is put.
pub(crate) struct Outbox {
    key: LessSafeKey,
    /// That of mails which were sealed before the secret was exchanged.
    before: Option<LessSafeKey>,
    /// The app's name, by which it signs.
    app: String,
    /// Where links lead: from the settings, never from a request, whose `Host` anybody can choose.
    links: Links,
}

impl Outbox {
    /// `None` where mail would reach nobody. The first key seals, both open.
    pub(crate) fn new(settings: &Settings, (key, before): ([u8; 32], Option<[u8; 32]>), app: &str) -> Option<Outbox> {
        let links = settings.links.clone().filter(|_| settings.is_for_trying())?;
        let cipher = |key: [u8; 32]| UnboundKey::new(&CHACHA20_POLY1305, &key).ok().map(LessSafeKey::new);
        let (key, before) = (cipher(key)?, before.and_then(cipher));
        Some(Outbox { key, before, app: app.to_owned(), links })
    }

    /// The step that posts a mail if a condition holds: SQL over these parameters.
    pub(crate) fn post(&self, mail: &Mail, at: &str, condition: &str, params: Vec<Value>) -> Result<Step, ApiError> {
        let (first, second) = (params.len() + 1, params.len() + 2);
        let sql = format!(
            "INSERT INTO \"_outbox\" (\"at\", \"event\", \"payload\") SELECT ?{first}, '{EVENT}', ?{second} WHERE {condition}"
        );
        let row = vec![Value::DateTime(at.to_owned()), Value::Json(self.seal(mail)?)];
        Ok(Step::Run(Statement::new(sql, [params, row].concat())))
    }

    fn seal(&self, mail: &Mail) -> Result<String, ApiError> {
        let failed = |_| ApiError::internal("a mail could not be sealed");
        let mut bytes = serde_json::to_vec(mail).map_err(|error| ApiError::internal(error.to_string()))?;
        // Random ones would meet after billions of mails under one key.
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| ApiError::internal(error.to_string()))?;
        let place = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(place, Aad::from(EVENT), &mut bytes).map_err(failed)?;
        Ok(json!({ "sealed": STANDARD.encode([&nonce[..], &bytes].concat()) }).to_string())
    }

    /// The mail of a payload; `None` if another key sealed it.
    fn open(&self, sealed: &str) -> Option<Mail> {
        let sealed = STANDARD.decode(sealed).ok()?;
        let open = |key: &LessSafeKey| {
            // A key that is another one leaves nothing to try again with.
            let mut bytes = sealed.clone();
            let (nonce, mail) = bytes.split_at_mut_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            serde_json::from_slice(key.open_in_place(nonce, Aad::from(EVENT), mail).ok()?).ok()
        };
        open(&self.key).or_else(|| open(self.before.as_ref()?))
    }
}

/// What is said where mail would have to be sent and cannot be.
pub(crate) fn no_transport() -> ApiError {
    ApiError::new(UNAVAILABLE, "this server cannot send mail yet; ask who runs it")
        .with(http::header::RETRY_AFTER, "3600")
        .because("no_mail")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(key: u8, before: Option<u8>) -> Outbox {
        let keys = ([key; 32], before.map(|key| [key; 32]));
        Outbox::new(&Settings::read(|_| None).unwrap(), keys, "shop").unwrap()
    }

    fn sealed(payload: &str) -> String {
        serde_json::from_str::<serde_json::Value>(payload).unwrap()["sealed"].as_str().unwrap().to_owned()
    }

    #[test]
    fn m1_a_mail_is_sealed_and_opens_with_its_key_alone() {
        let (one, other) = (outbox(1, None), outbox(2, None));
        let mail = Mail { to: "ana@example.com".to_owned(), subject: "Hello".to_owned(), text: "canary".to_owned() };
        let payload = one.seal(&mail).unwrap();
        assert!(!payload.contains("canary") && !payload.contains("ana"), "{payload}");
        let sealed = sealed(&payload);
        assert_eq!(one.open(&sealed), Some(mail.clone()));
        assert_eq!(other.open(&sealed), None);
        let exchanged = outbox(2, Some(1));
        assert_eq!(exchanged.open(&sealed), Some(mail.clone()), "the key before");
        let new = self::sealed(&exchanged.seal(&mail).unwrap());
        assert_eq!((other.open(&new), one.open(&new)), (Some(mail.clone()), None), "new ones by the new key");
        assert_ne!(one.seal(&mail).unwrap(), payload, "a nonce of its own for each");
        let mut bytes = STANDARD.decode(&sealed).unwrap();
        bytes[20] ^= 1;
        for broken in [STANDARD.encode(bytes), String::new(), "AAAA".to_owned(), "no base64".to_owned()] {
            assert_eq!(one.open(&broken), None, "{broken}");
        }
    }

    #[test]
    fn where_nobody_would_read_it_there_is_no_outbox() {
        let secret = "a secret for tests only, 32 bytes or more";
        for (environment, expected) in
            [("development", true), ("test", true), ("staging", false), ("production", false)]
        {
            let settings = Settings::read(|name| match name {
                "ENV" => Some(environment.to_owned()),
                "SECRET_KEY" => Some(secret.to_owned()),
                "PUBLIC_URL" => Some("https://shop.example.com".to_owned()),
                _ => None,
            });
            let outbox = Outbox::new(&settings.unwrap(), ([1; 32], None), "shop");
            assert_eq!(outbox.is_some(), expected, "{environment}");
        }
    }
}
