//! `[api] errors = "fastapi"`: what a front end that was written for FastAPI reads, and that nothing else changes.

use http::Request;
use serde_json::json;

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

fn office() -> String {
    format!("{OFFICE}[api]\nerrors = \"fastapi\"\n")
}

#[tokio::test]
async fn invalid_bodies_are_lists_of_places() {
    let app = TestApp::new(&office()).await;
    let ana = app.user("ana").await;
    let body = json!({"email": "hunter2", "score": 101, "status": "x", "nothing": 1, "budget": "1.001"});
    let answer = ana.post("/clients", body).await.expect(422);
    assert_eq!(answer.header("content-type"), "application/json");
    let detail = answer.json()["detail"].as_array().unwrap().clone();
    let kinds: Vec<_> = detail.iter().map(|one| (one["loc"].clone(), one["type"].clone())).collect();
    for (field, kind) in
        [("name", "missing"), ("email", "value_error"), ("score", "less_than_equal"), ("nothing", "extra_forbidden")]
    {
        assert!(kinds.contains(&(json!(["body", field]), json!(kind))), "{field}: {detail:?}");
    }
    for one in &detail {
        assert!(one["msg"].is_string() && one.as_object().unwrap().len() == 3, "{one}");
    }
    let answer = app.stranger().send("POST", "/auth/register", Some(json!({"email": 1, "password": "hunter2"}))).await;
    assert_eq!(answer.status, 422);
    assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"), "what was sent does not come back");
}

#[tokio::test]
async fn all_other_errors_are_a_detail_in_words_with_the_same_status_and_headers() {
    let app = TestApp::new(&office()).await;
    let (ana, stranger) = (app.user("ana").await, app.stranger());
    ana.post("/clients", json!({"name": "x", "email": "a@example.com"})).await.expect(201);
    let answers = [
        (stranger.get("/clients").await.expect(401), "www-authenticate"),
        (ana.get("/clients/2").await.expect(404), "x-request-id"),
        (ana.api("DELETE", "/clients", None).await.expect(405), "allow"),
        (ana.get("/clients?nothing=1").await.expect(400), "x-request-id"),
        (ana.post("/clients", json!({"name": "y", "email": "a@example.com"})).await.expect(409), "x-request-id"),
        (ana.with("if-match", "\"9\"").patch("/clients/1", json!({})).await.expect(412), "x-request-id"),
        (
            ana.raw(Request::post("/api/v1/clients").header("host", "x").body(b"{}".to_vec()).unwrap())
                .await
                .expect(415),
            "accept",
        ),
    ];
    for (answer, header) in answers {
        assert_eq!(answer.header("content-type"), "application/json");
        let json = answer.json();
        assert!(json["detail"].is_string() && json.as_object().unwrap().len() == 1, "{json}");
        assert!(answer.headers.contains_key(header), "{header}: {answer:?}");
    }
}

#[tokio::test]
async fn the_document_says_so() {
    let app = TestApp::new(&office()).await;
    let document = app.stranger().send("GET", "/openapi.json", None).await.expect(200).json();
    assert!(!document.to_string().contains("problem+json"));
    let schema =
        |name: &str| document["components"]["responses"][name]["content"]["application/json"]["schema"]["$ref"].clone();
    assert_eq!(schema("UnprocessableEntity"), "#/components/schemas/HTTPValidationError");
    assert_eq!(schema("NotFound"), "#/components/schemas/HTTPError");
}
