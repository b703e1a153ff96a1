//! What is counted before tables change: values that would have no place any more, and values that would not fit.

use blueprint::{Entity, Field, FieldKind, Literal, Unique};
use work::{Dialect, Guard};

use super::convert::{Way, way, word};
use super::pairs::{Pair, Pairs};
use crate::name::quoted;
use crate::types::Types;

/// Every guard of a migration.
pub(super) fn all(pairs: &Pairs, dialect: &Dialect) -> Vec<Guard> {
    let mut guards = super::users::guards(pairs, dialect);
    for entity in &pairs.gone {
        let there = pairs.new.iter().any(|new| new.name == entity.name);
        let why = if there { "which get other ids in the blueprint" } else { "which the blueprint no longer has" };
        let table = dialect.table(&entity.plural);
        guards.push(Guard {
            count: Some(format!("SELECT count(*) FROM {table}")),
            some: Some(some("\"id\"", &table)),
            what: format!("rows of `{}`, {why}", entity.plural),
            mend: format!(
                "put `[entity.{0}]` back as it was; if it has another name now, write `renamed_from = \"{0}\"` there",
                entity.name
            ),
            is_loss: true,
        });
    }
    for pair in &pairs.entities {
        let one = Of { pairs, dialect, pair, table: dialect.table(&pair.before.plural) };
        one.rows(&mut guards);
        for field in &pair.fields.gone {
            guards.push(one.gone(field));
        }
        for (before, after) in &pair.fields.both {
            one.kept(before, after, &mut guards);
        }
        for field in pair.fields.new.iter().filter(|field| field.required && constant(dialect, field).is_none()) {
            guards.push(one.without(field, None));
        }
        guards.extend(pair.fields.new.iter().filter_map(|field| one.alike(None, field)));
        for link in &pair.links.gone {
            let table = dialect.table(&link.table);
            guards.push(Guard {
                count: Some(format!("SELECT count(*) FROM {table}")),
                some: Some(some(&format!("DISTINCT {}", quoted(&link.from_column)), &table)),
                what: format!("links in `{}` of {}, which the blueprint no longer has", link.name, pair.before.plural),
                mend: put_back(&link.name),
                is_loss: true,
            });
        }
    }
    guards
}

/// The value that rows get which are there.
pub(super) fn constant(dialect: &Dialect, field: &Field) -> Option<String> {
    let literal = field.default.as_ref().filter(|literal| !matches!(literal, Literal::Null))?;
    Types(dialect).constant(&field.kind, literal)
}

pub(super) fn put_back(name: &str) -> String {
    format!("put `{name}` back; if it has another name now, write `renamed_from = \"{name}\"` there")
}

/// How many ids of rows in the way are told.
const TOLD: usize = 5;

/// The first ids of some rows; one more than are told, so that it can be said that there are more.
pub(crate) fn some(id: &str, from: &str) -> String {
    format!(
        "SELECT CAST(\"one\" AS text) FROM (SELECT {id} AS \"one\" FROM {from} ORDER BY 1 LIMIT {}) AS \"some\"",
        TOLD + 1
    )
}

/// An entity whose rows are looked at.
struct Of<'a, 'b> {
    pairs: &'a Pairs<'b>,
    dialect: &'a Dialect,
    pair: &'a Pair<'b>,
    table: String,
}

impl Of<'_, '_> {
    fn before(&self) -> &Entity {
        self.pair.before
    }

    /// Something in the way of every row for which a condition holds; without one, of each.
    fn guard(&self, condition: Option<&str>, what: String, mend: String, is_loss: bool) -> Guard {
        let condition = condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"));
        let from = format!("{}{condition}", self.table);
        let count = Some(format!("SELECT count(*) FROM {from}"));
        Guard { count, some: Some(some("\"id\"", &from)), what, mend, is_loss }
    }

    /// That a value of a guard can be looked at.
    fn look(&self, condition: &str, column: &str) -> String {
        format!("SELECT \"id\", {column} FROM {} WHERE {condition}", self.table)
    }

    /// What rows as a whole gain or lose.
    fn rows(&self, guards: &mut Vec<Guard>) {
        let (before, after) = (self.before(), self.pair.after);
        match (before.owned, after.owned) {
            (false, true) => guards.push(self.guard(
                None,
                format!("rows of `{}`, which would need an owner", before.plural),
                "leave `owner = false`, or delete the rows first".to_owned(),
                false,
            )),
            (true, false) => guards.push(self.guard(
                None,
                format!("rows of `{}`, whose owner would be forgotten", before.plural),
                "take `owner = false` away; who else may see the rows is said by [entity.….access]".to_owned(),
                true,
            )),
            _ => {}
        }
        if before.soft_delete && !after.soft_delete {
            let trashed = "\"_deleted_at\" IS NOT NULL";
            guards.push(self.guard(
                Some(trashed),
                format!("rows of `{}` in the trash, which would be back", before.plural),
                format!("leave `soft_delete = true`, or: DELETE FROM {} WHERE {trashed}", self.table),
                false,
            ));
        }
    }

    fn gone(&self, field: &Field) -> Guard {
        // Somebody serves the blueprint of before it was renamed.
        let former = |name: &&String| self.pair.fields.new.iter().any(|new| new.name == **name);
        let went_back = field.renamed_from.iter().find(former);
        let mend = match went_back {
            Some(former) => format!("to take the name back, write `renamed_from = \"{}\"` at `{former}`", field.name),
            None => put_back(&field.name),
        };
        let what = format!(
            "rows of `{}` with a value in `{}`, which the blueprint no longer has",
            self.before().plural,
            field.name
        );
        self.guard(Some(&format!("{} IS NOT NULL", quoted(&field.column))), what, mend, true)
    }

    fn kept(&self, before: &Field, after: &Field, guards: &mut Vec<Guard>) {
        let column = quoted(&before.column);
        let plural = &self.before().plural;
        let way = way(self.pairs, self.dialect, before, after);
        match &way {
            Way::By { unfit: Some(unfit), .. } => guards.push(self.guard(
                Some(unfit),
                format!("rows of `{plural}` whose `{}` is not {}", before.name, word(&after.kind)),
                format!("change them first; these they are: {}", self.look(unfit, &column)),
                false,
            )),
            Way::None => guards.push(self.guard(
                Some(&format!("{column} IS NOT NULL")),
                format!(
                    "rows of `{plural}` with a value in `{}`, of which nothing makes {}",
                    before.name,
                    word(&after.kind)
                ),
                format!("leave `{}` as it was, and give the new field another name", before.name),
                true,
            )),
            _ => {}
        }
        let lost = matches!(way, Way::None);
        if after.required && (lost || !before.required) && constant(self.dialect, after).is_none() {
            let without = format!("{column} IS NULL");
            guards.push(self.without(after, Some(&without).filter(|_| !lost).map(String::as_str)));
        }
        guards.extend(self.alike(Some(before), after));
    }

    fn without(&self, field: &Field, condition: Option<&str>) -> Guard {
        self.guard(
            condition,
            format!("rows of `{}` that would have no `{}`, which is required", self.before().plural, field.name),
            match field.kind {
                // The row of a default might not be there, so a reference has none.
                FieldKind::Reference { .. } => format!("leave `{}` optional until every row has one", field.name),
                _ => format!("give `{}` a `default`, or leave it optional until every row has one", field.name),
            },
            false,
        )
    }

    /// What must be unique now and was not, or would be no longer when its values are converted, or filled in.
    fn alike(&self, before: Option<&Field>, after: &Field) -> Option<Guard> {
        let of_owner = match (before.map_or(Unique::No, |before| before.unique), after.unique) {
            (_, Unique::No) => return None,
            (_, Unique::PerOwner) => self.before().owned && self.pair.after.owned,
            (_, Unique::Global) => false,
        };
        let set = Set {
            table: &self.table,
            rows: format!("rows of `{}`", self.before().plural),
            of_owner,
            live: self.before().soft_delete,
        };
        let way = before.map(|before| (before, way(self.pairs, self.dialect, before, after)));
        alike(self.dialect, &set, way, after)
    }
}

/// Rows among which a value is to stand once.
pub(super) struct Set<'a> {
    pub table: &'a str,
    /// What they are, for people.
    pub rows: String,
    /// Each owner has values of his own.
    pub of_owner: bool,
    /// Those in the trash do not count.
    pub live: bool,
}

/// Values that would stand there more often than once, where the field must be unique and that does not follow from what it was.
pub(super) fn alike(dialect: &Dialect, set: &Set, before: Option<(&Field, Way)>, after: &Field) -> Option<Guard> {
    let fill = constant(dialect, after).filter(|_| after.required || before.is_none());
    let narrower = match before.as_ref().map_or(Unique::No, |(before, _)| before.unique) {
        Unique::No => true,
        Unique::PerOwner => after.unique == Unique::Global,
        Unique::Global => false,
    };
    let (value, how) = match &before {
        None => (None, "which is unique: each gets its default"),
        Some((before, Way::Same)) => (Some(quoted(&before.column)), "which is unique now"),
        // What does not fit is told of by itself; and converting it may fail.
        Some((_, Way::By { value, unfit })) => {
            let value = match unfit {
                Some(unfit) => format!("CASE WHEN {unfit} THEN NULL ELSE {value} END"),
                None => value.clone(),
            };
            (Some(value), "which is unique")
        }
        Some((_, Way::None)) => (None, "which is unique: each gets its default"),
    };
    let converted = matches!(&before, Some((_, Way::By { .. })));
    if !narrower && !converted && fill.is_none() {
        return None;
    }
    let value = match (value, fill) {
        (Some(value), Some(fill)) => format!("coalesce({value}, {fill})"),
        (Some(value), None) => value,
        (None, Some(fill)) => fill,
        (None, None) => return None,
    };
    let name = before.as_ref().map_or(&after.name, |(before, _)| &before.name);
    let group = if set.of_owner { format!("\"user_id\", {value}") } else { value.clone() };
    let live = if set.live { " AND \"_deleted_at\" IS NULL" } else { "" };
    let counted = format!(
        "(SELECT \"id\", count(*) OVER (PARTITION BY {group}) AS \"times\" FROM {} WHERE {value} IS NOT NULL{live}) AS \"alike\"",
        set.table
    );
    let from = format!("{counted} WHERE \"times\" > 1");
    let as_what = if converted { format!(" as {}", word(&after.kind)) } else { String::new() };
    let look = |before: &Field| format!("SELECT \"id\", {} FROM {}", quoted(&before.column), set.table);
    let mend = match &before {
        None => format!("leave `{name}` without `default` or without `unique` until each row has a value of its own"),
        // Only what is put into lower case becomes alike.
        Some((before, Way::By { .. })) => {
            format!("change them first; side by side: {} ORDER BY lower({})", look(before), quoted(&before.column))
        }
        Some((before, _)) => {
            format!("change them first; these they are: {} WHERE \"id\" IN (SELECT \"id\" FROM {from})", look(before))
        }
    };
    Some(Guard {
        count: Some(format!("SELECT count(*) FROM {from}")),
        some: Some(some("\"id\"", &from)),
        what: format!(
            "{} that {} alike in `{name}`{as_what}, {how}",
            set.rows,
            if converted || before.is_none() { "would be" } else { "are" }
        ),
        mend,
        is_loss: false,
    })
}
