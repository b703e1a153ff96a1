//! The bodies of sample rows: values by the crate `sample`, references to rows that were made before.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use blueprint::{Blueprint, Entity, EntityIndex, Field, FieldKind, Link, Literal, Target, Unique};
use query::{Access, Attribute, Body, Scope, User, View};
use sample::{Dice, Subject, draw};
use serde_json::{Map, Value as Json};

use super::key;

/// Of a hundred values that need not be there, so many are not.
const EMPTY_PERCENT: i64 = 12;
/// Rows that a set of ids holds at most.
const MOST_LINKED: i64 = 3;

/// The ids of the rows that there are to refer to.
pub(super) struct Made {
    rows: Vec<Vec<Json>>,
    user: [Json; 1],
}

impl Made {
    pub(super) fn new(blueprint: &Blueprint, user: &User) -> Made {
        Made { rows: vec![Vec::new(); blueprint.entities.len()], user: [Json::from(user.id.as_str())] }
    }

    pub(super) fn add(&mut self, index: EntityIndex, id: Json) {
        self.rows[index.0].push(id);
    }

    fn of(&self, target: Target) -> &[Json] {
        match target {
            Target::User => &self.user,
            Target::Entity(index) => &self.rows[index.0],
        }
    }
}

/// Makes the bodies of one entity.
pub(super) struct Rows<'a> {
    blueprint: &'a Blueprint,
    entity: &'a Entity,
    access: &'a Access,
    seed: u64,
    /// By the place of a unique field: what other rows hold, or the database refused.
    taken: Vec<RefCell<HashSet<String>>>,
    /// By the place of a unique reference and the number of a row: what that row was to hold.
    held: RefCell<HashMap<(usize, usize), String>>,
    left_empty: BTreeMap<String, BTreeSet<usize>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(blueprint: &'a Blueprint, index: EntityIndex, access: &'a Access, seed: u64) -> Rows<'a> {
        let entity = blueprint.entity(index);
        let taken = entity.fields.iter().map(|_| RefCell::default()).collect();
        Rows { blueprint, entity, access, seed, taken, held: RefCell::default(), left_empty: BTreeMap::new() }
    }

    /// The body of the row with this number; made again it differs in its unique fields.
    ///
    /// # Errors
    /// A required field for which there is no value, and why.
    pub(super) fn make(&mut self, made: &Made, number: usize) -> Result<Json, String> {
        let subject = Subject::new(self.seed, &self.entity.name, number);
        let view = View::of(self.entity, self.access);
        let mut body = Map::new();
        for (place, field) in self.entity.fields.iter().enumerate() {
            if !Body::Create.writable(field) || !view.may_give(Attribute::Field(place)) {
                continue;
            }
            let mut dice = subject.dice(&format!("{}?", field.name));
            let first = place == 0;
            if !field.required && !first && dice.percent(EMPTY_PERCENT) {
                continue;
            }
            match self.value(made, place, field, &subject) {
                Some(value) => {
                    body.insert(field.column.clone(), value);
                }
                None if field.required && field.default.is_none() => return Err(self.missing(made, field)),
                // The first rows of a tree have none above them, and that is how it should be.
                None if self.is_own(&field.kind) && made.of(target(&field.kind)).is_empty() => {}
                None => {
                    self.left_empty.entry(self.missing(made, field)).or_default().insert(number);
                }
            }
        }
        for (place, link) in self.entity.links.iter().enumerate() {
            if !Body::Create.writable_link(link) || !view.may_give(Attribute::Link(place)) {
                continue;
            }
            let ids = self.linked(made, link, &subject);
            if ids.is_empty() && link.required {
                return Err(format!("`{}` needs a row to link, and there is none", link.name));
            }
            body.insert(link.key.clone(), Json::Array(ids));
        }
        Ok(Json::Object(body))
    }

    /// What was left empty, in how many rows.
    pub(super) fn left_empty(&self) -> impl Iterator<Item = String> {
        self.left_empty.iter().map(|(why, rows)| match rows.len() {
            1 => format!("{why}: left empty in one row"),
            count => format!("{why}: left empty in {count} rows"),
        })
    }

    fn value(&self, made: &Made, place: usize, field: &Field, subject: &Subject) -> Option<Json> {
        let mut taken = self.taken.get(place)?.borrow_mut();
        let is_unique = field.unique != Unique::No;
        let holder = (place, subject.number());
        if let Some(held) = self.held.borrow_mut().remove(&holder) {
            taken.remove(&held);
        }
        let free = |literal: &Literal| !is_unique || !taken.contains(&key(literal));
        let value = match &field.kind {
            FieldKind::Reference { to, .. } => {
                let fits = |id: &&Json| field.read(id).is_ok_and(|literal| free(&literal));
                turned(self.seen(made, *to), &mut subject.dice(&field.name)).find(fits).cloned()?
            }
            _ => draw(field, subject, &free)?,
        };
        if is_unique && let Ok(literal) = field.read(&value) {
            // A row made here is referred to by none that was there before, so it is not what the database refused.
            if matches!(field.kind, FieldKind::Reference { to: Target::Entity(_), .. }) {
                self.held.borrow_mut().insert(holder, key(&literal));
            }
            taken.insert(key(&literal));
        }
        Some(value)
    }

    fn linked(&self, made: &Made, link: &Link, subject: &Subject) -> Vec<Json> {
        let mut dice = subject.dice(&link.name);
        let count = dice.between(i64::from(link.required), MOST_LINKED);
        let ids = turned(self.seen(made, link.to), &mut dice);
        ids.take(usize::try_from(count).unwrap_or_default()).cloned().collect()
    }

    /// The rows that a reference may lead to: those that were made and that the user can see.
    fn seen<'m>(&self, made: &'m Made, target: Target) -> &'m [Json] {
        match target {
            Target::Entity(index)
                if self.access.sees(self.blueprint, self.blueprint.entity(index)) == Scope::Nothing =>
            {
                &[]
            }
            _ => made.of(target),
        }
    }

    fn missing(&self, made: &Made, field: &Field) -> String {
        let name = &field.name;
        match &field.kind {
            FieldKind::Reference { to, .. } if self.seen(made, *to).is_empty() => {
                format!("there is no row that `{name}` could refer to")
            }
            _ if field.unique != Unique::No => format!("no value is left for `{name}`, which must be unique"),
            _ => format!("no value was found that `{name}` takes"),
        }
    }

    fn is_own(&self, kind: &FieldKind) -> bool {
        match kind {
            FieldKind::Reference { to: Target::Entity(index), .. } => {
                std::ptr::eq(self.blueprint.entity(*index), self.entity)
            }
            _ => false,
        }
    }
}

fn target(kind: &FieldKind) -> Target {
    match kind {
        FieldKind::Reference { to, .. } => *to,
        _ => Target::User,
    }
}

/// All of them, beginning anywhere.
fn turned<'m>(ids: &'m [Json], dice: &mut Dice) -> impl Iterator<Item = &'m Json> {
    ids.iter().cycle().skip(dice.place(ids.len())).take(ids.len())
}
