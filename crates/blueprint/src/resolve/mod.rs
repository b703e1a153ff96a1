//! From words to meaning: every name resolved, every default filled in, all problems at once.
//!
//! A rule of this module and its children: what the file says, but wrongly, was already reported and cut out; whoever looks for it
//! and does not find it asks [`Report::says`] and stays silent. One mistake, one problem.

mod access;
mod actions;
mod app;
mod automations;
mod conditions;
mod field_rules;
mod fields;
mod limits;
mod links;
mod names;
pub(crate) mod not_yet;
pub(crate) mod plurals;
mod read_by_strangers;
mod references;
mod renamed;
mod sign_up;
mod size;
mod taken;
mod unseen;

pub use not_yet::{NOT_YET, NotYet};
pub use plurals::plural;

use crate::expr::{Other, Scene};
use crate::model::{Api, App, Auth, Automation, Blueprint, Entity, Field, Integration, Link, OnUserDelete};
use crate::places::Pointer;
use crate::problem::Problem;
use crate::raw::{RawBlueprint, RawFormer, RawOnUserDelete};
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
    let columns: Vec<Columns> = names.iter().map(|name| columns(name, &names, report)).collect();
    let others: Vec<Other> = names.iter().zip(&columns).map(|(name, columns)| other(name, columns)).collect();
    let entities = names.iter().zip(&columns);
    let entities: Vec<Entity> = entities
        .map(|(name, columns)| entity(raw, name, columns.clone(), (&auth, &user_fields, &others), report))
        .collect();
    references::check(&entities, report);
    links::check(&entities, report);
    unseen::check(&entities, &api, report);
    taken::check(&entities, &user_fields, &auth, &api, report);
    sign_up::check(&entities, &auth, &api, report);
    read_by_strangers::check(&entities, report);
    renamed::check(&user_fields, &entities, report);

    let integrations = automations::integrations(raw, report);
    let automations = automations::automations(raw, &entities, report);
    Some(Parts { app, api, auth, user_fields, entities, integrations, automations })
}

/// What the rows of an entity hold.
type Columns = (Vec<Field>, Vec<Link>);

fn at(name: &EntityName) -> Pointer {
    Pointer::root("entity").child(&name.name)
}

fn columns(name: &EntityName, names: &[EntityName], report: &mut Report) -> Columns {
    fields::entity_fields(name, names, &at(name), report)
}

/// An entity as conditions of others see it.
fn other<'a>(name: &'a EntityName, (fields, _): &'a Columns) -> Other<'a> {
    let soft_delete = name.raw.soft_delete.unwrap_or(false);
    Other { plural: &name.plural, id: name.id, soft_delete, owned: name.owned, fields }
}

fn entity(
    raw: &RawBlueprint,
    name: &EntityName,
    columns: Columns,
    (auth, user_fields, others): (&Auth, &[Field], &[Other]),
    report: &mut Report,
) -> Entity {
    let at = at(name);
    let written = name.raw;
    let (mut fields, mut links) = columns;
    let scene = Scene { fields: &fields, owned: name.owned, roles: &auth.roles, user_fields, others };
    let access = access::rules(name, &scene, &at, report);
    let rules = field_rules::rules((&fields, &links), &access, name, &scene, &at, report);
    let actions = actions::actions(raw, name, &links, &access, &scene, &at, report);
    rules.give(&mut fields, &mut links);
    Entity {
        name: name.name.clone(),
        renamed_from: RawFormer::names(written.renamed_from.as_ref()),
        plural: name.plural.clone(),
        path: names::kebab(&name.plural),
        summary: written.summary.clone().unwrap_or_default(),
        owned: name.owned,
        id: name.id,
        soft_delete: written.soft_delete.unwrap_or(false),
        audit_reads: written.audit_reads.unwrap_or(false),
        on_user_delete: on_user_delete(name, &at, report),
        fields,
        links,
        actions,
        access: access.standard,
    }
}

/// What is nobody's row cannot go with anybody.
fn on_user_delete(entity: &EntityName, at: &Pointer, report: &mut Report) -> OnUserDelete {
    if entity.raw.on_user_delete.is_some() && !entity.owned {
        let message = format!("no `{}` belongs to a user who could be deleted", entity.name);
        let hint = "remove it, or remove `owner = false`".to_owned();
        report.key(&at.child("on_user_delete"), "contradiction", message, Some(hint));
    }
    match entity.raw.on_user_delete {
        None | Some(RawOnUserDelete::Restrict) => OnUserDelete::Restrict,
        Some(RawOnUserDelete::Delete) => OnUserDelete::Delete,
        Some(RawOnUserDelete::HandOver) => OnUserDelete::HandOver,
    }
}
