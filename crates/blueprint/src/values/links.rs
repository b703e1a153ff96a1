//! The ids of a many-to-many reference: a JSON array, each in the grammar of its row, none twice.

use serde_json::Value;

use super::{Complaint, name, numbers, text};
use crate::model::{IdKind, Link, Literal};

/// Ids of one set in a body. A row may have more, for those whom the writer cannot see are not his to list.
pub const MAX_LINKS: usize = 100;

/// A complaint about a set of ids, and about which of them, if it is about one.
pub type LinkComplaint = (Option<usize>, Complaint);

impl Link {
    /// Reads a set of ids from a body: none twice, in the order given.
    ///
    /// # Errors
    /// What is wrong with the set, or else the first thing that is wrong with each id.
    pub fn read(&self, json: &Value) -> Result<Vec<Literal>, Vec<LinkComplaint>> {
        let whole = |code, detail: String| Err(vec![(None, Complaint { code, detail })]);
        let Value::Array(items) = json else {
            return match json {
                Value::Null => whole("required", "cannot be null; [] is none".to_owned()),
                other => whole("type", format!("must be a list of ids, not {}", name(other))),
            };
        };
        if items.len() > MAX_LINKS {
            return whole("max_items", format!("must have at most {MAX_LINKS} ids"));
        }
        if items.is_empty() && self.required {
            return whole("min_items", "must have at least one id".to_owned());
        }
        self.ids(items)
    }

    /// Reads one id from a query string.
    ///
    /// # Errors
    /// It is no id of such a row.
    pub fn read_text(&self, text: &str) -> Result<Literal, Complaint> {
        match self.id {
            IdKind::Integer => numbers::id_text(text),
            IdKind::Uuid => text::uuid(text),
        }
    }

    fn ids(&self, items: &[Value]) -> Result<Vec<Literal>, Vec<LinkComplaint>> {
        let mut ids: Vec<Literal> = Vec::with_capacity(items.len());
        let mut complaints = Vec::new();
        for (place, item) in items.iter().enumerate() {
            match self.id.read(item) {
                Ok(id) if ids.contains(&id) => {
                    let detail = "stands there twice".to_owned();
                    complaints.push((Some(place), Complaint { code: "duplicate", detail }));
                }
                Ok(id) => ids.push(id),
                Err(complaint) => complaints.push((Some(place), complaint)),
            }
        }
        if complaints.is_empty() { Ok(ids) } else { Err(complaints) }
    }
}

impl IdKind {
    /// Reads the id of a row from a body.
    ///
    /// # Errors
    /// It is no id of such a row.
    pub fn read(self, json: &Value) -> Result<Literal, Complaint> {
        match self {
            IdKind::Integer => numbers::id(json),
            IdKind::Uuid => text::uuid(super::string(json)?),
        }
    }
}
