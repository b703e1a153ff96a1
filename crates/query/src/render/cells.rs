//! Columns and links as one caller may see them: the one door from an [`Attribute`] to SQL.
//!
//! Where a field is kept from the caller in some rows, its cell is null in those rows, wherever it stands: what is not
//! shown can be neither filtered nor sorted by, and no cursor holds it.

use std::sync::Arc;

use blueprint::Blueprint;
use work::{Kind, Shape, Value};

use super::links::Links;
use super::sql::{Source, Sql};
use crate::access::Access;
use crate::attribute::{self, Attribute};
use crate::catalog::{Table, shape};
use crate::scope::Scope;
use crate::{Shown, View};

/// The columns of a source as a caller may see them, for rows of a scope.
pub(super) struct Cells<'a> {
    pub source: &'a Source<'a>,
    pub view: View<'a>,
    blueprint: &'a Blueprint,
    access: &'a Access,
    rows: &'a Scope,
    /// Outside of these, nothing is shown that is kept from the caller in some rows.
    seen: Option<&'a Scope>,
}

/// One column, or set of links, as a caller may see it.
pub(super) struct Cell<'a> {
    source: &'a Source<'a>,
    holds: Holds<'a>,
    shown: Shown,
}

enum Holds<'a> {
    Column(String),
    Links(Links<'a>),
}

impl<'a> Cells<'a> {
    /// `rows`: those of the source that the statement is about; a rule that holds for all of them costs nothing.
    pub fn of(blueprint: &'a Blueprint, source: &'a Source<'a>, access: &'a Access, rows: &'a Scope) -> Cells<'a> {
        Cells { source, view: View::of(source.entity, access), blueprint, access, rows, seen: None }
    }

    /// The same of a row that has just changed, and that may be one that the caller cannot read any more.
    pub fn changed(blueprint: &'a Blueprint, source: &'a Source<'a>, access: &'a Access) -> Cells<'a> {
        let seen = access.may_lose().then(|| access.read());
        Cells { seen, ..Cells::of(blueprint, source, access, access.lasting()) }
    }

    /// An attribute of the source.
    pub fn cell(&self, attribute: Attribute) -> Cell<'a> {
        let shown = match (self.view.shows(attribute, self.rows), self.seen) {
            (Shown::Within(scope), Some(seen)) => Shown::Within(scope.and(seen.clone())),
            (shown, _) => shown,
        };
        let entity = self.source.entity;
        let holds = match attribute {
            Attribute::Link(place) => Holds::Links(Links::new(self.blueprint, self.access, &entity.links[place])),
            column => Holds::Column(self.source.column(column.column(entity))),
        };
        Cell { source: self.source, holds, shown }
    }

    /// Whether the caller may find null there.
    pub fn nullable(&self, attribute: Attribute) -> bool {
        self.view.nullable(attribute, self.rows)
    }

    /// Whether the caller can read the attribute in all of the rows.
    pub fn is_plain(&self, attribute: Attribute) -> bool {
        self.view.shows(attribute, self.rows) == Shown::Always
    }

    /// The shape of a whole row: what [`Sql::whole`] selects.
    pub fn whole_shape(&self, table: &Table) -> Arc<Shape> {
        if !table.ruled {
            return table.shape.clone();
        }
        let captured = [Kind::Integer, attribute::id_kind(self.source.entity.id)];
        Arc::new(shape(self.source.entity, &self.view.visible(), &captured))
    }
}

impl Cell<'_> {
    /// Whether the set of links holds one of these, as a condition. No column does.
    pub fn holds_any(&self, sql: &mut Sql, ids: &[Value]) {
        self.links(sql, |links, sql| links.any_of(sql, self.source, ids));
    }

    /// Whether a row of `target` of which something holds is among those that it is linked to, as a condition.
    pub fn leads_to(&self, sql: &mut Sql, target: &Source, holds: impl FnOnce(&mut Sql)) {
        self.links(sql, |links, sql| links.any(sql, self.source, target, holds));
    }

    /// A condition on links, in the rows in which the caller can read them.
    fn links(&self, sql: &mut Sql, holds: impl FnOnce(&Links, &mut Sql)) {
        match (&self.holds, &self.shown) {
            (Holds::Column(_), _) | (_, Shown::Never) => {
                sql.push("FALSE");
            }
            (Holds::Links(links), Shown::Always) => holds(links, sql),
            (Holds::Links(links), Shown::Within(scope)) => {
                sql.within_field(self.source, scope).push(" AND ");
                holds(links, sql);
            }
        }
    }

    fn push(&self, sql: &mut Sql) {
        match &self.holds {
            Holds::Links(links) => links.ids(sql, self.source),
            Holds::Column(column) => {
                sql.push(column);
            }
        }
    }
}

impl Sql {
    /// A column as the caller may see it.
    pub fn cell(&mut self, cell: &Cell) -> &mut Sql {
        self.shown(cell, |sql| cell.push(sql));
        self
    }

    /// What stands for a cell, or null where the caller cannot read it.
    pub fn shown(&mut self, cell: &Cell, write: impl FnOnce(&mut Sql)) {
        match &cell.shown {
            Shown::Always => write(self),
            Shown::Never => {
                self.push("NULL");
            }
            Shown::Within(scope) => {
                self.push("CASE WHEN ").within_field(cell.source, scope).push(" THEN ");
                write(self);
                self.push(" END");
            }
        }
    }

    /// These attributes, and a comma after each.
    pub fn cells(&mut self, cells: &Cells, attributes: &[Attribute]) -> &mut Sql {
        attributes.iter().fold(self, |sql, attribute| sql.cell(&cells.cell(*attribute)).push(", "))
    }

    /// A whole row, then its version and its id.
    pub fn whole(&mut self, cells: &Cells, table: &Table) -> &mut Sql {
        if !table.ruled {
            return self.push(&table.select);
        }
        self.cells(cells, &cells.view.visible());
        self.push(&cells.source.column("_version")).push(", ").push(&cells.source.column("id"))
    }
}
