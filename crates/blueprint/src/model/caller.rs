//! What conditions look at of their callers.

use std::collections::BTreeSet;

use super::{Blueprint, Entity, Rule};
use crate::expr::{Expr, Term};

impl Blueprint {
    /// The places of the user fields that some condition looks at.
    pub fn caller_fields(&self) -> BTreeSet<usize> {
        let named = |place: &usize| {
            let is_it = |expr: &Expr| expr.has_term(&|term| *term == Term::CallerField(*place));
            self.entities.iter().any(|entity| conditions(entity).any(is_it))
        };
        (0..self.user_fields.len()).filter(named).collect()
    }
}

fn conditions(entity: &Entity) -> impl Iterator<Item = &Expr> {
    let access = &entity.access;
    let standard = [&access.read, &access.create, &access.update, &access.delete];
    let of_fields = entity.fields.iter().flat_map(|field| [&field.read, &field.write]);
    let of_links = entity.links.iter().flat_map(|link| [&link.read, &link.write]);
    let of_actions = entity.actions.iter().map(|action| &action.access);
    let rules = standard.into_iter().chain(of_fields).chain(of_links).chain(of_actions);
    let guards = entity.actions.iter().filter_map(|action| action.when.as_ref());
    rules.flat_map(Rule::conditions).chain(guards).map(|condition| &condition.expr)
}
