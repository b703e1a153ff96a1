//! Answers that few words would make very long: what ends a list early, and what is refused before it is built.

use serde_json::json;

use crate::support::blueprints::{CRM, OFFICE};
use crate::support::{Caller, TestApp, place};

const LONG: usize = 200_000;

/// Tags hold texts as long as those of documents.
async fn app() -> TestApp {
    let body = "[entity.tag.field]\nbody = { type = \"long_text\", max_length = 200_000 }\n";
    TestApp::new(&CRM.replacen("[entity.tag.field]\n", body, 1)).await
}

async fn long_tags(user: &Caller<'_>, count: usize) -> Vec<usize> {
    for _ in 0..count {
        user.post("/tags", json!({ "name": "x", "body": "x".repeat(LONG) })).await.expect(201);
    }
    (1..=count).collect()
}

async fn prospects(user: &Caller<'_>, tags: &[&[usize]]) {
    for (place, ids) in tags.iter().enumerate() {
        user.post("/prospects", json!({"name": format!("{place}"), "tag_ids": ids})).await.expect(201);
    }
}

/// The ids of each page of a list, to its end.
async fn walk(user: &Caller<'_>, list: &str) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = user.get(&format!("{list}&limit=100{cursor}")).await.expect(200);
        assert!(page.body.len() < 12_000_000, "{} bytes", page.body.len());
        pages.push(page.ids());
        let (page, linked) = (page.json(), page.headers.contains_key("link"));
        assert_eq!((page["has_more"].as_bool(), linked), (Some(page["next_cursor"].is_string()), linked));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn a_long_page_ends_early_and_the_next_goes_on() {
    let app = app().await;
    let ana = app.user("ana").await;
    let tags = long_tags(&ana, 15).await;
    prospects(&ana, &[tags.as_slice(); 7]).await;
    assert_eq!(walk(&ana, "/prospects?expand=tags").await, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    assert_eq!(walk(&ana, "/prospects?expand=tags&sort=-name").await, [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    assert_eq!(walk(&ana, "/tags/3/prospects?expand=tags").await.concat(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(walk(&ana, "/prospects?count=exact").await, [[1, 2, 3, 4, 5, 6, 7]]);
    assert_eq!(walk(&ana, "/tags?sort=-id").await.concat().len(), 15);
}

#[tokio::test]
async fn a_row_that_brings_too_much_along_is_refused_and_no_other() {
    let app = app().await;
    let ana = app.user("ana").await;
    let tags = long_tags(&ana, 45).await;
    prospects(&ana, &[&tags[..1], &tags, &[]]).await;
    for list in ["/prospects?expand=tags&limit=100", "/prospects?expand=tags&limit=1"] {
        let page = ana.get(list).await.expect(200);
        assert_eq!((page.ids(), page.json()["has_more"].as_bool()), (vec![1], Some(true)), "{list}");
        let next = format!("{list}&cursor={}", page.json()["next_cursor"].as_str().unwrap());
        let refused = ana.get(&next).await.expect(400).json();
        assert_eq!(refused["code"], "bad_request");
        assert!(refused["detail"].as_str().unwrap().contains("expand less"), "{refused}");
    }
    ana.get("/prospects/2?expand=tags").await.expect(400);
    ana.get("/prospects/1?expand=tags").await.expect(200);
    assert_eq!(ana.get("/prospects/2").await.expect(200).json()["tag_ids"].as_array().unwrap().len(), 45);
    assert_eq!(ana.get("/prospects?expand=members").await.expect(200).ids(), [1, 2, 3]);
    // What has to be brought into order first is held all at once, by a server of Postgres outside of ours: no index has the
    // rows of all callers by name.
    if place::is_postgres() {
        return;
    }
    prospects(&ana, &[&tags[..35]; 6]).await;
    let eve = app.user_with("eve", &["manager"]).await;
    let sorted = "/prospects?expand=tags&sort=name&name[ne]=1";
    eve.get(&format!("{sorted}&limit=100")).await.expect(400);
    assert_eq!(eve.get(&format!("{sorted}&limit=2")).await.expect(200).ids(), [1, 4]);
}

#[tokio::test]
async fn a_batch_that_would_answer_too_much_does_nothing() {
    let app = app().await;
    let ana = app.user("ana").await;
    long_tags(&ana, 1).await;
    let operations = |count: usize| json!({"operations": vec![json!({"method": "PATCH", "id": 1, "body": {}}); count]});
    let ana = ana.with("idempotency-key", "k");
    let counts = || (app.sql::<i64>("SELECT _version FROM tags"), app.sql::<i64>("SELECT count(*) FROM _idempotency"));
    let before = counts();
    let refused = ana.post("/tags:batch", operations(100)).await.expect(413).json();
    assert_eq!(refused["code"], "too_large");
    assert!(refused["detail"].as_str().unwrap().contains("send fewer operations"), "{refused}");
    assert_eq!(counts(), before);
    let done = ana.post("/tags:batch", operations(10)).await.expect(200);
    assert_eq!(done.json()["data"].as_array().unwrap().len(), 10);
    assert_eq!(ana.post("/tags:batch", operations(10)).await.expect(200).body, done.body);
}

/// Each number is told of by its place, and a place may be as long as the body.
#[tokio::test]
async fn numbers_under_a_long_key_are_told_in_few_words() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let numbers = vec!["0.1000000000000000000001"; 2_000].join(",");
    let body = format!("{{\"name\":\"x\",\"extra\":{{\"{}\":[{numbers}]}}}}", "key".repeat(10_000));
    let request = http::Request::post("/api/v1/clients").header("host", "x").header("content-type", "application/json");
    let refused = ana.raw(request.body(body.into_bytes()).unwrap()).await.expect(422);
    let is_told = |(pointer, code): &(String, String)| pointer.starts_with("/extra/keykey") && code == "precision";
    assert!(refused.errors().iter().all(is_told), "{:.500}", refused.json().to_string());
    assert!(refused.body.len() < 100_000, "{} bytes", refused.body.len());
}
