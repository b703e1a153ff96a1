//! What is the same for every request, rendered once at start: the shapes of rows and the SQL of the fixed operations.

use std::sync::Arc;

use blueprint::{Blueprint, Entity, Rule};
use work::{Column, Dialect, Kind, Shape};

use crate::View;
use crate::attribute::{self, Attribute};
use crate::render::fixed;

/// The SQL of a blueprint, ready to be filled with parameters.
#[derive(Debug)]
pub struct Catalog {
    pub(crate) blueprint: Arc<Blueprint>,
    pub(crate) dialect: Dialect,
    pub(crate) tables: Vec<Table>,
}

/// What is fixed about one entity.
#[derive(Debug)]
pub(crate) struct Table {
    /// `"prospects"`, as it stands after `FROM`.
    pub name: String,
    /// All visible attributes, then the version and the id captured.
    pub shape: Arc<Shape>,
    /// The select list of that shape.
    pub select: String,
    /// Some field is kept from some callers, or there are links, of which each sees his own, so that shape and select
    /// list are each caller's own.
    pub ruled: bool,
    /// One row by id, among all.
    pub get: Arc<str>,
    /// One row by id and owner.
    pub get_owned: Arc<str>,
    /// A new row, with every column.
    pub insert: Arc<str>,
}

impl Catalog {
    /// Renders what is fixed.
    pub fn new(blueprint: Arc<Blueprint>, dialect: Dialect) -> Catalog {
        let tables = blueprint.entities.iter().map(|entity| Table::new(&dialect, entity)).collect();
        Catalog { blueprint, dialect, tables }
    }
}

impl Table {
    fn new(dialect: &Dialect, entity: &Entity) -> Table {
        let name = dialect.table(&entity.plural);
        let visible = View::document(entity).visible();
        let shape = shape(entity, &visible, &[Kind::Integer, attribute::id_kind(entity.id)]);
        let select = select_list(entity, &visible, "\"_version\", \"id\"");
        Table {
            get: fixed::get(dialect, entity, &select, false).into(),
            get_owned: fixed::get(dialect, entity, &select, true).into(),
            ruled: !entity.links.is_empty()
                || entity.fields.iter().any(|field| !field.hidden && field.read != Rule::Anyone),
            insert: (fixed::insert(dialect, entity) + " RETURNING " + &select).into(),
            shape: Arc::new(shape),
            select,
            name,
        }
    }
}

/// The shape of a row with these attributes, and these columns captured after them.
pub(crate) fn shape(entity: &Entity, attributes: &[Attribute], captured: &[Kind]) -> Shape {
    let columns = attributes.iter().map(|attribute| Column::new(attribute.column(entity), attribute.kind(entity)));
    Shape { columns: columns.collect(), captured: captured.to_vec() }
}

/// The select list of such a shape, of a row that keeps nothing from anybody and has no links.
fn select_list(entity: &Entity, attributes: &[Attribute], captured: &str) -> String {
    let columns = attributes.iter().map(|attribute| quoted(attribute.column(entity)) + ", ");
    columns.chain([captured.to_owned()]).collect()
}

/// A name as an SQL identifier. Names from a blueprint hold no quote, but this is the one door, so it doubles them.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
