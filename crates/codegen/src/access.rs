//! Who may do what, as rows of a matrix and as sentences.
//!
//! Nothing is decided here: a sample caller of each kind asks [`query::access::decide`], the door that every request
//! goes through, and what it answers is written down.

use blueprint::{Blueprint, Entity};
use query::access::{self, Actor, User, Verb};
use query::{Fields, OwnerId, Scope};
use serde::Serialize;

pub use crate::access_asked::{Difference, difference};
pub use crate::access_changes::{access_changes, asked_with, wider_than_held};
pub use crate::access_document::access_document;
pub use crate::access_sentences::sentences;

/// The id of every sample user. Which one it is makes no difference to a rule.
const SAMPLE_ID: &str = "01940000-0000-7000-8000-000000000000";

/// A kind of caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "role")]
pub enum Caller {
    /// Not signed in.
    Stranger,
    /// Signed in, without a role.
    SignedIn,
    /// Signed in, with one role.
    Role(String),
}

/// Which records a caller reaches. For a new record: whose it will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// None.
    None,
    /// Of his own those for which a condition holds.
    SomeOwn,
    /// His own.
    Own,
    /// Those for which a condition holds.
    Some,
    /// His own, and those for which a condition holds.
    OwnAndSome,
    /// All.
    All,
}

/// One operation on one entity, and what each kind of caller reaches by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The entity's name.
    pub entity: String,
    /// `create`, `read`, `update`, `delete` or the name of an action.
    pub operation: String,
    /// A reach for each of [`callers`], in their order.
    pub reach: Vec<Reach>,
}

/// Every kind of caller: the stranger, the user without a role, one for each role.
pub fn callers(blueprint: &Blueprint) -> Vec<Caller> {
    let roles = blueprint.auth.roles.iter().map(|role| Caller::Role(role.clone()));
    [Caller::Stranger, Caller::SignedIn].into_iter().chain(roles).collect()
}

/// Every operation of every entity.
pub fn matrix(blueprint: &Blueprint) -> Vec<Row> {
    let callers = callers(blueprint);
    let row = |entity: &Entity, verb| Row {
        entity: entity.name.clone(),
        operation: operation(entity, verb).to_owned(),
        reach: callers.iter().map(|caller| reach(blueprint, entity, verb, caller)).collect(),
    };
    let rows = |entity| verbs(entity).into_iter().map(move |verb| row(entity, verb)).collect::<Vec<_>>();
    blueprint.entities.iter().flat_map(rows).collect()
}

impl Caller {
    /// What a heading calls him.
    pub fn name(&self) -> &str {
        match self {
            Caller::Stranger => "not signed in",
            Caller::SignedIn => "signed in",
            Caller::Role(role) => role,
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        let roles = match self {
            Caller::Stranger => return Actor::Stranger,
            Caller::SignedIn => Vec::new(),
            Caller::Role(role) => vec![role.clone()],
        };
        // What else is known of each of them differs, and what they reach by it is some of the records.
        let (id, iss) = (SAMPLE_ID.to_owned(), "own".to_owned());
        Actor::User(
            User { sub: id.clone(), id, iss, email: None, roles, fields: Fields::Open, session: None, key: None }
                .into(),
        )
    }
}

impl Reach {
    /// What a cell of the matrix says.
    pub fn name(self) -> &'static str {
        match self {
            Reach::None => "none",
            Reach::SomeOwn => "some own",
            Reach::Own => "own",
            Reach::Some => "some",
            Reach::OwnAndSome => "own, some",
            Reach::All => "all",
        }
    }

    /// Whether a record of his own is among them, whatever it is.
    pub(crate) fn has_own(self) -> bool {
        matches!(self, Reach::Own | Reach::OwnAndSome | Reach::All)
    }
}

/// The operations of an entity, in the order in which they are spoken of.
pub(crate) fn verbs(entity: &Entity) -> Vec<Verb> {
    let actions = (0..entity.actions.len()).map(Verb::Act);
    [Verb::Create, Verb::Read, Verb::Update, Verb::Delete].into_iter().chain(actions).collect()
}

/// What one kind of caller reaches by one operation.
pub(crate) fn reach(blueprint: &Blueprint, entity: &Entity, verb: Verb, caller: &Caller) -> Reach {
    let Some(access) = granted(blueprint, entity, verb, caller) else { return Reach::None };
    match reached(access.reach()) {
        // Whoever makes a record of an owned entity owns it.
        Reach::All if verb == Verb::Create && entity.owned => Reach::Own,
        reach => reach,
    }
}

/// What the door gives to one kind of caller, if it lets him in at all.
pub(crate) fn granted(blueprint: &Blueprint, entity: &Entity, verb: Verb, caller: &Caller) -> Option<query::Access> {
    // Where the path names a user, every caller comes by the path that is his own.
    let path_user = blueprint.api.user_path.then_some(SAMPLE_ID);
    access::decide(entity, verb, caller.actor(), path_user).ok()
}

/// A scope in words.
pub(crate) fn reached(scope: &Scope) -> Reach {
    match scope {
        Scope::Nothing => Reach::None,
        Scope::Everything => Reach::All,
        Scope::OwnedBy(_) => Reach::Own,
        Scope::Where(_) => {
            let own = Scope::OwnedBy(OwnerId::User(SAMPLE_ID.to_owned()));
            match (scope.covers(&own), own.covers(scope)) {
                (true, _) => Reach::OwnAndSome,
                (false, true) => Reach::SomeOwn,
                (false, false) => Reach::Some,
            }
        }
    }
}

/// What an operation is called in a blueprint.
pub(crate) fn operation(entity: &Entity, verb: Verb) -> &str {
    match verb {
        Verb::Create => "create",
        Verb::Read => "read",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Act(place) => entity.actions.get(place).map_or("", |action| &action.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the operator says of each caller is not known here: whom it fits reaches something, and it is not told as if it fitted
    /// nobody.
    #[test]
    fn what_differs_between_callers_is_some() {
        // The rule of reading, and what strangers, users and bosses reach by it.
        let cases = [
            (r#"["owner", { when = "team = caller.team" }]"#, [Reach::None, Reach::OwnAndSome, Reach::OwnAndSome]),
            (r#"[{ when = "team = caller.team" }]"#, [Reach::None, Reach::Some, Reach::Some]),
            (r#"[{ when = "team != caller.team" }]"#, [Reach::None, Reach::Some, Reach::Some]),
            (r#"[{ who = "owner", when = "team = caller.team" }]"#, [Reach::None, Reach::SomeOwn, Reach::SomeOwn]),
            (r#"[{ who = "role:boss", when = "caller.lead" }]"#, [Reach::None, Reach::None, Reach::Some]),
            (r#"[{ when = "caller.team is null" }]"#, [Reach::None, Reach::Some, Reach::Some]),
            // Of a stranger it is known: he has none.
            (r#"[{ who = "anyone", when = "caller.team is null" }]"#, [Reach::All, Reach::Some, Reach::Some]),
            (r#"[{ who = "anyone", when = "team != caller.team" }]"#, [Reach::None, Reach::Some, Reach::Some]),
            (r#"[{ when = "caller.role = 'boss' or team = caller.team" }]"#, [Reach::None, Reach::Some, Reach::All]),
        ];
        for (read, expected) in cases {
            let text = format!(
                "[app]\nname = \"x\"\n[auth]\nroles = [\"boss\"]\n[user.field]\n\
                 team = {{ type = \"text\", read_only = true }}\nlead = {{ type = \"boolean\", read_only = true }}\n\
                 [entity.memo.field]\nteam = {{ type = \"text\" }}\n[entity.memo.access]\nread = {read}\n\
                 update = [\"nobody\"]\ndelete = [\"nobody\"]"
            );
            let blueprint = blueprint::load(&text).unwrap_or_else(|problems| panic!("{read}: {problems}"));
            let callers = callers(&blueprint);
            let matrix = matrix(&blueprint);
            let row = matrix.iter().find(|row| row.operation == "read").unwrap();
            let wanted = [Caller::Stranger, Caller::SignedIn, Caller::Role("boss".to_owned())];
            let found = wanted.map(|caller| row.reach[callers.iter().position(|one| *one == caller).unwrap()]);
            assert_eq!(found, expected, "{read}");
        }
    }
}
