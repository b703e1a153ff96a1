//! How the database runs what the server sends: by indexes. A table is walked only where the caller sees all of it and asks
//! for it in the order of an index, or where he filters by what has none.

use std::sync::Arc;

use blueprint::{Blueprint, EntityIndex};
use query::cursor::CursorKey;
use query::{
    Actor, Catalog, IfMatch, List, Origin, Parent, RecordId, Representation, Request, User, Values, Verb, View,
};
use work::{Dialect, Otherwise, Work};

use crate::support::blueprints::STUDIO;
use crate::support::{TestApp, place};

/// Of each list: who asks (a manager sees all rows), of which entity, under which row of another, with which parameters;
/// and what is walked.
const LISTS: &[(&str, &str, &str, &str, &[&str])] = &[
    ("ana", "deal", "", "", &[]),
    ("ana", "deal", "", "sort=-created_at", &[]),
    ("ana", "deal", "", "count=exact", &[]),
    ("ana", "deal", "", "tag_ids[contains]=1", &[]),
    ("ana", "deal", "", "tag_ids[in]=1,2&sort=-created_at", &[]),
    ("ana", "deal", "", "tags.name=x", &[]),
    ("ana", "deal", "", "tags.id=1&count=exact", &[]),
    ("ana", "deal", "", "related.name=x", &[]),
    ("ana", "deal", "", "expand=tags.kind,members,related,user", &[]),
    ("ana", "deal", "tag", "", &[]),
    ("ana", "deal", "tag", "expand=tags&count=exact", &[]),
    ("ana", "tag", "", "sort=-name", &[]),
    ("ana", "tag", "", "name=x", &[]),
    ("ana", "tag", "", "kind.name=x", &[]),
    ("ana", "tag", "", "sort=kind.created_at", &[]),
    ("ana", "tag", "deal", "", &[]),
    ("ana", "tag", "kind", "", &[]),
    ("ana", "visit", "", "deal_id=1", &[]),
    ("ana", "visit", "", "deal.name=x", &[]),
    ("ana", "visit", "deal", "expand=deal.tags", &[]),
    ("eve", "deal", "", "", &["SCAN deals"]),
    ("eve", "deal", "", "tag_ids[contains]=1", &[]),
    // The indexes of what is owned lead with the owner.
    ("eve", "deal", "", "tags.name=x", &["SCAN _tags"]),
    ("eve", "deal", "", "expand=tags.kind,members,related,user", &["SCAN deals"]),
    ("eve", "deal", "tag", "", &[]),
    ("eve", "tag", "", "kind_id=1", &[]),
    ("eve", "tag", "deal", "", &[]),
    ("eve", "tag", "kind", "", &[]),
    ("eve", "tag", "", "text=x", &["SCAN tags"]),
];

struct Explained {
    blueprint: Arc<Blueprint>,
    connection: rusqlite::Connection,
}

impl Explained {
    #[expect(clippy::disallowed_methods, reason = "asks the database how it would run what the server would send")]
    fn new(app: &TestApp) -> Explained {
        let connection = rusqlite::Connection::open(app.folder.path().join("app.db")).unwrap();
        Explained { blueprint: Arc::new(blueprint::load(STUDIO).unwrap()), connection }
    }

    fn entity(&self, name: &str) -> EntityIndex {
        EntityIndex(self.blueprint.entities.iter().position(|entity| entity.name == name).unwrap())
    }

    fn work(&self, name: &str, entity: &str, verb: Verb, request: impl FnOnce(&View) -> Request) -> Work {
        let roles = if name == "eve" { vec!["manager".to_owned()] } else { Vec::new() };
        let (id, iss, sub) = (name.to_owned(), "own".to_owned(), name.to_owned());
        let user =
            User { id, iss, sub, email: None, roles, fields: query::Fields::default(), session: None, key: None };
        let (index, entity) = (self.entity(entity), self.blueprint.entity(self.entity(entity)));
        let access = query::access::decide(entity, verb, Actor::User(user.into()), None).unwrap();
        let request = request(&View::of(entity, &access));
        let origin = Origin { at: String::new(), request_id: String::new(), ip: None, batch: None };
        let plan = query::plan(&self.blueprint, index, access, request, origin, &CursorKey::new([1; 32])).unwrap();
        query::render(&Catalog::new(self.blueprint.clone(), Dialect::Sqlite), &plan)
    }

    fn list(&self, name: &str, entity: &str, under: &str, parameters: &str) -> Work {
        self.work(name, entity, Verb::Read, |view| {
            let pairs = parameters.split('&').filter_map(|pair| pair.rsplit_once('='));
            let pairs: Vec<_> = pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
            let mut list = List::parse(&self.blueprint, view, &pairs).unwrap_or_else(|bad| panic!("{bad:?}"));
            if !under.is_empty() {
                let (parent, child) = (self.entity(under), self.entity(entity));
                let ways = query::children(&self.blueprint, parent);
                let (_, way) = ways.into_iter().find(|(other, _)| *other == child).unwrap();
                list.parent = Some(Parent { entity: parent, id: RecordId::Integer(1), way });
            }
            Request::List(list)
        })
    }

    /// The tables that a work walks, in the words of the database.
    fn walked(&self, work: &Work) -> Vec<String> {
        let probes = work.steps.iter().filter_map(|step| match step {
            work::Step::One { none, .. } | work::Step::Require { none, .. } | work::Step::Change { none, .. } => {
                if let Otherwise::Probe { statement, .. } = none {
                    Some(statement)
                } else {
                    None
                }
            }
            _ => None,
        });
        let statements = work.steps.iter().map(work::Step::statement).chain(probes);
        statements.flat_map(|statement| self.scans(&statement.sql)).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "asks the database how it would run what the server would send")]
    fn scans(&self, sql: &str) -> Vec<String> {
        let mut prepared = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = prepared.raw_query();
        let mut scans = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let detail: String = row.get(3).unwrap();
            // Neither the ids of a request nor what has been found before is a table.
            let is_table =
                !["VIRTUAL TABLE", "CONSTANT ROW", "(subquery", "below", "__all"].iter().any(|no| detail.contains(no));
            if detail.starts_with("SCAN") && is_table {
                scans.push(detail.split(" USING").next().unwrap_or_default().to_owned());
            }
        }
        scans
    }
}

#[tokio::test]
async fn lists_run_along_indexes() {
    if place::is_postgres() {
        return; // Which index it takes depends on how many rows there are.
    }
    let app = TestApp::new(STUDIO).await;
    let explained = Explained::new(&app);
    let mut wrong = Vec::new();
    for (name, entity, under, parameters, expected) in LISTS {
        let work = explained.list(name, entity, under, parameters);
        let walked = explained.walked(&work);
        if walked != *expected {
            let sql: Vec<_> = work.steps.iter().map(|step| &step.statement().sql).collect();
            wrong.push(format!("{name}: {entity} under {under:?}: {parameters}: {walked:?} in {sql:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_is_about_one_row_finds_it_by_an_index() {
    if place::is_postgres() {
        return; // Which index it takes depends on how many rows there are.
    }
    let app = TestApp::new(STUDIO).await;
    let explained = Explained::new(&app);
    let id = || RecordId::Integer(1);
    let if_match = || IfMatch::Versions(vec![1]);
    let links = Values { fields: Vec::new(), links: vec![(0, vec![blueprint::Literal::Integer(1)])] };
    for name in ["ana", "eve"] {
        for entity in ["kind", "tag", "deal", "visit"] {
            let read = Request::Read { id: id(), representation: Representation::default() };
            let delete = Request::Delete { id: id(), if_match: if_match() };
            let update = Request::Update { id: id(), changes: Values::default(), if_match: if_match() };
            let mut requests = vec![(Verb::Read, read), (Verb::Update, update), (Verb::Delete, delete)];
            if ["tag", "deal"].contains(&entity) {
                requests.push((Verb::Delete, Request::Restore { id: id(), if_match: if_match() }));
            }
            if entity == "deal" {
                let changes = links.clone();
                requests.push((Verb::Update, Request::Update { id: id(), changes, if_match: if_match() }));
                requests.push((Verb::Create, Request::Create { id: None, values: links.clone() }));
            }
            for (verb, request) in requests {
                let shown = format!("{request:?}");
                let work = explained.work(name, entity, verb, |_| request);
                assert_eq!(explained.walked(&work), [] as [&str; 0], "{name}: {entity}: {shown}");
            }
        }
    }
}
