//! Seals what was written to the audit since the last seal. A task of the app does it about once a second; whoever writes waits for
//! none of it. Another one fills the index by which the audit is found.
//!
//! On Postgres a row may be seen after others that have later numbers; where it may yet come is in `gaps`. Of several instances that
//! seal at once one is first, and the others go on after its seal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use store::{Store, StoreError};
use tokio::sync::Mutex;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use work::{Dialect, Otherwise, Outcome, Refusal, Statement, Step, Value, Work};

use super::fill::{self, Filling};
use super::gaps::{State, UnderWay, bounded};
use super::rows::{self, ReadError, Row};
use super::{FORMAT, NOTHING, Refusals, Seal, SealKeys, index, marks, ranges, triggers, written};
use crate::clock;
use crate::settings::Secret;

pub(super) const EVERY: Duration = Duration::from_secs(1);
/// Others may write to the database too: so often it is looked at though this process wrote nothing.
const AT_LEAST_EVERY: u64 = 60;
/// And so often at what keeps the audit from being changed, which a start looks at too.
const TRIGGERS_EVERY: u64 = 60 * 60;
/// What one seal covers at most. Each row may hold a whole record twice, and is held itself until its seal is made.
const MAX_ROWS: usize = 1000;
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Seals the audit of one database.
pub(crate) struct Sealer {
    pub(super) store: Store,
    keys: SealKeys,
    refusals: Arc<Refusals>,
    pub(super) state: Mutex<State>,
    pub(super) filling: Mutex<Filling>,
    /// The writes of the store when it was last looked at.
    seen_writes: AtomicU64,
}

impl Sealer {
    pub(crate) fn new(secret: &Secret, store: Store, refusals: Arc<Refusals>) -> Sealer {
        let (state, filling, seen_writes) = (Mutex::default(), Mutex::default(), AtomicU64::new(u64::MAX));
        Sealer { store, keys: SealKeys::derive(secret), refusals, state, filling, seen_writes }
    }

    /// Seals and fills the index again and again, for as long as somebody holds the sealer.
    pub(crate) fn start(self: &Arc<Self>) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(fill::again_and_again(Arc::downgrade(self)));
        let sealer = Arc::downgrade(self);
        runtime.spawn(async move {
            let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut failing = false;
            for number in 0.. {
                ticks.tick().await;
                let Some(sealer) = sealer.upgrade() else { return };
                // Nothing is sealed, nor anything else done, for tables that are others'.
                if let Err(StoreError::Outdated) = sealer.store.look().await {
                    continue;
                }
                sealer.write_refusals(false).await;
                if number % TRIGGERS_EVERY == TRIGGERS_EVERY - 1
                    && let Err(error) = triggers::keep(&sealer.store).await
                {
                    tracing::warn!(%error, "what keeps the audit from being changed could not be looked at");
                }
                if number % AT_LEAST_EVERY != 0 && !sealer.has_work() {
                    continue;
                }
                let result = sealer.seal().await;
                // Once, for whatever is wrong will be wrong again in a second.
                if let (Err(error), false) = (&result, failing) {
                    tracing::warn!(%error, "the audit could not be sealed");
                }
                failing = result.is_err();
            }
        });
    }

    fn has_work(&self) -> bool {
        self.store.counters().writes != self.seen_writes.load(Ordering::Relaxed)
    }

    /// Writes what was refused, where it is due or, at the end, all of it.
    pub(crate) async fn write_refusals(&self, all: bool) {
        if let Err(error) = self.refusals.write(&self.store, all).await {
            tracing::warn!(%error, "what was refused in the last second could not be told to the audit");
        }
    }

    /// The same at the end, with what may have come late in the last seconds.
    pub(crate) async fn seal_all(&self) -> Result<(), ReadError> {
        self.state.lock().await.look_soon();
        self.seal().await
    }

    /// Seals all that is there and not sealed yet.
    pub(crate) async fn seal(&self) -> Result<(), ReadError> {
        let mut state = self.state.lock().await;
        let writes = self.store.counters().writes;
        let mut own = 0;
        loop {
            self.catch_up(&mut state).await?;
            let (rows, more) = self.unsealed(&mut state).await?;
            // Another instance was faster where this is false: its seal is read, and what it left is sealed.
            let kept = !rows.is_empty() && self.keep(&mut state, &rows).await?;
            own += u64::from(kept);
            if rows.is_empty() || (kept && !more) {
                break;
            }
        }
        let seen = if state.has_gaps() { u64::MAX } else { writes.saturating_add(own) };
        self.seen_writes.store(seen, Ordering::Relaxed);
        Ok(())
    }

    /// Reads the seals that others made.
    async fn catch_up(&self, state: &mut State) -> Result<(), ReadError> {
        if !state.begun {
            let (number, top) = self.beginning().await?;
            (state.number, state.seal, state.begun) = (number - 1, NOTHING.to_vec(), true);
            state.coverage.top = top;
        }
        loop {
            let outcome = self.store.run(rows::bare_seals(&self.store.dialect(), state.number + 1)).await?;
            let (seals, more) = rows::read_seals(outcome)?;
            seals.into_iter().for_each(|seal| state.sealed(seal, now_ms()));
            if !more {
                return Ok(());
            }
        }
    }

    /// The seal from which on the others are to be read, to know of every gap into which a row may still come, and the last row that was
    /// sealed before it. The last of them that says so knows; those of the format before do not, and then all are read.
    async fn beginning(&self) -> Result<(i64, i64), ReadError> {
        let seals = self.store.dialect().table("_audit_seals");
        let last = format!("(SELECT max(\"number\") FROM {seals} WHERE \"format\" > 1)");
        let first = format!("(SELECT min(\"open\") FROM {seals} WHERE \"number\" = {last})");
        let first = format!("CASE WHEN {first} < {last} THEN {first} ELSE {last} END");
        let top = format!("(SELECT min(\"top\") FROM {seals} WHERE \"format\" > 1 AND \"number\" = {first})");
        let [first, top] = rows::read_few(self.store.run(rows::few(format!("SELECT {first}, {top}"), 2)).await?);
        Ok(first.zip(top).unwrap_or((1, 0)))
    }

    /// The rows that no seal covers, in the order of their numbers, and whether there are more.
    async fn unsealed(&self, state: &mut State) -> Result<(Vec<Row>, bool), ReadError> {
        let dialect = self.store.dialect();
        let (mut found, more_late) = self.late(state, &dialect).await?;
        let mut after = state.coverage.top;
        loop {
            let condition = format!("\"seq\" > {} AND {}", dialect.parameter(1), rows::was_numbered(&dialect));
            let work = rows::rows(&dialect, &condition, vec![Value::Integer(after)]);
            let (rows, more) = rows::read_rows(self.store.run(work).await?)?;
            after = rows.last().map_or(after, |row| row.seq);
            found.extend(rows);
            if !more || is_enough(&found) {
                found.sort_by_key(|row| row.seq);
                return Ok((found, more || more_late));
            }
        }
    }

    /// Rows that came into gaps, as many as one seal takes of them, and whether there are more.
    async fn late(&self, state: &mut State, dialect: &Dialect) -> Result<(Vec<Row>, bool), ReadError> {
        let now = now_ms();
        if !state.looks_into_gaps(now) {
            return Ok((Vec::new(), false));
        }
        // Before it is looked, lest somebody ends in between who is in nobody's way any more.
        let under_way = self.under_way(dialect).await?;
        let (mut found, mut up_to) = (Vec::new(), i64::MAX);
        for gaps in state.numbers() {
            let within: Vec<String> =
                gaps.iter().map(|(from, to)| format!("\"seq\" BETWEEN {from} AND {to}")).collect();
            let condition = within.join(" OR ");
            let (rows, more) = rows::read_rows(self.store.run(rows::rows(dialect, &condition, Vec::new())).await?)?;
            let last = rows.last().map(|row| row.seq);
            found.extend(rows);
            if more || is_enough(&found) {
                up_to = last.filter(|_| more).or(gaps.last().map(|(_, to)| *to)).unwrap_or(i64::MAX);
                break;
            }
        }
        let seqs: Vec<i64> = found.iter().map(|row| row.seq).collect();
        state.looked(now, up_to, &seqs, under_way);
        // They are indexed with their seal, in one transaction.
        let is_cut = bounded(&mut found, (MAX_ROWS, index::TERMS, MAX_BYTES));
        let more = !found.is_empty() && (is_cut || up_to < i64::MAX);
        if more {
            state.look_soon();
        }
        Ok((found, more))
    }

    /// Who may have taken numbers of rows; nobody where transactions have no numbers, for one is over before the next one begins.
    async fn under_way(&self, dialect: &Dialect) -> Result<Option<UnderWay>, ReadError> {
        if *dialect == Dialect::Sqlite {
            return Ok(None);
        }
        let sql = "SELECT txid_snapshot_xmin(\"s\"), txid_snapshot_xmax(\"s\") FROM txid_current_snapshot() AS \"s\"";
        let [oldest, next] = rows::read_few(self.store.run(rows::few(sql.to_owned(), 2)).await?);
        Ok(oldest.zip(next).map(|(oldest, next)| UnderWay { oldest, next }))
    }

    /// Makes a seal of rows; `false` if another one has its number.
    async fn keep(&self, state: &mut State, rows: &[Row]) -> Result<bool, ReadError> {
        let numbers: Vec<i64> = rows.iter().map(|row| row.seq).collect();
        let ranges = ranges(&numbers);
        let mut seal = Seal {
            number: state.number + 1,
            at: clock::now(),
            format: FORMAT,
            rows: i64::try_from(rows.len()).unwrap_or(i64::MAX),
            seqs: written(&ranges),
            top: Some(state.coverage.top),
            open: Some(state.open_after(state.number + 1, &ranges)),
            digests: rows.iter().flat_map(|row| self.keys.digest(&row.bytes)).collect(),
            seal: Vec::new(),
        };
        seal.seal = seal.computed(&self.keys, &state.seal).to_vec();
        // The index may be filled beyond them already, by an instance that did not know of their gaps.
        let late = ranges.iter().filter(|(from, _)| *from <= state.coverage.top);
        match self.store.run(insert(&self.store.dialect(), &seal, late)).await? {
            Outcome::Refused(_) => Ok(false),
            Outcome::Done(_) => {
                state.sealed(seal, now_ms());
                state.tell();
                Ok(true)
            }
        }
    }
}

/// The seal, and how many there are in another place: whoever takes the last ones away must know of both. With it those of its
/// rows are indexed that came late.
fn insert<'a>(dialect: &Dialect, seal: &Seal, late: impl Iterator<Item = &'a (i64, i64)>) -> Work {
    let places: Vec<String> = (1..=9).map(|place| dialect.parameter(place)).collect();
    let sql = format!(
        "INSERT INTO {} (\"number\", \"at\", \"format\", \"rows\", \"seqs\", \"top\", \"open\", \"digests\", \"seal\") VALUES ({}) \
         ON CONFLICT DO NOTHING",
        dialect.table("_audit_seals"),
        places.join(", ")
    );
    let params = vec![
        Value::Integer(seal.number),
        Value::DateTime(seal.at.clone()),
        Value::Integer(seal.format),
        Value::Integer(seal.rows),
        Value::Text(seal.seqs.clone()),
        seal.top.map_or(Value::Null, Value::Integer),
        seal.open.map_or(Value::Null, Value::Integer),
        Value::Bytes(seal.digests.clone()),
        Value::Bytes(seal.seal.clone()),
    ];
    let count = format!(
        "INSERT INTO {} (\"name\", \"value\") VALUES ('audit_seals', {}) \
         ON CONFLICT (\"name\") DO UPDATE SET \"value\" = excluded.\"value\"",
        dialect.table("_state"),
        dialect.parameter(1)
    );
    let seal = [
        Step::Change { statement: Statement::new(sql, params), none: Otherwise::Refuse(Refusal::Stale) },
        Step::Run(Statement::new(count, vec![Value::Integer(seal.number)])),
    ];
    let late: Vec<Step> = late.flat_map(|(from, to)| index::add(dialect, *from, *to)).map(Step::Run).collect();
    let held = (!late.is_empty()).then(|| marks::hold(dialect));
    Work::write(held.into_iter().chain(seal).chain(late).collect())
}

fn is_enough(rows: &[Row]) -> bool {
    rows.len() >= MAX_ROWS || rows.iter().map(|row| row.bytes.len()).sum::<usize>() >= MAX_BYTES
}

pub(super) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever fills the index begins with the same row, so that neither waits for the other.
    #[test]
    fn who_indexes_late_rows_holds_the_index_before_all_else() {
        let seal = Seal { number: 1, format: FORMAT, rows: 3, seqs: "1-3".to_owned(), ..Seal::default() };
        for dialect in [Dialect::Sqlite, Dialect::Postgres { schema: "app".into() }] {
            let steps = |late: &[(i64, i64)]| -> Vec<String> {
                let work = insert(&dialect, &seal, late.iter());
                work.steps.iter().map(|step| step.statement().sql.to_string()).collect()
            };
            let Some(marks::Next::Fill { then, .. }) = marks::Marks::default().next(1) else { panic!() };
            let filled: Vec<String> = index::fill(&dialect, then, (0, 255))
                .steps
                .iter()
                .map(|step| step.statement().sql.to_string())
                .collect();
            let of_index = |sql: &String| sql.contains("_state") && sql.contains("('audit_found', 0)");
            let late = steps(&[(1, 1), (3, 3)]);
            assert_eq!(late.len(), 7);
            assert!(of_index(&late[0]) && of_index(&filled[0]), "{late:?} {filled:?}");
            assert!(
                late[3..]
                    .iter()
                    .chain(&filled[2..])
                    .all(|sql| sql.contains(" ORDER BY 1") && sql.contains(" ON CONFLICT")),
                "{late:?}"
            );
            assert!(!steps(&[]).iter().any(of_index), "whoever only seals waits for no one who fills");
        }
    }
}
