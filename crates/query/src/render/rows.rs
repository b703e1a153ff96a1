//! The rows that hang on one row by references: found as nested sub-queries from it, so that no id leaves the database.
//!
//! A chain of cascades is followed as nested sub-queries. An entity that cascades to itself, a tree, is followed by a
//! recursive query. Longer circles of cascades do not load.

use blueprint::{Blueprint, EntityIndex, Field, FieldKind, Link, OnDelete, OnUserDelete, Target};
use work::Value;

use super::sql::{DELETED_AT, Sql};
use crate::Catalog;
use crate::catalog::quoted;
use crate::request::RecordId;

/// In the place of an entity: users, who are none. Only compared with others.
const USERS: EntityIndex = EntityIndex(usize::MAX);

/// Rows of an entity.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub entity: EntityIndex,
    /// The table, as it stands after `FROM`, and the name that its columns are called by.
    table: String,
    name: String,
    found: Found,
}

#[derive(Debug, Clone)]
enum Found {
    /// The row that it is all about.
    Root(Value),
    /// The user that it is all about, who is no row of an entity.
    User(Value),
    /// Those whose column is a user's id.
    OfUser(String, Value),
    /// Those whose column refers to one of others.
    Referring(Box<Rows>, String),
    /// Those of the same entity that hang on others through these columns, at any depth.
    Below(Box<Rows>, Vec<String>),
}

/// Which of the rows that hang on a row are meant.
#[derive(Debug, Clone)]
pub(super) enum Which {
    /// All, those in the trash too.
    All,
    /// Those that are not in the trash.
    Live,
    /// Those that are not in the trash, or went there at this time.
    LiveUntil(String),
    /// Those that went to the trash with the row that it is all about, which is of this table and still there.
    GoneWith(String),
}

/// What hangs on rows, in the order in which it must be dealt with: what is furthest away first.
pub(super) enum Dependant<'b> {
    /// These rows go along.
    Along(Rows),
    /// The rows whose field refers to one of these let go of it.
    Cleared(EntityIndex, &'b Field, Rows),
    /// The rows whose field refers to one of these want it to stay.
    Held(EntityIndex, &'b Field, Rows),
    /// The rows whose set of links holds one of these.
    Linked(EntityIndex, &'b Link, Rows),
}

impl Rows {
    /// The row that it is all about.
    pub fn root(catalog: &Catalog, entity: EntityIndex, id: &RecordId) -> Rows {
        Rows::of(catalog, entity, Found::Root(id.value()))
    }

    fn referring(&self, catalog: &Catalog, entity: EntityIndex, field: &Field) -> Rows {
        Rows::of(catalog, entity, Found::Referring(Box::new(self.clone()), quoted(&field.column)))
    }

    fn below(&self, catalog: &Catalog, columns: Vec<String>) -> Rows {
        Rows::of(catalog, self.entity, Found::Below(Box::new(self.clone()), columns))
    }

    /// A user, to whom rows refer.
    fn user(catalog: &Catalog, user: &Value) -> Rows {
        let (table, name) = (catalog.dialect.table("users"), quoted("users"));
        Rows { entity: USERS, table, name, found: Found::User(user.clone()) }
    }

    fn of(catalog: &Catalog, entity: EntityIndex, found: Found) -> Rows {
        let plural = &catalog.blueprint.entity(entity).plural;
        Rows { entity, table: catalog.dialect.table(plural), name: quoted(plural), found }
    }

    /// The entity and the id of the row that it is all about, if that is one.
    pub fn origin(&self) -> Option<(EntityIndex, &Value)> {
        match &self.found {
            Found::Root(id) => Some((self.entity, id)),
            Found::User(_) | Found::OfUser(..) => None,
            Found::Referring(of, _) | Found::Below(of, _) => of.origin(),
        }
    }

    /// A query for their ids.
    pub fn ids(&self, sql: &mut Sql, which: &Which) {
        let table = &self.table;
        match &self.found {
            Found::Root(id) | Found::User(id) => {
                sql.push("SELECT ").typed(id.clone());
            }
            Found::OfUser(column, user) => {
                sql.push(&format!("SELECT \"id\" FROM {table} WHERE {column} = ")).typed(user.clone());
                self.and_meant(sql, which);
            }
            Found::Referring(of, column) => {
                sql.push(&format!("SELECT \"id\" FROM {table} WHERE {column} IN ("));
                of.ids(sql, which);
                sql.push(")");
                self.and_meant(sql, which);
            }
            Found::Below(of, columns) => {
                let name = &self.name;
                sql.push(&format!("WITH RECURSIVE \"below\"(\"id\") AS (SELECT \"id\" FROM {table} WHERE "));
                either(sql, columns, |sql, column| {
                    sql.push(&format!("{column} IN ("));
                    of.ids(sql, which);
                    sql.push(")");
                });
                self.and_meant(sql, which);
                sql.push(&format!(" UNION SELECT {name}.\"id\" FROM {table} JOIN \"below\" ON "));
                either(sql, columns, |sql, column| {
                    sql.push(&format!("{name}.{column} = \"below\".\"id\""));
                });
                self.and_meant(sql, which);
                sql.push(") SELECT \"id\" FROM \"below\"");
            }
        }
    }

    fn and_meant(&self, sql: &mut Sql, which: &Which) {
        let deleted_at = format!("{}.{}", self.name, quoted(DELETED_AT));
        match which {
            Which::All => {}
            Which::Live => {
                sql.push(&format!(" AND {deleted_at} IS NULL"));
            }
            Which::LiveUntil(at) => {
                let at = || Value::DateTime(at.clone());
                sql.push(&format!(" AND coalesce({deleted_at}, ")).param(at()).push(") = ").param(at());
            }
            Which::GoneWith(table) => {
                sql.push(&format!(" AND {deleted_at} = (SELECT \"_deleted_at\" FROM {table} WHERE \"id\" = "));
                sql.param(self.origin().map_or(Value::Null, |(_, id)| id.clone())).push(")");
            }
        }
    }
}

/// All that hangs on rows.
pub(super) fn dependants<'b>(catalog: &'b Catalog, rows: &Rows) -> Vec<Dependant<'b>> {
    let blueprint = &catalog.blueprint;
    let mut found = Vec::new();
    let tree: Vec<String> = references_to(blueprint, Target::Entity(rows.entity))
        .filter(|(entity, _, on_delete)| *entity == rows.entity && *on_delete == OnDelete::Cascade)
        .map(|(_, field, _)| quoted(&field.column))
        .collect();
    if !tree.is_empty() {
        let below = rows.below(catalog, tree);
        around(catalog, &below, &mut found);
        found.push(Dependant::Along(below));
    }
    around(catalog, rows, &mut found);
    found
}

/// All that hangs on a user: what is his and goes with him, and what refers to him. What must stay is not told: foreign keys
/// know it.
pub(super) fn dependants_of_user<'b>(catalog: &'b Catalog, user: &Value) -> Vec<Dependant<'b>> {
    let blueprint = &catalog.blueprint;
    let himself = Rows::user(catalog, user);
    let to_users: Vec<_> = references_to(blueprint, Target::User).collect();
    let mut found = Vec::new();
    for index in referring_first(blueprint) {
        let entity = blueprint.entity(index);
        let owned = entity.owned && entity.on_user_delete == OnUserDelete::Delete;
        let owner = owned.then_some("user_id").into_iter();
        let cascading = to_users.iter().filter(|(from, _, does)| *from == index && *does == OnDelete::Cascade);
        for column in owner.chain(cascading.map(|(_, field, _)| field.column.as_str())) {
            let rows = Rows::of(catalog, index, Found::OfUser(quoted(column), user.clone()));
            found.extend(dependants(catalog, &rows));
            found.push(Dependant::Along(rows));
        }
    }
    let cleared = to_users.iter().filter(|(_, _, does)| *does == OnDelete::SetNull);
    found.extend(cleared.map(|(entity, field, _)| Dependant::Cleared(*entity, field, himself.clone())));
    let linked = links_to(blueprint, Target::User);
    found.extend(linked.map(|(entity, link)| Dependant::Linked(entity, link, himself.clone())));
    found
}

/// The entities, each before those that it refers to, as far as that goes: rows that all go are not to hold each other.
fn referring_first(blueprint: &Blueprint) -> Vec<EntityIndex> {
    let mut left: Vec<EntityIndex> = (0..blueprint.entities.len()).map(EntityIndex).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |index: &EntityIndex| {
            let target = Target::Entity(*index);
            let fields = references_to(blueprint, target).map(|(from, ..)| from);
            let links = links_to(blueprint, target).map(|(from, _)| from);
            !fields.chain(links).any(|from| from != *index && left.contains(&from))
        };
        let next = left.iter().position(is_free).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

/// What hangs on rows but not in a tree of their own entity.
fn around<'b>(catalog: &'b Catalog, rows: &Rows, found: &mut Vec<Dependant<'b>>) {
    let blueprint = &catalog.blueprint;
    for (entity, field, on_delete) in references_to(blueprint, Target::Entity(rows.entity)) {
        match on_delete {
            OnDelete::Restrict => found.push(Dependant::Held(entity, field, rows.clone())),
            OnDelete::SetNull => found.push(Dependant::Cleared(entity, field, rows.clone())),
            OnDelete::Cascade if entity == rows.entity => {}
            OnDelete::Cascade => {
                let children = rows.referring(catalog, entity, field);
                found.extend(dependants(catalog, &children));
                found.push(Dependant::Along(children));
            }
        }
    }
    for (entity, link) in links_to(blueprint, Target::Entity(rows.entity)) {
        found.push(Dependant::Linked(entity, link, rows.clone()));
    }
}

/// The fields that refer to an entity or to users, and what they want done.
fn references_to(blueprint: &Blueprint, target: Target) -> impl Iterator<Item = (EntityIndex, &Field, OnDelete)> {
    let fields = blueprint.entities.iter().enumerate();
    let fields = fields.flat_map(|(place, entity)| entity.fields.iter().map(move |field| (EntityIndex(place), field)));
    fields.filter_map(move |(entity, field)| match &field.kind {
        FieldKind::Reference { to, on_delete, .. } if *to == target => Some((entity, field, *on_delete)),
        _ => None,
    })
}

/// The many-to-many references that lead to an entity or to users.
fn links_to(blueprint: &Blueprint, target: Target) -> impl Iterator<Item = (EntityIndex, &Link)> {
    let entities = blueprint.entities.iter().enumerate();
    let links = entities.flat_map(|(place, entity)| entity.links.iter().map(move |link| (EntityIndex(place), link)));
    links.filter(move |(_, link)| link.to == target)
}

/// Something of one column or another.
fn either(sql: &mut Sql, columns: &[String], write: impl Fn(&mut Sql, &str)) {
    let (before, after) = if columns.len() == 1 { ("", "") } else { ("(", ")") };
    sql.push(before);
    for (place, column) in columns.iter().enumerate() {
        sql.push(if place == 0 { "" } else { " OR " });
        write(sql, column);
    }
    sql.push(after);
}
