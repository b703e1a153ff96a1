//! The reading of a condition in SQL: the same rows as [`Expr::eval`] finds, null for null.
//!
//! A `not` is carried down to the tests, where it is `IS NOT TRUE`: so no null ever meets a `NOT`, and a test that is
//! null counts as false wherever it stands.

use blueprint::{Comparison, Entity, Expr, Term};
use work::{Kind, Value};

use super::sql::{Source, Sql};
use crate::attribute::{Attribute, value};

impl Sql {
    /// A condition of which caller and time are known, in parentheses where it needs them.
    pub fn condition(&mut self, source: &Source, expr: &Expr) -> &mut Sql {
        self.part(source, expr, true)
    }

    fn part(&mut self, source: &Source, expr: &Expr, wanted: bool) -> &mut Sql {
        match expr {
            Expr::Constant(truth) => self.push(if *truth == wanted { "TRUE" } else { "FALSE" }),
            // Nobody has a role where it is not known who asks.
            Expr::HasRole(_) => self.push(if wanted { "FALSE" } else { "TRUE" }),
            Expr::Not(inner) => self.part(source, inner, !wanted),
            Expr::All(parts) => self.joined(source, parts, if wanted { " AND " } else { " OR " }, wanted),
            Expr::Any(parts) => self.joined(source, parts, if wanted { " OR " } else { " AND " }, wanted),
            Expr::IsNull(term) => {
                self.term(source, term, Kind::Text).push(if wanted { " IS NULL" } else { " IS NOT NULL" })
            }
            Expr::OneOf(term, values) => {
                let kind = kind(source.entity, term).unwrap_or(Kind::Text);
                self.push("(").term(source, term, kind).push(" IN (");
                self.params(values.iter().map(|literal| value(literal, kind, ""))).push("))").truth(wanted)
            }
            Expr::Compare(left, comparison, right) => {
                let kind = kind(source.entity, left).or_else(|| kind(source.entity, right)).unwrap_or(Kind::Uuid);
                let (operator, holds) = match comparison {
                    Comparison::Eq => (" = ", wanted),
                    Comparison::Ne => (" = ", !wanted),
                    Comparison::Lt => (" < ", wanted),
                    Comparison::Lte => (" <= ", wanted),
                    Comparison::Gt => (" > ", wanted),
                    Comparison::Gte => (" >= ", wanted),
                };
                self.push("(").term(source, left, kind).push(operator).term(source, right, kind).push(")").truth(holds)
            }
        }
    }

    /// After a test: whether it is to hold. A null does not.
    fn truth(&mut self, wanted: bool) -> &mut Sql {
        self.push(if wanted { "" } else { " IS NOT TRUE" })
    }

    fn joined(&mut self, source: &Source, parts: &[Expr], word: &str, wanted: bool) -> &mut Sql {
        self.push("(");
        for (place, part) in parts.iter().enumerate() {
            self.push(if place == 0 { "" } else { word }).part(source, part, wanted);
        }
        self.push(")")
    }

    fn term(&mut self, source: &Source, term: &Term, kind: Kind) -> &mut Sql {
        match attribute(term) {
            Some(attribute) => self.push(&source.column(attribute.column(source.entity))),
            None => match term {
                Term::Value(literal) => self.param(value(literal, kind, "")),
                // What is not known here equals nothing.
                _ => self.param(Value::Null),
            },
        }
    }
}

fn attribute(term: &Term) -> Option<Attribute> {
    match term {
        Term::Field(place) => Some(Attribute::Field(*place)),
        Term::Owner => Some(Attribute::UserId),
        Term::CreatedAt => Some(Attribute::CreatedAt),
        Term::UpdatedAt => Some(Attribute::UpdatedAt),
        Term::Caller | Term::Now | Term::Today | Term::Value(_) => None,
    }
}

fn kind(entity: &Entity, term: &Term) -> Option<Kind> {
    attribute(term).map(|attribute| attribute.kind(entity))
}
