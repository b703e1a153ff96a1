//! The rules: each reads one way of saying something and emits facts.
//!
//! A rule is one entry of `ALL` with an example that it must fire on (a test checks every one). Rules do not decide;
//! `resolve` does.

mod analogy;
mod app;
mod around;
mod belongs;
pub(crate) mod bounds;
mod chained;
mod code;
mod composed;
mod described;
mod enumerated;
mod faint;
mod given;
mod has;
mod headed;
mod idle;
mod joined;
mod kept;
pub(crate) mod kin;
pub(crate) mod labels;
mod limits;
mod listed;
mod met;
mod noted;
mod ops;
mod outside;
mod passing;
mod people;
mod prose;
mod public;
mod relative;
mod retracted;
pub(crate) mod rights;
mod roles;
mod shown;
mod spans;
mod states;
mod tables;
mod theirs;
mod tied;
pub(crate) mod valued;
mod values;
mod watched;

use crate::clauses::Polarity;
use crate::facts::{Evidence, Fact, Item, Thing};
use crate::lexicon::{archetypes, fields};
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Span;
pub(crate) use app::{WHOLE, is_run};
pub use outside::Service;
pub(crate) use outside::services;
pub(crate) use people::{actors, is_people, people_at, role_of, who_of};

/// One way of saying something.
pub(crate) struct Rule {
    pub id: &'static str,
    /// A sentence it fires on; the test reads it.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test that every rule fires on its example"))]
    pub example: &'static str,
    pub run: fn(&Scene<'_>, &mut Sink),
}

/// Where rules put their facts.
#[derive(Default)]
pub(crate) struct Sink {
    rule: &'static str,
    pub evidence: Vec<Evidence>,
    /// The services that were seen, wanted or not.
    named: Vec<outside::Named>,
}

impl Sink {
    fn add(&mut self, fact: Fact, span: Span, weight: f64) {
        self.evidence.push(Evidence { fact, span, weight, rule: self.rule });
    }
    /// One `Has` for each item of a list.
    fn has(&mut self, owner: &Thing, items: Vec<Item>, weight: f64) {
        for item in items {
            let span = item.span.unwrap_or(owner.span);
            // "several addresses: street, zip, city": what has values of its own is a record, however often it is named.
            if item.many && item.plural && item.items.len() >= 2 {
                let thing = Thing { plural: true, ..Thing::named(&item.entity, span) };
                self.add(Fact::Mention(thing), span, 2.2);
            }
            self.add(Fact::Has { owner: owner.clone(), item }, span, weight);
        }
    }
}

/// Every rule, in the order of the tables.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        analogy::RULES,
        app::RULES,
        has::RULES,
        described::RULES,
        enumerated::RULES,
        kept::RULES,
        noted::RULES,
        given::RULES,
        around::RULES,
        listed::RULES,
        headed::RULES,
        tables::RULES,
        shown::RULES,
        code::RULES,
        values::RULES,
        states::RULES,
        spans::RULES,
        belongs::RULES,
        tied::RULES,
        composed::RULES,
        joined::RULES,
        prose::RULES,
        ops::RULES,
        met::RULES,
        rights::RULES,
        valued::RULES,
        roles::RULES,
        limits::RULES,
        bounds::RULES,
        outside::RULES,
        watched::RULES,
        faint::RULES,
        retracted::RULES,
    ]
    .into_iter()
    .flatten()
}

/// Runs every rule.
pub(crate) fn facts(scene: &Scene<'_>) -> Vec<Evidence> {
    let mut sink = Sink::default();
    for rule in all() {
        sink.rule = rule.id;
        (rule.run)(scene, &mut sink);
    }
    kin::unite(&mut sink.evidence);
    set_aside(scene, &mut sink.evidence);
    met::claim(scene, &mut sink.evidence);
    denied_lists(scene, &mut sink.evidence);
    retracted::leave_out(&mut sink.evidence);
    labels::leave_out(scene, &mut sink.evidence);
    idle::leave_out(scene, &mut sink.evidence);
    // Cells and definitions are no sentences.
    let found_by = |kind: &str| sink.evidence.iter().any(|found| found.rule.starts_with(kind));
    let tables = if found_by("table.") { tables::within(scene) } else { Vec::new() };
    let code = if found_by("code.") { code::within(scene) } else { Vec::new() };
    if !tables.is_empty() || !code.is_empty() {
        let inside =
            |places: &[(usize, usize)], span: Span| places.iter().any(|(from, to)| (*from..*to).contains(&span.start));
        sink.evidence.retain(|found| {
            let read = found.rule.starts_with("table.") || found.rule.starts_with("code.");
            let thing = matches!(
                found.fact,
                Fact::Has { .. } | Fact::Mention(_) | Fact::Many { .. } | Fact::Values { .. } | Fact::Belongs { .. }
            );
            read || !(inside(&code, found.span) || thing && inside(&tables, found.span))
        });
    }
    sink.evidence
}

/// Nothing is made of what is put off, left out or done elsewhere.
fn set_aside(scene: &Scene<'_>, evidence: &mut Vec<Evidence>) {
    let clauses = scene.clauses.iter().filter(|clause| clause.polarity.is_aside());
    let aside: Vec<Span> = clauses.map(|clause| scene.span(clause.from, clause.to)).collect();
    let denied = scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Denied);
    let denied: Vec<Span> = denied.map(|clause| scene.span(clause.from, clause.to)).collect();
    if aside.is_empty() && denied.is_empty() {
        return;
    }
    evidence.retain(|found| {
        let within =
            |spans: &[Span]| spans.iter().any(|span| span.start <= found.span.start && found.span.start < span.end);
        // "no need to store the guest's age".
        if matches!(found.fact, Fact::Has { .. }) && found.weight < 1.5 && within(&denied) {
            return false;
        }
        let about_all = matches!(
            found.fact,
            Fact::App(_)
                | Fact::Like(_)
                | Fact::Denied(_)
                | Fact::TakenBack(_)
                | Fact::NoLogin
                | Fact::Private
                | Fact::Integration { asked: false, .. }
        );
        about_all || !within(&aside)
    });
}

/// "no customer accounts: a booking just has a name and a phone": what is denied has none of what follows.
fn denied_lists(scene: &Scene<'_>, evidence: &mut Vec<Evidence>) {
    let place = |span: Span| scene.sentence_at(scene.tokens.partition_point(|token| token.span.start < span.start));
    let denied: Vec<(String, Option<usize>)> = evidence
        .iter()
        .filter_map(|found| match &found.fact {
            Fact::Denied(thing) => {
                let after = scene.tokens.partition_point(|token| token.span.end <= thing.span.end);
                scene.is(after, ":").then(|| (thing.name.clone(), place(found.span)))
            }
            _ => None,
        })
        .collect();
    if denied.is_empty() {
        return;
    }
    evidence.retain(|found| {
        let Fact::Has { owner, .. } = &found.fact else { return true };
        !denied.iter().any(|(name, sentence)| *name == owner.name && *sentence == place(found.span))
    });
}

/// "via a form", "through a link": how something is done.
pub(crate) fn is_way(scene: &Scene<'_>, np: &Np) -> bool {
    crate::lexicon::has("form link code button sticker message call letter", np.head())
        && scene.one_of(np.from.wrapping_sub(1), &["via", "through", "using", "by", "with"])
        && !np.plural
        && scene.close_of(np.to).is_none()
        && !scene.one_of(np.to, &["with", ":"])
}

/// The record a noun phrase may speak of; none for "app", "Monday", "notification".
fn record(np: &Np) -> Option<Thing> {
    np.is_record().then(|| Thing::of(np))
}

/// "Sage", "Acme Tools": the name of one thing, and no kind of things.
pub(crate) fn is_name(scene: &Scene<'_>, np: &Np) -> bool {
    let first =
        scene.sentence_at(np.from).and_then(|at| scene.sentences.get(at)).is_some_and(|one| one.from == np.from);
    let capital = |at: usize| scene.token(at).is_some_and(|token| token.capital);
    let known = archetypes::sort(np.entity()).is_some() || archetypes::sort(np.head()).is_some();
    !first && !known && !np.plural && np.article.is_none() && np.possessive.is_none() && (np.from..np.to).all(capital)
}

/// Whether a phrase names a value and no record.
fn is_value(np: &Np) -> bool {
    np.is_value()
}

/// What a list after this phrase belongs to: in "log walks for a member with a date" the walks, not the member.
fn list_owner(scene: &Scene<'_>, np: &Np) -> Option<Thing> {
    if let Some(child) = headed::child(scene, np) {
        return Some(child);
    }
    let own = || record(np).filter(|_| !is_value(np));
    // "inspections per hive (date, note)": the inspections'.
    let per = np.from.checked_sub(1).filter(|at| scene.is(*at, "per"));
    if let Some(child) = per.and_then(|per| scene.np_before(per)).filter(|child| !is_value(child)).and_then(record) {
        return Some(child);
    }
    // "placements of a student at a site with start and end": the placements'.
    let whole = scene
        .nps_before(np.from)
        .find(|whole| composed::both(scene, whole).is_some_and(|(_, last)| last.span == np.span));
    if let Some(child) = whole.filter(|whole| whole.plural && !is_value(whole)).and_then(record) {
        return Some(child);
    }
    // "each watering of a plant (date, amount)": the watering's.
    // "deliveries of concrete (volume, strength)" too: there are many of the first, and none of the second.
    let stuff = !np.plural && archetypes::sort(np.entity()).is_none();
    let of = np.from.checked_sub(1).filter(|at| scene.is(*at, "of") && (np.article.is_some() || stuff));
    let event = |np: &&Np| archetypes::sort(np.entity()) == Some(archetypes::Sort::Event) && !is_value(np);
    if let Some(child) = of.and_then(|of| scene.np_before(of)).filter(event).and_then(record) {
        return Some(child);
    }
    // "a contract about one berth and one boat with a price": as for the berth.
    let joined =
        scene.one_of(np.from.wrapping_sub(1), &["and"]).then(|| scene.np_before(np.from - 1)).flatten().filter(
            |before| {
                scene.one_of(before.from.wrapping_sub(1), &["about", "for", "between", "of", "on"])
                    && before.article.is_some()
                    && !is_value(before)
            },
        );
    let np = joined.unwrap_or(np);
    // "a flight is one balloon with one pilot", "owners are people with a name": of what is said to be that.
    let is = scene.clause_around(np).filter(|clause| clause.base == "be" && !clause.passive && clause.after == np.from);
    let told = |subject: &&Np| {
        let one = matches!(np.article.as_deref(), Some("a" | "an" | "one"))
            && matches!(subject.article.as_deref(), Some("a" | "an" | "each" | "every"));
        one || crate::lexicon::has("people person somebody someone", np.head()) && subject.plural
    };
    if let Some(clause) = is
        && let [subject] = clause.subject.as_slice()
        && let Some(owner) = Some(subject).filter(told).filter(|np| !is_value(np)).and_then(record)
    {
        return Some(owner);
    }
    let leans = np.from > 0
        && scene.tag(np.from - 1) == Some(Tag::Preposition)
        && !scene.one_of(np.from - 1, &["with", "of", "including"]);
    // "each painting is by one artist (name, born)": the artist's.
    let one = np.count == crate::nouns::Count::One && np.article.as_deref() == Some("one");
    let told = one && archetypes::sort(np.entity()).is_some() && scene.close_of(np.to).is_some();
    let Some(clause) = scene.clause_around(np).filter(|_| leans && !told) else { return own() };
    let ties = clause.class == Some(crate::lexicon::verbs::Class::Relate) && !clause.subject.is_empty();
    if clause.base == "be" || clause.passive || ties {
        return clause.subject.first().and_then(record).or_else(own);
    }
    // "meters push readings to a webhook (time, value)": the readings'.
    let way = crate::lexicon::has("webhook form endpoint api url link page", np.head()) && !np.plural;
    let creates = way
        || matches!(
            clause.class,
            Some(
                crate::lexicon::verbs::Class::Create
                    | crate::lexicon::verbs::Class::Track
                    | crate::lexicon::verbs::Class::Event
            )
        );
    let object =
        objects(scene, clause.after, np.from).into_iter().find(|object| object.to < np.from && !is_value(object));
    let listed = object.is_some_and(|object| scene.close_of(object.to).is_some());
    object.filter(|_| creates && !listed).and_then(record).or_else(own)
}

/// What "it", "they", "their" before this token speak of.
fn antecedent(scene: &Scene<'_>, at: usize) -> Option<Thing> {
    let here = scene.sentence_at(at)?;
    let range = scene.sentences.get(here)?;
    let earlier = here.checked_sub(1).and_then(|before| scene.sentences.get(before));
    let spoken_of = |from: usize, to: usize| -> Vec<Thing> {
        scene
            .nps_in(from, to)
            .filter(|np| scene.depth_at(np.from) == 0 && !is_value(np) && np.possessive.is_none())
            .filter_map(record)
            .collect()
    };
    // "The matter type is … It has a number": the matter, whose value led the sentence before.
    if at <= range.from + 1
        && scene.one_of(range.from, &["it", "they"])
        && let Some(before) = earlier.filter(|earlier| earlier.block == range.block)
        && let Some(np) = scene.np_at(before.from).filter(|np| np.words().len() == 2 && fields::takes_values(np.head()))
        && let Some(first) = np.words().first().filter(|word| archetypes::sort(&word.lemma).is_some())
    {
        return Some(Thing::named(&first.lemma, np.span));
    }
    let candidates = spoken_of(range.from, at);
    // "for each wreck its depth".
    if let Some(thing) = scene.np_before(at).filter(|np| np.count == crate::nouns::Count::Each).and_then(record) {
        return Some(thing);
    }
    // "their" and "they" speak of several, or of people.
    let several = scene.one_of(at, &["their", "they", "them"]);
    let agreeing: Vec<&Thing> =
        candidates.iter().filter(|thing| !several || thing.plural || thing.is_person()).collect();
    let same: Vec<&Thing> = if agreeing.is_empty() { candidates.iter().collect() } else { agreeing };
    let known = |things: &[&Thing]| {
        things
            .iter()
            .rev()
            .find(|thing| archetypes::sort(&thing.name).is_some() || archetypes::sort(thing.head()).is_some())
            .map(|t| (*t).clone())
    };
    // "Matter type is one of visa and asylum. It has a number": the matter, not a value of its type.
    if let Some(named) = named_by_value(scene, range, earlier).filter(|_| candidates.is_empty()) {
        return Some(named);
    }
    // The subject of this clause is rarely what its own "their" means.
    let clause = scene.clause_at(at);
    let subject = |thing: &Thing| clause.is_some_and(|clause| clause.subject.iter().any(|np| np.span == thing.span));
    let things: Vec<&Thing> = same.iter().copied().filter(|thing| !thing.is_person()).collect();
    let others: Vec<&Thing> = same.iter().copied().filter(|thing| !subject(thing)).collect();
    if let Some(thing) = known(&things).or_else(|| known(&others)) {
        return Some(thing);
    }
    // "photographers upload a portfolio and set their rate".
    if several
        && let Some(person) = same.iter().rev().find(|thing| thing.plural && thing.is_person() && things.is_empty())
        && scene.is(at, "their")
    {
        return Some((*person).clone());
    }
    // The subject of the sentence before, which leads its phrases.
    let before = earlier.filter(|earlier| earlier.block == range.block);
    let before = before.map(|earlier| spoken_of(earlier.from, earlier.to)).unwrap_or_default();
    let first_known = before.iter().find(|thing| archetypes::sort(&thing.name).is_some() && !thing.is_person());
    let found = first_known.cloned().or_else(|| known(&same));
    found
        .or_else(|| before.iter().find(|thing| !thing.is_person()).or(same.last().copied()).or(before.first()).cloned())
}

/// What the sentence before names by one of its values, where that is spoken of elsewhere too.
fn named_by_value(
    scene: &Scene<'_>,
    range: &crate::scene::Sentence,
    earlier: Option<&crate::scene::Sentence>,
) -> Option<Thing> {
    let earlier = earlier.filter(|earlier| earlier.block == range.block)?;
    let lead = scene.first_np(earlier.from, earlier.to).filter(|np| is_value(np) && np.from == earlier.from)?;
    let (_, rest) = lead.words().split_last().filter(|(_, rest)| !rest.is_empty())?;
    let owner = lead.renamed(rest.to_vec());
    let elsewhere = scene.nps.iter().any(|np| np.span != lead.span && np.entity() == owner.entity());
    record(&owner).filter(|_| elsewhere)
}

/// The role that a user story in this sentence speaks for.
pub(crate) fn story_role(scene: &Scene<'_>, sentence: usize) -> Option<Thing> {
    let range = scene.sentences.get(sentence)?;
    let role = |from: usize| {
        let np = scene.is(from, "as").then(|| scene.np_at(from + 1)).flatten()?;
        let follows = scene.is(np.to, ",") || scene.tag(np.to) == Some(Tag::Pronoun);
        follows.then(|| Thing::of(np))
    };
    role(range.from).or_else(|| {
        // The second sentence of a story bullet.
        let before = sentence.checked_sub(1)?;
        let earlier = scene.sentences.get(before)?;
        (earlier.block == range.block && scene.is(earlier.from, "as")).then(|| role(earlier.from)).flatten()
    })
}

/// The phrases that follow a verb as its objects: "books and DVDs", up to a preposition.
pub(crate) fn objects<'s>(scene: &'s Scene<'_>, from: usize, to: usize) -> Vec<&'s Np> {
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        if let Some(np) = scene.np_at(at) {
            // "managers manage invoices, clerks too": they do, and are not managed.
            if !found.is_empty() && scene.one_of(np.to, &["too", "likewise"]) && is_people(np.entity()) {
                break;
            }
            found.push(np);
            at = np.to;
            if let Some(close) = scene.close_of(at) {
                at = close + 1;
            }
            while scene.one_of(at, &[",", "and", "or", "&", "/"]) {
                at += 1;
            }
        } else if matches!(scene.tag(at), Some(Tag::Adverb | Tag::Pronoun)) && found.is_empty()
            || scene.one_of(at, &["out", "up", "off", "down", "in", "away", "of"]) && found.is_empty()
        {
            at += 1;
        } else {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_fires_on_its_example() {
        for rule in all() {
            let scene = Scene::read(rule.example);
            let found = facts(&scene);
            assert!(
                found.iter().any(|evidence| evidence.rule == rule.id),
                "{} does not fire on {:?}: {found:#?}",
                rule.id,
                rule.example
            );
        }
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> = all().map(|rule| rule.id).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
