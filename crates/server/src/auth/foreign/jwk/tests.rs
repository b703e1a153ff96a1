//! Which keys of a set are taken. The keys are those of RFC 8037 appendix A.2, RFC 7515 appendix A.2 and A.3.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::{Algorithm, Set};

const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2\
R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

fn ed() -> Json {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
}

fn ec() -> Json {
    json!({
        "kty": "EC", "crv": "P-256", "kid": "k", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

fn rsa() -> Json {
    json!({ "kty": "RSA", "kid": "k", "n": RSA_N, "e": "AQAB" })
}

fn with_a_zero_in_front(number: &str) -> String {
    URL_SAFE_NO_PAD.encode([&[0], &URL_SAFE_NO_PAD.decode(number).unwrap()[..]].concat())
}

fn read(keys: &[Json]) -> Set {
    Set::read(json!({ "keys": keys }).to_string().as_bytes(), Algorithm::ALL).unwrap()
}

fn with(mut key: Json, changes: &Json) -> Json {
    key.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    key
}

#[test]
fn j1_a_key_has_one_algorithm_and_that_is_its_own() {
    for (key, algorithm) in [
        (ed(), Algorithm::EdDsa),
        (with(ed(), &json!({ "alg": "EdDSA", "use": "sig", "key_ops": ["verify"], "ext": true })), Algorithm::EdDsa),
        (ec(), Algorithm::Es256),
        (rsa(), Algorithm::Rs256),
        (with(rsa(), &json!({ "alg": "RS256" })), Algorithm::Rs256),
        (with(rsa(), &json!({ "alg": "PS256" })), Algorithm::Ps256),
        // Java writes a zero in front of large numbers.
        (with(rsa(), &json!({ "n": with_a_zero_in_front(RSA_N) })), Algorithm::Rs256),
    ] {
        let set = read(std::slice::from_ref(&key));
        assert_eq!(set.keys.get("k").map(|taken| taken.algorithm), Some(algorithm), "{key} {:?}", set.dropped);
    }
    for (key, alg) in
        [(ed(), "ES256"), (ed(), "HS256"), (ec(), "RS256"), (ec(), "ES512"), (rsa(), "HS256"), (rsa(), "RS512")]
    {
        assert!(read(&[with(key, &json!({ "alg": alg }))]).keys.is_empty(), "{alg}");
    }
    assert!(Set::read(json!({ "keys": [rsa()] }).to_string().as_bytes(), &[Algorithm::EdDsa]).unwrap().keys.is_empty());
}

#[test]
fn j12_private_and_shared_keys_of_a_set_are_dropped() {
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for key in [ed(), ec(), rsa()] {
            let set = read(&[with(key, &json!({ member: "AQ" }))]);
            assert!(set.keys.is_empty() && set.dropped[0].contains("nobody may publish"), "{member}");
        }
    }
    let secret = json!({ "kty": "oct", "kid": "k", "alg": "HS256", "k": "c2VjcmV0" });
    assert_eq!(read(&[secret, with(ec(), &json!({ "kid": "other" }))]).keys.len(), 1, "the others stay");
}

#[test]
fn keys_that_are_not_plainly_for_this_are_dropped() {
    for (why, key) in [
        ("for encryption", with(ed(), &json!({ "use": "enc" }))),
        ("for signing", with(ed(), &json!({ "key_ops": ["sign"] }))),
        ("operations that are no list", with(ed(), &json!({ "key_ops": "verify" }))),
        ("no kid", with(ed(), &json!({ "kid": null }))),
        ("a kid that is a number", with(ed(), &json!({ "kid": 7 }))),
        ("a kid that is a path", with(ed(), &json!({ "kid": "../x" }))),
        ("another curve", with(ed(), &json!({ "crv": "X25519" }))),
        ("a point of small order", with(ed(), &json!({ "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }))),
        ("a short point", with(ed(), &json!({ "x": "11qY" }))),
        ("padding", with(ed(), &json!({ "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=" }))),
        ("a curve that nobody wants", with(ec(), &json!({ "crv": "secp256k1" }))),
        ("a coordinate too long", with(ec(), &json!({ "x": "AH_NzidN9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF" }))),
        ("1024 bits", with(rsa(), &json!({ "n": &RSA_N[..171] }))),
        ("2040 bits", with(rsa(), &json!({ "n": &RSA_N[..340] }))),
        ("an exponent of one", with(rsa(), &json!({ "e": "AQ" }))),
        ("an exponent of three", with(rsa(), &json!({ "e": "Aw" }))),
        ("no kind", with(ed(), &json!({ "kty": null }))),
        ("no object", json!("key")),
    ] {
        assert!(read(&[key]).keys.is_empty(), "{why}");
    }
    let other = with(rsa(), &json!({ "kid": "other" }));
    let set = read(&[ed(), other.clone(), ec(), rsa()]);
    assert_eq!(set.keys.keys().collect::<Vec<_>>(), ["other"], "of keys with one name none is taken");
    assert_eq!(read(&[other]).keys.len(), 1);
}
