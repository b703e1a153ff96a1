//! How much there may be of everything. What is beyond is not looked at, so that no file costs more than its size.

use indexmap::IndexMap;

use crate::places::Pointer;
use crate::raw::RawBlueprint;
use crate::report::Report;

const MAX_ENTITIES: usize = 50;
const MAX_FIELDS: usize = 60;
const MAX_ACTIONS: usize = 20;
/// Read, create, update, delete and one for each action.
const MAX_RULES: usize = 4 + MAX_ACTIONS;
const MAX_ROLES: usize = 50;
const MAX_INTEGRATIONS: usize = 50;
const MAX_AUTOMATIONS: usize = 100;

/// `false`: there is too much of something, and it was reported.
pub(super) fn check(raw: &RawBlueprint, report: &mut Report) -> bool {
    let mut size = Size { report, fits: true };
    let roles = raw.auth.as_ref().map_or(0, |auth| auth.roles.len());
    let user_fields = raw.user.as_ref().map_or(0, |user| user.field.len());
    size.at_most(MAX_ROLES, roles, "roles", || Pointer::root("auth").child("roles"));
    size.at_most(MAX_FIELDS, user_fields, "fields", || Pointer::root("user").child("field"));
    size.at_most(MAX_ENTITIES, raw.entity.len(), "entities", || Pointer::root("entity"));
    for (name, entity) in &raw.entity {
        let at = |word| Pointer::root("entity").child(name).child(word);
        size.at_most(MAX_FIELDS, entity.field.len(), "fields", || at("field"));
        size.at_most(MAX_RULES, entity.access.len(), "rules", || at("access"));
        size.at_most(MAX_ACTIONS, entity.action.len(), "actions", || at("action"));
        for (action, written) in &entity.action {
            let named = [written.set.as_ref().map(IndexMap::len), written.add.as_ref().map(IndexMap::len)];
            let cleared = written.clear.as_ref().map(Vec::len);
            let count: usize = named.into_iter().chain([cleared]).flatten().sum();
            size.at_most(MAX_FIELDS, count, "changes", || at("action").child(action));
        }
    }
    size.at_most(MAX_INTEGRATIONS, raw.integration.len(), "integrations", || Pointer::root("integration"));
    size.at_most(MAX_AUTOMATIONS, raw.automation.len(), "automations", || Pointer::root("automation"));
    size.fits
}

struct Size<'r, 't> {
    report: &'r mut Report<'t>,
    fits: bool,
}

impl Size<'_, '_> {
    fn at_most(&mut self, limit: usize, count: usize, what: &str, at: impl Fn() -> Pointer) {
        if count > limit {
            let message = format!("{count} {what} are too many; at most {limit} are allowed");
            let hint = "remove some, or make two apps of it".to_owned();
            self.report.key(&at(), "limit", message, Some(hint));
            self.fits = false;
        }
    }
}
