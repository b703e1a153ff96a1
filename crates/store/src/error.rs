//! What can go wrong, in words for an operator. How the codes of an engine map to it stands with the engine.
//!
//! A refusal (not found, stale, unique …) is not an error; it is an [`work::Outcome`].

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use crate::{ConnectError, InTheWay};

/// Why a work was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The store is closed, or closing.
    Closed,
    /// The disk is full. Nothing was changed.
    Full,
    /// Locked by another process, or the disk failed. Nothing was acknowledged; trying again may help.
    Unavailable {
        /// For the log.
        message: String,
    },
    /// The connection to the server was lost while it committed: done as a whole or not at all, and nobody knows which.
    Uncertain {
        /// For the log.
        message: String,
    },
    /// It took too long and was interrupted. Nothing was changed.
    Timeout {
        /// The limit that it passed.
        after_ms: u64,
    },
    /// Too many are waiting already. Nothing was tried.
    Overloaded,
    /// The tables were changed for another blueprint, with which what is asked here does not go. Nothing was changed.
    Outdated,
    /// A row, with what it was to bring along, is longer than an answer may be. Nothing was changed.
    TooLarge,
    /// A bug: SQL that the database does not accept, a cell of a type that the shape does not expect.
    Broken {
        /// For the log, never for callers.
        message: String,
    },
}

impl StoreError {
    pub(crate) fn broken(message: impl Into<String>) -> StoreError {
        StoreError::Broken { message: message.into() }
    }

    pub(crate) fn uncertain(message: impl Into<String>) -> StoreError {
        StoreError::Uncertain { message: message.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Closed => write!(f, "the database is closed"),
            StoreError::Full => write!(f, "the disk is full; make room where the database file is"),
            StoreError::Unavailable { message } => write!(f, "the database cannot be used at the moment: {message}"),
            StoreError::Uncertain { message } => {
                write!(f, "the database was lost in the middle of a commit: {message}")
            }
            StoreError::Timeout { after_ms } => write!(f, "the database took longer than {after_ms} ms"),
            StoreError::Overloaded => write!(f, "too many requests are waiting for the database"),
            StoreError::Outdated => write!(f, "the tables are those of another blueprint now"),
            StoreError::TooLarge => write!(f, "a row of the answer is too long"),
            StoreError::Broken { message } => write!(f, "the database did not understand its work: {message}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// How many ids of rows in the way are told.
const IDS: usize = 5;

/// Why a database could not be opened or made to fit.
#[derive(Debug)]
pub enum OpenError {
    /// A folder or the file cannot be made or written.
    Path {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else, or damaged.
    NotADatabase {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
    /// A database that another program made.
    Foreign {
        /// Which.
        place: String,
        /// A table in it.
        table: String,
    },
    /// Another process holds the lock.
    Locked {
        /// Which.
        path: PathBuf,
    },
    /// Its folder, file system or mode forbids writing.
    ReadOnly {
        /// Which.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
    /// A later version of the program made it.
    Newer {
        /// Which.
        place: String,
        /// The version of the engine's tables in the file.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// An earlier version of the program made it, and nothing is to be changed now.
    Older {
        /// Which.
        place: String,
        /// The version of the engine's tables in it.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// It has no tables for an app yet, and none are to be made now.
    Unmade {
        /// Which.
        place: String,
    },
    /// The tables of the blueprint are not those of the database.
    Changed {
        /// Which.
        place: String,
        /// Statements of the blueprint that the database does not have.
        wanted: Vec<String>,
        /// Statements of the database that the blueprint does not have.
        found: Vec<String>,
        /// What becomes of the tables when they follow the blueprint; `None` where no way is known.
        way: Option<Vec<String>>,
    },
    /// Others use the tables that are to be changed, however often it was tried. Nothing was changed.
    InUse {
        /// Which.
        place: String,
        /// How often.
        tries: u32,
        /// And how long each time.
        each_ms: u64,
    },
    /// The tables are not changed to those of the blueprint, because of rows that are there.
    InTheWay {
        /// Which.
        place: String,
        /// What.
        found: Vec<InTheWay>,
    },
    /// A row does not go with the tables as they are to be, which was not foreseen. Nothing was changed.
    Unfit {
        /// Which.
        place: String,
        /// What the database says.
        message: String,
    },
    /// There is no room for what is to be done. Nothing was changed.
    Full {
        /// Which.
        place: String,
    },
    /// Anything else.
    Failed {
        /// Which.
        place: String,
        /// What the database says.
        message: String,
    },
    /// A server cannot be reached, or does not let us in.
    Connect(ConnectError),
}

impl From<ConnectError> for OpenError {
    fn from(error: ConnectError) -> OpenError {
        OpenError::Connect(error)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Path { path, source } => write!(
                f,
                "cannot write {}: {source}\nTry: a path in a folder that you may write, or fix the permissions.",
                path.display()
            ),
            OpenError::NotADatabase { path, message } => write!(
                f,
                "{} is not a database that can be read: {message}\n\
                 Try: another path, or restore the file from a backup.",
                path.display()
            ),
            OpenError::Foreign { place, table } => write!(
                f,
                "{place} is a database of another program: it has a table `{table}` and none of ours\n\
                 Try: another place; nothing was changed in this one."
            ),
            OpenError::Locked { path } => write!(
                f,
                "{} is locked by another process\nTry: again in a moment, or stop the program that holds it.",
                path.display()
            ),
            OpenError::ReadOnly { path, message } => write!(
                f,
                "{} cannot be opened for writing: {message}\n\
                 Try: give yourself write permission for the file and its folder (SQLite keeps two files beside it).",
                path.display()
            ),
            OpenError::Newer { place, found, known } => write!(
                f,
                "{place} was made by a later version: its tables are at {found}, this program knows up to {known}\n\
                 Try: upgrade this program, or open another database."
            ),
            OpenError::Older { place, found, known } => write!(
                f,
                "{place} was made by an earlier version: its tables are at {found}, this program brings them to {known}\n\
                 Try: serve it once, which does that."
            ),
            OpenError::Unmade { place } => {
                write!(f, "no tables were made in {place} yet\nTry: serve the blueprint once, which makes them.")
            }
            OpenError::Changed { place, wanted, found, way } => {
                writeln!(f, "{place} was made for another blueprint; its tables differ:")?;
                // In the words of `migrate` where it knows a way, else by their tables: statements are for programs.
                match way.as_ref().filter(|way| !way.is_empty()) {
                    Some(way) => writeln!(f, "  what that comes to:\n    {}", way.join("\n    "))?,
                    None => {
                        differences(f, "in the blueprint, not in the database", wanted, found)?;
                        differences(f, "in the database, not in the blueprint", found, wanted)?;
                    }
                }
                if way.is_none() {
                    return write!(
                        f,
                        "Try: go back to the former blueprint. No way is known from these tables, which another version made; \
                         while there is nothing to lose, move {place} away and start again."
                    );
                }
                f.write_str(
                    "Try: `supermaker migrate`, which brings the tables along with their rows or says which are in the way \
                     (`--dry-run` only says it); or go back to the former blueprint.",
                )
            }
            OpenError::InUse { place, tries, each_ms } => write!(
                f,
                "{place} is to be brought up to date, and its tables are in use: {tries} times they were not to be had within \
                 {each_ms} ms; nothing was changed\n\
                 Try: again when transactions that take long have ended (`SELECT pid, xact_start, query FROM pg_stat_activity \
                 WHERE xact_start < now() - interval '1 s'` shows them), or end them with `pg_terminate_backend(pid)`."
            ),
            OpenError::InTheWay { place, found } => in_the_way(f, place, found),
            OpenError::Unfit { place, message } => write!(
                f,
                "{place} holds a row that does not go with the blueprint as it is now, or would not once it is changed; nothing was \
                 changed: {message}\n\
                 Try: change the row, or leave the field that is named there as it was."
            ),
            OpenError::Full { place } => write!(
                f,
                "the disk of {place} is full; nothing was changed\n\
                 Try: make room, about as much as the database has already: what changes is there twice until it is done."
            ),
            OpenError::Failed { place, message } => write!(f, "{place} could not be prepared: {message}"),
            OpenError::Connect(error) => error.fmt(f),
        }
    }
}

fn in_the_way(f: &mut fmt::Formatter<'_>, place: &str, found: &[InTheWay]) -> fmt::Result {
    write!(f, "{place} holds what does not go with the blueprint as it is now; nothing was changed:")?;
    for one in found {
        write!(f, "\n  {}{}\n    Try: {}.", one.what, ids(&one.ids), one.mend)?;
    }
    if found.iter().any(|one| one.is_loss) {
        write!(f, "\n  What has no place any more can be let go for good: `supermaker migrate --allow-loss`.")?;
    }
    Ok(())
}

/// Ids of rows, so many that they can be looked up and no more.
fn ids(ids: &[String]) -> String {
    match ids {
        [] => String::new(),
        [id] => format!(" (id {id})"),
        ids if ids.len() > IDS => format!(" (ids {}, …)", ids.get(..IDS).unwrap_or_default().join(", ")),
        ids => format!(" (ids {})", ids.join(", ")),
    }
}

/// What some statements make that others do not, a line each: a table with those of its columns, or an index.
fn differences(f: &mut fmt::Formatter<'_>, title: &str, these: &[String], others: &[String]) -> fmt::Result {
    let known: HashSet<&str> = others.iter().flat_map(|statement| statement.lines()).map(bare).collect();
    let mut titled = false;
    for statement in these {
        let mut lines = statement.lines();
        let first = lines.next().unwrap_or_default();
        let new: Vec<&str> = lines.filter(|line| !known.contains(bare(line))).collect();
        if new.is_empty() && known.contains(bare(first)) {
            continue;
        }
        if !std::mem::replace(&mut titled, true) {
            writeln!(f, "  {title}:")?;
        }
        let columns: Vec<&str> =
            new.iter().filter_map(|line| line.trim_start().starts_with('"').then(|| name_in(line))?).collect();
        match columns.as_slice() {
            [] => writeln!(f, "    {}", made_by(first))?,
            columns => writeln!(f, "    {}: {}", made_by(first), columns.join(", "))?,
        }
    }
    Ok(())
}

/// `table "leads"` of `CREATE TABLE "leads" (`.
fn made_by(first: &str) -> String {
    const SORTS: [&str; 4] = ["TABLE", "INDEX", "TRIGGER", "VIEW"];
    let head = first.split('(').next().unwrap_or(first);
    let sort = SORTS.iter().find(|sort| head.split(' ').any(|word| word == **sort));
    match (sort, name_in(first)) {
        (Some(sort), Some(name)) => format!("{} `{name}`", sort.to_lowercase()),
        _ => head.trim_end().to_owned(),
    }
}

/// The first name in quotes.
fn name_in(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}

/// A line without the comma that depends on whether another follows.
fn bare(line: &str) -> &str {
    line.trim_end_matches(',')
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenError::Path { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OpenError;

    fn changed(way: Option<Vec<String>>) -> String {
        let table = |columns: &str| format!("CREATE TABLE \"leads\" (\n  \"id\" INTEGER NOT NULL{columns}\n) STRICT");
        let index = "CREATE INDEX \"leads_phone\" ON \"leads\" (\"phone\")".to_owned();
        let (wanted, found) = (vec![table(",\n  \"phone\" TEXT"), index], vec![table("")]);
        OpenError::Changed { place: "data/app.db".to_owned(), wanted, found, way }.to_string()
    }

    #[test]
    fn other_tables_are_told_in_words_a_line_each() {
        let told = changed(None);
        assert!(
            told.contains(
                "  in the blueprint, not in the database:\n    table `leads`: phone\n    index `leads_phone`\n"
            ),
            "{told}"
        );
        assert!(!told.contains("CREATE") && !told.contains("STRICT"), "{told}");
        let told = changed(Some(vec!["lead has `phone`".to_owned()]));
        assert!(told.contains("what that comes to:\n    lead has `phone`\nTry: `supermaker migrate`"), "{told}");
        assert!(!told.contains("CREATE") && told.lines().count() == 4, "{told}");
    }
}
