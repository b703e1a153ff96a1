//! The document of an app of which some is code: an operation that the blueprint knows too stays as it is, one that is not
//! among the routes of an entity in code goes, and what only the code knows is added with the types of its handler.

use blueprint::{Blueprint, EntityIndex};
use http::{Method, StatusCode};
use query::{Body, access};
use serde_json::{Map, Value as Json, json};

use super::names::Names;
use super::operations::{Operation, Security, distinct};
use super::refusals::{ANYWHERE, WITH_BODY};
use super::responses::{empty_answer, json_answer, media};
use super::{Reached, names, parameters, paths, reference};
use crate::StartError;
use crate::code::{Code, CodeRoute, base, calls, row_named};
use crate::error::{
    BAD_PARAMETER, FORBIDDEN, FOREIGN_PATH, KEY_REUSED, NOT_FOUND, NOT_IMPLEMENTED, PRECONDITION_FAILED, Problem,
    REFERENCE, STATE, STORAGE_FULL, TOO_MANY, UNAUTHORIZED, UNAVAILABLE, UNIQUE,
};

/// What is to be said of a route in code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Docs {
    /// What it does, in a few words. A route that the blueprint does not know must have one.
    pub summary: Option<String>,
    /// What more there is to say, or empty.
    pub description: String,
    /// What its body is.
    pub body: Option<Content>,
    /// What a success answers with, and with which status.
    pub success: Option<(StatusCode, Option<Content>)>,
    /// Whether it takes the query string of a list.
    pub lists: Option<String>,
}

/// What a body is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A row of an entity.
    Row(String),
    /// A page of rows of an entity.
    Page(String),
    /// A body of an entity.
    Input(String, Body),
    /// A batch of an entity.
    Batch(String),
    /// What a batch of an entity answers.
    BatchAnswer(String),
    /// Anything else, as a schema.
    Schema(Json),
}

/// The document of a blueprint with code.
///
/// # Errors
/// A route that nothing is said of, or schemas that clash.
pub(crate) fn document_with(blueprint: &Blueprint, code: &Code, reached: Reached<'_>) -> Result<Json, StartError> {
    let mut document = super::document_at(blueprint, reached);
    if code.routes.is_empty() && code.entities.is_empty() {
        return Ok(document);
    }
    let mut problems = Vec::new();
    let names = names::names(blueprint);
    let context = Context { blueprint, names: &names };
    if let Some(paths) = document.pointer_mut("/paths").and_then(Json::as_object_mut) {
        let operations: Vec<_> = code.routes.iter().map(|route| context.operation(paths, route)).collect();
        let in_code = |path: &String| {
            code.entities.iter().any(|entity| context.is_of(path, entity) || context.lists(path, entity))
        };
        for (_, item) in paths.iter_mut().filter(|(path, _)| in_code(path)) {
            item.as_object_mut().into_iter().for_each(|item| item.retain(|key, _| key == PARAMETERS));
        }
        for (route, operation) in code.routes.iter().zip(operations) {
            match operation {
                Ok(operation) => context.add(paths, route, operation),
                Err(problem) => problems.push(problem),
            }
        }
        paths.retain(|_, item| item.as_object().is_some_and(|item| item.keys().any(|key| key != PARAMETERS)));
        *paths = distinct(std::mem::take(paths));
    }
    let known: Vec<&String> = names.iter().map(|names| &names.row).collect();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Json::as_object_mut) {
        for (name, schema) in &code.schemas {
            match schemas.contains_key(name) {
                // A model of an entity: the blueprint's own schema says more.
                true if known.contains(&name) => {}
                true => problems.push(format!("the schema `{name}` of the API is another one; rename the type")),
                false => {
                    schemas.insert(name.clone(), schema.clone());
                }
            }
        }
    }
    if problems.is_empty() { Ok(document) } else { Err(StartError::Code(problems)) }
}

const PARAMETERS: &str = "parameters";

struct Context<'a> {
    blueprint: &'a Blueprint,
    names: &'a [Names],
}

impl Context<'_> {
    /// The operation as the document has it, or one made of what is said.
    fn operation(&self, paths: &Map<String, Json>, route: &CodeRoute) -> Result<Json, String> {
        if let Some((index, place)) = calls(self.blueprint, route) {
            return Ok(self.called(route, index, place).render());
        }
        let method = route.method.as_str().to_ascii_lowercase();
        let same = paths.iter().find(|(path, _)| shape(path) == shape(&route.path));
        let known = same.and_then(|(_, item)| item.get(&method));
        match known {
            Some(known) if self.agrees(known, route) => {
                let mut known = known.clone();
                if let Some(summary) = &route.docs.summary {
                    known["summary"] = summary.as_str().into();
                }
                Ok(known)
            }
            _ => match &route.docs.summary {
                Some(summary) => Ok(self.render(route, summary)),
                None => Err(undeclared(route)),
            },
        }
    }

    /// Whether a handler takes what the blueprint's operation takes.
    fn agrees(&self, known: &Json, route: &CodeRoute) -> bool {
        let content = known.pointer("/requestBody/content/application~1json/schema");
        content == route.docs.body.as_ref().map(|body| self.schema(body)).as_ref()
    }

    /// An action of the blueprint that is code, with what the code takes and answers.
    fn called(&self, route: &CodeRoute, index: EntityIndex, place: usize) -> Operation {
        let (entity, names) = (self.blueprint.entity(index), &self.names[index.0]);
        let subject = super::Subject { blueprint: self.blueprint, entity, names, all_names: self.names };
        let mut operation = paths::act(subject, place, &entity.actions[place], paths::Code::Here);
        if let Some(summary) = &route.docs.summary {
            operation.summary.clone_from(summary);
        }
        operation.problems.retain(|problem| *problem != NOT_IMPLEMENTED);
        operation.problems.extend([FORBIDDEN, UNIQUE, REFERENCE, STATE]);
        operation.successes = vec![self.success(route, &operation.summary)];
        operation.body = self.body(route);
        operation
    }

    fn success(&self, route: &CodeRoute, summary: &str) -> (&'static str, Json) {
        let again: &[&str] =
            if route.method == Method::GET || route.anonymous { &[] } else { &["Idempotency-Replayed"] };
        match &route.docs.success {
            Some((status, Some(content))) => (text(*status), json_answer(summary, again, self.schema(content), None)),
            Some((status, None)) => (text(*status), empty_answer(summary, again)),
            None => (text(StatusCode::OK), empty_answer(summary, again)),
        }
    }

    fn body(&self, route: &CodeRoute) -> Option<Json> {
        match &route.docs.body {
            Some(body) => {
                Some(json!({ "required": true, "content": { "application/json": media(self.schema(body), None) } }))
            }
            // Read by the code as it comes.
            None if route.takes.body => Some(json!({ "content": { "*/*": { "schema": {} } } })),
            None => None,
        }
    }

    fn render(&self, route: &CodeRoute, summary: &str) -> Json {
        let entity = route.entity.as_deref().and_then(|name| self.index(name));
        let entity = entity.map(|index| self.blueprint.entity(index));
        let rules = entity.map(|entity| [&entity.access.read, &entity.access.create, &entity.access.update]);
        let open = rules.is_none_or(|rules| {
            rules.iter().any(|rule| access::scope(rule, &query::Actor::Stranger) != query::Scope::Nothing)
        });
        let security = match open && !self.has_user(route) {
            _ if route.anonymous => Security::None,
            true => Security::Optional,
            false => Security::Token,
        };
        Operation {
            id: id(route),
            tag: entity.map_or_else(|| "Service".to_owned(), |entity| entity.path.clone()),
            summary: summary.to_owned(),
            description: route.docs.description.clone(),
            security,
            parameters: self.parameters(route),
            body: self.body(route),
            successes: vec![self.success(route, summary)],
            problems: self.problems(route),
        }
        .render()
    }

    fn parameters(&self, route: &CodeRoute) -> Vec<Json> {
        let list = route.docs.lists.as_deref().and_then(|name| self.index(name));
        let list = list.map(|index| {
            let (entity, names) = (self.blueprint.entity(index), &self.names[index.0]);
            parameters::list(super::Subject { blueprint: self.blueprint, entity, names, all_names: self.names })
        });
        let is_change = route.method != Method::GET;
        let mut names = route.path.split('/').filter_map(|text| text.strip_prefix('{')?.strip_suffix('}'));
        let row = |name| row_named(self.blueprint, &route.path, name, route.entity.as_deref());
        let if_match = (is_change && names.any(|name| row(name).is_some())).then_some("IfMatch");
        let key = (is_change && !route.anonymous).then_some("IdempotencyKey");
        let headers = if_match.into_iter().chain(key).map(|name| reference("parameters", name));
        list.unwrap_or_default().into_iter().chain(headers).collect()
    }

    /// Everything that the stages behind a route may answer. What its code adds by itself is not known here.
    fn problems(&self, route: &CodeRoute) -> Vec<&'static Problem> {
        let mut problems =
            [ANYWHERE, &[BAD_PARAMETER, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY, UNAVAILABLE]].concat();
        problems.extend(self.has_user(route).then_some(FOREIGN_PATH));
        if route.method != Method::GET {
            problems.extend([UNIQUE, REFERENCE, STATE, PRECONDITION_FAILED, STORAGE_FULL, KEY_REUSED]);
            problems.extend(WITH_BODY);
        }
        if route.anonymous {
            problems.retain(|problem| ![UNAUTHORIZED, KEY_REUSED].contains(problem));
        }
        problems
    }

    /// Whether its path is one user's.
    fn has_user(&self, route: &CodeRoute) -> bool {
        self.blueprint.api.user_path && route.path.split('/').any(|segment| segment == "{user_id}")
    }

    /// Adds an operation: to its path, or with a new path beside the others of its entity.
    fn add(&self, paths: &mut Map<String, Json>, route: &CodeRoute, operation: Json) {
        let method = route.method.as_str().to_ascii_lowercase();
        let same = paths.iter_mut().find(|(path, _)| shape(path) == shape(&route.path));
        if let Some(item) = same.and_then(|(_, item)| item.as_object_mut()) {
            item.insert(method, operation);
            return;
        }
        let segments = route.path.split('/').filter_map(|text| text.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<Json> = segments.map(|name| parameter(self.blueprint, route, name)).collect();
        let mut item = Map::new();
        if !parameters.is_empty() {
            item.insert(PARAMETERS.to_owned(), parameters.into());
        }
        item.insert(method, operation);
        let beside = |path: &String| route.entity.as_deref().is_some_and(|entity| self.is_of(path, entity));
        let place = paths.keys().rposition(beside).map_or(paths.len(), |place| place + 1);
        paths.shift_insert(place, route.path.clone(), item.into());
    }

    fn schema(&self, content: &Content) -> Json {
        let name = |entity: &str, pick: fn(&Names) -> &String| {
            let index = self.index(entity).map_or(usize::MAX, |index| index.0);
            self.names.get(index).map_or(Json::Bool(true), |names| reference("schemas", pick(names)))
        };
        match content {
            Content::Row(entity) => name(entity, |names| &names.row),
            Content::Page(entity) => name(entity, |names| &names.page),
            Content::Input(entity, Body::Create) => name(entity, |names| &names.create),
            Content::Input(entity, Body::Update) => name(entity, |names| &names.update),
            Content::Input(entity, Body::Replace) => name(entity, |names| &names.replace),
            Content::Batch(entity) => name(entity, |names| &names.batch),
            Content::BatchAnswer(entity) => name(entity, |names| &names.batch_answer),
            Content::Schema(schema) => schema.clone(),
        }
    }

    /// Whether a path of the document begins with the rows of an entity.
    fn is_of(&self, path: &str, entity: &str) -> bool {
        let Some(index) = self.index(entity) else { return false };
        let collection = format!("{}/{}", base(self.blueprint), self.blueprint.entity(index).path);
        path.strip_prefix(&collection).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
    }

    /// Whether a path of the document is the list of an entity's rows under one of another.
    fn lists(&self, path: &str, entity: &str) -> bool {
        let Some(index) = self.index(entity) else { return false };
        path.ends_with(&format!("/{{id}}/{}", self.blueprint.entity(index).path))
    }

    fn index(&self, name: &str) -> Option<EntityIndex> {
        self.blueprint.entities.iter().position(|entity| entity.name == name).map(EntityIndex)
    }
}

fn text(status: StatusCode) -> &'static str {
    match status {
        StatusCode::CREATED => "201",
        StatusCode::ACCEPTED => "202",
        StatusCode::NO_CONTENT => "204",
        _ => "200",
    }
}

fn undeclared(route: &CodeRoute) -> String {
    let CodeRoute { method, path, .. } = route;
    let word = method.as_str().to_ascii_lowercase();
    format!(
        "{method} {path} is in code, but no such operation is in the blueprint; \
         say what it does: {word}(…).summary(\"…\")"
    )
}

fn parameter(blueprint: &Blueprint, route: &CodeRoute, name: &str) -> Json {
    if name == "user_id" && blueprint.api.user_path {
        return reference("parameters", "UserId");
    }
    match row_named(blueprint, &route.path, name, route.entity.as_deref()) {
        Some(index) => {
            let mut parameter = parameters::id(blueprint.entity(index));
            parameter["name"] = name.into();
            parameter
        }
        None => json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
    }
}

/// `post /api/tasks/{id}/split` is `split_task`, else its words in order.
fn id(route: &CodeRoute) -> String {
    let last = route.path.rsplit('/').find(|text| !text.starts_with('{')).unwrap_or_default().replace('-', "_");
    match &route.entity {
        Some(entity) => format!("{last}_{entity}"),
        None => format!("{}_{last}", route.method.as_str().to_ascii_lowercase()),
    }
}

/// The path without the names of its segments, which mean nothing.
fn shape(path: &str) -> String {
    let segments = path.split('/').map(|text| if text.starts_with('{') { "{}" } else { text });
    segments.collect::<Vec<_>>().join("/")
}
