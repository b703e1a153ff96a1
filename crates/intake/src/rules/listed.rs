//! Fields and records given as an outline: "Kayaks: length, colour", headings with bullets, "shows > episodes".

use super::{Rule, Sink, antecedent, is_value, record};
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::{archetypes, fields, words};
use crate::lists;
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "list.colon", example: "- kayaks: length, colour, price", run: colon },
    Rule { id: "list.bullets", example: "Kayak:\n- length\n- colour\n- price", run: bullets },
    Rule { id: "list.record", example: "I want to track:\n- kayaks\n- paddles", run: records },
    Rule { id: "list.chain", example: "- parks > trails (name, length)", run: super::chained::chain },
    Rule { id: "list.loose", example: "Bookings for our kayaks. Guest name, phone, date, notes.", run: loose },
    Rule { id: "list.topic", example: "Kayak reservations.", run: topic },
];

/// What a heading above records calls them.
const KINDS_OF_RECORDS: &str =
    "model entity table schema resource object record collection type class structure datum data";

fn verbless(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    (from..to).all(|at| !matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Have | Tag::Modal)))
}

/// The only phrase before a colon.
fn heading<'s>(scene: &'s Scene<'_>, from: usize, colon: usize) -> Option<&'s Np> {
    let np = scene.first_np(from, colon)?;
    let parents = parents(scene, np, colon);
    let end = parents.last().map_or(np.to, |parent| parent.to);
    let end = narrowed(scene, np, end, colon).unwrap_or(end);
    let only = (from..colon).all(|at| {
        at >= np.from && at < end
            || scene.one_of(
                at,
                &[
                    "*", "\"", "each", "every", "the", "also", "_", "and", "`", "then", "too", "next", "for", "per",
                    "about",
                ],
            )
            || scene.depth_at(at) > 0
            || scene.one_of(at, &["(", ")"])
    });
    (only && verbless(scene, np.from, np.to)).then_some(np)
}

/// "households that come to us:", "each parcel we hand out:": which ones are meant, up to the colon.
fn narrowed(scene: &Scene<'_>, np: &Np, end: usize, colon: usize) -> Option<usize> {
    let several = np.plural || np.count == crate::nouns::Count::Each;
    let opens = scene.one_of(end, &["that", "who", "which", "we", "i", "they"]);
    let list = crate::lists::read(scene, colon + 1, list_to(scene, colon));
    let known = list.iter().filter(|item| item.known()).count();
    let short = colon - end <= 8 && !(end..colon).any(|at| scene.one_of(at, &[",", ";", "have", "has"]));
    (several && opens && short && known >= 2).then_some(colon)
}

/// Where the sentence ends that a colon stands in.
fn list_to(scene: &Scene<'_>, colon: usize) -> usize {
    scene.sentence_at(colon).and_then(|at| scene.sentences.get(at)).map_or(colon, |sentence| sentence.to)
}

/// "lab results per donation:", "bookings of a vehicle by a member:": what the records of a heading belong to.
fn parents<'s>(scene: &'s Scene<'_>, np: &Np, end: usize) -> Vec<&'s Np> {
    let mut found = Vec::new();
    let mut at = np.to;
    // "**Bookings** of a vehicle".
    while at < end && scene.is(at, "*") {
        at += 1;
    }
    while scene.one_of(at, &["per", "for", "of", "by", "under"])
        && let Some(parent) = scene.np_at(at + 1).filter(|parent| parent.to <= end && !is_value(parent))
    {
        // "a wiki for 20 people" tells who uses it.
        let several = np.plural || parent.count == crate::nouns::Count::Each || parent.possessive.is_some();
        if scene.is(at, "for") && !several {
            break;
        }
        found.push(parent);
        at = parent.to;
    }
    found
}

/// Ties the records of a heading to what it says they belong to.
fn tie(scene: &Scene<'_>, sink: &mut Sink, np: &Np, end: usize) {
    let Some(child) = record(np).filter(|_| !is_value(np)) else { return };
    for parent_np in parents(scene, np, end) {
        if let Some(parent) = record(parent_np).filter(|parent| parent.name != child.name) {
            sink.add(Fact::Belongs { child: child.clone(), parent }, scene.span(np.from, parent_np.to), 1.8);
        }
    }
}

/// "X: a, b, c".
fn colon(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, sentence) in scene.sentences.iter().enumerate() {
        let Some(colon) = (sentence.from..sentence.to)
            .find(|at| scene.one_of(*at, &[":", "-", "=", "—", "->"]) && scene.depth_at(*at) == 0)
        else {
            continue;
        };
        if colon + 1 >= sentence.to {
            continue;
        }
        let Some(np) = heading(scene, sentence.from, colon).filter(|np| !super::roles::are_users(scene, np)) else {
            continue;
        };
        let sign = scene.one_of(colon, &[":", "->", "="]);
        if !sign && !scene.blocks.get(sentence.block).is_some_and(|block| block.bullet) {
            continue;
        }
        let Some(owner) = super::headed::kept_by(scene, np).or_else(|| record(np)) else { continue };
        // "customers = cafés and shops: name, address": who they are, and then what they have.
        let gloss = (colon + 1..sentence.to).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
        let said = |to: usize| super::objects(scene, colon + 1, to).last().is_some_and(|np| np.plural && np.to == to);
        let colon = gloss.filter(|to| scene.is(colon, "=") && said(*to)).unwrap_or(colon);
        // "Parking garage: spots have a level": a sentence follows, no list.
        let first = (colon + 1..sentence.to).find(|at| scene.one_of(*at, &[",", ";"])).unwrap_or(sentence.to);
        let holds = (colon + 2..first)
            .any(|at| scene.depth_at(at) == 0 && scene.tag(at) == Some(Tag::Have) && scene.np_before(at).is_some());
        let term = is_term(scene, colon + 1);
        if holds || term || scene.tag(colon + 1) == Some(Tag::Number) || index == 0 && tells(scene, colon, sentence.to)
        {
            continue;
        }
        if scene.one_of(colon + 1, &["belongs", "belong"]) && scene.is(colon + 2, "to") {
            belongs(scene, sink, &owner, colon + 3, sentence.to);
            continue;
        }
        // "name, price, belongs to a site".
        let late =
            (colon + 2..sentence.to).find(|at| scene.one_of(*at, &["belongs", "belong"]) && scene.is(at + 1, "to"));
        let end = list_end(scene, index, colon).min(late.unwrap_or(sentence.to));
        let kinds = kinds(scene, colon + 1, end);
        let start = kinds.as_ref().map_or_else(|| entered(scene, colon + 1, end), |(_, next)| *next);
        let mut items = lists::read(scene, start, end);
        items.splice(..0, kinds.map(|(item, _)| item));
        let known = items.iter().filter(|item| item.known()).count();
        // "Work status: open, closed" lists values, "routing step: sequence, setup time, run time" has fields.
        let chooses = fields::takes_values(np.head()) && archetypes::sort(&owner.name).is_none();
        // "Scenario: a late return" is a title.
        if words::is_section(&owner.name) && (items.len() < 2 || known * 2 < items.len()) {
            continue;
        }
        let bullet = scene.blocks.get(sentence.block).is_some_and(|block| block.bullet);
        if chooses && np.words().len() <= 3 && !(bullet && np.words().len() == 2 && known >= 2 && items.len() >= 4) {
            continue;
        }
        // "Mystery shopping: assignments, shoppers": what it is all about.
        let business = index == 0 && np.head().ends_with("ing") && archetypes::sort(&owner.name).is_none();
        if business && known * 2 < items.len() + 1 {
            mention_all(scene, sink, colon + 1, end);
            continue;
        }
        if items.len() >= 2 && (known > 0 || archetypes::sort(&owner.name).is_some()) || items.len() == 1 && known == 1
        {
            // "Kayak app: members, boats" lists records.
            let title = index == 0 && !np.plural && archetypes::sort(owner.head()).is_none();
            let sure = items.iter().filter(|item| fields::guess(&item.name).is_some()).count() * 2 >= items.len();
            if title && !sure && archetypes::sort(&owner.name).is_none() {
                continue;
            }
            // "Flight log: pilot, site, takeoff": what is written down of each flight.
            let alone = |item: &Item| !item.plural && !item.many;
            let sheet = crate::lexicon::has("log sheet register diary journal logbook book", np.head());
            if sheet && np.words().len() == 2 && items.len() >= 4 && known >= 2 && items.iter().all(alone) {
                let whole: Vec<_> = np.words().iter().take(1).cloned().collect();
                let of = Thing::of(&np.renamed(whole));
                if archetypes::sort(&of.name).is_some() || archetypes::sort(&owner.name).is_none() {
                    sink.has(&of, items, 2.2);
                    continue;
                }
            }
            let many = np.plural && archetypes::sort(&owner.name).is_some() && known >= 2;
            if words::is_app_head(owner.head()) && known * 2 < items.len() && !many {
                mention_all(scene, sink, colon + 1, end);
            } else if !words::is_app_head(owner.head())
                || archetypes::sort(&owner.name).is_some()
                || words::may_be_record(owner.head()) && known >= 2
                || bullet && np.words().len() == 2 && known >= 3
                || index > 0 && words::names_with_another(&owner.name) && known >= 2
            {
                sink.has(&owner, items, 2.2);
                tie(scene, sink, np, colon);
                if let Some(at) = late {
                    belongs(scene, sink, &owner, at + 2, sentence.to);
                }
            }
        }
    }
}

/// "Movements: in/out/transfer with quantity and date": which kinds there are, and where the list of values begins.
fn kinds(scene: &Scene<'_>, from: usize, end: usize) -> Option<(Item, usize)> {
    let with = (from..end).find(|at| scene.one_of(*at, &["with", ",", ";", "("]))?;
    let slashes = (from..with).filter(|at| scene.is(*at, "/")).count();
    let words = (from..with).filter(|at| !scene.is(*at, "/")).count();
    let (values, _) = crate::values::values(scene, from, with);
    let fits = scene.is(with, "with") && slashes >= 1 && words == slashes + 1 && values.len() == words;
    let span = Some(scene.span(from, with));
    let item = Item { name: "type".into(), entity: "type".into(), span, values, ..Item::default() };
    fits.then_some((item, with + 1))
}

/// "Delivery: within 60 days", "Keys: ask the porter": no list stands behind the colon.
fn is_term(scene: &Scene<'_>, at: usize) -> bool {
    scene.one_of(at, &["within", "until", "by", "before", "after", "at", "in", "on", "not", "ask", "see"])
}

/// "visitors - the guard will enter name, phone": where the list begins, behind who writes it.
fn entered(scene: &Scene<'_>, from: usize, end: usize) -> usize {
    let Some(who) = scene.np_at(from).filter(|np| archetypes::is_person(np.entity()) && np.to < end) else {
        return from;
    };
    let verb = who.to + usize::from(scene.tag(who.to) == Some(Tag::Modal));
    let base =
        scene.token(verb).and_then(|token| crate::lexicon::verbs::lookup(&token.text)).map(|(verb, _)| verb.base);
    let writes = base.is_some_and(|base| {
        matches!(
            base,
            "enter" | "write" | "note" | "record" | "fill" | "give" | "provide" | "type" | "log" | "register"
        )
    });
    if writes && matches!(scene.tag(verb), Some(Tag::Verb)) { verb + 1 } else { from }
}

/// "Research study: participants come to five visits": a title, and what happens.
fn tells(scene: &Scene<'_>, colon: usize, to: usize) -> bool {
    let clause = scene.clauses.iter().find(|clause| clause.from <= colon && colon < clause.to);
    let subject = clause.is_some_and(|clause| {
        clause.subject.iter().any(|np| np.from == colon + 1 && clause.verb.is_some_and(|verb| verb < to))
    });
    let first = scene.np_at(colon + 1).is_some_and(|np| {
        let next = (np.to..to).find(|at| scene.tag(*at) != Some(Tag::Adverb));
        next.is_some_and(|at| matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Modal)))
    });
    subject && first
}

/// "Rental: belongs to a bike and a customer; start date, end date".
fn belongs(scene: &Scene<'_>, sink: &mut Sink, owner: &Thing, from: usize, to: usize) {
    let mut at = from;
    while let Some(np) = scene.np_at(at).filter(|np| np.to <= to && !is_value(np)) {
        let Some(parent) = record(np) else { break };
        let fact = Fact::Belongs { child: owner.clone(), parent };
        sink.add(fact, scene.span(np.from, np.to), 2.0);
        at = np.to;
        let end = scene.one_of(at, &[";", "."]);
        while at < to && scene.one_of(at, &[",", ";", "and", "&", "+", "with", "has"]) {
            at += 1;
        }
        if end {
            break;
        }
    }
    sink.has(owner, lists::read(scene, at, to), 2.2);
}

/// A list after a heading ends where a clause with a verb starts.
fn list_end(scene: &Scene<'_>, sentence: usize, from: usize) -> usize {
    let end = scene.sentences.get(sentence).map_or(from, |s| s.to);
    let verbs = scene.clauses_of(sentence).filter(|clause| clause.verb.is_some());
    verbs.map(|clause| clause.from).find(|start| *start > from + 1).unwrap_or(end).min(end)
}

fn mention_all(scene: &Scene<'_>, sink: &mut Sink, from: usize, to: usize) {
    for np in scene.nps_in(from, to).filter(|np| scene.depth_at(np.from) == scene.depth_at(from) && !is_value(np)) {
        if let Some(thing) = record(np) {
            sink.add(Fact::Mention(thing), np.span, 1.2);
        }
    }
}

/// A heading with one name a bullet.
fn bullets(scene: &Scene<'_>, sink: &mut Sink) {
    // The bullets under each block, and the sentences of each.
    let mut under: Vec<Vec<usize>> = vec![Vec::new(); scene.blocks.len()];
    for (child, block) in scene.blocks.iter().enumerate() {
        if let Some(list) = block.parent.and_then(|parent| under.get_mut(parent)) {
            list.push(child);
        }
    }
    for (index, children) in under.iter().enumerate().filter(|(_, children)| !children.is_empty()) {
        let Some(sentence) = scene.sentences_of(index).next() else { continue };
        let end = if scene.is(sentence.to - 1, ":") { sentence.to - 1 } else { sentence.to };
        let Some(np) = heading(scene, sentence.from, end).or_else(|| opening(scene, sentence.from, end)) else {
            continue;
        };
        // "Models:" above "- Service: name, tier" names no record of its own.
        let each = children.iter().flat_map(|block| scene.sentences_of(*block));
        let outlined = each.filter(|child| (child.from..child.to).any(|at| scene.is(at, ":"))).count();
        if crate::lexicon::has(KINDS_OF_RECORDS, np.head()) && outlined * 2 >= children.len() {
            continue;
        }
        let Some(owner) = record(np) else { continue };
        let one = children.len() == 1;
        let mut items: Vec<Item> = Vec::new();
        for child in children.iter().flat_map(|block| scene.sentences_of(*block)) {
            if scene.one_of(child.from, &["belongs", "belong"]) && scene.is(child.from + 1, "to") {
                belongs(scene, sink, &owner, child.from + 2, child.to);
                continue;
            }
            let short = child.to - child.from <= 24;
            let outline = (child.from..child.to)
                .any(|at| scene.is(at, ":") && scene.np_before(at).is_some_and(|np| !is_value(np)));
            // "- profile: name, bio".
            let data = scene.first_np(child.from, child.to).filter(|np| {
                np.from <= child.from + 1
                    && scene.is(np.to, ":")
                    && crate::lexicon::has("profile detail field data info information", np.head())
            });
            if let Some(np) = data {
                items.extend(lists::read(scene, np.to + 1, child.to));
            } else if short && !outline && verbless(scene, child.from, child.to) {
                items.extend(lists::read(scene, child.from, child.to));
            }
        }
        let known = items.iter().filter(|item| item.known()).count();
        let plain = heading(scene, sentence.from, end).is_some() && !one;
        // "Jobs:" above sentences is a title.
        if words::is_section(&owner.name) && items.len() < children.len() {
            continue;
        }
        if known * 2 >= items.len() && !items.is_empty() && (plain || known >= 2) {
            tie(scene, sink, np, end);
            sink.has(&owner, items, 2.0);
        }
    }
}

/// "For each kayak we need:", "Assignment, i.e. one guide on one tour": the record that such a heading is about.
fn opening<'s>(scene: &'s Scene<'_>, from: usize, to: usize) -> Option<&'s Np> {
    let each = scene.nps_in(from, to).find(|np| {
        np.count == crate::nouns::Count::Each
            || np.from > from && scene.one_of(np.from - 1, &["about", "per"]) && !is_value(np)
    });
    let first = from + usize::from(scene.is(from, "*")) + usize::from(scene.is(from + 1, "*"));
    let leads = scene.np_at(first).filter(|np| {
        let end = np.to + usize::from(scene.is(np.to, "*")) + usize::from(scene.is(np.to + 1, "*"));
        scene.one_of(end, &[",", "-", "("])
    });
    each.or(leads).filter(|np| !is_value(np))
}

/// Bullets and lists after "I want to track:" are records.
fn records(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, sentence) in scene.sentences.iter().enumerate() {
        let Some(block) = scene.blocks.get(sentence.block).filter(|block| block.bullet && scene.opens_block(index))
        else {
            continue;
        };
        let Some(np) = scene.np_at(sentence.from).or_else(|| scene.np_at(sentence.from + 1)) else { continue };
        let alone = np.to >= sentence.to || scene.one_of(np.to, &["(", "with", ":", "-", ",", ">", "->"]);
        let term = scene.is(np.to, ":") && is_term(scene, np.to + 1);
        let heads_fields = block
            .parent
            .and_then(|parent| scene.sentences_of(parent).next())
            .and_then(|s| {
                let end = if scene.is(s.to - 1, ":") { s.to - 1 } else { s.to };
                heading(scene, s.from, end)
            })
            .and_then(record)
            .is_some_and(|owner| archetypes::sort(&owner.name).is_some() && !words::is_app_head(owner.head()));
        if alone
            && !term
            && !is_value(np)
            && !heads_fields
            && let Some(thing) = record(np)
        {
            sink.add(Fact::Mention(thing), np.span, 1.3);
        }
    }
    // "I want to track boats, paddles and members".
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == crate::clauses::Polarity::Asked) {
        let have = clause.base == "have" && matches!(clause.pronoun.as_deref(), Some("i" | "we"));
        let listed = super::objects(scene, clause.after, clause.to);
        // "store my flats and tenants": records in a row, where one alone may be a value.
        let store = matches!(clause.base, "store" | "keep" | "save" | "manage" | "administrate")
            && listed.iter().filter(|np| np.plural && !is_value(np)).count() >= 2;
        // "we count the frames": how many there are, which is no record.
        let track = matches!(clause.class, Some(crate::lexicon::verbs::Class::Track)) && clause.base != "count";
        if have || store || track || clause.base == "track" {
            // "follow the van": that one is no record by itself.
            let one = |np: &Np| np.article.as_deref() == Some("the") && !np.plural;
            let last = listed.last().map_or(clause.to, |np| np.to);
            for np in listed.into_iter().filter(|np| !is_value(np) && (np.plural || !have && !one(np))) {
                if let Some(thing) = record(np) {
                    sink.add(Fact::Mention(thing), np.span, 1.25);
                }
            }
            // "the jobs they do for our clients and the machines they take along": the row goes on.
            let kept = |np: &&Np| {
                let leads =
                    np.article.as_deref() == Some("the") || matches!(np.possessive.as_deref(), Some("our" | "my"));
                leads && np.plural && !is_value(np) && scene.one_of(np.from.wrapping_sub(1), &["and", ",", "for"])
            };
            let track = clause.base == "track" || clause.base == "keep" || clause.base == "manage";
            let end = if track { scene.sentence_end(clause.after) } else { last };
            let first = clause.pronoun.as_deref().is_none_or(|who| matches!(who, "i" | "we"));
            for np in scene.nps_in(last, end).filter(kept).filter(|_| first) {
                if let Some(thing) = record(np) {
                    sink.add(Fact::Mention(thing), np.span, 1.2);
                }
            }
        }
    }
}

/// A sentence that only lists values speaks of the record before it.
fn loose(scene: &Scene<'_>, sink: &mut Sink) {
    for (index, sentence) in scene.sentences.iter().enumerate() {
        let has_sign =
            (sentence.from..sentence.to).any(|at| scene.one_of(at, &[":", ">", "->"]) && scene.depth_at(at) == 0);
        if !verbless(scene, sentence.from, sentence.to)
            || has_sign
            || index == 0
            || scene.blocks.get(sentence.block).is_some_and(|b| b.parent.is_some())
        {
            continue;
        }
        let items = lists::read(scene, sentence.from, sentence.to);
        let known = items
            .iter()
            .filter(|item| item.known() && archetypes::sort(&item.entity).is_none() && item.items.is_empty())
            .count();
        if items.len() < 3 || known * 3 < items.len() * 2 {
            continue;
        }
        let owner = scene
            .sentences
            .iter()
            .take(index)
            .rev()
            .find_map(|before| topic_of(scene, before.from, before.to))
            .or_else(|| antecedent(scene, sentence.from));
        // "Birthday parties at our hall: parents ask for a date."
        let first = || {
            let first = scene.sentences.first()?;
            scene
                .first_np(first.from, first.to)
                .filter(|np| np.plural && scene.one_of(np.to, &["at", "in", "for", ":"]))
        };
        let way = |owner: &Thing| scene.nps.iter().any(|np| np.span == owner.span && super::is_way(scene, np));
        if let Some(owner) = owner.filter(|owner| !way(owner)).or_else(|| first().and_then(record)) {
            sink.has(&owner, items, 1.8);
        }
    }
}

/// The record a verbless sentence is about.
fn topic_of(scene: &Scene<'_>, from: usize, to: usize) -> Option<Thing> {
    if !verbless(scene, from, to) {
        return None;
    }
    let np = scene.first_np(from, to)?;
    let thing = record(np)?;
    let known = archetypes::sort(&thing.name).is_some() || archetypes::sort(thing.head()).is_some();
    if known
        && (archetypes::sort(&thing.name).is_none()
            && matches!(archetypes::sort(thing.head()), Some(archetypes::Sort::Event)))
    {
        return Some(Thing::named(thing.head(), np.span));
    }
    known.then_some(thing)
}

/// "Jobs:" and nothing more on the line.
pub(super) fn is_title(scene: &Scene<'_>, np: &Np, thing: &Thing) -> bool {
    let end = scene.sentence_end(np.from);
    words::is_section(&thing.name) && scene.is(np.to, ":") && np.to + 1 >= end
}

/// "Table reservations for my restaurant.": the first words name the main record.
fn topic(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in scene.sentences.iter().take(1) {
        let Some(np) = scene.first_np(sentence.from, sentence.to).filter(|np| np.from <= sentence.from + 1) else {
            continue;
        };
        let asks = scene.is(np.to, "?");
        let clean = !asks && verbless(scene, sentence.from, sentence.to) || scene.one_of(np.to, &[":", ".", "for"]);
        if !clean || !np.plural || super::roles::are_users(scene, np) {
            continue;
        }
        if let Some(thing) = topic_of(scene, np.from, np.to).filter(|thing| !is_title(scene, np, thing)) {
            sink.add(Fact::Mention(thing), np.span, 1.3);
        }
    }
}
