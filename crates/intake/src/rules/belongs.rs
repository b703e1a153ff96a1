//! Which records belong to which: "a trail is part of a park", "add trails to a park", "one log per park".

use super::{Rule, Sink, antecedent, is_value, objects, record};
use crate::clauses::{Clause, Polarity};
use crate::facts::{Fact, Thing};
use crate::lexicon::archetypes;
use crate::lexicon::verbs::Class;
use crate::nouns::{Count, Np};
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "belongs.during", example: "Vets see pets in visits.", run: during },
    Rule { id: "belongs.verb", example: "A kayak belongs to one club.", run: verb },
    Rule { id: "belongs.to", example: "Rangers add signs to a trail.", run: to },
    Rule { id: "belongs.per", example: "The guide writes one report per tour.", run: per },
    Rule { id: "belongs.of", example: "Members borrow copies of books.", run: of },
    Rule { id: "belongs.between", example: "Each match is between two teams.", run: between },
    Rule { id: "belongs.is_in", example: "A kayak is in many tours.", run: is_in },
    Rule { id: "belongs.theirs", example: "I store customers and their kayaks.", run: theirs },
    Rule { id: "belongs.linking", example: "I keep tours linking a guide and a bus.", run: linking },
    Rule { id: "belongs.by", example: "We show reviews from guests.", run: by },
    Rule { id: "belongs.made_by", example: "Each tour is made by one guide with one vehicle.", run: made_by },
];

fn asked<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Clause> {
    scene.clauses.iter().filter(|clause| clause.verb.is_some() && clause.polarity == Polarity::Asked)
}

fn table(np: &Np) -> Option<Thing> {
    if is_value(np) { None } else { record(np) }
}

/// "X belongs to Y", "X is part of Y", "X comes from Y", "X is assigned to Y".
fn verb(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let ties = matches!(
            clause.base,
            "belong"
                | "come"
                | "depend"
                | "relate"
                | "link"
                | "attach"
                | "connect"
                | "live"
                | "stand"
                | "hang"
                | "report"
                | "sit"
                | "work"
                | "join"
                | "associate"
                | "tie"
                | "play"
                | "assign"
        ) && (clause.passive
            || matches!(
                clause.base,
                "belong" | "come" | "live" | "sit" | "work" | "play" | "join" | "stand" | "hang" | "report"
            ))
            || clause.base == "be" && scene.is(clause.after, "part")
            || clause.base == "be" && scene.one_of(clause.after, &["for", "under", "inside", "within"]);
        // "tenants report issues with photos": what they report.
        let reports = clause.base == "report" && scene.np_at(clause.after).is_some();
        if !ties || reports {
            continue;
        }
        let preposition = (clause.after..clause.to).find(|at| {
            matches!(scene.tag(*at), Some(Tag::Preposition | Tag::To))
                && scene
                    .one_of(*at, &["to", "of", "from", "with", "for", "at", "in", "on", "under", "inside", "within"])
        });
        let exact =
            |at: usize| at + 1 + usize::from(scene.one_of(at + 1, &["exactly", "only", "just", "always", "precisely"]));
        // "comes back late", "comes on the card".
        let preposition = preposition.filter(|at| clause.base != "come" || scene.one_of(*at, &["from", "with", "in"]));
        let Some(target) = preposition.and_then(|at| scene.np_at(exact(at))) else { continue };
        let Some(parent) = table(target) else { continue };
        // "visitors come with a badge", "a class is for kids, teens or adults", "the planners work in Sage".
        let carried = clause.base == "come" && clause.subject.iter().any(|np| archetypes::is_person(np.entity()));
        let chosen = clause.base == "be" && target.plural && scene.one_of(target.to, &[",", "or", "/"]);
        // "the key to the hut hangs in the hall", "the panels hang next to the doors".
        let that =
            |np: &Np| !np.plural && matches!(np.article.as_deref(), None | Some("the")) && np.possessive.is_none();
        let stands = matches!(clause.base, "live" | "sit" | "stand" | "hang")
            && clause.subject.iter().all(that)
            && target.article.as_deref() == Some("the");
        // "It is for the club on the lake": the whole.
        let whole =
            clause.base == "be" && clause.pronoun.as_deref() == Some("it") && target.article.as_deref() == Some("the");
        if carried || chosen || stands || whole || super::is_name(scene, target) {
            continue;
        }
        // "belongs to a bike and a customer".
        let second = (matches!(clause.base, "belong" | "assign" | "link" | "attach" | "tie")
            && scene.one_of(target.to, &["and", ","]))
        .then(|| scene.np_at(target.to + 1).filter(|np| np.article.is_some() && !np.plural).and_then(table))
        .flatten();
        // "each treatment belongs to a visit": what belongs is a record, also where its name may be that of a value.
        let each = |np: &&Np| clause.base == "belong" && np.count == Count::Each;
        let mut children: Vec<Thing> =
            clause.subject.iter().filter_map(|np| if each(&np) { record(np) } else { table(np) }).collect();
        if children.is_empty() && matches!(clause.pronoun.as_deref(), Some("it" | "they" | "one")) {
            children.extend(antecedent(scene, clause.from));
        }
        // "batteries belong to a drone, with a cycle count".
        let tail = target.to + usize::from(scene.is(target.to, ","));
        if clause.base == "belong" && scene.one_of(tail, &["with", "having"]) {
            for child in clause.subject.iter().filter_map(table) {
                sink.has(&child, crate::lists::read(scene, tail + 1, clause.to), 2.0);
            }
        }
        let either = scene.is(target.to, "or").then(|| scene.np_at(target.to + 1).and_then(table)).flatten();
        for child in children.into_iter().filter(|child| child.name != parent.name) {
            let many = matches!(target.count, Count::Many | Count::Number(2..)) && target.article.is_some()
                || target.plural && clause.base == "work";
            let fact = if many {
                Fact::ManyToMany { a: child.clone(), b: parent.clone() }
            } else {
                Fact::Belongs { child: child.clone(), parent: parent.clone() }
            };
            sink.add(fact, scene.span(clause.from, clause.to), if either.is_some() { 1.2 } else { 1.8 });
            if let Some(parent) = second.clone().filter(|parent| parent.name != child.name) {
                let fact = Fact::Belongs { child: child.clone(), parent };
                sink.add(fact, scene.span(clause.from, clause.to), 1.8);
            }
            // "attached to contacts or deals": to one of them, so to neither by need.
            if let Some(parent) = either.clone().filter(|parent| parent.name != child.name) {
                sink.add(Fact::Belongs { child, parent }, scene.span(clause.from, clause.to), 1.2);
            }
        }
    }
}

/// "add X to a Y", "comment on Y", "enroll in Y", "create X for a Y", "order X from Y".
fn to(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let ties = matches!(
            clause.class,
            Some(Class::Create | Class::Relate | Class::Assign | Class::Upload | Class::Event | Class::Track)
        ) || matches!(clause.base, "see" | "view" | "write");
        if !ties || clause.base == "be" {
            continue;
        }
        let found: Vec<&Np> = objects(scene, clause.after, clause.to);
        let Some(last) = found.last() else { continue };
        let mut at = last.to;
        if let Some(close) = scene.close_of(at) {
            at = close + 1;
        }
        let fits: &[&str] = match clause.class {
            Some(Class::Assign) => &["to"],
            Some(Class::Create | Class::Upload | Class::Track) => &["to", "for", "on", "against", "about", "in", "of"],
            Some(Class::Event) => &["for", "with", "of", "from"],
            _ => &["for", "of", "to"],
        };
        let mut fits = fits;
        let mut weight = if clause.class == Some(Class::Assign) { 1.2 } else { 1.5 };
        while scene.one_of(at, fits) {
            let one_of = scene.is(at + 1, "one") && scene.is(at + 2, "of");
            let Some(target) =
                scene.np_at(at + if one_of { 3 } else { 1 }).filter(|np| np.possessive.as_deref() != Some("my"))
            else {
                break;
            };
            if let Some(parent) = table(target) {
                for child in found.iter().filter_map(|np| table(np)).filter(|child| child.name != parent.name) {
                    let span = scene.span(clause.from, clause.to);
                    let np = found.iter().find(|np| np.span == child.span);
                    sink.add(
                        tie(
                            clause.class,
                            child,
                            &parent,
                            np.is_some_and(|np| np.plural),
                            np.is_some_and(|np| takes(np, target)),
                        ),
                        span,
                        weight,
                    );
                }
            }
            at = target.to;
            // "an appointment with a stylist for a service".
            fits = &["with", "for", "from", "to", "on", "at", "in"];
            weight = 1.1;
        }
    }
}

/// "assign one truck to a move": what is given to it for a while has many of them.
fn takes(given: &Np, to: &Np) -> bool {
    let one = matches!(given.article.as_deref(), Some("one" | "a" | "an")) && !given.plural;
    let event = |np: &Np| {
        archetypes::sort(np.entity()) == Some(archetypes::Sort::Event) || archetypes::sort(np.entity()).is_none()
    };
    one && !archetypes::is_person(to.entity()) && !event(given) && event(to)
}

/// Who is assigned is the parent; several of them, each other's.
fn tie(class: Option<Class>, child: Thing, parent: &Thing, many: bool, given: bool) -> Fact {
    match class {
        Some(Class::Assign) if given => Fact::Belongs { child: parent.clone(), parent: child },
        Some(Class::Assign) if child.is_person() && many => Fact::ManyToMany { a: child, b: parent.clone() },
        Some(Class::Assign) if child.is_person() => Fact::Belongs { child: parent.clone(), parent: child },
        _ => Fact::Belongs { child, parent: parent.clone() },
    }
}

/// "one X per Y per day", "X per Y".
fn per(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let mut at = np.to;
        let Some(child) = table(np) else { continue };
        while scene.one_of(at, &["per", "for"]) && (scene.is(at, "per") || scene.one_of(at + 1, &["each", "every"])) {
            let Some(parent_np) = scene.np_at(at + 1) else { break };
            if let Some(parent) = table(parent_np).filter(|parent| parent.name != child.name) {
                sink.add(Fact::Belongs { child: child.clone(), parent }, scene.span(np.from, parent_np.to), 1.6);
            }
            at = parent_np.to;
        }
    }
    // "harvests are logged per hive".
    for clause in asked(scene).filter(|clause| clause.passive && scene.is(clause.after, "per")) {
        let Some(parent) = scene.np_at(clause.after + 1).and_then(table) else { continue };
        for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
            sink.add(Fact::Belongs { child, parent: parent.clone() }, scene.span(clause.from, clause.to), 1.6);
        }
    }
}

/// "copies of books", "quizzes for a lesson": two known records, one within the other.
fn of(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        if !scene.one_of(np.to, &["of", "for", "in", "at", "on"]) || scene.depth_at(np.from) != scene.depth_at(np.to) {
            continue;
        }
        let of = scene.is(np.to, "of");
        let Some(outer) = scene.np_at(np.to + 1) else { continue };
        let (Some(child), Some(parent)) = (table(np), table(outer)) else { continue };
        let known = |thing: &Thing| archetypes::sort(&thing.name).is_some();
        // "shifts at stations".
        let sort = |thing: &Thing| archetypes::sort(&thing.name);
        let places = np.plural && outer.plural && outer.article.is_none() && scene.one_of(np.to, &["at", "in", "on"]);
        if places
            && sort(&child) == Some(archetypes::Sort::Event)
            && sort(&parent) == Some(archetypes::Sort::Thing)
            && scene.clause_at(np.from).is_some_and(|clause| clause.polarity == Polarity::Asked)
        {
            sink.add(
                Fact::Belongs { child: child.clone(), parent: parent.clone() },
                scene.span(np.from, outer.to),
                1.45,
            );
        }
        if known(&child)
            && known(&parent)
            && child.name != parent.name
            && !child.is_person()
            && (of || outer.article.is_some() || outer.possessive.is_some())
        {
            sink.add(Fact::Belongs { child, parent }, scene.span(np.from, outer.to), 1.0);
        }
    }
}

/// "X is between two Y".
fn between(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| clause.base == "be" || clause.passive) {
        let Some(at) = (clause.after..clause.to).find(|at| scene.is(*at, "between")) else { continue };
        for parent in objects(scene, at + 1, clause.to).into_iter().filter_map(table) {
            for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
                sink.add(Fact::Belongs { child, parent: parent.clone() }, scene.span(clause.from, clause.to), 1.8);
            }
        }
    }
}

/// "X is in many Y".
fn is_in(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        matches!(clause.base, "be" | "appear" | "participate" | "enroll" | "take" | "do")
            && scene.is(clause.after, "in")
    }) {
        let Some(np) = scene.np_at(clause.after + 1) else { continue };
        let Some(parent) = table(np) else { continue };
        for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
            let many = np.count == Count::Many && np.article.is_some();
            // "boxes are in freezers".
            let rows = clause.base == "be" && child.plural && np.plural && np.article.is_none();
            let known = |thing: &Thing| archetypes::sort(&thing.name).is_some();
            if !(many || known(&child) && known(&parent) || rows && (known(&child) || known(&parent))) {
                continue;
            }
            let fact = if many {
                Fact::ManyToMany { a: child, b: parent.clone() }
            } else {
                Fact::Belongs { child, parent: parent.clone() }
            };
            sink.add(fact, scene.span(clause.from, clause.to), 1.6);
        }
    }
}

/// "customers and their kayaks", "the members' bikes".
fn theirs(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let Some(child) = table(np) else { continue };
        let known = archetypes::sort(&child.name).is_some();
        // "the walker's location" is a value.
        if np.owner.is_some() && !np.plural && crate::lexicon::fields::guess(np.field()).is_some() {
            continue;
        }
        if let Some(words) = &np.owner {
            let owner = np.with_words(words.clone());
            if let Some(parent) = table(&owner).filter(|parent| known && archetypes::sort(&parent.name).is_some()) {
                sink.add(Fact::Belongs { child, parent }, np.span, 0.9);
            }
            continue;
        }
        let paired = matches!(np.possessive.as_deref(), Some("their" | "its"))
            && np.from > 0
            && scene.one_of(np.from - 1, &["and", ",", "for", "with", "see", "follow", "of"]);
        let own = np.words().iter().any(|word| word.text == "own");
        if is_means(scene, np) {
            continue;
        }
        if paired
            && !own
            && let Some(parent) = antecedent(scene, np.from)
                .filter(|parent| parent.name != child.name && (known || archetypes::sort(&parent.name).is_some()))
        {
            sink.add(Fact::Belongs { child, parent }, np.span, 1.2);
            continue;
        }
        // "owners drop off their dogs".
        let clause = scene.clause_around(np).filter(|clause| clause.after <= np.from);
        let subject = clause.and_then(|clause| clause.subject.first());
        if np.possessive.as_deref() == Some("their")
            && !own
            && known
            && let Some(parent) =
                subject.and_then(table).filter(|parent| parent.is_person() && parent.name != child.name)
        {
            sink.add(Fact::Belongs { child, parent }, np.span, 0.9);
        }
    }
}

/// "pay with their card", "order from their phone": what it is done with.
fn is_means(scene: &Scene<'_>, np: &Np) -> bool {
    const MEANS: &str = "card phone mobile smartphone computer laptop tablet browser device wallet badge account";
    crate::lexicon::has(MEANS, np.head())
        && np.from > 0
        && scene.one_of(np.from - 1, &["with", "by", "from", "via", "on", "through", "using", "to"])
}

/// "trips linking a driver and a vehicle", "a match between two teams".
fn linking(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let ties =
            scene.one_of(np.to, &["linking", "connecting", "joining", "tying", "between", "pairing", "combining"]);
        let Some(child) = table(np).filter(|_| ties) else { continue };
        let end = scene.clause_at(np.to).map_or(np.to, |clause| clause.to);
        for parent_np in objects(scene, np.to + 1, end) {
            if let Some(parent) = table(parent_np).filter(|parent| parent.name != child.name) {
                sink.add(Fact::Belongs { child: child.clone(), parent }, scene.span(np.from, parent_np.to), 1.8);
            }
        }
    }
}

/// "reviews from guests", "cakes ordered by customers": whose they are.
fn by(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| scene.depth_at(np.from) == 0) {
        let done = usize::from(scene.tag(np.to) == Some(Tag::Participle));
        let leans = scene.one_of(np.to + done, &["by", "from"])
            || done == 1 && scene.one_of(np.to + 1, &["against", "to", "for", "on", "under"]);
        // "our office moved to a new building".
        let ours = !np.plural && matches!(np.possessive.as_deref(), Some("our" | "my"));
        if !leans || done == 0 && scene.is(np.to, "by") && !np.plural || ours {
            continue;
        }
        let Some(parent_np) = scene.np_at(np.to + done + 1) else { continue };
        let (Some(child), Some(parent)) = (table(np), table(parent_np)) else { continue };
        let known = archetypes::sort(&child.name).is_some() && !child.is_person();
        let kept = archetypes::is_kept(&parent.name) || done == 1 && archetypes::sort(&parent.name).is_some();
        if known && kept && child.name != parent.name {
            sink.add(Fact::Belongs { child, parent }, scene.span(np.from, parent_np.to), 1.2);
        }
    }
}

/// "X is made by one Y with one Z".
fn made_by(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| {
        clause.passive && matches!(clause.class, Some(Class::Create | Class::Other | Class::Event | Class::Track))
    }) {
        let mut at = clause.after;
        while at < clause.to && scene.one_of(at, &["by", "with", "in", "at", "for"]) {
            let Some(np) = scene.np_at(at + 1) else { break };
            if let Some(parent) = table(np).filter(|_| np.count == Count::One || np.count == Count::Each) {
                for child in clause.subject.iter().filter_map(table) {
                    sink.add(Fact::Belongs { child, parent: parent.clone() }, scene.span(clause.from, np.to), 1.6);
                }
            }
            at = np.to;
        }
    }
}

/// "doctors see patients in appointments": the event ties who and whom.
fn during(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive) {
        let found = objects(scene, clause.after, clause.to);
        let Some(last) = found.last().filter(|np| scene.one_of(np.to, &["in", "during", "at"])) else { continue };
        let Some(event) = scene
            .np_at(last.to + 1)
            .and_then(table)
            .filter(|thing| archetypes::sort(&thing.name) == Some(archetypes::Sort::Event))
        else {
            continue;
        };
        for parent in
            found.iter().copied().chain(&clause.subject).filter_map(table).filter(|parent| parent.name != event.name)
        {
            sink.add(Fact::Belongs { child: event.clone(), parent }, scene.span(clause.from, clause.to), 1.3);
        }
    }
}
