//! What a path and a method address. Knows which methods a path has, so 404, 405 and `Allow` come from here.

use blueprint::{ActionKind, Blueprint, EntityIndex};
use http::Method;
use query::{Access, Actor, Denied, Parent, RecordId, Verb, Way, access};

use crate::batch::{Collection, SUFFIX};
use crate::error::{ApiError, METHOD};

/// What a request of the entity API is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Addressed {
    /// A row, or a list.
    Rows(Route),
    /// `POST /things:batch`
    Batch(Collection),
}

/// One place of the entity API.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Which entity.
    pub entity: EntityIndex,
    /// What is done, as far as access is concerned.
    pub verb: Verb,
    /// What is done, as far as the request is concerned.
    pub operation: Operation,
    /// The user id in the path, where the blueprint puts one there.
    pub path_user: Option<String>,
}

impl Route {
    /// Decides what `actor` may reach of it. A list under a row takes the right to read such rows, too.
    ///
    /// # Errors
    /// [`Denied`] when no row could make a difference.
    pub fn decide(&self, blueprint: &Blueprint, actor: Actor) -> Result<Access, Denied> {
        let path_user = self.path_user.as_deref();
        if let Operation::ListUnder(parent) = &self.operation {
            access::decide(blueprint.entity(parent.entity), Verb::Read, actor.clone(), path_user)?;
        }
        access::decide(blueprint.entity(self.entity), self.verb, actor, path_user)
    }
}

/// An operation and the row that it is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// `GET /things`
    List,
    /// `GET /things/{id}/parts`, a list of parts
    ListUnder(Parent),
    /// `POST /things`
    Create,
    /// `GET /things/{id}`
    Read(RecordId),
    /// `PATCH /things/{id}`
    Update(RecordId),
    /// `PUT /things/{id}`
    Replace(RecordId),
    /// `DELETE /things/{id}`
    Delete(RecordId),
    /// `POST /things/{id}/restore`
    Restore(RecordId),
    /// `PATCH /things/{id}/{action}`; the action's place.
    Act(RecordId, usize),
    /// `POST /things/{id}/{action}`: an action that is code; the action's place.
    Call(RecordId, usize),
}

impl Operation {
    /// The row that it is about, if it is about one.
    pub fn id(&self) -> Option<&RecordId> {
        match self {
            Operation::List | Operation::ListUnder(_) | Operation::Create => None,
            Operation::Read(id)
            | Operation::Update(id)
            | Operation::Replace(id)
            | Operation::Delete(id)
            | Operation::Restore(id)
            | Operation::Act(id, _)
            | Operation::Call(id, _) => Some(id),
        }
    }
}

/// A path of the entity API, whatever the method.
struct Place<'a> {
    entity: EntityIndex,
    path_user: Option<String>,
    rest: Rest<'a>,
}

enum Rest<'a> {
    Collection,
    Batch,
    Item(&'a str),
    Restore(&'a str),
    Action(&'a str, usize),
    Call(&'a str, usize),
    /// The rows of another entity under a row: how they hang together with it.
    Children(&'a str, EntityIndex, Way),
}

/// Finds what a request addresses.
///
/// # Errors
/// 404, or 405 with `Allow`.
pub fn find(blueprint: &Blueprint, method: &Method, path: &str) -> Result<Addressed, ApiError> {
    let place = place(blueprint, path).ok_or_else(ApiError::not_found)?;
    let entity = blueprint.entity(place.entity);
    let id = |text: &str| RecordId::parse(text, entity.id).ok_or_else(ApiError::not_found);
    let (verb, operation) = match (&place.rest, method.as_str()) {
        (Rest::Collection, "GET" | "HEAD") => (Verb::Read, Operation::List),
        (Rest::Collection, "POST") => (Verb::Create, Operation::Create),
        (Rest::Batch, "POST") => {
            return Ok(Addressed::Batch(Collection { entity: place.entity, path_user: place.path_user }));
        }
        (Rest::Item(text), "GET" | "HEAD") => (Verb::Read, Operation::Read(id(text)?)),
        (Rest::Item(text), "PATCH") => (Verb::Update, Operation::Update(id(text)?)),
        (Rest::Item(text), "PUT") => (Verb::Update, Operation::Replace(id(text)?)),
        (Rest::Item(text), "DELETE") => (Verb::Delete, Operation::Delete(id(text)?)),
        (Rest::Restore(text), "POST") => (Verb::Delete, Operation::Restore(id(text)?)),
        (Rest::Action(text, action), "PATCH") => (Verb::Act(*action), Operation::Act(id(text)?, *action)),
        (Rest::Call(text, action), "POST") => (Verb::Act(*action), Operation::Call(id(text)?, *action)),
        (Rest::Children(text, children, way), "GET" | "HEAD") => {
            let parent = Parent { entity: place.entity, id: id(text)?, way: *way };
            let operation = Operation::ListUnder(parent);
            let route = Route { entity: *children, verb: Verb::Read, operation, path_user: place.path_user };
            return Ok(Addressed::Rows(route));
        }
        (rest, _) => return Err(method_not_allowed(rest.methods())),
    };
    Ok(Addressed::Rows(Route { entity: place.entity, verb, operation, path_user: place.path_user }))
}

/// The methods of a path, as `Allow` lists them; `None` if there is no such path.
pub fn methods(blueprint: &Blueprint, path: &str) -> Option<&'static str> {
    place(blueprint, path).map(|place| place.rest.methods())
}

/// The entity that a path is about, if there is one.
pub fn entity(blueprint: &Blueprint, path: &str) -> Option<EntityIndex> {
    place(blueprint, path).map(|place| place.entity)
}

/// 405 with the methods that there are.
pub fn method_not_allowed(allow: &str) -> ApiError {
    ApiError::new(METHOD, format!("this path has {allow}")).with(http::header::ALLOW, allow)
}

impl Rest<'_> {
    fn methods(&self) -> &'static str {
        match self {
            Rest::Collection => "GET, HEAD, POST, OPTIONS",
            Rest::Item(_) => "GET, HEAD, PATCH, PUT, DELETE, OPTIONS",
            Rest::Batch | Rest::Restore(_) | Rest::Call(..) => "POST, OPTIONS",
            Rest::Action(..) => "PATCH, OPTIONS",
            Rest::Children(..) => "GET, HEAD, OPTIONS",
        }
    }
}

fn place<'a>(blueprint: &Blueprint, path: &'a str) -> Option<Place<'a>> {
    let mut rest = path.strip_prefix(blueprint.api.prefix.as_str())?.strip_prefix('/')?;
    let mut path_user = None;
    if blueprint.api.user_path {
        let (user, tail) = rest.split_once('/')?;
        path_user = Some(decode(user)?);
        rest = tail;
    }
    let mut segments = rest.splitn(3, '/');
    let segment = segments.next()?;
    let (name, is_batch) = segment.strip_suffix(SUFFIX).map_or((segment, false), |name| (name, true));
    let entity = blueprint.entities.iter().position(|entity| entity.path == name)?;
    let rest = match (segments.next(), segments.next()) {
        (None, _) if is_batch => Rest::Batch,
        _ if is_batch => return None,
        (None, _) => Rest::Collection,
        (Some(""), _) => return None,
        (Some(id), None) => Rest::Item(id),
        (Some(id), Some("restore")) if blueprint.entities.get(entity)?.soft_delete => Rest::Restore(id),
        (Some(id), Some(word)) => {
            let actions = &blueprint.entities.get(entity)?.actions;
            let action = actions.iter().position(|known| known.path == word);
            match action.and_then(|place| Some((place, &actions.get(place)?.does))) {
                Some((place, ActionKind::Call(_))) => Rest::Call(id, place),
                Some((place, _)) => Rest::Action(id, place),
                None => {
                    let mut children = query::children(blueprint, EntityIndex(entity)).into_iter();
                    let named = children.find(|(child, _)| blueprint.entity(*child).path == word);
                    named.map(|(child, way)| Rest::Children(id, child, way))?
                }
            }
        }
    };
    Some(Place { entity: EntityIndex(entity), path_user, rest })
}

/// A user id in a path. Other issuers' ids may hold characters that a path must encode, such as `|`.
pub fn decode(segment: &str) -> Option<String> {
    // An id of ours, as nearly all are, has nothing to decode.
    if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Some(segment.to_owned());
    }
    let text = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
    (!text.is_empty() && !text.contains(['/', '\\']) && !text.chars().any(char::is_control)).then(|| text.into_owned())
}
