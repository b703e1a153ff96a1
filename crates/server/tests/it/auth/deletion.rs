//! A user ends his own account, or an admin does, and what becomes of the rows that are his or refer to him.

use serde_json::{Value as Json, json};

use crate::support::blueprints::TODO;
use crate::support::{Answer, Caller, PASSWORD, TestApp};

#[tokio::test]
async fn s4_a_deleted_user_is_out_at_once_and_his_address_is_free() {
    let app = TestApp::new(TODO).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let again = app.log_in("ana").await;
    let delete = |password: &str| json!({ "password": password });
    app.stranger().send("POST", "/auth/me/delete", Some(delete(PASSWORD))).await.expect(401);
    ana.send("POST", "/auth/me/delete", Some(delete("wrong horse battery"))).await.expect(401);
    ana.send("POST", "/auth/me/delete", Some(json!({}))).await.expect(422);
    ana.send("DELETE", "/auth/me", None).await.expect(405);
    again.send("GET", "/auth/me", None).await.expect(200);

    let forgot = json!({ "email": "ana@example.com" });
    app.stranger().send("POST", "/auth/password/forgot", Some(forgot)).await.expect(202);
    ana.send("POST", "/auth/me/delete", Some(delete(PASSWORD))).await.expect(204);
    for gone in [&ana, &again] {
        gone.send("GET", "/auth/me", None).await.expect(401);
    }
    bob.send("GET", "/auth/me", None).await.expect(200);
    let account = json!({ "email": "ana@example.com", "password": PASSWORD });
    app.stranger().send("POST", "/auth/login", Some(account)).await.expect(401);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _mail_tokens"), 0, "and what was mailed");
    let left = "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM _sessions)";
    assert_eq!(app.sql::<i64>(left), 2, "bob and his session");
    assert_eq!(app.mails().await[0]["to"], "ana@example.com");
    let audited = format!("SELECT count(*) FROM _audit WHERE action = 'user.delete' AND entity_id = '{}'", ana.id);
    assert_eq!(app.sql::<i64>(&audited), 1);

    let anew = app.user("ana").await;
    assert_ne!(anew.id, ana.id, "somebody else, as far as rows and audit are concerned");
}

#[tokio::test]
async fn rows_hold_the_account_of_their_owner() {
    let app = TestApp::new(TODO).await;
    let ana = app.user("ana").await;
    let tasks = format!("/api/{}/tasks", ana.id);
    let task = ana.send("POST", &tasks, Some(json!({ "title": "water the plants" }))).await.expect(201).json();
    let delete = json!({ "password": PASSWORD });
    let held = ana.send("POST", "/auth/me/delete", Some(delete.clone())).await.expect(409).json();
    assert_eq!(held["code"], "reference");
    ana.send("GET", &tasks, None).await.expect(200);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE action = 'user.delete'"), 0);
    ana.send("DELETE", &format!("{tasks}/{}", task["id"]), None).await.expect(204);
    ana.send("POST", "/auth/me/delete", Some(delete)).await.expect(204);
}

#[tokio::test]
async fn an_admin_is_let_go_by_another_one() {
    let app = TestApp::new(TODO).await;
    let (ana, root) = (app.user_with("ana", &["admin"]).await, app.user_with("root", &["admin"]).await);
    let delete = json!({ "password": PASSWORD });
    let refused = ana.send("POST", "/auth/me/delete", Some(delete.clone())).await.expect(409).json();
    assert_eq!(refused["code"], "state");
    root.send("PATCH", &format!("/auth/users/{}", ana.id), Some(json!({ "roles": [] }))).await.expect(200);
    ana.send("POST", "/auth/me/delete", Some(delete)).await.expect(204);
}

/// Folders and notes go, with the comments of whomever; invoices are handed over; tasks hold.
const OFFICE: &str = r#"
[app]
name = "office"
[entity.folder]
on_user_delete = "delete"
[entity.folder.field]
name = { type = "text" }
inside = { type = "reference", to = "folder" }
[entity.note]
on_user_delete = "delete"
soft_delete = true
[entity.note.field]
text = { type = "text" }
folder = { type = "reference", to = "folder" }
[entity.note.access]
read = ["signed_in"]
[entity.comment]
soft_delete = true
[entity.comment.field]
note = { type = "reference", to = "note", on_delete = "cascade" }
[entity.comment.access]
read = ["signed_in"]
[entity.invoice]
on_user_delete = "hand_over"
[entity.invoice.field]
number = { type = "text", unique = true }
[entity.task]
on_user_delete = "restrict"
[entity.task.field]
title = { type = "text" }
"#;

/// Rows that refer to users.
const TEAM: &str = r#"
[app]
name = "team"
[auth]
roles = ["lead"]
[entity.job]
[entity.job.field]
done_by = { type = "reference", to = "user", on_delete = "set_null" }
watchers = { type = "reference", to = "user", many = true }
[entity.badge]
[entity.badge.field]
holder = { type = "reference", to = "user", required = true, on_delete = "cascade" }
[entity.contract]
[entity.contract.field]
partner = { type = "reference", to = "user" }
"#;

/// What the audit has of rows since then, oldest first: action, entity, id, who did it, before, after.
async fn told(root: &Caller<'_>, since: &str) -> Vec<Json> {
    let answer = root.send("GET", &format!("/_/audit?limit=100&from={since}"), None).await.expect(200).json();
    let rows = answer["data"].as_array().unwrap().iter().rev();
    rows.map(|row| json!([row["action"], row["entity"], row["entity_id"], row["sub"]])).collect()
}

/// A time that no row of the audit has yet.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

async fn leave(caller: &Caller<'_>, status: u16) -> Answer {
    caller.send("POST", "/auth/me/delete", Some(json!({ "password": PASSWORD }))).await.expect(status)
}

/// Ana has a folder in a folder, a note in it with a comment of Bob's, another one in the trash, and an invoice.
async fn office(app: &TestApp) -> (Caller<'_>, Caller<'_>, Caller<'_>) {
    let root = app.user_with("root", &["admin"]).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/folders", json!({"name": "a"})).await.expect(201);
    ana.post("/folders", json!({"name": "b", "inside_id": 1})).await.expect(201);
    ana.post("/notes", json!({"text": "a", "folder_id": 2})).await.expect(201);
    ana.post("/notes", json!({"text": "gone", "folder_id": 1})).await.expect(201);
    ana.delete("/notes/2").await.expect(204);
    bob.post("/notes", json!({"text": "his"})).await.expect(201);
    bob.post("/comments", json!({"note_id": 1})).await.expect(201);
    bob.post("/comments", json!({"note_id": 3})).await.expect(201);
    ana.post("/invoices", json!({"number": "7"})).await.expect(201);
    (root, ana, bob)
}

#[tokio::test]
async fn with_a_user_goes_what_the_blueprint_says_and_the_rest_is_handed_over() {
    let app = TestApp::new(OFFICE).await;
    let (root, ana, bob) = office(&app).await;
    let late = app.user_with("late", &["admin"]).await;
    let since = now();
    leave(&ana, 204).await;
    let of = |entity: &str, id: i64| json!(["delete", entity, id.to_string(), ana.id]);
    let mut rows = told(&root, &since).await;
    assert_eq!(rows.remove(0), json!(["user.delete", "user", ana.id, ana.id]));
    assert_eq!(rows.pop(), Some(json!(["update", "invoice", "1", ana.id])));
    rows.sort_by_key(Json::to_string);
    assert_eq!(rows, [of("comment", 1), of("folder", 1), of("folder", 2), of("note", 1), of("note", 2)]);
    // What is Bob's is still there, and what was handed over is the admin's who has been there longest.
    let left = "SELECT (SELECT count(*) FROM folders) * 100 + (SELECT count(*) FROM notes) * 10 + (SELECT count(*) FROM comments)";
    assert_eq!(app.sql::<i64>(left), 11);
    bob.get("/comments/2").await.expect(200);
    let invoice = root.get("/invoices/1").await.expect(200);
    assert_eq!((&invoice.json()["user_id"], invoice.header("etag")), (&json!(root.id), "\"2\""));
    late.get("/invoices/1").await.expect(404);
    ana.get("/notes").await.expect(401);
}

#[tokio::test]
async fn what_holds_a_user_holds_him_with_all_that_is_his() {
    let app = TestApp::new(OFFICE).await;
    let (root, ana, _) = office(&app).await;
    ana.post("/tasks", json!({"title": "mine"})).await.expect(201);
    let since = now();
    assert_eq!(leave(&ana, 409).await.json()["code"], "reference");
    root.send("DELETE", &format!("/auth/users/{}", ana.id), None).await.expect(409);
    assert_eq!(told(&root, &since).await, [Json::Null; 0]);
    ana.get("/notes/1").await.expect(200);
    ana.get("/invoices/1").await.expect(200);
    ana.delete("/tasks/1").await.expect(204);
    // What cannot be the admin's, for he has such a one, holds as well.
    root.post("/invoices", json!({"number": "7"})).await.expect(201);
    assert_eq!(leave(&ana, 409).await.json()["code"], "unique");
    root.delete("/invoices/2").await.expect(204);
    leave(&ana, 204).await;
}

#[tokio::test]
async fn where_there_is_no_admin_nothing_is_handed_over() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/invoices", json!({"number": "7"})).await.expect(201);
    assert_eq!(leave(&ana, 409).await.json()["code"], "reference");
    ana.delete("/invoices/1").await.expect(204);
    leave(&ana, 204).await;
}

#[tokio::test]
async fn s4_an_admin_deletes_a_user_who_is_out_at_once() {
    let app = TestApp::new(OFFICE).await;
    let (root, ana, bob) = office(&app).await;
    let late = app.user_with("late", &["admin"]).await;
    let of_ana = format!("/auth/users/{}", ana.id);
    app.stranger().send("DELETE", &of_ana, None).await.expect(401);
    bob.send("DELETE", &of_ana, None).await.expect(403);
    ana.send("DELETE", &of_ana, None).await.expect(403);
    late.send("DELETE", &format!("/auth/users/{}", late.id), None).await.expect(403);
    late.send("DELETE", "/auth/users/0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b", None).await.expect(404);
    let since = now();
    late.send("DELETE", &of_ana, None).await.expect(204);
    late.send("DELETE", &of_ana, None).await.expect(404);
    ana.send("GET", "/auth/me", None).await.expect(401);
    let rows = told(&root, &since).await;
    assert_eq!(rows.iter().filter(|row| row[0] == "user.delete").count(), 1);
    assert!(rows.len() == 7 && rows.iter().all(|row| row[3] == late.id), "{rows:?}");
    // To the admin who did it.
    late.get("/invoices/1").await.expect(200);
    root.get("/invoices/1").await.expect(404);
    // An admin, too, by another one.
    root.send("DELETE", &format!("/auth/users/{}", bob.id), None).await.expect(204);
}

#[tokio::test]
async fn what_refers_to_a_user_does_what_its_reference_says() {
    let app = TestApp::new(TEAM).await;
    let root = app.user_with("root", &["admin"]).await;
    let (ana, boss) = (app.user("ana").await, app.user_with("boss", &["lead"]).await);
    let job = json!({"done_by_id": ana.id, "watcher_ids": [ana.id, boss.id]});
    boss.post("/jobs", job).await.expect(201);
    boss.post("/badges", json!({"holder_id": ana.id})).await.expect(201);
    boss.post("/contracts", json!({"partner_id": ana.id})).await.expect(201);
    assert_eq!(leave(&ana, 409).await.json()["code"], "reference");
    boss.get("/badges/1").await.expect(200);
    boss.patch("/contracts/1", json!({"partner_id": null})).await.expect(200);
    let since = now();
    leave(&ana, 204).await;
    let job = boss.get("/jobs/1").await.expect(200).json();
    assert_eq!((&job["done_by_id"], &job["watcher_ids"]), (&Json::Null, &json!([boss.id])));
    boss.get("/badges/1").await.expect(404);
    let by = |action: &str, entity: &str, id: &str| json!([action, entity, id, ana.id]);
    let expected = [
        by("user.delete", "user", &ana.id),
        by("delete", "badge", "1"),
        by("update", "job", "1"),
        by("update", "job", "1"),
    ];
    assert_eq!(told(&root, &since).await, expected);
}
