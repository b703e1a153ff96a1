//! `GET /_/audit`: who may read it, what is found, and what is kept from whom.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Caller, TestApp};

const CLINIC: &str = r#"
[app]
name = "clinic"
[auth]
roles = ["doctor"]
[entity.room.field]
name = { type = "text", required = true }
code = { type = "text", read = ["role:doctor"] }
pin = { type = "text", sensitive = true }
[entity.room.access]
read = ["signed_in"]
create = ["signed_in"]
[entity.diagnosis.field]
text = { type = "long_text" }
[entity.diagnosis.access]
read = ["owner", "role:doctor"]
"#;

async fn audit(caller: &Caller<'_>, query: &str) -> Vec<Json> {
    let answer = caller.send("GET", &format!("/_/audit?{query}"), None).await.expect(200);
    answer.json()["data"].as_array().unwrap().clone()
}

fn seqs(rows: &[Json]) -> Vec<i64> {
    rows.iter().map(|row| row["seq"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_audit_is_for_admins() {
    let app = TestApp::new(CLINIC).await;
    let (ana, doc) = (app.user("ana").await, app.user_with("doc", &["doctor"]).await);
    let root = app.user_with("root", &["admin"]).await;
    app.stranger().send("GET", "/_/audit", None).await.expect(401);
    for caller in [&ana, &doc] {
        caller.send("GET", "/_/audit", None).await.expect(403);
        caller.send("GET", "/_/audit?nonsense=1", None).await.expect(403);
    }
    let answer = root.send("GET", "/_/audit", None).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    root.send("POST", "/_/audit", None).await.expect(405);
    let key = |allow: &[&str]| {
        let allow: Vec<String> = allow.iter().map(|word| (*word).to_owned()).collect();
        let new = server::auth::api_keys::NewKey { user: "root@example.com", name: "k", allow: &allow, lifetime: None };
        app.stranger().with("x-api-key", &app.app.add_key(new).unwrap().key)
    };
    key(&["*"]).send("GET", "/_/audit", None).await.expect(200);
    key(&["*:read"]).send("GET", "/_/audit", None).await.expect(403);
}

#[tokio::test]
async fn rows_are_filtered_and_walked_from_the_newest_on() {
    let app = TestApp::new(CLINIC).await;
    let (ana, root) = (app.user("ana").await, app.user_with("root", &["admin"]).await);
    for name in ["a", "b", "c"] {
        ana.with("x-request-id", &format!("r-{name}")).post("/rooms", json!({"name": name})).await.expect(201);
    }
    ana.patch("/rooms/2", json!({"name": "z"})).await.expect(200);
    let rooms = audit(&root, "entity=room").await;
    assert_eq!(rooms.len(), 4);
    assert_eq!((&rooms[0]["action"], &rooms[0]["after"]), (&json!("update"), &json!({"name": "z"})));
    let all = seqs(&audit(&root, "limit=100").await);
    assert!(all.is_sorted_by(|one, next| one > next), "{all:?}");
    for (query, found) in [
        ("entity=room&entity_id=2", 2),
        ("entity=room&action=create", 3),
        ("request_id=r-b", 1),
        (&*format!("sub={}&entity=room", ana.id), 4),
        (&format!("sub={}&entity=room", root.id), 0),
        ("entity=room&from=2026-01-01T00:00:00Z", 4),
        ("entity=room&to=2026-01-01T00:00:00Z", 0),
        ("entity=room&from=2026-01-01T01:00:00%2B01:00&outcome=done", 4),
        ("action=login", 2),
    ] {
        assert_eq!(audit(&root, query).await.len(), found, "{query}");
    }

    let mut walked = Vec::new();
    let next = |answer: &Answer| answer.json()["next_cursor"].as_str().map(str::to_owned);
    let mut cursor = String::new();
    loop {
        let answer = root.send("GET", &format!("/_/audit?limit=2{cursor}"), None).await.expect(200);
        walked.extend(seqs(answer.json()["data"].as_array().unwrap()));
        // What is new meanwhile does not come into it.
        ana.post("/rooms", json!({"name": "new"})).await.expect(201);
        match next(&answer) {
            Some(text) => cursor = format!("&cursor={text}"),
            None => break,
        }
    }
    assert_eq!(walked, all);
    for query in [
        "limit=0",
        "limit=101",
        "limit=1&limit=1",
        "from=yesterday",
        "colour=red",
        "cursor=x",
        // Of another list.
        &format!("entity=room{cursor}"),
    ] {
        root.send("GET", &format!("/_/audit?{query}"), None).await.expect(400);
    }
}

/// To manage accounts is not to read what is in the rows.
#[tokio::test]
async fn what_an_admin_may_not_read_is_not_in_his_audit() {
    let app = TestApp::new(CLINIC).await;
    let ana = app.user_with("ana", &["doctor"]).await;
    let root = app.user_with("root", &["admin"]).await;
    ana.post("/rooms", json!({"name": "a", "code": "canary-1", "pin": "canary-2"})).await.expect(201);
    ana.post("/diagnoses", json!({"text": "canary-3"})).await.expect(201);
    ana.delete("/diagnoses/1").await.expect(204);
    let rows = audit(&root, &format!("sub={}&outcome=done", ana.id)).await;
    let text = Json::from(rows.clone()).to_string();
    assert!(!text.contains("canary"), "{text}");
    let of = |entity: &str| rows.iter().filter(|row| row["entity"] == entity).collect::<Vec<_>>();
    assert_eq!(of("room")[0]["after"], json!({"name": "a", "pin": "[redacted]"}));
    assert_eq!(of("diagnosis").len(), 2);
    assert!(of("diagnosis").iter().all(|row| row["before"].is_null() && row["after"].is_null()));
    app.set_roles("root", &["admin", "doctor"]);
    let text = Json::from(audit(&root, "entity=diagnosis").await).to_string();
    assert!(text.contains("canary-3"), "{text}");
}

/// Records may be called what rows of the audit about API keys, or about the audit, are called.
#[tokio::test]
async fn records_that_are_called_like_what_an_admin_looks_after_are_kept_from_him_too() {
    const LOCKSMITH: &str = "[app]\nname = \"locksmith\"\n[entity.key.field]\ncode = { type = \"text\" }\n\
        [entity.audit.field]\nfinding = { type = \"text\" }";
    let app = TestApp::new(LOCKSMITH).await;
    let (ana, root) = (app.user("ana").await, app.user_with("root", &["admin"]).await);
    let allow = ["key:read".to_owned()];
    let new =
        server::auth::api_keys::NewKey { user: "ana@example.com", name: "of the API", allow: &allow, lifetime: None };
    app.app.add_key(new).unwrap();
    ana.post("/keys", json!({"code": "canary-1"})).await.expect(201);
    ana.patch("/keys/1", json!({"code": "canary-2"})).await.expect(200);
    ana.post("/audits", json!({"finding": "canary-3"})).await.expect(201);
    let rows = audit(&root, "entity=key").await;
    assert_eq!(rows.len(), 3);
    for row in rows.iter().chain(&audit(&root, "entity=audit").await) {
        match row["action"].as_str() {
            Some("key.add") => assert_eq!(row["after"]["name"], "of the API"),
            _ => assert!(row["before"].is_null() && row["after"].is_null(), "{row}"),
        }
    }
}

#[tokio::test]
async fn l1_what_admins_do_is_kept_with_who_what_when_where_and_request() {
    let app = TestApp::new(CLINIC).await;
    let (ana, root) = (app.user("ana").await, app.user_with("root", &["admin"]).await);
    let disable = Some(json!({"disabled": true}));
    let of_ana = format!("/auth/users/{}", ana.id);
    root.with("x-request-id", "r-9").send("PATCH", &of_ana, disable).await.expect(200);
    let rows = audit(&root, "request_id=r-9").await;
    assert_eq!(rows.len(), 1);
    let expected = json!({"action": "user.disable", "entity": "user", "entity_id": ana.id, "iss": "own", "sub": root.id,
        "ip": "127.0.0.1", "request_id": "r-9", "outcome": "done"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(rows[0][name], *value, "{name}");
    }
    assert!(rows[0]["session"].is_string() && rows[0]["at"].as_str().unwrap().ends_with('Z'), "{}", rows[0]);
}

#[tokio::test]
async fn l1_line_breaks_that_are_sent_break_no_line() {
    let app = TestApp::new(CLINIC).await;
    let ana = app.user("ana").await;
    let forged = ana.with("x-request-id", "r 9").post("/diagnoses", json!({"text": "a\n2026 root user.role"})).await;
    assert_ne!(forged.expect(201).header("x-request-id"), "r 9");
    let after: String = app.sql("SELECT CAST(after AS TEXT) FROM _audit WHERE entity = 'diagnosis'");
    assert!(after.contains("a\\n2026") && !after.contains('\n'), "{after}");
}

const BEFORE: &str = r#"
[app]
name = "clinic"
[auth]
roles = ["doctor"]
[entity.lead]
audit_reads = true
[entity.lead.field]
title = { type = "text" }
mobile = { type = "text" }
pin = { type = "text" }
code = { type = "text" }
note = { type = "text" }
desk = { type = "reference", to = "desk" }
labels = { type = "reference", to = "desk", many = true }
[entity.lead.access]
read = ["signed_in"]
[entity.desk.access]
read = ["signed_in"]
create = ["signed_in"]
"#;
const AFTER: &str = r#"
[app]
name = "clinic"
[auth]
roles = ["doctor"]
[entity.prospect]
renamed_from = "lead"
audit_reads = true
[entity.prospect.field]
title = { type = "text" }
phone = { type = "text", renamed_from = "mobile", sensitive = true }
secret = { type = "text", renamed_from = "pin", hidden = true }
cipher = { type = "text", renamed_from = "code", read = ["role:doctor"] }
note = { type = "text", sensitive = true }
place = { type = "reference", to = "desk", renamed_from = "desk" }
tags = { type = "reference", to = "desk", many = true, renamed_from = "labels" }
[entity.prospect.access]
read = ["signed_in"]
[entity.desk.access]
read = ["signed_in"]
create = ["signed_in"]
"#;

/// Of another name is not of another thing: the history goes on, and what is kept back today was not public yesterday.
#[tokio::test]
async fn what_was_written_before_a_rename_is_found_and_shown_by_what_holds_today() {
    let app = TestApp::new(BEFORE).await;
    let ana = app.user("ana").await;
    app.user_with("root", &["admin"]).await;
    ana.post("/desks", json!({})).await.expect(201);
    let lead = json!({"title": "a", "mobile": "canary-1", "pin": "canary-2", "code": "canary-3", "note": "canary-4", "desk_id": 1, "label_ids": [1]});
    ana.post("/leads", lead).await.expect(201);
    app.app.close().await;
    let app = crate::migrations::brought(AFTER, app.folder).await;
    let (ana, root) = (app.log_in("ana").await, app.log_in("root").await);
    ana.patch("/prospects/1", json!({"title": "b", "phone": "canary-5"})).await.expect(200);
    app.app.seal_audit().await;
    let rows = audit(&root, "entity=prospect&entity_id=1&outcome=done&from=2026-01-01T00:00:00Z").await;
    let rows: Vec<&Json> =
        rows.iter().filter(|row| ["create", "update"].contains(&row["action"].as_str().unwrap())).collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0]["after"], json!({"title": "b", "phone": "[redacted]"}));
    assert_eq!((&rows[1]["entity"], &rows[1]["action"]), (&json!("lead"), &json!("create")), "as it was written");
    let expected = json!({"title": "a", "mobile": "[redacted]", "pin": "[redacted]", "note": "[redacted]", "desk_id": 1, "label_ids": [1]});
    assert_eq!(rows[1]["after"], expected);
    assert_eq!(audit(&root, "entity=lead&action=create").await.len(), 1, "by the name that was in force");
    // Whoever reads the history of before the rename reads the row.
    let told: i64 = app.sql("SELECT count(*) FROM _audit WHERE action = 'list' AND entity = 'prospect' AND CAST(after AS TEXT) LIKE '%_/audit%'");
    assert!(told >= 2, "{told}");
    app.set_roles("root", &["admin", "doctor"]);
    let rows = audit(&root, "entity=prospect&action=create").await;
    assert_eq!(rows[0]["after"]["code"], "canary-3");
    let text = Json::from(rows).to_string();
    assert!(!["canary-1", "canary-2", "canary-4"].iter().any(|canary| text.contains(canary)), "{text}");
}
