//! Which roles a user needs who is to make rows of every entity, see them, and fill their fields.

use blueprint::{Blueprint, Rule};

/// The fewest roles that the rules leave no way around, in the order of the blueprint.
pub fn needed(blueprint: &Blueprint) -> Vec<String> {
    let rules = blueprint.entities.iter().flat_map(|entity| {
        let fields = entity.fields.iter().map(|field| &field.write);
        [&entity.access.create, &entity.access.read].into_iter().chain(fields)
    });
    let mut needed: Vec<String> = Vec::new();
    for rule in rules {
        if let Some(roles) = only_roles(rule)
            && !roles.iter().any(|role| needed.iter().any(|held| held == role))
            && let Some(first) = roles.first()
        {
            needed.push((*first).to_owned());
        }
    }
    blueprint.auth.roles.iter().filter(|role| needed.contains(role)).cloned().collect()
}

/// The roles of which a rule wants one. None, if it lets in somebody without any, or nobody at all.
fn only_roles(rule: &Rule) -> Option<Vec<&str>> {
    match rule {
        Rule::Role(role) => Some(vec![role]),
        Rule::AnyOf(rules) => rules.iter().map(only_roles).collect::<Option<Vec<_>>>().map(|roles| roles.concat()),
        // Whether a row is such as the condition wants, nobody knows before it is made.
        Rule::When(who, _) => only_roles(who),
        Rule::Nobody | Rule::Anyone | Rule::SignedIn | Rule::Owner => None,
    }
}
