//! Accounts of another system, with the password hashes that it made: all of a file or nothing of it.
//!
//! First everything is read and checked, and whatever is wrong is told at once; then the accounts are made, some hundred in a
//! transaction. One whose address has an account is left as it is, so that the same file can be imported again.

mod check;
mod file;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

use blueprint::{Blueprint, Literal, Unique};
use query::attribute;
use serde::Serialize;
use store::{Store, StoreError};
use work::{Column, Kind, Outcome, Refusal, Shape, Statement, Step};

pub use file::Format;

use super::sql::{self, By};

/// Accounts of one transaction, and addresses that are looked for at once.
const AT_ONCE: usize = 100;
/// That there ever were hashes of other systems: see `decoys.rs`.
pub(super) const MARK: &str = "imported_hashes";

/// Something that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where, from 1 on.
    pub line: usize,
    /// The column, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong. Never holds what stands for a hash, which may be a password.
    pub detail: String,
    /// What to try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    fn at(line: usize, column: Option<&str>, detail: impl Into<String>) -> Problem {
        Problem { line, column: column.map(str::to_owned), detail: detail.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Problem {
        Problem { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.column.as_ref().map_or_else(String::new, |column| format!("`{column}` "));
        write!(out, "{}: {column}{}", self.line, self.detail)
    }
}

/// A file that was read and in which nothing is wrong.
pub struct Import {
    accounts: Vec<Account>,
}

/// An account to be made.
struct Account {
    line: usize,
    email: String,
    /// As it is stored, and what people call it.
    hash: Option<(String, &'static str)>,
    roles: Vec<String>,
    verified: bool,
    fields: Vec<Literal>,
}

/// What came of it, or would.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// How many accounts were made.
    pub imported: usize,
    /// The addresses that had one already; those were left as they are.
    pub already: Vec<String>,
    /// How many of the new ones have a password, by what hashed it.
    pub hashes: BTreeMap<&'static str, usize>,
    /// How many of the new ones have none: they can only reset it.
    pub without_password: usize,
    /// How many of the new ones have an address of which nobody said that it is verified.
    pub unverified: usize,
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum ImportError {
    /// What is wrong with the file, or with it and what is there already.
    Problems(Vec<Problem>),
    /// Somebody got a value meanwhile that must be unique: so many accounts were made, and of the next ones none.
    Meanwhile(usize, Problem),
    /// The database. What was said to be imported until then is.
    Store(StoreError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> ImportError {
        ImportError::Store(error)
    }
}

/// Reads a file and checks all of it that can be checked without a database.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(blueprint: &Blueprint, text: &str, format: Format) -> Result<Import, Vec<Problem>> {
    let (records, problems) = file::records(text, format);
    check::accounts(blueprint, records, problems).map(|accounts| Import { accounts })
}

impl Import {
    /// How many accounts the file has.
    pub fn len(&self) -> usize {
        self.accounts.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Makes those of its accounts that are not there; `make` says whether, or only what would be done. `told` hears how many were
    /// looked at. Blocks the thread.
    ///
    /// # Errors
    /// What clashes with accounts that are there, in which case none was made; or the database.
    pub fn run(
        &self,
        store: &Store,
        blueprint: &Blueprint,
        make: bool,
        told: &mut impl FnMut(usize),
    ) -> Result<Imported, ImportError> {
        let mut done = Imported::default();
        let there = self.there(store)?;
        let (old, new): (Vec<&Account>, Vec<&Account>) =
            self.accounts.iter().partition(|account| there.contains(&account.email));
        done.already = old.iter().map(|account| account.email.clone()).collect();
        let problems = clashes(store, blueprint, &new)?;
        if !problems.is_empty() {
            return Err(ImportError::Problems(problems));
        }
        for accounts in new.chunks(AT_ONCE) {
            if make {
                insert(store, blueprint, accounts, done.imported)?;
            }
            accounts.iter().for_each(|account| done.count(account));
            told(done.imported);
        }
        Ok(done)
    }

    /// The addresses of the file that have an account.
    fn there(&self, store: &Store) -> Result<HashSet<String>, StoreError> {
        let mut there = HashSet::new();
        for accounts in self.accounts.chunks(AT_ONCE) {
            let places: Vec<String> = (1..=accounts.len()).map(|place| format!("?{place}")).collect();
            let sql = format!(
                "SELECT \"email\" FROM \"users\" WHERE \"iss\" = 'own' AND \"email\" IN ({}) ORDER BY \"email\"",
                places.join(", ")
            );
            let params = accounts.iter().map(|account| sql::text(&account.email)).collect();
            let shape = Arc::new(Shape { columns: vec![Column::new("email", Kind::Text)], captured: Vec::new() });
            let step = Step::Page { statement: Statement::new(sql, params), shape, limit: AT_ONCE };
            let Outcome::Done(answer) = store.run_blocking(sql::scan(store, step))? else { continue };
            let rows: Vec<BTreeMap<String, String>> = serde_json::from_slice(&answer.body).unwrap_or_default();
            there.extend(rows.into_iter().flat_map(BTreeMap::into_values));
        }
        Ok(there)
    }
}

impl Imported {
    fn count(&mut self, account: &Account) {
        self.imported += 1;
        match &account.hash {
            Some((_, kind)) => *self.hashes.entry(kind).or_default() += 1,
            None => self.without_password += 1,
        }
        self.unverified += usize::from(!account.verified);
    }
}

fn insert(store: &Store, blueprint: &Blueprint, accounts: &[&Account], made: usize) -> Result<(), ImportError> {
    let at = crate::clock::now();
    let mut steps = Vec::new();
    for account in accounts {
        let id = uuid::Uuid::now_v7().to_string();
        let user = sql::NewUser {
            id: &id,
            iss: "own",
            sub: &id,
            email: Some(&account.email),
            roles: &account.roles,
            password_hash: account.hash.as_ref().map(|(hash, _)| hash.as_str()),
            verified: account.verified,
            fields: &account.fields,
        };
        steps.extend(user.insert(blueprint, By::operator(&at), "user.import"));
    }
    let mark = "INSERT INTO \"_state\" (\"name\", \"value\") VALUES (?1, 1) ON CONFLICT (\"name\") DO NOTHING";
    steps.push(sql::run(mark, vec![sql::text(MARK)]));
    match store.run_blocking(sql::write(store, steps))? {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(refusal) => {
            let column = match &refusal {
                Refusal::Unique { index } => Some(index.as_str()),
                _ => None,
            };
            let line = accounts.first().map_or(0, |account| account.line);
            let problem = Problem::at(line, column, "or that of a line below is another user's since a moment ago");
            Err(ImportError::Meanwhile(made, problem))
        }
    }
}

/// Values of the new accounts that must be unique and that another user has.
fn clashes(store: &Store, blueprint: &Blueprint, accounts: &[&Account]) -> Result<Vec<Problem>, StoreError> {
    let mut problems = Vec::new();
    for (place, field) in blueprint.user_fields.iter().enumerate().filter(|(_, field)| field.unique != Unique::No) {
        let sql = format!("SELECT 1 FROM \"users\" WHERE \"{}\" = ?1", field.column);
        for account in accounts {
            let Some(literal) = account.fields.get(place).filter(|literal| **literal != Literal::Null) else {
                continue;
            };
            let value = attribute::value(literal, attribute::field_kind(field), &crate::clock::now());
            let step = Step::Require { statement: Statement::new(sql.clone(), vec![value]), none: sql::not_found() };
            if let Outcome::Done(_) = store.run_blocking(sql::read(store, step))? {
                problems.push(Problem::at(
                    account.line,
                    Some(&field.column),
                    "is unique, and another user has this value",
                ));
            }
        }
    }
    problems.sort_by_key(|problem| problem.line);
    Ok(problems)
}
