//! Reads and checks JSON Web Tokens, and signs our own (EdDSA, RFC 8037, typ `at+jwt` of RFC 9068).
//!
//! The key, its algorithm, issuer and audience come from the configuration. A token can only fail to match them: no
//! header of it chooses anything, and `jku`, `x5u`, `jwk`, `x5c` are never looked at (RFC 8725 §3).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blueprint::TokenSource;
use ed25519_dalek::{Signature, Signer};
use serde_json::{Map, Value as Json, json};

use super::keys::SigningKeys;
use crate::body;

/// No honest token is longer.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// How far the clocks of two servers may differ.
pub(super) const LEEWAY_SECONDS: i64 = 30;
const MAX_NAME_BYTES: usize = 255;

/// Why a token does not count: for our log only.
pub(super) type Checked<T> = Result<T, &'static str>;

/// What a token says that matters here, after everything about it was checked but the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) source: TokenSource,
    pub(super) iss: String,
    pub(super) sub: String,
    /// The session, of our own tokens.
    pub(super) session: Option<String>,
    /// What the issuer says the address is. Data, never an identity.
    pub(super) email: Option<String>,
    pub(super) expires: i64,
}

/// Issues and checks the tokens of this server.
pub(super) struct OwnTokens {
    issuer: String,
}

impl OwnTokens {
    pub(super) fn new(issuer: String) -> OwnTokens {
        OwnTokens { issuer }
    }

    /// Signs an access token.
    pub(super) fn issue(&self, keys: &SigningKeys, user: &str, session: &str, now: i64, expires: i64) -> String {
        let keys = keys.at(now);
        let header = json!({ "alg": "EdDSA", "kid": keys.signs.kid, "typ": "at+jwt" });
        let claims = json!({
            "iss": self.issuer, "aud": self.issuer, "sub": user, "sid": session, "iat": now, "exp": expires,
        });
        let encode = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = keys.signs.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    pub(super) fn check(&self, keys: &SigningKeys, token: &Compact<'_>, now: i64) -> Checked<Claims> {
        token.header_is("alg", "EdDSA")?;
        token.header_is("typ", "at+jwt")?;
        let keys = keys.at(now);
        let key = token.header("kid").and_then(Json::as_str).and_then(|kid| keys.named(kid));
        let key = key.ok_or("its key is none of ours")?.verifying_key();
        let signature = Signature::from_slice(&token.signature).map_err(|_| "the signature has another length")?;
        let verified = key.verify_strict(token.signed.as_bytes(), &signature);
        verified.map_err(|_| "the signature is not ours")?;
        let claims = token.claims()?;
        check_issuer(&claims, &self.issuer)?;
        Ok(Claims {
            source: TokenSource::Own,
            iss: "own".to_owned(),
            sub: name(&claims, "sub")?,
            session: Some(name(&claims, "sid")?),
            email: None,
            expires: check_times(&claims, now)?,
        })
    }
}

/// A token in the compact form (RFC 7515 §3.1), taken apart but not yet believed.
pub(super) struct Compact<'t> {
    /// What the signature is of.
    pub(super) signed: &'t str,
    payload: &'t str,
    pub(super) signature: Vec<u8>,
    header: Map<String, Json>,
}

impl<'t> Compact<'t> {
    pub(super) fn read(token: &'t str) -> Checked<Compact<'t>> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err("too long");
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else { return Err("not three parts") };
        let signed = &token[..header.len() + 1 + payload.len()];
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "the signature is not base64url")?;
        let header = object(header)?;
        // Extensions that must be understood (RFC 7515 §4.1.11); we understand none.
        if header.contains_key("crit") {
            return Err("it has critical extensions");
        }
        if header.get("kid").is_some_and(|kid| !is_key_id(kid)) {
            return Err("its kid is no key id");
        }
        Ok(Compact { signed, payload, signature, header })
    }

    /// A header that must be exactly this.
    pub(super) fn header_is(&self, name: &str, value: &str) -> Checked<()> {
        if self.header(name) == Some(&Json::from(value)) { Ok(()) } else { Err("a header is not what it must be") }
    }

    pub(super) fn header(&self, name: &str) -> Option<&Json> {
        self.header.get(name)
    }

    /// The claims. Not to be believed before the signature was checked.
    pub(super) fn claims(&self) -> Checked<Map<String, Json>> {
        object(self.payload)
    }
}

/// `exp` is required, `nbf` and `iat` are checked where they are there. Returns `exp`.
pub(super) fn check_times(claims: &Map<String, Json>, now: i64) -> Checked<i64> {
    let expires = time(claims, "exp")?.ok_or("it has no exp")?;
    if is_expired(expires, now) {
        return Err("expired");
    }
    for name in ["iat", "nbf"] {
        if time(claims, name)?.is_some_and(|from| from > now.saturating_add(LEEWAY_SECONDS)) {
            return Err("it counts in the future only");
        }
    }
    Ok(expires)
}

/// RFC 7519 §4.1.4: on or after `exp` a token must not be accepted.
pub(super) fn is_expired(expires: i64, now: i64) -> bool {
    now >= expires.saturating_add(LEEWAY_SECONDS)
}

/// Issuer and audience must be exactly this; the audience may name others besides.
pub(super) fn check_issuer(claims: &Map<String, Json>, issuer: &str) -> Checked<()> {
    if claims.get("iss").and_then(Json::as_str) != Some(issuer) {
        return Err("another issuer");
    }
    if audience(claims)?.contains(&issuer) { Ok(()) } else { Err("another audience") }
}

/// Whom a token is for; empty if it does not say (RFC 7519 §4.1.3).
pub(super) fn audience(claims: &Map<String, Json>) -> Checked<Vec<&str>> {
    match claims.get("aud") {
        None => Ok(Vec::new()),
        Some(Json::String(one)) => Ok(vec![one]),
        Some(Json::Array(list)) => {
            let texts: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
            texts.ok_or("aud is not a list of texts")
        }
        Some(_) => Err("aud is neither text nor list"),
    }
}

/// A claim that names somebody or something.
pub(super) fn name(claims: &Map<String, Json>, claim: &str) -> Checked<String> {
    match claims.get(claim).and_then(Json::as_str) {
        Some(text) if (1..=MAX_NAME_BYTES).contains(&text.len()) && !text.contains(char::is_control) => {
            Ok(text.to_owned())
        }
        _ => Err("a name is missing or is none"),
    }
}

pub(super) fn time(claims: &Map<String, Json>, name: &str) -> Checked<Option<i64>> {
    match claims.get(name) {
        None => Ok(None),
        Some(time) => time.as_i64().filter(|time| *time >= 0).map(Some).ok_or("a time is not a whole number"),
    }
}

fn object(part: &str) -> Checked<Map<String, Json>> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| "not base64url")?;
    match body::parse(&bytes) {
        Ok(Json::Object(object)) => Ok(object),
        _ => Err("not a JSON object"),
    }
}

/// The letters of base64 in both of its alphabets: that is what key ids are, where they are no UUIDs or names.
pub(super) fn is_key_id(kid: &Json) -> bool {
    kid.as_str().is_some_and(|kid| {
        (1..=128).contains(&kid.len())
            && kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'='))
    })
}
