//! How often something was how large: a count for each range, and the sum.

use std::sync::atomic::{AtomicU64, Ordering};

/// Ranges at most, so that a histogram is one block of memory without a pointer in it.
const MOST: usize = 16;

/// Counts of sizes, safe to be added to from anywhere.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    counts: [AtomicU64; MOST],
    sum: AtomicU64,
}

/// What a histogram holds at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// The largest value of each range but the last, which has none.
    pub bounds: &'static [u64],
    /// How many values fell into each range; one more than there are bounds.
    pub counts: Vec<u64>,
    /// All values together.
    pub sum: u64,
}

impl Histogram {
    /// An empty one. `bounds` ascend; a value that equals one counts below it. At most 15, the rest is left out.
    pub fn new(bounds: &'static [u64]) -> Histogram {
        let bounds = bounds.get(..MOST - 1).unwrap_or(bounds);
        Histogram { bounds, counts: Default::default(), sum: AtomicU64::new(0) }
    }

    /// Counts a value.
    pub fn observe(&self, value: u64) {
        let range = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(range) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What it holds now.
    pub fn read(&self) -> Distribution {
        let counts = self.counts.iter().take(self.bounds.len() + 1).map(|count| count.load(Ordering::Relaxed));
        Distribution { bounds: self.bounds, counts: counts.collect(), sum: self.sum.load(Ordering::Relaxed) }
    }
}

impl Distribution {
    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_below_the_bound_that_it_equals() {
        let histogram = Histogram::new(&[10, 20]);
        for value in [0, 10, 11, 20, 21, 1000] {
            histogram.observe(value);
        }
        let read = histogram.read();
        assert_eq!((read.counts.as_slice(), read.sum, read.count()), ([2, 2, 2].as_slice(), 1062, 6));
    }

    #[test]
    fn more_bounds_than_fit_are_left_out_and_no_value_is_lost() {
        let histogram = Histogram::new(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
        (0..100).for_each(|value| histogram.observe(value));
        assert_eq!((histogram.read().counts.len(), histogram.read().count()), (16, 100));
    }
}
