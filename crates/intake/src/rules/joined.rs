//! How many of one record go with one of another, said by a verb of its own: "each delivery gets one rider", "vans (each parked at a
//! depot)", "from an order comes an invoice", "put children into groups"; and records that belong to others of their kind.

use super::{Rule, Sink, antecedent, is_value, objects, record};
use crate::clauses::Join;
use crate::facts::{Fact, Thing};
use crate::lexicon::archetypes;
use crate::nouns::{Count, Np};
use crate::rules::has::asked;
use crate::rules::tied::table;
use crate::scene::Scene;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "joined.one", example: "A kayak follows one tour.", run: one },
    Rule { id: "joined.from", example: "From each tour comes an invoice.", run: from },
    Rule { id: "joined.parked", example: "Kayaks (each kept at a boathouse) have a length.", run: parked },
    Rule { id: "joined.put", example: "I manage fleets and put kayaks into them.", run: put },
    Rule { id: "joined.with", example: "We need tours with stops in a certain order.", run: with },
    Rule { id: "joined.about", example: "We make an invoice about one tour and one kayak.", run: about },
    Rule { id: "joined.seat", example: "Each ticket is for one seat.", run: seat },
    Rule { id: "joined.lots", example: "Guides appear in lots of tours.", run: lots },
    Rule { id: "joined.arrow", example: "guide <-> tour: many to many", run: arrow },
    Rule { id: "joined.another", example: "A folder can be inside another folder.", run: another },
    Rule { id: "joined.reports", example: "Guides report to a manager.", run: reports },
    Rule { id: "joined.also", example: "Guides have a name and a mentor (also a guide).", run: also },
];

fn is_one(np: &Np) -> bool {
    !np.plural && matches!(np.article.as_deref(), Some("one" | "single" | "exactly"))
}

/// "a batch follows one recipe", "each delivery later gets one rider": it is the one's.
fn one(scene: &Scene<'_>, sink: &mut Sink) {
    let own = |base: &str| {
        matches!(
            base,
            "have"
                | "be"
                | "need"
                | "contain"
                | "include"
                | "hold"
                | "store"
                | "own"
                | "send"
                | "write"
                | "create"
                | "make"
                | "add"
                | "see"
        )
    };
    for clause in asked(scene).filter(|clause| !clause.passive && clause.join == Join::Main && !own(clause.base)) {
        let [subject] = clause.subject.as_slice() else { continue };
        let single = !subject.plural && (subject.article.is_some() || subject.count == Count::Each);
        let Some(child) = table(subject).filter(|child| single && !child.is_person()) else { continue };
        let mut at = clause.after;
        while scene.one_of(at, &["to", "by", "on", "from", "exactly", "only", "just", "at", "in"]) {
            at += 1;
        }
        let Some(np) = scene.np_at(at).filter(|np| np.to <= clause.to && is_one(np)) else { continue };
        if let Some(parent) = table(np).filter(|parent| parent.name != child.name) {
            sink.add(Fact::Belongs { child, parent }, scene.span(clause.from, np.to), 1.6);
        }
    }
}

/// "from a greenlit pitch comes an article".
fn from(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| matches!(clause.base, "come" | "follow" | "result" | "become" | "arise"))
    {
        let led = scene.one_of(clause.from, &["from", "out"]);
        let at = clause.from + 1 + usize::from(scene.is(clause.from + 1, "of"));
        let Some(parent) = led.then(|| scene.np_at(at)).flatten().and_then(table) else { continue };
        for child in objects(scene, clause.after, clause.to).into_iter().filter_map(table) {
            if child.name != parent.name {
                sink.add(Fact::Belongs { child, parent: parent.clone() }, scene.span(clause.from, clause.to), 1.6);
            }
        }
    }
}

/// Words before a record that say which of them it is to another: "home station", "responsible lawyer".
const WHICH: &str = "home main own usual assigned current responsible default primary original preferred base nearest";

/// "vans (each parked at a home depot)".
fn parked(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let Some(close) = scene.close_of(np.to).filter(|_| scene.is(np.to + 1, "each")) else { continue };
        let Some(child) = table(np) else { continue };
        let leans = (np.to + 2..close).find(|at| scene.one_of(*at, &["at", "in", "to", "on", "by", "with", "from"]));
        let Some(other) = leans.and_then(|at| scene.np_at(at + 1)).filter(|other| other.to <= close && !other.plural)
        else {
            continue;
        };
        let bare = other.words().iter().filter(|word| !crate::lexicon::has(WHICH, &word.text)).cloned().collect();
        if let Some(parent) = record(&other.with_words(bare)).filter(|parent| parent.name != child.name) {
            sink.add(Fact::Belongs { child, parent }, scene.span(np.from, other.to), 1.6);
        }
    }
}

/// "put children and teachers into groups", "place boxes on shelves".
fn put(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene)
        .filter(|clause| matches!(clause.base, "put" | "place" | "move" | "sort" | "file" | "load" | "pack"))
    {
        let found = objects(scene, clause.after, clause.to);
        let Some(last) = found.last() else { continue };
        if !scene.one_of(last.to, &["into", "in", "on", "onto", "under"]) {
            continue;
        }
        let parent = scene.np_at(last.to + 1).and_then(table).or_else(|| {
            scene
                .one_of(last.to + 1, &["them", "it", "these", "those"])
                .then(|| antecedent(scene, clause.verb.unwrap_or(clause.from)))
                .flatten()
        });
        let Some(parent) = parent else { continue };
        for child in found.into_iter().filter_map(table).filter(|child| child.name != parent.name) {
            sink.add(Fact::Belongs { child, parent: parent.clone() }, scene.span(clause.from, clause.to), 1.3);
        }
    }
}

/// "routes, with stops in a certain order", "albums with photos": the first has many of the second.
fn with(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| np.plural || np.count == Count::Each) {
        let at = np.to + usize::from(scene.is(np.to, ","));
        let leans = scene.one_of(at, &["with", "plus"]) && scene.depth_at(np.from) == scene.depth_at(at);
        let asked = scene.clause_at(np.from).is_some_and(|clause| clause.polarity == crate::clauses::Polarity::Asked);
        let Some(other) = leans.then(|| scene.np_at(at + 1)).flatten().filter(|other| other.plural && asked) else {
            continue;
        };
        let known = archetypes::sort(other.entity()).is_some() && archetypes::sort(np.entity()).is_some();
        let file = crate::lexicon::fields::guess(other.field()).is_some();
        let (Some(parent), Some(child)) = (table(np), table(other).filter(|_| known && !file)) else { continue };
        if parent.name != child.name && !child.is_person() {
            sink.add(Fact::Many { parent, child }, scene.span(np.from, other.to), 1.2);
        }
    }
}

/// "a contract about one berth and one boat": of both.
fn about(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| scene.one_of(np.to, &["about", "for", "between", "on", "covering", "over"]))
    {
        let Some(child) = table(np).filter(|child| !child.is_person() && np.article.is_some()) else { continue };
        let Some(first) = scene.np_at(np.to + 1).filter(|first| is_one(first)) else { continue };
        let second =
            scene.is(first.to, "and").then(|| scene.np_at(first.to + 1)).flatten().filter(|second| is_one(second));
        for parent in
            [Some(first), second].into_iter().flatten().filter_map(table).filter(|parent| parent.name != child.name)
        {
            sink.add(Fact::Belongs { child: child.clone(), parent }, scene.span(np.from, first.to), 1.6);
        }
    }
}

/// "each ticket is for one seat": what else would be a value.
fn seat(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        asked(scene).filter(|clause| clause.base == "be" && scene.one_of(clause.after, &["for", "in", "on", "at"]))
    {
        let at = clause.after + 1 + usize::from(scene.one_of(clause.after + 1, &["exactly", "only", "just", "always"]));
        let Some(np) = scene.np_at(at).filter(|np| is_one(np)) else { continue };
        let Some(parent) = record(np) else { continue };
        for child in clause.subject.iter().filter_map(table).filter(|child| child.name != parent.name) {
            sink.add(
                Fact::Belongs { child, parent: parent.clone() },
                scene.span(clause.from, np.to),
                if is_value(np) { 0.9 } else { 1.6 },
            );
        }
    }
}

/// "characters appear in lots of scenes", "a scene has plenty of characters".
fn lots(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene).filter(|clause| !clause.passive && clause.join == Join::Main) {
        let [subject] = clause.subject.as_slice() else { continue };
        let Some(at) = (clause.after..clause.to.min(clause.after + 3)).find(|at| {
            scene.one_of(*at, &["lots", "plenty", "loads", "dozens", "hundreds", "many"]) && scene.is(at + 1, "of")
                || scene.is(*at, "different")
        }) else {
            continue;
        };
        let Some(np) = scene.np_at(at + 2).or_else(|| scene.np_at(at)).filter(|np| np.plural && np.to <= clause.to)
        else {
            continue;
        };
        let (Some(from), Some(other)) = (table(subject), table(np)) else { continue };
        if from.name == other.name || clause.carried {
            continue;
        }
        let inside = (clause.after..at).any(|at| scene.one_of(at, &["in", "on", "to", "with", "at"]));
        let fact =
            if inside { Fact::ManyToMany { a: from, b: other } } else { Fact::Many { parent: from, child: other } };
        sink.add(fact, scene.span(clause.from, np.to), 1.7);
    }
}

/// "vendor <-> pair".
fn arrow(scene: &Scene<'_>, sink: &mut Sink) {
    for at in 1..scene.tokens.len() {
        let both = scene.is(at, "<") && scene.one_of(at + 1, &["->", "-"]) || scene.one_of(at, &["↔", "⇔", "<->"]);
        let next = at + if scene.is(at, "<") { 2 + usize::from(scene.is(at + 2, ">")) } else { 1 };
        let ends = both.then(|| Some((scene.np_before(at)?, scene.np_at(next)?))).flatten();
        if let Some((a, b)) = ends.and_then(|(a, b)| Some((table(a)?, table(b)?))).filter(|(a, b)| a.name != b.name) {
            sink.add(Fact::ManyToMany { a, b }, scene.span(at - 1, next + 1), 2.0);
        }
    }
}

/// "one sample can be an aliquot of another sample", "a comment replies to another comment", "parts are made of other parts".
fn another(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let Some(thing) = clause.subject.first().and_then(table) else { continue };
        let other = scene.nps_in(clause.after, clause.to).find(|np| {
            np.entity() == thing.name
                && (matches!(np.article.as_deref(), Some("another" | "other")) || np.has_adjective("other"))
        });
        let Some(other) = other else { continue };
        let between = scene.is(other.from.wrapping_sub(1), "of").then(|| scene.np_before(other.from - 1)).flatten();
        let role = between.filter(|np| np.from >= clause.after && np.entity() != thing.name).map_or(
            "parent".to_owned(),
            |np| {
                if archetypes::is_person(np.entity()) { np.entity().to_owned() } else { format!("{}_of", np.entity()) }
            },
        );
        sink.add(Fact::Itself { thing, role }, scene.span(clause.from, other.to), 1.6);
    }
}

/// "employees report to a manager": one of them, where managers are no records of their own.
fn reports(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in
        asked(scene).filter(|clause| clause.base == "report" && !clause.passive && scene.is(clause.after, "to"))
    {
        let Some(np) = scene.np_at(clause.after + 1).filter(|np| archetypes::is_person(np.entity()) && !np.plural)
        else {
            continue;
        };
        for thing in clause.subject.iter().filter_map(table).filter(Thing::is_person) {
            let same = np.entity() == thing.name;
            let role = if same { "reports_to".to_owned() } else { np.entity().to_owned() };
            sink.add(Fact::Itself { thing, role }, scene.span(clause.from, np.to), 1.6);
        }
    }
}

/// "mother (also an animal)", "a manager, who is an employee too": whose it is stands first in the sentence.
fn also(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let open = np.to;
        let bracket = scene.close_of(open).map(|close| (open + 1, close));
        let relative = scene.clauses.iter().find(|clause| {
            clause.from <= np.to + 1 && np.to <= clause.from && clause.join == Join::Relative && clause.base == "be"
        });
        let Some((from, to)) = bracket.or(relative.map(|clause| (clause.after, clause.to))) else { continue };
        let skip = from + usize::from(scene.one_of(from, &["also", "again", "is", "itself"]));
        let skip = skip + usize::from(scene.one_of(skip, &["also", "again"]));
        let said = skip > from
            || scene.one_of(skip, &["another"])
            || (from..to).any(|at| scene.one_of(at, &["too", "themselves", "itself"]));
        let Some(other) =
            scene.np_at(skip).filter(|other| said && other.to <= to && !other.plural && other.article.is_some())
        else {
            continue;
        };
        let first = scene
            .sentence_at(np.from)
            .and_then(|at| scene.sentences.get(at))
            .and_then(|sentence| scene.first_np(sentence.from, sentence.to));
        let Some(thing) = first
            .and_then(table)
            .filter(|thing| thing.name == other.entity() && first.is_some_and(|first| first.from < np.from))
        else {
            continue;
        };
        sink.add(Fact::Itself { thing, role: np.entity().to_owned() }, scene.span(np.from, other.to), 1.6);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_record_may_belong_to_one_of_its_kind() {
        let read = crate::read(
            "Employees have a name. Employees report to a manager. Categories have a name and a parent category.",
        );
        let itself: Vec<&str> =
            read.summary.relations.iter().filter(|one| one.from == one.to).map(|one| one.from.as_str()).collect();
        assert_eq!(itself, ["category", "employee"], "{}", read.blueprint);
        for line in ["manager = { type = \"reference\", to = \"employee\" }", "parent", "to = \"category\" }"] {
            assert!(read.blueprint.contains(line), "{line}\n{}", read.blueprint);
        }
    }
}
