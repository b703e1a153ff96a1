//! Actions with a guard: `when`, and `add`, which never leaves the limits of its field; and actions that are code.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::TestApp;

const SHOP: &str = r#"
[app]
name = "shop"
[auth]
roles = ["manager"]
[entity.product]
owner = false
[entity.product.field]
name = { type = "text", required = true }
stock = { type = "integer", min = 0, max = 1000 }
price = { type = "money", min = 0 }
state = { type = "enum", values = ["draft", "live", "closed"], default = "draft" }
keeper = { type = "reference", to = "user" }
[entity.product.access]
create = ["signed_in"]
read = ["signed_in"]
update = ["role:manager"]
take = ["signed_in"]
give_back = ["signed_in"]
publish = ["signed_in"]
[entity.product.action.take]
add = { stock = -1 }
[entity.product.action.give_back]
add = { stock = 1, price = "-0.10" }
set = { state = "live" }
[entity.product.action.publish]
when = "state = 'draft' and (keeper = caller.id or caller.role = 'manager') and created_at <= now"
set = { state = "live" }
[entity.product.action.close]
when = "not state in ('closed', 'draft')"
set = { state = "closed" }
[entity.product.action.convert]
when = "state = 'live'"
call = "service.convert"
"#;

/// Of a hundred who want one of fifty at the same time, fifty get one, and each leaves a true line in the audit.
#[tokio::test(flavor = "multi_thread")]
async fn what_there_are_fifty_of_can_be_taken_fifty_times() {
    let app = TestApp::new(SHOP).await;
    let ana = app.user("ana").await;
    ana.post("/products", json!({"name": "tea", "stock": 50})).await.expect(201);
    let takes = (0..100).map(|_| ana.act("/products/1/take"));
    let answers = join_all(takes).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((with(200), with(409)), (50, 50));
    assert!(answers.iter().filter(|answer| answer.status == 409).all(|answer| answer.json()["code"] == "state"));
    assert_eq!(ana.get("/products/1").await.expect(200).json()["stock"], 0);
    let told = |what: &str| {
        format!(
            "SELECT string_agg(\"{what}\"->>'stock', ',') FROM \
             (SELECT * FROM \"_audit\" WHERE \"action\" = 'take' ORDER BY \"seq\") AS ordered"
        )
    };
    let list = |range: Vec<i64>| range.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    assert_eq!(app.sql::<String>(&told("before")), list((1..=50).rev().collect()));
    assert_eq!(app.sql::<String>(&told("after")), list((0..50).rev().collect()));
}

#[tokio::test]
async fn adding_to_what_is_empty_or_full_is_a_conflict_and_changes_nothing() {
    let app = TestApp::new(SHOP).await;
    let ana = app.user("ana").await;
    ana.post("/products", json!({"name": "none"})).await.expect(201);
    ana.post("/products", json!({"name": "full", "stock": 1000, "price": "1.00"})).await.expect(201);
    ana.post("/products", json!({"name": "cheap", "stock": 5, "price": "0.15"})).await.expect(201);
    ana.act("/products/1/take").await.expect(409);
    ana.act("/products/2/give-back").await.expect(409);
    let cheaper = ana.act("/products/3/give-back").await.expect(200).json();
    assert_eq!((&cheaper["stock"], &cheaper["price"], &cheaper["state"]), (&json!(6), &json!("0.05"), &json!("live")));
    ana.act("/products/3/give-back").await.expect(409);
    let row = ana.get("/products/3").await.expect(200).json();
    assert_eq!((&row["stock"], &row["price"]), (&json!(6), &json!("0.05")), "all of it or nothing");
    let after: String = app.sql("SELECT \"after\" FROM \"_audit\" WHERE \"action\" = 'give_back'");
    assert_eq!(after, r#"{"state":"live","stock":6,"price":"0.05"}"#);
}

/// What is not there, not allowed or not the same any more is told before the state is.
#[tokio::test]
async fn the_state_is_looked_at_last() {
    let app = TestApp::new(SHOP).await;
    let (ana, eve) = (app.user("ana").await, app.user_with("eve", &["manager"]).await);
    ana.post("/products", json!({"name": "tea", "keeper_id": ana.id})).await.expect(201);
    eve.act("/products/9/close").await.expect(404);
    ana.act("/products/1/close").await.expect(403);
    eve.with("if-match", "\"9\"").act("/products/1/close").await.expect(412);
    assert_eq!(eve.act("/products/1/close").await.expect(409).json()["code"], "state");
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM \"_audit\" WHERE \"action\" = 'close'"), 0);

    app.user("bob").await.act("/products/1/publish").await.expect(409);
    ana.act("/products/1/publish").await.expect(200);
    ana.act("/products/1/publish").await.expect(409);
    eve.with("if-match", "\"2\"").act("/products/1/close").await.expect(200);
    eve.with("if-match", "\"2\"").act("/products/1/close").await.expect(412);
    eve.with("if-match", "\"3\"").act("/products/1/close").await.expect(409);
}

#[tokio::test]
async fn an_action_that_is_code_says_that_it_is_not_here_to_those_who_may() {
    let app = TestApp::new(SHOP).await;
    let (ana, eve) = (app.user("ana").await, app.user_with("eve", &["manager"]).await);
    eve.post("/products", json!({"name": "tea", "state": "live"})).await.expect(201);
    let convert = "/products/1/convert";
    app.stranger().api("POST", convert, None).await.expect(401);
    ana.api("POST", convert, None).await.expect(403);
    eve.api("POST", "/products/2/convert", None).await.expect(404);
    eve.with("if-match", "\"2\"").api("POST", convert, None).await.expect(412);
    eve.post(convert, json!({"to": "EUR"})).await.expect(422);
    assert_eq!(eve.api("POST", convert, None).await.expect(501).json()["code"], "not_implemented");
    let refused = eve.act(convert).await.expect(405);
    assert_eq!(refused.header("allow"), "POST, OPTIONS");
    eve.act("/products/1/close").await.expect(200);
    eve.api("POST", convert, None).await.expect(409);
}
