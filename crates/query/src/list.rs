//! What a list is asked for: `limit`, `cursor`, `sort`, `count`, `fields`, and filters. Anything else is refused by name.

use crate::View;
use crate::attribute::Attribute;
use crate::filter::{self, Filter};
use crate::request::Bad;

/// Rows of a page when the caller does not say.
pub const DEFAULT_LIMIT: usize = 20;
/// Rows of a page at most.
pub const MAX_LIMIT: usize = 100;
/// Filter terms of a list at most.
pub const MAX_FILTERS: usize = 20;

const WORDS: [&str; 5] = ["limit", "cursor", "sort", "count", "fields"];

/// A page of rows, as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Conditions that all hold.
    pub filters: Vec<Filter>,
    /// The order; the id is always the last tie-break and is not listed here unless it was asked for.
    pub sort: Vec<Sort>,
    /// Rows at most.
    pub limit: usize,
    /// Where the page before ended, still sealed.
    pub cursor: Option<String>,
    /// Whether the total is asked for.
    pub count: bool,
    /// Which attributes are shown; `None` shows all.
    pub fields: Option<Vec<Attribute>>,
    /// The filters and the sort as text, the same for the same meaning: what a cursor is bound to.
    pub fingerprint: String,
}

/// One key of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// What is sorted by.
    pub attribute: Attribute,
    /// Greatest first.
    pub descending: bool,
}

impl List {
    /// Reads the decoded parameters of a query string.
    ///
    /// # Errors
    /// The first parameter that is unknown, repeated or not valid.
    pub fn parse(view: &View, parameters: &[(String, String)]) -> Result<List, Bad> {
        let mut list = List {
            filters: Vec::new(),
            sort: Vec::new(),
            limit: DEFAULT_LIMIT,
            cursor: None,
            count: false,
            fields: None,
            fingerprint: String::new(),
        };
        for (place, (name, text)) in parameters.iter().enumerate() {
            if parameters[..place].iter().any(|(before, _)| before == name) {
                return Err(Bad::parameter(name, "repeated", "is given twice"));
            }
            list.read(view, name, text)?;
        }
        if list.filters.len() > MAX_FILTERS {
            return Err(Bad { parameter: None, code: "limit", detail: format!("at most {MAX_FILTERS} filters") });
        }
        list.fingerprint = fingerprint(parameters);
        Ok(list)
    }

    fn read(&mut self, view: &View, name: &str, text: &str) -> Result<(), Bad> {
        match name {
            "limit" => self.limit = limit(text)?,
            "cursor" => self.cursor = Some(text.to_owned()),
            "sort" => self.sort = sort(view, text)?,
            "count" if text == "exact" => self.count = true,
            "count" => return Err(Bad::parameter(name, "value", "wants `exact`")),
            "fields" => self.fields = Some(fields(view, text)?),
            "page" | "offset" | "skip" => {
                return Err(Bad::parameter(
                    name,
                    "unknown",
                    "is not a parameter; follow `next_cursor` with `cursor=…`",
                ));
            }
            _ => {
                let (column, operator) = split(name);
                let attribute = view.find(column).ok_or_else(|| unknown(view, name, column))?;
                self.filters.push(filter::read(view.entity, name, attribute, operator, text)?);
            }
        }
        Ok(())
    }
}

/// Reads `fields=id,name`.
///
/// # Errors
/// A name that is not a visible attribute, or stands there twice.
pub fn fields(view: &View, text: &str) -> Result<Vec<Attribute>, Bad> {
    let entity = view.entity;
    let mut found: Vec<Attribute> = Vec::new();
    for name in text.split(',') {
        let attribute = view.find(name).ok_or_else(|| {
            let visible = view.visible();
            let names = visible.iter().map(|attribute| attribute.column(entity));
            let detail = perhaps(format!("`{name}` is not a field of {}", entity.name), name, names);
            Bad::parameter("fields", "value", detail)
        })?;
        if found.contains(&attribute) {
            return Err(Bad::parameter("fields", "repeated", format!("names `{name}` twice")));
        }
        found.push(attribute);
    }
    Ok(found)
}

fn limit(text: &str) -> Result<usize, Bad> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<usize>() {
        Ok(limit) if digits && (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(Bad::parameter("limit", "value", format!("wants a whole number from 1 to {MAX_LIMIT}"))),
    }
}

fn sort(view: &View, text: &str) -> Result<Vec<Sort>, Bad> {
    let (entity, sortable) = (view.entity, view.sortable());
    let mut keys: Vec<Sort> = Vec::new();
    for word in text.split(',') {
        let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
        let found = sortable.iter().find(|attribute| attribute.column(entity) == name);
        let Some(attribute) = found else {
            let detail = match view.find(name) {
                Some(_) => format!("`{name}` has no index; mark it `index = true` in the blueprint to sort by it"),
                None => {
                    let names = sortable.iter().map(|attribute| attribute.column(entity));
                    perhaps(format!("`{name}` is nothing to sort by"), name, names)
                }
            };
            return Err(Bad::parameter("sort", "value", detail));
        };
        if keys.iter().any(|key| key.attribute == *attribute) {
            return Err(Bad::parameter("sort", "repeated", format!("names `{name}` twice")));
        }
        keys.push(Sort { attribute: *attribute, descending });
    }
    Ok(keys)
}

/// `due_at[gte]` is `due_at` and `gte`; `status` is `status` and `eq`.
fn split(name: &str) -> (&str, &str) {
    let bracketed = name.strip_suffix(']').and_then(|rest| rest.split_once('['));
    bracketed.unwrap_or((name, "eq"))
}

fn unknown(view: &View, name: &str, column: &str) -> Bad {
    let attributes = view.visible();
    let names = attributes.iter().map(|attribute| attribute.column(view.entity)).chain(WORDS);
    Bad::parameter(name, "unknown", perhaps("is not a parameter".to_owned(), column, names))
}

fn perhaps<'a>(detail: String, word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match blueprint::nearest(word, names) {
        Some(near) => format!("{detail}; perhaps you meant `{near}`"),
        None => detail,
    }
}

/// The order of filters means nothing; that of sort keys does, and stays inside its one parameter.
fn fingerprint(parameters: &[(String, String)]) -> String {
    let bound = |name: &str| !matches!(name, "limit" | "cursor" | "count" | "fields");
    let mut terms: Vec<_> = parameters.iter().filter(|(name, _)| bound(name)).collect();
    terms.sort();
    // A length before each text keeps two lists of terms from reading the same.
    terms.iter().map(|(name, text)| format!("{}:{name}{}:{text}", name.len(), text.len())).collect()
}
