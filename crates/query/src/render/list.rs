//! A page of rows: scope, filters, and a keyset position instead of an offset, so that every page costs the same.

use std::sync::Arc;

use work::{Cost, Mode, Step, Value, Work};

use super::cells::{Cell, Cells};
use super::sql::{Source, Sql};
use crate::access::Scope;
use crate::attribute::Attribute;
use crate::catalog::shape;
use crate::filter::{Comparison, Filter, Test};
use crate::list::{List, Sort};
use crate::plan::{order, position_kinds};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, list: &List) -> Work {
    let entity = catalog.blueprint.entity(plan.entity);
    let table = &catalog.tables[plan.entity.0];
    let source = Source::table(entity);
    let cells = Cells::of(&source, &plan.access, plan.access.reach());
    let order = order(list);
    let shown = list.fields.clone().unwrap_or_else(|| cells.view.visible());

    let mut sql = Sql::new("SELECT ");
    sql.cells(&cells, &shown);
    keys(&mut sql, &cells, &order);
    sql.push(" FROM ").push(&table.name);
    conditions(&mut sql, &cells, plan, list);
    if let Some(position) = &plan.position {
        sql.push(" AND ");
        after(&mut sql, &cells, &order, position);
    }
    order_by(&mut sql, &cells, &order);
    sql.push(" LIMIT ").param(Value::Integer(list.limit as i64 + 1));

    let shape = Arc::new(shape(entity, &shown, &position_kinds(entity, list)));
    let mut steps = vec![Step::Page { statement: sql.done(), shape, limit: list.limit }];
    if list.count {
        let mut sql = Sql::new("SELECT count(*) FROM ");
        sql.push(&table.name);
        conditions(&mut sql, &cells, plan, list);
        steps.push(Step::Count(sql.done()));
    }
    Work { mode: Mode::Read(cost(&cells, list, plan.access.reach())), steps }
}

/// A page in the order of an index reads just its own rows; anything else may read many more.
fn cost(cells: &Cells, list: &List, scope: &Scope) -> Cost {
    let entity = cells.source.entity;
    let sorted_by_id = list.sort.iter().all(|key| key.attribute == Attribute::Id);
    // The indexes of owned entities lead with the owner, and are no help to who sees everybody's rows.
    let led_by_scope = !entity.owned || *scope != Scope::Everything;
    let exact = |filter: &Filter| {
        let Attribute::Field(place) = filter.attribute else { return false };
        let found_by_index = entity.fields[place].index && cells.is_plain(filter.attribute);
        found_by_index && matches!(filter.test, Test::Compare(Comparison::Eq, _))
    };
    let filtered_by_index = match list.filters.as_slice() {
        [] => true,
        [filter] => led_by_scope && exact(filter),
        _ => false,
    };
    if sorted_by_id && filtered_by_index && !list.count { Cost::Point } else { Cost::Scan }
}

fn conditions(sql: &mut Sql, cells: &Cells, plan: &Plan, list: &List) {
    sql.push(" WHERE ").within(cells.source, plan.access.reach());
    for filter in &list.filters {
        sql.push(" AND ");
        condition(sql, &cells.cell(filter.attribute), &filter.test);
    }
}

fn condition(sql: &mut Sql, cell: &Cell, test: &Test) {
    match test {
        Test::Compare(comparison, value) => {
            let operator = match comparison {
                Comparison::Eq => " = ",
                Comparison::Ne => " IS NOT ",
                Comparison::Lt => " < ",
                Comparison::Lte => " <= ",
                Comparison::Gt => " > ",
                Comparison::Gte => " >= ",
            };
            sql.cell(cell).push(operator).param(value.clone());
        }
        Test::In(values) => {
            sql.cell(cell).push(" IN (").params(values.iter().cloned()).push(")");
        }
        Test::NotIn(values) => {
            sql.push("(").cell(cell).push(" IS NULL OR ").cell(cell).push(" NOT IN (");
            sql.params(values.iter().cloned()).push("))");
        }
        Test::Contains(text) => {
            sql.push("instr(fold(").cell(cell).push("), ").param(folded(text)).push(") > 0");
        }
        Test::StartsWith(text) => {
            let length = folded(text).as_str().map_or(0, |text| text.chars().count());
            sql.push("substr(fold(").cell(cell).push("), 1, ").param(Value::Integer(length as i64));
            sql.push(") = ").param(folded(text));
        }
        Test::IsNull(true) => {
            sql.cell(cell).push(" IS NULL");
        }
        Test::IsNull(false) => {
            sql.cell(cell).push(" IS NOT NULL");
        }
    }
}

/// As the database's `fold` does it.
fn folded(text: &str) -> Value {
    Value::Text(work::fold(text))
}

/// What the next cursor is made of.
fn keys(sql: &mut Sql, cells: &Cells, order: &[Sort]) {
    for (place, key) in order.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).cell(&cells.cell(key.attribute));
    }
}

fn order_by(sql: &mut Sql, cells: &Cells, order: &[Sort]) {
    sql.push(" ORDER BY ");
    for (place, key) in order.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).cell(&cells.cell(key.attribute));
        sql.push(if key.descending { " DESC" } else { "" });
        // SQLite and Postgres put nulls at opposite ends by default; the contract says last, both ways.
        sql.push(if cells.nullable(key.attribute) { " NULLS LAST" } else { "" });
    }
}

/// The rows after a position in this order: equal in the first keys and beyond in the next, for each prefix of keys.
fn after(sql: &mut Sql, cells: &Cells, order: &[Sort], position: &[Value]) {
    sql.push("(");
    bound(sql, cells, order, position);
    sql.push("(");
    let mut first = true;
    for (place, (key, value)) in order.iter().zip(position).enumerate() {
        // Nulls are last, so nothing lies beyond a null but in the keys after it.
        if *value == Value::Null {
            continue;
        }
        sql.push(if first { "" } else { " OR " }).push("(");
        first = false;
        for (equal, value) in order.iter().zip(position).take(place) {
            sql.cell(&cells.cell(equal.attribute)).push(" IS ").param(value.clone()).push(" AND ");
        }
        beyond(sql, cells, key, value);
        sql.push(")");
    }
    sql.push("))");
}

fn beyond(sql: &mut Sql, cells: &Cells, key: &Sort, value: &Value) {
    let cell = cells.cell(key.attribute);
    let operator = if key.descending { " < " } else { " > " };
    if cells.nullable(key.attribute) {
        sql.push("(").cell(&cell).push(operator).param(value.clone()).push(" OR ").cell(&cell).push(" IS NULL)");
    } else {
        sql.cell(&cell).push(operator).param(value.clone());
    }
}

/// Says of the first key what follows from the rest, in a form that lets an index start at the position.
fn bound(sql: &mut Sql, cells: &Cells, order: &[Sort], position: &[Value]) {
    let (Some(key), Some(value)) = (order.first(), position.first()) else { return };
    let cell = cells.cell(key.attribute);
    if *value == Value::Null {
        sql.cell(&cell).push(" IS NULL AND ");
    } else if !cells.nullable(key.attribute) {
        let operator = if key.descending { " <= " } else { " >= " };
        sql.cell(&cell).push(operator).param(value.clone()).push(" AND ");
    }
}
