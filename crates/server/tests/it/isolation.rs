//! Two users, roles and strangers: nobody reads, writes, counts or learns of a row that is not his to see.

use serde_json::{Value as Json, json};

use crate::support::blueprints::{OFFICE, TODO};
use crate::support::{Answer, TestApp};

/// What a problem says but for its request id.
fn words(answer: &Answer) -> Json {
    let mut json = answer.json();
    json.as_object_mut().unwrap().remove("request_id");
    json
}

#[tokio::test]
async fn a_foreign_row_is_like_none() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/clients", json!({"name": "Acme", "status": "won"})).await.expect(201);
    for (method, path, body) in [
        ("GET", "/clients/{}", None),
        ("GET", "/clients/{}?fields=id", None),
        ("PATCH", "/clients/{}", Some(json!({"name": "x"}))),
        ("PATCH", "/clients/{}", Some(json!({}))),
        ("PATCH", "/clients/{}/win", None),
        ("PATCH", "/clients/{}/demote", None),
        ("DELETE", "/clients/{}", None),
    ] {
        for header in [None, Some("\"1\""), Some("*")] {
            let caller = header.map_or_else(|| bob.with("x-request-id", "r"), |tag| bob.with("if-match", tag));
            let foreign = caller.api(method, &path.replace("{}", "1"), body.clone()).await.expect(404);
            let missing = caller.api(method, &path.replace("{}", "999"), body.clone()).await.expect(404);
            assert_eq!(words(&foreign), words(&missing), "{method} {path}");
        }
    }
    for query in ["", "?id=1", "?status=won", "?name[contains]=acme", "?count=exact", "?sort=-score"] {
        let page = bob.get(&format!("/clients{query}")).await.expect(200).json();
        assert_eq!(page["data"], json!([]), "{query}");
        assert!(page.get("total").is_none_or(|total| total == 0), "{query}");
    }
    assert_eq!(ana.get("/clients/1").await.expect(200).header("etag"), "\"1\"", "nothing was changed");
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'client'"), 1);
}

#[tokio::test]
async fn roles_open_what_the_blueprint_says_and_no_more() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    assert_eq!(eve.get("/clients").await.ids(), [1]);
    eve.patch("/clients/1", json!({"name": "x"})).await.expect(403);
    eve.act("/clients/1/win").await.expect(403);
    eve.act("/clients/1/demote").await.expect(200);
    ana.act("/clients/1/demote").await.expect(403);
    ana.delete("/clients/1").await.expect(403);
    ana.post("/rooms", json!({"name": "x"})).await.expect(403);
    ana.post("/rooms", json!({"nme": "x"})).await.expect(422);
    ana.get("/rooms").await.expect(200);
    eve.get("/visits").await.expect(200);

    app.set_roles("eve", &[]);
    assert_eq!(eve.get("/clients").await.ids(), [] as [i64; 0], "a role that is taken away is gone at once");
    eve.get("/clients/1").await.expect(404);
    app.set_roles("ana", &["manager"]);
    ana.delete("/clients/1").await.expect(204);
}

#[tokio::test]
async fn strangers_get_what_is_for_anyone() {
    let app = TestApp::new(OFFICE).await;
    let eve = app.user_with("eve", &["manager"]).await;
    eve.post("/notices", json!({"text": "hello"})).await.expect(201);
    let stranger = app.stranger();
    assert_eq!(stranger.get("/notices").await.expect(200).ids(), [1]);
    stranger.get("/notices/1").await.expect(200);
    for (method, path) in [("POST", "/notices"), ("PATCH", "/notices/1"), ("DELETE", "/notices/1"), ("GET", "/clients")]
    {
        let refused = stranger.api(method, path, Some(json!({"bad": 1}))).await.expect(401);
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    let forged = app.stranger().with("authorization", "Bearer nonsense");
    let refused = forged.get("/notices").await.expect(401);
    assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn the_user_in_the_path_is_the_caller_or_403() {
    let app = TestApp::new(TODO).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let (hers, his) = (format!("/{}/tasks", ana.id), format!("/{}/tasks", bob.id));
    ana.post(&hers, json!({"title": "x"})).await.expect(201);
    for (method, path) in
        [("GET", ""), ("POST", ""), ("GET", "/1"), ("PUT", "/1"), ("DELETE", "/1"), ("PATCH", "/1/complete")]
    {
        let body = Some(json!({"title": 7}));
        bob.api(method, &format!("{hers}{path}"), body.clone()).await.expect(403);
        app.stranger().api(method, &format!("{hers}{path}"), body).await.expect(401);
    }
    bob.get(&format!("{his}/1")).await.expect(404);
    assert_eq!(bob.get(&his).await.ids(), [] as [i64; 0]);
    let done = ana.act(&format!("{hers}/1/complete")).await.expect(200).json();
    assert_eq!((&done["completed"], &done["title"]), (&json!(true), &json!("x")));
    ana.get("/tasks").await.expect(404);
    app.set_roles("bob", &["admin"]);
    bob.get(&hers).await.expect(403);
}
