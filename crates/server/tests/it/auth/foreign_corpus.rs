//! Tokens of an issuer with a key set that are wrong in one way each, next to those that are right. The forger holds the
//! issuer's keys where that helps him. A new case is a new line.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::NOW;
use super::key_sets::Place;
use super::signers::{KEYS, Signers, changed, hs256};
use crate::support::key_server::KeyServer;

struct Forge(Place);

impl Forge {
    async fn new() -> Forge {
        let forge = Forge(Place::new().await);
        for (kid, _) in KEYS {
            forge.0.accepts(&forge.0.token(kid)).await;
        }
        forge
    }

    fn header(&self) -> Json {
        json!({ "alg": "EdDSA", "kid": "ed" })
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        self.0.signers.sign("EdDSA", header, claims)
    }

    fn with_header(&self, change: Json) -> String {
        self.sign(&changed(self.header(), &change).to_string(), &self.0.claims().to_string())
    }

    fn with_claims(&self, change: Json) -> String {
        self.sign(&self.header().to_string(), &changed(self.0.claims(), &change).to_string())
    }

    /// A claim as literal JSON, for what `json!` cannot write.
    fn with_raw_claim(&self, name: &str, raw: &str) -> String {
        let claims = changed(self.0.claims(), &json!({ name: null })).to_string();
        self.sign(&self.header().to_string(), &format!("{},\"{name}\":{raw}}}", claims.trim_end_matches('}')))
    }

    /// All are refused, nobody new was let in by them, and what is right still counts.
    async fn refuses_all<S: AsRef<str>>(&self, corpus: impl IntoIterator<Item = (S, String)>) {
        for (why, token) in corpus {
            self.0.world.refuses(&token, why.as_ref()).await;
        }
        assert_eq!(self.0.world.sql::<i64>("SELECT count(*) FROM users"), [1]);
        for (kid, _) in KEYS {
            self.0.accepts(&self.0.token(kid)).await;
        }
    }
}

#[tokio::test]
async fn j1_each_key_has_its_algorithm() {
    let forge = Forge::new().await;
    let claims = forge.0.claims().to_string();
    let mut corpus = Vec::new();
    for (kid, right) in KEYS {
        for (_, alg) in KEYS {
            for (_, way) in KEYS {
                if (alg, way) != (right, right) {
                    let header = json!({ "alg": alg, "kid": kid }).to_string();
                    corpus.push((format!("{kid} {alg} {way}"), forge.0.signers.sign(way, &header, &claims)));
                }
            }
        }
        for alg in [
            json!("none"),
            json!("None"),
            json!("nOnE"),
            json!(""),
            json!("HS256"),
            json!("HS512"),
            json!("RS384"),
            json!("RS512"),
            json!("PS384"),
            json!("ES384"),
            json!("ES512"),
            json!("ES256K"),
            json!("Ed25519"),
            json!("eddsa"),
            json!("rs256"),
            json!(7),
            json!(["RS256"]),
            json!({ "alg": "RS256" }),
            json!(null),
            json!("RSA-OAEP"),
            json!("dir"),
        ] {
            let header = json!({ "alg": alg, "kid": kid }).to_string();
            corpus.push((format!("{kid} {alg}"), forge.0.signers.sign(right, &header, &claims)));
            corpus.push((format!("{kid} {alg}, no signature"), forge.0.signers.sign("none", &header, &claims)));
        }
        for way in ["none", "ES256 as DER", "RS512", "PS384"] {
            let header = json!({ "alg": right, "kid": kid }).to_string();
            corpus.push((format!("{kid}, signed as {way}"), forge.0.signers.sign(way, &header, &claims)));
        }
    }
    assert_eq!(corpus.len(), 4 * (15 + 42 + 4));
    forge.refuses_all(corpus).await;
}

#[tokio::test]
async fn j2_what_is_public_is_no_secret() {
    let forge = Forge::new().await;
    let mut corpus = Vec::new();
    for (name, secret) in forge.0.signers.public_forms() {
        for header in [
            json!({ "alg": "HS256", "typ": "JWT" }),
            json!({ "alg": "HS256", "kid": "rs" }),
            json!({ "alg": "RS256", "kid": "rs" }),
            json!({ "alg": "EdDSA", "kid": "ed" }),
        ] {
            corpus.push((format!("{name} {header}"), hs256(&secret, &header, &forge.0.claims())));
        }
    }
    assert!(corpus.len() > 100);
    forge.refuses_all(corpus).await;
}

#[tokio::test]
async fn j3_no_key_comes_from_the_token() {
    let forge = Forge::new().await;
    let (thief, hits) = (Signers::new(), forge.0.issuer.hits());
    let lure = KeyServer::with(&thief.key_set());
    for extra in [
        json!({ "jku": lure.url() }),
        json!({ "x5u": lure.url() }),
        json!({ "jwk": thief.jwk("ec") }),
        json!({ "x5c": ["MIIB"], "x5t": "x" }),
        json!({ "jku": lure.url(), "jwk": thief.jwk("ec"), "iss": lure.url() }),
    ] {
        let header = changed(json!({ "alg": "ES256", "kid": "ec" }), &extra).to_string();
        let claims = forge.0.claims().to_string();
        forge.0.world.refuses(&thief.sign("ES256", &header, &claims), &header).await;
        forge.0.accepts(&forge.0.signers.sign("ES256", &header, &claims)).await;
    }
    assert_eq!((lure.hits(), forge.0.issuer.hits()), (0, hits), "nobody was asked");
}

#[tokio::test]
async fn j4_a_key_id_names_a_key_and_nothing_else() {
    let forge = Forge::new().await;
    let mut corpus: Vec<(String, String)> = Vec::new();
    for kid in [
        json!(null),
        json!(""),
        json!("ED"),
        json!("ed "),
        json!(" ed"),
        json!("ed\0"),
        json!("ed\n"),
        json!("ec"),
        json!("rs"),
        json!("../../dev/null"),
        json!("..%2f..%2fdev%2fnull"),
        json!("' UNION SELECT 'x"),
        json!("ed'--"),
        json!("|id"),
        json!("http://127.0.0.1:1/"),
        json!("file:///dev/null"),
        json!(7),
        json!(0),
        json!(true),
        json!(["ed"]),
        json!({ "kid": "ed" }),
        json!("é"),
        json!("ed\u{202e}"),
        json!("a".repeat(128)),
        json!("a".repeat(129)),
        json!("a".repeat(7000)),
        json!("a".repeat(1024 * 1024)),
        json!("__proto__"),
        json!("constructor"),
        json!("0"),
        json!("-1"),
    ] {
        let what = kid.to_string().chars().take(30).collect();
        corpus.push((what, forge.with_header(json!({ "kid": kid }))));
    }
    let hits = forge.0.issuer.hits();
    forge.refuses_all(corpus).await;
    assert!(forge.0.issuer.hits() <= hits + 1, "one look for those that might be keys");
}

#[tokio::test]
async fn j6_what_could_be_read_in_two_ways_is_not_read() {
    let forge = Forge::new().await;
    let (header, claims) = (forge.header().to_string(), forge.0.claims().to_string());
    let twice = |json: &str, name: &str, value: &str| format!("{{\"{name}\":{value},{}", &json[1..]);
    let last = |json: &str, name: &str, value: &str| format!("{},\"{name}\":{value}}}", &json[..json.len() - 1]);
    let good = forge.0.token("ed");
    let parts: Vec<&str> = good.split('.').collect();
    let mut corpus = vec![
        ("crit", forge.with_header(json!({ "crit": ["exp"] }))),
        ("empty crit", forge.with_header(json!({ "crit": [] }))),
        ("crit b64", forge.with_header(json!({ "crit": ["b64"], "b64": false }))),
        ("kid twice, escaped", forge.sign(&twice(&header, "k\\u0069d", "\"x\""), &claims)),
        ("sub twice in an inner object", forge.with_raw_claim("act", r#"{"sub":"a","sub":"b"}"#)),
        (
            "JSON serialization",
            json!({ "protected": parts[0], "payload": parts[1], "signature": parts[2] }).to_string(),
        ),
        ("five parts, as a JWE has", format!("{good}.x.y")),
        ("four parts", format!("{good}.")),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("dots", "..".to_owned()),
        ("a token in a token", forge.sign(&header, &json!(good).to_string())),
        ("claims that are a list", forge.sign(&header, &format!("[{claims}]"))),
        ("claims and more", forge.sign(&header, &format!("{claims}{{}}"))),
        ("no claims", forge.sign(&header, "")),
        ("claims with a comment", forge.sign(&header, &format!("{claims}//"))),
        ("a byte order mark", forge.sign(&header, &format!("\u{feff}{claims}"))),
        ("half a surrogate", forge.with_raw_claim("name", r#""\ud800""#)),
        ("deep", forge.with_raw_claim("x", &format!("{}{}", "[".repeat(60), "]".repeat(60)))),
        ("long", forge.with_claims(json!({ "x": "a".repeat(8 * 1024) }))),
    ];
    for (name, value) in [("alg", "\"none\""), ("alg", "\"EdDSA\""), ("kid", "\"ed\""), ("typ", "\"JWT\"")] {
        corpus.push(("a header twice", forge.sign(&twice(&twice(&header, name, value), name, value), &claims)));
    }
    for (name, value) in [("iss", "\"x\""), ("aud", "\"x\""), ("sub", "\"admin\""), ("exp", "9999999999"), ("iat", "1")]
    {
        corpus.push(("a claim twice, first", forge.sign(&header, &twice(&claims, name, value))));
        corpus.push(("a claim twice, last", forge.sign(&header, &last(&claims, name, value))));
    }
    forge.refuses_all(corpus).await;
}

#[tokio::test]
async fn j7_ecdsa_signatures_have_one_length_and_no_zeros() {
    let forge = Forge::new().await;
    let good = forge.0.token("ec");
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (r, s) = bytes.split_at(32);
    let resigned = |r: &[u8], s: &[u8]| format!("{signed}.{}", URL_SAFE_NO_PAD.encode([r, s].concat()));
    let der = forge.0.signers.signature("ES256 as DER", signed.as_bytes());
    let (zero, one) = ([0; 32], [&[0; 31][..], &[1]].concat());
    let altered = |place: usize| {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        resigned(&bytes, &[])
    };
    forge
        .refuses_all([
            ("DER", resigned(&der, &[])),
            ("r = s = 0", resigned(&zero, &zero)),
            ("r = 0", resigned(&zero, s)),
            ("s = 0", resigned(r, &zero)),
            ("r = s = 1", resigned(&one, &one)),
            ("r = n", resigned(&ORDER, s)),
            ("s = n", resigned(r, &ORDER)),
            ("r = s = n", resigned(&ORDER, &ORDER)),
            ("r = n, s = 1", resigned(&ORDER, &one)),
            ("r = n + 1", resigned(&add(&ORDER, &one), s)),
            ("r and s as large as can be", resigned(&[0xff; 32], &[0xff; 32])),
            ("r and s changed about", resigned(s, r)),
            ("one byte less", resigned(&bytes[..63], &[])),
            ("one byte more", resigned(&bytes, &[0])),
            ("a zero in front", resigned(&[0], &bytes)),
            ("each with a zero in front", resigned(&[&[0], r].concat(), &[&[0], s].concat())),
            ("twice", resigned(&bytes, &bytes)),
            ("nothing", resigned(&[], &[])),
            ("r altered", altered(0)),
            ("s altered", altered(40)),
            ("the last byte altered", altered(63)),
        ])
        .await;
    // RFC 7518 §3.4 knows no low s, and half of all honest tokens have a high one. Nothing here is kept by the letters of
    // a token but the memory of having verified it.
    forge.0.accepts(&resigned(r, &subtract(&ORDER, s))).await;
}

#[tokio::test]
async fn j7_rsa_and_ed25519_signatures_and_base64_have_one_form() {
    let forge = Forge::new().await;
    let mut corpus = Vec::new();
    for kid in ["rs", "ps", "ed", "ec"] {
        let good = forge.0.token(kid);
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let resigned = |bytes: &[u8]| format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes));
        let (header, payload) = signed.split_once('.').unwrap();
        let mut altered = bytes.clone();
        altered[7] ^= 0x80;
        for (why, token) in [
            ("altered", resigned(&altered)),
            ("without the first byte", resigned(&bytes[1..])),
            ("without the last byte", resigned(&bytes[..bytes.len() - 1])),
            ("a zero in front", resigned(&[&[0], &bytes[..]].concat())),
            ("a zero at the end", resigned(&[&bytes[..], &[0]].concat())),
            ("zeros", resigned(&vec![0; bytes.len()])),
            ("one", resigned(&[&vec![0; bytes.len() - 1][..], &[1]].concat())),
            ("as large as can be", resigned(&vec![0xff; bytes.len()])),
            ("none", format!("{signed}.")),
            ("padding", format!("{good}==")),
            ("one sign of padding", format!("{good}=")),
            ("padding of the header", format!("{header}=.{payload}.{signature}")),
            ("padding of the claims", format!("{header}.{payload}=.{signature}")),
            ("a letter more", format!("{good}A")),
            ("trailing bits", format!("{}{}", &good[..good.len() - 1], other_bits(good.chars().last().unwrap()))),
            ("a space after it", format!("{good} ")),
            ("a line break in it", format!("{signed}.{}\n{}", &signature[..8], &signature[8..])),
            ("a stray sign", format!("{signed}.?{signature}")),
            ("a percent sign", format!("{signed}.%{signature}")),
            ("the claims of another token", {
                let other = forge.0.signers.token(kid, &changed(forge.0.claims(), &json!({ "sub": "user-2" })));
                let (start, _) = other.rsplit_once('.').unwrap();
                format!("{start}.{signature}")
            }),
        ] {
            corpus.push((format!("{kid}: {why}"), token));
        }
    }
    forge.refuses_all(corpus).await;
}

#[tokio::test]
async fn j8_times_are_whole_seconds_with_a_leeway_of_thirty() {
    let forge = Forge::new().await;
    let mut corpus = vec![
        ("no exp", forge.with_claims(json!({ "exp": null }))),
        ("exp reached, leeway included", forge.with_claims(json!({ "exp": NOW - 30 }))),
        ("long over", forge.with_claims(json!({ "exp": 1 }))),
        ("iat beyond the leeway", forge.with_claims(json!({ "iat": NOW + 31 }))),
        ("nbf beyond the leeway", forge.with_claims(json!({ "nbf": NOW + 31 }))),
    ];
    for name in ["exp", "iat", "nbf"] {
        for raw in ["\"1795227556\"", "1795227556.5", "1795227556.0", "1e400", "1e10", "-1", "null", "true", "[]", "{}"]
        {
            corpus.push(("a time that is none", forge.with_raw_claim(name, raw)));
        }
        corpus.push(("more than a number holds", forge.with_raw_claim(name, "18446744073709551616")));
    }
    forge.refuses_all(corpus).await;
    for change in [
        json!({ "exp": NOW - 29 }),
        json!({ "exp": i64::MAX }),
        json!({ "iat": NOW + 30 }),
        json!({ "nbf": NOW + 30 }),
        json!({ "iat": null }),
    ] {
        forge.0.accepts(&forge.with_claims(change)).await;
    }
    let token = forge.0.token("rs");
    forge.0.accepts(&token).await;
    forge.0.world.clock.advance_ms(3630 * 1000);
    forge.0.world.refuses(&token, "one that was known expires as well").await;
}

#[tokio::test]
async fn j9_issuer_audience_and_subject_are_exact() {
    let forge = Forge::new().await;
    let claims = forge.0.claims();
    let (iss, aud) = (claims["iss"].as_str().unwrap(), claims["aud"].as_str().unwrap());
    let mut corpus = Vec::new();
    for wrong in [
        json!(null),
        json!(""),
        json!(iss.trim_end_matches('/')),
        json!(format!("{iss}/")),
        json!(iss.to_uppercase()),
        json!(format!(" {iss}")),
        json!(format!("{iss}evil")),
        json!(iss.replace("https", "http")),
        json!([iss]),
        json!(7),
        json!("own"),
        json!("cli"),
        json!(super::ISSUER),
        json!("https://issuer.example.evil.example/"),
        json!({ "iss": iss }),
    ] {
        corpus.push((format!("iss {wrong}"), forge.with_claims(json!({ "iss": wrong }))));
    }
    for wrong in [
        json!(null),
        json!(""),
        json!([]),
        json!([""]),
        json!(format!("{aud}/")),
        json!(&aud[..aud.len() - 1]),
        json!([[aud]]),
        json!([aud, 7]),
        json!([aud, null]),
        json!({ aud: true }),
        json!(format!("{aud} https://x.example")),
        json!(true),
        json!([format!("{aud},x")]),
        json!("better-auth:session-cache"),
        json!([aud, "better-auth:session-cache"]),
        json!(iss),
    ] {
        corpus.push((format!("aud {wrong}"), forge.with_claims(json!({ "aud": wrong }))));
    }
    for wrong in [json!(null), json!(""), json!(1), json!(["user-1"]), json!("user\u{0}1"), json!("a".repeat(256))] {
        corpus.push((
            format!("sub {wrong:.20}"),
            forge.with_claims(json!({ "sub": wrong, "id": "user-1", "user_id": "user-1" })),
        ));
    }
    for wrong in ["id+jwt", "dpop+jwt", "secevent+jwt", "better-auth.session-cache+jwt", "application/jwt", "JOSE", ""]
    {
        corpus.push((format!("typ {wrong}"), forge.with_header(json!({ "typ": wrong }))));
    }
    forge.refuses_all(corpus).await;
    for right in
        [json!({ "aud": [aud] }), json!({ "aud": ["https://x.example", aud] }), json!({ "user_id": "user-9", "id": 9 })]
    {
        forge.0.accepts(&forge.with_claims(right)).await;
    }
    for typ in ["JWT", "jwt", "at+jwt"] {
        forge.0.accepts(&forge.with_header(json!({ "typ": typ }))).await;
    }
}

/// The order of the group of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn subtract(from: &[u8], what: &[u8]) -> Vec<u8> {
    let mut rest = from.to_vec();
    let mut borrow = 0;
    for (digit, less) in rest.iter_mut().zip(what).rev() {
        let total = 256 + i16::from(*digit) - i16::from(*less) - borrow;
        (*digit, borrow) = ((total % 256) as u8, i16::from(total < 256));
    }
    rest
}

fn add(to: &[u8], what: &[u8]) -> Vec<u8> {
    let mut sum = to.to_vec();
    let mut carry = 0;
    for (digit, more) in sum.iter_mut().zip(what).rev() {
        let total = u16::from(*digit) + u16::from(*more) + carry;
        (*digit, carry) = ((total % 256) as u8, total / 256);
    }
    sum
}

/// A letter whose first two bits are those of this one. The last letter of 64 or 256 bytes has four that nobody uses.
fn other_bits(letter: char) -> char {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = ALPHABET.find(letter).unwrap();
    assert_eq!(place % 16, 0);
    ALPHABET[place + 1..].chars().next().unwrap()
}
