//! Many-to-many references: the key and the join table of each, and which words mean something on them.

use std::collections::HashMap;

use super::fields::{Home, check_name};
use super::names::{EntityName, MAX_NAME_BYTES};
use super::plurals::singular;
use super::{limits, references};
use crate::model::{Entity, EntityIndex, Link, Rule, Target};
use crate::places::Pointer;
use crate::raw::{RawField, RawFormer, RawOnDelete, RawType};
use crate::report::Report;

/// A word, and whether a field says it.
type Word = (&'static str, fn(&RawField) -> bool);

/// Words of fields that a set of ids has no use for.
const WITHOUT_EFFECT: &[Word] = &[
    ("unique", |raw| raw.unique.is_some()),
    ("default", |raw| raw.default.is_some()),
    ("index", |raw| raw.index.is_some()),
    ("hidden", |raw| raw.hidden.is_some()),
    ("read_only", |raw| raw.read_only.is_some()),
    ("sensitive", |raw| raw.sensitive.is_some()),
];

/// Whether a field of a blueprint is one.
pub(super) fn is_link(raw: &RawField) -> bool {
    raw.kind == RawType::Reference && raw.many == Some(true)
}

pub(super) fn link(
    name: &str,
    raw: &RawField,
    entity: &EntityName,
    names: &[EntityName],
    at: &Pointer,
    report: &mut Report,
) -> Option<Link> {
    limits::check_modifiers(raw, at, report);
    let (to, id) = references::target(raw, names, at, report)?;
    let one = one_of(name, to, names);
    let key = format!("{one}_ids");
    check_name(name, &key, Home::Entity { owned: entity.owned, names }, at, report);
    for (word, _) in WITHOUT_EFFECT.iter().filter(|(_, given)| given(raw)) {
        let message = format!("`{word}` means nothing on a many-to-many reference");
        report.key(&at.child(word), "ineffective", message, Some("remove it".to_owned()));
    }
    let (from_column, to_column) = (format!("{}_id", entity.name), format!("{one}_id"));
    Some(Link {
        name: name.to_owned(),
        renamed_from: RawFormer::names(raw.renamed_from.as_ref()),
        summary: raw.summary.clone().unwrap_or_default(),
        required: raw.required.unwrap_or(false),
        restrict: restrict(raw, at, report),
        // Until `field_rules` looks at them.
        read: Rule::Anyone,
        write: Rule::Anyone,
        table: format!("{}_{name}", entity.plural),
        to_column: if to_column == from_column { format!("other_{to_column}") } else { to_column },
        from_column,
        key,
        to,
        id,
    })
}

/// The name of one of them: that of the entity where the field is called by its plural, else the singular of the field.
fn one_of(name: &str, to: Target, names: &[EntityName]) -> String {
    let entity = match to {
        Target::User => None,
        Target::Entity(EntityIndex(place)) => names.get(place),
    };
    entity.filter(|entity| entity.plural == name).map_or_else(|| singular(name), |entity| entity.name.clone())
}

fn restrict(raw: &RawField, at: &Pointer, report: &mut Report) -> bool {
    let refuse = |report: &mut Report, message: &str| {
        let hint = "remove it: the links go with the row; or use \"restrict\", which keeps rows that are linked";
        report.value(&at.child("on_delete"), "ineffective", message, Some(hint.to_owned()));
        false
    };
    match raw.on_delete {
        None => false,
        Some(RawOnDelete::Restrict) => true,
        Some(RawOnDelete::Cascade) => {
            refuse(report, "a many-to-many reference cannot cascade to the rows that have it")
        }
        Some(RawOnDelete::SetNull) => refuse(report, "a many-to-many reference holds no value that could become null"),
    }
}

/// Reports join tables that cannot be told from others, and pairs of fields that look like one relation and are two.
pub(super) fn check(entities: &[Entity], report: &mut Report) {
    let mut tables: HashMap<&str, String> =
        entities.iter().map(|entity| (entity.plural.as_str(), entity.name.clone())).collect();
    for (place, entity) in entities.iter().enumerate() {
        for link in &entity.links {
            let at = Pointer::root("entity").child(&entity.name).child("field").child(&link.name);
            if link.table.len() > MAX_NAME_BYTES {
                let message = format!("the join table `{}` is longer than {MAX_NAME_BYTES} bytes", link.table);
                report.key(&at, "name", message, Some("choose a shorter name".to_owned()));
            }
            if let Some(other) = tables.insert(&link.table, format!("{}.{}", entity.name, link.name)) {
                let message = format!("the join table of `{}` and `{other}` would both be `{}`", link.name, link.table);
                report.key(&at, "name_clash", message, Some("rename one of them".to_owned()));
            }
            if let Some((other, mirror)) = mirrored(entities, place, link) {
                let message = format!(
                    "`{}.{}` and `{other}.{mirror}` would be two relations that know nothing of each other",
                    entity.name, link.name
                );
                let hint = "remove one of them: the rows of one relation can be listed from both sides".to_owned();
                report.key(&at, "contradiction", message, Some(hint));
            }
        }
    }
}

/// The field of an earlier entity that leads back here, if each of the two is called by the plural of the other.
fn mirrored<'e>(entities: &'e [Entity], place: usize, link: &Link) -> Option<(&'e str, &'e str)> {
    let here = entities.get(place)?;
    let Target::Entity(EntityIndex(to)) = link.to else { return None };
    let there = entities.get(to).filter(|there| to < place && there.plural == link.name)?;
    let back = there.link(&here.plural)?;
    (back.to == Target::Entity(EntityIndex(place))).then_some((there.name.as_str(), back.name.as_str()))
}
