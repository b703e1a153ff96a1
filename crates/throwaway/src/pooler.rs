//! PgBouncer in front of a server, lending connections a transaction at a time.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::free_port;
use crate::{Cluster, programs, skip};

/// Waits on a pipe like the shell of a server.
const SCRIPT: &str = r#""$1" -q "$2" & pid=$!; cat >/dev/null; kill -INT $pid; wait $pid"#;

/// A pooler that is gone when this is dropped, and at the latest with the process.
#[derive(Debug)]
pub struct Pooler {
    folder: PathBuf,
    port: u16,
    shell: Child,
}

impl Pooler {
    /// In front of a server, with so many connections to it; `None` if the machine has no PgBouncer.
    pub fn start(cluster: &Cluster, connections: usize) -> Option<Pooler> {
        let Some(program) = programs::pooler() else {
            skip("pgbouncer is not there (Debian: pgbouncer)");
            return None;
        };
        let (folder, port) = (cluster.folder().to_owned(), free_port());
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            programs::hand_over(&path, 0o600);
            path
        };
        let users = write(&format!("users-{port}.txt"), "\"postgres\" \"\"\n");
        let (shown, server) = (folder.display(), cluster.port());
        let config = format!(
            "[databases]\n* = host={shown} port={server}\n\n[pgbouncer]\nlisten_addr =\nlisten_port = {port}\n\
             unix_socket_dir = {shown}\nauth_type = trust\nauth_file = {}\npool_mode = transaction\n\
             default_pool_size = {connections}\nmax_client_conn = 200\nlogfile = {shown}/pgbouncer-{port}.log\n",
            users.display()
        );
        let config = write(&format!("pgbouncer-{port}.ini"), &config);
        let mut command = programs::command("sh");
        command.args(["-c", SCRIPT, "sh"]).args([&program, &config]).current_dir("/").stdin(Stdio::piped());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let shell = command.spawn().unwrap_or_else(|error| panic!("no shell: {error}"));
        let pooler = Pooler { folder, port, shell };
        pooler.await_socket();
        Some(pooler)
    }

    /// The address of a database through it, without a word of what it is.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?host={}&port={}", self.folder.display(), self.port)
    }

    /// It does not say when it listens.
    fn await_socket(&self) {
        let socket = self.folder.join(format!(".s.PGSQL.{}", self.port));
        let until = Instant::now() + Duration::from_secs(20);
        while UnixStream::connect(&socket).is_err() {
            assert!(Instant::now() < until, "pgbouncer did not start; see {}", self.folder.display());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
