//! Each issuer that is known by name: the token that it issues counts, and those that only look like it do not. The claims
//! are those that their makers document; the keys are ours.

use serde_json::{Value as Json, json};
use server::auth::Auth;

use super::signers::{KEYS, Signers, changed, hs256};
use super::{BLUEPRINT, NOW, World, settings_of};
use crate::support::key_server::KeyServer;

const SUPABASE_SECRET: &str = "a legacy secret of 32 characters or more";

struct Preset {
    accept: &'static str,
    settings: Vec<(&'static str, &'static str)>,
    /// The keys that it may sign with.
    keys: Vec<&'static str>,
    claims: Json,
    /// What a token must not be, as changes of the right one; null takes a claim away.
    wrong: Vec<Json>,
    /// What it may be besides.
    right: Vec<Json>,
}

fn presets() -> Vec<Preset> {
    let times = json!({ "iat": NOW, "exp": NOW + 600 });
    let claims = |more: Json| changed(times.clone(), &more);
    let supabase = "https://abcdefghij.supabase.co/auth/v1";
    let neon = "https://ep-x-1.neonauth.c-2.eu-central-1.aws.neon.tech";
    vec![
        Preset {
            accept: "supabase",
            settings: vec![("SUPABASE_URL", "https://abcdefghij.supabase.co")],
            keys: vec!["ec", "rs"],
            claims: claims(json!({
                "iss": supabase, "sub": "7c5e7a52-5f3b-4d7e-9d34-2d0b0f1f3c11", "aud": "authenticated", "role": "authenticated",
                "email": "eve@example.com", "is_anonymous": false, "session_id": "5c8d", "aal": "aal1",
                "app_metadata": { "provider": "email" }, "user_metadata": { "role": "admin", "roles": ["admin"] },
            })),
            wrong: vec![
                json!({ "role": "service_role" }),
                json!({ "role": "anon" }),
                json!({ "role": null }),
                json!({ "is_anonymous": true }),
                json!({ "client_id": "9a8b7c6d-0000-4000-8000-000000000001" }),
                json!({ "aud": "anon" }),
                json!({ "aud": null }),
                json!({ "sub": null }),
                json!({ "iss": "supabase", "ref": "abcdefghij" }),
                json!({ "iss": "https://abcdefghij.supabase.co" }),
                json!({ "iss": "https://other.supabase.co/auth/v1" }),
                json!({ "iss": format!("{supabase}/") }),
            ],
            right: vec![json!({ "aud": ["authenticated"] }), json!({ "is_anonymous": null })],
        },
        Preset {
            accept: "neon",
            settings: vec![("NEON_AUTH_URL", "https://ep-x-1.neonauth.c-2.eu-central-1.aws.neon.tech/neondb/auth")],
            keys: vec!["ed"],
            claims: claims(json!({
                "iss": neon, "aud": neon, "sub": "5b97d88d-0e41-41b7-af54-d34a4549f421", "id": "5b97d88d-0e41-41b7-af54-d34a4549f421",
                "email": "eve@example.com", "emailVerified": true, "role": "authenticated", "banned": null,
            })),
            wrong: vec![
                json!({ "role": "anonymous" }),
                json!({ "isAnonymous": true }),
                json!({ "banned": true }),
                json!({ "iss": format!("{neon}/neondb/auth") }),
                json!({ "aud": format!("{neon}/neondb/auth") }),
                json!({ "aud": "better-auth:session-cache" }),
                json!({ "aud": null }),
                json!({ "iss": "https://ep-y-2.neonauth.c-2.eu-central-1.aws.neon.tech" }),
            ],
            right: vec![json!({ "role": null })],
        },
        Preset {
            accept: "auth0",
            settings: vec![("AUTH0_DOMAIN", "shop.eu.auth0.com"), ("JWT_AUDIENCE", "https://api.shop.example")],
            keys: vec!["rs", "ps"],
            claims: claims(json!({
                "iss": "https://shop.eu.auth0.com/", "sub": "auth0|123456", "azp": "client-1", "scope": "openid profile",
                "aud": ["https://api.shop.example", "https://shop.eu.auth0.com/userinfo"],
            })),
            wrong: vec![
                json!({ "iss": "https://shop.eu.auth0.com" }),
                json!({ "iss": "https://shop.us.auth0.com/" }),
                json!({ "aud": "client-1" }),
                json!({ "aud": "https://shop.eu.auth0.com/userinfo" }),
                json!({ "aud": "https://api.shop.example/" }),
                json!({ "aud": null }),
                json!({ "sub": null }),
                json!({ "gty": "client-credentials" }),
                json!({ "gty": ["refresh_token", "client-credentials"] }),
                json!({ "sub": "client-1@clients", "gty": null }),
            ],
            right: vec![
                json!({ "aud": "https://api.shop.example" }),
                json!({ "gty": "password" }),
                json!({ "gty": ["refresh_token"] }),
            ],
        },
        Preset {
            accept: "clerk",
            settings: vec![
                ("CLERK_ISSUER", "https://clerk.shop.example"),
                ("CORS_ORIGINS", "https://shop.example, https://www.shop.example"),
            ],
            keys: vec!["rs"],
            claims: claims(json!({
                "iss": "https://clerk.shop.example", "sub": "user_2bVft", "sid": "sess_2bVft", "azp": "https://shop.example",
                "nbf": NOW - 10, "fva": [7, -1], "sts": "active", "v": 2,
            })),
            wrong: vec![
                json!({ "azp": null }),
                json!({ "azp": "" }),
                json!({ "azp": "https://evil.example" }),
                json!({ "azp": "https://shop.example/" }),
                json!({ "azp": ["https://shop.example"] }),
                json!({ "azp": null, "aud": "https://shop.example" }),
                json!({ "aud": "other" }),
                json!({ "aud": "https://shop.example" }),
                json!({ "aud": ["hasura"] }),
                json!({ "act": { "iss": "https://dashboard.clerk.com", "sub": "user_admin" } }),
                json!({ "sts": "pending" }),
                json!({ "sts": 1 }),
                json!({ "iss": "https://clerk.other.example" }),
                json!({ "iss": "https://clerk.shop.example/" }),
            ],
            right: vec![json!({ "azp": "https://www.shop.example" }), json!({ "sts": null }), json!({ "act": null })],
        },
        Preset {
            accept: "firebase",
            settings: vec![("FIREBASE_PROJECT_ID", "shop-4711")],
            keys: vec!["rs"],
            claims: claims(json!({
                "iss": "https://securetoken.google.com/shop-4711", "aud": "shop-4711", "sub": "Qx7d", "user_id": "Qx7d",
                "auth_time": NOW - 60, "email": "eve@example.com",
                "firebase": { "identities": { "email": ["eve@example.com"] }, "sign_in_provider": "password" },
            })),
            wrong: vec![
                json!({ "firebase": { "identities": {}, "sign_in_provider": "anonymous" } }),
                json!({ "firebase": {} }),
                json!({ "firebase": null }),
                json!({ "auth_time": NOW + 31 }),
                json!({ "auth_time": null }),
                json!({ "auth_time": "1" }),
                json!({ "aud": "shop-4712", "iss": "https://securetoken.google.com/shop-4712" }),
                json!({ "aud": "shop-4712" }),
                json!({ "iss": "https://securetoken.google.com/shop-4712" }),
                json!({ "iss": "https://session.firebase.google.com/shop-4711" }),
                json!({ "sub": "" }),
                json!({ "sub": null }),
            ],
            right: vec![json!({ "firebase": { "sign_in_provider": "google.com" } }), json!({ "auth_time": NOW + 30 })],
        },
    ]
}

fn blueprint_of(accept: &str) -> String {
    BLUEPRINT.replace(r#"["own", "better-auth"]"#, accept)
}

/// J9, J10: each in its words.
#[tokio::test]
async fn j9_each_issuer_has_its_own_claims() {
    for preset in presets() {
        let signers = Signers::new();
        let issuer = KeyServer::with(&signers.key_set());
        let settings = [&preset.settings[..], &[("JWKS_URL", issuer.url())]].concat();
        let name = preset.accept;
        let world = World::with(&blueprint_of(&format!("[\"own\", \"{name}\"]")), &settings).await;
        for change in &preset.wrong {
            let claims = changed(preset.claims.clone(), change);
            world.refuses(&signers.token(preset.keys[0], &claims), &format!("{name} {change}")).await;
        }
        for (kid, _) in KEYS.iter().filter(|(kid, _)| !preset.keys.contains(kid)) {
            world.refuses(&signers.token(kid, &preset.claims), &format!("{name} with {kid}")).await;
        }
        assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0], "{name}");
        for kid in &preset.keys {
            let user = world.user(&signers.token(kid, &preset.claims)).await;
            assert_eq!(
                (user.iss, user.sub),
                (preset.claims["iss"].as_str().unwrap().to_owned(), sub(&preset)),
                "{name}"
            );
            assert!(user.roles.is_empty(), "{name}: roles are given here");
        }
        for change in &preset.right {
            let claims = changed(preset.claims.clone(), change);
            assert_eq!(world.user(&signers.token(preset.keys[0], &claims)).await.sub, sub(&preset), "{name} {change}");
        }
        assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [1], "{name}: one person");
    }
}

fn sub(preset: &Preset) -> String {
    preset.claims["sub"].as_str().unwrap().to_owned()
}

/// Each has its issuer, and what is right for one is nothing for another.
#[tokio::test]
async fn j10_tokens_of_one_issuer_are_none_of_another() {
    let (presets, signers) = (presets(), Signers::new());
    let issuer = KeyServer::with(&signers.key_set());
    for preset in &presets {
        let settings = [&preset.settings[..], &[("JWKS_URL", issuer.url())]].concat();
        let world = World::with(&blueprint_of(&format!("[\"{}\"]", preset.accept)), &settings).await;
        for other in presets.iter().filter(|other| other.accept != preset.accept) {
            for (kid, _) in KEYS {
                let why = format!("{} sent to {}", other.accept, preset.accept);
                world.refuses(&signers.token(kid, &other.claims), &why).await;
            }
        }
    }
}

#[tokio::test]
async fn j10_the_legacy_secret_of_supabase_makes_users_of_nothing_else() {
    let preset = presets().remove(0);
    let secret = [("SUPABASE_JWT_SECRET", SUPABASE_SECRET)];
    let world = World::with(&blueprint_of("[\"supabase\"]"), &[&preset.settings[..], &secret].concat()).await;
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": "a/b+c=" });
    let token = |claims: &Json| hs256(SUPABASE_SECRET.as_bytes(), &header, claims);
    for change in &preset.wrong {
        world.refuses(&token(&changed(preset.claims.clone(), change)), &change.to_string()).await;
    }
    // The keys of every project: `anon` is in every browser, `service_role` may do anything there.
    for role in ["anon", "service_role"] {
        let key = json!({ "iss": "supabase", "ref": "abcdefghij", "role": role, "iat": NOW, "exp": NOW + 315_360_000 });
        world.refuses(&token(&key), role).await;
    }
    let signers = Signers::new();
    for (kid, _) in KEYS {
        world.refuses(&signers.token(kid, &preset.claims), "the secret alone counts").await;
    }
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM users"), [0]);
    world.user(&token(&preset.claims)).await;
}

/// Where a template of Clerk's puts an audience in, it is asked for instead of the origin.
#[tokio::test]
async fn j9_an_audience_of_clerk_stands_for_the_origin() {
    let (preset, signers) = (presets().remove(3), Signers::new());
    let issuer = KeyServer::with(&signers.key_set());
    let settings =
        [("CLERK_ISSUER", "https://clerk.shop.example"), ("JWT_AUDIENCE", "shop-api"), ("JWKS_URL", issuer.url())];
    let world = World::with(&blueprint_of("[\"clerk\"]"), &settings).await;
    world.refuses(&signers.token("rs", &preset.claims), "no audience").await;
    world.user(&signers.token("rs", &changed(preset.claims, &json!({ "aud": "shop-api", "azp": null })))).await;
}

/// Whoever signs up elsewhere under an address that is not his must not be shown here under it.
#[tokio::test]
async fn j13_an_address_is_kept_only_if_its_issuer_verified_it() {
    let claims = presets().remove(4).claims;
    for (change, kept) in [
        (json!({ "email_verified": true }), true),
        (json!({ "emailVerified": true }), true),
        (json!({ "email_verified": false }), false),
        (json!({ "email_verified": null }), false),
        (json!({ "email_verified": "true" }), false),
        (json!({ "email_verified": 1 }), false),
        (json!({ "user_metadata": { "email_verified": true } }), false),
    ] {
        let signers = Signers::new();
        let issuer = KeyServer::with(&signers.key_set());
        let settings = [("FIREBASE_PROJECT_ID", "shop-4711"), ("JWKS_URL", issuer.url())];
        let world = World::with(&blueprint_of("[\"own\", \"firebase\"]"), &settings).await;
        let user = world.user(&signers.token("rs", &changed(claims.clone(), &change))).await;
        assert_eq!(user.email.is_some(), kept, "{change}");
    }
}

/// Whoever verifies his address after he was first seen here is known by it from then on, and one address stays.
#[tokio::test]
async fn j13_an_address_that_is_verified_later_is_learnt_once() {
    let claims = presets().remove(4).claims;
    let signers = Signers::new();
    let issuer = KeyServer::with(&signers.key_set());
    let settings = [("FIREBASE_PROJECT_ID", "shop-4711"), ("JWKS_URL", issuer.url())];
    let world = World::with(&blueprint_of("[\"firebase\"]"), &settings).await;
    let token = |change: Json| signers.token("rs", &changed(claims.clone(), &change));
    let before = token(json!({ "email": "eve@example.com", "email_verified": false }));
    let eve = world.user(&before).await;
    assert_eq!(eve.email, None);
    let after = token(json!({ "email": "Eve@example.com", "email_verified": true }));
    let other = token(json!({ "email": "mallory@example.com", "email_verified": true }));
    for token in [&after, &before, &other] {
        let user = world.user(token).await;
        assert_eq!((user.id, user.email.as_deref()), (eve.id.clone(), Some("eve@example.com")));
    }
    assert_eq!(world.sql::<String>("SELECT action FROM _audit ORDER BY seq"), ["first_sight", "address_verified"]);
    let after = world.sql::<String>("SELECT CAST(after AS text) FROM _audit WHERE action = 'address_verified'");
    assert!(after[0].contains("eve@example.com"), "{after:?}");
}

/// Several issuers at once: each token goes to the one that it names.
#[tokio::test]
async fn j13_the_same_sub_of_two_issuers_is_two_people() {
    let signers = Signers::new();
    let issuer = KeyServer::with(&signers.key_set());
    let settings = [
        ("SUPABASE_URL", "https://abcdefghij.supabase.co"),
        ("SUPABASE_JWT_SECRET", SUPABASE_SECRET),
        ("JWKS_URL", issuer.url()),
        ("JWT_ISSUER", "https://issuer.example"),
        ("JWT_AUDIENCE", "authenticated"),
    ];
    let world = World::with(&blueprint_of("[\"own\", \"supabase\", \"jwks\"]"), &settings).await;
    let claims = presets().remove(0).claims;
    let named = changed(claims.clone(), &json!({ "iss": "https://issuer.example" }));
    let by_secret = |claims: &Json| hs256(SUPABASE_SECRET.as_bytes(), &json!({ "alg": "HS256" }), claims);
    let one = world.user(&by_secret(&claims)).await;
    let other = world.user(&signers.token("ed", &named)).await;
    assert!(one.id != other.id && one.sub == other.sub && one.email == other.email);
    world.refuses(&by_secret(&named), "the secret of one speaks for the other").await;
    world.refuses(&signers.token("ec", &claims), "the keys of one speak for the other").await;
}

#[tokio::test]
async fn what_an_issuer_needs_is_asked_for_at_the_start() {
    let world = World::new().await;
    for (accept, settings, expected) in [
        ("[\"supabase\"]", vec![], vec!["SUPABASE_URL"]),
        ("[\"supabase\"]", vec![("SUPABASE_JWT_SECRET", SUPABASE_SECRET)], vec!["SUPABASE_URL"]),
        ("[\"neon\"]", vec![], vec!["NEON_AUTH_URL"]),
        ("[\"auth0\"]", vec![], vec!["AUTH0_DOMAIN", "JWT_AUDIENCE"]),
        (
            "[\"better-auth\"]",
            vec![("BETTER_AUTH_SECRET", super::BETTER_AUTH_SECRET), ("ENV", "production")],
            vec!["BETTER_AUTH_URL"],
        ),
        (
            "[\"better-auth\"]",
            vec![("ENV", "staging"), ("JWT_ISSUER", "https://login.example.com")],
            vec!["BETTER_AUTH_URL"],
        ),
        (
            "[\"better-auth\", \"jwks\"]",
            vec![("JWKS_URL", "https://a.example"), ("JWT_ISSUER", "better-auth"), ("JWT_AUDIENCE", "x")],
            vec!["JWT_ISSUER"],
        ),
        ("[\"clerk\"]", vec![], vec!["CLERK_ISSUER"]),
        ("[\"clerk\"]", vec![("CLERK_ISSUER", "https://clerk.example")], vec!["CORS_ORIGINS"]),
        ("[\"firebase\"]", vec![], vec!["FIREBASE_PROJECT_ID"]),
        (
            "[\"firebase\", \"neon\"]",
            vec![
                ("FIREBASE_PROJECT_ID", "x"),
                ("NEON_AUTH_URL", "https://a.example/b"),
                ("JWKS_URL", "https://c.example/d"),
            ],
            vec!["JWKS_URL"],
        ),
    ] {
        let blueprint = std::sync::Arc::new(blueprint::load(&blueprint_of(accept)).unwrap());
        let started = Auth::new(&settings_of(&settings), blueprint, world.store.clone()).await;
        let Err(server::StartError::Settings(problems)) = started else { panic!("it starts: {accept}") };
        assert_eq!(problems.iter().map(|problem| problem.name).collect::<Vec<_>>(), expected, "{accept}");
    }
}
