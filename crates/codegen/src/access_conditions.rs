//! The conditions of rules apart from what is left of the rules without them. Both are made into sentences by
//! [`crate::access_sentences`].

use blueprint::{Blueprint, Rule};

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

/// For whom a rule holds in some records, and in which.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause<'a> {
    pub who: &'a Rule,
    /// The condition, as it was written.
    pub text: &'a str,
}

/// What a rule gives in some records only.
pub(crate) fn clauses(rule: &Rule) -> Vec<Clause<'_>> {
    let atoms = rule.atoms().iter();
    let conditional = atoms.filter_map(|atom| match atom {
        Rule::When(who, condition) => Some(Clause { who, text: &condition.text }),
        _ => None,
    });
    conditional.collect()
}
