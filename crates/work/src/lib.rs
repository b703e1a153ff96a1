//! What the database is asked to do, as data: statements with parameters, what each must find, and how rows become JSON.
//!
//! `query` writes a [`Work`], `store` runs it in one transaction and answers an [`Outcome`]. Neither needs to know
//! the other. This crate knows no blueprint, no HTTP and no driver.

mod dialect;
mod fold;
mod idempotency;
mod migration;
mod outcome;
mod shape;
mod step;
mod value;

pub use dialect::Dialect;
pub use fold::fold;
pub use idempotency::Idempotency;
pub use migration::{Guard, Migration, Touched};
pub use outcome::{Answer, Outcome, Refusal};
pub use shape::{Column, Content, Kind, Shape};
pub use step::{AtOnce, Cost, Mode, Otherwise, Statement, Step, Work};
pub use value::Value;
