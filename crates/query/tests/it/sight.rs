//! What tells apart the answers that callers of different rights are given.

use std::collections::HashSet;

use blueprint::Blueprint;
use query::access::{decide, roles, unscoped};
use query::{Access, Reason, RecordId, Representation, Request, Verb};

use crate::desk::{callers, desk, ticket};
use crate::{KEY, origin, stranger, user};

const SEVEN: RecordId = RecordId::Integer(7);

fn sight(desk: &Blueprint, access: Access) -> Option<String> {
    let read = Request::Read { id: SEVEN, representation: Representation::default() };
    query::plan(desk, crate::entity(desk, "ticket"), access, read, origin(), &KEY).unwrap().sight(desk)
}

/// The manager and the clerk are one person, whom only the field of the managers tells apart.
#[test]
fn whom_different_things_are_shown_has_another_sight() {
    let desk = desk(false);
    let sights: Vec<String> =
        callers().into_iter().map(|(_, actor)| sight(&desk, ticket(&desk, Verb::Read, actor)).unwrap()).collect();
    assert_eq!(sights.iter().collect::<HashSet<_>>().len(), sights.len(), "{sights:?}");
    assert!(sights.iter().all(|sight| sight.len() == 12), "{sights:?}");
    // What he does to the row changes nothing of what he is shown of it.
    for ((who, actor), seen) in callers().into_iter().zip(sights).skip(1) {
        assert_eq!(sight(&desk, ticket(&desk, Verb::Update, actor)), Some(seen), "{who}");
    }
}

/// With users in the paths she deals with her own tickets only.
#[test]
fn who_is_shown_all_that_there_is_has_none() {
    let mut desk = desk(true);
    let index = crate::entity(&desk, "ticket");
    let seen = |desk: &Blueprint, roles: &[&str]| {
        let access = decide(desk.entity(index), Verb::Read, user("eve", roles), Some("eve")).unwrap();
        sight(desk, access)
    };
    assert!(seen(&desk, &["manager"]).is_some(), "nobody is shown the ghost");
    desk.entities[index.0].fields.retain(|field| field.column != "ghost");
    assert_eq!(seen(&desk, &["manager"]), None);
    assert!(seen(&desk, &["clerk"]).is_some(), "she is shown no price");
    assert!(seen(&desk, &[]).is_some(), "she is shown no helpers, nor a price");
    let why = Reason::new("the nightly report").unwrap();
    assert_eq!(sight(&desk, unscoped(stranger(), None, why)), None);
}

#[test]
fn the_text_of_rights_is_the_same_for_the_same_rights_only() {
    let desk = desk(false);
    let rights = |verb: Verb, name: &str, roles: &[&str]| ticket(&desk, verb, user(name, roles)).rights();
    assert_eq!(rights(Verb::Update, "eve", &["clerk", "manager"]), rights(Verb::Update, "eve", &["manager", "clerk"]));
    let different = [
        ticket(&desk, Verb::Update, user("ana", &[])).rights(),
        rights(Verb::Update, "bob", &[]),
        rights(Verb::Read, "ana", &[]),
        rights(Verb::Delete, "eve", &["manager"]),
        rights(Verb::Update, "eve", &["manager"]),
        rights(Verb::Read, "eve", &["clerk"]),
        rights(Verb::Read, "eve", &["clerk", "manager"]),
    ];
    assert_eq!(different.iter().collect::<HashSet<_>>().len(), different.len(), "{different:?}");
}

#[test]
fn roles_as_one_text() {
    for (actor, text) in
        [(stranger(), "[]"), (user("ana", &[]), "[]"), (user("ana", &["manager", "clerk"]), r#"["clerk", "manager"]"#)]
    {
        assert_eq!(roles(&actor), text);
    }
}
