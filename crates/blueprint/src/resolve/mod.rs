//! From words to meaning: every name resolved, every default filled in, all problems at once.
//!
//! A rule of this module and its children: what the file says, but wrongly, was already reported and cut out; whoever looks for it
//! and does not find it asks [`Report::says`] and stays silent. One mistake, one problem.

mod access;
mod actions;
mod app;
mod automations;
mod fields;
mod limits;
mod names;
mod not_yet;
mod plurals;
mod references;

pub use not_yet::{NOT_YET, NotYet};
pub(crate) use not_yet::{is_not_yet, refuse as refuse_not_yet};
pub use plurals::plural;

use crate::model::{Api, App, Auth, Automation, Blueprint, Entity, Field, Integration};
use crate::places::Pointer;
use crate::problem::Problem;
use crate::raw::RawBlueprint;
use crate::report::Report;

use names::EntityName;

const MAX_ENTITIES: usize = 50;
const MAX_FIELDS: usize = 60;
const MAX_ACTIONS: usize = 20;

/// A blueprint in the making; whole only if nothing was reported.
pub(crate) struct Parts {
    app: App,
    api: Api,
    auth: Auth,
    user_fields: Vec<Field>,
    entities: Vec<Entity>,
    integrations: Vec<Integration>,
    automations: Vec<Automation>,
}

impl Parts {
    pub fn into_blueprint(self, warnings: Vec<Problem>, source: String) -> Blueprint {
        let Parts { app, api, auth, user_fields, entities, integrations, automations } = self;
        Blueprint { app, api, auth, user_fields, entities, integrations, automations, warnings, source }
    }
}

/// Gives every word its meaning.
pub(crate) fn resolve(raw: &RawBlueprint, report: &mut Report) -> Parts {
    let app = app::app(&raw.app, report);
    let api = app::api(raw.api.as_ref(), report);
    let auth = app::auth(raw.auth.as_ref(), report);
    let user_fields = fields::user_fields(raw, report);

    at_most(raw.entity.len(), MAX_ENTITIES, "entities", &Pointer::root("entity"), report);
    let names = names::entity_names(raw, report);
    let entities: Vec<Entity> = names.iter().map(|name| entity(raw, name, &names, &auth, report)).collect();
    references::check(&entities, report);

    let integrations = automations::integrations(raw, report);
    let automations = automations::automations(raw, &entities, report);
    Parts { app, api, auth, user_fields, entities, integrations, automations }
}

fn entity(raw: &RawBlueprint, name: &EntityName, names: &[EntityName], auth: &Auth, report: &mut Report) -> Entity {
    let at = Pointer::root("entity").child(&name.name);
    let written = name.raw;
    at_most(written.field.len(), MAX_FIELDS, "fields", &at.child("field"), report);
    at_most(written.action.len(), MAX_ACTIONS, "actions", &at.child("action"), report);
    let fields = fields::entity_fields(name, names, &at, report);
    let access = access::rules(name, auth, &at, report);
    let actions = actions::actions(raw, name, &fields, &access, &at, report);
    Entity {
        name: name.name.clone(),
        plural: name.plural.clone(),
        path: names::kebab(&name.plural),
        summary: written.summary.clone().unwrap_or_default(),
        owned: name.owned,
        id: name.id,
        fields,
        actions,
        access: access.standard,
    }
}

fn at_most(count: usize, limit: usize, what: &str, at: &Pointer, report: &mut Report) {
    if count > limit {
        report.key(at, "limit", format!("{count} {what} are too many; at most {limit} are allowed"), None);
    }
}
