//! An OpenAPI document in JSON: schemas that paths are about become records, and paths become endpoints.
//!
//! Shapes after the OpenAPI Specification 3.0 and 3.1 (`components.schemas`), and 2.0 (`definitions`).

use std::collections::HashSet;
use std::ptr;

use serde_json::{Map, Value};

use super::who::{self, One, Who};
use super::{Column, Endpoint, Spec, SpecFile, SpecProblem, Table, property};
use crate::kinds;

/// A schema that leads further than this is none of a record.
pub(super) const DEEPEST: usize = 8;
/// Documents of people have fewer properties, all schemas and what they are made of together.
const MOST_PROPERTIES: usize = 10_000;
/// Endings that one record has many of: for what is sent, what is answered, what is changed.
const FORMS: &[&str] = &[
    "_create",
    "_update",
    "_input",
    "_output",
    "_response",
    "_request",
    "_read",
    "_write",
    "_base",
    "_in",
    "_out",
    "_patch",
    "_new",
    "_public",
    "_dto",
    "_schema",
    "_changes",
    "_body",
];

/// Reads a file.
pub(super) fn read(file: SpecFile<'_>, spec: &mut Spec) {
    let document: Value = match serde_json::from_str(file.text) {
        Ok(document) => document,
        Err(error) => {
            let place = format!("{}:{}", file.name, error.line());
            return spec.problems.push(SpecProblem::new(
                place,
                format!("is no JSON: {error}"),
                "write the document as JSON",
            ));
        }
    };
    let (Some(schemas), true) = (schemas(&document), document.get("openapi").or(document.get("swagger")).is_some())
    else {
        let what = "is no OpenAPI document with schemas: it wants `openapi` and `components.schemas`".to_owned();
        return spec.problems.push(SpecProblem::new(
            file.name.to_owned(),
            what,
            "let your framework write its openapi.json",
        ));
    };
    spec.title = document.pointer("/info/title").and_then(Value::as_str).map(str::to_owned);
    let empty = Map::new();
    let paths = document.get("paths").and_then(Value::as_object).unwrap_or(&empty);
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(endpoint) = Endpoint::of(method, path) else { continue };
            let place = format!("{}#/paths/{}/{method}", file.name, escaped(path));
            spec.endpoints.push(Endpoint { who: who_may(&document, item, operation), place, ..endpoint });
        }
    }
    let kept = collections(&spec.endpoints);
    let mut left = MOST_PROPERTIES;
    let names: Vec<String> = schemas.keys().filter_map(|name| record(name, &kept)).collect();
    for (name, schema) in schemas {
        let Some(entity) = record(name, &kept).filter(|entity| kept.is_empty() || kept.contains(entity)) else {
            continue;
        };
        let (mut columns, mut required) = (Vec::new(), HashSet::new());
        gather(
            &document,
            schema,
            &mut (0, HashSet::new()),
            &mut |field, schema| columns.push((field, schema)),
            &mut required,
        );
        let Some(rest) = left.checked_sub(columns.len()) else {
            let what = format!("its schemas have more than {MOST_PROPERTIES} properties together");
            let hint = "give the document of one service alone";
            return spec.problems.push(SpecProblem::new(file.name.to_owned(), what, hint));
        };
        left = rest;
        // What is changed requires less than what is made.
        let partial = ["update", "patch", "changes"].iter().any(|form| name.to_lowercase().contains(form));
        let sees = property::Sees { document: &document, names: &names, record: &|name| record(name, &kept) };
        let columns = columns.iter().filter_map(|(field, schema)| {
            let required = !partial && required.contains(*field);
            let column = property::column(&sees, field, schema, required)?;
            Some(Column {
                place: format!("{}#{}/{}/properties/{}", file.name, home(&document), escaped(name), escaped(field)),
                ..column
            })
        });
        let columns: Vec<Column> = columns.collect();
        if !columns.is_empty() {
            spec.add(Table { name: entity, plural: None, columns, whole: false });
        }
    }
    if spec.tables.is_empty() {
        let what = "has no schema of an object that a path is about".to_owned();
        spec.problems.push(SpecProblem::new(
            file.name.to_owned(),
            what,
            "name the schemas like the paths: Task for /tasks",
        ));
    }
}

fn schemas(document: &Value) -> Option<&Map<String, Value>> {
    document.pointer("/components/schemas").or(document.get("definitions"))?.as_object()
}

/// First parts of paths under which nothing is kept but what the engine has of its own.
const ENGINES: &str = "auth _ .well-known healthz readyz metrics docs";

/// The records that paths are about: "/api/{user_id}/tasks/{id}" is about tasks.
fn collections(endpoints: &[Endpoint]) -> Vec<String> {
    let first = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let endpoints = endpoints.iter().filter(|endpoint| !crate::lexicon::has(ENGINES, &first(&endpoint.path)));
    let parts = endpoints.flat_map(|endpoint| endpoint.path.split('/'));
    let words = parts.filter(|part| !part.is_empty() && !part.starts_with(['{', ':']));
    words.filter_map(kinds::entity_name).collect()
}

/// "TaskCreate" is of a task, unless paths are about such by themselves.
fn record(name: &str, kept: &[String]) -> Option<String> {
    let mut name = kinds::entity_name(name)?;
    if kept.contains(&name) {
        return Some(name);
    }
    while let Some(short) = FORMS.iter().find_map(|form| name.strip_suffix(form).filter(|rest| !rest.is_empty())) {
        name = short.to_owned();
    }
    for before in ["new_", "create_", "update_", "patch_"] {
        name = name.strip_prefix(before).unwrap_or(&name).to_owned();
    }
    kinds::entity_name(&name)
}

/// Where the schemas stand.
fn home(document: &Value) -> &'static str {
    if document.get("definitions").is_some() { "/definitions" } else { "/components/schemas" }
}

/// A key in a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Extensions that name roles; more is known of none.
const ROLES: &[&str] =
    &["x-roles", "x-required-roles", "x-allowed-roles", "x-role", "x-permissions", "x-access", "x-who-may"];
/// What our own documents say in the description of an operation.
const WHO_MAY: &str = "Who may: ";

/// Who may call an operation: as our own documents say it, in an extension of it or else of its path, or by its `security`
/// (OpenAPI 3.1, 4.8.30).
fn who_may(document: &Value, path: &Value, operation: &Value) -> Who {
    let said = operation.get("description").and_then(Value::as_str).and_then(|text| text.rsplit_once(WHO_MAY));
    if let Some((_, said)) = said {
        return who::read(said.trim().trim_end_matches('.'));
    }
    for place in [operation, path] {
        let extensions = ROLES.iter().filter_map(|name| place.get(name));
        let who = extensions.map(extension).fold(Who::default(), Who::and);
        if who.says() || !who.unread.is_empty() {
            return who;
        }
    }
    let Some(ways) = operation.get("security").or(document.get("security")).and_then(Value::as_array) else {
        return Who::default();
    };
    let open = ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(Map::is_empty));
    if open {
        return Who::one(One::Anyone);
    }
    let mut who = Who::default();
    for way in ways.iter().filter_map(Value::as_object) {
        // All that one way asks for must be there. A scope may be a role; one that is none gives nothing.
        let scopes = way.values().filter_map(Value::as_array).flatten();
        let asked = scopes.map(extension).fold(Who::one(One::Token), Who::and);
        who.ones.extend(asked.ones);
        who.unread.extend(asked.unread);
    }
    // Where one way asks for a role, or for what is not known, those who come by another are not more than that.
    let strong = who.ones.iter().any(|(one, _)| matches!(one, One::Role(_) | One::Owner));
    if strong || !who.unread.is_empty() {
        who.ones.retain(|(one, _)| !matches!(one, One::Token | One::SignedIn | One::Anyone));
    }
    let mut seen = HashSet::new();
    who.unread.retain(|word| seen.insert(word.clone()));
    if who.says() || !who.unread.is_empty() { who } else { Who::one(One::Token) }
}

/// Who may, as the value of an extension or a scope says it: a text, or a list of them. What is there and neither is not known.
fn extension(value: &Value) -> Who {
    let words: Option<Vec<&str>> = match value {
        Value::String(word) => Some(vec![word]),
        Value::Array(words) => words.iter().map(Value::as_str).collect(),
        _ => None,
    };
    match words {
        Some(words) => who::read(&words.join(", ")),
        None => Who { ones: Vec::new(), unread: vec![value.to_string().chars().take(80).collect()] },
    }
}

/// What a reference leads to.
pub(super) fn follow<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// The properties of a schema and of all that it is made of, each part once: how deep it goes, and the parts seen so far.
fn gather<'d>(
    document: &'d Value,
    schema: &'d Value,
    walk: &mut (usize, HashSet<*const Value>),
    found: &mut dyn FnMut(&'d str, &'d Value),
    required: &mut HashSet<&'d str>,
) {
    let schema = follow(document, schema);
    if walk.0 > DEEPEST || !walk.1.insert(ptr::from_ref(schema)) {
        return;
    }
    walk.0 += 1;
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        gather(document, part, walk, found, required);
    }
    walk.0 -= 1;
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    required.extend(names);
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        found(name, property);
    }
}
