//! The row under which a list stands: that the caller can see it, and which rows hang together with it.

use blueprint::Blueprint;
use work::{Otherwise, Refusal, Step};

use super::cells::Cells;
use super::links::Links;
use super::sql::{Source, Sql};
use crate::attribute::Attribute;
use crate::parent::{Parent, Way};
use crate::{Catalog, Plan, Shown};

/// A list under a row that the caller cannot see is as little there as one under no row.
pub(super) fn must_be_seen(catalog: &Catalog, plan: &Plan, parent: &Parent) -> Step {
    let blueprint = &catalog.blueprint;
    let source = Source::table(blueprint.entity(parent.entity));
    let mut sql = Sql::new(&catalog.dialect, "SELECT 1 FROM ");
    sql.source(&source).push(" WHERE ");
    sql.row(&source, &parent.id, &plan.access.sees(blueprint, source.entity));
    Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::NotFound) }
}

/// ` AND …`: the rows that hang together with it, as far as the caller can read that they do.
pub(super) fn and_under(sql: &mut Sql, blueprint: &Blueprint, cells: &Cells, plan: &Plan, parent: &Parent) {
    sql.push(" AND ");
    match parent.way {
        Way::Up(reference) => {
            let cell = cells.cell(reference.attribute());
            if reference.link(cells.source.entity).is_some() {
                cell.holds_any(sql, &[parent.id.value()]);
            } else {
                sql.cell(&cell).push(" = ").param(parent.id.value());
            }
        }
        Way::Down(place) => linked(sql, blueprint, cells, plan, (parent, place)),
    }
}

fn linked(sql: &mut Sql, blueprint: &Blueprint, cells: &Cells, plan: &Plan, (parent, place): (&Parent, usize)) {
    let above = Source::joined(blueprint.entity(parent.entity), "__from");
    let scope = plan.access.sees(blueprint, above.entity);
    let shown = Cells::of(blueprint, &above, &plan.access, &scope).view.shows(Attribute::Link(place), &scope);
    let links = Links::new(blueprint, &plan.access, &above.entity.links[place]);
    sql.push(&cells.source.column("id")).push(" IN (SELECT ").push(&links.end()).push(" FROM ");
    links.table_as(sql).push(" WHERE ").push(&links.holder()).push(" = ").param(parent.id.value());
    match shown {
        Shown::Always => {}
        Shown::Never => {
            sql.push(" AND FALSE");
        }
        Shown::Within(readable) => {
            sql.push(" AND EXISTS (SELECT 1 FROM ").source(&above).push(" WHERE ");
            sql.row(&above, &parent.id, &scope).push(" AND ").within_field(&above, &readable).push(")");
        }
    }
    sql.push(")");
}
