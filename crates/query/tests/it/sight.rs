//! What tells apart the answers that callers of different rights are given.

use std::collections::HashSet;

use blueprint::{Blueprint, Literal, Rule};
use query::access::{decide, roles, unscoped};
use query::{Access, Actor, Reason, RecordId, Representation, Request, User, Verb};

use crate::desk::{callers, desk, entity, ticket};
use crate::{KEY, origin, stranger, user};

const SEVEN: RecordId = RecordId::Integer(7);

fn sight(desk: &Blueprint, access: Access) -> Option<String> {
    let read = Request::Read { id: SEVEN, representation: Representation::default() };
    query::plan(desk, crate::entity(desk, "ticket"), access, read, origin(), &KEY).unwrap().sight(desk, b"")
}

fn seen_by(desk: &Blueprint, actor: &Actor) -> Option<String> {
    sight(desk, ticket(desk, Verb::Read, actor.clone()))
}

fn manager(name: &str) -> Actor {
    user(name, &["manager"])
}

fn clerk(name: &str) -> Actor {
    user(name, &["clerk"])
}

/// Of tickets that have these fields and links only.
#[test]
fn whom_different_things_are_shown_has_another_sight() {
    let ana = || user("ana", &[]);
    for (parts, one, other) in [
        ("grade", manager("eve"), manager("dan")),
        ("price", manager("eve"), clerk("eve")),
        ("labels", manager("eve"), manager("dan")),
        ("labels", ana(), stranger()),
        ("helpers", ana(), user("bob", &[])),
        ("helpers", ana(), clerk("ana")),
        ("parts", manager("eve"), clerk("eve")),
        ("parts", clerk("eve"), clerk("dan")),
    ] {
        let mut desk = desk(false);
        let place = crate::entity(&desk, "ticket").0;
        let ticket = &mut desk.entities[place];
        ticket.fields.retain(|field| field.name == parts);
        ticket.links.retain(|link| link.name == parts);
        assert_ne!(seen_by(&desk, &one), seen_by(&desk, &other), "{parts} by {one:?} and {other:?}");
    }
}

/// One is shown only what the other is not.
#[test]
fn a_sight_tells_which_field_is_kept() {
    let mut desk = desk(false);
    let place = crate::entity(&desk, "ticket").0;
    let ticket = &mut desk.entities[place];
    ticket.links.clear();
    ticket.fields.retain(|field| matches!(field.name.as_str(), "rank" | "price"));
    for (field, role) in ticket.fields.iter_mut().zip(["clerk", "manager"]) {
        field.read = Rule::Role(role.to_owned());
    }
    assert_ne!(seen_by(&desk, &clerk("eve")), seen_by(&desk, &manager("eve")));
}

/// What he does to the row changes nothing of what he is shown of it.
#[test]
fn a_sight_is_the_same_whatever_is_done() {
    let desk = desk(false);
    for (who, actor) in callers().into_iter().skip(1) {
        let seen = seen_by(&desk, &actor);
        assert_eq!(seen.as_ref().map(String::len), Some(12), "{who}");
        assert_eq!(sight(&desk, ticket(&desk, Verb::Update, actor)), seen, "{who}");
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
    desk.entities[index.0].fields.retain(|field| field.name != "ghost");
    assert!(seen(&desk, &["manager"]).is_some(), "she is shown no parts of others");
    desk.entities[index.0].links.retain(|link| link.name != "parts");
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
        decide(entity(&desk, "ticket"), Verb::Update, user("ana", &[]), Some("ana")).unwrap().rights(),
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

#[test]
fn what_the_operator_says_of_a_caller_is_among_his_rights() {
    let said = |team: &str| {
        let Actor::User(user) = user("ana", &[]) else { panic!("a user") };
        let fields = query::Fields::Known([Literal::Text(team.to_owned())].into());
        roles(&Actor::User(User { fields, ..(*user).clone() }.into()))
    };
    assert_ne!(said("red"), said("blue"));
    assert_eq!(said("red"), said("red"));
}
