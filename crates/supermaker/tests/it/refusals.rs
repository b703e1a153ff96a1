//! What code and the layers around it refuse in plain words: a problem, with the status and the headers that they gave it.

use conformance::Person;
use http::StatusCode;
use serde_json::json;
use supermaker::axum::extract::{Path, Request};
use supermaker::axum::middleware::{Next, from_fn};
use supermaker::axum::response::{IntoResponse, Response};
use supermaker::prelude::*;

const BLUEPRINT: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\" }\n";

async fn refuse(Path(status): Path<u16>) -> Response {
    let head = [("retry-after", "7"), ("content-language", "en"), ("set-cookie", "a=1"), ("x-mine", "1")];
    (StatusCode::from_u16(status).unwrap(), head, "in words of its own").into_response()
}

async fn challenge() -> Response {
    let head = [("www-authenticate", "Basic realm=\"a\""), ("www-authenticate", "Digest realm=\"b\"")];
    let mut response = (StatusCode::UNAUTHORIZED, "who are you?").into_response();
    for (name, value) in head {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

async fn unsaid() -> StatusCode {
    StatusCode::UNAUTHORIZED
}

/// What a handler says in JSON is its own.
async fn own() -> Response {
    (StatusCode::GONE, Json(json!({"gone": true}))).into_response()
}

async fn never() -> &'static str {
    "never"
}

async fn closed(_: Request, _: Next) -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "9")], "slowly").into_response()
}

fn app() -> App {
    let limited = Routes::new().route("/limited", get(never).summary("Be limited")).layer(from_fn(closed));
    let routes = Routes::new()
        .route("/refusals/{status}", get(refuse).summary("Refuse"))
        .route("/challenge", get(challenge).summary("Challenge"))
        .route("/unsaid", get(unsaid).summary("Refuse without a word"))
        .route("/own", get(own).summary("Refuse in JSON"));
    App::new(BLUEPRINT).routes(routes.merge(limited))
}

#[tokio::test]
async fn statuses_stay_and_get_a_code_that_fits() {
    let world = crate::world(app).await;
    let (own, hidden) = ("in words of its own", "the server cannot answer this now");
    for (status, code, detail) in [
        (400, "bad_request", own),
        (402, "payment_required", own),
        (403, "forbidden", own),
        (404, "not_found", "there is nothing here"),
        (409, "state", own),
        (410, "gone", own),
        (418, "refused", own),
        (423, "locked", own),
        (429, "too_many_requests", own),
        (451, "unavailable_for_legal_reasons", own),
        (499, "refused", own),
        // What went wrong in the server is for its log.
        (500, "internal", "something went wrong in the server"),
        (501, "not_implemented", hidden),
        (502, "bad_gateway", hidden),
        (503, "unavailable", hidden),
        (504, "too_slow", hidden),
        (599, "failed", hidden),
    ] {
        let answer = Person::stranger().send(&world, "GET", &format!("/api/v1/refusals/{status}"), &[], None).await;
        let problem = answer.json();
        assert_eq!((answer.status.as_u16(), &problem["status"]), (status, &json!(status)), "{answer}");
        assert_eq!((&problem["code"], &problem["detail"]), (&json!(code), &json!(detail)), "{status}");
        assert_eq!(problem["type"], format!("urn:supermaker:problem:{code}"));
        assert!(!problem["title"].as_str().unwrap().is_empty(), "{status}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{status}");
        assert_eq!(answer.header("retry-after"), Some("7"), "{status}");
        // Those that are about the body which does not leave, or about nothing that is known here.
        for name in ["content-language", "set-cookie", "x-mine"] {
            assert_eq!(answer.header(name), None, "{status} {name}");
        }
    }
}

#[tokio::test]
async fn headers_that_say_what_to_do_stay() {
    let world = crate::world(app).await;
    for (path, status, name, value) in [
        ("/challenge", 401, "www-authenticate", "Basic realm=\"a\", Digest realm=\"b\""),
        ("/unsaid", 401, "www-authenticate", "Bearer"),
        ("/limited", 429, "retry-after", "9"),
    ] {
        let answer = Person::stranger().send(&world, "GET", &format!("/api/v1{path}"), &[], None).await;
        assert_eq!((answer.status.as_u16(), answer.header(name)), (status, Some(value)), "{path}: {answer}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
    let own = Person::stranger().send(&world, "GET", "/api/v1/own", &[], None).await;
    assert_eq!((own.status.as_u16(), own.json()), (410, json!({"gone": true})));
}
