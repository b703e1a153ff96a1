//! Every key of the server, derived from the one `SECRET_KEY` (HKDF-SHA256, RFC 5869), each under its own label.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use query::cursor::CursorKey;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::settings::Secret;

/// The keys. A label never changes its meaning: that would void what was signed or sealed under it.
pub(super) struct Keys {
    pub(super) signing: SigningKey,
    /// Names the signing key in tokens and in the key set.
    pub(super) kid: String,
    pub(super) cursor: CursorKey,
    /// Seals mails in the outbox.
    pub(super) outbox: [u8; 32],
}

impl Keys {
    pub(super) fn derive(secret: &Secret) -> Keys {
        let signing = SigningKey::from_bytes(&derived(secret, "signing key"));
        Keys {
            kid: thumbprint(&x(&signing)),
            cursor: CursorKey(derived(secret, "cursor")),
            outbox: derived(secret, "outbox"),
            signing,
        }
    }

    /// The public half as a JWK (RFC 8037 §2).
    pub(super) fn public(&self) -> Json {
        let x = x(&self.signing);
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "alg": "EdDSA", "use": "sig" })
    }
}

fn derived(secret: &Secret, label: &str) -> [u8; 32] {
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
        let public = Keys::derive(&Secret::new("a".repeat(32))).public();
        let members: Vec<_> = public.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["kty", "crv", "x", "kid", "alg", "use"]);
    }
}
