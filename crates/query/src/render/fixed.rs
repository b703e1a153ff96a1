//! The statements that do not change from request to request; rendered once, at start.

use blueprint::Entity;
use work::Dialect;

use crate::catalog::quoted;

/// One row by id, the first parameter, and if owned by owner, the second.
pub(crate) fn get(dialect: &Dialect, entity: &Entity, select: &str, owned: bool) -> String {
    let (table, id) = (dialect.table(&entity.plural), dialect.parameter(1));
    let owner = if owned { format!(" AND \"user_id\" = {}", dialect.parameter(2)) } else { String::new() };
    let live = if entity.soft_delete { " AND \"_deleted_at\" IS NULL" } else { "" };
    format!("SELECT {select} FROM {table} WHERE \"id\" = {id}{owner}{live}")
}

/// A new row: [`columns`] in their order. What it returns is added by the caller.
pub(crate) fn insert(dialect: &Dialect, entity: &Entity) -> String {
    let columns = columns(entity);
    let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let places: Vec<String> = (1..=columns.len()).map(|place| dialect.parameter(place)).collect();
    let table = dialect.table(&entity.plural);
    format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "))
}

/// The columns of a new row: the id if it is not the database's to make, the owner, the fields, the stamps.
pub(crate) fn columns(entity: &Entity) -> Vec<&str> {
    let id = (entity.id == blueprint::IdKind::Uuid).then_some("id");
    let owner = entity.owned.then_some("user_id");
    let fields = entity.fields.iter().map(|field| field.column.as_str());
    id.into_iter().chain(owner).chain(fields).chain(["created_at", "updated_at"]).collect()
}
