//! Keys of an issuer that tests make up, and tokens signed with them in any way, right or wrong.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;

/// The key ids, and the algorithm that each key has.
pub const KEYS: [(&str, &str); 4] = [("ed", "EdDSA"), ("ec", "ES256"), ("rs", "RS256"), ("ps", "PS256")];

/// One key of each kind. The RSA key is the same for both of its algorithms.
pub struct Signers {
    ed: SigningKey,
    ec: EcdsaKeyPair,
    ec_asn1: EcdsaKeyPair,
    rsa: RsaKeyPair,
    random: SystemRandom,
}

impl Signers {
    pub fn new() -> Signers {
        let random = SystemRandom::new();
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, ec.as_ref(), &random).unwrap();
        let rsa: String = include_str!("samples/rsa_key.txt").split_whitespace().collect();
        Signers {
            ed: SigningKey::from_bytes(&[5; 32]),
            ec_asn1: pair(&ECDSA_P256_SHA256_ASN1_SIGNING),
            ec: pair(&ECDSA_P256_SHA256_FIXED_SIGNING),
            rsa: RsaKeyPair::from_pkcs8(&STANDARD.decode(rsa).unwrap()).unwrap(),
            random,
        }
    }

    /// The public halves, as an issuer publishes them.
    pub fn key_set(&self) -> Json {
        json!({ "keys": KEYS.map(|(kid, _)| self.jwk(kid)) })
    }

    pub fn jwk(&self, kid: &str) -> Json {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let point = self.ec.public_key().as_ref();
        match kid {
            "ed" => json!({
                "kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "x": text(self.ed.verifying_key().as_bytes()),
            }),
            "ec" => json!({
                "kty": "EC", "crv": "P-256", "kid": kid, "alg": "ES256", "use": "sig",
                "x": text(&point[1..33]), "y": text(&point[33..]),
            }),
            "rs" => json!({ "kty": "RSA", "kid": kid, "n": text(&n), "e": text(&e), "key_ops": ["verify"] }),
            _ => json!({ "kty": "RSA", "kid": kid, "alg": "PS256", "n": text(&n), "e": text(&e) }),
        }
    }

    /// The token that an issuer would sign with this key.
    pub fn token(&self, kid: &str, claims: &Json) -> String {
        let (_, alg) = KEYS.into_iter().find(|(known, _)| *known == kid).unwrap();
        self.sign(alg, &json!({ "alg": alg, "kid": kid }).to_string(), &claims.to_string())
    }

    /// A token signed in this way, whatever it says itself.
    pub fn sign(&self, way: &str, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.signature(way, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn signature(&self, way: &str, message: &[u8]) -> Vec<u8> {
        let rsa = |encoding: &'static dyn RsaEncoding| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa.sign(encoding, &self.random, message, &mut signature).unwrap();
            signature
        };
        match way {
            "none" => Vec::new(),
            "EdDSA" => self.ed.sign(message).to_bytes().to_vec(),
            "ES256" => self.ec.sign(&self.random, message).unwrap().as_ref().to_vec(),
            "ES256 as DER" => self.ec_asn1.sign(&self.random, message).unwrap().as_ref().to_vec(),
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "RS512" => rsa(&RSA_PKCS1_SHA512),
            "PS256" => rsa(&RSA_PSS_SHA256),
            "PS384" => rsa(&RSA_PSS_SHA384),
            _ => panic!("no such way: {way}"),
        }
    }

    /// What is public, in every form in which somebody might take it for a secret.
    pub fn public_forms(&self) -> Vec<(String, Vec<u8>)> {
        const SPKI_RSA: &str = "30820122300d06092a864886f70d01010105000382010f00";
        const SPKI_EC: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
        const SPKI_ED: &str = "302a300506032b6570032100";
        let ed = self.ed.verifying_key().to_bytes();
        let of_kinds = [
            ("RSA", SPKI_RSA, self.rsa.public_key().as_ref()),
            ("EC", SPKI_EC, self.ec.public_key().as_ref()),
            ("Ed25519", SPKI_ED, &ed[..]),
        ];
        let mut forms = vec![
            ("the key set".to_owned(), self.key_set().to_string().into_bytes()),
            ("nothing".to_owned(), Vec::new()),
        ];
        for (name, head, public) in of_kinds {
            let head: Vec<u8> =
                (0..head.len()).step_by(2).map(|at| u8::from_str_radix(&head[at..at + 2], 16).unwrap()).collect();
            let der = [&head[..], public].concat();
            let base64 = STANDARD.encode(&der);
            let lines: Vec<&str> =
                (0..base64.len()).step_by(64).map(|at| &base64[at..(at + 64).min(base64.len())]).collect();
            let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
            forms.push((format!("{name}, bare"), public.to_vec()));
            forms.push((format!("{name}, PEM without the last line break"), pem.trim_end().as_bytes().to_vec()));
            forms.push((format!("{name}, PEM"), pem.into_bytes()));
            forms.push((format!("{name}, DER"), der));
        }
        for (kid, _) in KEYS {
            let jwk = self.jwk(kid);
            forms.push((format!("the JWK {kid}"), jwk.to_string().into_bytes()));
            for member in ["x", "y", "n", "kid"] {
                let Some(text) = jwk[member].as_str() else { continue };
                forms.push((format!("{member} of {kid} as text"), text.as_bytes().to_vec()));
                forms.push((format!("{member} of {kid}"), URL_SAFE_NO_PAD.decode(text).unwrap_or_default()));
            }
        }
        forms
    }
}

/// HMAC-SHA-256 under these bytes.
pub fn hs256(key: &[u8], header: &Json, claims: &Json) -> String {
    let encode = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&signed);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// An object with some members changed; null takes one away.
pub fn changed(mut json: Json, change: &Json) -> Json {
    let object: &mut Map<String, Json> = json.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        match value {
            Json::Null => drop(object.remove(name)),
            _ => drop(object.insert(name.clone(), value.clone())),
        }
    }
    json
}
