//! The audit row of a read past the caller's rows. Other reads leave none.
//!
//! It is a work of its own, so that a long read keeps no writer waiting: the read is done, then this is on disk, and only then
//! is anybody shown what was found.

use work::{Step, Work};

use super::audit;
use crate::{Catalog, Plan, Request};

/// What is to be on disk before the answer to a read is shown; `None` for what needs no such thing.
pub fn witness(catalog: &Catalog, plan: &Plan) -> Option<Work> {
    plan.access.reason()?;
    let entity = catalog.blueprint.entity(plan.entity);
    let seen = match &plan.request {
        Request::Read { id, .. } => audit::seen(catalog, plan, "read", entity, Some(id)),
        Request::List(_) => audit::seen(catalog, plan, "list", entity, None),
        _ => return None,
    };
    Some(Work::write(vec![Step::Run(seen)]))
}
