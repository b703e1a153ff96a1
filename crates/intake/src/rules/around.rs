//! Lists whose record stands behind them or around them: "the name and age of each camper", "what I note of a violin is
//! its maker and year", "code and price for every voucher", "a parcel goes: packed -> sent".

use super::has::asked;
use super::{Rule, Sink, is_value, record};
use crate::clauses::{Clause, Polarity};
use crate::facts::{Fact, Item};
use crate::lexicon::verbs::Class;
use crate::lists;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;
use crate::values;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "around.of_each", example: "We need to know the length and the price of each kayak.", run: of_each },
    Rule { id: "around.for_each", example: "Length, colour, price and a status for every kayak.", run: for_each },
    Rule { id: "around.what", example: "What I note of every kayak is length, year and price.", run: what },
    Rule {
        id: "around.written",
        example: "Rental reports are written when a kayak leaves and when it comes back: author, date, photos.",
        run: written,
    },
    Rule { id: "around.goes", example: "A kayak goes: ordered -> built -> sold.", run: goes },
];

fn known(items: &[Item]) -> usize {
    items.iter().filter(|item| item.known()).count()
}

fn keeps(clause: &Clause) -> bool {
    matches!(clause.class, Some(Class::Hold | Class::Create | Class::Track | Class::Read | Class::Update))
        || matches!(clause.base, "need" | "want" | "have" | "know" | "like" | "see" | "collect" | "ask")
}

/// "the name, age and allergies of each camper": the last name has the owner of them all.
fn of_each(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| keeps(clause) && !clause.passive) {
        let last = scene.nps_in(clause.after, clause.to).filter(|np| scene.depth_at(np.from) == 0).last();
        let Some(np) = last.filter(|np| np.to + 1 >= clause.to) else { continue };
        let Some(words) = &np.owner else { continue };
        let each = (np.from..np.to).any(|at| scene.one_of(at, &["each", "every", "any"]));
        let owner = np.with_words(words.clone());
        let mut items = lists::read(scene, clause.after, clause.to);
        let Some(owner) = record(&owner).filter(|_| each && items.len() >= 2 && known(&items) * 2 >= items.len())
        else {
            continue;
        };
        let prefix = format!("{}_", owner.name);
        for item in &mut items {
            if let Some(bare) = item.name.strip_prefix(&prefix) {
                item.name = bare.to_owned();
            }
        }
        sink.has(&owner, items, 2.0);
    }
}

/// "code, value and expiry date for every voucher": a list without a verb, and whose it is.
fn for_each(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let end = sentence.to - usize::from(scene.one_of(sentence.to - 1, &[".", "!"]));
        let leans = |np: &&Np| {
            np.to == end
                && np.count == Count::Each
                && np.from > sentence.from + 2
                && scene.one_of(np.from - 1, &["for", "of", "per", "about", "on"])
                && scene.depth_at(np.from) == 0
        };
        let Some(np) = scene.nps_in(sentence.from, end).find(leans) else { continue };
        let clause = scene.clause_at(np.from).filter(|clause| clause.polarity == Polarity::Asked);
        let Some(clause) = clause else { continue };
        let verb = (sentence.from..np.from)
            .any(|at| scene.depth_at(at) == 0 && matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have)));
        let from = if verb && keeps(clause) && !clause.passive { clause.after } else { sentence.from };
        if verb && from == sentence.from {
            continue;
        }
        let items = lists::read(scene, from, np.from - 1);
        if let Some(owner) =
            record(np).filter(|_| !is_value(np) && items.len() >= 2 && known(&items) * 2 >= items.len())
        {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// "What I want to keep of every violin is maker, year and value".
fn what(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        if !scene.one_of(sentence.from, &["what", "all"]) {
            continue;
        }
        let Some(be) = (sentence.from..sentence.to)
            .find(|at| scene.one_of(*at, &["is", "are", ":"]) && scene.depth_at(*at) == 0)
            .filter(|be| be - sentence.from >= 4)
        else {
            continue;
        };
        let Some(np) = scene.np_before(be) else { continue };
        let leans = scene.one_of(np.from.wrapping_sub(1), &["of", "about", "for", "on", "per"]);
        let from = be + 1 + usize::from(scene.is(be + 1, ":"));
        let items = lists::read(scene, from, sentence.to);
        if let Some(owner) = record(np).filter(|_| leans && !is_value(np) && known(&items) * 2 >= items.len()) {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// "reports are written when a work leaves and when it comes back: examiner, date": the list is the reports'.
fn written(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, sentence) in scene.sentences.iter().enumerate() {
        let mut clauses = scene.clauses_of(index);
        let Some(first) = clauses.next().filter(|one| one.passive && one.polarity == Polarity::Asked) else { continue };
        let colon = (first.to..sentence.to).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
        let (Some(colon), [subject]) = (colon, first.subject.as_slice()) else { continue };
        let made = matches!(first.class, Some(Class::Create | Class::Track | Class::Hold | Class::Update));
        let items = lists::read(scene, colon + 1, sentence.to);
        let sure = items.len() >= 3 && known(&items) * 2 >= items.len();
        if let Some(owner) = record(subject).filter(|_| made && sure && !is_value(subject)) {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// "a parcel goes: packed -> sent -> delivered", "orders go from new to packed to shipped".
fn goes(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        !clause.passive
            && matches!(clause.base, "go" | "move" | "pass" | "progress" | "change" | "run" | "walk" | "flow")
    }) {
        let [subject] = clause.subject.as_slice() else { continue };
        let Some(owner) = record(subject).filter(|thing| !is_value(subject) && !thing.is_person()) else { continue };
        let end = scene.sentence_end(clause.after);
        let mut from = clause.after;
        while from < end && scene.one_of(from, &["through", "from", ":", "via", "like", "this", "the", "following"]) {
            from += 1;
        }
        let arrow = (from..end).any(|at| scene.is(at, "->"));
        let led = from > clause.after
            && scene.is(from - 1, "from")
            && (from..end).filter(|at| scene.is(*at, "to")).count() >= 2;
        let (values, next) = values::values(scene, from, end);
        let fits = values.len() >= 3 && values.iter().all(|value| !value.is_empty() && value.len() <= 30);
        if fits && (arrow || led) {
            let span = scene.span(clause.from, next);
            sink.add(Fact::Values { owner: Some(owner), field: "status".to_owned(), values }, span, 2.0);
        }
    }
}
