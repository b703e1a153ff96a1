//! The reading of a condition in SQL: the same rows as [`Expr::eval`] finds, null for null.
//!
//! A `not` is carried down to the tests, where it is `IS NOT TRUE`: so no null ever meets a `NOT`, and a test that is
//! null counts as false wherever it stands.

use blueprint::{Comparison, End, Entity, Expr, FieldKind, Literal, Term, Via};
use work::{Kind, Value};

use super::sql::{DELETED_AT, Source, Sql};
use crate::attribute::{self, Attribute, id_kind, kind_of, value};
use crate::catalog::quoted;

/// Tests that stand side by side at most. Engines nest each of them into those before it, and SQLite gives up at a thousand.
const MAX_ABREAST: usize = 50;

/// How a condition is asked.
#[derive(Clone, Copy)]
struct Asked {
    /// Whether it is to hold, or not to.
    wanted: bool,
    /// Whether rows may be found by it. Where they are at hand, what each refers to is looked up.
    finds: bool,
}

impl Sql {
    /// A condition of which caller and time are known, in parentheses where it needs them.
    pub fn condition(&mut self, source: &Source, expr: &Expr) -> &mut Sql {
        self.part(source, expr, Asked { wanted: true, finds: false })
    }

    /// The same where rows may be found by it: in words for which an engine may begin with what references lead to.
    pub fn finding(&mut self, source: &Source, expr: &Expr) -> &mut Sql {
        self.part(source, expr, Asked { wanted: true, finds: true })
    }

    fn part(&mut self, source: &Source, expr: &Expr, asked: Asked) -> &mut Sql {
        let wanted = asked.wanted;
        match expr {
            Expr::Constant(truth) => self.push(if *truth == wanted { "TRUE" } else { "FALSE" }),
            // Of nobody in particular nothing holds, and no opposite either.
            Expr::Compare(left, _, right) if left.is_of_caller() || right.is_of_caller() => self.push("FALSE"),
            Expr::OneOf(term, _) | Expr::IsNull(term) if term.is_of_caller() => self.push("FALSE"),
            // Nobody has a role where it is not known who asks.
            Expr::HasRole(_) => self.push(if wanted { "FALSE" } else { "TRUE" }),
            Expr::Not(inner) => self.part(source, inner, Asked { wanted: !wanted, ..asked }),
            Expr::All(parts) => self.joined(source, parts, if wanted { " AND " } else { " OR " }, asked),
            Expr::Any(parts) => self.joined(source, parts, if wanted { " OR " } else { " AND " }, asked),
            Expr::IsNull(term) => {
                self.term(source, term, Kind::Text).push(if wanted { " IS NULL" } else { " IS NOT NULL" })
            }
            Expr::OneOf(term, values) => {
                let kind = kind(source.entity, term).unwrap_or(Kind::Text);
                self.push("(").term(source, term, kind).push(" IN (");
                self.params(values.iter().map(|literal| value(literal, kind, ""))).push("))").truth(wanted)
            }
            Expr::Compare(Term::Via(via), Comparison::Eq, Term::Value(literal))
            | Expr::Compare(Term::Value(literal), Comparison::Eq, Term::Via(via))
                if wanted && asked.finds && is_of_few(&via.end) =>
            {
                self.leading_to(source, via, literal)
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

    fn joined(&mut self, source: &Source, parts: &[Expr], word: &str, asked: Asked) -> &mut Sql {
        self.push("(");
        if parts.len() > MAX_ABREAST {
            let (some, others) = parts.split_at(parts.len() / 2);
            self.joined(source, some, word, asked).push(word).joined(source, others, word, asked);
            return self.push(")");
        }
        for (place, part) in parts.iter().enumerate() {
            self.push(if place == 0 { "" } else { word }).part(source, part, asked);
        }
        self.push(")")
    }

    /// What a condition looks at.
    pub fn term(&mut self, source: &Source, term: &Term, kind: Kind) -> &mut Sql {
        match attribute(term) {
            Some(attribute) => self.push(&source.column(attribute.column(source.entity))),
            None => match term {
                Term::Via(via) => self.via(source, via),
                Term::Value(literal) => self.param(value(literal, kind, "")),
                // What is not known here equals nothing.
                _ => self.param(Value::Null),
            },
        }
    }
}

impl Sql {
    /// A cell of the row that a reference leads to, null where there is none.
    fn via(&mut self, source: &Source, via: &Via) -> &mut Sql {
        self.push("(SELECT ").push(&end_column(&via.end.column)).push(" FROM ").end(&via.end);
        self.push(" WHERE ").push(&end_column("id")).push(" = ").reference(source, via);
        self.and_end_lives(&via.end).push(")")
    }

    /// That a reference leads to a row with this value, in words from which the rows with the value can be found first.
    fn leading_to(&mut self, source: &Source, via: &Via, value: &Literal) -> &mut Sql {
        let value = attribute::value(value, kind_of(&via.end.kind), "");
        self.push("(").reference(source, via).push(" IN (SELECT ").push(&end_column("id")).push(" FROM ").end(&via.end);
        self.push(" WHERE ").push(&end_column(&via.end.column)).push(" = ").param(value);
        self.and_end_lives(&via.end).push("))")
    }

    /// The rows of an entity as conditions look at them.
    pub fn end(&mut self, end: &End) -> &mut Sql {
        self.table(&end.table).push(" AS ").push(&quoted(VIA))
    }

    /// What leads there.
    pub fn reference(&mut self, source: &Source, via: &Via) -> &mut Sql {
        let kind = id_kind(via.end.id);
        self.term(source, &via.from, kind)
    }

    fn and_end_lives(&mut self, end: &End) -> &mut Sql {
        let live = if end.soft_delete { format!(" AND {} IS NULL", end_column(DELETED_AT)) } else { String::new() };
        self.push(&live)
    }
}

/// Whether an index finds the rows that have one value there, and they are few of many: those of one owner, or that refer to
/// the same row.
fn is_of_few(end: &End) -> bool {
    end.term == Term::Owner || matches!(end.kind, FieldKind::Reference { .. })
}

/// What the row is called that a reference leads to. Each stands in a query of its own.
const VIA: &str = "__via";

/// A column of it.
pub(super) fn end_column(column: &str) -> String {
    format!("{}.{}", quoted(VIA), quoted(column))
}

fn attribute(term: &Term) -> Option<Attribute> {
    match term {
        Term::Field(place) => Some(Attribute::Field(*place)),
        Term::Owner => Some(Attribute::UserId),
        Term::CreatedAt => Some(Attribute::CreatedAt),
        Term::UpdatedAt => Some(Attribute::UpdatedAt),
        Term::Caller | Term::CallerField(_) | Term::Now | Term::Today | Term::Via(_) | Term::Value(_) => None,
    }
}

pub(super) fn kind(entity: &Entity, term: &Term) -> Option<Kind> {
    if let Term::Via(via) = term {
        return Some(kind_of(&via.end.kind));
    }
    attribute(term).map(|attribute| attribute.kind(entity))
}
