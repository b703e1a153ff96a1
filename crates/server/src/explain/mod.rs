//! Why a request is answered as it is: the stages of `answer.rs` for a caller whom the operator names, with nothing kept of what
//! they did, and beside their answer each clause of the rules by itself.
//!
//! The answer is that of the stages. `rules.rs` asks the clauses, which only say how it came to it, and `said.rs` puts both
//! into a sentence.

mod rules;
mod said;
mod sent;

use std::sync::Arc;

use blueprint::{Blueprint, Condition, Entity, Field, Literal};
use http::{Method, StatusCode};
use query::cursor::CursorKey;
use query::{Access, Actor, Catalog, List, Origin, Plan, PlanError, Request, Scope, Verb, access, explain};
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::{OpenError, Standing, Store, StoreError};
use work::{Mode, Outcome, Value, Work};

use crate::auth::as_whom::{self, As, Whom};
use crate::auth::users::UserError;
use crate::error::ApiError;
use crate::http::HttpRequest;
use crate::openapi::examples::literal;
use crate::route::{self, Addressed, Operation, Route};
use crate::{request, response};

pub use rules::{Clause, Row, Rows, Rule};

use rules::Found;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// In whose place.
    pub whom: As,
    /// The method.
    pub method: Method,
    /// The path with its query, as it is sent; without the prefix of the API it is taken for one below it.
    pub path: String,
    /// The body, if one is sent.
    pub body: Option<String>,
    /// The `If-Match` that is sent; without it a change is one of whatever version the row has.
    pub if_match: Option<String>,
}

/// What is known of it.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// In whose place it was asked.
    pub caller: Caller,
    /// The method, and the path in full.
    pub request: String,
    /// The operation of the blueprint, if the path has one: `update`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What a server would answer.
    pub answer: Answer,
    /// What is to be known before that is believed: the database was last served by another text of the blueprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unserved: Option<&'static str>,
    /// Why, in a sentence.
    pub why: String,
    /// The row that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<Row>,
    /// The rows that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<Rows>,
    /// The rules that it depends on.
    pub rules: Vec<Rule>,
}

/// Who asks.
#[derive(Debug, Clone, Serialize)]
pub struct Caller {
    /// As the operator called him.
    #[serde(rename = "as")]
    pub name: String,
    /// His local id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// His address, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// His roles.
    pub roles: Vec<String>,
    /// What the rules look at of him that the operator set. Nothing that is hidden or sensitive.
    #[serde(skip_serializing_if = "Json::is_null")]
    pub fields: Json,
    /// What the API key may that he comes with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Vec<String>>,
}

/// What a server would answer.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The status; nothing where it depends on a body that was not given.
    pub status: Option<u16>,
    /// The code of a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What the caller reads of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Problems of single places, each `/pointer: what`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// Explains one request. What it would write is undone; that it was asked stands in the audit. Blocks the thread.
///
/// # Errors
/// Tables in the database that are not those of the blueprint, nobody of this name, a path or body that is none, or the database.
pub fn explain(blueprint: &Arc<Blueprint>, store: &Store, asked: &Asked) -> Result<Explained, UserError> {
    let standing = store.standing_blocking(&crate::app::tables(blueprint, store));
    let unserved = match standing.map_err(|error| UserError::Failed(not_served(&error)))? {
        Standing::Current => None,
        Standing::OtherText => Some(OTHER_TEXT),
    };
    let whom = as_whom::find(blueprint, store, &asked.whom)?;
    let catalog = Catalog::new(blueprint.clone(), store.dialect());
    let http = sent::http(blueprint, asked, &whom.actor)?;
    let origin = Origin { at: crate::clock::now(), request_id: REQUEST_ID.to_owned(), ip: None, batch: None };
    let desk = Desk { blueprint, store, catalog, origin };
    let course = desk.course(&http, &whom, asked.body.as_deref())?;
    let found = desk.found(&course, &whom.actor)?;
    let why = said::why(&desk, &course, &whom, &found);
    let answer = Answer::of(&course);
    let request = format!("{} {}", http.method, http.uri);
    let entity = course.route.as_ref().map(|route| blueprint.entity(route.entity).name.as_str());
    let id = course.route.as_ref().and_then(|route| Some(route.operation.id()?.to_string()));
    let kept = if course.route.is_some() { sent::kept(&http.method, &http.uri) } else { http.method.to_string() };
    let told = json!({ "as": asked.whom.to_string(), "request": kept, "status": answer.status });
    as_whom::audit(store, "explain", (entity, id.as_deref()), &told)?;
    let Found { row, rows, rules } = found;
    let operation = course.route.as_ref().map(|route| desk.operation(route).to_owned());
    let fields = desk.caller_fields(&course, &whom.actor);
    let caller = Caller::of(&asked.whom, &whom.actor, fields);
    Ok(Explained { caller, request, operation, answer, unserved, why, row, rows, rules })
}

/// Why nothing is said of a blueprint whose tables are not there.
pub fn not_served(error: &OpenError) -> String {
    format!("this blueprint is not served yet, and looking changes nothing: {error}")
}

const OTHER_TEXT: &str =
    "this text of the blueprint is not served yet: the tables are the same, and this is what it would answer";

/// What the audit shows instead of the id of a request.
const REQUEST_ID: &str = "explain";

/// Rows that are counted at most to explain a list: the first by their ids.
pub(crate) const COUNTED: i64 = 10_000;

/// What is at hand for one explanation.
struct Desk<'a> {
    blueprint: &'a Arc<Blueprint>,
    store: &'a Store,
    catalog: Catalog,
    origin: Origin,
}

/// How far a request came.
struct Course {
    route: Option<Route>,
    access: Option<Access>,
    request: Option<Request>,
    end: End,
}

/// How it ended.
enum End {
    Done {
        status: StatusCode,
        count: Option<i64>,
        /// It shows what the audit is to know of first.
        is_witnessed: bool,
    },
    Refused(ApiError),
    /// What it comes to depends on a body that was not given.
    Open,
}

impl Course {
    fn ended(end: End) -> Course {
        Course { route: None, access: None, request: None, end }
    }
}

impl Desk<'_> {
    /// The stages of a request, one after the other.
    fn course(&self, http: &HttpRequest<()>, whom: &Whom, body: Option<&str>) -> Result<Course, UserError> {
        let refused = |error: ApiError| Course::ended(End::Refused(error));
        let route = match route::find(self.blueprint, &http.method, http.uri.path()) {
            Ok(Addressed::Rows(route)) => route,
            Ok(Addressed::Batch(_)) => {
                return Err(UserError::Failed("a batch is many requests; ask for one of them by itself".to_owned()));
            }
            Err(error) => return Ok(refused(error)),
        };
        let at = |end| Course { route: Some(route.clone()), ..Course::ended(end) };
        if let Some(why) = whom.refused {
            return Ok(at(End::Refused(ApiError::unauthorized(Some("invalid_token"), why))));
        }
        let access = match route.decide(self.blueprint, whom.actor.clone()) {
            Ok(access) => access,
            Err(denied) => return Ok(at(End::Refused(denied.into()))),
        };
        let at = |end| Course { access: Some(explain::at(access.clone(), &self.origin.at)), ..at(end) };
        let request = match self.parse(&route, &access, http, body) {
            Ok(Some(request)) => self.counting(&route, request)?,
            Ok(None) if *access.reach() == Scope::Nothing => {
                return Ok(at(End::Refused(PlanError::Forbidden.into())));
            }
            Ok(None) => return Ok(at(End::Open)),
            Err(error) => return Ok(at(End::Refused(error))),
        };
        let at = |end| Course { request: Some(request.clone()), ..at(end) };
        // A key seals cursors, and none is given out here.
        let key = CursorKey::new([0; 32]);
        let plan =
            query::plan(self.blueprint, route.entity, access.clone(), request.clone(), self.origin.clone(), &key);
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => return Ok(at(End::Refused(error.into()))),
        };
        Ok(at(self.end(&route, &plan, query::render(&self.catalog, &plan))?))
    }

    /// The request; nothing where a new row is to be made of a body that was not given.
    fn parse(
        &self,
        route: &Route,
        access: &Access,
        http: &HttpRequest<()>,
        body: Option<&str>,
    ) -> Result<Option<Request>, ApiError> {
        let mut route = route.clone();
        let body = match (&route.operation, body) {
            (_, Some(body)) => body,
            (Operation::Create, None) => return Ok(None),
            // Whether the row could be changed is known without: by a change of nothing.
            (Operation::Replace(id), None) => {
                route.operation = Operation::Update(id.clone());
                "{}"
            }
            (Operation::Update(_), None) => "{}",
            (_, None) => "",
        };
        request::parse(self.blueprint, &route, access, &http.with_body(()), body.into()).map(Some)
    }

    /// How many rows there are is a part of the explanation, whatever was asked; but not at any price.
    fn counting(&self, route: &Route, request: Request) -> Result<Request, UserError> {
        let Request::List(list) = request else { return Ok(request) };
        let answer = self.ask(query::count_rows(&self.catalog, route.entity, &[], COUNTED + 1))?.unwrap_or_default();
        let rows: i64 = answer.captured.iter().filter_map(Value::as_integer).sum();
        Ok(Request::List(List { count: rows <= COUNTED, ..list }))
    }

    /// What the work comes to, which is then undone.
    fn end(&self, route: &Route, plan: &Plan, work: Work) -> Result<End, UserError> {
        let outcome = if work.mode == Mode::Write {
            let undone = self.store.transaction_blocking(move |transaction| {
                Err::<(), Undone>(transaction.run(&work).map_or_else(Undone::Failed, |ran| Undone::Ran(Box::new(ran))))
            });
            match undone {
                Err(Undone::Ran(outcome)) => *outcome,
                Err(Undone::Failed(error)) => return Err(error.into()),
                Ok(()) => return Err(UserError::Failed("nothing was run".to_owned())),
            }
        } else {
            self.store.run_blocking(work)?
        };
        Ok(match outcome {
            Outcome::Done(answer) => End::Done {
                status: success(&route.operation),
                count: answer.count,
                is_witnessed: query::is_witnessed(self.blueprint, plan),
            },
            Outcome::Refused(refusal) => End::Refused(response::refused(self.blueprint, plan, refusal)),
        })
    }

    /// What the rules of a request look at of its caller.
    fn caller_fields(&self, course: &Course, actor: &Actor) -> Json {
        let Some(route) = &course.route else { return Json::Null };
        let entity = self.entity(route);
        let mut rules = vec![access::rule(entity, Verb::Read), access::rule(entity, route.verb)];
        if let Operation::ListUnder(parent) = &route.operation {
            rules.push(access::rule(self.blueprint.entity(parent.entity), Verb::Read));
        }
        if let (Some(access), Some(request)) = (&course.access, &course.request) {
            rules.extend(explain::ruled(entity, access, request).into_iter().map(|(_, rule)| rule));
        }
        let guard = if let Verb::Act(place) = route.verb { entity.actions.get(place) } else { None };
        let guard = guard.and_then(|action| action.when.as_ref());
        let conditions: Vec<&Condition> =
            rules.into_iter().flat_map(blueprint::Rule::conditions).chain(guard).collect();
        let fields = explain::looked_at_of_caller(self.blueprint, &conditions, actor);
        let json = |(field, value): (&Field, Literal)| Some((field.name.clone(), literal(&value, &field.kind)?));
        let fields: serde_json::Map<String, Json> = fields.into_iter().filter_map(json).collect();
        if fields.is_empty() { Json::Null } else { Json::Object(fields) }
    }

    fn entity(&self, route: &Route) -> &Entity {
        self.blueprint.entity(route.entity)
    }

    /// The word of the blueprint for what a route does.
    fn operation(&self, route: &Route) -> &str {
        match route.verb {
            Verb::Read => "read",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Delete => "delete",
            Verb::Act(place) => self.entity(route).actions.get(place).map_or("", |action| &action.name),
        }
    }
}

/// Why a transaction was given up: always.
enum Undone {
    Ran(Box<Outcome>),
    Failed(StoreError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Undone {
        Undone::Failed(error)
    }
}

fn success(operation: &Operation) -> StatusCode {
    match operation {
        Operation::Create => StatusCode::CREATED,
        Operation::Delete(_) => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    }
}

impl Answer {
    fn of(course: &Course) -> Answer {
        match &course.end {
            End::Done { status, .. } => {
                Answer { status: Some(status.as_u16()), code: None, detail: None, errors: Vec::new() }
            }
            End::Open => Answer { status: None, code: None, detail: None, errors: Vec::new() },
            End::Refused(error) => {
                let one = |error: &query::Invalid| format!("{}: {}", error.pointer, error.detail);
                Answer {
                    status: Some(error.problem.status.as_u16()),
                    code: Some(error.problem.code),
                    detail: Some(error.detail.clone()),
                    errors: error.errors.iter().map(one).collect(),
                }
            }
        }
    }
}

impl Caller {
    fn of(whom: &As, actor: &Actor, fields: Json) -> Caller {
        let name = whom.to_string();
        match actor {
            Actor::Stranger => Caller { name, id: None, email: None, roles: Vec::new(), fields, key: None },
            Actor::User(user) => Caller {
                name,
                id: Some(user.id.clone()),
                email: user.email.clone(),
                roles: user.roles.clone(),
                fields,
                key: user.key.as_ref().map(|key| key.allowed.words()),
            },
        }
    }
}
