//! The commonest changes as one statement: the row, its audit row, the references that it makes, all or nothing of it.
//!
//! Only where a journey to the database costs more than a statement, which is not SQLite. The row is looked at and locked
//! first, and what is done to it and told of it comes from there. No row comes back from a change that may not be: then
//! nothing was done, and the steps of the work say why.

use blueprint::{Entity, Literal, Target};
use work::{Dialect, Statement, Value};

use super::audit::{self, After};
use super::cells::Cells;
use super::create::{params, referred, referring};
use super::dialect::Change;
use super::fixed;
use super::guard::Guard;
use super::sql::{DELETED_AT, Sql};
use crate::attribute::{field_kind, value};
use crate::catalog::quoted;
use crate::request::{IfMatch, RecordId};
use crate::{Catalog, Plan};

/// A new row without links.
pub(super) fn create(
    catalog: &Catalog,
    plan: &Plan,
    cells: &Cells,
    id: Option<&RecordId>,
    values: &[Literal],
) -> Option<Statement> {
    if catalog.dialect == Dialect::Sqlite {
        return None;
    }
    let entity = cells.source.entity;
    let mut sql = Sql::new(&catalog.dialect, "WITH ");
    let references = references(&mut sql, catalog, plan, entity, values.iter().enumerate());
    sql.push("\"new\" AS (INSERT INTO ").table(&entity.plural).push(" (");
    let columns: Vec<String> = fixed::columns(entity).into_iter().map(quoted).collect();
    sql.push(&columns.join(", ")).push(") SELECT ").params(params(plan, entity, id, values)).push(" WHERE TRUE");
    and_there(&mut sql, references);
    sql.push(" RETURNING *), \"told\" AS (");
    let after = Value::Json(audit::whole_values(plan, entity, values, &[]));
    audit::select_rows(&mut sql, plan, "create", entity, "NULL", After::Values(after));
    sql.push(" FROM \"new\") SELECT ");
    result(&mut sql, catalog, plan, cells);
    Some(sql.done())
}

/// One row that there is already.
pub(super) struct Row<'a> {
    pub catalog: &'a Catalog,
    pub plan: &'a Plan,
    pub cells: &'a Cells<'a>,
    pub id: &'a RecordId,
    pub if_match: &'a IfMatch,
    pub action: &'a str,
}

impl Row<'_> {
    /// It changes: some fields are set, perhaps to refer to others, and `assign` says to what, a comma after each.
    pub fn change(
        &self,
        before: &str,
        after: After<'_>,
        guard: &Guard,
        set: &[(usize, Literal)],
        assign: impl FnOnce(&mut Sql),
    ) -> Option<Statement> {
        let entity = self.entity();
        let values = set.iter().map(|(place, literal)| (*place, literal));
        let mut sql = self.begun()?;
        let references = references(&mut sql, self.catalog, self.plan, entity, values);
        self.looked_at(&mut sql, guard, references, Change::Update);
        self.told(&mut sql, before, after);
        sql.push("\"new\" AS (UPDATE ").table(&entity.plural).push(" SET ");
        assign(&mut sql);
        self.stamped(&mut sql);
        sql.push(" RETURNING *) SELECT ");
        result(&mut sql, self.catalog, self.plan, self.cells);
        Some(sql.done())
    }

    /// It goes, for good or to the trash, and nothing goes with it.
    pub fn delete(&self, before: &str) -> Option<Statement> {
        let entity = self.entity();
        let mut sql = self.begun()?;
        self.looked_at(&mut sql, &Guard::default(), 0, Change::Delete);
        self.told(&mut sql, before, After::Nothing);
        sql.push("\"gone\" AS (");
        if entity.soft_delete {
            sql.push("UPDATE ").table(&entity.plural).push(" SET ").push(&quoted(DELETED_AT)).push(" = ");
            sql.param(self.at()).push(", ");
            self.stamped(&mut sql);
        } else {
            sql.push("DELETE FROM ").table(&entity.plural);
            self.found(&mut sql);
        }
        sql.push(" RETURNING 1) SELECT 1 FROM \"gone\"");
        Some(sql.done())
    }

    fn entity(&self) -> &Entity {
        self.cells.source.entity
    }

    fn at(&self) -> Value {
        Value::DateTime(self.plan.origin.at.clone())
    }

    fn begun(&self) -> Option<Sql> {
        (self.catalog.dialect != Dialect::Sqlite).then(|| Sql::new(&self.catalog.dialect, "WITH "))
    }

    /// The row as it is, if all holds that must, and nobody else changes it any more.
    fn looked_at(&self, sql: &mut Sql, guard: &Guard, references: usize, change: Change) {
        let source = self.cells.source;
        sql.push("\"row\" AS (SELECT * FROM ").source(source).push(" WHERE ");
        sql.row(source, self.id, self.plan.access.reach()).and_version(self.if_match).and_guard(source, guard);
        and_there(sql, references);
        sql.locked(change).push("), ");
    }

    fn told(&self, sql: &mut Sql, before: &str, after: After<'_>) {
        sql.push("\"told\" AS (");
        audit::select_rows(sql, self.plan, self.action, self.entity(), before, after);
        sql.push(" FROM \"row\" AS ").push(&quoted(&self.entity().plural)).push("), ");
    }

    fn stamped(&self, sql: &mut Sql) {
        sql.push("\"updated_at\" = ").param(self.at()).push(", \"_version\" = \"_version\" + 1");
        self.found(sql);
    }

    fn found(&self, sql: &mut Sql) {
        sql.push(" WHERE ").push(&self.cells.source.column("id")).push(" = (SELECT \"id\" FROM \"row\")");
    }
}

/// Writes a query for each row that is going to be referred to, a comma after each; answers how many.
fn references<'a>(
    sql: &mut Sql,
    catalog: &Catalog,
    plan: &Plan,
    entity: &'a Entity,
    values: impl Iterator<Item = (usize, &'a Literal)> + 'a,
) -> usize {
    let referring: Vec<(_, Target, _)> = referring(entity, values).collect();
    for (place, (field, to, literal)) in referring.iter().enumerate() {
        sql.push(&format!("\"to{place}\" AS ("));
        referred(sql, catalog, plan, *to, value(literal, field_kind(field), &plan.origin.at));
        sql.push("), ");
    }
    referring.len()
}

/// ` AND …`: all of them are there.
fn and_there(sql: &mut Sql, references: usize) {
    for place in 0..references {
        sql.push(&format!(" AND EXISTS (SELECT FROM \"to{place}\")"));
    }
}

/// What comes back of the row as it is now.
fn result(sql: &mut Sql, catalog: &Catalog, plan: &Plan, cells: &Cells) {
    let table = &catalog.tables[plan.entity.0];
    sql.whole(cells, table).push(" FROM \"new\" AS ").push(&quoted(&cells.source.entity.plural));
}
