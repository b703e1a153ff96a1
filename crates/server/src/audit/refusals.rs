//! What signed-in callers were refused, and log-ins that failed: kept for the audit, but by the way. No request waits for it, and
//! a flood of refusals becomes a few rows that say how many there were.
//!
//! The first of a kind in ten seconds is a row; those after it are counted, and their number is a row when the time is over.
//! Strangers' refusals are in the log and the metrics alone.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use query::User;
use serde_json::json;
use store::{Store, StoreError};
use work::{Cost, Dialect, Kind as Type, Otherwise, Outcome, Refusal, Shape, Statement, Step, Value, Work};

use super::{mac, rows};
use crate::clock;
use crate::settings::Secret;

/// How long refusals of one kind are counted together.
const WINDOW_MS: i64 = 10_000;
/// New rows of one second at most.
const MAX_ROWS: usize = 32;
/// Kinds that are told apart at one time.
const MAX_KINDS: usize = 1024;
const MAX_ID_BYTES: usize = 64;
/// Of the mark of an address.
const MARK_BYTES: usize = 8;

/// Refusals that are not written yet.
pub(crate) struct Refusals {
    /// By which addresses of nobody are marked.
    key: [u8; 32],
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    rows: Vec<(Refused, u64)>,
    windows: HashMap<Kind, Window>,
    /// Those for which there was no place.
    lost: u64,
}

/// What is refused in the same way.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Kind {
    who: Option<(String, Option<String>)>,
    account: Option<String>,
    action: String,
    entity: Option<String>,
    code: &'static str,
}

struct Window {
    since_ms: i64,
    last: Refused,
    more: u64,
}

/// Somebody was refused something.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    /// Who; nobody, where a log-in failed.
    pub user: Option<Arc<User>>,
    /// The address that a log-in was for. It is looked up when this is written, lest the time of a log-in tell of an account, and
    /// where it is nobody's it is not kept.
    pub account: Option<String>,
    /// From where.
    pub ip: IpAddr,
    /// In which request.
    pub request_id: String,
    /// What he wanted to do.
    pub action: String,
    /// To what.
    pub entity: Option<String>,
    /// To which one.
    pub entity_id: Option<String>,
    /// Why, as the answer says it.
    pub code: &'static str,
}

impl Refused {
    fn kind(&self) -> Kind {
        let key = |user: &User| user.key.as_ref().map(|key| key.id.clone());
        Kind {
            who: self.user.as_ref().map(|user| (user.id.clone(), key(user))),
            account: self.account.clone(),
            action: self.action.clone(),
            entity: self.entity.clone(),
            code: self.code,
        }
    }
}

impl Refusals {
    pub(crate) fn new(secret: &Secret) -> Refusals {
        Refusals { key: crate::auth::derived(secret, "refused log-ins"), pending: Mutex::default() }
    }

    /// Keeps a refusal.
    pub(crate) fn note(&self, refused: Refused) {
        self.note_at(refused, now_ms());
    }

    fn note_at(&self, mut refused: Refused, now: i64) {
        refused.entity_id = refused.entity_id.filter(|id| id.len() <= MAX_ID_BYTES);
        let kind = refused.kind();
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = pending.windows.get_mut(&kind) {
            window.more += 1;
            window.last = refused;
        } else if pending.rows.len() >= MAX_ROWS || pending.windows.len() >= MAX_KINDS {
            pending.lost += 1;
        } else {
            pending.rows.push((refused.clone(), 0));
            pending.windows.insert(kind, Window { since_ms: now, last: refused, more: 0 });
        }
    }

    /// What is to be written: rows with how many more of the kind they stand for, and how many had no place.
    fn take(&self, now: i64, all: bool) -> (Vec<(Refused, u64)>, u64) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        // Far off is a clock that was set.
        let is_over = |window: &Window| all || !(0..WINDOW_MS).contains(&(now - window.since_ms));
        let over = pending.windows.extract_if(|_, window| is_over(window)).map(|(_, window)| window);
        let counted: Vec<(Refused, u64)> =
            over.filter(|window| window.more > 0).map(|window| (window.last, window.more)).collect();
        let mut rows = std::mem::take(&mut pending.rows);
        rows.extend(counted);
        (rows, std::mem::take(&mut pending.lost))
    }

    /// Writes what is due; with `all` also what is still being counted.
    ///
    /// # Errors
    /// The database: what was due is lost then, but for the log.
    pub(crate) async fn write(&self, store: &Store, all: bool) -> Result<(), StoreError> {
        let (rows, lost) = self.take(now_ms(), all);
        if rows.is_empty() && lost == 0 {
            return Ok(());
        }
        let (dialect, at) = (store.dialect(), clock::now());
        let mut steps = Vec::new();
        for (refused, more) in &rows {
            let account = match &refused.account {
                Some(email) => Some(self.account(store, email).await?),
                None => None,
            };
            steps.push(step(&dialect, row(&at, refused, account, *more)));
        }
        if lost > 0 {
            steps.push(step(&dialect, row_of_lost(&at, lost)));
        }
        store.run(Work::write(steps)).await.map(drop)
    }

    async fn account(&self, store: &Store, email: &str) -> Result<Account, StoreError> {
        let dialect = store.dialect();
        let sql = format!(
            "SELECT \"id\" FROM {} WHERE \"iss\" = 'own' AND \"email\" = {}",
            dialect.table("users"),
            dialect.parameter(1)
        );
        let statement = Statement::new(sql, vec![Value::Text(email.to_owned())]);
        let shape = Arc::new(Shape { columns: Vec::new(), captured: vec![Type::Uuid] });
        let none = Otherwise::Refuse(Refusal::NotFound);
        let found = store.run(Work::read(Cost::Point, vec![Step::One { statement, shape, none }])).await?;
        Ok(match found {
            Outcome::Done(answer) => match answer.captured.first().and_then(Value::as_str) {
                Some(id) => Account::User(id.to_owned()),
                None => self.nobody(email),
            },
            Outcome::Refused(_) => self.nobody(email),
        })
    }

    fn nobody(&self, email: &str) -> Account {
        let mark = mac(&self.key, &[email.as_bytes()]);
        Account::Nobody(rows::hex(mark.get(..MARK_BYTES).unwrap_or_default()))
    }
}

/// Whose account a log-in was for.
enum Account {
    /// A user, by his id.
    User(String),
    /// Nobody's here. By this mark the address can be told from others, and nothing else be known of it.
    Nobody(String),
}

const COLUMNS: [&str; 12] =
    ["at", "iss", "sub", "session", "key", "ip", "request_id", "action", "entity", "entity_id", "reason", "after"];

fn row(at: &str, refused: &Refused, account: Option<Account>, more: u64) -> [Value; COLUMNS.len()] {
    let user = refused.user.as_deref();
    let key = user.and_then(|user| user.key.as_deref());
    let is_login = account.is_some();
    let (account, nobody) = match account {
        Some(Account::User(id)) => (Some(id), None),
        Some(Account::Nobody(mark)) => (None, Some(mark)),
        None => (None, None),
    };
    let mut after = serde_json::Map::new();
    if more > 0 {
        after.insert("more".to_owned(), more.into());
    }
    if let Some(mark) = nobody {
        after.insert("nobody".to_owned(), mark.into());
    }
    [
        Value::DateTime(at.to_owned()),
        text(user.map(|user| user.iss.as_str()).or(is_login.then_some("own"))),
        text(user.map(|user| user.sub.as_str())),
        text(user.and_then(|user| user.session.as_deref())),
        text(key.map(|key| key.id.as_str())),
        Value::Text(refused.ip.to_string()),
        text(Some(&refused.request_id)),
        text(Some(&refused.action)),
        text(refused.entity.as_deref()),
        text(refused.entity_id.as_deref().or(account.as_deref())),
        text(Some(refused.code)),
        if after.is_empty() { Value::Null } else { Value::Json(json!(after).to_string()) },
    ]
}

/// That others were refused something too, of whom nothing more is known here.
fn row_of_lost(at: &str, lost: u64) -> [Value; COLUMNS.len()] {
    let mut row = [const { Value::Null }; COLUMNS.len()];
    let [first, .., action, _, _, _, after] = &mut row;
    *first = Value::DateTime(at.to_owned());
    *action = text(Some("refusals"));
    *after = Value::Json(json!({ "more": lost }).to_string());
    row
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::Text(text.to_owned()))
}

fn step(dialect: &Dialect, values: [Value; COLUMNS.len()]) -> Step {
    let places: Vec<String> = (1..=values.len()).map(|place| dialect.parameter(place)).collect();
    let sql = format!(
        "INSERT INTO {} (\"{}\", \"outcome\") VALUES ({}, 'refused')",
        dialect.table("_audit"),
        COLUMNS.join("\", \""),
        places.join(", ")
    );
    Step::Run(Statement::new(sql, values.to_vec()))
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(who: &str, code: &'static str) -> Refused {
        Refused {
            user: None,
            account: Some(who.to_owned()),
            ip: IpAddr::from([192, 0, 2, 1]),
            request_id: "r".to_owned(),
            action: "read".to_owned(),
            entity: None,
            entity_id: None,
            code,
        }
    }

    fn taken(refusals: &Refusals, now: i64, all: bool) -> Vec<(&'static str, u64)> {
        let (rows, _) = refusals.take(now, all);
        rows.into_iter().map(|(row, more)| (row.code, more)).collect()
    }

    #[test]
    fn the_first_is_told_and_the_others_are_counted() {
        let refusals = Refusals { key: [0; 32], pending: Mutex::default() };
        for _ in 0..50 {
            refusals.note_at(refused("ana", "forbidden"), 0);
        }
        refusals.note_at(refused("ana", "not_found"), 0);
        assert_eq!(taken(&refusals, 1000, false), [("forbidden", 0), ("not_found", 0)]);
        assert_eq!(taken(&refusals, 2000, false), []);
        assert_eq!(taken(&refusals, WINDOW_MS, false), [("forbidden", 49)]);
        refusals.note_at(refused("ana", "forbidden"), WINDOW_MS);
        assert_eq!(taken(&refusals, WINDOW_MS, true), [("forbidden", 0)]);
        assert_eq!(taken(&refusals, WINDOW_MS, true), []);
    }

    #[test]
    fn what_is_still_counted_is_told_at_the_end() {
        let refusals = Refusals { key: [0; 32], pending: Mutex::default() };
        refusals.note_at(refused("ana", "forbidden"), 0);
        refusals.note_at(refused("ana", "forbidden"), 1);
        assert_eq!(taken(&refusals, 2, true), [("forbidden", 0), ("forbidden", 1)]);
    }

    #[test]
    fn a_flood_is_a_few_rows_and_a_number() {
        let refusals = Refusals { key: [0; 32], pending: Mutex::default() };
        let mut lost = 0;
        for second in 0..60 {
            for number in 0..1_000 {
                refusals.note_at(refused(&format!("{second} {number}"), "forbidden"), second * 1000);
            }
            let (rows, without_place) = refusals.take(second * 1000, false);
            assert_eq!(rows.len(), MAX_ROWS);
            lost += without_place;
            assert!(refusals.pending.lock().unwrap().windows.len() <= MAX_KINDS);
        }
        assert_eq!(lost, 60_000 - 60 * MAX_ROWS as u64);
    }
}
