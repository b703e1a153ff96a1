//! What `q=` searches: an FTS5 table of the words of an entity's searched fields, kept by triggers of plain SQL, so that
//! it stays right whoever writes. Rows in the trash stay in it; the statement that searches leaves them out.
//!
//! What a word is stands in docs/search.md; the tokenizer here and the reader of `q` must agree on it.

use blueprint::{Entity, IdKind};

use crate::name::{quoted, search_table_name, text};

/// Whether an entity has fields that `q=` searches.
pub(crate) fn is_searched(entity: &Entity) -> bool {
    entity.fields.iter().any(|field| field.search)
}

/// The table and its triggers, if the entity is searched.
pub(crate) fn of_entity(entity: &Entity) -> Vec<String> {
    if !is_searched(entity) {
        return Vec::new();
    }
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
