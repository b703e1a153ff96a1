//! Fills the index of the audit behind those who write: a bounded number of terms in a transaction, and then a rest, for on SQLite
//! there is one writer at a time. Sealing does not wait for it.
//!
//! A block of rows is found by the index when a mark has passed it, so blocks of many terms are written in several transactions, of
//! which the last one moves the mark. Whoever is interrupted before writes them once more, which changes nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Weak;
use std::time::Duration;

use store::StoreError;
use tokio::time::{Instant, sleep};
use work::Outcome;

use super::index;
use super::marks::{self, Marks, Move, Next};
use super::rows::{self, ReadError};
use super::seal::{self, EVERY, Sealer};

/// Others have the database for so many times as long as a transaction of ours took, and for so long at least and at most.
const REST: u32 = 3;
const SHORTEST_REST: Duration = Duration::from_millis(10);
const LONGEST_REST: Duration = Duration::from_secs(10);

/// What is known of how far the index is filled, and what is written next.
pub(super) struct Filling {
    /// Where the marks stand, if it is known.
    marks: Option<Marks>,
    /// Ranges of rows that are written one after the other, and the mark that moves with the last of them.
    parts: VecDeque<(i64, i64)>,
    then: Option<Move>,
    /// Terms in one transaction; fewer where the database takes too long.
    most: i64,
}

impl Default for Filling {
    fn default() -> Filling {
        Filling { marks: None, parts: VecDeque::new(), then: None, most: index::TERMS }
    }
}

/// Fills the index for as long as somebody holds the sealer.
pub(super) async fn again_and_again(sealer: Weak<Sealer>) {
    let mut failing = false;
    sleep(EVERY).await;
    loop {
        let Some(sealer) = sealer.upgrade() else { return };
        let began = Instant::now();
        let result = sealer.fill().await;
        drop(sealer);
        match result {
            Ok(true) => sleep(rest(began.elapsed())).await,
            Ok(false) => sleep(EVERY).await,
            Err(ReadError::Store(StoreError::Closed)) => return,
            Err(error) => {
                // Once, for whatever is wrong will be wrong again.
                if !failing {
                    tracing::warn!(%error, "the index of the audit could not be filled; lists with filters take longer meanwhile");
                }
                failing = true;
                sleep(LONGEST_REST).await;
                continue;
            }
        }
        failing = false;
    }
}

fn rest(took: Duration) -> Duration {
    (took * REST).clamp(SHORTEST_REST, LONGEST_REST)
}

impl Sealer {
    /// Indexes some of the rows in blocks that nobody writes into any more, in one transaction; whether there were any.
    pub(super) async fn fill(&self) -> Result<bool, ReadError> {
        let settled = self.state.lock().await.settled(seal::now_ms());
        let mut filling = self.filling.lock().await;
        let result = self.fill_next(&mut filling, settled).await;
        if let Err(error) = &result {
            filling.begin_anew();
            if matches!(error, ReadError::Store(StoreError::Timeout { .. })) {
                filling.most = (filling.most / 4).max(1);
            }
        }
        result
    }

    /// Indexes all of them, without a rest.
    pub(crate) async fn fill_up(&self) -> Result<(), ReadError> {
        while self.fill().await? {}
        Ok(())
    }

    /// The marks, and the number of the newest row.
    pub(super) async fn marks(&self) -> Result<(Marks, i64), ReadError> {
        Ok(Marks::read(self.store.run(marks::ask(&self.store.dialect())).await?))
    }

    async fn fill_next(&self, filling: &mut Filling, settled: i64) -> Result<bool, ReadError> {
        let dialect = self.store.dialect();
        let marks = match filling.marks {
            Some(marks) => marks,
            None => self.marks().await?.0,
        };
        filling.marks = Some(marks);
        if filling.parts.is_empty() {
            match marks.next(settled) {
                None => return Ok(false),
                Some(Next::Begin(at)) => {
                    self.store.run(marks::begin(&dialect, at)).await?;
                    filling.marks = None;
                    return Ok(true);
                }
                Some(Next::Fill { from, to, then }) => self.plan(filling, (from, to), then).await?,
            }
        }
        let (Some(part), Some(then)) = (filling.parts.pop_front(), filling.then) else { return Ok(false) };
        let is_last = filling.parts.is_empty();
        let then = if is_last { then } else { then.not_yet() };
        match self.store.run(index::fill(&dialect, then, part)).await? {
            Outcome::Done(_) => {
                filling.most = (filling.most * 2).min(index::TERMS);
                if is_last {
                    filling.begin_anew();
                }
            }
            // Another instance came further.
            Outcome::Refused(_) => filling.begin_anew(),
        }
        Ok(true)
    }

    /// What is written next, from a block to below another: all of it at once, or else in parts.
    async fn plan(&self, filling: &mut Filling, (from, to): (i64, i64), then: Move) -> Result<(), ReadError> {
        let (first, last) = index::numbers(from, to);
        let (objects, _) = rows::read_page(self.store.run(index::weights(&self.store.dialect(), first, last)).await?)?;
        let weights: BTreeMap<i64, i64> = objects
            .iter()
            .filter_map(|object| Some((object.get("seq")?.as_i64()?, object.get("ids")?.as_i64()?)))
            .collect();
        (filling.parts, filling.then) = (index::parts(first, last, &weights, filling.most), Some(then));
        Ok(())
    }
}

impl Filling {
    fn begin_anew(&mut self) {
        (self.marks, self.parts, self.then) = (None, VecDeque::new(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_have_the_database_for_most_of_the_time() {
        for (took, expected) in [(1, 10), (50, 150), (60_000, 10_000)] {
            assert_eq!(rest(Duration::from_millis(took)), Duration::from_millis(expected));
        }
    }
}
