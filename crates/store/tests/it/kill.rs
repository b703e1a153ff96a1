//! The process is killed while it writes. What it had printed as acknowledged must be there when it starts again.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use store::{Options, Store};

use work::Work;

use crate::support::*;

const FILE: &str = "STORE_TEST_KILL_FILE";

/// Writes until it is killed, and prints what was acknowledged.
#[test]
#[ignore = "the process that the test below starts and kills"]
#[expect(clippy::disallowed_methods, reason = "what the test below tells the process that it starts")]
fn child() {
    let path = PathBuf::from(std::env::var_os(FILE).expect("run by the test below"));
    let store = Store::open(Options::new(path)).unwrap();
    store.apply_blocking(&schema()).unwrap();
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let store = store.clone();
            scope.spawn(move || {
                for number in 0.. {
                    let title = format!("{}-{caller}-{number}", std::process::id());
                    say("asked", &title);
                    done(store.run_blocking(add_once(&title)));
                    say("acknowledged", &title);
                }
            });
        }
    });
}

fn say(what: &str, title: &str) {
    // One write to the pipe per line, so that lines do not mix.
    let line = format!("{what} {title}\n");
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
    std::io::stdout().flush().unwrap();
}

/// Adds a note under a key of its own.
fn add_once(title: &str) -> Work {
    add(title).once(Some(key(title)))
}

/// Some were killed before they happened, some between the effect and the answer. Asked again, each has happened once.
fn ask_again(store: &Store, told: &Told) {
    for title in &told.asked {
        let answer = done(store.run_blocking(add_once(title)));
        assert_eq!(answer.body, format!(r#"{{"title":"{title}"}}"#).into_bytes());
        assert!(answer.replayed || !told.acknowledged.contains(title), "{title} was acknowledged and done again");
        assert!(done(store.run_blocking(add_once(title))).replayed);
    }
}

/// What a child has printed.
struct Told {
    asked: Vec<String>,
    acknowledged: HashSet<String>,
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_what_is_asked_again_happens_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let (mut acknowledged, mut asked) = (HashSet::new(), HashSet::new());
    for _ in 0..5 {
        let moment = 20 + RandomState::new().hash_one(0) as usize % 500;
        let told = run_and_kill(&path, moment);
        acknowledged.extend(told.acknowledged.clone());

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

        let store = Store::open(Options::new(&path)).unwrap();
        ask_again(&store, &told);
        store.close_blocking();
        asked.extend(told.asked);
        assert_eq!(count(&file, r#"SELECT count(*) FROM "notes""#), asked.len() as i64);
        assert_eq!(count(&file, r#"SELECT count(DISTINCT "title") FROM "notes""#), asked.len() as i64);
        assert_eq!(count(&file, r#"SELECT count(*) FROM "_audit""#), asked.len() as i64);
    }
}

/// Starts the child, kills it after so many acknowledgements, and returns all that it got to print.
fn run_and_kill(path: &PathBuf, moment: usize) -> Told {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["kill::child", "--exact", "--ignored", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut told = Told { asked: Vec::new(), acknowledged: HashSet::new() };
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        // The harness's own words may stand before the first.
        match line.strip_suffix('\n').and_then(|line| line.rsplit_once("asked ").or(line.rsplit_once("acknowledged ")))
        {
            Some((_, title)) if line.contains("asked ") => told.asked.push(title.to_owned()),
            Some((_, title)) => drop(told.acknowledged.insert(title.to_owned())),
            None => {}
        }
        line.clear();
        if told.acknowledged.len() == moment {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(told.acknowledged.len() >= moment, "the child ended by itself");
    told
}
