//! A page of rows: scope, filters, and a keyset position instead of an offset, so that every page costs the same.

use std::sync::Arc;

use blueprint::Blueprint;
use work::{Cost, Shape, Step, Value, Work};

use super::cells::{Cell, Cells};
use super::join::Joins;
use super::sql::{Source, Sql};
use super::{parent, search};
use crate::access::Scope;
use crate::attribute::Attribute;
use crate::filter::{Comparison, Filter, Test};
use crate::list::{List, Sort};
use crate::parent::{Parent, Way};
use crate::plan::{order, position_kinds};
use crate::reference::{Path, Reference};
use crate::{Catalog, Plan};

/// Rows that a read on the caller's thread may touch: more take long enough to be worth another thread.
const POINT_ROWS: usize = 200;

pub(super) fn render(catalog: &Catalog, plan: &Plan, list: &List) -> Work {
    let blueprint = &catalog.blueprint;
    let entity = blueprint.entity(plan.entity);
    let order = order(list);
    let mut joins = Joins::new(blueprint, &plan.access, entity, plan.access.reach(), &list.representation);
    order.iter().for_each(|sort| joins.reach(sort.path));
    let keys: Vec<Key> = order.iter().map(|sort| Key::new(&joins, sort)).collect();

    let mut sql = Sql::new(&catalog.dialect, "SELECT ");
    let columns = joins.select(&mut sql, &list.representation);
    captured(&mut sql, &keys);
    joins.from(&mut sql);
    conditions(&mut sql, blueprint, &joins.root(), plan, list);
    if let Some(position) = &plan.position {
        sql.push(" AND ");
        after(&mut sql, &keys, position);
    }
    order_by(&mut sql, &keys);
    sql.push(" LIMIT ").param(Value::Integer(list.limit as i64 + 1));

    let shape = Arc::new(Shape { columns, captured: position_kinds(blueprint, entity, list) });
    let mut steps: Vec<Step> = list.parent.iter().map(|parent| parent::must_be_seen(catalog, plan, parent)).collect();
    steps.push(Step::Page { statement: sql.done(), shape, limit: list.limit });
    if list.count {
        let mut sql = Sql::new(&catalog.dialect, "SELECT count(*) FROM ");
        sql.source(joins.root().source);
        conditions(&mut sql, blueprint, &joins.root(), plan, list);
        steps.push(Step::Count(sql.done()));
    }
    let shown = list.representation.attributes(&joins.root().view);
    let lists_links =
        list.representation.adds_many() || shown.iter().any(|attribute| matches!(attribute, Attribute::Link(_)));
    let cost = if lists_links { Cost::Scan } else { cost(&joins.root(), list, plan.access.reach()) };
    Work::read(cost, steps)
}

/// A key of the order with the cell that it stands for in this statement.
struct Key<'a> {
    cell: Cell<'a>,
    nullable: bool,
    descending: bool,
}

impl<'a> Key<'a> {
    fn new(joins: &'a Joins, sort: &Sort) -> Key<'a> {
        let (cell, nullable) = joins.cell(sort.path);
        Key { cell, nullable, descending: sort.descending }
    }
}

/// A page in the order of an index reads just its own rows; anything else may read many more.
fn cost(cells: &Cells, list: &List, scope: &Scope) -> Cost {
    let entity = cells.source.entity;
    let sorted_by_id = list.sort.iter().all(|key| key.path == Attribute::Id.into());
    // The indexes of owned entities lead with the owner, and are no help to who sees everybody's rows.
    let led_by_scope = !entity.owned || *scope != Scope::Everything;
    let exact = |filter: &Filter| {
        let Path { via: None, attribute: Attribute::Field(place) } = filter.path else { return false };
        let found_by_index = entity.fields[place].index && cells.is_plain(filter.path.attribute);
        found_by_index && matches!(filter.test, Test::Compare(Comparison::Eq, _))
    };
    // References have indexes without being asked to; the rows at the other end of links are brought into order first.
    let under_one = |parent: &Parent| match parent.way {
        Way::Up(reference) => reference.link(entity).is_none() && cells.is_plain(reference.attribute()),
        Way::Down(_) => false,
    };
    let filtered_by_index = match (&list.parent, list.filters.as_slice()) {
        (None, []) => true,
        (None, [filter]) => led_by_scope && exact(filter),
        (Some(parent), []) => led_by_scope && under_one(parent),
        _ => false,
    };
    let few = list.limit * (1 + list.representation.added()) <= POINT_ROWS;
    if sorted_by_id && filtered_by_index && few && list.search.is_empty() && !list.count {
        Cost::Point
    } else {
        Cost::Scan
    }
}

fn conditions(sql: &mut Sql, blueprint: &Blueprint, cells: &Cells, plan: &Plan, list: &List) {
    sql.push(" WHERE ").within(cells.source, plan.access.reach());
    if !list.search.is_empty() {
        search::and_found(sql, cells, plan.access.reach(), &list.search);
    }
    if let Some(parent) = &list.parent {
        parent::and_under(sql, blueprint, cells, plan, parent);
    }
    for filter in &list.filters {
        sql.push(" AND ");
        match filter.path.via {
            None => condition(sql, &cells.cell(filter.path.attribute), &filter.test),
            Some(via) => beyond_reference(sql, blueprint, cells, plan, via, filter),
        }
    }
}

/// A condition on a row that a reference leads to: there must be one that the caller can see, so that one that he
/// cannot see and none at all are the same to every test.
fn beyond_reference(sql: &mut Sql, blueprint: &Blueprint, cells: &Cells, plan: &Plan, via: Reference, filter: &Filter) {
    let here = cells.source.entity;
    let there = filter.path.end(blueprint, here);
    let target = Source::joined(there, &format!("_{}", via.name(here)));
    let scope = plan.access.sees(blueprint, there);
    let cell = Cells::of(blueprint, &target, &plan.access, &scope).cell(filter.path.attribute);
    let way = cells.cell(via.attribute());
    if let Reference::Link(_) = via {
        return way.leads_to(sql, &target, |sql| condition(sql, &cell, &filter.test));
    }
    sql.push("EXISTS (SELECT 1 FROM ").source(&target).push(" WHERE ").push(&target.column("id"));
    sql.push(" = ").cell(&way).push(" AND ").within(&target, &scope).push(" AND ");
    condition(sql, &cell, &filter.test);
    sql.push(")");
}

fn condition(sql: &mut Sql, cell: &Cell, test: &Test) {
    match test {
        Test::Compare(comparison, value) => {
            let operator = match comparison {
                Comparison::Eq => " = ",
                Comparison::Ne => " IS DISTINCT FROM ",
                Comparison::Lt => " < ",
                Comparison::Lte => " <= ",
                Comparison::Gt => " > ",
                Comparison::Gte => " >= ",
            };
            sql.comparable(cell, Some(value)).push(operator).compared(value.clone());
        }
        Test::In(values) => {
            sql.comparable(cell, values.first()).push(" IN (");
            one_of(sql, values);
        }
        Test::NotIn(values) => {
            sql.push("(").cell(cell).push(" IS NULL OR ").comparable(cell, values.first()).push(" NOT IN (");
            one_of(sql, values);
            sql.push(")");
        }
        Test::Contains(text) => {
            sql.contains(cell, text);
        }
        Test::StartsWith(text) => {
            sql.starts_with(cell, text);
        }
        Test::Linked(ids) => cell.holds_any(sql, ids),
        Test::IsNull(true) => {
            sql.cell(cell).push(" IS NULL");
        }
        Test::IsNull(false) => {
            sql.cell(cell).push(" IS NOT NULL");
        }
    }
}

fn one_of(sql: &mut Sql, values: &[Value]) {
    for (place, value) in values.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).compared(value.clone());
    }
    sql.push(")");
}

/// What the next cursor is made of.
fn captured(sql: &mut Sql, keys: &[Key]) {
    for (place, key) in keys.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).cell(&key.cell);
    }
}

fn order_by(sql: &mut Sql, keys: &[Key]) {
    sql.push(" ORDER BY ");
    for (place, key) in keys.iter().enumerate() {
        sql.push(if place == 0 { "" } else { ", " }).cell(&key.cell);
        sql.push(if key.descending { " DESC" } else { "" });
        // SQLite and Postgres put nulls at opposite ends by default; the contract says last, both ways.
        sql.push(if key.nullable { " NULLS LAST" } else { "" });
    }
}

/// The rows after a position in this order: equal in the first keys and beyond in the next, for each prefix of keys.
fn after(sql: &mut Sql, keys: &[Key], position: &[Value]) {
    sql.push("(");
    bound(sql, keys, position);
    sql.push("(");
    let mut first = true;
    for (place, (key, value)) in keys.iter().zip(position).enumerate() {
        // Nulls are last, so nothing lies beyond a null but in the keys after it.
        if *value == Value::Null {
            continue;
        }
        sql.push(if first { "" } else { " OR " }).push("(");
        first = false;
        for (equal, value) in keys.iter().zip(position).take(place) {
            // Not `IS NOT DISTINCT FROM`, for which Postgres uses no index.
            match value {
                Value::Null => sql.cell(&equal.cell).push(" IS NULL AND "),
                value => sql.cell(&equal.cell).push(" = ").param(value.clone()).push(" AND "),
            };
        }
        beyond(sql, key, value);
        sql.push(")");
    }
    sql.push("))");
}

fn beyond(sql: &mut Sql, key: &Key, value: &Value) {
    let operator = if key.descending { " < " } else { " > " };
    if key.nullable {
        sql.push("(").cell(&key.cell).push(operator).param(value.clone());
        sql.push(" OR ").cell(&key.cell).push(" IS NULL)");
    } else {
        sql.cell(&key.cell).push(operator).param(value.clone());
    }
}

/// Says of the first key what follows from the rest, in a form that lets an index start at the position.
fn bound(sql: &mut Sql, keys: &[Key], position: &[Value]) {
    let (Some(key), Some(value)) = (keys.first(), position.first()) else { return };
    if *value == Value::Null {
        sql.cell(&key.cell).push(" IS NULL AND ");
    } else if !key.nullable {
        let operator = if key.descending { " <= " } else { " >= " };
        sql.cell(&key.cell).push(operator).param(value.clone()).push(" AND ");
    }
}
