//! PATCH, PUT and actions: one row changes, if the caller may and if it still is what he thinks it is.
//!
//! The audit row comes first and is the gate: it is written from the row as it stands, under the very conditions of
//! the change. If it finds no row, a probe tells why and nothing happens.

use blueprint::{ActionKind, Entity, Field, Literal};
use work::{Otherwise, Refusal, Step, Value, Work};

use super::audit::{self, After, SetOfIds};
use super::cells::Cells;
use super::create::references;
use super::links::{Links, Row};
use super::sql::{Source, Sql, literal};
use crate::access::Scope;
use crate::attribute::{field_kind, value};
use crate::catalog::quoted;
use crate::request::{IfMatch, RecordId, Values};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, changes: &Values, if_match: IfMatch) -> Work {
    change(catalog, plan, id, "update", &Change::Set(&changes.fields, &changes.links), if_match)
}

pub(super) fn render_action(catalog: &Catalog, plan: &Plan, id: &RecordId, action: usize, if_match: IfMatch) -> Work {
    let action = &catalog.blueprint.entity(plan.entity).actions[action];
    let does = match &action.does {
        ActionKind::Set(values) => Change::Set(values, &[]),
        ActionKind::Toggle(place) => Change::Toggle(*place),
    };
    change(catalog, plan, id, &action.name, &does, if_match)
}

/// What happens to the row.
enum Change<'a> {
    /// Fields and links, by their places.
    Set(&'a [(usize, Literal)], &'a [(usize, Vec<Literal>)]),
    Toggle(usize),
}

impl Change<'_> {
    /// The links that are written, with the ids that each is to hold.
    fn links<'a>(&'a self, catalog: &'a Catalog, plan: &'a Plan) -> impl Iterator<Item = (Links<'a>, &'a [Literal])> {
        let entity = catalog.blueprint.entity(plan.entity);
        let written = match self {
            Change::Set(_, links) => *links,
            Change::Toggle(_) => &[],
        };
        let links = |place: usize| Links::new(&catalog.blueprint, &plan.access, &entity.links[place]);
        written.iter().map(move |(place, ids)| (links(*place), ids.as_slice()))
    }
}

fn change(catalog: &Catalog, plan: &Plan, id: &RecordId, name: &str, change: &Change, if_match: IfMatch) -> Work {
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let (entity, table) = (source.entity, &catalog.tables[plan.entity.0]);
    let reach = plan.access.reach();

    let written: Vec<_> = change.links(catalog, plan).collect();
    let before = audit::before(entity, changed(entity, change), written.iter().map(|(links, _)| links.link));
    let mut gate = audit::select(plan, name, entity, &before, after(plan, &source, change, &written));
    gate.row(&source, id, reach).and_version(if_match);

    let mut update = Sql::new("UPDATE ");
    update.push(&table.name).push(" SET ");
    assignments(&mut update, plan, entity, change);
    update.push("\"updated_at\" = ").param(Value::DateTime(plan.origin.at.clone()));
    update.push(", \"_version\" = \"_version\" + 1 WHERE ").row(&source, id, reach).and_version(if_match);
    update.push(" RETURNING ");
    let cells = Cells::of(&catalog.blueprint, &source, &plan.access, reach);
    update.whole(&cells, table);

    let mut steps = vec![Step::Change { statement: gate.done(), none: why(plan, &source, id) }];
    if let Change::Set(values, _) = change {
        let values = values.iter().map(|(place, literal)| (*place, literal));
        steps.extend(references(catalog, plan, entity, values));
    }
    steps.extend(written.iter().map(|(links, ids)| links.require(Row::Of(id), ids)));
    steps.extend(written.iter().flat_map(|(links, ids)| links.replace(Row::Of(id), ids)));
    let none = Otherwise::Refuse(Refusal::NotFound);
    steps.push(Step::One { statement: update.done(), shape: cells.whole_shape(table), none });
    Work::write(steps)
}

/// Why a row was not touched: not visible, visible but not to be changed, or changed meanwhile.
pub(super) fn why(plan: &Plan, source: &Source, id: &RecordId) -> Otherwise {
    why_not(plan, source, |sql, scope| {
        sql.row(source, id, scope);
    })
}

/// The same of a row that is found by another condition.
pub(super) fn why_not(plan: &Plan, source: &Source, row: impl Fn(&mut Sql, &Scope)) -> Otherwise {
    let table = quoted(&source.entity.plural);
    let mut sql = Sql::new("SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM ");
    sql.push(&table).push(" WHERE ");
    row(&mut sql, plan.access.read());
    sql.push(") THEN 0 WHEN NOT EXISTS (SELECT 1 FROM ").push(&table).push(" WHERE ");
    row(&mut sql, plan.access.reach());
    sql.push(") THEN 1 ELSE 2 END");
    Otherwise::Probe { statement: sql.done(), refusals: vec![Refusal::NotFound, Refusal::Forbidden, Refusal::Stale] }
}

fn changed<'a>(entity: &'a Entity, change: &Change) -> impl Iterator<Item = &'a Field> {
    let places: Vec<usize> = match change {
        Change::Set(values, _) => values.iter().map(|(place, _)| *place).collect(),
        Change::Toggle(place) => vec![*place],
    };
    places.into_iter().map(|place| &entity.fields[place])
}

fn after<'a>(plan: &Plan, source: &'a Source, change: &Change, written: &'a [(Links<'a>, &'a [Literal])]) -> After<'a> {
    let entity = source.entity;
    match change {
        Change::Set(values, _) => {
            let values = values.iter().map(|(place, value)| (&entity.fields[*place], value));
            let values = audit::after(values, &plan.origin.at);
            let sets: Vec<SetOfIds> = written.iter().map(|(links, ids)| links.becomes(source, ids)).collect();
            if sets.is_empty() { After::Values(values) } else { After::Linked(values, sets) }
        }
        Change::Toggle(place) => {
            let column = &entity.fields[*place].column;
            let turned = format!("json(CASE {} WHEN 1 THEN 'false' ELSE 'true' END)", quoted(column));
            After::Sql(format!("json_object({}, {turned})", literal(column)))
        }
    }
}

fn assignments(sql: &mut Sql, plan: &Plan, entity: &Entity, change: &Change) {
    match change {
        Change::Set(values, _) => {
            for (place, literal) in *values {
                let field = &entity.fields[*place];
                let value = value(literal, field_kind(field), &plan.origin.at);
                sql.push(&quoted(&field.column)).push(" = ").param(value).push(", ");
            }
        }
        Change::Toggle(place) => {
            let column = quoted(&entity.fields[*place].column);
            sql.push(&format!("{column} = CASE {column} WHEN 1 THEN 0 ELSE 1 END, "));
        }
    }
}
