//! What conditions see through references while a row is written: asked once all of it is held, so that whoever changes it
//! comes before or after. What such a condition is in SQL is [`super::condition`]'s.

use blueprint::{Entity, Expr, Term, Via};
use work::{Dialect, Otherwise, Refusal, Step};

use super::condition::end_column;
use super::dialect::Change;
use super::guard::Guard;
use super::sql::{Source, Sql};
use crate::request::RecordId;
use crate::scope::Scope;
use crate::{Catalog, Plan};

/// A row that is going to be written.
pub(super) struct Written<'a> {
    pub catalog: &'a Catalog,
    pub plan: &'a Plan,
    pub source: &'a Source<'a>,
    pub id: &'a RecordId,
    pub guard: &'a Guard<'a>,
}

impl Written<'_> {
    /// Whether a condition looks at more than the row.
    pub fn looks_beyond(&self) -> bool {
        !self.vias().is_empty()
    }

    /// What comes before the gate: the row is held, if it can be found there at all, and then what it refers to, as far as
    /// conditions look at that. The gate is a statement of its own and sees what that has become. `is_meant`: what the gate
    /// asks; `none`: what it means to find no row. Where nobody else writes there is nothing to hold.
    pub fn held(&self, change: Change, is_meant: impl FnOnce(&mut Sql), none: &Otherwise) -> Vec<Step> {
        let vias = self.vias();
        if vias.is_empty() || self.catalog.dialect == Dialect::Sqlite {
            return Vec::new();
        }
        let mut row = Sql::new(&self.catalog.dialect, "SELECT 1 FROM ");
        row.source(self.source).push(" WHERE ");
        is_meant(&mut row);
        row.locked(change);
        let row = Step::Require { statement: row.done(), none: none.clone() };
        std::iter::once(row).chain(vias.into_iter().map(|via| self.end(via))).collect()
    }

    /// That what the row will refer to is such as the rule wants, where it looks at that. Not before it is known that the caller
    /// sees what he refers to, of which it would tell him.
    pub fn ahead(&self) -> Option<Step> {
        let expr = self.plan.ahead.condition()?;
        let mut sql = Sql::new(&self.catalog.dialect, "SELECT 1 FROM ");
        sql.source(self.source).push(" WHERE ").row(self.source, self.id, &Scope::Everything).push(" AND ");
        sql.condition(self.source, expr);
        Some(Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::Forbidden) })
    }

    /// One for each reference of the row that a condition looks through.
    fn vias(&self) -> Vec<&Via> {
        let scopes = [self.plan.access.reach(), &self.plan.ahead].into_iter().filter_map(Scope::condition);
        let mut vias: Vec<&Via> = Vec::new();
        for via in scopes.chain(self.guard.when()).flat_map(Expr::vias) {
            if matches!(via.from, Term::Field(_)) && vias.iter().all(|other| other.from != via.from) {
                vias.push(via);
            }
        }
        vias
    }

    fn end(&self, via: &Via) -> Step {
        let mut sql = Sql::new(&self.catalog.dialect, "SELECT 1 FROM ");
        sql.end(&via.end).push(" WHERE ").push(&end_column("id")).push(" = (SELECT ").reference(self.source, via);
        sql.push(" FROM ").source(self.source).push(" WHERE ").push(&self.source.column("id")).push(" = ");
        sql.param(self.id.value()).push(")").unchanged();
        Step::Run(sql.done())
    }
}

/// The same of a new row, which has no references but those that are written.
pub(super) fn of_new(catalog: &Catalog, plan: &Plan, entity: &Entity) -> Option<Step> {
    let expr = plan.ahead.condition()?;
    let mut sql = Sql::new(&catalog.dialect, "SELECT 1 WHERE ");
    sql.condition(&Source::table(entity), expr);
    Some(Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::Forbidden) })
}
