//! What is known of the seals that there are, and of the numbers for which there was no row when they were made.
//!
//! On Postgres a row may be seen after others that have later numbers: its transaction took its number before theirs did, and ended
//! after them, minutes or hours. So such a gap is looked into again and again, until nobody is under way any more who was when it was
//! found. Who takes a number later has a later one, so that a row that stands in the gap after that was put there.

use std::collections::BTreeMap;

use super::coverage::{Coverage, Gap};
use super::index;
use super::rows::{self, Row};
use super::{LATE_MS, Seal, read, seal};

/// Gaps are looked into so often, and so many at once; seldomer where there are very many, as when somebody is under way for hours.
const EVERY_MS: i64 = 5000;
const AT_ONCE: usize = 100;
const FOR_EACH_MS: i64 = 100;
/// So long it may take from when somebody takes a number to when the database counts him among those who write.
const UNCOUNTED_MS: i64 = 1000;
const HOUR_MS: i64 = 60 * 60 * 1000;

/// What is known of the seals that there are.
#[derive(Default)]
pub(super) struct State {
    /// Whether the database was asked what there is.
    pub begun: bool,
    pub number: i64,
    pub seal: Vec<u8>,
    /// What is sealed, with the gaps into which rows may still come.
    pub coverage: Coverage,
    /// When the gaps that a seal left were found, and who may still have a row in them.
    ages: BTreeMap<i64, Age>,
    looked_ms: i64,
    told_hour: i64,
}

/// Of the gaps that one seal left.
struct Age {
    since_ms: i64,
    /// The number of the first transaction that cannot have a row in them.
    until: Option<i64>,
}

/// Transactions, at one moment, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnderWay {
    /// Those before this one have ended.
    pub oldest: i64,
    /// The one that begins next.
    pub next: i64,
}

impl State {
    /// How many blocks have all the rows that they will ever have, and those sealed; but for rows that come very late, which are
    /// indexed with their seal.
    pub fn settled(&self, now_ms: i64) -> i64 {
        let is_young = |gap: &Gap| self.ages.get(&gap.by).is_some_and(|age| !age.is_old(now_ms));
        let young = self.coverage.gaps().find(is_young);
        index::block(young.map_or(self.coverage.top + 1, |gap| gap.from))
    }

    /// Takes in a seal that is on disk.
    pub fn sealed(&mut self, seal: Seal, now_ms: i64) {
        self.coverage.take(seal.number, &read(&seal.seqs).unwrap_or_default());
        // Gaps of which another instance knows that nobody comes into them any more.
        let open = seal.open();
        self.coverage.retain(|gap| gap.by >= open);
        self.ages.insert(seal.number, Age { since_ms: now_ms, until: None });
        self.forget_ages();
        (self.number, self.seal) = (seal.number, seal.seal);
    }

    /// The first seal whose gaps are not over, once this one is there with these rows.
    pub fn open_after(&self, number: i64, ranges: &[(i64, i64)]) -> i64 {
        let mut coverage = self.coverage.clone();
        coverage.take(number, ranges);
        coverage.open(number)
    }

    pub fn has_gaps(&self) -> bool {
        self.coverage.gaps().next().is_some()
    }

    /// Whether it is time to look for rows in gaps.
    pub fn looks_into_gaps(&self, now_ms: i64) -> bool {
        let looks = i64::try_from(self.coverage.gaps().count() / AT_ONCE).unwrap_or(i64::MAX);
        let every_ms = EVERY_MS.max(looks.saturating_mul(FOR_EACH_MS));
        self.has_gaps() && now_ms.abs_diff(self.looked_ms) >= every_ms.unsigned_abs()
    }

    /// Has them looked into as soon as anything is sealed.
    pub fn look_soon(&mut self) {
        self.looked_ms = 0;
    }

    /// The numbers of the gaps, so many at once.
    pub fn numbers(&self) -> Vec<Vec<(i64, i64)>> {
        let numbers: Vec<(i64, i64)> = self.coverage.gaps().map(|gap| (gap.from, gap.to)).collect();
        numbers.chunks(AT_ONCE).map(<[_]>::to_vec).collect()
    }

    /// Gaps up to a number were looked into after it was asked who was under way, and these are the numbers of the rows that stood there,
    /// in order. Where nobody can come any more they are forgotten; without transactions that have numbers, after a time.
    pub fn looked(&mut self, now_ms: i64, up_to: i64, found: &[i64], under_way: Option<UnderWay>) {
        self.looked_ms = now_ms;
        let ages = &mut self.ages;
        self.coverage.retain(|gap| {
            let first = found.partition_point(|seq| *seq < gap.from);
            let has_rows = found.get(first).is_some_and(|seq| *seq <= gap.to);
            gap.to > up_to || has_rows || !ages.get_mut(&gap.by).is_some_and(|age| age.is_over(now_ms, under_way))
        });
        self.forget_ages();
    }

    fn forget_ages(&mut self) {
        let open = self.coverage.open(i64::MAX - 1);
        self.ages = self.ages.split_off(&open);
    }

    /// Says once an hour how far it is, where logs are kept elsewhere: a copy of the database without its end is known by that.
    pub fn tell(&mut self) {
        let hour = seal::now_ms().div_euclid(HOUR_MS);
        if self.told_hour != hour {
            self.told_hour = hour;
            tracing::info!(head = format!("{}:{}", self.number, rows::hex(&self.seal)), "the audit is sealed");
        }
    }
}

impl Age {
    fn is_old(&self, now_ms: i64) -> bool {
        now_ms - self.since_ms >= LATE_MS
    }

    /// Whether no row can come any more into gaps of this age; asked of those that have none.
    fn is_over(&mut self, now_ms: i64, under_way: Option<UnderWay>) -> bool {
        let Some(UnderWay { oldest, next }) = under_way else { return self.is_old(now_ms) };
        if self.until.is_none() && now_ms - self.since_ms >= UNCOUNTED_MS {
            self.until = Some(next);
        }
        self.until.is_some_and(|until| until <= oldest)
    }
}

/// Of rows that came late, so many as one seal takes: no more than so many, than so many terms that are indexed with it, and than so
/// many bytes; but one.
pub(super) fn bounded(rows: &mut Vec<Row>, (most, most_terms, most_bytes): (usize, i64, usize)) -> bool {
    let (mut terms, mut bytes) = (0, 0);
    let fits = |row: &Row| {
        terms += index::terms_of(row);
        bytes += row.bytes.len();
        terms <= most_terms && bytes <= most_bytes
    };
    let fitting = rows.iter().take(most).map(fits).take_while(|fits| *fits).count();
    let is_cut = rows.len() > fitting.max(1);
    rows.truncate(fitting.max(1));
    is_cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(state: &State) -> Vec<(i64, i64)> {
        state.coverage.gaps().map(|gap| (gap.from, gap.to)).collect()
    }

    /// Has these rows sealed at a moment.
    fn seal(state: &mut State, ranges: &[(i64, i64)], now_ms: i64) {
        let number = state.number + 1;
        let (top, open) = (state.coverage.top, state.open_after(number, ranges));
        let seqs = super::super::written(ranges);
        state.sealed(
            Seal { number, format: super::super::FORMAT, seqs, top: Some(top), open: Some(open), ..Seal::default() },
            now_ms,
        );
    }

    #[test]
    fn gaps_are_remembered_until_they_are_sealed() {
        let mut state = State::default();
        seal(&mut state, &[(1, 103), (106, 110)], 0);
        assert_eq!((state.number, state.coverage.top, gaps(&state)), (1, 110, vec![(104, 105)]));
        seal(&mut state, &[(105, 105), (111, 112), (120, 120)], 0);
        assert_eq!((state.coverage.top, gaps(&state)), (120, vec![(104, 104), (113, 119)]));
        seal(&mut state, &[(115, 116)], 0);
        assert_eq!((state.coverage.top, gaps(&state)), (120, vec![(104, 104), (113, 114), (117, 119)]));
        seal(&mut state, &[(104, 104), (113, 114), (117, 119)], 0);
        assert_eq!(gaps(&state), []);
    }

    /// Rows that came into it since the last look would be sealed and indexed by nobody.
    #[test]
    fn a_gap_is_looked_into_before_it_is_forgotten() {
        let mut state = State::default();
        seal(&mut state, &[(1, 10), (12, 300)], 1000);
        state.looked(LATE_MS - 1, i64::MAX, &[], None);
        assert!(!state.looks_into_gaps(LATE_MS), "it was looked into just now");
        assert!(state.looks_into_gaps(LATE_MS + EVERY_MS));
        assert_eq!(gaps(&state), [(11, 11)]);
        state.looked(LATE_MS + 1000, i64::MAX, &[11], None);
        assert_eq!(gaps(&state), [(11, 11)], "its row is to be sealed");
        state.looked(LATE_MS + 1000, 10, &[], None);
        assert_eq!(gaps(&state), [(11, 11)], "it was not looked into");
        state.looked(LATE_MS + 1000, 11, &[10, 12], None);
        assert_eq!(gaps(&state), []);
        assert!(!state.looks_into_gaps(9 * LATE_MS));
    }

    /// However long that takes, and no longer.
    #[test]
    fn a_gap_is_open_as_long_as_somebody_is_under_way_who_may_have_its_numbers() {
        let mut state = State::default();
        seal(&mut state, &[(1, 10), (12, 300)], 0);
        // When, who is under way; whether the gap is still open.
        for (now_ms, oldest, next, is_open) in [
            (UNCOUNTED_MS - 1, 40, 70, true),
            (UNCOUNTED_MS, 40, 90, true),
            (LATE_MS, 40, 100, true),
            (50 * LATE_MS, 89, 200, true),
            (50 * LATE_MS, 90, 200, false),
        ] {
            state.looked(now_ms, i64::MAX, &[], Some(UnderWay { oldest, next }));
            assert_eq!(state.has_gaps(), is_open, "{now_ms} {oldest} {next}");
        }
    }

    /// Of two instances one has found out that nobody comes any more; the other takes its word, which is sealed.
    #[test]
    fn a_gap_that_is_over_for_one_instance_is_over_for_all() {
        let (mut one, mut other) = (State::default(), State::default());
        for state in [&mut one, &mut other] {
            seal(state, &[(1, 10), (12, 20)], 0);
        }
        one.looked(UNCOUNTED_MS, i64::MAX, &[], Some(UnderWay { oldest: 7, next: 7 }));
        assert_eq!((gaps(&one), gaps(&other)), (vec![], vec![(11, 11)]));
        let next = [(21, 21), (23, 23)];
        let (top, open) = (one.coverage.top, one.open_after(2, &next));
        assert_eq!((top, open), (20, 2));
        let seal = Seal {
            number: 2,
            format: 2,
            seqs: "21,23".to_owned(),
            top: Some(top),
            open: Some(open),
            ..Seal::default()
        };
        other.sealed(seal.clone(), 0);
        assert_eq!(gaps(&other), [(22, 22)]);
        one.sealed(seal, 0);
        assert_eq!(gaps(&one), [(22, 22)]);
    }

    #[test]
    fn what_may_still_come_settles_no_block_for_a_while() {
        let mut state = State::default();
        assert_eq!(state.settled(0), 0);
        seal(&mut state, &[(1, 255)], 0);
        assert_eq!(state.settled(0), 1);
        seal(&mut state, &[(256, 300), (302, 1023)], 0);
        assert_eq!((state.settled(LATE_MS - 1), state.settled(LATE_MS)), (1, 4));
        seal(&mut state, &[(301, 301)], 0);
        assert_eq!(state.settled(0), 4);
    }

    #[test]
    fn a_seal_takes_so_many_rows_that_came_late_and_no_more() {
        let row = |seq: i64, ids: usize| {
            let ids: Vec<usize> = (0..ids).collect();
            let after = serde_json::json!({ "ids": ids }).to_string();
            let row = serde_json::json!({ "seq": seq, "entity": "task", "entity_id": null, "after": after });
            Row { seq, at: String::new(), bytes: row.to_string().into_bytes() }
        };
        let taken = |bounds| {
            let mut rows = vec![row(1, 10), row(2, 1000), row(3, 10), row(4, 0)];
            let is_cut = bounded(&mut rows, bounds);
            (rows.iter().map(|row| row.seq).collect::<Vec<_>>(), is_cut)
        };
        assert_eq!(taken((9, 9_000, 99_000)), (vec![1, 2, 3, 4], false));
        assert_eq!(taken((2, 9_000, 99_000)), (vec![1, 2], true));
        assert_eq!(taken((9, 1_030, 99_000)), (vec![1, 2], true));
        assert_eq!(taken((9, 1_000, 99_000)), (vec![1], true));
        assert_eq!(taken((9, 1, 99_000)), (vec![1], true), "one is sealed however many it tells of");
        assert_eq!(taken((9, 9_000, 500)), (vec![1], true));
        assert!(!bounded(&mut Vec::new(), (9, 9, 9)));
    }
}
