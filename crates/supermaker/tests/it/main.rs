//! Apps of which some is code, from outside: what they answer, and what does not start.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod alone;
mod start;
mod unscoped;

use std::sync::Arc;

use conformance::World;
use supermaker::App;

/// An app in a temporary folder with a database of its own.
async fn world(app: fn() -> App) -> World {
    World::of(Arc::new(move |settings| {
        Box::pin(async move { app().open(settings).await.unwrap_or_else(|error| panic!("{error}")) })
    }))
    .await
}
