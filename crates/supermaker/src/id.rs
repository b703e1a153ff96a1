//! The id of a row, typed by its entity, so that the id of a task is not taken for that of a client.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use blueprint::IdKind;
use http::request::Parts;
use query::RecordId;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::extract::visit;
use crate::records::entity;
use crate::{Error, Record};

/// The id of a row of `T`. In a handler it is the `{id}` of the path (or `{task_id}`, of a task); anything that is no id
/// has been answered with 404 before.
pub struct Id<T>(RecordId, PhantomData<fn() -> T>);

impl<T> Id<T> {
    pub(crate) fn record(&self) -> &RecordId {
        &self.0
    }
}

impl<T: Record, S: Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Id<T>, Error> {
        let visit = visit(&parts.extensions)?;
        let named = visit.named(entity::<T>(visit)?);
        let missing = || Error::internal(format!("the path names no {}; write {{id}} in the route", T::ENTITY));
        named.map(|id| Id(id.clone(), PhantomData)).ok_or_else(missing)
    }
}

impl<T> From<i64> for Id<T> {
    fn from(id: i64) -> Id<T> {
        Id(RecordId::Integer(id), PhantomData)
    }
}

impl<T> From<&Id<T>> for Id<T> {
    fn from(id: &Id<T>) -> Id<T> {
        id.clone()
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Id<T> {
        Id(self.0.clone(), PhantomData)
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Id<T>) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_string().hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            RecordId::Integer(number) => writer.serialize_i64(*number),
            RecordId::Uuid(text) => writer.serialize_str(text),
        }
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Id<T>, D::Error> {
        reader.deserialize_any(Reader).map(|id| Id(id, PhantomData))
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = RecordId;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the id of a row")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<RecordId, E> {
        if number > 0 { Ok(RecordId::Integer(number)) } else { Err(E::custom("ids are positive")) }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<RecordId, E> {
        i64::try_from(number).map_err(E::custom).and_then(|number| self.visit_i64(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<RecordId, E> {
        RecordId::parse(text, IdKind::Uuid).ok_or_else(|| E::custom("is not a UUID"))
    }
}

impl<T: Record> JsonSchema for Id<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}Id", T::ENTITY).into()
    }

    /// Which of the two the blueprint knows; models are checked against it, not made from it.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": format!("The id of a {}.", T::ENTITY), "type": ["integer", "string"] })
    }
}
