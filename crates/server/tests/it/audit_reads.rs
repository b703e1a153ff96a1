//! `audit_reads`: who was shown which rows is on disk before he sees them, by whatever way he came to them.

use serde_json::{Value as Json, json};

use crate::support::{Caller, TestApp};

const CLINIC: &str = r#"
[app]
name = "clinic"
[auth]
roles = ["doctor", "clerk"]
[entity.allergy]
id = "uuid"
owner = false
audit_reads = true
[entity.allergy.field]
name = { type = "text" }
[entity.allergy.access]
read = ["role:doctor"]
create = ["role:doctor"]
update = ["role:doctor"]
delete = ["role:doctor"]
[entity.patient]
audit_reads = true
[entity.patient.field]
name = { type = "text", required = true, search = true, index = true }
mother = { type = "reference", to = "patient" }
allergies = { type = "reference", to = "allergy", many = true }
[entity.patient.access]
read = ["owner", "role:doctor"]
[entity.visit.field]
reason = { type = "text" }
patient = { type = "reference", to = "patient" }
[entity.visit.access]
read = ["owner", "role:doctor"]
[entity.room]
owner = false
[entity.room.field]
name = { type = "text" }
[entity.room.access]
create = ["signed_in"]
"#;

/// What the audit has of reads, oldest first: action, entity, id of the one that was asked for, what was shown, who, request.
async fn reads(root: &Caller<'_>) -> Vec<Json> {
    let answer = root.send("GET", "/_/audit?limit=100", None).await.expect(200);
    let rows = answer.json()["data"].as_array().unwrap().clone();
    let is_read = |row: &&Json| ["read", "list", "expand"].contains(&row["action"].as_str().unwrap());
    let told = |row: &Json| {
        json!([
            row["action"],
            row["entity"],
            row["entity_id"],
            row["after"],
            row["sub"],
            row["request_id"],
            row["before"]
        ])
    };
    rows.iter().rev().filter(is_read).map(told).collect()
}

/// A clinic with two patients of Ana's, one the mother of the other, with an allergy and a visit.
async fn clinic(app: &TestApp) -> (Caller<'_>, Caller<'_>, Caller<'_>, String) {
    let ana = app.user_with("ana", &["doctor"]).await;
    let root = app.user_with("root", &["admin"]).await;
    let bob = app.user("bob").await;
    let allergy = ana.post("/allergies", json!({"name": "nuts"})).await.expect(201).json()["id"].clone();
    ana.post("/patients", json!({"name": "Eve canary"})).await.expect(201);
    let abel = json!({"name": "Abel canary", "mother_id": 1, "allergy_ids": [allergy]});
    ana.post("/patients", abel).await.expect(201);
    ana.post("/visits", json!({"reason": "cough", "patient_id": 2})).await.expect(201);
    ana.patch("/patients/2", json!({"name": "Abel canary"})).await.expect(200);
    ana.send("POST", "/api/v1/patients:batch", Some(json!({"operations": [{"method": "PATCH", "id": 1, "body": {}}]})))
        .await
        .expect(200);
    assert_eq!(reads(&root).await, [Json::Null; 0], "what a write answers is told by the write");
    (ana, bob, root, allergy.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn whoever_is_shown_a_row_leaves_one_with_ids_and_route_and_nothing_else_of_it() {
    let app = TestApp::new(CLINIC).await;
    let (ana, _, root, allergy) = clinic(&app).await;
    let mut expected = Vec::new();
    let mut told = |number: usize, rows: &[(&str, &str, Json, Json)], route: &str| {
        for (action, entity, id, ids) in rows {
            let after = json!({"ids": ids, "route": route});
            expected.push(json!([action, entity, id, after, ana.id, format!("r-{number}"), null]));
        }
    };
    let (item, list) = ("GET /api/v1/patients/{id}", "GET /api/v1/patients");
    let one = |id: i64| ("read", "patient", json!(id.to_string()), json!([id]));
    let both = || ("list", "patient", Json::Null, json!([1, 2]));
    let allergies = || ("expand", "allergy", Json::Null, json!([allergy]));
    told(0, &[one(1)], item);
    told(1, &[one(2)], item);
    told(2, &[("list", "patient", Json::Null, json!([2]))], list);
    told(3, &[both()], list);
    told(4, &[("list", "patient", Json::Null, json!([2]))], list);
    // One for each entity, with all that is shown of it.
    told(5, &[allergies(), ("list", "patient", Json::Null, json!([1, 2]))], list);
    told(6, &[("read", "patient", Json::Null, json!([1, 2]))], item);
    told(7, &[("expand", "patient", Json::Null, json!([2]))], "GET /api/v1/visits");
    told(8, &[allergies(), ("expand", "patient", Json::Null, json!([2]))], "GET /api/v1/visits/{id}");
    told(9, &[("expand", "patient", Json::Null, json!([1, 2]))], "GET /api/v1/visits/{id}");
    told(10, &[("list", "allergy", Json::Null, json!([allergy]))], "GET /api/v1/patients/{id}/allergies");
    told(11, &[("list", "patient", Json::Null, json!([2]))], "GET /api/v1/allergies/{id}/patients");
    told(12, &[("list", "allergy", Json::Null, json!([allergy]))], "GET /api/v1/allergies");
    for (number, path) in [
        "/patients/1".to_owned(),
        "/patients/2?fields=name".to_owned(),
        "/patients?fields=name&name[contains]=abel".to_owned(),
        "/patients?sort=-name&count=exact".to_owned(),
        "/patients?q=abel".to_owned(),
        "/patients?fields=name&expand=allergies".to_owned(),
        "/patients/2?expand=mother".to_owned(),
        "/visits?expand=patient&fields=reason".to_owned(),
        "/visits/1?expand=patient.allergies".to_owned(),
        "/visits/1?expand=patient.mother".to_owned(),
        "/patients/2/allergies".to_owned(),
        format!("/allergies/{allergy}/patients"),
        "/allergies".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        ana.with("x-request-id", &format!("r-{number}")).get(&path).await.expect(200);
    }
    let reads = reads(&root).await;
    for (read, expected) in reads.iter().zip(&expected) {
        assert_eq!(read, expected);
    }
    assert_eq!(reads.len(), expected.len());
    assert!(!Json::from(reads).to_string().contains("canary"));
}

#[tokio::test]
async fn a_copy_that_still_holds_and_a_head_are_reads() {
    let app = TestApp::new(CLINIC).await;
    let (ana, _, root, _) = clinic(&app).await;
    let etag = ana.get("/patients/1").await.expect(200).header("etag").to_owned();
    ana.with("if-none-match", &etag).get("/patients/1").await.expect(304);
    ana.api("HEAD", "/patients/1", None).await.expect(200);
    let routes: Vec<Json> = reads(&root).await.iter().map(|read| read[3]["route"].clone()).collect();
    let item = "/api/v1/patients/{id}";
    assert_eq!(routes, [format!("GET {item}"), format!("GET {item}"), format!("HEAD {item}")]);
}

#[tokio::test]
async fn who_is_shown_nothing_has_read_nothing() {
    let app = TestApp::new(CLINIC).await;
    let (ana, bob, root, allergy) = clinic(&app).await;
    bob.post("/visits", json!({"reason": "his own"})).await.expect(201);
    for (path, status) in [
        ("/patients/1", 404),
        ("/patients/999", 404),
        ("/patients", 200),
        ("/patients?count=exact", 200),
        ("/visits/2?expand=patient", 200),
        (&*format!("/allergies/{allergy}"), 404),
        ("/patients/1/visits", 404),
        ("/patients?nonsense=1", 400),
    ] {
        bob.get(path).await.expect(status);
    }
    app.stranger().get("/patients").await.expect(401);
    // Nor who sees rows of others that lead there.
    ana.get("/visits?patient.name=Abel%20canary").await.expect(200);
    ana.get("/visits/1").await.expect(200);
    ana.get("/patients/2/visits").await.expect(200);
    ana.post("/rooms", json!({"name": "1"})).await.expect(201);
    ana.get("/rooms").await.expect(200);
    assert_eq!(reads(&root).await, [Json::Null; 0]);
    // Of a list he is told to have seen what he saw.
    bob.post("/patients", json!({"name": "Cain"})).await.expect(201);
    bob.get("/patients").await.expect(200);
    let reads = reads(&root).await;
    assert_eq!((reads.len(), &reads[0][3]["ids"], &reads[0][4]), (1, &json!([3]), &json!(bob.id)));
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_shown() {
    let app = TestApp::new(CLINIC).await;
    let (ana, _, root, _) = clinic(&app).await;
    ana.post("/rooms", json!({"name": "1"})).await.expect(201);
    app.alter("ALTER TABLE \"_audit\" RENAME TO \"_gone\"");
    for path in ["/patients/1", "/patients?limit=1", "/visits?expand=patient", "/visits/1?expand=patient.allergies"] {
        let answer = ana.get(path).await.expect(503);
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"), "{path}");
        assert_eq!((answer.header("retry-after"), &answer.json()["code"]), ("1", &json!("unavailable")));
    }
    for path in ["/rooms/1", "/visits", "/patients/999"] {
        let status = if path == "/patients/999" { 404 } else { 200 };
        ana.get(path).await.expect(status);
    }
    app.alter("ALTER TABLE \"_gone\" RENAME TO \"_audit\"");
    ana.get("/patients/1").await.expect(200);
    assert_eq!(reads(&root).await.len(), 1);
}

/// To know who looked is an admin's, to know what at is not.
#[tokio::test]
async fn an_admin_reads_who_was_shown_which_rows_and_finds_them_by_the_row() {
    let app = TestApp::new(CLINIC).await;
    let (ana, _, root, allergy) = clinic(&app).await;
    let made = {
        let email = "ana@example.com";
        let new =
            server::auth::api_keys::NewKey { user: email, name: "k", allow: &["*:read".to_owned()], lifetime: None };
        app.app.add_key(new).unwrap()
    };
    app.stranger().with("x-api-key", &made.key).get("/patients?limit=1").await.expect(200);
    ana.get("/visits?expand=patient").await.expect(200);
    ana.get("/patients/2").await.expect(200);
    ana.get("/allergies").await.expect(200);
    let found = async |query: &str| {
        let answer = root.send("GET", &format!("/_/audit?{query}"), None).await.expect(200);
        assert!(!String::from_utf8_lossy(&answer.body).contains("canary"), "{query}");
        let rows = answer.json()["data"].as_array().unwrap().clone();
        rows.iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("entity=patient&entity_id=1").await, ["list", "update", "create"]);
    assert_eq!(found("entity=patient&entity_id=2").await, ["read", "expand", "update", "create"]);
    assert_eq!(found("entity=patient&entity_id=3").await, [""; 0]);
    assert_eq!(found(&format!("entity=allergy&entity_id={allergy}")).await, ["list", "create"]);
    assert_eq!(found("entity=patient&action=list").await, ["list"]);
    let row = root.send("GET", "/_/audit?entity=patient&action=list", None).await.json()["data"][0].clone();
    assert_eq!((&row["sub"], &row["outcome"], &row["ip"]), (&json!(ana.id), &json!("done"), &json!("127.0.0.1")));
    assert_eq!(row["key"], json!(made.id), "{row}");
    root.get("/patients/1").await.expect(404);
}

/// Of what was refused the audit tells the attempt, and nothing of the row.
#[tokio::test]
async fn who_reads_of_refusals_has_read_no_row() {
    let app = TestApp::new(CLINIC).await;
    let (_, bob, root, _) = clinic(&app).await;
    for _ in 0..3 {
        bob.patch("/patients/1", json!({"name": "Mallory"})).await.expect(404);
    }
    app.app.seal_audit().await;
    let refused = root.send("GET", "/_/audit?outcome=refused&entity=patient", None).await.expect(200).json();
    assert_ne!(refused["data"], json!([]));
    assert_eq!(reads(&root).await, [Json::Null; 0]);
}

/// What the audit holds of a row is as good as the row.
#[tokio::test]
async fn who_reads_the_history_of_a_row_has_read_it() {
    let app = TestApp::new(CLINIC).await;
    let (ana, _, root, _) = clinic(&app).await;
    app.set_roles("root", &["admin", "doctor"]);
    let history = root.send("GET", "/_/audit?entity=patient&entity_id=2", None).await.expect(200);
    assert!(String::from_utf8_lossy(&history.body).contains("canary"));
    let after = json!({"ids": [2], "route": "GET /_/audit"});
    let reads = reads(&root).await;
    let told = json!([reads[0][0], reads[0][1], reads[0][2], reads[0][3], reads[0][4]]);
    assert_eq!((reads.len(), told), (1, json!(["list", "patient", null, after, root.id])));
    // To read that, which holds no contents, is no read.
    assert_eq!(
        self::reads(&root).await.len(),
        3,
        "the list of all has shown the history of patients, and of the allergy"
    );
    ana.send("GET", "/_/audit", None).await.expect(403);
}

#[tokio::test]
async fn the_documents_say_so() {
    let app = TestApp::new(CLINIC).await;
    let document = app.stranger().send("GET", "/openapi.json", None).await.expect(200).json();
    let says = |path: &str| {
        let said = document["paths"][path]["get"]["description"].as_str().unwrap_or_default();
        said.contains("in the audit")
    };
    for (path, is_audited) in [
        ("/api/v1/patients", true),
        ("/api/v1/patients/{id}", true),
        ("/api/v1/allergies/{id}/patients", true),
        ("/api/v1/patients/{id}/visits", false),
        ("/api/v1/visits", false),
        ("/api/v1/rooms/{id}", false),
    ] {
        assert_eq!(says(path), is_audited, "{path}");
    }
}
