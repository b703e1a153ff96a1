//! The reading of a condition in memory.

use std::cmp::Ordering;

use super::{Comparison, Expr, Term};
use crate::model::Literal;

impl Expr {
    /// Whether it holds. `value` says what a term is for the row; what it cannot know is null. Who asks and when should
    /// have been put in before ([`Expr::of_caller`], [`Expr::at`]): nobody has a role here.
    pub fn eval(&self, value: &impl Fn(&Term) -> Literal) -> bool {
        self.truth(value) == Some(true)
    }

    /// Whether it holds, or else its opposite; `None` where neither does, for the caller has not what it looks at.
    fn truth(&self, value: &impl Fn(&Term) -> Literal) -> Option<bool> {
        let of = |term: &Term| match term {
            Term::Value(literal) => literal.clone(),
            other => value(other),
        };
        let is_unset = |term: &Term| term.is_of_caller() && of(term) == Literal::Null;
        match self {
            Expr::Constant(truth) => Some(*truth),
            Expr::Not(inner) => inner.truth(value).map(|truth| !truth),
            Expr::All(parts) => decided(parts.iter().map(|part| part.truth(value)), false),
            Expr::Any(parts) => decided(parts.iter().map(|part| part.truth(value)), true),
            Expr::Compare(left, _, right) if is_unset(left) || is_unset(right) => None,
            Expr::Compare(left, comparison, right) => Some(compare(&of(left), *comparison, &of(right))),
            Expr::OneOf(term, _) if is_unset(term) => None,
            Expr::OneOf(term, values) => Some(is_one_of(&of(term), values)),
            Expr::IsNull(term) => Some(of(term) == Literal::Null),
            Expr::HasRole(_) => Some(false),
        }
    }
}

/// What parts come to of which one that is `decisive` decides.
fn decided(parts: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let parts: Vec<Option<bool>> = parts.collect();
    if parts.contains(&Some(decisive)) {
        Some(decisive)
    } else {
        parts.into_iter().all(|part| part.is_some()).then_some(!decisive)
    }
}

/// Whether two values of one type compare so.
pub(super) fn compare(left: &Literal, comparison: Comparison, right: &Literal) -> bool {
    holds(comparison, order(left, right))
}

/// Whether a value is one of others of its type.
pub(super) fn is_one_of(found: &Literal, values: &[Literal]) -> bool {
    values.iter().any(|value| order(found, value) == Some(Ordering::Equal))
}

fn holds(comparison: Comparison, order: Option<Ordering>) -> bool {
    match comparison {
        Comparison::Eq => order == Some(Ordering::Equal),
        Comparison::Ne => order != Some(Ordering::Equal),
        Comparison::Lt => order == Some(Ordering::Less),
        Comparison::Lte => order.is_some_and(Ordering::is_le),
        Comparison::Gt => order == Some(Ordering::Greater),
        Comparison::Gte => order.is_some_and(Ordering::is_ge),
    }
}

/// As the database orders values of one type: texts by their bytes. `None` if one is null.
fn order(left: &Literal, right: &Literal) -> Option<Ordering> {
    match (left, right) {
        (Literal::Text(left), Literal::Text(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (Literal::Integer(left), Literal::Integer(right)) | (Literal::Decimal(left), Literal::Decimal(right)) => {
            Some(left.cmp(right))
        }
        (Literal::Float(left), Literal::Float(right)) => left.partial_cmp(right),
        (Literal::Boolean(left), Literal::Boolean(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
