//! One connection: its settings, the function `fold`, and the time limit of what runs on it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::limit::Limit;
use super::{Options, Synchronous, gathered};
use crate::StoreError;
use crate::counters::Tally;
use crate::served::{FLOOR, Served};

/// Statements kept prepared. A blueprint of 20 entities has about 200 fixed ones.
const PREPARED: usize = 512;

/// How many steps of SQLite's machine pass between two looks at the clock: about a millisecond.
const STEPS_BETWEEN_CHECKS: i32 = 20_000;

/// After how many steps a scan lets other threads go first: a few hundred microseconds. Seldomer, and whoever wants one row on
/// the same core waits for a scan's time slice, several milliseconds; more often, and a scan starves where there is always
/// somebody who wants the core.
const STEPS_OF_A_SCAN: i32 = 2_000;

/// A scan that has run for so long is a slow one: whoever asks for one row need not share a core with it.
const SLOW_MS: u64 = 5;
/// How long a slow scan rests at each of these looks while others read by key: about as long as it runs between two.
const REST: Duration = Duration::from_micros(100);

/// How long one that wants to switch a file's journal waits for another that does.
const BETWEEN_SWITCHES: Duration = Duration::from_millis(5);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// One row or a page, on the caller's thread.
    Read,
    /// What may take long, on a thread of its own.
    Scan,
    Write,
}

/// A connection with a time limit.
pub(crate) struct Handle {
    pub(crate) connection: Connection,
    limit: Arc<Limit>,
    timeout_ms: u64,
    pub(crate) tally: Arc<Tally>,
    /// Which tables its works are for.
    pub(crate) served: Arc<Served>,
}

impl Handle {
    /// In the transaction that has begun: that its works go with the tables.
    pub(crate) fn still_serves(&self) -> Result<(), StoreError> {
        if !self.served.is_set() {
            return Ok(());
        }
        let sql = FLOOR.replace("{state}", "\"_state\"");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let floor = statement.query_row([], |row| row.get(0))?;
        self.served.look(Some(floor))
    }

    pub(crate) fn open(options: &Options, tally: &Arc<Tally>, purpose: Purpose) -> rusqlite::Result<Handle> {
        let mut connection = open(options)?;
        set_up(&connection, options, purpose)?;
        let limit = Arc::new(Limit::new());
        let of_all = limit.clone();
        if purpose == Purpose::Scan {
            let (tally, mut pace) = (tally.clone(), Pace::default());
            let gives_way = move || {
                match pace.look(of_all.ran_ms(), tally.points()) {
                    true => of_all.rest(REST),
                    false => std::thread::yield_now(),
                }
                of_all.is_over()
            };
            connection.progress_handler(STEPS_OF_A_SCAN, Some(gives_way))?;
        } else {
            connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(move || of_all.is_over()))?;
        }
        tally.opened();
        let served = Arc::default();
        Ok(Handle { connection, limit, timeout_ms: options.scan_timeout_ms, tally: tally.clone(), served })
    }

    /// Runs something that is interrupted when it takes longer than the options allow.
    pub(crate) fn limited<T>(&self, run: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.limited_until(self.deadline(), run)
    }

    /// When something that begins now has taken as long as the options allow.
    pub(crate) fn deadline(&self) -> Deadline {
        Deadline { at: Instant::now() + Duration::from_millis(self.timeout_ms) }
    }

    /// Runs something that is interrupted at this moment.
    pub(crate) fn limited_until<T>(
        &self,
        deadline: Deadline,
        run: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.limit.begin(deadline.at);
        let result = run(&self.connection);
        self.limit.end();
        match result {
            Err(StoreError::Timeout { .. }) => Err(self.timeout()),
            other => other,
        }
    }

    /// That it took too long.
    pub(crate) fn timeout(&self) -> StoreError {
        StoreError::Timeout { after_ms: self.timeout_ms }
    }
}

/// How a scan gives way to others.
#[derive(Default)]
struct Pace {
    /// Reads by key when it was looked last.
    points: u64,
}

impl Pace {
    /// Whether it should rest, rather than only let go first who is waiting now. Where nobody reads by key it loses nothing.
    fn look(&mut self, ran_ms: u64, points: u64) -> bool {
        let others = std::mem::replace(&mut self.points, points) != points;
        others && ran_ms >= SLOW_MS
    }
}

/// A moment at which what runs is interrupted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: Instant,
}

impl Deadline {
    pub(crate) fn has_passed(self) -> bool {
        Instant::now() >= self.at
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.tally.closed();
    }
}

/// Opens the file with the settings that every connection shares.
fn open(options: &Options) -> rusqlite::Result<Connection> {
    // No mutex: a connection is only ever used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(&options.path, flags, vfs.as_str()),
        None => Connection::open_with_flags(&options.path, flags),
    }
}

fn set_up(connection: &Connection, options: &Options, purpose: Purpose) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_millis(options.busy_timeout_ms))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Else a statement is compiled anew whenever a parameter that its plan looked at has another value, which is each time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    write_ahead(connection, options)?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // On macOS a plain fsync leaves the data in the drive's own cache.
    connection.pragma_update(None, "fullfsync", cfg!(target_os = "macos"))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    match purpose {
        Purpose::Read | Purpose::Scan => {
            connection.pragma_update(None, "cache_size", -2_000)?;
            connection.pragma_update(None, "query_only", true)?;
        }
        Purpose::Write => {
            connection.pragma_update(None, "cache_size", -4_000)?;
            // After a burst the log's file shrinks back to this: twice what it holds as a rule, for room that is
            // given back and taken again costs more than it saves.
            connection.pragma_update(None, "journal_size_limit", i64::from(options.log_pages) * 2 * 4096)?;
        }
    }
    add_functions(connection)
}

/// Those that statements may call.
pub(crate) fn add_functions(connection: &Connection) -> rusqlite::Result<()> {
    gathered::add_function(connection)?;
    add_fold(connection)
}

/// Where shared memory cannot be had (some network file systems) SQLite stays with its old journal without a word; the
/// promises of this crate rest on the write-ahead log.
fn write_ahead(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let until = Instant::now() + Duration::from_millis(options.busy_timeout_ms);
    let mode = loop {
        let switched = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match switched {
            // Of two that switch a new file at the same moment one is told that it is busy at once: SQLite lets nobody wait
            // for a lock that both would want to raise.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                std::thread::sleep(BETWEEN_SWITCHES);
            }
            other => break other?,
        }
    };
    if mode.eq_ignore_ascii_case("wal") {
        return Ok(());
    }
    let message = "its file system does not support SQLite's write-ahead log; use a local disk".to_owned();
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ERROR), Some(message)))
}

/// `fold(text)` is [`work::fold`], for searches that do not mind case.
fn add_fold(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("fold", 1, flags, |context| match context.get_raw(0) {
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(|error| rusqlite::Error::UserFunctionError(error.into()))?;
            Ok(Some(work::fold(text)))
        }
        ValueRef::Null => Ok(None),
        _ => Err(rusqlite::Error::UserFunctionError("fold takes text".into())),
    })
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_slow_scan_rests_while_others_read_by_key() {
        let mut pace = Pace::default();
        // How long it has run, how many reads by key there were; whether it rests.
        for (ran_ms, points, rests) in [
            (0, 7, false),
            (SLOW_MS - 1, 8, false),
            (SLOW_MS, 9, true),
            (50, 9, false),
            (51, 10, true),
            (52, 10, false),
            (0, 11, false),
        ] {
            assert_eq!(pace.look(ran_ms, points), rests, "{ran_ms} {points}");
        }
    }

    /// It would be a slow one's fault that others read by key.
    #[test]
    fn what_a_scan_rests_is_not_taken_off_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { scan_timeout_ms: 150, ..Options::new(folder.path().join("app.db")) };
        std::fs::write(&options.path, "").unwrap();
        let tally = Arc::<Tally>::default();
        let handle = Handle::open(&options, &tally, Purpose::Scan).unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i % 7) FROM n";
        let took = std::thread::scope(|threads| {
            threads.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    tally.point();
                    std::thread::yield_now();
                }
            });
            let began = Instant::now();
            let result = handle.limited(|connection| Ok(connection.query_row(endless, [], |_| Ok(()))?));
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(matches!(result, Err(StoreError::Timeout { after_ms: 150 })), "{result:?}");
            began.elapsed()
        });
        let (rested, limit) = (handle.limit.rested(), Duration::from_millis(150));
        assert!(rested > Duration::from_millis(1), "{rested:?}");
        // Times are looked at in whole milliseconds.
        let least = (limit + rested).min(limit * 3) - Duration::from_millis(3);
        assert!(took >= least, "{took:?}, of which it rested {rested:?}");
    }

    #[test]
    fn a_statement_is_compiled_once_whatever_its_parameters() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("app.db"));
        std::fs::write(&options.path, "").unwrap();
        let handle = Handle::open(&options, &Arc::default(), Purpose::Write).unwrap();
        let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, owner TEXT, gone TEXT) STRICT; CREATE INDEX i ON t (owner, id);
                     CREATE INDEX live ON t (owner) WHERE gone IS NULL; INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', NULL)";
        handle.connection.execute_batch(table).unwrap();
        for sql in [
            "SELECT * FROM t WHERE owner = ?1 AND id > ?2 ORDER BY id LIMIT ?2",
            "SELECT * FROM t WHERE owner = ?1 AND gone IS NULL LIMIT ?2",
            "SELECT * FROM t WHERE owner IN (?1) AND id BETWEEN ?2 AND ?2 + 9 LIMIT ?2",
        ] {
            let mut statement = handle.connection.prepare(sql).unwrap();
            for (owner, number) in [("a", 1), ("b", 2), ("c", 3)] {
                let _ = statement.query((owner, number)).unwrap().next().unwrap();
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
        }
    }
}
