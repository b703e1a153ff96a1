//! The rows that hang on one row by references: found as nested sub-queries from it, so that no id leaves the database.
//!
//! A chain of cascades is followed as nested sub-queries. An entity that cascades to itself, a tree, is followed by a
//! recursive query. Longer circles of cascades do not load.

use blueprint::{Blueprint, EntityIndex, Field, FieldKind, Link, OnDelete, Target};
use work::Value;

use super::sql::{DELETED_AT, Sql};
use crate::Catalog;
use crate::catalog::quoted;
use crate::request::RecordId;

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

    fn of(catalog: &Catalog, entity: EntityIndex, found: Found) -> Rows {
        let plural = &catalog.blueprint.entity(entity).plural;
        Rows { entity, table: catalog.dialect.table(plural), name: quoted(plural), found }
    }

    /// The entity and the id of the row that it is all about.
    pub fn origin(&self) -> (EntityIndex, &Value) {
        match &self.found {
            Found::Root(id) => (self.entity, id),
            Found::Referring(of, _) | Found::Below(of, _) => of.origin(),
        }
    }

    /// A query for their ids.
    pub fn ids(&self, sql: &mut Sql, which: &Which) {
        let table = &self.table;
        match &self.found {
            Found::Root(id) => {
                sql.push("SELECT ").typed(id.clone());
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
                sql.param(self.origin().1.clone()).push(")");
            }
        }
    }
}

/// All that hangs on rows.
pub(super) fn dependants<'b>(catalog: &'b Catalog, rows: &Rows) -> Vec<Dependant<'b>> {
    let blueprint = &catalog.blueprint;
    let mut found = Vec::new();
    let tree: Vec<String> = references_to(blueprint, rows.entity)
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

/// What hangs on rows but not in a tree of their own entity.
fn around<'b>(catalog: &'b Catalog, rows: &Rows, found: &mut Vec<Dependant<'b>>) {
    let blueprint = &catalog.blueprint;
    for (entity, field, on_delete) in references_to(blueprint, rows.entity) {
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
    for (entity, link) in links_to(blueprint, rows.entity) {
        found.push(Dependant::Linked(entity, link, rows.clone()));
    }
}

/// The fields that refer to an entity, and what they want done.
fn references_to(blueprint: &Blueprint, target: EntityIndex) -> impl Iterator<Item = (EntityIndex, &Field, OnDelete)> {
    let fields = blueprint.entities.iter().enumerate();
    let fields = fields.flat_map(|(place, entity)| entity.fields.iter().map(move |field| (EntityIndex(place), field)));
    fields.filter_map(move |(entity, field)| match &field.kind {
        FieldKind::Reference { to, on_delete, .. } if *to == Target::Entity(target) => {
            Some((entity, field, *on_delete))
        }
        _ => None,
    })
}

/// The many-to-many references that lead to an entity.
fn links_to(blueprint: &Blueprint, target: EntityIndex) -> impl Iterator<Item = (EntityIndex, &Link)> {
    let entities = blueprint.entities.iter().enumerate();
    let links = entities.flat_map(|(place, entity)| entity.links.iter().map(move |link| (EntityIndex(place), link)));
    links.filter(move |(_, link)| link.to == Target::Entity(target))
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
