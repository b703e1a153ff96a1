//! The documents of a project: each tells one thing about the app to one kind of reader, and all of them follow from the
//! blueprint, so that they can be written anew whenever it changes.

mod endpoints;
mod exact;
mod field;
mod overview;
mod rules;
mod schema;
mod setup;
mod specification;
mod table;

use blueprint::Blueprint;
use serde_json::Value as Json;

use crate::access;
use crate::draft::FileDraft;
use crate::facts::Asked;

/// Every document but the checklist, in a fixed order. `openapi` is the app's OpenAPI document, `asked` what the request says about
/// who may do what, where there is one. The same in gives the same bytes out.
pub fn documents(blueprint: &Blueprint, openapi: &Json, asked: Option<&[Asked]>) -> Vec<FileDraft> {
    let endpoints = endpoints::endpoints(openapi);
    vec![
        FileDraft::generated("AGENTS.md", rules::agents(blueprint)),
        FileDraft::generated("docs/access.md", access::access_document(blueprint, asked)),
        FileDraft::generated("docs/backend_overview.md", overview::overview(blueprint, &endpoints)),
        FileDraft::generated("docs/backend_rules.md", rules::rules(blueprint)),
        FileDraft::generated("docs/database_setup.md", setup::setup(blueprint)),
        FileDraft::generated("docs/schema.md", schema::schema(blueprint)),
        FileDraft::generated("specs/database/schema.md", specification::database(blueprint)),
        FileDraft::generated("specs/api/rest-endpoints.md", specification::rest(blueprint, &endpoints)),
    ]
}
