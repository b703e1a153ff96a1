//! The matrix beside what the request asked for: where the rules give more, and where less.
//!
//! What a caller may do with his own records is what records with owners are for; it is never more than was asked.

use blueprint::{Blueprint, Entity};
use query::access::Verb;

use crate::access::{Caller, Reach, callers, reach, verbs};
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
            let told = |verbs: Vec<Verb>, whose: &str| {
                let words = format!("{} can {} {whose}{}", people(&caller), can(entity, &verbs), words::many(entity));
                (!verbs.is_empty()).then(|| words::sentence(&words))
            };
            let wider = verbs(entity).into_iter().filter(|verb| is_wider(blueprint, entity, *verb, &caller, asked));
            let whose = if entity.owned && caller != Caller::Stranger { "other people's " } else { "" };
            difference.wider.extend(told(wider.collect(), whose));
            let narrower = verbs(entity).into_iter().filter(|verb| {
                is_named(&caller, entity, *verb, asked) && reach(blueprint, entity, *verb, &caller) == Reach::None
            });
            difference.narrower.extend(told(narrower.collect(), "").map(|text| text.replacen(" can ", " cannot ", 1)));
        }
    }
    difference
}

fn people(caller: &Caller) -> String {
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
    // Told of the widest circle alone; and somebody has to keep what nobody owns.
    let is_told = below.is_some_and(|below| of(&below) == of(caller));
    let keeps = *caller == Caller::Role("admin".to_owned()) && !entity.owned;
    is_of_others(of(caller)) && !is_told && !keeps && !is_asked(caller, entity, verb, asked)
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
        who && is_about(one, entity) && (covers(action, verb) || verb == Verb::Read && action != "create")
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
        who && one.entity == entity.name && !matches!(verb, Verb::Act(_)) && covers(&one.action, verb)
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

fn covers(action: &str, verb: Verb) -> bool {
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
            "Anyone signed in can see other people's orders",
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
