//! API keys: what a user lets a service do in his name, of what he may do himself.
//!
//! A key never gives anything. It takes away: [`crate::access::decide`] asks it before the rules.

use std::collections::{BTreeMap, BTreeSet};

use blueprint::{Blueprint, Entity, EntityIndex, FieldKind, OnDelete, Target};
use serde_json::{Value as Json, json};

use crate::access::Verb;

/// Every entity, and every operation.
const ALL: &str = "*";
/// The users that a row refers to are shown to who may read these.
const USERS: &str = "user";

/// The API key that a request came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id, a UUID.
    pub id: String,
    /// What it may.
    pub allowed: Allowed,
}

/// Operations by entity. What is not named is not allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed(BTreeMap<String, BTreeSet<String>>);

impl Allowed {
    /// Reads `prospect:read,create`, `prospect` for all that can be done with one, `*:read` and `*`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(blueprint: &Blueprint, words: &[String]) -> Result<Allowed, String> {
        let mut allowed = Allowed::default();
        for word in words {
            let (name, operations) = word.split_once(':').unwrap_or((word, ALL));
            let entity = entity(blueprint, name.trim())?;
            for operation in operations.split(',').map(str::trim) {
                known(blueprint, entity, operation)?;
                allowed.0.entry(entity.to_owned()).or_default().insert(operation.to_owned());
            }
        }
        allowed.changes_what_it_reads()?;
        Ok(allowed)
    }

    /// As it was written by [`Allowed::to_json`]. Whatever else is there allows nothing.
    pub fn of_json(text: &str) -> Allowed {
        let operations = |list: &Json| {
            let list = list.as_array().into_iter().flatten();
            list.filter_map(Json::as_str).map(str::to_owned).collect::<BTreeSet<_>>()
        };
        match serde_json::from_str(text) {
            Ok(Json::Object(entities)) => {
                Allowed(entities.iter().map(|(name, list)| (name.clone(), operations(list))).collect())
            }
            _ => Allowed::default(),
        }
    }

    /// As an object: `{"prospect":["create","read"]}`.
    pub fn to_json(&self) -> Json {
        json!(self.0)
    }

    /// As it is given: `prospect:create,read`.
    pub fn words(&self) -> Vec<String> {
        let word = |(name, operations): (&String, &BTreeSet<String>)| match operations.contains(ALL) {
            true => name.clone(),
            false => format!("{name}:{}", operations.iter().map(String::as_str).collect::<Vec<_>>().join(",")),
        };
        self.0.iter().map(word).collect()
    }

    /// Whether it may do this with rows of an entity.
    pub fn allows(&self, entity: &Entity, verb: Verb) -> bool {
        let operation = match verb {
            Verb::Read => "read",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Delete => "delete",
            Verb::Act(place) => match entity.actions.get(place) {
                Some(action) => &action.name,
                None => return false,
            },
        };
        self.has(&entity.name, operation)
    }

    /// Whether it may do all that can be done with an entity; without one, whatever its user may.
    pub fn allows_all(&self, entity: Option<&Entity>) -> bool {
        self.has(entity.map_or(ALL, |entity| &entity.name), ALL)
    }

    /// What goes when it deletes: the entity that it may delete, and one whose rows go along though it may not delete these.
    pub fn cascades<'b>(&self, blueprint: &'b Blueprint) -> Vec<(&'b str, &'b str)> {
        let deletable = |entity: &Entity| self.allows(entity, Verb::Delete);
        let mut found = Vec::new();
        for (place, entity) in blueprint.entities.iter().enumerate().filter(|(_, entity)| deletable(entity)) {
            let mut gone = vec![EntityIndex(place)];
            let mut next = 0;
            while let Some(parent) = gone.get(next).copied() {
                next += 1;
                for (place, child) in blueprint.entities.iter().enumerate() {
                    if !gone.contains(&EntityIndex(place)) && goes_with(child, parent) {
                        gone.push(EntityIndex(place));
                    }
                }
            }
            let along = gone.into_iter().skip(1).map(|index| blueprint.entity(index));
            found.extend(
                along.filter(|child| !deletable(child)).map(|child| (entity.name.as_str(), child.name.as_str())),
            );
        }
        found
    }

    /// Whether it may know other users.
    pub(crate) fn allows_users(&self) -> bool {
        self.has(USERS, "read")
    }

    fn has(&self, name: &str, operation: &str) -> bool {
        [name, ALL].iter().any(|name| {
            self.0.get(*name).is_some_and(|operations| operations.contains(ALL) || operations.contains(operation))
        })
    }

    /// A row must be seen to be changed, so a key for changes alone would be good for nothing.
    fn changes_what_it_reads(&self) -> Result<(), String> {
        for (name, operations) in &self.0 {
            let change = operations.iter().find(|word| !matches!(word.as_str(), "read" | "create" | ALL));
            if let Some(change) = change.filter(|_| !self.has(name, "read")) {
                return Err(format!("`{name}:{change}` needs `{name}:read`: what a key cannot read it cannot change"));
            }
        }
        Ok(())
    }
}

/// Whether rows of an entity go with the row of another that they refer to.
fn goes_with(child: &Entity, parent: EntityIndex) -> bool {
    child.fields.iter().any(|field| match field.kind {
        FieldKind::Reference { to: Target::Entity(to), on_delete: OnDelete::Cascade, .. } => to == parent,
        _ => false,
    })
}

/// The name of an entity, by its name or by that of its path.
fn entity<'a>(blueprint: &'a Blueprint, name: &'a str) -> Result<&'a str, String> {
    if name == ALL || name == USERS {
        return Ok(name);
    }
    let found = blueprint.entities.iter().find(|entity| entity.name == name || entity.path == name);
    found.map(|entity| entity.name.as_str()).ok_or_else(|| {
        let names: Vec<&str> = blueprint.entities.iter().map(|entity| entity.name.as_str()).collect();
        format!("the blueprint has no entity `{name}`; it has: {} (and `*` for all)", names.join(", "))
    })
}

fn known(blueprint: &Blueprint, entity: &str, operation: &str) -> Result<(), String> {
    let of_users: &[&str] = &["read"];
    let of_rows: &[&str] = &["read", "create", "update", "delete", ALL];
    let mut words = if entity == USERS { of_users } else { of_rows }.to_vec();
    let named = blueprint.entities.iter().filter(|known| entity == ALL || known.name == entity);
    words.extend(named.flat_map(|entity| &entity.actions).map(|action| action.name.as_str()));
    if words.contains(&operation) {
        return Ok(());
    }
    Err(format!("`{entity}` has no operation `{operation}`; it has: {}", words.join(", ")))
}
