//! Bodies for a trial: one that is valid, and such as must be refused.

use blueprint::{Entity, Field, FieldKind, Rule};
use query::Body;
use sample::{other_sample, sample};
use serde_json::{Map, Value as Json, json};

/// Whether whoever may change a row may set this field.
fn is_free(field: &Field) -> bool {
    !field.read_only && field.write == Rule::Anyone
}

/// The fields of a new record that refer to nothing, each with a value that it takes.
pub fn plain(entity: &Entity) -> Map<String, Json> {
    let fields = entity.fields.iter().filter(|field| !matches!(field.kind, FieldKind::Reference { .. }));
    let fields = fields.filter(|field| Body::Create.demands(field) || is_free(field));
    fields.filter_map(|field| Some((field.column.clone(), sample(field)?))).collect()
}

/// A change of one field to another value.
pub fn change(entity: &Entity) -> Option<(String, Json)> {
    let fields = entity.fields.iter().filter(|field| is_free(field) && !field.hidden && field.read == Rule::Anyone);
    fields
        .filter(|field| !matches!(field.kind, FieldKind::Reference { .. }))
        .find_map(|field| Some((field.column.clone(), other_sample(field)?)))
}

/// Bodies that must be refused with 422, made of one that is valid, each with what is wrong with it.
pub fn broken(entity: &Entity, valid: &Map<String, Json>) -> Vec<(String, Json)> {
    let with = |key: &str, value: Json| {
        let mut body = valid.clone();
        body.insert(key.to_owned(), value);
        Json::Object(body)
    };
    let mut bodies = vec![("an unknown field".to_owned(), with("no_such_field", json!(1)))];
    for field in entity.fields.iter().filter(|field| Body::Create.demands(field)) {
        let mut body = valid.clone();
        body.remove(&field.column);
        bodies.push((format!("a missing `{}`", field.column), Json::Object(body)));
    }
    for field in entity.fields.iter().filter(|field| is_free(field)) {
        if let FieldKind::Enum { .. } = field.kind {
            let what = format!("a value that `{}` does not have", field.column);
            bodies.push((what, with(&field.column, json!("no such value, surely"))));
        }
    }
    bodies
}
