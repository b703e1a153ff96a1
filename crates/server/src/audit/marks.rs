//! How far the index of the audit is filled: all blocks below a mark, and, while that of an audit which was there before is filled, a
//! stretch at the end too, which grows in both directions until it meets them. So the newest rows, which most people look for,
//! are found by it first.
//!
//! The marks stand in `_state`, and only ever move so that more is indexed: whoever has read them may go on by them, whatever is
//! filled meanwhile.

use work::{Dialect, Otherwise, Outcome, Refusal, Statement, Step, Value, Work};

use super::index::{self, ROWS};
use super::rows;

/// Where it stands below which block all are indexed; from which on besides; and up to which. (`audit_indexed` and those with it are of a
/// version that found less, which may still run beside this one.)
const BELOW: &str = "audit_found";
const FROM: &str = "audit_found_from";
const TO: &str = "audit_found_to";
/// Blocks that are filled in one transaction at most.
const AT_ONCE: i64 = 4;
/// From so many blocks on the last ones are filled first.
const MANY: i64 = 64;
/// Rows that a list reads one by one at most, by their numbers, where the index has not come to yet.
pub(super) const READ_AT_ONCE: i64 = 10_000;

/// The marks as they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    below: i64,
    from: i64,
    to: i64,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// To begin at the end, at this block.
    Begin(i64),
    /// To index the blocks from one to below another, and to move a mark.
    Fill { from: i64, to: i64, then: Move },
}

/// A mark, where it was, and where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    mark: &'static str,
    was: i64,
    then: i64,
    /// Nothing is left between the stretch at the end and what is below the other mark, which was here.
    meets: Option<i64>,
}

/// A part of the audit in which a list looks for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Row by row, from a number to below another.
    Read(i64, i64),
    /// By the index, from a block to below another.
    Found(i64, i64),
}

impl Marks {
    pub(super) fn read(outcome: Outcome) -> (Marks, i64) {
        let [below, from, to, newest] = rows::read_few(outcome).map(Option::unwrap_or_default);
        (Marks { below, from, to }, newest)
    }

    /// Below which block all are indexed, and which others are.
    fn ends(self) -> (i64, Option<(i64, i64)>) {
        let Marks { below, from, to } = self;
        if below < from && from <= to { (below, Some((from, to))) } else { (below.max(to), None) }
    }

    /// What is to be done next, where blocks below one are settled.
    pub(super) fn next(self, settled: i64) -> Option<Next> {
        let fill =
            |from: i64, to: i64, mark, was, then, meets| Next::Fill { from, to, then: Move { mark, was, then, meets } };
        match self.ends() {
            (_, Some((_, to))) if to < settled => {
                let then = settled.min(to + AT_ONCE);
                Some(fill(to, then, TO, to, then, None))
            }
            (below, Some((from, _))) => {
                let then = below.max(from - AT_ONCE);
                Some(fill(then, from, FROM, from, then, (then == below).then_some(below)))
            }
            (below, None) if below + MANY < settled => Some(Next::Begin(settled)),
            (below, None) if below < settled => {
                let then = settled.min(below + AT_ONCE);
                // Somebody may have filled it from below into the stretch, who does not know of that.
                Some(fill(below, then, BELOW, self.below, then, None))
            }
            (_, None) => None,
        }
    }

    /// Where a list looks for rows below a number, or for the last ones, and the number of the row where it ends before it has looked
    /// everywhere.
    pub(super) fn zones(self, before: Option<i64>, newest: i64) -> (Vec<Zone>, Option<i64>) {
        let (below, others) = self.ends();
        let parts = match others {
            Some((from, to)) => vec![
                Zone::Read(to * ROWS, i64::MAX),
                Zone::Found(from, to),
                Zone::Read(below * ROWS, from * ROWS),
                Zone::Found(0, below),
            ],
            None => vec![Zone::Read(below * ROWS, i64::MAX), Zone::Found(0, below)],
        };
        let top = before.map_or(newest, |before| newest.min(before - 1));
        let (mut zones, mut left) = (Vec::new(), READ_AT_ONCE);
        for zone in parts {
            match zone {
                Zone::Read(from, _) if before.is_some() && from > top => {}
                Zone::Read(from, to) => {
                    let last = top.min(to - 1);
                    let first = from.max(last - left + 1);
                    if last >= from {
                        left -= last - first + 1;
                    }
                    zones.push(Zone::Read(first.min(to), to));
                    if last >= from && first > from {
                        return (zones, Some(first));
                    }
                }
                Zone::Found(from, to) => {
                    let to = to.min(index::block(top) + 1);
                    if from < to {
                        zones.push(Zone::Found(from, to));
                    }
                }
            }
        }
        (zones, None)
    }
}

/// The question for the marks, and the number of the newest row.
pub(super) fn ask(dialect: &Dialect) -> Work {
    let [below, from, to] = [BELOW, FROM, TO].map(|name| format!("coalesce({}, 0)", standing(dialect, name)));
    let audit = dialect.table("_audit");
    rows::few(format!("SELECT {below}, {from}, {to}, coalesce((SELECT max(\"seq\") FROM {audit}), 0)"), 4)
}

/// A mark, as an expression; null where there is none.
fn standing(dialect: &Dialect, name: &str) -> String {
    let state = dialect.table("_state");
    format!("CAST((SELECT \"value\" FROM {state} WHERE \"name\" = '{name}') AS BIGINT)")
}

/// Below which block all are indexed, as an expression.
pub(super) fn below(dialect: &Dialect) -> String {
    format!("coalesce({}, 0)", standing(dialect, BELOW))
}

/// That a row of a number is in a block that is indexed.
pub(super) fn is_indexed(dialect: &Dialect, seq: &str) -> String {
    let [from, to] = [FROM, TO].map(|name| standing(dialect, name));
    format!("({seq} < {} * {ROWS} OR {seq} >= {from} * {ROWS} AND {seq} < {to} * {ROWS})", below(dialect))
}

/// Has whoever indexes rows, too, wait until this is committed: who writes the same terms in another order would wait for us, and we
/// for him. The first step of a work. Where somebody took the mark away, all is indexed anew.
pub(super) fn hold(dialect: &Dialect) -> Step {
    let state = dialect.table("_state");
    Step::Run(Statement::new(
        format!(
            "INSERT INTO {state} AS \"s\" (\"name\", \"value\") VALUES ('{BELOW}', 0) \
             ON CONFLICT (\"name\") DO UPDATE SET \"value\" = \"s\".\"value\""
        ),
        Vec::new(),
    ))
}

/// Begins a stretch at the end. If another instance has begun one, it is filled once more, which changes nothing.
pub(super) fn begin(dialect: &Dialect, at: i64) -> Work {
    let sql = format!(
        "INSERT INTO {} (\"name\", \"value\") VALUES ('{FROM}', {one}), ('{TO}', {one}) \
         ON CONFLICT (\"name\") DO UPDATE SET \"value\" = excluded.\"value\"",
        dialect.table("_state"),
        one = dialect.parameter(1)
    );
    Work::write(vec![hold(dialect), Step::Run(Statement::new(sql, vec![Value::Integer(at)]))])
}

impl Move {
    /// The same while not all is written that it needs.
    pub(super) fn not_yet(self) -> Move {
        Move { then: self.was, meets: None, ..self }
    }

    /// Refused where somebody else came further.
    pub(super) fn steps(self, dialect: &Dialect) -> Vec<Step> {
        let (state, [one, two]) = (dialect.table("_state"), [1, 2].map(|place| dialect.parameter(place)));
        let change = |sql: String, params: Vec<i64>| Step::Change {
            statement: Statement::new(sql, params.into_iter().map(Value::Integer).collect()),
            none: Otherwise::Refuse(Refusal::Stale),
        };
        let Move { mark, was, then, meets } = self;
        let moved = format!("UPDATE {state} SET \"value\" = {one} WHERE \"name\" = '{mark}' AND \"value\" = {two}");
        let mut steps = vec![hold(dialect), change(moved, vec![then, was])];
        if let Some(below) = meets {
            let to = standing(dialect, TO);
            let meet = format!("UPDATE {state} SET \"value\" = {to} WHERE \"name\" = '{BELOW}' AND \"value\" = {one}");
            let end = format!("UPDATE {state} SET \"value\" = 0 WHERE \"name\" IN ('{FROM}', '{TO}')");
            steps.extend([change(meet, vec![below]), Step::Run(Statement::new(end, Vec::new()))]);
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Move {
        fn applied_to(self, marks: Marks) -> Marks {
            let place = |mark: &str, value: i64| if mark == self.mark { self.then } else { value };
            let moved =
                Marks { below: place(BELOW, marks.below), from: place(FROM, marks.from), to: place(TO, marks.to) };
            if self.meets.is_some() { Marks { below: marks.to, from: 0, to: 0 } } else { moved }
        }
    }

    /// What is filled of 200 blocks, of which the last ten come meanwhile.
    #[test]
    fn the_newest_blocks_come_first_and_all_of_them_once() {
        let (mut marks, mut filled, mut settled) = (Marks { below: 3, ..Marks::default() }, Vec::new(), 190);
        while let Some(next) = marks.next(settled) {
            match next {
                Next::Begin(at) => marks = Marks { from: at, to: at, ..marks },
                Next::Fill { from, to, then } => {
                    assert_eq!(then.not_yet().applied_to(marks), marks);
                    filled.extend(from..to);
                    marks = then.applied_to(marks);
                    if filled.len() == 20 {
                        settled = 200;
                    }
                }
            }
        }
        assert_eq!(filled[..4], [186, 187, 188, 189]);
        assert!(filled[20..30].contains(&199), "{filled:?}");
        filled.sort_unstable();
        assert_eq!(filled, (3..200).collect::<Vec<i64>>());
        assert_eq!(marks, Marks { below: 200, from: 0, to: 0 });
        assert_eq!(marks.next(203), Marks { below: 200, ..Marks::default() }.next(203), "as if nothing had been");
    }

    #[test]
    fn a_list_looks_at_so_many_rows_one_by_one_and_says_where_it_ended() {
        let all = Marks { below: 100, ..Marks::default() };
        let some = Marks { below: 10, from: 100, to: 110 };
        let block = |number: i64| number * ROWS;
        let end = i64::MAX;
        for (marks, before, newest, zones, ends) in [
            (all, None, block(101), vec![Zone::Read(block(100), end), Zone::Found(0, 100)], None),
            (all, Some(7), block(101), vec![Zone::Found(0, 1)], None),
            (Marks::default(), None, 9_999, vec![Zone::Read(0, end)], None),
            (Marks::default(), None, 10_000, vec![Zone::Read(1, end)], Some(1)),
            (Marks::default(), Some(1), 10_000, vec![Zone::Read(0, end)], None),
            (all, None, block(200), vec![Zone::Read(block(200) - 9_999, end)], Some(block(200) - 9_999)),
            (
                some,
                None,
                block(110) + 8,
                vec![Zone::Read(block(110), end), Zone::Found(100, 110), Zone::Read(block(100) - 9_991, block(100))],
                Some(block(100) - 9_991),
            ),
            (
                some,
                Some(block(10) + 5),
                block(110) + 8,
                vec![Zone::Read(block(10), block(100)), Zone::Found(0, 10)],
                None,
            ),
        ] {
            assert_eq!(marks.zones(before, newest), (zones, ends), "{marks:?} before {before:?} of {newest}");
        }
    }
}
