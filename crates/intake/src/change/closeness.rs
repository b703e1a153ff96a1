//! How closed a record is that comes with others: where nobody owns those, as closed as they are; else each row is its maker's.

use super::places::Entity;
use super::rights;
use super::wishes::list;

/// Who has it and who may what, as it is written.
pub(super) struct Closed {
    pub owner: &'static str,
    rules: Vec<(&'static str, Vec<String>)>,
}

impl Closed {
    /// `[entity.x.access]`, where what is so anyway is not enough.
    pub(super) fn access(&self, name: &str) -> String {
        let lines = self.rules.iter().map(|(operation, rule)| format!("{operation:6} = {}\n", list(rule)));
        match self.rules.is_empty() {
            true => String::new(),
            false => format!("[entity.{name}.access]\n{}", lines.collect::<String>()),
        }
    }
}

const OPERATIONS: [&str; 4] = ["read", "create", "update", "delete"];

/// As one record is. What strangers may see of it they do not see of what is new.
pub(super) fn of(one: &Entity) -> Closed {
    closed(one.owned, |operation| rule(one, operation))
}

/// As both are: who may something with either of them.
pub(super) fn of_pair(a: &Entity, b: &Entity) -> Closed {
    closed(a.owned || b.owned, |operation| Some(shared(rule(a, operation)?, rule(b, operation)?)))
}

/// Who is named by both rules.
fn shared(one: Vec<String>, other: Vec<String>) -> Vec<String> {
    let is_open = |rule: &[String]| rule.iter().any(|word| word == "signed_in");
    match (is_open(&one), is_open(&other)) {
        (true, _) => other,
        (_, true) => one,
        _ => {
            let both: Vec<String> = one.into_iter().filter(|word| other.contains(word)).collect();
            if both.is_empty() { vec!["role:admin".to_owned()] } else { both }
        }
    }
}

/// A rule in words of people; none where it has conditions.
fn rule(one: &Entity, operation: &str) -> Option<Vec<String>> {
    let rule = rights::written(one, operation)?;
    let mut rule: Vec<String> =
        rule.into_iter().map(|word| if word == "anyone" { "signed_in".to_owned() } else { word }).collect();
    rule.dedup();
    Some(rule)
}

fn closed(owned: bool, rule: impl Fn(&str) -> Option<Vec<String>>) -> Closed {
    if owned {
        return Closed { owner: "owner = true\n", rules: Vec::new() };
    }
    let rules: Option<Vec<(&'static str, Vec<String>)>> =
        OPERATIONS.into_iter().map(|operation| Some((operation, rule(operation)?))).collect();
    // Who may write must see, or it does not load.
    let rules = rules.filter(|rules| {
        let read = rules.first().map(|(_, rule)| rule.as_slice()).unwrap_or_default();
        let sees = |word: &String| word == "nobody" || read.contains(word) || read.iter().any(|one| one == "signed_in");
        let writes = |operation: &str| matches!(operation, "update" | "delete");
        rules.iter().filter(|(operation, _)| writes(operation)).all(|(_, rule)| rule.iter().all(sees))
    });
    // What has conditions cannot be copied: then it is for who may write it anyway.
    let mut rules = rules.unwrap_or_else(|| vec![("read", vec!["role:admin".to_owned()])]);
    if rules.len() == OPERATIONS.len()
        && rules.iter().all(|(operation, rule)| *rule == rights::by_default(false, operation))
    {
        rules.clear();
    }
    Closed { owner: "owner = false\n", rules }
}
