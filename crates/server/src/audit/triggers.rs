//! The triggers that keep the audit from being changed: whoever owns the database may drop them, and then change what he likes. The
//! seals tell of that; here it is noticed that they are gone, said, and mended. That it was so stands in the audit, under the next seal.

use serde_json::json;
use store::{Store, StoreError, Triggers};
use work::Work;

use super::rows::ReadError;
use super::told::Unread;
use crate::{auth, clock};

/// How they stand. Blocks the thread, and changes nothing.
///
/// # Errors
/// They could not be looked at.
pub fn triggers(store: &Store) -> Result<Triggers, Unread> {
    store.triggers_blocking().map_err(|error| Unread(ReadError::Store(error)))
}

/// Looks at them, puts back what is missing and says so. What cannot be put back holds up nobody: the seals need no trigger.
pub(crate) async fn keep(store: &Store) -> Result<(), StoreError> {
    let Triggers { missing, strange } = store.triggers().await?;
    if !strange.is_empty() {
        tracing::warn!(
            strange = strange.join(", "),
            "triggers or rules of somebody else stand over the audit, and may keep rows out of it"
        );
    }
    if missing.is_empty() {
        return Ok(());
    }
    let gone = missing.join(", ");
    tracing::error!(
        missing = gone,
        "somebody took away what keeps the audit from being changed; `supermaker audit verify` tells whether he changed it"
    );
    match store.put_triggers_back().await {
        // Another instance was faster.
        Ok(back) if back.is_empty() => Ok(()),
        Ok(back) => {
            tracing::info!(triggers = back.join(", "), "what keeps the audit from being changed was put back");
            let told = auth::told_of_audit(store, &clock::now(), "audit.mend", json!({ "put_back": back }));
            store.run(Work::write(told)).await.map(drop)
        }
        Err(error) => {
            tracing::error!(%error, missing = gone, "what keeps the audit from being changed could not be put back");
            Ok(())
        }
    }
}
