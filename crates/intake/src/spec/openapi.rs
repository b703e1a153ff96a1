//! An OpenAPI document in JSON: schemas that paths are about become records, and paths become endpoints.
//!
//! Shapes after the OpenAPI Specification 3.0 and 3.1 (`components.schemas`), and 2.0 (`definitions`).

use std::collections::HashSet;
use std::ptr;

use serde_json::{Map, Value};

use super::{Column, Endpoint, Spec, SpecFile, SpecProblem, Table};
use crate::kinds;
use crate::lexicon::fields::FieldType;

/// A schema that leads further than this is none of a record.
const DEEPEST: usize = 8;
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
        let methods = item.as_object().into_iter().flat_map(Map::keys);
        spec.endpoints.extend(methods.filter_map(|method| Endpoint::of(method, path)));
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
        let columns = columns.iter().filter_map(|(field, schema)| {
            let required = !partial && required.contains(*field);
            column(&document, field, schema, required, &names, &kept)
        });
        let columns: Vec<Column> = columns.collect();
        if !columns.is_empty() {
            spec.add(Table { name: entity, columns });
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

/// The records that paths are about: "/api/{user_id}/tasks/{id}" is about tasks.
fn collections(endpoints: &[Endpoint]) -> Vec<String> {
    let parts = endpoints.iter().flat_map(|endpoint| endpoint.path.split('/'));
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

/// What a reference leads to.
fn follow<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
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

fn column(
    document: &Value,
    name: &str,
    schema: &Value,
    required: bool,
    names: &[String],
    kept: &[String],
) -> Option<Column> {
    let refers =
        schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")).or_else(|| schema.pointer("/anyOf/0/$ref"));
    let refers = refers.and_then(Value::as_str);
    let to = refers
        .and_then(|text| text.rsplit('/').next())
        .and_then(|name| record(name, kept))
        .filter(|to| names.contains(to));
    let schema = plain(document, schema, 0);
    let word = schema.get("type").map(|kind| match kind {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    });
    // As they are written: who calls the interface has them already.
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let mut values: Vec<String> = values.filter_map(Value::as_str).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    values.retain(|value| seen.insert(value.clone()));
    let length = |word: &str| schema.get(word).and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
    let object = matches!(word, Some("object" | "array")) || word.is_none() && schema.get("properties").is_some();
    let is_record = to.is_some() && schema.get("properties").is_some();
    let kind = match (word, schema.get("format").and_then(Value::as_str)) {
        _ if is_record => FieldType::Reference,
        _ if values.len() >= 2 => FieldType::Enum,
        (Some("string"), Some("date-time")) => FieldType::Datetime,
        (Some("string"), Some("date")) => FieldType::Date,
        (Some("string"), Some("time")) => FieldType::Time,
        (Some("string"), Some("email" | "idn-email")) => FieldType::Email,
        (Some("string"), Some("uri" | "url" | "uri-reference")) => FieldType::Url,
        (Some("string"), Some("binary" | "byte")) => FieldType::Url,
        (Some("string"), Some("decimal")) => FieldType::Decimal,
        (Some("string"), _) if schema.get("maxLength").and_then(Value::as_u64).is_some_and(|most| most > 255) => {
            FieldType::LongText
        }
        (Some("integer"), _) => FieldType::Integer,
        (Some("number"), _) => FieldType::Decimal,
        (Some("boolean"), _) => FieldType::Boolean,
        _ if object => FieldType::Json,
        _ => FieldType::Text,
    };
    let default = schema.get("default").and_then(|value| match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::String(value) => Some(value.clone()),
        _ => None,
    });
    let file = matches!(schema.get("format").and_then(Value::as_str), Some("binary" | "byte"));
    Some(Column {
        name: kinds::field_name(name)?,
        kind,
        file,
        required,
        unique: false,
        default,
        values,
        min: schema.get("minimum").and_then(Value::as_i64),
        max: schema.get("maximum").and_then(Value::as_i64),
        min_length: length("minLength").filter(|count| *count > 0),
        max_length: length("maxLength").filter(|count| *count > 0),
        to: to.filter(|_| is_record),
        many: false,
        on_delete: None,
        currency: None,
        key: false,
    })
}

/// A schema without its `null` and what it is wrapped in.
fn plain<'d>(document: &'d Value, schema: &'d Value, depth: usize) -> &'d Value {
    let schema = follow(document, schema);
    let parts = ["anyOf", "oneOf", "allOf"].iter().find_map(|word| schema.get(word)).and_then(Value::as_array);
    let part = parts.into_iter().flatten().find(|part| part.get("type").and_then(Value::as_str) != Some("null"));
    match part.filter(|_| depth < DEEPEST && schema.get("properties").is_none()) {
        Some(part) => plain(document, part, depth + 1),
        None => schema,
    }
}
