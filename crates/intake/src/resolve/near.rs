//! Records that are named in one breath: where nothing says how they hang together, that is the likeliest tie.

use std::collections::BTreeMap;

use crate::clauses::Polarity;
use crate::draft::{Draft, Entity, Relation};
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::fields::FieldType;
use crate::scene::Scene;

use super::entities::Cast;

/// More records than these in a clause are a row of them.
const MOST: usize = 4;
/// How often two must be named together before both of them, tied otherwise, are tied to each other too.
const OFTEN: usize = 2;

/// How many clauses name two records together, by their places in the draft.
fn together(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> BTreeMap<(usize, usize), usize> {
    let place = |name: &str| {
        let entity = cast.entity(name)?;
        draft.entities.iter().position(|known| known.name == entity)
    };
    let mut found: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for clause in scene.clauses.iter().filter(|clause| clause.polarity == Polarity::Asked) {
        let mut named: Vec<usize> = Vec::new();
        for at in scene.nps_in(clause.from, clause.to).filter_map(|np| place(np.entity())) {
            if !named.contains(&at) {
                named.push(at);
            }
        }
        if named.len() > MOST {
            continue;
        }
        for (index, a) in named.iter().enumerate() {
            for b in named.iter().skip(index + 1) {
                *found.entry((*a.min(b), *a.max(b))).or_default() += 1;
            }
        }
    }
    found
}

/// For records that hang on nothing still: what the same sentence names.
fn beside(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for sentence in &scene.sentences {
        let mut named: Vec<usize> = Vec::new();
        for np in scene.nps_in(sentence.from, sentence.to) {
            let Some(entity) = cast.entity(np.entity()) else { continue };
            let Some(at) = draft.entities.iter().position(|known| known.name == entity) else { continue };
            if !named.contains(&at) {
                named.push(at);
            }
        }
        if named.len() <= MOST {
            found.extend(named.windows(2).filter_map(|pair| match pair {
                [a, b] => Some((*a.min(b), *a.max(b))),
                _ => None,
            }));
        }
    }
    found
}

/// Ties what is named together, where one of the two hangs on nothing yet.
pub(super) fn near(scene: &Scene<'_>, cast: &Cast, draft: &Draft) -> Vec<Relation> {
    let mut added: Vec<Relation> = Vec::new();
    let mut pairs: Vec<((usize, usize), usize)> = together(scene, cast, draft).into_iter().collect();
    pairs.sort_by_key(|(pair, times)| (std::cmp::Reverse(*times), *pair));
    pairs.extend(beside(scene, cast, draft).into_iter().map(|pair| (pair, 0)));
    for ((a, b), times) in pairs {
        let (Some(first), Some(second)) = (draft.entities.get(a), draft.entities.get(b)) else { continue };
        let all = || draft.relations.iter().chain(&added);
        let tied = |name: &str| all().any(|one| one.from != one.to && (one.from == name || one.to == name));
        let direct = all().any(|one| {
            one.from == first.name && one.to == second.name || one.from == second.name && one.to == first.name
        });
        let free = !tied(&first.name) || !tied(&second.name);
        // Members and rooms meet in bookings.
        let meet = all()
            .any(|one| one.from == first.name && all().any(|other| other.from == second.name && other.to == one.to));
        if direct || meet || !(free || times >= OFTEN) {
            continue;
        }
        let (parent, child) = if under(first, second) { (second, first) } else { (first, second) };
        added.push(Relation::assumed(&parent.name, &child.name));
    }
    added
}

/// Whether the first is the child: what happens belongs to what it happens to, and everything to people.
fn under(first: &Entity, second: &Entity) -> bool {
    let rank = |entity: &Entity| {
        let head = entity.name.rsplit('_').next().unwrap_or(&entity.name);
        let dated = entity.fields.iter().any(|field| matches!(field.kind, FieldType::Date | FieldType::Datetime));
        let event = archetypes::sort(&entity.name).or(archetypes::sort(head)) == Some(Sort::Event);
        if archetypes::is_person(&entity.name) { 0 } else { 1 + usize::from(event) * 2 + usize::from(dated) }
    };
    rank(first) > rank(second)
}
