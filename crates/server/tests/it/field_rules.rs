//! Rules of single fields: who may read and write them, and that what is kept from a caller leaks through nothing.

use serde_json::json;

use crate::support::{Caller, TestApp};

/// `cost` is the managers'; `mood` is its owner's, in rows that everybody signed in can see; `state` is set by managers.
const SHOP: &str = r#"
[app]
name = "shop"
[auth]
roles = ["manager"]

[entity.product.field]
name = { type = "text", required = true }
cost = { type = "money", read = ["role:manager"], index = true }
mood = { type = "text", read = ["owner"], index = true }
state = { type = "enum", values = ["draft", "live"], required = true, default = "draft", write = ["role:manager"] }
label = { type = "text", write = ["owner"] }
[entity.product.access]
read = ["signed_in"]
update = ["owner", "role:manager"]
[entity.product.action.price]
set = { cost = "9.99" }
"#;

/// Product 1 is Ana's, 2 is Eve's, who is a manager.
async fn shop() -> TestApp {
    let app = TestApp::new(SHOP).await;
    let ana = app.user("ana").await;
    ana.post("/products", json!({"name": "tea", "mood": "calm", "label": "green"})).await.expect(201);
    let eve = app.user_with("eve", &["manager"]).await;
    eve.post("/products", json!({"name": "gin", "cost": "5.00", "mood": "wild", "state": "live"})).await.expect(201);
    app
}

fn keys(row: &serde_json::Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}

async fn total(caller: &Caller<'_>, query: &str) -> i64 {
    caller.get(&format!("/products?count=exact&{query}")).await.expect(200).json()["total"].as_i64().unwrap()
}

#[tokio::test]
async fn a_field_of_others_does_not_exist_for_who_may_not_read_it() {
    let app = shop().await;
    let ana = app.log_in("ana").await;
    for row in [ana.get("/products/2").await, ana.act("/products/1/price").await] {
        assert!(!keys(&row.expect(200).json()).contains(&"cost"));
    }
    let page = ana.get("/products").await.expect(200).json();
    assert!(page["data"].as_array().unwrap().iter().all(|row| !keys(row).contains(&"cost")));
    for query in ["cost=5.00", "cost[gt]=1", "cost[is_null]=true", "sort=cost", "fields=id,cost"] {
        let refusal = ana.get(&format!("/products?{query}")).await.expect(400).json();
        let words = refusal["detail"].as_str().unwrap();
        assert!(words.contains("is not") || words.contains("nothing to sort by"), "{words}");
    }
    ana.get("/products/2?fields=cost").await.expect(400);
    let eve = app.log_in("eve").await;
    assert_eq!(eve.get("/products/1").await.expect(200).json()["cost"], "9.99");
    assert_eq!(eve.get("/products?sort=-cost&cost[gt]=1").await.expect(200).ids(), [1, 2]);
}

/// Nothing that a caller can compute tells what the field holds in rows that are not his.
#[tokio::test]
async fn a_field_of_the_owner_is_null_in_the_rows_of_others_wherever_it_is_used() {
    let app = shop().await;
    let ana = app.log_in("ana").await;
    assert_eq!(ana.get("/products/1").await.expect(200).json()["mood"], "calm");
    assert_eq!(ana.get("/products/2").await.expect(200).json()["mood"], json!(null));
    assert_eq!(ana.get("/products/2?fields=mood").await.expect(200).json(), json!({"mood": null}));
    for (query, ids) in [
        ("mood=wild", vec![]),
        ("mood=calm", vec![1]),
        ("mood[ne]=calm", vec![2]),
        ("mood[in]=wild,calm", vec![1]),
        ("mood[nin]=wild", vec![1, 2]),
        ("mood[contains]=w", vec![]),
        ("mood[starts_with]=wi", vec![]),
        ("mood[is_null]=true", vec![2]),
        ("mood[gt]=d", vec![]),
        ("sort=mood", vec![1, 2]),
        ("sort=-mood", vec![1, 2]),
    ] {
        assert_eq!(ana.get(&format!("/products?{query}")).await.expect(200).ids(), ids, "{query}");
        assert_eq!(total(&ana, query).await, ids.len() as i64, "{query}");
    }
    // A cursor holds the sort keys of the last row of its page, readable to whoever decodes it.
    app.log_in("eve").await.post("/products", json!({"name": "rum", "mood": "wild"})).await.expect(201);
    let page = ana.get("/products?sort=-mood&limit=2").await.expect(200).json();
    assert_eq!(page["data"][1]["id"], 3);
    let cursor = page["next_cursor"].as_str().unwrap();
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, cursor).unwrap();
    assert!(String::from_utf8_lossy(&decoded).ends_with("[null,3]"), "{decoded:?}");
    assert_eq!(ana.get(&format!("/products?sort=-mood&limit=2&cursor={cursor}")).await.expect(200).ids(), [2]);
}

#[tokio::test]
async fn writing_what_one_may_not_is_told_field_by_field_or_row_by_row() {
    let app = shop().await;
    let (ana, eve) = (app.log_in("ana").await, app.log_in("eve").await);
    let refused = ana.patch("/products/1", json!({"state": "live", "cost": "1.00", "nmae": "x"})).await.expect(422);
    let told = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(refused.errors(), [told("/state", "read_only"), told("/cost", "unknown"), told("/nmae", "unknown")]);
    let refused = ana.post("/products", json!({"name": "x", "state": "live"})).await.expect(422);
    assert_eq!(refused.errors(), [told("/state", "read_only")]);
    // A replacement names what its caller may write in every row that he may change.
    ana.put("/products/1", json!({"name": "tee", "mood": "glad", "label": null})).await.expect(200);

    eve.patch("/products/1", json!({"state": "live"})).await.expect(200);
    eve.patch("/products/1", json!({"label": "mine"})).await.expect(403);
    eve.patch("/products/2", json!({"label": "mine"})).await.expect(200);
    eve.patch("/products/99", json!({"label": "mine"})).await.expect(404);
    let row = eve.get("/products/1").await.expect(200).json();
    assert_eq!((&row["label"], &row["state"], &row["mood"]), (&json!(null), &json!("live"), &json!(null)));
}

/// What changes is audited whoever may read it.
#[tokio::test]
async fn the_audit_holds_what_its_writer_may_not_read() {
    let app = shop().await;
    app.log_in("ana").await.act("/products/1/price").await.expect(200);
    let after: String = app.sql("SELECT \"after\" FROM \"_audit\" WHERE \"action\" = 'price'");
    assert_eq!(after, r#"{"cost":"9.99"}"#);
}

#[tokio::test]
async fn the_document_says_to_whom_a_field_is_shown() {
    let app = shop().await;
    let document = app.stranger().send("GET", "/openapi.json", None).await.expect(200).json();
    let product = &document["components"]["schemas"]["Product"];
    let required = product["required"].to_string();
    assert!(!required.contains("cost") && !required.contains("mood") && required.contains("state"), "{required}");
    let cost = product["properties"]["cost"]["description"].as_str().unwrap();
    assert!(cost.ends_with("Shown to: a user with the role `manager`."), "{cost}");
    let state = &document["components"]["schemas"]["ProductUpdate"]["properties"]["state"]["description"];
    assert!(state.as_str().unwrap().ends_with("Set by: a user with the role `manager`."), "{state}");
}
