//! What callers can do, one file an entity: its routes on top, what answers them below.

pub mod task;
