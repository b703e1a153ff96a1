//! Who sees those records alone that are in a state, and from whom such are kept.

use super::{ADMIN, Said, covers, deny, list, unique, within_read, word};
use crate::access::statements::Op;
use crate::draft::Rights;
use crate::facts::Who;

/// Roles that see those in a state, and no others.
pub(super) fn alone(said: &Said) -> impl Iterator<Item = &str> {
    let all = said.roles(Op::Read);
    let withheld = said.withheld.iter().filter_map(|(who, _)| role(who));
    said.states
        .iter()
        .filter_map(|(who, _)| role(who))
        .filter(move |role| !all.iter().any(|all| all == role))
        .chain(withheld)
}

fn role(who: &Who) -> Option<&str> {
    match who {
        Who::Role(role) => Some(role),
        _ => None,
    }
}

/// "readers see published articles": those, and no others of which it is not said that they see them.
pub(super) fn in_states(owned: bool, said: &Said, declared: &[String], rights: &mut Rights) {
    let mut people: Vec<&Who> = Vec::new();
    for (who, _) in said.states.iter().chain(&said.withheld) {
        if !people.contains(&who) {
            people.push(who);
        }
    }
    for who in people {
        let more = match who {
            Who::Role(role) => said.roles(Op::Read).contains(role),
            Who::Public => said.public.contains(&Op::Read),
            Who::User => said.users.contains(&Op::Read),
            Who::Everyone => said.everyone,
            Who::Owner => true,
        };
        let of = |(one, _): &&(Who, _)| one == who;
        let left: Vec<String> =
            said.withheld.iter().filter(of).map(|(_, state)| state.opposite().condition()).collect();
        if left.is_empty() && (more || said.only(Op::Read).is_some()) {
            continue;
        }
        let seen = said.states.iter().filter(of).filter(|_| !more).map(|(_, state)| state.condition());
        let mut seen: Vec<String> = seen.map(|seen| [&[seen], left.as_slice()].concat().join(" and ")).collect();
        if seen.is_empty() {
            // What is kept from him shows him nothing.
            if !rights.read.as_ref().is_some_and(|read| covers(read, &word(who))) {
                continue;
            }
            seen.push(left.join(" and "));
        }
        let rules: Vec<String> = seen.iter().map(|when| rule(&word(who), when)).collect();
        match who {
            Who::Role(role) => {
                deny(rights, Op::Read, Some(who), owned, declared);
                // What he changes is what he sees.
                for list in [&mut rights.update, &mut rights.delete].into_iter().flatten() {
                    *list = changed(list, |word| (word.strip_prefix("role:") == Some(role)).then(|| rules.clone()));
                }
            }
            // Who has an account sees no more than strangers do, but for those of whom it is said.
            _ if *who == Who::Public && left.is_empty() && (said.everyone || said.users.contains(&Op::Read)) => {}
            _ => {
                deny(rights, Op::Read, Some(&Who::User), owned, declared);
                let read = rights.read.get_or_insert_default();
                let named = list(if owned { &[] } else { &[ADMIN] }, &said.roles(Op::Read));
                *read = unique(std::mem::take(read).into_iter().chain(named));
            }
        }
        rights.read.get_or_insert_default().extend(rules);
    }
    reserved(owned, said, rights);
    if !(said.states.is_empty() && said.withheld.is_empty() && said.reserved.is_empty()) {
        within_read(said, rights);
    }
}

/// "employees can edit theirs until they submit them": those, and they delete (or change) no others either, unless it is said.
pub(super) fn written(said: &Said, rights: &mut Rights) {
    for (op, who, state) in &said.written {
        // Who hands in his own has no others to change.
        let giver = |who: &String| said.givers.iter().any(|role| format!("role:{role}") == *who);
        let who = &if giver(who) { "owner".to_owned() } else { who.clone() };
        let rule = rule(who, &state.condition());
        // Who changes what he may not delete could lead it back to where he may.
        let other = if *op == Op::Update { Op::Delete } else { Op::Update };
        let does = |(op, role): &(Op, String)| *op == other && format!("role:{role}") == *who;
        let may = said.may.iter().map(|(op, _, role)| (*op, role.clone()));
        let own = said.own.iter().any(|(op, _)| *op == other) && who == "owner";
        let also = !own && !may.into_iter().any(|one| does(&one));
        let ops: &[Op] = if also { &[Op::Update, Op::Delete] } else { std::slice::from_ref(op) };
        for op in ops {
            let list = rights.of(*op);
            *list = list.as_ref().map(|list| changed(list, |word| (word == who).then(|| vec![rule.clone()])));
        }
    }
}

/// "only editors see drafts": all others see those that are none.
fn reserved(owned: bool, said: &Said, rights: &mut Rights) {
    for (who, state) in &said.reserved {
        let (kept, left) = (state.condition(), state.opposite().condition());
        let free: Vec<String> = who.iter().map(word).collect();
        let before = rights.read.clone().unwrap_or_default();
        let less = |word: &str| match word {
            "owner" | "nobody" | ADMIN => None,
            word if covers(&free, word) => None,
            word if word.starts_with('{') => narrowed(word, &free, &left),
            word => Some(vec![rule(word, &left)]),
        };
        let mut read = changed(&before, less);
        let wide = before.iter().any(|word| matches!(word.as_str(), "anyone" | "signed_in"));
        if wide && !owned {
            read.push(ADMIN.to_owned());
        }
        for word in free.clone() {
            read.push(if covers(&before, &word) { word } else { rule(&word, &kept) });
        }
        let lists = [&mut rights.update, &mut rights.delete].into_iter().flatten();
        for list in lists.chain(rights.actions.iter_mut().map(|(_, list)| list)) {
            // Who changes some sees these.
            let also = |word: &str| less(word).filter(|_| word.starts_with("role:"));
            read.extend(list.iter().filter_map(|word| also(word)).flatten());
            *list = changed(list, also);
        }
        rights.read = Some(unique(read));
    }
}

/// A rule with a condition, of which the same holds; none where it is said of those who see all.
fn narrowed(rule: &str, free: &[String], left: &str) -> Option<Vec<String>> {
    let theirs = free.iter().any(|word| rule.starts_with(&format!("{{ who = \"{word}\", ")));
    let start = rule.strip_suffix("\" }").filter(|_| !theirs && !rule.contains(left))?;
    Some(vec![format!("{start} and {left}\" }}")])
}

fn rule(who: &str, when: &str) -> String {
    let when = crate::toml::quote(when);
    match who {
        "signed_in" => format!("{{ when = {when} }}"),
        who => format!("{{ who = {}, when = {when} }}", crate::toml::quote(who)),
    }
}

/// A list in which some words stand for others.
fn changed(list: &[String], other: impl Fn(&str) -> Option<Vec<String>>) -> Vec<String> {
    unique(list.iter().flat_map(|word| other(word).unwrap_or_else(|| vec![word.clone()])))
}
