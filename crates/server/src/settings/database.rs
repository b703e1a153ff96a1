//! `DATABASE_URL` and what goes with it: a file, or a schema on a server.

use std::fmt;
use std::path::{Path, PathBuf};

use store::{PostgresOptions, PostgresUrl};

/// Where the data is.
#[derive(Debug, Clone)]
pub enum Database {
    /// In a file. Relative to the blueprint's folder unless absolute.
    Sqlite(PathBuf),
    /// On a Postgres server.
    Postgres(Box<PostgresOptions>),
}

impl Database {
    /// The same with paths relative to this folder.
    pub(crate) fn in_folder(self, folder: &Path) -> Database {
        match self {
            Database::Sqlite(path) => Database::Sqlite(folder.join(path)),
            Database::Postgres(mut options) => {
                options.url = options.url.in_folder(folder);
                options.direct = options.direct.map(|url| url.in_folder(folder));
                Database::Postgres(options)
            }
        }
    }
}

/// For people: the path, or where the server is, without a password.
impl fmt::Display for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Database::Sqlite(path) => path.display().fmt(out),
            Database::Postgres(options) => write!(out, "{}, schema {}", options.url, options.schema),
        }
    }
}

/// `sqlite:data/app.db`, `postgres://…`.
pub(super) fn read(text: &str) -> Result<Database, String> {
    if PostgresUrl::is_one(text) {
        return server(text).map(|url| Database::Postgres(Box::new(PostgresOptions::new(url))));
    }
    let Some(rest) = text.strip_prefix("sqlite:") else {
        return Err("wants a URL such as sqlite:data/app.db or postgres://user:password@host/database".to_owned());
    };
    file(rest).map(Database::Sqlite)
}

/// A URL of a server alone.
pub(super) fn server(text: &str) -> Result<PostgresUrl, String> {
    PostgresUrl::parse(text).map_err(|problem| problem.to_string())
}

/// `data/app.db`, `///abs/app.db` and `///./rel.db`, as common tools write them.
fn file(rest: &str) -> Result<PathBuf, String> {
    let path = match rest.strip_prefix("//") {
        // Two slashes are the empty host; what follows is a path from the root, but for a dot that says it is not.
        Some(path) => path.strip_prefix("/.").map_or(path.to_owned(), |relative| format!(".{relative}")),
        None => rest.to_owned(),
    };
    if path.is_empty() || path.contains(['?', '\0']) || path == ":memory:" {
        return Err("wants the path of a file, for example sqlite:data/app.db".to_owned());
    }
    Ok(PathBuf::from(path))
}

/// The name of a schema. `public` is shown to the world by hosted platforms, and the rest belongs to Postgres.
pub(super) fn schema(text: &str) -> Result<String, String> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if text.len() > 63 || !text.chars().all(plain) || text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Err("wants a name of lower-case letters, digits and `_`, for example app".to_owned());
    }
    if text == "public" || text == "information_schema" || text.starts_with("pg_") {
        return Err("must be a schema of this app's own: hosted platforms show `public` to the world".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn pool_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size) if (1..=1_000).contains(&size) => Ok(size),
        _ => Err("wants a number from 1 to 1000".to_owned()),
    }
}
