//! Every write leaves one audit row in its own transaction: who, from where, what, before and after.

use serde_json::{Value as Json, json};

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

impl TestApp {
    /// The last audit row of an entity.
    fn last_audit(&self, entity: &str) -> Json {
        let text: String = self.sql(&format!(
            "SELECT json_object('action', action, 'iss', iss, 'sub', sub, 'ip', ip, 'request_id', request_id, \
             'entity_id', entity_id, 'before', json(before), 'after', json(after), 'outcome', outcome) \
             FROM _audit WHERE outcome = 'done' AND entity = '{entity}' ORDER BY seq DESC LIMIT 1"
        ));
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test]
async fn each_write_is_told_as_the_api_tells_it() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await;
    let ana_r = ana.with("x-request-id", "r-7");

    ana_r.post("/clients", json!({"name": "x", "budget": "-0.00", "pin": "1234", "note": "secret"})).await.expect(201);
    let row = app.last_audit("client");
    assert_eq!(row["after"]["budget"], "0.00");
    assert_eq!((&row["after"]["pin"], &row["after"]["note"]), (&json!("[redacted]"), &json!("[redacted]")));
    assert_eq!((&row["action"], &row["entity_id"], &row["request_id"]), (&json!("create"), &json!("1"), &json!("r-7")));
    assert_eq!((&row["iss"], &row["sub"], &row["ip"]), (&json!("own"), &json!(ana.id), &json!("127.0.0.1")));
    assert_eq!((&row["before"], &row["outcome"]), (&json!(null), &json!("done")));

    ana.patch("/clients/1", json!({"budget": "12.5", "vip": true, "note": "other", "extra": {"a": 1}}))
        .await
        .expect(200);
    let row = app.last_audit("client");
    assert_eq!(row["before"], json!({"budget": "0.00", "vip": false, "note": "[redacted]", "extra": null}));
    assert_eq!(row["after"], json!({"budget": "12.50", "vip": true, "note": "[redacted]", "extra": {"a": 1}}));

    ana.act("/clients/1/star").await.expect(200);
    let row = app.last_audit("client");
    assert_eq!(
        (&row["action"], &row["before"], &row["after"]),
        (&json!("star"), &json!({"vip": true}), &json!({"vip": false}))
    );

    eve.delete("/clients/1").await.expect(204);
    let row = app.last_audit("client");
    assert_eq!((&row["action"], &row["sub"], &row["after"]), (&json!("delete"), &json!(eve.id), &json!(null)));
    assert_eq!((&row["before"]["budget"], &row["before"]["pin"]), (&json!("12.50"), &json!("[redacted]")));
}

#[tokio::test]
async fn refused_writes_leave_neither_row_nor_change() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/clients", json!({"name": "x", "email": "a@example.com"})).await.expect(201);
    ana.post("/clients", json!({"name": "y"})).await.expect(201);
    let before = app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done'");
    bob.patch("/clients/1", json!({"name": "z"})).await.expect(404);
    ana.with("if-match", "\"9\"").patch("/clients/1", json!({"name": "z"})).await.expect(412);
    ana.patch("/clients/2", json!({"email": "a@example.com"})).await.expect(409);
    ana.delete("/clients/1").await.expect(403);
    ana.post("/clients", json!({})).await.expect(422);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done'"), before);
    assert_eq!(app.sql::<i64>("SELECT sum(_version) FROM clients"), 2);
}

#[tokio::test]
async fn the_audit_can_only_grow() {
    let app = TestApp::new(OFFICE).await;
    app.user("ana").await;
    for statement in ["UPDATE _audit SET sub = 'x'", "DELETE FROM _audit"] {
        let error = crate::support::place::execute(app.folder.path(), statement).unwrap_err();
        assert!(error.contains("append-only"), "{error}");
    }
}
