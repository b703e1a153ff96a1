//! Business logic of this app's own: what no blueprint can say.

pub mod split;
