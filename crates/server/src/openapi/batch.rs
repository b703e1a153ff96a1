//! `POST /things:batch`: several changes at once. What each operation takes and answers is that of its single request.

use blueprint::{Blueprint, Entity, IdKind, PutMeaning};
use query::Body;
use serde_json::{Map, Value as Json, json};

use super::names::words;
use super::operations::{Operation, Security};
use super::refusals::Deed;
use super::responses::{json_answer, media};
use super::schemas::closed_object;
use super::{Subject, examples, kinds, reference};
use crate::batch::MAX_OPERATIONS;
use crate::error::{Problem, VALIDATION};

const DESCRIPTION: &str = "All of it happens, in this order, or nothing does. The problem is that of the first operation \
     that is refused, with pointers into it such as `/operations/3`.\n\nWho may: for each operation, whoever may do it by \
     itself, but never without a token.";

/// The operation.
pub(super) fn operation(subject: Subject) -> Operation {
    let Subject { blueprint, entity, names, .. } = subject;
    let body = media(reference("schemas", &names.batch), Some(example(entity)));
    let done = json_answer(
        "What came of each operation, in their order.",
        &["Idempotency-Replayed"],
        reference("schemas", &names.batch_answer),
        example_answer(subject),
    );
    Operation {
        id: format!("batch_{}", entity.plural),
        tag: entity.path.clone(),
        summary: format!("Add, change and delete {} at once", words(&entity.plural)),
        description: DESCRIPTION.to_owned(),
        security: Security::Token,
        parameters: vec![reference("parameters", "IdempotencyKey")],
        body: Some(json!({ "required": true, "content": { "application/json": body } })),
        successes: vec![("200", done)],
        problems: problems(blueprint, entity),
    }
}

/// The schemas of what is sent and of what is answered.
pub(super) fn schemas(subject: Subject) -> [(String, Json); 2] {
    let Subject { entity, names, .. } = subject;
    let rows = words(&entity.plural);
    let operations = json!({
        "type": "array", "minItems": 1, "maxItems": MAX_OPERATIONS, "description": "What is done, in this order.",
        "items": { "anyOf": operations(subject) },
        "examples": [example_operations(entity)],
    });
    let answers = json!({
        "type": "array", "minItems": 1, "maxItems": MAX_OPERATIONS,
        "description": "The answers of the operations, in their order.",
        "items": { "anyOf": answers(subject) },
    });
    let object = |description: String, key: &str, list: Json| {
        closed_object(&description, &[key], Map::from_iter([(key.to_owned(), list)]))
    };
    [
        (names.batch.clone(), object(format!("Changes of {rows} that all happen, or none."), "operations", operations)),
        (names.batch_answer.clone(), object(format!("What came of the changes of {rows}."), "data", answers)),
    ]
}

/// What any of its operations may meet. That one has no valid form is told as that of a body.
fn problems(blueprint: &Blueprint, entity: &Entity) -> Vec<&'static Problem> {
    let put = if blueprint.api.put == PutMeaning::Replace { Body::Replace } else { Body::Update };
    let deeds = [Deed::Create, Deed::Write(Body::Update), Deed::Write(put), Deed::Delete];
    let problems = deeds.into_iter().flat_map(|deed| deed.refusals(blueprint, entity));
    problems.chain([VALIDATION]).collect()
}

fn operations(subject: Subject) -> Vec<Json> {
    let Subject { blueprint, names, .. } = subject;
    let put = if blueprint.api.put == PutMeaning::Replace { &names.replace } else { &names.update };
    vec![
        one_of(subject, "Adds a row.", "POST", false, Some(&names.create)),
        one_of(subject, "Changes a row: what is absent stays.", "PATCH", true, Some(&names.update)),
        one_of(subject, "Writes a row as `PUT` does.", "PUT", true, Some(put)),
        one_of(subject, "Deletes a row.", "DELETE", true, None),
    ]
}

fn one_of(subject: Subject, description: &str, method: &str, of_row: bool, body: Option<&String>) -> Json {
    let Subject { blueprint, entity, .. } = subject;
    let mut properties = Map::new();
    let mut required = vec!["method"];
    properties.insert("method".to_owned(), json!({ "const": method }));
    if of_row {
        properties.insert("id".to_owned(), kinds::id(entity.id));
        let description = "The `ETag` that was last read, with its quotes, or `*`.";
        properties.insert("if_match".to_owned(), json!({ "type": "string", "description": description }));
        required.push("id");
        required.extend(blueprint.api.require_if_match.then_some("if_match"));
    }
    if let Some(schema) = body {
        properties.insert("body".to_owned(), reference("schemas", schema));
        required.push("body");
    }
    closed_object(description, &required, properties)
}

fn answers(subject: Subject) -> Vec<Json> {
    let row = reference("schemas", &subject.names.row);
    let text = json!({ "type": "string" });
    let answer = |description: &str, entries: &[(&str, Json)]| {
        let required: Vec<&str> = entries.iter().map(|(key, _)| *key).collect();
        let properties = entries.iter().map(|(key, schema)| ((*key).to_owned(), schema.clone()));
        closed_object(description, &required, properties.collect())
    };
    vec![
        answer(
            "A new row.",
            &[
                ("status", json!({ "const": 201 })),
                ("etag", text.clone()),
                ("location", text.clone()),
                ("body", row.clone()),
            ],
        ),
        answer("A row as it is now.", &[("status", json!({ "const": 200 })), ("etag", text), ("body", row)]),
        answer("The row is gone.", &[("status", json!({ "const": 204 })), ("body", json!({ "type": "null" }))]),
    ]
}

fn example(entity: &Entity) -> Json {
    json!({ "operations": example_operations(entity) })
}

/// A new row, or where there is no example of one, one that goes.
fn example_operations(entity: &Entity) -> Json {
    match examples::body(entity, Body::Create) {
        Some(body) => json!([{ "method": "POST", "body": body }]),
        None => json!([{ "method": "DELETE", "id": examples::id(entity.id), "if_match": "\"7\"" }]),
    }
}

fn example_answer(subject: Subject) -> Option<Json> {
    let Subject { blueprint, entity, .. } = subject;
    examples::body(entity, Body::Create)?;
    let user = if blueprint.api.user_path { format!("/{}", examples::UUID) } else { String::new() };
    let id = match entity.id {
        IdKind::Integer => "1",
        IdKind::Uuid => examples::UUID,
    };
    let location = format!("{}{user}/{}/{id}", blueprint.api.prefix, entity.path);
    let made = json!({ "status": 201, "etag": "\"1\"", "location": location, "body": examples::row(entity)? });
    Some(json!({ "data": [made] }))
}
