//! The rules of access: which rows are read, found and changed, and which may be made.

use query::{IfMatch, List, Representation, View};
use serde_json::Value as Json;
use work::Refusal;

use super::*;

/// The rows that a list shows, and those that are found one by one.
fn read(store: &Store, things: &Arc<Blueprint>, rows: &[Vec<Literal>], caller: &Actor) -> (Vec<bool>, Vec<bool>) {
    let trial = Trial::new(store, things);
    let Ok(access) = query::access::decide(things.entity(THING), Verb::Read, caller.clone(), None) else {
        // Nothing can hold for a stranger.
        return (vec![false; rows.len()], vec![false; rows.len()]);
    };
    let list = List::parse(things, &View::of(things.entity(THING), &access), &[]).unwrap();
    let list = trial.render(caller, Verb::Read, Request::List(list), NOW);
    let one = |place: usize| Request::Read { id: id(place), representation: Representation::default() };
    let each = (0..rows.len()).map(|place| trial.render(caller, Verb::Read, one(place), NOW).unwrap());
    let is_listed = list.is_some();
    let mut outcomes = trial.outcomes(rows, list.into_iter().chain(each).collect());
    let rest = outcomes.split_off(usize::from(is_listed));
    let listed: Vec<Json> = outcomes
        .into_iter()
        .flat_map(|outcome| {
            let Outcome::Done(page) = outcome else { panic!("{outcome:?}") };
            serde_json::from_slice::<Vec<Json>>(&page.body).unwrap()
        })
        .collect();
    let is_in = |place: usize| listed.iter().any(|row| row["id"] == id(place).to_string());
    let found = |outcome: Outcome| match outcome {
        Outcome::Done(_) => true,
        Outcome::Refused(Refusal::NotFound) => false,
        other => panic!("{other:?}"),
    };
    ((0..rows.len()).map(is_in).collect(), rest.into_iter().map(found).collect())
}

#[test]
fn rows_are_seen_where_the_condition_of_reading_holds() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let cases = (conditions(&things), prop::collection::vec(rows(&things), 1..6), callers());
    proptest!(config(), |((expr, rows, caller) in cases)| {
        let ruled = ruled(&things, |thing| thing.access.read = when(&expr));
        let expected: Vec<bool> = rows.iter().map(|row| holds(&expr, row, &caller)).collect();
        for store in &engines.stores {
            let (listed, found) = read(store, &ruled, &rows, &caller);
            prop_assert_eq!(&listed, &expected, "listed on {:?}", store.dialect());
            prop_assert_eq!(&found, &expected, "found on {:?}", store.dialect());
        }
    });
}

#[test]
fn rows_are_changed_where_the_conditions_hold_before_and_after() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let rules = (conditions(&things), perhaps(&things));
    let cases = (rules, prop::collection::vec(rows(&things), 1..6), changes(&things), callers());
    proptest!(config(), |(((expr, read), rows, changes, caller) in cases)| {
        let ruled = ruled(&things, |thing| {
            thing.access.update = when(&expr);
            thing.access.read = when(&read);
        });
        let may = |row: &Vec<Literal>| {
            let after = changed(row, &changes);
            let both = |expr: &Expr| holds(expr, row, &caller) && held(expr, &after, &caller, NOW);
            match (holds(&read, row, &caller), both(&read) && both(&expr)) {
                (_, true) => Became::Done,
                (true, false) => Became::Forbidden,
                (false, _) => Became::NotFound,
            }
        };
        let expected: Vec<Became> = rows.iter().map(may).collect();
        let change = |place: usize| {
            let changes = Values::from(changes.clone());
            Request::Update { id: id(place), changes, if_match: IfMatch::Absent }
        };
        for store in &engines.stores {
            let outcomes = Trial::new(store, &ruled).each(&rows, &caller, Verb::Update, change);
            let Some(outcomes) = outcomes else {
                prop_assert!(expected.iter().all(|became| *became != Became::Done), "{:?}", store.dialect());
                continue;
            };
            let became: Vec<Became> = outcomes.iter().map(Became::of).collect();
            prop_assert_eq!(&became, &expected, "{:?}", store.dialect());
        }
    });
}

/// The database is asked only for what the row refers to.
#[test]
fn a_row_may_be_made_where_the_condition_of_making_holds() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let cases = (conditions(&things), rows(&things), callers());
    proptest!(config(), |((expr, row, caller) in cases)| {
        let Actor::User(by) = &caller else { return Ok(()) };
        let ruled = ruled(&things, |thing| thing.access.create = when(&expr));
        let value = |term: &Term| match term {
            Term::Field(place) => row[*place].clone(),
            Term::Via(via) => led_to(via, &row),
            Term::Owner => Literal::Text(by.id.clone()),
            _ => Literal::Text(NOW.to_owned()),
        };
        let expected = expr.of_caller(Some(&by.id), &by.roles, fields_of(by)).at(NOW).eval(&value);
        for store in &engines.stores {
            let trial = Trial::new(store, &ruled);
            let values = Values::from(row.iter().cloned().enumerate().collect::<Vec<_>>());
            let work = trial.render(&caller, Verb::Create, Request::Create { id: Some(id(0)), values }, NOW);
            match work.and_then(|work| trial.outcomes(&[], vec![work]).pop()) {
                None | Some(Outcome::Refused(Refusal::Forbidden)) => prop_assert!(!expected, "{:?}", store.dialect()),
                Some(Outcome::Done(_)) => prop_assert!(expected, "{:?}", store.dialect()),
                // Whom he refers to is told before what that row is like.
                Some(Outcome::Refused(Refusal::Reference { pointer })) => prop_assert_eq!(pointer, "/clerk_id"),
                other => panic!("{other:?}"),
            }
        }
    });
}

/// Engines nest the tests of a condition into one another, and give up where they are too many.
#[test]
fn a_condition_may_have_thousands_of_tests() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let room = place(&things, "room");
    let is = |number| Expr::Compare(Term::Field(room), Comparison::Eq, Term::Value(Literal::Integer(number)));
    let any = Expr::Any((0..3000).map(is).collect());
    let row = |number| {
        let mut row = vec![Literal::Null; things.entity(THING).fields.len()];
        row[room] = Literal::Integer(number);
        row
    };
    for (expr, expected) in [(any.clone(), [true, false]), (Expr::Not(any.into()), [false, true])] {
        let ruled = ruled(&things, |thing| thing.access.read = when(&expr));
        for store in &engines.stores {
            let (listed, found) = read(store, &ruled, &[row(2999), row(3000)], &Actor::Stranger);
            assert_eq!((listed, found), (expected.to_vec(), expected.to_vec()), "{:?}", store.dialect());
        }
    }
}
