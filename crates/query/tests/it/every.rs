//! Every statement that an app can ask its database for, nearly: each operation of each entity by callers of each kind,
//! with each filter, order, page, expansion and nested list that the blueprint has.

use std::sync::Arc;

use blueprint::{Blueprint, Entity, EntityIndex, Field, FieldKind, IdKind, Link, Literal};
use query::{
    Actor, Attribute, Body, Catalog, IfMatch, List, OPERATORS, Origin, Parent, RecordId, Representation, Request,
    Values, Verb, View,
};
use work::{Dialect, Kind, Step, Value, Work};

use crate::{KEY, origin, user};

pub const UUID: &str = "0199f0a0-0000-7000-8000-000000000001";
const STAMP: &str = "2026-11-21T00:00:00.000000Z";

/// The works, each with what it is for. Those that are refused before the database is asked are left out.
pub fn works(blueprint: &Arc<Blueprint>, dialect: &Dialect) -> Vec<(String, Work)> {
    let catalog = Catalog::new(blueprint.clone(), dialect.clone());
    let roles: Vec<&str> = blueprint.auth.roles.iter().map(String::as_str).collect();
    let callers = [Actor::Stranger, user(UUID, &[]), user(UUID, &roles)];
    let mut all = All { blueprint, catalog: &catalog, found: Vec::new() };
    for place in 0..blueprint.entities.len() {
        for actor in &callers {
            all.of(EntityIndex(place), actor);
        }
    }
    all.found
}

struct All<'a> {
    blueprint: &'a Arc<Blueprint>,
    catalog: &'a Catalog,
    found: Vec<(String, Work)>,
}

impl All<'_> {
    fn of(&mut self, index: EntityIndex, actor: &Actor) {
        let entity = self.blueprint.entity(index);
        let (id, if_match) = (id(entity.id), IfMatch::Versions(vec![1, 2]));
        for query in representations(self.blueprint, entity) {
            let parse = |view: &View| Representation::parse(self.blueprint, view, &parameters(&query)).ok();
            let read = |view: &View| Some(Request::Read { id: id.clone(), representation: parse(view)? });
            self.add(index, actor, Verb::Read, &query, read);
        }
        for query in lists(self.blueprint, entity) {
            self.list(index, actor, &query, None);
        }
        for parent in 0..self.blueprint.entities.len() {
            let above = EntityIndex(parent);
            for (_, way) in query::children(self.blueprint, above).into_iter().filter(|(child, _)| *child == index) {
                let id = self::id(self.blueprint.entity(above).id);
                self.list(index, actor, "count=exact", Some(Parent { entity: above, id, way }));
            }
        }
        for (title, body, json) in bodies(entity) {
            let values = |view: &View| body.read(view, &json).ok();
            if body == Body::Create {
                let own = (entity.id == IdKind::Uuid).then(|| id.clone());
                let create = |view: &View| Some(Request::Create { id: own.clone(), values: values(view)? });
                self.add(index, actor, Verb::Create, &title, create);
            }
            let changes = |view: &View| if body == Body::Create { whole(entity, view) } else { values(view) };
            let update = |view: &View| {
                Some(Request::Update { id: id.clone(), changes: changes(view)?, if_match: if_match.clone() })
            };
            self.add(index, actor, Verb::Update, &title, update);
        }
        for if_match in [IfMatch::Absent, if_match.clone(), IfMatch::Never] {
            let delete = Request::Delete { id: id.clone(), if_match: if_match.clone() };
            self.add(index, actor, Verb::Delete, "", |_| Some(delete.clone()));
            if entity.soft_delete {
                let restore = Request::Restore { id: id.clone(), if_match: if_match.clone() };
                self.add(index, actor, Verb::Delete, "", |_| Some(restore.clone()));
            }
            for (action, known) in entity.actions.iter().enumerate() {
                let (id, if_match) = (id.clone(), if_match.clone());
                let request = match known.does {
                    blueprint::ActionKind::Call(_) => Request::Call { id, action, if_match },
                    _ => Request::Act { id, action, if_match },
                };
                self.add(index, actor, Verb::Act(action), &known.name, |_| Some(request.clone()));
            }
        }
    }

    /// A list and the pages after it: after a row that has all values, and after one that has none that can be missing.
    fn list(&mut self, index: EntityIndex, actor: &Actor, query: &str, parent: Option<Parent>) {
        let blueprint = self.blueprint;
        let entity = blueprint.entity(index);
        let Ok(access) = query::access::decide(entity, Verb::Read, actor.clone(), None) else { return };
        let view = View::of(entity, &access);
        let Ok(list) = List::parse(blueprint, &view, &parameters(query)) else { return };
        let list = List { parent, ..list };
        let request = Request::List(list.clone());
        let Ok(plan) = query::plan(blueprint, index, access.clone(), request, origin(), &KEY) else { return };
        let work = query::render(self.catalog, &plan);
        let page = work.steps.iter().find_map(|step| match step {
            Step::Page { shape, .. } => Some(shape.captured.clone()),
            _ => None,
        });
        self.found.push((format!("{} list {query}", entity.name), work));
        let kinds = page.unwrap();
        let full: Vec<Value> = kinds.iter().map(|kind| value(*kind)).collect();
        let mut bare = full.clone();
        let last = bare.len() - 1;
        bare[..last].fill(Value::Null);
        for position in [full, bare] {
            let cursor = plan.next_cursor(blueprint, &position, &KEY);
            let next = Request::List(List { cursor, ..list.clone() });
            let plan = query::plan(blueprint, index, access.clone(), next, origin(), &KEY).unwrap();
            self.found.push((format!("{} after {query}", entity.name), query::render(self.catalog, &plan)));
        }
    }

    fn add(
        &mut self,
        index: EntityIndex,
        actor: &Actor,
        verb: Verb,
        title: &str,
        request: impl Fn(&View) -> Option<Request>,
    ) {
        let entity = self.blueprint.entity(index);
        let Ok(access) = query::access::decide(entity, verb, actor.clone(), None) else { return };
        let Some(request) = request(&View::of(entity, &access)) else { return };
        let name = format!("{} {verb:?} {title}", entity.name);
        for batch in [None, Some("b1".to_owned())] {
            if batch.is_some() && verb == Verb::Read {
                continue;
            }
            let origin = Origin { batch, ..origin() };
            let Ok(plan) = query::plan(self.blueprint, index, access.clone(), request.clone(), origin, &KEY) else {
                return;
            };
            self.found.push((name.clone(), query::render(self.catalog, &plan)));
        }
    }
}

fn id(kind: IdKind) -> RecordId {
    match kind {
        IdKind::Integer => RecordId::Integer(7),
        IdKind::Uuid => RecordId::Uuid(UUID.to_owned()),
    }
}

fn value(kind: Kind) -> Value {
    match kind {
        Kind::Boolean => Value::Boolean(true),
        Kind::Integer => Value::Integer(7),
        Kind::Decimal { scale } => Value::Decimal { units: 1250, scale },
        Kind::Float => Value::Float(0.5),
        Kind::Text => Value::Text("a".into()),
        Kind::Uuid => Value::Uuid(UUID.into()),
        Kind::Date => Value::Date("2026-11-21".into()),
        Kind::Time => Value::Time("13:45:00".into()),
        Kind::DateTime => Value::DateTime(STAMP.into()),
        Kind::Json => Value::Json("{}".into()),
        Kind::Bytes => Value::Bytes(vec![1]),
    }
}

fn parameters(query: &str) -> Vec<(String, String)> {
    let terms = query.split('&').filter(|term| !term.is_empty());
    terms.map(|term| term.split_once('=').unwrap()).map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

/// Names of attributes with a text that each takes, of the entity itself and one reference away.
fn names(blueprint: &Blueprint, entity: &Entity) -> Vec<(String, String)> {
    let view = View::document(entity);
    let own = |view: &View| -> Vec<(String, String)> {
        let text = |attribute: Attribute| match attribute {
            Attribute::Field(place) => text(&view.entity.fields[place]),
            Attribute::Link(place) => id(view.entity.links[place].id).to_string(),
            Attribute::Id => id(view.entity.id).to_string(),
            Attribute::UserId => UUID.to_owned(),
            Attribute::CreatedAt | Attribute::UpdatedAt => STAMP.to_owned(),
        };
        view.visible().into_iter().map(|it| (it.column(view.entity).to_owned(), text(it))).collect()
    };
    let mut names = own(&view);
    for reference in query::references(&view) {
        let Some(target) = reference.entity(entity) else { continue };
        let there = View::document(blueprint.entity(target));
        let prefixed = own(&there).into_iter().map(|(name, text)| (format!("{}.{name}", reference.name(entity)), text));
        names.extend(prefixed);
    }
    names
}

fn text(field: &Field) -> String {
    match sample(field) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn sample(field: &Field) -> serde_json::Value {
    match &field.kind {
        FieldKind::Reference { id: IdKind::Integer, .. } => 7.into(),
        FieldKind::Reference { id: IdKind::Uuid, .. } => UUID.into(),
        _ => sample::sample(field).unwrap(),
    }
}

fn lists(blueprint: &Blueprint, entity: &Entity) -> Vec<String> {
    let mut lists = vec![String::new(), "count=exact".to_owned(), "q=acme lond&count=exact".to_owned()];
    for (name, text) in names(blueprint, entity) {
        for operator in OPERATORS {
            let text = match operator {
                "in" | "nin" => format!("{text},{text}"),
                "is_null" => "true".to_owned(),
                _ => text.clone(),
            };
            lists.push(format!("{name}[{operator}]={text}&count=exact"));
        }
        lists.push(format!("sort={name}"));
        lists.push(format!("sort=-{name}"));
        lists.push(format!("sort=created_at,-{name}"));
        lists.push(format!("sort={name},-updated_at"));
    }
    lists.extend(representations(blueprint, entity));
    lists
}

fn representations(blueprint: &Blueprint, entity: &Entity) -> Vec<String> {
    let mut ways = vec![String::new(), "fields=id,created_at".to_owned()];
    for reference in query::references(&View::document(entity)) {
        let name = reference.name(entity);
        ways.push(format!("expand={name}"));
        let Some(target) = reference.entity(entity) else { continue };
        let there = blueprint.entity(target);
        for next in query::references(&View::document(there)) {
            ways.push(format!("fields=id&expand={name}.{}", next.name(there)));
        }
    }
    ways
}

/// Bodies with all that there is, with each part alone, and with nothing that can be left out.
fn bodies(entity: &Entity) -> Vec<(String, Body, serde_json::Value)> {
    let ids = |link: &Link| {
        serde_json::json!([id(link.id).to_string().parse::<i64>().map_or(UUID.into(), serde_json::Value::from)])
    };
    let fields = entity.fields.iter().map(|field| (field.column.clone(), sample(field), !field.required));
    let links = entity.links.iter().map(|link| (link.key.clone(), ids(link), false));
    let parts: Vec<_> = fields.chain(links).collect();
    let mut bodies = Vec::new();
    for (name, part, nullable) in &parts {
        bodies.push((name.clone(), Body::Update, serde_json::json!({ name: part })));
        if *nullable {
            bodies.push((format!("no {name}"), Body::Update, serde_json::json!({ name: null })));
        }
    }
    let demanded = |name: &str| {
        entity.fields.iter().any(|field| field.column == name && Body::Create.demands(field))
            || entity.links.iter().any(|link| link.key == name && Body::Create.demands_link(link))
    };
    let least = parts.iter().filter(|(name, ..)| demanded(name));
    let least: serde_json::Map<_, _> = least.map(|(name, part, _)| (name.clone(), part.clone())).collect();
    bodies.push(("with the least".to_owned(), Body::Create, least.clone().into()));
    for (name, part, _) in &parts {
        let mut body = least.clone();
        body.insert(name.clone(), part.clone());
        bodies.push((format!("with {name}"), Body::Create, body.into()));
    }
    bodies
}

/// All that a caller may write, at once.
fn whole(entity: &Entity, view: &View) -> Option<Values> {
    let fields = entity
        .fields
        .iter()
        .enumerate()
        .filter(|(place, field)| Body::Update.writable(field) && view.may_give(query::Attribute::Field(*place)));
    let fields = fields.map(|(place, field)| field.read(&sample(field)).map(|literal| (place, literal)));
    let id = |link: &Link| match link.id {
        IdKind::Integer => Literal::Integer(7),
        IdKind::Uuid => Literal::Text(UUID.into()),
    };
    let links = entity.links.iter().enumerate().map(|(place, link)| (place, vec![id(link)]));
    Some(Values { fields: fields.collect::<Result<_, _>>().ok()?, links: links.collect() })
}
