//! Routes that are code: how a project answers some paths by itself, behind the same edge and in front of the same stages.
//!
//! Which routes there are is data ([`Code`]), checked against the blueprint at start; what they do is one function. This
//! crate knows no web framework: `crates/supermaker` puts one behind that function. What a route may reach is [`Visit`]'s.

mod map;
mod place;
mod taken;

use std::sync::Arc;

use blueprint::{Blueprint, EntityIndex};
use futures_util::future::BoxFuture;
use http::Method;
use query::{Actor, Denied, Scope, Verb, View, access};
use serde_json::{Map, Value as Json};
use work::Outcome;

use crate::error::ApiError;
use crate::http::{HttpRequest, HttpResponse};
use crate::openapi::Docs;
use crate::visit::{Named, Path};
use crate::{App, SharedBody, Visit, audit, caller, idempotency, once, request};

pub(crate) use map::CodeMap;
use place::Known;
pub use place::row_named;
pub(crate) use place::{Found, calls};

/// What of an app is code.
#[derive(Default)]
pub struct Code {
    /// The entities that are served by code alone: what is not among the routes is not there.
    pub entities: Vec<String>,
    /// The routes.
    pub routes: Vec<CodeRoute>,
    /// Schemas that the routes' documentation refers to, by name.
    pub schemas: Map<String, Json>,
    /// Answers a request of one of the routes.
    pub answer: Option<Answer>,
}

/// Answers a request that has passed everything that needs no code.
pub type Answer = Box<dyn Fn(Visit) -> BoxFuture<'static, Result<HttpResponse, ApiError>> + Send + Sync>;

/// One method of one path.
#[derive(Debug, Clone)]
pub struct CodeRoute {
    /// The method; `GET` answers `HEAD` too.
    pub method: Method,
    /// The whole path, from [`base`] on; `{id}` and the like stand for one segment.
    pub path: String,
    /// The entity that it belongs to.
    pub entity: Option<String>,
    /// What its handler looks at.
    pub takes: Takes,
    /// Whoever asks is a stranger here: `Authorization` is the handler's own affair.
    pub anonymous: bool,
    /// What `/openapi.json` says of it.
    pub docs: Docs,
}

/// What a handler looks at. What it does not look at is refused, not ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Takes {
    /// The query string.
    pub parameters: bool,
    /// The body.
    pub body: bool,
    /// The body by way of [`Visit::json`], after which comes [`Visit::enter`].
    pub json: bool,
}

/// Where the paths of the API begin: the prefix, and the user id where the blueprint puts one there.
pub fn base(blueprint: &Blueprint) -> String {
    let user = if blueprint.api.user_path { "/{user_id}" } else { "" };
    format!("{}{user}", blueprint.api.prefix)
}

/// Answers a request of a route in code. Up to the body it passes what a request of the blueprint's passes, in the same order.
///
/// # Errors
/// The first that refuses: 401, 429, 403 for a foreign path, 400, 422, then whatever the code says.
pub(crate) async fn answer(
    app: &Arc<App>,
    found: Found,
    http: HttpRequest<SharedBody>,
) -> Result<HttpResponse, ApiError> {
    let stages = http.stages.clone();
    let actor = if found.known.anonymous {
        app.rates.check(&Actor::Stranger, http.ip).await.map(|()| Actor::Stranger)?
    } else {
        stages.wait("identify", caller::identify(app, &http)).await?
    };
    // What the audit is told of somebody who is refused; the request itself goes to the code.
    let user = match &actor {
        Actor::User(user) => Some((user.clone(), http.head_only())),
        Actor::Stranger => None,
    };
    let answer = answer_to(app, found, http, actor).await;
    if let (Err(error), Some((user, head))) = (&answer, user) {
        audit::note(app, user, &head, error);
    }
    answer
}

async fn answer_to(
    app: &Arc<App>,
    found: Found,
    mut http: HttpRequest<SharedBody>,
    actor: Actor,
) -> Result<HttpResponse, ApiError> {
    let stages = http.stages.clone();
    admit(&app.blueprint, &found, &actor)?;
    stages.wait("identify", for_key(app, &found, &actor, || http.origin())).await?;
    let once = idempotency::ask(app, &actor, &mut http).await?;
    request::refuse_what_is_not_taken(app, found.known.takes, &mut http).await?;
    let whole = once.as_ref().map(|(asked, body)| {
        let rights = rights(&app.blueprint, &found, &actor);
        asked.clone().with(&http.headers, http.uri.query(), body, &rights)
    });
    let (method, uri) = (http.method.clone(), http.uri.clone());
    let path = Path { route: found.known.route, user: found.path_user, rows: found.named, calls: found.known.calls };
    let visit = Visit::new(app.clone(), actor, path, http, once);
    let Some(answer) = &app.code.answer else { return Err(ApiError::not_found()) };
    let answer = async {
        // What a body is refused for comes first (422), and only its handler reads it.
        if !found.known.takes.json {
            visit.enter().await?;
        }
        stages.wait("code", answer(visit)).await
    };
    match whole {
        Some(whole) => once::answer(app, &method, &uri, whole, answer).await,
        None => answer.await,
    }
}

/// What the caller may here, as one text: that of the blueprint's operation, where it knows the route.
fn rights(blueprint: &Blueprint, found: &Found, actor: &Actor) -> String {
    let Known { entity, verb, .. } = found.known;
    let decide = |index: EntityIndex| {
        let verb = verb.unwrap_or(Verb::Read);
        access::decide(blueprint.entity(index), verb, actor.clone(), found.path_user.as_deref()).ok()
    };
    entity.and_then(decide).map_or_else(|| access::roles(actor), |access| access.rights())
}

/// The access rule, as far as it can be known before the code runs.
fn admit(blueprint: &Blueprint, found: &Found, actor: &Actor) -> Result<(), Denied> {
    access::own_path(actor, found.path_user.as_deref())?;
    let entity = found.known.entity.map(|index| blueprint.entity(index));
    let Some(entity) = entity else { return Ok(()) };
    let closed = |verb| *actor == Actor::Stranger && access::scope(access::rule(entity, verb), actor) == Scope::Nothing;
    let actions = (0..entity.actions.len()).map(Verb::Act);
    let refused = match found.known.verb {
        Some(verb) => closed(verb),
        // Which verbs the code will use is not known; where all are closed to strangers, one has nothing to do there.
        None => [Verb::Read, Verb::Create, Verb::Update, Verb::Delete].into_iter().chain(actions).all(closed),
    };
    if refused { Err(Denied::SignIn) } else { Ok(()) }
}

/// Whether a key is for this. What a route does that the blueprint does not know is for keys that may do everything with
/// its entity, or everything at all. Of what it is not for, a row that it does not see is not there, as in the blueprint's own
/// routes.
async fn for_key(
    app: &App,
    found: &Found,
    actor: &Actor,
    origin: impl FnOnce() -> query::Origin,
) -> Result<(), ApiError> {
    let Actor::User(user) = actor else { return Ok(()) };
    let Some(key) = &user.key else { return Ok(()) };
    let entity = found.known.entity.map(|index| app.blueprint.entity(index));
    let is_for = match (entity, found.known.verb) {
        (Some(entity), Some(verb)) => key.allowed.allows(entity, verb),
        (entity, _) => key.allowed.allows_all(entity),
    };
    match found.row().filter(|_| found.known.verb.is_some()) {
        _ if is_for => Ok(()),
        Some(row) if !is_seen(app, row, found.path_user.as_deref(), actor, origin()).await? => {
            Err(ApiError::not_found())
        }
        _ => Err(Denied::Key.into()),
    }
}

/// Whether this caller can see a row.
async fn is_seen(
    app: &App,
    row: &Named,
    path_user: Option<&str>,
    actor: &Actor,
    origin: query::Origin,
) -> Result<bool, ApiError> {
    let entity = app.blueprint.entity(row.entity);
    let access = access::decide(entity, Verb::Read, actor.clone(), path_user)?;
    let request = request::read(&app.blueprint, &View::of(entity, &access), &row.id, &[])?;
    let plan = query::plan(&app.blueprint, row.entity, access, request, origin, &app.cursor_key)?;
    Ok(matches!(app.store.run(query::render(&app.catalog, &plan)).await?, Outcome::Done(_)))
}
