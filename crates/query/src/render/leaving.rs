//! What becomes of the rows of a user who is deleted, as `on_user_delete` says: they go, or become somebody else's, each with
//! its audit row. Rows that refer to him have their `on_delete`. What is to hold him is left alone: its foreign key refuses
//! the deletion.

use std::sync::Arc;

use blueprint::{Entity, EntityIndex, OnUserDelete};
use work::{Kind, Step, Value};

use super::audit::{self, After};
use super::dialect::{self, Change};
use super::sql::Sql;
use super::{cascade, json};
use crate::access::Access;
use crate::request::{IfMatch, RecordId};
use crate::scope::Scope;
use crate::{Catalog, Origin, Plan, Request, User};

/// Who is deleted, and who comes after him.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// The id of the user.
    pub user: &'a str,
    /// The id of the user to whom rows are handed over, if there is one.
    pub heir: Option<&'a str>,
}

/// The steps before a user is deleted by somebody.
pub fn leaving(catalog: &Catalog, by: Arc<User>, origin: Origin, leaving: Leaving<'_>) -> Vec<Step> {
    let access = Access::to_what_leaves(by);
    let request = Request::Delete { id: RecordId::Uuid(leaving.user.to_owned()), if_match: IfMatch::Absent };
    // What the audit is told is of each entity by itself.
    let plan = Plan { entity: EntityIndex(0), access, request, position: None, origin, ahead: Scope::Everything };
    let mut steps = cascade::before_user_goes(catalog, &plan, &Value::Uuid(leaving.user.to_owned()));
    if let Some(heir) = leaving.heir {
        let handed = |entity: &&Entity| entity.owned && entity.on_user_delete == OnUserDelete::HandOver;
        let entities = catalog.blueprint.entities.iter().filter(handed);
        steps.extend(entities.flat_map(|entity| hand_over(catalog, &plan, entity, leaving.user, heir)));
    }
    steps
}

fn hand_over(catalog: &Catalog, plan: &Plan, entity: &Entity, user: &str, heir: &str) -> [Step; 2] {
    let (dialect, uuid) = (&catalog.dialect, |id: &str| Value::Uuid(id.to_owned()));
    let owner = ("user_id".to_owned(), json::value(dialect, Kind::Uuid, "\"user_id\""));
    let before = dialect::as_json(dialect, &json::object(dialect, std::iter::once(owner)));
    let after = After::Values(Value::Json(format!("{{\"user_id\":\"{heir}\"}}")));
    let mut told = audit::select(catalog, plan, "update", entity, &before, after);
    told.push("\"user_id\" = ").param(uuid(user)).locked(Change::Update);
    let mut give = Sql::new(dialect, "UPDATE ");
    give.table(&entity.plural).push(" SET \"user_id\" = ").param(uuid(heir));
    give.push(", \"updated_at\" = ").param(Value::DateTime(plan.origin.at.clone()));
    give.push(", \"_version\" = \"_version\" + 1 WHERE \"user_id\" = ").param(uuid(user));
    [Step::Run(told.done()), Step::Run(give.done())]
}
