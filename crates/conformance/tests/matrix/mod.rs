//! The whole matrix of roles, operations and fields of an app, held against a table that was written by hand: what the rules
//! are turned into is not asked what it should be.

use std::collections::BTreeMap;

use conformance::{Person, World};
use serde_json::{Value as Json, json};

const TABLE: &str = include_str!("clinic.txt");

/// One line: what is done, and what comes of it for each caller.
struct Line<'t> {
    entity: &'t str,
    operation: &'t str,
    outcomes: Vec<(&'t str, &'t str)>,
}

fn lines() -> Vec<Line<'static>> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::split_whitespace);
    let callers: Vec<&str> = lines.next().into_iter().flatten().skip(2).collect();
    let line = |mut words: std::str::SplitWhitespace<'static>| {
        let (entity, operation) = (words.next()?, words.next()?);
        let outcomes: Vec<_> = callers.iter().copied().zip(words).collect();
        assert_eq!(outcomes.len(), callers.len(), "{entity} {operation}");
        Some(Line { entity, operation, outcomes })
    };
    lines.filter_map(line).collect()
}

#[tokio::test]
async fn a1_every_role_operation_and_field() {
    let clinic = Clinic::open().await;
    let mut wrong = Vec::new();
    let mut asked = 0;
    for line in lines() {
        for (caller, expected) in line.outcomes {
            let found = clinic.ask(caller, line.entity, line.operation).await;
            asked += 1;
            if found != expected {
                wrong.push(format!("{caller}: {} {}: {found}, not {expected}", line.operation, line.entity));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked}\n{}", wrong.len(), wrong.join("\n"));
}

/// Nothing that the app can do is left out of the table.
#[tokio::test]
async fn a1_the_table_has_every_operation() {
    let clinic = Clinic::open().await;
    let listed: Vec<String> = lines().iter().map(|line| format!("{} {}", line.entity, line.operation)).collect();
    for entity in &clinic.world.blueprint().entities {
        let restore = entity.soft_delete.then_some("restore");
        let actions = entity.actions.iter().map(|action| action.name.as_str());
        for operation in ["list", "read", "create", "update", "delete"].into_iter().chain(restore).chain(actions) {
            let wanted = format!("{} {operation}", entity.name);
            assert!(listed.contains(&wanted), "{wanted}");
        }
        for field in entity.fields.iter().filter(|field| field.read != blueprint::Rule::Anyone) {
            assert!(listed.contains(&format!("{} read:{}", entity.name, field.column)), "{}", field.column);
        }
        for field in entity.fields.iter().filter(|field| field.write != blueprint::Rule::Anyone || field.read_only) {
            assert!(listed.contains(&format!("{} write:{}", entity.name, field.column)), "{}", field.column);
        }
    }
}

struct Clinic {
    world: World,
    people: BTreeMap<&'static str, Person>,
}

impl Clinic {
    async fn open() -> Clinic {
        let world = World::served(&crate::example("clinic")).await;
        let mut people = BTreeMap::from([("stranger", Person::stranger())]);
        for (name, roles) in [
            ("owner", &[][..]),
            ("other", &[]),
            ("practitioner", &["practitioner"]),
            ("reception", &["reception"]),
            ("admin", &["admin"]),
        ] {
            let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
            people.insert(name, Person::join(&world, name, &roles).await);
        }
        Clinic { world, people }
    }

    /// What a caller is answered, in the words of the table. Every question has a row of its own.
    async fn ask(&self, caller: &str, entity: &str, operation: &str) -> String {
        let path = collection(entity);
        let id = self.make(entity).await;
        let item = format!("{path}/{}", id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let (method, target, body) = match operation {
            "list" => ("GET", path.to_owned(), None),
            "create" => ("POST", path.to_owned(), Some(self.body(entity).await)),
            "read" => ("GET", item, None),
            "update" => ("PATCH", item, Some(change(entity))),
            "delete" => ("DELETE", item, None),
            "restore" => {
                self.must("reception", "DELETE", &item, None, 204).await;
                ("POST", format!("{item}/restore"), None)
            }
            "attend" => {
                self.must("reception", "PATCH", &format!("{item}/confirm"), None, 200).await;
                ("PATCH", format!("{item}/attend"), None)
            }
            other => match other.split_once(':') {
                Some(("read", field)) => return self.read(caller, &item, field).await,
                Some((_, field)) => ("PATCH", item, Some(json!({ field: value(field) }))),
                None => ("PATCH", format!("{item}/{other}"), None),
            },
        };
        let answer = self.people[caller].send(&self.world, method, &target, &[], body.as_ref()).await;
        answer.status.as_u16().to_string()
    }

    async fn read(&self, caller: &str, item: &str, field: &str) -> String {
        let set = json!({ field: value(field) });
        self.must("practitioner", "PATCH", item, Some(&set), 200).await;
        let answer = self.people[caller].send(&self.world, "GET", item, &[], None).await;
        match (answer.status.as_u16(), answer.json().get(field)) {
            (200, None) => "absent".to_owned(),
            (200, Some(Json::Null)) => "null".to_owned(),
            (200, Some(_)) => "value".to_owned(),
            (status, _) => status.to_string(),
        }
    }

    /// A row that belongs to `owner`, where rows belong to somebody.
    async fn make(&self, entity: &str) -> Json {
        let maker = match entity {
            "practitioner" => "admin",
            "condition" => "practitioner",
            _ => "owner",
        };
        let body = self.body(entity).await;
        self.must(maker, "POST", collection(entity), Some(&body), 201).await["id"].clone()
    }

    async fn body(&self, entity: &str) -> Json {
        let number = self.world.look().number("SELECT count(*) FROM \"_audit\"");
        match entity {
            "practitioner" => json!({ "name": "Dr Who" }),
            "condition" => json!({ "name": format!("asthma {number}") }),
            "patient" => json!({ "name": "Kim", "born_on": "1990-01-01" }),
            _ => {
                let patient = Box::pin(self.make("patient")).await;
                let practitioner = Box::pin(self.make("practitioner")).await;
                json!({ "patient_id": patient, "practitioner_id": practitioner, "starts_at": "2026-12-01T09:00:00Z" })
            }
        }
    }

    async fn must(&self, who: &str, method: &str, path: &str, body: Option<&Json>, status: u16) -> Json {
        let answer = self.people[who].send(&self.world, method, path, &[], body).await;
        assert_eq!(answer.status, status, "{who}: {method} {path}: {answer}");
        answer.json()
    }
}

fn collection(entity: &str) -> &'static str {
    match entity {
        "practitioner" => "/api/v1/practitioners",
        "condition" => "/api/v1/conditions",
        "patient" => "/api/v1/patients",
        _ => "/api/v1/appointments",
    }
}

fn change(entity: &str) -> Json {
    match entity {
        "appointment" => json!({ "duration_minutes": 45 }),
        _ => json!({ "name": format!("another {entity}") }),
    }
}

fn value(field: &str) -> Json {
    match field {
        "id" | "_version" => json!(7),
        "user_id" => json!("0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b"),
        "created_at" => json!("2026-12-01T09:00:00Z"),
        "fee" => json!("12.50"),
        "status" => json!("confirmed"),
        _ => json!("a word"),
    }
}
