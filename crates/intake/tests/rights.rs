//! Who may do what, value by value too, in the words of many people: files in `rights/` are lists of requests and facts.
//!
//! `> …` is a request; the lines under it are facts. `order read owner role:manager` is the list of an operation, all of it, with
//! the engine's default where the blueprint says nothing; `order.price write role:admin` and `order.price read …` are the rule of
//! a value, `anyone:status='sent'` the rule for those in a state (with `_` for spaces), `order.price open` says that it has none and
//! `order.price hidden` that nobody reads it. `roles clerk manager` are all roles, `told access.own` is an assumption, `left salary`
//! is text that found no place and `norecord manager` no record,
//! `action order.ship` an action, `sign_up invite` who makes accounts.
//! Every blueprint must load.
#![expect(clippy::unwrap_used, reason = "tests")]

mod rows;

use intake::Reading;
use rows::{Row, rows};
use toml::{Table, Value};

fn sorted(list: Option<&Value>) -> Option<Vec<String>> {
    let word = |word: &Value| match word.as_table() {
        Some(rule) => {
            let said = |key: &str| rule.get(key).and_then(Value::as_str);
            format!(
                "{}:{}",
                said("who").unwrap_or("signed_in"),
                said("when").unwrap().replace(" = ", "=").replace(" != ", "!=").replace(", ", ",").replace(' ', "_")
            )
        }
        None => word.as_str().unwrap().to_owned(),
    };
    let mut words: Vec<String> = list?.as_array().unwrap().iter().map(word).collect();
    words.sort_unstable();
    Some(words)
}

fn list(entity: &Value, operation: &str) -> Vec<String> {
    let owned = entity["owner"].as_bool().unwrap();
    let default = match (owned, operation) {
        (true, "create") | (false, "read") => "signed_in",
        (true, _) => "owner",
        (false, _) => "role:admin",
    };
    let said = entity.get("access").and_then(|access| sorted(access.get(operation)));
    said.unwrap_or_else(|| vec![default.to_owned()])
}

fn holds(reading: &Reading, blueprint: &Table, fact: &str) -> bool {
    let (what, words) = fact.split_once(' ').unwrap();
    let mut wanted: Vec<String> = words.split(' ').map(str::to_owned).collect();
    let entities = blueprint["entity"].as_table().unwrap();
    match (what, what.split_once('.')) {
        ("told", _) => reading.assumptions.iter().any(|one| one.why == words),
        ("left", _) => reading.unplaced.iter().any(|one| one.text.contains(words)),
        ("sign_up", _) => blueprint["auth"].get("sign_up").and_then(Value::as_str) == Some(words),
        ("action", _) => words.split_once('.').is_some_and(|(entity, name)| {
            entities.get(entity).and_then(|entity| entity.get("action")?.get(name)).is_some()
        }),
        ("norecord", _) => !entities.contains_key(words),
        ("roles", _) => {
            let mut roles = sorted(blueprint["auth"].get("roles")).unwrap_or_default();
            roles.retain(|role| role != "admin");
            wanted.sort_unstable();
            roles == wanted
        }
        (_, Some((entity, field))) => {
            let Some(field) = entities.get(entity).and_then(|entity| entity["field"].get(field)) else { return false };
            match words {
                "open" => field.get("read").is_none() && field.get("write").is_none() && field.get("hidden").is_none(),
                "hidden" => field.get("hidden").is_some(),
                _ => {
                    let operation = wanted.remove(0);
                    wanted.sort_unstable();
                    sorted(field.get(&operation)) == Some(wanted)
                }
            }
        }
        (name, None) => {
            let operation = wanted.remove(0);
            wanted.sort_unstable();
            entities.get(name).is_some_and(|entity| list(entity, &operation) == wanted)
        }
    }
}

#[test]
fn rights_are_read_as_they_are_said() {
    let (mut wrong, mut checked) = (Vec::new(), 0);
    for Row { place, request, facts } in rows("rights") {
        let reading = intake::read(&request);
        if !reading.understood() {
            wrong.push(format!("{place}: nothing was made of it: {request}"));
            continue;
        }
        if let Err(problems) = blueprint::load(&reading.blueprint) {
            wrong.push(format!("{place}: {request}: {problems:?}"));
        }
        let blueprint: Table = toml::from_str(&reading.blueprint).unwrap();
        assert!(!facts.is_empty(), "{place} says nothing");
        for fact in facts {
            checked += 1;
            if !holds(&reading, &blueprint, &fact) {
                let entities = reading.blueprint.split("[auth]").nth(1).unwrap_or_default();
                wrong.push(format!("{place}: {request}\n  not so: {fact}\n{entities}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 130, "only {checked} facts");
}
