//! Parameters: those of paths, those of every list, and the filters of each list, found by asking the parser of lists.

use blueprint::{Blueprint, Entity};
use query::{Attribute, DEFAULT_LIMIT, List, MAX_LIMIT, MAX_VALUES, OPERATORS, View};
use serde_json::{Value as Json, json};
use work::Kind;

use super::kinds::{self, Side};
use super::names::words;
use super::{Subject, examples, reference, references};
use crate::idempotency;

/// The parameters that entities share.
pub(super) fn shared(blueprint: &Blueprint) -> Json {
    let tag = json!({ "type": "string", "examples": ["\"7\""] });
    let mut shared = json!({
        "Limit": {
            "name": "limit", "in": "query", "description": "How many rows at most.",
            "schema": {
                "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT, "examples": [DEFAULT_LIMIT],
            },
        },
        "Cursor": {
            "name": "cursor", "in": "query",
            "description": "The `next_cursor` of the page before, with the same filters and the same `sort`.",
            "schema": { "type": "string" },
        },
        "Count": {
            "name": "count", "in": "query", "description": "`exact` adds `total` to the page.",
            "schema": { "type": "string", "enum": ["exact"], "examples": ["exact"] },
        },
        "IfMatch": {
            "name": "If-Match", "in": "header", "required": blueprint.api.require_if_match,
            "description": "The `ETag` that was last read: the change is refused if the row has changed since. \
                Of several, with commas between, one must be that of the row. `*` is any.",
            "schema": tag,
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header",
            "description": "A new one for each change, such as a UUID: sent again within 24 hours, the same request is not \
                done again but answered as before, with `Idempotency-Replayed: true`. Another request under the same key \
                is refused. It counts for signed-in callers, by method and path.",
            "schema": {
                "type": "string", "pattern": idempotency::pattern(),
                "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
            },
        },
        "IfNoneMatch": {
            "name": "If-None-Match", "in": "header",
            "description": "An `ETag` that was read before: 304 without a body if the row is still the same.",
            "schema": tag,
        },
    });
    if blueprint.api.user_path {
        shared["UserId"] = json!({
            "name": "user_id", "in": "path", "required": true,
            "description": "The caller's own id, which `/auth/me` says, or the `sub` of the token. Any other is 403.",
            "schema": { "type": "string", "minLength": 1, "examples": [examples::UUID] },
        });
    }
    shared
}

/// Never demanded: nobody can read the version of a row in the trash, which is one more than that of the row before.
pub(super) fn if_match_of_trash() -> Json {
    json!({
        "name": "If-Match", "in": "header",
        "description": "The version that the row has in the trash: one more than the last that was read.",
        "schema": { "type": "string", "examples": ["\"2\""] },
    })
}

/// The id of a row in a path.
pub(super) fn id(entity: &Entity) -> Json {
    json!({
        "name": "id", "in": "path", "required": true,
        "description": format!("The id of the {}.", words(&entity.name)),
        "schema": with_example(kinds::id(entity.id), examples::id(entity.id)),
    })
}

/// The parameters of a list.
pub(super) fn list(subject: Subject) -> Vec<Json> {
    let shared = ["Limit", "Cursor", "Count"].map(|name| reference("parameters", name));
    let filters =
        View::document(subject.entity).visible().into_iter().flat_map(|attribute| filters(subject, attribute));
    let shown = representation(subject);
    shared
        .into_iter()
        .chain([sort(subject)])
        .chain(shown)
        .chain(search(subject.entity))
        .chain(filters)
        .chain(references::filters(subject))
        .collect()
}

fn search(entity: &Entity) -> Option<Json> {
    let view = View::document(entity);
    let searched = query::search::fields(&view);
    let columns: Vec<String> = searched.iter().map(|attribute| format!("`{}`", attribute.column(entity))).collect();
    let description = format!(
        "Only rows that have, for each of these words, a word that begins with it in {}. Case and accents do not \
         matter; at most {} words.",
        columns.join(", "),
        query::search::MAX_WORDS
    );
    let parameter = json!({
        "name": "q", "in": "query", "description": description,
        "schema": { "type": "string", "examples": ["a"] },
    });
    (!columns.is_empty()).then_some(parameter)
}

/// What an answer shows of rows.
pub(super) fn representation(subject: Subject) -> Vec<Json> {
    std::iter::once(fields(subject.entity)).chain(references::expand(subject)).collect()
}

/// Which attributes an answer shows.
fn fields(entity: &Entity) -> Json {
    let columns: Vec<&str> =
        View::document(entity).visible().into_iter().map(|attribute| attribute.column(entity)).collect();
    let description = "Shows only these, and then without an `ETag`. Without it, all are shown.";
    choice("fields", description, &columns, json!(["id"]))
}

fn sort(subject: Subject) -> Json {
    let entity = subject.entity;
    let sortable = View::document(entity).sortable();
    let columns = sortable.iter().map(|attribute| attribute.column(entity).to_owned());
    let columns = columns.chain(references::sortable(subject));
    let keys: Vec<String> = columns.flat_map(|column| [column.clone(), format!("-{column}")]).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let description = "The order: the first decides, the next among those alike, the id last. `-` turns one round. \
         Nulls come last.";
    choice("sort", description, &keys, json!(["-created_at"]))
}

pub(super) fn choice(name: &str, description: &str, words: &[&str], example: Json) -> Json {
    let items = json!({ "type": "string", "enum": words });
    let schema = json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": items, "examples": [example] });
    json!({
        "name": name, "in": "query", "description": description, "style": "form", "explode": false, "schema": schema,
    })
}

/// The example stands in the schema, not beside it: what stands beside it is what the page of `/docs` fills in unasked,
/// and a list with every filter that it could have is refused.
pub(super) fn with_example(mut schema: Json, example: Json) -> Json {
    schema["examples"] = json!([example]);
    schema
}

/// Every filter of an attribute that the parser takes. `status[eq]` is the same as `status`, which is shown alone.
fn filters(subject: Subject, attribute: Attribute) -> Vec<Json> {
    let Subject { blueprint, entity, .. } = subject;
    let column = attribute.column(entity);
    let operators = OPERATORS.into_iter().filter(|operator| *operator != "is_null" || attribute.nullable(entity));
    let filter = |operator: &str| {
        let name = if operator == "eq" { column.to_owned() } else { format!("{column}[{operator}]") };
        let (schema, example) = value(entity, attribute, operator);
        List::parse(blueprint, &View::document(entity), &[(name.clone(), as_text(&example))]).ok()?;
        let meaning = match (attribute, operator) {
            (Attribute::Link(_), "contains") => "holds this id",
            (Attribute::Link(_), _) => "holds one of these ids",
            _ => meaning(operator, attribute.nullable(entity)),
        };
        let description = format!("Only rows whose `{column}` {meaning}.");
        let mut parameter = json!({ "name": name, "in": "query", "description": description });
        if example.is_array() {
            parameter["style"] = "form".into();
            parameter["explode"] = false.into();
        }
        parameter["schema"] = with_example(schema, example);
        Some(parameter)
    };
    operators.filter_map(filter).collect()
}

fn meaning(operator: &str, nullable: bool) -> &str {
    match operator {
        "ne" if !nullable => "is not this",
        "nin" if !nullable => "is none of these",
        "eq" => "is this",
        "ne" => "is not this, or is null",
        "lt" => "is less than this",
        "lte" => "is this or less",
        "gt" => "is greater than this",
        "gte" => "is this or greater",
        "in" => "is one of these",
        "nin" => "is none of these, or is null",
        "contains" => "holds this text, whatever the case",
        "starts_with" => "begins with this text, whatever the case",
        "is_null" => "is null, or with `false` is not",
        other => other,
    }
}

/// The schema and an example of what an operator is given.
fn value(entity: &Entity, attribute: Attribute, operator: &str) -> (Json, Json) {
    let (schema, example) = one_value(entity, attribute);
    match operator {
        "in" | "nin" => {
            let schema = json!({ "type": "array", "minItems": 1, "maxItems": MAX_VALUES, "items": schema });
            (schema, json!([example]))
        }
        "is_null" => (json!({ "type": "boolean" }), true.into()),
        "contains" if matches!(attribute, Attribute::Link(_)) => (schema, example),
        // A part of a text need not have the form of the whole.
        "contains" | "starts_with" => (json!({ "type": "string" }), as_text(&example).into()),
        _ => (schema, example),
    }
}

pub(super) fn one_value(entity: &Entity, attribute: Attribute) -> (Json, Json) {
    let schema = match attribute {
        Attribute::Id => kinds::id(entity.id),
        Attribute::UserId => kinds::uuid(),
        Attribute::Field(place) => kinds::schema(&entity.fields[place].kind, Side::Query),
        Attribute::Link(place) => return (kinds::id(entity.links[place].id), examples::id(entity.links[place].id)),
        Attribute::CreatedAt | Attribute::UpdatedAt => kinds::date_time(),
    };
    let example = examples::of_attribute(entity, attribute, Side::Body).unwrap_or_else(|| "A".into());
    // JSON travels as text in a query string.
    let example = if attribute.kind(entity) == Kind::Json { example.to_string().into() } else { example };
    (schema, example)
}

/// A value as a query string spells it.
fn as_text(example: &Json) -> String {
    match example {
        Json::String(text) => text.clone(),
        Json::Array(values) => values.iter().map(as_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
