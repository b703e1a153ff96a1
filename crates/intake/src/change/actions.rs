//! Wishes for changes with a name: "let managers approve requests", "add an action ship to orders".
//!
//! An action needs something that it sets: a value or a field that there is. Where there is none, it is asked for.

use super::patch::Patch;
use super::places::{Entity, Places};
use super::rights;
use super::said::{self, Said};
use super::wishes::{UNUSUAL, after_entity, at_end, list, spoken};
use super::{Answer, people, theirs, values};
use crate::lemma::{plural, with_article};

/// A verb and what is so afterwards.
const DONE: &[(&str, &[&str])] = &[
    ("approve", &["approved"]),
    ("reject", &["rejected"]),
    ("accept", &["accepted"]),
    ("decline", &["declined"]),
    ("confirm", &["confirmed"]),
    ("cancel", &["cancelled", "canceled"]),
    ("complete", &["completed", "complete", "done"]),
    ("finish", &["finished", "done"]),
    ("close", &["closed"]),
    ("reopen", &["reopened", "open"]),
    ("archive", &["archived"]),
    ("publish", &["published"]),
    ("submit", &["submitted"]),
    ("ship", &["shipped"]),
    ("deliver", &["delivered"]),
    ("pay", &["paid"]),
    ("refund", &["refunded"]),
    ("resolve", &["resolved"]),
    ("verify", &["verified"]),
    ("activate", &["active", "activated"]),
    ("deactivate", &["inactive", "deactivated"]),
    ("suspend", &["suspended"]),
    ("win", &["won"]),
    ("lose", &["lost"]),
    ("qualify", &["qualified"]),
    ("contact", &["contacted"]),
    ("attend", &["attended"]),
    ("start", &["started", "in_progress"]),
    ("pause", &["paused"]),
];

pub(super) fn action(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    if wish.words.iter().any(|word| {
        matches!(word.as_str(), "not" | "never" | "no" | "when" | "if" | "can't" | "cannot" | "longer" | "only")
            && !wish.opens(&["only"])
    }) {
        return None;
    }
    if let Some(why) = unknown(wish, places) {
        return Some(Answer::Refused(why));
    }
    let (who, verb) = verb(wish)?;
    let (name, done) = DONE.iter().find(|(one, _)| wish.words.get(verb).is_some_and(|word| word == one))?;
    let named = wish.from(verb + 1);
    let named = if named.first().is_some_and(|word| matches!(word.as_str(), "to" | "for" | "on" | "of")) {
        named.get(1..)?
    } else {
        named
    };
    if named.first().is_some_and(|word| matches!(word.as_str(), "with" | "at" | "from")) {
        return None;
    }
    // "users may close their tickets" is about their own.
    let is_theirs = named.first().is_some_and(|word| matches!(word.as_str(), "their" | "his" | "her"));
    let of_all = theirs::is_of_all(named);
    let named: Vec<String> =
        named.iter().filter(|word| !matches!(word.as_str(), "own" | "their" | "his" | "her")).cloned().collect();
    let named = named.as_slice();
    let Some(entity) = places.entity(named) else {
        let names: Vec<String> = places.entities.iter().map(|one| plural(&spoken(&one.name))).collect();
        return Some(Answer::Refused(format!(
            "there is no record `{}`; there are {}",
            said::one(named),
            names.join(", ")
        )));
    };
    if entity.actions.iter().any(|action| action == name) {
        // Who may do it is about rights.
        who.is_none().then_some(())?;
        return Some(Answer::Already(format!(
            "{} can be {}",
            with_article(&spoken(&entity.name)),
            done.first().unwrap_or(name)
        )));
    }
    let Some(set) = sets(entity, done) else { return Some(Answer::Refused(asked(entity, name, done))) };
    let (rules, new) = match who {
        Some(who) => match people::people(who, places) {
            Ok(found) => found,
            Err(why) => return Some(Answer::Refused(why)),
        },
        None => (Vec::new(), Vec::new()),
    };
    // "customers may close tickets" is, too.
    let served =
        entity.owned && !new.is_empty() && new.iter().all(|role| theirs::served(&format!("role:{role}")).is_some());
    let each = match theirs::of_each(entity, &rules) {
        _ if of_all || !new.is_empty() => rules.clone(),
        Ok(each) => each,
        Err(_) if is_theirs => rules.clone(),
        Err(role) => {
            let many = plural(&spoken(&entity.name));
            return Some(Answer::Refused(format!(
                "{}{many}? say \"{} may {name} all {many}\", if all are meant",
                rights::WHOSE,
                plural(&role)
            )));
        }
    };
    let is_own = each != rules;
    let rules = each;
    let (rules, new) = match ((is_theirs || served && !of_all) && !is_own).then(|| of_own(entity, name, &rules, &new)) {
        Some(Ok(rules)) => (rules, Vec::new()),
        Some(Err(why)) => return Some(Answer::Refused(why)),
        None => (rules, new),
    };
    if rules.iter().any(|rule| rule == "anyone") {
        return Some(Answer::Refused("only who is signed in can change anything: say \"users\"".to_owned()));
    }
    let section = format!("[entity.{}.action.{name}]\nset = {{ {set} }}\n", entity.name);
    let Some(patch) = after_entity(places, source, &entity.name, &section) else {
        return Some(Answer::Refused(UNUSUAL.to_owned()));
    };
    let mut patches = Vec::new();
    if !rules.is_empty() {
        match access(entity, name, &rules, places, source) {
            Some(more) => patches.extend(more),
            None => return Some(Answer::Refused(UNUSUAL.to_owned())),
        }
    }
    // After the rules, where both come to the same place.
    patches.push(patch);
    if !new.is_empty() {
        patches.extend(rights::roles_patch(&new, places)?);
    }
    let who = match rules.as_slice() {
        [] => "whoever may change one".to_owned(),
        rules => rules.iter().map(|rule| people::told(rule)).collect::<Vec<_>>().join(" and "),
    };
    Some(Answer::Done { patches, told: format!("{who} may {name} {}: it sets {set}", plural(&spoken(&entity.name))) })
}

/// Who may do it with what is his own: whoever made it, with a role or without.
fn of_own(entity: &Entity, name: &str, rules: &[String], new: &[String]) -> Result<Vec<String>, String> {
    let many = plural(&spoken(&entity.name));
    if !entity.owned {
        return Err(format!(
            "{many} belong to nobody (`owner = false`), so nobody has one of his own: say who may {name} all {many}"
        ));
    }
    match rules.iter().find_map(|rule| rule.strip_prefix("role:")).filter(|role| !new.iter().any(|one| one == role)) {
        Some(role) => Err(format!(
            "whose {many}? say \"{} may {name} all {many}\" or \"users may {name} their own {many}\"",
            plural(role)
        )),
        None => Ok(vec!["owner".to_owned()]),
    }
}

/// "add an action reschedule to appointments": a verb of which nobody knows what is so afterwards.
fn unknown(wish: &Said, places: &Places) -> Option<String> {
    let at = wish.place(&["action"]).filter(|at| *at <= 3 && wish.opens(&["add"]))?;
    let name = wish.words.iter().skip(at + 1).find(|word| !matches!(word.as_str(), "called" | "named" | "to"))?;
    let to = wish.place(&["to", "for"]).filter(|to| *to > at)?;
    let entity = places.entity(wish.from(to + 1)).or_else(|| places.entity(wish.from(to + 2)))?;
    let is_known = DONE.iter().any(|(verb, _)| verb == name) || entity.actions.contains(name);
    (!is_known).then(|| {
        format!(
            "what does `{name}` set? an action sets a value, as in \"add an action cancel to {}\"; another one is for you to write: \
             `[entity.{}.action.{name}]` with `set = {{ … }}`",
            plural(&spoken(&entity.name)),
            entity.name
        )
    })
}

/// Who is to do it, where that is said, and where the verb stands.
fn verb(wish: &Said) -> Option<(Option<&[String]>, usize)> {
    let is_verb = |word: &String| DONE.iter().any(|(verb, _)| word == verb);
    if wish.opens(&["add"]) {
        // "add an action approve to requests".
        let action = wish.place(&["action"]).filter(|at| *at <= 3)?;
        let at = action
            + 1
            + wish
                .from(action + 1)
                .iter()
                .take_while(|word| matches!(word.as_str(), "called" | "named" | "to"))
                .count();
        return wish.words.get(at).is_some_and(is_verb).then_some((None, at));
    }
    let at = wish.words.iter().position(is_verb)?;
    if at == 0 {
        // "let me approve requests".
        return Some((None, 0));
    }
    let start = usize::from(wish.opens(&["allow", "let", "only"]));
    let modal = |word: &String| {
        matches!(word.as_str(), "may" | "can" | "should" | "must" | "to" | "also" | "be" | "able" | "allowed")
    };
    let words = wish.between(start, at).iter().take_while(|word| !modal(word)).count();
    let joined = wish.between(start + words, at).iter().all(modal);
    let is_told = start == 1 || wish.is_let() || wish.between(start + words, at).iter().any(modal);
    (joined && is_told && words > 0).then(|| (Some(wish.between(start, start + words)), at))
}

/// `status = "approved"`, or `approved = true`.
fn sets(entity: &Entity, done: &[&str]) -> Option<String> {
    let listed = |done: &&str| {
        let field = entity.fields.iter().find(|field| field.values.items.contains(&values::written(field, done)))?;
        Some(format!("{} = {}", field.name, crate::toml::quote(&values::written(field, done))))
    };
    let flag = |done: &&str| {
        let field = entity.fields.iter().find(|field| field.kind == "boolean" && field.name == *done)?;
        Some(format!("{} = true", field.name))
    };
    done.iter().find_map(listed).or_else(|| done.iter().find_map(flag))
}

fn asked(entity: &Entity, name: &str, done: &[&str]) -> String {
    let done = done.first().unwrap_or(&name);
    let of = plural(&spoken(&entity.name));
    match entity.fields.iter().find(|field| field.kind == "enum") {
        Some(field) => format!(
            "what becomes of {of} then? `{0}` is {1}: say \"add {done} to the {0} of {of}\" first, if that is it",
            field.name,
            field.values.items.join(", ")
        ),
        None => format!("what becomes of {of} then? say \"add a status (new, {done}) to {of}\" first, if that is it"),
    }
}

/// Who may do it; whoever may must see it too, or the blueprint does not load.
fn access(entity: &Entity, name: &str, rules: &[String], places: &Places, source: &str) -> Option<Vec<Patch>> {
    let read = rights::written(entity, "read")?;
    let open = read.iter().any(|word| word == "anyone" || word == "signed_in");
    let unseen: Vec<String> = rules.iter().filter(|rule| *rule != "nobody" && !read.contains(rule)).cloned().collect();
    let mut wanted = vec![(name.to_owned(), rules.to_vec())];
    if !open && !unseen.is_empty() {
        wanted.insert(0, ("read".to_owned(), read.into_iter().chain(unseen).collect()));
    }
    rights::rules_patches(entity, &wanted, places, source)
}

/// `[entity.x.access]` with lines, or lines at its end.
pub(super) fn access_lines(entity: &Entity, lines: &str, places: &Places, source: &str) -> Option<Patch> {
    match places.section(&format!("entity.{}.access", entity.name)) {
        Some(section) => Some(at_end(source, section.end, lines)),
        None => {
            let fields = places.sections.iter().filter(|section| {
                let own = format!("entity.{}.field", entity.name);
                section.name.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            });
            let last = fields.max_by_key(|section| section.end)?;
            Some(at_end(source, last.end, &format!("[entity.{}.access]\n{lines}", entity.name)))
        }
    }
}

/// `read = ["a"]`.
pub(super) fn access_line(operation: &str, rule: &[String]) -> String {
    format!("{operation:6} = {}\n", list(rule))
}
