//! The rules of fields, and what is answered of a row that an action has changed.

use blueprint::ActionKind;
use query::{IfMatch, List, View};
use serde_json::Value as Json;

use super::*;

/// The field whose rules are tried: a text, so that it looks the same in every answer.
const LABEL: &str = "label";

fn label(row: &[Literal], place: usize, is_shown: bool) -> Json {
    match &row[place] {
        Literal::Text(text) if is_shown => Json::from(text.as_str()),
        _ => Json::Null,
    }
}

#[test]
fn a_field_is_shown_where_its_condition_holds() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let at = place(&things, LABEL);
    let cases = (conditions(&things), prop::collection::vec(rows(&things), 1..6), callers());
    proptest!(config(), |((expr, rows, caller) in cases)| {
        let ruled = ruled(&things, |thing| thing.fields[at].read = when(&expr));
        for store in &engines.stores {
            let trial = Trial::new(store, &ruled);
            let access = query::access::decide(ruled.entity(THING), Verb::Read, caller.clone(), None).unwrap();
            let list = List::parse(&ruled, &View::of(ruled.entity(THING), &access), &[]).unwrap();
            let list = trial.render(&caller, Verb::Read, Request::List(list), NOW).unwrap();
            let outcome = trial.outcomes(&rows, vec![list]).pop();
            let Some(Outcome::Done(page)) = outcome else { panic!("{outcome:?}") };
            for shown in serde_json::from_slice::<Vec<Json>>(&page.body).unwrap() {
                let place = (0..rows.len()).find(|place| shown["id"] == id(*place).to_string()).unwrap();
                let expected = label(&rows[place], at, holds(&expr, &rows[place], &caller));
                prop_assert_eq!(&shown[LABEL], &expected, "{:?}", store.dialect());
            }
        }
    });
}

#[test]
fn a_field_is_set_where_its_condition_holds_before_and_after() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let at = place(&things, LABEL);
    let cases = (conditions(&things), prop::collection::vec(rows(&things), 1..6), changes(&things), callers());
    proptest!(config(), |((expr, rows, changes, caller) in cases)| {
        let ruled = ruled(&things, |thing| thing.fields[at].write = when(&expr));
        let is_set = changes.iter().any(|(place, _)| *place == at);
        let may = |row: &Vec<Literal>| {
            !is_set || holds(&expr, row, &caller) && held(&expr, &changed(row, &changes), &caller, NOW)
        };
        let change = |place: usize| {
            let changes = Values::from(changes.clone());
            Request::Update { id: id(place), changes, if_match: IfMatch::Absent }
        };
        for store in &engines.stores {
            let outcomes = Trial::new(store, &ruled).each(&rows, &caller, Verb::Update, change).unwrap();
            for (row, outcome) in rows.iter().zip(&outcomes) {
                let expected = if may(row) { Became::Done } else { Became::Forbidden };
                prop_assert_eq!(Became::of(outcome), expected, "{:?}", store.dialect());
            }
        }
    });
}

/// It is judged by the row that it finds, and what it answers by the row that it leaves: of one that cannot be read any more
/// only what is kept from its caller nowhere.
#[test]
fn an_action_answers_what_can_be_read_of_the_row_that_it_leaves() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let at = place(&things, LABEL);
    let rules = (perhaps(&things), perhaps(&things), conditions(&things));
    let cases = (rules, prop::collection::vec(rows(&things), 1..6), changes(&things), callers());
    proptest!(config(), |(((read, act, shown), rows, changes, caller) in cases)| {
        let ruled = ruled(&things, |thing| {
            thing.access.read = when(&read);
            thing.fields[at].read = when(&shown);
            thing.actions[0].access = when(&act);
            thing.actions[0].when = None;
            let ActionKind::Change(change) = &mut thing.actions[0].does else { panic!("it changes nothing") };
            change.set = changes.clone();
        });
        let touch = |place: usize| Request::Act { id: id(place), action: 0, if_match: IfMatch::Absent };
        for store in &engines.stores {
            let outcomes = Trial::new(store, &ruled).each(&rows, &caller, Verb::Act(0), touch);
            for (row, outcome) in rows.iter().zip(outcomes.into_iter().flatten()) {
                let expected = match (holds(&read, row, &caller), holds(&act, row, &caller)) {
                    (true, true) => Became::Done,
                    (true, false) => Became::Forbidden,
                    (false, _) => Became::NotFound,
                };
                prop_assert_eq!(Became::of(&outcome), expected, "{:?}", store.dialect());
                let Outcome::Done(answer) = outcome else { continue };
                let answer: Json = serde_json::from_slice(&answer.body).unwrap();
                let after = changed(row, &changes);
                let is_open = known(&shown, &caller) == Expr::Constant(true);
                let is_seen = held(&read, &after, &caller, NOW) && held(&shown, &after, &caller, NOW);
                let is_shown = is_open || is_seen;
                prop_assert_eq!(&answer[LABEL], &label(&after, at, is_shown), "{:?}", store.dialect());
            }
        }
    });
}
