//! The links of a many-to-many reference: reading them, asking for them, replacing them. A caller deals with the links
//! to rows that he can see; to him the others are not there, and they survive whatever he writes.
//!
//! In each sub-query `"__link"` is the join table and `"__to"` the table that it leads to: aliases that neither a table
//! nor a joined reference has.

use std::cmp::Ordering;

use blueprint::{Blueprint, Entity, Link, Literal, Target};
use work::{Dialect, Otherwise, Refusal, Step, Value};

use super::audit::SetOfIds;
use super::dialect;
use super::sql::{Source, Sql};
use crate::access::Access;
use crate::attribute::{id_kind, value};
use crate::catalog::quoted;
use crate::request::RecordId;
use crate::scope::Scope;

/// The links of one field, as one caller sees them.
pub(super) struct Links<'a> {
    pub link: &'a Link,
    /// The rows at the other end that the caller can see.
    pub scope: Scope,
    blueprint: &'a Blueprint,
}

impl<'a> Links<'a> {
    pub fn new(blueprint: &'a Blueprint, access: &Access, link: &'a Link) -> Links<'a> {
        Links { link, blueprint, scope: access.sees_target(blueprint, link.to) }
    }

    /// The ids of a row as a JSON array, ascending.
    pub fn ids(&self, sql: &mut Sql, source: &Source) {
        let to = column("__link", &self.link.to_column);
        let ids = dialect::ids_json(&sql.dialect, &to, self.link.id);
        sql.push("(SELECT ").push(&ids);
        self.visible_rows(sql);
        sql.push(" AND ").push(&column("__link", &self.link.from_column));
        sql.push(" = ").push(&source.column("id")).push(")");
    }

    /// ` FROM …`: the links with the rows at their other end.
    pub fn from(&self, sql: &mut Sql, rows: &Source) {
        sql.push(" FROM ");
        self.table_as(sql).push(" JOIN ").source(rows);
        sql.push(" ON ").push(&rows.column("id")).push(" = ").push(&self.end());
    }

    /// The same where the rows are users.
    pub fn users(&self, sql: &mut Sql, alias: &str) {
        let alias = quoted(alias);
        sql.push(" FROM ");
        self.table_as(sql).push(" JOIN ").table("users").push(" AS ").push(&alias);
        sql.push(" ON ").push(&format!("{alias}.\"id\"")).push(" = ").push(&self.end());
    }

    /// The join table, as it stands after `FROM`.
    pub fn table_as<'s>(&self, sql: &'s mut Sql) -> &'s mut Sql {
        sql.table(&self.link.table).push(" AS \"__link\"")
    }

    /// Whose link it is.
    pub fn holder(&self) -> String {
        column("__link", &self.link.from_column)
    }

    /// Where it leads.
    pub fn end(&self) -> String {
        column("__link", &self.link.to_column)
    }

    /// The rows that are linked to one of which something holds, as a condition. `target`: those at the other end.
    pub fn any(&self, sql: &mut Sql, source: &Source, target: &Source, holds: impl FnOnce(&mut Sql)) {
        sql.push(&source.column("id")).push(" IN (SELECT ").push(&self.holder());
        self.from(sql, target);
        sql.push(" WHERE ").within(target, &self.scope).push(" AND ");
        holds(sql);
        sql.push(")");
    }

    /// The rows that are linked to one of these, as a condition.
    pub fn any_of(&self, sql: &mut Sql, source: &Source, ids: &[Value]) {
        sql.push(&source.column("id")).push(" IN (SELECT ").push(&column("__link", &self.link.from_column));
        self.visible_rows(sql);
        sql.push(" AND ").push(&column("__link", &self.link.to_column));
        sql.push(" IN (").params(ids.iter().cloned()).push("))");
    }

    /// Has the rows of these ids stay what they are until the links to them are written, where others write meanwhile.
    pub fn hold(&self, dialect: &Dialect, ids: &[Literal]) -> Option<Step> {
        if *dialect == Dialect::Sqlite || ids.is_empty() {
            return None;
        }
        let mut sql = Sql::new(dialect, "SELECT 1 FROM ");
        sql.table(self.target()).push(" WHERE \"id\" IN (SELECT \"value\" FROM ");
        sql.ids_of(self.json(ids), self.link.id, "__id").push(")");
        match self.link.to {
            Target::Entity(_) if self.scope.condition().is_some() => sql.unchanged(),
            Target::Entity(index) => sql.kept(Some(self.blueprint.entity(index))),
            Target::User => sql.kept(None),
        };
        Some(Step::Run(sql.done()))
    }

    /// Every id must lead to a row that the writer can see. One that is missing and one that is hidden give the same
    /// refusal, at the place of the first of them.
    pub fn require(&self, dialect: &Dialect, row: Row, ids: &[Literal]) -> Step {
        let mut require = Sql::new(dialect, "SELECT 1 WHERE NOT EXISTS (SELECT 1");
        self.unseen_ids(&mut require, row, ids);
        require.push(")");
        let mut probe = Sql::new(dialect, "SELECT min(\"__id\".\"key\")");
        self.unseen_ids(&mut probe, row, ids);
        let pointer = |place| Refusal::Reference { pointer: format!("/{}/{place}", self.link.key) };
        let refusals = (0..ids.len()).map(pointer).collect();
        Step::Require { statement: require.done(), none: Otherwise::Probe { statement: probe.done(), refusals } }
    }

    /// The links of a row become these.
    pub fn replace(&self, dialect: &Dialect, row: Row, ids: &[Literal]) -> [Step; 2] {
        let (table, to) = (quoted(&self.link.table), quoted(&self.link.to_column));
        let mut remove = Sql::new(dialect, "DELETE FROM ");
        remove.table(&self.link.table).push(" WHERE ").push(&quoted(&self.link.from_column)).push(" = ");
        row.push(&mut remove);
        remove.push(" AND ").push(&to).push(" NOT IN (SELECT \"value\" FROM ");
        remove.ids_of(self.json(ids), self.link.id, "__id").push(") AND ");
        self.is_visible(&mut remove, &format!("{table}.{to}"));
        [Step::Run(remove.done()), self.add(dialect, row, ids)]
    }

    /// Links of a row are added, those that there are not yet.
    pub fn add(&self, dialect: &Dialect, row: Row, ids: &[Literal]) -> Step {
        let from = quoted(&self.link.from_column);
        let mut sql = Sql::new(dialect, "INSERT INTO ");
        sql.table(&self.link.table)
            .push(" (")
            .push(&from)
            .push(", ")
            .push(&quoted(&self.link.to_column))
            .push(") SELECT ");
        row.push(&mut sql);
        sql.push(", \"value\" FROM ").ids_of(self.json(ids), self.link.id, "__id");
        sql.push(" WHERE TRUE ON CONFLICT DO NOTHING");
        Step::Run(sql.done())
    }

    /// What [`Links::replace`] will make of a row's links, for the audit.
    pub fn becomes<'s>(&'s self, source: &'s Source, ids: &'s [Literal]) -> SetOfIds<'s> {
        SetOfIds { link: self.link, ids: Box::new(move |sql| self.replaced(sql, source, ids)) }
    }

    /// These ids, and those that the writer cannot see.
    fn replaced(&self, sql: &mut Sql, source: &Source, ids: &[Literal]) {
        let to = column("__link", &self.link.to_column);
        let becomes = dialect::ids_json(&sql.dialect, "\"id\"", self.link.id);
        sql.push("(SELECT ").push(&becomes).push(" FROM (SELECT ").push(&to).push(" AS \"id\" FROM ");
        self.table_as(sql)
            .push(" WHERE ")
            .push(&column("__link", &self.link.from_column))
            .push(" = ")
            .push(&source.column("id"))
            .push(" AND NOT ");
        self.is_visible(sql, &to);
        sql.push(" UNION SELECT \"value\" FROM ").ids_of(self.json(ids), self.link.id, "__id");
        sql.push(") AS \"__all\")");
    }

    /// ` FROM … WHERE …`: the links to rows that the caller can see.
    fn visible_rows(&self, sql: &mut Sql) {
        match self.link.to {
            Target::Entity(index) => self.from(sql, &Source::joined(self.blueprint.entity(index), "__to")),
            Target::User => self.users(sql, "__to"),
        }
        sql.push(" WHERE ");
        self.within(sql);
    }

    /// ` FROM … WHERE …`: the ids among these that `row` may not be linked to.
    fn unseen_ids(&self, sql: &mut Sql, row: Row, ids: &[Literal]) {
        sql.push(" FROM ").ids_of(self.json(ids), self.link.id, "__id").push(" WHERE NOT ");
        self.is_visible(sql, "\"__id\".\"value\"");
        if self.link.to == Target::User {
            // A disabled user keeps the links that he has, so that a set that was read can be sent back.
            sql.push(" OR EXISTS (SELECT 1 FROM ").table("users");
            sql.push(" WHERE \"id\" = \"__id\".\"value\" AND \"disabled\") AND NOT EXISTS (SELECT 1 FROM ");
            sql.table(&self.link.table).push(" WHERE ");
            sql.push(&quoted(&self.link.from_column)).push(" = ");
            row.push(sql);
            sql.push(" AND ").push(&quoted(&self.link.to_column)).push(" = \"__id\".\"value\")");
        }
    }

    /// Whether an id is that of a row that the caller can see, as a condition.
    fn is_visible(&self, sql: &mut Sql, id: &str) {
        sql.push("EXISTS (SELECT 1 FROM ").table(self.target()).push(" AS \"__to\" WHERE \"__to\".\"id\" = ").push(id);
        sql.push(" AND ");
        self.within(sql);
        sql.push(")");
    }

    fn within(&self, sql: &mut Sql) {
        match self.link.to {
            Target::Entity(index) => sql.within(&Source::joined(self.blueprint.entity(index), "__to"), &self.scope),
            Target::User => sql.within_users("\"__to\".\"id\"", &self.scope),
        };
    }

    fn target(&self) -> &str {
        match self.link.to {
            Target::Entity(index) => &self.blueprint.entity(index).plural,
            Target::User => "users",
        }
    }

    fn json(&self, ids: &[Literal]) -> Value {
        Value::Json(ids_json(self.link, ids))
    }
}

/// The row whose links are written.
#[derive(Clone, Copy)]
pub(super) enum Row<'a> {
    /// The row of this id.
    Of(&'a RecordId),
    /// The row of this entity, whose ids are integers, that was inserted last.
    New(&'a Entity),
}

impl Row<'_> {
    /// Its id.
    pub fn push(self, sql: &mut Sql) {
        match self {
            Row::Of(id) => sql.typed(id.value()),
            Row::New(entity) => sql.last_id(entity),
        };
    }
}

/// Ids as a JSON array, in their order.
fn ids_json(link: &Link, ids: &[Literal]) -> String {
    let ids = ids.iter().map(|id| match value(id, id_kind(link.id), "") {
        Value::Integer(number) => number.to_string(),
        // A UUID needs no escaping.
        other => format!("\"{}\"", other.as_str().unwrap_or_default()),
    });
    format!("[{}]", ids.collect::<Vec<_>>().join(","))
}

/// The same, least first.
pub(super) fn ascending(link: &Link, ids: &[Literal]) -> String {
    let mut ids = ids.to_vec();
    ids.sort_by(|one, other| match (one, other) {
        (Literal::Integer(one), Literal::Integer(other)) => one.cmp(other),
        (Literal::Text(one), Literal::Text(other)) => one.cmp(other),
        _ => Ordering::Equal,
    });
    ids_json(link, &ids)
}

/// All links of a row of `table`, whoever may see them, as an SQL expression: what the audit keeps.
pub(super) fn all(dialect: &Dialect, link: &Link, source: &Source) -> String {
    let (table, to) = (dialect.table(&link.table), column("__link", &link.to_column));
    let (ids, from) = (dialect::ids_json(dialect, &to, link.id), column("__link", &link.from_column));
    format!("(SELECT {ids} FROM {table} AS \"__link\" WHERE {from} = {})", source.column("id"))
}

fn column(table: &str, column: &str) -> String {
    format!("{}.{}", quoted(table), quoted(column))
}
