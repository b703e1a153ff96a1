//! Files and disk of the machine that serves.

use std::path::Path;

use super::Finding;
use crate::settings::{Database, Settings};

/// Below this the database cannot grow for long, and an update of the program may not fit.
const ENOUGH_BYTES: u64 = 1 << 30;
/// Below this writes are about to be refused.
const LEAST_BYTES: u64 = 64 << 20;

/// Who can read the secrets beside the blueprint.
pub fn secrets_file(folder: &Path) -> Finding {
    let path = folder.join(".env");
    let mode = mode(&path);
    match mode {
        None => {
            Finding::good("env_file", "there is no .env beside the blueprint; settings come from the environment alone")
        }
        Some(mode) if mode & 0o077 == 0 => {
            Finding::good("env_file", format!("{} is its owner's alone", path.display()))
        }
        Some(mode) => Finding::error(
            "env_file",
            format!("{} can be read by others (mode {:04o})", path.display(), mode & 0o7777),
            "it holds SECRET_KEY, with which anybody makes tokens of any user",
            format!("chmod 600 {}", path.display()),
        ),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.mode())
}

#[cfg(not(unix))]
fn mode(path: &Path) -> Option<u32> {
    // Rights are not told in bits there; whether there is a file is.
    path.exists().then_some(0o600)
}

/// Who can read the database, where it is a file. The server makes it its owner's; a copy that was brought back may be anybody's.
pub(super) fn data_file(settings: &Settings) -> Option<Finding> {
    let Database::Sqlite(file) = &settings.database else { return None };
    let mode = mode(file).filter(|mode| mode & 0o077 != 0)?;
    let what = format!("{} can be read by others (mode {:04o})", file.display(), mode & 0o7777);
    let why = "it holds all records, and the hashes of passwords";
    Some(Finding::warning("data_file", what, why, format!("chmod 600 {0} {0}-*", file.display())).grave(settings))
}

/// Room for the database, where it is a file.
pub(super) fn disk(settings: &Settings) -> Option<Finding> {
    let Database::Sqlite(file) = &settings.database else { return None };
    let folder = file.ancestors().skip(1).find(|folder| folder.is_dir())?;
    Some(room(folder, free_bytes(folder)))
}

fn room(folder: &Path, free: Result<u64, String>) -> Finding {
    let place = folder.display();
    let why = "without room nothing can be written: every change is answered with 507";
    match free {
        Ok(free) if free < LEAST_BYTES => Finding::error(
            "disk",
            format!("{} MiB are free at {place}", free >> 20),
            why,
            "free some, or move DATABASE_URL",
        ),
        Ok(free) if free < ENOUGH_BYTES => Finding::warning(
            "disk",
            format!("{} MiB are free at {place}", free >> 20),
            why,
            "free some, or move DATABASE_URL",
        ),
        Ok(free) => Finding::good("disk", format!("{} GiB are free at {place}", free >> 30)),
        Err(error) => {
            let mend = "see that the folder is there and can be read";
            Finding::warning("disk", format!("how much room there is at {place} cannot be known: {error}"), why, mend)
        }
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Result<u64, String> {
    let seen = rustix::fs::statvfs(folder).map_err(|error| error.to_string())?;
    Ok(seen.f_bavail.saturating_mul(seen.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Result<u64, String> {
    Err("not on this system".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn room_is_measured_before_it_is_gone() {
        for (free, state) in [(0, State::Error), (100 << 20, State::Warning), (5 << 30, State::Good)] {
            assert_eq!(room(Path::new("/data"), Ok(free)).state, state, "{free}");
        }
        assert_eq!(room(Path::new("/data"), Err("no".to_owned())).state, State::Warning);
        assert!(free_bytes(Path::new("/")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_secrets_file_is_its_owners() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(secrets_file(folder.path()).state, State::Good);
        let file = folder.path().join(".env");
        for (mode, state) in [(0o644, State::Error), (0o640, State::Error), (0o600, State::Good), (0o400, State::Good)]
        {
            std::fs::write(&file, "X=1").ok();
            std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
            assert_eq!(secrets_file(folder.path()).state, state, "{mode:o}");
        }
    }
}
