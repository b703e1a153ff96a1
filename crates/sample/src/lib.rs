//! Values that fields accept: one for an example in a document, many for sample rows.
//!
//! Nothing here says what a field takes. Candidates are made by its type and its name, and `Field::read` has the last
//! word. What the values mean is in `meaning.rs` and `ranges.rs`, the words they are made of in `words.rs`: tables, to be
//! extended by adding lines. Databases, HTTP and disk are unknown here.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod dice;
mod draw;
mod example;
mod meaning;
mod numbers;
mod pattern;
mod ranges;
mod subject;
mod texts;
mod times;
mod words;

pub use dice::Dice;
pub use draw::draw;
pub use example::{other_sample, sample};
pub use subject::Subject;

/// The fields of a blueprint that has these lines for the fields of a customer.
#[cfg(test)]
fn fields(lines: &str) -> Vec<blueprint::Field> {
    let text = format!("[app]\nname = \"x\"\n[entity.customer.field]\n{lines}");
    blueprint::load(&text).unwrap_or_else(|problems| panic!("{problems}")).entities.remove(0).fields
}
