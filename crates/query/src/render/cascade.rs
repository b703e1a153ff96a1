//! What happens to the rows that refer to a deleted one. The engine does it, not the database, so that each row that
//! goes or changes leaves its audit row. `restrict` needs no step: the foreign key refuses the deletion.
//!
//! A chain of cascades is followed as nested sub-queries from the deleted row. An entity that cascades to itself, a
//! tree, is followed by a recursive query. Longer circles of cascades do not load.

use blueprint::{Blueprint, EntityIndex, Field, FieldKind, OnDelete, Target};
use work::{Step, Value};

use super::audit::{self, After};
use super::sql::Sql;
use crate::catalog::quoted;
use crate::request::RecordId;
use crate::{Catalog, Plan};

/// Rows of an entity: a query for their ids, with the id of the deleted row as its one parameter.
pub(super) struct Rows {
    entity: EntityIndex,
    root: Value,
    /// The query before and after the placeholder of its parameter.
    query: (String, String),
}

impl Rows {
    /// The deleted row itself.
    pub fn one(entity: EntityIndex, id: &RecordId) -> Rows {
        Rows { entity, root: id.value(), query: ("SELECT ".to_owned(), String::new()) }
    }

    /// The rows of `entity` whose `column` refers to one of these.
    fn referring(&self, entity: EntityIndex, table: &str, column: &str) -> Rows {
        let before = format!("SELECT \"id\" FROM {table} WHERE {column} IN ({}", self.query.0);
        Rows { entity, root: self.root.clone(), query: (before, format!("{})", self.query.1)) }
    }

    /// The rows of the same entity that hang on these through `column`, at any depth, without these themselves.
    fn below(&self, table: &str, column: &str) -> Rows {
        let before = format!(
            "WITH RECURSIVE \"below\"(\"id\") AS (SELECT \"id\" FROM {table} WHERE {column} IN ({}",
            self.query.0
        );
        let after = format!(
            "{}) UNION SELECT {table}.\"id\" FROM {table} JOIN \"below\" ON {table}.{column} = \"below\".\"id\") \
             SELECT \"id\" FROM \"below\"",
            self.query.1
        );
        Rows { entity: self.entity, root: self.root.clone(), query: (before, after) }
    }

    fn ids(&self, sql: &mut Sql) {
        sql.push(&self.query.0).param(self.root.clone()).push(&self.query.1);
    }
}

/// Everything that must be done before `rows` can be deleted.
pub(super) fn steps(catalog: &Catalog, plan: &Plan, rows: &Rows) -> Vec<Step> {
    dependants(catalog, plan, rows, Whole::No)
}

/// Whether rows hold all that hangs on them within their own entity.
#[derive(PartialEq, Eq)]
enum Whole {
    /// A whole tree.
    Yes,
    /// Not yet.
    No,
}

fn dependants(catalog: &Catalog, plan: &Plan, rows: &Rows, whole: Whole) -> Vec<Step> {
    let blueprint = &catalog.blueprint;
    let mut steps = Vec::new();
    for (entity, field, on_delete) in references_to(blueprint, rows.entity) {
        let (table, column) = (quoted(&blueprint.entity(entity).plural), quoted(&field.column));
        match on_delete {
            OnDelete::Restrict => {}
            OnDelete::SetNull => steps.extend(set_null(catalog, plan, &rows.referring(entity, &table, &column), field)),
            OnDelete::Cascade if entity == rows.entity => {
                if whole == Whole::No {
                    let below = rows.below(&table, &column);
                    steps.extend(dependants(catalog, plan, &below, Whole::Yes));
                    steps.extend(delete(catalog, plan, &below));
                }
            }
            OnDelete::Cascade => {
                let children = rows.referring(entity, &table, &column);
                steps.extend(dependants(catalog, plan, &children, Whole::No));
                steps.extend(delete(catalog, plan, &children));
            }
        }
    }
    steps
}

fn delete(catalog: &Catalog, plan: &Plan, rows: &Rows) -> [Step; 2] {
    let entity = catalog.blueprint.entity(rows.entity);
    let mut audit = audit::select(plan, "delete", entity, &audit::before(entity.fields.iter()), After::Nothing);
    audit.push("\"id\" IN (");
    rows.ids(&mut audit);
    audit.push(")");
    let mut delete = Sql::new("DELETE FROM ");
    delete.push(&quoted(&entity.plural)).push(" WHERE \"id\" IN (");
    rows.ids(&mut delete);
    delete.push(")");
    [Step::Run(audit.done()), Step::Run(delete.done())]
}

fn set_null(catalog: &Catalog, plan: &Plan, rows: &Rows, field: &Field) -> [Step; 2] {
    let entity = catalog.blueprint.entity(rows.entity);
    let after = After::Values(Value::Json(format!("{{\"{}\":null}}", field.column)));
    let mut audit = audit::select(plan, "update", entity, &audit::before(std::iter::once(field)), after);
    audit.push("\"id\" IN (");
    rows.ids(&mut audit);
    audit.push(")");
    let mut update = Sql::new("UPDATE ");
    update.push(&quoted(&entity.plural)).push(" SET ").push(&quoted(&field.column)).push(" = NULL, \"updated_at\" = ");
    update.param(Value::DateTime(plan.origin.at.clone())).push(", \"_version\" = \"_version\" + 1 WHERE \"id\" IN (");
    rows.ids(&mut update);
    update.push(")");
    [Step::Run(audit.done()), Step::Run(update.done())]
}

/// The fields that refer to an entity, and what they want done.
fn references_to(blueprint: &Blueprint, target: EntityIndex) -> Vec<(EntityIndex, &Field, OnDelete)> {
    let mut found = Vec::new();
    for (place, entity) in blueprint.entities.iter().enumerate() {
        for field in &entity.fields {
            if let FieldKind::Reference { to, on_delete, .. } = &field.kind
                && *to == Target::Entity(target)
            {
                found.push((EntityIndex(place), field, *on_delete));
            }
        }
    }
    found
}
