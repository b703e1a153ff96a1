//! What the audit is told of refusals: of whom, of what, and how little of a flood.

use serde_json::{Value as Json, json};

use crate::support::{Caller, TestApp};

const CLINIC: &str = r#"
[app]
name = "clinic"
[auth]
roles = ["doctor"]
[entity.room.field]
code = { type = "text" }
[entity.room.access]
read = ["signed_in"]
create = ["role:doctor"]
[entity.diagnosis.field]
text = { type = "long_text" }
room = { type = "reference", to = "room" }
[entity.diagnosis.access]
read = ["owner", "role:doctor"]
"#;

/// What admins find of refusals, the oldest first, after all of it was written.
async fn refused(app: &TestApp, root: &Caller<'_>) -> Vec<Json> {
    app.app.seal_audit().await;
    let answer = root.send("GET", "/_/audit?outcome=refused&limit=100", None).await.expect(200);
    let mut rows = answer.json()["data"].as_array().unwrap().clone();
    rows.reverse();
    rows
}

fn told(rows: &[Json]) -> Vec<String> {
    let text = |row: &Json, name: &str| row[name].as_str().unwrap_or("-").to_owned();
    let parts = ["action", "entity", "entity_id", "reason"];
    rows.iter().map(|row| parts.map(|name| text(row, name)).join(" ")).collect()
}

#[tokio::test]
async fn l1_what_somebody_was_refused_is_kept_with_who_what_when_where_and_request() {
    let app = TestApp::new(CLINIC).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let root = app.user_with("root", &["admin"]).await;
    bob.post("/diagnoses", json!({"text": "well"})).await.expect(201);
    ana.with("x-request-id", "r-1").get("/diagnoses/1").await.expect(404);
    ana.patch("/diagnoses/1", json!({"text": "x"})).await.expect(404);
    ana.delete("/diagnoses/7").await.expect(404);
    ana.post("/rooms", json!({"code": "x"})).await.expect(403);
    ana.get("/rooms/9/diagnoses").await.expect(404);
    let batch = json!({"operations": [{"method": "POST", "body": {"code": "x"}}]});
    ana.post("/rooms:batch", batch).await.expect(403);
    ana.send("GET", "/_/audit", None).await.expect(403);
    ana.send("PATCH", "/auth/users/018f4e5a-7b1c-7000-8000-000000000001", Some(json!({"disabled": true})))
        .await
        .expect(403);
    let rows = refused(&app, &root).await;
    assert_eq!(
        told(&rows),
        [
            "read diagnosis 1 not_found",
            "update diagnosis 1 not_found",
            "delete diagnosis 7 not_found",
            "create room - forbidden",
            "read room 9 not_found",
            "batch room - forbidden",
            "GET /_/audit - - forbidden",
            "PATCH /auth/users/{id} - - forbidden",
        ]
    );
    let first = &rows[0];
    assert_eq!(
        (&first["iss"], &first["sub"], &first["request_id"], &first["ip"]),
        (&json!("own"), &json!(ana.id), &json!("r-1"), &json!("127.0.0.1"))
    );
    assert!(first["at"].is_string() && first["session"].is_string() && first["after"].is_null(), "{first}");
}

#[tokio::test]
async fn l1_what_is_nobody_s_refusal_is_not_kept() {
    let app = TestApp::new(CLINIC).await;
    let ana = app.user("ana").await;
    let root = app.user_with("root", &["admin"]).await;
    // Strangers, whose refusals are without end.
    app.stranger().get("/diagnoses/1").await.expect(401);
    app.stranger().with("authorization", "Bearer x").get("/diagnoses/1").await.expect(401);
    // What is no path, no row and no request.
    ana.get("/nothing/1").await.expect(404);
    ana.get("/rooms/x").await.expect(404);
    ana.get("/rooms?nonsense=1").await.expect(400);
    ana.post("/diagnoses", json!({"txt": "x"})).await.expect(422);
    ana.send("POST", "/api/v1/rooms/1", None).await.expect(405);
    assert_eq!(told(&refused(&app, &root).await), [""; 0]);
}

#[tokio::test]
async fn l1_a_flood_of_refusals_is_a_row_and_a_number() {
    let app = TestApp::with(CLINIC, &[("RATE_LIMIT_USER", "0")]).await;
    let ana = app.user("ana").await;
    let root = app.user_with("root", &["admin"]).await;
    for number in 1..=50 {
        ana.get(&format!("/diagnoses/{number}")).await.expect(404);
    }
    let rows = refused(&app, &root).await;
    assert_eq!(told(&rows), ["read diagnosis 1 not_found", "read diagnosis 50 not_found"]);
    assert_eq!((&rows[0]["after"], &rows[1]["after"]), (&json!(null), &json!({"more": 49})));
}

#[tokio::test]
async fn l1_what_a_key_is_refused_is_kept_with_the_key() {
    let app = TestApp::new(CLINIC).await;
    let ana = app.user("ana").await;
    let root = app.user_with("root", &["admin"]).await;
    let allow = ["room:read".to_owned()];
    let new = server::auth::api_keys::NewKey { user: "ana@example.com", name: "k", allow: &allow, lifetime: None };
    let made = app.app.add_key(new).unwrap();
    let service = app.stranger().with("x-api-key", &made.key);
    service.get("/diagnoses").await.expect(403);
    service.send("GET", "/auth/sessions", None).await.expect(403);
    let rows = refused(&app, &root).await;
    assert_eq!(told(&rows), ["list diagnosis - forbidden", "GET /auth/sessions - - forbidden"]);
    assert_eq!((&rows[0]["sub"], &rows[0]["key"]), (&json!(ana.id), &json!(made.id)));
}

#[tokio::test]
async fn l1_a_log_in_that_failed_is_kept_and_of_nobody_no_address() {
    let app = TestApp::with(CLINIC, &[("LOGIN_FAILURES", "2")]).await;
    let ana = app.user("ana").await;
    let root = app.user_with("root", &["admin"]).await;
    let log_in = async |email: &str, status: u16| {
        let body = json!({"email": email, "password": "wrong horse battery"});
        app.stranger().send("POST", "/auth/login", Some(body)).await.expect(status);
    };
    for email in ["ana@example.com", "nobody-here@example.com"] {
        log_in(email, 401).await;
        log_in(email, 401).await;
        log_in(email, 429).await;
    }
    let rows = refused(&app, &root).await;
    let mut of_ana: Vec<String> = told(&rows).into_iter().filter(|row| row.contains(&ana.id)).collect();
    of_ana.sort();
    let code = |code: &str| format!("login user {} {code}", ana.id);
    assert_eq!(of_ana, [code("bad_credentials"), code("bad_credentials"), code("too_many_requests")]);
    let of_nobody: Vec<&Json> = rows.iter().filter(|row| row["entity_id"].is_null()).collect();
    let marks: Vec<&str> = of_nobody.iter().map(|row| row["after"]["nobody"].as_str().unwrap()).collect();
    assert_eq!(marks.len(), 3);
    assert!(marks.iter().all(|mark| mark.len() == 16 && *mark == marks[0]), "{marks:?}");
    assert!(rows.iter().all(|row| row["sub"].is_null() && row["iss"] == "own"), "{rows:?}");
    assert!(!json!(rows).to_string().contains('@'), "no address is kept: {rows:?}");
}
