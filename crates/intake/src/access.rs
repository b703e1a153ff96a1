//! Who may do what: the permissions a request states, and defaults where it states none.

use crate::draft::{Draft, Entity, Grant};
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::verbs::Class;
use crate::resolve::Cast;

/// What the request says of one entity.
#[derive(Default)]
struct Said {
    own: bool,
    public_read: bool,
    public_create: bool,
    read: Vec<String>,
    create: Vec<String>,
    update: Vec<String>,
    delete: Vec<String>,
    only: Vec<&'static str>,
}

/// Reads the permissions and writes the rights of every entity.
pub(crate) fn access(evidence: &[Evidence], cast: &Cast, draft: &mut Draft) {
    draft.grants = grants(evidence, cast, draft);
    let names: Vec<String> = draft.entities.iter().map(|entity| entity.name.clone()).collect();
    let everything_public = said(evidence, cast, draft, "*").public_read;
    let mut strangers_see = false;
    for name in &names {
        let mut said = said(evidence, cast, draft, name);
        said.public_read |= everything_public;
        let roles = !draft.roles.is_empty();
        let Some(entity) = draft.entity_mut(name) else { continue };
        if roles || said.public_create || said.public_read {
            strangers_see |= decide(entity, &said, roles);
        }
    }
    if strangers_see && !draft.roles.is_empty() {
        draft.sign_up_closed = true;
        draft.note(
            "/auth/sign_up".into(),
            "accounts are made by an admin, because everyone signed in sees shared records".into(),
            "access.closed",
            None,
            &["open"],
        );
    }
    if draft.roles.is_empty() && draft.entities.iter().any(|e| e.owned) {
        draft.note(
            "/entity".into(),
            "everyone signed in sees only the records they made, because the request shares them with nobody".into(),
            "access.owner",
            None,
            &["shared by all who are signed in"],
        );
    }
}

/// Returns whether everyone signed in may read rows of others.
fn decide(entity: &mut Entity, said: &Said, roles: bool) -> bool {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let with_roles = |start: &[&str], roles: &[String]| {
        let mut all = list(start);
        for role in roles {
            let word = format!("role:{role}");
            if !all.contains(&word) {
                all.push(word);
            }
        }
        all
    };
    let readers: Vec<String> = said.read.iter().chain(&said.update).chain(&said.delete).cloned().collect();
    if said.public_create {
        entity.owned = false;
        entity.rights.create = Some(list(&["anyone"]));
        entity.rights.read = Some(if said.public_read {
            list(&["anyone"])
        } else if readers.is_empty() {
            list(&["signed_in"])
        } else {
            with_roles(&["role:admin"], &readers)
        });
        entity.rights.update = Some(with_roles(&["role:admin"], &said.update));
        entity.rights.delete = Some(with_roles(&["role:admin"], &said.delete));
        return readers.is_empty();
    }
    if !roles || said.own {
        entity.owned = true;
        entity.rights.read = Some(if said.public_read { list(&["anyone"]) } else { with_roles(&["owner"], &readers) });
        if !said.update.is_empty() {
            entity.rights.update = Some(with_roles(&["owner"], &said.update));
        }
        if said.only.contains(&"delete") {
            entity.rights.delete = Some(with_roles(&[], &said.delete));
        } else if !said.delete.is_empty() {
            entity.rights.delete = Some(with_roles(&["owner"], &said.delete));
        }
        if !said.create.is_empty() {
            entity.rights.create = Some(with_roles(&[], &said.create));
        }
        return false;
    }
    entity.owned = false;
    let open = said.read.is_empty() || !said.only.contains(&"read");
    let writers: Vec<String> = said.create.iter().chain(&said.update).cloned().collect();
    entity.rights.read = Some(if said.public_read {
        list(&["anyone"])
    } else if open {
        list(&["signed_in"])
    } else {
        with_roles(&["role:admin"], &readers.iter().chain(&writers).cloned().collect::<Vec<_>>())
    });
    let shared = writers.is_empty();
    entity.rights.create = Some(if said.create.is_empty() && shared {
        list(&["signed_in"])
    } else {
        with_roles(&["role:admin"], if said.create.is_empty() { &writers } else { &said.create })
    });
    entity.rights.update = Some(if shared {
        list(&["signed_in"])
    } else {
        with_roles(&["role:admin"], if said.only.contains(&"update") { &said.update } else { &writers })
    });
    let deleters = if said.delete.is_empty() { &said.create } else { &said.delete };
    entity.rights.delete =
        Some(with_roles(&["role:admin"], if said.only.contains(&"delete") { &said.delete } else { deleters }));
    open && !said.public_read
}

fn said(evidence: &[Evidence], cast: &Cast, draft: &Draft, name: &str) -> Said {
    let mut said = Said::default();
    for found in evidence {
        let Fact::Op { actor, class, object, only, own, .. } = &found.fact else { continue };
        if object.name != name && cast.entity(&object.name) != Some(name) {
            continue;
        }
        said.own |= *own || *actor == Who::Owner;
        let Some(operation) = operation(*class) else { continue };
        match actor {
            Who::Public if operation == "read" => said.public_read = true,
            Who::Public if operation == "create" => said.public_create = true,
            Who::Role(role) if draft.roles.contains(role) && !*own => {
                let list = match operation {
                    "read" => &mut said.read,
                    "create" => &mut said.create,
                    "delete" => &mut said.delete,
                    _ => &mut said.update,
                };
                if !list.contains(role) {
                    list.push(role.clone());
                }
                if *only {
                    said.only.push(match operation {
                        "read" | "create" | "delete" => operation,
                        _ => "update",
                    });
                }
            }
            Who::Role(role) if role.ends_with("admin") && *only => {
                said.only.push(match operation {
                    "read" | "create" | "delete" => operation,
                    _ => "update",
                });
            }
            _ => {}
        }
    }
    said
}

fn operation(class: Class) -> Option<&'static str> {
    match class {
        Class::Create | Class::Event | Class::Upload | Class::Send => Some("create"),
        Class::Read => Some("read"),
        Class::Update | Class::Track => Some("update"),
        Class::Delete => Some("delete"),
        Class::Approve => Some("approve"),
        Class::Assign => Some("assign"),
        _ => None,
    }
}

fn grants(evidence: &[Evidence], cast: &Cast, draft: &Draft) -> Vec<Grant> {
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
        let Some(action) = operation(*class) else { continue };
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
