//! Fields of the built-in user. Their table is the engine's, which is changed and never made anew: on SQLite a column that becomes
//! another one is added under a name of passage, filled, and takes the place of the old one.

use blueprint::{Field, FieldKind, Unique};
use work::{Dialect, Guard};

use super::convert::{Way, way, word};
use super::guards::{Set, alike, constant, put_back, some};
use super::index_of;
use super::pairs::Pairs;
use super::postgres::drop_checks;
use crate::name::quoted;
use crate::types::Types;
use crate::{column, index, table};

pub(super) fn statements(pairs: &Pairs, dialect: &Dialect) -> Vec<String> {
    let users = dialect.table("users");
    let of = |field: &Field| index::of_user_field(dialect, field);
    let mut done = Vec::new();
    // An index holds its column, and goes where that is another one.
    let stay = |before: &Field, after: &Field| match before.column == after.column
        && !differs(pairs, dialect, before, after)
    {
        true => of(before).into_iter().filter(|one| of(after).contains(one)).collect(),
        false => Vec::new(),
    };
    let mut drop_indexes = |old: Vec<String>, stay: &[String]| {
        for one in old.iter().filter(|one| !stay.contains(one)) {
            done.push(drop_index(dialect, one));
        }
    };
    for (before, after) in &pairs.users.both {
        drop_indexes(of(before), &stay(before, after));
    }
    pairs.users.gone.iter().for_each(|field| drop_indexes(of(field), &[]));
    for (before, after) in &pairs.users.both {
        let is_other = differs(pairs, dialect, before, after);
        match dialect {
            Dialect::Sqlite if is_other => anew(pairs, before, after, &mut done),
            _ if before.column != after.column => {
                let (old, new) = (quoted(&before.column), quoted(&after.column));
                done.push(format!("ALTER TABLE {users} RENAME COLUMN {old} TO {new}"));
            }
            _ => {}
        }
        if is_other && *dialect != Dialect::Sqlite {
            changed(pairs, dialect, before, after, &mut done);
        }
    }
    for field in &pairs.users.gone {
        done.push(format!("ALTER TABLE {users} DROP COLUMN {}", quoted(&field.column)));
    }
    for field in &pairs.users.new {
        done.push(table::add_user_column(pairs.after, dialect, field));
        done.extend(of(field));
    }
    for (before, after) in &pairs.users.both {
        let stay = stay(before, after);
        done.extend(of(after).into_iter().filter(|one| !stay.contains(one)));
    }
    done
}

/// Whether a column is more than one of another name.
pub(super) fn differs(pairs: &Pairs, dialect: &Dialect, before: &Field, after: &Field) -> bool {
    let definition = |blueprint, field: &Field| {
        column::of_user(blueprint, &Types(dialect), field).replace(&quoted(&field.column), "")
    };
    definition(pairs.before, before) != definition(pairs.after, after)
        || !matches!(way(pairs, dialect, before, after), Way::Same)
}

/// What its values become, of a column that is called so.
fn value(pairs: &Pairs, dialect: &Dialect, before: &Field, after: &Field) -> String {
    match way(pairs, dialect, before, after) {
        Way::Same => quoted(&before.column),
        Way::By { value, .. } => value,
        Way::None => "NULL".to_owned(),
    }
}

/// The default, where nobody may be without a value.
fn fill(dialect: &Dialect, field: &Field) -> Option<String> {
    constant(dialect, field).filter(|_| field.required)
}

/// SQLite: another column takes the place of one.
fn anew(pairs: &Pairs, before: &Field, after: &Field, done: &mut Vec<String>) {
    let dialect = &Dialect::Sqlite;
    let passage = Field { column: format!("_passage_{}", after.column), ..after.clone() };
    let (table, column) = (dialect.table("users"), quoted(&passage.column));
    let value = value(pairs, dialect, before, after);
    let value = match fill(dialect, after) {
        Some(fill) => format!("coalesce({value}, {fill})"),
        None => value,
    };
    done.push(table::add_user_column(pairs.after, dialect, &passage));
    done.push(format!("UPDATE {table} SET {column} = {value}"));
    done.push(format!("ALTER TABLE {table} DROP COLUMN {}", quoted(&before.column)));
    done.push(format!("ALTER TABLE {table} RENAME COLUMN {column} TO {}", quoted(&after.column)));
}

/// Postgres: a column that has its name.
fn changed(pairs: &Pairs, dialect: &Dialect, before: &Field, after: &Field, done: &mut Vec<String>) {
    let types = Types(dialect);
    let (table, column) = (dialect.table("users"), quoted(&after.column));
    let of_column = format!("ALTER TABLE {table} ALTER COLUMN {column}");
    if matches!(before.kind, FieldKind::Enum { .. }) {
        done.push(drop_checks(dialect, "users", &after.column));
    }
    done.push(format!("{of_column} DROP DEFAULT"));
    done.push(format!("{of_column} DROP NOT NULL"));
    // What makes the value speaks of the column by its former name.
    let named = Field { column: after.column.clone(), ..before.clone() };
    let (is, value) = (types.of(&after.kind), value(pairs, dialect, &named, after));
    if types.of(&before.kind) != is || value != column {
        let target = is.split_once(" COLLATE").map_or(is.as_str(), |(plain, _)| plain);
        done.push(format!("{of_column} TYPE {is} USING CAST({value} AS {target})"));
    }
    if let Some(constant) = constant(dialect, after) {
        done.push(format!("{of_column} SET DEFAULT {constant}"));
    }
    if let Some(fill) = fill(dialect, after) {
        done.push(format!("UPDATE {table} SET {column} = {fill} WHERE {column} IS NULL"));
        done.push(format!("{of_column} SET NOT NULL"));
    }
    if matches!(after.kind, FieldKind::Enum { .. }) {
        done.push(format!("ALTER TABLE {table} ADD{}", column::check(&types, &after.kind, &column)));
    }
}

/// `DROP INDEX` for the statement that made one.
pub(super) fn drop_index(dialect: &Dialect, made_by: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("DROP INDEX {}", index_of(made_by)),
        Dialect::Postgres { .. } => format!("DROP INDEX {}", dialect.table(index_of(made_by).trim_matches('"'))),
    }
}

pub(super) fn guards(pairs: &Pairs, dialect: &Dialect) -> Vec<Guard> {
    let users = dialect.table("users");
    let of = |condition: &str, what: String, mend: String, is_loss: bool| {
        let from = format!("{users} WHERE {condition}");
        let (count, some) = (format!("SELECT count(*) FROM {from}"), some("\"id\"", &from));
        Guard { count: Some(count), some: Some(some), what, mend, is_loss }
    };
    // SQLite does not let a column go that refers to another table.
    let stays = |field: &Field| *dialect == Dialect::Sqlite && matches!(field.kind, FieldKind::Reference { .. });
    let without_count = |what: String, mend: String| Guard { count: None, some: None, what, mend, is_loss: false };
    let mut guards = Vec::new();
    for field in &pairs.users.gone {
        let what = format!("users with a value in `{}`, which the blueprint no longer has", field.name);
        guards.push(match stays(field) {
            true => without_count(what, put_back(&field.name)),
            false => of(&format!("{} IS NOT NULL", quoted(&field.column)), what, put_back(&field.name), true),
        });
    }
    let set = Set { table: &users, rows: "users".to_owned(), of_owner: false, live: false };
    let unique = |after: &Field| after.unique != Unique::No;
    let new = pairs.users.new.iter().filter(|after| unique(after));
    guards.extend(new.filter_map(|after| alike(dialect, &set, None, after)));
    for (before, after) in &pairs.users.both {
        let (name, column) = (&before.name, quoted(&before.column));
        if stays(before) && differs(pairs, dialect, before, after) {
            guards.push(without_count(
                format!("`{name}` of users refers to other rows, or is of another type"),
                format!("leave it as it was, and add a field of another name beside `{name}`"),
            ));
            continue;
        }
        let way = way(pairs, dialect, before, after);
        match &way {
            Way::By { unfit: Some(unfit), .. } => guards.push(of(
                unfit,
                format!("users whose `{name}` is not {}", word(&after.kind)),
                format!("change them first (`supermaker user set`); these they are: SELECT \"id\", {column} FROM {users} WHERE {unfit}"),
                false,
            )),
            Way::None => guards.push(of(
                &format!("{column} IS NOT NULL"),
                format!("users with a value in `{name}`, of which nothing makes {}", word(&after.kind)),
                format!("leave `{name}` as it was, and give the new field another name"),
                true,
            )),
            _ => {}
        }
        if unique(after) {
            guards.extend(alike(dialect, &set, Some((before, way)), after));
        }
    }
    guards
}
