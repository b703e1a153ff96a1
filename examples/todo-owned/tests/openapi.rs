//! The document of this app: what the blueprint says, as the served app says it, and what only the code knows.

use conformance::{Answer, World};
use http::Request;
use serde_json::Value as Json;

mod support;

#[tokio::test]
async fn the_document_is_the_served_one_and_what_is_added() {
    let (owned, served) = (document(&support::owned().await).await, document(&support::served().await).await);
    // What the blueprint leaves to code says there that it is 501, and here what it is.
    let is_left_to_code = |item: &Json| item.pointer("/post/responses/501").is_some();
    for (path, item) in served["paths"].as_object().into_iter().flatten().filter(|(_, item)| !is_left_to_code(item)) {
        // Several at once would go past the code of each, so the blueprint's way to do that ends where code begins.
        let expected = if path.ends_with(":batch") { &Json::Null } else { item };
        assert_eq!(owned["paths"].get(path).unwrap_or(&Json::Null), expected, "{path}");
    }
    let added = |section: &str| {
        let keys = |document: &Json| -> Vec<String> {
            document
                .pointer(section)
                .and_then(Json::as_object)
                .into_iter()
                .flatten()
                .map(|(key, _)| key.clone())
                .collect()
        };
        let known = keys(&served);
        keys(&owned).into_iter().filter(|key| !known.contains(key)).collect::<Vec<_>>()
    };
    assert_eq!(added("/paths"), ["/api/{user_id}/tasks/{id}/split"]);
    assert_eq!(added("/components/schemas"), ["Split", "Parts"]);
}

#[tokio::test]
async fn a_route_in_code_says_what_it_takes_and_answers() {
    let document = document(&support::owned().await).await;
    let split = &document["paths"]["/api/{user_id}/tasks/{id}/split"];
    assert_eq!(split["post"]["summary"], "Split a task into several");
    let schema = |at: &str| split["post"].pointer(at).cloned().unwrap_or_default();
    assert_eq!(schema("/requestBody/content/application~1json/schema/$ref"), "#/components/schemas/Split");
    assert_eq!(schema("/responses/200/content/application~1json/schema/$ref"), "#/components/schemas/Parts");
    for status in ["400", "401", "403", "404", "409", "412", "415", "422"] {
        assert!(split["post"]["responses"][status].is_object(), "{status}");
    }
    let parts = &document["components"]["schemas"]["Parts"]["properties"];
    assert_eq!(parts["whole"]["$ref"], "#/components/schemas/Task", "{parts}");
    assert_eq!(split["parameters"].as_array().map(Vec::len), Some(2));
}

async fn document(world: &World) -> Json {
    let request = Request::get("/openapi.json").header("host", "localhost").body(Default::default());
    let answer: Answer = world.send(request.unwrap_or_default()).await;
    answer.json()
}
