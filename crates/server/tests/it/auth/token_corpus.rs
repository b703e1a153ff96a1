//! Tokens that are wrong in one way each, next to the one that is right. A new case is a new line.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value as Json, json};
use sha2::Sha256;

use super::{EMAIL, ISSUER, NOW, PASSWORD, SECRET, World};

/// Holds the server's own key, as only a thief would, and can so make everything wrong but the signature.
struct Forge {
    world: World,
    key: SigningKey,
    kid: String,
    user: String,
    session: String,
}

impl Forge {
    async fn new() -> Forge {
        let world = World::with_ana().await;
        let session = world.login(EMAIL, PASSWORD).await;
        let user = world.user(&session.access).await;
        let header = URL_SAFE_NO_PAD.decode(session.access.split('.').next().unwrap()).unwrap();
        let header: Json = serde_json::from_slice(&header).unwrap();
        let kid = header["kid"].as_str().unwrap().to_owned();
        Forge { world, key: signing_key(NOW), kid, user: user.id, session: user.session.unwrap() }
    }

    fn header(&self) -> Json {
        json!({ "alg": "EdDSA", "kid": self.kid, "typ": "at+jwt" })
    }

    fn claims(&self) -> Json {
        json!({ "iss": ISSUER, "aud": ISSUER, "sub": self.user, "sid": self.session, "iat": NOW, "exp": NOW + 900 })
    }

    /// The right token but for these headers; null takes one away.
    fn with_header(&self, change: Json) -> String {
        self.sign(&changed(self.header(), &change).to_string(), &self.claims().to_string())
    }

    /// The right token but for these claims; null takes one away.
    fn with_claims(&self, change: Json) -> String {
        self.sign(&self.header().to_string(), &changed(self.claims(), &change).to_string())
    }

    /// A claim as literal JSON, for what `json!` cannot write.
    fn with_raw_claim(&self, name: &str, raw: &str) -> String {
        let claims = changed(self.claims(), &json!({ name: null })).to_string();
        self.sign(&self.header().to_string(), &format!("{},\"{name}\":{raw}}}", claims.trim_end_matches('}')))
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        self.sign_with(&self.key, header, claims)
    }

    fn sign_with(&self, key: &SigningKey, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes()))
    }

    /// Signed with HMAC under these bytes, as if the verifier took any key for any algorithm.
    fn hmac(&self, key: &[u8]) -> String {
        let header = changed(self.header(), &json!({ "alg": "HS256", "typ": "JWT" })).to_string();
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(self.claims().to_string()));
        let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&signed);
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn good(&self) -> String {
        self.with_claims(json!({}))
    }

    async fn refuses_all(&self, corpus: Vec<(&str, String)>) {
        for (why, token) in corpus {
            self.world.refuses(&token, why).await;
        }
        self.accepts(&self.good()).await;
    }

    async fn accepts(&self, token: &str) {
        assert_eq!(self.world.user(token).await.id, self.user);
    }
}

/// As the server derives it. If this fails to match, every token of every app stopped counting.
fn signing_key(at: i64) -> SigningKey {
    let label = format!("signing key {}", at / (30 * 24 * 60 * 60));
    let mut seed = [0; 32];
    Hkdf::<Sha256>::new(Some(b"supermaker"), SECRET.as_bytes()).expand(label.as_bytes(), &mut seed).unwrap();
    SigningKey::from_bytes(&seed)
}

fn changed(mut json: Json, change: &Json) -> Json {
    let object: &mut Map<String, Json> = json.as_object_mut().unwrap();
    for (name, value) in change.as_object().unwrap() {
        match value {
            Json::Null => drop(object.remove(name)),
            _ => drop(object.insert(name.clone(), value.clone())),
        }
    }
    json
}

#[tokio::test]
async fn j1_the_algorithm_is_ours_to_choose() {
    let forge = Forge::new().await;
    let unsigned = |alg: &str| {
        let token = forge.with_header(json!({ "alg": alg }));
        format!("{}.", token.rsplit_once('.').unwrap().0)
    };
    forge
        .refuses_all(vec![
            ("none", unsigned("none")),
            ("None", unsigned("None")),
            ("nOnE", unsigned("nOnE")),
            ("EdDSA without signature", unsigned("EdDSA")),
            ("none with a signature", forge.with_header(json!({ "alg": "none" }))),
            ("in small letters", forge.with_header(json!({ "alg": "eddsa" }))),
            ("by another name", forge.with_header(json!({ "alg": "Ed25519" }))),
            ("RS256", forge.with_header(json!({ "alg": "RS256" }))),
            ("ES256", forge.with_header(json!({ "alg": "ES256" }))),
            ("no algorithm", forge.with_header(json!({ "alg": null }))),
            ("a list of algorithms", forge.with_header(json!({ "alg": ["EdDSA"] }))),
            ("a number", forge.with_header(json!({ "alg": 7 }))),
        ])
        .await;
}

#[tokio::test]
async fn j2_the_public_key_is_no_secret() {
    let forge = Forge::new().await;
    let public = forge.key.verifying_key().to_bytes();
    let der = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], &public].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
    let x = URL_SAFE_NO_PAD.encode(public);
    let jwks = forge.world.auth.jwks();
    forge
        .refuses_all(vec![
            ("its bytes", forge.hmac(&public)),
            ("DER", forge.hmac(&der)),
            ("PEM", forge.hmac(pem.as_bytes())),
            ("PEM without the last line break", forge.hmac(pem.trim_end().as_bytes())),
            ("x of the JWK", forge.hmac(x.as_bytes())),
            ("the key set", forge.hmac(&jwks.body)),
            ("its name", forge.hmac(forge.kid.as_bytes())),
            ("an empty key", forge.hmac(b"")),
        ])
        .await;
}

#[tokio::test]
async fn j3_no_key_is_fetched_or_taken_from_the_token() {
    let forge = Forge::new().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let thief = SigningKey::from_bytes(&[7; 32]);
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(thief.verifying_key().to_bytes()) });
    for extra in [json!({ "jku": url }), json!({ "x5u": url }), json!({ "jwk": jwk }), json!({ "x5c": ["MIIB"] })] {
        let header = changed(forge.header(), &extra).to_string();
        let forged = forge.sign_with(&thief, &header, &forge.claims().to_string());
        forge.world.refuses(&forged, &header).await;
        forge.accepts(&forge.with_header(extra)).await;
    }
    assert!(listener.accept().is_err(), "somebody called");
}

#[tokio::test]
async fn j4_a_kid_names_a_key_and_nothing_else() {
    let forge = Forge::new().await;
    let kid = |kid: Json| forge.with_header(json!({ "kid": kid }));
    forge
        .refuses_all(vec![
            ("absent", kid(json!(null))),
            ("another", kid(json!("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"))),
            ("a path", kid(json!("../../dev/null"))),
            ("SQL", kid(json!("' UNION SELECT 'x"))),
            ("NUL", kid(json!("\0"))),
            ("ours with NUL", kid(json!(format!("{}\0", forge.kid)))),
            ("empty", kid(json!(""))),
            ("a number", kid(json!(7))),
            ("a list", kid(json!([forge.kid]))),
            ("a megabyte", kid(json!("a".repeat(1024 * 1024)))),
            ("eight thousand bytes of claims", forge.with_claims(json!({ "x": "a".repeat(8 * 1024) }))),
        ])
        .await;
}

#[tokio::test]
async fn j6_what_could_be_read_in_two_ways_is_not_read() {
    let forge = Forge::new().await;
    let (header, claims) = (forge.header().to_string(), forge.claims().to_string());
    let twice = |json: &str, name: &str, value: &str| format!("{{\"{name}\":{value},{}", &json[1..]);
    let good = forge.good();
    let parts: Vec<&str> = good.split('.').collect();
    forge
        .refuses_all(vec![
            ("crit", forge.with_header(json!({ "crit": ["exp"] }))),
            ("empty crit", forge.with_header(json!({ "crit": [] }))),
            ("crit b64", forge.with_header(json!({ "crit": ["b64"], "b64": false }))),
            ("alg twice", forge.sign(&twice(&header, "alg", "\"none\""), &claims)),
            ("kid twice, escaped", forge.sign(&twice(&header, "k\\u0069d", "\"x\""), &claims)),
            ("sub twice", forge.sign(&header, &twice(&claims, "sub", "\"admin\""))),
            ("exp twice", forge.sign(&header, &twice(&claims, "exp", "9999999999"))),
            ("sub twice in an inner object", forge.with_raw_claim("act", r#"{"sub":"a","sub":"b"}"#)),
            (
                "JSON serialization",
                json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string(),
            ),
            ("five parts, as a JWE has", format!("{good}.x.y")),
            ("four parts", format!("{good}.x")),
            ("an empty fourth part", format!("{good}.")),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("one part", parts[0].to_owned()),
            ("dots", "..".to_owned()),
            ("a token in a token", forge.sign(&header, &json!(good).to_string())),
            ("claims that are a list", forge.sign(&header, "[]")),
            ("claims and more", forge.sign(&header, &format!("{claims}{{}}"))),
            ("no claims", forge.sign(&header, "")),
            ("a header that is a text", forge.sign("\"x\"", &claims)),
            ("claims that are not UTF-8", forge.sign(&header, "{\"sub\":\"\\ud800\"}")),
        ])
        .await;
}

#[tokio::test]
async fn j7_signatures_and_base64_have_one_form() {
    let forge = Forge::new().await;
    let good = forge.good();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let resigned = |bytes: &[u8]| format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes));
    let altered = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        resigned(&bytes)
    };
    let thief = SigningKey::from_bytes(&[7; 32]);
    forge
        .refuses_all(vec![
            ("R altered", altered(0)),
            ("S altered", altered(40)),
            ("the last byte altered", altered(63)),
            ("S + L, which is the same number", resigned(&plus_order(&bytes))),
            ("cut", resigned(&bytes[..63])),
            ("longer", resigned(&[&bytes[..], &[0]].concat())),
            ("nothing but zeros", resigned(&[0; 64])),
            ("R of small order and S zero", resigned(&[&[1][..], &[0; 63]].concat())),
            ("another key", forge.sign_with(&thief, &forge.header().to_string(), &forge.claims().to_string())),
            ("padding", format!("{good}==")),
            ("trailing bits", format!("{}{}", &good[..good.len() - 1], next(good.chars().last().unwrap()))),
            ("a space after it", format!("{good} ")),
            ("a space before it", format!(" {good}")),
            ("a line break in it", format!("{signed}\n.{signature}")),
            ("the alphabet of plain base64", format!("{signed}.{}", STANDARD.encode([0xff; 64]))),
            ("claims of another token", {
                let other = forge.with_claims(json!({ "sub": "somebody" }));
                let parts: Vec<&str> = other.split('.').collect();
                format!("{}.{}.{signature}", parts[0], parts[1])
            }),
        ])
        .await;
}

/// The same signature with the order of the group added to S: a verifier that takes it takes two forms of one token.
fn plus_order(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut sum = signature.to_vec();
    let mut carry = 0;
    for (byte, order) in sum[32..].iter_mut().zip(ORDER) {
        let total = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (total as u8, total >> 8);
    }
    sum
}

/// A letter whose first bits are those of this one: in the last place of a signature they are the only ones used.
fn next(letter: char) -> char {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = ALPHABET.find(letter).unwrap();
    assert_eq!(place % 16, 0, "the last letter of 64 bytes has four unused bits");
    ALPHABET[place + 1..].chars().next().unwrap()
}

#[tokio::test]
async fn j8_times_are_whole_seconds_with_a_leeway_of_thirty() {
    let forge = Forge::new().await;
    let mut corpus = vec![
        ("no exp", forge.with_claims(json!({ "exp": null }))),
        ("exp reached, leeway included", forge.with_claims(json!({ "exp": NOW - 30 }))),
        ("iat beyond the leeway", forge.with_claims(json!({ "iat": NOW + 31 }))),
        ("nbf beyond the leeway", forge.with_claims(json!({ "nbf": NOW + 31 }))),
    ];
    for name in ["exp", "iat", "nbf"] {
        for raw in [
            "\"1795227556\"",
            "1795227556.5",
            "1795227556.0",
            "1e400",
            "1e10",
            "-1",
            "null",
            "true",
            "[]",
            "18446744073709551616",
        ] {
            corpus.push(("a time that is none", forge.with_raw_claim(name, raw)));
        }
    }
    forge.refuses_all(corpus).await;
    for change in [
        json!({ "exp": NOW - 29 }),
        json!({ "exp": i64::MAX }),
        json!({ "iat": NOW + 30 }),
        json!({ "nbf": NOW + 30 }),
        json!({ "iat": null }),
    ] {
        forge.accepts(&forge.with_claims(change)).await;
    }
}

#[tokio::test]
async fn j9_issuer_audience_and_subject_are_exact() {
    let forge = Forge::new().await;
    let other = add_bob(&forge).await;
    forge
        .refuses_all(vec![
            ("no iss", forge.with_claims(json!({ "iss": null }))),
            ("empty iss", forge.with_claims(json!({ "iss": "" }))),
            ("iss with a slash", forge.with_claims(json!({ "iss": format!("{ISSUER}/") }))),
            ("the beginning of iss", forge.with_claims(json!({ "iss": &ISSUER[..ISSUER.len() - 1] }))),
            ("iss in capitals", forge.with_claims(json!({ "iss": ISSUER.to_uppercase() }))),
            ("iss in a list", forge.with_claims(json!({ "iss": [ISSUER] }))),
            ("no aud", forge.with_claims(json!({ "aud": null }))),
            ("empty aud", forge.with_claims(json!({ "aud": "" }))),
            ("empty list", forge.with_claims(json!({ "aud": [] }))),
            ("another aud", forge.with_claims(json!({ "aud": "urn:supermaker:other" }))),
            ("aud with a slash", forge.with_claims(json!({ "aud": format!("{ISSUER}/") }))),
            ("aud in a list in a list", forge.with_claims(json!({ "aud": [[ISSUER]] }))),
            ("aud and a number", forge.with_claims(json!({ "aud": [ISSUER, 7] }))),
            ("aud as a key", forge.with_claims(json!({ "aud": { ISSUER: true } }))),
            ("no sub", forge.with_claims(json!({ "sub": null }))),
            ("empty sub", forge.with_claims(json!({ "sub": "" }))),
            ("sub as a number", forge.with_claims(json!({ "sub": 1 }))),
            ("a sub that nobody has", forge.with_claims(json!({ "sub": "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b" }))),
            ("another user with this session", forge.with_claims(json!({ "sub": other }))),
            ("no session", forge.with_claims(json!({ "sid": null }))),
            ("an unknown session", forge.with_claims(json!({ "sid": "0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b" }))),
            ("no type", forge.with_header(json!({ "typ": null }))),
            ("another type", forge.with_header(json!({ "typ": "JWT" }))),
            ("the type of an id token", forge.with_header(json!({ "typ": "id+jwt" }))),
        ])
        .await;
    forge.accepts(&forge.with_claims(json!({ "aud": ["https://other.example", ISSUER] }))).await;
}

async fn add_bob(forge: &Forge) -> String {
    forge.world.register("bob@example.com", PASSWORD).await;
    let bob = forge.world.login("bob@example.com", PASSWORD).await;
    forge.world.user(&bob.access).await.id
}

#[tokio::test]
async fn the_header_has_one_form() {
    let forge = Forge::new().await;
    let good = forge.good();
    for header in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        good.clone(),
        format!("Bearer  {good}"),
        format!("Bearer\t{good}"),
        format!("Basic {good}"),
        format!("Bearer {good}, Bearer {good}"),
    ] {
        let error = forge.world.auth.actor(Some(&header)).await.expect_err(&header);
        assert_eq!(
            error.response(blueprint::ErrorShape::Problem, "r-1").headers["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert!(forge.world.auth.actor(Some(&format!("{scheme} {good}"))).await.is_ok());
    }
}
