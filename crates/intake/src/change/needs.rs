//! What else of a blueprint needs a thing that is to go: actions that set a value, conditions that look at a field, what happens by
//! itself when it changes. Each with what to say first.

use toml::{Table, Value};

use super::places::{Entity, Field, Places};
use super::renames::renamed_in;
use super::wishes::spoken;
use crate::lemma::plural;

/// Something that needs what is to go.
pub(super) struct Need {
    /// "the action `ship` of orders sets it".
    what: String,
    /// What to say before; none where only somebody can edit it.
    first: Option<String>,
}

/// The refusal that names them; none where nothing needs it.
pub(super) fn refused(name: &str, needs: &[Need]) -> Option<String> {
    if needs.is_empty() {
        return None;
    }
    let mut why: Vec<&str> = needs.iter().map(|need| need.what.as_str()).collect();
    why.dedup();
    let mut first: Vec<String> =
        needs.iter().filter_map(|need| need.first.as_ref()).map(|say| format!("\"{say}\"")).collect();
    first.dedup();
    let by_hand = needs.iter().any(|need| need.first.is_none());
    let say = match (first.is_empty(), by_hand) {
        (false, false) => format!("say {} first, if that may go", first.join(" and ")),
        (false, true) => {
            format!("say {} first, if that may go, and change the rules in the blueprint", first.join(" and "))
        }
        (true, _) => "change that in the blueprint first".to_owned(),
    };
    Some(format!("`{name}` is needed: {}; {say}", why.join(", ")))
}

/// What needs a field, or one value of it.
pub(super) fn of(entity: &Entity, field: &Field, value: Option<&str>, places: &Places) -> Vec<Need> {
    let Ok(blueprint) = toml::from_str::<Table>(&places.source) else { return Vec::new() };
    let mut needs = Vec::new();
    for other in &places.entities {
        let Some(table) = blueprint.get("entity").and_then(|all| all.get(&other.name)).and_then(Value::as_table) else {
            continue;
        };
        let is_own = other.name == entity.name;
        let looks = |when: &str| {
            let at_it = match is_own {
                true => renamed_in(when, &field.name, "") != when,
                false => through(when, other, entity, field),
            };
            at_it && value.is_none_or(|value| when.contains(&format!("'{value}'")))
        };
        for (name, action) in tables(table.get("action")) {
            let of = format!("the action `{name}` of {}", plural(&spoken(&other.name)));
            let first = Some(format!("remove the {name} action of {}", plural(&spoken(&other.name))));
            if is_own && let Some(verb) = touches(action, &field.name, value) {
                needs.push(Need { what: format!("{of} {verb} it"), first: first.clone() });
            } else if action.get("when").and_then(Value::as_str).is_some_and(looks) {
                needs.push(Need { what: format!("{of} looks at it"), first });
            }
        }
        for (operation, rules) in table.get("access").and_then(Value::as_table).into_iter().flatten() {
            if conditions(rules).any(looks) {
                let what = format!("who may {operation} {} goes by it", plural(&spoken(&other.name)));
                needs.push(Need { what, first: None });
            }
        }
        for (name, words) in tables(table.get("field")).filter(|(name, _)| !is_own || **name != field.name) {
            if ["read", "write"].iter().filter_map(|word| words.get(*word)).any(|rules| conditions(rules).any(looks)) {
                let what = format!("who may see or write `{name}` of {} goes by it", plural(&spoken(&other.name)));
                needs.push(Need { what, first: None });
            }
        }
    }
    let event = format!("{}.{}=", entity.name, field.name);
    for one in &places.automations {
        let on = one.on.as_ref().and_then(|(_, on)| on.strip_prefix(&event));
        if on.is_some_and(|on| value.is_none_or(|value| on == value)) {
            let name = spoken(&one.name);
            needs.push(Need {
                what: format!("{name} happens by it"),
                first: Some(format!("remove the automation {name}")),
            });
        }
    }
    needs
}

/// What needs a role: who may do what.
pub(super) fn of_role(role: &str, places: &Places) -> Vec<String> {
    let Ok(blueprint) = toml::from_str::<Table>(&places.source) else { return Vec::new() };
    let mut needs = Vec::new();
    for (entity, table) in tables(blueprint.get("entity")) {
        let many = plural(&spoken(entity));
        let may: Vec<&str> = table
            .get("access")
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
            .filter(|(_, rules)| names(rules, role))
            .map(|(operation, _)| operation.as_str())
            .collect();
        if !may.is_empty() {
            needs.push(format!("{} {many}", listed(&may)));
        }
        for (field, words) in tables(table.get("field")) {
            let may: Vec<&str> = ["read", "write"]
                .into_iter()
                .filter(|word| words.get(*word).is_some_and(|rules| names(rules, role)))
                .collect();
            if !may.is_empty() {
                needs.push(format!("{} the {} of {many}", listed(&may), spoken(field)));
            }
        }
    }
    needs
}

/// "read, update and delete".
pub(super) fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.concat(),
    }
}

fn tables(value: Option<&Value>) -> impl Iterator<Item = (&String, &Table)> {
    value.and_then(Value::as_table).into_iter().flatten().filter_map(|(name, value)| Some((name, value.as_table()?)))
}

/// How an action touches a field: with a value, only where it sets that.
fn touches(action: &Table, field: &str, value: Option<&str>) -> Option<&'static str> {
    let set = action.get("set").and_then(|set| set.get(field));
    if let Some(set) = set {
        return value.is_none_or(|value| set.as_str() == Some(value)).then_some("sets");
    }
    let clears = action
        .get("clear")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one.as_str() == Some(field)));
    let how = match () {
        () if action.get("toggle").and_then(Value::as_str) == Some(field) => "turns",
        () if action.get("add").and_then(|add| add.get(field)).is_some() => "adds to",
        () if clears => "empties",
        () => return None,
    };
    value.is_none().then_some(how)
}

fn conditions(rules: &Value) -> impl Iterator<Item = &str> {
    rules.as_array().into_iter().flatten().filter_map(|rule| rule.get("when").and_then(Value::as_str))
}

fn names(rules: &Value, role: &str) -> bool {
    let word = format!("role:{role}");
    rules.as_array().into_iter().flatten().any(|rule| {
        rule.as_str() == Some(&word)
            || rule.get("who").and_then(Value::as_str) == Some(&word)
            || rule.get("when").and_then(Value::as_str).is_some_and(|when| when.contains(&format!("'{role}'")))
    })
}

/// Whether a condition of another record looks at the field through a reference: `order.status = 'paid'`.
fn through(when: &str, other: &Entity, entity: &Entity, field: &Field) -> bool {
    let refers = |one: &&Field| one.to.as_ref().is_some_and(|(to, _)| *to == entity.name);
    other.fields.iter().filter(refers).any(|one| {
        let path = format!("{}.{}", one.name, field.name);
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        when.match_indices(&path).any(|(at, _)| {
            let before = when.get(..at).is_some_and(|before| before.ends_with(is_word));
            !before && !when.get(at + path.len()..).is_some_and(|after| after.starts_with(is_word))
        })
    })
}
