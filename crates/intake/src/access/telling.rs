//! What is told of access as assumptions: defaults, narrower rights than a sentence may mean, and what no right can say.

use super::granting::{action, granted};
use super::lists::{self, Said, covers};
use super::statements::{Mode, Op, Statement};
use super::values::ValueRight;
use crate::draft::{Draft, Entity, Grant};
use crate::facts::Who;
use crate::lemma;
use crate::scene::Scene;
use crate::tokens::Span;

pub(super) fn list(right: &Option<Vec<String>>) -> Vec<String> {
    right.clone().unwrap_or_default()
}

pub(super) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A list of the blueprint for people to read.
pub(super) fn people(list: &[String]) -> String {
    let one = |word: &String| match word.split_once("caller.role != '") {
        Some((_, role)) => format!("all but {}", words(role.split('\'').next().unwrap_or(role))),
        None if word.starts_with('{') => "some in a state".to_owned(),
        None => words(word.strip_prefix("role:").unwrap_or(word)),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub(super) fn tell_defaults(draft: &mut Draft) {
    // "everyone except interns", "everyone sees published ones": whoever makes an account would be among them.
    let some = |entity: &Entity| list(&entity.rights.read).iter().any(|word| word.starts_with("{ when = "));
    let shared = |entity: &Entity| covers(&list(&entity.rights.read), "signed_in") || some(entity);
    let public = |entity: &Entity| covers(&list(&entity.rights.read), "anyone");
    if draft.entities.iter().any(|entity| shared(entity) && !public(entity)) {
        draft.sign_up_invited = true;
        draft.note(
            "/auth/sign_up".into(),
            "accounts are made by invitation only, because everyone signed in sees shared records".into(),
            "access.invite",
            None,
            &["open"],
        );
    }
    if draft.roles.is_empty() && draft.entities.iter().any(|entity| entity.owned && !public(entity)) {
        draft.note(
            "/entity".into(),
            "everyone signed in sees only the records they made, because the request shares them with nobody".into(),
            "access.owner",
            None,
            &["shared by all who are signed in"],
        );
    }
}

/// "couriers see their own parcels; they can only set the signature".
pub(super) fn tell_own_values(draft: &mut Draft, name: &str, said: &Said) {
    for role in said.own_values() {
        let (role, rows) = (words(&role), words(&lemma::plural(name)));
        let text = format!(
            "what is said of single values and the {role} holds of the {rows} that the {role} made, all values of which are \
             theirs: of others they see none"
        );
        draft.note(format!("/entity/{name}/access"), text, "access.own_value", None, &["the role sees all rows"]);
    }
}

/// "members send messages, nobody else can read them": but to whom one goes is no account that the record names.
pub(super) fn tell_parties(draft: &mut Draft, statements: &[Statement]) {
    let kept =
        |one: &&Statement| one.op == Op::Read && one.mode == Mode::Exclusive && one.who == [Who::Owner] && !one.own;
    for one in statements.iter().filter(kept) {
        let Some(name) = &one.entity else { continue };
        let sent =
            |other: &Statement| other.op == Op::Create && other.base == "send" && other.entity.as_ref() == Some(name);
        if !statements.iter().any(sent) {
            continue;
        }
        let text = format!(
            "{} are read by who sent them alone, not by whom they are sent to, because nothing says which account that is",
            words(&lemma::plural(name))
        );
        let alternatives = &["each names the account it is sent to, who reads it too"];
        draft.note(format!("/entity/{name}/access/read"), text, "access.parties", Some(one.span), alternatives);
    }
}

/// "anyone can see products", and nothing is said of who adds them.
pub(super) fn tell_writers(draft: &mut Draft, name: &str) {
    let Some(entity) = draft.entity(name) else { return };
    let mut writers = list(&entity.rights.create);
    writers.extend(list(&entity.rights.update));
    let text = format!(
        "{} are added and changed by {} alone: strangers see them, and the request says of nobody that he writes them",
        words(&lemma::plural(name)),
        people(&super::lists::unique(writers))
    );
    draft.note(
        format!("/entity/{name}/access/create"),
        text,
        "access.writers",
        None,
        &["admins alone", "everyone signed in"],
    );
}

/// "auditors can read everything but change nothing", where everybody would write.
pub(super) fn tell_barred(draft: &mut Draft, name: &str) {
    let Some(entity) = draft.entity(name) else { return };
    let (create, update) = (list(&entity.rights.create), list(&entity.rights.update));
    let rows = words(&lemma::plural(name));
    let said =
        |done: &str, list: &[String]| (!covers(list, "signed_in")).then(|| format!("{done} by {}", people(list)));
    let done: Vec<String> = [said("added", &create), said("changed", &update)].into_iter().flatten().collect();
    let done = done.join(" and ");
    let text = format!("{rows} are {done}, not by everyone signed in, because some of them may not change them");
    draft.note(format!("/entity/{name}/access/create"), text, "access.barred", None, &["more roles"]);
}

/// "applicants submit applications": no applicant sees those of the others.
pub(super) fn tell_givers(draft: &mut Draft, name: &str, said: &Said) {
    let Some(entity) = draft.entity(name).filter(|entity| entity.owned && !said.givers().is_empty()) else { return };
    let (read, update) = (list(&entity.rights.read), list(&entity.rights.update));
    if draft.roles.is_empty() || !update.iter().any(|word| word == "owner") {
        return;
    }
    let givers: Vec<String> = said.givers().iter().map(|role| words(&lemma::plural(role))).collect();
    let others: Vec<String> = read.iter().filter(|word| *word != "owner").cloned().collect();
    let also = if others.is_empty() { String::new() } else { format!(" and by {}", people(&others)) };
    let (one, givers) = (words(name), givers.join(" and "));
    let text = format!(
        "each {one} is seen by the account that made it{also}, and changed by no other of the {givers}: making such \
         records shows nobody those of others"
    );
    let alternatives = &["all of them see all", "more readers"];
    draft.note(format!("/entity/{name}/access/update"), text, "access.givers", None, alternatives);
}

/// "only admins see the cost price": they see the product too.
pub(super) fn tell_reached(draft: &mut Draft, name: &str, reached: &[String]) {
    if reached.is_empty() {
        return;
    }
    let (who, rows) = (people(reached), words(&lemma::plural(name)));
    let text = format!("{who} may read all {rows}, because the request gives them a value of these to see or to set");
    let alternatives = &["the value of their own rows alone"];
    draft.note(format!("/entity/{name}/access/read"), text, "access.reached", None, alternatives);
}

/// "clients see their own invoices", which an accountant enters: a row is owned by who makes it.
pub(super) fn tell_own(draft: &mut Draft, name: &str, said: &Said) {
    let create = draft.entity(name).map(|entity| list(&entity.rights.create)).unwrap_or_default();
    for role in said.own_but_not_made() {
        if covers(&create, &format!("role:{role}")) {
            continue;
        }
        draft.own_doubts.push((name.to_owned(), role.to_owned()));
        let (rows, role) = (words(&lemma::plural(name)), words(role));
        draft.note(
            format!("/entity/{name}/access"),
            format!(
                "\"their own\" {rows} of {} are those that the {role} made: rows that somebody else enters \
                 for the {role} stay hidden from them, because a row belongs to who makes it",
                lemma::with_article(&role)
            ),
            "access.own",
            None,
            &["the role sees all rows", "the role makes the rows"],
        );
    }
}

/// Who may change a row may change its state too: fields have no rights of their own.
pub(super) fn tell_approval(draft: &mut Draft, statements: &[Statement], judged: &[ValueRight]) {
    for at in 0..draft.entities.len() {
        let Some(entity) = draft.entities.get(at) else { continue };
        if judged.iter().any(|right| right.entity == entity.name) {
            continue;
        }
        let named =
            |one: &Statement| one.entity.as_deref().map_or(one.mode == Mode::Exclusive, |name| name == entity.name);
        let here = |one: &&Statement| one.op == Op::Approve && one.mode != Mode::MayNot && named(one);
        let Some(one) = statements.iter().find(here) else { continue };
        let judges: Vec<String> = one.who.iter().map(lists::word).collect();
        let mut others = list(&entity.rights.update);
        others.retain(|word| word != "role:admin" && !judges.contains(word) && !word.starts_with('{'));
        let acts = entity.actions.iter().any(|action| action.name == one.base);
        if others.is_empty() && one.mode == Mode::Exclusive && !acts && !judges.is_empty() {
            let (name, span) = (entity.name.clone(), one.span);
            let text = format!(
                "{} alone may update {} once they are made, in all their fields, because they have no state to {}",
                people(&judges),
                words(&lemma::plural(&name)),
                one.base
            );
            draft.note(format!("/entity/{name}/access/update"), text, "access.approve", Some(span), &["a status"]);
            continue;
        }
        if others.is_empty() {
            continue;
        }
        let (name, span, verb) = (entity.name.clone(), one.span, one.base);
        let text = format!(
            "{} may update {} in all its fields, its state too, though others {verb} it: rights hold for whole records",
            people(&others),
            lemma::with_article(&words(&name)),
        );
        draft.note(format!("/entity/{name}/access/update"), text, "access.approve", Some(span), &["admins update"]);
    }
}

/// Every right that the summary tells is in the lists, or it is said here that it is not.
pub(super) fn tell_unmet(draft: &mut Draft, statements: &[Statement]) {
    let own = |role: &str, name: &str| {
        statements.iter().any(|one| {
            one.own
                && one.entity.as_deref().is_none_or(|entity| entity == name)
                && one.who.iter().any(|who| match who {
                    Who::Role(found) => found == role,
                    // "everyone sees their own notes" was never meant of all.
                    _ => matches!(role, "public" | "user"),
                })
        })
    };
    // What was forbidden, or not given because of a limit, was told.
    let forbidden = |grant: &Grant, name: &str| {
        statements.iter().any(|one| {
            one.mode == Mode::MayNot
                && one.entity.as_deref().is_none_or(|entity| entity == name)
                && action(one.op) == grant.action
                && one.who.iter().any(|who| matches!(who, Who::Role(role) if *role == grant.role))
        })
    };
    let mut unmet = Vec::new();
    for grant in &draft.grants {
        for entity in draft.entities.iter().filter(|entity| grant.entity == "*" || entity.name == grant.entity) {
            if !granted(entity, grant) && !own(&grant.role, &entity.name) && !forbidden(grant, &entity.name) {
                unmet.push((entity.name.clone(), grant.clone()));
            }
        }
    }
    for (name, grant) in unmet {
        let text = format!(
            "{} may not {} every one of the {}, though a sentence may be read so: the narrower right was taken",
            words(&grant.role),
            grant.action,
            words(&lemma::plural(&name))
        );
        let list = ["read", "create", "update", "delete"].iter().find(|list| **list == grant.action);
        let list = list.map(|list| format!("/{list}")).unwrap_or_default();
        draft.note(format!("/entity/{name}/access{list}"), text, "access.narrower", None, &["the wider right"]);
    }
}

pub(super) fn tell_lost(scene: &Scene<'_>, draft: &mut Draft, lost: &[Span]) {
    for span in lost {
        let text = format!(
            "\"{}\" limits something that is no record of its own or nobody's role; access is set for whole records",
            scene.text(*span)
        );
        draft.note("/entity".into(), text, "access.unsaid", Some(*span), &["a record of its own for it"]);
    }
}
