//! Writes with a key each, what became of them, and the three sums at the end: nothing acknowledged is lost, nothing is
//! done twice, and each row has its line in the audit.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::client::{Answer, Client};
use super::place::Place;

/// Notes to be made at once, under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub key: String,
    titles: Vec<String>,
}

impl Deed {
    /// One note, or every third time a batch of three.
    pub fn new(name: &str, number: usize) -> Deed {
        let key = format!("{name}-{number}");
        let notes = if number % 3 == 2 { 3 } else { 1 };
        Deed { titles: (0..notes).map(|note| format!("{key}-{note}")).collect(), key }
    }

    /// Of its first note; no other deed's.
    pub fn title(&self) -> &str {
        self.titles.first().map_or("", String::as_str)
    }

    pub fn send(&self, client: &mut Client) -> std::io::Result<Answer> {
        let notes: Vec<Value> = self.titles.iter().map(|title| json!({ "title": title })).collect();
        let (path, body) = match notes.as_slice() {
            [note] => ("/api/v1/notes", note.clone()),
            _ => {
                let create = |note| json!({ "method": "POST", "body": note });
                ("/api/v1/notes:batch", json!({ "operations": notes.into_iter().map(create).collect::<Vec<_>>() }))
            }
        };
        client.send("POST", path, Some(&self.key), Some(&body))
    }

    /// That an answer says that this was done.
    #[track_caller]
    pub fn check(&self, answer: &Answer) {
        assert_eq!(answer.status, if self.titles.len() == 1 { 201 } else { 200 }, "{}", answer.body);
        assert!(self.titles.iter().all(|title| answer.body.contains(title)), "{self:?}: {}", answer.body);
    }
}

/// All that was asked for.
#[derive(Default)]
pub struct Ledger {
    /// By key: the deed, and whether it was acknowledged.
    deeds: Mutex<HashMap<String, (Deed, bool)>>,
}

impl Ledger {
    pub fn ask(&self, deed: &Deed) {
        let asked = (deed.clone(), false);
        self.deeds.lock().unwrap().entry(deed.key.clone()).or_insert(asked);
    }

    pub fn acknowledge(&self, deed: &Deed) {
        self.deeds.lock().unwrap().get_mut(&deed.key).unwrap().1 = true;
    }

    /// Holds what is in the database against what was asked and answered; a line with the figures.
    pub fn check(&self, place: &Place) -> String {
        place.check();
        let deeds = self.deeds.lock().unwrap();
        let rows = place.texts("SELECT title FROM notes");
        let found: HashSet<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(found.len(), rows.len(), "something was done twice");
        let is_there = |title: &&String| found.contains(title.as_str());
        let (mut acknowledged, mut done, mut notes) = (0, 0, 0);
        for (deed, answered) in deeds.values() {
            let there = deed.titles.iter().filter(is_there).count();
            assert!(!answered || there == deed.titles.len(), "{deed:?} was acknowledged, and {there} are there");
            assert!(there == 0 || there == deed.titles.len(), "{there} of {deed:?} are there");
            acknowledged += usize::from(*answered);
            done += usize::from(there > 0);
            notes += there;
        }
        assert_eq!(notes, rows.len(), "there are notes that nobody asked for");
        let audit = "FROM _audit WHERE entity = 'note' AND action = 'create' AND outcome = 'done'";
        assert_eq!(place.count(&format!("SELECT count(*) {audit}")), rows.len(), "rows of the audit");
        assert_eq!(place.count(&format!("SELECT count(DISTINCT entity_id) {audit}")), rows.len(), "rows in the audit");
        assert_eq!(place.count("SELECT count(*) FROM _idempotency"), done, "answers that were kept");
        format!("{} asked, {acknowledged} acknowledged, {done} done as {notes} rows; lost 0, twice 0", deeds.len())
    }
}
