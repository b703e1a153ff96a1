//! More ways of saying what is kept of a record: "save the patient's height and weight", "for every donor their blood
//! group", "is logged with its category", "fields for a sample are: …".

use super::{Rule, Sink, is_value, list_owner, objects, record};
use crate::clauses::{Clause, Join, Polarity};
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, has, words};
use crate::lists;
use crate::nouns::{Count, Np};
use crate::rules::has::asked;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "kept.of", example: "Save the kayak's colour, length and weight.", run: of },
    Rule { id: "kept.for", example: "Show for each kayak its colour, length and price.", run: for_each },
    Rule { id: "kept.logged", example: "A capsize is logged with its date and a description.", run: logged },
    Rule { id: "kept.fields", example: "Fields for a kayak are: colour, length, price.", run: fields_are },
    Rule { id: "kept.when", example: "When adding a kayak the user enters a colour and a length.", run: when_adding },
    Rule { id: "kept.giving", example: "Members report a leak, giving a location and a photo.", run: giving },
    Rule { id: "kept.from", example: "We collect name, email and phone from paddlers.", run: from },
    Rule { id: "kept.link", example: "Rentals link members to kayaks with a deposit.", run: link },
    Rule { id: "kept.tail", example: "I own a shed full of kayaks: colour, length, price.", run: tail },
    Rule { id: "kept.dash", example: "Kayaks - colour, length, price, date of purchase.", run: dash },
];

/// Words for what a record has.
const PARTS: &str = "field attribute property detail data information column info value datum parameter";

fn keeps(clause: &Clause) -> bool {
    matches!(clause.class, Some(Class::Hold | Class::Create | Class::Track | Class::Update | Class::Read))
        || matches!(clause.base, "need" | "want" | "have" | "know" | "like")
}

fn known(items: &[Item]) -> usize {
    items.iter().filter(|item| item.known()).count()
}

/// "save the patient's height, weight and allergies": the whole list is of the patient.
fn of(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| keeps(clause) && !clause.passive) {
        let Some(np) = scene.np_at(clause.after) else { continue };
        let Some(words) = &np.owner else { continue };
        let owner = np.with_words(words.clone());
        let items = lists::read(scene, clause.after, clause.to);
        if items.len() >= 2
            && known(&items) * 2 >= items.len()
            && let Some(owner) = record(&owner)
        {
            let prefix = format!("{}_", owner.name);
            let bare = |item: &Item| Item {
                name: item.name.strip_prefix(&prefix).unwrap_or(&item.name).to_owned(),
                ..item.clone()
            };
            sink.has(&owner, items.iter().map(bare).collect(), 2.0);
        }
    }
}

/// "show for each course its title and teacher", "we need to know for every donor the blood group".
fn for_each(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| np.count == Count::Each && np.from > 1 && scene.is(np.from - 1, "for")) {
        let Some(clause) = scene.clause_around(np).filter(|clause| keeps(clause)) else { continue };
        let follows = clause.verb.is_some_and(|verb| verb + 1 == np.from - 1);
        let from = np.to + usize::from(scene.one_of(np.to, &[":", ","]));
        let Some(owner) = record(np).filter(|_| follows && from < clause.to) else { continue };
        let items = lists::read(scene, from, clause.to);
        if known(&items) * 2 >= items.len() {
            sink.has(&owner, items, 2.0);
        }
    }
    // "save the following details for each guest: full name, passport number".
    for np in scene.nps.iter().filter(|np| scene.is(np.to, ":")) {
        let leans = np.from > 1 && scene.one_of(np.from - 1, &["for", "of", "about", "on", "per"]);
        let of = leans.then(|| scene.np_before(np.from - 1)).flatten().filter(|of| has(PARTS, of.head()));
        let Some(owner) = record(np).filter(|_| of.is_some()) else { continue };
        let end = scene.sentence_end(np.to);
        sink.has(&owner, lists::read(scene, np.to + 1, end), 2.0);
    }
}

/// "a complaint is logged with its category and a description".
fn logged(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        clause.passive && matches!(clause.class, Some(Class::Create | Class::Track | Class::Hold | Class::Update))
    }) {
        let with = (clause.after..clause.to.min(clause.after + 6)).find(|at| scene.one_of(*at, &["with", "including"]));
        let Some(with) = with else { continue };
        let items = lists::read(scene, with + 1, clause.to);
        let direct = with == clause.after;
        if !items.is_empty() && known(&items) * 2 >= items.len() && (direct || items.len() >= 2) {
            for owner in clause.subject.iter().filter(|np| !is_value(np)).filter_map(record) {
                sink.has(&owner, items.clone(), 2.0);
            }
        }
    }
}

/// "the fields of a sample are: barcode, date", "kayak attributes: colour, length".
fn fields_are(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter() {
        let parts = np.words().first().is_some_and(|word| has(PARTS, &word.lemma));
        // "rows for seeds: variety, supplier".
        let shown = np.plural && np.words().len() == 1 && has("row sheet card entry form table page line", np.head());
        let of = || scene.np_at(np.to + 1).is_some_and(|of| scene.is(of.to, ":"));
        if !(parts || shown && scene.is(np.to, "for") && of()) {
            continue;
        }
        let target = scene.one_of(np.to, &["for", "of", "about", "on"]).then(|| scene.np_at(np.to + 1)).flatten();
        let (owner, mut at) = match (target, &np.owner) {
            (Some(target), _) => (target.clone(), target.to),
            (None, Some(words)) => (np.with_words(words.clone()), np.to),
            _ => continue,
        };
        let from = at;
        while scene.one_of(at, &["are", "is", "include", "includes", ":", "will", "be", "should"]) {
            at += 1;
        }
        let end = scene.sentence_end(from);
        let items = lists::read(scene, at, end);
        if at > from
            && items.len() >= 2
            && known(&items) > 0
            && let Some(owner) = record(&owner)
        {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// "when adding a contact, the user enters a name and a phone".
fn when_adding(scene: &Scene<'_>, sink: &mut Sink) {
    for pair in scene.clauses.windows(2) {
        let [first, second] = pair else { continue };
        let adds = first.join == Join::Condition
            && first.sentence == second.sentence
            && matches!(first.class, Some(Class::Create | Class::Event | Class::Update));
        let enters = matches!(
            second.base,
            "enter"
                | "fill"
                | "provide"
                | "give"
                | "select"
                | "choose"
                | "record"
                | "note"
                | "add"
                | "need"
                | "write"
                | "specify"
                | "set"
                | "capture"
                | "store"
                | "save"
                | "log"
                | "collect"
        );
        if !adds || !enters {
            continue;
        }
        let object = scene.nps_in(first.after, first.to).find(|np| !is_value(np)).and_then(record);
        let items = lists::read(scene, second.after, second.to);
        if let Some(owner) = object.filter(|_| !items.is_empty() && known(&items) * 2 >= items.len()) {
            sink.has(&owner, items, 1.8);
        }
    }
}

/// "report a leak, giving a location and a photo".
fn giving(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let gives = scene.one_of(
            at,
            &[
                "giving",
                "stating",
                "specifying",
                "providing",
                "including",
                "describing",
                "noting",
                "showing",
                "listing",
                "entering",
                "containing",
                "indicating",
                "leaving",
                "mentioning",
                "enclosing",
            ],
        );
        let Some(clause) = scene.clause_at(at).filter(|clause| gives && clause.after < at) else { continue };
        let event = crate::lexicon::verbs::event_of(clause.base).filter(|_| clause.class == Some(Class::Event));
        let event = event.map(|event| Thing::named(event, scene.span(clause.from, clause.after)));
        let object = event.or_else(|| scene.nps_in(clause.after, at).find(|np| !is_value(np)).and_then(record));
        let owner = object.or_else(|| clause.subject.first().and_then(record)).filter(|owner| !owner.is_person());
        let end = scene.sentences.get(clause.sentence).map_or(clause.to, |s| s.to);
        let items = lists::read(scene, at + 1, end);
        let sure = known(&items) * 2 >= items.len() || items.len() >= 3 && known(&items) >= 1;
        if let Some(owner) = owner.filter(|_| !items.is_empty() && sure) {
            sink.has(&owner, items, 1.8);
        }
    }
}

/// "collect name and email from visitors", "we need the passport number from guests".
fn from(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        !clause.passive
            && matches!(
                clause.base,
                "collect"
                    | "need"
                    | "ask"
                    | "store"
                    | "record"
                    | "save"
                    | "get"
                    | "capture"
                    | "keep"
                    | "want"
                    | "track"
                    | "note"
                    | "require"
                    | "register"
            )
    }) {
        let from =
            (clause.after..clause.to).find(|at| scene.one_of(*at, &["from", "of", "for"]) && scene.depth_at(*at) == 0);
        // "I got your name from the office".
        let Some(from) = from.filter(|_| !scene.one_of(clause.after, &["your", "my", "our"])) else { continue };
        let of = scene.np_at(from + 1).filter(|np| !is_value(np));
        // "for every refuelling of my vans": what the owner belongs to.
        let parent =
            of.filter(|np| scene.is(np.to, "of")).and_then(|np| scene.np_at(np.to + 1)).filter(|np| !is_value(np));
        let end = parent.or(of).map_or(clause.to, |np| np.to);
        let owner = of.filter(|_| end + 1 >= clause.to).and_then(record);
        let items = lists::read(scene, clause.after, from);
        if let Some(owner) = owner.filter(|_| !items.is_empty() && known(&items) == items.len()) {
            if let Some(parent) = parent.and_then(record).filter(|parent| parent.name != owner.name) {
                let fact = Fact::Belongs { child: owner.clone(), parent };
                sink.add(fact, scene.span(from, end), 1.8);
            }
            sink.has(&owner, items, 1.8);
        }
    }
}

/// "enrollments link students to courses with a grade": what ties belongs to both.
fn link(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        !clause.passive && matches!(clause.base, "link" | "connect" | "tie" | "relate" | "join" | "associate" | "map")
    }) {
        let Some(child) = clause.subject.first().and_then(record).filter(|child| !child.is_person()) else { continue };
        let with = (clause.after..clause.to).find(|at| scene.is(*at, "with") && scene.depth_at(*at) == 0);
        let end = with.filter(|_| clause.base != "associate").unwrap_or(clause.to);
        let parents: Vec<Thing> =
            scene.nps_in(clause.after, end).filter(|np| !is_value(np)).filter_map(record).collect();
        if parents.len() < 2 {
            continue;
        }
        for parent in parents.into_iter().filter(|parent| parent.name != child.name) {
            sink.add(Fact::Belongs { child: child.clone(), parent }, scene.span(clause.from, end), 1.8);
        }
        if let Some(with) = with {
            sink.has(&child, lists::read(scene, with + 1, clause.to), 2.0);
        }
    }
}

/// "Kayaks - colour, length, price": a dash with room on both sides does what a colon does.
fn dash(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let Some(np) = scene.first_np(sentence.from, sentence.to).filter(|np| np.from <= sentence.from + 1) else {
            continue;
        };
        let spaced = |at: usize| {
            let apart =
                |a: usize, b: usize| scene.token(a).zip(scene.token(b)).is_some_and(|(a, b)| a.span.end < b.span.start);
            scene.is(at, "-") && at > 0 && apart(at - 1, at) && apart(at, at + 1)
        };
        let bullet = scene.blocks.get(sentence.block).is_some_and(|block| block.bullet);
        if bullet || !spaced(np.to) || is_value(np) {
            continue;
        }
        let items = lists::read(scene, np.to + 1, sentence.to);
        let table = archetypes::sort(np.entity()).is_some() || np.plural || np.count == Count::Each;
        if items.len() >= 3
            && known(&items) * 2 >= items.len()
            && table
            && let Some(owner) = record(np)
        {
            sink.has(&owner, items, 2.2);
        }
    }
}

/// "a shelf full of sheet music: title, composer", "a small tool for orders: number, total": what stands last before a
/// colon has what follows.
fn tail(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| scene.is(np.to, ":") && scene.depth_at(np.to) == 0 && !is_value(np)) {
        let Some(clause) = scene.clause_around(np).filter(|clause| clause.polarity == Polarity::Asked) else {
            continue;
        };
        let Some(sentence) = scene.sentences.get(clause.sentence).filter(|one| np.from > one.from + 1) else {
            continue;
        };
        // "… cakes: an order has a size": a clause of its own follows.
        if scene.clause_at(np.to + 1).is_some_and(|next| {
            next.from == np.to + 1 && next.base == "have" && next.subject.first().is_some_and(|np| np.from == next.from)
        }) {
            continue;
        }
        let next = scene.clauses_of(clause.sentence).filter(|next| next.verb.is_some() && next.from > np.to + 1);
        let end = next.map(|next| next.from).min().unwrap_or(sentence.to);
        let items = lists::read(scene, np.to + 1, end);
        // "an API for a game: players, scores and levels" lists records.
        let whole = np.count == Count::One && clause.sentence == 0 && scene.is(np.from.wrapping_sub(1), "for");
        let records = |item: &Item| item.plural && archetypes::sort(&item.entity).is_some();
        if whole && items.len() >= 2 && items.iter().all(|item| item.plural) && items.iter().any(records) {
            for item in items.iter().filter(|item| item.plural) {
                let thing = Thing { plural: true, ..Thing::named(&item.entity, item.span.unwrap_or(np.span)) };
                sink.add(Fact::Mention(thing), np.span, 1.3);
            }
            continue;
        }
        // "people in the group: name, phone": each member has them.
        if let Some(member) = member(scene, np) {
            if known(&items) >= 2 {
                sink.has(&member, items, 2.0);
            }
            continue;
        }
        // "customers = cafés and shops: name, address": the customers'.
        if (sentence.from..np.from).any(|at| scene.is(at, "=") && scene.depth_at(at) == 0) {
            continue;
        }
        // "families borrow tents: from, until": of what they do.
        if super::noted::left_by(clause).is_some() || super::given::handed(scene, clause).is_some() {
            continue;
        }
        // "twice a season: date, grade": how often.
        let often = has("season week day month year quarter", np.head()) && np.article.as_deref() == Some("a");
        if often {
            continue;
        }
        // "on the left side of the page: name".
        let seen = has("page screen form", np.head()) && np.article.as_deref() == Some("the");
        if seen || np.owner.as_ref().is_some_and(|words| words.iter().any(|word| has("page screen form", &word.lemma)))
        {
            continue;
        }
        // "a guest book for our restaurant: name, phone": the book's.
        let ours = matches!(np.possessive.as_deref(), Some("our" | "my" | "their"));
        // "inspections of a tree: date": the inspection's, which `headed` reads.
        if super::headed::child(scene, np).is_some() {
            continue;
        }
        // "deadlines are critical: each has a date": the deadlines'.
        let says = clause.base == "be" && clause.after == np.from && !np.plural && np.article.is_none();
        let said = clause.subject.first().filter(|_| says && archetypes::sort(np.entity()).is_none());
        // "the clients are restaurants and wine shops: name, phone": the clients'.
        let kinds = || {
            clause.base == "be" && !clause.passive && clause.modal.is_none() && {
                let row = objects(scene, clause.after, np.to);
                row.first().is_some_and(|first| first.from == clause.after)
                    && row.last().is_some_and(|last| last.to == np.to)
                    && row.iter().all(|kind| kind.plural && kind.article.is_none())
            }
        };
        let said =
            said.or_else(|| clause.subject.first().filter(|subject| subject.plural && !is_value(subject) && kinds()));
        let placed = ours && scene.one_of(np.from.wrapping_sub(1), &["for", "at", "in"]);
        let np = if placed { scene.np_before(np.from - 1).unwrap_or(np) } else { said.unwrap_or(np) };
        // "expenses for fuel, hotels and meals: date, amount": the expenses'.
        let np = row_head(scene, np).unwrap_or(np);
        // "the cook plans the menus: day, starter, main course, vegetarian yes or no": of a record that many keep, a little is enough.
        let kept = np.plural && archetypes::sort(np.entity()).is_some() && items.len() >= 3;
        if known(&items) >= 2
            && (known(&items) * 2 >= items.len() || kept)
            && let Some(owner) = said.and_then(record).or_else(|| list_owner(scene, np)).filter(names_record)
        {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// Who is meant by "people in the group", "everybody at the club": one of its members.
fn member(scene: &Scene<'_>, np: &Np) -> Option<Thing> {
    let lead = np.from.checked_sub(1).filter(|at| scene.one_of(*at, &["in", "of", "at", "on", "from"]))?;
    let whole = !np.plural && (np.article.as_deref() == Some("the") || np.possessive.is_some());
    let all =
        scene.one_of(lead.checked_sub(1)?, &["people", "persons", "everyone", "everybody", "all", "those", "folks"]);
    (whole && all).then(|| Thing::named("member", np.span))
}

/// What a row of phrases that ends in this one is of: the expenses of "expenses for fuel, hotels and meals".
fn row_head<'s>(scene: &'s Scene<'_>, last: &Np) -> Option<&'s Np> {
    let mut from = last.from;
    while let Some(sign) = from.checked_sub(1).filter(|at| scene.one_of(*at, &["and", "or", ",", "&"])) {
        let sign = if scene.is(sign.wrapping_sub(1), ",") { sign - 1 } else { sign };
        from = scene.np_before(sign)?.from;
    }
    let leans = from < last.from
        && scene.one_of(from.wrapping_sub(1), &["for", "of", "on", "from", "about", "like", "at", "in", "near"]);
    scene
        .np_before(from.checked_sub(1)?)
        .filter(|head| leans && head.plural && !is_value(head) && record(head).is_some())
}

/// Not "the page:", "what matters:", "the following:".
fn names_record(owner: &Thing) -> bool {
    let told = words::is_not_record(owner.head()) || has("following step screen part point", owner.head());
    !told || archetypes::sort(&owner.name).is_some() || words::may_be_record(owner.head())
}
