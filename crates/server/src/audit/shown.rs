//! What of a row of the audit its reader is shown: as far as he may read it in every row of the entity, for the role `admin` alone gives
//! nobody the right to read what is in them.
//!
//! The audit keeps the names that were in force. What the blueprint says of a name today holds for its former ones too (`renamed_from`):
//! who may read it, and that it is not shown because it is hidden or sensitive, whatever it was when it was written.

use blueprint::{Blueprint, Entity};
use query::{Actor, Scope, Shown, Verb, View, access};
use serde_json::{Map, Value as Json};

use super::list::is_of_reads;

/// What stands in place of a value, as in rows that were written so.
const REDACTED: &str = "[redacted]";

/// Takes out of a row what the caller may not read of the entity's rows.
pub(super) fn withhold(blueprint: &Blueprint, actor: &Actor, row: &mut Map<String, Json>) {
    let name = row.get("entity").and_then(Json::as_str).unwrap_or_default();
    let action = row.get("action").and_then(Json::as_str).unwrap_or_default();
    // Accounts and keys are an admin's to look after. Records may be called `key` too, but no action of theirs has a point.
    let is_of_key = name == "key" && action.starts_with("key.");
    if is_of_key || matches!(name, "" | "user") || row.get("outcome").and_then(Json::as_str) == Some("refused") {
        return;
    }
    // What the operator did holds nothing of a record.
    let is_operators = row.get("iss").and_then(Json::as_str) == Some("cli");
    if is_operators && matches!(action, "audit.rekey" | "audit.mend" | "explain") {
        return;
    }
    // Which rows somebody was shown is no part of what is in them.
    if is_of_reads(row) {
        if let Some(Json::Object(shown)) = row.get_mut("after") {
            shown.retain(|key, _| ["ids", "route"].contains(&key.as_str()));
        }
        return;
    }
    let entity = blueprint.entities.iter().find(|entity| is_called(entity, name));
    for side in ["before", "after"] {
        let shown = match row.remove(side) {
            Some(Json::Object(fields)) => entity.map_or(Json::Null, |entity| readable(entity, actor, fields)),
            _ => Json::Null,
        };
        row.insert(side.to_owned(), shown);
    }
}

/// Whether rows of an entity are called so in the audit, today or from before it was renamed. A blueprint in which that is another one
/// does not load.
pub(super) fn is_called(entity: &Entity, name: &str) -> bool {
    entity.name == name || entity.renamed_from.iter().any(|former| former == name)
}

fn readable(entity: &Entity, actor: &Actor, fields: Map<String, Json>) -> Json {
    let Ok(access) = access::decide(entity, Verb::Read, actor.clone(), None) else { return Json::Null };
    if *access.read() != Scope::Everything {
        return Json::Null;
    }
    let view = View::of(entity, &access);
    let columns: Vec<Column> = columns(entity).collect();
    let shown = fields.into_iter().filter_map(|(name, value)| {
        // More than one where a name has been given anew: then all must be his to read.
        let today: Vec<&Column> = columns.iter().filter(|column| column.was_called(&name)).collect();
        let is_read = |column: &&Column| {
            let attribute = view.find(column.name);
            column.hidden || attribute.is_some_and(|found| view.shows(found, access.read()) == Shown::Always)
        };
        let is_kept_back = today.iter().any(|column| column.hidden || column.sensitive) && !value.is_null();
        let value = if is_kept_back { Json::from(REDACTED) } else { value };
        (!today.is_empty() && today.iter().all(is_read)).then_some((name, value))
    });
    Json::Object(shown.collect())
}

/// What a row of the audit may hold of a record under one name.
struct Column<'b> {
    name: &'b str,
    former: Vec<String>,
    hidden: bool,
    sensitive: bool,
}

impl Column<'_> {
    fn was_called(&self, name: &str) -> bool {
        self.name == name || self.former.iter().any(|former| former == name)
    }
}

fn columns(entity: &Entity) -> impl Iterator<Item = Column<'_>> {
    let fields = entity.fields.iter().map(|field| Column {
        name: &field.column,
        former: field.former_columns().collect(),
        hidden: field.hidden,
        sensitive: field.sensitive,
    });
    let links = entity.links.iter().map(|link| Column {
        name: &link.key,
        former: link.former_keys().collect(),
        hidden: false,
        sensitive: false,
    });
    let own = ["id", "user_id", "team_id", "created_at", "updated_at"];
    let own = own.map(|name| Column { name, former: Vec::new(), hidden: false, sensitive: false });
    fields.chain(links).chain(own)
}
