//! A page of rows: scope, filters, and a keyset position instead of an offset, so that every page costs the same.

use std::sync::Arc;

use blueprint::Blueprint;
use work::{Column, Cost, Shape, Step, Value, Work};

use super::along::Along;
use super::cells::{Cell, Cells};
use super::join::Joins;
use super::order::{self, Order};
use super::sql::{Source, Sql};
use super::{parent, search};
use crate::attribute::Attribute;
use crate::filter::{Comparison, Filter, Test};
use crate::list::List;
use crate::parent::{Parent, Way};
use crate::plan::{order, position_kinds};
use crate::reference::{Path, Reference};
use crate::scope::Scope;
use crate::{Catalog, Plan};

/// Rows that a read on the caller's thread may touch: more take long enough to be worth another thread.
const POINT_ROWS: usize = 200;

pub(super) fn render(catalog: &Catalog, plan: &Plan, list: &List) -> Work {
    let blueprint = &catalog.blueprint;
    let entity = blueprint.entity(plan.entity);
    let mut joins = Joins::new(blueprint, &plan.access, entity, plan.access.reach(), &list.representation);
    order(list).iter().for_each(|sort| joins.reach(sort.path));
    let mut sql = Sql::new(&catalog.dialect, "");
    let along = Along::find(&sql.dialect, &joins.root(), plan.access.reach(), list);
    let order = Order::new(&sql, &joins, list, plan.position.as_deref(), plan.access.reach());
    let order = if let Some(along) = &along { along.order(order, &joins) } else { order };
    let columns = page(&mut sql, plan, list, &joins, &order, along.as_ref());

    let shape = Arc::new(Shape { columns, captured: position_kinds(blueprint, entity, list) });
    let mut steps: Vec<Step> = list.parent.iter().map(|parent| parent::must_be_seen(catalog, plan, parent)).collect();
    steps.push(Step::Page { statement: sql.done(), shape, limit: list.limit });
    if list.count {
        let mut sql = Sql::new(&catalog.dialect, "SELECT count(*) FROM ");
        sql.source(joins.root().source);
        sql.push(" WHERE ").among(joins.root().source, plan.access.reach());
        conditions(&mut sql, blueprint, &joins.root(), plan, list);
        steps.push(Step::Count(sql.done()));
    }
    let shown = list.representation.attributes(&joins.root().view);
    let lists_links =
        list.representation.adds_many() || shown.iter().any(|attribute| matches!(attribute, Attribute::Link(_)));
    let cost = if lists_links { Cost::Scan } else { cost(&joins.root(), list, plan.access.reach()) };
    Work::read(cost, steps).gathering_ids(entity.audit_reads)
}

/// Writes a query for a page and says of which columns. Both engines read the parts of a `UNION ALL` one after the other, and
/// none that the limit does not reach; on Postgres because a part that has a limit is not run by several workers.
fn page(sql: &mut Sql, plan: &Plan, list: &List, joins: &Joins, order: &Order, along: Option<&Along>) -> Vec<Column> {
    let mut columns = Vec::new();
    let several = order.stretches().len() > 1;
    // One row more tells whether there is another page.
    let limit = || Value::Integer(list.limit as i64 + 1);
    for (place, stretch) in order.stretches().iter().enumerate() {
        sql.push(if place > 0 { " UNION ALL " } else { "" }).push(if several { "SELECT * FROM (" } else { "" });
        sql.push("SELECT ");
        columns = joins.select(sql, &list.representation);
        order.captured(sql);
        joins.from(sql);
        sql.push(" WHERE ");
        match along {
            Some(along) => along.within(sql, joins.root().source),
            None => drop(sql.among(joins.root().source, plan.access.reach())),
        }
        // Before the filters: of several limits of an index SQLite takes the first.
        order.and_within(sql, *stretch);
        match along {
            Some(along) => along.and_chosen(sql, &joins.root()),
            None => conditions(sql, joins.blueprint(), &joins.root(), plan, list),
        }
        sql.push(" ORDER BY ");
        if let Some(along) = along {
            along.first_key(sql, joins.root().source);
        }
        order.keys(sql);
        match along {
            Some(along) => along.limit(sql, limit()),
            None => drop(sql.push(" LIMIT ").param(limit())),
        }
        sql.push(&if several { format!(") AS \"__part{place}\"") } else { String::new() });
    }
    match along {
        Some(along) if several => along.limit(sql, limit()),
        None if several => drop(sql.push(" LIMIT ").param(limit())),
        _ => {}
    }
    columns
}

/// A page in the order of an index reads just its own rows; anything else may read many more.
fn cost(cells: &Cells, list: &List, scope: &Scope) -> Cost {
    let entity = cells.source.entity;
    let sorted_by_id = list.sort.iter().all(|key| key.path == Attribute::Id.into());
    let along_index = match list.sort.as_slice() {
        [key] => list.filters.is_empty() && list.parent.is_none() && order::is_indexed(cells, key.path, scope),
        _ => false,
    };
    // The indexes of owned entities lead with the owner, and are no help to who sees everybody's rows.
    let led_by_scope = !entity.owned || scope.is_of_one_owner();
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
    // Rows for which a condition does not hold are read all the same.
    let is_whole = !matches!(scope, Scope::Where(_));
    if (sorted_by_id && filtered_by_index || along_index) && is_whole && few && list.search.is_empty() && !list.count {
        Cost::Point
    } else {
        Cost::Scan
    }
}

/// ` AND …`: what the list is asked for beyond the rows that the caller can see.
fn conditions(sql: &mut Sql, blueprint: &Blueprint, cells: &Cells, plan: &Plan, list: &List) {
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
