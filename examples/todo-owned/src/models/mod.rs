//! Typed rows and bodies, one file an entity. They follow the blueprint: change it first, then them.

pub mod task;
