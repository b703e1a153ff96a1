//! This app and the served one, each in a temporary folder with a database of its own.

#![expect(clippy::panic, reason = "tests")]
#![allow(dead_code, reason = "not every test needs both")]

use std::sync::Arc;

use conformance::World;

/// This app.
pub async fn owned() -> World {
    World::of(Arc::new(|settings| {
        Box::pin(async { todo_owned::app().open(settings).await.unwrap_or_else(|error| panic!("{error}")) })
    }))
    .await
}

/// The same blueprint, served.
pub async fn served() -> World {
    World::served(include_str!("../../blueprint.toml")).await
}
