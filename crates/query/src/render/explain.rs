//! Rows past the rules, for who asks why the rules say what they say: of one row which of many scopes it is in, of a table how
//! many rows each has. Not for answering callers.

use std::sync::Arc;

use blueprint::{Entity, EntityIndex, Term};
use work::{Column, Cost, Kind, Otherwise, Refusal, Shape, Step, Value, Work};

use super::condition;
use super::sql::{DELETED_AT, Source, Sql};
use crate::Catalog;
use crate::catalog::quoted;
use crate::request::RecordId;
use crate::scope::Scope;

/// One row, in the trash or not: as body these terms by their names; captured whether it lies in the trash, 1 or 0, and whether
/// it is in each of the scopes. [`Refusal::NotFound`] where there is none.
pub fn look(
    catalog: &Catalog,
    entity: EntityIndex,
    id: &RecordId,
    terms: &[(String, Term)],
    scopes: &[&Scope],
) -> Work {
    let source = Source::table(catalog.blueprint.entity(entity));
    let mut sql = Sql::new(&catalog.dialect, "SELECT ");
    let mut columns = Vec::new();
    for (name, term) in terms {
        let kind = condition::kind(source.entity, term).unwrap_or(Kind::Text);
        sql.term(&source, term, kind).push(", ");
        columns.push(Column::new(name, kind));
    }
    sql.as_number(&|sql| in_trash(sql, source.entity, &source));
    for scope in scopes {
        sql.push(", ").as_number(&|sql| _ = sql.within_field(&source, scope));
    }
    sql.push(" FROM ").source(&source).push(" WHERE ").push(&source.column("id")).push(" = ").param(id.value());
    one(sql, Shape { columns, captured: vec![Kind::Integer; scopes.len() + 1] })
}

/// Which scopes hold of a row that is not there yet, of which all is known but what it refers to: captured, 1 or 0.
pub fn weigh(catalog: &Catalog, entity: EntityIndex, scopes: &[&Scope]) -> Work {
    let source = Source::table(catalog.blueprint.entity(entity));
    let mut sql = Sql::new(&catalog.dialect, "SELECT ");
    for (place, scope) in scopes.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).as_number(&|sql| _ = sql.within_field(&source, scope));
    }
    one(sql, Shape { columns: Vec::new(), captured: vec![Kind::Integer; scopes.len()] })
}

/// How many rows there are among the first so many by id: captured those out of the trash, those in it, and of the former those
/// of each scope.
pub fn count_rows(catalog: &Catalog, entity: EntityIndex, scopes: &[&Scope], rows: i64) -> Work {
    let source = Source::table(catalog.blueprint.entity(entity));
    let mut sql = Sql::new(&catalog.dialect, "SELECT ");
    sql.push("count(CASE WHEN TRUE").and_live(&source).push(" THEN 1 END), count(CASE WHEN ");
    in_trash(&mut sql, source.entity, &source);
    sql.push(" THEN 1 END)");
    for scope in scopes {
        sql.push(", count(CASE WHEN ").within(&source, scope).push(" THEN 1 END)");
    }
    // Under the name of the table, so that conditions find their columns.
    let name = quoted(&source.entity.plural);
    sql.push(" FROM (SELECT * FROM ").source(&source).push(" ORDER BY ").push(&source.column("id")).push(" LIMIT ");
    sql.param(Value::Integer(rows)).push(") AS ").push(&name);
    let shape = Shape { columns: Vec::new(), captured: vec![Kind::Integer; scopes.len() + 2] };
    Work { mode: work::Mode::Read(Cost::Scan), ..one(sql, shape) }
}

fn one(sql: Sql, shape: Shape) -> Work {
    let none = Otherwise::Refuse(Refusal::NotFound);
    Work::read(Cost::Point, vec![Step::One { statement: sql.done(), shape: Arc::new(shape), none }])
}

fn in_trash(sql: &mut Sql, entity: &Entity, source: &Source) {
    if entity.soft_delete {
        sql.push(&source.column(DELETED_AT)).push(" IS NOT NULL");
    } else {
        sql.push("FALSE");
    }
}

impl Sql {
    /// A condition as a number, 1 or 0. What is null does not hold.
    fn as_number(&mut self, condition: &dyn Fn(&mut Sql)) -> &mut Sql {
        self.push("CAST(CASE WHEN ");
        condition(self);
        self.push(" THEN 1 ELSE 0 END AS BIGINT)")
    }
}
