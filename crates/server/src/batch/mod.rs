//! `POST /things:batch`: several changes of one entity in one transaction, or none of them.
//!
//! The stages are those of a single request, and each is passed by all operations before any comes to the next: what is
//! wrong with their form is told of all at once. Of what the rows say, the first refusal counts.

mod kept;
mod operations;

use blueprint::{Entity, EntityIndex};
use http::header::{CACHE_CONTROL, ETAG, LOCATION};
use http::{StatusCode, Uri};
use hyper::body::{Body, Bytes};
use query::access::decide;
use query::{Access, Actor, Denied, Invalid, Plan, Verb};
use serde_json::Value as Json;
use store::{Store, StoreError};
use work::{Answer, Idempotency, Outcome, Refusal, Work};

use crate::App;
use crate::body::{self, MediaTypes};
use crate::error::{ApiError, TOO_LARGE};
use crate::http::{HttpRequest, HttpResponse};
use crate::idempotency::{Asked, REPLAYED};
use crate::response::{self, Head};
use crate::{caller, clock, once, request};

use operations::Form;
pub(crate) use operations::{MAX_OPERATIONS, Operation};

/// Bytes at most of the rows that a batch answers, and that are kept under its key: a short body may name a long row often.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// What follows the path of a collection.
pub(crate) const SUFFIX: &str = ":batch";

/// The collection that a batch is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Which entity.
    pub entity: EntityIndex,
    /// The user id in the path, where the blueprint puts one there.
    pub path_user: Option<String>,
}

/// Answers a batch.
///
/// # Errors
/// Those of a single request; a pointer says which operation was refused.
pub async fn answer<B>(app: &App, place: Collection, http: &mut HttpRequest<B>) -> Result<HttpResponse, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let stages = http.stages.clone();
    let actor = stages.wait("identify", caller::identify(app, http)).await?;
    let entity = app.blueprint.entity(place.entity);
    let rights = stages.run("decide", || Rights::decide(entity, actor, place.path_user.as_deref()))?;
    let (operations, once) = stages.wait("parse", parse(app, entity, &rights, http)).await?;
    let plans = stages.run("plan", || plans(app, place.entity, operations, http.origin()))?;
    let works: Vec<Work> =
        stages.run("render", || plans.iter().map(|plan| query::render(&app.catalog, plan)).collect());
    let result = stages.wait("run", run(&app.store, works, once)).await;
    let uri = collection(&http.uri)?;
    let head = Head { uri: &uri, headers: &http.headers };
    stages.run("response", || respond(app, &plans, head, result))
}

/// What the caller may reach by each kind of operation.
pub(crate) struct Rights {
    create: Access,
    update: Access,
    delete: Access,
}

impl Rights {
    /// Strangers have none: a hundred rows for one request of somebody unknown are too many, whatever the rules.
    pub(crate) fn decide(entity: &Entity, actor: Actor, path_user: Option<&str>) -> Result<Rights, Denied> {
        if actor == Actor::Stranger {
            return Err(Denied::SignIn);
        }
        let access = |verb| decide(entity, verb, actor.clone(), path_user);
        Ok(Rights { create: access(Verb::Create)?, update: access(Verb::Update)?, delete: access(Verb::Delete)? })
    }

    /// As one text: see [`Access::rights`].
    pub(crate) fn as_text(&self) -> String {
        [&self.create, &self.update, &self.delete].map(Access::rights).join("; ")
    }
}

async fn parse<B>(
    app: &App,
    entity: &Entity,
    rights: &Rights,
    http: &mut HttpRequest<B>,
) -> Result<(Vec<Operation>, Option<Idempotency>), ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    let bytes = body::read(&http.headers, &mut http.body, Some(MediaTypes::Json), app.body_limits()).await?;
    request::no_parameters(http)?;
    let asked = Asked::of(&rights.create, http)?;
    let operations = read(app, entity, rights, &body::parse(&bytes)?, &bytes)?;
    let once = asked.map(|asked| asked.with(&http.headers, http.uri.query(), &bytes, &rights.as_text()));
    Ok((operations, once))
}

/// The operations of a body, and of the text that it was read from.
///
/// # Errors
/// 422 with every problem.
pub(crate) fn read(
    app: &App,
    entity: &Entity,
    rights: &Rights,
    json: &Json,
    text: &[u8],
) -> Result<Vec<Operation>, ApiError> {
    let operations = Form { api: &app.blueprint.api, entity, rights }.read(json).map_err(ApiError::invalid)?;
    let rounded = request::rounded(entity, json, text, operations::DEPTH);
    if rounded.is_empty() { Ok(operations) } else { Err(ApiError::invalid(rounded)) }
}

/// A plan for each operation. Each has a time of its own: what went to the trash by one is not brought back with what went
/// by another.
///
/// # Errors
/// 403, with a pointer to the first operation that is refused.
pub(crate) fn plans(
    app: &App,
    entity: EntityIndex,
    operations: Vec<Operation>,
    origin: query::Origin,
) -> Result<Vec<Plan>, ApiError> {
    let origin = query::Origin { batch: Some(uuid::Uuid::now_v7().to_string()), ..origin };
    let plan = |(place, operation): (usize, Operation)| {
        let Operation { access, request } = operation;
        let origin = query::Origin { at: clock::now(), ..origin.clone() };
        let plan = query::plan(&app.blueprint, entity, access, request, origin, &app.cursor_key);
        plan.map_err(|error| of_operation(place, error.into()))
    };
    operations.into_iter().enumerate().map(plan).collect()
}

/// What came of all operations.
pub(crate) struct Done {
    answers: Vec<Answer>,
    replayed: bool,
}

/// Why none was done.
pub(crate) enum Stopped {
    /// This one was refused.
    Operation(usize, Refusal),
    /// The key was.
    Key(Refusal),
    /// It was done before, by code, which gave this answer.
    Answered(String, Vec<u8>),
    /// What it would answer is too long.
    TooLong,
    Store(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Store(error)
    }
}

/// Runs all of it, or nothing.
pub(crate) async fn run(store: &Store, works: Vec<Work>, once: Option<Idempotency>) -> Result<Done, Stopped> {
    let bytes = works.iter().map(Work::weight).sum();
    let all = store.transaction_holding(bytes, move |transaction| {
        match once.as_ref().map(|once| transaction.replay(once)).transpose()?.flatten() {
            Some(Outcome::Done(Answer { head: Some(head), body, .. })) => return Err(Stopped::Answered(head, body)),
            Some(Outcome::Done(answer)) => return Ok(Done { answers: kept::read(&answer)?, replayed: true }),
            Some(Outcome::Refused(refusal)) => return Err(Stopped::Key(refusal)),
            None => {}
        }
        let mut answers = Vec::with_capacity(works.len());
        let mut bytes = 0;
        for (place, work) in works.iter().enumerate() {
            match transaction.run(work)? {
                Outcome::Done(answer) => {
                    bytes += answer.body.len();
                    answers.push(answer);
                }
                Outcome::Refused(refusal) => return Err(Stopped::Operation(place, refusal)),
            }
            if bytes > MAX_ANSWER_BYTES {
                return Err(Stopped::TooLong);
            }
        }
        if let Some(once) = &once {
            transaction.keep(once, &kept::written(&answers))?;
        }
        Ok(Done { answers, replayed: false })
    });
    all.await
}

/// What came of it.
///
/// # Errors
/// That of the operation that was refused.
pub(crate) fn respond(
    app: &App,
    plans: &[Plan],
    head: Head<'_>,
    result: Result<Done, Stopped>,
) -> Result<HttpResponse, ApiError> {
    let refused = |plan: Option<&Plan>, refusal| match plan {
        Some(plan) => response::refused(&app.blueprint, plan, refusal),
        None => ApiError::internal("no such operation"),
    };
    let Done { answers, replayed } = match result {
        Ok(done) => done,
        Err(Stopped::Store(error)) => return Err(error.into()),
        Err(Stopped::Answered(head, body)) => return once::whole(&head, body),
        Err(Stopped::TooLong) => {
            let detail = format!(
                "the rows of the answer have more than {MAX_ANSWER_BYTES} bytes together; nothing was done: send fewer operations"
            );
            return Err(ApiError::new(TOO_LARGE, detail));
        }
        Err(Stopped::Key(refusal)) => return Err(refused(plans.first(), refusal)),
        Err(Stopped::Operation(place, refusal)) => return Err(of_operation(place, refused(plans.get(place), refusal))),
    };
    let mut body = b"{\"data\":[".to_vec();
    for (place, (plan, answer)) in plans.iter().zip(answers).enumerate() {
        if place > 0 {
            body.push(b',');
        }
        write_answer(&mut body, &response::render(app, plan, head, Outcome::Done(answer))?);
    }
    body.extend_from_slice(b"]}");
    let response = HttpResponse::json(StatusCode::OK, body).with(CACHE_CONTROL, "no-store");
    Ok(if replayed { response.with(REPLAYED, "true") } else { response })
}

/// The answer of an operation: what a single request would have been answered.
fn write_answer(body: &mut Vec<u8>, response: &HttpResponse) {
    body.extend_from_slice(format!("{{\"status\":{}", response.status.as_u16()).as_bytes());
    for (key, name) in [("etag", ETAG), ("location", LOCATION)] {
        if let Some(text) = response.headers.get(name).and_then(|value| value.to_str().ok()) {
            body.extend_from_slice(format!(",\"{key}\":{}", Json::from(text)).as_bytes());
        }
    }
    body.extend_from_slice(b",\"body\":");
    body.extend_from_slice(if response.body.is_empty() { b"null" } else { &response.body });
    body.push(b'}');
}

/// A refusal with pointers into the operation that was refused.
fn of_operation(place: usize, mut error: ApiError) -> ApiError {
    let operation = format!("/operations/{place}");
    for one in error.errors.iter_mut().filter(|one| !one.pointer.is_empty()) {
        one.pointer.insert_str(0, &format!("{operation}/body"));
    }
    for one in error.errors.iter_mut().filter(|one| one.pointer.is_empty()) {
        one.pointer.clone_from(&operation);
    }
    if error.errors.is_empty() {
        error.errors = vec![Invalid { pointer: operation, code: error.problem.code, detail: error.detail.clone() }];
    }
    error
}

/// The path to which the ids of new rows are added.
fn collection(uri: &Uri) -> Result<Uri, ApiError> {
    let path = uri.path().strip_suffix(SUFFIX).unwrap_or_default();
    path.parse().map_err(|_| ApiError::internal(path.to_owned()))
}
