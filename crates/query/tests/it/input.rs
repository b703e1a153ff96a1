//! Bodies: what they become, and everything that is wrong with them at once.

use query::{Body, View};
use serde_json::json;

use crate::{entity, leads};

fn check(body: Body, json: serde_json::Value, expected: &[(&str, &str)]) {
    let blueprint = leads();
    let prospect = blueprint.entity(entity(&blueprint, "prospect"));
    let problems = body.read(&View::document(prospect), &json).err().unwrap_or_default();
    let found: Vec<(&str, &str)> = problems.iter().map(|one| (one.pointer.as_str(), one.code)).collect();
    assert_eq!(found, expected, "{json}: {problems:?}");
}

#[test]
fn good_bodies() {
    check(Body::Create, json!({"name": "Acme", "budget": "12.50", "secret": "s", "score": null}), &[]);
    check(Body::Update, json!({}), &[]);
    check(Body::Update, json!({"score": null, "vip": true}), &[]);
    check(Body::Replace, json!({"name": "A", "status": "won", "budget": null, "score": 1, "vip": false}), &[]);
}

#[test]
fn all_problems_at_once() {
    let everything = json!({
        "nmae": "x", "status": "lost", "budget": 12.5, "score": 1.5, "vip": "yes",
        "id": 1, "user_id": "bob", "created_at": "now", "_version": 7, "a/b~c": 1
    });
    let expected = [
        ("/nmae", "unknown"),
        ("/status", "enum"),
        ("/budget", "type"),
        ("/score", "integer"),
        ("/vip", "type"),
        ("/id", "read_only"),
        ("/user_id", "read_only"),
        ("/created_at", "read_only"),
        ("/_version", "unknown"),
        ("/a~1b~0c", "unknown"),
        ("/name", "required"),
    ];
    check(Body::Create, everything, &expected);
    check(Body::Update, json!({"name": null, "secret": "s"}), &[("/name", "required"), ("/secret", "unknown")]);
    let missing = [("/status", "required"), ("/budget", "required"), ("/score", "required"), ("/vip", "required")];
    check(Body::Replace, json!({"name": "A"}), &missing);
    for body in [json!([]), json!("x"), json!(null), json!(7)] {
        check(Body::Update, body, &[("", "type")]);
    }
}

/// Who leaves the end of a name that refers to a row out is told the whole.
#[test]
fn what_refers_is_named_with_its_end() {
    let blueprint = leads();
    let note = blueprint.entity(entity(&blueprint, "note"));
    let problems = Body::Create.read(&View::document(note), &json!({"prospect": 1, "text": "a"})).err().unwrap();
    let told = problems.iter().find(|one| one.pointer == "/prospect").unwrap();
    assert_eq!(told.detail, "is not a field of note; perhaps you meant `prospect_id`");
}
