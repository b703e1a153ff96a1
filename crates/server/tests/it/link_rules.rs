//! Rules of many-to-many fields: what is kept from a caller is neither shown, found, expanded nor set, and is audited all
//! the same.

use serde_json::{Value as Json, json};

use crate::support::{Caller, TestApp};

/// `tags` are the managers'; `marks` are the owner's, of deals that everybody signed in can see; `labels` are set by
/// managers. Whoever sees a link sees what it leads to.
const DEALS: &str = r#"
[app]
name = "deals"
[auth]
roles = ["manager"]

[entity.tag]
owner = false
[entity.tag.field]
name = { type = "text", required = true, index = true }
[entity.tag.access]
create = ["signed_in"]

[entity.mark]
owner = false
[entity.mark.field]
name = { type = "text", required = true, index = true }
[entity.mark.access]
create = ["signed_in"]

[entity.label]
owner = false
[entity.label.field]
name = { type = "text", required = true }
[entity.label.access]
create = ["signed_in"]

[entity.deal.field]
name = { type = "text", required = true }
tags = { type = "reference", to = "tag", many = true, read = ["role:manager"] }
marks = { type = "reference", to = "mark", many = true, read = ["owner"] }
labels = { type = "reference", to = "label", many = true, write = ["role:manager"] }
[entity.deal.access]
read = ["signed_in"]
update = ["owner", "role:manager"]
"#;

const NONE: [i64; 0] = [];

/// Deal 1 is Ana's, with mark 1; deal 2 is Eve's, who is a manager, with tag 1, mark 2 and label 1.
async fn deals() -> TestApp {
    let app = TestApp::new(DEALS).await;
    let ana = app.user("ana").await;
    for path in ["/tags", "/marks", "/labels"] {
        for name in ["calm", "wild"] {
            ana.post(path, json!({ "name": name })).await.expect(201);
        }
    }
    ana.post("/deals", json!({"name": "tea", "mark_ids": [1]})).await.expect(201);
    let eve = app.user_with("eve", &["manager"]).await;
    let body = json!({"name": "gin", "tag_ids": [1], "mark_ids": [2], "label_ids": [1]});
    assert_eq!(eve.post("/deals", body).await.expect(201).json()["mark_ids"], json!([2]), "whoever makes it owns it");
    app
}

async fn found(caller: &Caller<'_>, path: &str) -> Vec<i64> {
    let page =
        caller.get(&format!("{path}{}count=exact", if path.contains('?') { "&" } else { "?" })).await.expect(200);
    let ids = page.ids();
    assert_eq!(page.json()["total"], ids.len(), "{path}");
    ids
}

fn told(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

#[tokio::test]
async fn links_of_others_do_not_exist_for_who_may_not_read_them() {
    let app = deals().await;
    let (ana, eve) = (app.log_in("ana").await, app.log_in("eve").await);
    let list = ana.get("/deals").await.expect(200).json();
    for row in [ana.get("/deals/2").await.expect(200).json(), list["data"][1].clone()] {
        assert!(row.get("tag_ids").is_none(), "{row}");
        assert_eq!(row["label_ids"], json!([1]));
    }
    for query in ["tag_ids[contains]=1", "tags.name=calm", "fields=id,tag_ids", "expand=tags", "sort=tags.name"] {
        ana.get(&format!("/deals?{query}")).await.expect(400);
    }
    ana.get("/deals/2?expand=tags").await.expect(400);
    assert_eq!(found(&ana, "/tags/1/deals").await, NONE);
    assert_eq!(found(&ana, "/deals/2/tags").await, NONE);

    assert_eq!(eve.get("/deals/2?expand=tags").await.expect(200).json()["tags"][0]["name"], "calm");
    for path in ["/deals?tag_ids[contains]=1", "/deals?tags.name=calm", "/tags/1/deals"] {
        assert_eq!(found(&eve, path).await, [2], "{path}");
    }
    assert_eq!(found(&eve, "/deals/2/tags").await, [1]);
}

/// Nothing that a caller can compute tells what rows are linked to those that are not his.
#[tokio::test]
async fn links_of_the_owner_are_null_in_the_rows_of_others_wherever_they_are_used() {
    let app = deals().await;
    for (name, own, other) in [("ana", 1, 2), ("eve", 2, 1)] {
        let caller = app.log_in(name).await;
        let marks =
            async |deal: i64| caller.get(&format!("/deals/{deal}")).await.expect(200).json()["mark_ids"].clone();
        assert_eq!((marks(own).await, marks(other).await), (json!([own]), json!(null)), "{name}");
        let added = async |deal: i64| {
            let row = caller.get(&format!("/deals/{deal}?expand=marks")).await.expect(200).json();
            row["marks"].as_array().map(Vec::len)
        };
        assert_eq!((added(own).await, added(other).await), (Some(1), None), "{name}");
        for path in [
            format!("/deals?mark_ids[contains]={other}"),
            format!("/deals?mark_ids[in]={other},99"),
            format!("/deals?marks.id={other}"),
            format!("/marks/{other}/deals"),
            format!("/deals/{other}/marks"),
        ] {
            assert_eq!(found(&caller, &path).await, NONE, "{name} {path}");
            let own = path.replace(&other.to_string(), &own.to_string());
            assert_eq!(found(&caller, &own).await.len(), 1, "{name} {own}");
        }
    }
}

#[tokio::test]
async fn setting_what_one_may_not_is_told_link_by_link_or_row_by_row() {
    let app = deals().await;
    let (ana, eve) = (app.log_in("ana").await, app.log_in("eve").await);
    let links = || app.sql::<i64>("SELECT (SELECT count(*) FROM deals_tags) + (SELECT count(*) FROM deals_labels)");
    let body = json!({"name": "x", "tag_ids": [1], "label_ids": [1]});
    for refused in [ana.post("/deals", body.clone()).await, ana.patch("/deals/1", body).await] {
        let refused = refused.expect(422);
        assert_eq!(refused.errors(), [told("/tag_ids", "unknown"), told("/label_ids", "read_only")]);
        assert!(!refused.json().to_string().contains("meant `tag_ids`"), "{}", refused.json());
    }
    // A change of nothing is a change.
    ana.patch("/deals/1", json!({"label_ids": []})).await.expect(422);
    eve.patch("/deals/1", json!({"mark_ids": []})).await.expect(403);
    eve.patch("/deals/99", json!({"mark_ids": []})).await.expect(404);
    assert_eq!((links(), app.sql::<i64>("SELECT count(*) FROM deals_marks")), (2, 2), "nothing was changed");

    // A replacement names what its caller may set in every row that he may change.
    let missing = ana.put("/deals/1", json!({})).await.expect(422).errors();
    assert_eq!(missing, [told("/name", "required"), told("/mark_ids", "required")]);
    ana.put("/deals/1", json!({"name": "tee", "mark_ids": [1, 2]})).await.expect(200);
    let missing = eve.put("/deals/1", json!({})).await.expect(422).errors();
    let all = ["/name", "/tag_ids", "/label_ids"].map(|pointer| told(pointer, "required"));
    assert_eq!(missing, all);
    let row = eve.put("/deals/1", json!({"name": "t", "tag_ids": [2], "label_ids": [2]})).await.expect(200).json();
    assert_eq!((&row["tag_ids"], &row["mark_ids"]), (&json!([2]), &json!(null)));
    let row = ana.get("/deals/1").await.expect(200).json();
    assert_eq!((&row["mark_ids"], &row["label_ids"]), (&json!([1, 2]), &json!([2])), "what was not named stays");
}

/// What changes is audited whoever may read it.
#[tokio::test]
async fn the_audit_holds_links_that_its_writer_may_not_read() {
    let app = deals().await;
    let (ana, eve) = (app.log_in("ana").await, app.log_in("eve").await);
    eve.patch("/deals/1", json!({"tag_ids": [1, 2]})).await.expect(200);
    ana.delete("/deals/1").await.expect(204);
    let before: String = app.sql("SELECT \"before\" FROM \"_audit\" WHERE \"action\" = 'delete'");
    let before: Json = serde_json::from_str(&before).unwrap();
    assert_eq!((&before["tag_ids"], &before["mark_ids"]), (&json!([1, 2]), &json!([1])));
}

#[tokio::test]
async fn the_document_says_to_whom_links_are_shown() {
    let app = deals().await;
    let document = app.stranger().send("GET", "/openapi.json", None).await.expect(200).json();
    let deal = &document["components"]["schemas"]["Deal"];
    let required = deal["required"].to_string();
    assert!(!required.contains("tag_ids") && !required.contains("mark_ids") && required.contains("label_ids"));
    assert_eq!(deal["properties"]["mark_ids"]["type"], json!(["array", "null"]));
    assert_eq!(deal["properties"]["label_ids"]["type"], "array");
    let tags = deal["properties"]["tag_ids"]["description"].as_str().unwrap();
    assert!(tags.ends_with("Shown to: a user with the role `manager`."), "{tags}");
    let labels = document["components"]["schemas"]["DealUpdate"]["properties"]["label_ids"]["description"].as_str();
    assert!(labels.unwrap().contains("Set by: a user with the role `manager`."), "{labels:?}");
}
