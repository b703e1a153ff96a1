//! The body of a batch becomes requests: every problem of every operation at once, nothing silently dropped.

use blueprint::{Api, Entity};
use query::{Access, Body, IfMatch, Invalid, MAX_PROBLEMS, RecordId, Request, Values, View};
use serde_json::{Map, Value as Json};

use super::Rights;
use crate::conditional::expected;
use crate::request::{meaning_of_put, new_id};

/// Operations of one batch at most.
pub(crate) const MAX_OPERATIONS: usize = 100;

/// How deep fields lie: `/operations/3/body/name`.
pub(super) const DEPTH: usize = 4;

const KEYS: [&str; 4] = ["method", "id", "body", "if_match"];

/// One operation, with what its caller may reach by it.
pub(crate) struct Operation {
    pub access: Access,
    pub request: Request,
}

/// What the body of a batch may say.
pub(super) struct Form<'a> {
    pub api: &'a Api,
    pub entity: &'a Entity,
    pub rights: &'a Rights,
}

/// What an operation does.
#[derive(Clone, Copy)]
enum Method {
    Create,
    Write(Body),
    Delete,
}

impl Form<'_> {
    /// Reads the operations of a body.
    pub fn read(&self, json: &Json) -> Result<Vec<Operation>, Vec<Invalid>> {
        let Json::Object(object) = json else {
            return Err(vec![invalid("", "type", "the body must be a JSON object")]);
        };
        let mut problems = unknown_keys(object, &["operations"]);
        let list = match object.get("operations") {
            Some(Json::Array(list)) if list.is_empty() => Err(("min_items", "must have at least one operation".into())),
            Some(Json::Array(list)) if list.len() > MAX_OPERATIONS => {
                Err(("max_items", format!("must have at most {MAX_OPERATIONS} operations")))
            }
            Some(Json::Array(list)) => Ok(list.as_slice()),
            Some(_) => Err(("type", "must be a list of operations".to_owned())),
            None => Err(("required", "is required".to_owned())),
        };
        let list = list.unwrap_or_else(|(code, detail)| {
            problems.push(invalid("/operations", code, detail));
            &[]
        });
        let mut operations = Vec::with_capacity(list.len());
        for (place, item) in list.iter().enumerate() {
            let below = format!("/operations/{place}");
            operations.extend(keep(&mut problems, &below, self.operation(item)));
            // A body of nothing but mistakes must not cost more than a good one.
            if problems.len() >= MAX_PROBLEMS {
                problems.truncate(MAX_PROBLEMS);
                break;
            }
        }
        if problems.is_empty() { Ok(operations) } else { Err(problems) }
    }

    fn operation(&self, item: &Json) -> Result<Operation, Vec<Invalid>> {
        let Json::Object(object) = item else { return Err(vec![invalid("", "type", "must be a JSON object")]) };
        let method = self.method(object)?;
        let mut problems = unknown_keys(object, method.keys());
        let operation = match method {
            Method::Create => {
                let access = &self.rights.create;
                let values = keep(&mut problems, "", self.values(object, Body::Create, access));
                values.map(|values| (access, Request::Create { id: new_id(self.entity), values }))
            }
            Method::Write(body) => {
                let access = &self.rights.update;
                let id = keep(&mut problems, "", self.id(object));
                let changes = keep(&mut problems, "", self.values(object, body, access));
                let if_match = keep(&mut problems, "", self.if_match(object));
                let parts = id.zip(changes).zip(if_match);
                parts.map(|((id, changes), if_match)| (access, Request::Update { id, changes, if_match }))
            }
            Method::Delete => {
                let id = keep(&mut problems, "", self.id(object));
                let if_match = keep(&mut problems, "", self.if_match(object));
                id.zip(if_match).map(|(id, if_match)| (&self.rights.delete, Request::Delete { id, if_match }))
            }
        };
        match operation {
            Some((access, request)) if problems.is_empty() => Ok(Operation { access: access.clone(), request }),
            _ => Err(problems),
        }
    }

    fn method(&self, object: &Map<String, Json>) -> Result<Method, Vec<Invalid>> {
        let wrong = |code, detail: &str| Err(vec![invalid("/method", code, detail)]);
        match object.get("method").map(Json::as_str) {
            Some(Some("POST")) => Ok(Method::Create),
            Some(Some("PATCH")) => Ok(Method::Write(Body::Update)),
            Some(Some("PUT")) => Ok(Method::Write(meaning_of_put(self.api))),
            Some(Some("DELETE")) => Ok(Method::Delete),
            Some(Some(_)) => wrong("enum", "must be one of: POST, PATCH, PUT, DELETE"),
            Some(None) => wrong("type", "must be text"),
            None => wrong("required", "is required"),
        }
    }

    fn id(&self, object: &Map<String, Json>) -> Result<RecordId, Vec<Invalid>> {
        let read = |json: &Json| RecordId::read(json, self.entity.id).map_err(|wrong| (wrong.code, wrong.detail));
        let id = object.get("id").map_or_else(|| Err(("required", "is required".to_owned())), read);
        id.map_err(|(code, detail)| vec![invalid("/id", code, detail)])
    }

    fn values(&self, object: &Map<String, Json>, body: Body, access: &Access) -> Result<Values, Vec<Invalid>> {
        let Some(json) = object.get("body") else { return Err(vec![invalid("/body", "required", "is required")]) };
        let values = body.read(&View::of(self.entity, access), json);
        values.map_err(|wrong| wrong.into_iter().map(|one| below("/body", one)).collect())
    }

    fn if_match(&self, object: &Map<String, Json>) -> Result<IfMatch, Vec<Invalid>> {
        match object.get("if_match") {
            Some(Json::String(text)) => {
                expected(text).map_err(|detail| vec![invalid("/if_match", "max_items", detail)])
            }
            Some(_) => Err(vec![invalid("/if_match", "type", "must be text: an ETag with its quotes, or *")]),
            None if self.api.require_if_match => Ok(IfMatch::Missing),
            None => Ok(IfMatch::Absent),
        }
    }
}

impl Method {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Method::Create => &["method", "body"],
            Method::Write(_) => &KEYS,
            Method::Delete => &["method", "id", "if_match"],
        }
    }
}

/// The value, or else its problems, kept with the others below this place.
fn keep<T>(problems: &mut Vec<Invalid>, place: &str, result: Result<T, Vec<Invalid>>) -> Option<T> {
    let wrong = match result {
        Ok(value) => return Some(value),
        Err(wrong) => wrong,
    };
    problems.extend(wrong.into_iter().map(|one| below(place, one)));
    None
}

fn below(place: &str, one: Invalid) -> Invalid {
    Invalid { pointer: format!("{place}{}", one.pointer), ..one }
}

fn unknown_keys(object: &Map<String, Json>, known: &[&str]) -> Vec<Invalid> {
    let unknown = object.keys().filter(|key| !known.contains(&key.as_str())).take(MAX_PROBLEMS);
    let problem = |key: &String| {
        let detail = match blueprint::nearest(key, known.iter().copied()) {
            _ if KEYS.contains(&key.as_str()) => "is nothing that this method takes".to_owned(),
            Some(name) => format!("is not known here; perhaps you meant `{name}`"),
            None => "is not known here".to_owned(),
        };
        invalid(&blueprint::pointer(key), "unknown", detail)
    };
    unknown.map(problem).collect()
}

fn invalid(pointer: &str, code: &'static str, detail: impl Into<String>) -> Invalid {
    Invalid { pointer: pointer.to_owned(), code, detail: detail.into() }
}
