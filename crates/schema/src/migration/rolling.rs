//! Whether servers of the blueprint of before may go on beside those of after: all that they read and write means what it did, and
//! what they write has all that it needs. Where that is not plain to see they may not.

use blueprint::{Field, FieldKind, Link, Target, Unique};
use work::Dialect;

use super::convert::{Way, way};
use super::pairs::{Pair, Pairs};
use super::{postgres, users};
use crate::search;

pub(super) fn former_may_go_on(pairs: &Pairs, dialect: &Dialect) -> bool {
    let is_new_for_users = |field: &&Field| field.unique == Unique::No;
    pairs.gone.is_empty()
        && pairs.users.gone.is_empty()
        && pairs.users.new.iter().all(is_new_for_users)
        && pairs.users.both.iter().all(|(before, after)| {
            stays(pairs, dialect, before, after)
                && (!users::differs(pairs, dialect, before, after) || matches!(before.kind, FieldKind::Enum { .. }))
        })
        && pairs.entities.iter().all(|pair| entity(pairs, pair, dialect))
        && !hangs_on_a_trash(pairs)
}

/// Whether something new refers to rows that a server of before may put into the trash: it would leave there what it does not know of,
/// and nothing in the database minds. Where rows go for good a foreign key refuses it.
fn hangs_on_a_trash(pairs: &Pairs) -> bool {
    let of_entities = pairs.new.iter().flat_map(|entity| entity.fields.iter());
    let of_pairs = pairs.entities.iter().flat_map(|pair| pair.fields.new.iter().copied());
    // Users have none.
    let references = of_entities.chain(of_pairs).filter_map(|field| match field.kind {
        FieldKind::Reference { to, .. } => Some(to),
        _ => None,
    });
    let of_entities = pairs.new.iter().flat_map(|entity| entity.links.iter());
    let of_pairs = pairs.entities.iter().flat_map(|pair| pair.links.new.iter().copied());
    let links = of_entities.chain(of_pairs).map(|link: &Link| link.to);
    let has_trash = |to: Target| match to {
        Target::User => false,
        Target::Entity(to) => {
            let name = &pairs.after.entity(to).name;
            pairs.entities.iter().any(|pair| pair.after.name == *name && pair.before.soft_delete)
        }
    };
    references.chain(links).any(has_trash)
}

fn entity(pairs: &Pairs, pair: &Pair, dialect: &Dialect) -> bool {
    let (before, after) = (pair.before, pair.after);
    // Rows of servers that do not know the column: Postgres gives them its default, SQLite has none there.
    let gets_its_value = |field: &&Field| match dialect {
        Dialect::Sqlite => !field.required && field.default.is_none(),
        Dialect::Postgres { .. } => {
            field.default.is_none() && !field.required || super::guards::constant(dialect, field).is_some()
        }
    };
    let search_stays = match dialect {
        Dialect::Sqlite => search::of_entity(dialect, before) == search::of_entity(dialect, after),
        Dialect::Postgres { .. } => !postgres::words_differ(pair, dialect),
    };
    // Their API keys are looked up by the name of the entity.
    before.name == after.name
        && before.plural == after.plural
        && before.owned == after.owned
        && before.soft_delete == after.soft_delete
        && pair.links.gone.is_empty()
        && pair.links.both.iter().all(|(before, after)| before.table == after.table && before.name == after.name)
        && pair.fields.gone.is_empty()
        && pair.fields.new.iter().all(|field| gets_its_value(field) && field.unique == Unique::No)
        && pair.fields.both.iter().all(|(before, after)| stays(pairs, dialect, before, after))
        && (search_stays || !search::is_searched(before))
}

/// Whether a value that is written as before is one as of now.
fn stays(pairs: &Pairs, dialect: &Dialect, before: &Field, after: &Field) -> bool {
    let grows = match (&before.kind, &after.kind) {
        (FieldKind::Enum { .. }, FieldKind::Enum { .. }) => true,
        (before, after) => std::mem::discriminant(before) == std::mem::discriminant(after),
    };
    before.column == after.column
        && grows
        && matches!(way(pairs, dialect, before, after), Way::Same)
        && (before.required || !after.required)
        && (after.unique == before.unique || after.unique == Unique::No)
}
