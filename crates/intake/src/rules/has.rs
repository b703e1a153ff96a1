//! Who has which fields: "a bike has a brand and a size", "bikes (brand, size)", "bikes with brand and size".

use super::{Rule, Sink, antecedent, is_value, list_owner, objects, record};
use crate::clauses::{Clause, Join, Polarity};
use crate::facts::{Item, Thing};
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::{lists, values};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "has.verb",
        example: "Each beehive has a queen colour, a weight and a date of \
        inspection.",
        run: verb,
    },
    Rule { id: "has.but", example: "Kayaks have no engine but a length and a colour.", run: but },
    Rule { id: "has.lead", example: "For every kayak we keep length, colour and price.", run: lead },
    Rule { id: "has.brackets", example: "We rent kayaks (length, colour, price).", run: brackets },
    Rule { id: "has.with", example: "Keepers add walks with a date and a duration.", run: with },
    Rule { id: "has.genitive", example: "A keeper updates the kayak's condition.", run: super::theirs::genitive },
    Rule { id: "has.their", example: "I log kayaks and update their condition.", run: super::theirs::their },
    Rule {
        id: "has.relative",
        example: "We run walks that have a date, a distance and a guide.",
        run: super::relative::relative,
    },
];

/// "X has LIST", "X needs LIST", "X stores LIST".
fn verb(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let holds = clause.base == "have"
            || matches!(
                clause.base,
                "need"
                    | "include"
                    | "contain"
                    | "store"
                    | "hold"
                    | "consist"
                    | "comprise"
                    | "carry"
                    | "require"
                    | "show"
                    | "capture"
                    | "keep"
                    | "take"
                    | "record"
            );
        let got = clause.base == "get" && clause.verb.is_some_and(|verb| scene.is(verb, "got"));
        if !(holds || got)
            || clause.passive
            || clause.join == Join::Relative && clause.base == "have" && clause.carried && clause.subject.is_empty()
        {
            continue;
        }
        // "the sales team wants: accounts": what is asked for.
        let wishes = clause.base == "need"
            && clause.verb.is_some_and(|verb| scene.one_of(verb, &["want", "wants"]) || scene.is(verb + 1, ":"));
        if wishes {
            continue;
        }
        let wants = clause.modal.as_deref().is_some_and(|modal| matches!(modal, "need" | "needs" | "want" | "wants"));
        if clause.base != "have" && wants
            || clause.base == "have" && clause.modal.is_some() && scene.is(clause.after, "to")
        {
            continue;
        }
        let mut owners: Vec<Thing> = clause.subject.iter().filter_map(record).collect();
        // "every one of our rooms has".
        let of = clause.verb.and_then(|verb| scene.np_before(verb)).filter(|np| {
            np.plural
                && scene.is(np.from.wrapping_sub(1), "of")
                && scene.one_of(np.from.wrapping_sub(2), &["one", "each", "all", "any", "most"])
        });
        if owners.is_empty()
            && let Some(owner) = of.and_then(record)
        {
            sink.has(&owner, lists::read(scene, clause.after, list_end(scene, clause)), 2.0);
            continue;
        }
        let pronoun = clause.pronoun.as_deref();
        // "Vehicles are red. Each has a plate."
        let each = owners.is_empty() && scene.is(clause.from, "each") && clause.verb == Some(clause.from + 1);
        if each && let Some(thing) = antecedent(scene, clause.from) {
            owners = vec![thing];
        }
        if matches!(pronoun, Some("it" | "they" | "one")) {
            if let Some(thing) = owners.pop().or_else(|| antecedent(scene, clause.from)) {
                owners = vec![thing];
            }
        } else if pronoun.is_some() {
            continue;
        }
        if owners.iter().any(Thing::is_person)
            && matches!(
                clause.base,
                "need" | "take" | "store" | "record" | "keep" | "require" | "show" | "carry" | "capture"
            )
        {
            continue;
        }
        // "of residents the borough keeps name and address": the residents'.
        let keeps = matches!(clause.base, "keep" | "store" | "hold" | "record" | "take");
        if keeps && scene.is(clause.from, "of") && scene.np_at(clause.from + 1).is_some_and(|np| np.plural) {
            continue;
        }
        let to = list_end(scene, clause);
        let items = lists::read(scene, clause.after, to);
        if clause.base == "take"
            && !items.iter().any(|item| item.kind.is_some())
            && !scene.words(clause.after, to).contains("minutes")
        {
            continue;
        }
        let mut items = if clause.base == "take" { durations(items) } else { items };
        if clause.base == "have" {
            items.extend(resumed(scene, clause));
        }
        // "auditors have access to invoices": a right.
        if scene.nps_in(clause.after, clause.to).next().is_some_and(super::rights::is_access) {
            continue;
        }
        // "boats must have a name".
        if clause.base == "have" && matches!(clause.modal.as_deref(), Some("must" | "shall")) {
            items.iter_mut().for_each(|item| item.required = item.required.or(Some(true)));
        }
        // "our choir has 60 singers" tells who asks.
        let ours = clause.subject.first().is_some_and(|np| {
            !np.plural && matches!(np.possessive.as_deref(), Some("our" | "my")) && clause.base == "have"
        });
        if ours && !items.iter().any(Item::known) {
            continue;
        }
        // "the pastor has the keys": of that one, who is no kind of records.
        let that =
            |np: &Np| np.article.as_deref() == Some("the") && !np.plural && np.count != crate::nouns::Count::Each;
        let given =
            scene.np_at(clause.after).is_some_and(|np| np.article.as_deref() == Some("the") && np.to >= clause.to);
        if given
            && clause.base == "have"
            && clause.subject.len() == 1
            && clause.subject.iter().all(that)
            && !items.iter().any(Item::known)
        {
            continue;
        }
        // "the screen shows a grid of covers": what is seen.
        if clause.base == "show" && !items.iter().any(Item::known) {
            continue;
        }
        for owner in owners {
            if items.len() == 1
                && items.first().is_some_and(|item| item.values.len() >= 2)
                && items.first().is_some_and(|item| item.name == owner.name)
            {
                continue;
            }
            sink.has(&owner, items.clone(), 2.0);
        }
    }
}

/// "X has no Y but LIST".
fn but(scene: &Scene<'_>, sink: &mut Sink) {
    let turns = |clause: &&Clause| {
        clause.polarity == Polarity::Denied
            && clause.base == "have"
            && scene.is(clause.after, "no")
            && clause.pronoun.is_none()
    };
    for clause in scene.clauses.iter().filter(turns) {
        let Some(at) = (clause.after..clause.to).find(|at| scene.is(*at, "but")) else { continue };
        let items = lists::read(scene, at + 1, clause.to);
        for owner in clause.subject.iter().filter(|np| !is_value(np)).filter_map(record) {
            sink.has(&owner, items.clone(), 2.0);
        }
    }
}

/// "a number that must be unique, and a location": the list goes on after the relative clause.
pub(super) fn resumed(scene: &Scene<'_>, clause: &Clause) -> Vec<Item> {
    let next = scene
        .clauses
        .iter()
        .find(|next| next.from == clause.to && next.sentence == clause.sentence && next.join == Join::Relative);
    let Some(next) = next else { return Vec::new() };
    let article = |at: usize| scene.one_of(at, &["a", "an", "their", "its"]) && scene.np_at(at).is_some();
    let start = (next.after..next.to)
        .find(|at| scene.one_of(*at, &[",", "and"]) && (article(at + 1) || scene.is(at + 1, "and") && article(at + 2)));
    start.map(|start| lists::read(scene, start + 1, next.to)).unwrap_or_default()
}

/// "takes a number of minutes" is a duration.
fn durations(items: Vec<Item>) -> Vec<Item> {
    items
        .into_iter()
        .map(|mut item| {
            let unit = item.entity.strip_prefix("number_of_").unwrap_or(&item.entity);
            if matches!(unit, "minute" | "hour" | "day") {
                item.name = "duration".into();
                item.kind = Some(fields::FieldType::Integer);
            }
            item
        })
        .collect()
}

/// A value list after "that can be" belongs to the list before it, and then the list goes on.
fn list_end(scene: &Scene<'_>, clause: &Clause) -> usize {
    // "keeps books, each with a title": what follows is of the books.
    let each = (clause.after + 1..clause.to)
        .find(|at| scene.is(*at, "each") && scene.is(at - 1, ",") && scene.one_of(at + 1, &["with", "having"]));
    let record = |each: &usize| {
        scene
            .np_before(each - 1)
            .is_some_and(|np| np.plural && !is_value(np) && archetypes::sort(np.entity()).is_some())
    };
    if let Some(each) = each.filter(record) {
        return each - 1;
    }
    let end = clause.to.min(scene.sentences.get(clause.sentence).map_or(clause.to, |s| s.to));
    lists::before_people(scene, clause.after, end)
}

pub(super) fn asked<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s Clause> {
    scene
        .clauses
        .iter()
        .filter(|clause| clause.verb.is_some() && clause.polarity == Polarity::Asked && clause.join != Join::Condition)
}

/// "For each X we store LIST".
fn lead(scene: &Scene<'_>, sink: &mut Sink) {
    for clause in asked(scene) {
        let Some(np) =
            scene.one_of(clause.from, &["for", "about", "of"]).then(|| scene.np_at(clause.from + 1)).flatten()
        else {
            continue;
        };
        let keeps = matches!(clause.class, Some(Class::Hold | Class::Create | Class::Track | Class::Update))
            || matches!(clause.base, "need" | "want" | "have" | "like" | "know" | "see");
        if let Some(owner) = record(np).filter(|_| keeps) {
            sink.has(&owner, lists::read(scene, clause.after, clause.to), 2.0);
        }
    }
    // "For each X we want to store LIST" is cut at "to".
    for pair in scene.clauses.windows(2) {
        let [first, second] = pair else { continue };
        let Some(np) = scene.is(first.from, "for").then(|| scene.np_at(first.from + 1)).flatten() else { continue };
        let goes_on = first.sentence == second.sentence && (first.verb.is_none() || first.to <= np.to + 1);
        let keeps = matches!(second.class, Some(Class::Hold | Class::Create | Class::Track))
            || matches!(second.base, "need" | "want" | "have");
        if goes_on
            && keeps
            && second.polarity == Polarity::Asked
            && let Some(owner) = record(np)
        {
            sink.has(&owner, lists::read(scene, second.after, second.to), 2.0);
        }
    }
}

/// "X (a, b, c)" where a, b, c are names of values.
fn brackets(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let Some(close) = scene.close_of(np.to) else { continue };
        // "the minutes of a meeting (date, place)": the meeting's.
        let of = np.owner.as_ref().filter(|_| is_value(np)).and_then(|words| record(&np.with_words(words.clone())));
        let Some(owner) = of.or_else(|| record(np)) else { continue };
        // "stock (at least 0)": a number.
        if super::bounds::limit(scene, np.to + 1, close).is_some_and(|(_, end)| end >= close) {
            continue;
        }
        // "out of service (yes/no)": a value.
        let doubt = scene.one_of(np.to + 1, &["yes", "y", "true"])
            && scene.one_of(np.to + 2, &["/", "or"])
            && scene.one_of(np.to + 3, &["no", "n", "false"]);
        if doubt || scene.is(np.to + 1, "yes/no") {
            continue;
        }
        // "an order: occasion, message (the text inside), colour": a word on a value.
        let listed = np.article.is_none() && !np.plural && scene.one_of(np.from.wrapping_sub(1), &[",", ":"]);
        if listed && scene.one_of(np.to + 1, &["the", "a", "an", "up", "max", "i.e.", "e.g.", "what", "as"]) {
            continue;
        }
        let items = lists::read(scene, np.to + 1, close);
        let known = items.iter().filter(|item| item.known()).count();
        let table = archetypes::sort(&owner.name).is_some();
        let chooses = fields::takes_values(np.head()) && !table;
        if items.is_empty() || chooses {
            continue;
        }
        // "Players (name, rating, club)": who is called by a name has fields.
        let labelled = items.len() >= 2
            && items
                .first()
                .is_some_and(|first| matches!(first.name.as_str(), "name" | "title" | "full_name" | "number"));
        let (values, _) = values::values(scene, np.to + 1, close);
        let either = (np.to + 1..close).any(|at| scene.is(at, "/")) && !(np.to + 1..close).any(|at| scene.is(at, ","));
        if either && table && values.len() >= 2 && !items.iter().any(|item| !item.values.is_empty()) {
            sink.has(&owner, vec![kind(scene, np, close, values)], 1.5);
            continue;
        }
        // "passes (type: day/month, price)", "class: warrior / rogue": a list with values or a colon in it is one of fields.
        let outlined =
            (np.to + 1..close).any(|at| scene.is(at, ":") && scene.depth_at(at) == scene.depth_at(np.to + 1));
        let inner = items.len() >= 2 && items.iter().any(|item| item.values.len() >= 2 || item.kind.is_some());
        let all = if outlined || inner { items.len() } else { items.len().max(values.len()) };
        // "telescopes (aperture, mount, location)": what names a value names no kind.
        let some = items.len() >= 3 && known * 3 >= items.len() && np.plural && values.len() <= items.len();
        // "owners (name, phone), cremations (type single or common, date, oven)": as those beside it.
        let row = known >= 2 && items.len() >= 3 && !table && beside(scene, np);
        let fields = known * 2 >= all || labelled || some || row || inner && entry(scene, np, close);
        if !fields {
            kinds(scene, sink, np, &owner, close);
            continue;
        }
        // One word in brackets after a value is a hint: "consent (file)".
        if items.len() == 1 && (!table || is_value(np)) {
            continue;
        }
        // "copies of a book (barcode, condition)": the copies'.
        let of = scene.is(np.from.wrapping_sub(1), "of")
            && matches!(np.article.as_deref(), Some("a" | "an" | "each" | "every"));
        let whole =
            of.then(|| scene.np_before(np.from - 1)).flatten().filter(|whole| whole.to + 1 == np.from && whole.plural);
        // "parks in the sea (name, surface)", "report a lost thing on the page (description, day)": not the place's.
        let placed = !np.plural
            && matches!(np.article.as_deref(), Some("the") | None)
            && np.possessive.is_none()
            && scene.one_of(np.from.wrapping_sub(1), &["in", "on", "at", "near"]);
        let there = placed.then(|| scene.np_before(np.from - 1)).flatten().filter(|there| there.to + 1 == np.from);
        let whole = whole.or(there).filter(|whole| !is_value(whole)).and_then(record);
        if let Some(owner) = whole.or_else(|| list_owner(scene, np)).or(Some(owner)) {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// Whether another phrase of the sentence has nothing but fields in brackets.
fn beside(scene: &Scene<'_>, np: &Np) -> bool {
    let Some(sentence) = scene.sentence_at(np.from).and_then(|place| scene.sentences.get(place)) else { return false };
    scene.nps_in(sentence.from, sentence.to).filter(|other| other.span != np.span).any(|other| {
        let same = scene.depth_at(other.from) == scene.depth_at(np.from);
        scene.close_of(other.to).filter(|_| same).is_some_and(|close| {
            let items = lists::read(scene, other.to + 1, close);
            items.len() >= 2 && items.iter().all(Item::known)
        })
    })
}

/// "Run (seed, started_at, score int)" on a line of its own.
fn entry(scene: &Scene<'_>, np: &Np, close: usize) -> bool {
    let Some(sentence) = scene.sentence_at(np.from).and_then(|place| scene.sentences.get(place)) else { return false };
    np.from <= sentence.from + 1 && close + 1 >= sentence.to
}

/// "tickets (adult, child)": kinds of a record.
fn kinds(scene: &Scene<'_>, sink: &mut Sink, np: &Np, owner: &Thing, close: usize) {
    let (values, _) = values::values(scene, np.to + 1, close);
    let table = archetypes::sort(&owner.name).is_some() || archetypes::sort(owner.head()).is_some();
    let example = scene.one_of(np.to + 1, &["e.g", "i.e", "like", "such"]);
    if values.len() >= 2 && np.plural && table && !owner.is_person() && !example && fields::guess(np.field()).is_none()
    {
        sink.has(owner, vec![kind(scene, np, close, values)], 1.5);
    }
}

/// The kind of a record, one of the values in brackets behind it.
fn kind(scene: &Scene<'_>, np: &Np, close: usize, values: Vec<String>) -> Item {
    let span = Some(scene.span(np.to, close + 1));
    Item { name: "type".into(), entity: "type".into(), span, values, ..Item::default() }
}

/// "X with a, b and c".
fn with(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let mut at = np.to;
        if let Some(close) = scene.close_of(at) {
            at = close + 1;
        }
        // "And suppliers, with number and date."
        let opens = || {
            scene.sentence_at(np.from).and_then(|at| scene.sentences.get(at)).is_some_and(|one| np.from <= one.from + 1)
        };
        at += usize::from(scene.is(at, ",") && opens());
        // "an expense for me with …" is rare; "items in stock with" too.
        if !scene.one_of(at, &["with", "including", "including:"]) || scene.depth_at(np.from) != scene.depth_at(at) {
            continue;
        }
        // "each fault with who found it, when it was found and how bad it is": to the end, whatever verbs it has.
        let asks = scene.one_of(at + 1, &["who", "when", "how", "whether", "where", "what", "which", "why"]);
        // "what is wrong with it, the date".
        if scene.tag(at + 1) == Some(crate::tags::Tag::Pronoun) && scene.np_at(at + 1).is_none() && !asks {
            continue;
        }
        // "movements: in/out/transfer with a quantity": kinds of what stands before the colon.
        if !np.plural
            && scene.is(np.from.wrapping_sub(1), "/")
            && scene.np_before(np.from).is_none_or(|other| other.to < np.from - 1)
        {
            continue;
        }
        // "record trail conditions with a rating, a note and a photo": a record after all.
        let clause = scene.clause_around(np).filter(|clause| clause.after <= np.from);
        let recorded = (np.plural || matches!(np.article.as_deref(), Some("a" | "an")))
            && clause.is_some_and(|clause| {
                clause.after == np.from && matches!(clause.class, Some(Class::Create | Class::Upload))
            });
        let Some(owner) =
            list_owner(scene, np).or_else(|| record(np).filter(|_| recorded)).filter(|_| recorded || !is_value(np))
        else {
            continue;
        };
        // "does the invoices with this app: number, date": what it is done with has none of them.
        if scene.one_of(at + 1, &["this", "it"]) {
            continue;
        }
        // "pay at the table with their phone"; "customers with their phone and email" have both.
        if scene.one_of(at + 1, &["their", "his", "her", "my"])
            && scene.np_at(at + 1).is_some_and(|means| {
                let alone =
                    lists::read(scene, at + 1, clause_end(scene, at)).iter().filter(|item| item.known()).count() < 2;
                crate::lexicon::has("phone card badge mobile", means.head()) && alone
            })
        {
            continue;
        }
        let from = at + 1 + usize::from(scene.is(at + 1, ":"));
        let has_list = clause.is_some_and(|clause| clause.base == "have");
        let end = if asks { scene.sentence_end(at) } else { clause_end(scene, at) };
        let end = if has_list { lists::inner_end(scene, from, end) } else { end };
        let end = lists::before_people(scene, from, end);
        let items = lists::read(scene, from, end);
        let known = items.iter().filter(|item| item.known()).count();
        let sending = scene.clause_at(at).is_some_and(|clause| {
            matches!(clause.class, Some(Class::Send | Class::Notify | Class::Assign | Class::Approve))
                && clause.after <= np.from
        });
        let made = clause.is_some_and(|clause| {
            clause.class == Some(Class::Create)
                && clause.polarity == Polarity::Asked
                && objects(scene, clause.after, clause.to).iter().any(|object| object.span == np.span)
        });
        if (known > 0 || made && !items.is_empty()) && !sending {
            sink.has(&owner, items, 2.0);
        }
    }
}

/// The end of the clause a token is in.
pub(super) fn clause_end(scene: &Scene<'_>, at: usize) -> usize {
    let end = scene.clause_at(at).map_or(at, |clause| clause.to);
    // Brackets end what is inside of them.
    let depth = scene.depth_at(at);
    (at..end).find(|t| scene.depth_at(*t) < depth).unwrap_or(end)
}
