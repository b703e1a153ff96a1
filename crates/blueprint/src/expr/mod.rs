//! Conditions over a row: `status != 'closed' and (budget > 1000 or caller.role = 'manager')`.
//!
//! One value, two readings: [`Expr::eval`] on a row in memory, and SQL, which is the business of `query`. Both are
//! two-valued for what a row has not: a comparison with an empty value is false, and its opposite is true. What the caller has
//! not gives him nothing: neither a test that looks at it holds, nor its opposite. `docs/rules.md` has the grammar.

mod eval;
mod logic;
mod parse;
mod types;
mod via;

pub(crate) use parse::Fault;
pub(crate) use types::{Other, Scene, read};
pub use via::{End, Via};

use crate::model::Literal;

/// A condition, as it was written and as it is meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// As it stands in the blueprint.
    pub text: String,
    /// What it means.
    pub expr: Expr,
}

impl Condition {
    /// The parts that must all hold, each in its own words; itself, where it is one.
    pub fn parts(&self) -> Vec<Condition> {
        let texts = parse::conjuncts(&self.text);
        match &self.expr {
            Expr::All(exprs) if exprs.len() == texts.len() => {
                let parts = texts.into_iter().zip(exprs);
                parts.map(|(text, expr)| Condition { text: text.to_owned(), expr: expr.clone() }).collect()
            }
            _ => vec![self.clone()],
        }
    }
}

/// A condition over a row and its caller, every name resolved and every type checked.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Always or never.
    Constant(bool),
    /// The opposite.
    Not(Box<Expr>),
    /// All of these.
    All(Vec<Expr>),
    /// At least one of these.
    Any(Vec<Expr>),
    /// Two terms of one type. False where one is null, but for [`Comparison::Ne`], the opposite of [`Comparison::Eq`]; neither
    /// true nor false where it is the caller's, as in [`Expr::OneOf`].
    Compare(Term, Comparison, Term),
    /// One of these values. False for null.
    OneOf(Term, Vec<Literal>),
    /// Null.
    IsNull(Term),
    /// The caller has this role.
    HasRole(String),
}

/// Something that has a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// The field at this place in [`crate::Entity::fields`].
    Field(usize),
    /// `user_id`: whose the row is.
    Owner,
    /// `created_at`.
    CreatedAt,
    /// `updated_at`.
    UpdatedAt,
    /// `caller.id`, null for a stranger.
    Caller,
    /// `caller.team`: the field of the caller at this place in [`crate::Blueprint::user_fields`]. Null for a stranger.
    CallerField(usize),
    /// `now`, beside a datetime.
    Now,
    /// `now`, beside a date: the day in UTC.
    Today,
    /// Something of the row that a reference leads to. Null where it leads to none that is there.
    Via(Box<Via>),
    /// A value.
    Value(Literal),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal; null differs from everything.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
}

impl Expr {
    /// The same for one caller: nothing about who asks is left open. `id` is `None` for a stranger; of his fields, what is not
    /// known is null.
    #[must_use]
    pub fn of_caller(&self, id: Option<&str>, roles: &[String], fields: &[Literal]) -> Expr {
        let term = |term: &Term| match term {
            Term::Caller => Term::Value(id.map_or(Literal::Null, |id| Literal::Text(id.to_owned()))),
            Term::CallerField(place) => Term::Value(fields.get(*place).cloned().unwrap_or(Literal::Null)),
            other => other.clone(),
        };
        self.rewrite(&term, &|role| Expr::Constant(roles.iter().any(|known| known == role)))
    }

    /// The same for all users with these roles, whatever else each of them is: tests of `caller.team` stay as they are.
    #[must_use]
    pub fn of_kind(&self, id: &str, roles: &[String]) -> Expr {
        let term = |term: &Term| match term {
            Term::Caller => Term::Value(Literal::Text(id.to_owned())),
            other => other.clone(),
        };
        self.rewrite(&term, &|role| Expr::Constant(roles.iter().any(|known| known == role)))
    }

    /// The same at one time, `2026-11-21T03:37:18.123456Z`.
    #[must_use]
    pub fn at(&self, now: &str) -> Expr {
        let text = |length: usize| Term::Value(Literal::Text(now.chars().take(length).collect()));
        let term = |term: &Term| match term {
            Term::Now => text(usize::MAX),
            Term::Today => text("2026-11-21".len()),
            other => other.clone(),
        };
        self.rewrite(&term, &|role| Expr::HasRole(role.to_owned()))
    }

    /// The same where some terms have values already.
    #[must_use]
    pub fn given(&self, known: &impl Fn(&Term) -> Option<Literal>) -> Expr {
        let term = |term: &Term| match term {
            Term::Via(via) => via.given(known),
            term => known(term).map_or_else(|| term.clone(), Term::Value),
        };
        self.rewrite(&term, &|role| Expr::HasRole(role.to_owned()))
    }

    /// Whether it looks at a term of which this is true.
    pub fn has_term(&self, is: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Expr::Constant(_) | Expr::HasRole(_) => false,
            Expr::Not(inner) => inner.has_term(is),
            Expr::All(parts) | Expr::Any(parts) => parts.iter().any(|part| part.has_term(is)),
            Expr::Compare(left, _, right) => is(left) || is(right),
            Expr::OneOf(term, _) | Expr::IsNull(term) => is(term),
        }
    }

    /// Whether it looks at rows that references lead to.
    pub fn looks_beyond(&self) -> bool {
        !self.vias().is_empty()
    }

    /// Whether it looks at rows that references are going to lead to.
    pub fn looks_ahead(&self) -> bool {
        self.vias().iter().any(|via| matches!(via.from, Term::Value(_)))
    }

    /// Whether it may hold at one time and not at another, whatever the row is.
    pub fn looks_at_time(&self) -> bool {
        self.has_term(&|term| matches!(term, Term::Now | Term::Today))
    }

    /// Puts other terms into it, and shortens what is certain then.
    fn rewrite(&self, term: &impl Fn(&Term) -> Term, role: &impl Fn(&str) -> Expr) -> Expr {
        self.rewritten(term, role, true)
    }

    /// `wanted` is whether it is to hold where it stands, or not to, under a `not`: a test that is neither true nor false, for
    /// the caller has not what it looks at, becomes what is of no use there. So what is left is two-valued.
    fn rewritten(&self, term: &impl Fn(&Term) -> Term, role: &impl Fn(&str) -> Expr, wanted: bool) -> Expr {
        const NULL: Term = Term::Value(Literal::Null);
        let is_unset = |was: &Term, is: &Term| was.is_of_caller() && *is == NULL;
        match self {
            Expr::Constant(truth) => Expr::Constant(*truth),
            Expr::HasRole(name) => role(name),
            Expr::Not(inner) => match inner.rewritten(term, role, !wanted) {
                Expr::Constant(truth) => Expr::Constant(!truth),
                other => Expr::Not(Box::new(other)),
            },
            Expr::All(parts) => joined(parts.iter().map(|part| part.rewritten(term, role, wanted)), true),
            Expr::Any(parts) => joined(parts.iter().map(|part| part.rewritten(term, role, wanted)), false),
            Expr::Compare(left, comparison, right) => match (term(left), term(right)) {
                (one, other) if is_unset(left, &one) || is_unset(right, &other) => Expr::Constant(!wanted),
                // Whether the caller has it is not known yet.
                (one, other) if one.is_of_caller() || other.is_of_caller() => Expr::Compare(one, *comparison, other),
                (NULL, _) | (_, NULL) => Expr::Constant(*comparison == Comparison::Ne),
                (Term::Value(left), Term::Value(right)) => Expr::Constant(eval::compare(&left, *comparison, &right)),
                (left, right) => Expr::Compare(left, *comparison, right),
            },
            Expr::OneOf(one, values) => match term(one) {
                is if is_unset(one, &is) => Expr::Constant(!wanted),
                Term::Value(value) => Expr::Constant(eval::is_one_of(&value, values)),
                one => Expr::OneOf(one, values.clone()),
            },
            Expr::IsNull(one) => match term(one) {
                Term::Value(value) => Expr::Constant(value == Literal::Null),
                one => Expr::IsNull(one),
            },
        }
    }
}

impl Term {
    /// Whether it is who asks, or something of him.
    pub fn is_of_caller(&self) -> bool {
        matches!(self, Term::Caller | Term::CallerField(_))
    }
}

/// Parts joined by `and` (`true`) or `or` (`false`), without those that decide nothing.
fn joined(parts: impl Iterator<Item = Expr>, neutral: bool) -> Expr {
    let mut kept = Vec::new();
    for part in parts {
        match part {
            Expr::Constant(truth) if truth == neutral => {}
            Expr::Constant(truth) => return Expr::Constant(truth),
            part => kept.push(part),
        }
    }
    match (kept.len(), neutral) {
        (0, _) => Expr::Constant(neutral),
        (1, _) => kept.remove(0),
        (_, true) => Expr::All(kept),
        (_, false) => Expr::Any(kept),
    }
}
