//! `Idempotency-Key`: what is sent again is answered again and not done again.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::blueprints::{OFFICE, TODO};
use crate::support::{Answer, TestApp, place};

const KEY: &str = "idempotency-key";

/// Another answer with the same status, body and headers that says that it is a repeat.
#[track_caller]
fn assert_replay(first: &Answer, again: &Answer) {
    assert_eq!(again.status, first.status);
    assert_eq!(again.body, first.body);
    for name in ["etag", "location", "content-type", "cache-control"] {
        assert_eq!(again.headers.get(name), first.headers.get(name), "{name}");
    }
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn every_kind_of_write_is_replayed() {
    let app = TestApp::new(OFFICE).await;
    let eve = app.user_with("eve", &["manager"]).await;
    let eve = eve.with(KEY, "\"k-1\"");
    let whole = json!({"name": "z", "email": null, "code": null, "status": "new", "budget": "1.00", "score": 1, "rate": null,
        "weight": null, "vip": true, "born": null, "opens": null, "due_at": null, "phone": null, "site": null, "key": null,
        "extra": null, "note": null});
    for (method, path, body, status) in [
        ("POST", "/clients", Some(json!({"name": "x", "email": "a@example.com"})), 201),
        ("PATCH", "/clients/1", Some(json!({"name": "y"})), 200),
        ("PUT", "/clients/1", Some(whole), 200),
        ("PATCH", "/clients/1/star", None, 200),
        ("POST", "/rooms", Some(json!({"name": "north"})), 201),
        ("DELETE", "/clients/1", None, 204),
    ] {
        let first = eve.api(method, path, body.clone()).await.expect(status);
        let rows: i64 = app.sql("SELECT count(*) FROM _audit WHERE outcome = 'done'");
        // Though the row has another version by then, or is gone.
        assert_replay(&first, &eve.api(method, path, body.clone()).await);
        let bare = eve.api(method, path, body).await;
        assert_replay(&first, &bare);
        assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done'"), rows, "{method} {path}");
    }
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), 0);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM rooms"), 1);
}

#[tokio::test]
async fn an_answer_stays_what_it_was() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let once = ana.with(KEY, "k");
    let first = once.post("/clients", json!({"name": "x"})).await.expect(201);
    ana.patch("/clients/1", json!({"name": "changed"})).await.expect(200);
    assert_replay(&first, &once.post("/clients", json!({"name": "x"})).await);

    let app = TestApp::new(TODO).await;
    let ana = app.user("ana").await;
    let (path, once) = (format!("/{}/tasks", ana.id), ana.with(KEY, "k"));
    let first = once.post(&path, json!({"title": "x"})).await.expect(201);
    ana.delete(&format!("{path}/1")).await.expect(204);
    assert_replay(&first, &once.post(&path, json!({"title": "x"})).await);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM tasks"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_at_once_one_is_done() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await.with(KEY, "k");
    let answers = join_all((0..100).map(|_| ana.post("/clients", json!({"name": "x"})))).await;
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replayed, 99);
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (201, &answers[0].body));
    }
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), 1);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'client'"), 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await.with(KEY, "k");
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let refused = ana.post("/clients", json!({"name": "y"})).await.expect(422).json();
    assert_eq!(refused["code"], "idempotency_key_reused");

    ana.patch("/clients/1", json!({"name": "y"})).await.expect(200);
    let other_tag = ana.with("if-match", "\"2\"").patch("/clients/1", json!({"name": "y"})).await.expect(422);
    assert_eq!(other_tag.json()["code"], "idempotency_key_reused");
    assert_eq!(app.sql::<i64>("SELECT sum(_version) FROM clients"), 2);
}

#[tokio::test]
async fn callers_methods_and_paths_have_keys_of_their_own() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await.with(KEY, "k"), app.user("bob").await.with(KEY, "k"));
    for (number, caller) in [(1, &ana), (2, &bob)] {
        let answer = caller.post("/clients", json!({"name": "x"})).await.expect(201);
        assert_eq!((answer.json()["id"].as_i64(), answer.headers.get("idempotency-replayed")), (Some(number), None));
    }
    let visit = ana.post("/visits", json!({"client_id": 1})).await.expect(201);
    let changed = ana.patch("/clients/1", json!({"name": "y"})).await.expect(200);
    let starred = ana.act("/clients/1/star").await.expect(200);
    for answer in [visit, changed, starred] {
        assert!(!answer.headers.contains_key("idempotency-replayed"));
    }
    // Reads have no use for one.
    let read = ana.get("/clients/1").await.expect(200);
    assert!(!read.headers.contains_key("idempotency-replayed"));
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _idempotency"), 5);
}

#[tokio::test]
async fn only_successes_are_kept() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let once = ana.with(KEY, "k");
    once.post("/clients", json!({"name": 1})).await.expect(422);
    once.post("/visits", json!({"client_id": 1})).await.expect(409);
    once.patch("/clients/1", json!({"name": "y"})).await.expect(404);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _idempotency"), 0);
    // Once the reason is gone, the same request is done.
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    once.post("/visits", json!({"client_id": 1})).await.expect(201);
    once.patch("/clients/1", json!({"name": "y"})).await.expect(200);
}

#[tokio::test]
async fn who_has_lost_a_right_is_not_shown_what_he_was_shown_with_it() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await.with(KEY, "k");
    ana.post("/clients", json!({"name": "x", "note": "secret"})).await.expect(201);
    eve.act("/clients/1/demote").await.expect(200);
    eve.post("/rooms", json!({"name": "north"})).await.expect(201);
    eve.act("/clients/1/demote").await.expect(200);

    app.set_roles("eve", &[]);
    let refused = eve.act("/clients/1/demote").await.expect(403);
    assert!(!String::from_utf8_lossy(&refused.body).contains("secret"));
    eve.post("/rooms", json!({"name": "north"})).await.expect(403);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'demote'"), 1);

    // With the right comes the answer.
    app.set_roles("eve", &["manager"]);
    assert_eq!(eve.act("/clients/1/demote").await.expect(200).header("idempotency-replayed"), "true");
    let mut stranger = app.stranger().with(KEY, "k");
    stranger.act("/clients/1/demote").await.expect(401);
    stranger.token = Some("x.y.z".to_owned());
    stranger.act("/clients/1/demote").await.expect(401);
}

#[tokio::test]
async fn strangers_and_accounts_have_no_keys() {
    let open = OFFICE
        .replace("read = [\"anyone\"]\ncreate = [\"role:manager\"]", "read = [\"anyone\"]\ncreate = [\"anyone\"]");
    let app = TestApp::new(&open).await;
    let stranger = app.stranger().with(KEY, "not, a key");
    for id in 1..=2 {
        assert_eq!(stranger.post("/notices", json!({"text": "x"})).await.expect(201).json()["id"], id);
    }
    let account = json!({"email": "ana@example.com", "password": crate::support::PASSWORD});
    let stranger = app.stranger().with(KEY, "k");
    stranger.send("POST", "/auth/register", Some(account.clone())).await.expect(202);
    let log_in = async || stranger.send("POST", "/auth/login", Some(account.clone())).await.expect(200).body;
    assert_ne!(log_in().await, log_in().await);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _idempotency"), 0);
}

#[tokio::test]
async fn junk_is_no_key() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    for junk in ["", "a b", "\"a", "a,b", &"k".repeat(256)] {
        ana.with(KEY, junk).post("/clients", json!({"name": "x"})).await.expect(400);
    }
    ana.with(KEY, "a").with(KEY, "b").post("/clients", json!({"name": "x"})).await.expect(400);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), 0);
    // The key itself counts, not how it is written.
    ana.with(KEY, "k").post("/clients", json!({"name": "x"})).await.expect(201);
    let quoted = ana.with(KEY, "\"k\"").post("/clients", json!({"name": "x"})).await.expect(201);
    assert_eq!(quoted.header("idempotency-replayed"), "true");
}

#[tokio::test]
async fn a_key_outlives_a_restart_but_not_a_day() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await.with(KEY, "k");
    let first = ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let token = ana.token.clone();
    app.app.close().await;
    let app = TestApp::in_folder(OFFICE, &[], app.folder).await;
    let mut ana = app.stranger().with(KEY, "k");
    ana.token = token;
    assert_replay(&first, &ana.post("/clients", json!({"name": "x"})).await);

    age(&app);
    let anew = ana.post("/clients", json!({"name": "x"})).await.expect(201);
    assert_eq!((anew.json()["id"].as_i64(), anew.headers.get("idempotency-replayed")), (Some(2), None));
    // Others go with the next ones.
    age(&app);
    ana.post("/visits", json!({"client_id": 1})).await.expect(201);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _idempotency"), 1);
}

/// Makes all that is kept a little older than a day.
fn age(app: &TestApp) {
    let then = match place::is_postgres() {
        true => "now() - interval '86401 seconds'",
        false => "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-86401 seconds')",
    };
    app.write(&format!("UPDATE _idempotency SET created_at = {then}"));
}
