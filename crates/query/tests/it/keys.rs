//! API keys take away: what a caller with one may is what his user may, of what the key names.

use std::sync::Arc;

use query::access::decide;
use query::{Actor, Allowed, Key, OwnerId, Scope, User, Verb};

use crate::{entity, user};

const DOORS: &str = r#"
[app]
name = "doors"
[auth]
roles = ["keeper"]
[entity.house.field]
name = { type = "text" }
[entity.door.field]
house = { type = "reference", to = "house" }
open = { type = "boolean" }
[entity.door.access]
read = ["owner", "role:keeper"]
update = ["owner", "role:keeper"]
delete = ["role:keeper"]
open = ["owner"]
[entity.door.action.open]
set = { open = true }
"#;

fn doors() -> blueprint::Blueprint {
    blueprint::load(DOORS).unwrap_or_else(|problems| panic!("{problems}"))
}

fn allowed(words: &[&str]) -> Result<Allowed, String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Allowed::read(&doors(), &words)
}

fn with_key(actor: &Actor, words: &[&str]) -> Actor {
    let Actor::User(user) = actor else { panic!("a stranger has no key") };
    let key = Key { id: "k1".to_owned(), allowed: allowed(words).unwrap() };
    Actor::User(Arc::new(User { key: Some(Arc::new(key)), ..User::clone(user) }))
}

#[test]
fn a_key_reaches_what_its_user_reaches_of_what_it_is_for() {
    let blueprint = doors();
    let door = blueprint.entity(entity(&blueprint, "door"));
    let own = || Scope::OwnedBy(OwnerId::User("ana".to_owned()));
    use Scope::{Everything, Nothing};
    let verbs = [Verb::Read, Verb::Create, Verb::Update, Verb::Delete, Verb::Act(0)];
    for (words, of_ana, of_keeper) in [
        (
            &["*"][..],
            [own(), Everything, own(), Nothing, own()],
            [Everything, Everything, Everything, Everything, own_of("eve")],
        ),
        (
            &["door"],
            [own(), Everything, own(), Nothing, own()],
            [Everything, Everything, Everything, Everything, own_of("eve")],
        ),
        (&["*:read"], [own(), Nothing, Nothing, Nothing, Nothing], [Everything, Nothing, Nothing, Nothing, Nothing]),
        (
            &["door:read,open"],
            [own(), Nothing, Nothing, Nothing, own()],
            [Everything, Nothing, Nothing, Nothing, own_of("eve")],
        ),
        (
            &["door:read", "door:delete"],
            [own(), Nothing, Nothing, Nothing, Nothing],
            [Everything, Nothing, Nothing, Everything, Nothing],
        ),
        (
            &["door:create"],
            [Nothing, Everything, Nothing, Nothing, Nothing],
            [Nothing, Everything, Nothing, Nothing, Nothing],
        ),
        (&["house"], [Nothing, Nothing, Nothing, Nothing, Nothing], [Nothing, Nothing, Nothing, Nothing, Nothing]),
    ] {
        for (actor, expected) in [(user("ana", &[]), of_ana), (user("eve", &["keeper"]), of_keeper)] {
            for (verb, reach) in verbs.into_iter().zip(expected) {
                let access = decide(door, verb, with_key(&actor, words), None).unwrap();
                assert_eq!(*access.reach(), reach, "{words:?} {verb:?} {actor:?}");
            }
        }
    }
}

fn own_of(name: &str) -> Scope {
    Scope::OwnedBy(OwnerId::User(name.to_owned()))
}

#[test]
fn a_reference_leads_nowhere_that_the_key_is_not_for() {
    let blueprint = doors();
    let (door, house) = (blueprint.entity(entity(&blueprint, "door")), blueprint.entity(entity(&blueprint, "house")));
    let eve = user("eve", &["keeper"]);
    for (words, houses, users) in [
        (&["*"][..], true, true),
        (&["*:read"], true, true),
        (&["door:read", "house:read"], true, false),
        (&["door:read", "user:read"], false, true),
        (&["door"], false, false),
    ] {
        let access = decide(door, Verb::Read, with_key(&eve, words), None).unwrap();
        assert_eq!(access.sees(&blueprint, house) != Scope::Nothing, houses, "{words:?}");
        assert_eq!(access.sees_users() == Scope::Everything, users, "{words:?}");
    }
}

#[test]
fn what_goes_along_with_a_deletion_is_told() {
    let text = "[app]\nname = \"x\"\n[entity.house.field]\nname = { type = \"text\" }\n[entity.door.field]\n\
                house = { type = \"reference\", to = \"house\", on_delete = \"cascade\" }\n[entity.lock.field]\n\
                door = { type = \"reference\", to = \"door\", on_delete = \"cascade\" }\n[entity.key.field]\n\
                door = { type = \"reference\", to = \"door\", on_delete = \"set_null\" }\n";
    let blueprint = blueprint::load(text).unwrap();
    for (words, along) in [
        (&["house:read,delete"][..], &[("house", "door"), ("house", "lock")][..]),
        (&["house", "door"], &[("house", "lock"), ("door", "lock")]),
        (&["lock"], &[]),
        (&["house:read"], &[]),
        (&["*"], &[]),
        (&["*:read,delete"], &[]),
    ] {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(Allowed::read(&blueprint, &words).unwrap().cascades(&blueprint), along, "{words:?}");
    }
}

#[test]
fn what_a_key_may_is_read_strictly() {
    for (words, problem) in [
        (&["dor:read"][..], "no entity `dor`"),
        (&["door:reed"], "no operation `reed`"),
        (&["house:open"], "no operation `open`"),
        (&["door:"], "no operation ``"),
        (&["user"], "no operation `*`"),
        (&["user:update"], "no operation `update`"),
        (&["door:update"], "needs `door:read`"),
        (&["door:open"], "needs `door:read`"),
        (&["*:delete"], "needs `*:read`"),
    ] {
        let error = allowed(words).unwrap_err();
        assert!(error.contains(problem), "{words:?}: {error}");
    }
    let some = allowed(&["doors:read, open", "*:create"]).unwrap();
    assert_eq!(some.words(), ["*:create", "door:open,read"]);
    assert_eq!(Allowed::of_json(&some.to_json().to_string()), some);
    for junk in ["", "null", "[]", "{\"door\":\"read\"}", "{\"door\":[1]}"] {
        let door = &doors().entities[1];
        assert!(!Allowed::of_json(junk).allows(door, Verb::Read), "{junk}");
    }
}
