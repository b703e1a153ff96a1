//! One row.

use std::sync::Arc;

use work::{Cost, Kind, Mode, Otherwise, Refusal, Statement, Step, Work};

use super::cells::Cells;
use super::sql::{Source, Sql};
use crate::access::{OwnerId, Scope};
use crate::attribute::{self, Attribute};
use crate::catalog::{Table, shape};
use crate::request::RecordId;
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, fields: Option<&[Attribute]>) -> Work {
    let table = &catalog.tables[plan.entity.0];
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let cells = Cells::of(&source, &plan.access, plan.access.reach());
    let (statement, shape) = match fields {
        None => (whole(table, &cells, plan, id), cells.whole_shape(table)),
        Some(fields) => {
            let entity = source.entity;
            let captured = [Kind::Integer, attribute::id_kind(entity.id)];
            let mut sql = Sql::new("SELECT ");
            sql.cells(&cells, fields).push(&source.column("_version")).push(", ").push(&source.column("id"));
            sql.push(" FROM ").push(&table.name).push(" WHERE ").row(&source, id, plan.access.reach());
            (sql.done(), Arc::new(shape(entity, fields, &captured)))
        }
    };
    let none = Otherwise::Refuse(Refusal::NotFound);
    Work { mode: Mode::Read(Cost::Point), steps: vec![Step::One { statement, shape, none }] }
}

fn whole(table: &Table, cells: &Cells, plan: &Plan, id: &RecordId) -> Statement {
    match plan.access.reach() {
        Scope::Everything if !table.ruled => Statement::new(table.get.clone(), vec![id.value()]),
        Scope::OwnedBy(OwnerId::User(owner)) if !table.ruled => {
            Statement::new(table.get_owned.clone(), vec![id.value(), work::Value::Uuid(owner.clone())])
        }
        // Runs for no row at all, too: one that is hidden takes as long to not find as one that is not there.
        scope => {
            let mut sql = Sql::new("SELECT ");
            sql.whole(cells, table).push(" FROM ").push(&table.name).push(" WHERE ").row(cells.source, id, scope);
            sql.done()
        }
    }
}
