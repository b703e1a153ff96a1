//! What is hashed for an address without account, so that its log-in takes no other time than that of one with an account.
//!
//! Where passwords of other systems were imported, accounts differ in that time, and whoever is not there must differ as they do:
//! each address has the kind of hash of somebody, in the proportions in which there are accounts, and always the same one.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::Deserialize;
use store::{Store, StoreError};
use tokio::task::JoinHandle;
use work::{Column, Kind, Outcome, Shape, Statement, Step};

use super::clock::Hourly;
use super::{Auth, import, sql};
use crate::error::ApiError;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// So long a start waits: all accounts are looked at.
const START: Duration = Duration::from_secs(3);
/// Kinds of hashes that are told apart.
const MAX_KINDS: usize = 50;

/// Hashes of which each stands for a kind.
#[derive(Default)]
pub(super) struct Decoys {
    known: RwLock<Arc<Vec<Kinds>>>,
    hourly: Hourly,
}

/// So many accounts have hashes like this.
#[derive(Deserialize)]
struct Kinds {
    kind: String,
    accounts: u32,
    /// That of one of them. Whatever comes of comparing with it, nobody is logged in by it.
    hash: String,
}

impl Decoys {
    async fn learn(&self, store: &Store) -> Result<(), StoreError> {
        // Nothing of it where nobody was ever imported.
        let sql = format!(
            "SELECT {} AS \"kind\", count(*) AS \"accounts\", min(\"password_hash\") AS \"hash\" FROM \"users\" \
             WHERE \"iss\" = 'own' AND \"password_hash\" IS NOT NULL \
             AND EXISTS (SELECT 1 FROM \"_state\" WHERE \"name\" = '{}') \
             GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {}",
            kind(),
            import::MARK,
            MAX_KINDS + 1
        );
        let columns = vec![
            Column::new("kind", Kind::Text),
            Column::new("accounts", Kind::Integer),
            Column::new("hash", Kind::Text),
        ];
        let shape = Arc::new(Shape { columns, captured: Vec::new() });
        let step = Step::Page { statement: Statement::new(sql, Vec::new()), shape, limit: MAX_KINDS };
        let Outcome::Done(answer) = store.run(sql::scan(store, step)).await? else { return Ok(()) };
        let kinds: Vec<Kinds> = serde_json::from_slice(&answer.body).unwrap_or_default();
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(kinds);
        Ok(())
    }
}

impl Auth {
    /// Looks what kinds there are before anything is served, for as long as a start may take; then it goes on behind it.
    pub(super) async fn first_decoys(&self) {
        let learning = self.spawn_learning();
        if tokio::time::timeout(START, learning).await.is_err() {
            tracing::warn!("what log-ins without account are compared with is still being looked up");
        }
    }

    /// Looks once an hour, behind the log-in that is the first, whoever it is for: none waits for it, or fails with it.
    pub(super) fn renew_decoys(&self) {
        if self.decoys.hourly.is_due(self.clock.now_ms().div_euclid(HOUR_MS)) {
            self.spawn_learning();
        }
    }

    fn spawn_learning(&self) -> JoinHandle<()> {
        let (decoys, store) = (self.decoys.clone(), self.store.clone());
        tokio::spawn(async move {
            if let Err(error) = decoys.learn(&store).await {
                tracing::warn!(%error, "what log-ins without account are compared with stays as it was for an hour");
            }
        })
    }

    /// The same now.
    ///
    /// # Errors
    /// What the database has to say.
    pub async fn learn_decoys(&self) -> Result<(), StoreError> {
        self.decoys.learn(&self.store).await
    }

    /// What to compare with where an address has no account; `None` is a hash of our own. What an outsider can time, this lets
    /// tests look at.
    ///
    /// # Errors
    /// The address cannot be counted.
    pub fn decoy(&self, email: &str) -> Result<Option<String>, ApiError> {
        let known = self.decoys.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut first: Option<(f64, &Kinds)> = None;
        for kinds in known.iter() {
            // Not to be foreseen without the secret.
            let [a, b, c, d, ..] = self.keys.counted(&format!("decoy {}", kinds.kind), email)?;
            let place = place(u32::from_be_bytes([a, b, c, d]), kinds.accounts);
            if first.is_none_or(|(before, _)| place < before) {
                first = Some((place, kinds));
            }
        }
        Ok(first.map(|(_, kinds)| kinds.hash.clone()))
    }
}

/// Where a kind stands among all for an address, the first of which it has: so often as it has accounts, and where one gets more,
/// addresses change to that one and between no others. They change as an account does whose owner logs in and gets a hash of our own;
/// were they all dealt out anew, each registration would tell who is nobody.
fn place(random: u32, accounts: u32) -> f64 {
    // Of the number of accounts the first digits count, so that mostly nothing changes at all.
    let small = accounts.checked_ilog2().unwrap_or_default().saturating_sub(4);
    let accounts = accounts >> small << small;
    -((f64::from(random) + 0.5) / (f64::from(u32::MAX) + 1.0)).ln() / f64::from(accounts)
}

/// What of a stored hash says what checking it costs, in SQL: all that is before the salt, and where the length of the digest may
/// differ, that. Django's scrypt has its parameters on both sides of the salt.
fn kind() -> String {
    let hash = "\"password_hash\"";
    // Takes away the last part and the mark before it: of the letters that are no mark all there are at the end.
    let without_last = |text: &str| format!("rtrim(rtrim({text}, replace({hash}, '$', '')), '$')");
    let made = without_last(hash);
    let salted = without_last(&made);
    let django = without_last(&salted);
    format!(
        "CASE WHEN substr({hash}, 1, 2) = '$2' THEN substr({hash}, 1, 7) \
         WHEN substr({hash}, 1, 15) = 'bcrypt_sha256$$' THEN substr({hash}, 1, 21) \
         WHEN substr({hash}, 1, 12) = 'better-auth$' THEN 'better-auth$' \
         WHEN substr({hash}, 1, 7) = 'scrypt$' THEN {} || substr({made}, length({django}) + 1) \
         ELSE {salted} || ' ' || CAST(length({hash}) - length({made}) AS TEXT) END",
        without_last(&django)
    )
}
