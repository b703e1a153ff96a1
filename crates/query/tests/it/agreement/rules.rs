//! The rules of access: which rows are read, found and changed, and which may be made.

use blueprint::{Condition, Rule};
use query::{IfMatch, List, Representation, View};
use serde_json::Value as Json;
use work::Refusal;

use super::*;

/// The things with a rule that is only this condition.
fn ruled(things: &Blueprint, expr: &Expr, give: impl FnOnce(&mut blueprint::Access, Rule)) -> Arc<Blueprint> {
    let mut things = things.clone();
    let condition = Condition { text: String::new(), expr: expr.clone() };
    give(&mut things.entities[THING.0].access, Rule::When(Box::new(Rule::Anyone), condition));
    Arc::new(things)
}

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

/// Which of the rows the caller may change so.
fn changed(
    store: &Store,
    things: &Arc<Blueprint>,
    rows: &[Vec<Literal>],
    changes: &[(usize, Literal)],
    caller: &Actor,
) -> Vec<bool> {
    let trial = Trial::new(store, things);
    let change = |place: usize| {
        let changes = Values::from(changes.to_vec());
        let request = Request::Update { id: id(place), changes, if_match: IfMatch::Absent };
        trial.render(caller, Verb::Update, request, NOW)
    };
    let works: Vec<Work> = (0..rows.len()).filter_map(change).collect();
    if works.is_empty() {
        return vec![false; rows.len()];
    }
    let is_done = |outcome| match outcome {
        Outcome::Done(_) => true,
        Outcome::Refused(Refusal::Forbidden) => false,
        other => panic!("{other:?}"),
    };
    trial.outcomes(rows, works).into_iter().map(is_done).collect()
}

#[test]
fn rows_are_seen_where_the_condition_of_reading_holds() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let cases = (conditions(&things), prop::collection::vec(rows(&things), 1..6), callers());
    proptest!(config(), |((expr, rows, caller) in cases)| {
        let ruled = ruled(&things, &expr, |access, rule| access.read = rule);
        let expected: Vec<bool> = rows.iter().map(|row| holds(&expr, row, &caller)).collect();
        for store in &engines.stores {
            let (listed, found) = read(store, &ruled, &rows, &caller);
            prop_assert_eq!(&listed, &expected, "listed on {:?}", store.dialect());
            prop_assert_eq!(&found, &expected, "found on {:?}", store.dialect());
        }
    });
}

/// Changes of fields that refer to nobody, for whom a caller may refer to is another rule.
fn changes(things: &Blueprint) -> impl Strategy<Value = Vec<(usize, Literal)>> + use<> {
    let fields = things.entity(THING).fields.iter().enumerate();
    let plain = fields.filter(|(_, field)| !matches!(field.kind, FieldKind::Reference { .. }));
    let one = |(place, field): (usize, &Field)| {
        let value = prop_oneof![1 => Just(Literal::Null), 2 => select(literals(&field.kind))];
        prop::option::weighted(0.3, value).prop_map(move |value| value.map(|value| (place, value)))
    };
    plain.map(one).collect::<Vec<_>>().prop_map(|changes| changes.into_iter().flatten().collect())
}

#[test]
fn rows_are_changed_where_the_condition_of_changing_holds_before_and_after() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let cases = (conditions(&things), prop::collection::vec(rows(&things), 1..6), changes(&things), callers());
    proptest!(config(), |((expr, rows, changes, caller) in cases)| {
        let ruled = ruled(&things, &expr, |access, rule| access.update = rule);
        let after = |row: &Vec<Literal>| {
            let mut row = row.clone();
            changes.iter().for_each(|(place, value)| row[*place] = value.clone());
            row
        };
        let may = |row: &Vec<Literal>| holds(&expr, row, &caller) && held(&expr, &after(row), &caller, NOW);
        let expected: Vec<bool> = rows.iter().map(may).collect();
        for store in &engines.stores {
            prop_assert_eq!(&changed(store, &ruled, &rows, &changes, &caller), &expected, "{:?}", store.dialect());
        }
    });
}

/// No database is asked: what a new row will be is known.
#[test]
fn a_row_may_be_made_where_the_condition_of_making_holds() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let cases = (conditions(&things), rows(&things), callers());
    proptest!(config(), |((expr, row, caller) in cases)| {
        let Actor::User(by) = &caller else { return Ok(()) };
        let ruled = ruled(&things, &expr, |access, rule| access.create = rule);
        let access = query::access::decide(ruled.entity(THING), Verb::Create, caller.clone(), None).unwrap();
        let values = Values::from(row.iter().cloned().enumerate().collect::<Vec<_>>());
        let origin = Origin { at: NOW.to_owned(), ..origin() };
        let request = Request::Create { id: Some(id(0)), values };
        let planned = query::plan(&ruled, THING, access, request, origin, &KEY).is_ok();
        let value = |term: &Term| match term {
            Term::Field(place) => row[*place].clone(),
            Term::Owner => Literal::Text(by.id.clone()),
            _ => Literal::Text(NOW.to_owned()),
        };
        prop_assert_eq!(planned, expr.of_caller(Some(&by.id), &by.roles).at(NOW).eval(&value));
    });
}
