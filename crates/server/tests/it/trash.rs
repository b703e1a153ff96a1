//! The trash: where `soft_delete` sends rows, that nobody sees them there, and how they come back.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Caller, TestApp, place};

/// Folders of documents; a document has comments that go with it, a tree below it, and links that let go or hold.
pub const ARCHIVE: &str = r#"
[app]
name = "archive"
[auth]
roles = ["keeper"]

[entity.folder]
soft_delete = true
[entity.folder.field]
name = { type = "text", required = true, unique = true }
code = { type = "text", unique = "global" }

[entity.document]
soft_delete = true
id = "uuid"
[entity.document.field]
folder = { type = "reference", to = "folder", required = true }
parent = { type = "reference", to = "document", on_delete = "cascade" }
title = { type = "text", required = true, index = true, max_length = 40 }
slug = { type = "text", unique = true }
done = { type = "boolean", default = false }
[entity.document.access]
read = ["owner", "role:keeper"]
delete = ["owner", "role:keeper"]
[entity.document.action.finish]
set = { done = true }

[entity.comment]
soft_delete = true
[entity.comment.field]
document = { type = "reference", to = "document", required = true, on_delete = "cascade" }
text = { type = "long_text" }
mark = { type = "text", unique = true }

[entity.bookmark.field]
document = { type = "reference", to = "document", on_delete = "set_null" }

[entity.loan.field]
document = { type = "reference", to = "document", required = true }
"#;

const NONE: [i64; 0] = [];

async fn folder(caller: &Caller<'_>, name: &str) -> i64 {
    caller.post("/folders", json!({"name": name})).await.expect(201).json()["id"].as_i64().unwrap()
}

/// A document's path.
async fn document(caller: &Caller<'_>, body: Json) -> String {
    let made = caller.post("/documents", body).await.expect(201).json();
    format!("/documents/{}", made["id"].as_str().unwrap())
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

async fn restore(caller: &Caller<'_>, path: &str) -> Answer {
    caller.api("POST", &format!("{path}/restore"), None).await
}

fn audit(app: &TestApp, what: &str) -> i64 {
    app.sql::<i64>(&format!("SELECT count(*) FROM _audit WHERE outcome = 'done' AND ({what})"))
}

#[tokio::test]
async fn a_row_goes_to_the_trash_and_comes_back() {
    let app = TestApp::new(ARCHIVE).await;
    let ana = app.user("ana").await;
    folder(&ana, "f").await;
    let path = document(&ana, json!({"folder_id": 1, "title": "t", "slug": "s"})).await;
    let before = ana.get(&path).await.expect(200).json();

    assert!(ana.delete(&path).await.expect(204).body.is_empty());
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("GET", format!("{path}?fields=id"), None),
        ("PATCH", path.clone(), Some(json!({"title": "x"}))),
        ("PATCH", path.clone(), Some(json!({}))),
        ("PATCH", format!("{path}/finish"), None),
        ("DELETE", path.clone(), None),
    ] {
        for tag in ["\"1\"", "\"2\"", "*"] {
            ana.with("if-match", tag).api(method, &path, body.clone()).await.expect(404);
        }
    }
    for query in ["", "&title=t", "&title[contains]=t", "&sort=title", "&sort=-created_at", "&folder_id=1"] {
        let page = ana.get(&format!("/documents?count=exact{query}")).await.expect(200).json();
        assert_eq!((&page["data"], &page["total"]), (&json!([]), &json!(0)), "{query}");
    }
    for reference in ["comments", "bookmarks", "loans"] {
        let refused = ana.post(&format!("/{reference}"), json!({"document_id": id(&path)})).await.expect(409);
        assert_eq!(refused.errors(), [("/document_id".to_owned(), "reference".to_owned())], "{reference}");
    }

    let back = restore(&ana, &path).await.expect(200);
    assert_eq!((back.header("etag"), back.header("cache-control")), ("\"3\"", "no-store"));
    let mut expected = before;
    expected["updated_at"] = back.json()["updated_at"].clone();
    assert_eq!(back.json(), expected);
    assert_eq!(ana.get(&path).await.expect(200).json(), expected);
    restore(&ana, &path).await.expect(404);
    ana.patch(&path, json!({"title": "again"})).await.expect(200);

    let rows = "SELECT string_agg(action || coalesce(before->>'title', '-') \
                || coalesce(after->>'title', '-'), ' ') FROM _audit WHERE outcome = 'done' AND entity = 'document'";
    assert_eq!(app.sql::<String>(rows), "create-t deletet- restore-t updatetagain");
}

#[tokio::test]
async fn only_who_may_delete_restores_and_nobody_else_learns_of_it() {
    let app = TestApp::new(ARCHIVE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let eve = app.user_with("eve", &["keeper"]).await;
    folder(&ana, "f").await;
    let path = document(&ana, json!({"folder_id": 1, "title": "t"})).await;
    let missing = "/documents/018f4e5a-7b1c-7000-8000-000000000001";
    restore(&ana, &path).await.expect(404);
    ana.delete(&path).await.expect(204);
    let words = |answer: Answer| {
        let mut json = answer.expect(404).json();
        json.as_object_mut().unwrap().remove("request_id");
        json
    };
    for tag in ["*", "\"2\"", "\"9\""] {
        let bob = bob.with("if-match", tag);
        assert_eq!(words(restore(&bob, &path).await), words(restore(&bob, missing).await));
    }
    restore(&app.stranger(), &path).await.expect(401);
    restore(&eve, &path).await.expect(200);
    eve.delete(&path).await.expect(204);
    restore(&ana, &path).await.expect(200);
    assert_eq!(audit(&app, "action = 'restore' AND entity = 'document'"), 2);

    let narrow = ARCHIVE.replace("delete = [\"owner\", \"role:keeper\"]", "delete = [\"role:keeper\"]");
    let app = TestApp::new(&narrow).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["keeper"]).await;
    folder(&ana, "f").await;
    let path = document(&ana, json!({"folder_id": 1, "title": "t"})).await;
    eve.delete(&path).await.expect(204);
    assert_eq!(words(restore(&ana, &path).await), words(restore(&ana, missing).await));
    restore(&eve, &path).await.expect(200);
}

/// Whoever reads it knows of a row while it is there. What has become of it is known to those who could bring it back.
#[tokio::test]
async fn nobody_learns_what_has_been_deleted_by_asking_for_it() {
    let public = ARCHIVE.replace("read = [\"owner\", \"role:keeper\"]", "read = [\"anyone\"]");
    let app = TestApp::new(&public).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    folder(&ana, "f").await;
    let live = document(&ana, json!({"folder_id": 1, "title": "live"})).await;
    let gone = document(&ana, json!({"folder_id": 1, "title": "gone"})).await;
    bob.get(&gone).await.expect(200);
    ana.delete(&gone).await.expect(204);
    let missing = "/documents/018f4e5a-7b1c-7000-8000-000000000001";
    let mut answers = Vec::new();
    for path in [gone.as_str(), live.as_str(), missing] {
        for tag in ["*", "\"1\"", "\"2\""] {
            let mut answer = restore(&bob.with("if-match", tag), path).await.expect(404).json();
            answer.as_object_mut().unwrap().remove("request_id");
            answers.push(answer);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    restore(&ana.with("if-match", "\"1\""), &gone).await.expect(412);
    restore(&ana, &gone).await.expect(200);
}

#[tokio::test]
async fn a_restoration_is_guarded_by_the_version_and_takes_nothing() {
    let app = TestApp::new(&ARCHIVE.replace("[auth]", "[api]\nrequire_if_match = true\n[auth]")).await;
    let ana = app.user("ana").await;
    folder(&ana, "f").await;
    ana.delete("/folders/1").await.expect(428);
    ana.with("if-match", "\"1\"").delete("/folders/1").await.expect(204);
    for stale in ["\"1\"", "\"3\"", "W/\"2\"", ""] {
        restore(&ana.with("if-match", stale), "/folders/1").await.expect(412);
    }
    ana.api("POST", "/folders/1/restore", Some(json!({"name": "x"}))).await.expect(422);
    ana.api("POST", "/folders/1/restore?x=1", None).await.expect(400);
    assert_eq!(ana.api("PATCH", "/folders/1/restore", None).await.expect(405).header("allow"), "POST, OPTIONS");
    ana.api("POST", "/folders/x/restore", None).await.expect(404);
    ana.api("POST", "/bookmarks/1/restore", None).await.expect(404);
    restore(&ana.with("if-match", "\"2\""), "/folders/1").await.expect(200);
    ana.with("if-match", "*").delete("/folders/1").await.expect(204);
    assert_eq!(restore(&ana, "/folders/1").await.expect(200).header("etag"), "\"5\"", "none is demanded");
}

#[tokio::test]
async fn a_value_is_free_again_and_may_be_taken_when_the_row_comes_back() {
    let app = TestApp::new(ARCHIVE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/folders", json!({"name": "f", "code": "c"})).await.expect(201);
    ana.post("/folders", json!({"name": "f"})).await.expect(409);
    ana.delete("/folders/1").await.expect(204);
    let second = ana.post("/folders", json!({"name": "f"})).await.expect(201).json()["id"].clone();
    let taken = restore(&ana, "/folders/1").await.expect(409);
    assert_eq!(taken.errors(), [("/name".to_owned(), "unique".to_owned())]);
    restore(&ana, "/folders/1").await.expect(409);
    assert_eq!(audit(&app, "action = 'restore'"), 0, "what was refused leaves no trace");

    ana.patch(&format!("/folders/{second}"), json!({"name": "other"})).await.expect(200);
    let his = bob.post("/folders", json!({"name": "f", "code": "c"})).await.expect(201).json()["id"].clone();
    let taken = restore(&ana, "/folders/1").await.expect(409);
    assert_eq!(taken.errors(), [("/code".to_owned(), "unique".to_owned())]);
    bob.delete(&format!("/folders/{his}")).await.expect(204);
    restore(&ana, "/folders/1").await.expect(200);
    // Any number of rows in the trash may be alike.
    for id in [&json!(1), &second] {
        ana.patch(&format!("/folders/{id}"), json!({"name": "same"})).await.expect(200);
        ana.delete(&format!("/folders/{id}")).await.expect(204);
    }
    restore(&ana, &format!("/folders/{second}")).await.expect(200);
    restore(&ana, "/folders/1").await.expect(409);
}

#[tokio::test]
async fn what_goes_along_comes_back_along_and_nothing_else() {
    let app = TestApp::new(ARCHIVE).await;
    let ana = app.user("ana").await;
    folder(&ana, "f").await;
    let top = document(&ana, json!({"folder_id": 1, "title": "top"})).await;
    let below = document(&ana, json!({"folder_id": 1, "title": "below", "parent_id": id(&top)})).await;
    let deep = document(&ana, json!({"folder_id": 1, "title": "deep", "parent_id": id(&below)})).await;
    for (document, mark) in [(&top, "a"), (&deep, "b"), (&deep, "c")] {
        ana.post("/comments", json!({"document_id": id(document), "mark": mark})).await.expect(201);
    }
    ana.post("/bookmarks", json!({"document_id": id(&deep)})).await.expect(201);
    // One goes before, by itself.
    ana.delete("/comments/2").await.expect(204);

    ana.delete(&top).await.expect(204);
    assert_eq!(ana.get("/comments").await.ids(), NONE);
    assert_eq!(ana.get("/documents?count=exact").await.json()["total"], 0);
    let bookmark = ana.get("/bookmarks/1").await.expect(200);
    assert_eq!((&bookmark.json()["document_id"], bookmark.header("etag")), (&json!(null), "\"2\""));
    assert_eq!(audit(&app, "action = 'delete' AND entity = 'document'"), 3);
    assert_eq!(audit(&app, "action = 'delete' AND entity = 'comment'"), 3, "each once");

    // What went along does not come back alone: what it hangs on is in the trash.
    for (path, pointer) in [(&below, "/parent_id"), (&deep, "/parent_id"), (&"/comments/1".to_owned(), "/document_id")]
    {
        let refused = restore(&ana, path).await.expect(409);
        assert_eq!(refused.errors(), [(pointer.to_owned(), "reference".to_owned())]);
    }
    ana.delete("/folders/1").await.expect(204);
    let refused = restore(&ana, &top).await.expect(409);
    assert_eq!(refused.errors(), [("/folder_id".to_owned(), "reference".to_owned())]);
    restore(&ana, "/folders/1").await.expect(200);

    restore(&ana, &top).await.expect(200);
    assert_eq!(ana.get("/comments").await.ids(), [1, 3]);
    assert_eq!(ana.get(&deep).await.expect(200).header("etag"), "\"3\"");
    assert!(ana.get("/bookmarks/1").await.json()["document_id"].is_null(), "what let go does not take hold again");
    assert_eq!(audit(&app, "action = 'restore' AND entity = 'document'"), 3);
    assert_eq!(audit(&app, "action = 'restore' AND entity = 'comment'"), 2);
    restore(&ana, "/comments/2").await.expect(200);
    assert_eq!(ana.get("/comments/2").await.expect(200).header("etag"), "\"3\"");

    // A value of a row that would come back along may be taken too; then nothing comes back.
    ana.delete(&top).await.expect(204);
    let other = document(&ana, json!({"folder_id": 1, "title": "other"})).await;
    ana.post("/comments", json!({"document_id": id(&other), "mark": "a"})).await.expect(201);
    let taken = restore(&ana, &top).await.expect(409);
    assert_eq!(taken.errors(), [(String::new(), "unique".to_owned())]);
    assert!(taken.json()["detail"].as_str().unwrap().contains("`mark` of a comment"), "{}", taken.json());
    ana.get(&deep).await.expect(404);
}

#[tokio::test]
async fn what_was_deleted_on_purpose_stays_in_the_trash_though_the_same_batch_took_the_rest() {
    let app = TestApp::new(ARCHIVE).await;
    let ana = app.user("ana").await;
    folder(&ana, "f").await;
    let top = document(&ana, json!({"folder_id": 1, "title": "top"})).await;
    let below = |title: &'static str| json!({"folder_id": 1, "title": title, "parent_id": id(&top)});
    let (chosen, along) = (document(&ana, below("chosen")).await, document(&ana, below("along")).await);
    let operations = [&chosen, &top].map(|path| json!({"method": "DELETE", "id": id(path)}));
    ana.post("/documents:batch", json!({"operations": operations})).await.expect(200);
    assert_eq!(audit(&app, "action = 'delete'"), 3, "each once");

    restore(&ana, &top).await.expect(200);
    ana.get(&along).await.expect(200);
    ana.get(&chosen).await.expect(404);
    restore(&ana, &chosen).await.expect(200);
}

#[tokio::test]
async fn a_row_that_is_held_stays_and_one_in_the_trash_holds_nothing() {
    let app = TestApp::new(ARCHIVE).await;
    let ana = app.user("ana").await;
    folder(&ana, "f").await;
    let top = document(&ana, json!({"folder_id": 1, "title": "top"})).await;
    let below = document(&ana, json!({"folder_id": 1, "title": "below", "parent_id": id(&top)})).await;
    let refused = ana.delete("/folders/1").await.expect(409);
    assert_eq!(refused.json()["code"], "reference");
    ana.get("/folders/1").await.expect(200);

    ana.post("/loans", json!({"document_id": id(&below)})).await.expect(201);
    for held in [&top, &below] {
        ana.delete(held).await.expect(409);
        assert_eq!(ana.get(held).await.expect(200).header("etag"), "\"1\"", "nothing half done");
    }
    assert_eq!(audit(&app, "action = 'delete'"), 0);
    ana.delete("/loans/1").await.expect(204);
    ana.delete(&top).await.expect(204);
    ana.delete("/folders/1").await.expect(204);
}

#[tokio::test]
async fn a_ring_goes_and_comes_back_whole() {
    let app = TestApp::new(ARCHIVE).await;
    let ana = app.user("ana").await;
    folder(&ana, "f").await;
    let one = document(&ana, json!({"folder_id": 1, "title": "one"})).await;
    let two = document(&ana, json!({"folder_id": 1, "title": "two", "parent_id": id(&one)})).await;
    ana.patch(&one, json!({"parent_id": id(&two)})).await.expect(200);
    ana.delete(&one).await.expect(204);
    assert_eq!(audit(&app, "action = 'delete' AND entity = 'document'"), 2, "each once");
    restore(&ana, &two).await.expect(200);
    assert_eq!(ana.get(&one).await.expect(200).header("etag"), "\"4\"");
    assert_eq!(audit(&app, "action = 'restore' AND entity = 'document'"), 2, "each once");
}

#[tokio::test]
async fn a_path_of_one_user_has_a_trash_of_its_own() {
    let app = TestApp::new(&ARCHIVE.replace("[auth]", "[api]\nuser_path = true\n[auth]")).await;
    let (ana, bob) = (app.user("ana").await, app.user_with("bob", &["keeper"]).await);
    let path = format!("/{}/folders", ana.id);
    ana.post(&path, json!({"name": "f"})).await.expect(201);
    ana.delete(&format!("{path}/1")).await.expect(204);
    restore(&bob, &format!("{path}/1")).await.expect(403);
    restore(&bob, &format!("/{}/folders/1", bob.id)).await.expect(404);
    restore(&ana, &format!("{path}/1")).await.expect(200);
}

/// Lists must not walk over the trash: their indexes are of the rows that are not there.
#[tokio::test]
async fn indexes_of_lists_hold_no_trash() {
    if place::is_postgres() {
        return; // The same text says so in crates/schema/tests/cases.
    }
    let app = TestApp::new(ARCHIVE).await;
    let partial = "SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_index_list('documents') \
                   WHERE NOT partial AND origin = 'c' ORDER BY name)";
    assert_eq!(
        app.sql::<String>(partial),
        "documents__folder_id_reference documents__parent_id_reference documents__user_id_index"
    );
}
