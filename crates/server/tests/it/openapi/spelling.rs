//! What paths and headers may hold, where the document and the server each have a grammar of their own.

use serde_json::json;

use super::CASES;
use super::check::text;
use crate::support::TestApp;

/// A key that the document lets through is one for the server, and the other way round.
#[tokio::test]
async fn the_document_and_the_server_know_the_same_idempotency_keys() {
    let case = CASES.iter().find(|case| case.name == "todo").unwrap();
    let (app, document) = (TestApp::new(case.text).await, case.document());
    let ana = app.user("ana").await;
    let schema = &document.json["components"]["parameters"]["IdempotencyKey"]["schema"];
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    let quoted = |key: &str| format!("\"{key}\"");
    let keys =
        ["8e03978e-40d5", "a/b+c=", "!#$%&'()*+-.:<=>?@[]^_`{|}~", "\"a b, c;\"", r#""\"\\""#, "\"[]\"", "\"~ !\""];
    let junk = ["\"\"", "a b", "a,b", "a;b", r"a\b", "\"a", "a\"", "\"a\"b", r#""a\b""#, r#""a\"#];
    let long = [longest.clone(), quoted(&longest), too_long.clone(), quoted(&too_long)];
    for key in keys.into_iter().chain(junk).chain(long.iter().map(String::as_str)) {
        let path = format!("/api/{}/tasks", ana.id);
        let answer = ana.with("idempotency-key", key).send("POST", &path, Some(json!({ "title": key }))).await;
        let is_taken = answer.status != 400;
        assert_eq!(document.validate(schema, &json!(key)).is_ok(), is_taken, "{key}: {answer:?}");
        assert_eq!(is_taken, keys.contains(&key) || key.trim_matches('"') == longest, "{key}: {answer:?}");
    }
}

/// A path that holds no id of anybody leads nowhere, with every method that is there.
#[tokio::test]
async fn a_path_with_what_is_no_id_of_a_user_is_nowhere() {
    let case = CASES.iter().find(|case| case.blueprint().api.user_path).unwrap();
    let (app, document) = (TestApp::new(case.text).await, case.document());
    let ana = app.user("ana").await;
    for (method, path, operation) in document.operations().filter(|(_, path, _)| path.contains("{user_id}")) {
        let target = path.replace("{user_id}", "%C2%80").replace("{id}", "1");
        let example = operation.pointer("/requestBody/content/application~1json/example").cloned();
        ana.send(&method.to_uppercase(), &target, example).await.expect(404);
        assert!(operation["responses"].get("404").is_some(), "{method} {path}: {}", text(&operation["operationId"]));
    }
}

/// No row can have an id that not every reader of JSON holds.
#[tokio::test]
async fn the_greatest_id_is_the_same_wherever_one_stands() {
    let case = CASES.iter().find(|case| case.name == "todo").unwrap();
    let (app, document) = (TestApp::new(case.text).await, case.document());
    let ana = app.user("ana").await;
    let parameters = &document.json["paths"]["/api/{user_id}/tasks"]["get"]["parameters"];
    for (id, status) in [("9007199254740991", 200), ("9007199254740992", 400), ("0", 400), ("-1", 400)] {
        for filter in ["id", "id[ne]", "id[gte]", "id[in]"] {
            let parameter = parameters.as_array().unwrap().iter().find(|one| one["name"] == filter).unwrap();
            let number: i64 = id.parse().unwrap();
            let value = if filter == "id[in]" { json!([number]) } else { json!(number) };
            assert_eq!(document.validate(&parameter["schema"], &value).is_ok(), status == 200, "{filter}={id}");
            let path = format!("/api/{}/tasks?{}={id}", ana.id, filter.replace('[', "%5B").replace(']', "%5D"));
            ana.send("GET", &path, None).await.expect(status);
        }
        ana.send("GET", &format!("/api/{}/tasks/{id}", ana.id), None).await.expect(404);
    }
}
