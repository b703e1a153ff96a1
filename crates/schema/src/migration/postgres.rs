//! Postgres: tables and columns are renamed, added and changed where they are. Constraints and indexes that differ go first and
//! come last.

use std::collections::HashSet;

use blueprint::{Blueprint, Field, FieldKind};
use work::Dialect;

use super::convert::{Way, way};
use super::guards::constant;
use super::looks_otherwise;
use super::pairs::{Pair, Pairs};
use super::users::drop_index;
use crate::name::{LONGEST_BYTES, quoted, text};
use crate::types::Types;
use crate::{column, index, link, reference, search, table};

pub(super) fn statements(pairs: &Pairs, dialect: &Dialect) -> Vec<String> {
    let mut done = Vec::new();
    let (old, new) = (reference::all(pairs.before, dialect), reference::all(pairs.after, dialect));
    // What is on a table that goes, goes with it, and what refers to it holds it; the same words may come back with another
    // table of its name.
    let moved = moved(pairs);
    let wanted: HashSet<&str> = new.iter().map(|one| one.statement.as_str()).collect();
    let (stay, go): (Vec<_>, Vec<_>) = old.iter().partition(|one| {
        wanted.contains(one.statement.as_str()) && !moved.contains(&one.table) && !moved.contains(&one.to)
    });
    for one in go {
        done.push(format!("ALTER TABLE {} DROP CONSTRAINT {}", dialect.table(&one.table), quoted(&one.name)));
    }
    let known: HashSet<&str> = stay.iter().map(|one| one.statement.as_str()).collect();

    let (old_indexes, new_indexes) = (indexes(pairs.before, dialect), indexes(pairs.after, dialect));
    let (stay, go): (Vec<_>, Vec<_>) = old_indexes
        .into_iter()
        .partition(|(table, statement)| !moved.contains(table) && new_indexes.iter().any(|(_, one)| one == statement));
    done.extend(go.iter().map(|(_, one)| drop_index(dialect, one)));
    for pair in pairs.entities.iter().filter(|pair| words_differ(pair, dialect)) {
        if search::is_searched(pair.before) {
            done.push(format!("{} DROP COLUMN {}", alter(dialect, &pair.before.plural), quoted(search::WORDS)));
        }
    }
    let links_of_gone = pairs.gone.iter().flat_map(|entity| &entity.links);
    let links = links_of_gone.chain(pairs.entities.iter().flat_map(|pair| pair.links.gone.iter().copied()));
    done.extend(links.map(|link| format!("DROP TABLE {}", dialect.table(&link.table))));
    done.extend(pairs.gone.iter().map(|entity| format!("DROP TABLE {}", dialect.table(&entity.plural))));
    tables_renamed(pairs, dialect, &mut done);
    for pair in &pairs.entities {
        columns(pairs, pair, dialect, &mut done);
        if looks_otherwise(pairs, pair, dialect) {
            let table = dialect.table(&pair.after.plural);
            done.push(format!("UPDATE {table} SET \"_version\" = \"_version\" + 1"));
        }
    }
    for entity in &pairs.new {
        done.push(table::create(pairs.after, dialect, entity));
        done.extend(entity.links.iter().map(|one| link::create_as(pairs.after, dialect, entity, one, &one.table)));
    }
    for pair in &pairs.entities {
        let new = pair.links.new.iter();
        done.extend(new.map(|one| link::create_as(pairs.after, dialect, pair.after, one, &one.table)));
        if let Some(words) = search::column(dialect, pair.after).filter(|_| words_differ(pair, dialect)) {
            done.push(format!("{} ADD COLUMN {words}", alter(dialect, &pair.after.plural)));
        }
    }
    // An index goes with its column, also where it comes back as it was.
    let of_words = pairs.entities.iter().filter(|pair| words_differ(pair, dialect));
    let of_words: Vec<String> = of_words.flat_map(|pair| search::of_entity(dialect, pair.after)).collect();
    let stays = |one: &String| stay.iter().any(|(_, known)| known == one) && !of_words.contains(one);
    done.extend(new_indexes.into_iter().map(|(_, one)| one).filter(|one| !stays(one)));
    done.extend(new.iter().filter(|one| !known.contains(one.statement.as_str())).map(|one| one.statement.clone()));
    done
}

fn alter(dialect: &Dialect, table: &str) -> String {
    format!("ALTER TABLE {}", dialect.table(table))
}

/// Every index of tables and join tables, with the table it is on.
fn indexes(blueprint: &Blueprint, dialect: &Dialect) -> Vec<(String, String)> {
    let of = |entity: &blueprint::Entity| {
        let own = index::of_entity(dialect, entity).into_iter().chain(search::of_entity(dialect, entity));
        let mut all: Vec<(String, String)> = own.map(|one| (entity.plural.clone(), one)).collect();
        all.extend(entity.links.iter().map(|one| (one.table.clone(), link::index(dialect, one))));
        all
    };
    blueprint.entities.iter().flat_map(of).collect()
}

/// Tables of before that go, or have another name now, or whose columns do where another one takes the name: a statement that
/// speaks of them is of something else now, be its words the same.
fn moved(pairs: &Pairs) -> HashSet<String> {
    let gone = |entity: &&blueprint::Entity| {
        let links = entity.links.iter().map(|link| link.table.clone());
        links.chain([entity.plural.clone()]).collect::<Vec<_>>()
    };
    let mut moved: HashSet<String> = pairs.gone.iter().flat_map(gone).collect();
    for pair in &pairs.entities {
        moved.extend(pair.links.gone.iter().map(|link| link.table.clone()));
        let links = pair.links.both.iter();
        moved.extend(links.filter(|(old, new)| old.table != new.table).map(|(old, _)| old.table.clone()));
        let renamed = pair.fields.both.iter().filter(|(old, new)| old.column != new.column).map(|(old, _)| *old);
        let mut free = renamed.chain(pair.fields.gone.iter().copied());
        let taken = free.any(|old| pair.after.fields.iter().any(|new| new.column == old.column));
        if taken || pair.before.plural != pair.after.plural {
            moved.insert(pair.before.plural.clone());
        }
    }
    moved
}

/// A generated column stands in the way of those that it is made of.
pub(super) fn words_differ(pair: &Pair, dialect: &Dialect) -> bool {
    let mut searched = pair.fields.both.iter().filter(|(before, _)| before.search);
    search::column(dialect, pair.before) != search::column(dialect, pair.after)
        || searched.any(|(before, after)| std::mem::discriminant(&before.kind) != std::mem::discriminant(&after.kind))
}

/// First to names of passage, so that two may change places.
fn tables_renamed(pairs: &Pairs, dialect: &Dialect, done: &mut Vec<String>) {
    let of = |pair: &Pair| {
        let links = pair.links.both.iter().map(|(before, after)| (before.table.clone(), after.table.clone()));
        std::iter::once((pair.before.plural.clone(), pair.after.plural.clone())).chain(links).collect::<Vec<_>>()
    };
    let renamed: Vec<(String, String)> = pairs.entities.iter().flat_map(of).filter(|(old, new)| old != new).collect();
    rename(&renamed, |old, new| format!("{} RENAME TO {}", alter(dialect, old), quoted(new)), done);
    // A violation of a primary key is told by its name.
    let key = |table: &str| format!("{table}_pkey");
    let short = renamed.iter().filter(|(old, new)| key(old).len().max(key(new).len()) <= LONGEST_BYTES);
    let keys: Vec<(String, String)> = short.map(|(old, new)| (key(old), key(new))).collect();
    let key = |old: &str, new: &str| format!("ALTER INDEX IF EXISTS {} RENAME TO {}", dialect.table(old), quoted(new));
    rename(&keys, key, done);
    for (before, after) in pairs.entities.iter().flat_map(|pair| &pair.links.both) {
        let names = [(&before.from_column, &after.from_column), (&before.to_column, &after.to_column)];
        let renamed: Vec<_> =
            names.into_iter().filter(|(old, new)| old != new).map(|(old, new)| (old.clone(), new.clone())).collect();
        rename(&renamed, |old, new| rename_column(dialect, &after.table, old, new), done);
    }
}

fn rename_column(dialect: &Dialect, table: &str, old: &str, new: &str) -> String {
    format!("{} RENAME COLUMN {} TO {}", alter(dialect, table), quoted(old), quoted(new))
}

fn rename(renamed: &[(String, String)], statement: impl Fn(&str, &str) -> String, done: &mut Vec<String>) {
    let clashes = renamed.iter().any(|(_, new)| renamed.iter().any(|(old, _)| old == new));
    if !clashes {
        done.extend(renamed.iter().map(|(old, new)| statement(old, new)));
        return;
    }
    let passage = |at: usize| format!("_passage_{at}");
    done.extend(renamed.iter().enumerate().map(|(at, (old, _))| statement(old, &passage(at))));
    done.extend(renamed.iter().enumerate().map(|(at, (_, new))| statement(&passage(at), new)));
}

/// The columns of an entity, when its table has its name.
fn columns(pairs: &Pairs, pair: &Pair, dialect: &Dialect, done: &mut Vec<String>) {
    let table = &pair.after.plural;
    let alter = alter(dialect, table);
    let types = Types(dialect);
    let (before, after) = (pair.before, pair.after);
    done.extend(pair.fields.gone.iter().map(|field| format!("{alter} DROP COLUMN {}", quoted(&field.column))));
    if before.owned && !after.owned {
        done.push(format!("{alter} DROP COLUMN \"user_id\""));
    }
    if before.soft_delete && !after.soft_delete {
        done.push(format!("{alter} DROP COLUMN \"_deleted_at\""));
    }
    let named = pair.fields.both.iter().map(|(before, after)| (before.column.clone(), after.column.clone()));
    let renamed: Vec<(String, String)> = named.filter(|(old, new)| old != new).collect();
    rename(&renamed, |old, new| rename_column(dialect, table, old, new), done);
    if !before.owned && after.owned {
        done.push(format!("{alter} ADD COLUMN \"user_id\" {} NOT NULL", types.user()));
    }
    if !before.soft_delete && after.soft_delete {
        done.push(format!("{alter} ADD COLUMN \"_deleted_at\" {}", types.stamp()));
    }
    for (before, after) in &pair.fields.both {
        changed(pairs, dialect, table, before, after, done);
    }
    for field in &pair.fields.new {
        let line = column::of_entity(pairs.after, &types, field);
        match constant(dialect, field) {
            None => done.push(format!("{alter} ADD COLUMN {line}")),
            // The default stays, for servers that do not know the column yet: whoever knows it writes a value.
            Some(constant) => done.push(format!("{alter} ADD COLUMN {line} DEFAULT {constant}")),
        }
    }
}

/// A column that has its name: its type, its list of values, whether it may be null.
fn changed(pairs: &Pairs, dialect: &Dialect, table: &str, before: &Field, after: &Field, done: &mut Vec<String>) {
    let types = Types(dialect);
    let column = quoted(&after.column);
    let of_column = format!("{} ALTER COLUMN {column}", alter(dialect, table));
    let (was, is) = (types.of(&before.kind), types.of(&after.kind));
    let checks = |field: &Field| match &field.kind {
        FieldKind::Enum { values } => Some(values.clone()),
        _ => None,
    };
    let check_differs = checks(before) != checks(after);
    if check_differs && checks(before).is_some() {
        done.push(drop_checks(dialect, table, &after.column));
    }
    // What makes the value speaks of the column by its former name.
    let named = Field { column: after.column.clone(), ..before.clone() };
    let value = match way(pairs, dialect, &named, after) {
        Way::Same => column.clone(),
        Way::By { value, .. } => value,
        Way::None => "NULL".to_owned(),
    };
    if before.required && (!after.required || value == "NULL") {
        done.push(format!("{of_column} DROP NOT NULL"));
    }
    if was != is || value != column || check_differs {
        // It may have one from the time when it was new, which need not be one of these values.
        done.push(format!("{of_column} DROP DEFAULT"));
    }
    if was != is || value != column {
        let target = is.split_once(" COLLATE").map_or(is.as_str(), |(plain, _)| plain);
        done.push(format!("{of_column} TYPE {is} USING CAST({value} AS {target})"));
    }
    if after.required && (!before.required || value == "NULL") {
        if let Some(constant) = constant(dialect, after) {
            done.push(format!("UPDATE {} SET {column} = {constant} WHERE {column} IS NULL", dialect.table(table)));
        }
        done.push(format!("{of_column} SET NOT NULL"));
    }
    if check_differs && checks(after).is_some() {
        let check = column::check(&types, &after.kind, &column);
        done.push(format!("{} ADD{check}", alter(dialect, table)));
    }
}

/// Checks of one column have names that Postgres chose, from names that the table and the column had then.
pub(super) fn drop_checks(dialect: &Dialect, table: &str, column: &str) -> String {
    let place = dialect.table(table);
    let (literal, column) = (text(&place), text(column));
    format!(
        "DO $check$ DECLARE one record; BEGIN \
         FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = {literal}::regclass AND contype = 'c' AND conkey = \
         ARRAY[(SELECT attnum FROM pg_attribute WHERE attrelid = {literal}::regclass AND attname = {column})] \
         LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', {literal}, one.conname); END LOOP; END $check$"
    )
}
