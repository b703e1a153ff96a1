//! What things may be called: the grammar of names, the reserved ones, and no two alike.

use std::collections::HashMap;

use super::plurals::plural;
use crate::model::IdKind;
use crate::places::Pointer;
use crate::raw::{RawBlueprint, RawEntity, RawId, RawOwner};
use crate::report::Report;

/// What Postgres keeps of an identifier.
pub(super) const MAX_NAME_BYTES: usize = 63;

/// Parameters of every list, and columns that every table has or may get.
pub(super) const RESERVED_FIELDS: &[&str] = &[
    "limit",
    "sort",
    "cursor",
    "q",
    "count",
    "fields",
    "expand",
    "id",
    "user_id",
    "team_id",
    "created_at",
    "updated_at",
];

/// Columns of the users table, and claims of their tokens.
pub(super) const RESERVED_USER_FIELDS: &[&str] =
    &["iss", "sub", "email", "roles", "password", "password_hash", "disabled", "version", "verified_at", "invitation"];

/// Words that not even `r#` makes a Rust name of.
const NOT_RUST: &[&str] = &["self", "super", "crate"];

/// An entity by its names, before anything of it is resolved.
pub(super) struct EntityName<'r> {
    pub name: String,
    pub plural: String,
    pub owned: bool,
    pub id: IdKind,
    pub raw: &'r RawEntity,
}

pub(super) fn entity_names<'r>(raw: &'r RawBlueprint, report: &mut Report) -> Vec<EntityName<'r>> {
    let entities = Pointer::root("entity");
    let mut taken: HashMap<String, String> = HashMap::new();
    let mut names = Vec::new();
    for (name, raw) in &raw.entity {
        let at = entities.child(name);
        let plural = raw.plural.clone().unwrap_or_else(|| plural(name));
        let well_formed = snake_case(name, &at, "an entity", report);
        if well_formed && !reserved(name, &plural, &at, report) {
            check_plural(name, &plural, raw, &at, report);
            if let Some(other) = taken.insert(plural.clone(), name.clone()) {
                let message = format!("`{name}` and `{other}` would both be the table `{plural}`");
                report.key(&at, "name_clash", message, Some("give one of them a `plural` of its own".to_owned()));
            }
        }
        names.push(EntityName {
            name: name.clone(),
            plural,
            owned: !matches!(raw.owner, Some(RawOwner::User(false))),
            id: if matches!(raw.id, Some(RawId::Uuid)) { IdKind::Uuid } else { IdKind::Integer },
            raw,
        });
    }
    names
}

fn reserved(name: &str, plural: &str, at: &Pointer, report: &mut Report) -> bool {
    if name == "user" || plural == "users" {
        let message = format!("`{name}` clashes with the built-in user");
        let hint = "extra fields of the user go under `[user.field]`; another kind of person needs another name, for example `member`";
        report.key(at, "reserved_name", message, Some(hint.to_owned()));
        return true;
    }
    if plural.starts_with("sqlite_") {
        report.key(
            at,
            "reserved_name",
            "SQLite keeps table names that begin with `sqlite_` for itself",
            Some("choose another name, or set `plural`".to_owned()),
        );
        return true;
    }
    false
}

fn check_plural(name: &str, plural: &str, raw: &RawEntity, at: &Pointer, report: &mut Report) {
    if raw.plural.is_some() {
        if !is_snake_case(plural) {
            report.value(&at.child("plural"), "name", not_snake(plural), snake_hint(plural));
        }
    } else if plural.len() > MAX_NAME_BYTES {
        let message = format!("the plural of `{name}`, `{plural}`, is longer than {MAX_NAME_BYTES} bytes");
        report.key(at, "name", message, Some("choose a shorter name, or set `plural`".to_owned()));
    }
}

/// Reports a name that is not snake_case.
pub(super) fn snake_case(name: &str, at: &Pointer, whose: &str, report: &mut Report) -> bool {
    if NOT_RUST.contains(&name) {
        let message = format!("`{name}` cannot be the name of {whose}: the generated Rust code could not say it");
        report.key(at, "reserved_name", message, Some("choose another name".to_owned()));
        return false;
    }
    if !is_snake_case(name) {
        report.key(at, "name", not_snake(name), snake_hint(name));
        return false;
    }
    true
}

pub(super) fn is_snake_case(name: &str) -> bool {
    name.len() <= MAX_NAME_BYTES
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

pub(super) fn not_snake(name: &str) -> String {
    format!(
        "the name `{}` is not snake_case: a letter, then letters, digits and `_`, at most {MAX_NAME_BYTES}",
        name.escape_debug()
    )
}

/// The same name with the right letters, if that makes one.
pub(super) fn snake_hint(name: &str) -> Option<String> {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && snake.ends_with(|c: char| c.is_ascii_lowercase()) {
            snake.push('_');
        }
        snake.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    let snake = snake.trim_matches('_');
    is_snake_case(snake).then(|| format!("perhaps `{snake}`"))
}

/// The path segment of a name.
pub(super) fn kebab(snake: &str) -> String {
    snake.replace('_', "-")
}
