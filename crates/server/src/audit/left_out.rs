//! Rows under no seal though later ones are sealed: whoever verifies tells those that may just have come late from those that somebody put
//! in.

use std::time::Duration;

use work::Dialect;

use super::LATE_MS;
use super::coverage::Gap;
use super::rows::Row;
use super::told::Fault;
use super::verify::{Stop, Walk, broken};

/// How often, and for how long in between, it is looked whether a row is sealed that came late: a server seals it within some six
/// seconds.
const LOOKS: u32 = 16;
const LOOKS_EVERY: Duration = Duration::from_millis(500);

impl Walk<'_> {
    /// That no seal leaves out a row though it covers later ones; how many of these have only just come late, where the server is about to
    /// seal them, and none runs that does.
    pub(super) fn between(&mut self) -> Result<i64, Stop> {
        let mut looks = if self.dialect == Dialect::Sqlite { 0 } else { LOOKS };
        loop {
            let late = self.left_out()?;
            if late == 0 || looks == 0 {
                return Ok(late);
            }
            looks -= 1;
            std::thread::sleep(LOOKS_EVERY);
            self.read_seals()?;
        }
    }

    /// How many rows no seal covers though later ones are sealed, where each of them may just have come late.
    fn left_out(&mut self) -> Result<i64, Stop> {
        let count = self.number("SELECT count(*) FROM {} WHERE \"seq\" <= {}", self.last())?;
        if count == self.rows {
            return Ok(0);
        }
        // Of gaps there may be very many, one for each transaction that was ever undone; of those that are open, few.
        let open: Vec<Gap> = self.coverage.gaps().filter(|gap| self.is_open(gap)).collect();
        let mut late = 0;
        for gap in open {
            self.each_row(gap, |row| {
                late += i64::from(self.may_be_late(row));
                None::<i64>
            })?;
        }
        if count == self.rows + late {
            return Ok(late);
        }
        let before_all = Gap { from: i64::MIN, to: 0, by: 0 };
        for gap in std::iter::once(before_all).chain(self.coverage.gaps()) {
            let is_open = self.is_open(&gap);
            let put_in = |row: &Row| (!is_open || !self.may_be_late(row)).then_some(row.seq);
            if let Some(row) = self.each_row(gap, put_in)? {
                return Err(broken(row, Fault::Inserted));
            }
        }
        Ok(late)
    }

    /// Whether rows may still come into a gap, which happens on Postgres alone.
    fn is_open(&self, gap: &Gap) -> bool {
        self.dialect != Dialect::Sqlite && self.open.is_none_or(|open| gap.by >= open)
    }

    /// Whether a row in an open gap may have come late. Of the format before nobody knows which gaps are open, so it must have been
    /// written lately.
    fn may_be_late(&self, row: &Row) -> bool {
        let age_ms = |at: jiff::Timestamp| jiff::Timestamp::now().as_millisecond() - at.as_millisecond();
        self.open.is_some() || row.at.parse::<jiff::Timestamp>().is_ok_and(|at| age_ms(at) < LATE_MS)
    }

    /// Looks at the rows in a gap until something is found.
    fn each_row<T>(&self, gap: Gap, mut look: impl FnMut(&Row) -> Option<T>) -> Result<Option<T>, Stop> {
        let mut next = gap.from;
        while next <= gap.to {
            let (rows, more) = self.page(next, gap.to)?;
            if let Some(found) = rows.iter().find_map(&mut look) {
                return Ok(Some(found));
            }
            next = rows.last().filter(|_| more).map_or(gap.to, |row| row.seq).saturating_add(1);
        }
        Ok(None)
    }
}
