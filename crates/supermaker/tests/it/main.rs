//! Apps of which some is code, from outside: what they answer, and what does not start.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "looks into the database past the server")]

mod alone;
mod arguments;
mod audit_reads;
mod calls;
mod keys;
mod lines;
mod links;
mod note;
mod once;
mod refusals;
mod start;
mod transactions;
mod unscoped;
mod webhooks;

use std::sync::Arc;

use conformance::{Open, World};
use supermaker::App;

/// An app in a temporary folder with a database of its own.
async fn world(app: fn() -> App) -> World {
    World::of(opened(app)).await
}

/// How an app is opened.
fn opened(app: fn() -> App) -> Arc<Open> {
    Arc::new(move |settings| {
        Box::pin(async move { app().open(settings).await.unwrap_or_else(|error| panic!("{error}")) })
    })
}
