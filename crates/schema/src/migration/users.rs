//! Fields of the built-in user. Their table is the engine's, which is changed and never made anew.

use blueprint::{Field, FieldKind, Unique};
use work::{Dialect, Guard};

use super::convert::Way;
use super::guards::{Set, alike, put_back, some};
use super::index_of;
use super::pairs::Pairs;
use crate::name::quoted;
use crate::types::Types;
use crate::{column, index, table};

pub(super) fn statements(pairs: &Pairs, dialect: &Dialect) -> Vec<String> {
    let users = dialect.table("users");
    let of = |field: &Field| index::of_user_field(dialect, field);
    let mut done = Vec::new();
    let mut drop_indexes = |old: Vec<String>, new: &[String]| {
        for one in old.iter().filter(|one| !new.contains(one)) {
            done.push(drop_index(dialect, one));
        }
    };
    for (before, after) in &pairs.users.both {
        drop_indexes(of(before), &of(after));
    }
    pairs.users.gone.iter().for_each(|field| drop_indexes(of(field), &[]));
    for (before, after) in pairs.users.both.iter().filter(|(before, after)| before.column != after.column) {
        let (old, new) = (quoted(&before.column), quoted(&after.column));
        done.push(format!("ALTER TABLE {users} RENAME COLUMN {old} TO {new}"));
    }
    for field in &pairs.users.gone {
        done.push(format!("ALTER TABLE {users} DROP COLUMN {}", quoted(&field.column)));
    }
    for field in &pairs.users.new {
        done.push(table::add_user_column(pairs.after, dialect, field));
        done.extend(of(field));
    }
    for (before, after) in &pairs.users.both {
        let old = of(before);
        done.extend(of(after).into_iter().filter(|one| !old.contains(one)));
    }
    done
}

/// `DROP INDEX` for the statement that made one.
pub(super) fn drop_index(dialect: &Dialect, made_by: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("DROP INDEX {}", index_of(made_by)),
        Dialect::Postgres { .. } => format!("DROP INDEX {}", dialect.table(index_of(made_by).trim_matches('"'))),
    }
}

pub(super) fn guards(pairs: &Pairs, dialect: &Dialect) -> Vec<Guard> {
    let users = dialect.table("users");
    let mut guards = Vec::new();
    for field in &pairs.users.gone {
        // SQLite does not let a column go that refers to another table.
        let stays = *dialect == Dialect::Sqlite && matches!(field.kind, FieldKind::Reference { .. });
        let from = format!("{users} WHERE {} IS NOT NULL", quoted(&field.column));
        guards.push(Guard {
            count: (!stays).then(|| format!("SELECT count(*) FROM {from}")),
            some: (!stays).then(|| some("\"id\"", &from)),
            what: format!("users with a value in `{}`, which the blueprint no longer has", field.name),
            mend: put_back(&field.name),
            is_loss: !stays,
        });
    }
    let set = Set { table: &users, rows: "users".to_owned(), of_owner: false, live: false };
    let unique = |after: &&&Field| after.unique != Unique::No;
    guards.extend(pairs.users.new.iter().filter(unique).filter_map(|after| alike(dialect, &set, None, after)));
    for (before, after) in pairs.users.both.iter().filter(|(_, after)| unique(&after)) {
        guards.extend(alike(dialect, &set, Some((before, Way::Same)), after));
    }
    for (before, after) in &pairs.users.both {
        let definition = |blueprint, field: &Field| {
            column::of_user(blueprint, &Types(dialect), field).replace(&quoted(&field.column), "")
        };
        if definition(pairs.before, before) != definition(pairs.after, after) {
            guards.push(Guard {
                count: None,
                some: None,
                what: format!("`{}` of users has another type, default or list of values", before.name),
                mend: format!("leave it as it was, and add a field of another name beside `{}`", before.name),
                is_loss: false,
            });
        }
    }
    guards
}
