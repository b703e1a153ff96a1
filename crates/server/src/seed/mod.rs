//! Sample rows, made like those of requests: decided, parsed, planned, rendered and stored by the same stages, so that
//! every rule and reference holds and the audit knows of them.
//!
//! The values are of the crate `sample`. The same seed gives the same rows of an empty database but for ids and stamps.

mod order;
mod roles;
mod rows;

use std::sync::Arc;

use blueprint::{Blueprint, EntityIndex, IdKind, Literal, Rule};
use query::cursor::CursorKey;
use query::{Access, Actor, Body, Catalog, Origin, PlanError, Request, Scope, User, Verb, View};
use serde::Serialize;
use serde_json::Value as Json;
use store::{Store, StoreError};
use work::{Outcome, Refusal, Value, Work};

use crate::auth::as_whom::{self, As, Whom};
use crate::auth::users::UserError;

pub use roles::needed;

use rows::{Made, Rows};

/// Rows that are stored in one transaction at most.
const CHUNK: usize = 100;
/// How often a row is made anew whose values the database holds already.
const RETRIES: usize = 20;

/// How many rows, and which.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Rows of each entity.
    pub rows: usize,
    /// The same seed gives the same rows.
    pub seed: u64,
}

/// What became of one entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seeded {
    /// Its name.
    pub entity: String,
    /// Rows that were made.
    pub rows: usize,
    /// What was not made or left empty, and why.
    pub notes: Vec<String>,
}

/// Makes sample rows of every entity on behalf of a user. Without a store nothing is stored, but all else is done.
/// `tell` hears how many rows there are whenever there are more.
///
/// # Errors
/// What the database has to say; the rows that were told are stored.
pub fn seed(
    blueprint: &Arc<Blueprint>,
    store: Option<&Store>,
    user: &User,
    wanted: Wanted,
    tell: &mut dyn FnMut(usize),
) -> Result<Vec<Seeded>, StoreError> {
    let dialect = store.map_or(work::Dialect::Sqlite, Store::dialect);
    let catalog = Catalog::new(blueprint.clone(), dialect);
    let known = store.map(|store| with_fields(blueprint, store, user)).transpose()?;
    let user = known.as_ref().unwrap_or(user);
    let mut made = Made::new(blueprint, user);
    let mut report: Vec<(EntityIndex, Seeded)> = Vec::new();
    for index in order::order(blueprint) {
        let before: usize = report.iter().map(|(_, seeded)| seeded.rows).sum();
        let mut of_all = |rows: usize| tell(before + rows);
        let sower = Sower { blueprint, catalog: &catalog, store, user, index };
        report.push((index, sower.sow(&mut made, wanted, &mut of_all)?));
    }
    report.sort_by_key(|(index, _)| *index);
    Ok(report.into_iter().map(|(_, seeded)| seeded).collect())
}

/// The user with what conditions look at of him.
fn with_fields(blueprint: &Blueprint, store: &Store, user: &User) -> Result<User, StoreError> {
    match as_whom::find(blueprint, store, &As::User(user.id.clone())) {
        Ok(Whom { actor: Actor::User(known), .. }) => Ok(User { fields: known.fields.clone(), ..user.clone() }),
        Err(UserError::Store(error)) => Err(error),
        // Whoever is not there is told so by what he makes.
        Ok(_) | Err(_) => Ok(user.clone()),
    }
}

/// Makes the rows of one entity.
struct Sower<'a> {
    blueprint: &'a Blueprint,
    catalog: &'a Catalog,
    store: Option<&'a Store>,
    user: &'a User,
    index: EntityIndex,
}

/// What one row came to.
enum Fate {
    Stored(Json),
    /// Another row has a value that must be unique.
    Taken,
    Refused(&'static str),
}

impl Sower<'_> {
    fn sow(&self, made: &mut Made, wanted: Wanted, tell: &mut dyn FnMut(usize)) -> Result<Seeded, StoreError> {
        let entity = self.blueprint.entity(self.index);
        let mut seeded = Seeded { entity: entity.name.clone(), rows: 0, notes: Vec::new() };
        let Some(access) = self.access() else {
            seeded.notes.push(self.denied());
            return Ok(seeded);
        };
        let mut rows = Rows::new(self.blueprint, self.index, &access, wanted.seed);
        let mut numbers: Vec<usize> = (0..wanted.rows).collect();
        let mut taken = 0;
        while !numbers.is_empty() && taken < RETRIES {
            // Small at first, so that rows of a tree soon have others above them.
            let size = seeded.rows.clamp(1, CHUNK).min(numbers.len());
            let chunk: Vec<usize> = numbers.drain(..size).collect();
            let mut works = Vec::with_capacity(size);
            for number in chunk {
                match rows.make(made, number) {
                    Ok(body) => match self.work(&access, &body) {
                        Ok(work) => works.push((number, work)),
                        Err(why) => seeded.notes.push(why),
                    },
                    Err(why) => seeded.notes.push(why),
                }
            }
            if works.len() < size {
                // What one row lacks, the next ones lack too.
                numbers.clear();
            }
            let fates = self.store(works, seeded.rows)?;
            let mut again = Vec::new();
            for (number, fate) in fates {
                match fate {
                    Fate::Stored(id) => {
                        seeded.rows += 1;
                        made.add(self.index, id);
                    }
                    Fate::Taken => again.push(number),
                    Fate::Refused(why) => {
                        seeded.notes.push(why.to_owned());
                        numbers.clear();
                    }
                }
            }
            taken = if again.is_empty() { 0 } else { taken + 1 };
            numbers.splice(0..0, again);
            tell(seeded.rows);
        }
        if taken >= RETRIES {
            seeded.notes.push("no values were found for its unique fields that no other row has".to_owned());
        }
        seeded.notes.extend(rows.left_empty());
        seeded.notes.dedup();
        Ok(seeded)
    }

    /// What a request of the user may reach, if it may make a row.
    fn access(&self) -> Option<Access> {
        let path_user = self.blueprint.api.user_path.then_some(self.user.id.as_str());
        let actor = Actor::User(Arc::new(self.user.clone()));
        let entity = self.blueprint.entity(self.index);
        let access = query::access::decide(entity, Verb::Create, actor, path_user).ok()?;
        (*access.reach() != Scope::Nothing).then_some(access)
    }

    fn denied(&self) -> String {
        match &self.blueprint.entity(self.index).access.create {
            Rule::Nobody => "nobody may make one".to_owned(),
            _ => "this user may not make one: a role is missing".to_owned(),
        }
    }

    /// The stages of a request, from its body to its work.
    fn work(&self, access: &Access, body: &Json) -> Result<Work, String> {
        let entity = self.blueprint.entity(self.index);
        let values = Body::Create.read(&View::of(entity, access), body).map_err(|wrong| {
            let all = wrong.iter().map(|wrong| format!("{} {}", wrong.pointer, wrong.detail));
            all.collect::<Vec<_>>().join("; ")
        })?;
        let id = crate::request::new_id(entity);
        let request = Request::Create { id, values };
        let origin = Origin { at: crate::clock::now(), request_id: REQUEST_ID.to_owned(), ip: None, batch: None };
        // A key seals cursors, and a new row has none.
        let plan = query::plan(self.blueprint, self.index, access.clone(), request, origin, &CursorKey::new([0; 32]));
        let plan = plan.map_err(|error| match error {
            PlanError::Forbidden | PlanError::Key => "this user may not make one".to_owned(),
            PlanError::Cursor(bad) => bad.detail,
        })?;
        Ok(query::render(self.catalog, &plan))
    }

    /// Stores works in one transaction; each that is refused has changed nothing. Without a store the ids are counted.
    fn store(&self, works: Vec<(usize, Work)>, before: usize) -> Result<Vec<(usize, Fate)>, StoreError> {
        let Some(store) = self.store else {
            let kind = self.blueprint.entity(self.index).id;
            let id = |place: usize| match kind {
                IdKind::Integer => Json::from(before + place + 1),
                IdKind::Uuid => Json::from(uuid::Uuid::from_u128((before + place + 1) as u128).to_string()),
            };
            return Ok(works.iter().enumerate().map(|(place, work)| (work.0, Fate::Stored(id(place)))).collect());
        };
        store.transaction_blocking(move |transaction| {
            let mut fates = Vec::with_capacity(works.len());
            for (number, work) in &works {
                fates.push((*number, fate(transaction.run(work)?)));
            }
            Ok(fates)
        })
    }
}

/// What the audit shows instead of the id of a request.
const REQUEST_ID: &str = "seed";

fn fate(outcome: Outcome) -> Fate {
    match outcome {
        Outcome::Done(answer) => match answer.captured.last() {
            Some(Value::Integer(id)) => Fate::Stored(Json::from(*id)),
            Some(value) => Fate::Stored(value.as_str().map_or(Json::Null, Json::from)),
            None => Fate::Refused("the database did not tell its id"),
        },
        Outcome::Refused(Refusal::Unique { .. }) => Fate::Taken,
        Outcome::Refused(Refusal::Reference { .. }) => Fate::Refused("it refers to a row that this user cannot see"),
        Outcome::Refused(_) => Fate::Refused("the database refused it"),
    }
}

/// A literal as a key of what is taken.
fn key(literal: &Literal) -> String {
    format!("{literal:?}")
}
