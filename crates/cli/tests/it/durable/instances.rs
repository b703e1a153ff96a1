//! Two programs on one database are as one: keys, accounts, sessions and their end hold in both. On a server that is how
//! an app is scaled; on a file nothing is gained by it, but nothing is broken either.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::app::{self, App, tokens};
use super::client::Answer;
use super::ledger::{Deed, Ledger};
use super::place::{Engine, Place};
use crate::program::Bench;

const TIMES: usize = 50;
/// What one ends, the other knows of after this.
const SEEN: Duration = Duration::from_secs(2);

/// Two programs and what they share.
struct Pair {
    place: Place,
    apps: [App; 2],
    _bench: Bench,
}

impl Pair {
    fn on(engine: Engine) -> Option<Pair> {
        let (place, bench) = (Place::of(engine)?, app::bench());
        // At the same time, and the database is empty.
        let start = || App::start(&bench, &place.url());
        let apps = std::thread::scope(|scope| [scope.spawn(start), scope.spawn(start)].map(|app| app.join().unwrap()));
        Some(Pair { place, apps, _bench: bench })
    }

    /// What both do at the same moment.
    fn both<T: Send>(&self, ask: impl Fn(&App) -> T + Sync) -> [T; 2] {
        let (barrier, ask) = (Barrier::new(2), &ask);
        let barrier = &barrier;
        std::thread::scope(|scope| {
            let asking = self.apps.each_ref().map(|app| {
                scope.spawn(move || {
                    barrier.wait();
                    ask(app)
                })
            });
            asking.map(|answer| answer.join().unwrap())
        })
    }
}

#[test]
fn two_on_a_file_are_as_one() {
    two_are_as_one(Engine::Sqlite);
}

#[test]
fn two_on_a_server_are_as_one() {
    two_are_as_one(Engine::Postgres);
}

fn two_are_as_one(engine: Engine) {
    let Some(pair) = Pair::on(engine) else { return };
    an_address_is_one_account(&pair);
    a_key_is_one_effect(&pair);
    a_log_out_counts_in_both(&pair);
    a_refresh_token_is_good_for_one_use_in_both(&pair);
    a_refresh_token_that_was_copied_ends_its_session_in_both(&pair);
}

fn an_address_is_one_account(pair: &Pair) {
    for name in ["ana", "bob", "eve"] {
        pair.both(|app| app.register(name));
    }
    assert_eq!(pair.place.count("SELECT count(*) FROM users"), 3);
}

/// Whoever comes second waits for the first and gets its answer.
fn a_key_is_one_effect(pair: &Pair) {
    let ledger = Ledger::default();
    let [token, _] = pair.apps[0].log_in("ana");
    for number in 0..TIMES {
        let deed = Deed::new("both", number);
        ledger.ask(&deed);
        let answers = pair.both(|app| deed.send(&mut app.client(&token)).unwrap());
        let (done, busy): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status < 300);
        done.iter().for_each(|answer| deed.check(answer));
        assert!(busy.iter().all(|answer| answer.status == 409), "{busy:?}");
        assert_eq!(done.iter().filter(|answer| !answer.is_repeat()).count(), 1, "{answers:?}");
        assert!(done.iter().all(|answer| answer.body == done[0].body), "{answers:?}");
        ledger.acknowledge(&deed);
    }
    ledger.check(&pair.place);
}

fn a_log_out_counts_in_both(pair: &Pair) {
    for [here, there] in [[0, 1], [1, 0]].map(|order| order.map(|place: usize| &pair.apps[place])) {
        let [token, refresh] = here.log_in("ana");
        is_let_in(there, &token);
        here.client(&token).ask("POST", "/auth/logout", None, None).expect(204);
        assert!(!is_let_in_now(here, &token), "where it was said it counts at once");
        let seen = until_refused(there, &token);
        assert!(seen < SEEN, "seen by the other after {seen:?}");
        refreshed(there, &refresh).expect(401);
    }
}

fn a_refresh_token_is_good_for_one_use_in_both(pair: &Pair) {
    for _ in 0..TIMES / 5 {
        let [_, refresh] = pair.apps[0].log_in("ana");
        let answers = pair.both(|app| refreshed(app, &refresh));
        let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert!(won.len() == 1 && answers.iter().any(|answer| answer.status == 401), "{answers:?}");
        // One of the two was not its owner, and nobody knows which.
        let [token, _] = tokens(&won[0].json());
        for app in &pair.apps {
            until_refused(app, &token);
        }
    }
}

fn a_refresh_token_that_was_copied_ends_its_session_in_both(pair: &Pair) {
    let [here, there] = &pair.apps;
    let [_, copied] = here.log_in("ana");
    let [token, newest] = tokens(&refreshed(here, &copied).expect(200).json());
    let [other, _] = there.log_in("ana");
    is_let_in(there, &token);
    is_let_in(here, &token);
    refreshed(there, &copied).expect(401);
    assert!(!is_let_in_now(there, &token), "where it was noticed it counts at once");
    refreshed(here, &newest).expect(401);
    let seen = until_refused(here, &token);
    assert!(seen < SEEN, "seen by the other after {seen:?}");
    is_let_in(here, &other);
}

fn refreshed(app: &App, token: &str) -> Answer {
    let body: Value = json!({ "refresh_token": token });
    app.stranger().ask("POST", "/auth/refresh", None, Some(&body))
}

fn is_let_in_now(app: &App, token: &str) -> bool {
    let answer = app.client(token).ask("GET", "/api/v1/notes", None, None);
    assert!(matches!(answer.status, 200 | 401), "{}", answer.body);
    answer.status == 200
}

#[track_caller]
fn is_let_in(app: &App, token: &str) {
    assert!(is_let_in_now(app, token));
}

/// How long a token still counts. Once it does not, it never does again.
fn until_refused(app: &App, token: &str) -> Duration {
    let asked = Instant::now();
    while is_let_in_now(app, token) {
        assert!(asked.elapsed() < SEEN, "it still counts");
        std::thread::sleep(Duration::from_millis(5));
    }
    let seen = asked.elapsed();
    assert!(!is_let_in_now(app, token));
    seen
}
