//! Which kinds of caller reach a single field or set of links: for those that not all who see a record read, or not all
//! who change it write.
//!
//! Asked of [`query::View`], which every request's field names go through.

use blueprint::{Blueprint, Entity, Field, Link, Rule};
use query::access::Verb;
use query::{Attribute, Body, Scope, View};

use crate::access::{Caller, Reach, callers, granted, reached};

/// A field, and what each kind of caller does with it, in the order of [`callers`].
pub(crate) struct FieldReach<'a> {
    pub key: &'a str,
    /// In which records he reads it.
    pub read: Vec<Reach>,
    /// Whether he gives it to a record that he makes.
    pub give: Vec<bool>,
    /// In which records he changes it.
    pub change: Vec<Reach>,
    /// The conditions of reading and of writing it.
    pub conditions: [Vec<&'a str>; 2],
}

/// The fields that have rules of their own.
pub(crate) fn fields<'a>(blueprint: &'a Blueprint, entity: &'a Entity) -> Vec<FieldReach<'a>> {
    let callers = callers(blueprint);
    let fields = entity.fields.iter().enumerate().filter(|(_, field)| is_ruled(field));
    let fields = fields.map(|(place, _)| Attribute::Field(place));
    let is_ruled = |link: &Link| link.read != Rule::Anyone || link.write != Rule::Anyone;
    let links = entity.links.iter().enumerate().filter(|(_, link)| is_ruled(link));
    let of = |attribute: Attribute| FieldReach {
        key: attribute.column(entity),
        read: callers.iter().map(|caller| read(blueprint, entity, attribute, caller)).collect(),
        give: callers.iter().map(|caller| gives(blueprint, entity, attribute, caller)).collect(),
        change: callers.iter().map(|caller| change(blueprint, entity, attribute, caller)).collect(),
        conditions: rules(entity, attribute).map(conditions),
    };
    fields.chain(links.map(|(place, _)| Attribute::Link(place))).map(of).collect()
}

/// Who may read it and who may write it.
fn rules(entity: &Entity, attribute: Attribute) -> [&Rule; 2] {
    match attribute {
        Attribute::Field(place) => entity.fields.get(place).map(|field| [&field.read, &field.write]),
        Attribute::Link(place) => entity.links.get(place).map(|link| [&link.read, &link.write]),
        _ => None,
    }
    .unwrap_or([&Rule::Anyone, &Rule::Anyone])
}

fn conditions(rule: &Rule) -> Vec<&str> {
    rule.conditions().map(|condition| condition.text.as_str()).collect()
}

fn is_ruled(field: &Field) -> bool {
    field.hidden || field.read_only || field.read != Rule::Anyone || field.write != Rule::Anyone
}

fn read(blueprint: &Blueprint, entity: &Entity, attribute: Attribute, caller: &Caller) -> Reach {
    let Some(access) = granted(blueprint, entity, Verb::Read, caller) else { return Reach::None };
    let view = View::of(entity, &access);
    if !view.visible().contains(&attribute) {
        return Reach::None;
    }
    reached(&access.read().clone().and(view.reads(attribute)))
}

fn gives(blueprint: &Blueprint, entity: &Entity, attribute: Attribute, caller: &Caller) -> bool {
    let Some(access) = granted(blueprint, entity, Verb::Create, caller) else { return false };
    let writable = is_writable(entity, attribute, Body::Create);
    writable && *access.reach() != Scope::Nothing && View::of(entity, &access).may_give(attribute)
}

fn change(blueprint: &Blueprint, entity: &Entity, attribute: Attribute, caller: &Caller) -> Reach {
    let Some(access) = granted(blueprint, entity, Verb::Update, caller) else { return Reach::None };
    if !is_writable(entity, attribute, Body::Update) {
        return Reach::None;
    }
    reached(&access.reach().clone().and(View::of(entity, &access).writes(attribute)))
}

fn is_writable(entity: &Entity, attribute: Attribute, body: Body) -> bool {
    match attribute {
        Attribute::Field(place) => entity.fields.get(place).is_some_and(|field| body.writable(field)),
        Attribute::Link(place) => entity.links.get(place).is_some_and(|link| body.writable_link(link)),
        _ => false,
    }
}
