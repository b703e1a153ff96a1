//! What holds of every request whatever it asks: paths, methods, types, sizes, ids, CORS, health.

use http::Request;
use serde_json::json;

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

#[tokio::test]
async fn paths_and_methods() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    for path in [
        "",
        "/",
        "/clients/",
        "/client",
        "/Clients",
        "/clients/1/",
        "/clients/01",
        "/clients/+1",
        "/clients/-1",
        "/clients/1.0",
        "/clients/1%00",
        "/clients/%31",
        "/clients/1%2F",
        "/clients/9223372036854775808",
        "/clients/x",
        "/clients/1/nope",
        "/clients/1/win/x",
        "//clients",
        "/rooms/1",
        "/rooms/018F4E5A7B1C70008000000000000001",
        "/users",
        "/_audit",
    ] {
        ana.get(path).await.expect(404);
    }
    for (method, path, allow) in [
        ("DELETE", "/clients", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/clients/1", "GET, HEAD, PATCH, PUT, DELETE, OPTIONS"),
        ("GET", "/clients/1/win", "PATCH, OPTIONS"),
        ("TRACE", "/clients", "GET, HEAD, POST, OPTIONS"),
    ] {
        assert_eq!(ana.api(method, path, None).await.expect(405).header("allow"), allow);
        let options = app.stranger().api("OPTIONS", path, None).await.expect(204);
        assert_eq!(options.header("allow"), allow);
    }
    app.stranger().api("OPTIONS", "/nothing", None).await.expect(404);

    let head = ana.api("HEAD", "/clients/1", None).await.expect(200);
    assert!(head.body.is_empty());
    let get = ana.get("/clients/1").await;
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[tokio::test]
async fn bodies_of_the_wrong_kind() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let send = async |content_type: Option<&str>, body: &[u8]| {
        let mut request = Request::post("/api/v1/clients").header("host", "x");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        ana.raw(request.body(body.to_vec()).unwrap()).await
    };
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")]
    {
        let refused = send(content_type, b"{}").await.expect(415);
        assert_eq!(refused.header("accept"), "application/json");
    }
    let json = Some("Application/JSON; charset=utf-8");
    for body in
        ["", "{", "[1", "{\"name\":\"x\",\"name\":\"y\"}", "{\"name\":\"x\"} x", "nul", "{\"name\":\"\\ud800\"}"]
    {
        assert_eq!(send(json, body.as_bytes()).await.expect(400).json()["code"], "bad_json", "{body}");
    }
    send(json, b"{\"name\":\"\xff\"}").await.expect(400);
    send(json, format!("{{\"extra\":{}{}}}", "[".repeat(40), "]".repeat(40)).as_bytes()).await.expect(400);
    send(json, b"[]").await.expect(422);
    send(json, b"\"x\"").await.expect(422);
    send(json, b"{\"name\":\"a\\u0000b\"}").await.expect(422);
    send(json, &vec![b' '; 1024 * 1024 + 1]).await.expect(413);
    send(json, format!("{{\"name\":\"x\",\"note\":\"{}\"}}", "n".repeat(30_000)).as_bytes()).await.expect(422);
    send(json, b"{\"name\":\"x\"}").await.expect(201);

    let patch = |content_type: &str| {
        Request::patch("/api/v1/clients/1")
            .header("host", "x")
            .header("content-type", content_type)
            .body(b"{}".to_vec())
            .unwrap()
    };
    ana.raw(patch("application/merge-patch+json")).await.expect(200);
    let refused = ana.raw(patch("application/json-patch+json")).await.expect(415);
    assert_eq!(refused.header("accept-patch"), "application/merge-patch+json, application/json");
    ana.api("PATCH", "/clients/1/win", Some(json!({}))).await.expect(200);
    ana.api("PATCH", "/clients/1/win", Some(json!({"status": "lost"}))).await.expect(422);
}

#[tokio::test]
async fn heads_of_the_wrong_kind() {
    let app = TestApp::new(OFFICE).await;
    let stranger = app.stranger();
    stranger.raw(Request::get("/healthz").body(vec![]).unwrap()).await.expect(400);
    let twice = Request::get("/healthz").header("host", "a").header("host", "b").body(vec![]).unwrap();
    stranger.raw(twice).await.expect(400);
    let long = format!("/healthz?{}", "x".repeat(9000));
    stranger.send("GET", &long, None).await.expect(414);
}

#[tokio::test]
async fn request_ids_come_back_if_they_are_harmless() {
    let app = TestApp::new(OFFICE).await;
    let echoed = async |id: &str| app.stranger().with("x-request-id", id).send("GET", "/nothing", None).await;
    assert_eq!(echoed("abc-1_2.3").await.header("x-request-id"), "abc-1_2.3");
    assert_eq!(echoed("abc-1_2.3").await.json()["request_id"], "abc-1_2.3");
    for harmful in ["", "a b", "a\tb", "<script>", &"x".repeat(129)] {
        let answer = echoed(harmful).await;
        assert_ne!(answer.header("x-request-id"), harmful);
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn browsers_on_listed_origins_may_call_and_no_others() {
    let app = TestApp::with(OFFICE, &[("CORS_ORIGINS", "https://app.example.com, http://localhost:5173")]).await;
    let preflight = async |origin: &str| {
        let caller = app.stranger().with("origin", origin).with("access-control-request-method", "PATCH");
        caller.api("OPTIONS", "/clients/1", None).await.expect(204)
    };
    let allowed = preflight("https://app.example.com").await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example.com");
    assert!(allowed.header("access-control-allow-methods").contains("PATCH"));
    for name in ["Authorization", "X-API-Key", "traceparent"] {
        assert!(allowed.header("access-control-allow-headers").contains(name));
    }
    // Of a path that is not there, too: refused here, a page would be told of CORS and never of its 404.
    let caller = app.stranger().with("origin", "http://localhost:5173").with("access-control-request-method", "GET");
    let nowhere = caller.api("OPTIONS", "/cleints", None).await.expect(204);
    assert_eq!(nowhere.header("access-control-allow-origin"), "http://localhost:5173");
    assert!(nowhere.headers.get("allow").is_none());
    app.stranger().api("OPTIONS", "/cleints", None).await.expect(404);
    for origin in
        ["https://evil.example.com", "https://app.example.com.evil.com", "null", "https://app.example.com:8443"]
    {
        assert!(preflight(origin).await.headers.get("access-control-allow-origin").is_none(), "{origin}");
    }
    let error = app.stranger().with("origin", "http://localhost:5173").get("/clients").await.expect(401);
    assert_eq!(error.header("access-control-allow-origin"), "http://localhost:5173", "errors can be read too");
    assert!(error.headers.get("access-control-allow-credentials").is_none());
    assert!(error.header("access-control-expose-headers").contains("ETag"));
}

#[tokio::test]
async fn health_and_documents() {
    let app = TestApp::new(OFFICE).await;
    let stranger = app.stranger();
    assert_eq!(stranger.send("GET", "/healthz", None).await.expect(200).json(), json!({"status": "ok"}));
    assert_eq!(stranger.send("GET", "/readyz", None).await.expect(200).json(), json!({"status": "ready"}));
    assert_eq!(stranger.send("GET", "/", None).await.expect(307).header("location"), "docs/");
    assert_eq!(stranger.send("GET", "/openapi.json", None).await.expect(200).json()["openapi"], "3.1.0");
    assert_eq!(stranger.send("POST", "/healthz", None).await.expect(405).header("allow"), "GET, HEAD, OPTIONS");
    assert_eq!(stranger.send("GET", "/auth/login", None).await.expect(405).header("allow"), "POST, OPTIONS");
    let answer = stranger.send("GET", "/healthz", None).await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("vary"), "Authorization, X-API-Key, Accept, Origin");
}

#[tokio::test]
async fn too_many_requests_are_429_and_say_when_to_come_back() {
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_STRANGER", "5"), ("RATE_LIMIT_USER", "8")]).await;
    let ana = app.user("ana").await;
    let statuses = |limit: usize| {
        let ana = &ana;
        async move {
            let mut last = None;
            for _ in 0..limit {
                last = Some(ana.get("/clients").await);
            }
            last.unwrap()
        }
    };
    let refused = statuses(9).await.expect(429);
    assert_eq!(refused.header("ratelimit-policy"), "\"user\";q=8;w=60");
    assert!(refused.header("ratelimit").starts_with("\"user\";r=0;t="));
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    for _ in 0..6 {
        app.stranger().get("/notices").await;
    }
    app.stranger().get("/notices").await.expect(429);
    app.stranger().send("GET", "/healthz", None).await.expect(200);
}

#[tokio::test]
async fn bad_tokens_count_by_address_and_good_ones_by_user() {
    let app = TestApp::with(OFFICE, &[("RATE_LIMIT_STRANGER", "8")]).await;
    let ana = app.user("ana").await;
    let guess = async || app.stranger().with("authorization", "Bearer x.y.z").get("/clients").await.status.as_u16();
    let mut answers = Vec::new();
    for _ in 0..10 {
        answers.push(guess().await);
    }
    assert_eq!((answers[0], answers[9]), (401, 429), "{answers:?}");
    ana.get("/clients").await.expect(200);
    ana.send("GET", "/auth/me", None).await.expect(200);
}

#[tokio::test]
async fn the_times_of_the_stages_are_told_in_development_only() {
    let development = TestApp::with(OFFICE, &[("ENV", "development")]).await;
    let ana = development.user("ana").await;
    ana.post("/clients", json!({"name": "Acme"})).await.expect(201);
    let answer = ana.get("/clients/1").await.expect(200);
    let timing = answer.header("server-timing");
    let names: Vec<&str> = timing.split(", ").map(|part| part.split(';').next().unwrap()).collect();
    let stages = ["route", "identify", "decide", "receive", "parse", "plan", "render", "run", "response", "total"];
    assert_eq!(names, stages, "{timing}");
    for part in timing.split(", ") {
        let millis: f64 = part.split("dur=").nth(1).unwrap().parse().unwrap();
        assert!((0.0..60_000.0).contains(&millis), "{timing}");
    }
    let refused = development.stranger().get("/clients").await.expect(401);
    assert!(refused.header("server-timing").starts_with("route;dur="));
    let elsewhere = TestApp::new(OFFICE).await;
    let answer = elsewhere.stranger().get("/notices").await.expect(200);
    assert!(answer.headers.get("server-timing").is_none());
}
