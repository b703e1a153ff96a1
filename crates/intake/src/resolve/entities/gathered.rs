//! The nouns that facts tell of, each once, with all that was found of it.

use std::collections::{HashMap, HashSet};

use super::Candidate;
use super::alike::merge;
use super::score::{acting, score};
use super::seen::Around;
use crate::facts::{Evidence, Fact, Thing, Who};
use crate::kinds;
use crate::lexicon::verbs::Class;
use crate::lexicon::{archetypes, fields, has};
use crate::scene::Scene;

/// Below this a noun is no record, whatever another one has to do with it.
const NO_RECORD: f64 = 0.5;
/// A plural among so many values is more likely one of them.
const LONG_LIST: usize = 3;
/// Whom a sale, a job or a stay is for.
const WHOSE: &str = "customer client tenant patient member student renter buyer";

/// All nouns of which facts tell, each once, and the other names that mean them.
pub(super) fn gather(evidence: &[Evidence]) -> (Vec<Candidate>, HashMap<String, String>) {
    let mut found = collect(evidence);
    let mut alias = merge(&mut found);
    found.retain(|candidate| !candidate.is_told_by_value(evidence));
    for candidate in found.iter_mut().filter(|candidate| has(kinds::NOT_NAMES, &candidate.name)) {
        let name = format!("{}_item", candidate.name);
        let former = std::mem::replace(&mut candidate.name, name.clone());
        alias.values_mut().filter(|means| **means == former).for_each(|means| means.clone_from(&name));
        alias.insert(former, name);
    }
    let values = values_of(evidence);
    let roles = roles_of(evidence);
    for candidate in &mut found {
        candidate.value = values.contains(candidate.name.as_str());
        candidate.role = roles.contains(candidate.name.as_str());
    }
    untie(&mut found, &alias);
    (found, alias)
}

/// A noun, and what speaks for and against its being a record: what the weights of the signs are learnt from.
#[derive(Clone, Debug)]
pub struct Noun {
    /// Singular snake_case.
    pub name: String,
    /// The signs that it shows.
    pub signs: Vec<&'static str>,
    /// The sum of the weights of signs that are not learnt.
    pub chosen: f64,
    /// The log-odds from which on it is kept.
    pub enough: f64,
}

/// All nouns that are weighed.
pub(crate) fn nouns(scene: &Scene<'_>, evidence: &[Evidence]) -> Vec<Noun> {
    let (found, _) = gather(evidence);
    let around = Around::of(scene, &found);
    let noun = |candidate: &Candidate| {
        let seen = around.see(candidate);
        let signs = seen.shown().map(|(name, ..)| *name).collect();
        Noun { name: candidate.name.clone(), signs, chosen: seen.chosen(), enough: super::enough(&seen) }
    };
    found.iter().map(noun).collect()
}

/// All who have rights of their own.
fn roles_of(evidence: &[Evidence]) -> HashSet<&str> {
    let role = evidence.iter().filter_map(|found| match &found.fact {
        Fact::Role(name) | Fact::Op { actor: Who::Role(name), permission: true, .. } => Some(name.as_str()),
        _ => None,
    });
    role.collect()
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
                candidate.places.push(thing.span);
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
