//! Which kinds of caller reach a single field: for the fields that not all who see a record read, or not all who change
//! it write.
//!
//! Asked of [`query::View`], which every request's field names go through.

use blueprint::{Blueprint, Entity, Field, Rule};
use query::access::Verb;
use query::{Attribute, Body, Scope, View};

use crate::access::{Caller, Reach, callers, granted, reached};

/// A field, and what each kind of caller does with it, in the order of [`callers`].
pub(crate) struct FieldReach<'a> {
    pub field: &'a Field,
    /// In which records he reads it.
    pub read: Vec<Reach>,
    /// Whether he gives it to a record that he makes.
    pub give: Vec<bool>,
    /// In which records he changes it.
    pub change: Vec<Reach>,
}

/// The fields that have rules of their own.
pub(crate) fn fields<'a>(blueprint: &'a Blueprint, entity: &'a Entity) -> Vec<FieldReach<'a>> {
    let callers = callers(blueprint);
    let ruled = entity.fields.iter().enumerate().filter(|(_, field)| is_ruled(field));
    let of = |(place, field)| FieldReach {
        field,
        read: callers.iter().map(|caller| read(blueprint, entity, place, caller)).collect(),
        give: callers.iter().map(|caller| gives(blueprint, entity, place, caller)).collect(),
        change: callers.iter().map(|caller| change(blueprint, entity, place, caller)).collect(),
    };
    ruled.map(of).collect()
}

fn is_ruled(field: &Field) -> bool {
    field.hidden || field.read_only || field.read != Rule::Anyone || field.write != Rule::Anyone
}

fn read(blueprint: &Blueprint, entity: &Entity, place: usize, caller: &Caller) -> Reach {
    let Some(access) = granted(blueprint, entity, Verb::Read, caller) else { return Reach::None };
    let view = View::of(entity, &access);
    let attribute = Attribute::Field(place);
    if !view.visible().contains(&attribute) {
        return Reach::None;
    }
    reached(&access.read().clone().and(view.reads(attribute)))
}

fn gives(blueprint: &Blueprint, entity: &Entity, place: usize, caller: &Caller) -> bool {
    let Some(access) = granted(blueprint, entity, Verb::Create, caller) else { return false };
    let writable = entity.fields.get(place).is_some_and(|field| Body::Create.writable(field));
    writable && *access.reach() != Scope::Nothing && View::of(entity, &access).may_give(place)
}

fn change(blueprint: &Blueprint, entity: &Entity, place: usize, caller: &Caller) -> Reach {
    let Some(access) = granted(blueprint, entity, Verb::Update, caller) else { return Reach::None };
    if !entity.fields.get(place).is_some_and(|field| Body::Update.writable(field)) {
        return Reach::None;
    }
    reached(&access.reach().clone().and(View::of(entity, &access).writes(place)))
}
