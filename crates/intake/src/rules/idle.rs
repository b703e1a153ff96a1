//! Nouns that stand in the place of a record and are none: "tools like drills and saws have a weight" speaks of tools,
//! "in a certain order" of no order, "a page for each boat" of what is shown.
//!
//! The rules read word by word; what they found of such phrases is moved to the record meant, or taken away.

use std::collections::HashMap;

use super::{is_value, record};
use crate::facts::{Evidence, Fact, Thing};
use crate::lexicon::has;
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

/// What screens are made of, where it is wished for like a record.
const SHOWN: &str = "page screen view table list form chart tab menu section column button field card";
/// What is written about records.
const TOLD: &str = "statement summary overview list report copy copies notice reminder digest";

/// Moves what was found of examples to their kind, and takes away what idle phrases gave.
pub(super) fn leave_out(scene: &Scene<'_>, evidence: &mut Vec<Evidence>) {
    let heaps = heaps(scene, evidence);
    evidence.retain(|found| !things(&found.fact).iter().any(|thing| heaps.contains(&thing.span.start)));
    let examples = examples(scene);
    if !examples.is_empty() {
        evidence.retain_mut(|found| of_kind(found, &examples));
    }
    let idle: Vec<usize> = scene.nps.iter().filter(|np| is_idle(scene, np)).map(|np| np.span.start).collect();
    if idle.is_empty() {
        return;
    }
    let listed = |start: usize| {
        let of = |found: &&Evidence| matches!(&found.fact, Fact::Has { owner, item } if owner.span.start == start && item.known());
        evidence.iter().filter(of).count() >= 2
    };
    // "a form for each patient (date, answers)" is kept after all.
    let idle: Vec<usize> = idle.into_iter().filter(|start| !listed(*start)).collect();
    evidence.retain(|found| !things(&found.fact).iter().any(|thing| idle.contains(&thing.span.start)));
}

/// "we keep three books: baptisms, marriages and funerals" where each of these has fields: what only holds them.
fn heaps(scene: &Scene<'_>, evidence: &[Evidence]) -> Vec<usize> {
    let own = |name: &str| {
        let owner = |fact: &Fact| matches!(fact, Fact::Has { owner, .. } if owner.name == name);
        evidence.iter().any(|found| owner(&found.fact))
    };
    let holds = |np: &&Np| {
        if !np.plural {
            return false;
        }
        let comma = usize::from(scene.is(np.to, ",") && scene.one_of(np.to + 1, &["namely", "viz"]));
        let at = np.to + 2 * comma;
        if comma == 0 && !scene.one_of(at, &[":", "-"]) {
            return false;
        }
        let from = at + usize::from(comma == 0);
        let named = super::objects(scene, from, scene.sentence_end(from));
        named.len() >= 2 && named.iter().all(|one| one.entity() != np.entity() && own(one.entity()))
    };
    scene.nps.iter().filter(holds).map(|np| np.span.start).collect()
}

/// The records that a fact speaks of.
pub(super) fn things(fact: &Fact) -> Vec<&Thing> {
    match fact {
        Fact::Mention(thing) | Fact::Op { object: thing, .. } => vec![thing],
        Fact::Has { owner, .. } => vec![owner],
        Fact::Belongs { child, parent } | Fact::Many { parent, child } => vec![child, parent],
        Fact::ManyToMany { a, b } => vec![a, b],
        _ => Vec::new(),
    }
}

/// "suppliers such as florists and printers": where examples stand, and what of.
fn examples(scene: &Scene<'_>) -> HashMap<usize, Thing> {
    let mut found = HashMap::new();
    for np in &scene.nps {
        let comma = usize::from(scene.is(np.to, ","));
        let at = np.to + comma;
        let first = if scene.is(at, "such") && scene.is(at + 1, "as") {
            at + 2
        } else if comma == 0 && scene.one_of(at, &["like", "e.g", "e.g."]) {
            at + 1
        } else {
            continue;
        };
        // "stores like ours", "would like": no row of examples.
        let Some(kind) = record(np).filter(|_| !is_value(np)) else { continue };
        for example in super::objects(scene, first, scene.sentence_end(first)) {
            if example.possessive.is_some() || example.article.is_some() || !example.plural {
                break;
            }
            found.insert(example.span.start, kind.clone());
        }
    }
    found
}

/// Whether a fact stays, with its examples called by their kind.
fn of_kind(found: &mut Evidence, kinds: &HashMap<usize, Thing>) -> bool {
    match &mut found.fact {
        Fact::Has { owner, .. } => {
            if let Some(kind) = kinds.get(&owner.span.start) {
                *owner = kind.clone();
            }
            true
        }
        fact => !things(fact).iter().any(|thing| kinds.contains_key(&thing.span.start)),
    }
}

fn is_idle(scene: &Scene<'_>, np: &Np) -> bool {
    let before = |back: usize| np.from.wrapping_sub(back);
    let last = np.to.wrapping_sub(1);
    // "stops in a certain order", "by a show of hands".
    let order = np.head() == "order" && !np.plural && scene.is(before(1), "in") && np.owner.is_none();
    let show = scene.is(last, "show") && scene.is(np.to, "of") && scene.is(np.to + 1, "hands")
        || scene.is(last, "hands") && scene.is(before(1), "of") && scene.is(before(2), "show");
    // "a page for each teacher", "a table with all lessons".
    let one = !np.plural && np.words().len() == 1 && np.article.is_some();
    let follows = scene.is(np.to, "with") && scene.one_of(np.to + 1, &["all", "every", "the", "my", "our"])
        || scene.is(np.to, "for") && scene.one_of(np.to + 1, &["each", "every", "all"])
        || scene.one_of(np.to, &["that", "which", "where", "showing", "listing"])
            && scene.one_of(np.to + 1, &["shows", "lists", "show", "list", "you", "we", "i"]);
    let shown = one && has(SHOWN, np.head()) && follows;
    // "a statement of their trips".
    let told = np.possessive.is_some()
        && scene.is(before(1), "of")
        && scene.np_before(before(1)).is_some_and(|report| has(TOLD, report.head()))
        && scene.clause_around(np).is_some_and(|clause| clause.verb.is_some());
    // "batches that are for sale", "bikes for hire".
    let bare = np.words().len() == 1 && !np.plural && np.article.is_none() && np.possessive.is_none();
    let offered = bare && scene.is(before(1), "for") && has("sale rent hire adoption display free", np.head());
    // "put their name on the public form", "through a webhook": how it is done.
    let through = np.article.is_some()
        && has("form webhook endpoint page", np.head())
        && !np.plural
        && scene.one_of(before(1), &["on", "via", "through", "to", "by", "over", "from", "with", "in"])
        && scene.tag(np.to) != Some(Tag::Verb);
    // "upon approval of a request", "in case of a flood", "at the request of the owner".
    let upon = scene.one_of(before(1), &["upon", "pending"]) && np.article.is_none() && !np.plural;
    let last = np.words().last().map_or("", |word| word.lemma.as_str());
    let event = np.words().iter().any(|word| has("case event", &word.lemma)) && scene.one_of(before(1), &["in"])
        || has("case event request behalf expense discretion", last)
            && scene.one_of(before(1), &["in", "at", "on"])
            && scene.is(np.to, "of");
    order
        || offered
        || upon
        || event && !np.plural
        || show
        || shown
        || told
        || through
        || super::passing::names_nothing(scene, np)
}
