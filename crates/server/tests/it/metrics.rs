//! `/metrics`: what it counts, who may read it, and that nobody can make it grow.

use std::net::IpAddr;

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use serde_json::json;

use crate::support::blueprints::OFFICE;
use crate::support::{Answer, TestApp};

const TOKEN: &str = "a token for tests only, 32 bytes or more";

/// What somebody at an address gets.
async fn read(app: &TestApp, ip: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get("/metrics").header("host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.app.handle(ip.parse::<IpAddr>().unwrap(), request.body(Full::<Bytes>::default()).unwrap()).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn text(app: &TestApp) -> String {
    let answer = read(app, "127.0.0.1", &[]).await.expect(200);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The number of a sample, 0 if there is none.
fn value(text: &str, sample: &str) -> f64 {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    lines.next().map_or(0.0, |number| number.parse().unwrap())
}

#[tokio::test]
async fn without_a_token_it_is_read_on_this_machine_alone() {
    let app = TestApp::new(OFFICE).await;
    for ip in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        let answer = read(&app, ip, &[]).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for ip in ["10.0.0.1", "192.0.2.7", "::2", "0.0.0.0"] {
        let answer = read(&app, ip, &[]).await.expect(404);
        assert_eq!(answer.json()["detail"], "there is nothing here");
        read(&app, ip, &[("authorization", "Bearer ")]).await.expect(404);
    }
    // Somebody elsewhere, whom a proxy on this machine speaks for.
    for name in ["forwarded", "via", "x-forwarded-for", "x-real-ip", "x-forwarded-proto"] {
        read(&app, "127.0.0.1", &[(name, "for=192.0.2.7")]).await.expect(404);
    }
    // Where proxies are named, one that says nothing may still speak for somebody elsewhere.
    let behind = TestApp::with(OFFICE, &[("TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    read(&behind, "127.0.0.1", &[]).await.expect(404);
    read(&behind, "10.0.0.1", &[("x-forwarded-for", "127.0.0.1")]).await.expect(404);
}

#[tokio::test]
async fn with_a_token_it_is_read_from_anywhere() {
    let app = TestApp::with(OFFICE, &[("METRICS_TOKEN", TOKEN)]).await;
    let bearer = format!("Bearer {TOKEN}");
    read(&app, "192.0.2.7", &[("authorization", &bearer)]).await.expect(200);
    read(&app, "127.0.0.1", &[("authorization", &bearer), ("x-forwarded-for", "192.0.2.7")]).await.expect(200);
    let longer = format!("Bearer {TOKEN}x");
    for wrong in ["", TOKEN, "Bearer", "Bearer ", "Basic x", &longer] {
        read(&app, "192.0.2.7", &[("authorization", wrong)]).await.expect(404);
    }
    let ana = app.user("ana").await;
    let token = format!("Bearer {}", ana.token.unwrap());
    read(&app, "192.0.2.7", &[("authorization", &token)]).await.expect(404);
}

#[tokio::test]
async fn requests_count_by_template_method_and_class() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    ana.post("/clients", json!({"name": "Bolt"})).await.expect(201);
    ana.post("/clients", json!({})).await.expect(422);
    ana.get("/clients/1").await.expect(200);
    ana.get("/clients/77").await.expect(404);
    ana.act("/clients/1/win").await.expect(200);
    let text = text(&app).await;
    let requests = |route: &str, method: &str, status: &str| {
        let labels = format!("{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}");
        value(&text, &format!("supermaker_http_requests_total{labels}"))
    };
    assert_eq!(requests("/api/v1/clients", "POST", "2xx"), 2.0);
    assert_eq!(requests("/api/v1/clients", "POST", "4xx"), 1.0);
    assert_eq!(requests("/api/v1/clients/{id}", "GET", "2xx"), 1.0);
    assert_eq!(requests("/api/v1/clients/{id}", "GET", "4xx"), 1.0);
    assert_eq!(requests("/api/v1/clients/{id}/win", "PATCH", "2xx"), 1.0);
    assert_eq!(requests("/auth/login", "POST", "2xx"), 1.0);
    let took = "supermaker_http_request_duration_seconds";
    let labels = "{route=\"/api/v1/clients\",method=\"POST\"}";
    assert_eq!(value(&text, &format!("{took}_count{labels}")), 3.0);
    let sum = value(&text, &format!("{took}_sum{labels}"));
    assert!(sum > 0.0 && sum < 60.0, "{sum}");
    assert_eq!(value(&text, "supermaker_problems_total{code=\"validation\"}"), 1.0);
    assert_eq!(value(&text, "supermaker_problems_total{code=\"not_found\"}"), 1.0);
    // Three changes here, and what registering and logging in write.
    assert!(value(&text, "supermaker_store_writes_total") >= 3.0, "{text}");
    assert!(value(&text, "supermaker_store_commit_seconds_count") >= 3.0, "{text}");
    assert_eq!(value(&text, "supermaker_store_waiting_writes"), 0.0);
    assert!(value(&text, "supermaker_store_connections") >= 1.0);
    // Neither data nor people are in it.
    for secret in ["Acme", "ana@example.com", &ana.id, "/clients/1\"", "/clients/77"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn refusals_count_by_reason() {
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_STRANGER", "4")]).await;
    let stranger = app.stranger();
    stranger.get("/clients").await.expect(401);
    stranger.with("authorization", "Basic x").get("/clients").await.expect(401);
    stranger.with("authorization", "Bearer x.y.z").get("/clients").await.expect(401);
    let wrong = json!({"email": "ana@example.com", "password": "x"});
    stranger.send("POST", "/auth/login", Some(wrong)).await.expect(401);
    stranger.get("/clients").await.expect(429);
    let text = text(&app).await;
    for reason in ["no_token", "not_bearer", "invalid_token", "wrong_password"] {
        let sample = format!("supermaker_auth_failures_total{{reason=\"{reason}\"}}");
        assert_eq!(value(&text, &sample), 1.0, "{reason} in {text}");
    }
    assert_eq!(value(&text, "supermaker_rate_limited_total{limit=\"address\"}"), 1.0);
}

#[tokio::test]
async fn nobody_can_make_it_grow() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let odd = async |number: usize| {
        ana.send("GET", &format!("/nothing/{number}"), None).await.expect(404);
        ana.send(&format!("BREW{number}"), "/api/v1/clients", None).await.expect(405);
        ana.get(&format!("/clients/{number}?x{number}=1")).await;
        ana.send("GET", &format!("/docs/{number}"), None).await.expect(404);
    };
    odd(1).await;
    let lines = text(&app).await.lines().count();
    // The page counts itself from now on.
    let lines = lines.max(text(&app).await.lines().count());
    for number in 2..40 {
        odd(number).await;
    }
    assert_eq!(text(&app).await.lines().count(), lines);
}

#[tokio::test]
async fn a_weak_token_is_refused_at_the_start() {
    let problems = server::settings::Settings::read(|name| (name == "METRICS_TOKEN").then(|| "short".to_owned()));
    let problems = problems.unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].to_string().starts_with("METRICS_TOKEN: is shorter than 32 bytes"), "{}", problems[0]);
}

#[test]
fn what_is_set_and_not_used_is_told_without_its_value() {
    for (name, value) in [
        ("SENTRY_DSN", "https://key@sentry.example.com/1"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://key@otel.example.com"),
    ] {
        let settings = server::settings::Settings::read(|known| (known == name).then(|| value.to_owned())).unwrap();
        assert_eq!(settings.unheeded.len(), 1, "{:?}", settings.unheeded);
        assert!(settings.unheeded[0].starts_with(&format!("{name} is set but not used: ")), "{:?}", settings.unheeded);
        assert!(!settings.unheeded[0].contains("key@"));
    }
}
