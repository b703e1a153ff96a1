//! References: what may be written, and what happens when the row they lead to goes.

use serde_json::json;

use crate::support::TestApp;
use crate::support::blueprints::OFFICE;

#[tokio::test]
async fn a_reference_leads_to_what_its_writer_can_see() {
    let app = TestApp::new(OFFICE).await;
    let (ana, bob) = (app.user("ana").await, app.user("bob").await);
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1})).await.expect(201);

    let foreign = bob.post("/visits", json!({"client_id": 1})).await.expect(409);
    let missing = bob.post("/visits", json!({"client_id": 99})).await.expect(409);
    assert_eq!(foreign.errors(), [("/client_id".to_owned(), "reference".to_owned())]);
    assert_eq!(foreign.json()["detail"], missing.json()["detail"]);
    assert_eq!(bob.get("/visits").await.ids(), [] as [i64; 0]);

    bob.post("/clients", json!({"name": "y"})).await.expect(201);
    bob.post("/visits", json!({"client_id": 2})).await.expect(201);
    bob.patch("/visits/2", json!({"client_id": 1})).await.expect(409);
    bob.patch("/visits/2", json!({"parent_id": 1})).await.expect(409);
    bob.patch("/visits/2", json!({"parent_id": 2})).await.expect(200);
    bob.post("/visits", json!({"client_id": 2, "helper_id": bob.id})).await.expect(201);
    bob.post("/visits", json!({"client_id": 2, "helper_id": ana.id})).await.expect(409);
    let eve = app.user_with("eve", &["manager"]).await;
    eve.post("/visits", json!({"client_id": 2, "helper_id": ana.id})).await.expect(201);
    eve.post("/visits", json!({"client_id": 2, "helper_id": "018f4e5a-7b1c-7000-8000-000000000001"})).await.expect(409);
    for junk in [json!("x"), json!(0), json!(-1), json!(1.5), json!({}), json!([1]), json!(9_007_199_254_740_993_i64)] {
        eve.post("/visits", json!({"client_id": junk})).await.expect(422);
    }
}

#[tokio::test]
async fn a_deletion_cascades_clears_or_is_refused_and_each_row_is_audited() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    let eve = app.user_with("eve", &["manager"]).await;
    let room = eve.post("/rooms", json!({"name": "Blue"})).await.expect(201).json()["id"].clone();
    let room_path = format!("/rooms/{}", room.as_str().unwrap());
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    eve.patch(&room_path, json!({"client_id": 1})).await.expect(200);
    ana.post("/visits", json!({"client_id": 1, "room_id": room})).await.expect(201);
    ana.post("/clients", json!({"name": "other"})).await.expect(201);
    ana.post("/visits", json!({"client_id": 2, "parent_id": 1})).await.expect(201);
    ana.post("/visits", json!({"client_id": 2, "parent_id": 2})).await.expect(201);
    ana.post("/visits", json!({"client_id": 2})).await.expect(201);

    let refused = eve.delete(&room_path).await.expect(409);
    assert_eq!(refused.json()["code"], "reference");
    eve.get(&room_path).await.expect(200);

    eve.delete("/clients/1").await.expect(204);
    assert_eq!(ana.get("/visits").await.ids(), [4], "the visit and the tree below it are gone");
    let cleared = eve.get(&room_path).await.expect(200);
    assert_eq!((&cleared.json()["client_id"], cleared.header("etag")), (&json!(null), "\"3\""));
    eve.delete(&room_path).await.expect(204);

    let audit =
        |what: &str| app.sql::<i64>(&format!("SELECT count(*) FROM _audit WHERE outcome = 'done' AND ({what})"));
    assert_eq!(audit("action = 'delete' AND entity = 'visit'"), 3);
    assert_eq!(audit("action = 'delete' AND entity = 'client'"), 1);
    assert_eq!(audit("action = 'update' AND entity = 'room' AND after->>'client_id' IS NULL"), 1);
    assert_eq!(audit("entity = 'room' AND action = 'delete'"), 1, "the refused deletion left none");
}

#[tokio::test]
async fn a_tree_that_bites_its_own_tail_can_be_deleted() {
    let app = TestApp::new(OFFICE).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1, "parent_id": 1})).await.expect(201);
    ana.patch("/visits/1", json!({"parent_id": 2})).await.expect(200);
    ana.delete("/visits/1").await.expect(204);
    assert_eq!(ana.get("/visits").await.ids(), [] as [i64; 0]);
    let audited = "SELECT string_agg(entity_id, ',') FROM _audit WHERE outcome = 'done' AND action = 'delete' AND entity = 'visit'";
    assert_eq!(app.sql::<String>(audited), "1,2", "each once");
}

/// A reference of an entity to itself that wants to be cleared, beside one that cascades.
#[tokio::test]
async fn a_tree_that_goes_lets_go_of_the_rows_beside_it() {
    let visit = "parent = { type = \"reference\", to = \"visit\", on_delete = \"cascade\" }";
    let after = "after = { type = \"reference\", to = \"visit\", on_delete = \"set_null\" }";
    let app = TestApp::new(&OFFICE.replace(visit, &format!("{visit}\n{after}"))).await;
    let ana = app.user("ana").await;
    ana.post("/clients", json!({"name": "x"})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1, "parent_id": 1})).await.expect(201);
    ana.post("/visits", json!({"client_id": 1, "after_id": 2})).await.expect(201);
    ana.delete("/visits/1").await.expect(204);
    assert_eq!(ana.get("/visits").await.ids(), [3]);
    assert!(ana.get("/visits/3").await.json()["after_id"].is_null());
}
