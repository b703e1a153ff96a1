//! The audit rows of a read: of rows whose reads are audited, and of any past the caller's rows. Other reads leave none.
//!
//! They are a work of their own, so that a long read keeps no writer waiting: the read is done, then this is on disk, and
//! only then is anybody shown what was found. They hold ids and nothing else of the rows.

mod shown;

use blueprint::{Blueprint, Entity};
use work::{Answer, Step, Work};

use super::audit::{self, Seen};
use super::shared;
use crate::representation::{Expansion, Representation};
use crate::{Catalog, Plan, Request};

pub use shown::Unreadable;

/// Ids in one audit row at most. A page has a tenth of it; what it is expanded by may have more, and goes into several.
const IDS: usize = 1000;

/// Whether a plan reads what may have to be told before it is shown.
pub fn is_witnessed(blueprint: &Blueprint, plan: &Plan) -> bool {
    let Some((_, representation)) = read(plan) else { return false };
    plan.access.reason().is_some() || shows_audited(blueprint, blueprint.entity(plan.entity), &representation.expand)
}

/// What is to be on disk before the answer to a read is shown; `None` for what needs no such thing. `route` is where it was
/// asked for.
///
/// # Errors
/// The answer is not what the plan makes, which nobody should see then.
pub fn witness(catalog: &Catalog, plan: &Plan, answer: &Answer, route: &str) -> Result<Option<Work>, Unreadable> {
    let blueprint = &catalog.blueprint;
    let Some((action, representation)) = read(plan).filter(|_| is_witnessed(blueprint, plan)) else { return Ok(None) };
    let asked_for = match &plan.request {
        Request::Read { id, .. } => Some(id),
        _ => None,
    };
    let mut rows = Vec::new();
    for (entity, ids) in shown::shown(blueprint, plan, representation, answer)? {
        let action = if entity == plan.entity { action } else { "expand" };
        let id = asked_for.filter(|id| entity == plan.entity && ids.len() == 1 && ids.contains(id));
        let ids: Vec<String> = ids.iter().map(audit::id_json).collect();
        let entity = blueprint.entity(entity);
        rows.extend(ids.chunks(IDS).map(|ids| Seen { action, entity, id, shown: Some((ids.join(","), route)) }));
    }
    // Whoever looks past his rows has looked, though nothing was there, and though it is no matter which they were.
    let entity = blueprint.entity(plan.entity);
    if plan.access.reason().is_some() && !rows.iter().any(|row| std::ptr::eq(row.entity, entity)) {
        rows.insert(0, Seen { action, entity, id: asked_for, shown: None });
    }
    Ok((!rows.is_empty()).then(|| shared(plan, Work::write(vec![Step::Run(audit::seen(catalog, plan, &rows))]))))
}

/// What a plan reads, and the word for it.
fn read(plan: &Plan) -> Option<(&'static str, &Representation)> {
    match &plan.request {
        Request::Read { representation, .. } => Some(("read", representation)),
        Request::List(list) => Some(("list", &list.representation)),
        // Writes, and what they answer, have audit rows of their own.
        _ => None,
    }
}

fn shows_audited(blueprint: &Blueprint, entity: &Entity, expand: &[Expansion]) -> bool {
    let beyond = |expansion: &Expansion| {
        let target = expansion.reference.entity(entity);
        target.is_some_and(|target| shows_audited(blueprint, blueprint.entity(target), &expansion.expand))
    };
    entity.audit_reads || expand.iter().any(beyond)
}
