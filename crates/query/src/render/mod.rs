//! A plan becomes SQL, audit row included, as data. Every statement that touches rows takes a [`crate::Scope`] and
//! matches on it, so a scope cannot be forgotten.

mod along;
mod at_once;
mod audit;
mod beyond;
mod call;
mod cascade;
mod cells;
mod condition;
mod create;
mod delete;
mod dialect;
mod explain;
pub(crate) mod fixed;
mod guard;
mod join;
mod json;
mod leaving;
mod links;
mod list;
mod order;
mod parent;
mod read;
mod restore;
mod rows;
mod search;
mod sql;
mod unlink;
mod update;
mod witness;

use work::Work;

use crate::{Catalog, Plan, Request};

pub use explain::{count_rows, look, weigh};
pub use leaving::{Leaving, leaving};
pub use witness::{Unreadable, is_witnessed, witness};

/// Renders the work of a plan.
pub fn render(catalog: &Catalog, plan: &Plan) -> Work {
    let work = match &plan.request {
        Request::Call { id, action, if_match } => call::render(catalog, plan, id, *action, if_match),
        Request::List(list) => list::render(catalog, plan, list),
        Request::Read { id, representation } => read::render(catalog, plan, id, representation),
        Request::Create { id, values } => create::render(catalog, plan, id.as_ref(), values),
        Request::Update { id, changes, if_match } => update::render(catalog, plan, id, changes, if_match),
        Request::Perform { id, action, changes, if_match } => {
            update::render_performed(catalog, plan, id, *action, changes, if_match)
        }
        Request::Act { id, action, if_match } => update::render_action(catalog, plan, id, *action, if_match),
        Request::Restore { id, if_match } => restore::render(catalog, plan, id, if_match),
        Request::Delete { id, if_match } => delete::render(catalog, plan, id, if_match),
    };
    shared(plan, work)
}

/// The same on behalf of who asks. Strangers are known by their addresses.
fn shared(plan: &Plan, work: Work) -> Work {
    match (plan.access.user(), plan.origin.ip) {
        (Some(user), _) => work.shared_by(&user.id),
        (None, Some(ip)) => work.shared_by(&ip.to_string()),
        (None, None) => work.shared_by(""),
    }
}
