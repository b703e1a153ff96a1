//! A JSON body becomes values: every problem at once, nothing silently dropped.

use blueprint::{Entity, Field, Literal};
use serde_json::{Map, Value as Json};

use crate::request::{Invalid, Values};

/// Problems that are told of one body.
pub const MAX_PROBLEMS: usize = 50;

/// What a body is for. Decides which fields it must name and which it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// POST: required fields must be there, or have a default.
    Create,
    /// PATCH: what is absent stays.
    Update,
    /// PUT: every writable field must be there.
    Replace,
}

impl Body {
    /// Reads the values of a body.
    ///
    /// # Errors
    /// Every problem of the body, in the order of the body, then what is missing.
    pub fn read(self, entity: &Entity, json: &Json) -> Result<Values, Vec<Invalid>> {
        let Json::Object(object) = json else {
            return Err(vec![invalid("", "type", "the body must be a JSON object")]);
        };
        let mut problems = Vec::new();
        let mut values = Values::new();
        for (key, json) in object {
            match self.field(entity, key) {
                Ok(place) => match entity.fields[place].read(json) {
                    Ok(literal) => values.push((place, literal)),
                    Err(complaint) => problems.push(invalid(&pointer(key), complaint.code, complaint.detail)),
                },
                Err(problem) => problems.push(problem),
            }
            // A body of nothing but wrong names must not cost more than a good one.
            if problems.len() == MAX_PROBLEMS {
                return Err(problems);
            }
        }
        problems.extend(self.missing(entity, object));
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// The fields that this body may name.
    pub fn writable(self, field: &Field) -> bool {
        !field.read_only && (self == Body::Create || !field.hidden)
    }

    /// Whether the body must name this field.
    pub fn demands(self, field: &Field) -> bool {
        match self {
            Body::Create => self.writable(field) && field.required && field.default.is_none(),
            Body::Update => false,
            Body::Replace => self.writable(field),
        }
    }

    fn field(self, entity: &Entity, key: &str) -> Result<usize, Invalid> {
        let found = entity.fields.iter().position(|field| field.column == key);
        match found {
            Some(place) if self.writable(&entity.fields[place]) => Ok(place),
            Some(place) if entity.fields[place].read_only && !entity.fields[place].hidden => {
                Err(invalid(&pointer(key), "read_only", "is set by the server and cannot be written"))
            }
            None if matches!(key, "id" | "user_id" | "created_at" | "updated_at") => {
                Err(invalid(&pointer(key), "read_only", "is set by the server and cannot be written"))
            }
            _ => Err(invalid(&pointer(key), "unknown", unknown(self, entity, key))),
        }
    }

    fn missing(self, entity: &Entity, object: &Map<String, Json>) -> Vec<Invalid> {
        let absent = entity.fields.iter().filter(|field| self.demands(field) && !object.contains_key(&field.column));
        absent.map(|field| invalid(&pointer(&field.column), "required", "is required")).collect()
    }
}

/// Fills in the defaults of the fields that a new row does not name.
pub(crate) fn with_defaults(entity: &Entity, values: &Values) -> Vec<Literal> {
    let given = |place: usize| values.iter().find(|(given, _)| *given == place).map(|(_, literal)| literal.clone());
    let fields = entity.fields.iter().enumerate();
    fields.map(|(place, field)| given(place).or_else(|| field.default.clone()).unwrap_or(Literal::Null)).collect()
}

fn unknown(body: Body, entity: &Entity, key: &str) -> String {
    let names = entity.fields.iter().filter(|field| body.writable(field)).map(|field| field.column.as_str());
    match blueprint::nearest(key, names) {
        Some(name) => format!("is not a field of {}; perhaps you meant `{name}`", entity.name),
        None => format!("is not a field of {}", entity.name),
    }
}

fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Invalid {
    Invalid { pointer: pointer.to_owned(), code, detail: detail.into() }
}

/// A key as a JSON pointer (RFC 6901 §3).
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}
