//! What an answer does to the draft, before it is completed. What no longer holds is no longer told.

use crate::draft::{Draft, Grant, Grounds, IntegrationUse, Rights};
use crate::integrations::SPOKEN;
use crate::lexicon::integrations;

/// A change.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Another record; it comes in as a fact, before anything is decided.
    Keep(String),
    /// Everyone sees only what they made.
    Own,
    /// Everyone signed in sees and changes everything.
    Share,
    /// What holds without an answer, said: everyone signed in sees everything, and the roles change it.
    Affirm,
    /// A role gets to see all rows of an entity, or to make some.
    Grant { entity: String, role: String, read: bool },
    /// A service outside.
    Use(&'static str),
    /// Two records that do not hang together.
    Untie { from: String, to: String },
    /// Whoever comes may make an account.
    OpenSignUp,
}

impl Effect {
    /// Changes the draft.
    pub(super) fn apply(&self, draft: &mut Draft) {
        match self {
            Effect::Keep(_) => {}
            Effect::Own => {
                for entity in &mut draft.entities {
                    (entity.owned, entity.rights) = (true, Rights::default());
                }
                draft.sign_up_invited = false;
                forget(draft, |why, _| why.starts_with("access."));
            }
            Effect::Share => {
                let everyone = Some(vec!["signed_in".to_owned()]);
                for entity in draft.entities.iter_mut().filter(|entity| entity.owned && entity.rights.read.is_none()) {
                    entity.owned = false;
                    entity.rights = Rights {
                        read: everyone.clone(),
                        create: everyone.clone(),
                        update: everyone.clone(),
                        delete: everyone.clone(),
                        actions: Vec::new(),
                    };
                }
                draft.sign_up_invited = true;
                said(draft, "user", "manage", "*");
                forget(draft, |why, _| why == "access.owner");
            }
            Effect::Affirm => {
                said(draft, "user", "read", "*");
                for role in draft.roles.clone() {
                    said(draft, &role, "manage", "*");
                }
            }
            Effect::Grant { entity: name, role, read } => {
                let Some(entity) = draft.entity_mut(name) else { return };
                let right = if *read { &mut entity.rights.read } else { &mut entity.rights.create };
                let list = right.get_or_insert_with(|| vec![if *read { "owner" } else { "signed_in" }.to_owned()]);
                let word = format!("role:{role}");
                if !list.contains(&word) && !list.iter().any(|known| known == "signed_in" || known == "anyone") {
                    list.push(word);
                }
                said(draft, role, if *read { "read" } else { "create" }, name);
                let place = format!("/entity/{name}/access");
                forget(draft, |why, what| why == "access.own" && what == place);
            }
            Effect::Use(name) => {
                let unused = draft.integrations.iter().all(|used| used.category != *name);
                if let Some(service) = integrations::by_name(name).filter(|_| unused) {
                    let (category, provider) = (service.name, service.provider);
                    draft.integrations.push(IntegrationUse { category, provider, grounds: Grounds::default() });
                }
                let place = format!("/integration/{name}");
                forget(draft, |why, what| why == SPOKEN && what == place);
            }
            Effect::Untie { from, to } => {
                draft.relations.retain(|relation| relation.from != *from || relation.to != *to);
                let place = format!("/entity/{to}/field/{from}");
                forget(draft, |why, what| why == "relation.nearest" && what == place);
            }
            Effect::OpenSignUp => {
                draft.sign_up_invited = false;
                forget(draft, |why, _| why == "access.invite");
            }
        }
    }
}

/// What is answered was asked for, as much as what the request says.
fn said(draft: &mut Draft, role: &str, action: &'static str, entity: &str) {
    let grant = Grant { role: role.to_owned(), action, entity: entity.to_owned() };
    if !draft.grants.contains(&grant) {
        draft.grants.push(grant);
    }
}

fn forget(draft: &mut Draft, stale: impl Fn(&str, &str) -> bool) {
    draft.notes.retain(|note| !stale(&note.why, &note.what));
}
