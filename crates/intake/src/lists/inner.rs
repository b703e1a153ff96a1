//! Lists within lists: "orders with items with a price". Each may cost only so much.

use std::cell::Cell;

use super::nested;
use crate::facts::Item;
use crate::scene::Scene;

/// How deep lists stand within lists: "orders with items with options with a price".
const DEEPEST: usize = 3;
/// After so many lists within a list that held nothing, no more are looked for: each is read again as a part of the outer
/// one, and with every list that stands in another that would take twice as long.
pub(super) const TRIES: usize = 8;

/// What lists within a list may still cost.
#[derive(Clone, Copy)]
pub(super) struct Inner<'t> {
    pub(super) depth: usize,
    pub(super) tries: &'t Cell<usize>,
}

impl Inner<'_> {
    /// What a list within the list holds, if that is to be looked at and `keeps` takes it.
    pub(super) fn list(
        self,
        scene: &Scene<'_>,
        from: usize,
        to: usize,
        keeps: impl Fn(&[Item]) -> bool,
    ) -> Option<Vec<Item>> {
        if self.tries.get() == 0 || self.depth >= DEEPEST {
            return None;
        }
        let items = nested(scene, from, to, Inner { depth: self.depth + 1, ..self });
        if keeps(&items) {
            return Some(items);
        }
        self.tries.set(self.tries.get().saturating_sub(1));
        None
    }
}
