//! The requests of a search: every route with every parameter, and with values of rows that are there, hers or not.

use std::collections::BTreeSet;
use std::fmt;

use blueprint::{Blueprint, Entity, EntityIndex, FieldKind, Target, Unique};
use serde_json::{Map, Value as Json, json};

use super::rows::{self, Planted, Row, collection, text};
use crate::Person;

/// One request, but for who sends it.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub method: String,
    pub path: String,
    pub if_match: Option<&'static str>,
    /// An `Idempotency-Key`.
    pub key: Option<&'static str>,
    pub body: Option<Json>,
    /// After changes, when the two worlds' new stamps differ.
    pub late: bool,
    /// May delete a row that she may see, and with it what hangs on it, seen or not.
    pub last: bool,
}

impl Request {
    fn new(method: &str, path: impl Into<String>) -> Request {
        let path = path.into();
        Request { method: method.to_owned(), path, if_match: None, key: None, body: None, late: false, last: false }
    }

    fn with(self, body: Json) -> Request {
        Request { body: Some(body), ..self }
    }

    pub fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let if_match = self.if_match.map(|tag| ("if-match", tag));
        if_match.into_iter().chain(self.key.map(|key| ("idempotency-key", key))).collect()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.method, self.path)?;
        self.headers().iter().try_for_each(|(name, value)| write!(out, " {name} {value}"))?;
        self.body.iter().try_for_each(|body| write!(out, " {body}"))
    }
}

/// All of them: reads, then writes, then reads again, and at last the deletions that may happen.
pub(super) fn all(
    blueprint: &Blueprint,
    document: &Json,
    ana: &Person,
    planted: &Planted,
    hidden: &[&Row],
) -> Vec<Request> {
    let search = Search { blueprint, document, ana, planted, hidden };
    let reads = search.each(Search::reads);
    let changes = search.each(Search::changes);
    let creates = search.each(Search::creates);
    let (last, vain): (Vec<Request>, Vec<Request>) =
        search.each(Search::deletions).into_iter().partition(|one| one.last);
    let again = reads.iter().map(|request| Request { late: true, ..request.clone() }).collect();
    [reads, creates, changes, vain, again, last].concat()
}

struct Search<'a> {
    blueprint: &'a Blueprint,
    document: &'a Json,
    ana: &'a Person,
    planted: &'a Planted,
    hidden: &'a [&'a Row],
}

impl Search<'_> {
    fn each(&self, of: impl Fn(&Self, EntityIndex, &Entity) -> Vec<Request>) -> Vec<Request> {
        let entities = self.blueprint.entities.iter().enumerate();
        entities.flat_map(|(place, entity)| of(self, EntityIndex(place), entity)).collect()
    }

    fn of(&self, index: EntityIndex) -> impl Iterator<Item = &Row> {
        self.planted.rows.iter().filter(move |row| row.entity == index)
    }

    /// Ids of rows that are hers, that are not, and that are nobody's.
    fn ids(&self, index: EntityIndex) -> Vec<String> {
        let none = match self.blueprint.entity(index).id {
            blueprint::IdKind::Integer => "999999",
            blueprint::IdKind::Uuid => "018f4e5a-7b1c-7000-8000-000000000001",
        };
        self.of(index).map(|row| row.id.clone()).chain([none.to_owned()]).collect()
    }

    fn reads(&self, index: EntityIndex, entity: &Entity) -> Vec<Request> {
        let path = collection(self.blueprint, entity, self.ana);
        let mut queries: Vec<String> = self.conditions(index, entity);
        let names: Vec<&str> = columns(entity).collect();
        let sorts = names.iter().map(|name| (*name).to_owned()).chain(self.dotted(entity).map(|(name, _)| name));
        queries.extend(sorts.flat_map(|name| {
            [format!("sort={name}"), format!("sort=-{name}&limit=1"), format!("sort={name}&limit=2&count=exact")]
        }));
        queries.extend(self.expansions(entity).iter().map(|name| format!("expand={name}")));
        queries.extend(names.iter().map(|name| format!("fields=id,{name}")));
        let words: BTreeSet<String> = self.planted.rows.iter().flat_map(|row| words(&row.json)).collect();
        queries.extend(words.iter().map(|word| format!("q={word}&count=exact")));
        let mut requests: Vec<Request> =
            queries.iter().map(|query| Request::new("GET", format!("{path}?{query}"))).collect();
        requests.push(Request::new("GET", format!("{path}?count=exact")));
        for id in self.ids(index) {
            let item = format!("{path}/{id}");
            requests.push(Request::new("GET", item.clone()));
            requests.push(Request::new("HEAD", item.clone()));
            requests.extend(
                self.expansions(entity).iter().map(|name| Request::new("GET", format!("{item}?expand={name}"))),
            );
            requests.extend(names.iter().map(|name| Request::new("GET", format!("{item}?fields={name}"))));
            for nested in self.below(&path, "get") {
                requests.push(Request::new("GET", format!("{item}/{nested}")));
                requests.push(Request::new("GET", format!("{item}/{nested}?count=exact&limit=1")));
            }
        }
        requests
    }

    /// Filters by every attribute, and by those of what it refers to, with every value that any row has there.
    fn conditions(&self, index: EntityIndex, entity: &Entity) -> Vec<String> {
        let own = columns(entity).map(|name| (name.to_owned(), self.values(index, name)));
        let across = self.dotted(entity).map(|(name, target)| {
            let values = self.values(target, name.split('.').nth(1).unwrap_or_default());
            (name, values)
        });
        let mut queries = Vec::new();
        for link in &entity.links {
            let Target::Entity(target) = link.to else { continue };
            let ids = self.ids(target).into_iter();
            queries.extend(ids.flat_map(|id| {
                [format!("{}[contains]={id}&count=exact", link.key), format!("{}[in]={id}&count=exact", link.key)]
            }));
        }
        for (name, values) in own.chain(across) {
            queries.push(format!("{name}[is_null]=true&count=exact"));
            queries.push(format!("{name}[is_null]=false&count=exact"));
            for value in &values {
                for operator in ["", "[ne]", "[lt]", "[gte]", "[in]", "[nin]", "[contains]", "[starts_with]"] {
                    queries.push(format!("{name}{operator}={}&count=exact", encoded(value)));
                }
            }
        }
        queries
    }

    fn values(&self, index: EntityIndex, name: &str) -> BTreeSet<String> {
        self.of(index).filter_map(|row| row.json.get(name)).filter(|value| !value.is_null()).map(text).collect()
    }

    /// `prospect.status` for every attribute of everything that is referred to.
    fn dotted<'a>(&'a self, entity: &'a Entity) -> impl Iterator<Item = (String, EntityIndex)> + 'a {
        leads(entity).flat_map(|(lead, target)| {
            columns(self.blueprint.entity(target)).map(move |name| (format!("{lead}.{name}"), target))
        })
    }

    fn expansions(&self, entity: &Entity) -> Vec<String> {
        let users =
            entity.fields.iter().filter(|field| matches!(field.kind, FieldKind::Reference { to: Target::User, .. }));
        let mut names: Vec<String> = users.map(|field| field.name.clone()).collect();
        for (lead, target) in leads(entity) {
            names.push(lead.to_owned());
            let further = leads(self.blueprint.entity(target));
            names.extend(further.map(|(second, _)| format!("{lead}.{second}")));
        }
        names
    }

    /// What the document has below an item with this method: nested lists, actions, `restore`.
    fn below(&self, path: &str, method: &str) -> Vec<String> {
        let template = path.replace(&self.ana.id, "{user_id}");
        let start = format!("{template}/{{id}}/");
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths
            .filter(|(_, item)| item.get(method).is_some())
            .filter_map(|(path, _)| path.strip_prefix(&start).map(str::to_owned))
            .collect()
    }

    fn creates(&self, index: EntityIndex, entity: &Entity) -> Vec<Request> {
        let path = collection(self.blueprint, entity, self.ana);
        let Some(good) = self.body(index, 90) else { return Vec::new() };
        let mut requests = vec![Request::new("POST", path.clone()).with(good.clone())];
        if let Some(body) = self.body(index, 89) {
            // The key that another has used for his.
            requests.push(Request { key: Some(rows::KEY), ..Request::new("POST", path.clone()).with(body) });
        }
        for (number, change) in (91..).zip(self.variations(index, entity)) {
            let Some(Json::Object(mut body)) = self.body(index, number) else { continue };
            body.extend(change);
            let operation = json!({ "method": "POST", "body": body });
            requests.push(Request::new("POST", path.clone()).with(Json::Object(body)));
            requests.push(Request::new("POST", format!("{path}:batch")).with(json!({ "operations": [operation] })));
        }
        requests
    }

    fn changes(&self, index: EntityIndex, entity: &Entity) -> Vec<Request> {
        let path = collection(self.blueprint, entity, self.ana);
        let mut requests = Vec::new();
        for id in self.ids(index) {
            let item = format!("{path}/{id}");
            for change in self.variations(index, entity) {
                let body = Json::Object(change);
                let operation = json!({ "method": "PATCH", "id": self.id_json(index, &id), "body": body });
                for if_match in [None, Some("\"1\""), Some("\"77\"")] {
                    requests.push(Request { if_match, ..Request::new("PATCH", item.clone()).with(body.clone()) });
                }
                requests.push(Request::new("POST", format!("{path}:batch")).with(json!({ "operations": [operation] })));
            }
            if let Some(body) = self.body(index, 95) {
                requests.push(Request::new("PUT", item.clone()).with(body));
            }
            for (name, method) in [("patch", "PATCH"), ("post", "POST")] {
                let below = self.below(&path, name).into_iter();
                requests.extend(below.map(|action| Request::new(method, format!("{item}/{action}"))));
            }
        }
        requests
    }

    fn deletions(&self, index: EntityIndex, entity: &Entity) -> Vec<Request> {
        let path = collection(self.blueprint, entity, self.ana);
        let mut requests = Vec::new();
        for id in self.ids(index) {
            let last = self
                .of(index)
                .any(|row| row.id == id && !self.hidden.iter().any(|hidden| hidden.id == id && hidden.entity == index));
            let deletion = Request { last, ..Request::new("DELETE", format!("{path}/{id}")) };
            requests.push(Request { if_match: Some("\"77\""), ..deletion.clone() });
            requests.push(deletion);
        }
        requests
    }

    /// One field each: values of other rows, and references to rows that are hers, that are not, and that are nobody's.
    fn variations(&self, index: EntityIndex, entity: &Entity) -> Vec<Map<String, Json>> {
        let mut found = Vec::new();
        for field in &entity.fields {
            // A value that is unique among everybody's rows tells of theirs: that is what the word says.
            if field.unique == Unique::Global {
                continue;
            }
            let values: Vec<Json> = match &field.kind {
                FieldKind::Reference { to: Target::Entity(target), .. } => {
                    self.ids(*target).iter().map(|id| self.id_json(*target, id)).collect()
                }
                FieldKind::Reference { to: Target::User, .. } => self
                    .planted
                    .rows
                    .iter()
                    .filter_map(|row| row.owner.clone())
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .map(Json::from)
                    .collect(),
                _ => self.of(index).filter_map(|row| row.json.get(&field.column).cloned()).collect(),
            };
            found.extend(values.into_iter().map(|value| Map::from_iter([(field.column.clone(), value)])));
        }
        for link in &entity.links {
            let Target::Entity(target) = link.to else { continue };
            let sets = self.ids(target).into_iter().map(|id| json!([self.id_json(target, &id)]));
            found.extend(sets.chain([json!([])]).map(|set| Map::from_iter([(link.key.clone(), set)])));
        }
        found
    }

    fn body(&self, index: EntityIndex, number: usize) -> Option<Json> {
        rows::body(self.blueprint, self.document, index, self.ana, self.planted, number)
    }

    fn id_json(&self, index: EntityIndex, id: &str) -> Json {
        match self.blueprint.entity(index).id {
            blueprint::IdKind::Integer => id.parse::<i64>().map_or(Json::Null, Json::from),
            blueprint::IdKind::Uuid => Json::from(id),
        }
    }
}

/// What leads to rows of other entities: references to one, and to many.
fn leads(entity: &Entity) -> impl Iterator<Item = (&str, EntityIndex)> {
    let references = entity.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Reference { to: Target::Entity(target), .. } => Some((field.name.as_str(), *target)),
        _ => None,
    });
    let links = entity.links.iter().filter_map(|link| match link.to {
        Target::Entity(target) => Some((link.name.as_str(), target)),
        Target::User => None,
    });
    references.chain(links)
}

/// Every column that an entity could have, hidden ones too.
fn columns(entity: &Entity) -> impl Iterator<Item = &str> {
    let fields = entity.fields.iter().map(|field| field.column.as_str());
    ["id", "user_id", "created_at", "updated_at", "_version"].into_iter().chain(fields)
}

fn words(json: &Json) -> Vec<String> {
    let texts = json.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
    texts.flat_map(|text| text.split(' ')).filter(|word| word.starts_with(['w', 'z'])).map(str::to_owned).collect()
}

fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
