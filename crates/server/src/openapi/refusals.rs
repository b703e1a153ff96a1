//! Which problems an operation can answer with, found from its rule, its body and what is unique or referred to.

use blueprint::{
    Action, ActionKind, Blueprint, Change, Entity, Field, FieldKind, Link, Literal, OnDelete, Rule, Target, Unique,
};
use query::{Actor, Body, Scope, User, Verb, access};

use super::schemas::refers_to;
use crate::error::{
    BAD_JSON, BAD_PARAMETER, BAD_REQUEST, FORBIDDEN, FOREIGN_PATH, HEADERS_TOO_LARGE, INTERNAL, KEY_REUSED, MEDIA_TYPE,
    NOT_FOUND, NOT_IMPLEMENTED, PRECONDITION_FAILED, PRECONDITION_REQUIRED, Problem, REFERENCE, STATE, STORAGE_FULL,
    TIMEOUT, TOO_LARGE, TOO_MANY, TOO_SLOW, UNAUTHORIZED, UNAVAILABLE, UNIQUE, URI_TOO_LONG, VALIDATION,
};

/// What an operation does, as far as its answers are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    List,
    Create,
    Read,
    Write(Body),
    Delete,
    Restore,
    Act(usize),
}

/// What any request may meet: the edge of the server refuses it, or gives it up.
pub(super) const ANYWHERE: &[&Problem] = &[BAD_REQUEST, TIMEOUT, URI_TOO_LONG, HEADERS_TOO_LARGE, INTERNAL, TOO_SLOW];
/// What a request with a JSON body may meet.
pub(super) const WITH_BODY: &[&Problem] = &[BAD_JSON, TOO_LARGE, MEDIA_TYPE, VALIDATION];

impl Deed {
    /// What it is as far as access is concerned.
    pub(super) fn verb(self) -> Verb {
        match self {
            Deed::List | Deed::Read => Verb::Read,
            Deed::Create => Verb::Create,
            Deed::Write(_) => Verb::Update,
            Deed::Delete | Deed::Restore => Verb::Delete,
            Deed::Act(place) => Verb::Act(place),
        }
    }

    /// Every problem that it can answer with.
    pub(super) fn refusals(self, blueprint: &Blueprint, entity: &Entity) -> Vec<&'static Problem> {
        let mut problems = [ANYWHERE, &[BAD_PARAMETER, UNAUTHORIZED, TOO_MANY, UNAVAILABLE]].concat();
        if self.may_be_forbidden(blueprint, entity) {
            problems.push(FORBIDDEN);
        }
        if blueprint.api.user_path {
            problems.push(FOREIGN_PATH);
        }
        // A list is nowhere only if its path holds what is no id of anybody.
        if blueprint.api.user_path || !matches!(self, Deed::List | Deed::Create) {
            problems.push(NOT_FOUND);
        }
        match self {
            Deed::Create | Deed::Write(_) => problems.extend(WITH_BODY),
            Deed::Act(_) | Deed::Restore => problems.extend([BAD_JSON, TOO_LARGE, MEDIA_TYPE, VALIDATION]),
            Deed::List | Deed::Read | Deed::Delete => {}
        }
        if matches!(self, Deed::Write(_) | Deed::Delete | Deed::Restore | Deed::Act(_)) {
            problems.push(PRECONDITION_FAILED);
        }
        if matches!(self, Deed::Write(_) | Deed::Delete | Deed::Act(_)) {
            problems.extend(blueprint.api.require_if_match.then_some(PRECONDITION_REQUIRED));
        }
        if let Deed::Act(place) = self {
            problems.extend(of_action(entity.actions.get(place)));
        }
        if !matches!(self, Deed::List | Deed::Read) {
            problems.extend([STORAGE_FULL, KEY_REUSED, FORBIDDEN]);
        }
        problems.extend(self.conflicts(blueprint, entity));
        problems
    }

    /// Where somebody has no rows at all, a list or a new row is refused; one row is refused only to those who can see it, and
    /// one in the trash is seen by nobody.
    fn may_be_forbidden(self, blueprint: &Blueprint, entity: &Entity) -> bool {
        let rule = access::rule(entity, self.verb());
        let leaves_out = access::scope(rule, &plain_user()) == Scope::Nothing;
        let conditions = |rule: &Rule| rule.conditions().next().is_some();
        match self {
            // An API key may be for something else.
            Deed::List => true,
            // Also by what is given: the row, or a field of it, would not be such as the rule wants.
            Deed::Create => leaves_out || conditions(rule) || writes(entity).any(conditions),
            Deed::Read | Deed::Restore => false,
            // Within the path of one user every rule that admits him reaches the same rows.
            Deed::Write(_) if conditions(rule) || writes(entity).any(conditions) => true,
            Deed::Write(_) | Deed::Delete | Deed::Act(_) => {
                let narrowed = blueprint.api.user_path && entity.owned;
                *rule != entity.access.read && (leaves_out || !narrowed || conditions(rule))
            }
        }
    }

    fn conflicts(self, blueprint: &Blueprint, entity: &Entity) -> Vec<&'static Problem> {
        let is_unique = |place: usize| entity.fields.get(place).is_some_and(|field| field.unique != Unique::No);
        let (unique, reference) = match self {
            Deed::List | Deed::Read => (false, false),
            Deed::Create => {
                (entity.fields.iter().any(|field| field.unique != Unique::No), writes_references(entity, Body::Create))
            }
            Deed::Write(body) => {
                let unique = entity.fields.iter().any(|field| body.writable(field) && field.unique != Unique::No);
                (unique, writes_references(entity, body))
            }
            Deed::Delete => (false, is_held(blueprint, entity, &mut Vec::new())),
            Deed::Restore => comes_back(blueprint, entity, &mut Vec::new()),
            Deed::Act(place) => match entity.actions.get(place).map(|action| &action.does) {
                Some(ActionKind::Change(Change { set, add })) => {
                    let mut places = set.iter().map(|(place, _)| *place).chain(add.iter().map(|(place, _)| *place));
                    let refers = |(place, value): &(usize, Literal)| {
                        let field = entity.fields.get(*place);
                        let refers = field.is_some_and(|field| matches!(field.kind, FieldKind::Reference { .. }));
                        refers && *value != Literal::Null
                    };
                    (places.any(is_unique), set.iter().any(refers))
                }
                Some(ActionKind::Toggle(place)) => (is_unique(*place), false),
                Some(ActionKind::Call(_)) | None => (false, false),
            },
        };
        [unique.then_some(UNIQUE), reference.then_some(REFERENCE)].into_iter().flatten().collect()
    }
}

/// What an action may answer besides: its row is not in a state for it, or its code is not here.
fn of_action(action: Option<&Action>) -> Vec<&'static Problem> {
    let Some(action) = action else { return Vec::new() };
    let adds = matches!(&action.does, ActionKind::Change(change) if !change.add.is_empty());
    let state = (action.when.is_some() || adds).then_some(STATE);
    let code = matches!(action.does, ActionKind::Call(_)).then_some(NOT_IMPLEMENTED);
    state.into_iter().chain(code).collect()
}

/// A user without roles, who owns rows like anybody.
/// Who may set each field and set of links.
fn writes(entity: &Entity) -> impl Iterator<Item = &Rule> {
    let fields = entity.fields.iter().map(|field| &field.write);
    fields.chain(entity.links.iter().map(|link| &link.write))
}

fn plain_user() -> Actor {
    let text = String::new;
    let user = User {
        id: text(),
        iss: text(),
        sub: text(),
        email: None,
        roles: Vec::new(),
        fields: query::Fields::default(),
        session: None,
        key: None,
    };
    Actor::User(user.into())
}

fn writes_references(entity: &Entity, body: Body) -> bool {
    let refers = |field: &Field| body.writable(field) && matches!(field.kind, FieldKind::Reference { .. });
    entity.links.iter().any(|link| body.writable_link(link)) || entity.fields.iter().any(refers)
}

/// What a row that comes back from the trash, or one that comes with it, may meet: a value that is taken, a reference that
/// leads into the trash.
fn comes_back<'b>(blueprint: &'b Blueprint, entity: &'b Entity, seen: &mut Vec<&'b str>) -> (bool, bool) {
    if seen.contains(&entity.name.as_str()) {
        return (false, false);
    }
    seen.push(&entity.name);
    let trash = |target: &Entity| target.soft_delete;
    let into_trash = |field: &Field| blueprint.entities.iter().any(|to| trash(to) && refers_to(blueprint, field, to));
    let all_in_trash =
        |link: &Link| link.required && matches!(link.to, Target::Entity(index) if trash(blueprint.entity(index)));
    let refers = entity.fields.iter().any(into_trash) || entity.links.iter().any(all_in_trash);
    let mut found = (entity.fields.iter().any(|field| field.unique != Unique::No), refers);
    for (owner, field) in blueprint.entities.iter().flat_map(|owner| owner.fields.iter().map(move |one| (owner, one))) {
        let cascades = matches!(field.kind, FieldKind::Reference { on_delete: OnDelete::Cascade, .. });
        if cascades && refers_to(blueprint, field, entity) {
            let along = comes_back(blueprint, owner, seen);
            found = (found.0 || along.0, found.1 || along.1);
        }
    }
    found
}

/// Whether rows elsewhere can stand in the way of a deletion, here or where it would cascade to.
fn is_held<'b>(blueprint: &'b Blueprint, entity: &'b Entity, seen: &mut Vec<&'b str>) -> bool {
    if seen.contains(&entity.name.as_str()) {
        return false;
    }
    seen.push(&entity.name);
    let leads_here = |to: Target| matches!(to, Target::Entity(index) if blueprint.entity(index).name == entity.name);
    let mut links = blueprint.entities.iter().flat_map(|owner| &owner.links).filter(|link| leads_here(link.to));
    if links.any(|link| link.restrict || link.required) {
        return true;
    }
    let fields = blueprint.entities.iter().flat_map(|owner| owner.fields.iter().map(move |field| (owner, field)));
    let here: Vec<_> = fields.filter(|(_, field)| refers_to(blueprint, field, entity)).collect();
    here.into_iter().any(|(owner, field)| match field.kind {
        FieldKind::Reference { on_delete: OnDelete::Restrict, .. } => true,
        FieldKind::Reference { on_delete: OnDelete::Cascade, .. } => is_held(blueprint, owner, seen),
        _ => false,
    })
}
