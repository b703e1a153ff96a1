//! What an operator made of his own in the file: triggers, indexes, views, columns.
//!
//! A table that is made anew has none of it any more, and a view stands in its way. So views and triggers go first and all comes
//! back last. What would not fit then is found beforehand, in an empty database in memory that has the tables of after.

use rusqlite::{Connection, OptionalExtension};
use work::{Migration, Touched};

use super::{connection, engine};
use crate::app::InTheWay;

/// What neither the engine nor the blueprint of before made.
pub(super) struct Own {
    /// In the order in which they were made.
    things: Vec<Thing>,
    /// Those beside which they stand.
    tables: Vec<String>,
    /// Of tables that go: table and name.
    columns: Vec<(String, String)>,
}

struct Thing {
    /// `index`, `trigger` or `view`.
    kind: String,
    name: String,
    table: String,
    sql: String,
}

impl Own {
    pub(super) fn of(connection: &Connection, migration: &Migration) -> rusqlite::Result<Own> {
        let before = scratch(&migration.from)?;
        let names = "SELECT \"type\" || ' ' || \"name\" FROM \"sqlite_schema\"";
        let ours: Vec<String> = texts(&before, names, [])?;
        let sql = "SELECT \"type\", \"name\", \"tbl_name\", \"sql\" FROM \"sqlite_schema\" \
                   WHERE \"sql\" IS NOT NULL AND \"name\" NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid";
        let mut statement = connection.prepare(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Thing { kind: row.get(0)?, name: row.get(1)?, table: row.get(2)?, sql: row.get(3)? })
        };
        let all: Vec<Thing> = statement.query_map([], read)?.collect::<Result<_, _>>()?;
        let theirs = all.into_iter().filter(|one| !ours.contains(&format!("{} {}", one.kind, one.name)));
        let (tables, things): (Vec<_>, Vec<_>) = theirs.partition(|one| one.kind == "table");
        let tables = tables.into_iter().map(|table| table.sql).collect();
        let mut columns = Vec::new();
        for Touched { table, .. } in migration.touched.iter().filter(|touched| touched.column.is_none()) {
            let known = columns_of(&before, table)?;
            let there = columns_of(connection, table)?.into_iter().filter(|column| !known.contains(column));
            columns.extend(there.map(|column| (table.clone(), column)));
        }
        Ok(Own { things, tables, columns })
    }

    /// What would not fit the tables of after, and what would be lost with those of before.
    pub(super) fn in_the_way(&self, from: &[String], to: &[String]) -> rusqlite::Result<Vec<InTheWay>> {
        let mut found: Vec<InTheWay> = self.columns.iter().map(|(table, column)| lost(table, column)).collect();
        if self.things.is_empty() {
            return Ok(found);
        }
        let (before, after) = (scratch(from)?, scratch(to)?);
        for database in [&before, &after] {
            // Those that do not come to be here (a module of his own) are as good as none.
            self.tables.iter().for_each(|sql| drop(database.execute_batch(sql)));
        }
        for thing in &self.things {
            // What was broken before may stay as broken as it was.
            let was_broken = thing.try_in(&before).is_err();
            let Err(why) = thing.try_in(&after) else { continue };
            if !(was_broken && thing.is_there(&after)?) {
                found.push(thing.unfit(&why));
            }
        }
        Ok(found)
    }

    /// What takes away what would be in the way of statements, or is dropped with its table.
    pub(super) fn step_aside(&self, migration: &Migration) -> Vec<String> {
        let column_of = |thing: &Thing| touched(migration, thing).any(|touched| touched.column.is_some());
        let aside = self.things.iter().rev().filter(|thing| thing.kind != "index" || column_of(thing));
        aside.map(|thing| format!("DROP {} IF EXISTS {}", thing.kind.to_uppercase(), quoted(&thing.name))).collect()
    }

    /// What makes it again, and what went with its table.
    pub(super) fn come_back(&self, migration: &Migration) -> Vec<String> {
        let gone = |thing: &&Thing| thing.kind != "index" || touched(migration, thing).next().is_some();
        self.things.iter().filter(gone).map(|thing| thing.sql.clone()).collect()
    }
}

/// What becomes of the table beside which a thing stands.
fn touched<'m>(migration: &'m Migration, thing: &Thing) -> impl Iterator<Item = &'m Touched> {
    migration.touched.iter().filter(|touched| touched.table == thing.table)
}

impl Thing {
    fn is_there(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let sql = "SELECT 1 FROM \"sqlite_schema\" WHERE \"type\" = ?1 AND \"name\" = ?2";
        Ok(connection.query_row(sql, (&self.kind, &self.name), |_| Ok(())).optional()?.is_some())
    }

    /// Makes it, and has it compiled: SQLite looks at what a view or a trigger says only when it is used.
    fn try_in(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection.execute_batch(&self.sql)?;
        let table = quoted(&self.table);
        match self.kind.as_str() {
            "view" => connection.prepare(&format!("SELECT * FROM {}", quoted(&self.name))).map(drop),
            "trigger" => {
                let columns = columns_of(connection, &self.table)?;
                let set: Vec<String> = columns.iter().map(|name| format!("{0} = {0}", quoted(name))).collect();
                let uses = [
                    format!("INSERT INTO {table} DEFAULT VALUES"),
                    format!("UPDATE {table} SET {}", set.join(", ")),
                    format!("DELETE FROM {table}"),
                ];
                uses.iter().try_for_each(|sql| match connection.prepare(sql).map(drop) {
                    // A view that is written to in other ways only.
                    Err(error) if error.to_string().contains("cannot modify") => Ok(()),
                    other => other,
                })
            }
            _ => Ok(()),
        }
    }

    fn unfit(&self, why: &rusqlite::Error) -> InTheWay {
        let Thing { kind, name, table, sql } = self;
        let why = match why {
            rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
            rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
            other => other.to_string(),
        };
        let article = if kind == "index" { "an" } else { "a" };
        let on = if kind == "view" { String::new() } else { format!(" on `{table}`") };
        InTheWay {
            what: format!("{article} {kind} of your own, `{name}`{on}, which would not fit any more: {why}"),
            ids: Vec::new(),
            mend: format!(
                "take it away with DROP {} {}, and make it again as the tables are then; it was made by: {sql}",
                kind.to_uppercase(),
                quoted(name)
            ),
            is_loss: false,
        }
    }
}

fn lost(table: &str, column: &str) -> InTheWay {
    InTheWay {
        what: format!("a column of your own, `{column}` of `{table}`, a table that is made anew without it"),
        ids: Vec::new(),
        mend: format!("make it a field of the blueprint, or keep its values in a table of your own beside `{table}`"),
        is_loss: true,
    }
}

/// A database in memory with the tables of the engine and these.
fn scratch(statements: &[String]) -> rusqlite::Result<Connection> {
    let database = Connection::open_in_memory()?;
    connection::add_functions(&database)?;
    engine::make(&database)?;
    statements.iter().try_for_each(|sql| database.execute_batch(sql))?;
    Ok(database)
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    texts(connection, "SELECT \"name\" FROM pragma_table_info(?1)", [table])
}

fn texts(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map(params, |row| row.get(0))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
