//! A server in a temporary folder.
//!
//! A shell makes it, says when it can be used, and then reads from a pipe that only this process holds: when the process
//! is gone, however it ended, the shell stops the server and removes the folder. The shell is who runs the tests, since whoever
//! runs the server need not be allowed to remove anything where the folder lies; so the folder is his to remove.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::{programs, skip};

/// What comes after the first three arguments runs a program as whoever may run the server.
const SCRIPT: &str = r#"
dir=$1; bin=$2; options=$3; shift 3
"$@" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 \
  || { cat "$dir/initdb.log" >&2; exit 1; }
[ -f "$dir/pg_hba.conf" ] && cp "$dir/pg_hba.conf" "$dir/data/pg_hba.conf"
"$@" "$bin/pg_ctl" -s -w -t 60 -D "$dir/data" -l "$dir/log" -o "$options" start >/dev/null || { cat "$dir/log" >&2; exit 1; }
echo ready
cat >/dev/null
"$@" "$bin/pg_ctl" -s -m immediate -D "$dir/data" stop >/dev/null 2>&1
cd / && rm -rf "$dir"
"#;

/// A setting of the server, as in `postgresql.conf`.
pub type Setting<'a> = (&'a str, &'a str);

/// A server that is gone when this is dropped, and at the latest with the process.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    options: String,
    shell: Child,
}

impl Cluster {
    /// The one that all tests of this process share; `None` if the machine has no Postgres.
    pub(crate) fn shared() -> Option<&'static Cluster> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(|| Cluster::start(&[("fsync", "off"), ("synchronous_commit", "off")], &[])).as_ref()
    }

    /// A server of its own, with settings, and files that lie in its folder: `pg_hba.conf` takes the place of the usual
    /// one. It listens on a socket in its folder, and on a port of this machine if `listen_addresses` says so. `None` if
    /// the machine has no Postgres.
    pub fn start(settings: &[Setting<'_>], files: &[(&str, &str)]) -> Option<Cluster> {
        let Some(programs) = programs::folder() else {
            skip("neither initdb nor pg_ctl is in PATH or /usr/lib/postgresql");
            return None;
        };
        Some(Cluster::start_in(&std::env::temp_dir(), programs, settings, files))
    }

    /// The same in a folder of a folder.
    fn start_in(place: &Path, programs: PathBuf, settings: &[Setting<'_>], files: &[(&str, &str)]) -> Cluster {
        let folder = tempfile::Builder::new().prefix("throwaway-").tempdir_in(place);
        let folder = folder.unwrap_or_else(|error| panic!("no temporary folder: {error}")).keep();
        programs::hand_over(&folder, 0o700);
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            programs::hand_over(&path, 0o600);
        }
        let port = free_port();
        let options = options(&folder, port, settings);
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).args([&folder, &programs]).arg(&options).args(programs::as_who_may());
        command.current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Out of the reach of Ctrl-C, which would stop the shell before it has tidied up.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut shell = command.spawn().unwrap_or_else(|error| panic!("no shell: {error}"));
        let mut line = String::new();
        if let Some(said) = shell.stdout.take() {
            let _ = BufReader::new(said).read_line(&mut line);
        }
        assert_eq!(line.trim(), "ready", "Postgres did not start; see above and {}", folder.display());
        Cluster { folder, programs, port, options, shell }
    }

    /// The address of a database by the socket, as the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?host={}&port={}", self.folder.display(), self.port)
    }

    /// Where the socket is, and other files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The number of the socket, and of the port if it listens on one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Stops it; `fast` ends all connections, `immediate` is as if it crashed.
    pub fn stop(&self, mode: &str) {
        self.control(&["-m", mode, "stop"]);
    }

    /// Starts it again where it was.
    pub fn start_again(&self) {
        let log = self.folder.join("log");
        self.control(&["-l", &log.display().to_string(), "-o", &self.options, "start"]);
    }

    fn control(&self, args: &[&str]) {
        let mut command = programs::command(self.programs.join("pg_ctl"));
        command.args(["-s", "-w", "-t", "60", "-D"]).arg(self.folder.join("data")).args(args);
        let status = command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "pg_ctl {args:?} failed; see {}", self.folder.display());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

fn options(folder: &Path, port: u16, settings: &[Setting<'_>]) -> String {
    let folder = folder.display();
    let mut options = format!("-p {port} -k {folder}");
    let usual = [("max_connections", "300"), ("shared_buffers", "64MB"), ("listen_addresses", "")];
    let usual = usual.iter().filter(|(name, _)| settings.iter().all(|(given, _)| given != name));
    for (name, value) in usual.chain(settings) {
        options.push_str(&format!(" -c {name}='{}'", value.replace("{folder}", &folder.to_string())));
    }
    options
}

/// Sockets are told apart by the number of a port too, so each has one that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.unwrap_or_else(|error| panic!("no free port: {error}")).port()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not even where whoever runs the server may make and remove nothing, as nobody in a folder of root's.
    #[test]
    fn nothing_stays_of_it() {
        use std::os::unix::fs::PermissionsExt;
        let Some(programs) = programs::folder() else { return skip("neither initdb nor pg_ctl is there") };
        let place = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(place.path(), mode).unwrap_or_else(|error| panic!("{error}"));
        let there = || std::fs::read_dir(place.path()).map_or(0, Iterator::count);
        let cluster = Cluster::start_in(place.path(), programs, &[], &[]);
        assert_eq!(there(), 1);
        drop(cluster);
        assert_eq!(there(), 0);
    }
}
