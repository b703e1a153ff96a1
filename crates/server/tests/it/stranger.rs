//! Every route of every example, as nobody and as somebody who owns nothing there. What they may reach is a list, and
//! the list may only shrink.

use serde_json::{Value as Json, json};

use crate::support::TestApp;
use crate::support::blueprints::{OFFICE, TODO};

/// Routes that answer strangers, by operation id.
const FOR_ANYONE: &[&str] = &[
    "health",
    "readiness",
    "keys",
    "register",
    "log_in",
    "refresh",
    "forgot_password",
    "reset_password",
    "list_notices",
    "read_notice",
];

#[tokio::test]
async fn a1_strangers_get_401_from_every_route_that_is_not_for_anyone() {
    for blueprint in [TODO, OFFICE, include_str!("../../../../examples/lead-tracker/blueprint.toml")] {
        let app = TestApp::new(blueprint).await;
        let ana = app.user("ana").await;
        let document = app.stranger().send("GET", "/openapi.json", None).await.json();
        let mut seen = 0;
        for (path, method, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap();
            if FOR_ANYONE.contains(&id) {
                continue;
            }
            seen += 1;
            let row = some_id(&document, &document["paths"][&path]);
            let path = path.replace("{user_id}", &ana.id).replace("{id}", row);
            for body in [None, Some(json!({})), Some(json!({"x": 1}))] {
                let answer = app.stranger().send(&method, &path, body).await;
                assert_eq!(answer.status, 401, "{id}: {method} {path}: {answer:?}");
            }
        }
        assert!(seen > 5, "the document lists the routes");
    }
}

/// The method and path of every operation.
fn operations(document: &Json) -> impl Iterator<Item = (String, String, &Json)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        let methods = methods.filter(|(name, _)| ["get", "post", "put", "patch", "delete"].contains(&name.as_str()));
        methods.map(|(method, operation)| (path.clone(), method.to_uppercase(), operation))
    })
}

/// An id of the kind that the path wants.
pub fn some_id(document: &Json, item: &Json) -> &'static str {
    let parameters = item["parameters"].as_array().into_iter().flatten().map(|parameter| {
        let target = parameter["$ref"].as_str().and_then(|target| document.pointer(&target[1..]));
        target.unwrap_or(parameter)
    });
    let is_uuid = |one: &Json| one["name"] == "id" && one["schema"]["format"] == "uuid";
    if parameters.into_iter().any(is_uuid) { "018f4e5a-7b1c-7000-8000-000000000001" } else { "1" }
}
