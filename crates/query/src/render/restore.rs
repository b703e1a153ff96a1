//! `POST /{id}/restore`: a row comes back from the trash, with what went there with it.
//!
//! Like every change, its audit row is the gate. What the row has meanwhile lost is found by the constraints: a unique value
//! that somebody else took, a row that it refers to and that is in the trash itself.

use work::{Otherwise, Refusal, Step, Value, Work};

use super::audit::{self, After};
use super::beyond::Written;
use super::cascade;
use super::cells::Cells;
use super::dialect::Change;
use super::guard::Guard;
use super::sql::{Source, Sql};
use crate::request::{IfMatch, RecordId};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, if_match: &IfMatch) -> Work {
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let (entity, table) = (source.entity, &catalog.tables[plan.entity.0]);
    let reach = plan.access.reach();
    let cells = Cells::changed(&catalog.blueprint, &source, &plan.access);

    let after = After::Sql(audit::whole(&catalog.dialect, entity));
    let mut gate = audit::select(catalog, plan, "restore", entity, "NULL", after);
    let meant = |sql: &mut Sql| {
        sql.trashed_row(&source, id, reach).and_version(if_match);
    };
    meant(&mut gate);
    gate.locked(Change::Update);

    let mut restore = Sql::new(&catalog.dialect, "UPDATE ");
    restore.push(&table.name).push(" SET \"_deleted_at\" = NULL, \"updated_at\" = ");
    restore.param(Value::DateTime(plan.origin.at.clone())).push(", \"_version\" = \"_version\" + 1 WHERE ");
    restore.trashed_row(&source, id, plan.access.lasting()).push(" RETURNING ").whole(&cells, table);

    let none = why(catalog, plan, &source, id, if_match);
    let guard = Guard::default();
    let row = Written { catalog, plan, source: &source, id, guard: &guard };
    let mut steps = row.held(Change::Update, meant, &none);
    steps.push(Step::Change { statement: gate.done(), none });
    steps.extend(cascade::before_restore(catalog, plan, id));
    let none = Otherwise::Refuse(Refusal::NotFound);
    steps.push(Step::One { statement: restore.done(), shape: cells.whole_shape(table), none });
    steps.extend(cascade::after_restore(catalog, plan, id));
    Work::write(steps)
}

/// Why a row did not come back: it changed meanwhile, or there is none that this caller could bring back. Who cannot is told
/// nothing more, even if he could see the row before: a row in the trash is hidden, and that it is there is not his to know.
fn why(catalog: &Catalog, plan: &Plan, source: &Source, id: &RecordId, if_match: &IfMatch) -> Otherwise {
    if if_match.is_for_any() {
        return Otherwise::Refuse(Refusal::NotFound);
    }
    let mut sql = Sql::new(&catalog.dialect, "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM ");
    sql.source(source).push(" WHERE ").trashed_row(source, id, plan.access.reach()).push(") THEN 0 ELSE 1 END");
    Otherwise::Probe { statement: sql.done(), refusals: vec![Refusal::NotFound, Refusal::Stale] }
}
