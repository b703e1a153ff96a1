//! Changes that have a name.

use super::{Literal, Rule};
use crate::expr::Condition;

/// A change with a name: `PATCH /tasks/{id}/complete`.
#[derive(Debug, Clone)]
pub struct Action {
    /// snake_case, for example `mark_won`.
    pub name: String,
    /// kebab-case, the path segment.
    pub path: String,
    /// One sentence, or empty.
    pub summary: String,
    /// What it does.
    pub does: ActionKind,
    /// In which state of the row it is possible: elsewhere it is a conflict.
    pub when: Option<Condition>,
    /// Who may: the rule of its name, else that of update.
    pub access: Rule,
}

/// What an action does.
#[derive(Debug, Clone)]
pub enum ActionKind {
    /// Changes fields.
    Change(Change),
    /// Turns a boolean field round: its place in [`Entity::fields`](super::Entity::fields).
    Toggle(usize),
    /// Calls a function of the app's own, or of an integration: `service.convert`, `billing.charge`.
    Call(String),
}

/// What an action makes of fields, named by their places in [`Entity::fields`](super::Entity::fields); no field twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The value that each gets; [`Literal::Null`] clears it.
    pub set: Vec<(usize, Literal)>,
    /// What is added to each, in units of its scale. Only where the result is within the field's limits; never to null.
    pub add: Vec<(usize, i64)>,
}
