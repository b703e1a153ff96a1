//! The rights that the summary tells: what single verbs and whole sentences allow to whom, and whether the lists say the same.

use super::lists::covers;
use super::statements::{Mode, Op, Statement};
use crate::draft::{Draft, Entity, Grant};
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::verbs::Class;
use crate::resolve::Cast;

pub(super) fn granted(entity: &Entity, grant: &Grant) -> bool {
    let (reader, writer) = if entity.owned { ("owner", "owner") } else { ("signed_in", "role:admin") };
    let creator = if entity.owned { "signed_in" } else { "role:admin" };
    let or = |right: &Option<Vec<String>>, word: &str| right.clone().unwrap_or_else(|| vec![word.to_owned()]);
    let rights = &entity.rights;
    let create = or(&rights.create, creator);
    let word = match grant.role.as_str() {
        "public" => "anyone".to_owned(),
        "owner" => "owner".to_owned(),
        "user" => "signed_in".to_owned(),
        "administrator" => "role:admin".to_owned(),
        role => format!("role:{role}"),
    };
    // Of those in a state, as it was said.
    let stated = |has: &String| match word.as_str() {
        "signed_in" => has.starts_with("{ when = "),
        word => has.starts_with(&format!("{{ who = \"{word}\", ")),
    };
    let has = |list: &[String]| {
        covers(list, &word)
            || list.iter().any(stated)
            || list.iter().any(|has| has == "owner") && word != "anyone" && covers(&create, &word)
    };
    match grant.action {
        "read" => has(&or(&rights.read, reader)),
        "create" => has(&create) || word == "owner",
        "delete" => has(&or(&rights.delete, writer)),
        "manage" => {
            has(&or(&rights.read, reader))
                && has(&create)
                && has(&or(&rights.update, writer))
                && has(&or(&rights.delete, writer))
        }
        _ => has(&or(&rights.update, writer)) || rights.actions.iter().any(|(_, list)| has(list)),
    }
}

pub(super) fn operation(class: Class, base: &str, permission: bool) -> Option<&'static str> {
    match class {
        _ if base == "list" && permission => Some("read"),
        Class::Create | Class::Event | Class::Upload | Class::Send => Some("create"),
        Class::Read => Some("read"),
        Class::Update | Class::Track => Some("update"),
        Class::Delete => Some("delete"),
        Class::Approve => Some("approve"),
        Class::Assign => Some("assign"),
        _ => None,
    }
}

pub(super) fn action(op: Op) -> &'static str {
    match op {
        Op::Read => "read",
        Op::Create => "create",
        Op::Update => "update",
        Op::Delete => "delete",
        Op::Approve => "approve",
    }
}

/// What sentences allow to roles, besides what single verbs do: "staff can view and update orders".
pub(super) fn tell_grants(statements: &[Statement], draft: &mut Draft) {
    for one in statements.iter().filter(|one| one.mode != Mode::MayNot) {
        let action = action(one.op);
        let entity = one.entity.clone().unwrap_or_else(|| "*".to_owned());
        for who in &one.who {
            let Who::Role(role) = who else { continue };
            let told = |grant: &Grant| {
                grant.role == *role && (grant.action == action || grant.action == "manage") && grant.entity == entity
            };
            if draft.roles.contains(role) && !draft.grants.iter().any(told) {
                draft.grants.push(Grant { role: role.clone(), action, entity: entity.clone() });
            }
        }
    }
}

pub(super) fn grants(evidence: &[Evidence], cast: &Cast, draft: &Draft) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for found in evidence {
        let Fact::Op { actor, class, base, object, own, permission, .. } = &found.fact else { continue };
        let entity = if object.name == "*" {
            "*"
        } else if let Some(entity) = cast.entity(&object.name) {
            entity
        } else {
            continue;
        };
        let Some(action) = operation(*class, base, *permission) else { continue };
        let action = if *base == "manage" { "manage" } else { action };
        let role = match actor {
            Who::Role(role) if draft.roles.contains(role) || *permission => role.clone(),
            Who::Public => "public".to_owned(),
            Who::Owner => "owner".to_owned(),
            Who::User if *permission => "user".to_owned(),
            _ => continue,
        };
        let grant = Grant { role, action, entity: entity.to_owned() };
        if !grants.contains(&grant) {
            grants.push(grant.clone());
        }
        let owned = Grant { role: "owner".into(), ..grant };
        if *own && !grants.contains(&owned) {
            grants.push(owned);
        }
    }
    grants
}
