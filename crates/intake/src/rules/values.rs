//! Which values a field takes, said apart from the list of fields: "status can be open or closed".

use super::{Rule, Sink, record};
use crate::clauses::Join;
use crate::facts::{Fact, Thing};
use crate::lexicon::fields;
use crate::nouns::{Np, Word};
use crate::scene::Scene;
use crate::tags::Tag;
use crate::values;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "values.can_be", example: "The condition of a kayak can be new, used or broken.", run: can_be },
    Rule { id: "values.colon", example: "Kayak status: free, rented, broken.", run: colon },
    Rule {
        id: "values.brackets",
        example: "Keepers open walks. The guide updates the status (open, full, over).",
        run: brackets,
    },
    Rule {
        id: "values.from_to",
        example: "Repairers change the status from open to fixed or \
        scrapped.",
        run: from_to,
    },
];

/// "X status can be A, B or C", "the states are A -> B -> C".
fn can_be(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| fields::takes_values(np.head())) {
        let mut at = np.to;
        if scene.tag(at) == Some(Tag::Relative) || scene.one_of(at, &["that", "which"]) {
            at += 1;
        }
        let modal = scene.tag(at) == Some(Tag::Modal);
        at += usize::from(modal);
        // "when a payment is late, email the tenant" tells when.
        let when = scene.clause_at(np.from).filter(|clause| !modal && clause.join == Join::Condition);
        if when.is_some_and(|clause| !(np.to..clause.to).any(|at| scene.one_of(at, &["or", "/", "->"]))) {
            continue;
        }
        let copula = scene.tag(at) == Some(Tag::Be) || scene.one_of(at, &["goes", "go", "moves", "move", "changes"]);
        if !copula && !scene.one_of(at, &["->"]) {
            continue;
        }
        at += 1;
        while scene.one_of(at, &["either", "one", "of", "from", "through", ":", "always"]) {
            at += 1;
        }
        emit(scene, sink, np, at, modal);
    }
}

/// "Status: A, B, C".
fn colon(scene: &Scene<'_>, sink: &mut Sink) {
    let often = |np: &Np| np.head() == "season" && np.article.as_deref() == Some("a");
    for np in scene.nps.iter().filter(|np| fields::takes_values(np.head()) && scene.is(np.to, ":") && !often(np)) {
        emit(scene, sink, np, np.to + 1, true);
    }
}

/// "the status (A, B, C)" of what was spoken of.
fn brackets(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene
        .nps
        .iter()
        .filter(|np| fields::takes_values(np.head()) && np.article.as_deref() == Some("the") && np.words().len() == 1)
    {
        let Some(close) = scene.close_of(np.to) else { continue };
        let (values, _) = values::values(scene, np.to + 1, close);
        if values.len() >= 2 {
            let owner = super::antecedent(scene, np.from).filter(|thing| !thing.is_person());
            sink.add(Fact::Values { owner, field: np.field().to_owned(), values }, scene.span(np.from, close), 2.0);
        }
    }
}

/// "change status from A to B, C or D".
fn from_to(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| fields::takes_values(np.head()) && scene.is(np.to, "from")) {
        emit(scene, sink, np, np.to + 1, true);
    }
}

fn emit(scene: &Scene<'_>, sink: &mut Sink, np: &Np, from: usize, one_is_enough: bool) {
    let end = scene.sentence_end(from);
    // "the grade must be between 1 and 6".
    if super::bounds::limit(scene, from, end).is_some() {
        return;
    }
    let (values, next) = values::values(scene, from, end);
    let words = values.iter().all(|value| !value.is_empty() && value.len() <= 40);
    if values.len() < 2 || !words || !one_is_enough && values.len() < 2 {
        return;
    }
    let (owner, field) = owner_and_field(np);
    sink.add(Fact::Values { owner, field, values }, scene.span(np.from, next), 2.0);
}

/// "work order status" is the status of a work order.
fn owner_and_field(np: &Np) -> (Option<Thing>, String) {
    if let Some(words) = &np.owner {
        return (record(&np.renamed(words.clone())), np.field().to_owned());
    }
    let Some((last, rest)) = np.words().split_last() else { return (None, np.field().to_owned()) };
    let field = if last.lemma == "state" { "status".to_owned() } else { last.lemma.clone() };
    let nouns: Vec<Word> = rest.iter().filter(|word| word.noun).cloned().collect();
    if nouns.is_empty() { (None, field) } else { (Some(Thing::of(&np.renamed(nouns))), field) }
}
