//! What each request becomes: the SQL with its parameters, read as text. One place calls the API, the rest is data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod access;
mod agreement;
mod along;
mod beyond;
mod desk;
mod engines;
mod every;
mod input;
mod kept;
mod keys;
mod list;
mod plan;
mod postgres;
mod seek;
mod sight;
mod sql;
mod view;

use std::sync::Arc;

use blueprint::{Blueprint, EntityIndex};
use query::cursor::CursorKey;
use query::{Actor, Catalog, Denied, Origin, PlanError, Request, User, Verb};
use work::{Dialect, Otherwise, Step, Work};

const KEY: CursorKey = CursorKey::new([1; 32]);

/// Prospects with an owner, notes below them, tags for all.
const LEADS: &str = r#"
[app]
name = "leads"
[auth]
roles = ["manager"]

[entity.prospect.field]
name = { type = "text", required = true }
status = { type = "enum", values = ["new", "won"], default = "new", index = true }
budget = { type = "money" }
score = { type = "integer", index = true }
vip = { type = "boolean", default = false }
secret = { type = "text", hidden = true }
[entity.prospect.access]
read = ["owner", "role:manager"]
delete = ["role:manager"]
[entity.prospect.action.win]
set = { status = "won" }
[entity.prospect.action.star]
toggle = "vip"

[entity.note.field]
prospect = { type = "reference", to = "prospect", required = true, on_delete = "cascade" }
tag = { type = "reference", to = "tag", on_delete = "set_null" }
text = { type = "long_text", required = true, sensitive = true }

[entity.tag]
owner = false
id = "uuid"
[entity.tag.field]
label = { type = "text", required = true, unique = true }
"#;

fn leads() -> Arc<Blueprint> {
    Arc::new(blueprint::load(LEADS).unwrap_or_else(|problems| panic!("{problems}")))
}

fn entity(blueprint: &Blueprint, name: &str) -> EntityIndex {
    EntityIndex(blueprint.entities.iter().position(|entity| entity.name == name).unwrap())
}

fn stranger() -> Actor {
    Actor::Stranger
}

/// A signed-in user whose id is his name, for short.
fn user(name: &str, roles: &[&str]) -> Actor {
    let user = User {
        id: name.to_owned(),
        iss: "own".to_owned(),
        sub: name.to_owned(),
        email: None,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        fields: query::Fields::default(),
        session: Some("s1".to_owned()),
        key: None,
    };
    Actor::User(user.into())
}

fn origin() -> Origin {
    Origin { at: "2026-11-21T00:00:00.000000Z".to_owned(), request_id: "r1".to_owned(), ip: None, batch: None }
}

#[derive(Debug)]
#[expect(dead_code, reason = "read by Debug")]
enum Refused {
    Denied(Denied),
    Plan(PlanError),
}

/// The way through, once.
fn work(blueprint: &Arc<Blueprint>, name: &str, actor: Actor, verb: Verb, request: Request) -> Result<Work, Refused> {
    let index = entity(blueprint, name);
    let access = query::access::decide(blueprint.entity(index), verb, actor, None).map_err(Refused::Denied)?;
    let plan = query::plan(blueprint, index, access, request, origin(), &KEY).map_err(Refused::Plan)?;
    Ok(query::render(&Catalog::new(blueprint.clone(), Dialect::Sqlite), &plan))
}

/// A work as text: a line a statement, its parameters, and what it means to find nothing.
fn text(work: &Work) -> String {
    let mut out = format!("{:?}\n", work.mode);
    if let Some(at_once) = &work.at_once {
        out += &format!("at once: {}\n    {:?}\n", at_once.statement.sql, at_once.statement.params);
    }
    for step in &work.steps {
        let (name, statement, none) = match step {
            Step::One { statement, none, .. } => ("one", statement, Some(none)),
            Step::Page { statement, .. } => ("page", statement, None),
            Step::Count(statement) => ("count", statement, None),
            Step::Require { statement, none } => ("require", statement, Some(none)),
            Step::Change { statement, none } => ("change", statement, Some(none)),
            Step::Run(statement) => ("run", statement, None),
        };
        out += &format!("{name}: {}\n", statement.sql);
        out += &format!("    {:?}\n", statement.params);
        match none {
            Some(Otherwise::Refuse(refusal)) => out += &format!("    else {refusal:?}\n"),
            Some(Otherwise::Probe { statement, refusals }) => {
                out += &format!("    else {refusals:?} by {}\n", statement.sql);
            }
            None => {}
        }
    }
    out
}
