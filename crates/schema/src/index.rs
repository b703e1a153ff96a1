//! Which indexes a table gets. Every one of them is paid for by each write, so each has to earn its place.
//!
//! * Lists of an owned entity always fix `user_id`, so its indexes lead with it and end in `id`, the last tie-break.
//! * References also get an index that begins with the column: deletions look for the children of a row.
//! * Unique fields need no second index when the unique one serves sorting too: not where some have no value, for these stand
//!   in it without order.
//! * Where rows go to the trash, unique fields and lists are of the rows that are not there: a value is free again, and a
//!   full trash makes no list slower. Only the indexes that the database needs for foreign keys hold all rows.
//! * `created_at` is indexed, because new rows only ever go to its end and "newest first" is what lists mostly ask
//!   for. `updated_at` is not: each change would move its entry, and sorting by it stays correct without.

use blueprint::{Entity, Field, FieldKind, Unique};
use work::Dialect;

use crate::name::{index_name, quoted, unique_index_name};

/// Indexes of an entity's table.
pub(crate) fn of_entity(dialect: &Dialect, entity: &Entity) -> Vec<String> {
    let table = Table { dialect, name: &entity.plural, owned: entity.owned, trash: entity.soft_delete };
    let mut statements = Vec::new();
    if entity.owned {
        let name = index_name(table.name, "user_id", "index");
        // For SQLite `IS NULL` fixes a column like `=`, so that the rest is in order; for Postgres it does not.
        statements.push(match dialect {
            Dialect::Sqlite if table.trash => table.create("INDEX", &name, &["user_id", "_deleted_at", "id"]),
            _ => table.live("INDEX", &name, &["user_id", "id"]),
        });
    }
    for field in &entity.fields {
        statements.extend(table.of_field(field));
    }
    statements.push(table.sorted("created_at"));
    statements
}

/// Indexes of a field of the built-in user.
pub(crate) fn of_user_field(dialect: &Dialect, field: &Field) -> Vec<String> {
    Table { dialect, name: "users", owned: false, trash: false }.of_field(field)
}

struct Table<'a> {
    dialect: &'a Dialect,
    name: &'a str,
    owned: bool,
    trash: bool,
}

impl Table<'_> {
    fn of_field(&self, field: &Field) -> Vec<String> {
        let column = field.column.as_str();
        let reference = matches!(field.kind, FieldKind::Reference { .. });
        let unique = match field.unique {
            Unique::No => None,
            Unique::PerOwner if self.owned => Some(vec!["user_id", column]),
            Unique::PerOwner | Unique::Global => Some(vec![column]),
        };
        let sorted =
            (field.index || reference).then(|| if self.owned { vec!["user_id", column] } else { vec![column] });

        let mut statements = Vec::new();
        if let Some(columns) = &unique {
            statements.push(self.live("UNIQUE INDEX", &unique_index_name(self.name, column), columns));
        }
        if sorted.is_some() && (sorted != unique || field.index && !field.required) {
            statements.push(self.sorted(column));
        }
        let led_by_column = |columns: &Option<Vec<&str>>| {
            columns.as_ref().and_then(|columns| columns.first()).is_some_and(|first| *first == column)
        };
        if reference && (self.trash || !led_by_column(&unique) && !led_by_column(&sorted)) {
            let name = index_name(self.name, column, "reference");
            statements.push(self.create("INDEX", &name, &[column]));
        }
        statements
    }

    /// The index that a list sorted by this column runs along.
    fn sorted(&self, column: &str) -> String {
        match self.owned {
            true => self.index(column, "index", &["user_id", column, "id"]),
            false => self.index(column, "index", &[column, "id"]),
        }
    }

    fn index(&self, column: &str, suffix: &str, columns: &[&str]) -> String {
        self.live("INDEX", &index_name(self.name, column, suffix), columns)
    }

    /// An index of the rows that are not in the trash.
    fn live(&self, what: &str, name: &str, columns: &[&str]) -> String {
        let whole = self.create(what, name, columns);
        if self.trash { format!("{whole} WHERE \"_deleted_at\" IS NULL") } else { whole }
    }

    fn create(&self, what: &str, name: &str, columns: &[&str]) -> String {
        let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let table = self.dialect.table(self.name);
        format!("CREATE {what} {} ON {table} ({})", quoted(name), columns.join(", "))
    }
}
