//! Rules become scopes: every rule, every kind of caller.

use blueprint::Rule;
use query::access::{decide, own_path, rule, scope, unscoped};
use query::{Access, Actor, Denied, OwnerId, Reason, Scope, User, Verb};

use crate::desk::{self, desk};
use crate::{entity, leads, stranger, user};

fn owned(name: &str) -> Scope {
    Scope::OwnedBy(OwnerId::User(name.to_owned()))
}

#[test]
fn every_rule_for_every_kind_of_caller() {
    let role = || Rule::Role("manager".to_owned());
    let either = || Rule::AnyOf(vec![Rule::Owner, role()]);
    let (ana, manager): (Actor, Actor) = (user("ana", &["agent"]), user("eve", &["manager"]));
    use Scope::{Everything, Nothing};
    for (rule, of_stranger, of_user, of_manager) in [
        (Rule::Nobody, Nothing, Nothing, Nothing),
        (Rule::Anyone, Everything, Everything, Everything),
        (Rule::SignedIn, Nothing, Everything, Everything),
        (Rule::Owner, Nothing, owned("ana"), owned("eve")),
        (role(), Nothing, Nothing, Everything),
        (either(), Nothing, owned("ana"), Everything),
    ] {
        assert_eq!(scope(&rule, &stranger()), of_stranger, "{rule:?}");
        assert_eq!(scope(&rule, &ana), of_user, "{rule:?}");
        assert_eq!(scope(&rule, &manager), of_manager, "{rule:?}");
    }
}

#[test]
fn every_verb_has_its_own_rule() {
    let blueprint = blueprint::load(
        r#"
[app]
name = "acts"
[auth]
roles = ["maker", "changer", "deleter", "opener", "closer"]
[entity.door]
owner = false
[entity.door.field]
open = { type = "boolean" }
[entity.door.access]
read = ["signed_in"]
create = ["role:maker"]
update = ["role:changer"]
delete = ["role:deleter"]
open = ["role:opener"]
close = ["role:closer"]
[entity.door.action.open]
set = { open = true }
[entity.door.action.close]
set = { open = false }
"#,
    );
    let door = &blueprint.unwrap_or_else(|problems| panic!("{problems}")).entities[0];
    let act = |name: &str| Verb::Act(door.actions.iter().position(|action| action.name == name).unwrap());
    assert_eq!(*rule(door, Verb::Read), Rule::SignedIn);
    for (verb, role) in [
        (Verb::Create, "maker"),
        (Verb::Update, "changer"),
        (Verb::Delete, "deleter"),
        (act("open"), "opener"),
        (act("close"), "closer"),
    ] {
        assert_eq!(*rule(door, verb), Rule::Role(role.to_owned()), "{verb:?}");
        let reached = |role: &str| decide(door, verb, user("eve", &[role]), None).unwrap().reach().clone();
        assert_eq!((reached(role), reached("another")), (Scope::Everything, Scope::Nothing), "{verb:?}");
    }
    assert_eq!(*rule(door, Verb::Act(99)), Rule::Nobody);
}

#[test]
fn strangers_are_sent_to_sign_in_before_anything_else_is_looked_at() {
    let blueprint = leads();
    let prospect = blueprint.entity(entity(&blueprint, "prospect"));
    for verb in [Verb::Read, Verb::Create, Verb::Update, Verb::Delete, Verb::Act(0), Verb::Act(99)] {
        assert_eq!(decide(prospect, verb, stranger(), None), Err(Denied::SignIn), "{verb:?}");
    }
}

#[test]
fn a_user_in_the_path_must_be_the_caller_and_narrows_what_he_reaches() {
    let blueprint = leads();
    let prospect = blueprint.entity(entity(&blueprint, "prospect"));
    let manager = || user("eve", &["manager"]);
    assert_eq!(decide(prospect, Verb::Read, manager(), Some("ana")), Err(Denied::ForeignPath));
    assert_eq!(decide(prospect, Verb::Read, stranger(), Some("ana")), Err(Denied::SignIn));
    let own = decide(prospect, Verb::Read, manager(), Some("eve")).unwrap();
    assert_eq!((own.read(), own.reach()), (&owned("eve"), &owned("eve")));
    let delete = decide(prospect, Verb::Delete, user("ana", &[]), Some("ana")).unwrap();
    assert_eq!((delete.read(), delete.reach()), (&owned("ana"), &Scope::Nothing));
}

#[test]
fn a_path_names_its_user_by_his_id_or_by_his_issuers_name_for_him() {
    let Actor::User(ana) = user("0199", &[]) else { panic!() };
    let ana = Actor::User(User { sub: "ana".to_owned(), ..(*ana).clone() }.into());
    for (actor, named, expected) in [
        (&ana, None, Ok(())),
        (&ana, Some("0199"), Ok(())),
        (&ana, Some("ana"), Ok(())),
        (&ana, Some("bob"), Err(Denied::ForeignPath)),
        (&ana, Some(""), Err(Denied::ForeignPath)),
        (&stranger(), None, Ok(())),
        (&stranger(), Some("ana"), Err(Denied::SignIn)),
    ] {
        assert_eq!(own_path(actor, named), expected, "{actor:?} {named:?}");
    }
}

/// With users in the paths nobody sees past his own rows of what has owners, and strangers see none.
#[test]
fn what_a_reference_may_lead_to() {
    use Scope::{Everything, Nothing};
    let (ana, manager) = (|| user("ana", &[]), || user("eve", &["manager"]));
    for (actor, user_path, tickets, labels, users) in [
        (stranger(), false, Everything, Everything, Nothing),
        (stranger(), true, Nothing, Everything, Nothing),
        (ana(), false, Everything, Everything, owned("ana")),
        (ana(), true, owned("ana"), Everything, owned("ana")),
        (manager(), false, Everything, Everything, Everything),
        (manager(), true, owned("eve"), Everything, Everything),
    ] {
        let desk = desk(user_path);
        let sees = |access: &Access, name: &str| access.sees(&desk, desk::entity(&desk, name));
        let access = desk::ticket(&desk, Verb::Read, actor.clone());
        let seen = [sees(&access, "ticket"), sees(&access, "label"), access.sees_users()];
        assert_eq!(seen, [tickets, labels, users], "{actor:?} {user_path}");
        let access = unscoped(actor.clone(), None, Reason::new("the nightly report").unwrap());
        let seen = [sees(&access, "ticket"), sees(&access, "label"), access.sees_users()];
        assert_eq!(seen, [Everything, Everything, Everything], "{actor:?} {user_path}");
    }
}

#[test]
fn a_reason_reaches_every_row_but_nothing_that_nobody_is_to_see() {
    let why = Reason::new("the nightly report").unwrap();
    let access = unscoped(user("ana", &[]), Some("bob".to_owned()), why.clone());
    assert_eq!((access.read(), access.reach()), (&Scope::Everything, &Scope::Everything));
    assert_eq!((access.reason(), access.owner()), (Some(&why), Some("bob")));
    assert_eq!(access.grants(&Rule::Role("manager".to_owned())), Scope::Everything);
    assert_eq!(access.grants(&Rule::Nobody), Scope::Nothing);
    let blueprint = leads();
    let plain = decide(blueprint.entity(entity(&blueprint, "prospect")), Verb::Read, user("ana", &[]), None).unwrap();
    assert_eq!((plain.reason(), plain.owner()), (None, Some("ana")));
}

#[test]
fn scopes_cover_and_narrow_each_other() {
    use Scope::{Everything, Nothing};
    for (one, other, covers, both) in [
        (Everything, Everything, true, Everything),
        (Everything, owned("ana"), true, owned("ana")),
        (Everything, Nothing, true, Nothing),
        (owned("ana"), Everything, false, owned("ana")),
        (owned("ana"), owned("ana"), true, owned("ana")),
        (owned("ana"), Nothing, true, Nothing),
        (Nothing, Everything, false, Nothing),
        (Nothing, owned("ana"), false, Nothing),
        (Nothing, Nothing, true, Nothing),
    ] {
        assert_eq!(one.covers(&other), covers, "{one:?} {other:?}");
        assert_eq!(one.clone().and(other.clone()), both, "{one:?} {other:?}");
    }
    assert!(!owned("ana").covers(&owned("bob")));
}
