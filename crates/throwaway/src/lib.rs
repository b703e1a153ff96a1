//! Postgres for tests: a server that is made when the first test wants it and is gone with the process, and a database of
//! its own for each test. Knows nothing of the rest of the workspace.
//!
//! `TEST_DATABASE_URL` names a server to be used instead. Where there is neither, tests are skipped and say so; on CI they
//! fail.

#![expect(clippy::panic, reason = "a test library: whatever goes wrong is a failed test, and says where")]
#![expect(clippy::disallowed_methods, reason = "reads the environment of tests")]

mod cluster;
mod database;
mod pooler;
mod programs;
mod way;

pub use cluster::{Cluster, Setting};
pub use database::{Database, execute, query};
pub use pooler::Pooler;
pub use way::{Loss, Way};

/// Whether the tests of this run are to use Postgres where they can choose: `TEST_DATABASE=postgres`.
pub fn is_chosen() -> bool {
    match std::env::var("TEST_DATABASE").as_deref() {
        Ok("postgres") => true,
        Ok("sqlite") | Err(_) => false,
        Ok(other) => panic!("TEST_DATABASE is `{other}`; it wants sqlite or postgres"),
    }
}

/// Says that a test is skipped; on CI it fails instead.
fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no Postgres on CI: {why}");
    eprintln!(
        "\n!!! SKIPPED, FOR THERE IS NO POSTGRES: {why}. Install it (Debian: postgresql) or set TEST_DATABASE_URL.\n"
    );
}
