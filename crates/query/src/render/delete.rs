//! DELETE: the row goes, for good or to the trash, and what must go with it, each with an audit row of its own.

use std::sync::Arc;

use work::{Step, Value, Work};

use super::at_once;
use super::audit::{self, After};
use super::beyond::Written;
use super::cascade;
use super::cells::Cells;
use super::dialect::Change;
use super::guard::Guard;
use super::sql::{Source, Sql};
use super::update::why;
use crate::request::{IfMatch, RecordId};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, if_match: &IfMatch) -> Work {
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let entity = source.entity;

    let mut gate =
        audit::select(catalog, plan, "delete", entity, &audit::whole(&catalog.dialect, entity), After::Nothing);
    let meant = |sql: &mut Sql| {
        sql.row(&source, id, plan.access.reach()).and_version(if_match);
    };
    meant(&mut gate);
    gate.locked(Change::Delete);

    let none = why(catalog, plan, &source, id, if_match);
    let guard = Guard::default();
    let written = Written { catalog, plan, source: &source, id, guard: &guard };
    let mut steps = written.held(Change::Delete, meant, &none);
    steps.push(Step::Change { statement: gate.done(), none });
    let goes = if entity.soft_delete { trash(catalog, plan, &source, id) } else { delete(catalog, plan, &source, id) };
    // One step: nothing goes with it, nothing holds it but foreign keys.
    let alone = goes.len() == 1 && !written.looks_beyond();
    steps.extend(goes);
    let cells = Cells::of(&catalog.blueprint, &source, &plan.access, plan.access.reach());
    let row = at_once::Row { catalog, plan, cells: &cells, id, if_match, action: "delete" };
    let statement = alone.then(|| row.delete(&audit::whole(&catalog.dialect, entity)));
    Work::write(steps).or_at_once(statement.flatten(), Arc::default())
}

fn delete(catalog: &Catalog, plan: &Plan, source: &Source, id: &RecordId) -> Vec<Step> {
    let mut steps = cascade::before_delete(catalog, plan, id);
    let mut delete = Sql::new(&catalog.dialect, "DELETE FROM ");
    delete.push(&catalog.tables[plan.entity.0].name).push(" WHERE ").row(source, id, plan.access.lasting());
    // The gate has found the row already, and the steps before this may have changed it, if it refers to itself: it let go
    // of itself, or has gone with its own tree.
    steps.push(Step::Run(delete.done()));
    steps
}

fn trash(catalog: &Catalog, plan: &Plan, source: &Source, id: &RecordId) -> Vec<Step> {
    let mut steps = cascade::before_trash(catalog, plan, id);
    let at = || Value::DateTime(plan.origin.at.clone());
    let mut trash = Sql::new(&catalog.dialect, "UPDATE ");
    trash.push(&catalog.tables[plan.entity.0].name).push(" SET \"_deleted_at\" = ").param(at());
    trash.push(", \"updated_at\" = ").param(at()).push(", \"_version\" = \"_version\" + 1 WHERE ");
    trash.row(source, id, plan.access.lasting());
    steps.push(Step::Run(trash.done()));
    steps.extend(cascade::after_trash(catalog, plan, id));
    steps
}
