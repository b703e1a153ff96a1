//! What a caller asks, in our words: parsed and valid, but not yet allowed.

use blueprint::{Complaint, Literal};

use crate::attribute::Attribute;
use crate::list::List;
use crate::representation::Representation;

/// One request, about one entity.
#[derive(Debug, Clone)]
pub enum Request {
    /// A page of rows.
    List(List),
    /// One row.
    Read {
        /// Which.
        id: RecordId,
        /// What is shown of it.
        representation: Representation,
    },
    /// A new row.
    Create {
        /// The id of an entity whose ids are UUIDs; the database makes integers.
        id: Option<RecordId>,
        /// The values that were given.
        values: Values,
    },
    /// PATCH, and PUT as all writable fields at once.
    Update {
        /// Which row.
        id: RecordId,
        /// The fields that change.
        changes: Values,
        /// The version that the caller expects.
        if_match: IfMatch,
    },
    /// DELETE.
    Delete {
        /// Which row.
        id: RecordId,
        /// The version that the caller expects.
        if_match: IfMatch,
    },
    /// Back from the trash.
    Restore {
        /// Which row.
        id: RecordId,
        /// The version that the caller expects.
        if_match: IfMatch,
    },
    /// An action that is code.
    Call {
        /// Which row.
        id: RecordId,
        /// Its place in the entity's actions.
        action: usize,
        /// The version that the caller expects.
        if_match: IfMatch,
    },
    /// What the code of an action changes: by the right of the action, under its guard, and told by its name.
    Perform {
        /// Which row.
        id: RecordId,
        /// Its place in the entity's actions.
        action: usize,
        /// The fields that change.
        changes: Values,
        /// The version that the caller expects.
        if_match: IfMatch,
    },
    /// Any other action.
    Act {
        /// Which row.
        id: RecordId,
        /// Its place in the entity's actions.
        action: usize,
        /// The version that the caller expects.
        if_match: IfMatch,
    },
}

impl Request {
    /// What it does to which row, as one text.
    pub fn deed(&self) -> String {
        let verb = match self {
            Request::List(_) | Request::Read { .. } => "read".to_owned(),
            Request::Create { .. } => "create".to_owned(),
            Request::Update { .. } => "update".to_owned(),
            Request::Delete { .. } => "delete".to_owned(),
            Request::Restore { .. } => "restore".to_owned(),
            Request::Call { action, .. } | Request::Perform { action, .. } | Request::Act { action, .. } => {
                format!("action {action}")
            }
        };
        self.changed().map_or(verb.clone(), |id| format!("{verb} {id}"))
    }

    /// The row that it changes, if it is one that is there already.
    pub fn changed(&self) -> Option<&RecordId> {
        match self {
            Request::Update { id, .. }
            | Request::Delete { id, .. }
            | Request::Restore { id, .. }
            | Request::Act { id, .. }
            | Request::Perform { id, .. }
            | Request::Call { id, .. } => Some(id),
            Request::List(_) | Request::Read { .. } | Request::Create { .. } => None,
        }
    }
}

/// What a body gives a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    /// Places in the entity's fields, each with its value.
    pub fields: Vec<(usize, Literal)>,
    /// Places in the entity's links, each with the ids that it is to hold, in the order given, none twice.
    pub links: Vec<(usize, Vec<Literal>)>,
}

impl Values {
    /// What it gives a value.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute> {
        let fields = self.fields.iter().map(|(place, _)| Attribute::Field(*place));
        fields.chain(self.links.iter().map(|(place, _)| Attribute::Link(*place)))
    }
}

impl From<Vec<(usize, Literal)>> for Values {
    /// Fields alone.
    fn from(fields: Vec<(usize, Literal)>) -> Values {
        Values { fields, links: Vec::new() }
    }
}

/// The id of a row, in its own grammar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordId {
    /// A positive integer.
    Integer(i64),
    /// A UUID, lower case.
    Uuid(String),
}

/// What `If-Match` says (RFC 9110 §13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Nothing.
    Absent,
    /// Nothing, though the blueprint demands it.
    Missing,
    /// `*`: any version.
    Any,
    /// Any of these versions.
    Versions(Vec<i64>),
    /// Something that is no version of any row, such as a weak tag.
    Never,
}

impl IfMatch {
    /// Whether it asks for no version.
    pub(crate) fn is_for_any(&self) -> bool {
        matches!(self, IfMatch::Absent | IfMatch::Any)
    }

    /// The same where none is demanded: nobody can read the version of a row in the trash.
    #[must_use]
    pub fn if_given(self) -> IfMatch {
        if self == IfMatch::Missing { IfMatch::Absent } else { self }
    }
}

/// A request that cannot be answered as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// It cannot be parsed: 400.
    Bad(Bad),
    /// It can be parsed but is not valid: 422, all of it at once.
    Invalid(Vec<Invalid>),
}

/// Why a request cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The query parameter, if it is about one.
    pub parameter: Option<String>,
    /// Stable, for machines.
    pub code: &'static str,
    /// For people.
    pub detail: String,
}

/// One thing in a body that is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// JSON pointer into the body (RFC 6901).
    pub pointer: String,
    /// Stable, for machines.
    pub code: &'static str,
    /// For people.
    pub detail: String,
}

impl Bad {
    /// About a query parameter.
    pub fn parameter(name: &str, code: &'static str, detail: impl Into<String>) -> Bad {
        Bad { parameter: Some(name.to_owned()), code, detail: detail.into() }
    }
}

/// 2^53 − 1, as in bodies: no row has an id that some reader of JSON would take for another one.
const GREATEST_ID: i64 = (1 << 53) - 1;

impl RecordId {
    /// Reads an id in the grammar of its kind. `None` for anything else: such a row cannot exist.
    pub fn parse(text: &str, kind: blueprint::IdKind) -> Option<RecordId> {
        match kind {
            blueprint::IdKind::Integer => {
                let plain =
                    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
                let id = text.parse().ok().filter(|id| plain && *id <= GREATEST_ID);
                id.map(RecordId::Integer)
            }
            blueprint::IdKind::Uuid => {
                let id = (text.len() == 36).then(|| uuid::Uuid::try_parse(text).ok()).flatten()?;
                Some(RecordId::Uuid(id.to_string()))
            }
        }
    }

    /// Reads an id from a body.
    ///
    /// # Errors
    /// It is no id of such a row.
    pub fn read(json: &serde_json::Value, kind: blueprint::IdKind) -> Result<RecordId, Complaint> {
        match kind.read(json)? {
            Literal::Integer(number) => Ok(RecordId::Integer(number)),
            Literal::Text(text) => Ok(RecordId::Uuid(text)),
            _ => Err(Complaint { code: "type", detail: "must be the id of a row".to_owned() }),
        }
    }

    /// As a parameter.
    pub fn value(&self) -> work::Value {
        match self {
            RecordId::Integer(number) => work::Value::Integer(*number),
            RecordId::Uuid(text) => work::Value::Uuid(text.clone()),
        }
    }
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RecordId::Integer(number) => write!(out, "{number}"),
            RecordId::Uuid(text) => out.write_str(text),
        }
    }
}
