//! What a pool of connections is opened with.

use super::PostgresUrl;

/// How a server is used.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Where it is.
    pub url: PostgresUrl,
    /// Where tables are made, if that is another way: past a pooler, or as a role that may do more.
    pub direct: Option<PostgresUrl>,
    /// The schema that holds all tables. It is made when it is not there.
    pub schema: String,
    /// Connections at most. On a few of them, a quarter at most, many read by key at once; the others are lent to one work
    /// at a time. Scans never have more than an eighth, and those of one caller no more than half of that.
    pub connections: usize,
    /// Works that may wait for a connection, and scans that may wait for their turn; one more is refused as
    /// [`crate::StoreError::Overloaded`].
    pub waiting: usize,
    /// How long a work may wait for a connection before it is refused as [`crate::StoreError::Overloaded`].
    pub wait_timeout_ms: u64,
    /// A work that takes longer is interrupted.
    pub work_timeout_ms: u64,
    /// How long a new connection may take to come about.
    pub connect_timeout_ms: u64,
    /// How often a work is tried again that met another one (a deadlock), or lost its connection before it could have had
    /// an effect.
    pub retries: u32,
    /// How long a table that is to be changed is waited for at a time, while everybody else who wants it waits behind; and how
    /// long these then go on by themselves.
    pub lock_timeout_ms: u64,
    /// How often it is tried.
    pub lock_tries: u32,
}

/// The schema when none is named. Never `public`, which hosted platforms show to the world.
const SCHEMA: &str = "app";

impl PostgresOptions {
    /// The defaults for a server.
    pub fn new(url: PostgresUrl) -> PostgresOptions {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        PostgresOptions {
            url,
            direct: None,
            schema: SCHEMA.to_owned(),
            // A connection waits for the disk and the network most of its time, and writers that wait for the disk together
            // wait once. Not more, for several instances share the hundred that a server usually has.
            connections: (cores * 8).clamp(16, 32),
            waiting: 4096,
            wait_timeout_ms: 5_000,
            work_timeout_ms: 30_000,
            connect_timeout_ms: 5_000,
            retries: 3,
            lock_timeout_ms: 1_000,
            lock_tries: 30,
        }
    }
}
