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
use std::sync::Arc;

use blueprint::{Blueprint, Literal, Rule, Term};
use query::{Actor, Allowed, Fields, Key, Scope, User, Verb};
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

/// Who looks for leaks, and for how long.
#[derive(Debug, Clone)]
pub struct Search {
    /// The roles of the caller when he logs in and makes his rows.
    pub had: Vec<String>,
    /// Those that he has when he begins to look.
    pub has: Vec<String>,
    /// What the API key is for that he comes with, if it is one.
    pub allow: Option<Vec<String>>,
    /// Whether he looks without signing in.
    pub signed_out: bool,
    /// When he stops.
    pub stop: Stop,
}

/// When a search stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// When all has been asked.
    AtTheEnd,
    /// When something was found.
    AtTheFirst,
}

impl Search {
    fn to_the_end(roles: &[String], allow: Option<&[&str]>) -> Search {
        let allow = allow.map(|allow| allow.iter().map(|word| (*word).to_owned()).collect());
        Search { had: roles.to_vec(), has: roles.to_vec(), allow, signed_out: false, stop: Stop::AtTheEnd }
    }
}

/// Searches a world for leaks to a caller with these roles, to the end.
pub async fn search(judge: &Blueprint, world: &World, roles: &[String]) -> Found {
    search_as(judge, world, Search::to_the_end(roles, None)).await
}

/// The same for one who comes with an API key that is for this. Of what it is not for, every row is hidden from him.
pub async fn search_with_key(judge: &Blueprint, world: &World, roles: &[String], allow: &[&str]) -> Found {
    search_as(judge, world, Search::to_the_end(roles, Some(allow))).await
}

/// The same for somebody who has not signed in.
pub async fn search_signed_out(judge: &Blueprint, world: &World) -> Found {
    search_as(judge, world, Search { signed_out: true, ..Search::to_the_end(&[], None) }).await
}

/// Searches a world for leaks. `judge` says what the caller may see; it is the blueprint of the world, unless the search itself
/// is on trial.
pub async fn search_as(judge: &Blueprint, world: &World, search: Search) -> Found {
    let Search { had, has, allow, signed_out, stop } = search;
    let allow: Option<Vec<&str>> = allow.as_ref().map(|allow| allow.iter().map(String::as_str).collect());
    let ana = Person::join(world, "ana", &had).await;
    let bob = Person::join(world, "bob", &[]).await;
    let root = Person::join(world, "root", &judge.auth.roles).await;
    // What she had when she made her rows is not what she has when she begins to look.
    rows::give_fields(world, "ana@example.com", 2);
    rows::give_fields(world, "bob@example.com", 1);
    let document = root.send(world, "GET", "/openapi.json", &[], None).await.json();
    let planted = rows::plant(world, &document, &[&ana, &bob, &root]).await;
    if had != has {
        world.set_roles("ana@example.com", &has);
    }
    let fields = rows::give_fields(world, "ana@example.com", 0);
    let ana = allow.as_ref().map_or(ana.clone(), |allow| ana.with_key(world, allow));
    let ana = if signed_out { ana.signed_out() } else { ana };
    let actor = match signed_out {
        true => Actor::Stranger,
        false => actor(&ana, &has, fields, allow.map(|allow| key(judge, &allow))),
    };
    // Later stamps were made by the search itself, in each world at its own time.
    let newest = planted.rows.iter().filter_map(|row| row.json["created_at"].as_str()).max().unwrap_or_default();
    let judge = Judge { blueprint: judge, rows: &planted.rows, actor: &actor, now: newest };
    let (seen, hidden): (Vec<&Row>, Vec<&Row>) = planted.rows.iter().partition(|row| judge.may_see(row));
    rows::entangle(world, &planted.rows, &hidden, &ana);

    let veiled: Vec<(&Row, usize)> = seen.iter().flat_map(|row| judge.unreadable(row)).collect();
    let without = world.twin(|look| {
        rows::remove(look, world.blueprint(), &hidden);
        rows::rewrite(look, world.blueprint(), &veiled);
        rows::forget_keys(look);
    });
    let without = without.await;
    let before = rows::contents(world, &hidden);
    let mut found = Found { hidden: hidden.len(), veiled: veiled.len(), ..Found::default() };
    let mut after = None;
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
            if stop == Stop::AtTheFirst {
                return found;
            }
        }
    }
    found.leaks.extend(rows::unaudited(world, &planted.rows));
    let after = after.unwrap_or_else(|| rows::contents(world, &hidden));
    let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
    found.leaks.extend(changed.map(|(before, after)| format!("a hidden row was changed: {before} → {after}")));
    found
}

fn actor(ana: &Person, roles: &[String], fields: Vec<Literal>, key: Option<Key>) -> Actor {
    let (id, sub, key) = (ana.id.clone(), ana.id.clone(), key.map(Arc::new));
    Actor::User(
        User {
            id,
            iss: "own".to_owned(),
            sub,
            email: None,
            roles: roles.to_vec(),
            fields: Fields::Known(fields.into()),
            session: None,
            key,
        }
        .into(),
    )
}

fn key(judge: &Blueprint, allow: &[&str]) -> Key {
    let words: Vec<String> = allow.iter().map(|word| (*word).to_owned()).collect();
    Key { id: String::new(), allowed: Allowed::read(judge, &words).unwrap_or_else(|problem| panic!("{problem}")) }
}

/// Who says what the caller may see: the rules, read in memory, of the rows as their makers see them.
struct Judge<'a> {
    blueprint: &'a Blueprint,
    rows: &'a [Row],
    actor: &'a Actor,
    /// No row was planted near to it but by its stamps.
    now: &'a str,
}

impl Judge<'_> {
    /// Whether the caller may see a row, by the rules of its entity.
    fn may_see(&self, row: &Row) -> bool {
        let entity = self.blueprint.entity(row.entity);
        let own_only = self.blueprint.api.user_path && entity.owned;
        let has_key = |verb| match self.actor {
            Actor::User(user) => user.key.as_ref().is_none_or(|key| key.allowed.allows(entity, verb)),
            Actor::Stranger => true,
        };
        let sees = |rule: &Rule| self.allows(rule, row) && (!own_only || self.is_own(row));
        // What is in the trash is there for those alone who may bring it back.
        let is_there = !row.trashed || has_key(Verb::Delete) && sees(&entity.access.delete);
        has_key(Verb::Read) && sees(&entity.access.read) && is_there
    }

    /// The fields of a row that the caller may not read, though he may see the row.
    fn unreadable<'r>(&self, row: &'r Row) -> Vec<(&'r Row, usize)> {
        let fields = self.blueprint.entity(row.entity).fields.iter().enumerate();
        let kept = fields.filter(|(_, field)| field.hidden || !self.allows(&field.read, row));
        kept.map(|(place, _)| (row, place)).collect()
    }

    fn allows(&self, rule: &Rule, row: &Row) -> bool {
        match query::access::scope(rule, self.actor) {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::OwnedBy(_) => self.is_own(row),
            Scope::Where(expr) => expr.at(self.now).eval(&|term| self.value(row, term)),
        }
    }

    /// What a term of a condition is for a row, as its maker sees it.
    fn value(&self, row: &Row, term: &Term) -> Literal {
        let text = |text: Option<&str>| text.map_or(Literal::Null, |text| Literal::Text(text.to_owned()));
        match term {
            Term::Field(place) => {
                let field = self.blueprint.entity(row.entity).fields.get(*place);
                field.and_then(|field| field.read(&row.json[&field.column]).ok()).unwrap_or(Literal::Null)
            }
            Term::Owner => text(row.owner.as_deref()),
            Term::CreatedAt => text(row.json["created_at"].as_str()),
            Term::UpdatedAt => text(row.json["updated_at"].as_str()),
            Term::Via(via) => {
                let id = match self.value(row, &via.from) {
                    Literal::Integer(id) => id.to_string(),
                    Literal::Text(id) => id,
                    _ => return Literal::Null,
                };
                let led_to = |other: &&Row| other.entity == via.end.entity && other.id == id && !other.trashed;
                self.rows.iter().find(led_to).map_or(Literal::Null, |other| self.value(other, &via.end.term))
            }
            Term::Value(literal) => literal.clone(),
            // Known already.
            Term::Caller | Term::CallerField(_) | Term::Now | Term::Today => Literal::Null,
        }
    }

    fn is_own(&self, row: &Row) -> bool {
        matches!(self.actor, Actor::User(user) if row.owner.as_deref() == Some(&user.id))
    }
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
