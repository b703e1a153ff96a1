//! Rows from birth to death: every operation, every field type, every status that a row's state decides.

use serde_json::json;

use crate::support::TestApp;
use crate::support::blueprints::{OFFICE, TODO};

#[tokio::test]
async fn a_row_lives() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;

    let made = ana.post("/clients", json!({"name": "Acme", "budget": "12.5"})).await.expect(201);
    assert_eq!(made.header("location"), "/api/v1/clients/1");
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(made.header("cache-control"), "no-store");
    let row = made.json();
    assert_eq!(row["user_id"], ana.id.as_str());
    assert_eq!((&row["status"], &row["budget"], &row["stage"]), (&json!("new"), &json!("12.50"), &json!(1)));
    assert!(row.get("pin").is_none() && row.get("_version").is_none());

    let read = ana.get("/clients/1").await.expect(200);
    assert_eq!((read.json(), read.header("etag")), (row, "\"1\""));

    let changed = ana.patch("/clients/1", json!({"score": 7, "budget": null})).await.expect(200);
    assert_eq!(
        (changed.header("etag"), &changed.json()["score"], &changed.json()["budget"]),
        ("\"2\"", &json!(7), &json!(null))
    );
    assert_eq!(changed.json()["name"], "Acme", "what is absent stays");

    let won = ana.act("/clients/1/win").await.expect(200).json();
    assert_eq!(won["status"], "won");
    assert_eq!(won["due_at"], won["updated_at"]);
    assert_eq!(ana.act("/clients/1/star").await.expect(200).json()["vip"], true);
    assert_eq!(ana.act("/clients/1/star").await.expect(200).json()["vip"], false);

    ana.delete("/clients/1").await.expect(403);
    let eve = app.user_with("eve", &["manager"]).await;
    let gone = eve.delete("/clients/1").await.expect(204);
    assert!(gone.body.is_empty());
    ana.get("/clients/1").await.expect(404);
    eve.delete("/clients/1").await.expect(404);
    let next = ana.post("/clients", json!({"name": "B"})).await.expect(201).json();
    assert_eq!(next["id"], 2, "ids are never used again");
}

#[tokio::test]
async fn every_type_comes_back_as_it_went_in() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    for (field, sent, stored) in [
        ("name", json!("Zoë \u{1F600} \"q\" \\ /"), None),
        ("email", json!("Zoe@Example.COM"), Some(json!("zoe@example.com"))),
        ("budget", json!("0.05"), None),
        ("budget", json!("92233720368547758.07"), None),
        ("score", json!(0), None),
        ("rate", json!("-1.5"), Some(json!("-1.5000"))),
        ("rate", json!("-0.0001"), None),
        ("rate", json!("-922337203685477.5807"), None),
        ("weight", json!(10928588.983213553), None),
        ("weight", json!(0.1 + 0.2), None),
        ("weight", json!(1e300), None),
        ("weight", json!(-0.1), None),
        ("weight", json!(5), Some(json!(5.0))),
        ("vip", json!(true), None),
        ("born", json!("2024-02-29"), None),
        ("opens", json!("09:30"), Some(json!("09:30:00"))),
        ("due_at", json!("2026-01-01T01:00:00+02:00"), Some(json!("2025-12-31T23:00:00.000000Z"))),
        ("phone", json!("+1 (415) 555-0123"), Some(json!("+14155550123"))),
        ("site", json!("https://example.com/a?b=c"), None),
        ("key", json!("018F4E5A-7B1C-7000-8000-000000000001"), Some(json!("018f4e5a-7b1c-7000-8000-000000000001"))),
        ("extra", json!({"a": [1, null, {"b": "c"}]}), None),
        ("note", json!("two\nlines"), None),
    ] {
        let answer = ana.patch("/clients/1", json!({field: sent})).await.expect(200).json();
        assert_eq!(answer[field], *stored.as_ref().unwrap_or(&sent), "{field}");
        assert_eq!(ana.get("/clients/1").await.json()[field], answer[field], "{field}");
        if field != "name" && field != "vip" {
            assert!(ana.patch("/clients/1", json!({field: null})).await.expect(200).json()[field].is_null(), "{field}");
        }
    }
}

#[tokio::test]
async fn what_is_not_valid_is_told_at_once_and_changes_nothing() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let answer = ana
        .post(
            "/clients",
            json!({"nmae": "x", "email": "no", "budget": 5, "score": 101, "born": "2023-02-29", "stage": 2}),
        )
        .await
        .expect(422);
    let named: Vec<String> = answer.errors().into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect();
    let expected = [
        "/nmae unknown",
        "/email email",
        "/budget type",
        "/score max",
        "/born date",
        "/stage read_only",
        "/name required",
    ];
    assert_eq!(named, expected);
    assert_eq!(ana.get("/clients").await.ids(), [] as [i64; 0]);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'client'"), 0);
}

#[tokio::test]
async fn a_body_of_wrong_names_is_refused_before_it_costs() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let body: serde_json::Map<_, _> = (0..5000).map(|n| (format!("key{n}"), json!(1))).collect();
    let refused = ana.post("/clients", body.clone().into()).await.expect(422);
    assert_eq!(refused.errors().len(), 50);
    let refused = app.stranger().send("POST", "/auth/login", Some(body.into())).await.expect(422);
    assert!(refused.errors().len() <= 52, "{}", refused.errors().len());
}

/// The least integer has no absolute value, which once made such a row impossible to change.
#[tokio::test]
async fn the_least_decimal_can_be_changed_and_deleted() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await;
    ana.post("/clients", json!({"name": "x", "rate": "-922337203685477.5808"})).await.expect(201);
    ana.patch("/clients/1", json!({"rate": "0"})).await.expect(200);
    let before = app.sql::<String>(
        "SELECT before->>'rate' FROM _audit WHERE outcome = 'done' AND action = 'update' AND entity = 'client'",
    );
    assert_eq!(before, "-922337203685477.5808");
    ana.patch("/clients/1", json!({"rate": "-922337203685477.5808"})).await.expect(200);
    eve.delete("/clients/1").await.expect(204);
}

#[tokio::test]
async fn put_replaces_or_updates_as_the_blueprint_says() {
    let office = TestApp::new(OFFICE).await;
    let ana = office.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let half = ana.put("/clients/1", json!({"name": "y"})).await.expect(422);
    assert!(half.errors().contains(&("/score".to_owned(), "required".to_owned())));
    assert!(!half.errors().iter().any(|(pointer, _)| matches!(pointer.as_str(), "/stage" | "/pin" | "/id")));

    let todo = TestApp::new(TODO).await;
    let ana = todo.user("ana").await;
    let tasks = format!("/{}/tasks", ana.id);
    ana.post(&tasks, json!({"title": "x", "description": "d"})).await.expect(201);
    let put = ana.put(&format!("{tasks}/1"), json!({"title": "y"})).await.expect(200).json();
    assert_eq!((&put["title"], &put["description"]), (&json!("y"), &json!("d")));
}

#[tokio::test]
async fn versions_guard_against_lost_updates() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let change = json!({"name": "y"});
    for stale in ["\"2\"", "W/\"1\"", "\"01\"", "1", "\"x\"", ""] {
        ana.with("if-match", stale).patch("/clients/1", change.clone()).await.expect(412);
        ana.with("if-match", stale).act("/clients/1/star").await.expect(412);
    }
    ana.with("if-match", "\"1\"").patch("/clients/1", change.clone()).await.expect(200);
    ana.with("if-match", "\"1\"").patch("/clients/1", change.clone()).await.expect(412);
    ana.with("if-match", "*").patch("/clients/1", change.clone()).await.expect(200);
    ana.with("if-match", "\"1\"").patch("/clients/99", change.clone()).await.expect(404);

    for stale in ["\"1\", \"2\"", "W/\"3\", \"1\"", "\"1\", *", "\"3\" \"1\""] {
        ana.with("if-match", stale).patch("/clients/1", change.clone()).await.expect(412);
    }
    let one_of = ana.with("if-match", "\"1\", W/\"2\",\"3\"");
    assert_eq!(
        one_of.with("if-match", "\"9\"").patch("/clients/1", change.clone()).await.expect(200).header("etag"),
        "\"4\""
    );
    one_of.delete("/clients/1").await.expect(403);
    one_of.patch("/clients/1", change.clone()).await.expect(412);
    let many: Vec<String> = (1..=17).map(|version| format!("\"{version}\"")).collect();
    ana.with("if-match", &many.join(", ")).patch("/clients/1", change.clone()).await.expect(400);
    let many = ana.with("if-match", &many[..16].join(", "));
    many.act("/clients/1/star").await.expect(200);
    many.api("PATCH", "/clients/99/star", None).await.expect(404);

    ana.with("if-none-match", "\"5\"").get("/clients/1").await.expect(304);
    ana.with("if-none-match", "W/\"1\", W/\"5\"").get("/clients/1").await.expect(304);
    ana.with("if-none-match", "\"2\"").get("/clients/1").await.expect(200);
    let chosen = ana.get("/clients/1?fields=name,id").await.expect(200);
    assert_eq!(chosen.body, r#"{"name":"y","id":1}"#);
    assert!(chosen.headers.get("etag").is_none(), "half a row has no version");
}

#[tokio::test]
async fn where_the_blueprint_demands_a_version_none_is_428() {
    let app = TestApp::new(&OFFICE.replace("[auth]", "[api]\nrequire_if_match = true\n[auth]")).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    ana.patch("/clients/1", json!({"name": "y"})).await.expect(428);
    ana.act("/clients/1/star").await.expect(428);
    ana.patch("/clients/99", json!({"name": "y"})).await.expect(404);
    ana.with("if-match", "\"1\"").patch("/clients/1", json!({"name": "y"})).await.expect(200);
}

#[tokio::test]
async fn what_must_differ_is_409_by_field() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/clients", json!({"name": "x", "email": "a@example.com", "code": "c1"})).await.expect(201);
    let again = ana.post("/clients", json!({"name": "y", "email": "A@example.com"})).await.expect(409);
    assert_eq!(again.errors(), [("/email".to_owned(), "unique".to_owned())]);
    bob.post("/clients", json!({"name": "y", "email": "a@example.com"})).await.expect(201);
    let global = bob.post("/clients", json!({"name": "y", "code": "c1"})).await.expect(409);
    assert_eq!(global.errors(), [("/code".to_owned(), "unique".to_owned())]);
    ana.post("/clients", json!({"name": "z"})).await.expect(201);
    ana.post("/clients", json!({"name": "z"})).await.expect(201);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'client'"), 4);
}

#[tokio::test]
async fn numbers_in_json_come_back_as_they_were_written_or_are_refused() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let create = async |extra: &str| {
        let request = http::Request::post("/api/v1/clients").header("host", "localhost");
        let request = request.header("content-type", "application/json");
        let body = format!("{{\"name\": \"x\", \"weight\": 0.1000000000000000000001, \"extra\": {extra}}}");
        ana.raw(request.body(body.into_bytes()).unwrap()).await
    };
    for extra in ["{\"n\":12345678901234567890}", "[9007199254740993,-9223372036854775808,0.1,1.5e+300]", "7"] {
        let made = create(extra).await.expect(201);
        let text = format!("\"extra\":{extra}");
        assert!(String::from_utf8_lossy(&made.body).contains(&text), "{made:?}");
        let read = ana.get(made.header("location").trim_start_matches("/api/v1")).await.expect(200);
        assert!(String::from_utf8_lossy(&read.body).contains(&text), "{read:?}");
        let audit: String = app.sql("SELECT after FROM _audit WHERE outcome = 'done' ORDER BY seq DESC LIMIT 1");
        assert!(audit.contains(&text), "{audit}");
    }
    for (extra, pointer) in [
        ("{\"n\": 123456789012345678901}", "/extra/n"),
        ("[1, {\"a/b\": -9223372036854775809}]", "/extra/1/a~1b"),
        ("3.14159265358979323846", "/extra"),
    ] {
        let refused = create(extra).await.expect(422);
        assert_eq!(refused.errors(), [(pointer.to_owned(), "precision".to_owned())], "{extra}");
    }
    assert_eq!(ana.get("/clients?count=exact").await.json()["total"], 3);
}
