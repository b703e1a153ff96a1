//! Rows that are shown or sorted by beside the one that refers to them: one `LEFT JOIN` each, under the rule by which
//! the caller may read *them*. A row that he may not see is joined as none, so that nothing tells the two apart.

use blueprint::{Blueprint, Entity, Target};
use work::{Column, Kind};

use super::cells::{Cell, Cells};
use super::sql::{Source, Sql};
use crate::View;
use crate::access::{Access, Scope};
use crate::attribute::Attribute;
use crate::catalog::quoted;
use crate::reference::{Path, Reference};
use crate::representation::{Expansion, Representation};

/// What Postgres keeps of an identifier.
const LONGEST_BYTES: usize = 63;
/// The place of the rows that the statement is about; the joined ones come after it.
const ROOT: usize = 0;

/// The rows that a statement reads: those that it is about, and those that are joined to them.
pub(super) struct Joins<'a> {
    blueprint: &'a Blueprint,
    access: &'a Access,
    joined: Vec<Joined<'a>>,
}

struct Joined<'a> {
    /// The references that lead to it, `prospect.company`; nothing for the root.
    way: String,
    /// The place of the rows that refer to these, and how they do.
    from: Option<(usize, Reference)>,
    rows: Rows<'a>,
    /// Which of them the caller can see.
    scope: Scope,
}

enum Rows<'a> {
    Entity(Source<'a>),
    /// The built-in users, by this alias.
    Users(String),
}

impl<'a> Joins<'a> {
    /// The rows of an entity that `scope` leaves to the caller, with what a representation adds to them.
    pub fn new(
        blueprint: &'a Blueprint,
        access: &'a Access,
        entity: &'a Entity,
        scope: &Scope,
        representation: &Representation,
    ) -> Joins<'a> {
        let rows = Rows::Entity(Source::table(entity));
        let root = Joined { way: String::new(), from: None, rows, scope: scope.clone() };
        let mut joins = Joins { blueprint, access, joined: vec![root] };
        joins.add(ROOT, &representation.expand);
        joins
    }

    /// Sees to it that an attribute can be had.
    pub fn reach(&mut self, path: Path) {
        if let Some(via) = path.via {
            self.follow(ROOT, via);
        }
    }

    /// The columns of the rows that the statement is about.
    pub fn root(&self) -> Cells<'_> {
        let source = self.source(ROOT);
        Cells::of(self.blueprint, source, self.access, &self.joined[ROOT].scope)
    }

    /// An attribute, and whether it may be null: where a reference leads is never sure.
    pub fn cell(&self, path: Path) -> (Cell<'_>, bool) {
        let root = self.root();
        let Some(place) = path.via.and_then(|via| self.find(ROOT, via)) else {
            return (root.cell(path.attribute), root.nullable(path.attribute));
        };
        let joined = Cells::of(self.blueprint, self.source(place), self.access, &self.joined[place].scope);
        (joined.cell(path.attribute), true)
    }

    /// Writes the cells of a representation, a comma after each, and says what object they make.
    pub fn select(&self, sql: &mut Sql, representation: &Representation) -> Vec<Column> {
        let attributes = representation.attributes(&self.root().view);
        self.object(sql, ROOT, &attributes, &representation.expand)
    }

    /// Writes `FROM` with every join.
    pub fn from(&self, sql: &mut Sql) {
        sql.push(" FROM ").push(&self.source(ROOT).table_as());
        for joined in &self.joined {
            let Some((from, reference)) = joined.from else { continue };
            sql.push(" LEFT JOIN ");
            let id = match &joined.rows {
                Rows::Entity(source) => {
                    sql.push(&source.table_as());
                    source.column("id")
                }
                Rows::Users(alias) => {
                    sql.push("\"users\" AS ").push(&quoted(alias));
                    user_column(alias, "id")
                }
            };
            let from = Cells::of(self.blueprint, self.source(from), self.access, &self.joined[from].scope);
            sql.push(" ON ").push(&id).push(" = ").cell(&from.cell(reference.attribute())).push(" AND ");
            match &joined.rows {
                Rows::Entity(source) => sql.within(source, &joined.scope),
                Rows::Users(_) => sql.within_column(&id, &joined.scope),
            };
        }
    }

    fn object(&self, sql: &mut Sql, place: usize, attributes: &[Attribute], expansions: &[Expansion]) -> Vec<Column> {
        let cells = Cells::of(self.blueprint, self.source(place), self.access, &self.joined[place].scope);
        let entity = cells.source.entity;
        sql.cells(&cells, attributes);
        let own = attributes.iter().map(|attribute| Column::new(attribute.column(entity), attribute.kind(entity)));
        let mut columns: Vec<Column> = own.collect();
        for expansion in expansions {
            let Some(place) = self.find(place, expansion.reference) else { continue };
            let row = match &self.joined[place].rows {
                Rows::Entity(source) => {
                    let visible = View::of(source.entity, self.access).visible();
                    self.object(sql, place, &visible, &expansion.expand)
                }
                Rows::Users(alias) => {
                    sql.push(&user_column(alias, "id")).push(", ").push(&user_column(alias, "email")).push(", ");
                    vec![Column::new("id", Kind::Uuid), Column::new("email", Kind::Text)]
                }
            };
            columns.push(Column::row(expansion.reference.name(entity), row));
        }
        columns
    }

    fn add(&mut self, from: usize, expansions: &[Expansion]) {
        for expansion in expansions {
            let place = self.follow(from, expansion.reference);
            self.add(place, &expansion.expand);
        }
    }

    /// Joins what a reference leads to, once, whoever asks.
    fn follow(&mut self, from: usize, reference: Reference) -> usize {
        if let Some(place) = self.find(from, reference) {
            return place;
        }
        let entity = self.source(from).entity;
        let name = reference.name(entity);
        let way = if from == ROOT { name.to_owned() } else { format!("{}.{name}", self.joined[from].way) };
        let alias = self.alias(&way);
        let (rows, scope) = match reference.target(entity) {
            Target::Entity(index) => {
                let entity = self.blueprint.entity(index);
                (Rows::Entity(Source::joined(entity, &alias)), self.access.sees(self.blueprint, entity))
            }
            Target::User => (Rows::Users(alias), self.access.sees_users()),
        };
        self.joined.push(Joined { way, from: Some((from, reference)), rows, scope });
        self.joined.len() - 1
    }

    fn find(&self, from: usize, reference: Reference) -> Option<usize> {
        self.joined.iter().position(|joined| joined.from == Some((from, reference)))
    }

    /// Rows that refer to others are those of an entity: users refer to nothing.
    fn source(&self, place: usize) -> &Source<'a> {
        match &self.joined[place].rows {
            Rows::Entity(source) => source,
            Rows::Users(_) => self.source(ROOT),
        }
    }

    fn alias(&self, way: &str) -> String {
        let alias = format!("_{way}");
        if alias.len() <= LONGEST_BYTES { alias } else { format!("_{}", self.joined.len()) }
    }
}

fn user_column(alias: &str, column: &str) -> String {
    format!("{}.{}", quoted(alias), quoted(column))
}
