//! An app that keeps something from everybody who asks, and who asks.

use blueprint::{Blueprint, Entity};
use query::access::decide;
use query::{Access, Actor, Verb};

use crate::{stranger, user};

/// Everybody may see labels, tickets and comments; `grade`, `rank`, `labels` and what a comment is about are shown to the owner
/// only, `price` and `cost` to managers, `ghost` to nobody. `state` and `parts` are set by managers, `mark` by the owner.
const DESK: &str = r#"
[app]
name = "desk"
[auth]
roles = ["manager", "clerk"]

[entity.label]
owner = false
[entity.label.field]
name = { type = "text", required = true }
[entity.label.access]
read = ["anyone"]

[entity.part.field]
name = { type = "text", required = true }
cost = { type = "money", read = ["role:manager"] }
[entity.part.access]
read = ["owner", "role:manager"]

[entity.ticket.field]
title = { type = "text", required = true, index = true }
grade = { type = "integer", required = true, default = 1, index = true, read = ["owner"] }
rank = { type = "integer", read = ["owner"] }
price = { type = "money", index = true, read = ["role:manager"] }
state = { type = "enum", values = ["new", "done"], write = ["role:manager"] }
mark = { type = "text", write = ["owner"] }
ghost = { type = "text", read = ["nobody"], write = ["nobody"] }
pin = { type = "text", hidden = true }
labels = { type = "reference", to = "label", many = true, read = ["owner"] }
helpers = { type = "reference", to = "user", many = true }
parts = { type = "reference", to = "part", many = true, write = ["role:manager"] }
[entity.ticket.access]
read = ["anyone"]
update = ["owner", "role:manager"]
[entity.ticket.action.close]
set = { state = "done" }

[entity.comment.field]
ticket = { type = "reference", to = "ticket", on_delete = "cascade", read = ["owner"] }
part = { type = "reference", to = "part", on_delete = "set_null" }
about = { type = "reference", to = "user", on_delete = "set_null" }
text = { type = "long_text" }
[entity.comment.access]
read = ["anyone"]
"#;

/// With users in the paths or without.
pub fn desk(user_path: bool) -> Blueprint {
    let mut desk = blueprint::load(DESK).unwrap_or_else(|problems| panic!("{problems}"));
    desk.api.user_path = user_path;
    desk
}

pub fn entity<'a>(desk: &'a Blueprint, name: &str) -> &'a Entity {
    desk.entity(crate::entity(desk, name))
}

pub fn ticket(desk: &Blueprint, verb: Verb, actor: Actor) -> Access {
    decide(entity(desk, "ticket"), verb, actor, None).unwrap()
}

pub fn callers() -> [(&'static str, Actor); 5] {
    [
        ("a stranger", stranger()),
        ("ana", user("ana", &[])),
        ("bob", user("bob", &[])),
        ("a clerk", user("eve", &["clerk"])),
        ("a manager", user("eve", &["manager"])),
    ]
}
