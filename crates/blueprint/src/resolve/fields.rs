//! Fields: name, column, kind, flags and default, each checked against the others.

use std::collections::HashMap;

use super::names::{self, EntityName};
use super::{limits, links};
use crate::model::{Field, FieldKind, Link, Literal, Rule, Unique};
use crate::nearest::perhaps;
use crate::places::Pointer;
use crate::raw::{RawBlueprint, RawField, RawFormer, RawType, RawUnique};
use crate::report::Report;
use crate::values::is_blank;

/// Whose fields: that decides what they may be called and what they may hold.
#[derive(Clone, Copy)]
pub(super) enum Home<'n> {
    User,
    Entity { owned: bool, names: &'n [EntityName<'n>] },
}

pub(super) fn user_fields(raw: &RawBlueprint, report: &mut Report) -> Vec<Field> {
    let Some(user) = &raw.user else {
        return Vec::new();
    };
    let at = Pointer::root("user").child("field");
    let resolve = |(name, raw): (&String, &RawField)| field(name, raw, Home::User, &at.child(name), report);
    user.field.iter().filter_map(resolve).collect()
}

pub(super) fn entity_fields(
    entity: &EntityName,
    names: &[EntityName],
    at: &Pointer,
    report: &mut Report,
) -> (Vec<Field>, Vec<Link>) {
    let at = at.child("field");
    let home = Home::Entity { owned: entity.owned, names };
    let mut fields: Vec<Field> = Vec::new();
    let mut links: Vec<Link> = Vec::new();
    // A reference has two: its column, and its name for what `expand` adds.
    let mut keys: HashMap<String, String> = HashMap::new();
    for (name, raw) in &entity.raw.field {
        let at = at.child(name);
        let key = if links::is_link(raw) {
            let Some(link) = links::link(name, raw, entity, names, &at, report) else {
                continue;
            };
            let key = link.key.clone();
            links.push(link);
            key
        } else {
            let Some(field) = field(name, raw, home, &at, report) else {
                continue;
            };
            let key = field.column.clone();
            fields.push(field);
            key
        };
        if let Some(other) = keys.get(&key).or_else(|| keys.get(name)) {
            let key = if keys.contains_key(&key) { &key } else { name };
            let message = format!("`{name}` and `{other}` would both be `{key}` in tables or answers");
            report.key(&at, "name_clash", message, Some("rename one of them".to_owned()));
        }
        keys.insert(key, name.clone());
        keys.insert(name.clone(), name.clone());
    }
    (fields, links)
}

fn field(name: &str, raw: &RawField, home: Home, at: &Pointer, report: &mut Report) -> Option<Field> {
    let column = if raw.kind == RawType::Reference { format!("{name}_id") } else { name.to_owned() };
    check_name(name, &column, home, at, report);
    limits::check_modifiers(raw, at, report);
    check_rules(raw, home, at, report);
    let kind = limits::kind(raw, home, at, report)?;
    let unique = unique(raw.unique, home);
    let is_reference = matches!(kind, FieldKind::Reference { .. });
    let mut field = Field {
        name: name.to_owned(),
        renamed_from: RawFormer::names(raw.renamed_from.as_ref()),
        column,
        summary: raw.summary.clone().unwrap_or_default(),
        kind,
        required: raw.required.unwrap_or(false),
        unique,
        default: None,
        index: raw.index.unwrap_or(false) || unique != Unique::No || is_reference,
        search: raw.search.unwrap_or(false),
        hidden: raw.hidden.unwrap_or(false),
        read_only: raw.read_only.unwrap_or(false),
        sensitive: raw.sensitive.unwrap_or(false),
        read: Rule::Anyone,
        write: Rule::Anyone,
    };
    field.default = default(&field, raw, at, report);
    if field.required && field.read_only && raw.default.is_none() && !report.says(&at.child("default")) {
        let message = format!("nobody could ever set `{name}`: it is required, read-only and has no default");
        report.key(
            at,
            "contradiction",
            message,
            Some("add a `default`, or remove `required` or `read_only`".to_owned()),
        );
    }
    check_index(&field, raw, at, report);
    if field.search && matches!(home, Home::User) {
        let message = "users are not searched: there is no list of them";
        report.key(&at.child("search"), "ineffective", message, Some("remove it".to_owned()));
    }
    if field.search && field.hidden {
        let message = format!("nobody could search `{name}`: it is hidden");
        report.key(&at.child("search"), "contradiction", message, Some("remove `search` or `hidden`".to_owned()));
    }
    Some(field)
}

pub(super) fn check_name(name: &str, column: &str, home: Home, at: &Pointer, report: &mut Report) {
    if name.starts_with('_') {
        let message = format!("`{}`: the engine keeps names that begin with `_` for itself", name.escape_debug());
        report.key(at, "reserved_name", message, names::snake_hint(name));
        return;
    }
    if !names::snake_case(name, at, "a field", report) {
        return;
    }
    let of_user = matches!(home, Home::User) && names::RESERVED_USER_FIELDS.contains(&name);
    if names::RESERVED_FIELDS.contains(&name) || of_user {
        let message = format!("`{name}` is reserved: the engine has a column or a parameter of that name");
        report.key(at, "reserved_name", message, Some("choose another name".to_owned()));
    } else if names::RESERVED_FIELDS.contains(&column) {
        let message =
            format!("the reference `{name}` would be the column `{column}`, which the engine keeps for itself");
        report.key(at, "reserved_name", message, Some("name it after its part, for example `assignee`".to_owned()));
    } else if column.len() > names::MAX_NAME_BYTES {
        let message = format!("the column `{column}` of this reference is longer than {} bytes", names::MAX_NAME_BYTES);
        report.key(at, "name", message, Some("choose a shorter name".to_owned()));
    }
}

/// What a user says of himself is shown to himself and to nobody else.
fn check_rules(raw: &RawField, home: Home, at: &Pointer, report: &mut Report) {
    if !matches!(home, Home::User) {
        return;
    }
    for (word, given) in [("read", raw.read.is_some()), ("write", raw.write.is_some())] {
        if given {
            let message = format!("`{word}` means nothing on a field of the user, which is his own");
            report.key(&at.child(word), "ineffective", message, Some("remove it".to_owned()));
        }
    }
}

fn unique(raw: Option<RawUnique>, home: Home) -> Unique {
    match (raw, home) {
        (None | Some(RawUnique::Flag(false)), _) => Unique::No,
        (Some(RawUnique::Flag(true)), Home::Entity { owned: true, .. }) => Unique::PerOwner,
        (Some(_), _) => Unique::Global,
    }
}

fn default(field: &Field, raw: &RawField, at: &Pointer, report: &mut Report) -> Option<Literal> {
    let written = raw.default.as_ref()?;
    let at = at.child("default");
    if matches!(field.kind, FieldKind::Reference { .. }) {
        let message = "a reference cannot have a default: the row might not be there";
        report.key(&at, "ineffective", message, Some("remove it".to_owned()));
        return None;
    }
    match literal(field, written) {
        Ok(literal) => Some(literal),
        Err(detail) => {
            let message = format!("the default of `{}` {detail}", field.name);
            report.value(&at, "default", message, advice(field, written));
            None
        }
    }
}

/// A value that a blueprint gives a field: what a body may say, or `now`.
pub(super) fn literal(field: &Field, written: &serde_json::Value) -> Result<Literal, String> {
    if is_timely(field) && written == "now" {
        return Ok(Literal::Now);
    }
    field.read(written).map_err(|complaint| complaint.detail)
}

/// What to try where a value is not one for its field.
pub(super) fn advice(field: &Field, written: &serde_json::Value) -> Option<String> {
    let hint = match (&field.kind, written) {
        (FieldKind::Date | FieldKind::DateTime, _) => "\"now\" stands for the time of the write",
        (FieldKind::Enum { values }, serde_json::Value::String(text)) => {
            let near = perhaps(text, values.iter().map(String::as_str));
            return near.or_else(|| Some("choose one of them".to_owned()));
        }
        (FieldKind::Text(limits) | FieldKind::LongText(limits), serde_json::Value::String(text))
            if limits.not_blank && is_blank(text) =>
        {
            "`min_length = 0` on the field lets it be empty"
        }
        _ => "the rules are those for a value in a request",
    };
    Some(hint.to_owned())
}

fn is_timely(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Date | FieldKind::DateTime)
}

/// A Postgres index row holds 2,704 bytes at most: a longer text could not be written at all.
fn check_index(field: &Field, raw: &RawField, at: &Pointer, report: &mut Report) {
    const MAX_INDEXED_CHARS: usize = 500;
    let word = if field.unique == Unique::No { "index" } else { "unique" };
    let at = at.child(word);
    let type_name = limits::word(raw.kind);
    match &field.kind {
        FieldKind::LongText(_) | FieldKind::Json if field.index => {
            let message = format!("`{word}` cannot be on a {type_name} field: its values may be too long for an index");
            report.key(&at, "ineffective", message, Some("remove it, or make the field `text`".to_owned()));
        }
        FieldKind::Text(limits) if field.index && limits.max_length > MAX_INDEXED_CHARS => {
            let message = format!("`{word}` cannot be on a text of {} characters", limits.max_length);
            let hint = format!("remove it, or set `max_length` to {MAX_INDEXED_CHARS} or less");
            report.key(&at, "ineffective", message, Some(hint));
        }
        _ => {}
    }
}
