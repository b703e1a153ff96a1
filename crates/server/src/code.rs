//! Routes that are code: how a project answers some paths by itself, behind the same edge and in front of the same stages.
//!
//! Which routes there are is data ([`Code`]), checked against the blueprint at start; what they do is one function. This
//! crate knows no web framework: `crates/supermaker` puts one behind that function. What a route may reach is [`Visit`]'s.

use std::sync::Arc;

use blueprint::{Blueprint, EntityIndex, IdKind};
use futures_util::future::BoxFuture;
use http::Method;
use query::{Actor, Denied, RecordId, Scope, Verb, access};
use serde_json::{Map, Value as Json};

use crate::error::ApiError;
use crate::fixed::Fixed;
use crate::http::{HttpRequest, HttpResponse};
use crate::openapi::Docs;
use crate::route::{self, Addressed, Operation, Route, method_not_allowed};
use crate::visit::{Named, Path};
use crate::{App, SharedBody, StartError, Visit, caller, idempotency, once, request};

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

/// Folders of what every app has, or will.
const BESIDE: [&str; 4] = ["/auth/", "/docs/", "/_/", "/.well-known/"];

/// The routes in code, by path.
#[derive(Default)]
pub(crate) struct CodeMap {
    entities: Vec<EntityIndex>,
    places: matchit::Router<Place>,
    any: bool,
    answer: Option<Answer>,
}

/// A path with its methods.
struct Place {
    segments: Vec<Segment>,
    routes: Vec<(Method, Known)>,
}

/// What a `{name}` of a path stands for.
enum Segment {
    User,
    Row(EntityIndex, IdKind),
    Free,
}

/// What is known of a route at start.
#[derive(Clone, Copy)]
struct Known {
    entity: Option<EntityIndex>,
    /// What the blueprint says is done here, if it knows the route too.
    verb: Option<Verb>,
    /// The action that it is the code of.
    calls: Option<(EntityIndex, usize)>,
    takes: Takes,
    anonymous: bool,
}

/// A request's route, with what its path names.
pub(crate) struct Found {
    known: Known,
    path_user: Option<String>,
    named: Vec<Named>,
}

/// Answers a request of a route in code. Up to the body it passes what a request of the blueprint's passes, in the same order.
///
/// # Errors
/// The first that refuses: 401, 429, 403 for a foreign path, 400, 422, then whatever the code says.
pub(crate) async fn answer(
    app: &Arc<App>,
    found: Found,
    mut http: HttpRequest<SharedBody>,
) -> Result<HttpResponse, ApiError> {
    let stages = http.stages.clone();
    let actor = if found.known.anonymous {
        app.rates.check(&Actor::Stranger, http.ip).map(|()| Actor::Stranger)?
    } else {
        stages.wait("identify", caller::identify(app, &http)).await?
    };
    admit(&app.blueprint, &found, &actor)?;
    let once = idempotency::ask(app, &actor, &mut http).await?;
    request::refuse_what_is_not_taken(app, found.known.takes, &mut http).await?;
    let whole = once.as_ref().map(|(asked, body)| {
        let rights = rights(&app.blueprint, &found, &actor);
        asked.clone().with(&http.headers, http.uri.query(), body, &rights)
    });
    let (method, uri) = (http.method.clone(), http.uri.clone());
    let path = Path { user: found.path_user, rows: found.named, calls: found.known.calls };
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
    let Some(index) = found.known.entity else { return Ok(()) };
    let entity = blueprint.entity(index);
    let closed = |verb| *actor == Actor::Stranger && access::scope(access::rule(entity, verb), actor) == Scope::Nothing;
    let actions = (0..entity.actions.len()).map(Verb::Act);
    let refused = match found.known.verb {
        Some(verb) => closed(verb),
        // Which verbs the code will use is not known; where all are closed to strangers, one has nothing to do there.
        None => [Verb::Read, Verb::Create, Verb::Update, Verb::Delete].into_iter().chain(actions).all(closed),
    };
    if refused { Err(Denied::SignIn) } else { Ok(()) }
}

impl CodeMap {
    /// Checks the routes and makes them findable.
    ///
    /// # Errors
    /// Everything that does not go with the blueprint or with other routes.
    pub fn new(blueprint: &Blueprint, code: Code) -> Result<CodeMap, StartError> {
        let mut problems = Vec::new();
        let mut map = CodeMap { any: !code.routes.is_empty(), answer: code.answer, ..CodeMap::default() };
        for name in &code.entities {
            match index(blueprint, name) {
                Some(entity) => map.entities.push(entity),
                None => problems.push(format!("the blueprint has no entity `{name}`, but there is code for it")),
            }
        }
        let mut paths: Vec<(&str, Vec<&CodeRoute>)> = Vec::new();
        for route in &code.routes {
            match paths.iter_mut().find(|(path, _)| *path == route.path) {
                Some((_, routes)) if routes.iter().any(|other| other.method == route.method) => {
                    problems.push(format!("{} {} is there twice", route.method, route.path));
                }
                Some((_, routes)) => routes.push(route),
                None => paths.push((&route.path, vec![route])),
            }
        }
        for (path, routes) in paths {
            if Fixed::find(path).is_some() || BESIDE.iter().any(|folder| path.starts_with(folder)) {
                problems.push(format!("{path} is kept for what every app has"));
            }
            let place = Place::new(blueprint, path, &routes);
            if let Err(error) = map.places.insert(path, place) {
                problems.push(format!("{path}: {error}"));
            }
        }
        if problems.is_empty() { Ok(map) } else { Err(StartError::Code(problems)) }
    }

    /// Whether there is any code.
    pub fn has_routes(&self) -> bool {
        self.any
    }

    /// The route of a request, if it is one in code.
    ///
    /// # Errors
    /// 404 and 405 where there is neither code nor a blueprint's operation that may answer.
    pub fn find(&self, blueprint: &Blueprint, method: &Method, path: &str) -> Result<Option<Found>, ApiError> {
        if !self.any {
            return Ok(None);
        }
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        let place = self.place(path);
        let route = place.as_ref().and_then(|place| place.value.routes.iter().find(|(method, _)| method == wanted));
        if let (Some(place), Some((_, known))) = (&place, route) {
            let texts: Vec<&str> = place.params.iter().map(|(_, text)| text).collect();
            return place.value.read(*known, &texts).map(Some).ok_or_else(ApiError::not_found);
        }
        let by_blueprint = self.methods_of_blueprint(blueprint, path);
        match by_blueprint {
            Some(methods) if place.is_none() || methods.split(", ").any(|known| known == method) => Ok(None),
            // The blueprint's own answer to a path that it does not know is the same.
            _ => match self.methods(blueprint, path) {
                Some(allow) => Err(method_not_allowed(&allow)),
                None => Err(ApiError::not_found()),
            },
        }
    }

    /// The methods of a path, in code or not, as `Allow` lists them; `None` if there is no such path.
    pub fn methods(&self, blueprint: &Blueprint, path: &str) -> Option<String> {
        let by_blueprint = self.methods_of_blueprint(blueprint, path);
        let Some(place) = self.place(path) else {
            return by_blueprint.map(str::to_owned);
        };
        let in_code: Vec<&str> = place.value.routes.iter().map(|(method, _)| method.as_str()).collect();
        let is_there = |method: &&str| match *method {
            "HEAD" => in_code.contains(&"GET"),
            method => in_code.contains(&method) || method == "OPTIONS",
        };
        let by_blueprint: Vec<&str> = by_blueprint.unwrap_or_default().split(", ").collect();
        let all = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"];
        let there = all.into_iter().filter(|method| is_there(method) || by_blueprint.contains(method));
        Some(there.collect::<Vec<_>>().join(", "))
    }

    /// A path in code. One whose user id can be nobody's is no path at all.
    fn place<'p>(&self, path: &'p str) -> Option<matchit::Match<'_, 'p, &Place>> {
        let place = self.places.at(path).ok()?;
        let users = place.value.segments.iter().zip(place.params.iter());
        let mut users = users.filter(|(segment, _)| matches!(segment, Segment::User));
        users.all(|(_, (_, text))| route::decode(text).is_some()).then_some(place)
    }

    /// The methods that the blueprint gives to a path, unless an entity that it is about is code's alone: that whose path it
    /// begins with, and that whose rows are listed there.
    fn methods_of_blueprint(&self, blueprint: &Blueprint, path: &str) -> Option<&'static str> {
        let beginning = route::entity(blueprint, path)?;
        let listed = operation(blueprint, &Method::GET, path).map_or(beginning, |route| route.entity);
        let is_code = [beginning, listed].iter().any(|entity| self.entities.contains(entity));
        if is_code { None } else { route::methods(blueprint, path) }
    }
}

impl Place {
    fn new(blueprint: &Blueprint, path: &str, routes: &[&CodeRoute]) -> Place {
        let entity = |route: &CodeRoute| route.entity.as_deref().and_then(|name| index(blueprint, name));
        let of_path = routes.iter().find_map(|route| entity(route));
        let sample = sample(blueprint, path, of_path);
        let known = routes.iter().map(|route| {
            let operation = operation(blueprint, &route.method, &sample);
            let known = Known {
                entity: operation.as_ref().map(|operation| operation.entity).or_else(|| entity(route)),
                calls: operation.as_ref().and_then(called),
                verb: operation.map(|operation| operation.verb),
                takes: route.takes,
                anonymous: route.anonymous,
            };
            (route.method.clone(), known)
        });
        let segments = segments(blueprint, path, of_path).filter_map(|(_, segment)| segment).collect();
        Place { routes: known.collect(), segments }
    }

    /// What the segments of a path name, in the order of the path; `None` if one of them can name nothing.
    fn read(&self, known: Known, texts: &[&str]) -> Option<Found> {
        let mut found = Found { known, path_user: None, named: Vec::new() };
        for (segment, text) in self.segments.iter().zip(texts) {
            match segment {
                Segment::User => found.path_user = Some(route::decode(text)?),
                Segment::Row(entity, kind) => {
                    found.named.push(Named { entity: *entity, id: RecordId::parse(text, *kind)? });
                }
                Segment::Free => {}
            }
        }
        Some(found)
    }
}

/// What the blueprint does at a path with one row or one list.
fn operation(blueprint: &Blueprint, method: &Method, path: &str) -> Option<Route> {
    match route::find(blueprint, method, path) {
        Ok(Addressed::Rows(route)) => Some(route),
        Ok(Addressed::Batch(_)) | Err(_) => None,
    }
}

/// The action that a route of the blueprint leaves to code.
fn called(route: &Route) -> Option<(EntityIndex, usize)> {
    match route.operation {
        Operation::Call(_, action) => Some((route.entity, action)),
        _ => None,
    }
}

/// The action that a route is the code of.
pub(crate) fn calls(blueprint: &Blueprint, route: &CodeRoute) -> Option<(EntityIndex, usize)> {
    let of_path = route.entity.as_deref().and_then(|name| index(blueprint, name));
    operation(blueprint, &route.method, &sample(blueprint, &route.path, of_path)).as_ref().and_then(called)
}

/// The entity of which a `{name}` in a path names a row; `None` if it names none.
pub fn row_named(blueprint: &Blueprint, path: &str, name: &str, entity: Option<&str>) -> Option<EntityIndex> {
    let of_path = entity.and_then(|name| index(blueprint, name));
    let mut segments = segments(blueprint, path, of_path);
    let found = segments.find(|(text, _)| name_of(text) == Some(name));
    match found?.1? {
        Segment::Row(entity, _) => Some(entity),
        Segment::User | Segment::Free => None,
    }
}

/// The segments of a path, each with what it stands for where it has a name. `{prospect_id}` is a row of `prospect`; `{id}`
/// one of the entity whose collection stands before it, else of that to which the path belongs.
fn segments<'p>(
    blueprint: &'p Blueprint,
    path: &'p str,
    of_path: Option<EntityIndex>,
) -> impl Iterator<Item = (&'p str, Option<Segment>)> {
    let mut before = None;
    path.split('/').map(move |text| {
        let collection = before.replace(text);
        let Some(name) = name_of(text) else { return (text, None) };
        let listed = || blueprint.entities.iter().position(|entity| Some(entity.path.as_str()) == collection);
        let entity = match name {
            "user_id" if blueprint.api.user_path => return (text, Some(Segment::User)),
            "id" => listed().map(EntityIndex).or(of_path),
            _ => name.strip_suffix("_id").and_then(|name| index(blueprint, name)),
        };
        let segment = entity.map_or(Segment::Free, |entity| Segment::Row(entity, blueprint.entity(entity).id));
        (text, Some(segment))
    })
}

/// A path that this template matches, for asking the blueprint what it would do there.
fn sample(blueprint: &Blueprint, template: &str, of_path: Option<EntityIndex>) -> String {
    let segments = segments(blueprint, template, of_path).map(|(text, segment)| match segment {
        None => text,
        Some(Segment::Row(_, IdKind::Uuid)) => "00000000-0000-0000-0000-000000000000",
        Some(Segment::Row(_, IdKind::Integer) | Segment::User | Segment::Free) => "1",
    });
    segments.collect::<Vec<_>>().join("/")
}

fn name_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The entity of this name.
fn index(blueprint: &Blueprint, name: &str) -> Option<EntityIndex> {
    blueprint.entities.iter().position(|entity| entity.name == name).map(EntityIndex)
}
