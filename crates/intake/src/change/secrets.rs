//! Wishes about who may see or write a single field: "only managers can see the fee of appointments". Such a rule takes away alone: among
//! those who may see the record, who else may not see this.

use super::edit::Edit;
use super::places::Places;
use super::reach::{Asked, NOT, denies, is_user};
use super::said::{self, Said};
use super::wishes::{UNUSUAL, list, spoken};
use super::{Answer, people, rights};
use crate::lemma::with_article;

pub(super) fn only(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    if let Some(why) = but_some(wish, places) {
        return Some(Answer::Refused(why));
    }
    let modal = wish.place(&["may", "can", "should", "must"]).filter(|at| *at > 1 && wish.opens(&["only"]))?;
    let mut verbs =
        wish.from(modal + 1).iter().enumerate().filter(|(_, word)| !matches!(word.as_str(), "be" | "and" | "or"));
    let (mut words, mut after): (Vec<&'static str>, usize) = (Vec::new(), modal + 1);
    for (at, word) in &mut verbs {
        match word.as_str() {
            "see" | "read" | "view" => words.push("read"),
            "edit" | "change" | "update" | "write" | "set" | "enter" => words.push("write"),
            _ => break,
        }
        after = modal + 2 + at;
    }
    let named = wish.from(after);
    if words.is_empty() || said::name(named).is_empty() || places.entity(named).is_some() {
        return None;
    }
    let (entity, field) = match places.field(named) {
        Ok(found) => found,
        Err(why) if why.contains("say of which") => return Some(Answer::Refused(why)),
        Err(_) => return None,
    };
    let (rules, new) = match people::people(wish.between(1, modal), places) {
        Ok(people) => people,
        Err(why) => return Some(Answer::Refused(why)),
    };
    if let Some(open) = rules.iter().find(|rule| matches!(rule.as_str(), "anyone" | "signed_in")) {
        return Some(Answer::Refused(format!("\"only\" and `{open}` do not go together: say who of them")));
    }
    if !entity.owned && rules.iter().any(|rule| rule == "owner") {
        return Some(Answer::Refused(format!("{} has no owner", entity.name)));
    }
    let enters = wish.between(modal, after).iter().any(|word| enters(word));
    let asked = Asked { entity, words: &words, enters };
    if let Some(why) = asked.nobody(&rules) {
        return Some(Answer::Refused(why));
    }
    let of_own_alone = asked.of_own_alone(&rules).unwrap_or_default();
    let mut edit = Edit::default();
    let (mut told, written) = (Vec::new(), list(&rules));
    for word in words {
        if field.word(word).and_then(|at| source.get(at)) != Some(written.as_str()) {
            edit.set(word, written.clone());
            told.push(if word == "read" { "see" } else { "write" });
        }
    }
    // Who does not see it cannot write it either.
    let is_seen = edit.set.iter().any(|(word, _)| *word == "read");
    let seen: Vec<String> = if is_seen { rules.clone() } else { Vec::new() };
    let wrote = field.word("write").and_then(|at| source.get(at)).and_then(words_of).filter(|_| !seen.is_empty());
    let mut also = of_own_alone;
    if let Some(wrote) = wrote.filter(|wrote| wrote.iter().any(|word| !seen.contains(word))) {
        let left: Vec<String> = wrote.iter().filter(|word| seen.contains(word)).cloned().collect();
        let says_write = edit.set.iter().any(|(word, _)| *word == "write");
        if left.is_empty() && !says_write {
            let (write, name) = (plain(&wrote), spoken(&field.name));
            return Some(Answer::Refused(format!(
                "{write} may write the {name}, and who does not see it cannot: say \"only {} can see and write the {name}\", if they may",
                wish.between(1, modal).join(" ")
            )));
        }
        if !says_write {
            edit.set("write", list(&left));
            also += &format!("; {} may write it, for who does not see it cannot", plain(&left));
        }
    }
    // Who sees it is said now, which counts more than that nobody did.
    if is_seen && field.word("hidden").and_then(|at| source.get(at)) == Some("true") {
        edit.drop("hidden");
        also.push_str("; so far nobody saw it, for it was hidden");
    }
    let who = plain(&rules);
    let name = format!("`{}` of {}", field.name, with_article(&spoken(&entity.name)));
    if told.is_empty() {
        return Some(Answer::Already(format!("{name} is for {who} alone")));
    }
    let roles = if new.is_empty() { Some(Vec::new()) } else { rights::roles_patch(&new, places) };
    Some(match edit.patches(field, source).zip(roles) {
        Some((mut patches, roles)) => {
            patches.extend(roles);
            Answer::Done {
                patches,
                told: format!(
                    "only {who} may {} {name}, of the records that they may {}{also}",
                    told.join(" and "),
                    if told.contains(&"write") { "change" } else { "see" }
                ),
            }
        }
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}

/// "manager and owner".
pub(super) fn plain(rules: &[String]) -> String {
    let who = |rule: &String| match rule.as_str() {
        "signed_in" => "whoever is signed in".to_owned(),
        rule => rule.strip_prefix("role:").unwrap_or(rule).to_owned(),
    };
    rules.iter().map(who).collect::<Vec<_>>().join(" and ")
}

/// The words of a list of them alone.
pub(super) fn words_of(written: &str) -> Option<Vec<String>> {
    let table: toml::Table = toml::from_str(&format!("x = {written}")).ok()?;
    table.get("x")?.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

/// "let clerks see the fee", "clerks can no longer see the fee": of a field that has a rule, one more or one less of those in it.
pub(super) fn one_more(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    const MORE: &[&str] = &["only", "own", "when", "if", "but", "except", "unless", "their", "his", "her"];
    (wish.place(MORE).is_none() && !wish.opens(&["only", "nobody", "none", "no"])).then_some(())?;
    let start = usize::from(wish.opens(&["allow"]));
    let is_verb = |word: &String| verb(word).is_some();
    let at = wish.words.iter().position(is_verb).filter(|at| *at > start)?;
    let between = |word: &&String| {
        matches!(word.as_str(), "may" | "can" | "should" | "must" | "to" | "also" | "be" | "able" | "allowed" | "no")
            || denies(word)
    };
    let modal = at - wish.between(start, at).iter().rev().take_while(between).count();
    (modal > start && (modal < at || wish.is_let())).then_some(())?;
    let denied = wish.between(modal, at).iter().any(|word| denies(word));
    let verbs = wish.from(at).iter().take_while(|word| verb(word).is_some() || *word == "and").count();
    let words: Vec<&'static str> = wish.between(at, at + verbs).iter().filter_map(|word| verb(word)).collect();
    let end = wish.words.len()
        - wish
            .words
            .iter()
            .rev()
            .take_while(|word| matches!(word.as_str(), "too" | "anymore" | "again" | "also"))
            .count();
    let named = wish.between(at + verbs, end);
    if said::name(named).is_empty() || places.several(named).is_some() {
        return None;
    }
    let (entity, field) = places.field(named).ok()?;
    let (rules, new) = people::people(wish.between(start, modal), places).ok()?;
    let name = format!("`{}` of {}", field.name, with_article(&spoken(&entity.name)));
    let list_of = |word: &str| field.word(word).and_then(|at| source.get(at)).and_then(words_of);
    let has_rule = |word: &&str| field.word(word).is_some();
    let is_hidden = field.word("hidden").and_then(|at| source.get(at)) == Some("true");
    if is_hidden && words.contains(&"read") && !denied {
        return Some(Answer::Refused(format!(
            "{name} is hidden from everybody: say \"only {} can see the {} of {}\", and nobody else will",
            wish.between(start, modal).join(" "),
            spoken(&field.name),
            crate::lemma::plural(&spoken(&entity.name))
        )));
    }
    let enters = wish.between(at, at + verbs).iter().any(|word| enters(word));
    let own = wish.between(start, modal).iter().any(|word| is_user(word));
    if let Some(why) = (Asked { entity, words: &words, enters }).missing(&rules, own).filter(|_| !denied) {
        return Some(Answer::Refused(why));
    }
    if !["read", "write"].iter().any(has_rule) {
        return (!denied)
            .then(|| Answer::Already(format!("no rule keeps anybody from {name} who may do it with the record")));
    }
    if denied && words.iter().any(|word| !has_rule(word)) {
        return Some(Answer::Refused(format!(
            "a rule says who may, and not who may not: say \"only … may see the {} of {}\"",
            spoken(&field.name),
            crate::lemma::plural(&spoken(&entity.name))
        )));
    }
    let mut edit = Edit::default();
    let mut told = Vec::new();
    for word in ["read", "write"] {
        let Some(before) = list_of(word) else {
            if has_rule(&word) {
                return Some(Answer::Refused(UNUSUAL.to_owned()));
            }
            continue;
        };
        // Who writes it sees it, and who does not see it does not write it.
        let is_meant = words.contains(&word) || (word == "read") != denied && words.iter().any(|one| *one != word);
        if !is_meant {
            continue;
        }
        let mut after: Vec<String> = before.iter().filter(|rule| !denied || !rules.contains(rule)).cloned().collect();
        after.extend(rules.iter().filter(|rule| !denied && !before.contains(rule)).cloned());
        if after.len() > 1 {
            after.retain(|rule| rule != "nobody");
        }
        if after.is_empty() {
            after.push("nobody".to_owned());
        }
        if after != before {
            told.push(format!("{} may {} {name}", plain(&after), if word == "read" { "see" } else { "write" }));
            edit.set(if word == "read" { "read" } else { "write" }, list(&after));
        }
    }
    if told.is_empty() {
        return Some(Answer::Already(format!("that is so of {name}")));
    }
    if rules.iter().any(|rule| rule == "anyone") || !entity.owned && rules.iter().any(|rule| rule == "owner") {
        return None;
    }
    let roles = if new.is_empty() { Some(Vec::new()) } else { rights::roles_patch(&new, places) };
    Some(match edit.patches(field, source).zip(roles) {
        Some((patches, roles)) => {
            Answer::Done { patches: patches.into_iter().chain(roles).collect(), told: told.join("; ") }
        }
        None => Answer::Refused(UNUSUAL.to_owned()),
    })
}

fn verb(word: &str) -> Option<&'static str> {
    match word {
        "see" | "read" | "view" => Some("read"),
        "edit" | "change" | "update" | "write" | "set" | "enter" => Some("write"),
        _ => None,
    }
}

/// Whether it is said of what is given with a new record too.
fn enters(word: &str) -> bool {
    matches!(word, "write" | "set" | "enter")
}

/// "hide the fee from clerks", "clerks must not see the fee": there are rules for who may, none for who may not.
fn but_some(wish: &Said, places: &Places) -> Option<String> {
    let named = match wish.opens(&["hide"]) {
        true => wish.between(1, wish.place(&["from"])?),
        false => {
            let not = wish.place(NOT).filter(|at| *at > 0)?;
            let see = wish.place(&["see", "read", "view", "edit", "change", "write"]).filter(|at| *at > not)?;
            wish.from(see + 1)
        }
    };
    if said::name(named).is_empty() || places.entity(named).is_some() {
        return None;
    }
    let (entity, field) = places.field(named).ok()?;
    Some(format!(
        "a rule says who may, and not who may not: say \"only … may see the {} of {}\"",
        spoken(&field.name),
        crate::lemma::plural(&spoken(&entity.name))
    ))
}
