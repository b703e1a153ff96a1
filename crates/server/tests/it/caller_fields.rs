//! Rules that look at who asks: `caller.team`, as the database knows it now.

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use serde_json::json;
use server::App;
use server::auth::api_keys::NewKey;
use server::auth::users::UserError;

use crate::support::{TestApp, place, settings};

const TEAMS: &str = r#"
[app]
name = "teams"
[user.field]
team = { type = "text", read_only = true, max_length = 10 }
level = { type = "integer", read_only = true, required = true, default = 1 }
nick = { type = "text" }

[entity.memo.field]
team = { type = "text", required = true }
level = { type = "integer", required = true, default = 1 }
pay = { type = "integer", default = 77, read = [{ when = "caller.level >= 3" }] }
[entity.memo.access]
read = ["owner", { when = "team = caller.team and level <= caller.level" }]
create = [{ when = "caller.team is null or team = caller.team" }]
[entity.memo.action.close]
when = "caller.level = 3"
set = { level = 9 }
"#;

async fn set(app: &TestApp, name: &str, field: &str, text: &str) {
    try_set(app, name, field, text).await.unwrap();
}

/// On another thread: this one drives the app, which may hold what the change waits for.
async fn try_set(app: &TestApp, name: &str, field: &str, text: &str) -> Result<(), UserError> {
    let (app, who, field, text) = (app.app.clone(), format!("{name}@example.com"), field.to_owned(), text.to_owned());
    tokio::task::spawn_blocking(move || app.set_user_field(&who, &field, &text)).await.unwrap()
}

#[tokio::test]
async fn rows_are_seen_by_what_is_known_of_the_caller_now() {
    let app = TestApp::new(TEAMS).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    set(&app, "ana", "level", "3").await;
    for (team, level) in [("red", 1), ("red", 2), ("blue", 1)] {
        ana.post("/memos", json!({ "team": team, "level": level, "pay": 7 })).await.expect(201);
    }
    assert!(bob.get("/memos").await.expect(200).ids().is_empty());
    set(&app, "ana", "level", "1").await;
    set(&app, "bob", "team", "red").await;
    assert_eq!(bob.get("/memos").await.expect(200).ids(), [1]);
    set(&app, "bob", "level", "2").await;
    assert_eq!(bob.get("/memos").await.expect(200).ids(), [1, 2]);
    assert_eq!(bob.get("/memos/1").await.expect(200).json()["pay"], json!(null));
    bob.get("/memos/3").await.expect(404);
    set(&app, "bob", "level", "3").await;
    assert_eq!(bob.get("/memos/1").await.expect(200).json()["pay"], 7);
    set(&app, "bob", "team", "").await;
    bob.get("/memos/1").await.expect(404);
    // A new row must be of his own team; whoever is in none may make it for any.
    set(&app, "ana", "team", "red").await;
    ana.post("/memos", json!({ "team": "blue" })).await.expect(403);
    ana.post("/memos", json!({ "team": "red" })).await.expect(201);
    ana.act("/memos/1/close").await.expect(409);
    set(&app, "ana", "level", "3").await;
    ana.act("/memos/1/close").await.expect(200);
    app.stranger().get("/memos").await.expect(401);
    let told = app.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'user.set' AND iss = 'cli'");
    assert_eq!(told, 8);
}

#[tokio::test]
async fn a_key_is_of_its_user_s_team() {
    let app = TestApp::new(TEAMS).await;
    let ana = app.user("ana").await;
    app.user("bob").await;
    ana.post("/memos", json!({ "team": "red" })).await.expect(201);
    set(&app, "bob", "team", "red").await;
    let allow = ["memo:read".to_owned()];
    let new = NewKey { user: "bob@example.com", name: "a service", allow: &allow, lifetime: None };
    let key = app.app.add_key(new).unwrap().key;
    assert_eq!(app.stranger().with("x-api-key", &key).get("/memos").await.expect(200).ids(), [1]);
}

/// What was kept under a key was what he might see then.
#[tokio::test]
async fn an_answer_is_not_given_again_to_who_is_somebody_else_now() {
    let app = TestApp::new(TEAMS).await;
    let bob = app.user("bob").await;
    set(&app, "bob", "level", "3").await;
    set(&app, "bob", "team", "red").await;
    let once = bob.with("idempotency-key", "k");
    let memo = || json!({ "team": "red" });
    assert_eq!(once.post("/memos", memo()).await.expect(201).json()["pay"], 77);
    let again = once.post("/memos", memo()).await.expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.json()["pay"]), ("true", &json!(77)));
    let made = || app.sql::<i64>("SELECT count(*) FROM memos");
    // Of another level he does not see the pay, of another team he could not make it, and of none he could.
    for (field, text) in [("level", "1"), ("team", "blue"), ("team", "")] {
        set(&app, "bob", field, text).await;
        let refused = once.post("/memos", memo()).await.expect(403);
        assert!(!refused.headers.contains_key("idempotency-replayed"), "{field} {text}");
        // As a value: the id of a request may have any digits.
        assert!(!String::from_utf8_lossy(&refused.body).contains(":77"), "{field} {text}");
        assert_eq!(made(), 1, "{field} {text}: it was done again");
    }
    set(&app, "bob", "level", "3").await;
    set(&app, "bob", "team", "red").await;
    assert_eq!(once.post("/memos", memo()).await.expect(201).header("idempotency-replayed"), "true");
}

/// What one instance is told counts on the others within two seconds, for tokens and for keys.
#[tokio::test]
async fn another_instance_knows_within_two_seconds() {
    let one = TestApp::new(TEAMS).await;
    let ana = one.user("ana").await;
    let bob = one.user("bob").await;
    ana.post("/memos", json!({ "team": "red" })).await.expect(201);
    let allow = ["memo:read".to_owned()];
    let new = NewKey { user: "bob@example.com", name: "a service", allow: &allow, lifetime: None };
    let key = one.app.add_key(new).unwrap().key;
    let blueprint = std::sync::Arc::new(blueprint::load(TEAMS).unwrap());
    let other = App::open(blueprint, settings(&[], &one.folder)).await.unwrap_or_else(|error| panic!("{error}"));
    let other = std::sync::Arc::new(other);
    let bearer = format!("Bearer {}", bob.token.as_deref().unwrap());
    let callers = [("authorization", bearer.as_str()), ("x-api-key", key.as_str())];
    for (team, seen) in [("red", vec![1]), ("blue", vec![]), ("red", vec![1]), ("", vec![])] {
        // Both have looked before, and might go on with what they saw.
        for caller in callers {
            memos(&other, caller).await;
        }
        set(&one, "bob", "team", team).await;
        let told = std::time::Instant::now();
        for caller in callers {
            let mut found = memos(&other, caller).await;
            while found != seen && told.elapsed() < std::time::Duration::from_secs(2) {
                found = memos(&other, caller).await;
            }
            assert_eq!(found, seen, "{} of team {team:?}", caller.0);
        }
    }
    other.close().await;
}

async fn memos(app: &std::sync::Arc<App>, (header, value): (&str, &str)) -> Vec<i64> {
    let request = Request::get("/api/v1/memos").header("host", "localhost").header(header, value);
    let answer = app.handle([192, 0, 2, 1].into(), request.body(Full::new(Bytes::new())).unwrap()).await;
    assert_eq!(answer.status(), 200);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let page: serde_json::Value = serde_json::from_slice(&body).unwrap();
    page["data"].as_array().unwrap().iter().map(|memo| memo["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn nobody_sets_it_himself() {
    let app = TestApp::new(TEAMS).await;
    for field in ["team", "level"] {
        let account = json!({ "email": "eve@example.com", "password": "correct horse battery", field: null });
        app.stranger().send("POST", "/auth/register", Some(account)).await.expect(422);
    }
    app.user("ana").await;
    for (field, text, why) in [
        ("team", "a text that is too long", "`team`"),
        ("level", "", "is required"),
        ("level", "high", "`level`"),
        ("tean", "red", "they have: team, level, nick"),
    ] {
        let refused = try_set(&app, "ana", field, text).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{field}: {refused}");
    }
}

/// What users wrote themselves is counted from one blueprint to the next, and taken from them.
#[tokio::test]
async fn what_users_wrote_themselves_before_a_field_was_read_only_is_told() {
    let open = TEAMS.replace("read_only = true, max_length", "max_length").replace("team = caller.team and ", "");
    let open = open.replace("caller.team is null or team = caller.team", "team = 'red'");
    let register = async |app: &TestApp, name: &str, team: serde_json::Value| {
        let mut account = json!({ "email": format!("{name}@example.com"), "password": crate::support::PASSWORD });
        if !team.is_null() {
            account["team"] = team;
        }
        app.stranger().send("POST", "/auth/register", Some(account)).await.expect(202);
    };
    let told = async |app: &TestApp| -> Vec<(String, i64)> {
        let found = app.app.self_written().await;
        found.into_iter().map(|found| (found.field, found.users)).collect()
    };
    let clear = async |app: &TestApp, field: &'static str| {
        let app = app.app.clone();
        tokio::task::spawn_blocking(move || app.clear_user_field(field).map_err(|error| error.to_string()))
            .await
            .unwrap()
    };
    // Before it could be written it was another's to give.
    let app = TestApp::in_folder(TEAMS, &[], tempfile::tempdir().unwrap()).await;
    register(&app, "old", json!(null)).await;
    set(&app, "old", "team", "red").await;
    assert_eq!(told(&app).await, []);
    app.app.close().await;

    let app = TestApp::in_folder(&open, &[], app.folder).await;
    for (name, team) in [("ana", json!("blue")), ("bob", json!("red")), ("eve", json!(null)), ("kim", json!("red"))] {
        register(&app, name, team).await;
    }
    assert_eq!(told(&app).await, [], "no rule looks at it");
    app.app.close().await;

    let app = TestApp::in_folder(TEAMS, &[], app.folder).await;
    register(&app, "new", json!(null)).await;
    // Some of what the operator did is found by the index, and some is not in it yet.
    place::execute(app.folder.path(), &much(300, "visit")).unwrap();
    app.app.seal_audit().await;
    set(&app, "new", "team", "red").await;
    assert_eq!(told(&app).await, [("team".to_owned(), 3)]);
    assert!(app.app.self_written().await[0].to_string().contains("supermaker user clear team"));
    set(&app, "bob", "team", "red").await;
    assert_eq!(told(&app).await, [("team".to_owned(), 2)], "that is the operator's word now");
    assert!(clear(&app, "nick").await.unwrap_err().contains("rules look at no field `nick` of users: team, level"));
    assert_eq!((clear(&app, "team").await, told(&app).await), (Ok(2), vec![]));
    assert_eq!((clear(&app, "team").await, clear(&app, "level").await), (Ok(0), Ok(0)));
    let teams = "SELECT email || ' ' || coalesce(team, '-') FROM users ORDER BY email";
    let teams = place::query::<String>(app.folder.path(), teams).join(",");
    let expected = "ana@example.com -,bob@example.com red,eve@example.com -,kim@example.com -,new@example.com red,old@example.com red";
    assert_eq!(teams, expected);
}

/// So many rows of the audit more, past the server, which tell of users.
fn much(rows: usize, action: &str) -> String {
    let time = if place::is_postgres() { "timestamptz" } else { "text" };
    format!(
        "INSERT INTO _audit (\"at\", iss, action, entity, entity_id, outcome) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         SELECT CAST('2026-11-20T00:00:00.000000Z' AS {time}), 'own', '{action}', 'user', 'u' || i, 'done' FROM n"
    )
}

/// With each user read against all of the audit this takes longer than any read may.
#[tokio::test]
async fn what_many_users_wrote_themselves_is_counted_in_one_look_at_a_long_audit() {
    let open = TEAMS.replace("read_only = true, max_length", "max_length").replace("team = caller.team and ", "");
    let open = open.replace("caller.team is null or team = caller.team", "team = 'red'");
    let app = TestApp::new(&open).await;
    app.user("ana").await;
    let id = if place::is_postgres() { "gen_random_uuid()" } else { "printf('00000000-0000-4000-8000-%012d', i)" };
    let users = format!(
        "INSERT INTO users (id, iss, sub, created_at, updated_at, team, level) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) \
         SELECT {id}, 'own', 'u' || i, created_at, updated_at, 'red', 1 FROM n CROSS JOIN users"
    );
    place::execute(app.folder.path(), &users).unwrap_or_else(|error| panic!("{users}: {error}"));
    app.app.close().await;
    let app = TestApp::in_folder(TEAMS, &[], app.folder).await;
    place::execute(app.folder.path(), &much(100_000, "log_in")).unwrap();
    set(&app, "ana", "team", "red").await;
    let found = app.app.self_written().await;
    assert_eq!(found.iter().map(|found| found.users).collect::<Vec<_>>(), [4000]);
}
