//! Limits of rate that the instances on one server share: each takes a share of a caller's minute from the database and spends
//! it by itself, so that most requests ask nobody.
//!
//! What an instance took and did not spend is lost to the others, a twentieth of the limit at most. The table may be lost in a
//! crash: then a minute begins again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use store::{Store, StoreError};
use work::{Kind, Otherwise, Outcome, Refusal, Shape, Statement, Step, Value, Work};

const MINUTE_MS: i64 = 60 * 1000;
/// Into how many shares a limit goes.
const SHARES: i64 = 20;
const MAX_CALLERS: u64 = 100_000;
const FORGET_AFTER: Duration = Duration::from_secs(120);

/// One limit for all instances, counted apart for each key.
pub(super) struct Leased {
    name: &'static str,
    limit: i64,
    share: i64,
    store: Store,
    held: Cache<String, Arc<Held>>,
}

/// What this instance may still spend of a caller's minute.
struct Held {
    /// When the minute ends, in milliseconds since 1970.
    until: AtomicI64,
    /// Less than nothing: the database had none either.
    left: AtomicI64,
    /// Of those who find nothing left one asks for more; the others wait for what he gets.
    asking: tokio::sync::Mutex<()>,
}

impl Leased {
    pub(super) fn new(name: &'static str, limit: u32, share: Option<i64>, store: Store) -> Leased {
        let limit = i64::from(limit);
        let held = Cache::builder()
            .max_capacity(MAX_CALLERS)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(FORGET_AFTER)
            .build();
        let share = share.unwrap_or((limit + SHARES - 1) / SHARES);
        Leased { name, limit, share, store, held }
    }

    /// Counts a request; `Err` says after how long the next one counts.
    pub(super) async fn check(&self, key: &str) -> Result<(), Duration> {
        let now = Timestamp::now().as_millisecond();
        let held = self.held.get(key).unwrap_or_else(|| self.held.get_with_by_ref(key, Arc::default));
        if let Some(answer) = held.spend(now) {
            return answer;
        }
        let _asking = held.asking.lock().await;
        // Somebody may have got more meanwhile.
        if let Some(answer) = held.spend(now) {
            return answer;
        }
        let (began, got) = match self.take(key, now).await {
            Ok(taken) => taken,
            // A limit must not turn a database in trouble into trouble for everybody; so long each instance counts by itself.
            Err(error) => {
                tracing::debug!(%error, "a share of a limit was not to be had");
                (now, self.share)
            }
        };
        held.left.store(if got > 0 { got } else { -1 }, Ordering::SeqCst);
        held.until.store(began.saturating_add(MINUTE_MS), Ordering::SeqCst);
        held.spend(now).unwrap_or(Ok(()))
    }

    /// When the caller's minute began, and how much of a share there is.
    async fn take(&self, key: &str, now: i64) -> Result<(i64, i64), StoreError> {
        let dialect = self.store.dialect();
        let [name, of, at, share, over] = [1, 2, 3, 4, 5].map(|place| dialect.parameter(place));
        let sql = format!(
            "INSERT INTO {} AS r (\"name\", \"key\", \"slot\", \"used\") VALUES ({name}, {of}, {at}, {share}) \
             ON CONFLICT (\"name\", \"key\") DO UPDATE SET \
             \"slot\" = CASE WHEN r.\"slot\" <= {over} THEN {at} ELSE r.\"slot\" END, \
             \"used\" = CASE WHEN r.\"slot\" <= {over} THEN {share} ELSE r.\"used\" + {share} END \
             RETURNING \"slot\", \"used\"",
            dialect.table("_rates")
        );
        let texts = [self.name, key].map(|text| Value::Text(text.to_owned()));
        let numbers = [now, self.share, now - MINUTE_MS].map(Value::Integer);
        let statement = Statement::new(sql, texts.into_iter().chain(numbers).collect());
        let shape = Arc::new(Shape { columns: Vec::new(), captured: vec![Kind::Integer, Kind::Integer] });
        let none = Otherwise::Refuse(Refusal::NotFound);
        let taken = self.store.run(Work::write(vec![Step::One { statement, shape, none }])).await?;
        let Outcome::Done(answer) = taken else { return Ok((now, 0)) };
        let [began, used] = [0, 1].map(|place| answer.captured.get(place).and_then(Value::as_integer));
        let used = used.unwrap_or(self.limit);
        Ok((began.unwrap_or(now), self.share.min(self.limit - (used - self.share))))
    }
}

impl Default for Held {
    fn default() -> Held {
        Held { until: AtomicI64::new(i64::MIN), left: AtomicI64::new(0), asking: tokio::sync::Mutex::default() }
    }
}

impl Held {
    /// Spends one of what is left of this minute. `None`: nobody here knows whether there is more.
    fn spend(&self, now: i64) -> Option<Result<(), Duration>> {
        let ends_in = self.until.load(Ordering::SeqCst).saturating_sub(now);
        // Far ahead is a clock that was set back.
        if !(1..=2 * MINUTE_MS).contains(&ends_in) {
            return None;
        }
        let spent = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| (left > 0).then_some(left - 1));
        match spent {
            Ok(_) => Some(Ok(())),
            Err(left) if left < 0 => Some(Err(Duration::from_millis(u64::try_from(ends_in).unwrap_or_default()))),
            Err(_) => None,
        }
    }
}
