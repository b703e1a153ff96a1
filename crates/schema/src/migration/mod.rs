//! Two blueprints → how the tables of the first become those of the second, with their rows.
//!
//! What is the same is told by name, or by a former name (`renamed_from`). Nothing is lost in silence: values that would have no
//! place any more, and values that do not fit, are counted first ([`guards`]), and where there are any the way is not gone.
//!
//! SQLite changes little of a table that is there, so whatever differs is made anew and its rows copied ([`sqlite`]). Postgres
//! changes what it has ([`postgres`]), which keeps rights that somebody gave on its tables.

mod convert;
mod guards;
mod pairs;
mod postgres;
mod rolling;
mod sqlite;
mod touched;
mod users;

use blueprint::{Blueprint, Field, FieldKind, Unique};
use work::{Dialect, Migration};

use crate::name::{quoted, text};
pub(crate) use guards::some;
use pairs::Pairs;

/// How the tables of `before` become those of `after`.
pub fn migration(before: &Blueprint, after: &Blueprint, dialect: &Dialect) -> Migration {
    let pairs = Pairs::of(before, after);
    let mut statements = users::statements(&pairs, dialect);
    statements.extend(match dialect {
        Dialect::Sqlite => sqlite::statements(&pairs),
        Dialect::Postgres { .. } => postgres::statements(&pairs, dialect),
    });
    statements.extend(keys(&pairs, dialect));
    Migration {
        from: crate::tables(before, dialect),
        tables: held(&pairs, dialect),
        touched: touched::all(&pairs, dialect),
        former_may_go_on: rolling::former_may_go_on(&pairs, dialect),
        told: told(&pairs, dialect),
        guards: guards::all(&pairs, dialect),
        statements,
        takes_fold: takes_fold(&pairs, dialect),
    }
}

/// Whether values go over by `fold` where the database does not have it by itself.
fn takes_fold(pairs: &Pairs, dialect: &Dialect) -> bool {
    let of_entities = pairs.entities.iter().flat_map(|pair| &pair.fields.both);
    let mut both = of_entities.chain(&pairs.users.both);
    *dialect == Dialect::Sqlite && both.any(|(before, after)| convert::folds(&before.kind, &after.kind))
}

/// All tables of before; that of users where their fields differ.
fn held(pairs: &Pairs, dialect: &Dialect) -> Vec<String> {
    let users = !users::statements(pairs, dialect).is_empty();
    let of = |entity: &'_ blueprint::Entity| {
        let links = entity.links.iter().map(|link| dialect.table(&link.table));
        links.chain([dialect.table(&entity.plural)]).collect::<Vec<_>>()
    };
    let of_entities = pairs.before.entities.iter().flat_map(of);
    of_entities.chain(users.then(|| dialect.table("users"))).collect()
}

/// Whether a row looks otherwise than before to whoever reads it, who may keep the former answer by its version.
fn looks_otherwise(pairs: &Pairs, pair: &pairs::Pair, dialect: &Dialect) -> bool {
    let (fields, links) = (&pair.fields, &pair.links);
    let other = |(before, after): &(&blueprint::Field, &blueprint::Field)| {
        before.column != after.column
            || !matches!(convert::way(pairs, dialect, before, after), convert::Way::Same)
            || after.required && !before.required && guards::constant(dialect, after).is_some()
    };
    !(fields.gone.is_empty() && fields.new.is_empty() && links.gone.is_empty() && links.new.is_empty())
        || fields.both.iter().any(other)
        || links.both.iter().any(|(before, after)| before.name != after.name)
        || pair.before.owned != pair.after.owned
}

/// What somebody lets an API key do with rows is said by the name of their entity. A name that is gone is taken out: another entity
/// that once gets it is not meant.
fn keys(pairs: &Pairs, dialect: &Dialect) -> Vec<String> {
    let renamed = pairs.entities.iter().filter(|pair| pair.before.name != pair.after.name);
    let table = dialect.table("_keys");
    let gone = pairs.gone.iter().filter(|entity| !pairs.new.iter().any(|new| new.name == entity.name));
    let take_out = |entity: &&blueprint::Entity| match dialect {
        Dialect::Sqlite => {
            let path = text(&format!("$.{}", entity.name));
            format!(
                "UPDATE {table} SET \"scopes\" = json_remove(\"scopes\", {path}) WHERE json_type(\"scopes\", {path}) IS NOT NULL"
            )
        }
        Dialect::Postgres { .. } => {
            let name = text(&entity.name);
            format!(
                "UPDATE {table} SET \"scopes\" = (\"scopes\"::jsonb - {name})::json WHERE \"scopes\"::jsonb ? {name}"
            )
        }
    };
    let change = |pair: &pairs::Pair| {
        let (old, new) = (&pair.before.name, &pair.after.name);
        match dialect {
            Dialect::Sqlite => {
                let (old, new) = (text(&format!("$.{old}")), text(&format!("$.{new}")));
                format!(
                    "UPDATE {table} SET \"scopes\" = json_remove(json_set(\"scopes\", {new}, json_extract(\"scopes\", {old})), {old}) \
                     WHERE json_type(\"scopes\", {old}) IS NOT NULL"
                )
            }
            Dialect::Postgres { .. } => {
                let (old, new) = (text(old), text(new));
                format!(
                    "UPDATE {table} SET \"scopes\" = ((\"scopes\"::jsonb - {old}) || \
                     jsonb_build_object({new}, \"scopes\"::jsonb -> {old}))::json WHERE \"scopes\"::jsonb ? {old}"
                )
            }
        }
    };
    gone.map(take_out).chain(renamed.map(change)).collect()
}

/// What is done, for people.
fn told(pairs: &Pairs, dialect: &Dialect) -> Vec<String> {
    let mut told = Vec::new();
    for pair in &pairs.entities {
        let entity = &pair.after.name;
        if pair.before.name != *entity {
            told.push(format!("`{}` is `{entity}` now, with its rows", pair.before.name));
        }
        for (before, after) in pair.fields.both.iter().filter(|(before, after)| before.name != after.name) {
            told.push(format!("`{}` of {entity} is `{}` now, with its values", before.name, after.name));
        }
        told.extend(pair.fields.both.iter().flat_map(|(before, after)| turned(pairs, entity, before, after)));
        for (before, after) in pair.links.both.iter().filter(|(before, after)| before.name != after.name) {
            told.push(format!("`{}` of {entity} is `{}` now, with its links", before.name, after.name));
        }
        let named = |names: Vec<&str>, verb: &str| {
            names.into_iter().map(|name| format!("{entity} {verb} `{name}`")).collect::<Vec<_>>()
        };
        let new = pair.fields.new.iter().map(|one| one.name.as_str());
        told.extend(named(new.chain(pair.links.new.iter().map(|one| one.name.as_str())).collect(), "has"));
        let gone = pair.fields.gone.iter().map(|one| one.name.as_str());
        told.extend(named(gone.chain(pair.links.gone.iter().map(|one| one.name.as_str())).collect(), "has no longer"));
    }
    told.extend(pairs.new.iter().map(|entity| format!("`{}` is new", entity.name)));
    told.extend(pairs.gone.iter().map(|entity| format!("`{}` is gone", entity.name)));
    for (before, after) in &pairs.users.both {
        if before.name != after.name {
            told.push(format!("`{}` of users is `{}` now, with its values", before.name, after.name));
        }
        if users::differs(pairs, dialect, before, after) {
            told.push(format!("`{}` of users has another type, default or list of values", after.name));
        }
    }
    told.extend(pairs.users.new.iter().map(|field| format!("users have `{}`", field.name)));
    told.extend(pairs.users.gone.iter().map(|field| format!("users have no longer `{}`", field.name)));
    if told.is_empty() {
        told.push("types, limits or indexes of its tables are other ones now".to_owned());
    }
    told
}

/// What is other about a field that stays.
fn turned(pairs: &Pairs, entity: &str, before: &Field, after: &Field) -> Vec<String> {
    let name = format!("`{}` of {entity}", after.name);
    let mut told = Vec::new();
    let same = std::mem::discriminant(&before.kind) == std::mem::discriminant(&after.kind);
    match (&before.kind, &after.kind) {
        (FieldKind::Enum { values: old }, FieldKind::Enum { values: new }) => {
            let only = |some: &[String], others: &[String]| {
                some.iter().filter(|value| !others.contains(value)).cloned().collect::<Vec<_>>().join(", ")
            };
            let (more, less) = (only(new, old), only(old, new));
            told.extend((!more.is_empty()).then(|| format!("{name} can be {more}")));
            told.extend((!less.is_empty()).then(|| format!("{name} can no longer be {less}")));
        }
        (FieldKind::Decimal { scale: old, .. }, FieldKind::Decimal { scale: new, .. }) if old != new => {
            told.push(format!("{name} has {new} digits after the point"));
        }
        (FieldKind::Reference { to: old, .. }, FieldKind::Reference { to: new, .. })
            if !pairs.same_target(*old, *new) =>
        {
            told.push(format!("{name} refers to other rows"));
        }
        (FieldKind::Text(_), FieldKind::LongText(_)) => told.push(format!("{name} is long text")),
        (FieldKind::LongText(_), FieldKind::Text(_)) => told.push(format!("{name} is a text of one line")),
        _ if !same => told.push(format!("{name} is {}", convert::word(&after.kind))),
        _ => {}
    }
    let mut turned = |before: bool, after: bool, on: &str, off: &str| {
        told.extend((before != after).then(|| format!("{name} {}", if after { on } else { off })));
    };
    turned(before.required, after.required, "is required", "may be empty");
    turned(before.search, after.search, "is searched by `q=`", "is not searched any more");
    if before.unique != after.unique {
        let now = match after.unique {
            Unique::No => "need not be unique any more",
            Unique::PerOwner => "is unique among the rows of one owner",
            Unique::Global => "is unique among all rows",
        };
        told.push(format!("{name} {now}"));
    } else if before.index != after.index {
        told.push(format!("{name} {}", if after.index { "has an index" } else { "has no index any more" }));
    }
    told
}

/// The name of the index that a statement makes.
fn index_of(statement: &str) -> String {
    quoted(statement.split('"').nth(1).unwrap_or_default())
}
