//! The reading of a condition in memory.

use std::cmp::Ordering;

use super::{Comparison, Expr, Term};
use crate::model::Literal;

impl Expr {
    /// Whether it holds. `value` says what a term is for the row; what it cannot know is null. Who asks and when should
    /// have been put in before ([`Expr::of_caller`], [`Expr::at`]): nobody has a role here.
    pub fn eval(&self, value: &impl Fn(&Term) -> Literal) -> bool {
        let of = |term: &Term| match term {
            Term::Value(literal) => literal.clone(),
            other => value(other),
        };
        match self {
            Expr::Constant(truth) => *truth,
            Expr::Not(inner) => !inner.eval(value),
            Expr::All(parts) => parts.iter().all(|part| part.eval(value)),
            Expr::Any(parts) => parts.iter().any(|part| part.eval(value)),
            Expr::Compare(left, comparison, right) => compare(&of(left), *comparison, &of(right)),
            Expr::OneOf(term, values) => is_one_of(&of(term), values),
            Expr::IsNull(term) => of(term) == Literal::Null,
            Expr::HasRole(_) => false,
        }
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
