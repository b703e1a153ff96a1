//! The state in which an action is possible.

use blueprint::{ActionKind, Condition};
use query::IfMatch;
use work::Refusal;

use super::*;

/// Whether so much can be added to these pieces.
fn has_room(pieces: &Literal, added: Option<i64>) -> bool {
    match (pieces, added) {
        (_, None) => true,
        (Literal::Integer(pieces), Some(added)) => (-3..=3).contains(&(pieces + added)),
        _ => false,
    }
}

/// Has the caller touch each of the rows.
fn touched(store: &Store, blueprint: &Arc<Blueprint>, rows: &[Vec<Literal>], caller: &Actor) -> Vec<bool> {
    let trial = Trial::new(store, blueprint);
    let touch = |place: usize| {
        let request = Request::Act { id: id(place), action: 0, if_match: IfMatch::Absent };
        trial.render(caller, Verb::Act(0), request, NOW).unwrap()
    };
    let is_done = |outcome| match outcome {
        Outcome::Done(_) => true,
        Outcome::Refused(Refusal::State) => false,
        other => panic!("{other:?}"),
    };
    trial.outcomes(rows, (0..rows.len()).map(touch).collect()).into_iter().map(is_done).collect()
}

#[test]
fn a_condition_holds_in_the_database_where_it_holds_in_memory() {
    let things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let engines = Engines::new(&things);
    let pieces = place(&things, "pieces");
    let cases =
        (conditions(&things), prop::collection::vec(rows(&things), 1..6), callers(), prop::option::of(-4i64..=4));
    proptest!(config(), |((expr, rows, caller, added) in cases)| {
        let mut things = things.clone();
        let action = &mut things.entities[THING.0].actions[0];
        action.when = Some(Condition { text: String::new(), expr: expr.clone() });
        if let ActionKind::Change(change) = &mut action.does {
            change.add = added.map(|units| (pieces, units)).into_iter().collect();
        }
        let expected: Vec<bool> =
            rows.iter().map(|row| holds(&expr, row, &caller) && has_room(&row[pieces], added)).collect();
        let things = Arc::new(things);
        for store in &engines.stores {
            prop_assert_eq!(&touched(store, &things, &rows, &caller), &expected, "{:?}", store.dialect());
        }
    });
}
