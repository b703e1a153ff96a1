//! The rows that a row is linked to, as a JSON array in one cell: a sub-query under the rule by which the caller may read
//! *them*, each row with what it shows him, by ascending ids.

use blueprint::Target;
use work::Kind;

use super::{Joins, ROOT, Rows, alias, user_column};
use crate::View;
use crate::attribute::Attribute;
use crate::reference::Reference;
use crate::render::cells::Cells;
use crate::render::json;
use crate::render::links::Links;
use crate::render::sql::{Source, Sql};
use crate::representation::Expansion;

/// What the users at the end of links are called in a sub-query.
const USERS: &str = "__to";
/// The alias of rows to which the way is too long for one.
const SPARE: &str = "__0";

impl Joins<'_> {
    /// Writes the rows that those at `place` are linked to, as one cell; null where the caller cannot read the link.
    pub(super) fn array(&self, sql: &mut Sql, place: usize, link: usize, expand: &[Expansion]) {
        let holder = self.cells(place);
        let cell = holder.cell(Attribute::Link(link));
        sql.shown(&cell, |sql| {
            let links = Links::new(self.blueprint, self.access, &holder.source.entity.links[link]);
            match links.link.to {
                Target::Entity(target) => {
                    let way = self.way(place, &links.link.name);
                    let name = alias(&way).unwrap_or_else(|| SPARE.to_owned());
                    let rows = Source::joined(self.blueprint.entity(target), &name);
                    let scope = links.scope.clone();
                    let inner = Joins::of(self.blueprint, self.access, &way, rows, scope, expand);
                    inner.as_array(sql, &links, holder.source, expand);
                }
                Target::User => users(sql, &links, holder.source),
            }
        });
    }

    fn as_array(&self, sql: &mut Sql, links: &Links, holder: &Source, expand: &[Expansion]) {
        begin(sql);
        self.json_object(sql, ROOT, expand);
        let rows = self.source(ROOT);
        end(sql, &rows.column("id"));
        links.from(sql, rows);
        self.others(sql);
        sql.push(" WHERE ").push(&links.holder()).push(" = ").push(&holder.column("id")).push(" AND ");
        sql.within(rows, &links.scope).push(")");
    }

    /// Writes the JSON text of a row of these.
    fn json_object(&self, sql: &mut Sql, place: usize, expand: &[Expansion]) {
        let cells = self.cells(place);
        let entity = cells.source.entity;
        let mut before = '{';
        for attribute in View::of(entity, self.access).visible() {
            sql.push(&format!("'{before}\"{}\":' || ", attribute.column(entity)));
            sql.json(&cells.cell(attribute), attribute.kind(entity)).push(" || ");
            before = ',';
        }
        for expansion in expand {
            sql.push(&format!("',\"{}\":' || ", expansion.reference.name(entity)));
            self.json_row(sql, place, expansion);
            sql.push(" || ");
        }
        sql.push("'}'");
    }

    /// Writes the JSON text of what a row is expanded by, or of null.
    fn json_row(&self, sql: &mut Sql, from: usize, expansion: &Expansion) {
        if let Reference::Link(link) = expansion.reference {
            sql.push("coalesce(");
            self.array(sql, from, link, &expansion.expand);
            sql.push(", 'null')");
            return;
        }
        let Some(place) = self.find(from, expansion.reference) else {
            sql.push("'null'");
            return;
        };
        let id = match &self.joined[place].rows {
            Rows::Entity(source) => source.column("id"),
            Rows::Users(alias) => user_column(alias, "id"),
        };
        sql.push("CASE WHEN ").push(&id).push(" IS NULL THEN 'null' ELSE ");
        match &self.joined[place].rows {
            Rows::Entity(_) => self.json_object(sql, place, &expansion.expand),
            Rows::Users(alias) => json_user(sql, alias),
        }
        sql.push(" END");
    }

    fn cells(&self, place: usize) -> Cells<'_> {
        Cells::of(self.blueprint, self.source(place), self.access, &self.joined[place].scope)
    }
}

fn users(sql: &mut Sql, links: &Links, holder: &Source) {
    let id = user_column(USERS, "id");
    begin(sql);
    json_user(sql, USERS);
    end(sql, &id);
    links.users(sql, USERS);
    sql.push(" WHERE ").push(&links.holder()).push(" = ").push(&holder.column("id")).push(" AND ");
    sql.within_users(&id, &links.scope).push(")");
}

fn json_user(sql: &mut Sql, alias: &str) {
    let id = json::text(&sql.dialect, Kind::Uuid, &user_column(alias, "id"));
    let email = json::text(&sql.dialect, Kind::Text, &user_column(alias, "email"));
    sql.push(&format!("'{{\"id\":' || {id} || ',\"email\":' || {email} || '}}'"));
}

/// Texts are put together, not values: numbers and JSON documents stay as they are written elsewhere.
fn begin(sql: &mut Sql) {
    sql.push("(SELECT '[' || coalesce(string_agg(");
}

fn end(sql: &mut Sql, id: &str) {
    sql.push(", ',' ORDER BY ").push(id).push("), '') || ']'");
}
