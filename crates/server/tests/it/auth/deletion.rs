//! A user ends his own account.

use serde_json::json;

use crate::support::blueprints::TODO;
use crate::support::{PASSWORD, TestApp};

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
