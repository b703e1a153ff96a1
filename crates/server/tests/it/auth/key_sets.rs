//! Issuers that publish their keys: whose tokens count, and how often the keys are asked for.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use server::auth::Auth;

use super::signers::{Signers, changed, hs256};
use super::{BETTER_AUTH_SECRET, BLUEPRINT, NOW, World, settings_of};
use crate::support::key_server::{KeyServer, ok};

const ISS: &str = "https://issuer.example/";
const AUD: &str = "https://api.example";
const MINUTE_MS: i64 = 60 * 1000;

/// A server that accepts its own tokens and those of one issuer, and that issuer.
pub struct Place {
    pub world: World,
    pub issuer: KeyServer,
    pub signers: Signers,
}

impl Place {
    pub async fn new() -> Place {
        let signers = Signers::new();
        let issuer = KeyServer::with(&signers.key_set());
        let blueprint = BLUEPRINT.replace(r#""better-auth""#, r#""jwks""#);
        let settings = [("JWKS_URL", issuer.url()), ("JWT_ISSUER", ISS), ("JWT_AUDIENCE", AUD)];
        Place { world: World::with(&blueprint, &settings).await, issuer, signers }
    }

    /// Of one person, this one.
    pub fn claims(&self) -> Json {
        json!({ "iss": ISS, "aud": AUD, "sub": "user-1", "iat": NOW, "exp": NOW + 3600, "email": "eve@example.com" })
    }

    pub fn token(&self, kid: &str) -> String {
        self.signers.token(kid, &self.claims())
    }

    pub async fn accepts(&self, token: &str) {
        let user = self.world.user(token).await;
        assert_eq!((user.iss.as_str(), user.sub.as_str()), (ISS, "user-1"));
    }

    async fn unavailable(&self, token: &str) {
        let error = self.world.actor(token).await.unwrap_err();
        let response = error.response(blueprint::ErrorShape::Problem, "r-1");
        assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers.contains_key("retry-after"));
        assert!(!response.headers.contains_key("www-authenticate"), "nobody must throw his token away");
    }
}

#[tokio::test]
async fn j13_somebody_new_becomes_a_local_user_once() {
    let place = Place::new().await;
    let first = place.world.user(&place.token("ed")).await;
    assert_eq!((first.iss.as_str(), first.sub.as_str()), (ISS, "user-1"));
    assert!(first.roles.is_empty() && first.session.is_none());
    for kid in ["ec", "rs", "ps"] {
        assert_eq!(place.world.user(&place.token(kid)).await, first, "{kid}");
    }
    assert_eq!(place.world.sql::<String>("SELECT action FROM _audit"), ["first_sight"]);
    let other = changed(place.claims(), &json!({ "sub": "user-2", "roles": ["admin"], "role": "admin" }));
    let other = place.world.user(&place.signers.token("ed", &other)).await;
    assert!(other.id != first.id && other.roles.is_empty(), "another sub is somebody else, whatever his address");
    assert_eq!(place.issuer.hits(), 1);
}

#[tokio::test]
async fn j13_many_first_sights_at_once_make_one_user() {
    let place = Place::new().await;
    let tokens: Vec<String> = (0..20).map(|_| place.token("ec")).collect();
    let seen = futures_util::future::join_all(tokens.iter().map(|token| place.world.user(token))).await;
    assert!(seen.iter().all(|user| user.id == seen[0].id));
    assert_eq!(place.world.sql::<i64>("SELECT count(*) FROM users"), [1]);
    assert_eq!(place.issuer.hits(), 1, "one request for all");
}

#[tokio::test]
async fn j5_ten_thousand_unknown_key_ids_are_two_requests() {
    let place = Place::new().await;
    place.accepts(&place.token("ed")).await;
    let unknown = |kid: &str| {
        let header = json!({ "alg": "EdDSA", "kid": kid }).to_string();
        place.signers.sign("EdDSA", &header, &place.claims().to_string())
    };
    let tokens: Vec<String> = (0..10_000).map(|number| unknown(&format!("key-{number}"))).collect();
    for some in tokens.chunks(100) {
        let refused = futures_util::future::join_all(some.iter().map(|token| place.world.actor(token))).await;
        assert!(refused.iter().all(Result::is_err));
    }
    assert_eq!(place.issuer.hits(), 2);
    place.accepts(&place.token("ec")).await;
    // The one that was asked for in vain is remembered longer than the pause lasts.
    place.world.clock.advance_ms(40 * 1000);
    place.world.refuses(&tokens[0], "unknown still").await;
    assert_eq!(place.issuer.hits(), 2);
    place.world.refuses(&tokens[5000], "it came in the pause, so that nobody was asked for it").await;
    assert_eq!(place.issuer.hits(), 3);
}

#[tokio::test]
async fn j5_what_cannot_count_asks_nobody_for_keys() {
    let place = Place::new().await;
    let claims = place.claims().to_string();
    for (why, header, claims) in [
        ("another algorithm", json!({ "alg": "HS256", "kid": "ed" }), claims.clone()),
        ("none", json!({ "alg": "none", "kid": "ed" }), claims.clone()),
        ("no key id", json!({ "alg": "EdDSA" }), claims.clone()),
        ("another type", json!({ "alg": "EdDSA", "kid": "ed", "typ": "logout+jwt" }), claims.clone()),
        ("another issuer", json!({ "alg": "EdDSA", "kid": "ed" }), claims.replace(ISS, "https://other.example/")),
    ] {
        place.world.refuses(&place.signers.sign("EdDSA", &header.to_string(), &claims), why).await;
    }
    assert_eq!(place.issuer.hits(), 0);
}

#[tokio::test]
async fn j12_a_new_key_of_an_issuer_counts_at_once_and_one_that_is_gone_no_more() {
    let place = Place::new().await;
    let with = |kids: &[&str]| json!({ "keys": kids.iter().map(|kid| place.signers.jwk(kid)).collect::<Vec<_>>() });
    place.issuer.serves(&with(&["ed"]));
    let (old, new) = (place.token("ed"), place.token("ec"));
    place.accepts(&old).await;
    place.issuer.serves(&with(&["ed", "ec"]));
    place.accepts(&new).await;
    place.accepts(&old).await;
    assert_eq!(place.issuer.hits(), 2);

    place.issuer.serves(&with(&["ec"]));
    place.world.clock.advance_ms(11 * MINUTE_MS);
    // This request has the set fetched behind its back; the token stays known, but no longer counts.
    place.world.actor(&old).await.ok();
    while place.issuer.hits() < 3 || place.world.actor(&old).await.is_ok() {
        tokio::task::yield_now().await;
    }
    place.world.refuses(&old, "its key is gone").await;
    place.accepts(&new).await;
}

#[tokio::test]
async fn keys_outlive_their_issuer_for_a_day() {
    let place = Place::new().await;
    let day = changed(place.claims(), &json!({ "exp": NOW + 7 * 24 * 3600 }));
    let token = place.signers.token("ed", &day);
    place.accepts(&token).await;
    place.issuer.says("HTTP/1.1 500 Oh no\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    place.world.clock.advance_ms(23 * 60 * MINUTE_MS);
    place.accepts(&token).await;
    place.world.clock.advance_ms(2 * 60 * MINUTE_MS);
    place.unavailable(&token).await;
    place.issuer.serves(&place.signers.key_set());
    place.world.clock.advance_ms(MINUTE_MS);
    place.accepts(&token).await;
}

#[tokio::test]
async fn an_issuer_that_cannot_be_asked_is_503_and_not_401() {
    let place = Place::new().await;
    let elsewhere = KeyServer::with(&place.signers.key_set());
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url());
    let long = ok(&format!("{}{}", " ".repeat(64 * 1024), place.signers.key_set()));
    let twice = place.signers.key_set().to_string().replacen("{", "{\"keys\":[],", 1);
    let many = json!({ "keys": vec![place.signers.jwk("ed"); 33] }).to_string();
    for answer in [
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        &redirect,
        &long,
        &ok("<html>"),
        &ok("[]"),
        &ok("{}"),
        &ok(&twice),
        &ok(&many),
        "",
    ] {
        place.issuer.says(answer);
        let hits = place.issuer.hits();
        place.unavailable(&place.token("ed")).await;
        place.unavailable(&place.token("ec")).await;
        assert_eq!(place.issuer.hits(), hits + 1, "not asked again at once: {answer:.40}");
        place.world.clock.advance_ms(3 * 1000);
    }
    assert_eq!(elsewhere.hits(), 0, "redirects lead nowhere");
    place.issuer.serves(&place.signers.key_set());
    place.accepts(&place.token("ed")).await;
}

/// Everything that a Better Auth server was seen to sign.
#[derive(Deserialize)]
struct Capture {
    server: String,
    iss: String,
    aud: String,
    iat: i64,
    key_set: Option<Json>,
    tokens: Vec<Captured>,
    cookies: Vec<Captured>,
}

#[derive(Deserialize)]
struct Captured {
    what: String,
    token: String,
}

#[tokio::test]
async fn j10_every_captured_sample_has_its_verdict() {
    let captures: Vec<Capture> = serde_json::from_str(include_str!("samples/key_sets.json")).unwrap();
    assert_eq!(captures.len(), 10);
    let (mut counted, mut refused) = (0, 0);
    for capture in &captures {
        let issuer = KeyServer::with(&capture.key_set.clone().unwrap_or(json!({ "keys": [] })));
        let settings = [
            ("BETTER_AUTH_SECRET", ""),
            ("BETTER_AUTH_URL", capture.iss.as_str()),
            ("JWT_AUDIENCE", capture.aud.as_str()),
            ("JWKS_URL", issuer.url()),
        ];
        let world = World::with(BLUEPRINT, &settings).await;
        world.clock.advance_ms((capture.iat - NOW) * 1000);
        // One has no key set, for its signer is the secret's; the other signs with P-521.
        let counts = !["a custom signer, HS256", "ES512"].contains(&capture.server.as_str());
        for Captured { what, token } in &capture.tokens {
            // Those after a rotation or a sign-out are some seconds younger.
            world.clock.advance_ms(10 * 1000);
            let what = format!("{}: {what}", capture.server);
            if counts {
                assert_eq!(world.user(token).await.iss, capture.iss, "{what}");
                counted += 1;
            } else {
                world.refuses(token, &what).await;
                refused += 1;
            }
        }
        for Captured { what, token } in &capture.cookies {
            world.refuses(token, &format!("{}: {what}", capture.server)).await;
            refused += 1;
        }
        let people = world.sql::<i64>("SELECT count(*) FROM users");
        assert_eq!(people, [i64::from(counts)], "{}: one person, or nobody", capture.server);
    }
    assert_eq!((counted, refused), (16, 6));
}

#[tokio::test]
async fn j10_better_auth_is_verified_in_one_way_only() {
    let signers = Signers::new();
    let issuer = KeyServer::with(&signers.key_set());
    let url = "http://127.0.0.1:3000";
    let claims = json!({ "iss": url, "aud": url, "sub": "u", "iat": NOW, "exp": NOW + 60 });
    let by_secret = hs256(BETTER_AUTH_SECRET.as_bytes(), &json!({ "alg": "HS256" }), &claims);

    let secret = [("BETTER_AUTH_URL", url), ("JWKS_URL", issuer.url())];
    let world = World::with(BLUEPRINT, &secret).await;
    world.user(&by_secret).await;
    for kid in ["ed", "ec", "rs", "ps"] {
        world.refuses(&signers.token(kid, &claims), "the secret alone counts").await;
    }
    assert_eq!(issuer.hits(), 0);

    let keys = [("BETTER_AUTH_SECRET", ""), ("BETTER_AUTH_URL", url), ("JWKS_URL", issuer.url())];
    let world = World::with(BLUEPRINT, &keys).await;
    world.refuses(&by_secret, "the key set alone counts").await;
    world.user(&signers.token("ed", &claims)).await;
    for (why, change) in [
        ("a cookie", json!({ "aud": "better-auth:session-cache" })),
        ("a cookie besides", json!({ "aud": [url, "better-auth:session-cache"] })),
        ("anonymous", json!({ "isAnonymous": true })),
        ("banned", json!({ "banned": true })),
        ("without audience", json!({ "aud": null })),
    ] {
        world.refuses(&signers.token("ed", &changed(claims.clone(), &change)), why).await;
    }
    world.user(&signers.token("ed", &changed(claims, &json!({ "isAnonymous": false, "banned": null })))).await;
}

#[tokio::test]
async fn settings_that_would_let_nobody_or_anybody_in_do_not_start() {
    let blueprint = |accept: &str| {
        let text = BLUEPRINT.replace(r#"accept = ["own", "better-auth"]"#, accept);
        std::sync::Arc::new(blueprint::load(&text).unwrap())
    };
    let (better_auth, jwks) = (r#"accept = ["better-auth"]"#, r#"accept = ["jwks"]"#);
    let both = r#"accept = ["better-auth", "jwks"]"#;
    let whole = [("JWKS_URL", "https://a.example/keys"), ("JWT_ISSUER", "https://a.example"), ("JWT_AUDIENCE", "x")];
    let own = World::new().await;
    for (accept, more, expected) in [
        (better_auth, vec![("BETTER_AUTH_SECRET", "")], vec!["BETTER_AUTH_URL"]),
        (jwks, vec![], vec!["JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE"]),
        (jwks, vec![whole[0], whole[1]], vec!["JWT_AUDIENCE"]),
        (jwks, vec![whole[0], whole[1], ("JWT_AUDIENCE", " ")], vec!["JWT_AUDIENCE"]),
        (both, vec![whole[0], whole[1], whole[2], ("BETTER_AUTH_URL", "https://a.example/")], vec!["JWT_ISSUER"]),
        (
            jwks,
            vec![("ENV", "production"), ("JWKS_URL", "http://a.example/keys"), whole[1], whole[2]],
            vec!["JWKS_URL"],
        ),
        (
            better_auth,
            vec![
                ("ENV", "production"),
                ("BETTER_AUTH_SECRET", ""),
                ("BETTER_AUTH_URL", "http://127.0.0.1.evil.example"),
            ],
            vec!["BETTER_AUTH_URL"],
        ),
    ] {
        let started = Auth::new(&settings_of(&more), blueprint(accept), own.store.clone()).await;
        let Err(server::StartError::Settings(problems)) = started else { panic!("it starts: {accept} {more:?}") };
        assert_eq!(problems.iter().map(|problem| problem.name).collect::<Vec<_>>(), expected, "{accept} {more:?}");
    }
    for (accept, more) in [
        (jwks, whole.to_vec()),
        (jwks, [&whole[1..], &[("ENV", "production"), ("JWKS_URL", "http://[::1]:3000/keys")]].concat()),
        (better_auth, vec![("BETTER_AUTH_SECRET", ""), ("BETTER_AUTH_URL", "http://auth:3000")]),
    ] {
        let started = Auth::new(&settings_of(&more), blueprint(accept), own.store.clone()).await;
        assert!(started.is_ok(), "{accept} {more:?}: {}", started.err().unwrap());
    }
}
