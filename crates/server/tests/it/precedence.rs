//! Requests with several faults at once, and which answer wins: the order of the contract, one fault taken away a line.

use http::Request;
use serde_json::json;

use crate::support::blueprints::OFFICE;
use crate::support::{Caller, TestApp};

const GOOD: &str = "application/json";

/// Method, path, caller, If-Match, content type, body, and the status.
type Case<'a, 'b> = (&'a str, &'a str, &'a Caller<'b>, &'a str, &'a str, &'a str, u16);

async fn check(cases: &[Case<'_, '_>]) {
    for (number, (method, path, caller, if_match, kind, body, status)) in cases.iter().enumerate() {
        // What is refused is not kept under a key, so that the same can be asked again without one.
        let keys = if *status < 300 { vec![None] } else { vec![Some(format!("key-{number}")), None] };
        for key in keys {
            let request = Request::builder().method(*method).uri(*path).header("host", "x");
            let request = request.header("content-type", *kind).header("content-length", body.len());
            let mut request = request.header("if-match", *if_match);
            if let Some(key) = &key {
                request = request.header("idempotency-key", key);
            }
            let answer = caller.raw(request.body(body.as_bytes().to_vec()).unwrap()).await;
            let asked = format!("{method} {path} {key:?} {if_match} {kind} {body:.40}");
            assert_eq!(answer.status.as_u16(), *status, "{asked}: {answer:?}");
        }
    }
}

/// Route 404 and 405, then 401, 413, 415 and 400, 422, then what the rows say: 404, 403, 412, 409. A key changes nothing in it.
#[tokio::test]
async fn the_first_fault_of_the_order_is_the_one_that_is_told() {
    let app = TestApp::new(OFFICE).await;
    let (stranger, ana, bob) = (app.stranger(), app.user("ana").await, app.user("bob").await);
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/clients", json!({"name": "x", "email": "a@example.com"})).await.expect(201);
    ana.post("/clients", json!({"name": "y", "email": "b@example.com"})).await.expect(201);
    let long = " ".repeat(1024 * 1024 + 1);
    let taken = r#"{"email":"b@example.com"}"#;
    let (one, none) = ("/api/v1/clients/1", "/api/v1/clients/9");
    check(&[
        // Everything is wrong at once; each line puts right what the line above was refused for.
        ("POST", "/api/v1/nothing/1?x=1", &stranger, "\"9\"", "text/plain", &long, 404),
        ("POST", "/api/v1/clients/1?x=1", &stranger, "\"9\"", "text/plain", &long, 405),
        ("PATCH", "/api/v1/clients/9?x=1", &stranger, "\"9\"", "text/plain", &long, 401),
        ("PATCH", "/api/v1/clients/9?x=1", &bob, "\"9\"", "text/plain", &long, 413),
        ("PATCH", "/api/v1/clients/9?x=1", &bob, "\"9\"", "text/plain", "{", 415),
        ("PATCH", "/api/v1/clients/9?x=1", &bob, "\"9\"", GOOD, r#"{"score":101}"#, 400),
        ("PATCH", none, &bob, "\"9\"", GOOD, "{", 400),
        ("PATCH", none, &bob, "\"9\"", GOOD, r#"{"score":101}"#, 422),
        ("PATCH", none, &bob, "\"9\"", GOOD, taken, 404),
        ("PATCH", one, &bob, "\"9\"", GOOD, taken, 404),
        ("PATCH", one, &eve, "\"9\"", GOOD, taken, 403),
        ("PATCH", one, &ana, "\"9\"", GOOD, taken, 412),
        ("PATCH", one, &ana, "\"1\"", GOOD, taken, 409),
        ("PATCH", one, &ana, "\"1\"", GOOD, "{}", 200),
    ])
    .await;
}

#[tokio::test]
async fn a_foreign_path_comes_after_the_token_and_before_the_body() {
    let app = TestApp::new(crate::support::blueprints::TODO).await;
    let (stranger, ana, bob) = (app.stranger(), app.user("ana").await, app.user("bob").await);
    let path = format!("/api/{}/tasks", ana.id);
    let nothing = format!("/api/{}/nothing", ana.id);
    let long = " ".repeat(1024 * 1024 + 1);
    check(&[
        ("PUT", &nothing, &stranger, "*", "text/plain", "{", 404),
        ("PUT", &path, &stranger, "*", "text/plain", "{", 405),
        ("POST", &path, &stranger, "*", "text/plain", "{", 401),
        ("POST", &path, &bob, "*", "text/plain", "{", 403),
        ("POST", &path, &ana, "*", "text/plain", &long, 413),
        ("POST", &format!("{path}:batch"), &ana, "*", "text/plain", &long, 413),
        ("POST", &path, &ana, "*", "text/plain", "{", 415),
        ("POST", &format!("{path}:batch"), &ana, "*", "text/plain", "{", 415),
        ("POST", &path, &ana, "*", GOOD, "{", 400),
        ("POST", &path, &ana, "*", GOOD, "{}", 422),
    ])
    .await;
}

/// `HEAD` is `GET` without the body; `OPTIONS` says what the path has, to anybody.
#[tokio::test]
async fn every_path_of_the_document_has_head_and_options() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user_with("ana", &["manager", "admin"]).await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let document = app.stranger().send("GET", "/openapi.json", None).await.json();
    for (path, item) in document["paths"].as_object().unwrap() {
        let documented =
            ["get", "post", "patch", "put", "delete"].into_iter().filter(|method| item.get(*method).is_some());
        let names = documented.flat_map(|method| if method == "get" { vec!["GET", "HEAD"] } else { vec![method] });
        let mut expected: Vec<String> = names.map(str::to_uppercase).chain(["OPTIONS".to_owned()]).collect();
        expected.sort();
        let path = path.replace("{id}", crate::stranger::some_id(&document, item));
        let options = app.stranger().send("OPTIONS", &path, None).await.expect(204);
        assert!(options.body.is_empty());
        let mut allowed: Vec<String> = options.header("allow").split(", ").map(str::to_owned).collect();
        allowed.sort();
        assert_eq!(allowed, expected, "{path}");
        let refused = ana.send("FROBNICATE", &path, None).await.expect(405);
        assert_eq!(refused.header("allow"), options.header("allow"), "{path}");
        if item.get("get").is_none() {
            ana.send("HEAD", &path, None).await.expect(405);
            continue;
        }
        let ana = ana.with("x-request-id", "the-same");
        let (get, head) = (ana.send("GET", &path, None).await, ana.send("HEAD", &path, None).await);
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
        for (name, value) in &get.headers {
            assert_eq!(head.headers.get(name), Some(value), "{path} {name}");
        }
    }
}
