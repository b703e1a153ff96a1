//! Many at once, and again after a restart.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_changes_of_one_version_one_wins() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let first = ana.with("if-match", "\"1\"");
    let answers = join_all((0..100).map(|score| first.patch("/clients/1", json!({"score": score})))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(200), count(412)), (1, 99));
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND action = 'update'"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_rows_with_one_unique_value_one_stays() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let body = json!({"name": "x", "email": "a@example.com"});
    let answers = join_all((0..100).map(|_| ana.post("/clients", body.clone()))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(201), count(409)), (1, 99));
    assert_eq!(ana.get("/clients").await.ids().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn toggles_are_never_lost() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let answers = join_all((0..101).map(|_| ana.act("/clients/1/star"))).await;
    let versions: BTreeSet<_> =
        answers.into_iter().map(|answer| answer.expect(200).header("etag").to_owned()).collect();
    assert_eq!(versions.len(), 101);
    assert_eq!(ana.get("/clients/1").await.json()["vip"], true);
}

#[tokio::test]
async fn a_restart_keeps_rows_sessions_and_cursors() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    for _ in 0..3 {
        ana.post("/clients", json!({"name": "x"})).await.expect(201);
    }
    let cursor = ana.get("/clients?limit=2").await.json()["next_cursor"].as_str().unwrap().to_owned();
    let (token, id) = (ana.token.clone(), ana.id.clone());
    app.app.close().await;
    let folder = app.folder;
    let app = TestApp::in_folder(OFFICE, &[], folder).await;
    let mut ana = app.stranger();
    (ana.token, ana.id) = (token, id);
    assert_eq!(ana.get(&format!("/clients?limit=2&cursor={cursor}")).await.expect(200).ids(), [3]);
}

#[tokio::test]
async fn a_changed_schema_is_refused_and_changed_words_are_not() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    app.app.close().await;
    let database = crate::support::place::url(app.folder.path());
    let open = async |text: &str| {
        let lookup = |name: &str| (name == "DATABASE_URL").then(|| database.clone());
        let settings = server::settings::Settings::read(lookup).unwrap();
        let blueprint = std::sync::Arc::new(blueprint::load(text).unwrap());
        server::App::open(blueprint, settings).await.map_err(|error| error.to_string())
    };
    let wider = OFFICE.replace("vip = {", "vup = {").replace("toggle = \"vip\"", "toggle = \"vup\"");
    let refusal = open(&wider).await.err().unwrap();
    assert!(
        refusal.contains("blueprint") && refusal.contains("vup") && refusal.contains("`supermaker migrate`"),
        "{refusal}"
    );
    let stricter = OFFICE.replace("max_length = 40", "max_length = 30");
    open(&stricter).await.unwrap().close().await;
    open(OFFICE).await.unwrap().close().await;
}
