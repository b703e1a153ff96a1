//! A connection that breaks off between a commit and its answer: whether it was done nobody knows, which is said; asked
//! again under the same key, it was done once.

use throwaway::{Cluster, Loss, Way};

use super::app::{self, App};
use super::ledger::{Deed, Ledger};
use super::place::Place;

#[test]
fn what_was_committed_without_an_answer_is_found_by_its_key() {
    let Some(cluster) = Cluster::start(&[], &[]) else { return };
    let way = Way::to(&cluster);
    let (bench, ledger) = (app::bench(), Ledger::default());
    let app = App::start(&bench, &way.url("postgres"));
    app.register("ana");
    let [token, _] = app.log_in("ana");
    let mut client = app.client(&token);
    // A single note and a batch, each more often than a statement is new.
    for number in 0..9 {
        let deed = Deed::new("ana", number);
        ledger.ask(&deed);
        // Not of just any commit: shares of limits are taken and swept by others, at their own times.
        way.lose_commit_of(deed.title(), Loss::Cut);
        let answer = deed.send(&mut client).unwrap();
        answer.check_unavailable();
        assert!(answer.body.contains("not known"), "{}", answer.body);
        assert_eq!(way.lost(), number + 1);
        for _ in 0..2 {
            let answer = deed.send(&mut client).unwrap();
            deed.check(&answer);
            assert!(answer.is_repeat(), "{}", answer.body);
        }
        ledger.acknowledge(&deed);
    }
    ledger.check(&Place::Server(cluster));
}
