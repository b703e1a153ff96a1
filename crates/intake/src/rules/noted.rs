//! Fields said in passing: what is noted at a visit, set by a manager, approved or not.

use super::has::asked;
use super::{Rule, Sink, antecedent, is_value, objects, record};
use crate::clauses::Join;
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields, words};
use crate::scene::Scene;
use crate::tags::Tag;
use crate::{lists, values};

pub(super) const RULES: &[Rule] = &[
    Rule { id: "has.sets", example: "Keepers open walks. The guide sets a price and logs the distance.", run: sets },
    Rule {
        id: "has.each_with",
        example: "Keepers add walks to a club, each with a date and a duration.",
        run: each_with,
    },
    Rule { id: "has.or_not", example: "A kayak has a colour and is either insured or not.", run: or_not },
    Rule { id: "has.profile", example: "Tutors create a profile with bio and hourly rate.", run: profile },
    Rule { id: "has.identified", example: "A pallet is identified by its barcode.", run: identified },
    Rule { id: "has.approval", example: "Comments must be approved by the editor.", run: approval },
    Rule {
        id: "has.record",
        example: "On each walk I note the weather, the distance and the duration.",
        run: recorded,
    },
];

/// "In each visit I write the symptoms, the diagnosis": what is noted belongs to what it is noted at.
fn recorded(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let writes = matches!(
            clause.base,
            "write"
                | "note"
                | "record"
                | "log"
                | "enter"
                | "capture"
                | "store"
                | "save"
                | "need"
                | "keep"
                | "fill"
                | "track"
                | "do"
                | "put"
                | "jot"
                | "mark"
                | "tick"
                | "collect"
                | "measure"
        );
        let lead = scene
            .one_of(clause.from, &["in", "on", "at", "during", "after", "with", "per", "for"])
            .then(|| scene.np_at(clause.from + 1))
            .flatten()
            .filter(|np| !scene.is(clause.from, "for") || np.count == crate::nouns::Count::Each);
        if let Some(owner) = lead.filter(|_| writes).and_then(record) {
            // "write down the weight".
            let from = clause.after + usize::from(scene.one_of(clause.after, &["down", "up", "in"]));
            let items = lists::read(scene, from, clause.to);
            // "on the 1st".
            let day = owner.name.starts_with('n') && owner.name.get(1..2).is_some_and(|c| c.parse::<u8>().is_ok());
            if !day && (items.len() >= 2 || items.iter().any(Item::known)) {
                sink.has(&owner, items, 1.6);
            }
            continue;
        }
        // "the vet notes at each visit the weight and the temperature".
        let at_each = scene
            .one_of(clause.after, &["in", "on", "at", "during", "after", "for", "per"])
            .then(|| scene.np_at(clause.after + 1))
            .flatten()
            .filter(|np| np.count == crate::nouns::Count::Each && np.to < clause.to && !scene.is(np.to, ":"))
            .filter(|_| writes && !clause.passive);
        if let Some((np, owner)) = at_each.and_then(|np| Some((np, record(np)?))) {
            let items = lists::read(scene, np.to, clause.to);
            if items.iter().any(Item::known) {
                sink.has(&owner, items, 1.8);
                continue;
            }
        }
        // "on each inspection we count the frames": how many.
        if let Some(owner) = lead.filter(|_| clause.base == "count").and_then(record) {
            let counted =
                objects(scene, clause.after, clause.to).into_iter().filter(|np| np.plural && np.owner.is_none());
            let items = counted.map(|np| Item {
                name: format!("number_of_{}", np.field()),
                entity: format!("number_of_{}", np.entity()),
                span: Some(np.span),
                kind: Some(fields::FieldType::Integer),
                ..Item::default()
            });
            sink.has(&owner, items.collect(), 1.8);
            continue;
        }
        if behind_dash(scene, clause, sink) {
            continue;
        }
        // "fills one log per day: weather, workers" and "adds the dishes: name, price".
        let colon = (clause.after..clause.to).find(|at| scene.is(*at, ":") && scene.depth_at(*at) == 0);
        let Some(colon) = colon else { continue };
        // "does the invoices with this app: number, date": what is done with it has them.
        let this = |np: &crate::nouns::Np| np.article.as_deref() == Some("this");
        if scene.nps_in(clause.after, colon).last().is_some_and(|np| words::is_app_head(np.head()) && !this(np)) {
            // "a simple CRM: contacts, deals" lists records.
            for np in objects(scene, colon + 1, clause.to).into_iter().filter(|np| !is_value(np)) {
                if let Some(thing) = record(np) {
                    sink.add(Fact::Mention(thing), np.span, 1.2);
                }
            }
            continue;
        }
        // "reports are written after each visit: date, findings": the reports'.
        // "deadlines are critical: each has a date" is read elsewhere.
        if clause.base == "be" && clause.subject.first().is_some_and(is_value) {
            continue;
        }
        if super::given::handed(scene, clause).is_some() {
            continue;
        }
        let told = clause.passive || clause.base == "be";
        let written = told.then(|| clause.subject.first()).flatten().filter(|np| !is_value(np));
        let Some(mut owner) =
            written.or_else(|| scene.nps_in(clause.after, colon).find(|np| !is_value(np))).and_then(record)
        else {
            continue;
        };
        // "we inspect the plots: date, grade": of the inspection.
        if let Some(event) = noun_of(clause.base).filter(|_| !clause.passive).or_else(|| left_by(clause)) {
            let child = Thing::named(event, scene.span(clause.from, clause.after));
            let items = lists::read(scene, colon + 1, clause.to);
            let least = if left_by(clause).is_some() { 1 } else { 2 };
            if items.len() >= 2 && items.iter().filter(|item| item.known()).count() >= least {
                sink.add(Fact::Belongs { child: child.clone(), parent: owner.clone() }, child.span, 1.8);
                owner = child;
            }
        }
        let items = lists::read(scene, colon + 1, clause.to);
        let known = items.iter().filter(|item| item.known()).count();
        let (values, _) = values::values(scene, colon + 1, clause.to);
        if known * 2 >= items.len() && !items.is_empty() && !words::is_not_record(owner.head()) {
            sink.has(&owner, items, 2.0);
        } else if values.len() >= 2
            && archetypes::sort(&owner.name).is_some()
            // "dancers are sorted by level: beginner, advanced": of the level.
            && !scene.np_before(colon).is_some_and(|np| fields::takes_values(np.head()))
        {
            // "mark attendance: present, absent".
            let item = Item {
                name: "status".into(),
                entity: "status".into(),
                span: Some(scene.span(colon, clause.to)),
                values,
                ..Item::default()
            };
            sink.has(&owner, vec![item], 1.6);
        }
    }
}

/// "mechanics log the parts they used on a job - part name, quantity, price": what is logged has them.
fn behind_dash(scene: &Scene<'_>, clause: &crate::clauses::Clause, sink: &mut Sink) -> bool {
    let kept = matches!(clause.class, Some(Class::Create | Class::Track | Class::Hold)) && clause.join == Join::Main;
    let Some(sentence) = scene.sentences.get(clause.sentence).filter(|_| kept && !clause.passive) else { return false };
    let dash = (clause.after..sentence.to)
        .find(|at| scene.one_of(*at, &["-", "—", "–"]) && scene.depth_at(*at) == 0 && scene.np_at(*at + 1).is_some());
    let Some(dash) = dash else { return false };
    let plain = (dash + 1..sentence.to)
        .all(|at| !matches!(scene.tag(at), Some(Tag::Verb | Tag::Be | Tag::Modal | Tag::Pronoun)));
    let object = objects(scene, clause.after, dash).into_iter().find(|np| np.plural && !is_value(np));
    let Some(owner) = object.filter(|_| plain).and_then(record) else { return false };
    let mut items = lists::read(scene, dash + 1, sentence.to);
    if items.len() < 2 || items.iter().filter(|item| item.known()).count() * 2 < items.len() {
        return false;
    }
    // "part name": the name of the part.
    for item in &mut items {
        let bare = item.name.strip_prefix(owner.name.as_str()).and_then(|rest| rest.strip_prefix('_'));
        if let Some(bare) = bare.map(str::to_owned) {
            item.entity = crate::lemma::singular(&bare);
            item.name = bare;
        }
    }
    // "on a job": its parts.
    let on = (clause.after..dash).rev().find(|at| scene.one_of(*at, &["on", "in", "for", "during"]));
    if let Some(parent) =
        on.and_then(|on| scene.np_at(on + 1)).filter(|np| !np.plural && !is_value(np)).and_then(record)
    {
        let child = owner.clone();
        sink.add(Fact::Belongs { child, parent }, scene.span(clause.from, dash), 1.6);
    }
    sink.has(&owner, items, 2.0);
    true
}

/// "families borrow tents: from, until": what people do leaves a record.
pub(super) fn left_by(clause: &crate::clauses::Clause) -> Option<&'static str> {
    let people = clause
        .subject
        .iter()
        .any(|np| archetypes::is_person(np.entity()) || archetypes::is_party(np.entity()) || np.head() == "family");
    let leaves = matches!(clause.base, "borrow" | "rent" | "lend" | "hire" | "donate");
    crate::lexicon::verbs::event_of(clause.base).filter(|_| leaves && people && !clause.passive)
}

/// What is done leaves a record when it has values of its own.
fn noun_of(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "inspect" => "inspection",
        "visit" => "visit",
        "measure" => "measurement",
        "treat" => "treatment",
        "assess" => "assessment",
        "test" => "test",
        "repair" => "repair",
        "rehearse" => "rehearsal",
        "vaccinate" => "vaccination",
        "weigh" => "weighing",
        "interview" => "interview",
        "survey" => "survey",
        "audit" => "audit",
        "examine" => "examination",
        "feed" => "feeding",
        "water" => "watering",
        "check" => "check",
        "read" => "reading",
        _ => return None,
    })
}

/// "add walks to a club, each with a date": what the verb adds.
fn each_with(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let each = scene.one_of(at, &["each", "all"])
            && scene.is(at + 1, "with")
            && scene.one_of(at - 1, &[",", "-", "(", ":"]);
        let Some(clause) = scene.clause_at(at).filter(|_| each) else {
            continue;
        };
        let objects =
            if clause.verb.is_some_and(|verb| verb < at) { objects(scene, clause.after, at) } else { Vec::new() };
        let owner = objects.into_iter().find(|np| !is_value(np)).and_then(record);
        let end = scene.close_of(at - 1).unwrap_or_else(|| scene.clause_at(at).map_or(at, |clause| clause.to));
        // "we have 6 saunas - each with a price": the nearest of which there are several.
        let sentence = scene.sentence_at(at).and_then(|place| scene.sentences.get(place));
        let several = sentence.and_then(|sentence| {
            let mut before = scene.nps_before(at).take_while(|np| np.from >= sentence.from);
            before
                .find(|np| np.plural && !is_value(np) && scene.depth_at(np.from) == scene.depth_at(at))
                .and_then(record)
        });
        if let Some(owner) = owner.or(several).or_else(|| antecedent(scene, at)) {
            sink.has(&owner, lists::read(scene, at + 2, end), 2.0);
        }
    }
}

/// "is either insured or not".
fn or_not(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be" || clause.passive) {
        let Some(or) =
            (clause.after.saturating_sub(1)..clause.to).find(|at| scene.is(*at, "or") && scene.is(*at + 1, "not"))
        else {
            continue;
        };
        let Some(word) = scene.token(or.saturating_sub(1)).map(|token| token.text.clone()) else { continue };
        let owner = clause.subject.first().and_then(record).or_else(|| antecedent(scene, clause.from));
        if let Some(owner) = owner {
            let item = Item {
                entity: word.clone(),
                name: word,
                span: Some(scene.span(or - 1, or + 2)),
                kind: Some(fields::FieldType::Boolean),
                ..Item::default()
            };
            sink.has(&owner, vec![item], 1.5);
        }
    }
}

/// A profile holds what is known of the person.
fn profile(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene)
        .filter(|clause| matches!(clause.class, Some(Class::Create | Class::Update | Class::Hold | Class::Event)))
    {
        let np = scene.nps_in(clause.after, clause.to).next().filter(|np| matches!(np.head(), "profile" | "account"));
        let joins = matches!(clause.base, "register" | "sign" | "join" | "apply" | "enroll");
        let with = (clause.after..clause.to.min(clause.after + 2)).find(|at| joins && scene.is(*at, "with"));
        let with = np.map(|np| np.to).filter(|at| scene.is(*at, "with")).or(with);
        let Some(from) = with.map(|at| at + 1) else { continue };
        // "employees apply with a CV": of the application.
        if clause.base == "apply" && clause.subject.iter().any(|np| archetypes::is_person(np.entity())) {
            let child = Thing::named("application", scene.span(clause.from, clause.after));
            for parent in clause.subject.iter().filter_map(record) {
                sink.add(Fact::Belongs { child: child.clone(), parent }, child.span, 1.0);
            }
            sink.has(&child, lists::read(scene, from, clause.to), 2.0);
            continue;
        }
        for owner in clause.subject.iter().filter_map(record) {
            sink.has(&owner, lists::read(scene, from, clause.to), 2.0);
        }
    }
}

/// "is identified by its barcode": no two have the same.
fn identified(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.passive && clause.base == "identify") {
        let by = (clause.after..clause.to).find(|at| scene.one_of(*at, &["by", "through", "with"]));
        let Some(by) = by else { continue };
        let items = lists::read(scene, by + 1, clause.to);
        for owner in clause.subject.iter().filter_map(record) {
            let unique = items.len() == 1;
            let items = items.iter().map(|item| Item { unique: unique || item.unique, ..item.clone() }).collect();
            sink.has(&owner, items, 2.0);
        }
    }
}

/// What must be approved is approved or not.
fn approval(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        asked(scene).filter(|clause| clause.passive && clause.class == Some(Class::Approve) && clause.modal.is_some())
    {
        let Some(verb) = clause.verb.and_then(|at| scene.token(at)).filter(|token| token.text.ends_with("ed")) else {
            continue;
        };
        // "must be inspected every 6 months": again and again, not once and for all.
        if (clause.after..clause.to)
            .any(|at| scene.one_of(at, &["every", "each", "yearly", "monthly", "weekly", "daily"]))
        {
            continue;
        }
        let owner = clause.subject.first().and_then(record).or_else(|| antecedent(scene, clause.from));
        if let Some(owner) = owner {
            let item = Item {
                entity: verb.text.clone(),
                name: verb.text.clone(),
                span: Some(verb.span),
                kind: Some(fields::FieldType::Boolean),
                ..Item::default()
            };
            sink.has(&owner, vec![item], 1.5);
        }
    }
}

/// "sets a priority", "logs the hours spent and the cost": values of what was spoken of.
fn sets(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        matches!(
            clause.base,
            "set" | "log" | "enter" | "fill" | "record" | "update" | "change" | "note" | "add" | "define" | "adjust"
        )
    }) {
        let Some(np) = objects(scene, clause.after, clause.to).into_iter().next() else { continue };
        // "we only note paid yes/no and method": bare names of values.
        let plain = matches!(clause.base, "note" | "record" | "log" | "enter")
            && matches!(clause.pronoun.as_deref(), Some("we" | "i" | "they"))
            && np.possessive.is_none();
        let article = plain || matches!(np.article.as_deref(), Some("a" | "an" | "the"));
        let named = plain && lists::read(scene, clause.after, clause.to).first().is_some_and(Item::known);
        if !article
            || !(is_value(np) || named)
            || np.owner.is_some()
            || clause.passive
            || clause.subject.is_empty() && clause.pronoun.is_none()
        {
            continue;
        }
        // "add a photo to the entry": of the entry.
        let target = scene
            .one_of(np.to, &["to", "of", "for", "on"])
            .then(|| scene.np_at(np.to + 1))
            .flatten()
            .filter(|np| !is_value(np))
            .and_then(record);
        let table = |thing: &Thing| archetypes::sort(&thing.name).is_some() || archetypes::sort(thing.head()).is_some();
        // The last record that was named, further back too.
        let last = || {
            let mut before = scene.nps_before(clause.from).take(12).filter(|np| !is_value(np)).filter_map(record);
            before.find(|thing| table(thing) && !thing.is_person())
        };
        let spoken = || {
            if plain {
                antecedent(scene, clause.from).filter(table).or_else(last)
            } else {
                antecedent(scene, clause.from)
            }
        };
        if let Some(owner) = target.or_else(spoken).filter(|owner| !owner.is_person()) {
            let items = lists::read(scene, clause.after, clause.to).into_iter().take_while(Item::known).collect();
            sink.has(&owner, items, 1.5);
        }
    }
}
