//! What will be done: the request with the scopes of its caller, checked for all that needs no database.

use blueprint::{Blueprint, Entity, EntityIndex};
use work::{Kind, Value};

use crate::access::{Access, Verb};
use crate::attribute::Attribute;
use crate::cursor::{self, CursorKey};
use crate::list::{List, Sort};
use crate::parent::Parent;
use crate::reference::Path;
use crate::request::{Bad, Request, Values};
use crate::scope::Scope;
use crate::{View, new_row};

/// What will be done. Made by [`plan`] only, and only of an [`Access`].
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) entity: EntityIndex,
    pub(crate) access: Access,
    pub(crate) request: Request,
    pub(crate) position: Option<Vec<Value>>,
    pub(crate) origin: Origin,
    /// What must hold besides: nothing, where it is known that it cannot be, and a condition where it looks at what is newly
    /// referred to, which is asked once it is known that the caller sees that. The work tells it, and not the lack of a plan:
    /// what was done under a key is answered again even if it could not be done now.
    pub(crate) ahead: Scope,
}

/// Where and when a request came in: what the audit keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The time of the request, `2026-11-21T03:37:18.123456Z`.
    pub at: String,
    /// The `X-Request-Id`.
    pub request_id: String,
    /// The caller's address.
    pub ip: Option<std::net::IpAddr>,
    /// What the changes of one batch have in common.
    pub batch: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// The caller may not do this, whatever the rows are.
    Forbidden,
    /// The same, because the API key that he sent is not for it.
    Key,
    /// The cursor is not one that was given out for this list and this caller.
    Cursor(Bad),
}

/// Plans a request.
///
/// # Errors
/// [`PlanError`]; everything that depends on rows is decided in the transaction.
pub fn plan(
    blueprint: &Blueprint,
    entity: EntityIndex,
    access: Access,
    request: Request,
    origin: Origin,
    key: &CursorKey,
) -> Result<Plan, PlanError> {
    // One row that cannot be reached is 404 by the statement itself; only what is no matter of rows is refused here.
    let is_hopeless = |access: &Access| *access.reach() == Scope::Nothing;
    if is_hopeless(&access) && matches!(request, Request::Create { .. } | Request::List(_)) {
        return Err(hopeless(blueprint.entity(entity), &access, &request));
    }
    let access = access.at(&origin.at);
    if is_hopeless(&access) && matches!(request, Request::List(_)) {
        return Err(hopeless(blueprint.entity(entity), &access, &request));
    }
    let (access, ahead) = narrowed(blueprint.entity(entity), access, &request, &origin);
    let mut plan = Plan { entity, access, request, position: None, origin, ahead };
    if let Request::List(list) = &plan.request
        && let Some(cursor) = &list.cursor
    {
        let entity = blueprint.entity(entity);
        let position = cursor::open(
            key,
            &texts(&bound_to(blueprint, &plan, list)),
            &position_kinds(blueprint, entity, list),
            cursor,
        );
        let wrong = || Bad::parameter("cursor", "cursor", "is not a cursor of this list; start again without it");
        plan.position = Some(position.ok_or_else(|| PlanError::Cursor(wrong()))?);
    }
    Ok(plan)
}

/// By whose fault there is nothing to reach: that of the rules, or of a key which does not do what its user may.
fn hopeless(entity: &Entity, access: &Access, request: &Request) -> PlanError {
    let verb = if let Request::Create { .. } = request { Verb::Create } else { Verb::Read };
    let key = access.user().and_then(|user| user.key.as_ref());
    if key.is_some_and(|key| !key.allowed.allows(entity, verb)) { PlanError::Key } else { PlanError::Forbidden }
}

/// Narrows the rows that may be written by what is written: where a condition would no longer hold, or a field may not be
/// set, it is 403. What looks at rows that are newly referred to is left for later, lest it tell of such as the caller
/// cannot see.
fn narrowed(entity: &Entity, access: Access, request: &Request, origin: &Origin) -> (Access, Scope) {
    match request {
        Request::Create { values, .. } => {
            let made = new_row::made(entity, &access, values, origin);
            (access, made)
        }
        Request::Update { changes, .. } => {
            let access = reaching_writable(entity, access, changes);
            // Of the fields, too: what may not be said of a record as it will be cannot be said by taking it there.
            let after = new_row::changed(entity, access.reach(), changes, origin);
            match &after {
                Scope::Where(expr) if expr.looks_ahead() => (access, after),
                _ => (access.reaching_only(after), Scope::Everything),
            }
        }
        Request::Perform { changes, .. } => (reaching_writable(entity, access, changes), Scope::Everything),
        _ => (access, Scope::Everything),
    }
}

fn reaching_writable(entity: &Entity, access: Access, changes: &Values) -> Access {
    let writable = writable(entity, &access, changes);
    access.reaching_only(writable)
}

/// The rows in which all of this may be set.
fn writable(entity: &Entity, access: &Access, changes: &Values) -> Scope {
    let view = View::of(entity, access);
    changes.attributes().map(|attribute| view.writes(attribute)).fold(Scope::Everything, Scope::and)
}

impl Plan {
    /// Which entity it is about.
    pub fn entity(&self) -> EntityIndex {
        self.entity
    }

    /// What was asked.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Who asks, and what he may reach.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The cursor of the page after one that ended with a row of these sort keys.
    pub fn next_cursor(&self, blueprint: &Blueprint, position: &[Value], key: &CursorKey) -> Option<String> {
        let Request::List(list) = &self.request else { return None };
        Some(cursor::seal(key, &texts(&bound_to(blueprint, self, list)), position))
    }
}

/// The order of a list in full: what was asked, then the id.
pub(crate) fn order(list: &List) -> Vec<Sort> {
    let id = Path::from(Attribute::Id);
    let mut order = list.sort.clone();
    // Whatever comes after the id decides nothing.
    if let Some(place) = order.iter().position(|key| key.path == id) {
        order.truncate(place + 1);
    } else {
        order.push(Sort { path: id, descending: order.last().is_some_and(|key| key.descending) });
    }
    order
}

pub(crate) fn position_kinds(blueprint: &Blueprint, entity: &Entity, list: &List) -> Vec<Kind> {
    order(list).iter().map(|key| key.path.kind(blueprint, entity)).collect()
}

/// What a cursor is good for: this list of this caller, under this row.
fn bound_to(blueprint: &Blueprint, plan: &Plan, list: &List) -> [String; 5] {
    let caller = plan.access.user().map_or_else(String::new, |user| match &user.key {
        Some(key) => format!("{} {}", user.id, key.id),
        None => user.id.clone(),
    });
    let under = |parent: &Parent| format!("{}={}", blueprint.entity(parent.entity).name, parent.id);
    let parent = list.parent.as_ref().map_or_else(String::new, under);
    let entity = &blueprint.entity(plan.entity).name;
    [entity.clone(), caller, list.fingerprint.clone(), parent, "1".to_owned()]
}

fn texts(bound_to: &[String; 5]) -> [&str; 5] {
    bound_to.each_ref().map(String::as_str)
}
