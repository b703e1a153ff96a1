//! The audit goes on when `SECRET_KEY` is exchanged: at every start, and by `supermaker audit rekey`.

use store::{Store, StoreError};
use work::{Dialect, Outcome, Work};

use super::kept::{self, Found, Standing};
use super::rows::{self, ReadError};
use super::told::Unread;
use crate::settings::{Environment, SettingProblem, Settings};

/// How many of the last seals are looked at.
const LAST: i64 = 50;

/// What became of the seals that were made with another `SECRET_KEY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rekeyed {
    /// They hold, and did before.
    Current,
    /// From now on they hold without `SECRET_KEY_PREVIOUS`.
    TakenOver,
    /// Up to this one they can be checked no more, or those of the last ones that do not hold; from it on all holds.
    GivenUp(i64),
    /// None of the last ones holds; nothing was done.
    Strange,
    /// Of the last ones some hold and some do not, so that another instance must seal with another secret, or did; nothing was done.
    Mixed,
}

/// Keeps what makes old seals hold under the present secret; with `lost`, does without what it was. Blocks the thread.
///
/// # Errors
/// The audit could not be read, or nothing could be written.
pub fn rekey(store: &Store, settings: &Settings, lost: bool) -> Result<Rekeyed, Unread> {
    let run = |work: Work| store.run_blocking(work);
    let found = look(store, settings).map_err(Unread)?;
    let dialect = store.dialect();
    let (steps, done) = match found.standing {
        Standing::Strange | Standing::Mixed | Standing::Patched if lost => {
            let given_up = found.give_up(&dialect).map_err(Unread)?;
            let done = Rekeyed::GivenUp(found.last_lost());
            (found.steps.into_iter().chain([given_up]).collect(), done)
        }
        Standing::Strange => return Ok(Rekeyed::Strange),
        Standing::Mixed | Standing::Patched if found.steps.is_empty() => return Ok(Rekeyed::Mixed),
        _ if found.steps.is_empty() => return Ok(Rekeyed::Current),
        _ => (found.steps, Rekeyed::TakenOver),
    };
    let at = crate::clock::now();
    let told = crate::auth::told_of_audit(store, &at, "audit.rekey", serde_json::json!({ "lost": lost }));
    let written = run(Work::write([steps, told].concat())).map_err(|error| Unread(error.into()))?;
    refused(&written).map_err(Unread)?;
    Ok(done)
}

/// What is known of the keys, as it stands.
pub(super) fn look(store: &Store, settings: &Settings) -> Result<Found, ReadError> {
    let dialect = store.dialect();
    let kept = store.run_blocking(kept::rows(settings, &dialect))?;
    let last = store.run_blocking(last(&dialect))?;
    let (seals, _) = rows::read_seals(store.run_blocking(recent(&dialect, last))?)?;
    kept::find(settings, &dialect, kept, &seals)
}

/// The same at the start of a server, which keeps what is to be kept.
///
/// # Errors
/// The database, or a secret that is not that of the audit, where that would be found out too late.
pub(crate) async fn at_start(store: &Store, settings: &Settings) -> Result<(), AtStart> {
    // Nobody can have the one before it.
    if settings.secret_is_temporary {
        return Ok(());
    }
    let found = match found(store, settings).await {
        Ok(found) => found,
        Err(ReadError::Store(error)) => return Err(AtStart::Store(error)),
        Err(ReadError::Unreadable(why)) => {
            tracing::warn!(%why, "the seals of the audit cannot be read; `audit verify` says more");
            return Ok(());
        }
    };
    match found.standing {
        Standing::Known => {}
        Standing::Patched => tracing::warn!(
            "some of the last seals of the audit hold by no SECRET_KEY that is known here: another instance may seal with another one, or \
             did, and `audit verify` fails; set that one as SECRET_KEY_PREVIOUS, or, where it is lost, run `supermaker audit rekey --lost`"
        ),
        // However many seals ago this one was the right one: what it seals on top of others nobody could verify by one secret.
        Standing::Strange | Standing::Mixed
            if matches!(settings.environment, Environment::Production | Environment::Staging) =>
        {
            return Err(AtStart::Strange(strange()));
        }
        Standing::Strange | Standing::Mixed => {
            tracing::warn!("{}", strange());
            return Ok(());
        }
    }
    if found.steps.is_empty() {
        return Ok(());
    }
    let written = store.run(Work::write(found.steps)).await.map_err(AtStart::Store)?;
    match refused(&written) {
        Ok(()) => tracing::info!("what makes old seals of the audit hold is kept under the present SECRET_KEY"),
        Err(error) => {
            tracing::warn!(%error, "what makes old seals of the audit hold was not kept; the next start tries again")
        }
    }
    Ok(())
}

/// Why a server does not start.
pub(crate) enum AtStart {
    Store(StoreError),
    Strange(SettingProblem),
}

async fn found(store: &Store, settings: &Settings) -> Result<Found, ReadError> {
    let dialect = store.dialect();
    let kept = store.run(kept::rows(settings, &dialect)).await?;
    let last = store.run(last(&dialect)).await?;
    let (seals, _) = rows::read_seals(store.run(recent(&dialect, last)).await?)?;
    kept::find(settings, &dialect, kept, &seals)
}

fn last(dialect: &Dialect) -> Work {
    rows::number(format!("SELECT max(\"number\") FROM {}", dialect.table("_audit_seals")), Vec::new())
}

fn recent(dialect: &Dialect, last: Outcome) -> Work {
    rows::seals(dialect, rows::read_number(last).unwrap_or_default() - LAST + 1)
}

fn refused(outcome: &Outcome) -> Result<(), ReadError> {
    match outcome {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(_) => Err(ReadError::Unreadable("the keys of old seals were not kept".to_owned())),
    }
}

fn strange() -> SettingProblem {
    let detail = "is not the one that this database was served with: the last seals of its audit do not hold by it, and access \
        tokens of that one do not count; set that one as SECRET_KEY_PREVIOUS beside it (Supermaker's docs/secret-key.md), or, where it is lost, \
        run `supermaker audit rekey --lost` once";
    SettingProblem { name: "SECRET_KEY", detail: detail.to_owned() }
}
