//! Tokens of Better Auth: which count, and which that look alike do not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use server::auth::{Auth, AuthRoute};
use sha2::Sha256;

use super::{BETTER_AUTH_SECRET, BLUEPRINT, EMAIL, NOW, PASSWORD, World, settings_of};

const URL: &str = "http://127.0.0.1:41859";

/// Tokens as a real server sent them.
#[derive(Deserialize)]
struct Sample {
    what: String,
    iat: i64,
    iss: Option<String>,
    token: String,
}

fn samples() -> Vec<Sample> {
    serde_json::from_str(include_str!("samples/better_auth.json")).unwrap()
}

fn sign(header: &Json, claims: &Json, secret: &str) -> String {
    let encode = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&signed);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn hs256(claims: &Json) -> String {
    sign(&json!({ "alg": "HS256", "typ": "JWT" }), claims, BETTER_AUTH_SECRET)
}

/// The claims of a captured HS256 token.
fn captured_claims() -> Json {
    let sample = samples().into_iter().find(|sample| sample.what.contains("custom signer")).unwrap();
    let payload = sample.token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_with_the_secret_of_better_auth_counts() {
    let world = World::with(BLUEPRINT, &[("BETTER_AUTH_URL", URL)]).await;
    let user = world.user(&hs256(&captured_claims())).await;
    assert_eq!((user.iss.as_str(), user.sub.as_str()), (URL, "If1hDlZHtdzqFPitbIXkFsyEOLhdzbSW"));
    assert_eq!(captured_claims()["emailVerified"], false);
    assert_eq!((user.email, user.session), (None, None), "nobody verified the address");
    assert_eq!(world.user(&hs256(&captured_claims())).await.id, user.id, "a local user was made, and only once");
    assert_eq!(world.sql::<String>("SELECT id FROM users"), [user.id]);
    assert_eq!(world.sql::<String>("SELECT action FROM _audit"), ["first_sight"]);
    let answer = world.ask(AuthRoute::Logout, Some(&hs256(&captured_claims())), None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "its session is not ours to end");
}

#[tokio::test]
async fn j10_captured_tokens_and_cookies_of_other_keys_are_refused() {
    for url in [None, Some("the issuer of the sample")] {
        for sample in samples() {
            let url = url.map(|_| sample.iss.clone().unwrap_or_else(|| URL.to_owned()));
            let settings: Vec<(&str, &str)> = url.iter().map(|url| ("BETTER_AUTH_URL", url.as_str())).collect();
            let world = World::with(BLUEPRINT, &settings).await;
            world.clock.advance_ms((sample.iat - NOW) * 1000);
            world.refuses(&sample.token, &sample.what).await;
            assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0]);
        }
    }
}

/// The same secret signs cookies and might sign for other apps.
#[tokio::test]
async fn j10_what_the_right_secret_signed_for_something_else_is_refused() {
    let world = World::with(BLUEPRINT, &[("BETTER_AUTH_URL", URL)]).await;
    let claims = |change: Json| {
        let mut claims = captured_claims();
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims
    };
    let typed = |kind: Json| sign(&json!({ "alg": "HS256", "typ": kind }), &captured_claims(), BETTER_AUTH_SECRET);
    let mut without_sub = captured_claims();
    without_sub.as_object_mut().unwrap().remove("sub");
    for (why, token) in [
        ("a cookie by its type", typed(json!("better-auth.session-cache+jwt"))),
        ("one of our access tokens by its type", typed(json!("at+jwt"))),
        ("a type that is no text", typed(json!(7))),
        ("a cookie by its audience", hs256(&claims(json!({ "aud": "better-auth:session-cache" })))),
        ("a cookie among others by its audience", hs256(&claims(json!({ "aud": [URL, "better-auth:session-cache"] })))),
        ("no sub, as in a cookie", hs256(&without_sub)),
        ("another issuer", hs256(&claims(json!({ "iss": "http://127.0.0.1:1" })))),
        ("another audience", hs256(&claims(json!({ "aud": "http://127.0.0.1:1" })))),
        ("the issuer with a slash", hs256(&claims(json!({ "iss": format!("{URL}/") })))),
        ("expired", hs256(&claims(json!({ "exp": NOW - 30 })))),
        ("without end", hs256(&claims(json!({ "exp": null })))),
        (
            "another secret",
            sign(&json!({ "alg": "HS256" }), &captured_claims(), "yet another secret of 32 bytes or more"),
        ),
        ("another algorithm", sign(&json!({ "alg": "HS512" }), &captured_claims(), BETTER_AUTH_SECRET)),
        (
            "a kid that is a path",
            sign(&json!({ "alg": "HS256", "kid": "../x" }), &captured_claims(), BETTER_AUTH_SECRET),
        ),
    ] {
        world.refuses(&token, why).await;
    }
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0]);
    world.user(&hs256(&captured_claims())).await;
}

#[tokio::test]
async fn j13_a_user_is_issuer_and_sub_and_never_an_address() {
    let world = World::with_ana().await;
    let session = world.login(EMAIL, PASSWORD).await;
    let ana = world.user(&session.access).await;
    let token = |claims: Json| {
        let mut claims = claims;
        claims["exp"] = json!(NOW + 60);
        hs256(&claims)
    };
    let mut ids = vec![ana.id.clone()];
    for claims in [
        json!({ "sub": "1", "email": EMAIL, "iss": "https://a.example" }),
        json!({ "sub": "1", "email": EMAIL, "iss": "https://b.example" }),
        json!({ "sub": "2", "email": EMAIL }),
        json!({ "sub": ana.id, "email": EMAIL, "roles": ["admin"], "role": "admin" }),
    ] {
        let user = world.user(&token(claims)).await;
        assert!(user.roles.is_empty(), "roles are given here, not there");
        ids.push(user.id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "five users");
    for iss in ["own", "cli", super::ISSUER] {
        world.refuses(&token(json!({ "sub": ana.id, "iss": iss })), "it speaks for us").await;
    }
    assert_eq!(world.user(&session.access).await, ana);
}

#[tokio::test]
async fn whose_tokens_count_is_for_the_blueprint_to_say() {
    let blueprint = |accept: &str| BLUEPRINT.replace(r#"accept = ["own", "better-auth"]"#, accept);
    let claims = captured_claims();

    let own = World::with(&blueprint(r#"accept = ["own"]"#), &[]).await;
    own.refuses(&hs256(&claims), "a secret that is set does not open a door").await;

    let foreign = World::with(&blueprint(r#"accept = ["better-auth"]"#), &[]).await;
    foreign.user(&hs256(&claims)).await;
    assert_eq!(foreign.try_login(EMAIL, PASSWORD).await.status, StatusCode::NOT_FOUND);
    assert_eq!(foreign.register(EMAIL, PASSWORD).await.status, StatusCode::NOT_FOUND);
    assert_eq!(foreign.ask(AuthRoute::Me, Some(&hs256(&claims)), None).await.status, StatusCode::OK);
    assert_eq!(super::body(&foreign.auth.jwks()), json!({ "keys": [] }));

    let settings = settings_of(&[("BETTER_AUTH_SECRET", "")]);
    let error = Auth::new(&settings, foreign.blueprint.clone(), foreign.store.clone()).await.err().unwrap();
    assert!(error.to_string().contains("BETTER_AUTH_URL: is required"), "{error}");
}
