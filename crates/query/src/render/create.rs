//! A new row, its audit row, and the references that it may make.

use blueprint::{Entity, Field, FieldKind, Literal, Target, Unique};
use work::{Otherwise, Refusal, Statement, Step, Value, Work};

use super::cells::Cells;
use super::links::{Links, Row};
use super::sql::{Source, Sql};
use super::{at_once, audit, beyond, fixed};
use crate::attribute::{field_kind, value};
use crate::input::with_defaults;
use crate::request::{RecordId, Values};
use crate::scope::{OwnerId, Scope};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: Option<&RecordId>, values: &Values) -> Work {
    if plan.ahead == Scope::Nothing {
        return refused(catalog);
    }
    let entity = catalog.blueprint.entity(plan.entity);
    let table = &catalog.tables[plan.entity.0];
    let filled = with_defaults(entity, values);

    let row = id.map_or(Row::New(entity), Row::Of);
    let links = |place: usize| Links::new(&catalog.blueprint, &plan.access, &entity.links[place]);
    let links: Vec<_> = values.links.iter().map(|(place, ids)| (links(*place), ids)).collect();
    let mut steps: Vec<Step> = owner(catalog, plan, entity).into_iter().collect();
    steps.extend(references(catalog, plan, entity, filled.iter().enumerate()));
    steps.extend(beyond::of_new(catalog, plan, entity));
    steps.extend(links.iter().filter_map(|(links, ids)| links.hold(&catalog.dialect, ids)));
    steps.extend(links.iter().map(|(links, ids)| links.require(&catalog.dialect, row, ids)));
    let none = Otherwise::Refuse(Refusal::Forbidden);
    let params = params(plan, entity, id, &filled);
    let source = Source::table(entity);
    let own = own(plan, entity);
    let cells = Cells::of(&catalog.blueprint, &source, &plan.access, &own);
    let shape = cells.whole_shape(table);
    if !entity.links.is_empty() {
        // The links need the row, and what is shown needs the links.
        let statement = Statement::new(fixed::insert(&catalog.dialect, entity), params);
        steps.push(Step::Change { statement, none: none.clone() });
        steps.extend(links.iter().map(|(links, ids)| links.add(&catalog.dialect, row, ids)));
        let mut sql = Sql::new(&catalog.dialect, "SELECT ");
        sql.whole(&cells, table).push(" FROM ").push(&table.name).push(" WHERE ").push(&source.column("id"));
        row.push(sql.push(" = "));
        steps.push(Step::One { statement: sql.done(), shape: shape.clone(), none });
    } else if table.ruled {
        let mut sql = Sql::with(&catalog.dialect, &fixed::insert(&catalog.dialect, entity), params);
        sql.push(" RETURNING ").whole(&cells, table);
        steps.push(Step::One { statement: sql.done(), shape: shape.clone(), none });
    } else {
        let statement = Statement::new(table.insert.clone(), params);
        steps.push(Step::One { statement, shape: shape.clone(), none });
    }
    // After the insert, because a row of an integer id has none before.
    steps.push(Step::Run(audit::created(catalog, plan, entity, id, &filled, &values.links)));
    // An owner whom code has named must be looked for first, and what the row refers to be held before it is looked at.
    let is_plain = values.links.is_empty() && plan.access.reason().is_none() && plan.ahead == Scope::Everything;
    let statement = is_plain.then(|| at_once::create(catalog, plan, &cells, id, &filled)).flatten();
    // Of two that want the same value one waits for the other, and a transaction of many would make all wait.
    let meets_nobody = id.is_none() && entity.fields.iter().all(|field| field.unique == Unique::No);
    Work::write(steps).or_at_once(statement, shape).meeting_nobody(meets_nobody)
}

/// What becomes of a row that may not be made, once it is known that it was not made before.
fn refused(catalog: &Catalog) -> Work {
    let statement = Sql::new(&catalog.dialect, "SELECT 1 WHERE FALSE").done();
    Work::write(vec![Step::Require { statement, none: Otherwise::Refuse(Refusal::Forbidden) }])
}

/// Whose the new row is.
fn own(plan: &Plan, entity: &Entity) -> Scope {
    match plan.access.owner() {
        Some(owner) if entity.owned => Scope::OwnedBy(OwnerId::User(owner.to_owned())),
        _ => Scope::Everything,
    }
}

/// That the owner is there, where code has named him; a caller is.
fn owner(catalog: &Catalog, plan: &Plan, entity: &Entity) -> Option<Step> {
    plan.access.reason().filter(|_| entity.owned)?;
    let owner = plan.access.owner().map_or(Value::Null, |owner| Value::Uuid(owner.to_owned()));
    let mut sql = Sql::new(&catalog.dialect, "SELECT 1 FROM ");
    sql.table("users").push(" WHERE \"id\" = ").param(owner).kept(None);
    let none = Otherwise::Refuse(Refusal::Reference { pointer: "/user_id".to_owned() });
    Some(Step::Require { statement: sql.done(), none })
}

/// The values of [`super::fixed::columns`], in the same order.
pub(super) fn params(plan: &Plan, entity: &Entity, id: Option<&RecordId>, values: &[Literal]) -> Vec<Value> {
    let at = &plan.origin.at;
    let owner = entity.owned.then(|| plan.access.owner().map_or(Value::Null, |id| Value::Uuid(id.to_owned())));
    let fields = entity.fields.iter().zip(values).map(|(field, literal)| value(literal, field_kind(field), at));
    let stamps = [Value::DateTime(at.clone()), Value::DateTime(at.clone())];
    id.map(RecordId::value).into_iter().chain(owner).chain(fields).chain(stamps).collect()
}

/// One step for each reference that is written: it must lead to a row that the writer can see, in this transaction.
/// One that is missing and one that is hidden give the same refusal.
pub(super) fn references<'a>(
    catalog: &'a Catalog,
    plan: &'a Plan,
    entity: &'a Entity,
    values: impl Iterator<Item = (usize, &'a Literal)> + 'a,
) -> impl Iterator<Item = Step> + 'a {
    referring(entity, values).map(|(field, to, literal)| {
        let mut sql = Sql::new(&catalog.dialect, "");
        referred(&mut sql, catalog, plan, to, value(literal, field_kind(field), &plan.origin.at));
        let none = Otherwise::Refuse(Refusal::Reference { pointer: format!("/{}", field.column) });
        Step::Require { statement: sql.done(), none }
    })
}

/// Those of the values that refer to a row.
pub(super) fn referring<'a>(
    entity: &'a Entity,
    values: impl Iterator<Item = (usize, &'a Literal)> + 'a,
) -> impl Iterator<Item = (&'a Field, Target, &'a Literal)> + 'a {
    let values = values.map(|(place, literal)| (&entity.fields[place], literal));
    values.filter(|(_, literal)| **literal != Literal::Null).filter_map(|(field, literal)| match field.kind {
        FieldKind::Reference { to, .. } => Some((field, to, literal)),
        _ => None,
    })
}

/// A query for a row that is going to be referred to, if the writer can see it.
pub(super) fn referred(sql: &mut Sql, catalog: &Catalog, plan: &Plan, to: Target, id: Value) {
    sql.push("SELECT 1 FROM ");
    match to {
        Target::Entity(target) => {
            let target = Source::table(catalog.blueprint.entity(target));
            sql.source(&target).push(" WHERE \"id\" = ").param(id).push(" AND ");
            let seen = plan.access.sees(&catalog.blueprint, target.entity);
            sql.within(&target, &seen);
            match seen.condition().or(plan.ahead.condition()) {
                Some(_) => sql.unchanged(),
                None => sql.kept(Some(target.entity)),
            };
        }
        Target::User => {
            sql.table("users").push(" WHERE \"id\" = ").param(id).push(" AND NOT \"disabled\" AND ");
            sql.within_users("\"id\"", &plan.access.sees_users()).kept(None);
        }
    }
}
