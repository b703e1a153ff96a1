//! Which rows an answer shows of entities whose reads are audited: those that were asked for by what the store gathered of
//! them, which `fields` cannot leave out; those that they are expanded by from the answer itself, where each has its id.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use blueprint::{Blueprint, EntityIndex};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use work::{Answer, Value};

use crate::representation::{Expansion, Representation};
use crate::request::RecordId;
use crate::{Plan, Request};

/// Why it cannot be told what an answer shows.
#[derive(Debug)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "what an answer shows cannot be told: {}", self.0)
    }
}

/// Ids by entity.
pub(super) type Shown = BTreeMap<EntityIndex, BTreeSet<RecordId>>;

pub(super) fn shown(
    blueprint: &Blueprint,
    plan: &Plan,
    representation: &Representation,
    answer: &Answer,
) -> Result<Shown, Unreadable> {
    let mut shown = Shown::new();
    if answer.rows == 0 {
        return Ok(shown);
    }
    let entity = blueprint.entity(plan.entity);
    if entity.audit_reads {
        let ids: BTreeSet<RecordId> = match &plan.request {
            Request::Read { id, .. } => BTreeSet::from([id.clone()]),
            _ => answer.ids.iter().filter_map(record_id).collect(),
        };
        if matches!(plan.request, Request::List(_)) && answer.ids.len() != answer.rows {
            return Err(Unreadable(format!("{} ids of {} rows", answer.ids.len(), answer.rows)));
        }
        shown.insert(plan.entity, ids);
    }
    let beyond = |expansion: &Expansion| {
        let target = expansion.reference.entity(entity);
        target.is_some_and(|target| super::shows_audited(blueprint, blueprint.entity(target), &expansion.expand))
    };
    if representation.expand.iter().any(beyond) {
        let rows =
            Rows { blueprint, entity: plan.entity, expand: &representation.expand, is_added: false, shown: &mut shown };
        let mut json = serde_json::Deserializer::from_slice(&answer.body);
        rows.deserialize(&mut json).map_err(|error| Unreadable(error.to_string()))?;
    }
    Ok(shown)
}

fn record_id(value: &Value) -> Option<RecordId> {
    match value {
        Value::Integer(number) => Some(RecordId::Integer(*number)),
        Value::Uuid(text) => Some(RecordId::Uuid(text.clone())),
        _ => None,
    }
}

/// A row or rows in the answer, of which all is passed over but ids and what they are expanded by.
struct Rows<'a> {
    blueprint: &'a Blueprint,
    entity: EntityIndex,
    expand: &'a [Expansion],
    /// They are there because others are expanded by them.
    is_added: bool,
    shown: &'a mut Shown,
}

impl Rows<'_> {
    /// The same once more.
    fn again(&mut self) -> Rows<'_> {
        Rows { shown: &mut *self.shown, ..*self }
    }
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a row, rows or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(self.again())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut row: A) -> Result<(), A::Error> {
        let entity = self.blueprint.entity(self.entity);
        while let Some(Key(key)) = row.next_key()? {
            let expansion = self.expand.iter().find(|expansion| expansion.reference.name(entity) == key);
            let beyond = expansion.and_then(|expansion| Some((expansion.reference.entity(entity)?, expansion)));
            if let Some((entity, expansion)) = beyond {
                let again = self.again();
                row.next_value_seed(Rows { entity, expand: &expansion.expand, is_added: true, ..again })?;
            } else if key == "id" && self.is_added && entity.audit_reads {
                let Id(id) = row.next_value()?;
                self.shown.entry(self.entity).or_default().insert(id);
            } else {
                row.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Id(RecordId);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Id, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Integer(i64),
            Uuid(String),
        }
        Ok(Id(match Either::deserialize(json)? {
            Either::Integer(number) => RecordId::Integer(number),
            Either::Uuid(text) => RecordId::Uuid(text),
        }))
    }
}
