//! In which state of a row an action is possible: its `when`, and that what it adds stays within the limits of the field.
//!
//! The guard stands in the change itself, so that of two callers who want the last one only one gets it.

use blueprint::{Action, ActionKind, Expr, Field, FieldKind};
use work::{Otherwise, Refusal, Value};

use super::sql::{Source, Sql};
use super::update::why;
use crate::request::{IfMatch, RecordId};
use crate::{Catalog, Plan, access};

/// What must hold of a row besides that the caller may reach it.
#[derive(Default)]
pub(super) struct Guard<'a> {
    when: Option<Expr>,
    add: &'a [(usize, i64)],
}

impl<'a> Guard<'a> {
    /// That of an action for this caller at this time.
    pub fn of(action: &'a Action, plan: &Plan) -> Guard<'a> {
        let of_caller = |expr| access::of_caller(expr, plan.access.actor()).at(&plan.origin.at);
        let when = action.when.as_ref().map(|when| of_caller(&when.expr));
        let add = if let ActionKind::Change(change) = &action.does { change.add.as_slice() } else { &[] };
        Guard { when, add }
    }

    /// In which state of the row.
    pub fn when(&self) -> Option<&Expr> {
        self.when.as_ref()
    }

    /// Whether it asks for nothing.
    fn is_open(&self) -> bool {
        self.when.is_none() && self.add.is_empty()
    }
}

impl Sql {
    /// The guard, as more conditions.
    pub fn and_guard(&mut self, source: &Source, guard: &Guard) -> &mut Sql {
        if let Some(when) = &guard.when {
            self.push(" AND ").condition(source, when);
        }
        for (place, units) in guard.add {
            let field = &source.entity.fields[*place];
            let (least, greatest) = room(field, *units);
            // Never of the sum, which might not fit its column; and null, to which nothing can be added, is not between.
            self.push(" AND ").push(&source.column(&field.column));
            self.push(" BETWEEN ").param(number(field, least)).push(" AND ").param(number(field, greatest));
        }
        self
    }
}

/// Why a row was not touched: not visible, visible but not to be changed, changed meanwhile, or not in a state for it.
pub(super) fn why_guarded(
    catalog: &Catalog,
    plan: &Plan,
    source: &Source,
    id: &RecordId,
    if_match: &IfMatch,
    guard: &Guard,
) -> Otherwise {
    if guard.is_open() {
        return why(catalog, plan, source, id, if_match);
    }
    let mut sql = Sql::new(&catalog.dialect, "SELECT CASE");
    for (place, scope) in [plan.access.read(), plan.access.reach()].into_iter().enumerate() {
        sql.push(" WHEN NOT EXISTS (SELECT 1 FROM ").source(source).push(" WHERE ").row(source, id, scope);
        sql.push(&format!(") THEN {place}"));
    }
    sql.push(" WHEN EXISTS (SELECT 1 FROM ").source(source).push(" WHERE ").row(source, id, plan.access.reach());
    sql.and_version(if_match).push(") THEN 3 ELSE 2 END");
    let refusals = vec![Refusal::NotFound, Refusal::Forbidden, Refusal::Stale, Refusal::State];
    Otherwise::Probe { statement: sql.done(), refusals }
}

/// The values to which so much can be added.
fn room(field: &Field, units: i64) -> (i64, i64) {
    let (min, max) = match &field.kind {
        FieldKind::Integer { min, max } | FieldKind::Decimal { min, max, .. } => (*min, *max),
        // Refused where the blueprint is read.
        _ => return (1, 0),
    };
    (min.saturating_sub(units), max.saturating_sub(units))
}

/// Units of a field's scale as a parameter.
pub(super) fn number(field: &Field, units: i64) -> Value {
    match &field.kind {
        FieldKind::Decimal { scale, .. } => Value::Decimal { units, scale: *scale },
        _ => Value::Integer(units),
    }
}
