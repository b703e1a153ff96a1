//! What is written: a condition is asked of the record as it is and, where its fields are given, as it will be.

use futures_util::future::join_all;
use serde_json::json;

use super::{PAPER, paper};
use crate::support::TestApp;

#[tokio::test]
async fn a_new_record_must_be_such_as_its_maker_may_make() {
    let app = paper().await;
    let (bob, eve) = (app.log_in("bob").await, app.log_in("eve").await);
    bob.post("/articles", json!({"title": "x"})).await.expect(201);
    bob.post("/articles", json!({"title": "x", "state": "draft"})).await.expect(201);
    bob.post("/articles", json!({"title": "x", "state": "published"})).await.expect(403);
    eve.post("/articles", json!({"title": "x", "state": "published"})).await.expect(201);
    app.stranger().post("/articles", json!({"title": "x"})).await.expect(401);
    // What is not valid is told first, a reference that leads nowhere and a value that is taken after.
    bob.post("/articles", json!({"title": 1, "state": "published"})).await.expect(422);
    bob.post("/articles", json!({"title": "x", "state": "published", "desk_id": 99})).await.expect(403);
    bob.post("/articles", json!({"title": "x", "desk_id": 99})).await.expect(409);
    // A field may have a condition of its own.
    bob.post("/articles", json!({"title": "x", "reason": "y"})).await.expect(403);
    eve.post("/articles", json!({"title": "x", "state": "retracted", "reason": "y"})).await.expect(201);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM articles"), 3 + 4);
    assert_eq!(
        app.sql::<i64>(
            "SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'article' AND action = 'create'"
        ),
        3 + 4
    );
}

#[tokio::test]
async fn a_change_must_find_and_leave_such_a_record() {
    let app = paper().await;
    let (ana, bob, eve) = (app.log_in("ana").await, app.log_in("bob").await, app.log_in("eve").await);
    ana.patch("/articles/1", json!({"title": "Dawn!"})).await.expect(200);
    ana.patch("/articles/1", json!({"state": "draft"})).await.expect(200);
    // It would no longer be one that she may change.
    ana.patch("/articles/1", json!({"state": "published"})).await.expect(403);
    let whole = json!({"title": "D", "slug": null, "note": null, "state": "published", "desk_id": null, "tag_ids": []});
    ana.put("/articles/1", whole.clone()).await.expect(403);
    // It is not.
    ana.patch("/articles/2", json!({"title": "Noon!"})).await.expect(403);
    ana.patch("/articles/2", json!({"state": "draft"})).await.expect(403);
    // Others are told no more than they may see.
    bob.patch("/articles/1", json!({"title": "x"})).await.expect(404);
    bob.patch("/articles/2", json!({"title": "x"})).await.expect(403);
    app.stranger().patch("/articles/2", json!({"title": "x"})).await.expect(401);
    eve.patch("/articles/1", json!({"state": "published"})).await.expect(404);
    eve.patch("/articles/2", json!({"state": "draft"})).await.expect(403);
    eve.patch("/articles/2", json!({"state": "retracted"})).await.expect(200);
    eve.patch("/articles/3", json!({"state": "published", "title": "Dusk!"})).await.expect(200);
    let page = ana.get("/articles?fields=title,state").await.expect(200).json();
    let row = |title: &str, state: &str| json!({"title": title, "state": state});
    assert_eq!(page["data"], json!([row("Dawn!", "draft"), row("Noon", "retracted"), row("Dusk!", "published")]));
    assert_eq!(
        app.sql::<i64>(
            "SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'article' AND action = 'update'"
        ),
        4
    );
}

/// 404, then 403, then 412, then 409.
#[tokio::test]
async fn what_may_not_be_made_of_a_record_is_told_before_its_version_and_its_conflicts() {
    let app = paper().await;
    let (ana, bob) = (app.log_in("ana").await, app.log_in("bob").await);
    ana.post("/articles", json!({"title": "Eve", "slug": "eve"})).await.expect(201);
    let late = ana.with("if-match", "\"99\"");
    late.patch("/articles/1", json!({"state": "published", "slug": "eve"})).await.expect(403);
    ana.patch("/articles/1", json!({"state": "published", "slug": "eve"})).await.expect(403);
    ana.patch("/articles/1", json!({"state": "published", "desk_id": 99})).await.expect(403);
    late.patch("/articles/1", json!({"slug": "eve"})).await.expect(412);
    ana.patch("/articles/1", json!({"slug": "eve"})).await.expect(409);
    bob.with("if-match", "\"99\"").patch("/articles/1", json!({"state": "published", "slug": "eve"})).await.expect(404);
}

#[tokio::test]
async fn a_condition_of_a_field_is_asked_of_the_record_as_it_is_and_as_it_will_be() {
    let app = paper().await;
    let eve = app.log_in("eve").await;
    eve.patch("/articles/3", json!({"reason": "wrong"})).await.expect(200);
    eve.patch("/articles/2", json!({"reason": "wrong"})).await.expect(403);
    eve.patch("/articles/2", json!({"reason": "wrong", "state": "retracted"})).await.expect(403);
    eve.patch("/articles/2", json!({"state": "retracted"})).await.expect(200);
    eve.patch("/articles/2", json!({"reason": "wrong", "state": "published"})).await.expect(403);
    eve.patch("/articles/2", json!({"reason": "wrong", "state": "retracted"})).await.expect(200);
    assert_eq!(eve.get("/articles/2").await.expect(200).json()["note"], "Noon note");
    eve.patch("/articles/2", json!({"state": "published"})).await.expect(200);
    assert_eq!(eve.get("/articles/2").await.expect(200).json()["note"], json!(null));
}

/// An action is judged by the record that it finds: taking it elsewhere is what it is for.
#[tokio::test]
async fn an_action_is_for_the_records_that_it_finds() {
    let app = paper().await;
    let (ana, bob) = (app.log_in("ana").await, app.log_in("bob").await);
    bob.act("/articles/1/publish").await.expect(404);
    bob.act("/articles/2/publish").await.expect(403);
    ana.act("/articles/2/publish").await.expect(403);
    assert_eq!(ana.act("/articles/1/publish").await.expect(200).json()["state"], "published");
    ana.act("/articles/1/publish").await.expect(403);
    // The state is asked after the access.
    app.stranger().act("/articles/2/thank").await.expect(409);
    app.stranger().act("/articles/3/thank").await.expect(404);
    app.write("UPDATE articles SET note = NULL WHERE id = 2");
    let thanked = app.stranger().act("/articles/2/thank").await.expect(200).json();
    assert!(thanked.get("note").is_none(), "he may never read it: {thanked}");
}

/// What it leads to may be out of sight: then its fields are shown as far as anybody may read them, and no further.
#[tokio::test]
async fn an_action_does_not_open_what_it_takes_out_of_sight() {
    let app = paper().await;
    let (ana, bob, eve) = (app.log_in("ana").await, app.log_in("bob").await, app.log_in("eve").await);
    assert_eq!(bob.get("/articles/2").await.expect(200).json()["note"], json!(null));
    let retracted = bob.act("/articles/2/retract").await.expect(200).json();
    assert_eq!((&retracted["state"], &retracted["note"]), (&json!("retracted"), &json!(null)));
    bob.get("/articles/2").await.expect(404);
    app.write("UPDATE articles SET state = 'published' WHERE id = 2");
    assert!(app.stranger().act("/articles/2/retract").await.expect(200).json().get("note").is_none());
    for sees in [ana, eve] {
        app.write("UPDATE articles SET state = 'published' WHERE id = 2");
        assert_eq!(sees.act("/articles/2/retract").await.expect(200).json()["note"], "Noon note", "{}", sees.id);
    }
}

#[tokio::test]
async fn deleting_and_restoring_go_by_the_condition() {
    let app = paper().await;
    let (ana, bob, eve) = (app.log_in("ana").await, app.log_in("bob").await, app.log_in("eve").await);
    bob.delete("/articles/1").await.expect(404);
    bob.delete("/articles/2").await.expect(403);
    ana.delete("/articles/2").await.expect(403);
    eve.delete("/articles/3").await.expect(403);
    ana.delete("/articles/1").await.expect(204);
    ana.get("/articles/1").await.expect(404);
    bob.api("POST", "/articles/1/restore", None).await.expect(404);
    app.write("UPDATE articles SET state = 'published' WHERE id = 1");
    ana.api("POST", "/articles/1/restore", None).await.expect(404);
    app.write("UPDATE articles SET state = 'draft' WHERE id = 1");
    ana.api("POST", "/articles/1/restore", None).await.expect(200);
    ana.get("/articles/1").await.expect(200);
}

#[tokio::test]
async fn what_is_referred_to_must_be_seen() {
    let app = paper().await;
    let (ana, bob) = (app.log_in("ana").await, app.log_in("bob").await);
    bob.post("/comments", json!({"article_id": 2})).await.expect(201);
    let hidden = bob.post("/comments", json!({"article_id": 1})).await.expect(409);
    let missing = bob.post("/comments", json!({"article_id": 99})).await.expect(409);
    assert_eq!(hidden.errors(), missing.errors());
    bob.patch("/comments/1", json!({"article_id": 3})).await.expect(409);
    ana.patch("/articles/1", json!({"tag_ids": [2]})).await.expect(409);
    ana.patch("/articles/1", json!({"desk_id": 1})).await.expect(409);
    ana.patch("/articles/1", json!({"desk_id": 2, "tag_ids": [1]})).await.expect(200);
}

#[tokio::test]
async fn of_a_batch_nothing_is_done_where_a_condition_does_not_hold() {
    let app = paper().await;
    let ana = app.log_in("ana").await;
    let batch = |operations: serde_json::Value| ana.post("/articles:batch", json!({ "operations": operations }));
    let fine = json!({"method": "PATCH", "id": 1, "body": {"title": "Sun"}});
    let refused = batch(json!([fine, {"method": "PATCH", "id": 1, "body": {"state": "published"}}])).await.expect(403);
    assert_eq!(refused.errors()[0].0, "/operations/1");
    batch(json!([fine, {"method": "POST", "body": {"title": "x", "state": "published"}}])).await.expect(403);
    batch(json!([fine, {"method": "DELETE", "id": 2}])).await.expect(403);
    assert_eq!(ana.get("/articles/1").await.json()["title"], "Dawn");
    batch(json!([fine, {"method": "POST", "body": {"title": "x"}}])).await.expect(200);
}

/// A record that refers to itself lets go of itself before it goes, and goes all the same.
#[tokio::test]
async fn a_record_goes_though_its_going_changes_what_the_condition_looks_at() {
    let text = PAPER.replace(
        "[entity.comment.access]",
        "above = { type = \"reference\", to = \"comment\", on_delete = \"set_null\" }\n[entity.comment.access]\n\
         delete = [{ who = \"owner\", when = \"above is not null\" }]",
    );
    let app = TestApp::new(&text).await;
    let ana = app.user("ana").await;
    ana.post("/comments", json!({"text": "x"})).await.expect(201);
    ana.delete("/comments/1").await.expect(403);
    ana.patch("/comments/1", json!({"above_id": 1})).await.expect(200);
    ana.delete("/comments/1").await.expect(204);
    ana.get("/comments/1").await.expect(404);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM comments"), 0);
}

/// The condition stands in the statement that makes the change: whoever comes when it no longer holds changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a4_a_row_that_leaves_the_rule_meanwhile_is_not_changed() {
    let app = paper().await;
    let ana = app.log_in("ana").await;
    let publish = || async { (true, ana.act("/articles/1/publish").await) };
    let change = |place: usize| {
        let ana = &ana;
        async move { (false, ana.patch("/articles/1", json!({"title": format!("Draft {place}")})).await) }
    };
    // Of fifty, ten take the draft away from the others.
    let changes = join_all((0..40).map(change));
    let publications = join_all((0..10).map(|_| publish()));
    let (changes, publications) = futures_util::future::join(changes, publications).await;
    let answers: Vec<_> = changes.into_iter().chain(publications).collect();
    let count = |of: bool, status: u16| {
        answers.iter().filter(|(published, answer)| *published == of && answer.status.as_u16() == status).count()
    };
    assert_eq!((count(true, 200), count(true, 403)), (1, 9), "one takes it, and finds it");
    assert_eq!(count(false, 200) + count(false, 403), 40);
    let changed = count(false, 200) as i64;
    let audited =
        "SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'article' AND entity_id = '1' AND action = ";
    assert_eq!(app.sql::<i64>(&format!("{audited}'publish'")), 1);
    assert_eq!(app.sql::<i64>(&format!("{audited}'update'")), changed, "what was refused left nothing");
    let last = "SELECT max(seq) FROM _audit WHERE outcome = 'done' AND entity = 'article' AND entity_id = '1'";
    let published = format!(
        "SELECT seq FROM _audit WHERE outcome = 'done' AND entity_id = '1' AND action = 'publish' AND seq = ({last})"
    );
    assert!(app.sql::<i64>(&published) > 0, "nothing was changed once it was published");
    assert_eq!(ana.get("/articles/1").await.expect(200).version(), 1 + 1 + changed);
}
