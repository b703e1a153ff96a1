//! Chance that can be repeated: the same seed and the same subject give the same throws, on every machine.
//!
//! SplitMix64 (Steele, Lea, Flood 2014). Good enough to look random; nothing secret may come of it.

/// Throws that depend on nothing but what they were made of.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed for what these words name. Other words, other throws.
    pub fn of(seed: u64, about: &[&str]) -> Dice {
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
        for word in about {
            // The end of a word counts, so that `ab, c` is not `a, bc`.
            for byte in word.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
            }
        }
        Dice(hash)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both of them included. `low`, if they are the wrong way round.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = i128::from(high) - i128::from(low) + 1;
        if span < 2 {
            return low;
        }
        // What is not even about the remainder is less than a part in a million for any range that is used here.
        let offset = i128::from(self.any()) % span;
        i64::try_from(i128::from(low) + offset).unwrap_or(low)
    }

    /// A place in a list of this length; 0 for an empty one.
    pub fn place(&mut self, length: usize) -> usize {
        let last = i64::try_from(length).unwrap_or(i64::MAX) - 1;
        usize::try_from(self.between(0, last)).unwrap_or_default()
    }

    /// One of a list of words; nothing of an empty one.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        words.get(self.place(words.len())).copied().unwrap_or_default()
    }

    /// True in so many of a hundred throws.
    pub fn percent(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_throws_and_others_do_not() {
        let throws = |seed, about: &[&str]| Dice::of(seed, about).any();
        assert_eq!(throws(1, &["a", "b"]), throws(1, &["a", "b"]));
        assert_ne!(throws(1, &["a", "b"]), throws(2, &["a", "b"]));
        assert_ne!(throws(1, &["ab", "c"]), throws(1, &["a", "bc"]));
    }

    #[test]
    fn every_face_comes_up_and_no_other() {
        let mut dice = Dice::of(7, &[]);
        let mut seen = [0; 6];
        for _ in 0..600 {
            seen[usize::try_from(dice.between(1, 6) - 1).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (60..=140).contains(count)), "{seen:?}");
        assert_eq!(dice.between(5, 4), 5);
        let widest = dice.between(i64::MIN, i64::MAX);
        assert_ne!(widest, dice.between(i64::MIN, i64::MAX));
    }
}
