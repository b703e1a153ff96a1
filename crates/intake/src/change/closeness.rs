//! How closed a record is that comes with others: as they are, never more open. Whoever may not see an order shall not see which
//! products it has.

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

/// As both are: who sees both sees which of them belong together. Whoever has one of them says which belong to it.
pub(super) fn of_pair(a: &Entity, b: &Entity) -> Closed {
    let owned = a.owned || b.owned;
    let has = if a.owned { a } else { b };
    closed(owned, |operation| match (owned, operation) {
        (true, "create" | "update" | "delete") => rule(has, operation),
        _ => Some(shared(rule(a, operation)?, rule(b, operation)?, owned)),
    })
}

/// Who is named by both rules.
fn shared(one: Vec<String>, other: Vec<String>, owned: bool) -> Vec<String> {
    let is_open = |rule: &[String]| rule.iter().any(|word| word == "signed_in");
    match (is_open(&one), is_open(&other)) {
        (true, _) => other,
        (_, true) => one,
        _ => {
            let both: Vec<String> = one.into_iter().filter(|word| other.contains(word)).collect();
            if both.is_empty() { vec![if owned { "owner" } else { "role:admin" }.to_owned()] } else { both }
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
    let rules: Option<Vec<(&'static str, Vec<String>)>> =
        OPERATIONS.into_iter().map(|operation| Some((operation, rule(operation)?))).collect();
    let owner = if owned { "owner = true\n" } else { "owner = false\n" };
    // What everybody sees of an owned record need not be so of what is new.
    let rules = rules.filter(|rules| {
        !owned
            || rules
                .iter()
                .all(|(operation, rule)| *operation != "read" || !rule.iter().any(|word| word == "signed_in"))
    });
    // Who may write must see, or it does not load; where that is not so, what is so anyway is closed enough.
    let rules = rules.filter(|rules| {
        let read = rules.first().map(|(_, rule)| rule.as_slice()).unwrap_or_default();
        let sees = |word: &String| word == "nobody" || read.contains(word) || read.iter().any(|one| one == "signed_in");
        let owns = owned || !rules.iter().any(|(_, rule)| rule.iter().any(|word| word == "owner"));
        owns && rules
            .iter()
            .filter(|(operation, _)| matches!(*operation, "update" | "delete"))
            .all(|(_, rule)| rule.iter().all(sees))
    });
    let mut rules = rules.unwrap_or_default();
    let is_default = |operation: &str, rule: &[String]| rule == rights::by_default(owned, operation);
    if rules.iter().all(|(operation, rule)| is_default(operation, rule)) {
        rules.clear();
    }
    Closed { owner, rules }
}
