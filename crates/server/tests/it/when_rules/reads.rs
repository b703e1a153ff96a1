//! What is read: a record for which no rule's condition holds is in no answer, and can be learnt of by none.

use serde_json::json;

use super::{PAPER, data, paper, total};
use crate::support::TestApp;

#[tokio::test]
async fn each_caller_sees_the_records_for_which_his_conditions_hold() {
    let app = paper().await;
    let (ana, bob) = (app.log_in("ana").await, app.log_in("bob").await);
    let (eve, amy) = (app.log_in("eve").await, app.log_in("amy").await);
    for (caller, seen) in
        [(app.stranger(), vec![2]), (bob, vec![2]), (eve, vec![2, 3]), (amy, vec![1, 2, 3]), (ana, vec![1, 2, 3])]
    {
        let who = &caller.id;
        assert_eq!(caller.get("/articles").await.expect(200).ids(), seen, "{who}");
        assert_eq!(total(&caller, "").await, seen.len() as i64, "{who}");
        for id in 1..=4 {
            let status = if seen.contains(&id) { 200 } else { 404 };
            caller.get(&format!("/articles/{id}")).await.expect(status);
            caller.get(&format!("/articles/{id}?expand=desk")).await.expect(status);
        }
    }
}

/// What is hidden by a condition is as little there as what was never made.
#[tokio::test]
async fn what_a_condition_hides_is_not_found_counted_sorted_or_searched() {
    let app = paper().await;
    let bob = app.log_in("bob").await;
    for (query, ids) in [
        ("state=draft", vec![]),
        ("state[ne]=published", vec![]),
        ("state[in]=draft,retracted", vec![]),
        ("title=Dawn", vec![]),
        ("title[gte]=A", vec![2]),
        ("sort=title", vec![2]),
        ("sort=-state", vec![2]),
        ("sort=created_at", vec![2]),
        ("q=dawn", vec![]),
        ("q=d", vec![]),
        ("q=n", vec![2]),
        ("desk_id[is_null]=false", vec![2]),
        ("tag_ids[contains]=1", vec![2]),
    ] {
        assert_eq!(bob.get(&format!("/articles?{query}")).await.expect(200).ids(), ids, "{query}");
        assert_eq!(total(&bob, query).await, ids.len() as i64, "{query}");
    }
    let (hidden, missing) = (bob.get("/articles/1").await.expect(404), bob.get("/articles/99").await.expect(404));
    let told = |answer: &crate::support::Answer| {
        let mut json = answer.json();
        json["request_id"] = json!("");
        json
    };
    assert_eq!(told(&hidden), told(&missing));
    let page = bob.get("/articles?limit=1&sort=title").await.expect(200).json();
    assert_eq!((page["has_more"].clone(), page["next_cursor"].clone()), (json!(false), json!(null)));
}

#[tokio::test]
async fn references_links_and_lists_below_show_only_what_their_own_conditions_allow() {
    let app = paper().await;
    let (ana, bob, eve) = (app.log_in("ana").await, app.log_in("bob").await, app.log_in("eve").await);
    for id in [1, 2, 3] {
        ana.post("/comments", json!({"article_id": id, "text": "x"})).await.expect(201);
    }
    let page = bob.get("/comments?expand=article.desk").await.expect(200).json();
    let titles: Vec<_> = data(&page).iter().map(|row| row["article"]["title"].clone()).collect();
    assert_eq!(titles, [json!(null), json!("Noon"), json!(null)]);
    assert_eq!(data(&page)[0]["article"], json!(null));
    let page = ana.get("/articles?expand=desk,tags").await.expect(200).json();
    let desks: Vec<_> = data(&page).iter().map(|row| row["desk"]["name"].clone()).collect();
    assert_eq!(desks, [json!(null), json!("right"), json!(null)]);
    assert_eq!(data(&page)[0]["tags"].as_array().unwrap().len(), 1);
    for (query, ids) in [
        ("article.title=Dawn", vec![]),
        ("article.title[ne]=x", vec![2]),
        ("article.state[is_null]=false", vec![2]),
        ("sort=article.title", vec![2, 1, 3]),
        ("sort=-article.title", vec![2, 3, 1]),
    ] {
        assert_eq!(bob.get(&format!("/comments?{query}")).await.expect(200).ids(), ids, "{query}");
    }
    bob.get("/articles/2/comments").await.expect(200);
    bob.get("/articles/1/comments").await.expect(404);
    bob.get("/desks/1/articles").await.expect(404);
    assert_eq!(bob.get("/desks/2/articles").await.expect(200).ids(), [2]);
    assert_eq!(eve.get("/desks/1/articles").await.expect(200).ids(), Vec::<i64>::new());
    assert_eq!(bob.get("/tags/1/articles").await.expect(200).ids(), [2]);
    bob.get("/tags/2/articles").await.expect(404);
}

/// Which links a record has for a caller may change without the record: its `ETag` changes all the same.
#[tokio::test]
async fn the_etag_tells_when_a_linked_record_is_no_longer_shown() {
    let app = paper().await;
    let (ana, eve) = (app.log_in("ana").await, app.log_in("eve").await);
    let first = ana.get("/articles/1").await.expect(200);
    assert_eq!(first.json()["tag_ids"], json!([1]));
    let cached = ana.with("if-none-match", first.header("etag"));
    cached.get("/articles/1").await.expect(304);
    eve.patch("/tags/1", json!({"shown": false})).await.expect(200);
    let then = cached.get("/articles/1").await.expect(200);
    assert_eq!(then.json()["tag_ids"], json!([]));
    assert_eq!(first.version(), then.version());
    // What is in an `ETag` beside the version does not keep a change from being made.
    ana.with("if-match", first.header("etag")).patch("/articles/1", json!({"title": "Dawn!"})).await.expect(200);
}

#[tokio::test]
async fn a_field_is_null_where_its_condition_does_not_hold_wherever_it_is_used() {
    let app = paper().await;
    let (ana, eve) = (app.log_in("ana").await, app.log_in("eve").await);
    let notes = |page: &serde_json::Value| data(page).iter().map(|row| row["note"].clone()).collect::<Vec<_>>();
    assert_eq!(notes(&eve.get("/articles").await.expect(200).json()), [json!(null), json!("Dusk note")]);
    assert_eq!(notes(&ana.get("/articles").await.expect(200).json()).len(), 3);
    for (query, ids) in [
        ("note[contains]=note", vec![3]),
        ("note=Noon note", vec![]),
        ("note[ne]=Dusk note", vec![2]),
        ("note[is_null]=true", vec![2]),
        ("sort=note", vec![3, 2]),
        ("sort=-note", vec![3, 2]),
    ] {
        let query = query.replace(' ', "%20");
        assert_eq!(eve.get(&format!("/articles?{query}")).await.expect(200).ids(), ids, "{query}");
    }
    app.stranger().get("/articles/2").await.expect(200);
    app.stranger().get("/articles?note=x").await.expect(400);
}

/// The time of a request is what `now` means, and one answer has one time.
#[tokio::test]
async fn now_is_the_time_of_the_request() {
    let text = PAPER.replace("when = \"open\"", "when = \"created_at < now and open\"").replace(
        "read = [\"role:editor\", { when = \"shown\" }]",
        "read = [\"role:editor\", { when = \"created_at > now\" }]",
    );
    // In what is asked of a write, too, which is known by the rights that it was done by.
    let text = text.replace("when = \"state = 'draft' and user_id", "when = \"created_at <= now and user_id");
    let text = text.replace("\"state = 'published'\"", "\"state = 'published' and created_at <= now\"");
    let app = TestApp::new(&text).await;
    let (eve, bob) = (app.user_with("eve", &["editor"]).await, app.user("bob").await);
    eve.post("/desks", json!({"name": "a", "open": true})).await.expect(201);
    eve.post("/tags", json!({"label": "a"})).await.expect(201);
    assert_eq!(bob.get("/desks").await.expect(200).ids(), [1]);
    bob.get("/desks/1").await.expect(200);
    bob.get("/tags/1").await.expect(404);
    bob.get("/tags/1/articles").await.expect(404);
    let made = bob.post("/articles", json!({"title": "x", "desk_id": 1})).await.expect(201);
    let etag = made.header("etag");
    bob.with("if-none-match", etag).get("/articles/1").await.expect(304);
    bob.patch("/articles/1", json!({"tag_ids": [1]})).await.expect(409);
    let twice = bob.with("idempotency-key", "k");
    let (one, other) = (json!({"title": "y"}), json!({"title": "y"}));
    twice.post("/articles", one).await.expect(201);
    assert_eq!(twice.post("/articles", other).await.expect(201).header("idempotency-replayed"), "true");
}

/// The path of one user is his own, whatever else a condition lets him see.
#[tokio::test]
async fn a_path_that_names_its_user_narrows_conditions_too() {
    let text = PAPER.replace("[auth]", "[api]\nuser_path = true\n[auth]");
    let app = TestApp::new(&text).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let (anas, bobs) = (format!("/{}/articles", ana.id), format!("/{}/articles", bob.id));
    ana.post(&anas, json!({"title": "a"})).await.expect(201);
    ana.act(&format!("{anas}/1/publish")).await.expect(200);
    assert_eq!(ana.get(&anas).await.expect(200).ids(), [1]);
    assert_eq!(bob.get(&bobs).await.expect(200).ids(), Vec::<i64>::new());
    bob.get(&format!("{bobs}/1")).await.expect(404);
    bob.get(&anas).await.expect(403);
    app.stranger().get(&anas).await.expect(401);
}
