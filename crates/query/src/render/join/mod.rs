//! Rows that are shown or sorted by beside the one that refers to them: one `LEFT JOIN` each, under the rule by which
//! the caller may read *them*. A row that he may not see is joined as none, so that nothing tells the two apart. Sets of
//! rows are no joins; they are [`array`]'s.

mod array;

use blueprint::{Blueprint, Entity, Target};
use work::{Column, Kind};

use super::cells::{Cell, Cells};
use super::sql::{Source, Sql};
use crate::View;
use crate::access::Access;
use crate::attribute::Attribute;
use crate::catalog::quoted;
use crate::reference::{Path, Reference};
use crate::representation::{Expansion, Representation};
use crate::scope::Scope;

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
    /// The references that lead to it, `prospect.company`; nothing for the rows that a whole statement is about.
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
        Joins::of(blueprint, access, "", Source::table(entity), scope.clone(), &representation.expand)
    }

    /// The same for rows that a way leads to from those of another statement.
    fn of(
        blueprint: &'a Blueprint,
        access: &'a Access,
        way: &str,
        rows: Source<'a>,
        scope: Scope,
        expand: &[Expansion],
    ) -> Joins<'a> {
        let root = Joined { way: way.to_owned(), from: None, rows: Rows::Entity(rows), scope };
        let mut joins = Joins { blueprint, access, joined: vec![root] };
        joins.add(ROOT, expand);
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

    /// What the rows are of.
    pub fn blueprint(&self) -> &'a Blueprint {
        self.blueprint
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
        sql.push(" FROM ").source(self.source(ROOT));
        self.others(sql);
    }

    /// Writes every join.
    fn others(&self, sql: &mut Sql) {
        for joined in &self.joined {
            let Some((from, reference)) = joined.from else { continue };
            sql.push(" LEFT JOIN ");
            let id = match &joined.rows {
                Rows::Entity(source) => {
                    sql.source(source);
                    source.column("id")
                }
                Rows::Users(alias) => {
                    sql.table("users").push(" AS ").push(&quoted(alias));
                    user_column(alias, "id")
                }
            };
            let from = Cells::of(self.blueprint, self.source(from), self.access, &self.joined[from].scope);
            sql.push(" ON ").push(&id).push(" = ").cell(&from.cell(reference.attribute())).push(" AND ");
            match &joined.rows {
                Rows::Entity(source) => sql.within(source, &joined.scope),
                Rows::Users(_) => sql.within_users(&id, &joined.scope),
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
            if let Reference::Link(link) = expansion.reference {
                self.array(sql, place, link, &expansion.expand);
                sql.push(", ");
                columns.push(Column::new(expansion.reference.name(entity), Kind::Json));
                continue;
            }
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
        let one = |expansion: &&Expansion| !matches!(expansion.reference, Reference::Link(_));
        for expansion in expansions.iter().filter(one) {
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
        let way = self.way(from, name);
        let alias = alias(&way).unwrap_or_else(|| self.spare_alias());
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

    /// The references that lead on by this name.
    fn way(&self, from: usize, name: &str) -> String {
        let way = &self.joined[from].way;
        if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") }
    }

    /// An alias for a way that is too long for one. Those of a sub-query differ from those around it.
    fn spare_alias(&self) -> String {
        let depth = if self.joined[ROOT].way.is_empty() { "" } else { "_" };
        format!("_{depth}{}", self.joined.len())
    }
}

fn alias(way: &str) -> Option<String> {
    Some(format!("_{way}")).filter(|alias| alias.len() <= LONGEST_BYTES)
}

fn user_column(alias: &str, column: &str) -> String {
    format!("{}.{}", quoted(alias), quoted(column))
}
