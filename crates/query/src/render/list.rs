//! A page of rows: scope, filters, and a keyset position instead of an offset, so that every page costs the same.

use std::sync::Arc;

use blueprint::Entity;
use work::{Cost, Mode, Step, Value, Work};

use super::sql::{Source, Sql};
use crate::access::Scope;
use crate::attribute::{self, Attribute};
use crate::catalog::{quoted, select_list, shape};
use crate::filter::{Comparison, Filter, Test};
use crate::list::{List, Sort};
use crate::plan::{order, position_kinds};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, list: &List) -> Work {
    let entity = catalog.blueprint.entity(plan.entity);
    let table = &catalog.tables[plan.entity.0];
    let order = order(list);
    let shown = list.fields.clone().unwrap_or_else(|| attribute::visible(entity));
    let keys: Vec<String> = order.iter().map(|key| quoted(key.attribute.column(entity))).collect();

    let mut sql = Sql::new("SELECT ");
    sql.push(&select_list(entity, &shown, &keys.join(", "))).push(" FROM ").push(&table.name);
    conditions(&mut sql, entity, plan, list);
    if let Some(position) = &plan.position {
        sql.push(" AND ");
        after(&mut sql, entity, &order, position);
    }
    sql.push(" ORDER BY ").push(&order_by(entity, &order));
    sql.push(" LIMIT ").param(Value::Integer(list.limit as i64 + 1));

    let shape = Arc::new(shape(entity, &shown, &position_kinds(entity, list)));
    let mut steps = vec![Step::Page { statement: sql.done(), shape, limit: list.limit }];
    if list.count {
        let mut sql = Sql::new("SELECT count(*) FROM ");
        sql.push(&table.name);
        conditions(&mut sql, entity, plan, list);
        steps.push(Step::Count(sql.done()));
    }
    Work { mode: Mode::Read(cost(entity, list, plan.access.reach())), steps }
}

/// A page in the order of an index reads just its own rows; anything else may read many more.
fn cost(entity: &Entity, list: &List, scope: &Scope) -> Cost {
    let sorted_by_id = list.sort.iter().all(|key| key.attribute == Attribute::Id);
    // The indexes of owned entities lead with the owner, and are no help to who sees everybody's rows.
    let led_by_scope = !entity.owned || *scope != Scope::Everything;
    let exact = |filter: &Filter| {
        let Attribute::Field(place) = filter.attribute else { return false };
        entity.fields[place].index && matches!(filter.test, Test::Compare(Comparison::Eq, _))
    };
    let filtered_by_index = match list.filters.as_slice() {
        [] => true,
        [filter] => led_by_scope && exact(filter),
        _ => false,
    };
    if sorted_by_id && filtered_by_index && !list.count { Cost::Point } else { Cost::Scan }
}

fn conditions(sql: &mut Sql, entity: &Entity, plan: &Plan, list: &List) {
    sql.push(" WHERE ").within(&Source::table(entity), plan.access.reach());
    for filter in &list.filters {
        sql.push(" AND ");
        condition(sql, &quoted(filter.attribute.column(entity)), &filter.test);
    }
}

fn condition(sql: &mut Sql, column: &str, test: &Test) {
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
            sql.push(column).push(operator).param(value.clone());
        }
        Test::In(values) => {
            sql.push(column).push(" IN (").params(values.iter().cloned()).push(")");
        }
        Test::NotIn(values) => {
            sql.push("(").push(column).push(" IS NULL OR ").push(column).push(" NOT IN (");
            sql.params(values.iter().cloned()).push("))");
        }
        Test::Contains(text) => {
            sql.push("instr(fold(").push(column).push("), ").param(folded(text)).push(") > 0");
        }
        Test::StartsWith(text) => {
            let length = folded(text).as_str().map_or(0, |text| text.chars().count());
            sql.push("substr(fold(").push(column).push("), 1, ").param(Value::Integer(length as i64));
            sql.push(") = ").param(folded(text));
        }
        Test::IsNull(true) => {
            sql.push(column).push(" IS NULL");
        }
        Test::IsNull(false) => {
            sql.push(column).push(" IS NOT NULL");
        }
    }
}

/// As the database's `fold` does it.
fn folded(text: &str) -> Value {
    Value::Text(work::fold(text))
}

fn order_by(entity: &Entity, order: &[Sort]) -> String {
    let keys = order.iter().map(|key| {
        let direction = if key.descending { " DESC" } else { "" };
        // SQLite and Postgres put nulls at opposite ends by default; the contract says last, both ways.
        let nulls = if key.attribute.nullable(entity) { " NULLS LAST" } else { "" };
        quoted(key.attribute.column(entity)) + direction + nulls
    });
    keys.collect::<Vec<_>>().join(", ")
}

/// The rows after a position in this order: equal in the first keys and beyond in the next, for each prefix of keys.
fn after(sql: &mut Sql, entity: &Entity, order: &[Sort], position: &[Value]) {
    sql.push("(");
    bound(sql, entity, order, position);
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
            sql.push(&quoted(equal.attribute.column(entity))).push(" IS ").param(value.clone()).push(" AND ");
        }
        beyond(sql, entity, key, value);
        sql.push(")");
    }
    sql.push("))");
}

fn beyond(sql: &mut Sql, entity: &Entity, key: &Sort, value: &Value) {
    let column = quoted(key.attribute.column(entity));
    let operator = if key.descending { " < " } else { " > " };
    if key.attribute.nullable(entity) {
        sql.push("(").push(&column).push(operator).param(value.clone()).push(" OR ").push(&column).push(" IS NULL)");
    } else {
        sql.push(&column).push(operator).param(value.clone());
    }
}

/// Says of the first key what follows from the rest, in a form that lets an index start at the position.
fn bound(sql: &mut Sql, entity: &Entity, order: &[Sort], position: &[Value]) {
    let (Some(key), Some(value)) = (order.first(), position.first()) else { return };
    let column = quoted(key.attribute.column(entity));
    if *value == Value::Null {
        sql.push(&column).push(" IS NULL AND ");
    } else if !key.attribute.nullable(entity) {
        let operator = if key.descending { " <= " } else { " >= " };
        sql.push(&column).push(operator).param(value.clone()).push(" AND ");
    }
}
