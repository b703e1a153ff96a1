//! `ETag`: one version of a row looks different to callers with different rights, and nobody is told that what he has still
//! holds when he would be shown something else.

use serde_json::json;

use crate::support::{Answer, Caller, TestApp};

/// `cost` is the managers', `mood` the owner's; tags are shown to their owners and to managers. Stamps are plain.
const SHOP: &str = r#"
[app]
name = "shop"
[auth]
roles = ["manager", "clerk"]

[entity.stamp.field]
name = { type = "text" }
[entity.stamp.access]
read = ["signed_in"]

[entity.product.field]
name = { type = "text" }
cost = { type = "money", read = ["role:manager"] }
[entity.product.access]
read = ["signed_in"]

[entity.day.field]
mood = { type = "text", read = ["owner"] }
[entity.day.access]
read = ["signed_in"]

[entity.tag]
soft_delete = true
[entity.tag.field]
name = { type = "text" }
[entity.tag.access]
read = ["owner", "role:manager"]

[entity.deal.field]
name = { type = "text" }
tags = { type = "reference", to = "tag", many = true }
[entity.deal.access]
read = ["signed_in"]
update = ["owner", "role:manager"]
"#;

async fn again(caller: &Caller<'_>, path: &str, known: &Answer) -> Answer {
    caller.with("if-none-match", known.header("etag")).get(path).await
}

#[tokio::test]
async fn what_other_rights_show_is_not_the_same() {
    let app = TestApp::new(SHOP).await;
    let eve = app.user_with("eve", &["manager"]).await;
    eve.post("/products", json!({"name": "tea", "cost": "2.00"})).await.expect(201);
    eve.post("/tags", json!({"name": "hot"})).await.expect(201);
    let bob = app.user("bob").await;
    bob.post("/tags", json!({"name": "cold"})).await.expect(201);
    eve.post("/deals", json!({"name": "d", "tag_ids": [1, 2]})).await.expect(201);
    for (path, key, without) in [("/products/1", "cost", None), ("/deals/1", "tag_ids", Some(json!([1])))] {
        app.set_roles("eve", &["manager"]);
        let all = eve.get(path).await.expect(200);
        assert_eq!(all.header("etag"), "\"1\"", "all of it is the version alone");
        app.set_roles("eve", &["manager", "clerk"]);
        again(&eve, path, &all).await.expect(304);

        app.set_roles("eve", &["clerk"]);
        let less = again(&eve, path, &all).await.expect(200);
        assert_eq!(less.json().get(key), without.as_ref(), "{path}");
        assert_eq!(again(&eve, path, &less).await.expect(304).header("etag"), less.header("etag"));
        app.set_roles("eve", &[]);
        again(&eve, path, &less).await.expect(304);

        app.set_roles("eve", &["manager"]);
        assert_eq!(again(&eve, path, &less).await.expect(200).json(), all.json());
    }
}

/// In rows of others, and of what others made.
#[tokio::test]
async fn what_is_kept_in_some_rows_is_told_apart_too() {
    let app = TestApp::new(SHOP).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/days", json!({"mood": "calm"})).await.expect(201);
    let (own, other) = (ana.get("/days/1").await.expect(200), bob.get("/days/1").await.expect(200));
    assert_eq!((&own.json()["mood"], &other.json()["mood"]), (&json!("calm"), &json!(null)));
    again(&ana, "/days/1", &own).await.expect(304);
    again(&bob, "/days/1", &own).await.expect(200);

    ana.post("/tags", json!({"name": "hot"})).await.expect(201);
    let made = ana.post("/deals", json!({"name": "d", "tag_ids": [1]})).await.expect(201);
    again(&ana, "/deals/1", &made).await.expect(304);
    let changed = ana.patch("/deals/1", json!({"name": "e"})).await.expect(200);
    again(&ana, "/deals/1", &made).await.expect(200);
    again(&ana, "/deals/1", &changed).await.expect(304);
    again(&bob, "/deals/1", &changed).await.expect(200);
    ana.delete("/tags/1").await.expect(204);
    assert_eq!(again(&ana, "/deals/1", &changed).await.expect(200).json()["tag_ids"], json!([]));
}

#[tokio::test]
async fn a_row_that_all_see_alike_has_its_version_alone() {
    let app = TestApp::new(SHOP).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let made = ana.post("/stamps", json!({"name": "s"})).await.expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    again(&bob, "/stamps/1", &made).await.expect(304);
}

/// A change is meant for a version, whoever was shown how much of it.
#[tokio::test]
async fn if_match_compares_versions() {
    let app = TestApp::new(SHOP).await;
    let (ana, eve) = (app.user("ana").await, app.user_with("eve", &["manager"]).await);
    ana.post("/tags", json!({"name": "hot"})).await.expect(201);
    let made = ana.post("/deals", json!({"name": "d", "tag_ids": [1]})).await.expect(201);
    assert_ne!(made.header("etag"), "\"1\"");
    let tag = |answer: &Answer| answer.header("etag").to_owned();
    let changed = ana.with("if-match", &tag(&made)).patch("/deals/1", json!({"name": "e"})).await.expect(200);
    ana.with("if-match", &tag(&made)).patch("/deals/1", json!({"name": "f"})).await.expect(412);
    eve.with("if-match", &tag(&made)).patch("/deals/1", json!({"name": "f"})).await.expect(412);
    eve.with("if-match", &tag(&changed)).patch("/deals/1", json!({"name": "f"})).await.expect(200);
    ana.with("if-match", "\"3\"").patch("/deals/1", json!({"name": "g"})).await.expect(200);
    ana.with("if-match", "\"4-\"").patch("/deals/1", json!({"name": "h"})).await.expect(412);
}
