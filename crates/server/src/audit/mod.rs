//! The audit as evidence: its rows are sealed in batches, each seal over the one before it, so that whoever changes a row
//! afterwards, or takes one away, cannot do so unseen without `SECRET_KEY`.
//!
//! Rows are written with what they tell of, by `query` and `auth`, and wait for nothing here: `seal` comes after them, about
//! once a second, and fills the `index` by which lists find them. What was refused changed nothing and comes by the way
//! (`refusals`); what was read comes before its answer, where the blueprint asks for that (`reads`). `verify` reads all of it
//! again, and `triggers` puts back what was taken away that refuses changes. `kept` and `rekey` are for the time when `SECRET_KEY` is exchanged for another.

mod coverage;
mod fill;
mod gaps;
mod index;
mod kept;
mod kept_rows;
mod left_out;
mod list;
pub(crate) mod look_up;
mod marks;
#[cfg(test)]
mod plans;
pub(crate) mod reads;
mod refusals;
mod refused;
mod rekey;
mod rows;
mod seal;
mod shown;
mod times;
mod told;
mod triggers;
mod verify;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

pub(crate) use list::{FILTERS, answer};
pub(crate) use refusals::{Refusals, Refused};
pub(crate) use refused::{note, note_caller};
pub(crate) use rekey::{AtStart, at_start};
pub use rekey::{Rekeyed, rekey};
pub(crate) use rows::hex;
pub(crate) use seal::Sealer;
pub use told::{Broken, Fault, Head, Unread, Verified};
pub(crate) use triggers::keep as keep_triggers;
pub use triggers::triggers;
pub use verify::verify;

use crate::settings::Secret;

/// Of each row this much of its MAC is kept: beyond guessing, and small beside the row.
const DIGEST_BYTES: usize = 16;
/// What is before the first seal.
const NOTHING: [u8; 32] = [0; 32];
/// The columns of a row and of a seal that are sealed, and how. Another set of columns is another format: the first one had no `top` and
/// no `open`.
const FORMAT: i64 = 2;
/// How late a row is seen, as a rule, that was numbered before others: transactions do not end in the order in which they began.
const LATE_MS: i64 = 5 * 60 * 1000;

/// The keys of rows and of seals.
#[derive(Clone, Serialize, Deserialize)]
struct SealKeys {
    rows: [u8; 32],
    seals: [u8; 32],
}

impl SealKeys {
    fn derive(secret: &Secret) -> SealKeys {
        SealKeys {
            rows: crate::auth::derived(secret, "audit rows"),
            seals: crate::auth::derived(secret, "audit seals"),
        }
    }

    fn digest(&self, row: &[u8]) -> [u8; DIGEST_BYTES] {
        let mut digest = [0; DIGEST_BYTES];
        digest.copy_from_slice(&mac(&self.rows, &[row])[..DIGEST_BYTES]);
        digest
    }
}

/// A seal as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seal {
    number: i64,
    at: String,
    format: i64,
    rows: i64,
    /// Which rows, as ranges: `1-120,122`.
    seqs: String,
    /// The last row under those before it, and the first of them that left gaps into which rows may still come: see [`coverage`].
    top: Option<i64>,
    open: Option<i64>,
    digests: Vec<u8>,
    seal: Vec<u8>,
}

impl Seal {
    /// What the seal must be after the one before it.
    fn computed(&self, keys: &SealKeys, before: &[u8]) -> [u8; 32] {
        let mut numbers = vec![self.number, self.format, self.rows];
        numbers.extend(self.place().into_iter().flat_map(|(top, open)| [top, open]));
        let numbers: Vec<u8> = numbers.into_iter().flat_map(i64::to_le_bytes).collect();
        mac(&keys.seals, &[before, &numbers, self.at.as_bytes(), self.seqs.as_bytes(), &self.digests])
    }

    /// `top` and `open`, where they are sealed.
    fn place(&self) -> Option<(i64, i64)> {
        (self.format > 1).then(|| (self.top.unwrap_or_default(), self.open.unwrap_or_default()))
    }

    /// The first seal whose gaps are not over; any of them may be where the seal does not say.
    fn open(&self) -> i64 {
        self.place().map_or(0, |(_, open)| open)
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Numbers in ascending order as ranges.
fn ranges(numbers: &[i64]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == *number => *to = *number,
            _ => ranges.push((*number, *number)),
        }
    }
    ranges
}

fn written(ranges: &[(i64, i64)]) -> String {
    let range = |(from, to): &(i64, i64)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    ranges.iter().map(range).collect::<Vec<_>>().join(",")
}

fn read(seqs: &str) -> Option<Vec<(i64, i64)>> {
    let range = |text: &str| {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from <= to).then_some((from, to))
    };
    seqs.split(',').map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_ranges() {
        for (numbers, text) in [(&[1, 2, 3, 5, 9, 10][..], "1-3,5,9-10"), (&[7], "7")] {
            let ranges = ranges(numbers);
            assert_eq!(written(&ranges), text);
            assert_eq!(read(text), Some(ranges));
        }
        for junk in ["", "a", "1-", "3-1", "1,,2"] {
            assert_eq!(read(junk), None, "{junk}");
        }
    }

    #[test]
    fn whatever_is_changed_of_a_seal_changes_it() {
        let keys = SealKeys { rows: [1; 32], seals: [2; 32] };
        let seal = Seal {
            number: 1,
            at: "2026-11-21".to_owned(),
            format: 1,
            rows: 2,
            seqs: "1-2".to_owned(),
            digests: vec![3; 32],
            ..Seal::default()
        };
        let computed = seal.computed(&keys, &NOTHING);
        for other in [
            Seal { number: 2, ..seal.clone() },
            Seal { at: "2026-11-22".to_owned(), ..seal.clone() },
            Seal { format: 2, ..seal.clone() },
            Seal { rows: 1, ..seal.clone() },
            Seal { seqs: "1-3".to_owned(), ..seal.clone() },
            Seal { digests: vec![4; 32], ..seal.clone() },
        ] {
            assert_ne!(other.computed(&keys, &NOTHING), computed, "{other:?}");
        }
        let second = Seal { format: 2, top: Some(4), open: Some(5), ..seal.clone() };
        for other in [Seal { top: Some(5), ..second.clone() }, Seal { open: Some(4), ..second.clone() }] {
            assert_ne!(other.computed(&keys, &NOTHING), second.computed(&keys, &NOTHING), "{other:?}");
        }
        // As it was sealed before there were these two.
        let bytes = [1_i64, 1, 2].map(i64::to_le_bytes).concat();
        assert_eq!(computed, mac(&keys.seals, &[&NOTHING, &bytes, b"2026-11-21", b"1-2", &[3; 32]]));
        assert_ne!(seal.computed(&keys, &[1; 32]), computed);
        assert_ne!(seal.computed(&SealKeys { seals: [9; 32], ..keys }, &NOTHING), computed);
    }
}
