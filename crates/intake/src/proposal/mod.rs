//! What another reader of the same request proposes, and what is made of it.
//!
//! Every proposed thing has to quote the words that it was read from. What is grounded so becomes facts beside those of
//! the rules, and the same decisions are taken on all of them: nothing proposed reaches the blueprint in another way, and
//! who may do what is read by the rules alone. Who the other reader is and how it is asked is none of intake's business.

mod automations;
mod evidence;
mod ground;
mod quotes;

use serde::{Deserialize, Deserializer};

use crate::draft::Draft;
use crate::lemma;
use crate::reading::Reading;
use crate::tokens::Span;

pub(crate) use automations::add as automate;
pub(crate) use evidence::{FIELD, weigh};

/// More than this is no reading of twenty thousand bytes.
const MOST_ITEMS: usize = 1_000;

/// What another reader found. Missing lists are empty ones.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Proposal {
    /// The kinds of record.
    pub entities: Vec<ProposedEntity>,
    /// How they hang together.
    #[serde(default, deserialize_with = "or_empty")]
    pub relations: Vec<ProposedRelation>,
    /// Services outside.
    #[serde(default, deserialize_with = "or_empty")]
    pub integrations: Vec<ProposedIntegration>,
    /// What happens by itself.
    #[serde(default, deserialize_with = "or_empty")]
    pub automations: Vec<ProposedAutomation>,
}

/// A kind of record.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedEntity {
    /// Singular.
    pub name: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
    /// What it holds.
    #[serde(default, deserialize_with = "or_empty")]
    pub fields: Vec<ProposedField>,
}

/// A field.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedField {
    /// Its name.
    pub name: String,
    /// A type of the blueprint, or a word for one.
    #[serde(rename = "type", default, deserialize_with = "or_empty")]
    pub kind: String,
    /// Of an enum.
    #[serde(default, deserialize_with = "or_empty")]
    pub values: Vec<String>,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// Two kinds of record that hang together.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedRelation {
    /// The one side.
    pub from: String,
    /// The many side.
    pub to: String,
    /// `one_to_many` or `many_to_many`.
    #[serde(default, deserialize_with = "or_empty")]
    pub kind: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// A service outside.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedIntegration {
    /// One of [`crate::categories`].
    pub category: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// Something that happens by itself.
#[derive(Clone, Debug, Deserialize)]
pub struct ProposedAutomation {
    /// `created`, `changed`, `deleted` or `schedule`.
    pub when: String,
    /// Of which record; empty for a schedule.
    #[serde(default, deserialize_with = "or_empty")]
    pub entity: String,
    /// Which field changes; empty for any.
    #[serde(default, deserialize_with = "or_empty")]
    pub field: String,
    /// To which value; empty for any.
    #[serde(default, deserialize_with = "or_empty")]
    pub value: String,
    /// Five fields of cron, of a schedule.
    #[serde(default, deserialize_with = "or_empty")]
    pub cron: String,
    /// The category of the integration that does it.
    #[serde(rename = "do", default, deserialize_with = "or_empty")]
    pub action: String,
    /// Word for word from the request.
    #[serde(default)]
    pub quote: String,
}

/// `null` is written where nothing is meant.
fn or_empty<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// A request read by the rules and by somebody else.
#[derive(Clone, Debug)]
pub struct Merged {
    /// The reading of both.
    pub reading: Reading,
    /// What the rules alone had not found: `kayak`, `kayak.price`.
    pub added: Vec<String>,
    /// What was proposed and not taken, each with why.
    pub left_out: Vec<String>,
    /// What was proposed in another form than the blueprint has, and put right.
    pub repaired: Vec<String>,
}

/// What became of the items, as it is found out.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub left_out: Vec<String>,
    pub repaired: Vec<String>,
}

impl Proposal {
    fn items(&self) -> usize {
        let fields: usize = self.entities.iter().map(|entity| entity.fields.len()).sum();
        self.entities.len() + fields + self.relations.len() + self.integrations.len() + self.automations.len()
    }

    fn too_long(&self) -> Option<String> {
        (self.items() > MOST_ITEMS).then(|| format!("{} items are too many; name at most {MOST_ITEMS}", self.items()))
    }
}

/// What one draft has and the other has not: `kayak`, `kayak.price`.
pub(crate) fn difference(draft: &Draft, before: &Draft) -> Vec<String> {
    let mut added = Vec::new();
    for entity in draft.entities.iter().filter(|entity| !entity.join) {
        let known = before.entity(&entity.name);
        if known.is_none() {
            added.push(entity.name.clone());
        }
        let new = |field: &&crate::draft::Field| known.is_none_or(|known| known.field(&field.name).is_none());
        let fields = entity.fields.iter().filter(new).filter(|field| !field.assumed);
        added.extend(fields.map(|field| format!("{}.{}", entity.name, field.name)));
    }
    let services = draft.integrations.iter().map(|used| used.category);
    added.extend(
        services.filter(|name| before.integrations.iter().all(|used| used.category != *name)).map(str::to_owned),
    );
    added
}

/// Tells what is there only because it was proposed, and what is gone because it was not.
pub(crate) fn note(draft: &mut Draft, before: &Draft, doubted: &[(String, Span)]) {
    let mut notes = Vec::new();
    for entity in draft.entities.iter().filter(|entity| !entity.join) {
        let record = lemma::with_article(&entity.name.replace('_', " "));
        let known = before.entity(&entity.name);
        let at = |grounds: &crate::draft::Grounds| grounds.spans.first().copied();
        if known.is_none() && entity.grounds.rules.contains(&evidence::ENTITY) {
            let text = format!("{record} is kept as a record, because the model read it so");
            notes.push((
                format!("/entity/{}", entity.name),
                text,
                evidence::ENTITY,
                at(&entity.grounds),
                "no such record",
            ));
        }
        for field in entity.fields.iter().filter(|field| field.grounds.rules.contains(&FIELD)) {
            if known.is_none_or(|known| known.field(&field.name).is_none()) {
                let text = format!("{record} has `{}`, because the model read it so", field.name);
                let what = format!("/entity/{}/field/{}", entity.name, field.name);
                notes.push((what, text, FIELD, at(&field.grounds), "no such field"));
            }
        }
    }
    for (name, span) in doubted.iter().filter(|(name, _)| draft.entity(name).is_none()) {
        let text = format!(
            "{} is not kept as a record: the rules were not sure, and the model did not name it",
            lemma::with_article(&name.replace('_', " "))
        );
        notes.push((format!("/entity/{name}"), text, evidence::LEFT_OUT, Some(*span), "a record of its own"));
    }
    for (what, text, why, span, otherwise) in notes {
        draft.note(what, text, why, span, &[otherwise]);
    }
}
