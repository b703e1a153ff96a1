//! `q=` as a condition: the rows that the database finds, by the fields that the caller can read of them.
//!
//! Words hold nothing but letters, digits and accents, so that no word of a database's own language of search is read.

use super::cells::Cells;
use super::sql::Sql;
use crate::attribute::Attribute;
use crate::scope::Scope;
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
        sql.push("FALSE");
    } else {
        sql.found(cells, &always, words);
    }
    // What is kept from the caller in some rows must not find those rows, not even together with what is not.
    for scope in scopes {
        let here = within.iter().filter(|(other, _)| other == scope).map(|(_, attribute)| *attribute);
        let readable: Vec<Attribute> = always.iter().copied().chain(here).collect();
        sql.push(" OR ").within_field(cells.source, scope).push(" AND ").found(cells, &readable, words);
    }
    sql.push(")");
}
