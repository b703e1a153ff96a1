//! "The manager is the only one who can delete repairs" says what "only the manager can delete repairs" does.
//!
//! Who is so named is the subject of what follows, and "only" goes with the verb.

use super::{Clause, Join, Polarity};
use crate::lexicon::verbs::{self, Class};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

/// Whoever "the only" is said of.
const ONE: &[&str] = &["one", "ones", "person", "people", "persons", "role", "roles", "user", "users"];
/// What leads from them to what they may do.
const ALLOWED: &[&str] = &["allowed", "permitted", "authorized", "authorised", "entitled", "able"];

/// Whether "only" at this place is that of "the only one".
pub(crate) fn leads(scene: &Scene<'_>, at: usize) -> bool {
    at > 0 && scene.is(at, "only") && scene.is(at - 1, "the") && scene.one_of(at + 1, ONE)
}

/// "The only ones who can edit or delete them are managers": what the managers alone do.
fn turned(scene: &Scene<'_>, said: &mut [Clause]) {
    for at in 1..said.len() {
        let Some(first) = said.get(at - 1).cloned() else { continue };
        let Some(only) = (first.from..first.to).find(|at| leads(scene, *at)) else { continue };
        let hangs = said.get(at).is_some_and(|clause| clause.join == Join::Relative);
        if !hangs || first.verb.is_some() || only + 2 < first.to {
            continue;
        }
        let more = said.iter().skip(at + 1).take_while(|clause| clause.carried && clause.join == Join::Main).count();
        let Some(last) = said.get(at + more) else { continue };
        let Some(be) = (last.after..last.to).rev().find(|at| scene.tag(*at) == Some(Tag::Be)) else { continue };
        let named: Vec<Np> = crate::rules::objects(scene, be + 1, last.to).into_iter().cloned().collect();
        let all = said.get_mut(at..=at + more).unwrap_or(&mut []);
        if named.is_empty() || all.iter().any(|clause| clause.passive || clause.polarity != Polarity::Asked) {
            continue;
        }
        for (place, clause) in all.iter_mut().enumerate() {
            (clause.join, clause.subject, clause.pronoun, clause.only) = (Join::Main, named.clone(), None, true);
            clause.modal = clause.modal.take().or(Some("can".to_owned()));
            if place == 0 {
                (clause.from, clause.carried) = (only, false);
            }
            clause.to = clause.to.min(be);
        }
        if let Some(first) = said.get_mut(at - 1) {
            first.to = only;
        }
    }
}

/// Gives the clauses of a sentence behind "the only one" to whom it is said of.
pub(super) fn give(scene: &Scene<'_>, said: &mut [Clause]) {
    turned(scene, said);
    for at in 0..said.len() {
        let Some(first) = said.get(at).cloned() else { continue };
        let be = first.base == "be" && first.polarity == Polarity::Asked && first.join == Join::Main;
        let only = first.after + 1;
        if !be || only >= first.to || !leads(scene, only) {
            continue;
        }
        let next = only + 2;
        let right = |class: Option<Class>, modal: bool| {
            let plain = matches!(
                class,
                Some(Class::Create | Class::Read | Class::Update | Class::Delete | Class::Approve | Class::Upload)
            );
            plain || modal && class == Some(Class::Assign)
        };
        let given = |clause: &Clause| Clause {
            join: Join::Main,
            subject: first.subject.clone(),
            pronoun: first.pronoun.clone(),
            only: true,
            ..clause.clone()
        };
        // "the only person allowed to delete repairs".
        let verb = next + 2;
        if scene.one_of(next, ALLOWED) && scene.is(next + 1, "to") && verb < first.to {
            let known = scene.token(verb).and_then(|token| verbs::lookup(&token.text));
            if let (Some((known, _)), Some(place)) =
                (known.filter(|(known, _)| right(Some(known.class), true)), said.get_mut(at))
            {
                *place = Clause {
                    verb: Some(verb),
                    base: known.base,
                    class: Some(known.class),
                    modal: Some("can".to_owned()),
                    after: verb + 1,
                    ..given(&first)
                };
            }
            continue;
        }
        let follows = |clause: &&Clause| {
            let hangs = matches!(clause.join, Join::Relative | Join::Purpose) && clause.from == first.to;
            hangs
                && clause.polarity == Polarity::Asked
                && !clause.passive
                && right(clause.class, clause.modal.is_some())
        };
        if first.to > next + usize::from(scene.one_of(next, ALLOWED)) || said.get(at + 1).filter(follows).is_none() {
            continue;
        }
        // "who can delete and edit them": both.
        for (place, clause) in said.iter_mut().enumerate().skip(at + 1) {
            if place > at + 1 && !(clause.carried && clause.join == Join::Main) {
                break;
            }
            *clause = given(clause);
            clause.modal = clause.modal.take().or(Some("can".to_owned()));
            if place == at + 1 {
                (clause.from, clause.carried) = (only, false);
            }
        }
        if let Some(be) = said.get_mut(at) {
            be.to = only;
        }
    }
}
