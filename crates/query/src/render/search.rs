//! `q=` as a condition: the rows that FTS5 finds, by the fields that the caller can read of them.
//!
//! Words hold nothing but letters, digits and accents, and stand in quotes, so that no word of FTS5's own language is read.

use work::Value;

use super::cells::Cells;
use super::sql::Sql;
use crate::access::Scope;
use crate::attribute::Attribute;
use crate::catalog::quoted;
use crate::search;

/// ` AND …`: the rows that have a word that begins so, for each of these words.
pub(super) fn and_found(sql: &mut Sql, cells: &Cells, rows: &Scope, words: &[String]) {
    let (always, within) = search::readable(&cells.view, rows);
    let mut scopes: Vec<&Scope> = Vec::new();
    for (scope, _) in &within {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    sql.push(" AND (");
    if always.is_empty() {
        sql.push("0");
    } else {
        found(sql, cells, &always, words);
    }
    // What is kept from the caller in some rows must not find those rows, not even together with what is not.
    for scope in scopes {
        let here = within.iter().filter(|(other, _)| other == scope).map(|(_, attribute)| *attribute);
        let readable: Vec<Attribute> = always.iter().copied().chain(here).collect();
        sql.push(" OR ").within_field(cells.source, scope).push(" AND ");
        found(sql, cells, &readable, words);
    }
    sql.push(")");
}

fn found(sql: &mut Sql, cells: &Cells, attributes: &[Attribute], words: &[String]) {
    let entity = cells.source.entity;
    let key = match entity.id {
        blueprint::IdKind::Integer => "id",
        blueprint::IdKind::Uuid => "_row",
    };
    let columns: Vec<String> = attributes.iter().map(|attribute| quoted(attribute.column(entity))).collect();
    let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    let query = format!("{{{}}} : ({})", columns.join(" "), words.join(" AND "));
    let table = quoted(&format!("_{}_search", entity.plural));
    sql.push(&format!("{} IN (SELECT rowid FROM {table} WHERE {table} MATCH ", cells.source.column(key)));
    sql.param(Value::Text(query)).push(")");
}
