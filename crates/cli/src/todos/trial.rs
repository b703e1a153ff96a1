//! A trial of the app: asked as somebody with every role, as somebody with none, and as nobody; and what it answers is held
//! against the rules.

use std::collections::HashMap;

use blueprint::{ActionKind, Blueprint, Entity, EntityIndex, ErrorShape, FieldKind, OnDelete, SignUp, Target};
use codegen::access::{Caller, Reach, callers, matrix};
use codegen::checklist::{Outcome, Outcomes, planned, tried_twice};
use http::Method;
use query::Body;
use sample::sample;
use serde_json::{Map, Value as Json, json};

use super::client::{Answer, Client, REQUEST_ID};
use super::stage::{FULL, PASSWORD, log_in};
use super::{bodies, failed, waiting};

/// Somebody who is signed in.
pub struct Person<'a> {
    pub client: Client<'a>,
    pub id: String,
}

/// Who asks what of which app, and what came of it.
pub struct Trial<'a> {
    pub blueprint: &'a Blueprint,
    pub full: Person<'a>,
    pub bare: Person<'a>,
    pub nobody: Client<'a>,
    /// The records that there are, by their entity, in the order in which they were made.
    pub made: Vec<(usize, Json)>,
    pub outcomes: Outcomes,
}

/// What went otherwise than it should.
type Tried<T = ()> = Result<T, String>;

impl Trial<'_> {
    /// Everything; accounts too, where this server keeps them.
    pub async fn all(&mut self, own_accounts: bool) {
        let blueprint = self.blueprint;
        let served = self.nobody.get("/openapi.json").await.json;
        let mut rows: HashMap<usize, Tried> = HashMap::new();
        for (place, entity) in blueprint.entities.iter().enumerate() {
            self.note(format!("entity.{}.endpoints", entity.name), endpoints(blueprint, entity, &served));
            let row = self.rows(place).await;
            rows.insert(place, row);
            let strangers = self.strangers(place).await;
            self.note(format!("entity.{}.strangers", entity.name), strangers);
            let validation = self.validation(place).await;
            self.note(format!("entity.{}.validation", entity.name), validation);
        }
        for (place, entity) in blueprint.entities.iter().enumerate() {
            for (number, action) in entity.actions.iter().enumerate() {
                if !matches!(action.does, ActionKind::Call(_)) {
                    let acted = self.act(place, number).await;
                    self.note(format!("action.{}.{}", entity.name, action.name), acted);
                }
            }
        }
        let audited = self.audit().await;
        self.note("logging.audit".to_owned(), audited);
        let shape = self.errors().await;
        self.note("errors.shape".to_owned(), shape);
        // Those that refer to others go first.
        let mut left = Vec::new();
        while let Some((place, id)) = self.made.pop() {
            let deleted = self.delete(place, &id, &left).await;
            // What lies in the trash may come back, and what nobody may delete stays: both would miss what they refer to.
            let stays = |entity: &&Entity| {
                let reach = self.full_reach(entity, "delete");
                entity.soft_delete || matches!(reach, Reach::None | Reach::Some | Reach::SomeOwn)
            };
            left.extend(blueprint.entities.get(place).filter(stays));
            let row = rows.entry(place).or_insert(Ok(()));
            if row.is_ok() {
                *row = deleted;
            }
        }
        for (place, row) in rows {
            let name = blueprint.entities.get(place).map_or("", |entity| &entity.name);
            self.note(format!("entity.{name}.rows"), row);
        }
        if own_accounts {
            let signed_in = self.sign_in().await;
            self.note("accounts.sign_in".to_owned(), signed_in);
        }
    }

    fn note(&mut self, id: String, tried: Tried) {
        let outcome = match tried {
            Ok(()) => Outcome::Passed,
            Err(why) => match why.strip_prefix(UNTRIED) {
                Some(why) => waiting(why),
                None => failed(why),
            },
        };
        self.outcomes.insert(id, outcome);
    }

    fn entity(&self, place: usize) -> Tried<&Entity> {
        self.blueprint.entities.get(place).ok_or_else(|| "no such record".to_owned())
    }

    /// The path of a collection, as a person comes to it.
    fn path(&self, entity: &Entity, person: &str) -> String {
        let api = &self.blueprint.api;
        let user = if api.user_path { format!("/{person}") } else { String::new() };
        format!("{}{user}/{}", api.prefix, entity.path)
    }

    fn item(&self, entity: &Entity, person: &str, id: &Json) -> String {
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        format!("{}/{id}", self.path(entity, person))
    }

    /// How far a kind of caller reaches.
    fn reach(&self, entity: &Entity, operation: &str, caller: &Caller) -> Reach {
        let place = callers(self.blueprint).iter().position(|known| known == caller);
        let rows = matrix(self.blueprint);
        let row = rows.iter().find(|row| row.entity == entity.name && row.operation == operation);
        row.zip(place).and_then(|(row, place)| row.reach.get(place)).copied().unwrap_or(Reach::None)
    }

    /// How far somebody with every role reaches at his own records.
    fn full_reach(&self, entity: &Entity, operation: &str) -> Reach {
        let callers = callers(self.blueprint).into_iter().filter(|caller| *caller != Caller::Stranger);
        let reaches: Vec<Reach> = callers.map(|caller| self.reach(entity, operation, &caller)).collect();
        let whole = |reach: &&Reach| matches!(reach, Reach::All | Reach::Own | Reach::OwnAndSome);
        let some = reaches.iter().find(|reach| **reach != Reach::None).copied();
        reaches.iter().find(whole).copied().or(some).unwrap_or(Reach::None)
    }

    /// What a request should be answered by how far its sender reaches.
    fn expect(&self, what: &str, reach: Reach, fine: u16, answer: &Answer) -> Tried<bool> {
        let refused = matches!(answer.status, 403 | 404);
        match reach {
            Reach::None if refused => Ok(false),
            Reach::None => Err(format!("{what}: the rules let nobody, and the answer is {}", answer.told())),
            _ if answer.status == fine => Ok(true),
            // A rule with a condition may not hold for the record of a trial.
            Reach::Some | Reach::SomeOwn if refused => Ok(false),
            _ => Err(format!("{what} is answered with {}", answer.told())),
        }
    }

    /// A body that is valid, with all that it must refer to made before.
    async fn body(&mut self, place: usize, above: &mut Vec<usize>) -> Tried<Map<String, Json>> {
        let blueprint = self.blueprint;
        let entity = blueprint.entities.get(place).ok_or("no such record")?;
        let mut body = bodies::plain(entity);
        for field in entity.fields.iter().filter(|field| Body::Create.demands(field)) {
            if let FieldKind::Reference { to, .. } = field.kind {
                let id = self.target(to, above).await?;
                body.insert(field.column.clone(), id);
            } else if sample(field).is_none() {
                return Err(format!("{UNTRIED}no value is known that `{}` takes", field.column));
            }
        }
        for link in entity.links.iter().filter(|link| link.required) {
            let id = self.target(link.to, above).await?;
            body.insert(link.key.clone(), json!([id]));
        }
        Ok(body)
    }

    async fn target(&mut self, to: Target, above: &mut Vec<usize>) -> Tried<Json> {
        let Target::Entity(index) = to else { return Ok(json!(self.full.id)) };
        if above.contains(&index.0) {
            return Err(format!("{UNTRIED}its records need each other"));
        }
        Box::pin(self.make(index.0, above)).await
    }

    /// The id of a record; made, if there is none yet.
    async fn make(&mut self, place: usize, above: &mut Vec<usize>) -> Tried<Json> {
        if let Some((_, id)) = self.made.iter().find(|(known, _)| *known == place) {
            return Ok(id.clone());
        }
        above.push(place);
        let body = self.body(place, above).await;
        above.pop();
        let body = Json::Object(body?);
        let entity = self.entity(place)?;
        let answer = self.full.client.post(&self.path(entity, &self.full.id), &body).await;
        let one = codegen::human(&entity.name);
        if !self.expect(&format!("adding one {one}"), self.full_reach(entity, "create"), 201, &answer)? {
            return Err(format!("{UNTRIED}the rules let nobody add one {one}, or only under a condition"));
        }
        let id = answer.json["id"].clone();
        self.made.push((place, id.clone()));
        Ok(id)
    }

    /// Adds one, reads it, finds it in the list and changes it.
    async fn rows(&mut self, place: usize) -> Tried {
        let id = self.make(place, &mut Vec::new()).await?;
        let (entity, full) = (self.entity(place)?, &self.full);
        let (path, item) = (self.path(entity, &full.id), self.item(entity, &full.id, &id));
        let read = full.client.get(&item).await;
        if !self.expect("reading it", self.full_reach(entity, "read"), 200, &read)? {
            return Ok(());
        }
        let list = full.client.get(&format!("{path}?limit=100")).await;
        let listed = list.json["data"].as_array().is_some_and(|rows| rows.iter().any(|row| row["id"] == id));
        if !listed {
            return Err(format!("it is not in the list: {}", list.told()));
        }
        let Some((key, value)) = bodies::change(entity) else { return Ok(()) };
        let change = json!({ key.as_str(): value });
        let version = read.etag.as_deref();
        let changed = full.client.send(Method::PATCH, &item, Some(&change), version).await;
        if self.expect("changing it", self.full_reach(entity, "update"), 200, &changed)? {
            let again = full.client.get(&item).await;
            if again.status == 200 && (again.json != changed.json || again.json[&key] == read.json[&key]) {
                return Err(format!("`{key}` was changed, and is read as {}", again.json[&key]));
            }
        }
        Ok(())
    }

    async fn delete(&self, place: usize, id: &Json, left: &[&Entity]) -> Tried {
        let (entity, full) = (self.entity(place)?, &self.full);
        let item = self.item(entity, &full.id, id);
        let version = full.client.get(&item).await.etag;
        let deleted = full.client.send(Method::DELETE, &item, None, version.as_deref()).await;
        let reach = self.full_reach(entity, "delete");
        if deleted.status == 404 && version.is_none() {
            // It went with another record, or is not to be seen any more.
            return Ok(());
        }
        if deleted.status == 409 && left.iter().any(|entity| holds_fast(entity, place)) {
            return Ok(());
        }
        if self.expect("deleting it", reach, 204, &deleted)? {
            let gone = full.client.get(&item).await;
            if gone.status != 404 {
                return Err(format!("it was deleted, and reading it is answered with {}", gone.told()));
            }
        }
        Ok(())
    }

    /// Whom the rules do not name is refused, and learns nothing.
    async fn strangers(&self, place: usize) -> Tried {
        let entity = self.entity(place)?;
        let id = self.made.iter().find(|(known, _)| *known == place).map_or(json!(1), |(_, id)| id.clone());
        let there = self.made.iter().any(|(known, _)| *known == place);
        let (path, item) = (self.path(entity, &self.full.id), self.item(entity, &self.full.id, &id));
        let refusals = [
            ("read", Method::GET, &item, None),
            ("create", Method::POST, &path, Some(json!({}))),
            ("update", Method::PATCH, &item, Some(json!({}))),
            ("delete", Method::DELETE, &item, None),
        ];
        for (operation, method, path, body) in refusals {
            if self.reach(entity, operation, &Caller::Stranger) == Reach::None {
                let answer = self.nobody.send(method.clone(), path, body.as_ref(), None).await;
                if answer.status != 401 {
                    return Err(format!("{method} {path} without a token is answered with {}", answer.told()));
                }
            }
        }
        let mine = self.item(entity, &self.bare.id, &id);
        let empty = json!({});
        for (operation, method, body) in
            [("read", Method::GET, None), ("delete", Method::DELETE, None), ("update", Method::PATCH, Some(&empty))]
        {
            let reach = self.reach(entity, operation, &Caller::SignedIn);
            if !there || !matches!(reach, Reach::None | Reach::Own | Reach::SomeOwn) {
                continue;
            }
            let answer = self.bare.client.send(method.clone(), &mine, body, Some("*")).await;
            let sees = self.reach(entity, "read", &Caller::SignedIn);
            // Where the rules show it, that it may not be changed is no secret.
            let fine: &[u16] = match (sees, entity.owned) {
                (Reach::Own | Reach::SomeOwn, true) => &[404],
                _ => &[403, 404],
            };
            if !fine.contains(&answer.status) {
                return Err(format!("{method} by another user is answered with {}", answer.told()));
            }
        }
        if self.blueprint.api.user_path {
            let foreign = self.bare.client.get(&self.item(entity, &self.full.id, &id)).await;
            if foreign.status != 403 {
                return Err(format!("the path of another user is answered with {}", foreign.told()));
            }
        }
        Ok(())
    }

    async fn validation(&mut self, place: usize) -> Tried {
        let valid = self.body(place, &mut vec![place]).await?;
        let entity = self.entity(place)?;
        if self.full_reach(entity, "create") == Reach::None {
            return Err(format!("{UNTRIED}the rules let nobody add one"));
        }
        let path = self.path(entity, &self.full.id);
        for (what, body) in bodies::broken(entity, &valid) {
            let answer = self.full.client.post(&path, &body).await;
            if answer.status != 422 {
                return Err(format!("{what} is answered with {}", answer.told()));
            }
        }
        let made = self.id_of(place);
        let unique = tried_twice(entity);
        if unique.is_empty() {
            return Ok(());
        }
        let row = match made {
            Json::Null => Json::Null,
            made => self.full.client.get(&self.item(entity, &self.full.id, &made)).await.json,
        };
        let mut twin = valid.clone();
        for field in unique {
            let value = &row[&field.column];
            if value.is_null() || !valid.contains_key(&field.column) {
                return Err(format!("{UNTRIED}no record has a `{}` that could be sent twice", field.column));
            }
            twin.insert(field.column.clone(), value.clone());
        }
        let answer = self.full.client.post(&path, &Json::Object(twin)).await;
        if answer.status != 409 {
            return Err(format!("what is there already and must be unique is answered with {}", answer.told()));
        }
        Ok(())
    }

    fn id_of(&self, place: usize) -> Json {
        self.made.iter().find(|(known, _)| *known == place).map_or(Json::Null, |(_, id)| id.clone())
    }

    async fn act(&self, place: usize, number: usize) -> Tried {
        let entity = self.entity(place)?;
        let action = entity.actions.get(number).ok_or("no such action")?;
        if !self.made.iter().any(|(known, _)| *known == place) {
            return Err(format!("{UNTRIED}no record could be made to try it on"));
        }
        let item = self.item(entity, &self.full.id, &self.id_of(place));
        let before = self.full.client.get(&item).await;
        let path = format!("{item}/{}", action.path);
        let answer = self.full.client.send(Method::PATCH, &path, None, before.etag.as_deref()).await;
        let guarded = action.when.is_some() || matches!(&action.does, ActionKind::Change(it) if !it.add.is_empty());
        if guarded && answer.status == 409 {
            return Ok(());
        }
        let acted = self.expect(&action.path, self.full_reach(entity, &action.name), 200, &answer)?;
        if let (true, ActionKind::Toggle(field)) = (acted, &action.does) {
            let column = entity.fields.get(*field).map_or("", |field| &field.column);
            if before.status == 200 && before.json[column] == answer.json[column] {
                return Err(format!("`{column}` is as it was"));
            }
        }
        Ok(())
    }

    async fn audit(&self) -> Tried {
        let stranger = self.nobody.get("/_/audit").await;
        let bare = self.bare.client.get("/_/audit").await;
        if stranger.status != 401 || !matches!(bare.status, 403 | 404) {
            return Err(format!("without the role admin it is answered with {} and {}", stranger.told(), bare.told()));
        }
        for (place, id) in &self.made {
            let entity = self.entity(*place)?;
            let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            let path = format!("/_/audit?entity={}&entity_id={id}", entity.name);
            let rows = self.full.client.get(&path).await;
            let made = |row: &Json| row["action"].as_str().is_some_and(|action| action.ends_with("create"));
            if !rows.json["data"].as_array().is_some_and(|rows| rows.iter().any(made)) {
                return Err(format!("a new {} left no row: {}", codegen::human(&entity.name), rows.told()));
            }
        }
        Ok(())
    }

    async fn errors(&self) -> Tried {
        let answer = self.nobody.get("/no/such/path").await;
        let kind = match self.blueprint.api.errors {
            ErrorShape::Problem => "application/problem+json",
            ErrorShape::FastApi => "application/json",
        };
        if answer.status != 404 || !answer.content_type.starts_with(kind) || !answer.json["detail"].is_string() {
            return Err(format!("an unknown path is answered with {} as {}", answer.told(), answer.content_type));
        }
        match answer.request_id.as_deref() {
            Some(REQUEST_ID) => Ok(()),
            other => Err(format!("the request was called `{REQUEST_ID}`, and the answer calls it {other:?}")),
        }
    }

    async fn sign_in(&self) -> Tried {
        let me = self.full.client.get("/auth/me").await;
        if me.json["id"] != self.full.id.as_str() {
            return Err(format!("whoever is signed in is told {}", me.told()));
        }
        let wrong = log_in(self.nobody.app, FULL, "not the password at all").await;
        if wrong.status != 401 {
            return Err(format!("a wrong password is answered with {}", wrong.told()));
        }
        if self.blueprint.auth.sign_up == SignUp::Open {
            let demanded = self.blueprint.user_fields.iter().filter(|field| Body::Create.demands(field));
            let mut body: Map<String, Json> =
                demanded.filter_map(|field| Some((field.column.clone(), sample(field)?))).collect();
            body.insert("email".to_owned(), json!("new@example.com"));
            body.insert("password".to_owned(), json!(PASSWORD));
            let made = self.nobody.post("/auth/register", &Json::Object(body)).await;
            if made.status != 202 {
                return Err(format!("an account is refused with {}", made.told()));
            }
            let first = log_in(self.nobody.app, "new@example.com", PASSWORD).await;
            if first.status != 200 {
                return Err(format!("the first log-in of a new account is answered with {}", first.told()));
            }
        }
        Ok(())
    }
}

/// What begins a reason that is none of a failure: it could not be tried.
const UNTRIED: &str = "untried: ";

/// Whether rows of an entity keep those of another from being deleted.
fn holds_fast(entity: &Entity, place: usize) -> bool {
    let there = |to: Target| to == Target::Entity(EntityIndex(place));
    let fields = entity.fields.iter().any(|field| match field.kind {
        FieldKind::Reference { to, on_delete, .. } => there(to) && on_delete == OnDelete::Restrict,
        _ => false,
    });
    fields || entity.links.iter().any(|link| there(link.to) && link.restrict)
}

fn endpoints(blueprint: &Blueprint, entity: &Entity, served: &Json) -> Tried {
    let missing = planned(blueprint, entity).into_iter().filter(|endpoint| {
        let (method, path) = endpoint.split_once(' ').unwrap_or_default();
        served["paths"][path][method.to_lowercase()].is_null()
    });
    let missing: Vec<String> = missing.collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("not served: {}", missing.join(", "))) }
}
