//! The program is killed while several write, and started again on the same database.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::app::{self, App};
use super::client::Client;
use super::ledger::{Deed, Ledger};
use super::place::{Engine, Place};
use super::{below, rounds};

const WRITERS: usize = 4;
/// Of acknowledged writes, after some of which it is killed.
const WRITES: u64 = 150;
/// However busy the machine is.
const RECOVERY: Duration = Duration::from_secs(10);

#[test]
fn no_kill_loses_or_doubles_a_write_on_sqlite() {
    kill_again_and_again(Engine::Sqlite);
}

#[test]
fn no_kill_loses_or_doubles_a_write_on_postgres() {
    kill_again_and_again(Engine::Postgres);
}

fn kill_again_and_again(engine: Engine) {
    let Some(place) = Place::of(engine) else { return };
    let (bench, ledger, rounds) = (app::bench(), Ledger::default(), rounds(3));
    let mut app = App::start(&bench, &place.url());
    app.register("ana");
    let [token, _] = app.log_in("ana");
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(number, &ledger)).collect();
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds {
        let moment = 1 + below(WRITES);
        std::thread::scope(|scope| {
            let (acknowledged, acknowledgements) = channel();
            for writer in &mut writers {
                let (client, acknowledged) = (app.client(&token), acknowledged.clone());
                scope.spawn(move || writer.write(client, &acknowledged));
            }
            drop(acknowledged);
            kill_after(moment, &acknowledgements, &mut app);
        });
        app = App::start(&bench, &place.url());
        slowest = slowest.max(app.ready_after);
    }
    let mut client = app.client(&token);
    for writer in &mut writers {
        writer.ask_again(&mut client).unwrap_or_else(|error| panic!("nobody kills it any more: {error}"));
    }
    let repeats: usize = writers.iter().map(|writer| writer.repeats).sum();
    let figures = ledger.check(&place);
    println!("{engine:?}, {rounds} kills: {figures}; {repeats} answered again; slowest start {slowest:?}");
    assert!(slowest < RECOVERY, "{slowest:?} to start again");
}

/// At no moment that has to do with an answer.
fn kill_after(moment: u64, acknowledgements: &Receiver<()>, app: &mut App) {
    for _ in 0..moment {
        acknowledgements.recv().unwrap_or_else(|_| panic!("the program ended by itself"));
    }
    std::thread::sleep(Duration::from_micros(below(20_000)));
    app.kill();
}

/// One who writes until the program is gone.
struct Writer<'a> {
    ledger: &'a Ledger,
    name: String,
    /// Half of them ask again.
    is_stubborn: bool,
    next: usize,
    acknowledged: Option<Deed>,
    unanswered: Option<Deed>,
    repeats: usize,
}

impl Writer<'_> {
    fn new(number: usize, ledger: &Ledger) -> Writer<'_> {
        let (name, is_stubborn) = (format!("writer-{number}"), number.is_multiple_of(2));
        Writer { ledger, name, is_stubborn, next: 0, acknowledged: None, unanswered: None, repeats: 0 }
    }

    fn write(&mut self, mut client: Client, acknowledged: &Sender<()>) {
        // Ends with the connection.
        let _ = self.try_write(&mut client, acknowledged);
    }

    fn try_write(&mut self, client: &mut Client, acknowledged: &Sender<()>) -> std::io::Result<()> {
        self.ask_again(client)?;
        loop {
            let deed = Deed::new(&self.name, self.next);
            self.next += 1;
            self.ledger.ask(&deed);
            self.unanswered = Some(deed.clone());
            let answer = deed.send(client)?;
            deed.check(&answer);
            assert!(!answer.is_repeat(), "{deed:?} was done before");
            self.ledger.acknowledge(&deed);
            (self.acknowledged, self.unanswered) = (Some(deed), None);
            // Nobody listens any more when it is about to be killed.
            let _ = acknowledged.send(());
        }
    }

    /// What was acknowledged is answered again and not done again; what was not is done once.
    fn ask_again(&mut self, client: &mut Client) -> std::io::Result<()> {
        if !self.is_stubborn {
            self.unanswered = None;
        }
        if let Some(deed) = &self.acknowledged {
            let answer = deed.send(client)?;
            deed.check(&answer);
            assert!(answer.is_repeat(), "{deed:?} was acknowledged and done again");
            self.repeats += 1;
        }
        if let Some(deed) = &self.unanswered {
            let answer = deed.send(client)?;
            deed.check(&answer);
            self.ledger.acknowledge(deed);
            self.repeats += usize::from(answer.is_repeat());
            self.unanswered = None;
        }
        Ok(())
    }
}
