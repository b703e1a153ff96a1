//! What is counted before tables change: values that would have no place any more, and values that would not fit.

use blueprint::{Entity, Field, Literal, Unique};
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
        guards.push(Guard {
            count: Some(format!("SELECT count(*) FROM {}", dialect.table(&entity.plural))),
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
            guards.push(one.without(field, "SELECT count(*) FROM {}"));
        }
        for link in &pair.links.gone {
            guards.push(Guard {
                count: Some(format!("SELECT count(*) FROM {}", dialect.table(&link.table))),
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

    fn count(&self, condition: &str) -> Option<String> {
        Some(format!("SELECT count(*) FROM {} WHERE {condition}", self.table))
    }

    /// That a value of a guard can be looked at.
    fn look(&self, condition: &str, column: &str) -> String {
        format!("SELECT \"id\", {column} FROM {} WHERE {condition}", self.table)
    }

    /// What rows as a whole gain or lose.
    fn rows(&self, guards: &mut Vec<Guard>) {
        let (before, after) = (self.before(), self.pair.after);
        let rows = Some(format!("SELECT count(*) FROM {}", self.table));
        match (before.owned, after.owned) {
            (false, true) => guards.push(Guard {
                count: rows,
                what: format!("rows of `{}`, which would need an owner", before.plural),
                mend: "leave `owner = false`, or delete the rows first".to_owned(),
                is_loss: false,
            }),
            (true, false) => guards.push(Guard {
                count: rows,
                what: format!("rows of `{}`, whose owner would be forgotten", before.plural),
                mend: "take `owner = false` away; who else may see the rows is said by [entity.….access]".to_owned(),
                is_loss: true,
            }),
            _ => {}
        }
        if before.soft_delete && !after.soft_delete {
            guards.push(Guard {
                count: self.count("\"_deleted_at\" IS NOT NULL"),
                what: format!("rows of `{}` in the trash, which would be back", before.plural),
                mend: format!(
                    "leave `soft_delete = true`, or: DELETE FROM {} WHERE \"_deleted_at\" IS NOT NULL",
                    self.table
                ),
                is_loss: false,
            });
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
        Guard {
            count: self.count(&format!("{} IS NOT NULL", quoted(&field.column))),
            what: format!(
                "rows of `{}` with a value in `{}`, which the blueprint no longer has",
                self.before().plural,
                field.name
            ),
            mend,
            is_loss: true,
        }
    }

    fn kept(&self, before: &Field, after: &Field, guards: &mut Vec<Guard>) {
        let column = quoted(&before.column);
        let plural = &self.before().plural;
        let way = way(self.pairs, self.dialect, before, after);
        match &way {
            Way::By { unfit: Some(unfit), .. } => guards.push(Guard {
                count: self.count(unfit),
                what: format!("rows of `{plural}` whose `{}` is not {}", before.name, word(&after.kind)),
                mend: format!("change them first; these they are: {}", self.look(unfit, &column)),
                is_loss: false,
            }),
            Way::None => guards.push(Guard {
                count: self.count(&format!("{column} IS NOT NULL")),
                what: format!(
                    "rows of `{plural}` with a value in `{}`, of which nothing makes {}",
                    before.name,
                    word(&after.kind)
                ),
                mend: format!("leave `{}` as it was, and give the new field another name", before.name),
                is_loss: true,
            }),
            _ => {}
        }
        let lost = matches!(way, Way::None);
        if after.required && (lost || !before.required) && constant(self.dialect, after).is_none() {
            let rows = if lost { "SELECT count(*) FROM {}" } else { "SELECT count(*) FROM {} WHERE {column} IS NULL" };
            guards.push(self.without(after, &rows.replace("{column}", &column)));
        }
        guards.extend(self.alike(before, after));
    }

    fn without(&self, field: &Field, count: &str) -> Guard {
        Guard {
            count: Some(count.replace("{}", &self.table)),
            what: format!("rows of `{}` that would have no `{}`, which is required", self.before().plural, field.name),
            mend: format!("give `{}` a `default`, or leave it optional until every row has one", field.name),
            is_loss: false,
        }
    }

    /// What must be unique now and was not.
    fn alike(&self, before: &Field, after: &Field) -> Option<Guard> {
        let wider = match (before.unique, after.unique) {
            (_, Unique::No) | (Unique::Global, _) | (Unique::PerOwner, Unique::PerOwner) => return None,
            (_, Unique::PerOwner) => self.before().owned && self.pair.after.owned,
            (_, Unique::Global) => false,
        };
        let column = quoted(&before.column);
        let group = if wider { format!("\"user_id\", {column}") } else { column.clone() };
        let live = if self.before().soft_delete { " AND \"_deleted_at\" IS NULL" } else { "" };
        let groups =
            format!("FROM {} WHERE {column} IS NOT NULL{live} GROUP BY {group} HAVING count(*) > 1", self.table);
        Some(Guard {
            count: Some(format!(
                "SELECT CAST(coalesce(sum(n), 0) AS bigint) FROM (SELECT count(*) AS n {groups}) AS alike"
            )),
            what: format!(
                "rows of `{}` that are alike in `{}`, which is unique now",
                self.before().plural,
                before.name
            ),
            mend: format!("change them first; these they are: SELECT {group}, count(*) {groups}"),
            is_loss: false,
        })
    }
}
