//! `POST /things:batch`: all of it happens, or nothing does.

use futures_util::future::join_all;
use serde_json::{Value as Json, json};

use crate::support::blueprints::{CRM, OFFICE, TODO};
use crate::support::{Answer, Caller, TestApp};

/// Sends operations to a collection below the prefix.
async fn batch(caller: &Caller<'_>, collection: &str, operations: Json) -> Answer {
    caller.post(&format!("{collection}:batch"), json!({ "operations": operations })).await
}

/// Everything that a batch can change: rows, audit, keys.
fn all_of(app: &TestApp) -> (String, i64, i64) {
    let rows = "SELECT coalesce(string_agg(id || name || coalesce(email, '') || _version, ','), '') \
                FROM (SELECT * FROM clients ORDER BY id) AS ordered";
    (
        app.sql(rows),
        app.sql("SELECT count(*) FROM _audit WHERE outcome = 'done'"),
        app.sql("SELECT count(*) FROM _idempotency"),
    )
}

/// Two clients of ana's and one of bob's, whom she cannot see.
async fn office(app: &TestApp) -> (Caller<'_>, Caller<'_>) {
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    for (who, name) in [(&ana, "one"), (&ana, "two"), (&bob, "his")] {
        who.post("/clients", json!({"name": name, "email": format!("{name}@example.com")})).await.expect(201);
    }
    (ana, bob)
}

#[tokio::test]
async fn operations_of_every_kind_are_answered_like_single_requests() {
    let app = TestApp::new(OFFICE).await;
    office(&app).await;
    let eve = app.user_with("eve", &["manager"]).await;
    let mine = eve.post("/clients", json!({"name": "mine", "email": "mine@example.com"})).await.expect(201).json();
    let eve = eve.with("x-request-id", "r-1");
    let operations = json!([
        {"method": "POST", "body": {"name": "new", "pin": "1234"}},
        {"method": "PATCH", "id": mine["id"], "body": {"email": null}, "if_match": "\"1\""},
        {"method": "PATCH", "id": mine["id"], "body": {"name": "again"}, "if_match": "\"2\", \"7\""},
        {"method": "POST", "body": {"name": "takes it", "email": "mine@example.com"}},
        {"method": "DELETE", "id": 1},
        {"method": "DELETE", "id": 5, "if_match": "*"},
    ]);
    let answer = batch(&eve, "/clients", operations).await.expect(200);
    assert_eq!((answer.header("cache-control"), answer.header("content-type")), ("no-store", "application/json"));
    assert!(!answer.headers.contains_key("etag") && !answer.headers.contains_key("location"));
    let data = answer.json()["data"].as_array().unwrap().clone();
    let told: Vec<_> = data.iter().map(|one| (one["status"].as_i64().unwrap(), one["etag"].clone())).collect();
    let tag = |version: i64| json!(format!("\"{version}\""));
    let gone = (204, Json::Null);
    assert_eq!(told, [(201, tag(1)), (200, tag(2)), (200, tag(3)), (201, tag(1)), gone.clone(), gone]);
    assert_eq!(data[0]["location"], "/api/v1/clients/5");
    assert_eq!(data[3]["location"], "/api/v1/clients/6");
    assert_eq!(data[4], json!({"status": 204, "body": null}));
    assert!(data[0]["body"].get("pin").is_none(), "hidden here too");
    // Each body is what a single request shows.
    assert_eq!(eve.get("/clients/6").await.expect(200).json(), data[3]["body"]);
    assert_eq!(eve.get("/clients/4").await.expect(200).json(), data[2]["body"]);
    assert_eq!(eve.get("/clients").await.expect(200).ids(), [2, 3, 4, 6]);

    let told = app.sql::<String>(
        "SELECT string_agg(action, ',') || ' ' || count(DISTINCT batch) || ' ' || count(*) FROM (SELECT * FROM _audit \
         WHERE batch IS NOT NULL ORDER BY seq) AS ordered",
    );
    assert_eq!(told, "create,update,update,create,delete,delete 1 6");
    assert_eq!(
        app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND batch IS NULL AND request_id = 'r-1'"),
        0
    );
}

#[tokio::test]
async fn the_first_failure_undoes_all_and_says_where_it_was() {
    let good = json!({"method": "POST", "body": {"name": "good", "email": "good@example.com"}});
    let app = TestApp::new(OFFICE).await;
    let (ana, _bob) = office(&app).await;
    let ana = ana.with("idempotency-key", "k");
    let before = all_of(&app);
    for (refused, status, code, pointer) in [
        // Created in this batch, and still not hers to delete. First, for what is undone may use up ids.
        (json!({"method": "DELETE", "id": 4}), 403, "forbidden", "/operations/1"),
        (json!({"method": "PATCH", "id": 3, "body": {"name": "x"}}), 404, "not_found", "/operations/1"),
        (json!({"method": "DELETE", "id": 3}), 404, "not_found", "/operations/1"),
        (json!({"method": "PATCH", "id": 99, "body": {"name": "x"}}), 404, "not_found", "/operations/1"),
        (json!({"method": "DELETE", "id": 1}), 403, "forbidden", "/operations/1"),
        (
            json!({"method": "PATCH", "id": 1, "body": {}, "if_match": "\"9\""}),
            412,
            "precondition_failed",
            "/operations/1",
        ),
        (
            json!({"method": "PATCH", "id": 1, "body": {}, "if_match": "W/\"1\""}),
            412,
            "precondition_failed",
            "/operations/1",
        ),
        // Taken by the operation before.
        (
            json!({"method": "POST", "body": {"name": "x", "email": "good@example.com"}}),
            409,
            "unique",
            "/operations/1/body/email",
        ),
        (
            json!({"method": "PATCH", "id": 1, "body": {"email": "two@example.com"}}),
            409,
            "unique",
            "/operations/1/body/email",
        ),
    ] {
        let after = json!({"method": "PATCH", "id": 99, "body": {"name": "never reached"}});
        let answer = batch(&ana, "/clients", json!([good, refused, after])).await.expect(status);
        assert_eq!(answer.json()["code"], code, "{refused}");
        assert_eq!(answer.errors()[0].0, pointer, "{refused}");
        assert_eq!(answer.errors().len(), 1);
        assert_eq!(all_of(&app), before, "{refused}");
    }
    // The key was not used up by any of them.
    batch(&ana, "/clients", json!([good])).await.expect(200);
}

#[tokio::test]
async fn all_that_is_wrong_with_the_form_is_told_at_once() {
    let app = TestApp::new(OFFICE).await;
    let (ana, _bob) = office(&app).await;
    let before = all_of(&app);
    let many = |count: usize| Json::from_iter((0..count).map(|_| json!({"method": "POST", "body": {"name": "x"}})));
    let cases = [
        (json!([]), vec![("", "type")]),
        (json!({}), vec![("/operations", "required")]),
        (json!({"operations": []}), vec![("/operations", "min_items")]),
        (json!({"operations": {}}), vec![("/operations", "type")]),
        (json!({"operations": many(101)}), vec![("/operations", "max_items")]),
        (json!({"operations": many(1), "atomic": true}), vec![("/atomic", "unknown")]),
        (
            json!({"operations": [
                {"method": "POST", "body": {"name": "x"}},
                {"method": "POST"},
                {"method": "POST", "id": 1, "if_match": "*", "body": {"name": 7, "score": 101, "stage": 2, "nmae": ""}},
                {"method": "PATCH", "body": {"user_id": "x"}},
                {"method": "PATCH", "id": "1", "body": []},
                {"method": "PUT", "id": 0, "body": {"name": "x"}, "if_match": 7},
                {"method": "DELETE", "id": 1, "body": {}},
                {"method": "DELETE", "id": -1},
                {"method": "GET", "id": 1},
                {"method": 1},
                {},
                7,
            ]}),
            vec![
                ("/operations/1/body", "required"),
                ("/operations/2/id", "unknown"),
                ("/operations/2/if_match", "unknown"),
                ("/operations/2/body/name", "type"),
                ("/operations/2/body/score", "max"),
                ("/operations/2/body/stage", "read_only"),
                ("/operations/2/body/nmae", "unknown"),
                ("/operations/3/id", "required"),
                ("/operations/3/body/user_id", "read_only"),
                ("/operations/4/id", "type"),
                ("/operations/4/body", "type"),
                ("/operations/5/id", "integer"),
                ("/operations/5/if_match", "type"),
                ("/operations/6/body", "unknown"),
                ("/operations/7/id", "integer"),
                ("/operations/8/method", "enum"),
                ("/operations/9/method", "type"),
                ("/operations/10/method", "required"),
                ("/operations/11", "type"),
            ],
        ),
    ];
    for (body, expected) in cases {
        let answer = ana.post("/clients:batch", body.clone()).await.expect(422);
        let mut told = answer.errors();
        // What a PUT must name besides is the matter of its own tests.
        told.retain(|(pointer, code)| !(pointer.starts_with("/operations/5/body/") && code == "required"));
        let expected: Vec<_> = expected.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect();
        let sorted = |mut list: Vec<(String, String)>| {
            list.sort();
            list
        };
        assert_eq!(sorted(told), sorted(expected), "{body}");
        assert_eq!(all_of(&app), before);
    }
    let precise = r#"{"operations": [{"method": "POST", "body": {"name": "x"}},
        {"method": "POST", "body": {"name": "x", "extra": {"a": 12345678901234567890123}}}]}"#;
    let request =
        http::Request::post("/api/v1/clients:batch").header("host", "x").header("content-type", "application/json");
    let answer = ana.raw(request.body(precise.into()).unwrap()).await.expect(422);
    assert_eq!(answer.errors(), [("/operations/1/body/extra/a".to_owned(), "precision".to_owned())]);
    let junk = Json::from_iter((0..100).map(|_| json!({"method": "POST", "body": {"a": 1, "b": 2}})));
    assert_eq!(batch(&ana, "/clients", junk).await.expect(422).errors().len(), 50, "no more than of one body");
    batch(&ana, "/clients", many(100)).await.expect(200);
}

#[tokio::test]
async fn the_path_is_like_any_other() {
    let app = TestApp::with(OFFICE, &[("MAX_BODY_BYTES", "2000")]).await;
    let ana = app.user("ana").await;
    let one = json!({"operations": [{"method": "POST", "body": {"name": "x"}}]});
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
        let answer = ana.api(method, "/clients:batch", None).await.expect(405);
        assert_eq!(answer.header("allow"), "POST, OPTIONS");
    }
    let allow = app.stranger().api("OPTIONS", "/clients:batch", None).await.expect(204);
    assert_eq!(allow.header("allow"), "POST, OPTIONS");
    for path in ["/clients:batch/", "/clients:batch/1", "/nothing:batch", "/:batch", "/clients:batch:batch"] {
        ana.post(path, one.clone()).await.expect(404);
    }
    for body in [json!({"operations": []}), one.clone()] {
        let refused = app.stranger().post("/clients:batch", body).await.expect(401);
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    ana.post("/clients:batch?dry=1", one.clone()).await.expect(400);
    ana.api("POST", "/clients:batch", None).await.expect(415);
    let large = json!({"operations": [{"method": "POST", "body": {"name": "x".repeat(2000)}}]});
    ana.post("/clients:batch", large).await.expect(413);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), 0);
}

#[tokio::test]
async fn each_operation_has_the_access_of_its_single_request() {
    let app = TestApp::new(OFFICE).await;
    let (ana, eve) = (app.user("ana").await, app.user_with("eve", &["manager"]).await);
    let rooms = json!([{"method": "POST", "body": {"name": "north"}}]);
    let refused = batch(&ana, "/rooms", rooms.clone()).await.expect(403);
    assert_eq!(refused.errors(), [("/operations/0".to_owned(), "forbidden".to_owned())]);
    let made = batch(&eve, "/rooms", rooms).await.expect(200).json();
    let id = made["data"][0]["body"]["id"].as_str().unwrap().to_owned();
    assert_eq!(made["data"][0]["location"], format!("/api/v1/rooms/{id}"));
    // She can see the room, and what refers to it must be hers to see.
    batch(&ana, "/rooms", json!([{"method": "DELETE", "id": id}])).await.expect(403);
    eve.post("/clients", json!({"name": "x"})).await.expect(201);
    let visits = json!([{"method": "POST", "body": {"client_id": 1}}]);
    let refused = batch(&ana, "/visits", visits).await.expect(409);
    assert_eq!(refused.errors(), [("/operations/0/body/client_id".to_owned(), "reference".to_owned())]);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM rooms"), 1);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM visits"), 0);
}

#[tokio::test]
async fn sets_of_ids_are_written_and_refused_in_their_place() {
    let app = TestApp::new(CRM).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let tags = json!([{"method": "POST", "body": {"name": "a"}}, {"method": "POST", "body": {"name": "b"}}]);
    batch(&ana, "/tags", tags).await.expect(200);
    bob.post("/tags", json!({"name": "his"})).await.expect(201);
    let prospects = |ids: Json| json!([{"method": "POST", "body": {"name": "x", "tag_ids": ids}}, {"method": "PATCH", "id": 1, "body": {"tag_ids": [1]}}]);
    let refused = batch(&ana, "/prospects", prospects(json!([1, 3]))).await.expect(409);
    assert_eq!(refused.errors(), [("/operations/0/body/tag_ids/1".to_owned(), "reference".to_owned())]);
    let answer = batch(&ana, "/prospects", prospects(json!([1, 2]))).await.expect(200).json();
    assert_eq!(
        (&answer["data"][0]["body"]["tag_ids"], &answer["data"][1]["body"]["tag_ids"]),
        (&json!([1, 2]), &json!([1]))
    );
}

#[tokio::test]
async fn within_the_path_of_a_user() {
    let app = TestApp::new(TODO).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    let (hers, his) = (format!("/{}/tasks", ana.id), format!("/{}/tasks", bob.id));
    let one = json!([{"method": "POST", "body": {"title": "x"}}]);
    batch(&ana, &his, one.clone()).await.expect(403);
    batch(&app.stranger(), &hers, one.clone()).await.expect(401);
    let made = batch(&ana, &hers, one).await.expect(200).json();
    assert_eq!(made["data"][0]["location"], format!("/api{hers}/1"));
    batch(&bob, &his, json!([{"method": "DELETE", "id": 1}])).await.expect(404);
    // There PUT means PATCH.
    let put = json!([{"method": "PUT", "id": 1, "body": {"completed": true}}]);
    assert_eq!(batch(&ana, &hers, put).await.expect(200).json()["data"][0]["body"]["title"], "x");
}

#[tokio::test]
async fn versions_may_be_demanded() {
    let app = TestApp::new(&format!("[api]\nrequire_if_match = true\n{OFFICE}")).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    let change = |if_match: Option<&str>| {
        let mut operation = json!({"method": "PATCH", "id": 1, "body": {"name": "y"}});
        if let Some(tag) = if_match {
            operation["if_match"] = tag.into();
        }
        json!([operation])
    };
    let refused = batch(&ana, "/clients", change(None)).await.expect(428);
    assert_eq!(refused.errors()[0].0, "/operations/0");
    // The header speaks of the whole, which has no version.
    batch(&ana.with("if-match", "*"), "/clients", change(None)).await.expect(428);
    batch(&ana, "/clients", change(Some("\"1\""))).await.expect(200);
}

#[tokio::test]
async fn a_batch_with_a_key_happens_once() {
    let app = TestApp::new(OFFICE).await;
    let eve = app.user_with("eve", &["manager"]).await;
    let once = eve.with("idempotency-key", "k");
    let operations = json!([
        {"method": "POST", "body": {"name": "a"}},
        {"method": "POST", "body": {"name": "b"}},
        {"method": "DELETE", "id": 1},
    ]);
    let answers = join_all((0..20).map(|_| batch(&once, "/clients", operations.clone()))).await;
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replayed, 19);
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &answers[0].body));
    }
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _audit WHERE outcome = 'done' AND entity = 'client'"), 3);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM _idempotency"), 1);
    // The answer stays what it was, though the row is another by now.
    eve.patch("/clients/2", json!({"name": "changed"})).await.expect(200);
    assert_eq!(batch(&once, "/clients", operations.clone()).await.body, answers[0].body);

    let other = batch(&once, "/clients", json!([{"method": "DELETE", "id": 2}])).await.expect(422);
    assert_eq!((&other.json()["code"], other.errors().len()), (&json!("idempotency_key_reused"), 0));
    app.set_roles("eve", &[]);
    batch(&once, "/clients", operations).await.expect(403);
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_at_once_do_not_mix() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    // Each pair wants the same address at its end, so that one of the two is undone.
    let wanted = |number: usize| {
        let email = format!("{}@example.com", number / 2);
        let name = |part: &str| json!({"method": "POST", "body": {"name": format!("{number} {part}")}});
        json!([name("a"), name("b"), {"method": "POST", "body": {"name": format!("{number} c"), "email": email}}])
    };
    let statuses = join_all((0..40).map(|number| batch(&ana, "/clients", wanted(number)))).await;
    let count = |status: u16| statuses.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(200), count(409)), (20, 20));
    assert_eq!(app.sql::<i64>("SELECT count(*) FROM clients"), 60);
    let whole = "SELECT count(*) FROM (SELECT batch FROM _audit WHERE outcome = 'done' AND entity = 'client' GROUP BY batch HAVING count(*) = 3) AS batches";
    assert_eq!(app.sql::<i64>(whole), 20);
}

#[tokio::test]
async fn a_batch_is_counted_under_its_own_path() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    batch(&ana, "/clients", json!([{"method": "POST", "body": {"name": "x"}}])).await.expect(200);
    let text = ana.send("GET", "/metrics", None).await.expect(200);
    let text = String::from_utf8(text.body.to_vec()).unwrap();
    assert!(text.contains(r#"route="/api/v1/clients:batch""#), "{text}");
}
