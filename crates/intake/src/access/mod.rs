//! Who may do what: the permissions a request states, and defaults where it states none.
//!
//! `sentences` and `statements` read what is said, `lists` turns it into the words of the blueprint. What those words cannot say is
//! told here as an assumption.

mod brackets;
mod doers;
pub(crate) mod elided;
mod givers;
mod granting;
mod limits;
mod lists;
mod others;
pub(crate) mod refused;
mod sentences;
mod statements;
mod states;
mod telling;
mod terse;
mod unheard;
mod values;

use crate::draft::{Draft, Entity, RelationKind, Rights};
use crate::facts::{Evidence, Who};
use crate::lemma;
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tokens::Span;
use lists::{Said, covers, decide};
use statements::{Heard, Mode, Op, Statement};
use telling::{list, people, words};
pub(crate) use values::{ValueRight, settle};

/// The places of sentences about rights: those that something was made of, and those that limit what cannot be limited.
pub(crate) struct Placed {
    pub heard: Vec<Span>,
    pub lost: Vec<Span>,
}

/// Reads the permissions and writes the rights of every entity.
pub(crate) fn access(scene: &Scene<'_>, evidence: &[Evidence], cast: &Cast, draft: &mut Draft) -> Placed {
    draft.grants = granting::grants(evidence, cast, draft);
    let Heard { mut statements, mut values, lost, heard } = statements::statements(scene, evidence, cast, draft);
    others::keep(scene, cast, &mut statements, draft);
    others::private(scene, cast, &mut statements, draft);
    values.extend(others::secrets(scene, cast, draft));
    let limited = limits::keep(scene, cast, &mut statements, &mut values, draft);
    let judged = judged(&statements, draft);
    values.extend(judged.iter().cloned());
    granting::tell_grants(&statements, draft);
    let declared = draft.roles.clone();
    // "the only ones who can see cases are lawyers": a word about cases that shares no people with all.
    let kept = |one: &Statement| one.mode == Mode::Exclusive && one.entity.is_some();
    let all_kept = !statements.is_empty() && statements.iter().all(kept);
    let mut unsaid: Vec<Unsaid> = Vec::new();
    let mut doers: Vec<(String, String)> = Vec::new();
    for at in 0..draft.entities.len() {
        let Some(name) = draft.entities.get(at).map(|entity| entity.name.clone()) else { continue };
        let givers = givers::givers(&name, &statements, evidence, cast, draft);
        doers.extend(givers.iter().map(|who| (who.clone(), name.clone())));
        let Some(entity) = draft.entities.get_mut(at) else { continue };
        let mut said = Said::of(&name, &statements, &values, givers);
        said.by_value = judged.iter().any(|right| right.entity == name);
        if said.is_silent() && (declared.is_empty() || all_kept && crate::lexicon::archetypes::is_person(&name)) {
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
        let unsaid_writers = said.left_to_staff(entity, &declared);
        let (stranger, open) = (covers(&list(&entity.rights.create), "anyone"), list(&entity.rights.read));
        if unsaid_writers {
            telling::tell_writers(draft, &name);
        }
        telling::tell_own(draft, &name, &said);
        telling::tell_givers(draft, &name, &said);
        if barred {
            telling::tell_barred(draft, &name);
        }
        telling::tell_reached(draft, &name, &reached);
        telling::tell_own_values(draft, &name, &said);
        if stranger && !covers(&open, "anyone") {
            let readers = people(&open);
            let text = format!("what strangers send as {} is read by {readers} alone", words(&lemma::plural(&name)));
            draft.note(format!("/entity/{name}/access/read"), text, "access.strangers", None, &["more readers"]);
        }
    }
    follow(draft, &unsaid, &doers);
    // Facts are made of what is allowed; of a limit there may be none.
    let narrow = |one: &&Statement| one.mode != Mode::May || one.who.contains(&Who::Owner) || one.when.is_some();
    let limits = statements.iter().filter(narrow);
    let heard =
        limits.map(|one| one.span).chain(values.iter().map(|one| one.span)).chain(heard).chain(limited.heard).collect();
    draft.values = values;
    telling::tell_defaults(draft);
    telling::tell_approval(draft, &statements, &judged);
    telling::tell_parties(draft, &statements);
    telling::tell_unmet(draft, &statements);
    telling::tell_lost(scene, draft, &lost);
    Placed { heard, lost: lost.into_iter().chain(limited.told).collect() }
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
        // What holds of the others in a state is none of these, which have none: they are their maker's.
        for list in [&mut rights.read, &mut rights.update, &mut rights.delete].into_iter().flatten() {
            *list = lists::unique(list.iter().filter_map(|word| match word.starts_with("{ who = \"owner\"") {
                true => Some("owner".to_owned()),
                false => Some(word.clone()).filter(|word| !word.starts_with('{') || word.contains("\"caller.role ")),
            }));
        }
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
        telling::tell_reached(draft, &name, &reached);
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
