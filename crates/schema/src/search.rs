//! What `q=` searches, kept by the database itself, so that it stays right whoever writes. Rows in the trash stay in it;
//! the statement that searches leaves them out.
//!
//! SQLite has an FTS5 table of the words of an entity's searched fields, kept by triggers of plain SQL. Postgres has a
//! generated column of words, each under the name of its field, with a GIN index. What a word is stands in docs/search.md;
//! all that cuts or reads words must agree on it.

use blueprint::{Entity, IdKind};
use work::Dialect;

use crate::name::{index_name, quoted, search_table_name, text};

/// The column of the words of a row.
pub const WORDS: &str = "_words";
/// Bytes of words that Postgres can keep of a row; the engine's function `words` counts them.
const ROOM_BYTES: usize = 1_000_000;

/// Whether an entity has fields that `q=` searches.
pub(crate) fn is_searched(entity: &Entity) -> bool {
    entity.fields.iter().any(|field| field.search)
}

/// What comes after the table, if the entity is searched.
pub(crate) fn of_entity(dialect: &Dialect, entity: &Entity) -> Vec<String> {
    match dialect {
        _ if !is_searched(entity) => Vec::new(),
        Dialect::Sqlite => sqlite(entity),
        Dialect::Postgres { .. } => {
            let name = quoted(&index_name(&entity.plural, WORDS, "index"));
            vec![format!("CREATE INDEX {name} ON {} USING gin ({})", dialect.table(&entity.plural), quoted(WORDS))]
        }
    }
}

/// The column of words, where there is one.
pub(crate) fn column(dialect: &Dialect, entity: &Entity) -> Option<String> {
    let searched: Vec<_> = entity.fields.iter().filter(|field| field.search).collect();
    if *dialect == Dialect::Sqlite || searched.is_empty() {
        return None;
    }
    let room = ROOM_BYTES / searched.len();
    let words = dialect.table("words");
    let of = |column: &str| format!("{words}({}, {}, {room})", text(column), quoted(column));
    let words: Vec<String> = searched.iter().map(|field| of(&field.column)).collect();
    let words = words.join("\n    || ");
    Some(format!("{} tsvector GENERATED ALWAYS AS (array_to_tsvector(\n    {words}\n  )) STORED", quoted(WORDS)))
}

fn sqlite(entity: &Entity) -> Vec<String> {
    let name = search_table_name(&entity.plural);
    let key = match entity.id {
        IdKind::Integer => "id",
        IdKind::Uuid => "_row",
    };
    let columns: Vec<String> =
        entity.fields.iter().filter(|field| field.search).map(|field| quoted(&field.column)).collect();
    let of = |row: &str| columns.iter().map(|column| format!("{row}.{column}")).collect::<Vec<_>>().join(", ");
    let (table, search, key_column) = (quoted(&entity.plural), quoted(&name), quoted(key));
    let columns = columns.join(", ");
    let add = format!("INSERT INTO {search} (rowid, {columns}) VALUES (new.{key_column}, {});", of("new"));
    let drop = format!(
        "INSERT INTO {search} ({search}, rowid, {columns}) VALUES ('delete', old.{key_column}, {});",
        of("old")
    );
    let trigger = |when: &str, event: &str, body: &[&str]| {
        let trigger = quoted(&format!("{name}_{when}"));
        format!("CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN\n  {}\nEND", body.join("\n  "))
    };
    let (content, key) = (text(&entity.plural), text(key));
    vec![
        format!(
            "CREATE VIRTUAL TABLE {search} USING fts5(\n  {columns},\n  content={content}, content_rowid={key},\n  \
             tokenize='unicode61 remove_diacritics 2', prefix='1 2 3', columnsize=0\n)"
        ),
        trigger("insert", "INSERT", &[&add]),
        trigger("delete", "DELETE", &[&drop]),
        trigger("update", &format!("UPDATE OF {columns}"), &[&drop, &add]),
    ]
}
