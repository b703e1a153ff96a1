//! What conditions look at of their callers: read with the user, as the database knows him now, and set by the operator.

use blueprint::{Blueprint, Field, FieldKind, IdKind, Literal};
use query::{Fields, attribute};
use serde_json::{Value as Json, json};
use store::Store;
use work::{Kind, Value};

use super::sql::{self, By};
use super::users::{self, UserError};

/// Gives a field of a user another value, or none for an empty text. It counts within a second.
///
/// # Errors
/// No such field, a value that it does not take, or nobody of this id or address.
pub fn set(store: &Store, blueprint: &Blueprint, who: &str, name: &str, text: &str) -> Result<(), UserError> {
    let fields = &blueprint.user_fields;
    let Some(field) = fields.iter().find(|field| field.name == name || field.column == name) else {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let others = match names[..] {
            [] => format!(
                "they have none of their own; `[user.field]` with `{name} = {{ type = \"text\" }}` in the blueprint adds one"
            ),
            _ => format!("they have: {}", names.join(", ")),
        };
        return Err(UserError::Failed(format!("users have no field `{name}`; {others}")));
    };
    let json = json_of(field, text);
    let literal = field.read(&json).map_err(|why| UserError::Failed(format!("`{name}` {}", why.detail)))?;
    let value = attribute::value(&literal, attribute::field_kind(field), &crate::clock::now());
    let shown = if field.sensitive || field.hidden { json!(sql::REDACTED) } else { json };
    give(store, field, who, value, &shown)
}

/// Gives a user the value of a field, which the audit shows like this.
pub(super) fn give(store: &Store, field: &Field, who: &str, value: Value, shown: &Json) -> Result<(), UserError> {
    let after = Value::Json(json!({ &field.column: shown }).to_string());
    let audit = |by: By<'_>, id: &str| {
        sql::audit_users(by, "user.set", "NULL", "?2", "\"id\" = ?1", vec![sql::uuid(id), after.clone()])
    };
    users::change(store, who, &format!("\"{}\" = ?2", field.column), value, audit)
}

/// A text as a body would have it. What is no number where one is wanted stays a text, and is complained of as such.
pub(crate) fn json_of(field: &Field, text: &str) -> Json {
    match &field.kind {
        _ if text.is_empty() => Json::Null,
        FieldKind::Boolean
        | FieldKind::Integer { .. }
        | FieldKind::Float { .. }
        | FieldKind::Json
        | FieldKind::Reference { id: IdKind::Integer, .. } => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::from(text))
        }
        _ => Json::from(text),
    }
}

/// The fields of users that some condition of a blueprint looks at.
pub(super) struct CallerFields<'a> {
    fields: Vec<(usize, &'a Field)>,
}

impl<'a> CallerFields<'a> {
    pub(super) fn of(blueprint: &'a Blueprint) -> CallerFields<'a> {
        let places = blueprint.caller_fields().into_iter();
        CallerFields { fields: places.filter_map(|place| Some((place, blueprint.user_fields.get(place)?))).collect() }
    }

    /// A query of a user that reads them after its own columns. `user` is what it calls him.
    pub(super) fn added_to(&self, query: &str, user: &str) -> String {
        let columns = self.fields.iter().map(|(_, field)| format!(", {user}\"{}\"", field.column));
        let columns: String = columns.collect();
        query.replacen(" FROM ", &format!("{columns} FROM "), 1)
    }

    /// What such a query answers.
    pub(super) fn kinds(&self, own: &[Kind]) -> Vec<Kind> {
        own.iter().copied().chain(self.fields.iter().map(|(_, field)| attribute::field_kind(field))).collect()
    }

    /// What it found, each at its place.
    pub(super) fn read(&self, cells: &[Value]) -> Fields {
        let Some((last, _)) = self.fields.last() else { return Fields::default() };
        let mut found = vec![Literal::Null; last + 1];
        for ((place, _), value) in self.fields.iter().zip(cells) {
            if let Some(literal) = found.get_mut(*place) {
                *literal = attribute::literal(value);
            }
        }
        Fields::Known(found.into())
    }
}
