//! For which tables a store is asked, and whether they are still those of the database: `migrate` may change them beside a server.
//!
//! A record of tables has a number. Where those who serve an earlier one cannot go on, its number is left in the database as the
//! least that fits (`app_floor`). Whoever writes looks at it in the transaction of the write (SQLite), has a connection that is
//! ended before the change is committed (Postgres), or has looked a moment ago (behind a transaction pooler); and everybody looks
//! about once a second, and when a statement does not run.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::StoreError;

/// For so long after a look began what it saw is good enough to write by where no connection can be ended. A look costs a read, so each
/// write has not its own.
const FRESH: Duration = Duration::from_millis(50);

/// What is kept in `_state`.
pub(crate) const FLOOR: &str = "SELECT coalesce((SELECT \"value\" FROM {state} WHERE \"name\" = 'app_floor'), 0)";

/// The record that is served; nothing before the first.
#[derive(Debug, Default)]
pub(crate) struct Served {
    number: AtomicI64,
    outdated: AtomicBool,
    /// The last look before a write. Locked while somebody looks: others that are about to write wait for what he sees.
    looked: Mutex<Option<Looked>>,
}

/// What was seen, for all that came to write until a moment.
#[derive(Debug)]
struct Looked {
    until: Instant,
    result: Result<(), StoreError>,
}

impl Served {
    /// From now on works are for the tables of this record, which are there.
    pub(crate) fn set(&self, number: i64) {
        self.number.store(number, Ordering::Release);
        self.outdated.store(false, Ordering::Release);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.number.load(Ordering::Acquire) > 0
    }

    /// That nothing is known against a work.
    pub(crate) fn allows(&self) -> Result<(), StoreError> {
        if self.outdated.load(Ordering::Acquire) { Err(StoreError::Outdated) } else { Ok(()) }
    }

    /// What a look says that began at most [`FRESH`] before who asks came; `look` where there is none yet. However many come at once, and
    /// however long it takes, one looks and the others wait for it, and nobody waits for more than two.
    pub(crate) async fn seen_lately(
        &self,
        look: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let came = Instant::now();
        if !self.is_set() {
            return Ok(());
        }
        let mut looked = self.looked.lock().await;
        if let Some(looked) = looked.as_ref().filter(|looked| came < looked.until) {
            return looked.result.clone();
        }
        let began = Instant::now();
        let result = look.await;
        // One that failed is told to those who waited for it; who comes later may have more luck.
        let until = if result.is_ok() { began + FRESH } else { Instant::now() };
        *looked = Some(Looked { until, result: result.clone() });
        result
    }

    /// What was read.
    pub(crate) fn look(&self, floor: Option<i64>) -> Result<(), StoreError> {
        let number = self.number.load(Ordering::Acquire);
        if number == 0 || floor.unwrap_or_default() <= number {
            return Ok(());
        }
        if !self.outdated.swap(true, Ordering::AcqRel) {
            tracing::error!(
                "the tables were brought to another blueprint, with which the one that is served here does not go: nothing is read \
                 or written for it any more, and requests get 503; start this server again with the blueprint of the tables"
            );
        }
        Err(StoreError::Outdated)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use futures_util::future::join;
    use tokio::sync::oneshot;

    use super::*;

    fn served() -> Served {
        let served = Served::default();
        served.set(1);
        served
    }

    /// Who writes on while another one still looks would write what the look forbids.
    #[tokio::test]
    async fn whoever_comes_during_a_look_waits_for_it() {
        let served = served();
        let (answer, answered) = oneshot::channel::<i64>();
        let looks = Cell::new(0);
        let first = served.seen_lately(async {
            looks.set(looks.get() + 1);
            served.look(answered.await.ok())
        });
        let second = async {
            let waiting = served.seen_lately(async {
                looks.set(looks.get() + 1);
                Ok(())
            });
            tokio::pin!(waiting);
            assert!((&mut waiting).now_or_never().is_none(), "it went on without the look");
            answer.send(2).unwrap();
            waiting.await
        };
        assert_eq!(join(first, second).await, (Err(StoreError::Outdated), Err(StoreError::Outdated)));
        assert_eq!(looks.get(), 1);
    }

    #[tokio::test]
    async fn a_look_holds_for_a_moment_and_a_failed_or_forsaken_one_for_nobody_later() {
        let served = served();
        let failed = || StoreError::Closed;
        assert_eq!(served.seen_lately(async { Err(failed()) }).await, Err(failed()));
        {
            let forsaken = served.seen_lately(std::future::pending());
            tokio::pin!(forsaken);
            assert!((&mut forsaken).now_or_never().is_none());
        }
        assert_eq!(served.seen_lately(async { Ok(()) }).await, Ok(()));
        let until = served.looked.lock().await.as_ref().map(|looked| looked.until).unwrap();
        let again = served.seen_lately(async { Err(failed()) }).await;
        assert!(again.is_ok() || Instant::now() >= until);
        served.looked.lock().await.as_mut().unwrap().until = Instant::now();
        assert_eq!(served.seen_lately(async { Err(failed()) }).await, Err(failed()), "what was seen is too old");
    }
}
