//! A JSON body becomes values: every problem at once, nothing silently dropped.

use blueprint::{Entity, Field, Literal};
use serde_json::{Map, Value as Json};

use crate::View;
use crate::access::Scope;
use crate::attribute::Attribute;
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
    pub fn read(self, view: &View, json: &Json) -> Result<Values, Vec<Invalid>> {
        let Json::Object(object) = json else {
            return Err(vec![invalid("", "type", "the body must be a JSON object")]);
        };
        let mut problems = Vec::new();
        let mut values = Values::new();
        for (key, json) in object {
            match self.field(view, key) {
                Ok(place) => match view.entity.fields[place].read(json) {
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
        problems.extend(self.missing(view, object));
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// Whether this body may name a field, if the caller may write it.
    pub fn writable(self, field: &Field) -> bool {
        !field.read_only && (self == Body::Create || !field.hidden)
    }

    /// Whether this body must name a field, if the caller may write it.
    pub fn demands(self, field: &Field) -> bool {
        match self {
            Body::Create => self.writable(field) && field.required && field.default.is_none(),
            Body::Update => false,
            Body::Replace => self.writable(field),
        }
    }

    fn field(self, view: &View, key: &str) -> Result<usize, Invalid> {
        let refused = |detail: &str| Err(invalid(&pointer(key), "read_only", detail));
        let Some(place) = view.entity.fields.iter().position(|field| field.column == key) else {
            return match key {
                "id" | "user_id" | "created_at" | "updated_at" => refused(SERVER_SETS),
                _ => Err(invalid(&pointer(key), "unknown", unknown(self, view, key))),
            };
        };
        let field = &view.entity.fields[place];
        let is_seen = !field.hidden && view.reads(Attribute::Field(place)) != Scope::Nothing;
        match (self.writable(field), view.may_give(place)) {
            (true, true) => Ok(place),
            (true, false) if is_seen => refused("cannot be written by you: your roles do not allow it"),
            (false, _) if field.read_only && is_seen => refused(SERVER_SETS),
            _ => Err(invalid(&pointer(key), "unknown", unknown(self, view, key))),
        }
    }

    fn missing(self, view: &View, object: &Map<String, Json>) -> Vec<Invalid> {
        let fields = view.entity.fields.iter().enumerate();
        let absent = fields.filter(|(place, field)| {
            let may = if self == Body::Create { view.may_give(*place) } else { view.may_always_write(*place) };
            may && self.demands(field) && !object.contains_key(&field.column)
        });
        absent.map(|(_, field)| invalid(&pointer(&field.column), "required", "is required")).collect()
    }
}

const SERVER_SETS: &str = "is set by the server and cannot be written";

/// Fills in the defaults of the fields that a new row does not name.
pub(crate) fn with_defaults(entity: &Entity, values: &Values) -> Vec<Literal> {
    let given = |place: usize| values.iter().find(|(given, _)| *given == place).map(|(_, literal)| literal.clone());
    let fields = entity.fields.iter().enumerate();
    fields.map(|(place, field)| given(place).or_else(|| field.default.clone()).unwrap_or(Literal::Null)).collect()
}

fn unknown(body: Body, view: &View, key: &str) -> String {
    let fields = view.entity.fields.iter().enumerate();
    let writable = fields.filter(|(place, field)| body.writable(field) && view.may_give(*place));
    match blueprint::nearest(key, writable.map(|(_, field)| field.column.as_str())) {
        Some(name) => format!("is not a field of {}; perhaps you meant `{name}`", view.entity.name),
        None => format!("is not a field of {}", view.entity.name),
    }
}

fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Invalid {
    Invalid { pointer: pointer.to_owned(), code, detail: detail.into() }
}

/// A key as a JSON pointer (RFC 6901 §3).
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}
