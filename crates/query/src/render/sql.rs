//! SQL text with its parameters, built left to right, and the conditions that recur: scope, id, version.

use blueprint::Entity;
use work::{Dialect, Statement, Value};

use crate::catalog::quoted;
use crate::request::{IfMatch, RecordId};
use crate::scope::{OwnerId, Scope};

/// When a row went to the trash; null if it is not there.
pub(super) const DELETED_AT: &str = "_deleted_at";

/// Rows of an entity in a statement, under the name by which its columns are called there.
///
/// Every column is qualified: a statement may hold a table twice, as a task and its parent.
#[derive(Debug, Clone)]
pub(super) struct Source<'a> {
    pub entity: &'a Entity,
    name: String,
}

impl<'a> Source<'a> {
    /// The table itself.
    pub fn table(entity: &'a Entity) -> Source<'a> {
        Source { entity, name: quoted(&entity.plural) }
    }

    /// The same rows a second time, or those of another entity, under a name that no table has.
    pub fn joined(entity: &'a Entity, alias: &str) -> Source<'a> {
        Source { entity, name: quoted(alias) }
    }

    fn is_joined(&self) -> bool {
        self.name != quoted(&self.entity.plural)
    }

    /// `"prospects"."name"`.
    pub fn column(&self, column: &str) -> String {
        format!("{}.{}", self.name, quoted(column))
    }
}

/// A statement under construction.
#[derive(Debug)]
pub(super) struct Sql {
    pub dialect: Dialect,
    text: String,
    params: Vec<Value>,
}

impl Sql {
    pub fn new(dialect: &Dialect, text: &str) -> Sql {
        Sql::with(dialect, text, Vec::new())
    }

    /// The beginning of a statement with the parameters that it has already.
    pub fn with(dialect: &Dialect, text: &str, params: Vec<Value>) -> Sql {
        Sql { dialect: dialect.clone(), text: text.to_owned(), params }
    }

    pub fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Adds a parameter and its placeholder.
    pub fn param(&mut self, value: Value) -> &mut Sql {
        self.params.push(value);
        let parameter = self.dialect.parameter(self.params.len());
        self.push(&parameter)
    }

    /// Adds parameters with commas between.
    pub fn params(&mut self, values: impl IntoIterator<Item = Value>) -> &mut Sql {
        for (place, value) in values.into_iter().enumerate() {
            self.push(if place == 0 { "" } else { ", " }).param(value);
        }
        self
    }

    /// A table, as it stands after `FROM`, `JOIN`, `INTO` or `UPDATE`.
    pub fn table(&mut self, name: &str) -> &mut Sql {
        let table = self.dialect.table(name);
        self.push(&table)
    }

    /// The same under the name that its columns are called by.
    pub fn source(&mut self, source: &Source) -> &mut Sql {
        self.table(&source.entity.plural);
        if source.is_joined() { self.push(" AS ").push(&source.name) } else { self }
    }

    /// The rows of a scope, as a condition: none that is in the trash. Every statement that touches rows of callers comes
    /// through here.
    pub fn within(&mut self, source: &Source, scope: &Scope) -> &mut Sql {
        self.within_field(source, scope).and_live(source)
    }

    /// The same of rows that a list looks for.
    pub fn among(&mut self, source: &Source, scope: &Scope) -> &mut Sql {
        match scope {
            Scope::Where(expr) => self.finding(source, expr).and_live(source),
            scope => self.within(source, scope),
        }
    }

    /// That they are not in the trash, as one more condition.
    pub fn and_live(&mut self, source: &Source) -> &mut Sql {
        if source.entity.soft_delete {
            self.push(" AND ").push(&source.column(DELETED_AT)).push(" IS NULL")
        } else {
            self
        }
    }

    /// The rows of a scope that are in the trash, as a condition.
    pub fn within_trash(&mut self, source: &Source, scope: &Scope) -> &mut Sql {
        self.within_field(source, scope).push(" AND ").push(&source.column(DELETED_AT)).push(" IS NOT NULL")
    }

    /// The rows of a scope in which a field can be read. They are a part of the rows that the statement is about, which
    /// [`Sql::within`] has chosen already.
    pub fn within_field(&mut self, source: &Source, scope: &Scope) -> &mut Sql {
        match scope {
            Scope::Where(expr) => self.condition(source, expr),
            scope => self.within_column(&source.column("user_id"), scope),
        }
    }

    /// Users of a scope, by the column that holds their ids.
    pub fn within_users(&mut self, id: &str, scope: &Scope) -> &mut Sql {
        self.within_column(id, scope)
    }

    fn within_column(&mut self, owner: &str, scope: &Scope) -> &mut Sql {
        match scope {
            // A condition is one for rows of an entity, and names columns that nothing else has.
            Scope::Nothing | Scope::Where(_) => self.push("FALSE"),
            Scope::Everything => self.push("TRUE"),
            Scope::OwnedBy(OwnerId::User(id)) => self.push(owner).push(" = ").param(Value::Uuid(id.clone())),
        }
    }

    /// One row of a scope, as a condition.
    pub fn row(&mut self, source: &Source, id: &RecordId, scope: &Scope) -> &mut Sql {
        self.push(&source.column("id")).push(" = ").param(id.value()).push(" AND ").within(source, scope)
    }

    /// One row of a scope that is in the trash, as a condition.
    pub fn trashed_row(&mut self, source: &Source, id: &RecordId, scope: &Scope) -> &mut Sql {
        self.push(&source.column("id")).push(" = ").param(id.value()).push(" AND ").within_trash(source, scope)
    }

    /// The version that the caller expects, as one more condition.
    pub fn and_version(&mut self, if_match: &IfMatch) -> &mut Sql {
        match if_match {
            IfMatch::Absent | IfMatch::Any => self,
            IfMatch::Missing | IfMatch::Never => self.push(" AND FALSE"),
            IfMatch::Versions(versions) => {
                let versions = versions.iter().map(|version| Value::Integer(*version));
                self.push(" AND \"_version\" IN (").params(versions).push(")")
            }
        }
    }

    pub fn done(self) -> Statement {
        Statement::new(self.text, self.params)
    }
}

/// A text as an SQL literal, for keys of JSON objects that are built in SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_does_not_end_its_literal() {
        assert_eq!(super::literal("it's ''"), "'it''s '''''");
    }
}
