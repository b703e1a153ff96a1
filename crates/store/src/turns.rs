//! Whose turn it is: items wait in shares, one for each of those who compete, and the shares take turns. No share has
//! more items under way, or waiting, than it is allowed, so that the others always find room. Pure: it knows no threads.

use std::collections::{HashMap, VecDeque};

/// What waits, by shares.
pub(crate) struct Turns<T> {
    /// The shares that have something waiting; the first is next.
    waiting: VecDeque<(u64, VecDeque<T>)>,
    /// How many items of a share are under way.
    running: HashMap<u64, usize>,
    limits: Limits,
    count: usize,
}

/// How much there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Items under way of one share.
    pub(crate) running_of_share: usize,
    /// Items that wait.
    pub(crate) waiting: usize,
    /// Those of one share.
    pub(crate) waiting_of_share: usize,
}

impl Limits {
    /// At most half of everything for one share.
    pub(crate) fn fair(threads: usize, waiting: usize) -> Limits {
        let half = |of: usize| (of / 2).max(1);
        Limits { running_of_share: half(threads), waiting, waiting_of_share: half(waiting) }
    }
}

impl<T> Turns<T> {
    pub(crate) fn new(limits: Limits) -> Turns<T> {
        Turns { waiting: VecDeque::new(), running: HashMap::new(), limits, count: 0 }
    }

    /// Lets an item wait, if there is room. Where nothing at all waits there is.
    pub(crate) fn push(&mut self, share: u64, item: T) -> Result<(), T> {
        let place = self.waiting.iter().position(|(other, _)| *other == share);
        let own = place.and_then(|place| self.waiting.get(place)).map_or(0, |(_, items)| items.len());
        let full = self.count >= self.limits.waiting || own >= self.limits.waiting_of_share;
        if full && self.count > 0 {
            return Err(item);
        }
        match place.and_then(|place| self.waiting.get_mut(place)) {
            Some((_, items)) => items.push_back(item),
            None => self.waiting.push_back((share, VecDeque::from([item]))),
        }
        self.count += 1;
        Ok(())
    }

    /// The next item of the first share that may have one more under way. It is under way until [`Turns::done`].
    pub(crate) fn next(&mut self) -> Option<(u64, T)> {
        let most = self.limits.running_of_share;
        let may_run = |share: &u64| self.running.get(share).is_none_or(|running| *running < most);
        let place = self.waiting.iter().position(|(share, _)| may_run(share))?;
        let (share, mut items) = self.waiting.remove(place)?;
        let item = items.pop_front()?;
        if !items.is_empty() {
            self.waiting.push_back((share, items));
        }
        self.count -= 1;
        *self.running.entry(share).or_default() += 1;
        Some((share, item))
    }

    /// An item of a share is no longer under way.
    pub(crate) fn done(&mut self, share: u64) {
        if let Some(running) = self.running.get_mut(&share) {
            *running -= 1;
            if *running == 0 {
                self.running.remove(&share);
            }
        }
    }

    /// How many items wait.
    pub(crate) fn len(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn turns(running_of_share: usize, waiting: usize, waiting_of_share: usize) -> Turns<&'static str> {
        Turns::new(Limits { running_of_share, waiting, waiting_of_share })
    }

    fn all(turns: &mut Turns<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| turns.next().map(|(_, item)| item)).collect()
    }

    #[test]
    fn shares_take_turns_each_in_its_own_order() {
        let mut turns = turns(9, 9, 9);
        for (share, item) in [(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (3, "c1"), (2, "b2")] {
            turns.push(share, item).unwrap();
        }
        assert_eq!(turns.len(), 6);
        assert_eq!(all(&mut turns), ["a1", "b1", "c1", "a2", "b2", "a3"]);
        assert_eq!(turns.len(), 0);
    }

    #[test]
    fn a_share_has_no_more_under_way_than_it_may() {
        let mut turns = turns(1, 9, 9);
        for (share, item) in [(1, "a1"), (1, "a2"), (2, "b1"), (2, "b2")] {
            turns.push(share, item).unwrap();
        }
        assert_eq!(all(&mut turns), ["a1", "b1"]);
        turns.done(2);
        assert_eq!(all(&mut turns), ["b2"], "the first is still at work");
        turns.done(1);
        assert_eq!(turns.next(), Some((1, "a2")));
        turns.done(3);
        assert_eq!(turns.next(), None);
    }

    #[test]
    fn a_share_fills_no_more_than_its_part_of_the_room() {
        let mut turns = turns(1, 3, 2);
        turns.push(1, "a1").unwrap();
        turns.push(1, "a2").unwrap();
        assert_eq!(turns.push(1, "a3"), Err("a3"));
        turns.push(2, "b1").unwrap();
        assert_eq!(turns.push(3, "c1"), Err("c1"), "it is full");
        assert_eq!(turns.next(), Some((1, "a1")));
        turns.push(3, "c1").unwrap();
        let mut none = Turns::new(Limits { running_of_share: 1, waiting: 0, waiting_of_share: 0 });
        assert_eq!((none.push(1, "a1"), none.push(1, "a2")), (Ok(()), Err("a2")), "one always finds room");
    }

    #[test]
    fn half_is_at_least_one() {
        for (threads, waiting, running, own) in [(1, 1, 1, 1), (2, 3, 1, 1), (3, 4, 1, 2), (4, 1024, 2, 512)] {
            let limits = Limits::fair(threads, waiting);
            assert_eq!((limits.running_of_share, limits.waiting_of_share), (running, own));
        }
    }

    proptest! {
        /// Whatever comes and goes: what waits gets its turn, in its order, and nothing is lost or doubled.
        #[test]
        fn everything_gets_its_turn_once(shares in prop::collection::vec(0u64..4, 0..40), most in 1usize..3) {
            let mut turns = Turns::new(Limits { running_of_share: most, waiting: 40, waiting_of_share: 40 });
            for (number, share) in shares.iter().enumerate() {
                turns.push(*share, number).unwrap();
            }
            let (mut seen, mut under_way): (Vec<(u64, usize)>, VecDeque<u64>) = (Vec::new(), VecDeque::new());
            while turns.len() > 0 {
                match turns.next() {
                    Some((share, number)) => {
                        seen.push((share, number));
                        under_way.push_back(share);
                        prop_assert!(under_way.iter().filter(|other| **other == share).count() <= most);
                    }
                    None => turns.done(under_way.pop_front().unwrap()),
                }
            }
            let mut expected: Vec<_> = shares.iter().copied().zip(0..).collect();
            expected.sort_by_key(|(share, _)| *share);
            seen.sort_by_key(|(share, _)| *share);
            prop_assert_eq!(seen, expected);
        }
    }
}
