//! A JSON body becomes values: every problem at once, nothing silently dropped.

use blueprint::{Entity, Field, Link, Literal, Rule, pointer};
use serde_json::{Map, Value as Json};

use crate::View;
use crate::attribute::Attribute;
use crate::request::{Invalid, Values};
use crate::scope::Scope;

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
        let mut values = Values::default();
        for (key, json) in object {
            match self.part(view, key) {
                Ok(Part::Field(place)) => match view.entity.fields[place].read(json) {
                    Ok(literal) => values.fields.push((place, literal)),
                    Err(complaint) => problems.push(invalid(&pointer(key), complaint.code, complaint.detail)),
                },
                Ok(Part::Link(place)) => match ids(&view.entity.links[place], json) {
                    Ok(ids) => values.links.push((place, ids)),
                    Err(wrong) => problems.extend(wrong),
                },
                Err(problem) => problems.push(problem),
            }
            // A body of nothing but wrong names must not cost more than a good one.
            if problems.len() >= MAX_PROBLEMS {
                problems.truncate(MAX_PROBLEMS);
                return Err(problems);
            }
        }
        problems.extend(self.missing(view, object));
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// Whether this body may name a field, if the caller may write it.
    pub fn writable(self, field: &Field) -> bool {
        !is_read_only(field) && (self == Body::Create || !field.hidden)
    }

    /// Whether this body may name a set of ids, if the caller may write it.
    pub fn writable_link(self, link: &Link) -> bool {
        link.write != Rule::Nobody
    }

    /// Whether this body must name a field, if the caller may write it.
    pub fn demands(self, field: &Field) -> bool {
        match self {
            Body::Create => self.writable(field) && field.required && field.default.is_none(),
            Body::Update => false,
            Body::Replace => self.writable(field),
        }
    }

    /// Whether the body must name this set of ids, if the caller may write it: a new row that does not say has an empty one.
    pub fn demands_link(self, link: &Link) -> bool {
        match self {
            Body::Create => link.required,
            Body::Update => false,
            Body::Replace => self.writable_link(link),
        }
    }

    /// What a key names that the caller may give a value.
    fn part(self, view: &View, key: &str) -> Result<Part, Invalid> {
        let refused = |detail: &str| Err(invalid(&pointer(key), "read_only", detail));
        let entity = view.entity;
        let Some(part) = Part::all(entity).find(|part| part.key(entity) == key) else {
            return match key {
                "id" | "user_id" | "created_at" | "updated_at" => refused(SERVER_SETS),
                _ => Err(invalid(&pointer(key), "unknown", unknown(self, view, key))),
            };
        };
        let is_seen = !part.is_hidden(entity) && view.reads(part.attribute()) != Scope::Nothing;
        match (self.takes(entity, part), view.may_give(part.attribute())) {
            (true, true) => Ok(part),
            (true, false) if is_seen => refused("cannot be written by you: your roles do not allow it"),
            (false, _) if part.is_set_by_server(entity) && is_seen => refused(SERVER_SETS),
            _ => Err(invalid(&pointer(key), "unknown", unknown(self, view, key))),
        }
    }

    fn missing(self, view: &View, object: &Map<String, Json>) -> Vec<Invalid> {
        let entity = view.entity;
        let may = |part: &Part| match self {
            Body::Create => view.may_give(part.attribute()),
            Body::Update | Body::Replace => view.may_always_write(part.attribute()),
        };
        let demanded = Part::all(entity).filter(|part| self.asks_for(entity, *part) && may(part));
        let absent = demanded.map(|part| part.key(entity)).filter(|key| !object.contains_key(*key));
        absent.map(|key| invalid(&pointer(key), "required", "is required")).collect()
    }

    fn takes(self, entity: &Entity, part: Part) -> bool {
        match part {
            Part::Field(place) => self.writable(&entity.fields[place]),
            Part::Link(place) => self.writable_link(&entity.links[place]),
        }
    }

    fn asks_for(self, entity: &Entity, part: Part) -> bool {
        match part {
            Part::Field(place) => self.demands(&entity.fields[place]),
            Part::Link(place) => self.demands_link(&entity.links[place]),
        }
    }
}

/// What a key of a body names: a place in the entity's fields or links.
#[derive(Clone, Copy)]
enum Part {
    Field(usize),
    Link(usize),
}

impl Part {
    fn all(entity: &Entity) -> impl Iterator<Item = Part> {
        (0..entity.fields.len()).map(Part::Field).chain((0..entity.links.len()).map(Part::Link))
    }

    fn attribute(self) -> Attribute {
        match self {
            Part::Field(place) => Attribute::Field(place),
            Part::Link(place) => Attribute::Link(place),
        }
    }

    fn key(self, entity: &Entity) -> &str {
        self.attribute().column(entity)
    }

    fn is_hidden(self, entity: &Entity) -> bool {
        matches!(self, Part::Field(place) if entity.fields[place].hidden)
    }

    fn is_set_by_server(self, entity: &Entity) -> bool {
        match self {
            Part::Field(place) => is_read_only(&entity.fields[place]),
            Part::Link(place) => entity.links[place].write == Rule::Nobody,
        }
    }
}

/// Actions and defaults may set it, bodies never.
fn is_read_only(field: &Field) -> bool {
    field.read_only || field.write == Rule::Nobody
}

const SERVER_SETS: &str = "is set by the server and cannot be written";

fn ids(link: &Link, json: &Json) -> Result<Vec<Literal>, Vec<Invalid>> {
    link.read(json).map_err(|complaints| {
        let told = complaints.into_iter().take(MAX_PROBLEMS).map(|(place, complaint)| {
            let place = place.map_or_else(String::new, |place| format!("/{place}"));
            invalid(&format!("{}{place}", pointer(&link.key)), complaint.code, complaint.detail)
        });
        told.collect()
    })
}

/// Fills in the defaults of the fields that a new row does not name.
pub(crate) fn with_defaults(entity: &Entity, values: &Values) -> Vec<Literal> {
    let given =
        |place: usize| values.fields.iter().find(|(given, _)| *given == place).map(|(_, literal)| literal.clone());
    let fields = entity.fields.iter().enumerate();
    fields.map(|(place, field)| given(place).or_else(|| field.default.clone()).unwrap_or(Literal::Null)).collect()
}

fn unknown(body: Body, view: &View, key: &str) -> String {
    let entity = view.entity;
    let writable = Part::all(entity).filter(|part| body.takes(entity, *part) && view.may_give(part.attribute()));
    let names: Vec<&str> = writable.map(|part| part.key(entity)).collect();
    // What refers to a row is called after it, with what it holds at the end: `prospect_id`, `tag_ids`.
    let held = |name: &&&str| {
        let start = name.strip_suffix("_id").or_else(|| name.strip_suffix("_ids"));
        start.is_some_and(|start| start == key || key.strip_suffix('s') == Some(start))
    };
    match names.iter().find(held).copied().or_else(|| blueprint::nearest(key, names.iter().copied())) {
        Some(name) => format!("is not a field of {}; perhaps you meant `{name}`", view.entity.name),
        None => format!("is not a field of {}", view.entity.name),
    }
}

fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Invalid {
    Invalid { pointer: pointer.to_owned(), code, detail: detail.into() }
}
