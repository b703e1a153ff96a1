//! Which entities hang together: stated relations first, then what lists, verbs and events say.

use crate::draft::{Draft, Entity, Grounds, Relation, RelationKind};
use crate::facts::{Evidence, Fact, Who};
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::fields::FieldType;
use crate::lexicon::verbs::Class;
use crate::scene::Scene;

use super::entities::{self, Cast};
use super::fields;

struct Ties<'a> {
    cast: &'a Cast,
    found: Vec<Relation>,
}

impl Ties<'_> {
    fn add(&mut self, from: &str, to: &str, kind: RelationKind, weight: f64, evidence: &Evidence) {
        let (Some(from), Some(to)) = (self.cast.entity(from), self.cast.entity(to)) else { return };
        if from == to {
            return;
        }
        let mut grounds = Grounds::default();
        grounds.add(evidence.span, evidence.rule);
        self.found.push(Relation {
            from: from.into(),
            to: to.into(),
            kind,
            required: weight >= 1.5,
            assumed: false,
            role: None,
            weight,
            grounds,
        });
    }
}

impl Ties<'_> {
    /// One may belong to another of its kind.
    fn itself(&mut self, entity: &str, role: &str, evidence: &Evidence) {
        let mut grounds = Grounds::default();
        grounds.add(evidence.span, evidence.rule);
        self.found.push(Relation {
            from: entity.into(),
            to: entity.into(),
            kind: RelationKind::OneToMany,
            required: false,
            assumed: false,
            role: Some(role.into()),
            weight: evidence.weight,
            grounds,
        });
    }
}

/// Ties the entities.
pub(crate) fn tie(scene: &Scene<'_>, evidence: &[Evidence], cast: &Cast, draft: &mut Draft) {
    let mut ties = Ties { cast, found: Vec::new() };
    for found in evidence {
        one_fact(&mut ties, found);
    }
    draft.relations = settle(ties.found);
    assume(draft, super::near::near(scene, cast, draft));
    orphans(draft);
}

fn one_fact(ties: &mut Ties<'_>, found: &Evidence) {
    use RelationKind::{ManyToMany, OneToMany};
    match &found.fact {
        Fact::Belongs { child, parent } => ties.add(&parent.name, &child.name, OneToMany, found.weight, found),
        Fact::Many { parent, child } => ties.add(&parent.name, &child.name, OneToMany, found.weight, found),
        Fact::ManyToMany { a, b } => ties.add(&a.name, &b.name, ManyToMany, found.weight, found),
        Fact::Itself { thing, role } => {
            let Some(entity) = ties.cast.entity(&thing.name).map(str::to_owned) else { return };
            // "employees report to a manager" where managers are kept too.
            match ties.cast.entity(role).map(str::to_owned).filter(|other| *other != entity) {
                Some(other) => ties.add(&other, &entity, OneToMany, found.weight, found),
                None => ties.itself(&entity, role, found),
            }
        }
        Fact::Has { owner, item } => {
            let Some(entity) = ties.cast.entity(&owner.name).map(str::to_owned) else { return };
            if fields::is_parent(&entity, item) {
                return ties.itself(&entity, "parent", found);
            }
            let Some(target) = fields::relation_target(ties.cast, &entity, item).map(str::to_owned) else { return };
            let shared = archetypes::is_shared(&target);
            // "the parts used": there are others, which hang on none.
            let weight = if item.taken { found.weight.min(1.4) } else { found.weight };
            if item.plural && shared {
                ties.add(&entity, &target, ManyToMany, weight, found);
            } else if item.plural || item.many {
                ties.add(&entity, &target, OneToMany, weight, found);
            } else {
                ties.add(&target, &entity, OneToMany, weight, found);
            }
        }
        Fact::Op { actor, actor_thing, class, base, object, .. } => {
            let Some(person) = actor_thing.as_ref().filter(|_| matches!(actor, Who::Role(_) | Who::Owner)) else {
                return;
            };
            let object_entity = ties.cast.entity(&object.name).map(str::to_owned);
            if *class == Class::Event
                && let Some(event) = entities::event(ties.cast, base).map(str::to_owned)
                && object_entity.as_deref() != Some(event.as_str())
            {
                ties.add(&person.name, &event, OneToMany, 1.2, found);
                if let Some(object) = object_entity {
                    ties.add(&object, &event, OneToMany, 1.2, found);
                }
                return;
            }
            match class {
                Class::Event
                    if matches!(
                        *base,
                        "enroll"
                            | "join"
                            | "attend"
                            | "subscribe"
                            | "sign"
                            | "favorite"
                            | "bookmark"
                            | "follow"
                            | "participate"
                    ) =>
                {
                    ties.add(&person.name, &object.name, ManyToMany, 0.9, found);
                }
                Class::Other if !object.is_person() => ties.add(&person.name, &object.name, OneToMany, 0.9, found),
                Class::Create | Class::Event | Class::Send | Class::Pay | Class::Upload => {
                    ties.add(&person.name, &object.name, OneToMany, 0.9, found)
                }
                Class::Update | Class::Track if !object.is_person() => {
                    ties.add(&person.name, &object.name, OneToMany, 0.3, found)
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// One relation a pair: opposite one-to-many are many-to-many, otherwise the heavier wins.
fn settle(found: Vec<Relation>) -> Vec<Relation> {
    let mut settled: Vec<Relation> = Vec::new();
    for relation in found {
        let same_pair = |known: &Relation| {
            (known.from == relation.from && known.to == relation.to)
                || (known.from == relation.to && known.to == relation.from)
        };
        let Some(known) = settled.iter_mut().find(|known| same_pair(known)) else {
            settled.push(relation);
            continue;
        };
        let opposite = known.from == relation.to
            && known.kind == RelationKind::OneToMany
            && relation.kind == RelationKind::OneToMany;
        let plural_lists = known
            .grounds
            .rules
            .iter()
            .chain(&relation.grounds.rules)
            .all(|rule| rule.starts_with("has.") || rule.starts_with("belongs.is_in"));
        let several =
            |one: &Relation| one.grounds.rules.iter().any(|rule| matches!(*rule, "tied.several" | "has.verb"));
        let plural_lists = plural_lists || several(known) && several(&relation);
        let both_lists = opposite && known.weight >= 1.5 && relation.weight >= 1.5 && plural_lists;
        let stated = relation.kind == RelationKind::ManyToMany && relation.weight >= 1.2 && known.weight < 2.1;
        if both_lists || stated {
            known.kind = RelationKind::ManyToMany;
        } else if opposite && relation.weight > known.weight {
            let grounds = known.grounds.clone();
            *known = relation;
            known.grounds.rules.extend(grounds.rules);
            continue;
        }
        known.weight = known.weight.max(relation.weight);
        known.required |= relation.required;
        for span in relation.grounds.spans {
            for rule in &relation.grounds.rules {
                known.grounds.add(span, rule);
            }
        }
    }
    // What only a verb of care says ("a manager updates orders") is too little for a table.
    settled.retain(|relation| relation.weight >= 0.5);
    settled
}

/// An event without a parent most likely hangs on what was spoken of beside it.
fn orphans(draft: &mut Draft) {
    let names: Vec<String> = draft.entities.iter().map(|entity| entity.name.clone()).collect();
    let mut added: Vec<Relation> = Vec::new();
    for name in &names {
        let Some(entity) = draft.entity(name) else { continue };
        let head = name.rsplit('_').next().unwrap_or(name);
        let event = archetypes::sort(name).or(archetypes::sort(head)) == Some(Sort::Event);
        let child = draft.relations.iter().any(|relation| {
            relation.to == *name && relation.from != *name
                || relation.kind == RelationKind::ManyToMany && relation.from == *name
        });
        let apart = |relation: &&Relation| relation.from != relation.to;
        let alone =
            !draft.relations.iter().filter(apart).any(|relation| relation.to == *name || relation.from == *name);
        let dated = entity.fields.iter().any(|field| matches!(field.kind, FieldType::Date | FieldType::Datetime));
        let part = alone && draft.entities.len() > 2 && !archetypes::is_shared(name);
        if child || !(event || alone && dated || part) || archetypes::is_person(name) {
            continue;
        }
        // Entities stand in the order in which the request names them.
        let first = |entity: &Entity| names.iter().position(|known| *known == entity.name).unwrap_or(usize::MAX);
        let place = first(entity);
        let is_event = |name: &str| archetypes::sort(name) == Some(Sort::Event) || archetypes::is_shared(name);
        let free = |other: &&Entity| {
            let other = *other;
            let tied = draft.relations.iter().any(|r| r.from == *name && r.to == other.name);
            other.name != *name
                && first(other) < place
                && !tied
                && !is_event(&other.name)
                && !archetypes::is_person(&other.name)
        };
        // What has most fields is what the application is about.
        let parent =
            draft.entities.iter().filter(free).max_by_key(|other| (other.fields.len(), usize::MAX - first(other)));
        // Somebody wants it kept: what nothing else is said of is at least of those who were named before it.
        let is_answered = entity.grounds.rules.contains(&crate::asking::KEPT);
        let person = || {
            let before = |other: &&Entity| archetypes::is_person(&other.name) && first(other) < place;
            draft.entities.iter().filter(before).max_by_key(|other| first(other)).filter(|_| is_answered && alone)
        };
        let parent = parent.or_else(person);
        if let Some(parent) = parent {
            added.push(Relation {
                from: parent.name.clone(),
                to: name.clone(),
                kind: RelationKind::OneToMany,
                required: false,
                assumed: true,
                role: None,
                weight: 0.5,
                grounds: Grounds::default(),
            });
        }
    }
    added.extend(doers(draft));
    assume(draft, added);
    let parts = parts(draft);
    assume(draft, parts);
    let roots = roots(draft);
    assume(draft, roots);
}

/// "firing shares" are of a firing, where nothing ties the two.
fn parts(draft: &Draft) -> Vec<Relation> {
    let tied = |a: &str, b: &str| {
        draft.relations.iter().any(|one| one.from == a && one.to == b || one.from == b && one.to == a)
    };
    let part = |entity: &Entity, whole: &Entity| {
        entity.name.strip_prefix(&whole.name).is_some_and(|rest| rest.starts_with('_'))
            && !tied(&entity.name, &whole.name)
            && !archetypes::is_person(&entity.name)
    };
    let pairs = draft.entities.iter().flat_map(|entity| {
        draft.entities.iter().filter(move |whole| part(entity, whole)).map(move |whole| (whole, entity))
    });
    pairs.map(|(whole, entity)| Relation::assumed(&whole.name, &entity.name)).collect()
}

/// What hangs on nothing and nothing on it, and stands before the others: the client before the jobs, the site before its units.
fn roots(draft: &Draft) -> Vec<Relation> {
    fn last(name: &str) -> &str {
        name.rsplit('_').next().unwrap_or(name)
    }
    let is_event = |name: &str| archetypes::sort(name).or(archetypes::sort(last(name))) == Some(Sort::Event);
    let mut added: Vec<Relation> = Vec::new();
    for (place, entity) in draft.entities.iter().enumerate() {
        let all = || draft.relations.iter().chain(&added);
        let tied = all().any(|one| one.from == entity.name || one.to == entity.name);
        let person = archetypes::is_person(&entity.name);
        let head = last(&entity.name);
        let event = is_event(&entity.name);
        let strange = person && !archetypes::is_kept(&entity.name);
        if tied || event || strange || entity.fields.is_empty() || archetypes::is_shared(&entity.name) {
            continue;
        }
        let free = |other: &&Entity| {
            let parent = |one: &Relation| one.to == other.name && (!person || archetypes::is_person(&one.from));
            // "farms", "wind farms": perhaps the same.
            let alike = other.name.ends_with(head) || entity.name.ends_with(&other.name);
            !archetypes::is_person(&other.name) && !archetypes::is_shared(&other.name) && !alike && !all().any(parent)
        };
        let Some(child) = draft.entities.iter().skip(place + 1).find(free) else { continue };
        // Swimmers come to practices together; an order is one customer's.
        if person
            && is_event(&child.name)
            && ![PERSONAL, OFTEN_PERSONAL].iter().any(|list| crate::lexicon::has(list, last(&child.name)))
        {
            continue;
        }
        // "trail conditions" are of a trail, however early they are named.
        let part = entity.name.starts_with(&format!("{}_", child.name));
        let (parent, child) = if part { (child, entity) } else { (entity, child) };
        added.push(Relation::assumed(&parent.name, &child.name));
    }
    added
}

/// Ties that nothing says, each with a note.
fn assume(draft: &mut Draft, added: Vec<Relation>) {
    for mut relation in added {
        let (child, parent) = (relation.to.replace('_', " "), relation.from.replace('_', " "));
        // A tag stands on many things, and a thing has many tags.
        let labels = crate::lexicon::has("tag label keyword hashtag genre topic", &relation.to);
        let text = if labels {
            relation.kind = RelationKind::ManyToMany;
            let several = crate::lemma::plural(&child);
            format!("each {parent} can have several {several}: the request does not say, and this is the likeliest")
        } else {
            let parent = crate::lemma::with_article(&parent);
            format!("each {child} belongs to {parent}: the request does not say, and this is the likeliest")
        };
        draft.note(
            format!("/entity/{}/field/{}", relation.to, relation.from),
            text,
            "relation.nearest",
            None,
            &["no relation"],
        );
        draft.relations.push(relation);
    }
}

/// What is one person's.
const PERSONAL: &str = "order donation appointment booking reservation visit rental loan membership subscription enrollment \
    registration rsvp";
/// What is mostly one person's.
const OFTEN_PERSONAL: &str = "job contract case request repair claim parcel";

/// Orders, bookings and donations are somebody's: of the one kind of people that is kept.
fn doers(draft: &Draft) -> Vec<Relation> {
    let kept: Vec<&Entity> =
        draft.entities.iter().filter(|entity| archetypes::is_kept(&entity.name) && entity.name != "author").collect();
    let [person] = kept.as_slice() else { return Vec::new() };
    let personal = |entity: &&Entity| crate::lexicon::has(PERSONAL, &entity.name);
    let free = |entity: &&Entity| {
        !draft.relations.iter().any(|r| {
            r.to == entity.name && archetypes::is_person(&r.from)
                || r.from == entity.name && archetypes::is_person(&r.to)
        })
    };
    let orphans = draft.entities.iter().filter(personal).filter(free);
    orphans.map(|entity| Relation::assumed(&person.name, &entity.name)).collect()
}
