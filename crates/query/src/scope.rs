//! Which rows: what every statement about rows must be given, and how what several rules give comes together.

use std::borrow::Cow;
use std::sync::Arc;

use blueprint::{Comparison, Expr, Literal, Term};

/// Which rows a caller may reach. There is no default and no `Option`: whoever holds one was given it by a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Scope {
    /// No row.
    Nothing,
    /// Every row.
    Everything,
    /// The rows of one owner.
    OwnedBy(OwnerId),
    /// The rows for which a condition holds, who asks being known. Never one that always or never holds.
    Where(Arc<Expr>),
}

/// Whose rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerId {
    /// A user's, by the local id.
    User(String),
}

impl Scope {
    /// The rows for which a condition holds.
    pub fn of(expr: Expr) -> Scope {
        match expr {
            Expr::Constant(true) => Scope::Everything,
            Expr::Constant(false) => Scope::Nothing,
            expr => Scope::Where(Arc::new(expr)),
        }
    }

    /// Whether every row of another scope of the same caller is in this one. Of two conditions it sees by their form which
    /// asks for more: `false` says nothing then.
    pub fn covers(&self, rows: &Scope) -> bool {
        match (self, rows) {
            (Scope::Everything, _) | (_, Scope::Nothing) => true,
            (Scope::Where(_), _) | (_, Scope::Where(_)) => rows.expr().implies(&self.expr()),
            (one, other) => one == other,
        }
    }

    /// The rows that are in both.
    #[must_use]
    pub fn and(self, other: Scope) -> Scope {
        match (self, other) {
            (Scope::Nothing, _) | (_, Scope::Nothing) => Scope::Nothing,
            (Scope::Everything, scope) | (scope, Scope::Everything) => scope,
            (one, other) if one == other => one,
            (one, other) => Scope::of(one.expr().into_owned().and(other.expr().into_owned())),
        }
    }

    /// The rows that are in one of them.
    #[must_use]
    pub(crate) fn or(self, other: Scope) -> Scope {
        match (self, other) {
            (Scope::Everything, _) | (_, Scope::Everything) => Scope::Everything,
            (Scope::Nothing, scope) | (scope, Scope::Nothing) => scope,
            (one, other) if one == other => one,
            (one, other) => Scope::of(one.expr().into_owned().or(other.expr().into_owned())),
        }
    }

    /// The same at one time.
    #[must_use]
    pub(crate) fn at(self, now: &str) -> Scope {
        match self {
            Scope::Where(expr) if expr.looks_at_time() => Scope::of(expr.at(now)),
            scope => scope,
        }
    }

    /// Whether the rows of an index that begins with their owner lie together.
    pub(crate) fn is_of_one_owner(&self) -> bool {
        matches!(self, Scope::OwnedBy(_))
    }

    /// Its condition, if it is one.
    pub(crate) fn condition(&self) -> Option<&Expr> {
        if let Scope::Where(expr) = self { Some(expr) } else { None }
    }

    fn expr(&self) -> Cow<'_, Expr> {
        match self {
            Scope::Nothing => Cow::Owned(Expr::Constant(false)),
            Scope::Everything => Cow::Owned(Expr::Constant(true)),
            Scope::OwnedBy(OwnerId::User(id)) => {
                Cow::Owned(Expr::Compare(Term::Owner, Comparison::Eq, Term::Value(Literal::Text(id.clone()))))
            }
            Scope::Where(expr) => Cow::Borrowed(expr),
        }
    }
}
