//! A sentence that does nothing but say what every record of a kind has: "each spare part order has a number and a date".
//!
//! Such a sentence is as good as a heading with a list under it, however many words the name has and however often it is said.

use super::has::asked;
use super::{Rule, Sink, record};
use crate::clauses::{Clause, Join};
use crate::facts::{Fact, Item};
use crate::lexicon::archetypes;
use crate::lists;
use crate::nouns::{Count, Np};
use crate::scene::Scene;

pub(super) const RULES: &[Rule] =
    &[Rule { id: "described", example: "Each winter mooring permit has a number and a date.", run: described }];

/// Enough to be taken for a heading.
const LISTED: f64 = 2.2;
const ONE_VALUE: f64 = 0.8;

fn described(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "have" && clause.join == Join::Main && !clause.carried) {
        let [np] = clause.subject.as_slice() else { continue };
        let must = clause.modal.as_deref().is_none_or(|modal| matches!(modal, "must" | "shall" | "should"));
        if clause.pronoun.is_some() || clause.only || !must || !every(scene, clause, np) {
            continue;
        }
        let Some(thing) = record(np) else { continue };
        let items = lists::read(scene, clause.after, clause.to);
        let known = items.iter().filter(|item| item.known()).count();
        let values = items.first().is_some_and(Item::known) && known * 2 >= items.len();
        // "customers have an email": who is only told something has that too.
        if !values || items.len() == 1 && archetypes::is_person(&thing.name) {
            continue;
        }
        let weight = if items.len() >= 2 { LISTED } else { ONE_VALUE };
        sink.add(Fact::Mention(thing), np.span, weight);
    }
}

/// "each kayak", "every kayak", "a kayak", "kayaks": whichever it is; and nothing leads the clause but the phrase.
fn every(scene: &Scene<'_>, clause: &Clause, np: &Np) -> bool {
    let any = match np.count {
        Count::Each | Count::One => !np.plural,
        Count::Many => np.article.is_none(),
        _ => false,
    };
    let leads = (clause.from..np.from).all(|at| scene.one_of(at, &["and", "so", ",", "then", "also", "plus", "-"]));
    any && np.possessive.is_none() && np.owner.is_none() && leads
}
