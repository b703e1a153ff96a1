//! The to-do app: a blueprint for what is declared, and code for what is written by hand.

pub mod crud;
pub mod models;
pub mod services;

use supermaker::App;

use crate::models::task::Task;

/// The whole app: its blueprint, and the routes that are code.
pub fn app() -> App {
    App::new(include_str!("../blueprint.toml")).entity::<Task>(crud::task::routes())
}

/// The examples of the guide, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/code.md")]
struct Guide;
