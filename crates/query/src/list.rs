//! What a list is asked for: `limit`, `cursor`, `sort`, `count`, `fields`, `expand`, and filters. Anything else is refused by name.

use blueprint::Blueprint;

use crate::View;
use crate::attribute::Attribute;
use crate::filter::{self, Filter};
use crate::parent::Parent;
use crate::reference::{Path, Purpose, Reference, not_found};
use crate::representation::Representation;
use crate::request::Bad;
use crate::search;

/// Rows of a page when the caller does not say.
pub const DEFAULT_LIMIT: usize = 20;
/// Rows of a page at most.
pub const MAX_LIMIT: usize = 100;
/// Filter terms of a list at most.
pub const MAX_FILTERS: usize = 20;

/// A page of rows, as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The row that all of them refer to, where the list stands under one.
    pub parent: Option<Parent>,
    /// Conditions that all hold.
    pub filters: Vec<Filter>,
    /// Words that must each begin some word of the row.
    pub search: Vec<String>,
    /// The order; the id is always the last tie-break and is not listed here unless it was asked for.
    pub sort: Vec<Sort>,
    /// Rows at most.
    pub limit: usize,
    /// Where the page before ended, still sealed.
    pub cursor: Option<String>,
    /// Whether the total is asked for.
    pub count: bool,
    /// What is shown of each row.
    pub representation: Representation,
    /// The filters and the sort as text, the same for the same meaning: what a cursor is bound to.
    pub fingerprint: String,
}

/// One key of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// What is sorted by.
    pub path: Path,
    /// Greatest first.
    pub descending: bool,
}

impl List {
    /// Reads the decoded parameters of a query string.
    ///
    /// # Errors
    /// The first parameter that is unknown, repeated or not valid.
    pub fn parse(blueprint: &Blueprint, view: &View, parameters: &[(String, String)]) -> Result<List, Bad> {
        let mut list = List {
            parent: None,
            filters: Vec::new(),
            search: Vec::new(),
            sort: Vec::new(),
            limit: DEFAULT_LIMIT,
            cursor: None,
            count: false,
            representation: Representation::default(),
            fingerprint: String::new(),
        };
        for (place, (name, text)) in parameters.iter().enumerate() {
            if parameters[..place].iter().any(|(before, _)| before == name) {
                return Err(Bad::parameter(name, "repeated", "is given twice"));
            }
            list.read(blueprint, view, name, text)?;
        }
        if list.filters.len() > MAX_FILTERS {
            return Err(Bad { parameter: None, code: "limit", detail: format!("at most {MAX_FILTERS} filters") });
        }
        list.fingerprint = fingerprint(parameters);
        Ok(list)
    }

    fn read(&mut self, blueprint: &Blueprint, view: &View, name: &str, text: &str) -> Result<(), Bad> {
        if self.representation.read(blueprint, view, name, text)? {
            return Ok(());
        }
        match name {
            "limit" => self.limit = limit(text)?,
            "cursor" => self.cursor = Some(text.to_owned()),
            "sort" => self.sort = sort(blueprint, view, text)?,
            "q" if !search::fields(view).is_empty() => self.search = search::words(text)?,
            "q" => {
                let told = "is not a parameter: no field here is searched; mark one `search = true` in the blueprint";
                return Err(Bad::parameter(name, "unknown", told));
            }
            "count" if text == "exact" => self.count = true,
            "count" => return Err(Bad::parameter(name, "value", "wants `exact`")),
            "page" | "offset" | "skip" => {
                return Err(Bad::parameter(
                    name,
                    "unknown",
                    "is not a parameter; follow `next_cursor` with `cursor=…`",
                ));
            }
            _ => {
                let (path, operator) = split(name);
                let found = Path::find(blueprint, view, path, Purpose::Filter);
                let why = || not_found(blueprint, view, path, Purpose::Filter);
                let path = found.ok_or_else(|| Bad::parameter(name, "unknown", why()))?;
                self.filters.push(filter::read(blueprint, view.entity, name, path, operator, text)?);
            }
        }
        Ok(())
    }
}

fn limit(text: &str) -> Result<usize, Bad> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>() {
        Ok(limit) if digits && (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(Bad::parameter("limit", "value", format!("wants a whole number from 1 to {MAX_LIMIT}"))),
    }
}

fn sort(blueprint: &Blueprint, view: &View, text: &str) -> Result<Vec<Sort>, Bad> {
    let mut keys: Vec<Sort> = Vec::new();
    for word in text.split(',') {
        let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
        let path = Path::find(blueprint, view, name, Purpose::Sort).ok_or_else(|| {
            let detail = match Path::find(blueprint, view, name, Purpose::Filter) {
                Some(Path { via: Some(Reference::Link(_)), .. }) | None => {
                    not_found(blueprint, view, name, Purpose::Sort)
                }
                Some(Path { attribute: Attribute::Link(_), .. }) => "is a set of ids, which has no order".to_owned(),
                Some(_) => "has no index; mark it `index = true` in the blueprint to sort by it".to_owned(),
            };
            Bad::parameter("sort", "value", format!("`{name}` {detail}"))
        })?;
        if keys.iter().any(|key| key.path == path) {
            return Err(Bad::parameter("sort", "repeated", format!("names `{name}` twice")));
        }
        keys.push(Sort { path, descending });
    }
    Ok(keys)
}

/// `due_at[gte]` is `due_at` and `gte`; `status` is `status` and `eq`.
fn split(name: &str) -> (&str, &str) {
    let bracketed = name.strip_suffix(']').and_then(|rest| rest.split_once('['));
    bracketed.unwrap_or((name, "eq"))
}

/// The order of filters means nothing; that of sort keys does, and stays inside its one parameter.
fn fingerprint(parameters: &[(String, String)]) -> String {
    let bound = |name: &str| !matches!(name, "limit" | "cursor" | "count" | "fields" | "expand");
    let mut terms: Vec<_> = parameters.iter().filter(|(name, _)| bound(name)).collect();
    terms.sort();
    // A length before each text keeps two lists of terms from reading the same.
    terms.iter().map(|(name, text)| format!("{}:{name}{}:{text}", name.len(), text.len())).collect()
}
