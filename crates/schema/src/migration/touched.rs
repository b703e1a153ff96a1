//! What of the tables of before goes, is made anew or becomes something else. Whoever made a view, a trigger or an index of his own on
//! it is asked first.

use blueprint::Entity;
use work::{Dialect, Touched};

use super::convert::{Way, way};
use super::pairs::{Pair, Pairs};
use super::{postgres, sqlite, users};
use crate::search;
use crate::types::Types;

pub(super) fn all(pairs: &Pairs, dialect: &Dialect) -> Vec<Touched> {
    let mut touched: Vec<Touched> = pairs.gone.iter().flat_map(|entity| tables_of(entity)).map(whole).collect();
    let links = pairs.entities.iter().flat_map(|pair| &pair.links.gone);
    touched.extend(links.map(|link| whole(link.table.clone())));
    match dialect {
        Dialect::Sqlite => touched.extend(sqlite::made_anew(pairs).into_iter().map(whole)),
        Dialect::Postgres { .. } => pairs.entities.iter().for_each(|pair| columns(pairs, pair, dialect, &mut touched)),
    }
    let of_users = |name: &str, goes| Touched { table: "users".to_owned(), column: Some(name.to_owned()), goes };
    touched.extend(pairs.users.gone.iter().map(|field| of_users(&field.column, true)));
    for (before, after) in &pairs.users.both {
        let is_other = match dialect {
            Dialect::Sqlite => users::differs(pairs, dialect, before, after) || before.column != after.column,
            Dialect::Postgres { .. } => is_retyped(pairs, dialect, before, after),
        };
        if is_other {
            touched.push(of_users(&before.column, false));
        }
    }
    touched
}

fn tables_of(entity: &Entity) -> impl Iterator<Item = String> {
    entity.links.iter().map(|link| link.table.clone()).chain([entity.plural.clone()])
}

fn whole(table: String) -> Touched {
    Touched { table, column: None, goes: true }
}

/// Postgres changes what is there.
fn columns(pairs: &Pairs, pair: &Pair, dialect: &Dialect, touched: &mut Vec<Touched>) {
    let (before, after) = (pair.before, pair.after);
    let mut touch =
        |name: &str, goes| touched.push(Touched { table: before.plural.clone(), column: Some(name.to_owned()), goes });
    pair.fields.gone.iter().for_each(|field| touch(&field.column, true));
    if before.owned && !after.owned {
        touch("user_id", true);
    }
    if before.soft_delete && !after.soft_delete {
        touch("_deleted_at", true);
    }
    if search::is_searched(before) && postgres::words_differ(pair, dialect) {
        touch(search::WORDS, true);
    }
    for (before, after) in &pair.fields.both {
        if is_retyped(pairs, dialect, before, after) {
            touch(&before.column, false);
        }
    }
}

fn is_retyped(pairs: &Pairs, dialect: &Dialect, before: &blueprint::Field, after: &blueprint::Field) -> bool {
    let types = Types(dialect);
    types.of(&before.kind) != types.of(&after.kind)
        || match way(pairs, dialect, before, after) {
            Way::Same => false,
            // Values that are only looked at stay as they are.
            Way::By { value, .. } => value != crate::name::quoted(&before.column),
            Way::None => true,
        }
}
