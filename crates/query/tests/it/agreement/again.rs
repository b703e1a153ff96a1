//! What was done under a key is answered again, though by now a condition would not let it be done.

use blueprint::{Condition, Rule};
use work::{Idempotency, Refusal};

use super::*;

#[test]
fn a_row_that_was_made_in_time_is_answered_again_when_it_is_too_late() {
    let mut things = blueprint::load(THINGS).unwrap_or_else(|problems| panic!("{problems}"));
    let due = Term::Field(place(&things, "due"));
    let expr = Expr::Compare(due, Comparison::Gt, Term::Now);
    let rule = Rule::When(Box::new(Rule::SignedIn), Condition { text: String::new(), expr });
    things.entities[THING.0].access.create = rule;
    let engines = Engines::new(&things);
    let things = Arc::new(things);
    for store in &engines.stores {
        let trial = Trial::new(store, &things);
        let values = || Values::from(vec![(place(&things, "due"), Literal::Text(NOW.to_owned()))]);
        let make = |at: &str, key: &str| {
            let request = Request::Create { id: Some(id(0)), values: values() };
            let work = trial.render(&user(ANA, &[]), Verb::Create, request, at).unwrap();
            let text = |text: &str| text.to_owned();
            let once = Idempotency {
                scope: text("things"),
                key: text(key),
                fingerprint: vec![1],
                rights: vec![2],
                at: text(at),
                since: text(MADE),
            };
            store.run_blocking(work.once(Some(once))).unwrap()
        };
        let Outcome::Done(made) = make(MADE, "k") else { panic!("it was not made in time") };
        let Outcome::Done(again) = make(NOW, "k") else { panic!("it was not answered again") };
        assert!(again.replayed && again.body == made.body, "{:?}", store.dialect());
        assert!(matches!(make(NOW, "another"), Outcome::Refused(Refusal::Forbidden)));
    }
}
