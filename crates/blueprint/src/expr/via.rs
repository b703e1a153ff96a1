//! What a condition sees through a reference: `desk.open`, one reference deep.

use std::sync::Arc;

use super::{Expr, Term};
use crate::model::{EntityIndex, FieldKind, IdKind, Literal};

/// Something of the row that a reference leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Via {
    /// The reference: a field, or the id that it will have.
    pub from: Term,
    /// What is looked at there.
    pub end: Arc<End>,
}

/// A column of an entity, with all that is needed to read it.
#[derive(Debug, Clone)]
pub struct End {
    /// The entity.
    pub entity: EntityIndex,
    /// Its part: a field, `user_id` or a stamp.
    pub term: Term,
    /// Its table.
    pub table: String,
    /// What its ids are.
    pub id: IdKind,
    /// Whether it has a trash. What lies there is not seen.
    pub soft_delete: bool,
    /// The column.
    pub column: String,
    /// What the column holds.
    pub kind: FieldKind,
}

impl PartialEq for End {
    /// Entity and part say the rest.
    fn eq(&self, other: &End) -> bool {
        self.entity == other.entity && self.term == other.term
    }
}

impl Expr {
    /// What it sees through references.
    pub fn vias(&self) -> Vec<&Via> {
        fn of(term: &Term) -> Option<&Via> {
            if let Term::Via(via) = term { Some(via) } else { None }
        }
        match self {
            Expr::Constant(_) | Expr::HasRole(_) => Vec::new(),
            Expr::Not(inner) => inner.vias(),
            Expr::All(parts) | Expr::Any(parts) => parts.iter().flat_map(Expr::vias).collect(),
            Expr::Compare(left, _, right) => [left, right].into_iter().filter_map(of).collect(),
            Expr::OneOf(term, _) | Expr::IsNull(term) => of(term).into_iter().collect(),
        }
    }
}

impl Via {
    /// The same once the reference is known; null if it leads nowhere.
    pub(super) fn given(&self, known: &impl Fn(&Term) -> Option<Literal>) -> Term {
        match known(&self.from) {
            None => Term::Via(Box::new(self.clone())),
            Some(Literal::Null) => Term::Value(Literal::Null),
            Some(id) => Term::Via(Box::new(Via { from: Term::Value(id), end: self.end.clone() })),
        }
    }
}
