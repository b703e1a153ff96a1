//! Who may do what: the permissions a request states, and defaults where it states none.
//!
//! `sentences` and `statements` read what is said, `lists` turns it into the words of the blueprint. What those words cannot say is
//! told here as an assumption.

mod brackets;
mod doers;
pub(crate) mod elided;
mod givers;
mod limits;
mod lists;
mod others;
mod sentences;
mod statements;
mod states;
mod unheard;
mod values;

use crate::draft::{Draft, Entity, Grant, RelationKind, Rights};
use crate::facts::{Evidence, Fact, Who};
use crate::lemma;
use crate::lexicon::verbs::Class;
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tokens::Span;
use lists::{Said, covers, decide};
use statements::{Heard, Mode, Op, Statement};
pub(crate) use values::{ValueRight, settle};

/// The places of sentences about rights: those that something was made of, and those that limit what cannot be limited.
pub(crate) struct Placed {
    pub heard: Vec<Span>,
    pub lost: Vec<Span>,
}

/// Reads the permissions and writes the rights of every entity.
pub(crate) fn access(scene: &Scene<'_>, evidence: &[Evidence], cast: &Cast, draft: &mut Draft) -> Placed {
    draft.grants = grants(evidence, cast, draft);
    let Heard { mut statements, mut values, lost, heard } = statements::statements(scene, evidence, cast, draft);
    others::keep(scene, cast, &mut statements, draft);
    others::private(scene, cast, &mut statements, draft);
    values.extend(others::secrets(scene, cast, draft));
    let limited = limits::keep(scene, cast, &mut statements, &mut values, draft);
    let judged = judged(&statements, draft);
    values.extend(judged.iter().cloned());
    tell_grants(&statements, draft);
    let declared = draft.roles.clone();
    let mut unsaid: Vec<Unsaid> = Vec::new();
    let mut doers: Vec<(String, String)> = Vec::new();
    for at in 0..draft.entities.len() {
        let Some(name) = draft.entities.get(at).map(|entity| entity.name.clone()) else { continue };
        let givers = givers::givers(&name, &statements, evidence, cast, draft);
        doers.extend(givers.iter().map(|who| (who.clone(), name.clone())));
        let Some(entity) = draft.entities.get_mut(at) else { continue };
        let mut said = Said::of(&name, &statements, &values, givers);
        said.by_value = judged.iter().any(|right| right.entity == name);
        if declared.is_empty() && said.is_silent() {
            continue;
        }
        let reached = decide(entity, &said, &declared);
        let barred = lists::is_barred(entity, &said, &declared);
        // "managers see everything" is no word about this one.
        let here: Vec<Op> =
            statements.iter().filter(|one| one.entity.as_ref() == Some(&name)).map(|one| one.op).collect();
        // Nor is "nobody deletes visits" a word about who sees them.
        // "vets see visits" keeps nobody else from them, and does not show them to all either.
        let seen = |one: &Statement| {
            one.op == Op::Read
                && one.mode == Mode::May
                && !one.own
                && one.who.iter().all(|who| matches!(who, Who::Role(_)))
        };
        let faint = |one: &Statement| one.op == Op::Delete || seen(one);
        if statements.iter().filter(|one| one.entity.as_ref() == Some(&name)).all(faint) {
            let readers = statements.iter().filter(|one| seen(one) && one.entity.as_ref() == Some(&name));
            let mut all: Vec<String> = readers.flat_map(|one| one.who.iter().map(lists::word)).collect();
            all.sort();
            all.dedup();
            unsaid.push(Unsaid { name: name.clone(), ops: here, readers: all, said: said.clone() });
        }
        let (stranger, open) = (covers(&list(&entity.rights.create), "anyone"), list(&entity.rights.read));
        tell_own(draft, &name, &said);
        tell_givers(draft, &name, &said);
        if barred {
            tell_barred(draft, &name);
        }
        tell_reached(draft, &name, &reached);
        tell_own_values(draft, &name, &said);
        if stranger && !covers(&open, "anyone") {
            let readers = people(&open);
            let text = format!("what strangers send as {} is read by {readers} alone", words(&lemma::plural(&name)));
            draft.note(format!("/entity/{name}/access/read"), text, "access.strangers", None, &["more readers"]);
        }
    }
    follow(draft, &unsaid, &doers);
    // Facts are made of what is allowed; of a limit there may be none.
    let limits = statements.iter().filter(|one| one.mode != Mode::May || one.who.contains(&Who::Owner));
    let heard = limits.map(|one| one.span).chain(values.iter().map(|one| one.span)).chain(heard).collect();
    draft.values = values;
    tell_defaults(draft);
    tell_approval(draft, &statements, &judged);
    tell_unmet(draft, &statements);
    tell_lost(scene, draft, &lost);
    Placed { heard, lost: lost.into_iter().chain(limited).collect() }
}

/// A record of which the request does not say who alone sees it: what else is said of it, and who sees it for sure.
#[derive(Clone)]
struct Unsaid {
    name: String,
    ops: Vec<Op>,
    readers: Vec<String>,
    said: Said,
}

/// Where nothing is said of a record, and it hangs on one that not everybody sees, it is seen no further: the vaccinations
/// of a pet by those who see all pets, and by who made them. So are people who see their own pets alone.
/// `doers` are people and what each of them makes for himself: nobody sees all patients who sees no more than his own visits.
fn follow(draft: &mut Draft, unsaid: &[Unsaid], doers: &[(String, String)]) {
    let hidden = |entity: &&Entity| entity.owned && !covers(&list(&entity.rights.read), "signed_in");
    let mut left: Vec<&Unsaid> = unsaid.iter().collect();
    // A record may hang on one that hangs on another.
    while let Some((place, other)) = left.iter().enumerate().find_map(|(place, Unsaid { name, .. })| {
        let entity = draft.entity(name).filter(|entity| !entity.owned)?;
        let asks = draft.roles.contains(&entity.name) || entity.name == "owner";
        let tied = draft.relations.iter().filter(|one| one.kind == RelationKind::OneToMany && one.from != one.to);
        let mut others = tied.filter_map(|one| match (one.from == entity.name, one.to == entity.name) {
            (_, true) => draft.entity(&one.from),
            (true, _) if asks || doers.contains(&(one.from.clone(), one.to.clone())) => draft.entity(&one.to),
            _ => None,
        });
        others.find(hidden).map(|other| (place, other.clone()))
    }) {
        let Unsaid { name, ops, readers, said } = left.remove(place).clone();
        let setter = |word: &String| other.setters.iter().any(|role| *word == format!("role:{role}"));
        let mut rights = other.rights.clone();
        rights.update.iter_mut().for_each(|update| update.retain(|word| !setter(word)));
        let other_reads = list(&other.rights.read);
        let mut reached = Vec::new();
        if let Some(entity) = draft.entities.iter_mut().find(|entity| entity.name == name) {
            entity.owned = true;
            let create = Some(vec!["signed_in".into()]);
            let delete = entity.rights.delete.take();
            entity.rights = Rights { create, actions: Vec::new(), ..rights };
            let read = entity.rights.read.get_or_insert_with(|| vec!["owner".to_owned()]);
            read.extend(readers.into_iter().filter(|word| !other_reads.contains(word)));
            if let (true, Some(mut delete)) = (ops.contains(&Op::Delete), delete) {
                lists::cut(&mut delete, &list(&entity.rights.read));
                entity.rights.delete = Some(delete);
            }
            lists::bar(true, &said, &draft.roles, &mut entity.rights);
            reached = lists::let_in(entity, &said);
        }
        tell_reached(draft, &name, &reached);
        let (rows, of) = (words(&lemma::plural(&name)), words(&lemma::plural(&other.name)));
        let text =
            format!("{rows} are seen by who made them and by those who see all {of}: the request says nothing of them");
        draft.note(
            format!("/entity/{name}/access"),
            text,
            "access.follows",
            None,
            &["shared by all who are signed in"],
        );
    }
}

fn list(right: &Option<Vec<String>>) -> Vec<String> {
    right.clone().unwrap_or_default()
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A list of the blueprint for people to read.
fn people(list: &[String]) -> String {
    let one = |word: &String| match word.split_once("caller.role != '") {
        Some((_, role)) => format!("all but {}", words(role.split('\'').next().unwrap_or(role))),
        None if word.starts_with('{') => "some in a state".to_owned(),
        None => words(word.strip_prefix("role:").unwrap_or(word)),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn tell_defaults(draft: &mut Draft) {
    let shared = |entity: &Entity| covers(&list(&entity.rights.read), "signed_in");
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
fn tell_own_values(draft: &mut Draft, name: &str, said: &Said) {
    for role in said.own_values() {
        let (role, rows) = (words(&role), words(&lemma::plural(name)));
        let text = format!(
            "what is said of single values and the {role} holds of the {rows} that the {role} made, all values of which are \
             theirs: of others they see none"
        );
        draft.note(format!("/entity/{name}/access"), text, "access.own_value", None, &["the role sees all rows"]);
    }
}

/// "only the director can approve or reject": the state is the director's to set, where there is one with such a value.
fn judged(statements: &[Statement], draft: &Draft) -> Vec<ValueRight> {
    let mut found: Vec<ValueRight> = Vec::new();
    for one in statements.iter().filter(|one| one.op == Op::Approve && one.mode == Mode::Exclusive) {
        let stem = one.base.trim_end_matches(['e', 'y']);
        for entity in draft.entities.iter().filter(|entity| one.entity.as_ref().is_none_or(|name| *name == entity.name))
        {
            let Some(field) = entity.fields.iter().find(|field| field.values.iter().any(|one| one.starts_with(stem)))
            else {
                continue;
            };
            found.push(ValueRight::kept(&entity.name, &field.name, &one.who, one.span));
        }
    }
    found
}

/// "auditors can read everything but change nothing", where everybody would write.
fn tell_barred(draft: &mut Draft, name: &str) {
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
fn tell_givers(draft: &mut Draft, name: &str, said: &Said) {
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
fn tell_reached(draft: &mut Draft, name: &str, reached: &[String]) {
    if reached.is_empty() {
        return;
    }
    let (who, rows) = (people(reached), words(&lemma::plural(name)));
    let text = format!("{who} may read all {rows}, because the request gives them a value of these to see or to set");
    let alternatives = &["the value of their own rows alone"];
    draft.note(format!("/entity/{name}/access/read"), text, "access.reached", None, alternatives);
}

/// "clients see their own invoices", which an accountant enters: a row is owned by who makes it.
fn tell_own(draft: &mut Draft, name: &str, said: &Said) {
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
fn tell_approval(draft: &mut Draft, statements: &[Statement], judged: &[ValueRight]) {
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
        others.retain(|word| word != "role:admin" && !judges.contains(word));
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
fn tell_unmet(draft: &mut Draft, statements: &[Statement]) {
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
        draft.note(format!("/entity/{name}/access"), text, "access.narrower", None, &["the wider right"]);
    }
}

fn granted(entity: &Entity, grant: &Grant) -> bool {
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

fn tell_lost(scene: &Scene<'_>, draft: &mut Draft, lost: &[Span]) {
    for span in lost {
        let text = format!(
            "\"{}\" limits something that is no record of its own or nobody's role; access is set for whole records",
            scene.text(*span)
        );
        draft.note("/entity".into(), text, "access.unsaid", Some(*span), &["a record of its own for it"]);
    }
}

fn operation(class: Class, base: &str, permission: bool) -> Option<&'static str> {
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

fn action(op: Op) -> &'static str {
    match op {
        Op::Read => "read",
        Op::Create => "create",
        Op::Update => "update",
        Op::Delete => "delete",
        Op::Approve => "approve",
    }
}

/// What sentences allow to roles, besides what single verbs do: "staff can view and update orders".
fn tell_grants(statements: &[Statement], draft: &mut Draft) {
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
