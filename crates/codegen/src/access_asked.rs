//! The matrix beside what the request asked for: where the rules give more, and where less.
//!
//! What a caller may do with his own records is what records with owners are for; it is never more than was asked.

use blueprint::{Blueprint, Entity, Rule};
use query::Scope;
use query::access::{self, Verb};

use crate::access::{Caller, Reach, callers, granted, operation, reach, verbs};
use crate::access_actions::code;
use crate::access_sentences::can;
use crate::facts::Asked;
use crate::words;

/// Where the rules differ from what was asked, a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// What somebody may though the request does not say so.
    pub wider: Vec<String>,
    /// What somebody may not though the request says he may.
    pub narrower: Vec<String>,
}

/// Compares the rules with what a request asked for.
pub fn difference(blueprint: &Blueprint, asked: &[Asked]) -> Difference {
    let mut difference = Difference::default();
    for entity in &blueprint.entities {
        for caller in callers(blueprint) {
            let told = |verbs: &[Verb], can_or_not: &str, whose: &str| {
                let words =
                    format!("{} {can_or_not} {} {whose}{}", people(&caller), can(entity, verbs), words::many(entity));
                words::sentence(&words)
            };
            let wider = verbs(entity).into_iter().filter(|verb| is_wider(blueprint, entity, *verb, &caller, asked));
            let whose = if entity.owned && caller != Caller::Stranger { "other people's " } else { "" };
            for (verbs, conditions) in alike(wider, |verb| conditions(blueprint, entity, verb, &caller)) {
                difference.wider.push(told(&verbs, "can", whose) + &only_where(&conditions));
            }
            let narrower = verbs(entity).into_iter().filter(|verb| {
                is_named(&caller, entity, *verb, asked) && reach(blueprint, entity, *verb, &caller) == Reach::None
            });
            let narrower: Vec<Verb> = narrower.collect();
            if !narrower.is_empty() {
                difference.narrower.push(told(&narrower, "cannot", ""));
            }
        }
    }
    difference
}

/// What shares a sentence: the same conditions, or none.
fn alike<'c>(
    verbs: impl Iterator<Item = Verb>,
    conditions: impl Fn(Verb) -> Vec<&'c str>,
) -> Vec<(Vec<Verb>, Vec<&'c str>)> {
    let mut groups: Vec<(Vec<Verb>, Vec<&str>)> = Vec::new();
    for verb in verbs {
        let wanted = conditions(verb);
        match groups.iter_mut().find(|(_, known)| *known == wanted) {
            Some((verbs, _)) => verbs.push(verb),
            None => groups.push((vec![verb], wanted)),
        }
    }
    groups
}

/// The conditions of the records that he reaches, where these are some only.
fn conditions<'b>(blueprint: &Blueprint, entity: &'b Entity, verb: Verb, caller: &Caller) -> Vec<&'b str> {
    if !matches!(reach(blueprint, entity, verb, caller), Reach::Some | Reach::OwnAndSome | Reach::SomeOwn) {
        return Vec::new();
    }
    let atoms = access::rule(entity, verb).atoms().iter();
    let open = atoms.filter(|atom| access::scope(atom, &caller.actor()) != Scope::Nothing);
    open.flat_map(Rule::conditions).map(|condition| condition.text.as_str()).collect()
}

fn only_where(conditions: &[&str]) -> String {
    let texts: Vec<String> = conditions.iter().map(|text| code(text)).collect();
    if texts.is_empty() { String::new() } else { format!(", those where {}", words::list(&texts, "or")) }
}

pub(crate) fn people(caller: &Caller) -> String {
    match caller {
        Caller::Stranger => "anyone, signed in or not,".to_owned(),
        Caller::SignedIn => "anyone signed in".to_owned(),
        Caller::Role(role) => words::holders(role),
    }
}

fn is_wider(blueprint: &Blueprint, entity: &Entity, verb: Verb, caller: &Caller, asked: &[Asked]) -> bool {
    let of = |caller: &Caller| reach(blueprint, entity, verb, caller);
    let is_of_others = |reach: Reach| match reach {
        Reach::None => false,
        Reach::Own | Reach::SomeOwn => !entity.owned,
        Reach::Some | Reach::OwnAndSome | Reach::All => true,
    };
    let below = match caller {
        Caller::Stranger => None,
        Caller::SignedIn => Some(Caller::Stranger),
        Caller::Role(_) => Some(Caller::SignedIn),
    };
    // Told of the widest circle alone, unless a role reaches more records than everybody; and somebody has to keep what
    // nobody owns.
    let is_told =
        below.is_some_and(|below| of(&below) == of(caller) && covers_all_of(blueprint, entity, verb, &below, caller));
    let keeps = *caller == Caller::Role("admin".to_owned()) && !entity.owned;
    is_of_others(of(caller)) && !is_told && !keeps && !is_asked(caller, entity, verb, asked)
}

/// Whether one caller reaches whatever another does, as far as the form of their rules tells.
fn covers_all_of(blueprint: &Blueprint, entity: &Entity, verb: Verb, below: &Caller, caller: &Caller) -> bool {
    let [below, other] = [below, caller].map(|caller| granted(blueprint, entity, verb, caller));
    below.zip(other).is_none_or(|(below, other)| below.reach().covers(other.reach()))
}

fn is_asked(caller: &Caller, entity: &Entity, verb: Verb, asked: &[Asked]) -> bool {
    asked.iter().any(|one| {
        let who = match caller {
            Caller::Stranger => one.who == PUBLIC,
            Caller::SignedIn => [PUBLIC, USER].contains(&one.who.as_str()),
            Caller::Role(role) => [PUBLIC, USER, role].contains(&one.who.as_str()) || is_admin(role, &one.who),
        };
        let action = one.action.as_str();
        // Who changes a record sees it.
        who && is_about(one, entity) && (covers(entity, action, verb) || verb == Verb::Read && action != "create")
    })
}

/// Whether it is he, and nobody else, of whom the request says so.
fn is_named(caller: &Caller, entity: &Entity, verb: Verb, asked: &[Asked]) -> bool {
    asked.iter().any(|one| {
        let who = match caller {
            Caller::Stranger => one.who == PUBLIC,
            Caller::SignedIn => one.who == USER,
            Caller::Role(role) => one.who == *role || is_admin(role, &one.who),
        };
        who && one.entity == entity.name && !matches!(verb, Verb::Act(_)) && covers(entity, &one.action, verb)
    })
}

/// How requests are read: `public` is whoever comes, `user` whoever is signed in, others are roles.
const PUBLIC: &str = "public";
const USER: &str = "user";

fn is_admin(role: &str, who: &str) -> bool {
    role == "admin" && who == "administrator"
}

fn is_about(asked: &Asked, entity: &Entity) -> bool {
    asked.entity == entity.name || asked.entity == "*"
}

fn covers(entity: &Entity, action: &str, verb: Verb) -> bool {
    if let Some(name) = action.strip_prefix("action:") {
        return matches!(verb, Verb::Act(_)) && operation(entity, verb) == name;
    }
    match (action, verb) {
        ("manage", _) => true,
        ("read", Verb::Read) | ("create", Verb::Create) | ("delete", Verb::Delete) => true,
        ("read" | "create" | "delete", _) => false,
        // To update, approve, assign.
        (_, verb) => matches!(verb, Verb::Update | Verb::Act(_)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"
[app]
name = "shop"
[auth]
roles = ["manager"]
[entity.product]
owner = false
[entity.product.access]
read = ["anyone"]
[entity.order]
[entity.order.field]
open = { type = "boolean" }
[entity.order.access]
read = ["owner", "role:manager", { when = "open" }]
delete = ["role:manager"]
[entity.order.action.close]
set = { open = false }
"#;

    fn told(asked: &[(&str, &str, &str)]) -> Difference {
        let blueprint = blueprint::load(SHOP).unwrap_or_else(|problems| panic!("{problems}"));
        let text = |text: &str| text.to_owned();
        let asked = asked.iter().map(|(who, action, entity)| Asked {
            who: text(who),
            action: text(action),
            entity: text(entity),
        });
        difference(&blueprint, &asked.collect::<Vec<_>>())
    }

    #[test]
    fn what_nobody_asked_for_is_wider() {
        let all = [
            "Anyone, signed in or not, can see products",
            "Anyone signed in can see other people's orders, those where `open`",
            "Managers can see or delete other people's orders",
        ];
        assert_eq!(told(&[]), Difference { wider: all.map(str::to_owned).into(), narrower: Vec::new() });
        let products = told(&[("public", "read", "product")]).wider;
        assert_eq!(products, all[1..]);
        // Who may delete must see.
        assert_eq!(told(&[("manager", "delete", "order"), ("public", "read", "*")]).wider, Vec::<String>::new());
        assert_eq!(told(&[("user", "manage", "*")]).wider, [all[0]]);
        assert_eq!(told(&[("manager", "create", "order")]).wider, all);
    }

    /// Rules that look at the caller: the entity's lines, and what somebody may by them that nobody asked for.
    #[test]
    fn what_differs_between_callers_is_not_taken_for_nothing() {
        let wider = [
            (
                "owner = false\n[entity.memo.access]\nread = [\"role:admin\", { when = \"team = caller.team\" }]",
                vec!["Anyone signed in can see memos, those where `team = caller.team`"],
            ),
            (
                "[entity.memo.access]\nread = [\"owner\", { when = \"team = caller.team\" }]\n\
                 update = [\"owner\", { when = \"team = caller.team\" }]",
                vec!["Anyone signed in can see or change other people's memos, those where `team = caller.team`"],
            ),
            // What he himself must be like says nothing of the records.
            (
                "[entity.memo.access]\nread = [\"owner\", { when = \"caller.lead\" }]\n\
                 delete = [\"owner\", { when = \"caller.lead\" }, { who = \"role:boss\", when = \"caller.lead\" }]",
                vec!["Anyone signed in can see or delete other people's memos, those where `caller.lead`"],
            ),
            (
                "[entity.memo.access]\nread = [\"owner\", { when = \"team != caller.team\" }, { who = \"role:boss\", when = \"open\" }]",
                vec![
                    "Anyone signed in can see other people's memos, those where `team != caller.team`",
                    "Bosses can see other people's memos, those where `team != caller.team` or `open`",
                ],
            ),
            (
                "[entity.memo.access]\nread = [{ who = \"owner\", when = \"team = caller.team\" }]\nupdate = [\"nobody\"]\ndelete = [\"nobody\"]",
                vec![],
            ),
            // Of who is not signed in all is known: he is in no team.
            (
                "[entity.memo.access]\nread = [\"owner\", { who = \"anyone\", when = \"team = caller.team\" }]",
                vec!["Anyone signed in can see other people's memos, those where `team = caller.team`"],
            ),
        ];
        for (entity, expected) in wider {
            let text = format!(
                "[app]\nname = \"x\"\n[auth]\nroles = [\"boss\"]\n[user.field]\n\
                 team = {{ type = \"text\", read_only = true }}\nlead = {{ type = \"boolean\", read_only = true }}\n\
                 [entity.memo.field]\nteam = {{ type = \"text\" }}\nopen = {{ type = \"boolean\" }}\n[entity.memo]\n{entity}"
            );
            let blueprint = blueprint::load(&text).unwrap_or_else(|problems| panic!("{entity}: {problems}"));
            assert_eq!(difference(&blueprint, &[]).wider, expected, "{entity}");
        }
    }

    #[test]
    fn what_was_asked_for_and_is_not_given_is_narrower() {
        let narrower =
            told(&[("public", "create", "product"), ("public", "read", "order"), ("user", "delete", "order")]);
        assert_eq!(
            narrower.narrower,
            [
                "Anyone, signed in or not, cannot add products",
                "Anyone, signed in or not, cannot see orders",
                "Anyone signed in cannot delete orders",
            ]
        );
        assert!(told(&[("manager", "manage", "order"), ("user", "read", "order")]).narrower.is_empty());
    }
}
