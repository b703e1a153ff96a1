//! Which rows are sealed: all up to a number, but for gaps. Those who seal and those who verify make it of the seals, one after the other.
//!
//! Each seal says how far those before it came (`top`), and which of them is the first whose gaps are not over yet (`open`). So whoever
//! begins need not read more of them than from that one on, and whoever finds a row in a gap knows whether it may have come late.

use std::collections::BTreeMap;

/// The rows that are sealed.
#[derive(Debug, Clone, Default)]
pub(super) struct Coverage {
    /// The last one.
    pub top: i64,
    /// By their first numbers.
    gaps: BTreeMap<i64, Gap>,
}

/// Numbers for which there was no row when later ones were sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub from: i64,
    pub to: i64,
    /// The seal that left it.
    pub by: i64,
}

/// What a seal added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Rows that no seal before it covers.
    pub rows: i64,
    /// The first of those that one did.
    pub twice: Option<i64>,
}

impl Coverage {
    /// Takes in the rows of a seal, in order.
    pub fn take(&mut self, by: i64, ranges: &[(i64, i64)]) -> Taken {
        let mut taken = Taken::default();
        for (from, to) in ranges.iter().copied() {
            if from <= self.top {
                self.fill(from, to.min(self.top), &mut taken);
            }
            let next = from.max(self.top + 1);
            if next > to {
                continue;
            }
            if next > self.top + 1 {
                let from = self.top + 1;
                self.gaps.insert(from, Gap { from, to: next - 1, by });
            }
            taken.rows += to - next + 1;
            self.top = to;
        }
        taken
    }

    /// Takes rows out of the gaps.
    fn fill(&mut self, from: i64, to: i64, taken: &mut Taken) {
        let first = self.gaps.range(..from).next_back().filter(|(_, gap)| gap.to >= from).map_or(from, |(at, _)| *at);
        let met: Vec<Gap> = self.gaps.range(first..=to).map(|(_, gap)| *gap).collect();
        let mut next = from;
        for gap in met {
            let (begin, end) = (gap.from.max(from), gap.to.min(to));
            if begin > next {
                taken.twice.get_or_insert(next);
            }
            self.gaps.remove(&gap.from);
            for part in [Gap { to: begin - 1, ..gap }, Gap { from: end + 1, ..gap }] {
                if part.from <= part.to {
                    self.gaps.insert(part.from, part);
                }
            }
            taken.rows += end - begin + 1;
            next = end + 1;
        }
        if next <= to {
            taken.twice.get_or_insert(next);
        }
    }

    /// In the order of their numbers.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.gaps.values().copied()
    }

    /// Forgets gaps.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&Gap) -> bool) {
        self.gaps.retain(|_, gap| is_kept(gap));
    }

    /// Whether a row is under a seal.
    pub fn holds(&self, seq: i64) -> bool {
        let within = self.gaps.range(..=seq).next_back().is_some_and(|(_, gap)| gap.to >= seq);
        (1..=self.top).contains(&seq) && !within
    }

    /// The first seal whose gaps are among these; where there are none, the one after this.
    pub fn open(&self, number: i64) -> i64 {
        self.gaps.values().map(|gap| gap.by).min().unwrap_or(number + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(coverage: &Coverage) -> Vec<(i64, i64, i64)> {
        coverage.gaps().map(|gap| (gap.from, gap.to, gap.by)).collect()
    }

    #[test]
    fn rows_are_counted_once_and_gaps_are_known_by_the_seal_that_left_them() {
        let mut coverage = Coverage::default();
        for (number, ranges, rows, twice, expected) in [
            (1, &[(3, 10)][..], 8, None, &[(1, 2, 1)][..]),
            (2, &[(2, 2), (13, 13), (15, 20)], 8, None, &[(1, 1, 1), (11, 12, 2), (14, 14, 2)]),
            (3, &[(21, 22)], 2, None, &[(1, 1, 1), (11, 12, 2), (14, 14, 2)]),
            (4, &[(9, 11)], 1, Some(9), &[(1, 1, 1), (12, 12, 2), (14, 14, 2)]),
            (5, &[(12, 14)], 2, Some(13), &[(1, 1, 1)]),
            (6, &[(20, 24)], 2, Some(20), &[(1, 1, 1)]),
            (7, &[(1, 1), (25, 25)], 2, None, &[]),
            (8, &[(7, 7)], 0, Some(7), &[]),
        ] {
            assert_eq!(coverage.take(number, ranges), Taken { rows, twice }, "seal {number}");
            assert_eq!(gaps(&coverage), expected, "seal {number}");
        }
        assert_eq!((coverage.top, coverage.open(8)), (25, 9));
    }

    #[test]
    fn a_gap_in_the_middle_of_which_a_row_comes_becomes_two() {
        let mut coverage = Coverage::default();
        coverage.take(1, &[(1, 1), (10, 10)]);
        coverage.take(2, &[(4, 5)]);
        assert_eq!(gaps(&coverage), [(2, 3, 1), (6, 9, 1)]);
        assert_eq!(coverage.open(2), 1);
        for (seq, held) in
            [(0, false), (1, true), (3, false), (4, true), (5, true), (6, false), (10, true), (11, false)]
        {
            assert_eq!(coverage.holds(seq), held, "{seq}");
        }
        coverage.retain(|gap| gap.from > 3);
        assert_eq!(gaps(&coverage), [(6, 9, 1)]);
    }

    /// Whatever rows come late, and whoever begins anew at whichever seal: no row is left out and none taken twice.
    #[test]
    fn who_begins_with_the_open_gaps_knows_what_who_read_all_knows() {
        // Row 2 comes with the fourth seal, rows 6 and 7 with the sixth.
        let seals: [&[(i64, i64)]; 6] =
            [&[(1, 1), (3, 3)], &[(4, 5), (8, 8)], &[(9, 9)], &[(2, 2)], &[(10, 12)], &[(6, 7), (13, 13)]];
        let mut whole = Coverage::default();
        let mut begun: Vec<(i64, i64)> = Vec::new();
        for (number, ranges) in (1..).zip(seals) {
            let top = whole.top;
            whole.take(number, ranges);
            begun.push((whole.open(number).min(number), top));
            let (from, _) = begun[begun.len() - 1];
            let mut again = Coverage { top: begun[from as usize - 1].1, ..Coverage::default() };
            for (number, ranges) in (1..=number).zip(seals).filter(|(number, _)| *number >= from) {
                again.take(number, ranges);
            }
            assert_eq!((again.top, gaps(&again)), (whole.top, gaps(&whole)), "after seal {number}, from {from} on");
        }
    }
}
