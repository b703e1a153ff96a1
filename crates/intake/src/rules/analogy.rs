//! Requests by comparison: "something like Trello, but for my plants: boards for rooms, cards for plants".
//!
//! The product compared with is nobody's record and no service to call. Boards, cards and pages are how records are
//! shown; what they are for is what is kept.

use std::sync::LazyLock;

use super::{Rule, Sink, antecedent, is_value, record};
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::fields::FieldType;
use crate::lexicon::{Table, archetypes, integrations, verbs, words};
use crate::nouns::Np;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "analogy.like", example: "Make something like Goodreads but for my vinyl.", run: like },
    Rule { id: "screen.for", example: "I'd want folders for concerts and pages for pieces.", run: containers },
    Rule { id: "wish.when", example: "I keep orchids and need to know when to repot them.", run: when },
];

/// What holds others on a screen, from the outside in.
const CONTAINERS: [&str; 3] = [
    "board folder notebook binder workspace space",
    "sheet tab section list column lane page screen panel",
    "card row pin tile entry line",
];

/// How deep a container usually stands in others; none for a word that is no container.
fn container(np: &Np) -> Option<usize> {
    static DEPTHS: LazyLock<Table<usize>> = LazyLock::new(|| {
        let names = CONTAINERS.iter().enumerate().rev();
        names.flat_map(|(depth, names)| names.split_ascii_whitespace().map(move |name| (name, depth))).collect()
    });
    let alone = np.words().len() == 1 && np.owner.is_none();
    DEPTHS.get(np.head()).copied().filter(|_| alone)
}

/// Whether the token is the name of a product that the whole is compared with.
pub(super) fn compares(scene: &Scene<'_>, at: usize) -> bool {
    let Some(token) = scene.token(at).filter(|token| token.capital && !token.is_sign()) else { return false };
    let written = scene.text(token.span);
    let service = integrations::named(&token.text).is_some_and(|(_, product)| product.is_some());
    let common = words::is_not_record(&token.lemma) && !service
        || words::is_app_head(&token.lemma)
        || words::is_function_word(&token.text)
        || archetypes::sort(&token.lemma).is_some()
        || written.len() > 1 && written.chars().all(char::is_uppercase);
    if common || at == 0 {
        return false;
    }
    let goes_on = scene.one_of(at + 1, &["but", "for", "only"]) || scene.is(at + 1, ",") && scene.is(at + 2, "but");
    let before = |back: usize, texts: &[&str]| at >= back && scene.one_of(at - back, texts);
    let named = &["clone", "copy", "version", "kind", "sort", "type"];
    let vague = &["something", "anything", "app", "tool", "system", "thing", "platform", "site", "software", "one"];
    let opens = scene.sentences.iter().take(3).any(|sentence| sentence.from + 1 == at);
    before(1, &["like"]) && (before(2, vague) || goes_on || opens)
        || before(1, &["of"]) && before(2, named) && (goes_on || before(2, &["clone"]))
        || before(1, &["to"]) && before(2, &["similar", "alternative", "comparable"])
        || before(1, &["a", "an", "the", "our", "my"])
            && (scene.one_of(at + 1, &["clone", "alternative"])
                || scene.is(at + 1, "but") && scene.is(at + 2, "for")
                || before(1, &["a", "an"]) && scene.is(at + 1, "for"))
}

/// "something like X but for Y": X is a comparison, Y what the application is about.
fn like(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().take(3) {
        for at in sentence.from..sentence.to {
            if !compares(scene, at) {
                continue;
            }
            let product = scene.text(scene.span(at, at + 1)).to_owned();
            let lead = (sentence.from..at).find(|from| scene.np_at(*from).is_some()).unwrap_or(at);
            let about = (at + 1..sentence.to.min(at + 5))
                .find(|next| scene.is(*next, "for"))
                .and_then(|next| scene.np_at(next + 1));
            let end = about.map_or(at + 1, |np| np.to);
            sink.add(Fact::Like(product), scene.span(lead, end), 1.0);
            if let Some(np) = scene.np_at(at) {
                sink.add(Fact::Denied(Thing::of(np)), np.span, 1.0);
            }
            if let Some(np) = about.filter(|np| !archetypes::is_person(np.entity())) {
                sink.add(Fact::App(Thing::of(np)), np.span, 1.0);
            }
        }
    }
}

struct Shown<'s> {
    container: &'s Np,
    depth: usize,
    sentence: Option<usize>,
    thing: Thing,
}

/// "boards for rooms, cards for plants": rooms and plants are kept, and a board holds cards.
fn containers(scene: &Scene<'_>, sink: &mut Sink) {
    let mut found: Vec<Shown<'_>> = Vec::new();
    for np in &scene.nps {
        let (Some(depth), true) = (container(np), scene.is(np.to, "for")) else { continue };
        let Some(shown) = scene.np_at(np.to + 1).filter(|shown| shown.plural && shown.possessive.is_none()) else {
            continue;
        };
        if let Some(thing) = record(shown).filter(|_| !is_value(shown)) {
            found.push(Shown { container: np, depth, sentence: scene.sentence_at(np.from), thing });
        }
    }
    // One alone is too little: "sections for students" may be records of a school.
    let compared = (0..scene.tokens.len()).any(|at| compares(scene, at));
    if found.len() < 2 && !compared {
        return;
    }
    for shown in &found {
        let span = crate::tokens::Span { start: shown.container.span.start, end: shown.thing.span.end };
        sink.add(Fact::Mention(shown.thing.clone()), span, 2.4);
        // "each card has a photo" speaks of the plant, unless cards are for several things.
        let name = shown.container.entity();
        let others = found.iter().any(|other| other.container.entity() == name && other.thing.name != shown.thing.name);
        if name != shown.thing.name && !others {
            sink.add(Fact::Means { word: Thing::of(shown.container), thing: shown.thing.name.clone() }, span, 1.0);
        }
    }
    for pair in found.windows(2) {
        let [outer, inner] = pair else { continue };
        if outer.sentence == inner.sentence && outer.depth < inner.depth && outer.thing.name != inner.thing.name {
            let span = crate::tokens::Span { start: outer.container.span.start, end: inner.thing.span.end };
            sink.add(Fact::Many { parent: outer.thing.clone(), child: inner.thing.clone() }, span, 1.2);
        }
    }
}

/// "know when to water them": a date that somebody keeps.
fn when(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        if !scene.is(at, "when") || !scene.is(at + 1, "to") {
            continue;
        }
        let Some(verb) = scene.token(at + 2).map(|token| token.text.as_str()) else { continue };
        let wished = (at.saturating_sub(4)..at).any(|t| scene.one_of(t, &["know", "see", "remember", "track", "tell"]));
        let object = scene.np_at(at + 3).filter(|np| !is_value(np));
        let them = scene.one_of(at + 3, &["them", "it", "each", "one"]);
        if !wished || object.is_none() && !them || !verb.chars().all(|c| c.is_ascii_lowercase()) {
            continue;
        }
        let here = scene.sentence_at(at);
        let spoken_of = scene
            .nps_before(at)
            .take_while(|np| scene.sentence_at(np.from) == here)
            .find(|np| np.plural && container(np).is_none() && !is_value(np) && record(np).is_some());
        let owner = match object {
            Some(np) => record(np),
            None => spoken_of.and_then(record).or_else(|| antecedent(scene, at)),
        };
        let Some(owner) = owner.filter(|owner| !owner.is_person()) else { continue };
        let name = format!("next_{}", verbs::with_ending(verb, "ing"));
        let span = scene.span(at, at + 4);
        let kind = Some(FieldType::Date);
        sink.has(&owner, vec![Item { entity: name.clone(), name, span: Some(span), kind, ..Item::default() }], 1.6);
    }
}
