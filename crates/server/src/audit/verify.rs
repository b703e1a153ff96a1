//! Reads the whole audit again and says where it was first tampered with.
//!
//! What is not sealed yet, the rows of about a second, proves nothing. Who takes away the last rows with their seals, and
//! their count, is found out by a seal that was kept elsewhere: see [`Head`]. What the seals leave out is looked at in `left_out`.

use store::{Store, StoreError};
use work::{Dialect, Outcome, Value, Work};

use super::coverage::Coverage;
use super::kept::{Held, Ring};
use super::rows::{self, ReadError, Row};
use super::told::{Broken, Fault, Head, Unread, Verified};
use super::{DIGEST_BYTES, NOTHING, Seal, SealKeys, index, read, rekey};
use crate::settings::Settings;

/// Numbers of rows among which those are looked for that the index leaves out, and how many of these are looked at together. A row may
/// tell of a thousand records.
const LOOKED_AT: i64 = 256;
const LEFT_OUT: usize = 100;
/// Reads all rows and seals again; with a seal that was kept elsewhere, whether it is still there. Blocks the thread.
///
/// # Errors
/// The audit could not be read.
pub fn verify(store: &Store, settings: &Settings, kept: Option<&Head>) -> Result<Result<Verified, Broken>, Unread> {
    let dialect = store.dialect();
    let ring = rekey::look(store, settings).map_err(Unread)?.ring;
    let walk = Walk {
        store,
        ring: &ring,
        kept,
        before: NOTHING.to_vec(),
        seals: 0,
        rows: 0,
        unchecked: 0,
        coverage: Coverage::default(),
        open: None,
        dialect,
    };
    match walk.all() {
        Ok(verified) => Ok(Ok(verified)),
        Err(Stop::Broken(broken)) => Ok(Err(broken)),
        Err(Stop::Unread(error)) => Err(Unread(error)),
    }
}

pub(super) enum Stop {
    Broken(Broken),
    Unread(ReadError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Stop {
        Stop::Unread(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Unread(error.into())
    }
}

pub(super) struct Walk<'a> {
    store: &'a Store,
    pub(super) dialect: Dialect,
    ring: &'a Ring,
    kept: Option<&'a Head>,
    before: Vec<u8>,
    seals: i64,
    pub(super) rows: i64,
    unchecked: i64,
    /// With all gaps that were ever left.
    pub(super) coverage: Coverage,
    /// The first seal into whose gaps rows may still come, if the last seal says so.
    pub(super) open: Option<i64>,
}

impl Walk<'_> {
    fn all(mut self) -> Result<Verified, Stop> {
        // Before the rest, which may grow meanwhile.
        let (promised, numbered) = (self.promised()?, self.numbered()?);
        self.read_seals()?;
        let last = self.last();
        let kept = self.kept.map(|head| head.number).into_iter();
        let kept = kept.chain(self.ring.anchors().map(|(number, _)| *number)).max();
        if self.seals < promised.max(kept.unwrap_or_default()) {
            return Err(broken(last + 1, Fault::SealGone(self.seals + 1)));
        }
        let late = self.between()?;
        let last = self.last();
        self.indexed(last)?;
        let unsealed = late + self.number("SELECT count(*) FROM {} WHERE \"seq\" > {}", last)?;
        let newest = self.number("SELECT coalesce(max(\"seq\"), 0) FROM {} WHERE \"seq\" > {}", 0)?;
        if newest < numbered {
            return Err(broken(newest + 1, Fault::Gone));
        }
        let beyond = format!(
            "SELECT min(\"seq\") FROM {{}} WHERE \"seq\" > {{}} AND NOT ({})",
            rows::was_numbered(&self.dialect)
        );
        match self.number(&beyond, 0)? {
            0 => {}
            row => return Err(broken(row, Fault::Inserted)),
        }
        let head = (self.seals > 0).then(|| Head { number: self.seals, seal: rows::hex(&self.before) });
        Ok(Verified { seals: self.seals, rows: self.rows, unsealed, unchecked: self.unchecked, head })
    }

    /// Reads the seals from the last one on that was read.
    pub(super) fn read_seals(&mut self) -> Result<(), Stop> {
        loop {
            let outcome = self.run(rows::seals(&self.dialect, self.seals + 1))?;
            let (seals, more) = rows::read_seals(outcome)?;
            seals.iter().try_for_each(|seal| self.seal(seal))?;
            if !more {
                return Ok(());
            }
        }
    }

    fn seal(&mut self, seal: &Seal) -> Result<(), Stop> {
        let ranges = read(&seal.seqs);
        let first = ranges.as_ref().and_then(|ranges| ranges.first()).map_or(self.last() + 1, |(from, _)| *from);
        if seal.number != self.seals + 1 {
            return Err(broken(self.last() + 1, Fault::SealGone(self.seals + 1)));
        }
        let ring = self.ring;
        let (Some(ranges), Some(held)) = (ranges, ring.holds(seal, &self.before)) else {
            return Err(broken(first, Fault::SealChanged(seal.number)));
        };
        let keys = match held {
            Held::By(keys) => Some(keys),
            Held::Unchecked => None,
        };
        self.unchecked += i64::from(keys.is_none());
        let mut digests = seal.digests.chunks(DIGEST_BYTES);
        for (from, to) in &ranges {
            self.range(*from, *to, keys, &mut digests)?;
        }
        let taken = self.coverage.take(seal.number, &ranges);
        // Of the format before some were, by servers that were started anew.
        if let (Some(row), Some(_)) = (taken.twice, seal.place()) {
            return Err(broken(row, Fault::Twice(seal.number)));
        }
        let is_kept = |head: &&Head| head.number == seal.number;
        let is_other = |(number, kept): &(i64, Vec<u8>)| *number == seal.number && *kept != seal.seal;
        if self.kept.filter(is_kept).is_some_and(|head| head.seal != rows::hex(&seal.seal))
            || ring.anchors().any(is_other)
        {
            return Err(broken(self.last(), Fault::OtherHead(seal.number)));
        }
        self.before.clone_from(&seal.seal);
        self.seals = seal.number;
        self.open = seal.place().map(|(_, open)| open);
        self.rows += taken.rows;
        Ok(())
    }

    /// The rows of a range, each under its digest; without keys, that they are there.
    fn range<'d>(
        &self,
        from: i64,
        to: i64,
        keys: Option<&SealKeys>,
        digests: &mut impl Iterator<Item = &'d [u8]>,
    ) -> Result<(), Stop> {
        let mut next = from;
        while next <= to {
            let (rows, more) = self.page(next, to)?;
            for row in &rows {
                if row.seq != next {
                    return Err(broken(next, Fault::Gone));
                }
                let digest = digests.next();
                if keys.is_some_and(|keys| digest != Some(&keys.digest(&row.bytes)[..])) {
                    return Err(broken(next, Fault::Changed));
                }
                next += 1;
            }
            if !more && next <= to {
                return Err(broken(next, Fault::Gone));
            }
        }
        Ok(())
    }

    /// That sealed rows are found by the index as far as it is filled.
    fn indexed(&self, last: i64) -> Result<(), Stop> {
        let (mut next, mut at_once) = (0, LOOKED_AT);
        while next <= last {
            let to = last.min(next + at_once - 1);
            let params = vec![Value::Integer(next), Value::Integer(to)];
            let work = rows::numbers(index::left_out(&self.dialect, LEFT_OUT + 1), params, LEFT_OUT);
            let outcome = match self.run(work) {
                Err(StoreError::Timeout { .. }) if at_once > 1 => {
                    at_once /= 4;
                    continue;
                }
                outcome => outcome?,
            };
            let (left_out, more) = rows::read_numbers(outcome)?;
            // What is not sealed yet may have come too late to be indexed with the others, and will be with its seal.
            let is_sealed = |seq: &&i64| self.coverage.holds(**seq);
            if let Some(row) = left_out.iter().find(is_sealed) {
                return Err(broken(*row, Fault::NotIndexed));
            }
            next = left_out.last().filter(|_| more).copied().unwrap_or(to) + 1;
        }
        Ok(())
    }

    /// How many seals were made, as it is written elsewhere in the database.
    fn promised(&self) -> Result<i64, Stop> {
        let sql = format!(
            "SELECT CAST(\"value\" AS BIGINT) FROM {} WHERE \"name\" = 'audit_seals'",
            self.dialect.table("_state")
        );
        Ok(rows::read_number(self.run(rows::number(sql, Vec::new()))?).unwrap_or_default())
    }

    /// The number of the last row that was ever written, where no transaction takes one in vain.
    fn numbered(&self) -> Result<i64, Stop> {
        if self.dialect != Dialect::Sqlite {
            return Ok(0);
        }
        let sql = "SELECT \"seq\" FROM \"sqlite_sequence\" WHERE \"name\" = '_audit'".to_owned();
        Ok(rows::read_number(self.run(rows::number(sql, Vec::new()))?).unwrap_or_default())
    }

    pub(super) fn page(&self, from: i64, to: i64) -> Result<(Vec<Row>, bool), Stop> {
        let [one, two] = [1, 2].map(|place| self.dialect.parameter(place));
        let condition = format!("\"seq\" BETWEEN {one} AND {two}");
        let work = rows::rows(&self.dialect, &condition, vec![Value::Integer(from), Value::Integer(to)]);
        Ok(rows::read_rows(self.run(work)?)?)
    }

    /// A number about the rows of the audit: the braces are the table and a parameter.
    pub(super) fn number(&self, sql: &str, parameter: i64) -> Result<i64, Stop> {
        let sql = sql.replacen("{}", &self.dialect.table("_audit"), 1).replacen("{}", &self.dialect.parameter(1), 1);
        let work = rows::number(sql, vec![Value::Integer(parameter)]);
        Ok(rows::read_number(self.run(work)?).unwrap_or_default())
    }

    pub(super) fn last(&self) -> i64 {
        self.coverage.top
    }

    fn run(&self, work: Work) -> Result<Outcome, StoreError> {
        self.store.run_blocking(work)
    }
}

pub(super) fn broken(row: i64, fault: Fault) -> Stop {
    Stop::Broken(Broken { row, fault })
}
