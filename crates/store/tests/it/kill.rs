//! The process is killed while it writes. What it had printed as acknowledged must be there when it starts again.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use store::{Options, Store};

use crate::support::*;

const FILE: &str = "STORE_TEST_KILL_FILE";

/// Writes until it is killed, and prints what was acknowledged.
#[test]
#[ignore = "the process that the test below starts and kills"]
#[expect(clippy::disallowed_methods, reason = "what the test below tells the process that it starts")]
fn child() {
    let path = PathBuf::from(std::env::var_os(FILE).expect("run by the test below"));
    let store = Store::open(Options::new(path)).unwrap();
    store.apply(&schema()).unwrap();
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0.. {
                    let title = format!("{}-{caller}-{number}", std::process::id());
                    done(store.run_blocking(add(&title)));
                    // One write to the pipe per line, so that lines do not mix.
                    let line = format!("acknowledged {title}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                    std::io::stdout().flush().unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let mut acknowledged = HashSet::new();
    for _ in 0..5 {
        let moment = 20 + RandomState::new().hash_one(0) as usize % 500;
        acknowledged.extend(run_and_kill(&path, moment));

        let store = Store::open(Options::new(&path)).unwrap();
        store.close_blocking();
        let file = plain(&path);
        let whole: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(whole, "ok");
        let mut statement = file.prepare(r#"SELECT "title" FROM "notes""#).unwrap();
        let found: HashSet<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let missing: Vec<_> = acknowledged.difference(&found).collect();
        assert!(missing.is_empty(), "killed after {moment}: {missing:?}");
        assert_eq!(count(&file, r#"SELECT count(*) FROM "_audit""#), found.len() as i64);
    }
}

/// Starts the child, kills it after so many acknowledgements, and returns all that it got to print.
fn run_and_kill(path: &PathBuf, moment: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--ignored", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if let Some(title) = line.strip_suffix('\n').and_then(|line| line.strip_prefix("acknowledged ")) {
            acknowledged.push(title.to_owned());
        }
        line.clear();
        if acknowledged.len() == moment {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= moment, "the child ended by itself");
    acknowledged
}
