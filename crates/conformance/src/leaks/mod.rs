//! A search for leaks that knows only the blueprint: whatever a caller asks, he is told the same in a world with rows that
//! are not his to see as in one without them, and whatever stands in the fields that he may not read.
//!
//! Both worlds are one database but for those rows and fields, so ids, stamps and tokens are equal, and any difference
//! between two answers has come from what the caller must not learn of: seen, counted, sorted by, referred to, or in the
//! way.
//! `rows.rs` plants the rows, `requests.rs` thinks of the requests.

mod requests;
mod rows;

use std::collections::BTreeSet;

use blueprint::{Blueprint, Entity, Literal, Rule, Term};
use query::{Actor, Scope, User};
use serde_json::Value as Json;

use self::rows::Row;
use crate::{Answer, Person, World};

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many requests were sent to both worlds.
    pub requests: usize,
    /// How many rows there are that the caller must not learn of.
    pub hidden: usize,
    /// How many cells, in rows that he may see.
    pub veiled: usize,
    /// The statuses that came back: a search that only meets 404 proves little.
    pub statuses: BTreeSet<u16>,
    /// Each request that was answered differently, and each hidden row that was changed.
    pub leaks: Vec<String>,
}

/// Searches a world for leaks to a caller with these roles. `judge` says what the caller may see; it is the blueprint of
/// the world, unless the search itself is on trial.
pub async fn search(judge: &Blueprint, world: &World, roles: &[String]) -> Found {
    let ana = Person::join(world, "ana", roles).await;
    let bob = Person::join(world, "bob", &[]).await;
    let root = Person::join(world, "root", &judge.auth.roles).await;
    let document = root.send(world, "GET", "/openapi.json", &[], None).await.json();
    let planted = rows::plant(world, &document, &[&ana, &bob, &root]).await;
    let actor = actor(&ana, roles);
    let (seen, hidden): (Vec<&Row>, Vec<&Row>) = planted.rows.iter().partition(|row| may_see(judge, row, &actor));
    rows::entangle(world, &planted.rows, &hidden, &ana);

    let veiled: Vec<(&Row, usize)> = seen.iter().flat_map(|row| unreadable(judge, row, &actor)).collect();
    let without = world.twin(|look| {
        rows::remove(look, world.blueprint(), &hidden);
        rows::rewrite(look, world.blueprint(), &veiled);
    });
    let without = without.await;
    let before = rows::contents(world, &hidden);
    let mut found = Found { hidden: hidden.len(), veiled: veiled.len(), ..Found::default() };
    let mut after = None;
    // Later stamps were made by the search itself, in each world at its own time.
    let newest = planted.rows.iter().filter_map(|row| row.json["created_at"].as_str()).max().unwrap_or_default();
    for request in requests::all(world.blueprint(), &document, &ana, &planted, &hidden) {
        if request.last && after.is_none() {
            after = Some(rows::contents(world, &hidden));
        }
        let there = ana.send(world, &request.method, &request.path, &request.headers(), request.body.as_ref()).await;
        let not_there =
            ana.send(&without, &request.method, &request.path, &request.headers(), request.body.as_ref()).await;
        found.requests += 1;
        found.statuses.insert(there.status.as_u16());
        // The one thing that a row out of sight may do: keep what it refers to from being deleted.
        if request.method == "DELETE" && there.status == 409 && not_there.status == 204 {
            break;
        }
        // A cursor holds the sort keys of the last row; it is compared for as long as these are equal.
        let stamped = request.late && request.path.contains("_at");
        let (there, not_there) = (told(&there, stamped, newest), told(&not_there, stamped, newest));
        if there != not_there {
            found.leaks.push(format!("{request}\n  with:    {there}\n  without: {not_there}"));
        }
    }
    let after = after.unwrap_or_else(|| rows::contents(world, &hidden));
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
    found.leaks.extend(changed.map(|(before, after)| format!("a hidden row was changed: {before} → {after}")));
    found
}

fn actor(ana: &Person, roles: &[String]) -> Actor {
    let (id, sub) = (ana.id.clone(), ana.id.clone());
    Actor::User(User { id, iss: "own".to_owned(), sub, email: None, roles: roles.to_vec(), session: None }.into())
}

/// Whether the caller may see a row, by the rules of its entity.
fn may_see(judge: &Blueprint, row: &Row, actor: &Actor) -> bool {
    let entity = judge.entity(row.entity);
    let own_only = judge.api.user_path && entity.owned;
    allows(entity, &entity.access.read, row, actor) && (!own_only || is_own(row, actor))
}

/// The fields of a row that the caller may not read, though he may see the row.
fn unreadable<'a>(judge: &Blueprint, row: &'a Row, actor: &Actor) -> impl Iterator<Item = (&'a Row, usize)> {
    let entity = judge.entity(row.entity);
    let fields = entity.fields.iter().enumerate();
    let kept = fields.filter(|(_, field)| field.hidden || !allows(entity, &field.read, row, actor));
    kept.map(|(place, _)| (row, place)).collect::<Vec<_>>().into_iter()
}

fn allows(entity: &Entity, rule: &Rule, row: &Row, actor: &Actor) -> bool {
    match query::access::scope(rule, actor) {
        Scope::Nothing => false,
        Scope::Everything => true,
        Scope::OwnedBy(_) => is_own(row, actor),
        Scope::Where(expr) => expr.eval(&|term| value(entity, row, term)),
    }
}

/// What a term of a condition is for a row, as its maker sees it.
fn value(entity: &Entity, row: &Row, term: &Term) -> Literal {
    let text = |text: Option<&str>| text.map_or(Literal::Null, |text| Literal::Text(text.to_owned()));
    match term {
        Term::Field(place) => {
            let field = entity.fields.get(*place);
            field.and_then(|field| field.read(&row.json[&field.column]).ok()).unwrap_or(Literal::Null)
        }
        Term::Owner => text(row.owner.as_deref()),
        Term::CreatedAt => text(row.json["created_at"].as_str()),
        Term::UpdatedAt => text(row.json["updated_at"].as_str()),
        // Known already, or of no rule that is searched.
        Term::Caller | Term::Now | Term::Today | Term::Value(_) => Literal::Null,
    }
}

fn is_own(row: &Row, actor: &Actor) -> bool {
    matches!(actor, Actor::User(user) if row.owner.as_deref() == Some(&user.id))
}

/// An answer without what differs between any two: the request's id, and the stamps of rows that it made.
fn told(answer: &Answer, stamped: bool, newest: &str) -> String {
    let mut json = answer.json();
    let mut headers: Vec<String> = Vec::new();
    for name in ["etag", "location", "link", "allow", "cache-control", "retry-after", "content-type"] {
        headers.extend(answer.header(name).map(|value| format!("{name}: {value}")));
    }
    if stamped && json["next_cursor"].is_string() {
        json["next_cursor"] = Json::from("a cursor");
        headers.retain(|header| !header.starts_with("link"));
    }
    settle(&mut json, newest);
    format!("{} {} {json}", answer.status.as_u16(), headers.join(", "))
}

fn settle(json: &mut Json, newest: &str) {
    match json {
        Json::Object(object) => {
            object.shift_remove("request_id");
            object.iter_mut().for_each(|(_, value)| settle(value, newest));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| settle(item, newest)),
        Json::String(text) if text.len() == newest.len() && text.ends_with('Z') && text.as_str() > newest => {
            *json = Json::from("later");
        }
        _ => {}
    }
}
