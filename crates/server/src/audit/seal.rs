//! Seals what was written to the audit since the last seal. A task of the app does it about once a second; whoever writes waits for
//! none of it. Another one fills the index by which the audit is found.
//!
//! On Postgres a row may be seen after others that have later numbers, so gaps are looked into again for a while. Of several
//! instances that seal at once one is first, and the others go on after its seal.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use store::Store;
use tokio::sync::Mutex;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use work::{Dialect, Otherwise, Outcome, Refusal, Statement, Step, Value, Work};

use super::fill::{self, Filling};
use super::rows::{self, ReadError, Row};
use super::{FORMAT, LATE_MS, NOTHING, Refusals, Seal, SealKeys, index, ranges, read, written};
use crate::clock;
use crate::settings::Secret;

pub(super) const EVERY: Duration = Duration::from_secs(1);
/// Others may write to the database too: so often it is looked at though this process wrote nothing.
const AT_LEAST_EVERY: u64 = 60;
const MAX_ROWS: usize = 1000;
/// How many seals are read at the start, to know of the gaps in them.
const REMEMBERED: i64 = 50;
/// Gaps are looked into so often, and so many at once.
const GAPS_EVERY_MS: i64 = 5000;
const GAPS_AT_ONCE: usize = 100;
const HOUR_MS: i64 = 60 * 60 * 1000;

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

/// What is known of the seals that there are.
#[derive(Default)]
pub(super) struct State {
    /// Whether the database was asked what there is.
    begun: bool,
    number: i64,
    seal: Vec<u8>,
    /// The last row that is sealed.
    covered: Option<i64>,
    gaps: Vec<Gap>,
    gaps_looked_ms: i64,
    told_hour: i64,
}

/// Numbers for which there was no row.
struct Gap {
    from: i64,
    to: i64,
    since_ms: i64,
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
                sealer.write_refusals(false).await;
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
        let seen = if state.gaps.is_empty() { writes.saturating_add(own) } else { u64::MAX };
        self.seen_writes.store(seen, Ordering::Relaxed);
        Ok(())
    }

    /// Reads the seals that others made.
    async fn catch_up(&self, state: &mut State) -> Result<(), ReadError> {
        let dialect = self.store.dialect();
        if !state.begun {
            let last = format!("SELECT max(\"number\") FROM {}", dialect.table("_audit_seals"));
            let last = rows::read_number(self.store.run(rows::number(last, Vec::new())).await?).unwrap_or_default();
            state.number = (last - REMEMBERED).max(0);
            state.seal = NOTHING.to_vec();
            state.begun = true;
        }
        loop {
            let outcome = self.store.run(rows::seals(&dialect, state.number + 1)).await?;
            let (seals, more) = rows::read_seals(outcome)?;
            for seal in seals {
                let ranges = read(&seal.seqs).unwrap_or_default();
                state.sealed(seal.number, seal.seal, &ranges, now_ms());
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// The rows that no seal covers, in the order of their numbers, and whether there are more.
    async fn unsealed(&self, state: &mut State) -> Result<(Vec<Row>, bool), ReadError> {
        let dialect = self.store.dialect();
        let mut found = self.late(state, &dialect).await?;
        let mut after = state.covered;
        loop {
            let condition = match after {
                Some(_) => format!("\"seq\" > {}", dialect.parameter(1)),
                None => "TRUE".to_owned(),
            };
            let params = after.map(Value::Integer).into_iter().collect();
            let (rows, more) = rows::read_rows(self.store.run(rows::rows(&dialect, &condition, params)).await?)?;
            after = rows.last().map(|row| row.seq).or(after);
            found.extend(rows);
            if !more || found.len() >= MAX_ROWS {
                found.sort_by_key(|row| row.seq);
                return Ok((found, more));
            }
        }
    }

    /// Rows that came into gaps.
    async fn late(&self, state: &mut State, dialect: &Dialect) -> Result<Vec<Row>, ReadError> {
        let now = now_ms();
        if !state.looks_into_gaps(now) {
            return Ok(Vec::new());
        }
        state.gaps_looked_ms = now;
        let mut found = Vec::new();
        for gaps in state.gaps.chunks(GAPS_AT_ONCE) {
            let within: Vec<String> =
                gaps.iter().map(|gap| format!("\"seq\" BETWEEN {} AND {}", gap.from, gap.to)).collect();
            let condition = within.join(" OR ");
            let (rows, _) = rows::read_rows(self.store.run(rows::rows(dialect, &condition, Vec::new())).await?)?;
            found.extend(rows);
            if found.len() >= MAX_ROWS {
                break;
            }
        }
        // What was found now is sealed first, and the others are looked into once more then.
        if found.is_empty() {
            state.forget_gaps(now);
        }
        Ok(found)
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
            digests: rows.iter().flat_map(|row| self.keys.digest(&row.bytes)).collect(),
            seal: Vec::new(),
        };
        seal.seal = seal.computed(&self.keys, &state.seal).to_vec();
        // The index may be filled beyond them already, by an instance that did not know of their gaps.
        let late = ranges.iter().filter(|(from, _)| state.covered.is_some_and(|covered| *from <= covered));
        match self.store.run(insert(&self.store.dialect(), &seal, late)).await? {
            Outcome::Refused(_) => Ok(false),
            Outcome::Done(_) => {
                state.sealed(seal.number, seal.seal, &ranges, now_ms());
                state.tell();
                Ok(true)
            }
        }
    }
}

impl State {
    /// How many blocks have all the rows that they will ever have, and those sealed.
    pub(super) fn settled(&self) -> i64 {
        let next = self.covered.map_or(0, |covered| covered + 1);
        index::block(self.gaps.iter().map(|gap| gap.from).fold(next, i64::min))
    }

    /// Takes in a seal that is on disk.
    fn sealed(&mut self, number: i64, seal: Vec<u8>, ranges: &[(i64, i64)], now_ms: i64) {
        (self.number, self.seal) = (number, seal);
        for (from, to) in ranges {
            let next = self.covered.map_or(*from, |covered| covered + 1);
            if *from > next {
                self.gaps.push(Gap { from: next, to: from - 1, since_ms: now_ms });
            }
            if *from < next {
                self.gaps =
                    std::mem::take(&mut self.gaps).into_iter().flat_map(|gap| gap.without(*from, *to)).collect();
            }
            self.covered = Some(self.covered.map_or(*to, |covered| covered.max(*to)));
        }
    }

    /// Whether it is time to look for rows in gaps: now and then, and before one is forgotten.
    fn looks_into_gaps(&self, now_ms: i64) -> bool {
        let is_due = now_ms.abs_diff(self.gaps_looked_ms) >= GAPS_EVERY_MS.unsigned_abs();
        !self.gaps.is_empty() && (is_due || self.gaps.iter().any(|gap| gap.is_old(now_ms)))
    }

    /// Takes it that nobody writes into old gaps any more, of which none had a row just now.
    fn forget_gaps(&mut self, now_ms: i64) {
        self.gaps.retain(|gap| !gap.is_old(now_ms));
    }

    /// Says once an hour how far it is, where logs are kept elsewhere: a copy of the database without its end is known by that.
    fn tell(&mut self) {
        let hour = now_ms().div_euclid(HOUR_MS);
        if self.told_hour != hour {
            self.told_hour = hour;
            tracing::info!(head = format!("{}:{}", self.number, rows::hex(&self.seal)), "the audit is sealed");
        }
    }
}

impl Gap {
    fn is_old(&self, now_ms: i64) -> bool {
        now_ms - self.since_ms >= LATE_MS
    }

    fn without(self, from: i64, to: i64) -> impl Iterator<Item = Gap> {
        let Gap { from: begin, to: end, since_ms } = self;
        let parts = match to < begin || end < from {
            true => [(begin, end), (1, 0)],
            false => [(begin, from - 1), (to + 1, end)],
        };
        parts.into_iter().filter(|(from, to)| from <= to).map(move |(from, to)| Gap { from, to, since_ms })
    }
}

/// The seal, and how many there are in another place: whoever takes the last ones away must know of both. With it those of its
/// rows are indexed that came late.
fn insert<'a>(dialect: &Dialect, seal: &Seal, late: impl Iterator<Item = &'a (i64, i64)>) -> Work {
    let places: Vec<String> = (1..=7).map(|place| dialect.parameter(place)).collect();
    let sql = format!(
        "INSERT INTO {} (\"number\", \"at\", \"format\", \"rows\", \"seqs\", \"digests\", \"seal\") VALUES ({}) \
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
    let late: Vec<Step> = late.map(|(from, to)| Step::Run(index::add(dialect, *from, *to))).collect();
    let held = (!late.is_empty()).then(|| index::hold(dialect));
    Work::write(held.into_iter().chain(seal).chain(late).collect())
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(state: &State) -> Vec<(i64, i64)> {
        state.gaps.iter().map(|gap| (gap.from, gap.to)).collect()
    }

    #[test]
    fn gaps_are_remembered_until_they_are_sealed() {
        let mut state = State::default();
        state.sealed(7, vec![1], &[(100, 103), (106, 110)], 0);
        assert_eq!((state.number, state.covered, gaps(&state)), (7, Some(110), vec![(104, 105)]));
        state.sealed(8, vec![2], &[(105, 105), (111, 112), (120, 120)], 0);
        assert_eq!((state.covered, gaps(&state)), (Some(120), vec![(104, 104), (113, 119)]));
        state.sealed(9, vec![3], &[(115, 116)], 0);
        assert_eq!((state.covered, gaps(&state)), (Some(120), vec![(104, 104), (113, 114), (117, 119)]));
        state.sealed(10, vec![4], &[(104, 104), (113, 114), (117, 119)], 0);
        assert_eq!(gaps(&state), []);
    }

    /// Rows that came into it since the last look would be sealed and indexed by nobody.
    #[test]
    fn a_gap_is_looked_into_before_it_is_forgotten() {
        let mut state = State::default();
        state.sealed(1, vec![1], &[(1, 10), (12, 300)], 1000);
        state.gaps_looked_ms = LATE_MS - 1;
        assert!(!state.looks_into_gaps(LATE_MS), "it was looked into just now");
        state.forget_gaps(LATE_MS + 999);
        assert_eq!((gaps(&state), state.settled()), (vec![(11, 11)], 0));
        assert!(state.looks_into_gaps(LATE_MS + 1000), "for the last time");
        state.forget_gaps(LATE_MS + 1000);
        assert_eq!((gaps(&state), state.settled()), (vec![], 1));
        assert!(!state.looks_into_gaps(2 * LATE_MS));
    }

    /// Whoever fills the index begins with the same row, so that neither waits for the other.
    #[test]
    fn who_indexes_late_rows_holds_the_index_before_all_else() {
        let (at, seqs) = ("2026-11-20T00:00:00.000000Z".to_owned(), "1-3".to_owned());
        let seal = Seal { number: 1, at, format: FORMAT, rows: 3, seqs, digests: Vec::new(), seal: Vec::new() };
        for dialect in [Dialect::Sqlite, Dialect::Postgres { schema: "app".into() }] {
            let steps = |late: &[(i64, i64)]| -> Vec<String> {
                let work = insert(&dialect, &seal, late.iter());
                work.steps.iter().map(|step| step.statement().sql.to_string()).collect()
            };
            let filled: Vec<String> = index::fill(&dialect, (0, 1), (0, 255))
                .steps
                .iter()
                .map(|step| step.statement().sql.to_string())
                .collect();
            let of_index = |sql: &String| sql.starts_with("UPDATE") && sql.contains("'audit_indexed'");
            let late = steps(&[(1, 1), (3, 3)]);
            assert_eq!(late.len(), 5);
            assert!(of_index(&late[0]) && of_index(&filled[0]), "{late:?} {filled:?}");
            assert!(
                late[3..].iter().chain(&filled[1..]).all(|sql| sql.contains(" ORDER BY 1, 2 ON CONFLICT")),
                "{late:?}"
            );
            assert!(!steps(&[]).iter().any(of_index), "whoever only seals waits for no one who fills");
        }
    }

    #[test]
    fn what_may_still_come_settles_no_block() {
        let mut state = State::default();
        assert_eq!(state.settled(), 0);
        state.sealed(1, vec![1], &[(1, 255)], 0);
        assert_eq!(state.settled(), 1);
        state.sealed(2, vec![2], &[(256, 300), (302, 1023)], 0);
        assert_eq!(state.settled(), 1);
        state.sealed(3, vec![3], &[(301, 301)], 0);
        assert_eq!(state.settled(), 4);
    }
}
