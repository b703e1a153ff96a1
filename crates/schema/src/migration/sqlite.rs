//! SQLite: a table that differs is made anew under a name of passage, its rows are copied, and it takes the place of the old one.
//!
//! References are not enforced meanwhile, so that a table may go and come back under those that refer to it, and all are checked at
//! the end.

use blueprint::{Entity, Field, Link};
use work::Dialect;

use super::convert::{Way, way};
use super::guards::constant;
use super::pairs::{Pair, Pairs};
use super::{index_of, looks_otherwise};
use crate::name::{quoted, search_table_name, text};
use crate::{index, link, search, table};

const SQLITE: Dialect = Dialect::Sqlite;

/// A table that takes the place of another.
struct Anew {
    passage: String,
    old: String,
    new: String,
}

pub(super) fn statements(pairs: &Pairs) -> Vec<String> {
    let mut done = Vec::new();
    for link in pairs.entities.iter().flat_map(|pair| &pair.links.gone) {
        done.push(drop_table(&link.table));
    }
    for entity in &pairs.gone {
        done.extend(entity.links.iter().map(|link| drop_table(&link.table)));
        drop_search(entity, &mut done);
        done.push(drop_table(&entity.plural));
    }
    let mut anew: Vec<Anew> = Vec::new();
    for (pair, (before, after, link)) in links(pairs) {
        if link::create_as(pairs.after, &SQLITE, pair.after, after, &after.table) != link {
            let passage = passage(anew.len());
            done.push(link::create_as(pairs.after, &SQLITE, pair.after, after, &passage));
            done.push(format!(
                "INSERT INTO {} ({}, {}) SELECT {}, {} FROM {}",
                quoted(&passage),
                quoted(&after.from_column),
                quoted(&after.to_column),
                quoted(&before.from_column),
                quoted(&before.to_column),
                quoted(&before.table)
            ));
            anew.push(Anew { passage, old: before.table.clone(), new: after.table.clone() });
        }
    }
    let of_links = anew.len();
    for pair in pairs.entities.iter().filter(|pair| differs(pairs, pair)) {
        let passage = passage(anew.len());
        drop_search(pair.before, &mut done);
        done.push(table::create_as(pairs.after, &SQLITE, pair.after, &passage));
        done.push(copy(pairs, pair, &passage));
        // An id that was deleted is never given out again.
        let old = text(&pair.before.plural);
        done.push(format!("DELETE FROM \"sqlite_sequence\" WHERE \"name\" = {}", text(&passage)));
        done.push(format!(
            "INSERT INTO \"sqlite_sequence\" (\"name\", \"seq\") SELECT {}, \"seq\" FROM \"sqlite_sequence\" WHERE \"name\" = {old}",
            text(&passage)
        ));
        anew.push(Anew { passage, old: pair.before.plural.clone(), new: pair.after.plural.clone() });
    }
    for pair in pairs.entities.iter().filter(|pair| !differs(pairs, pair) && looks_otherwise(pairs, pair, &SQLITE)) {
        done.push(format!("UPDATE {} SET \"_version\" = \"_version\" + 1", quoted(&pair.before.plural)));
    }
    done.extend(anew.iter().map(|one| drop_table(&one.old)));
    done.extend(anew.iter().map(|one| format!("ALTER TABLE {} RENAME TO {}", quoted(&one.passage), quoted(&one.new))));
    for (_, (_, after, _)) in links(pairs) {
        if anew.iter().take(of_links).any(|one| one.new == after.table) {
            done.push(link::index(&SQLITE, after));
        }
    }
    for pair in &pairs.entities {
        around(pair, anew.iter().skip(of_links).any(|one| one.new == pair.after.plural), &mut done);
    }
    for entity in &pairs.new {
        done.push(table::create(pairs.after, &SQLITE, entity));
        done.extend(index::of_entity(&SQLITE, entity));
        done.extend(search::of_entity(&SQLITE, entity));
        done.extend(entity.links.iter().flat_map(|link| link::create(pairs.after, &SQLITE, entity, link)));
    }
    for pair in &pairs.entities {
        done.extend(pair.links.new.iter().flat_map(|link| link::create(pairs.after, &SQLITE, pair.after, link)));
    }
    done
}

/// Links of both blueprints, with the statement that made the table.
fn links<'p, 'b>(pairs: &'p Pairs<'b>) -> impl Iterator<Item = (&'p Pair<'b>, (&'b Link, &'b Link, String))> {
    pairs.entities.iter().flat_map(move |pair| {
        pair.links.both.iter().map(move |(before, after)| {
            (pair, (*before, *after, link::create_as(pairs.before, &SQLITE, pair.before, before, &before.table)))
        })
    })
}

/// Tables of before in whose place others come.
pub(super) fn made_anew(pairs: &Pairs) -> Vec<String> {
    let of_links = links(pairs).filter(|(pair, (_, after, link))| {
        link::create_as(pairs.after, &SQLITE, pair.after, after, &after.table) != *link
    });
    let mut anew: Vec<String> = of_links.map(|(_, (before, ..))| before.table.clone()).collect();
    let of_entities = pairs.entities.iter().filter(|pair| differs(pairs, pair));
    anew.extend(of_entities.map(|pair| pair.before.plural.clone()));
    anew
}

fn differs(pairs: &Pairs, pair: &Pair) -> bool {
    let copied = pair.fields.both.iter().any(|(before, after)| {
        before.column != after.column || !matches!(way(pairs, &SQLITE, before, after), Way::Same)
    });
    copied || table::create(pairs.before, &SQLITE, pair.before) != table::create(pairs.after, &SQLITE, pair.after)
}

/// The rows of before, in the columns of now.
fn copy(pairs: &Pairs, pair: &Pair, into: &str) -> String {
    let (before, after) = (pair.before, pair.after);
    let mut columns: Vec<(String, String)> = Vec::new();
    let mut same = |name: &str| columns.push((quoted(name), quoted(name)));
    if table::has_row_key(&SQLITE, before) && table::has_row_key(&SQLITE, after) {
        same("_row");
    }
    ["id", "created_at", "updated_at"].into_iter().for_each(&mut same);
    if before.owned && after.owned {
        same("user_id");
    }
    if before.soft_delete && after.soft_delete {
        same("_deleted_at");
    }
    let version = if looks_otherwise(pairs, pair, &SQLITE) { "\"_version\" + 1" } else { "\"_version\"" };
    columns.push((quoted("_version"), version.to_owned()));
    for field in &after.fields {
        let from = pair.fields.both.iter().find(|(_, one)| one.name == field.name).map(|(from, _)| *from);
        columns.push((quoted(&field.column), value(pairs, from, field)));
    }
    let (names, values): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    format!(
        "INSERT INTO {} ({}) SELECT {} FROM {}",
        quoted(into),
        names.join(", "),
        values.join(", "),
        quoted(&before.plural)
    )
}

fn value(pairs: &Pairs, from: Option<&Field>, to: &Field) -> String {
    let constant = constant(&SQLITE, to);
    let Some(from) = from else { return constant.unwrap_or_else(|| "NULL".to_owned()) };
    let value = match way(pairs, &SQLITE, from, to) {
        Way::Same => quoted(&from.column),
        Way::By { value, .. } => value,
        Way::None => "NULL".to_owned(),
    };
    match constant.filter(|_| to.required) {
        Some(constant) => format!("coalesce({value}, {constant})"),
        None => value,
    }
}

/// Indexes and what searches: of a table that was made anew all, of another what differs.
fn around(pair: &Pair, is_anew: bool, done: &mut Vec<String>) {
    let (before, after) = (pair.before, pair.after);
    let (old, new) = (index::of_entity(&SQLITE, before), index::of_entity(&SQLITE, after));
    if !is_anew {
        let gone = old.iter().filter(|one| !new.contains(one));
        done.extend(gone.map(|one| format!("DROP INDEX {}", index_of(one))));
    }
    done.extend(new.into_iter().filter(|one| is_anew || !old.contains(one)));
    let (old, new) = (search::of_entity(&SQLITE, before), search::of_entity(&SQLITE, after));
    if !is_anew && old == new {
        return;
    }
    if !is_anew {
        drop_search(before, done);
    }
    if !new.is_empty() {
        let name = quoted(&search_table_name(&after.plural));
        done.extend(new);
        done.push(format!("INSERT INTO {name} ({name}) VALUES ('rebuild')"));
    }
}

fn drop_search(entity: &Entity, done: &mut Vec<String>) {
    if search::is_searched(entity) {
        let name = search_table_name(&entity.plural);
        let triggers =
            ["insert", "delete", "update"].map(|when| format!("DROP TRIGGER {}", quoted(&format!("{name}_{when}"))));
        done.extend(triggers);
        done.push(drop_table(&name));
    }
}

fn drop_table(name: &str) -> String {
    format!("DROP TABLE {}", quoted(name))
}

/// A name that no entity has.
fn passage(number: usize) -> String {
    format!("_passage_{number}")
}
