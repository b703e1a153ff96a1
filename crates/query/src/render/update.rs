//! PATCH, PUT and actions: one row changes, if the caller may and if it still is what he thinks it is.
//!
//! The audit row comes first and is the gate: it is written from the row as it stands, under the very conditions of
//! the change. If it finds no row, a probe tells why and nothing happens.

use blueprint::{ActionKind, Entity, Field, Literal};
use work::{Otherwise, Refusal, Step, Value, Work};

use super::at_once;
use super::audit::{self, After, SetOfIds};
use super::beyond::Written;
use super::cells::Cells;
use super::create::references;
use super::dialect::{self, Change};
use super::guard::{Guard, number, why_guarded};
use super::links::{Links, Row};
use super::sql::{Source, Sql};
use crate::attribute::{field_kind, value};
use crate::catalog::quoted;
use crate::request::{IfMatch, RecordId, Values};
use crate::scope::Scope;
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, changes: &Values, if_match: &IfMatch) -> Work {
    let guard = Guard::default();
    let does = Does { set: &changes.fields, links: &changes.links, add: &[], toggle: None, guard };
    change(catalog, plan, id, "update", &does, if_match)
}

pub(super) fn render_action(catalog: &Catalog, plan: &Plan, id: &RecordId, action: usize, if_match: &IfMatch) -> Work {
    let action = &catalog.blueprint.entity(plan.entity).actions[action];
    let guard = Guard::of(action, plan);
    let does = match &action.does {
        ActionKind::Change(change) => Does { links: &[], set: &change.set, add: &change.add, toggle: None, guard },
        ActionKind::Toggle(place) => Does { links: &[], set: &[], add: &[], toggle: Some(*place), guard },
        // Asked for as `Request::Call`.
        ActionKind::Call(_) => Does { links: &[], set: &[], add: &[], toggle: None, guard },
    };
    change(catalog, plan, id, &action.name, &does, if_match)
}

/// What the code of an action makes of the row.
pub(super) fn render_performed(
    catalog: &Catalog,
    plan: &Plan,
    id: &RecordId,
    action: usize,
    changes: &Values,
    if_match: &IfMatch,
) -> Work {
    let action = &catalog.blueprint.entity(plan.entity).actions[action];
    let guard = Guard::of(action, plan);
    let does = Does { set: &changes.fields, links: &changes.links, add: &[], toggle: None, guard };
    change(catalog, plan, id, &action.name, &does, if_match)
}

/// What happens to the row, and in which state of it.
struct Does<'a> {
    set: &'a [(usize, Literal)],
    links: &'a [(usize, Vec<Literal>)],
    add: &'a [(usize, i64)],
    toggle: Option<usize>,
    guard: Guard<'a>,
}

fn change(catalog: &Catalog, plan: &Plan, id: &RecordId, name: &str, does: &Does, if_match: &IfMatch) -> Work {
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let (entity, table) = (source.entity, &catalog.tables[plan.entity.0]);
    let reach = plan.access.reach();

    let written: Vec<_> = does.links(catalog, plan).collect();
    let before = audit::before(
        &catalog.dialect,
        entity,
        does.fields(entity).into_iter(),
        written.iter().map(|(links, _)| links.link),
    );
    let mut gate = audit::select(catalog, plan, name, entity, &before, does.after(catalog, plan, &source, &written));
    let meant = |sql: &mut Sql| {
        sql.row(&source, id, reach).and_version(if_match).and_guard(&source, &does.guard);
    };
    meant(&mut gate);
    gate.locked(Change::Update);

    let mut update = Sql::new(&catalog.dialect, "UPDATE ");
    update.push(&table.name).push(" SET ");
    does.assign(&mut update, plan, entity);
    update.push("\"updated_at\" = ").param(Value::DateTime(plan.origin.at.clone()));
    // The gate holds the row, and has asked.
    update.push(", \"_version\" = \"_version\" + 1 WHERE ").row(&source, id, plan.access.lasting());
    update.and_version(if_match).and_guard(&source, &does.guard).push(" RETURNING ");
    let cells = Cells::changed(&catalog.blueprint, &source, &plan.access);
    update.whole(&cells, table);

    let none = why_guarded(catalog, plan, &source, id, if_match, &does.guard);
    let row = Written { catalog, plan, source: &source, id, guard: &does.guard };
    let mut steps = row.held(Change::Update, meant, &none);
    steps.push(Step::Change { statement: gate.done(), none });
    let values = does.set.iter().map(|(place, literal)| (*place, literal));
    steps.extend(references(catalog, plan, entity, values));
    steps.extend(row.ahead());
    steps.extend(written.iter().filter_map(|(links, ids)| links.hold(&catalog.dialect, ids)));
    steps.extend(written.iter().map(|(links, ids)| links.require(&catalog.dialect, Row::Of(id), ids)));
    steps.extend(written.iter().flat_map(|(links, ids)| links.replace(&catalog.dialect, Row::Of(id), ids)));
    let none = Otherwise::Refuse(Refusal::Forbidden);
    let shape = cells.whole_shape(table);
    steps.push(Step::One { statement: update.done(), shape: shape.clone(), none });
    let is_plain = written.is_empty() && plan.ahead == Scope::Everything && !row.looks_beyond();
    let statement = is_plain.then(|| {
        let after = does.after(catalog, plan, &source, &written);
        let row = at_once::Row { catalog, plan, cells: &cells, id, if_match, action: name };
        row.change(&before, after, &does.guard, does.set, |sql| does.assign(sql, plan, entity))
    });
    Work::write(steps).or_at_once(statement.flatten(), shape)
}

/// Why a row was not touched: not visible, visible but not to be changed, or of another version than the caller named. Who
/// named none is told the second where the row can be changed again by now.
pub(super) fn why(catalog: &Catalog, plan: &Plan, source: &Source, id: &RecordId, if_match: &IfMatch) -> Otherwise {
    let mut sql = Sql::new(&catalog.dialect, "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM ");
    sql.source(source).push(" WHERE ").row(source, id, plan.access.read());
    if if_match.is_for_any() {
        sql.push(") THEN 0 ELSE 1 END");
        return Otherwise::Probe { statement: sql.done(), refusals: vec![Refusal::NotFound, Refusal::Forbidden] };
    }
    sql.push(") THEN 0 WHEN NOT EXISTS (SELECT 1 FROM ").source(source);
    sql.push(" WHERE ").row(source, id, plan.access.reach()).push(") THEN 1 ELSE 2 END");
    Otherwise::Probe { statement: sql.done(), refusals: vec![Refusal::NotFound, Refusal::Forbidden, Refusal::Stale] }
}

impl Does<'_> {
    fn fields<'e>(&self, entity: &'e Entity) -> Vec<&'e Field> {
        let set = self.set.iter().map(|(place, _)| *place);
        let places = set.chain(self.add.iter().map(|(place, _)| *place)).chain(self.toggle);
        places.map(|place| &entity.fields[place]).collect()
    }

    /// The links that are written, with the ids that each is to hold.
    fn links<'c>(&'c self, catalog: &'c Catalog, plan: &'c Plan) -> impl Iterator<Item = (Links<'c>, &'c [Literal])> {
        let entity = catalog.blueprint.entity(plan.entity);
        let links = |place: usize| Links::new(&catalog.blueprint, &plan.access, &entity.links[place]);
        self.links.iter().map(move |(place, ids)| (links(*place), ids.as_slice()))
    }

    fn after<'s>(
        &self,
        catalog: &Catalog,
        plan: &Plan,
        source: &'s Source,
        written: &'s [(Links<'s>, &'s [Literal])],
    ) -> After<'s> {
        let (entity, dialect) = (source.entity, &catalog.dialect);
        let set = self.set.iter().map(|(place, value)| (&entity.fields[*place], value));
        if self.add.is_empty() && self.toggle.is_none() {
            let values = audit::after(set, &plan.origin.at);
            let sets: Vec<SetOfIds> = written.iter().map(|(links, ids)| links.becomes(source, ids)).collect();
            return if sets.is_empty() { After::Values(Value::Json(values)) } else { After::Linked(values, sets) };
        }
        let units = |field: &Field, units: i64| dialect::number(dialect, field_kind(field), units);
        let sum = |field: &Field, added: i64| format!("({} + {})", quoted(&field.column), units(field, added));
        let turned = |field: &Field| format!("({} IS NOT TRUE)", quoted(&field.column));
        let added = self.add.iter().map(|(place, units)| (&entity.fields[*place], *units));
        let added = added.map(|(field, units)| (field, sum(field, units)));
        let toggled = self.toggle.map(|place| &entity.fields[place]).map(|field| (field, turned(field)));
        After::Sql(audit::after_computed(dialect, set, added.chain(toggled), &plan.origin.at))
    }

    fn assign(&self, sql: &mut Sql, plan: &Plan, entity: &Entity) {
        for (place, literal) in self.set {
            let field = &entity.fields[*place];
            let value = value(literal, field_kind(field), &plan.origin.at);
            sql.push(&quoted(&field.column)).push(" = ").param(value).push(", ");
        }
        for (place, units) in self.add {
            let field = &entity.fields[*place];
            let column = quoted(&field.column);
            sql.push(&column).push(" = ").push(&column).push(" + ").param(number(field, *units)).push(", ");
        }
        if let Some(place) = self.toggle {
            let column = quoted(&entity.fields[place].column);
            sql.push(&format!("{column} = ({column} IS NOT TRUE), "));
        }
    }
}
