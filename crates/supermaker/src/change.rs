//! What a change says of one field that may be null: nothing, that it is cleared, or its new value (RFC 7396).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a change. A struct marks it `#[serde(default, skip_serializing_if = "Change::is_keep")]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Absent: it stays as it is.
    #[default]
    Keep,
    /// Null: it is cleared.
    Clear,
    /// A value: it becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// Whether it stays as it is.
    pub fn is_keep(&self) -> bool {
        matches!(self, Change::Keep)
    }

    /// The new value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Change::Set(value) => Some(value),
            Change::Keep | Change::Clear => None,
        }
    }
}

/// `None` clears.
impl<T> From<Option<T>> for Change<T> {
    fn from(value: Option<T>) -> Change<T> {
        value.map_or(Change::Clear, Change::Set)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Change<T>, D::Error> {
        Option::<T>::deserialize(reader).map(Change::from)
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(writer)
    }
}

impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Changes {
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        note: Change<String>,
    }

    #[test]
    fn absent_and_null_are_two_things_there_and_back() {
        for (json, change) in [
            ("{}", Change::Keep),
            (r#"{"note":null}"#, Change::Clear),
            (r#"{"note":"x"}"#, Change::Set("x".to_owned())),
        ] {
            let read: Changes = serde_json::from_str(json).unwrap();
            assert_eq!(read, Changes { note: change });
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }
}
