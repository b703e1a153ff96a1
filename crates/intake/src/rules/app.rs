//! What the whole is: "a lead tracker", "I run a bakery". Such phrases name the application, not a record.

use std::sync::LazyLock;

use super::{Rule, Sink, record};
use crate::facts::{Fact, Thing};
use crate::lexicon::{Words, archetypes, words, words_of};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "app.kind", example: "Build me a beehive tracker for my garden", run: kind },
    Rule { id: "app.business", example: "I run a small bakery and need a backend", run: business },
    Rule { id: "app.title", example: "Pier upkeep\n- piers: name, length, depth\n- boats: name, length", run: title },
    Rule { id: "app.with", example: "A kayak blog with tours and comments", run: with },
    Rule { id: "app.place", example: "The clinic is open daily. Patients have a name.", run: place },
    Rule { id: "app.heading", example: "Orchard crew: pickers fill bins.", run: heading },
    Rule { id: "app.above", example: "Kayak depot: kayaks (length, colour), oars (length, price)", run: above },
    Rule { id: "app.again", example: "Build an admin panel for bees. The panel shows hives.", run: again },
    Rule { id: "app.topic", example: "A recipe app", run: topic },
];

/// The weight of a word that can only be the whole: what it is asked for with is told behind it.
pub(crate) const WHOLE: f64 = 8.0;

/// A phrase in the first sentences whose head is a word for software.
fn kind(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().take(3) {
        for np in scene.nps_in(sentence.from, sentence.to).take(6) {
            let head = np.head();
            if !words::is_app_head(head)
                || np.possessive.is_some() && !words::is_not_record(head)
                || np.plural && head != "thing"
            {
                continue;
            }
            // "Dive site: name, depth" is one of many.
            if sentence.from > 0 && scene.is(np.to, ":") && words::names_with_another(np.entity()) {
                continue;
            }
            let asked = (sentence.from..np.from).any(|at| {
                scene.one_of(
                    at,
                    &[
                        "build",
                        "create",
                        "make",
                        "need",
                        "want",
                        "backend",
                        "design",
                        "like",
                        "generate",
                        "looking",
                        "something",
                        "develop",
                        "love",
                        "help",
                        "needing",
                    ],
                )
            });
            if !asked && np.from > sentence.from + 1 {
                continue;
            }
            // "I would like an application where coordinators enter events".
            let described = scene.one_of(np.to, &["where", "in", "with"]) || scene.is(np.to, "that");
            let whole = asked && described && matches!(np.article.as_deref(), Some("a" | "an" | "one"));
            // "create a log": a verb of records with such an object is not this.
            if !whole
                && archetypes::sort(np.entity()).is_some()
                && !(np.from <= sentence.from + 1 || sentence.from == 0)
            {
                continue;
            }
            sink.add(Fact::App(Thing::of(np)), np.span, if whole { WHOLE } else { 2.0 });
        }
    }
}

/// "I run a bakery", "we are a charity", "for our shop", "for a gym".
fn business(scene: &Scene<'_>, sink: &mut Sink) {
    // "A blood bank needs to track donors".
    for clause in scene.clauses.iter().take(2) {
        let wants = clause.modal.as_deref().is_some_and(|modal| matches!(modal, "need" | "needs" | "want" | "wants"))
            || matches!(clause.base, "need" | "want");
        let one = clause.subject.first().filter(|np| wants && !np.plural && !archetypes::is_person(np.entity()));
        if let Some(np) = one {
            sink.add(Fact::App(Thing::of(np)), np.span, 1.5);
        }
    }
    for clause in &scene.clauses {
        let first_person = matches!(clause.pronoun.as_deref(), Some("i" | "we"));
        if !first_person || clause.carried || clause.modal.is_some() && clause.base != "run" {
            continue;
        }
        // "I am making a card game", "I make a podcast".
        let first = clause.sentence == 0 && clause.modal.is_none();
        let made = matches!(clause.base, "make" | "build" | "develop" | "create" | "program" | "code" | "write")
            && (first || clause.verb.and_then(|verb| scene.token(verb)).is_some_and(|verb| verb.text.ends_with("ing")));
        let runs =
            matches!(clause.base, "run" | "own" | "be" | "organize" | "operate" | "open" | "start" | "have" | "manage");
        if !made && !runs || clause.sentence > 3 {
            continue;
        }
        let Some(np) = scene.np_at(clause.after) else { continue };
        if clause.base == "have" && (np.plural || np.count == crate::nouns::Count::Many)
            || (clause.base == "manage" || made) && np.plural
        {
            continue;
        }
        sink.add(Fact::App(Thing::of(np)), np.span, 1.0);
    }
    for sentence in scene.sentences.iter().take(2) {
        for at in sentence.from..sentence.to {
            let Some(np) = scene.np_at(at + 1).filter(|_| scene.is(at, "for")) else { continue };
            let own = np.possessive.as_deref().is_some_and(|p| matches!(p, "our" | "my"));
            let headline = (sentence.from..at).all(|t| !matches!(scene.tag(t), Some(Tag::Be | Tag::Have)));
            if (own || np.count == crate::nouns::Count::One)
                && headline
                && !np.plural
                && !archetypes::is_person(np.entity())
            {
                sink.add(Fact::App(Thing::of(np)), np.span, if own { 1.0 } else { 0.8 });
            }
        }
    }
}

/// What somebody runs: where there is only one of it, it is the whole and no record.
const PLACES: &str = "gym clinic school church hotel library restaurant company shop store museum bakery club office \
    salon studio agency firm organization university hospital farm practice cafe bar pub kindergarten daycare \
    kennel nursery theater cinema spa charity ngo nonprofit foundation association community startup business \
    garage workshop hostel resort campground zoo lab laboratory pharmacy academy college department brewery \
    choir orchestra ensemble troupe society winery vineyard ranch stable marina airline dealership factory parish mosque temple synagogue borough municipality council county authority ministry";

/// "choir", "clinic": what somebody runs.
pub(crate) fn is_run(name: &str) -> bool {
    crate::lexicon::has(PLACES, name)
}

/// "the clinic", "our hotel": one that is never spoken of as several.
fn place(scene: &Scene<'_>, sink: &mut Sink) {
    static PLACE: LazyLock<Words> = LazyLock::new(|| words_of(PLACES));
    let counted = |np: &&crate::nouns::Np| np.plural || np.count == crate::nouns::Count::Each;
    let several: std::collections::HashSet<&str> = scene.nps.iter().filter(counted).map(|np| np.head()).collect();
    for np in &scene.nps {
        let name = np.head();
        if !PLACE.contains(name) || np.plural || np.count == crate::nouns::Count::Each {
            continue;
        }
        // "A department (name, floor)" is a record, "purpose (business or private)" a value.
        if scene.close_of(np.to).is_some() || scene.depth_at(np.from) > 0 {
            continue;
        }
        let one = np.possessive.as_deref().is_some_and(|word| matches!(word, "our" | "my"))
            || np.article.as_deref() == Some("the")
            || scene.sentence_at(np.from) == Some(0);
        if one && !several.contains(name) {
            sink.add(Fact::App(Thing::of(np)), np.span, 1.5);
        }
    }
}

/// "Community garden: plots (number, size), gardeners (name)": what stands above records with fields of their own.
fn above(scene: &Scene<'_>, sink: &mut Sink) {
    let Some(first) = scene.sentences.first() else { return };
    let Some(np) = scene.first_np(first.from, first.to).filter(|np| np.from <= first.from + 1 && !np.plural) else {
        return;
    };
    if !scene.one_of(np.to, &[":", "-"]) {
        return;
    }
    let listed = super::objects(scene, np.to + 1, first.to);
    let own = listed.iter().filter(|np| np.plural && scene.close_of(np.to).is_some() && record(np).is_some()).count();
    if own >= 2 {
        sink.add(Fact::App(Thing::of(np)), np.span, 2.0);
    }
}

/// "the panel" after "an admin panel".
fn again(scene: &Scene<'_>, sink: &mut Sink) {
    let named = |found: &crate::facts::Evidence| match &found.fact {
        Fact::App(thing) => Some((thing.head().to_owned(), found.span.end)),
        _ => None,
    };
    let named: Vec<(String, usize)> = sink.evidence.iter().filter_map(named).collect();
    for np in scene.nps.iter().filter(|np| !np.plural && np.article.as_deref() == Some("the")) {
        let [word] = np.words() else { continue };
        if named.iter().any(|(head, end)| *head == word.lemma && *end <= np.span.start) {
            sink.add(Fact::App(Thing::of(np)), np.span, 1.0);
        }
    }
}

/// What a text that asks for something calls itself.
const PAPERS: &str =
    "specification spec annex appendix statement extract brief rfp tender memo minutes draft briefing outline";

/// "Orchard crew: pickers fill bins": a title, and then a sentence.
fn heading(scene: &Scene<'_>, sink: &mut Sink) {
    let Some(first) = scene.sentences.first() else { return };
    let Some(np) = scene.first_np(first.from, first.to).filter(|np| !np.plural) else { return };
    // "SPECIFICATION (extract) - Studio records".
    let paper =
        crate::lexicon::has(PAPERS, np.head()) && np.from == first.from && scene.one_of(np.to, &["(", "-", ":"]);
    if paper && scene.sentences.len() > 2 {
        sink.add(Fact::App(Thing::of(np)), np.span, WHOLE);
    }
    // "SEED VAULT - needs".
    let sheet =
        scene.one_of(np.to + 1, &["needs", "requirements", "spec", "specs", "brief", "notes", "wishes", "scope"]);
    if scene.one_of(np.to, &["-", ":"]) && sheet && np.to + 2 >= first.to && np.from == first.from {
        sink.add(Fact::App(Thing::of(np)), np.span, WHOLE);
    }
    if !scene.is(np.to, ":") {
        return;
    }
    let verb = (np.to..first.to).any(|at| {
        scene.depth_at(at) == 0 && matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal))
    });
    if verb && np.from <= first.from + 1 {
        sink.add(Fact::App(Thing::of(np)), np.span, 1.6);
    }
}

/// "Blog with posts and comments" keeps both.
fn with(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().take(2) {
        let heads = scene.nps_in(sentence.from, sentence.to).filter(|np| words::is_app_head(np.head()) && !np.plural);
        for np in heads.filter(|np| scene.one_of(np.to, &["with", "including", "for"])) {
            let listed = super::objects(scene, np.to + 1, sentence.to);
            let tables: Vec<Thing> = listed
                .iter()
                .filter(|np| np.plural)
                .filter_map(|np| record(np))
                .filter(|thing| archetypes::sort(&thing.name).is_some() && !thing.is_person())
                .collect();
            // One alone may be a value or the audience: "a site for teachers".
            if tables.len() >= 2 && tables.len() == listed.len() {
                for thing in tables {
                    let span = thing.span;
                    sink.add(Fact::Mention(thing), span, 1.3);
                }
            }
        }
    }
}

/// "beehive tracker" keeps beehives, perhaps.
fn topic(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().take(2) {
        for np in scene
            .nps_in(sentence.from, sentence.to)
            .take(3)
            .filter(|np| words::is_app_head(np.head()) && np.words().len() >= 2)
            // "as a site manager" speaks of somebody.
            .filter(|np| !scene.is(np.from.wrapping_sub(1), "as"))
        {
            let words = np.words().split_last().map_or(&[][..], |(_, rest)| rest);
            let topic = np.renamed(words.to_vec());
            if let Some(thing) = record(&topic).filter(|thing| archetypes::sort(&thing.name).is_some()) {
                sink.add(Fact::Mention(thing), np.span, 0.8);
            }
        }
    }
}

/// A first line above an outline of records ("- piers: name, length") is a title.
fn title(scene: &Scene<'_>, sink: &mut Sink) {
    let Some(first) = scene.sentences.first().filter(|_| scene.blocks.len() > 2) else { return };
    let Some(np) = scene.first_np(first.from, first.to).filter(|np| np.from <= first.from + 1 && np.to + 2 >= first.to)
    else {
        return;
    };
    let bullets =
        scene.sentences.iter().skip(1).filter(|s| scene.blocks.get(s.block).is_some_and(|block| block.bullet));
    let outline = bullets
        .filter(|s| scene.first_np(s.from, s.to).is_some_and(|np| scene.one_of(np.to, &[":", ">", "("])))
        .count();
    if outline >= 2 {
        sink.add(Fact::App(Thing::of(np)), np.span, 1.6);
    }
}
