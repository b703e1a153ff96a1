//! The OpenAPI 3.1 document of a blueprint: what a caller may send, and everything that may come back.
//!
//! Nothing is listed here that is decided elsewhere: which fields a body may name, what a list may be filtered by, who may
//! do what and which problems there are come from the code that decides it. Settings of the server are unknown here, but for where
//! it is reached.

mod auth_paths;
mod batch;
mod code;
pub(crate) mod examples;
mod info;
mod kinds;
mod links;
mod names;
mod operations;
mod parameters;
mod paths;
mod pattern;
mod references;
mod refusals;
mod responses;
mod schemas;

use blueprint::{Blueprint, Entity};
use serde_json::{Map, Value as Json, json};

pub(crate) use self::code::document_with;
pub use self::code::{Content, Docs};
pub(crate) use self::kinds::decimal_text;
use self::names::Names;

/// One entity and all that its part of the document depends on.
#[derive(Clone, Copy)]
struct Subject<'b> {
    blueprint: &'b Blueprint,
    entity: &'b Entity,
    names: &'b Names,
    /// The names of every entity, in their order.
    all_names: &'b [Names],
}

/// Where the server of a document is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached<'a> {
    /// Wherever it comes to be served.
    Anywhere,
    /// At a public address, which a setting names.
    Public(&'a str),
    /// At this address of the machine on which it is tried out.
    Here(&'a str),
}

/// The OpenAPI 3.1 document of a blueprint; the same one always gives the same bytes.
pub fn document(blueprint: &Blueprint) -> Json {
    document_at(blueprint, Reached::Anywhere)
}

/// The same of a server that is reached somewhere.
pub fn document_at(blueprint: &Blueprint, reached: Reached<'_>) -> Json {
    let names_of_all = names::names(blueprint);
    let entities = blueprint.entities.iter().zip(&names_of_all);
    let subjects: Vec<Subject> =
        entities.map(|(entity, names)| Subject { blueprint, entity, names, all_names: &names_of_all }).collect();
    json!({
        "openapi": "3.1.0",
        "info": info::info(blueprint, reached),
        "servers": info::servers(reached),
        "security": [{ "bearerAuth": [] }, { "apiKey": [] }],
        "tags": info::tags(blueprint),
        "paths": paths::paths(blueprint, &subjects),
        "components": {
            "schemas": schemas(blueprint, &subjects),
            "parameters": parameters::shared(blueprint),
            "responses": responses::shared(blueprint.api.errors),
            "headers": responses::headers(),
            "securitySchemes": {
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The `access_token` of a log-in.",
                },
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-API-Key",
                    "description": "A key of a service, which acts for a user and may do less than he may.",
                },
            },
        },
    })
}

fn schemas(blueprint: &Blueprint, subjects: &[Subject]) -> Map<String, Json> {
    let of_entities = subjects.iter().flat_map(|subject| {
        let of_rows = schemas::of_entity(*subject);
        of_rows.into_iter().chain(batch::schemas(*subject))
    });
    let user = expandable(subjects).then(|| ("User".to_owned(), references::user()));
    of_entities
        .chain(user)
        .chain(auth_paths::schemas(blueprint))
        .chain(responses::schemas(blueprint.api.errors))
        .collect()
}

/// Whether any answer can show a user beside a row.
fn expandable(subjects: &[Subject]) -> bool {
    let to_user = |entity: &Entity| {
        query::references(&query::View::document(entity)).iter().any(|each| each.entity(entity).is_none())
    };
    subjects.iter().any(|subject| to_user(subject.entity))
}

/// A reference to a part of the document.
fn reference(section: &str, name: &str) -> Json {
    json!({ "$ref": format!("#/components/{section}/{name}") })
}

/// An object out of what may be absent.
fn object<const N: usize>(entries: [(&str, Option<Json>); N]) -> Json {
    let present = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Json::Object(present.collect())
}
