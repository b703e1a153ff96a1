//! Rules that hold in some records only, a sentence for each condition. What is left of the rules without them is said by
//! [`crate::access_sentences`].

use blueprint::{Blueprint, Condition, Entity, Rule};
use query::access::{self, Verb};

use crate::access::verbs;
use crate::access_actions::code;
use crate::access_sentences::can;
use crate::words;

/// The same without conditions: of the rules only what holds in all records.
pub(crate) fn without(blueprint: &Blueprint) -> Blueprint {
    let mut plain = blueprint.clone();
    for entity in &mut plain.entities {
        let access = &mut entity.access;
        let actions = entity.actions.iter_mut().map(|action| &mut action.access);
        let standard = [&mut access.read, &mut access.create, &mut access.update, &mut access.delete];
        for rule in standard.into_iter().chain(actions) {
            let atoms = rule.atoms().iter().filter(|atom| !matches!(atom, Rule::When(..)));
            let mut kept: Vec<Rule> = atoms.cloned().collect();
            *rule = match kept.len() {
                0 => Rule::Nobody,
                1 => kept.remove(0),
                _ => Rule::AnyOf(kept),
            };
        }
    }
    plain
}

/// Whether all that a rule gives is under conditions.
pub(crate) fn only_conditions(rule: &Rule) -> bool {
    !rule.atoms().is_empty() && rule.atoms().iter().all(|atom| matches!(atom, Rule::When(..)))
}

/// A sentence for each condition, with all that may be done where it holds.
pub(crate) fn sentences(blueprint: &Blueprint, entity: &Entity) -> Vec<String> {
    let mut told: Vec<(&Rule, &Condition, Vec<Verb>)> = Vec::new();
    for verb in verbs(entity) {
        for atom in access::rule(entity, verb).atoms() {
            let Rule::When(who, condition) = atom else { continue };
            let same = told.iter_mut().find(|(whom, text, verbs)| {
                *whom == who.as_ref()
                    && text.text == condition.text
                    && is_action(verbs.first()) == is_action(Some(&verb))
            });
            match same {
                Some((_, _, verbs)) => verbs.push(verb),
                None => told.push((who, condition, vec![verb])),
            }
        }
    }
    let own = if blueprint.api.user_path && entity.owned { ", and only their own" } else { "" };
    let sentence = |(who, condition, verbs): &(&Rule, &Condition, Vec<Verb>)| {
        let it = match who {
            Rule::Owner => "it".to_owned(),
            _ if entity.owned && verbs.iter().all(|verb| *verb != Verb::Create) => {
                format!("any {}", words::human(&entity.name))
            }
            _ => words::many(entity),
        };
        format!("{} can {} {it} where {}{own}.", subject(entity, who), can(entity, verbs), code(&condition.text))
    };
    told.iter().map(sentence).collect()
}

fn is_action(verb: Option<&Verb>) -> bool {
    matches!(verb, Some(Verb::Act(_)))
}

fn subject(entity: &Entity, who: &Rule) -> String {
    match who {
        Rule::Anyone => "Anyone, signed in or not,".to_owned(),
        Rule::Owner => format!("The owner of {}", words::a(entity)),
        Rule::Role(role) => words::sentence(&words::holders(role)),
        _ => "Anyone signed in".to_owned(),
    }
}
