//! Public keys as issuers publish them (JWK, RFC 7517): which are taken, and what they say of a signature.
//!
//! One key has one algorithm. It comes from the key, and the token can only fail to name it. What is not plainly a public
//! key for signatures of an algorithm that the issuer may use is dropped, with the reason for the log.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Map, Value as Json};

use crate::auth::token::{Checked, Compact, is_key_id};
use crate::body;

/// No honest set is longer: two or three keys are usual.
const MAX_KEYS: usize = 32;
/// Members that make a key private or a shared secret (RFC 7518 §6.2.2, §6.3.2, §6.4): whoever publishes one has lost it.
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const RSA_MIN_BYTES: usize = 2048 / 8;
const RSA_MAX_BYTES: usize = 8192 / 8;
/// The one public exponent in use.
const RSA_EXPONENT: [u8; 3] = [1, 0, 1];

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    EdDsa,
    Es256,
    Rs256,
    Ps256,
}

impl Algorithm {
    pub(super) const ALL: &'static [Algorithm] =
        &[Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256];

    pub(super) fn name(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
            Algorithm::Rs256 => "RS256",
            Algorithm::Ps256 => "PS256",
        }
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Ed25519(Box<VerifyingKey>),
    /// The point as SEC 1 writes it, not compressed.
    P256([u8; 65]),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

/// A key set, read.
#[derive(Debug, Default)]
pub(super) struct Set {
    /// By key id.
    pub(super) keys: HashMap<String, Key>,
    /// Why others are not among them.
    pub(super) dropped: Vec<&'static str>,
}

impl Set {
    /// # Errors
    /// Why this is no key set.
    pub(super) fn read(text: &[u8], allowed: &[Algorithm]) -> Checked<Set> {
        let document = body::parse(text).map_err(|_| "it is not JSON, or has a name twice")?;
        let listed = document.get("keys").and_then(Json::as_array).ok_or("it has no list of keys")?;
        if listed.len() > MAX_KEYS {
            return Err("it has too many keys");
        }
        let mut set = Set::default();
        let mut twice = Vec::new();
        for key in listed {
            match named_key(key, allowed) {
                Ok((kid, key)) => {
                    if set.keys.insert(kid.clone(), key).is_some() {
                        twice.push(kid);
                    }
                }
                Err(why) => set.dropped.push(why),
            }
        }
        for kid in twice {
            if set.keys.remove(&kid).is_some() {
                set.dropped.push("another key has its kid");
            }
        }
        Ok(set)
    }
}

impl Key {
    /// Whether this key made the token's signature.
    pub(super) fn check(&self, token: &Compact<'_>) -> Checked<()> {
        token.header_is("alg", self.algorithm.name())?;
        let (signed, signature) = (token.signed.as_bytes(), token.signature.as_slice());
        let is_good = match &self.material {
            // Strict: without keys and points of small order, one signature has one form.
            Material::Ed25519(key) => {
                Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(signed, &signature).is_ok())
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            Material::Rsa { n, e } => {
                let padding = match self.algorithm {
                    Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
                    _ => &signature::RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(padding, signed, signature).is_ok()
            }
        };
        if is_good { Ok(()) } else { Err("the signature is not its issuer's") }
    }
}

fn named_key(key: &Json, allowed: &[Algorithm]) -> Checked<(String, Key)> {
    let key = key.as_object().ok_or("a key that is no object")?;
    if SECRET_MEMBERS.iter().any(|member| key.contains_key(*member)) || text(key, "kty") == Some("oct") {
        return Err("a secret or private key, which nobody may publish");
    }
    if key.get("use").is_some_and(|usage| usage != "sig") {
        return Err("a key that is not for signatures");
    }
    let verifies = |operations: &Json| {
        operations.as_array().is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
    };
    if key.get("key_ops").is_some_and(|operations| !verifies(operations)) {
        return Err("a key that is not for verifying");
    }
    let kid = key.get("kid").filter(|kid| is_key_id(kid)).and_then(Json::as_str).ok_or("a key without a kid")?;
    let (algorithm, material) = material(key)?;
    if !allowed.contains(&algorithm) {
        return Err("a key of an algorithm that this issuer does not use");
    }
    Ok((kid.to_owned(), Key { algorithm, material }))
}

fn material(key: &Map<String, Json>) -> Checked<(Algorithm, Material)> {
    let algorithm = match key.get("alg") {
        None => None,
        Some(name) => {
            let known = Algorithm::ALL.iter().copied().find(|algorithm| name == algorithm.name());
            Some(known.ok_or("a key of an unknown algorithm")?)
        }
    };
    match (text(key, "kty"), text(key, "crv"), algorithm) {
        (Some("OKP"), Some("Ed25519"), None | Some(Algorithm::EdDsa)) => {
            let point = bytes::<32>(key, "x")?;
            let point = VerifyingKey::from_bytes(&point).ok().filter(|point| !point.is_weak());
            Ok((Algorithm::EdDsa, Material::Ed25519(Box::new(point.ok_or("a weak key")?))))
        }
        (Some("EC"), Some("P-256"), None | Some(Algorithm::Es256)) => {
            let mut point = [4; 65];
            point[1..33].copy_from_slice(&bytes::<32>(key, "x")?);
            point[33..].copy_from_slice(&bytes::<32>(key, "y")?);
            Ok((Algorithm::Es256, Material::P256(point)))
        }
        // Of a key that does not say, it is not known whether it signs in the other way; the older one is taken, alone.
        (Some("RSA"), _, None | Some(Algorithm::Rs256 | Algorithm::Ps256)) => {
            let (n, e) = (number(key, "n")?, number(key, "e")?);
            if !(RSA_MIN_BYTES..=RSA_MAX_BYTES).contains(&n.len()) || n.first().is_some_and(|first| *first < 0x80) {
                return Err("an RSA key of an unsuitable length");
            }
            if e != RSA_EXPONENT {
                return Err("an RSA key with an unusual exponent");
            }
            Ok((algorithm.unwrap_or(Algorithm::Rs256), Material::Rsa { n, e }))
        }
        _ => Err("a key of another kind, or whose alg does not fit it"),
    }
}

fn text<'k>(key: &'k Map<String, Json>, member: &str) -> Option<&'k str> {
    key.get(member).and_then(Json::as_str)
}

fn decoded(key: &Map<String, Json>, member: &str) -> Checked<Vec<u8>> {
    let text = text(key, member).ok_or("a key that lacks a member")?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "a key that is not base64url")
}

fn bytes<const N: usize>(key: &Map<String, Json>, member: &str) -> Checked<[u8; N]> {
    decoded(key, member)?.try_into().map_err(|_| "a key of the wrong length")
}

/// Without the zeros that some write in front, against RFC 7518 §6.3.1.1.
fn number(key: &Map<String, Json>, member: &str) -> Checked<Vec<u8>> {
    Ok(decoded(key, member)?.into_iter().skip_while(|byte| *byte == 0).collect())
}
