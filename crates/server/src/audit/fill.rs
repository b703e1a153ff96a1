//! Fills the index of the audit behind those who write: a bounded number of terms in a transaction, and then a rest, for on SQLite
//! there is one writer at a time. Sealing does not wait for it.
//!
//! A block of rows is found by the index when it is counted as indexed, so a block of many terms is written in several transactions,
//! of which the last one counts it. Whoever is interrupted before writes it once more, which changes nothing.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Weak;
use std::time::Duration;

use store::StoreError;
use tokio::time::{Instant, sleep};
use work::Outcome;

use super::index;
use super::rows::{self, ReadError};
use super::seal::{EVERY, Sealer};

/// Others have the database for so many times as long as a transaction of ours took, and for so long at least and at most.
const REST: u32 = 3;
const SHORTEST_REST: Duration = Duration::from_millis(10);
const LONGEST_REST: Duration = Duration::from_secs(10);

/// How far the index is filled.
pub(super) struct Filling {
    /// Blocks that are indexed, if it is known.
    indexed: Option<i64>,
    /// What is written next, and how many blocks are indexed when all of it is.
    parts: VecDeque<(i64, i64)>,
    then: i64,
    /// Terms in one transaction; fewer where the database takes too long.
    most: i64,
}

impl Default for Filling {
    fn default() -> Filling {
        Filling { indexed: None, parts: VecDeque::new(), then: 0, most: index::TERMS }
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
        let settled = self.state.lock().await.settled();
        let mut filling = self.filling.lock().await;
        let result = self.fill_next(&mut filling, settled).await;
        if let Err(error) = &result {
            (filling.indexed, filling.parts) = (None, VecDeque::new());
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

    async fn fill_next(&self, filling: &mut Filling, settled: i64) -> Result<bool, ReadError> {
        let dialect = self.store.dialect();
        let from = match filling.indexed {
            Some(indexed) => indexed,
            None => {
                let how_many = rows::number(index::how_many(&dialect), Vec::new());
                rows::read_number(self.store.run(how_many).await?).unwrap_or_default()
            }
        };
        filling.indexed = Some(from);
        if from >= settled {
            return Ok(false);
        }
        if filling.parts.is_empty() {
            self.plan(filling, from, settled.min(from + index::AT_ONCE)).await?;
        }
        let Some(part) = filling.parts.pop_front() else { return Ok(false) };
        let then = if filling.parts.is_empty() { filling.then } else { from };
        match self.store.run(index::fill(&dialect, (from, then), part)).await? {
            Outcome::Done(_) => {
                filling.indexed = Some(then);
                filling.most = (filling.most * 2).min(index::TERMS);
            }
            // Another instance came further.
            Outcome::Refused(_) => (filling.indexed, filling.parts) = (None, VecDeque::new()),
        }
        Ok(true)
    }

    /// What is written next, from a block to below another: all of it at once, or else the first block in parts.
    async fn plan(&self, filling: &mut Filling, from: i64, to: i64) -> Result<(), ReadError> {
        let (first, last) = index::numbers(from, to);
        let (objects, _) = rows::read_page(self.store.run(index::weights(&self.store.dialect(), first, last)).await?)?;
        let weights: BTreeMap<i64, i64> = objects
            .iter()
            .filter_map(|object| Some((object.get("seq")?.as_i64()?, object.get("ids")?.as_i64()?)))
            .collect();
        (filling.parts, filling.then) = (index::parts(first, last, &weights, filling.most), to);
        if filling.parts.len() > 1 {
            let (first, last) = index::numbers(from, from + 1);
            (filling.parts, filling.then) = (index::parts(first, last, &weights, filling.most), from + 1);
        }
        Ok(())
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
