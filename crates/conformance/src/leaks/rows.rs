//! The rows of a search: each person makes what he may, so that there are rows of the caller, of another user and of nobody.

use std::collections::{BTreeMap, BTreeSet};

use blueprint::{Blueprint, Entity, EntityIndex, Field, FieldKind, Literal, Target, Unique};
use serde_json::{Map, Value as Json, json};

use crate::world::Look;
use crate::{Person, World};

/// Rows that each person makes of each entity.
const EACH: usize = 2;

/// The `Idempotency-Key` with which another has made a row of each entity.
pub(super) const KEY: &str = "the-same-key";

/// A row as the one who made it sees it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub entity: EntityIndex,
    /// As it stands in a path.
    pub id: String,
    /// Who made it, if rows of its entity are owned.
    pub owner: Option<String>,
    /// As its maker sees it.
    pub json: Json,
    /// It is in the trash.
    pub trashed: bool,
}

/// What has been made, and what was learnt by making it.
#[derive(Debug, Default)]
pub(super) struct Planted {
    pub rows: Vec<Row>,
    /// Keys that a person (by id) may not give to a row of an entity.
    refused: BTreeSet<(String, EntityIndex, String)>,
}

/// Has every person make rows of every entity, referring to rows that are there already.
pub(super) async fn plant(world: &World, document: &Json, people: &[&Person]) -> Planted {
    let blueprint = world.blueprint();
    let mut planted = Planted::default();
    let mut left: Vec<usize> = (0..blueprint.entities.len()).collect();
    while !left.is_empty() {
        let before = left.len();
        let mut later = Vec::new();
        for place in left {
            let made = plant_entity(world, document, people, EntityIndex(place), &mut planted).await;
            if made.is_empty() {
                later.push(place);
            }
            planted.rows.extend(made);
        }
        if later.len() == before {
            // Nobody at all may make these, or what they refer to.
            break;
        }
        left = later;
    }
    for person in people {
        trash(world, &mut planted.rows, person).await;
    }
    planted
}

/// Sends the last row that a person has made of each entity to the trash, or that nobody owns, where there is one and he may.
async fn trash(world: &World, rows: &mut [Row], person: &Person) {
    let entities = world.blueprint().entities.iter().enumerate().filter(|(_, entity)| entity.soft_delete);
    for (place, entity) in entities {
        let is_his = |row: &Row| row.owner.as_deref().is_none_or(|owner| owner == person.id);
        let of_entity = |row: &&mut Row| row.entity == EntityIndex(place) && !row.trashed && is_his(row);
        let Some(last) = rows.iter_mut().rfind(of_entity) else { continue };
        let path = format!("{}/{}", collection(world.blueprint(), entity, person), last.id);
        let answer = person.send(world, "DELETE", &path, &[], None).await;
        assert!(matches!(answer.status.as_u16(), 204 | 403 | 409), "DELETE {path}: {answer}");
        last.trashed = answer.status == 204;
    }
}

async fn plant_entity(
    world: &World,
    document: &Json,
    people: &[&Person],
    index: EntityIndex,
    planted: &mut Planted,
) -> Vec<Row> {
    let entity = world.blueprint().entity(index);
    let mut made = Vec::new();
    for (whose, person) in people.iter().enumerate() {
        for number in 0..EACH {
            // Not the caller's own rows, for to him the key is to be new.
            let key = (whose == 1 && number == 0).then_some(("idempotency-key", KEY));
            let made_by = (*person, key);
            let Some(json) = plant_row(world, document, made_by, index, planted, whose * EACH + number).await else {
                continue;
            };
            let id = text(&json["id"]);
            let owner = entity.owned.then(|| person.id.clone());
            made.push(Row { entity: index, id, owner, json, trashed: false });
        }
    }
    made
}

/// One row of a person, without what he may not give it. `None` if he may not make it, or if what it needs is not there.
async fn plant_row(
    world: &World,
    document: &Json,
    (person, key): (&Person, Option<(&str, &str)>),
    index: EntityIndex,
    planted: &mut Planted,
    number: usize,
) -> Option<Json> {
    let entity = world.blueprint().entity(index);
    let path = collection(world.blueprint(), entity, person);
    loop {
        let body = body(world.blueprint(), document, index, person, planted, number)?;
        let answer = person.send(world, "POST", &path, key.as_slice(), Some(&body)).await;
        if answer.status == 201 {
            return Some(answer.json());
        }
        if matches!(answer.status.as_u16(), 401 | 403) {
            return None;
        }
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        let keys = errors.iter().filter_map(|error| error["pointer"].as_str()?.split('/').nth(1));
        let before = planted.refused.len();
        planted.refused.extend(keys.map(|key| (person.id.clone(), index, key.to_owned())));
        assert!(planted.refused.len() > before, "POST {path} {body}: {answer}");
    }
}

/// The path of an entity's rows, for this person.
pub(super) fn collection(blueprint: &Blueprint, entity: &Entity, person: &Person) -> String {
    let user = if blueprint.api.user_path { format!("/{}", person.id) } else { String::new() };
    format!("{}{user}/{}", blueprint.api.prefix, entity.path)
}

/// The body of a new row. The number makes it differ from the others. `None` while a required reference leads nowhere.
pub(super) fn body(
    blueprint: &Blueprint,
    document: &Json,
    index: EntityIndex,
    person: &Person,
    planted: &Planted,
    number: usize,
) -> Option<Json> {
    let (entity, rows) = (blueprint.entity(index), planted.rows.as_slice());
    let refused = |key: &str| planted.refused.contains(&(person.id.clone(), index, key.to_owned()));
    let path = collection(blueprint, entity, &Person::default()).replace("//", "/{user_id}/");
    let content = &document["paths"][&path]["post"]["requestBody"]["content"]["application/json"];
    let example = content["example"].as_object().cloned().unwrap_or_default();
    let mut body = Map::new();
    for field in &entity.fields {
        let Some(shown) = example.get(&field.column).cloned().or_else(|| writable(document, content, &field.column))
        else {
            continue;
        };
        let value = match &field.kind {
            FieldKind::Reference { to: Target::User, .. } => Some(json!(person.id)),
            FieldKind::Reference { to: Target::Entity(target), .. } => referred(*target, person, rows),
            _ => Some(value(field, number).filter(|value| field.read(value).is_ok()).unwrap_or(shown)),
        };
        match value.filter(|_| !refused(&field.column)) {
            Some(value) => {
                body.insert(field.column.clone(), value);
            }
            None if field.required => return None,
            None => {}
        }
    }
    for link in &entity.links {
        let Target::Entity(target) = link.to else { continue };
        if writable(document, content, &link.key).is_some()
            && !refused(&link.key)
            && let Some(id) = referred(target, person, rows)
        {
            body.insert(link.key.clone(), json!([id]));
        }
    }
    Some(Json::Object(body))
}

/// Null, if the field may be written although the example leaves it out.
fn writable(document: &Json, content: &Json, column: &str) -> Option<Json> {
    let schema = &content["schema"];
    let schema = schema["$ref"].as_str().and_then(|target| document.pointer(&target[1..])).unwrap_or(schema);
    schema["properties"].get(column).map(|_| Json::Null)
}

/// A row that the person has made, or else one that nobody owns.
fn referred(target: EntityIndex, person: &Person, rows: &[Row]) -> Option<Json> {
    let of_target = || rows.iter().filter(|row| row.entity == target);
    let own = of_target().find(|row| row.owner.as_deref() == Some(&person.id));
    own.or_else(|| of_target().find(|row| row.owner.is_none())).map(|row| row.json["id"].clone())
}

/// A value that differs by its number.
fn value(field: &Field, number: usize) -> Option<Json> {
    let n = i64::try_from(number).unwrap_or_default();
    Some(match &field.kind {
        FieldKind::Text(_) | FieldKind::LongText(_) => json!(format!("w{number}ord zebra{number}")),
        FieldKind::Integer { min, max } => json!((n * 7 + 3).clamp(*min, *max)),
        FieldKind::Decimal { scale, min, max, .. } => {
            let units = (n * 250 + 1000).clamp(*min, *max);
            let digits = format!("{units:0width$}", width = usize::from(*scale) + 1);
            let (whole, part) = digits.split_at(digits.len() - usize::from(*scale));
            json!(if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") })
        }
        FieldKind::Float { min, max } => json!((1.5 + f64::from(u8::try_from(number).unwrap_or(0))).clamp(*min, *max)),
        FieldKind::Boolean => json!(number.is_multiple_of(2)),
        FieldKind::Date => json!(format!("2026-11-{:02}", 1 + number % 28)),
        FieldKind::Time => json!(format!("{:02}:00:00", number % 24)),
        // Of every three one is still to come.
        FieldKind::DateTime => {
            json!(format!("{}-11-{:02}T09:00:00Z", if number % 3 == 1 { 2099 } else { 2026 }, 1 + number % 20))
        }
        FieldKind::Enum { values } => json!(values.get(number % values.len().max(1))?),
        FieldKind::Email => json!(format!("w{number}@example.org")),
        FieldKind::Phone => json!(format!("+1555123456{}", number % 10)),
        FieldKind::Url => json!(format!("https://example.org/{number}")),
        FieldKind::Uuid => json!(format!("0191d2a4-7c3e-7b1a-9f00-{number:012}")),
        FieldKind::Json => json!({ "n": number }),
        _ => return None,
    })
}

/// Sets what conditions look at of a caller, of every two fields one: a number makes it differ from that of others. What he has
/// then, by the places of the fields.
pub(super) fn give_fields(world: &World, email: &str, number: usize) -> Vec<Literal> {
    let blueprint = world.blueprint();
    let mut given = vec![Literal::Null; blueprint.user_fields.len()];
    for place in blueprint.caller_fields().into_iter().step_by(2) {
        let field = &blueprint.user_fields[place];
        let value = value(field, number).unwrap_or_else(|| panic!("no value for `{}` of users", field.name));
        world.set_user_field(email, &field.name, &text(&value));
        given[place] =
            field.read(&value).unwrap_or_else(|why| panic!("`{}` of users: {value} {}", field.name, why.detail));
    }
    given
}

/// A JSON value as it stands in a path or a query.
pub(super) fn text(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// Makes rows of the caller refer to rows that are hidden from him, as happens when rules or roles change.
pub(super) fn entangle(world: &World, rows: &[Row], hidden: &[&Row], ana: &Person) {
    let blueprint = world.blueprint();
    let hers = rows.iter().filter(|row| row.owner.as_deref() == Some(&ana.id));
    // Not the first of each: some references must stay as they ought to be.
    let mut seen: BTreeMap<EntityIndex, usize> = BTreeMap::new();
    let look = world.look();
    for row in hers {
        let count = seen.entry(row.entity).or_default();
        *count += 1;
        if *count == 1 {
            continue;
        }
        let entity = blueprint.entity(row.entity);
        for field in &entity.fields {
            let FieldKind::Reference { to: Target::Entity(target), .. } = &field.kind else { continue };
            let Some(to) = hidden.iter().find(|row| row.entity == *target && field.unique == Unique::No) else {
                continue;
            };
            let (table, column) = (&entity.plural, &field.column);
            look.execute(&format!("UPDATE \"{table}\" SET \"{column}\" = {} WHERE \"id\" = {}", id(to), id(row)));
        }
        for link in &entity.links {
            let Target::Entity(target) = link.to else { continue };
            let Some(to) = hidden.iter().find(|row| row.entity == target) else { continue };
            let (table, from, column) = (&link.table, &link.from_column, &link.to_column);
            let values = format!("VALUES ({}, {})", id(row), id(to));
            look.execute(&format!(
                "INSERT INTO \"{table}\" (\"{from}\", \"{column}\") {values} ON CONFLICT DO NOTHING"
            ));
        }
    }
}

/// Takes rows out of a database, with nothing else.
pub(super) fn remove(look: &Look<'_>, blueprint: &Blueprint, rows: &[&Row]) {
    for row in rows {
        let sql = format!("DELETE FROM \"{}\" WHERE \"id\" = {}", blueprint.entity(row.entity).plural, id(row));
        assert_eq!(look.execute(&sql), 1);
    }
}

/// Takes the answers out of a database that were kept under keys.
pub(super) fn forget_keys(look: &Look<'_>) {
    look.execute("DELETE FROM \"_idempotency\"");
}

/// Rows that are gone, or in the trash, of which the audit tells nothing.
pub(super) fn unaudited(world: &World, rows: &[Row]) -> Vec<String> {
    let look = world.look();
    let told = |row: &&Row| {
        let entity = world.blueprint().entity(row.entity);
        let live = if entity.soft_delete { " AND \"_deleted_at\" IS NULL" } else { "" };
        let there = format!("SELECT count(*) FROM \"{}\" WHERE \"id\" = {}{live}", entity.plural, id(row));
        let deleted = format!(
            "SELECT count(*) FROM \"_audit\" WHERE \"entity\" = {} AND \"entity_id\" = {} AND \"action\" = 'delete'",
            quoted(&entity.name),
            quoted(&row.id)
        );
        look.number(&there) > 0 || look.number(&deleted) > 0
    };
    let silent = rows.iter().filter(|row| !told(row));
    silent
        .map(|row| {
            format!("gone without a word in the audit: {} {}", world.blueprint().entity(row.entity).name, row.id)
        })
        .collect()
}

/// Writes something else into cells, of the kind that stood there.
pub(super) fn rewrite(look: &Look<'_>, blueprint: &Blueprint, cells: &[(&Row, usize)]) {
    for (row, place) in cells {
        let entity = blueprint.entity(row.entity);
        let field = &entity.fields[*place];
        let cell = match (&field.kind, value(field, 23)) {
            (FieldKind::Reference { .. }, _) | (_, None) => "NULL".to_owned(),
            (FieldKind::Decimal { min, max, scale, .. }, _) => {
                let units = 2300.clamp(*min, *max);
                if look.has_decimals() { format!("{units} / power(10::numeric, {scale})") } else { units.to_string() }
            }
            (_, Some(Json::Bool(truth))) => if truth { "TRUE" } else { "FALSE" }.to_owned(),
            (_, Some(Json::Number(number))) => number.to_string(),
            (_, Some(other)) => quoted(&text(&other)),
        };
        let (table, column) = (&entity.plural, &field.column);
        look.execute(&format!("UPDATE \"{table}\" SET \"{column}\" = {cell} WHERE \"id\" = {}", id(row)));
    }
}

/// Everything that the database holds of some rows, one text a row.
pub(super) fn contents(world: &World, rows: &[&Row]) -> Vec<String> {
    rows.iter().map(|row| content(&world.look(), world.blueprint(), row)).collect()
}

fn content(look: &Look<'_>, blueprint: &Blueprint, row: &Row) -> String {
    let entity = blueprint.entity(row.entity);
    let links = entity.links.iter().map(|link| (link.table.as_str(), link.from_column.as_str()));
    let tables = std::iter::once((entity.plural.as_str(), "id")).chain(links);
    let found: Vec<String> = tables.map(|(table, column)| look.rows(table, column, &id(row))).collect();
    format!("{} {}: {}", entity.plural, row.id, found.join("; "))
}

/// The id as it stands in SQL.
fn id(row: &Row) -> String {
    match &row.json["id"] {
        Json::Number(number) => number.to_string(),
        other => quoted(&text(other)),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
