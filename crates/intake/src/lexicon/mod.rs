//! The words the reader knows, one table a file: closed-class words, verbs, fields, archetypes, integrations.
//!
//! Tables are strings of words, so that adding a word is adding a word.

pub(crate) mod archetypes;
pub(crate) mod fields;
pub(crate) mod integrations;
pub(crate) mod verbs;
pub(crate) mod words;

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// What the tables know of a word.
pub(crate) type Table<V> = HashMap<&'static str, V, BuildHasherDefault<WordHasher>>;
/// Words of a table.
pub(crate) type Words = HashSet<&'static str, BuildHasherDefault<WordHasher>>;

/// The words of a list, where it is long or asked often.
pub(crate) fn words_of(list: &'static str) -> Words {
    list.split_ascii_whitespace().collect()
}

/// Hashes short words eight letters at a time. The keys are words of our own, so nobody can choose them to collide.
#[derive(Clone, Default)]
pub(crate) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut letters = [0; 8];
            for (place, letter) in letters.iter_mut().zip(part) {
                *place = *letter;
            }
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(letters)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }
    fn write_u8(&mut self, _end: u8) {}
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// Whether `list`, words with spaces between them, has `word`.
pub(crate) fn has(list: &str, word: &str) -> bool {
    let Some((first, rest)) = word.as_bytes().split_first() else { return false };
    if word.contains(' ') {
        return false;
    }
    let list = list.as_bytes();
    let ends = |at: usize| list.get(at).is_none_or(u8::is_ascii_whitespace);
    let mut begins = true;
    for (at, letter) in list.iter().enumerate() {
        if begins && letter == first && list.get(at + 1..at + 1 + rest.len()) == Some(rest) && ends(at + 1 + rest.len())
        {
            return true;
        }
        begins = letter.is_ascii_whitespace();
    }
    false
}
