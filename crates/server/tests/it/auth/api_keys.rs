//! API keys: whom they speak for, what they may, and when they count no more.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value as Json, json};
use server::auth::api_keys::{self, Made, NewKey};
use sha2::{Digest, Sha256};

use super::{BLUEPRINT, EMAIL, HERE, PASSWORD, World};
use crate::support::{Answer, Caller, TestApp};

const OFFICE: &str = r#"
[app]
name = "office"
[auth]
roles = ["manager"]
[entity.client.field]
name = { type = "text", required = true }
closed = { type = "boolean" }
[entity.client.access]
read = ["owner", "role:manager"]
update = ["owner", "role:manager"]
close = ["owner"]
[entity.client.action.close]
set = { closed = true }
[entity.visit.field]
client = { type = "reference", to = "client", required = true }
"#;

impl TestApp {
    /// What `supermaker key add` does.
    fn make_key(&self, name: &str, allow: &[&str]) -> Made {
        let user = format!("{name}@example.com");
        let allow: Vec<String> = allow.iter().map(|word| (*word).to_owned()).collect();
        self.app.add_key(NewKey { user: &user, name: "a service", allow: &allow, lifetime: None }).unwrap()
    }

    /// A service with such a key.
    fn service(&self, name: &str, allow: &[&str]) -> Caller<'_> {
        self.stranger().with("x-api-key", &self.make_key(name, allow).key)
    }
}

#[tokio::test]
async fn a_key_acts_for_its_user_and_does_what_it_is_for() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    bob.post("/clients", json!({"name": "Blue"})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1})).await.expect(201);

    let all = app.service("ana", &["*"]);
    let made = all.post("/clients", json!({"name": "Crux"})).await.expect(201).json();
    assert_eq!((&made["id"], &made["user_id"]), (&json!(3), &json!(ana.id)));
    assert_eq!(all.get("/clients").await.expect(200).ids(), [1, 3]);
    all.get("/clients/2").await.expect(404);
    all.act("/clients/3/close").await.expect(200);
    assert_eq!(all.send("GET", "/auth/me", None).await.expect(200).json()["id"], ana.id);

    let reads = app.service("ana", &["client:read"]);
    assert_eq!(reads.get("/clients").await.expect(200).ids(), [1, 3]);
    reads.get("/clients/1").await.expect(200);
    let refused = reads.post("/clients", json!({"name": "Dome"})).await.expect(403).json();
    assert_eq!(refused["detail"], "the API key is not for this");
    reads.patch("/clients/1", json!({"name": "Dome"})).await.expect(403);
    reads.delete("/clients/1").await.expect(403);
    reads.act("/clients/1/close").await.expect(403);
    reads.patch("/clients/2", json!({"name": "Dome"})).await.expect(404);
    let batch = json!({"operations": [{"method": "POST", "body": {"name": "Dome"}}]});
    reads.post("/clients:batch", batch).await.expect(403);
    // What it is not for is not there, from whatever side it is come to.
    reads.get("/visits").await.expect(403);
    reads.get("/visits/1").await.expect(404);
    reads.get("/clients/1/visits").await.expect(403);

    let visits = app.service("ana", &["visit"]);
    assert_eq!(visits.get("/visits?expand=client").await.expect(200).json()["data"][0]["client"], json!(null));
    assert_eq!(visits.get("/visits?client.name=Acme").await.expect(200).ids(), [0; 0]);
    visits.get("/clients/1/visits").await.expect(404);
    assert_eq!(visits.post("/visits", json!({"client_id": 1})).await.expect(409).json()["code"], "reference");

    let creates = app.service("ana", &["client:create"]);
    creates.post("/clients", json!({"name": "Elm"})).await.expect(201);
    let refused = creates.get("/clients").await.expect(403).json();
    assert_eq!(refused["detail"], "the API key is not for this", "not for want of roles");
    creates.get("/clients/1").await.expect(404);
}

#[tokio::test]
async fn a_key_follows_its_user() {
    let app = TestApp::new(OFFICE).await;
    let (ana, _bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    let service = app.service("bob", &["*"]);
    service.get("/clients/1").await.expect(404);
    app.set_roles("bob", &["manager"]);
    service.get("/clients/1").await.expect(200);
    app.set_roles("bob", &[]);
    service.get("/clients/1").await.expect(404);
}

#[tokio::test]
async fn keys_that_do_not_count_are_not_told_apart() {
    let app = TestApp::new(OFFICE).await;
    app.user("ana").await;
    app.user("bob").await;
    let (revoked, disabled) = (app.make_key("ana", &["*"]), app.make_key("bob", &["*"]));
    let ended = app.make_key("ana", &["*"]);
    for key in [&revoked, &disabled, &ended] {
        app.stranger().with("x-api-key", &key.key).get("/clients").await.expect(200);
    }
    app.revoke_key(&revoked.prefix);
    app.write(&format!("UPDATE _keys SET expires_at = '2026-01-01T00:00:00.000000Z' WHERE id = '{}'", ended.id));
    app.write("UPDATE users SET disabled = true WHERE email = 'bob@example.com'");
    // As a change by the command line makes itself known.
    app.set_roles("ana", &["manager"]);
    let unknown = format!("{}A", &ended.key[..ended.key.len() - 1]);
    let mut answers = Vec::new();
    for key in [&revoked.key, &ended.key, &disabled.key, &unknown, "sm_", "", "Bearer x", "\u{e9}"] {
        let answer =
            app.stranger().with("x-api-key", key).with("x-request-id", "r-1").get("/clients").await.expect(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|body| *body == answers[0]), "{answers:?}");
    let twice = app.make_key("ana", &["*"]).key;
    app.stranger().with("x-api-key", &twice).get("/clients").await.expect(200);
    app.stranger().with("x-api-key", &twice).with("x-api-key", &twice).get("/clients").await.expect(401);
    // Who sends one as a token is told how it is sent, whether it counts or not.
    for key in [&twice, &unknown, &revoked.key] {
        let caller = app.stranger().with("authorization", &format!("Bearer {key}"));
        let answer = caller.get("/clients").await.expect(401);
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("`X-API-Key: <key>`") && !answer.json().to_string().contains(key.as_str()), "{detail}");
    }
    for token in ["sm_", "x.y.z"] {
        let answer = app.stranger().with("authorization", &format!("Bearer {token}")).get("/clients").await.expect(401);
        assert!(!answer.json().to_string().contains("X-API-Key"), "{token}");
    }
}

impl TestApp {
    fn revoke_key(&self, which: &str) {
        self.app.revoke_key(which).unwrap();
        assert!(self.app.revoke_key(which).is_err(), "once is for ever");
    }
}

#[tokio::test]
async fn a_token_and_a_key_at_once_are_refused() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let key = app.make_key("ana", &["*"]).key;
    for path in ["/api/v1/clients", "/auth/me", "/auth/sessions"] {
        ana.with("x-api-key", &key).send("GET", path, None).await.expect(400);
        ana.with("x-api-key", "x").send("GET", path, None).await.expect(400);
    }
}

#[tokio::test]
async fn accounts_are_not_for_keys() {
    let app = TestApp::new(OFFICE).await;
    app.user_with("ana", &["admin"]).await;
    let service = app.service("ana", &["*"]);
    service.send("GET", "/auth/me", None).await.expect(200);
    let id = "018f4e5a-7b1c-7000-8000-000000000001";
    for (method, path, body) in [
        ("GET", "/auth/sessions".to_owned(), None),
        ("DELETE", "/auth/sessions".to_owned(), None),
        ("DELETE", format!("/auth/sessions/{id}"), None),
        ("POST", "/auth/logout".to_owned(), None),
        (
            "POST",
            "/auth/password".to_owned(),
            Some(json!({"current_password": PASSWORD, "password": "another one, longer"})),
        ),
        ("POST", "/auth/me/delete".to_owned(), Some(json!({"password": PASSWORD}))),
        ("GET", "/auth/users".to_owned(), None),
        ("GET", format!("/auth/users/{id}"), None),
        ("PATCH", format!("/auth/users/{id}"), Some(json!({"disabled": true}))),
        ("DELETE", format!("/auth/users/{id}"), None),
        ("DELETE", format!("/auth/users/{id}/sessions"), None),
    ] {
        let answer = service.send(method, &path, body).await.expect(403);
        assert_eq!(answer.json()["detail"], "the API key is not for this", "{method} {path}");
    }
    app.log_in("ana").await;
}

#[tokio::test]
async fn what_is_done_by_a_key_is_audited_with_it() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let key = app.make_key("ana", &["*"]);
    let service = app.stranger().with("x-api-key", &key.key);
    service.post("/clients", json!({"name": "Acme"})).await.expect(201);
    let batch = json!({"operations": [{"method": "POST", "body": {"name": "Blue"}}]});
    service.post("/clients:batch", batch).await.expect(200);
    service.patch("/clients/1", json!({"name": "Crux"})).await.expect(200);
    service.delete("/clients/1").await.expect(204);
    ana.post("/clients", json!({"name": "Dome"})).await.expect(201);
    let told = |condition: &str| app.sql::<i64>(&format!("SELECT count(*) FROM _audit WHERE {condition}"));
    assert_eq!(told(&format!("key = '{}' AND sub = '{}' AND iss = 'own' AND session IS NULL", key.id, ana.id)), 4);
    assert_eq!(told("entity = 'client' AND key IS NULL AND session IS NOT NULL"), 1);
    let made: String = app.sql("SELECT after FROM _audit WHERE action = 'key.add'");
    let made: Json = serde_json::from_str(&made).unwrap();
    assert_eq!((&made["name"], &made["allow"]), (&json!("a service"), &json!({"*": ["*"]})));
    app.revoke_key(&key.prefix);
    assert_eq!(
        told(&format!("action = 'key.revoke' AND entity = 'key' AND entity_id = '{}' AND iss = 'cli'", key.id)),
        1
    );
}

#[tokio::test]
async fn an_idempotency_key_is_its_api_key_s_own() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let (one, other) = (app.service("ana", &["*"]), app.service("ana", &["client:create"]));
    let mut ids = Vec::new();
    for caller in [&ana, &one, &other, &one, &ana] {
        let answer = caller.with("idempotency-key", "k-1").post("/clients", json!({"name": "Acme"})).await.expect(201);
        ids.push(answer.json()["id"].as_i64().unwrap());
    }
    assert_eq!(ids, [1, 2, 3, 2, 1]);
}

#[tokio::test]
async fn a_cursor_is_its_key_s_own() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    for name in ["a", "b", "c"] {
        ana.post("/clients", json!({"name": name})).await.expect(201);
    }
    let service = app.service("ana", &["*:read"]);
    let next = |answer: &Answer| answer.json()["next_cursor"].as_str().unwrap().to_owned();
    let of_ana = next(&ana.get("/clients?limit=1").await.expect(200));
    let of_service = next(&service.get("/clients?limit=1").await.expect(200));
    service.get(&format!("/clients?limit=1&cursor={of_ana}")).await.expect(400);
    ana.get(&format!("/clients?limit=1&cursor={of_service}")).await.expect(400);
    assert_eq!(service.get(&format!("/clients?limit=1&cursor={of_service}")).await.expect(200).ids().len(), 1);
}

#[tokio::test]
async fn requests_are_counted_by_key_and_bad_keys_by_address() {
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_USER", "3"), ("RATE_LIMIT_STRANGER", "6")]).await;
    app.user("ana").await;
    let (one, other) = (app.service("ana", &["*"]), app.service("ana", &["*"]));
    for service in [&one, &other] {
        for _ in 0..3 {
            service.get("/clients").await.expect(200);
        }
        service.get("/clients").await.expect(429);
    }
    let guess = app.stranger().with("x-api-key", "sm_guess");
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(guess.get("/clients").await.status.as_u16());
    }
    assert_eq!((statuses[0], statuses[6]), (401, 429), "{statuses:?}");
}

/// Letters that could be a key, and are none.
fn guess(number: usize) -> String {
    format!("sm_aaaaaaa{number}_{}", "A".repeat(43))
}

#[tokio::test]
async fn guesses_cost_the_database_nothing_once_there_were_too_many() {
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_STRANGER", "4")]).await;
    app.user("ana").await;
    let good = app.make_key("ana", &["*"]);
    app.stranger().with("x-api-key", &good.key).get("/clients").await.expect(200);
    let ask = async |key: &str| app.stranger().with("x-api-key", key).get("/clients").await.status.as_u16();
    while ask(&guess(1)).await == 401 {}
    // Whoever looked now would fail.
    app.alter("ALTER TABLE _keys RENAME TO gone");
    assert_eq!(ask(&guess(2)).await, 429);
    assert_eq!(ask("sm_of_no_form").await, 429);
    app.stranger().with("x-api-key", &good.key).get("/clients").await.expect(200);
}

#[tokio::test]
async fn what_has_not_the_form_of_a_key_is_not_looked_up() {
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_STRANGER", "0")]).await;
    // Whatever is looked up fails.
    app.alter("ALTER TABLE _keys RENAME TO gone");
    let ask = async |key: &str| app.stranger().with("x-api-key", key).get("/clients").await.status.as_u16();
    let whole = guess(1);
    for key in [
        "",
        "sm_",
        "x",
        &whole[1..],
        &whole[..54],
        &format!("{whole}A"),
        &whole.to_uppercase(),
        &whole.replace("_A", "-A"),
        &whole.replace("AA", "A="),
        &format!("sm_\u{e9}aaaaaa_{}", "A".repeat(43)),
    ] {
        assert_eq!(ask(key).await, 401, "{key}");
    }
}

#[tokio::test]
async fn users_are_seen_with_the_key_s_leave_alone() {
    let app = TestApp::new(&OFFICE.replace("roles = [\"manager\"]", "roles = [\"manager\"]\n")).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    app.user_with("eve", &["manager"]).await;
    for (allow, is_seen) in
        [(&["client:read"][..], false), (&["client:read", "user:read"], true), (&["*:read"], true), (&["*"], true)]
    {
        let row = app.service("eve", allow).get("/clients/1?expand=user").await.expect(200).json();
        assert_eq!(row["user"].is_object(), is_seen, "{allow:?}: {row}");
        assert_eq!(row["user_id"], ana.id, "{allow:?}");
    }
    // A key gives its user nothing that he has not: without a role he sees himself.
    app.set_roles("eve", &[]);
    app.service("eve", &["client", "user:read"]).get("/clients/1?expand=user").await.expect(404);
    let own = app.service("ana", &["client", "user:read"]).get("/clients/1?expand=user").await.expect(200).json();
    assert_eq!(own["user"]["id"], ana.id);
}

#[tokio::test]
async fn keys_count_no_more_when_the_issuer_of_their_user_does_not() {
    let world = World::with_ana().await;
    let own = key_of(&world, None);
    world.execute(
        "INSERT INTO users (id, iss, sub, email, roles, created_at, updated_at, company) SELECT '018f4e5a-7b1c-7000-8000-000000000001', \
         'https://elsewhere.example', 'bob', 'bob@elsewhere.example', roles, created_at, updated_at, 'x' FROM users LIMIT 1",
    );
    let new = NewKey {
        user: "018f4e5a-7b1c-7000-8000-000000000001",
        name: "ci",
        allow: &["note:read".to_owned()],
        lifetime: None,
    };
    let foreign = api_keys::add(&world.store, &world.blueprint, new).unwrap();
    for (accept, counts) in
        [("\"own\", \"better-auth\"", [true, true]), ("\"own\"", [true, false]), ("\"better-auth\"", [false, true])]
    {
        let text = BLUEPRINT.replace("\"own\", \"better-auth\"", accept);
        let blueprint = std::sync::Arc::new(blueprint::load(&text).unwrap());
        let auth = world.auth.renewed(&super::settings_of(&[]), blueprint).await.unwrap();
        for (key, counts) in [&own, &foreign].into_iter().zip(counts) {
            assert_eq!(auth.key_holder(&key.key, HERE).await.is_ok(), counts, "{accept}");
        }
    }
}

fn key_of(world: &World, lifetime: Option<Duration>) -> Made {
    let new = NewKey { user: EMAIL, name: "ci", allow: &["note:read".to_owned()], lifetime };
    api_keys::add(&world.store, &world.blueprint, new).unwrap()
}

#[tokio::test]
async fn a_key_that_is_revoked_elsewhere_counts_no_more_a_second_later() {
    let world = World::with_ana().await;
    let key = key_of(&world, None);
    world.auth.key_holder(&key.key, HERE).await.unwrap();
    // By another process: nothing tells this one.
    api_keys::revoke(&world.store, &key.id).unwrap();
    world.clock.advance_ms(1000);
    let error = world.auth.key_holder(&key.key, HERE).await.unwrap_err();
    assert_eq!(error.problem.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_ends_by_itself() {
    let world = World::with_ana().await;
    let key = key_of(&world, Some(Duration::from_secs(60)));
    world.execute(&format!("UPDATE _keys SET expires_at = '2026-11-21T02:05:16.000000Z' WHERE id = '{}'", key.id));
    world.clock.advance_ms(59_000);
    world.auth.key_holder(&key.key, HERE).await.unwrap();
    world.clock.advance_ms(1000);
    assert!(world.auth.key_holder(&key.key, HERE).await.is_err());
}

#[tokio::test]
async fn when_a_key_was_used_is_known_to_the_minute() {
    let world = World::with_ana().await;
    let key = key_of(&world, None);
    let used = || world.sql::<Option<String>>("SELECT CAST(last_used_at AS TEXT) FROM _keys").swap_remove(0);
    assert_eq!(used(), None);
    world.auth.key_holder(&key.key, HERE).await.unwrap();
    let first = used();
    assert!(first.is_some());
    world.clock.advance_ms(59_000);
    world.auth.key_holder(&key.key, HERE).await.unwrap();
    assert_eq!(used(), first);
    world.clock.advance_ms(1000);
    world.auth.key_holder(&key.key, HERE).await.unwrap();
    assert!(used() > first);
}

#[tokio::test]
async fn s1_of_an_api_key_only_a_hash_is_kept() {
    let world = World::with_ana().await;
    let key = key_of(&world, None);
    let secret = key.key.strip_prefix(&format!("{}_", key.prefix)).unwrap();
    assert_eq!(secret.len(), 43, "256 bits");
    // Its 256 bits themselves would have that length, too.
    assert_eq!(world.sql::<Vec<u8>>("SELECT hash FROM _keys"), [Sha256::digest(&key.key).to_vec()]);
    for column in ["prefix", "name", "scopes"] {
        let held = world.sql::<String>(&format!("SELECT CAST({column} AS TEXT) FROM _keys")).swap_remove(0);
        assert!(!held.contains(secret), "{column}");
    }
    assert_ne!(key_of(&world, None).prefix, key.prefix);
}

#[tokio::test]
async fn a_key_needs_a_user_a_name_and_something_to_do() {
    let world = World::with_ana().await;
    let allow = ["note:read".to_owned()];
    let add = |user, name, allow| {
        let new = NewKey { user, name, allow, lifetime: None };
        api_keys::add(&world.store, &world.blueprint, new).unwrap_err().to_string()
    };
    for (error, words) in [
        (add("bob@example.com", "ci", &allow[..]), "no user `bob@example.com`"),
        (add(EMAIL, " ", &allow), "the name of a key"),
        (add(EMAIL, "a\nb", &allow), "no line breaks"),
        (add(EMAIL, "ci", &["memo:read".to_owned()]), "no entity `memo`"),
    ] {
        assert!(error.contains(words), "{error}");
    }
    assert_eq!(world.sql::<i64>("SELECT count(*) FROM _keys"), [0]);
    let first = key_of(&world, None);
    let listed = api_keys::list(&world.store).unwrap();
    assert_eq!((listed.len(), &listed[0].id, listed[0].email.as_deref()), (1, &first.id, Some(EMAIL)));
    assert_eq!(listed[0].allow, json!({"note": ["read"]}));
}
