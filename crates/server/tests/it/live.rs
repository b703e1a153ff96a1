//! A blueprint that takes the place of another while it is served.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use blueprint::Blueprint;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use server::{App, Live, StartError};

use crate::support::TestApp;

const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

fn with(rule: &str) -> Arc<Blueprint> {
    Arc::new(blueprint::load(&format!("{NOTES}[entity.note.access]\n{rule}\n")).unwrap())
}

async fn post(app: &Arc<App>, token: &str) -> u16 {
    let request = Request::post("/api/v1/notes").header("host", "x").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    let request = request.body(Full::new(Bytes::from_static(br#"{"text": "a"}"#))).unwrap();
    app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await.status().as_u16()
}

async fn text(app: &Arc<App>, path: &str) -> String {
    let request = Request::get(path).header("host", "x").body(Full::<Bytes>::default()).unwrap();
    let body = app.handle(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await.into_body().collect().await.unwrap();
    String::from_utf8(body.to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn new_requests_meet_the_new_one_and_those_that_have_begun_end_on_the_old() {
    let test = TestApp::new(NOTES).await;
    let ana = test.user("ana").await.token.unwrap();
    let TestApp { app, folder: _folder, .. } = test;
    let live = Live::new(app);
    let old = live.now();
    assert_eq!(post(&old, &ana).await, 201);
    live.reload(with("create = [\"role:admin\"]")).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(post(&live.now(), &ana).await, 403, "the new rule, for the session that she had");
    assert_eq!(post(&old, &ana).await, 201);
    live.reload(with("create = [\"signed_in\"]")).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(post(&live.now(), &ana).await, 201);
    // What was counted on all three.
    let metrics = text(&live.now(), "/metrics").await;
    let of = |status: &str| format!("{{route=\"/api/v1/notes\",method=\"POST\",status=\"{status}\"}}");
    assert!(metrics.contains(&format!("{} 3\n", of("2xx"))), "{metrics}");
    assert!(metrics.contains(&format!("{} 1\n", of("4xx"))), "{metrics}");
}

#[tokio::test]
async fn other_tables_are_refused_and_the_old_ones_go_on() {
    let test = TestApp::new(NOTES).await;
    let ana = test.user("ana").await.token.unwrap();
    let TestApp { app, folder: _folder, .. } = test;
    let live = Live::new(app);
    let before = text(&live.now(), "/openapi.json").await;
    let other = blueprint::load(&format!("{NOTES}done = {{ type = \"boolean\" }}\n")).unwrap();
    let error = live.reload(Arc::new(other)).await.unwrap_err();
    assert!(matches!(error, StartError::Database(_)), "{error}");
    assert!(error.to_string().contains("Try: `supermaker migrate`, which brings"), "{error}");
    assert_eq!(text(&live.now(), "/openapi.json").await, before);
    assert_eq!(post(&live.now(), &ana).await, 201);
}

#[tokio::test]
async fn callers_stay_counted() {
    let test = TestApp::with(NOTES, &[("RATE_LIMIT_USER", "4")]).await;
    let ana = test.user("ana").await.token.unwrap();
    let TestApp { app, folder: _folder, .. } = test;
    let live = Live::new(app);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(post(&live.now(), &ana).await);
        live.reload(with("read = [\"owner\"]")).await.unwrap_or_else(|error| panic!("{error}"));
    }
    // Looking up who she is, when she logged in, was the first.
    assert_eq!(statuses, [201, 201, 201, 429]);
}
