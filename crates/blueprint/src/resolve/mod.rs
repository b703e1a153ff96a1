//! From words to meaning: every name resolved, every default filled in, all problems at once.
//!
//! A rule of this module and its children: what the file says, but wrongly, was already reported and cut out; whoever looks for it
//! and does not find it asks [`Report::says`] and stays silent. One mistake, one problem.

mod access;
mod actions;
mod app;
mod automations;
mod field_rules;
mod fields;
mod limits;
mod links;
mod names;
pub(crate) mod not_yet;
mod plurals;
mod references;
mod size;
mod unseen;

pub use not_yet::{NOT_YET, NotYet};
pub use plurals::plural;

use crate::model::{Api, App, Auth, Automation, Blueprint, Entity, Field, Integration};
use crate::places::Pointer;
use crate::problem::Problem;
use crate::raw::RawBlueprint;
use crate::report::Report;

use names::EntityName;

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

/// Gives every word its meaning. `None`: there is too much of something, so that not all was looked at.
pub(crate) fn resolve(raw: &RawBlueprint, report: &mut Report) -> Option<Parts> {
    if !size::check(raw, report) {
        return None;
    }
    let app = app::app(&raw.app, report);
    let api = app::api(raw.api.as_ref(), report);
    let auth = app::auth(raw.auth.as_ref(), report);
    let user_fields = fields::user_fields(raw, report);

    let names = names::entity_names(raw, report);
    let entities: Vec<Entity> = names.iter().map(|name| entity(raw, name, &names, &auth, report)).collect();
    references::check(&entities, report);
    links::check(&entities, report);
    unseen::check(&entities, &api, report);

    let integrations = automations::integrations(raw, report);
    let automations = automations::automations(raw, &entities, report);
    Some(Parts { app, api, auth, user_fields, entities, integrations, automations })
}

fn entity(raw: &RawBlueprint, name: &EntityName, names: &[EntityName], auth: &Auth, report: &mut Report) -> Entity {
    let at = Pointer::root("entity").child(&name.name);
    let written = name.raw;
    let access = access::rules(name, auth, &at, report);
    let (mut fields, mut links) = fields::entity_fields(name, names, &at, report);
    field_rules::resolve((&mut fields, &mut links), &access, name, auth, &at, report);
    let actions = actions::actions(raw, name, (&fields, &links), &access, auth, &at, report);
    Entity {
        name: name.name.clone(),
        plural: name.plural.clone(),
        path: names::kebab(&name.plural),
        summary: written.summary.clone().unwrap_or_default(),
        owned: name.owned,
        id: name.id,
        soft_delete: written.soft_delete.unwrap_or(false),
        fields,
        links,
        actions,
        access: access.standard,
    }
}
