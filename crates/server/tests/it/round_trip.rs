//! From English to rows: each request that the intake's golden readings hold becomes an app, and each of its entities
//! takes a row, by the OpenAPI document's own example, and gives it back.

use std::collections::BTreeMap;
use std::path::Path;

use blueprint::{Blueprint, Entity, FieldKind, Target};
use serde_json::{Value as Json, json};

use crate::support::{Caller, TestApp};

#[tokio::test]
async fn every_entity_of_every_reading_takes_a_row_and_gives_it_back() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../intake/tests/cases");
    let mut served = 0;
    for case in std::fs::read_dir(cases).unwrap() {
        let request = std::fs::read_to_string(case.unwrap().path().join("request.txt")).unwrap();
        let reading = intake::read(&request);
        if reading.understood() {
            round_trip(&reading.blueprint, &request).await;
            served += 1;
        }
    }
    assert!(served > 10, "{served} requests");
}

async fn round_trip(text: &str, request: &str) {
    let blueprint = blueprint::load(text).unwrap_or_else(|problems| panic!("{request}\n{problems}"));
    // Where only the invited make accounts, this test opens the door: it is about rows.
    let app = TestApp::new(&text.replace("sign_up = \"invite\"", "sign_up = \"open\"")).await;
    let roles: Vec<&str> = blueprint.auth.roles.iter().map(String::as_str).collect();
    let ana = app.user_with("ana", &roles).await;
    let document = ana.send("GET", "/openapi.json", None).await.expect(200).json();

    let mut made: BTreeMap<usize, Json> = BTreeMap::new();
    while made.len() < blueprint.entities.len() {
        let before = made.len();
        for (place, entity) in blueprint.entities.iter().enumerate() {
            if made.contains_key(&place) {
                continue;
            }
            let Some(body) = body(&blueprint, entity, &document, &ana, &made) else { continue };
            let path = format!("/{}", entity.path);
            let row = ana.post(&path, body).await.expect(201).json();
            let id = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
            assert_eq!(ana.get(&format!("{path}/{id}")).await.expect(200).json(), row, "{request}");
            made.insert(place, row["id"].clone());
        }
        assert!(made.len() > before, "{request}: some entities can never have a row");
    }
}

/// The example of a new row, with references to rows that are there. `None` while a required one is missing.
fn body(
    blueprint: &Blueprint,
    entity: &Entity,
    document: &Json,
    ana: &Caller<'_>,
    made: &BTreeMap<usize, Json>,
) -> Option<Json> {
    let path = format!("{}/{}", blueprint.api.prefix, entity.path);
    let content = &document["paths"][&path]["post"]["requestBody"]["content"]["application/json"];
    let mut body = content["example"].clone();
    for field in &entity.fields {
        let FieldKind::Reference { to, .. } = &field.kind else { continue };
        let id = match to {
            Target::User => Some(json!(ana.id)),
            Target::Entity(target) => made.get(&target.0).cloned(),
        };
        match id {
            Some(id) => body[&field.column] = id,
            None if field.required => return None,
            None => {
                body.as_object_mut().unwrap().shift_remove(&field.column);
            }
        }
    }
    for link in &entity.links {
        let id = match link.to {
            Target::User => Some(json!(ana.id)),
            Target::Entity(target) => made.get(&target.0).cloned(),
        };
        if id.is_none() && link.required {
            return None;
        }
        body[&link.key] = id.into_iter().collect();
    }
    Some(body)
}
