//! What a change of a blueprint comes to besides its lines: rights, tables, rows that would be in the way, and what stays.

use blueprint::{Blueprint, Field, FieldKind};
use codegen::human;
use serde::Serialize;

use crate::source::Source;

/// What a change comes to besides its lines.
#[derive(Serialize, Default)]
pub struct Effects {
    pub difference: String,
    /// Who may do what that he could not before, and the other way round.
    pub access: Vec<String>,
    /// What becomes of a database that is there.
    pub database: Vec<String>,
    /// Rows of such a database that would be in the way.
    pub in_the_way: Vec<String>,
    /// What to do next with a database that is there, where its tables differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Summaries that speak of what is called otherwise now, or is gone.
    pub stale: Vec<String>,
    /// What rows that are there keep, though it would not be written so any more.
    pub rows: Vec<String>,
}

impl Effects {
    /// Of one blueprint becoming another.
    pub fn of(source: &Source, before: &Blueprint, after: &Blueprint, difference: String) -> Effects {
        let way = server::way_of_tables(before, after);
        let moves = !(way.statements.is_empty() && way.guards.is_empty());
        Effects {
            difference,
            access: [codegen::access::access_changes(before, after), codegen::access::wider_than_held(before, after)]
                .concat(),
            database: if moves { way.told } else { Vec::new() },
            in_the_way: way.guards.into_iter().map(|guard| guard.what).collect(),
            next: moves.then(|| source.command("migrate")),
            stale: stale(before, after),
            rows: kept(before, after),
        }
    }
}

/// Summaries that say a name which only the former blueprint has.
fn stale(before: &Blueprint, after: &Blueprint) -> Vec<String> {
    let names = |blueprint: &Blueprint| -> Vec<String> {
        let entities = blueprint.entities.iter();
        let of = |entity: &blueprint::Entity| {
            let fields = entity.fields.iter().map(|field| human(&field.name));
            [human(&entity.name), human(&entity.plural)].into_iter().chain(fields).collect::<Vec<_>>()
        };
        entities.flat_map(of).collect()
    };
    let known = names(after);
    let gone: Vec<String> = names(before).into_iter().filter(|name| !known.contains(name)).collect();
    let entities = after.entities.iter();
    let of_entities = entities.map(|entity| (format!("the summary of `{}`", entity.name), entity.summary.as_str()));
    let summaries =
        std::iter::once(("the summary of the app".to_owned(), after.app.summary.as_str())).chain(of_entities);
    let told = |(whose, text): (String, &str)| {
        let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        let text = format!(" {} ", words.join(" "));
        let said = gone.iter().find(|name| text.contains(&format!(" {name} ")))?;
        Some(format!("{whose} still says \"{said}\"; it is yours to change"))
    };
    summaries.filter_map(told).collect()
}

/// Limits, defaults and currencies are no part of tables: what was written before stays as it is.
fn kept(before: &Blueprint, after: &Blueprint) -> Vec<String> {
    let mut told = Vec::new();
    for entity in &after.entities {
        let formerly = |names: &[String], name: &String, now: &String| name == now || names.contains(name);
        let Some(old) = before.entities.iter().find(|old| formerly(&entity.renamed_from, &old.name, &entity.name))
        else {
            continue;
        };
        for field in &entity.fields {
            let known = old.fields.iter().find(|old| formerly(&field.renamed_from, &old.name, &field.name));
            told.extend(known.into_iter().flat_map(|old| kept_of(&human(&entity.plural), old, field)));
        }
    }
    told
}

fn kept_of(rows: &str, before: &Field, after: &Field) -> Vec<String> {
    use FieldKind::{Decimal, Float, Integer, LongText, Text};
    let name = format!("`{}` of {rows}", after.name);
    let mut told = Vec::new();
    let is_narrower = match (&before.kind, &after.kind) {
        (Text(old) | LongText(old), Text(new) | LongText(new)) => {
            new.max_length < old.max_length
                || new.min_length > old.min_length
                || new.pattern.as_ref().map(|one| one.as_str()) != old.pattern.as_ref().map(|one| one.as_str())
                    && new.pattern.is_some()
        }
        (Integer { min: old, max: most }, Integer { min, max }) => min > old || max < most,
        (Decimal { min: old, max: most, scale: digits, .. }, Decimal { min, max, scale, .. }) => {
            digits == scale && (min > old || max < most)
        }
        (Float { min: old, max: most }, Float { min, max }) => min > old || max < most,
        _ => false,
    };
    if is_narrower {
        told.push(format!(
            "{name} stays what it is, also past a limit that is new: that holds for what is written from now on"
        ));
    }
    if before.default != after.default && after.default.is_some() {
        told.push(format!("{name} stays what it is: the default is for new ones"));
    }
    match (&before.kind, &after.kind) {
        (Decimal { currency: Some(old), .. }, Decimal { currency: Some(new), .. }) if old != new => {
            told.push(format!("{name} stays the same number, which counts as {new} from now on and was {old}"));
        }
        _ => {}
    }
    told
}
