//! One row.

use std::sync::Arc;

use work::{Cost, Kind, Otherwise, Refusal, Shape, Statement, Step, Work};

use super::cells::Cells;
use super::join::Joins;
use super::sql::Sql;
use crate::attribute;
use crate::catalog::Table;
use crate::representation::Representation;
use crate::request::RecordId;
use crate::scope::{OwnerId, Scope};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, representation: &Representation) -> Work {
    let table = &catalog.tables[plan.entity.0];
    let entity = catalog.blueprint.entity(plan.entity);
    let joins = Joins::new(&catalog.blueprint, &plan.access, entity, plan.access.reach(), representation);
    let cells = joins.root();
    let (statement, shape) = if representation.is_plain() {
        (whole(catalog, table, &cells, plan, id), cells.whole_shape(table))
    } else {
        let mut sql = Sql::new(&catalog.dialect, "SELECT ");
        let columns = joins.select(&mut sql, representation);
        sql.push(&cells.source.column("_version")).push(", ").push(&cells.source.column("id"));
        joins.from(&mut sql);
        sql.push(" WHERE ").row(cells.source, id, plan.access.reach());
        let captured = vec![Kind::Integer, attribute::id_kind(entity.id)];
        (sql.done(), Arc::new(Shape { columns, captured }))
    };
    let none = Otherwise::Refuse(Refusal::NotFound);
    Work::read(Cost::Point, vec![Step::One { statement, shape, none }])
}

fn whole(catalog: &Catalog, table: &Table, cells: &Cells, plan: &Plan, id: &RecordId) -> Statement {
    match plan.access.reach() {
        Scope::Everything if !table.ruled => Statement::new(table.get.clone(), vec![id.value()]),
        Scope::OwnedBy(OwnerId::User(owner)) if !table.ruled => {
            Statement::new(table.get_owned.clone(), vec![id.value(), work::Value::Uuid(owner.clone())])
        }
        // Runs for no row at all, too: one that is hidden takes as long to not find as one that is not there.
        scope => {
            let mut sql = Sql::new(&catalog.dialect, "SELECT ");
            sql.whole(cells, table).push(" FROM ").push(&table.name).push(" WHERE ").row(cells.source, id, scope);
            sql.done()
        }
    }
}
