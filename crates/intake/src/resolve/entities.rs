//! Which nouns are records. Each place a noun stands in adds to its score; enough makes an entity.

mod alike;
mod score;

use std::collections::{HashMap, HashSet};

use crate::draft::{Draft, Entity, Grounds, Rights};
use crate::facts::{Evidence, Fact, Thing, Who};
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::fields;
use crate::lexicon::verbs::{self, Class};
use crate::scene::Scene;

use self::alike::merge;
use self::score::{acting, score};
use super::guesses::{obvious, spoken_of};

const ACCEPT: f64 = 2.2;
const MAYBE: f64 = 1.4;
/// Enough where a short request has nothing that is surer.
const FAINT: f64 = 1.2;
/// Below this a noun is no record, whatever another one has to do with it.
const NO_RECORD: f64 = 0.5;
/// Where so many records are described, one that is only named once is in doubt, by this much.
const DESCRIBED: usize = 3;
const DOUBT: f64 = 0.6;
const PASSING: f64 = 2.0;
/// A plural among so many values is more likely one of them.
const LONG_LIST: usize = 3;
const MOST_WORDS_OF_A_GUESS: usize = 150;
const MOST_GUESSES: usize = 5;
/// Whom a sale, a job or a stay is for.
const WHOSE: &str = "customer client tenant patient member student renter buyer";
/// Rules that are wrong as often as right of a word that stands once and has a value at most: measured on 400 requests, where
/// they found 12 records and 33 that were none.
const WEAK: &[&str] =
    &["list.colon", "has.brackets", "belongs.to", "has.sets", "has.record", "row.sentence", "headed.of", "belongs.per"];
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

    /// One of them, and all that is said is that somebody does something with it: "they come with a badge".
    fn is_named_once(&self) -> bool {
        let bare = self.fields.is_empty() && self.ties + self.mentions + self.acts + self.read <= 0.0;
        let thing = archetypes::sort(&self.name) == Some(Sort::Thing);
        let once = self.grounds.spans.len() <= 1 && self.grounds.rules.iter().all(|rule| *rule == "op.verb");
        bare && thing && once && !self.plural
    }

    /// A word that names values too, and is named but once: "a demand of location", "the budget".
    fn is_value_named_once(&self) -> bool {
        let loose = |rule: &&str| matches!(*rule, "belongs.to" | "belongs.of" | "list.colon" | "kept.from");
        let once = !self.plural && self.grounds.spans.len() <= 1 && self.grounds.rules.iter().all(loose);
        once && self.fields.is_empty() && self.read <= 0.0 && fields::guess(&self.name).is_some()
    }

    /// The word stands once in the whole request, in a place where values and what merely lies around stand too.
    fn is_said_in_passing(&self, scene: &Scene<'_>) -> bool {
        let head = self.name.rsplit('_').next().unwrap_or(&self.name);
        let weak = self.grounds.rules.iter().all(|rule| rule.starts_with("op.verb") || WEAK.contains(rule));
        let told = self.grounds.rules.iter().any(|rule| WEAK.contains(rule));
        let once = || scene.tokens.iter().filter(|token| token.lemma == head).count() <= 1;
        self.fields.len() <= 1 && self.read <= 0.0 && weak && told && !archetypes::is_kept(&self.name) && once()
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
}

/// Weighs every noun.
pub(crate) fn cast(scene: &Scene<'_>, evidence: &[Evidence]) -> Cast {
    let mut found = collect(evidence);
    let alias = merge(&mut found);
    found.retain(|candidate| !candidate.is_told_by_value(evidence));
    let values = values_of(evidence);
    found.iter_mut().for_each(|candidate| candidate.value = values.contains(candidate.name.as_str()));
    untie(&mut found, &alias);
    let mut cast = Cast { alias, ..Cast::default() };
    found.sort_by_key(|candidate| candidate.first);
    let described = found.iter().filter(|candidate| candidate.fields.len() >= 2).count();
    for candidate in found {
        let doubt = if described >= DESCRIBED && candidate.is_named_once() { DOUBT } else { 0.0 };
        let passing = if described >= 2 && candidate.is_said_in_passing(scene) { PASSING } else { 0.0 };
        let score = score(&candidate) - doubt - passing;
        let listed = cast.accepted.len() >= 50;
        if score >= ACCEPT && !listed && !crate::lexicon::has(RESERVED, &candidate.name) {
            cast.accepted.push((candidate.name, candidate.grounds));
            continue;
        }
        if score >= FAINT && candidate.is_worked_with() {
            cast.faint.push((candidate.name.clone(), candidate.grounds.clone()));
        }
        if score >= MAYBE
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

/// A tie to something that is no record itself is no ground: "the contract hangs next to the door".
fn untie(found: &mut [Candidate], alias: &HashMap<String, String>) {
    let weak: HashSet<String> =
        found.iter().filter(|candidate| score(candidate) < NO_RECORD).map(|candidate| candidate.name.clone()).collect();
    for candidate in found.iter_mut() {
        let gone = |name: &String| weak.contains(alias.get(name).unwrap_or(name));
        let lost: f64 = candidate.tied.iter().filter(|(other, _)| gone(other)).map(|(_, weight)| weight).sum();
        candidate.ties = (candidate.ties - lost).max(0.0);
    }
}

/// All values that fields take.
fn values_of(evidence: &[Evidence]) -> HashSet<&str> {
    let lists = evidence.iter().filter_map(|found| match &found.fact {
        Fact::Has { item, .. } => Some(&item.values),
        Fact::Values { values, .. } => Some(values),
        _ => None,
    });
    lists.flatten().map(String::as_str).collect()
}

fn collect(evidence: &[Evidence]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    // How many values stand in the list that each owner leads.
    let mut values: HashMap<usize, usize> = HashMap::new();
    for one in evidence {
        if let Fact::Has { owner, item } = &one.fact {
            *values.entry(owner.span.start).or_default() += usize::from(item.known());
        }
    }
    for Evidence { fact, span, weight, rule } in evidence {
        let mut touch = |thing: &Thing, change: &dyn Fn(&mut Candidate)| {
            let index = *places.entry(thing.name.clone()).or_insert_with(|| {
                found.push(Candidate { name: thing.name.clone(), first: thing.span.start, ..Candidate::default() });
                found.len() - 1
            });
            if let Some(candidate) = found.get_mut(index) {
                candidate.first = candidate.first.min(thing.span.start);
                candidate.grounds.add(*span, rule);
                candidate.plural |= thing.plural;
                change(candidate);
            }
        };
        match fact {
            Fact::Mention(thing) => touch(thing, &|c| {
                c.mentions += weight;
                c.heading |= *weight > 2.1;
            }),
            Fact::Read(thing) => touch(thing, &|c| c.read = c.read.max(*weight)),
            Fact::Means { word, thing } => touch(word, &|c| c.means = Some(thing.clone())),
            Fact::App(thing) => touch(thing, &|c| c.app += weight),
            Fact::Has { owner, item } => {
                touch(owner, &|c| {
                    if *weight < 1.5 {
                        c.mentions += 0.5;
                    } else if !c.fields.contains(&item.name) {
                        c.fields.push(item.name.clone());
                    }
                    c.heading |= *weight > 2.1;
                });
                if item.values.len() >= 2 && item.name == item.entity {
                    touch(&Thing::named(&item.entity, *span), &|c| c.valued = true);
                }
                let value = item.kind.is_some()
                    || fields::guess(&item.name).is_some()
                    || !item.plural && fields::guess(&item.entity).is_some();
                let file = fields::guess(&item.entity).is_some_and(|guess| guess.file);
                // "guest name, party size, special requests": a text.
                let value =
                    value || fields::guess(&crate::lemma::singular(&item.name)).is_some() && item.name.contains('_');
                // "an order contains order lines": parts with the name of the whole.
                let part = item.plural
                    && item.entity.strip_prefix(owner.name.as_str()).is_some_and(|tail| {
                        crate::lexicon::has("_line _item _entry _position _row _part _detail", tail)
                    });
                if part {
                    touch(&Thing { plural: true, ..Thing::named(&item.entity, *span) }, &|c| c.ties += 2.3);
                }
                let child = !value && !file && archetypes::sort(&item.entity).is_some() && item.values.is_empty();
                let ambiguous = fields::guess(&item.entity).is_some() && !archetypes::is_shared(&item.entity);
                let shared = archetypes::is_shared(&item.entity) && item.plural;
                if (child && (item.plural || item.one))
                    || shared && item.values.is_empty() && item.kind.is_none() && item.many
                {
                    touch(&Thing::named(&item.entity, *span), &|c| {
                        c.ties += if item.many {
                            1.6
                        } else if ambiguous {
                            0.9
                        } else if values.get(&owner.span.start).is_some_and(|known| *known >= LONG_LIST) {
                            // "a repair: date, cost, hours, parts".
                            1.1
                        } else {
                            1.3
                        }
                    });
                } else if child && crate::lexicon::has(WHOSE, &item.entity) && !owner.is_person() {
                    // "rental: customer, from, to": whose it is.
                    touch(&Thing::named(&item.entity, *span), &|c| c.ties += 1.3);
                } else if child && item.article {
                    touch(&Thing::named(&item.entity, *span), &|c| c.mentions += 0.6);
                }
            }
            Fact::Belongs { child: a, parent: b } | Fact::ManyToMany { a, b } | Fact::Many { parent: b, child: a } => {
                let second = if matches!(fact, Fact::Belongs { .. }) { weight * 0.85 } else { *weight };
                // What a verb leaves, as in "sellers register for a table", stands by itself.
                let other = |name: &str| (*rule != "op.event").then(|| name.to_owned());
                touch(a, &|c| c.tie(other(&b.name), *weight));
                touch(b, &|c| c.tie(other(&a.name), second));
            }
            Fact::Op { actor_thing, object, class, base, .. } => {
                if object.name != "*" {
                    touch(object, &|c| {
                        c.object += weight * if matches!(class, Class::Create | Class::Track) { 1.2 } else { 1.0 }
                    });
                }
                if let Some(actor) = actor_thing {
                    touch(actor, &|c| c.acts = (c.acts + acting(actor, object, *class, base)).min(1.9));
                }
            }
            Fact::Values { owner: Some(thing), .. } => touch(thing, &|c| c.mentions += 1.3),
            Fact::Denied(thing) => touch(thing, &|c| c.denied = true),
            _ => {}
        }
    }
    found
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
                || archetypes::is_party(&name)
                || weight >= 2.5)
            && !roles.contains(&name)
        {
            roles.push(name);
        }
    }
    // "agent" and "support agent" are one.
    let all = roles.clone();
    roles.retain(|role| !all.iter().any(|other| other != role && other.ends_with(&format!("_{role}"))));
    roles
}

/// The event that a verb leaves, if it became an entity.
pub(crate) fn event<'a>(cast: &'a Cast, base: &str) -> Option<&'a str> {
    let name = if base == "check" { "check_in" } else { verbs::event_of(base)? };
    cast.entity(name)
}
