//! What is hashed for an address without account, so that its log-in takes no other time than that of one with an account.
//!
//! Where passwords of other systems were imported, accounts differ in that time, and whoever is not there must differ as they do:
//! each address has the kind of hash of somebody, in the proportions in which there are accounts, and always the same one.

use std::sync::{Arc, PoisonError, RwLock};

use serde::Deserialize;
use store::StoreError;
use work::{Column, Kind, Outcome, Shape, Statement, Step};

use super::clock::Hourly;
use super::{Auth, import, sql};
use crate::error::ApiError;

const HOUR_MS: i64 = 60 * 60 * 1000;
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
    accounts: u64,
    /// That of one of them. Whatever comes of comparing with it, nobody is logged in by it.
    hash: String,
}

impl Auth {
    /// Looks once an hour what kinds there are. To be called at every log-in, whoever it is for.
    ///
    /// # Errors
    /// What the database has to say.
    pub async fn learn_decoys(&self) -> Result<(), StoreError> {
        if !self.decoys.hourly.is_due(self.clock.now_ms().div_euclid(HOUR_MS)) {
            return Ok(());
        }
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
        let Outcome::Done(answer) = self.store.run(sql::scan(&self.store, step)).await? else { return Ok(()) };
        let kinds: Vec<Kinds> = serde_json::from_slice(&answer.body).unwrap_or_default();
        *self.decoys.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(kinds);
        Ok(())
    }

    /// What to compare with where an address has no account; `None` is a hash of our own. What an outsider can time, this lets
    /// tests look at.
    ///
    /// # Errors
    /// The address cannot be counted.
    pub fn decoy(&self, email: &str) -> Result<Option<String>, ApiError> {
        let known = self.decoys.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let all: u64 = known.iter().map(|kinds| kinds.accounts).sum();
        if all == 0 {
            return Ok(None);
        }
        // Not to be foreseen without the secret.
        let name = self.keys.counted("decoy", email)?;
        let mut place = name.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % all;
        for kinds in known.iter() {
            if place < kinds.accounts {
                return Ok(Some(kinds.hash.clone()));
            }
            place -= kinds.accounts;
        }
        Ok(None)
    }
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
