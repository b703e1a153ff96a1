//! One row.

use std::sync::Arc;

use work::{Cost, Kind, Mode, Otherwise, Refusal, Statement, Step, Work};

use super::sql::{Source, Sql};
use crate::access::{OwnerId, Scope};
use crate::attribute::{self, Attribute};
use crate::catalog::{Table, select_list, shape};
use crate::request::RecordId;
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, fields: Option<&[Attribute]>) -> Work {
    let table = &catalog.tables[plan.entity.0];
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let (statement, shape) = match fields {
        None => (whole(table, &source, plan, id), table.shape.clone()),
        Some(fields) => {
            let entity = source.entity;
            let captured = [Kind::Integer, attribute::id_kind(entity.id)];
            let mut sql = Sql::new("SELECT ");
            sql.push(&select_list(entity, fields, "\"_version\", \"id\"")).push(" FROM ").push(&table.name);
            sql.push(" WHERE ").row(&source, id, plan.access.reach());
            (sql.done(), Arc::new(shape(entity, fields, &captured)))
        }
    };
    let none = Otherwise::Refuse(Refusal::NotFound);
    Work { mode: Mode::Read(Cost::Point), steps: vec![Step::One { statement, shape, none }] }
}

fn whole(table: &Table, source: &Source, plan: &Plan, id: &RecordId) -> Statement {
    match plan.access.reach() {
        Scope::Everything => Statement::new(table.get.clone(), vec![id.value()]),
        Scope::OwnedBy(OwnerId::User(owner)) => {
            Statement::new(table.get_owned.clone(), vec![id.value(), work::Value::Uuid(owner.clone())])
        }
        // Runs all the same: a row that is hidden takes as long to not find as one that is not there.
        Scope::Nothing => {
            let mut sql = Sql::new("SELECT ");
            sql.push(&table.select).push(" FROM ").push(&table.name).push(" WHERE ").row(source, id, &Scope::Nothing);
            sql.done()
        }
    }
}
