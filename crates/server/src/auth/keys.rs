//! Every key of the server, derived from the one `SECRET_KEY` (HKDF-SHA256, RFC 5869), each under its own label.
//!
//! While it is exchanged for another, what `SECRET_KEY_PREVIOUS` made still counts: nothing new is made with it. The keys of
//! the audit, which must be there for as long as its rows, are in `audit/kept.rs`.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use query::cursor::CursorKey;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::token::LEEWAY_SECONDS;
use crate::error::ApiError;
use crate::settings::Secret;

/// How long a key signs. It verifies for at least as long afterwards.
const EPOCH_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The keys. A label never changes its meaning: that would void what was signed or sealed under it.
pub(super) struct Keys {
    pub(super) cursor: CursorKey,
    /// Seals mails in the outbox; and what opens those that were sealed before.
    pub(super) outbox: ([u8; 32], Option<[u8; 32]>),
    /// Names addresses that are counted.
    counting: [u8; 32],
    /// By what they were named before.
    counting_before: Option<[u8; 32]>,
    pub(super) signing: SigningKeys,
}

impl Keys {
    /// An address as it is counted for something. Who reads the table does not learn who was asked for: not even from a list of
    /// addresses, without the secret.
    pub(super) fn counted(&self, what: &str, email: &str) -> Result<[u8; 32], ApiError> {
        named(&self.counting, what, email)
    }

    /// The same as it was counted before the secret was exchanged.
    pub(super) fn counted_before(&self, what: &str, email: &str) -> Result<Option<[u8; 32]>, ApiError> {
        self.counting_before.map(|key| named(&key, what, email)).transpose()
    }

    /// `token_seconds`: how long a token counts.
    pub(super) fn derive(secret: &Secret, previous: Option<&Secret>, token_seconds: i64) -> Keys {
        let before = |label: &str| previous.map(|previous| derived(previous, label));
        Keys {
            cursor: CursorKey::new(derived(secret, "cursor")).after(before("cursor")),
            outbox: (derived(secret, "outbox"), before("outbox")),
            counting: derived(secret, "counting"),
            counting_before: before("counting"),
            signing: SigningKeys::new(secret, previous, token_seconds),
        }
    }
}

fn named(key: &[u8; 32], what: &str, email: &str) -> Result<[u8; 32], ApiError> {
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(mac.chain_update(what).chain_update(" ").chain_update(email).finalize().into_bytes().into())
}

/// Keys that follow each other, each derived from its number: nothing is stored, nobody restarts, and all instances agree.
pub(super) struct SigningKeys {
    /// The first one signs.
    secrets: Vec<Secret>,
    /// How many keys before the present one may have signed a token that still counts.
    past: i64,
    known: RwLock<Arc<Epoch>>,
}

/// The keys of a time.
pub(super) struct Epoch {
    number: i64,
    /// The one that signs.
    pub(super) signs: NamedKey,
    /// Those that verify: it, those before it, and the next, for the clocks of two instances differ; of each secret.
    verify: Vec<NamedKey>,
}

/// A key and its name in tokens and in the key set.
#[derive(Clone)]
pub(super) struct NamedKey {
    pub(super) kid: String,
    pub(super) key: SigningKey,
}

impl SigningKeys {
    fn new(secret: &Secret, previous: Option<&Secret>, token_seconds: i64) -> SigningKeys {
        let counts = token_seconds.max(1).saturating_add(LEEWAY_SECONDS);
        let past = counts.saturating_add(EPOCH_SECONDS - 1) / EPOCH_SECONDS;
        let secrets: Vec<Secret> = std::iter::once(secret).chain(previous).cloned().collect();
        let known = RwLock::new(Arc::new(Epoch::new(&secrets, 0, past)));
        SigningKeys { secrets, past, known }
    }

    /// Those of this second.
    pub(super) fn at(&self, now: i64) -> Arc<Epoch> {
        let number = now.div_euclid(EPOCH_SECONDS);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.number == number {
            return known;
        }
        let epoch = Arc::new(Epoch::new(&self.secrets, number, self.past));
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = epoch.clone();
        epoch
    }
}

impl Epoch {
    fn new(secrets: &[Secret], number: i64, past: i64) -> Epoch {
        let numbers = (number.saturating_sub(past)..=number.saturating_add(1)).rev();
        let of = |secret: &Secret| numbers.clone().map(|number| NamedKey::of(secret, number)).collect::<Vec<_>>();
        let verify: Vec<NamedKey> = secrets.iter().flat_map(of).collect();
        // The next one comes first.
        let signs = verify[1].clone();
        Epoch { number, signs, verify }
    }

    /// The key of this name, if it may verify now.
    pub(super) fn named(&self, kid: &str) -> Option<&SigningKey> {
        self.verify.iter().find(|named| named.kid == kid).map(|named| &named.key)
    }

    /// The public halves as JWKs (RFC 8037 §2), the next key first, those of the secret before at the end.
    pub(super) fn public(&self) -> Vec<Json> {
        self.verify.iter().map(NamedKey::public).collect()
    }
}

impl NamedKey {
    fn of(secret: &Secret, number: i64) -> NamedKey {
        NamedKey::new(SigningKey::from_bytes(&derived(secret, &format!("signing key {number}"))))
    }

    fn new(key: SigningKey) -> NamedKey {
        NamedKey { kid: thumbprint(&x(&key)), key }
    }

    fn public(&self) -> Json {
        let (x, kid) = (x(&self.key), &self.kid);
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA", "use": "sig" })
    }
}

pub(crate) fn derived(secret: &Secret, label: &str) -> [u8; 32] {
    let mut key = [0; 32];
    #[expect(clippy::expect_used, reason = "32 bytes are within what HKDF-SHA256 can give")]
    Hkdf::<Sha256>::new(Some(b"supermaker"), secret.expose()).expand(label.as_bytes(), &mut key).expect("32 bytes");
    key
}

fn x(signing: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(signing.verifying_key().as_bytes())
}

/// RFC 7638, with the members that RFC 8037 appendix A.3 asks for.
fn thumbprint(x: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8037 appendix A.3.
    #[test]
    fn thumbprints_are_those_of_the_rfc() {
        let thumbprint = thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn each_label_has_its_own_key_and_each_secret_its_own_keys() {
        let (one, other) = (Secret::new("a".repeat(32)), Secret::new("b".repeat(32)));
        let keys = [derived(&one, "signing key"), derived(&one, "cursor"), derived(&other, "signing key")];
        assert!(keys[0] != keys[1] && keys[0] != keys[2]);
        assert_eq!(derived(&one, "cursor"), keys[1], "the same after a restart");
    }

    #[test]
    fn j12_the_public_key_has_no_private_member() {
        let keys = Keys::derive(&Secret::new("a".repeat(32)), None, 900);
        let public = keys.signing.at(0).public();
        assert_eq!(public.len(), 3, "the next, the present one and the one before");
        for key in &public {
            let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, ["kty", "crv", "x", "kid", "alg", "use"]);
        }
    }

    #[test]
    fn j12_a_key_verifies_for_as_long_as_its_tokens_count() {
        let secret = Secret::new("a".repeat(32));
        for (token_seconds, past) in
            [(900, 1), (EPOCH_SECONDS - 30, 1), (EPOCH_SECONDS, 2), (EPOCH_SECONDS + 1, 2), (10 * EPOCH_SECONDS, 11)]
        {
            let keys = SigningKeys::new(&secret, None, token_seconds);
            let signed_last = keys.at(EPOCH_SECONDS - 1).signs.kid.clone();
            let still = |now| keys.at(now).named(&signed_last).is_some();
            assert!(still(EPOCH_SECONDS - 1 + token_seconds + LEEWAY_SECONDS), "{token_seconds}");
            assert!(!still((past + 1) * EPOCH_SECONDS), "{token_seconds}");
            assert!(still(-1), "an instance whose clock is behind");
        }
    }
}
