//! Who asks for what, turned into SQL: `blueprint + actor + request → Plan → Work`.
//!
//! Access is decided here and nowhere else: [`access::decide`] makes the scopes, a [`Plan`] cannot be made without
//! them, and rendering must match on them. This crate knows no HTTP, no pools and no sockets.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod attribute;
mod catalog;
pub mod cursor;
pub mod explain;
mod filter;
mod input;
mod key;
mod list;
mod new_row;
mod parent;
mod plan;
mod reason;
mod reference;
mod render;
mod representation;
mod request;
mod scope;
pub mod search;
mod sight;
mod view;

pub use access::{Access, Actor, Denied, Fields, User, Verb};
pub use attribute::Attribute;
pub use catalog::Catalog;
pub use filter::{Comparison, Filter, MAX_VALUES, OPERATORS, Test};
pub use input::{Body, MAX_PROBLEMS};
pub use key::{Allowed, Key};
pub use list::{DEFAULT_LIMIT, List, MAX_FILTERS, MAX_LIMIT, Sort};
pub use parent::{Parent, Way, children};
pub use plan::{Origin, Plan, PlanError, plan};
pub use reason::Reason;
pub use reference::{Path, Reference, references};
pub use render::{Leaving, Unreadable, count_rows, is_witnessed, leaving, look, render, weigh, witness};
pub use representation::{Expansion, MAX_DEPTH, MAX_EXPANSIONS, Representation};
pub use request::{Bad, IfMatch, Invalid, RecordId, Request, RequestError, Values};
pub use scope::{OwnerId, Scope};
pub use view::{Shown, View};
