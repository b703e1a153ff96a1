//! Whether a record can be an account, and which.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use blueprint::{Blueprint, Field, Literal, Unique};
use serde_json::Value as Json;

use super::file::Record;
use super::{Account, Problem};
use crate::auth::{caller_fields, credentials, imported};

/// The columns besides those of user fields.
const OWN: [&str; 4] = ["email", "hash", "roles", "verified"];

/// The accounts of records, unless something is wrong with any of them, or was before.
pub(super) fn accounts(
    blueprint: &Blueprint,
    records: Vec<Record>,
    problems: Vec<Problem>,
) -> Result<Vec<Account>, Vec<Problem>> {
    let mut check =
        Check { blueprint, problems, emails: HashMap::new(), unique: HashMap::new(), unknown: HashMap::new() };
    let accounts: Vec<Account> = records.iter().map(|record| check.account(record)).collect();
    let unknown = check.unknown.drain().map(|(name, line)| not_a_column(blueprint, &name, line));
    let mut problems: Vec<Problem> = check.problems.into_iter().chain(unknown).collect();
    problems.sort_by(|one, other| (one.line, &one.column).cmp(&(other.line, &other.column)));
    if problems.is_empty() { Ok(accounts) } else { Err(problems) }
}

struct Check<'b> {
    blueprint: &'b Blueprint,
    problems: Vec<Problem>,
    /// In which line an address stands.
    emails: HashMap<String, usize>,
    /// In which line a value stands that must be unique, by its field.
    unique: HashMap<(usize, String), usize>,
    /// Names that are no column, and where they are met first.
    unknown: HashMap<String, usize>,
}

impl Check<'_> {
    fn account(&mut self, record: &Record) -> Account {
        let line = record.line;
        for name in record.cells.keys() {
            if !OWN.contains(&name.as_str()) && !self.blueprint.user_fields.iter().any(|field| is(field, name)) {
                self.unknown.entry(name.clone()).or_insert(line);
            }
        }
        let email = self.email(record);
        let hash = self.hash(record);
        let roles = self.roles(record);
        let verified = self.verified(record);
        let fields = (0..self.blueprint.user_fields.len()).map(|place| self.field(record, place)).collect();
        Account { line, email, hash, roles, verified, fields }
    }

    fn email(&mut self, record: &Record) -> String {
        let text = record.cells.get("email").and_then(Json::as_str).unwrap_or_default();
        let Some(email) = credentials::email(text) else {
            let detail = if record.cells.contains_key("email") { "is no e-mail address" } else { "is missing" };
            self.problem(record, "email", detail);
            return String::new();
        };
        match self.emails.entry(email.clone()) {
            Entry::Vacant(vacant) => drop(vacant.insert(record.line)),
            Entry::Occupied(first) => {
                let detail = format!("is the address of line {} too", first.get());
                self.problem(record, "email", detail);
            }
        }
        email
    }

    fn hash(&mut self, record: &Record) -> Option<(String, &'static str)> {
        let text = match record.cells.get("hash")? {
            Json::Null => return None,
            Json::String(text) if text.is_empty() => return None,
            Json::String(text) => text,
            _ => {
                self.problem(record, "hash", "is no text");
                return None;
            }
        };
        match imported::accept(text) {
            Ok(accepted) => Some((accepted.text, accepted.kind)),
            Err(unfit) => {
                self.problems.push(Problem::at(record.line, Some("hash"), unfit.detail).hint(unfit.hint));
                None
            }
        }
    }

    /// A list, or a text with several of them.
    fn roles(&mut self, record: &Record) -> Vec<String> {
        let words: Option<Vec<String>> = match record.cells.get("roles") {
            None | Some(Json::Null) => Some(Vec::new()),
            Some(Json::String(text)) => {
                let words = text.split([' ', ',', ';']).filter(|word| !word.is_empty());
                Some(words.map(str::to_owned).collect())
            }
            Some(Json::Array(items)) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            Some(_) => None,
        };
        let Some(words) = words else {
            self.problem(record, "roles", "is no list of roles");
            return Vec::new();
        };
        let declared = &self.blueprint.auth.roles;
        let mut roles: Vec<String> = Vec::new();
        for word in words {
            if !declared.contains(&word) {
                let detail = format!("has `{word}`; the blueprint has: {}", declared.join(", "));
                self.problem(record, "roles", detail);
            } else if !roles.contains(&word) {
                roles.push(word);
            }
        }
        roles
    }

    /// Nobody is believed to own an address because nothing is said of it.
    fn verified(&mut self, record: &Record) -> bool {
        let word = match record.cells.get("verified") {
            None | Some(Json::Null) => return false,
            Some(Json::Bool(truth)) => return *truth,
            Some(Json::String(text)) => text.trim().to_lowercase(),
            Some(other) => other.to_string(),
        };
        match word.as_str() {
            "true" | "t" | "yes" | "1" => true,
            "false" | "f" | "no" | "0" => false,
            _ => {
                self.problem(record, "verified", "must be true or false");
                false
            }
        }
    }

    fn field(&mut self, record: &Record, place: usize) -> Literal {
        let Some(field) = self.blueprint.user_fields.get(place) else { return Literal::Null };
        let given = record.cells.iter().find(|(name, _)| is(field, name)).map(|(_, json)| json);
        let json = match given {
            None | Some(Json::Null) if field.required && field.default.is_none() => {
                self.problem(record, &field.column, "is required");
                return Literal::Null;
            }
            None => return field.default.clone().unwrap_or(Literal::Null),
            Some(Json::String(text)) => caller_fields::json_of(field, text),
            Some(json) => json.clone(),
        };
        let literal = match field.read(&json) {
            Ok(literal) => literal,
            Err(complaint) => {
                self.problem(record, &field.column, complaint.detail);
                return Literal::Null;
            }
        };
        if field.unique != Unique::No && literal != Literal::Null {
            let value = (place, format!("{literal:?}"));
            if let Some(first) = self.unique.insert(value, record.line) {
                let detail = format!("is unique, and line {first} has the same value");
                self.problem(record, &field.column, detail);
            }
        }
        literal
    }

    fn problem(&mut self, record: &Record, column: &str, detail: impl Into<String>) {
        self.problems.push(Problem::at(record.line, Some(column), detail));
    }
}

fn is(field: &Field, name: &str) -> bool {
    field.name == name || field.column == name
}

fn not_a_column(blueprint: &Blueprint, name: &str, line: usize) -> Problem {
    let problem = Problem::at(line, Some(name), "is no column of accounts");
    if name == "password" {
        return problem.hint("plain passwords are not imported; `hash` is what the other system kept of them");
    }
    let fields = blueprint.user_fields.iter().map(|field| field.column.as_str());
    let known: Vec<&str> = OWN.into_iter().chain(fields).collect();
    let nearest = blueprint::nearest(name, known.iter().copied());
    problem.hint(match nearest {
        Some(nearest) => format!("perhaps you meant `{nearest}`"),
        None => format!("leave it out; there are: {}", known.join(", ")),
    })
}
