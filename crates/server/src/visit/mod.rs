//! One request that code answers: who asks, what the path names, and the stages behind it as calls.
//!
//! Whatever code does with rows comes through [`Visit::run`], which decides access anew for each call: there is no way from
//! here to a statement that has no scope, and none past the caller's rows that leaves no reason in the audit.

mod ask;
mod batch;
mod transaction;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use blueprint::{Blueprint, Entity, EntityIndex};
use http::header::ETAG;
use http::{HeaderMap, Method, Request as HttpHead, StatusCode, Uri};
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use query::{Access, Actor, Body, IfMatch, Plan, PlanError, RecordId, Request, User, Verb, View, access};
use store::StoreError;
use work::{Idempotency, Mode, Outcome, Work};

use crate::audit::reads;
use crate::error::ApiError;
use crate::http::{HttpRequest, HttpResponse};
use crate::idempotency::Asked;
use crate::request::Sent;
use crate::response::{self, Head};
use crate::{App, SharedBody, request};

pub use ask::{Ask, Reach};
pub use transaction::Transaction;
use transaction::{Seen, Stays};

/// What a path segment cannot hold as it is (RFC 3986 §3.3).
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// One request that code answers. Clones are the same request.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    app: Arc<App>,
    route: usize,
    actor: Actor,
    path_user: Option<String>,
    named: Vec<Named>,
    /// The action that the route is the code of.
    calls: Option<(EntityIndex, usize)>,
    has_entered: AtomicBool,
    http: HttpRequest<SharedBody>,
    /// `If-Match` has been used: it speaks of the version before the first change that stays.
    is_spent: AtomicBool,
    /// The key under which its writes are known when it comes again, and its body.
    once: Option<(Asked, Bytes)>,
    /// Writes so far.
    writes: AtomicUsize,
}

/// What a path says.
pub(crate) struct Path {
    /// The place of its route among those in code.
    pub route: usize,
    /// Whose it is, where the blueprint puts a user there.
    pub user: Option<String>,
    /// The rows that it names.
    pub rows: Vec<Named>,
    /// The action that the route is the code of.
    pub calls: Option<(EntityIndex, usize)>,
}

/// A row that a path names.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub entity: EntityIndex,
    pub id: RecordId,
}

impl Visit {
    pub(crate) fn new(
        app: Arc<App>,
        actor: Actor,
        named: Path,
        http: HttpRequest<SharedBody>,
        once: Option<(Asked, Bytes)>,
    ) -> Visit {
        let (is_spent, has_entered, writes) = (AtomicBool::new(false), AtomicBool::new(false), AtomicUsize::new(0));
        let Path { route, user: path_user, rows: named, calls } = named;
        Visit(Arc::new(Inner { app, route, actor, path_user, named, calls, has_entered, http, is_spent, once, writes }))
    }

    /// The app's blueprint.
    pub fn blueprint(&self) -> &Blueprint {
        &self.0.app.blueprint
    }

    /// Which of the routes in code it is: its place in [`Code::routes`](crate::code::Code::routes).
    pub fn route(&self) -> usize {
        self.0.route
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// The user who asks, if he is signed in.
    pub fn user(&self) -> Option<&User> {
        match &self.0.actor {
            Actor::Stranger => None,
            Actor::User(user) => Some(user),
        }
    }

    /// The id of the request, as its log lines and its audit rows have it.
    pub fn request_id(&self) -> &str {
        &self.0.http.request_id
    }

    /// Bytes of a body at most.
    pub fn max_body_bytes(&self) -> usize {
        self.0.app.body_limits().bytes
    }

    /// The row of an entity that the path names; the last, where it names several.
    pub fn named(&self, entity: EntityIndex) -> Option<&RecordId> {
        self.0.named.iter().rev().find(|named| named.entity == entity).map(|named| &named.id)
    }

    /// The request as a web framework wants it. It shares its body with this one. `HEAD` is `GET`: the edge takes the body
    /// away.
    pub fn request(&self) -> HttpHead<SharedBody> {
        let http = &self.0.http;
        let mut request = HttpHead::new(http.body.clone());
        *request.method_mut() = if http.method == Method::HEAD { Method::GET } else { http.method.clone() };
        *request.uri_mut() = http.uri.clone();
        *request.headers_mut() = http.headers.clone();
        request
    }

    /// The query string, decoded.
    ///
    /// # Errors
    /// 400 where it does not decode.
    pub fn parameters(&self) -> Result<Vec<(String, String)>, ApiError> {
        request::parameters(&self.0.http)
    }

    /// The body as JSON, strictly.
    ///
    /// # Errors
    /// 413, 415, 408 or 400, in this order.
    pub async fn json(&self) -> Result<Sent, ApiError> {
        let http = &self.0.http;
        request::sent_of(&self.0.app, &http.method, &http.headers, &mut http.body.clone()).await
    }

    /// Whether something can be asked of an entity by this caller, as far as that can be known without its rows.
    ///
    /// # Errors
    /// 400, or 422 with every problem.
    pub fn check(&self, entity: EntityIndex, ask: &Ask) -> Result<(), ApiError> {
        let access = self.access(entity, ask, &Reach::Caller)?;
        self.parse(entity, &access, ask, self.is_spent()).map(drop)
    }

    /// What the caller says of the version of a row that is about to change. He speaks of the row that the path names, and
    /// of its first change; of any other row, and once that is spent, he has said nothing.
    fn if_match(&self, entity: EntityIndex, id: &RecordId, is_spent: bool) -> Result<IfMatch, ApiError> {
        if self.is_addressed(entity, id) && !is_spent {
            request::if_match(&self.0.app.blueprint, &self.0.http)
        } else {
            Ok(IfMatch::Absent)
        }
    }

    /// Does what is asked, in one transaction, in the rows that are reached.
    ///
    /// # Errors
    /// The first stage that refuses, as in any other request.
    pub async fn run(&self, entity: EntityIndex, ask: &Ask<'_>, reach: &Reach) -> Result<HttpResponse, ApiError> {
        let (app, stages) = (&self.0.app, &self.0.http.stages);
        let (plan, rights) = self.plan(entity, ask, reach, self.is_spent())?;
        let work = stages.run("render", || self.render(&plan, &rights));
        let outcome = stages.wait("run", app.store.run(work)).await?;
        let http = &self.0.http;
        reads::witness(app, stages, (&http.method, http.uri.path()), &plan, &outcome).await?;
        let response = self.respond(&plan, outcome)?;
        if self.spends(&plan) {
            self.spend();
        }
        Ok(response)
    }

    /// Runs a closure as one transaction: all that it does happens when it returns `Ok`, and nothing of it when it returns
    /// `Err` or panics. Nobody else writes meanwhile, so it should compute little and wait for nothing.
    ///
    /// # Errors
    /// What the closure returns, or why the database did not keep it.
    pub async fn transaction<T, E>(
        &self,
        run: impl FnOnce(Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (visit, seen) = (self.clone(), Arc::new(Seen::default()));
        let seen_there = seen.clone();
        // What the closure holds cannot be known; most of it is what was sent.
        let bytes = self.0.http.body.bytes_read();
        let as_one = self.0.app.store.transaction_holding(bytes, move |store| {
            let run_one = &mut |work: &Work, stays| match stays {
                Stays::ForGood => store.run_for_good(work),
                Stays::WithTheRest => store.run(work),
            };
            run(Transaction { visit: &visit, store: run_one, seen: &seen_there })
        });
        let result = as_one.await;
        if result.is_ok() && seen.is_spent() {
            self.spend();
        }
        result
    }

    /// Whether what the blueprint says of the route's action lets this caller do it with this row now: what is asked before an
    /// action that is code. Other routes let everybody in. Asked once; what is read of the body comes before it. The row is
    /// not asked where a request comes again that has done a part of its work.
    ///
    /// # Errors
    /// 404, 403, 412 or 428, 409.
    pub async fn enter(&self) -> Result<(), ApiError> {
        let Some((entity, action)) = self.0.calls else { return Ok(()) };
        let Some(id) = self.named(entity) else { return Err(ApiError::not_found()) };
        if self.0.has_entered.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (app, stages) = (&self.0.app, &self.0.http.stages);
        let (plan, _) = self.plan(entity, &Ask::Call(id, action), &Reach::Caller, self.is_spent())?;
        let work = stages.run("render", || query::render(&app.catalog, &plan));
        match stages.wait("run", app.store.run(work)).await? {
            Outcome::Refused(refusal) if !self.has_begun().await? => {
                Err(response::refused(&app.blueprint, &plan, refusal))
            }
            Outcome::Refused(_) | Outcome::Done(_) => {
                self.0.has_entered.store(true, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    /// Whether the caller has this answer to a read already.
    pub fn is_known(&self, response: &HttpResponse) -> bool {
        let etag = response.headers.get(ETAG).and_then(|etag| etag.to_str().ok());
        etag.is_some_and(|etag| response::matches_none(&self.0.http.headers, etag))
    }

    /// What will be done, and by which rights, of a request with a key.
    fn plan(&self, entity: EntityIndex, ask: &Ask, reach: &Reach, is_spent: bool) -> Result<(Plan, String), ApiError> {
        let (app, stages, origin) = (&self.0.app, &self.0.http.stages, self.0.http.origin());
        let access = stages.run("decide", || self.access(entity, ask, reach))?;
        let rights = if self.0.once.is_some() { access.rights() } else { String::new() };
        let request = stages.run("parse", || self.parse(entity, &access, ask, is_spent))?;
        let plan = || query::plan(&app.blueprint, entity, access, request, origin, &app.cursor_key);
        Ok((stages.run("plan", plan)?, rights))
    }

    /// The work of a plan. Each write of a request with a key has a number of its own, so that each is done once.
    fn render(&self, plan: &Plan, rights: &str) -> Work {
        let work = query::render(&self.0.app.catalog, plan);
        if work.mode != Mode::Write {
            return work;
        }
        let deed = || format!("{} {}", plan.request().deed(), self.entity(plan.entity()).name);
        let once = self.once(deed, || rights.to_owned());
        work.once(once)
    }

    /// How the next write of a request with a key is known.
    fn once(&self, deed: impl FnOnce() -> String, rights: impl FnOnce() -> String) -> Option<Idempotency> {
        let (asked, body) = self.0.once.as_ref()?;
        let asked = asked.nth(self.0.writes.fetch_add(1, Ordering::Relaxed), deed());
        Some(asked.with(&self.0.http.headers, self.0.http.uri.query(), body, &rights()))
    }

    /// Whether something was done for this request when it came before, though its whole answer was not kept: then the row
    /// is another one for its own doing, and the handler goes on to be told of it.
    async fn has_begun(&self) -> Result<bool, ApiError> {
        let Some((asked, body)) = &self.0.once else { return Ok(false) };
        let once = asked.clone().with(&self.0.http.headers, self.0.http.uri.query(), body, "");
        let begun = self.0.app.store.transaction(move |store| store.has_part(&once)).await;
        begun.map_err(|error: StoreError| ApiError::from(error))
    }

    /// What is to be on disk before anybody is shown what code has found, where reads are audited or past its caller's rows.
    fn witness(&self, plan: &Plan, outcome: &Outcome) -> Result<Option<Work>, ApiError> {
        let http = &self.0.http;
        reads::work(&self.0.app, (&http.method, http.uri.path()), plan, outcome)
    }

    fn parse(&self, entity: EntityIndex, access: &Access, ask: &Ask, is_spent: bool) -> Result<Request, ApiError> {
        let view = &View::of(self.entity(entity), access);
        let if_match = |id| self.if_match(entity, id, is_spent);
        match ask {
            Ask::List(parameters) => request::list(&self.0.app.blueprint, view, parameters),
            Ask::Read(id, parameters) => request::read(&self.0.app.blueprint, view, id, parameters),
            Ask::Create(json) | Ask::CreateFor(_, json) => request::create(view, json),
            Ask::Update(id, json) => request::change(view, id, Body::Update, json, if_match(id)?),
            Ask::Replace(id, json) => {
                request::change(view, id, request::meaning_of_put(&self.blueprint().api), json, if_match(id)?)
            }
            Ask::Delete(id) => Ok(Request::Delete { id: RecordId::clone(id), if_match: if_match(id)? }),
            Ask::Act(id, action) => {
                let if_match = if_match(id)?;
                Ok(Request::Act { id: RecordId::clone(id), action: *action, if_match })
            }
            Ask::Call(id, action) => {
                let if_match = if_match(id)?;
                Ok(Request::Call { id: RecordId::clone(id), action: *action, if_match })
            }
            Ask::Perform(id, action, json) => request::perform(view, id, *action, json, if_match(id)?),
            Ask::Restore(id) => Ok(Request::Restore { id: RecordId::clone(id), if_match: if_match(id)?.if_given() }),
            Ask::Under(above, id, parameters) => {
                request::under(&self.0.app.blueprint, view, (*above, id), entity, parameters)
            }
        }
    }

    fn access(&self, entity: EntityIndex, ask: &Ask, reach: &Reach) -> Result<Access, ApiError> {
        let actor = self.0.actor.clone();
        match (reach, ask) {
            (Reach::Caller, Ask::CreateFor(..)) => Err(ApiError::from(PlanError::Forbidden)),
            (Reach::Caller, _) => {
                let path_user = self.0.path_user.as_deref();
                if let Ask::Under(above, ..) = ask {
                    access::decide(self.entity(*above), Verb::Read, actor.clone(), path_user)?;
                }
                Ok(access::decide(self.entity(entity), ask.verb(), actor, path_user)?)
            }
            (Reach::Everything(why), Ask::CreateFor(owner, _)) => {
                Ok(access::unscoped(actor, Some((*owner).to_owned()), why.clone()))
            }
            (Reach::Everything(why), _) => {
                let owner = self.user().map(|user| user.id.clone());
                if matches!(ask, Ask::Create(_)) && owner.is_none() && self.entity(entity).owned {
                    let log = "a stranger owns no rows: say whose the new row is with `create_for`";
                    return Err(ApiError::internal(log));
                }
                Ok(access::unscoped(actor, owner, why.clone()))
            }
        }
    }

    /// The answer as the blueprint's own route would give it, but that a row is always whole: code may want to read it.
    fn respond(&self, plan: &Plan, outcome: Outcome) -> Result<HttpResponse, ApiError> {
        let collection;
        let uri = if matches!(plan.request(), Request::Create { .. }) {
            collection = self.collection(plan);
            &collection
        } else {
            &self.0.http.uri
        };
        let head = Head { uri, headers: &HeaderMap::new() };
        self.0.http.stages.run("response", || response::render(&self.0.app, plan, head, outcome))
    }

    /// Whether a plan, once done and kept, has used up what the caller said of the row's version.
    fn spends(&self, plan: &Plan) -> bool {
        plan.request().changed().is_some_and(|id| self.is_addressed(plan.entity(), id))
    }

    fn spend(&self) {
        self.0.is_spent.store(true, Ordering::Relaxed);
    }

    fn is_spent(&self) -> bool {
        self.0.is_spent.load(Ordering::Relaxed)
    }

    /// Whether it is the row that the path is about.
    fn is_addressed(&self, entity: EntityIndex, id: &RecordId) -> bool {
        self.0.named.last().is_some_and(|named| named.entity == entity && named.id == *id)
    }

    /// Where the rows of an entity are, whatever path this request has.
    fn collection(&self, plan: &Plan) -> Uri {
        let (api, access) = (&self.blueprint().api, plan.access());
        // A row that code gives to somebody else is on his path.
        let named = self.0.path_user.as_deref().filter(|_| access.reason().is_none());
        let user = named.or_else(|| access.owner());
        let user = user.filter(|_| api.user_path).map(|user| format!("/{}", utf8_percent_encode(user, SEGMENT)));
        let path = format!("{}{}/{}", api.prefix, user.unwrap_or_default(), self.entity(plan.entity()).path);
        // Every part is in the grammar of a path, so the other case does not come.
        path.parse().unwrap_or_else(|_| self.0.http.uri.clone())
    }

    fn entity(&self, entity: EntityIndex) -> &Entity {
        self.blueprint().entity(entity)
    }
}

/// What the caller has already need not be sent again.
pub fn not_modified(response: HttpResponse) -> HttpResponse {
    let mut headers = response.headers;
    headers.remove(http::header::CONTENT_TYPE);
    HttpResponse { headers, ..HttpResponse::empty(StatusCode::NOT_MODIFIED) }
}
