//! What only the server sets can be sent to no route: it is told, never dropped in silence.

use serde_json::{Value as Json, json};

use crate::stranger::some_id;
use crate::support::TestApp;
use crate::support::blueprints::{OFFICE, TODO};

/// Names that would be worth setting: of the row, its owner, its stamps, and of the user and his rights.
const NAMES: &[&str] = &[
    "id",
    "user_id",
    "created_at",
    "updated_at",
    "deleted_at",
    "_version",
    "version",
    "team_id",
    "owner",
    "iss",
    "sub",
    "roles",
    "role",
    "disabled",
    "password_hash",
    "verified_at",
    "is_admin",
];

#[tokio::test]
async fn a2_what_only_the_server_sets_is_422_on_every_route_with_a_body() {
    for blueprint in [TODO, OFFICE, include_str!("../../../../examples/lead-tracker/blueprint.toml")] {
        let app = TestApp::new(blueprint).await;
        let ana = app.user("ana").await;
        let document = app.stranger().send("GET", "/openapi.json", None).await.json();
        let mut seen = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation["requestBody"]["required"] != json!(true) {
                    continue;
                }
                seen += 1;
                let path = path.replace("{user_id}", &ana.id).replace("{id}", some_id(&document, item));
                for name in NAMES {
                    let answer = ana.send(&method.to_uppercase(), &path, Some(json!({ *name: "1" }))).await.expect(422);
                    let told = |error: &Json| error["pointer"] == format!("/{name}");
                    let errors = answer.json()["errors"].clone();
                    assert!(errors.as_array().unwrap().iter().any(told), "{method} {path} {name}: {errors}");
                }
            }
        }
        assert!(seen > 5, "the document lists the routes");
    }
}
