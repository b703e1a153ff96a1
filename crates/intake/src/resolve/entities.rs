//! Which nouns are records: what is said of each adds to its score, and so does how it is spoken of; enough makes an entity.

mod alike;
mod gathered;
mod score;
mod seen;
mod signs;

use std::collections::HashMap;

use crate::draft::{Draft, Entity, Grounds, Rights};
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::fields;
use crate::lexicon::verbs;
use crate::scene::Scene;

pub use self::gathered::Noun;
use self::gathered::gather;
pub(crate) use self::gathered::nouns;
use self::score::{doubt, score};
use self::seen::{Around, Seen};
use super::guesses::{obvious, spoken_of};

/// What has to be said of a noun that it is a record.
const ACCEPT: f64 = 2.2;
/// How likely it has to look beside the nouns of other requests, in log-odds: more than even.
const LIKELY: f64 = 0.4;
/// By so much more, where no list of records knows the word.
const UNKNOWN: f64 = 0.5;
/// Less likely by more than this, what is described is no record all the same.
const UNHEARD_OF: f64 = -1.6;
/// What is said of a noun, in log-odds.
const SAID: f64 = 0.6;
/// With so many values a record is described.
const DESCRIBED: usize = 3;
/// So many words and fewer tell too little of how a noun is spoken of; so many and more tell enough.
const SHORT: f64 = 40.0;
const LONG: f64 = 80.0;
/// In doubt by no more than this: asked about.
const MAYBE: f64 = -0.49;
/// Enough where a short request has nothing that is surer.
const FAINT: f64 = -0.61;
const MOST_WORDS_OF_A_GUESS: usize = 150;
const MOST_GUESSES: usize = 5;
/// Names that mean something to the engine.
pub(super) const RESERVED: &str = "user users auth health admin anyone nobody public user_group user_role user_type";

#[derive(Clone, Debug, Default)]
struct Candidate {
    name: String,
    /// First place in the request.
    first: usize,
    fields: Vec<String>,
    heading: bool,
    mentions: f64,
    ties: f64,
    /// What it is tied to, and how much of `ties` each is.
    tied: Vec<(String, f64)>,
    /// Another reader takes it for a record.
    read: f64,
    /// Something is done with it.
    object: f64,
    app: f64,
    denied: bool,
    /// The record that this word stands for.
    means: Option<String>,
    /// A field of that name takes values: "a plan: basic, plus or gold".
    valued: bool,
    /// One of the values of a field: the "offer" of "stage: interview, offer, hired".
    value: bool,
    /// Spoken of as several.
    plural: bool,
    /// What it does: a customer books, a receptionist edits.
    acts: f64,
    /// It has rights of its own: "only managers may delete".
    role: bool,
    /// Where it stands.
    places: Vec<crate::tokens::Span>,
    grounds: Grounds,
}

/// The nouns of the request and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Cast {
    /// Names as found, to the entity they mean.
    alias: HashMap<String, String>,
    accepted: Vec<(String, Grounds)>,
    maybes: Vec<(String, crate::tokens::Span)>,
    /// What the request works with, if nothing is surer.
    faint: Vec<(String, Grounds)>,
    /// Those of them that became records.
    guessed: Vec<String>,
    /// The one record that only the application's name speaks of.
    obvious: Option<String>,
}

impl Candidate {
    fn tie(&mut self, other: Option<String>, weight: f64) {
        self.ties += weight;
        self.tied.extend(other.map(|other| (other, weight)));
    }

    /// A word that names values too, and is named but once: "a demand of location", "the budget".
    fn is_value_named_once(&self) -> bool {
        let loose = |rule: &&str| matches!(*rule, "belongs.to" | "belongs.of" | "list.colon" | "kept.from");
        let once = !self.plural && self.grounds.spans.len() <= 1 && self.grounds.rules.iter().all(loose);
        once && self.fields.is_empty() && self.read <= 0.0 && fields::guess(&self.name).is_some()
    }

    /// Something is done with it, and it is no verb that stands in the place of a noun.
    fn is_worked_with(&self) -> bool {
        let known = archetypes::sort(&self.name).is_some();
        !self.denied && self.object > 0.0 && (known || verbs::lookup(&self.name).is_none())
    }

    /// "guests RSVP" where a guest has an RSVP status: the value says it.
    fn is_told_by_value(&self, evidence: &[Evidence]) -> bool {
        let event = self.fields.is_empty()
            && archetypes::sort(&self.name) == Some(Sort::Event)
            && self.grounds.rules.iter().all(|rule| *rule == "op.event");
        let names = |fact: &Fact| {
            let Fact::Has { item, .. } = fact else { return false };
            item.name.strip_prefix(&self.name).is_some_and(|rest| rest.is_empty() || rest == "_status")
        };
        event && evidence.iter().any(|found| names(&found.fact))
    }
}

impl Cast {
    /// The entity that a name means.
    pub(crate) fn entity(&self, name: &str) -> Option<&str> {
        let name = self.alias.get(name).map_or(name, String::as_str);
        self.accepted.iter().find(|(accepted, _)| accepted == name).map(|(accepted, _)| accepted.as_str())
    }

    /// The only entity whose name ends with a noun: the game slot of "slot".
    pub(crate) fn in_full(&self, noun: &str) -> Option<&str> {
        let mut longer = self
            .accepted
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.strip_suffix(noun).is_some_and(|before| before.ends_with('_') || before == "time"));
        longer.next().filter(|_| longer.next().is_none())
    }
}

/// The log-odds from which on a noun is a record.
fn enough(seen: &Seen<'_>) -> f64 {
    LIKELY + if seen.sort.is_none() && seen.head_sort.is_none() { UNKNOWN } else { 0.0 }
}

/// Weighs every noun.
pub(crate) fn cast(scene: &Scene<'_>, evidence: &[Evidence]) -> Cast {
    let (mut found, alias) = gather(evidence);
    found.sort_by_key(|candidate| candidate.first);
    let around = Around::of(scene, &found);
    // The shorter a request, the less it tells how a noun is spoken of.
    let share = ((scene.told as f64 - SHORT) / (LONG - SHORT)).clamp(0.0, 1.0);
    let weigh = |candidate: &Candidate| {
        let seen = around.see(candidate);
        let said = (score(candidate) - doubt(&seen) - ACCEPT) * SAID;
        let likely = seen.score() - enough(&seen);
        // What is described is asked for, however it is spoken of: nobody lists three values of what is to be left out.
        let described = candidate.fields.len() >= DESCRIBED
            || candidate.heading && candidate.fields.len() >= 2 && candidate.grounds.rules.contains(&"described")
            // "buildings have units", which have a number and a rent.
            || seen.holds && candidate.plural && seen.sort.is_some() && candidate.grounds.rules.contains(&"has.verb");
        let likely = if described && said >= 0.0 && likely >= UNHEARD_OF { likely.max(0.0) } else { likely };
        (said * (1.0 - share) + likely * share, said)
    };
    let scores: Vec<(f64, f64)> = found.iter().map(weigh).collect();
    let mut cast = Cast { alias, ..Cast::default() };
    for (candidate, (score, said)) in found.into_iter().zip(scores) {
        if candidate.app >= crate::rules::WHOLE && !candidate.plural {
            continue;
        }
        let listed = cast.accepted.len() >= 50;
        if score >= 0.0 && !listed && !crate::lexicon::has(RESERVED, &candidate.name) {
            cast.accepted.push((candidate.name, candidate.grounds));
            continue;
        }
        if score >= FAINT && candidate.is_worked_with() {
            cast.faint.push((candidate.name.clone(), candidate.grounds.clone()));
        }
        if score.max(said) >= MAYBE
            && !candidate.denied
            && candidate.grounds.rules.iter().any(|rule| !rule.starts_with("app."))
            && let Some(span) = candidate.grounds.spans.first()
        {
            cast.maybes.push((candidate.name, *span));
        }
    }
    // Where nothing is sure, what the request works with is better than nothing.
    if cast.accepted.is_empty() && scene.tokens.len() <= MOST_WORDS_OF_A_GUESS && obvious(scene).is_none() {
        cast.accepted = std::mem::take(&mut cast.faint);
        cast.accepted.truncate(MOST_GUESSES);
        cast.guessed = cast.accepted.iter().map(|(name, _)| name.clone()).collect();
        cast.maybes.retain(|(maybe, _)| !cast.guessed.contains(maybe));
    }
    if cast.accepted.is_empty() && obvious(scene).is_none() {
        cast.accepted = spoken_of(scene, evidence);
        cast.guessed = cast.accepted.iter().map(|(name, _)| name.clone()).collect();
        cast.maybes.retain(|(maybe, _)| !cast.guessed.contains(maybe));
    }
    if cast.accepted.is_empty()
        && let Some((name, span)) = obvious(scene)
    {
        let mut grounds = Grounds::default();
        grounds.add(span, "app.obvious");
        cast.maybes.retain(|(maybe, _)| *maybe != name);
        cast.obvious = Some(name.clone());
        cast.accepted.push((name, grounds));
    }
    cast
}

/// The entities, without fields yet.
pub(crate) fn build(cast: &Cast, draft: &mut Draft) {
    for (name, grounds) in &cast.accepted {
        draft.entities.push(Entity {
            name: name.clone(),
            fields: Vec::new(),
            owned: true,
            audit_reads: false,
            said: Vec::new(),
            rights: Rights::default(),
            setters: Vec::new(),
            actions: Vec::new(),
            assumed: cast.obvious.as_ref() == Some(name),
            join: false,
            grounds: grounds.clone(),
        });
    }
    draft.maybes.clone_from(&cast.maybes);
    if let Some(name) = &cast.obvious {
        let text = format!(
            "{} is kept as a record, because the request names only the application",
            crate::lemma::with_article(&name.replace('_', " "))
        );
        draft.note(format!("/entity/{name}"), text, "app.obvious", None, &["other records"]);
    }
    for name in &cast.guessed {
        let record = crate::lemma::with_article(&name.replace('_', " "));
        let text = format!("{record} is kept as a record, because the request works with it and says nothing surer");
        draft.note(format!("/entity/{name}"), text, "entity.guess", None, &["other records"]);
    }
    for (from, to) in &cast.alias {
        if archetypes::same(from, to) && cast.entity(to).is_some() {
            draft.note(
                format!("/entity/{to}"),
                format!("`{from}` and `{to}` were read as two words for one record, kept as `{to}`"),
                "synonym",
                None,
                &["two tables"],
            );
        }
    }
    draft.notes.sort_by(|a, b| a.what.cmp(&b.what).then(a.text.cmp(&b.text)));
}

/// People who do things. One who also is a record of its own is a role only where the request speaks of rights.
pub(crate) fn roles(evidence: &[Evidence], cast: &Cast, draft: &Draft) -> Vec<String> {
    let mut weights: Vec<(String, f64)> = Vec::new();
    for found in evidence {
        let (name, weight) = match &found.fact {
            Fact::Role(name) => (name.clone(), found.weight),
            Fact::Op { actor: Who::Role(name), permission: true, only: true, .. } => (name.clone(), 1.0),
            _ => continue,
        };
        match weights.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += weight,
            None => weights.push((name, weight)),
        }
    }
    let mut roles: Vec<String> = Vec::new();
    for (name, weight) in weights {
        let head = name.rsplit('_').next().unwrap_or(&name);
        let table = cast.entity(&name).and_then(|entity| draft.entity(entity));
        let own_record = table.is_some_and(|entity| entity.fields.len() >= 2 || archetypes::is_kept(&name));
        let enough = if own_record { 1.4 } else { 0.9 };
        let administrator = matches!(head, "admin" | "administrator" | "user" | "person" | "superuser");
        if weight >= enough
            && !administrator
            && (archetypes::is_person(&name)
                || archetypes::may_act(&name)
                || archetypes::is_group(&name)
                || archetypes::is_seat(&name)
                || archetypes::is_party(&name)
                || weight >= 2.5)
            && !roles.contains(&name)
        {
            roles.push(name);
        }
    }
    // "agent" and "support agent" are one.
    let all = roles.clone();
    roles.retain(|role| !all.iter().any(|other| crate::rules::kin::in_full(other, role)));
    roles
}

/// The event that a verb leaves, if it became an entity.
pub(crate) fn event<'a>(cast: &'a Cast, base: &str) -> Option<&'a str> {
    let name = if base == "check" { "check_in" } else { verbs::event_of(base)? };
    cast.entity(name)
}
