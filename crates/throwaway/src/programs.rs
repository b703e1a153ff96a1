//! Where the programs of a server are, and how they are run: they refuse to run as root.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Who runs them in place of root.
const NOBODY: &str = "nobody";

/// The folder of `initdb` and `pg_ctl`; the newest, if Debian has several versions.
pub(crate) fn folder() -> Option<PathBuf> {
    let is_there = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let real = |folder: PathBuf| Some(folder.join("initdb").canonicalize().ok()?.parent()?.to_owned());
    std::env::split_paths(&path).find(is_there).and_then(real).or_else(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
        let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).filter(is_there).collect();
        folders.sort_by_key(|folder| version(folder));
        folders.pop()
    })
}

/// `pgbouncer`.
pub(crate) fn pooler() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

fn version(folder: &Path) -> u32 {
    let name = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or_default()
}

/// A command that does not run as root.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let Some((first, rest)) = as_who_may().split_first() else { return Command::new(program) };
    let mut command = Command::new(first);
    command.args(rest).arg(program);
    command
}

/// What stands before a program so that it does not run as root.
pub(crate) fn as_who_may() -> &'static [&'static str] {
    if is_root() { &["setpriv", "--reuid", NOBODY, "--regid", "nogroup", "--clear-groups", "--"] } else { &[] }
}

/// Gives a file to who runs the programs, and lets nobody else at it.
pub(crate) fn hand_over(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap_or_else(|error| panic!("{error}"));
    if is_root() {
        let (user, group) = (number(&["-u", NOBODY]), number(&["-g", NOBODY]));
        std::os::unix::fs::chown(path, user, group).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Copies what is in one database into another that is empty.
pub(crate) fn copy(from: &str, to: &str) {
    let folder = folder().unwrap_or_default();
    let dump = Command::new(folder.join("pg_dump")).args(["--dbname", from]).stdout(Stdio::piped()).spawn();
    let mut dump = dump.unwrap_or_else(|error| panic!("pg_dump: {error}"));
    let mut load = Command::new(folder.join("psql"));
    load.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "--dbname", to]).stdout(Stdio::null());
    let loaded = load.stdin(dump.stdout.take().map_or_else(Stdio::null, Stdio::from)).status();
    let dumped = dump.wait();
    let fine = |status: std::io::Result<std::process::ExitStatus>| status.is_ok_and(|status| status.success());
    assert!(fine(dumped) && fine(loaded), "a copy of the database could not be made");
}

fn is_root() -> bool {
    number(&["-u"]) == Some(0)
}

fn number(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
