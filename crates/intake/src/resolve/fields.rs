//! Which fields an entity has, and of which type.

use std::collections::BTreeSet;

use crate::draft::{Draft, Field, Note};
use crate::facts::{Evidence, Fact, Item, Limit};
use crate::lemma;
use crate::lexicon::archetypes::{self, Sort};
use crate::lexicon::fields::{self, FieldType};
use crate::scene::Scene;

use super::entities::Cast;

const RESERVED: &str =
    "limit sort cursor q count fields expand id user_id team_id created_at updated_at self super crate";
const MOST_FIELDS: usize = 60;
/// What the engine takes of a line and of a longer text, in letters.
const LONGEST_LINE: u32 = 255;
const LONGEST_TEXT: u32 = 20_000;

/// People of whom the request says that they do something here: they have accounts.
type Doers<'e> = std::collections::HashSet<&'e str>;

fn doers(evidence: &[Evidence]) -> Doers<'_> {
    evidence
        .iter()
        .filter_map(|found| match &found.fact {
            Fact::Op { actor_thing: Some(thing), .. } => Some(thing.name.as_str()),
            Fact::Role(name) => Some(name.as_str()),
            _ => None,
        })
        .collect()
}

/// Gives every entity its fields.
pub(crate) fn fill(scene: &Scene<'_>, evidence: &[Evidence], cast: &Cast, draft: &mut Draft) {
    let doers = doers(evidence);
    for found in evidence {
        if let Fact::Has { owner, item } = &found.fact
            && let Some(entity) = cast.entity(&owner.name).map(str::to_owned)
            && relation_target(cast, &entity, item).is_none()
        {
            add(draft, &entity, item, found, &doers);
        }
    }
    for found in evidence {
        if let Fact::Values { owner, field, values } = &found.fact {
            give_values(draft, cast, owner.as_ref().map(|o| o.name.as_str()), field, values, found);
        }
    }
    for found in evidence {
        constrain(draft, cast, &found.fact);
    }
    for entity in &mut draft.entities {
        choose_values(entity);
    }
    currencies(scene, draft);
    note_types(draft);
}

/// "All prices are in euros": the one currency that the request names is that of every amount.
fn currencies(scene: &Scene<'_>, draft: &mut Draft) {
    let mut named: Vec<&'static str> =
        scene.tokens.iter().filter_map(|token| crate::values::currency(&token.text)).collect();
    let swiss = |at: usize| scene.is(at, "swiss") && scene.one_of(at + 1, &["francs", "franc"]);
    named.extend((0..scene.tokens.len()).any(swiss).then_some("CHF"));
    named.sort_unstable();
    named.dedup();
    let [one] = named.as_slice() else { return };
    for entity in &mut draft.entities {
        for field in entity.fields.iter_mut().filter(|field| field.kind == FieldType::Money) {
            field.currency.get_or_insert_with(|| (*one).to_owned());
        }
    }
}

/// "a category has a parent category": another of its kind.
pub(crate) fn is_parent(owner: &str, item: &Item) -> bool {
    !item.plural
        && ["parent", "parent_", "super", "superior_", "higher_level_"]
            .iter()
            .any(|lead| item.entity.strip_prefix(lead) == Some(owner))
        && item.kind.is_none()
        && item.values.is_empty()
}

/// Words before a record that say which of them it is: "home station", "responsible lawyer".
const WHICH: &str = "home main assigned current responsible default primary original preferred usual base nearest";

/// The entity that a listed name means, if it is not a value.
pub(crate) fn relation_target<'c>(cast: &'c Cast, owner: &str, item: &Item) -> Option<&'c str> {
    if item.kind.is_some() || !item.values.is_empty() {
        return None;
    }
    if is_parent(owner, item) {
        return cast.entity(owner);
    }
    // "guest name" in a list is a value even where guests are records.
    let singular = lemma::singular(&item.name);
    if let Some(target) = singular.strip_suffix("_id").and_then(|stem| cast.entity(stem)) {
        return Some(target).filter(|target| *target != owner);
    }
    let which = || {
        let (lead, rest) = singular.split_once('_')?;
        crate::lexicon::has(WHICH, lead).then(|| cast.entity(rest)).flatten()
    };
    // "booking = slot, team": of the game slots, where no value is called so.
    let full = || {
        let plain = !singular.contains('_') && !item.known() && singular.len() > 3;
        if plain { cast.in_full(&singular) } else { None }
    };
    let named = cast.entity(&singular).or_else(|| cast.entity(&item.entity)).or_else(which).or_else(full);
    named.filter(|target| *target != owner)
}

fn add(draft: &mut Draft, entity: &str, item: &Item, found: &Evidence, doers: &Doers<'_>) {
    // A sign or a hyphen is no part of a name.
    let name = field_name(&crate::nouns::snake(&[&item.name]), entity);
    if name.is_empty() || name.len() > 50 || crate::lexicon::words::is_function_word(&name) {
        return;
    }
    // The engine keeps these itself.
    if matches!(item.name.as_str(), "id" | "created_at" | "updated_at") {
        return;
    }
    // Weak evidence may only add what is known to be a value.
    if found.weight < 1.5 && !item.known() {
        return;
    }
    let Some(target) = draft.entity_mut(entity) else { return };
    let same = |known: &str| {
        known == name
            || lemma::singular(known) == lemma::singular(&name)
            || known.strip_suffix(&format!("_{name}")).is_some() && found.weight < 1.5
    };
    if let Some(field) = target.fields.iter_mut().find(|field| same(&field.name)) {
        field.grounds.add(found.span, found.rule);
        if field.values.is_empty() && !item.values.is_empty() {
            field.values.clone_from(&item.values);
            field.kind = FieldType::Enum;
        }
        // A type that nothing said gives way to one that somebody read.
        if found.rule == crate::proposal::FIELD && field.kind == FieldType::Text && fields::guess(&field.name).is_none()
        {
            field.kind = item.kind.unwrap_or(field.kind);
            field.file |= item.file;
        }
        field.unique |= item.unique;
        field.currency = field.currency.take().or(item.currency.map(str::to_owned));
        field.required = field.required.or(item.required);
        if let Some(limit) = item.limit {
            bound(field, limit);
        }
        return;
    }
    if target.fields.len() >= MOST_FIELDS {
        return;
    }
    let mut field = typed(&name, item, doers);
    field.grounds.add(found.span, found.rule);
    target.fields.push(field);
}

fn field_name(name: &str, entity: &str) -> String {
    // "lead status" of a lead is its status.
    let name = name
        .strip_prefix(&format!("{entity}_"))
        .filter(|rest| !matches!(*rest, "number" | "type" | "name" | "id" | "date" | "of"))
        .unwrap_or(name);
    let name = match name {
        "type_of" => "type",
        other => other,
    };
    if crate::lexicon::has(RESERVED, name) {
        return match name {
            "id" => format!("{entity}_id"),
            other => format!("{entity}_{other}"),
        };
    }
    name.to_owned()
}

fn typed(name: &str, item: &Item, doers: &Doers<'_>) -> Field {
    let guess = fields::guess(name).or_else(|| fields::guess(&lemma::singular(name)));
    let person = archetypes::sort(&item.entity) == Some(Sort::Person) && !item.plural;
    let kind = match (item.kind, &guess) {
        (Some(kind), _) => kind,
        (None, _) if item.values.len() >= 2 => {
            if item.plural && item.article && !fields::takes_values(&lemma::singular(name)) {
                FieldType::Json
            } else {
                FieldType::Enum
            }
        }
        (None, Some(guess)) => guess.kind,
        (None, None) if item.listed => FieldType::LongText,
        (None, None) => FieldType::Text,
    };
    let pair = item.values.join("/");
    let yes_no = matches!(pair.as_str(), "yes/no" | "no/yes" | "true/false" | "y/n");
    let mut field = Field::new(name, if yes_no { FieldType::Boolean } else { kind });
    field.file = item.file || item.kind.is_none() && guess.is_some_and(|guess| guess.file);
    // "photos": several links.
    if field.file && item.plural && field.kind == FieldType::Url {
        field.kind = FieldType::Json;
    }
    field.required = item.required;
    field.unique = item.unique;
    field.min = item.min;
    field.max = item.max;
    if let Some(limit) = item.limit {
        bound(&mut field, limit);
    }
    field.currency = item.currency.map(str::to_owned);
    if field.kind == FieldType::Enum || field.kind == FieldType::Json {
        field.values.clone_from(&item.values);
    }
    field.assumed = false;
    let works = matches!(name, "assignee" | "reporter" | "creator" | "approver" | "requester" | "responder");
    let acts = matches!(name, "reviewer" | "owner" | "author" | "organizer") && doers.contains(name);
    if person && item.kind.is_none() && (works || acts) {
        field.kind = FieldType::Reference;
        field.to = Some("user".into());
    }
    field
}

fn give_values(draft: &mut Draft, cast: &Cast, owner: Option<&str>, field: &str, values: &[String], found: &Evidence) {
    let named = owner.and_then(|owner| cast.entity(owner)).map(str::to_owned);
    // "leave type can be …": a field of that whole name somewhere.
    let whole = owner.map(|owner| format!("{owner}_{field}"));
    let singular = lemma::singular(field);
    let has = |entity: &crate::draft::Entity, name: &str| {
        entity.fields.iter().any(|f| f.name == name || f.name.ends_with(&format!("_{name}")))
    };
    let entity = named
        .clone()
        .or_else(|| {
            whole
                .as_ref()
                .and_then(|whole| draft.entities.iter().find(|e| e.field(whole).is_some()).map(|e| e.name.clone()))
        })
        .or_else(|| {
            let before = |e: &&crate::draft::Entity| has(e, &singular);
            // The field named nearest before these values.
            draft
                .entities
                .iter()
                .filter(before)
                .min_by_key(|e| {
                    e.fields
                        .iter()
                        .filter(|f| f.name == singular || f.name.ends_with(&format!("_{singular}")))
                        .flat_map(|f| f.grounds.spans.iter())
                        .map(|span| found.span.start.abs_diff(span.start))
                        .min()
                })
                .map(|e| e.name.clone())
        })
        .or_else(|| nearest(draft, found.span.start));
    let Some(entity) = entity.and_then(|name| draft.entity_mut(&name)) else { return };
    let name = match (&named, &whole) {
        (None, Some(whole))
            if entity.field(whole).is_some()
                || found.rule != "values.can_be" && !entity.name.ends_with(owner.unwrap_or("-")) =>
        {
            whole.clone()
        }
        _ => singular,
    };
    let name = if name == "state" { "status".to_owned() } else { name };
    let same =
        |known: &str| known == name || known == "state" && name == "status" || known.ends_with(&format!("_{name}"));
    let place = entity.fields.iter().position(|f| same(&f.name) || same(&lemma::singular(&f.name)));
    let index = place.unwrap_or_else(|| {
        entity.fields.push(Field::new(&name, FieldType::Enum));
        entity.fields.len() - 1
    });
    if let Some(field) = entity.fields.get_mut(index) {
        if field.values.is_empty() && field.kind != FieldType::Boolean {
            field.kind = FieldType::Enum;
            field.values = values.to_vec();
        }
        field.grounds.add(found.span, found.rule);
    }
}

/// The entity that was spoken of last before this place.
fn nearest(draft: &Draft, at: usize) -> Option<String> {
    draft
        .entities
        .iter()
        .filter_map(|e| e.grounds.spans.iter().map(|s| s.start).filter(|s| *s <= at).max().map(|s| (s, e.name.clone())))
        .max()
        .map(|(_, name)| name)
}

fn constrain(draft: &mut Draft, cast: &Cast, fact: &Fact) {
    let (owner, name) = match fact {
        Fact::Required { owner, field, .. } | Fact::Unique { owner, field } | Fact::Limited { owner, field, .. } => {
            (owner, field)
        }
        _ => return,
    };
    let owner = owner.as_ref().and_then(|o| cast.entity(&o.name)).map(str::to_owned);
    let name = lemma::singular(name);
    for entity in draft.entities.iter_mut().filter(|e| owner.as_ref().is_none_or(|o| *o == e.name)) {
        if let Some(field) = entity.fields.iter_mut().find(|f| lemma::singular(&f.name) == name) {
            match fact {
                Fact::Required { required, .. } => field.required = Some(*required),
                Fact::Limited { limit, .. } => bound(field, *limit),
                _ => field.unique = true,
            }
            return;
        }
    }
}

/// Letters are of a text, a number is of a number; what is neither is left, and told as not understood.
fn bound(field: &mut Field, limit: Limit) {
    let text = matches!(field.kind, FieldType::Text | FieldType::LongText);
    let (over, under) = (i64::from(limit.strict), -i64::from(limit.strict));
    if text && limit.letters {
        let letters = |number: i64| u32::try_from(number).ok().filter(|number| *number <= LONGEST_TEXT);
        field.min_length = limit.min.and_then(|min| letters(min + over)).or(field.min_length);
        field.max_length = limit.max.and_then(|max| letters(max + under)).or(field.max_length);
        // A line of text ends sooner.
        if field.max_length.or(field.min_length).is_some_and(|most| most > LONGEST_LINE) {
            field.kind = FieldType::LongText;
        }
        return;
    }
    // "the grade must be between 1 and 6": a number after all.
    if field.kind == FieldType::Text && !limit.letters && limit.min.is_some() && limit.max.is_some() {
        field.kind = FieldType::Integer;
    }
    let exact = matches!(field.kind, FieldType::Money | FieldType::Decimal);
    if !limit.letters && field.kind == FieldType::Integer || exact && !limit.strict {
        field.min = limit.min.map(|min| min + over).or(field.min);
        field.max = limit.max.map(|max| max + under).or(field.max);
    } else if exact && limit.min == Some(0) && field.currency.as_deref() != Some("JPY") {
        field.said.push("min = \"0.01\"".to_owned());
    }
}

/// An enum needs values; where the request names none, usual ones are assumed, or it becomes a text.
fn choose_values(entity: &mut crate::draft::Entity) {
    let name = entity.name.clone();
    for field in &mut entity.fields {
        // "many -> many": however often a value is said, it is one.
        let mut seen = BTreeSet::new();
        field.values.retain(|value| seen.insert(value.clone()));
        if field.kind != FieldType::Enum || !field.values.is_empty() {
            continue;
        }
        let last = field.name.rsplit('_').next().unwrap_or("");
        let usual = fields::usual_values(&name, last);
        if usual.is_empty() {
            field.kind = FieldType::Text;
        } else {
            field.values = usual.iter().map(|value| (*value).to_owned()).collect();
            field.assumed = false;
            field.grounds.rules.push("usual.values");
        }
    }
}

fn note_types(draft: &mut Draft) {
    let mut notes = Vec::new();
    for entity in &draft.entities {
        for field in &entity.fields {
            notes.extend(type_note(&entity.name, field));
        }
    }
    draft.notes.extend(notes);
}

fn type_note(entity: &str, field: &Field) -> Option<Note> {
    let name = &field.name;
    let record = lemma::with_article(&entity.replace('_', " "));
    let (text, why, alternatives): (String, &str, &[&str]) = if field.grounds.rules.contains(&"usual.values") {
        (
            format!(
                "`{name}` of {record} takes {}: usual values, because none were named",
                field.values.join(
                    ", \
            "
                )
            ),
            "usual.values",
            &["other values"],
        )
    } else if field.grounds.rules.contains(&"wish.when") {
        (
            format!(
                "`{name}` is a date that people set on each {}; nothing works it out",
                entity.replace(
                    '_',
                    " \
            "
                )
            ),
            "wish.when",
            &["a number of days", "no such field"],
        )
    } else if field.file {
        let links = if field.kind == FieldType::Json { "a list of links to the files" } else { "a link to the file" };
        (
            format!("`{name}` of {record} holds {links}, because files themselves are not stored here"),
            "file.link",
            &["text"],
        )
    } else if field.to.as_deref() == Some("user") {
        (
            format!("`{name}` of {record} is one of the users, because the request speaks of who does it"),
            "reference.user",
            &["text"],
        )
    } else if field.kind == FieldType::Money && field.currency.is_some() {
        return None;
    } else if field.kind == FieldType::Money {
        (
            format!(
                "`{name}` of {record} is in US dollars, because no currency was \
            named"
            ),
            "money.currency",
            &["another currency", "decimal"],
        )
    } else if field.kind == FieldType::Text && fields::guess(name).is_none() {
        (
            format!(
                "`{name}` of {record} is a line of text, because the request does not say what it \
            holds"
            ),
            "type.default",
            &["long_text", "enum", "reference"],
        )
    } else {
        return None;
    };
    Some(Note {
        what: format!("/entity/{entity}/field/{name}"),
        text,
        parts: Vec::new(),
        why: why.to_owned(),
        span: field.grounds.spans.first().copied(),
        alternatives: alternatives.iter().map(|a| (*a).to_owned()).collect(),
    })
}
