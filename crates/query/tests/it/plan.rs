//! What is decided before the database is asked: who is refused, which rows are left to him, what a cursor is good for.

use std::sync::Arc;

use blueprint::{Blueprint, Rule};
use query::access::{decide, unscoped};
use query::{
    Access, Actor, Body, Catalog, IfMatch, List, OwnerId, Parent, Plan, PlanError, Reason, RecordId, Request, Scope,
    Values, Verb, View, children,
};
use serde_json::{Value as Json, json};
use work::{Answer, Dialect, Step, Value};

use crate::desk::{callers, desk};
use crate::{KEY, LEADS, entity, origin, user};

const SEVEN: RecordId = RecordId::Integer(7);

fn plan(
    desk: &Blueprint,
    name: &str,
    verb: Verb,
    actor: Actor,
    request: impl FnOnce(&View) -> Request,
) -> Result<Plan, PlanError> {
    let index = entity(desk, name);
    let access = decide(desk.entity(index), verb, actor, None).unwrap();
    let request = request(&View::of(desk.entity(index), &access));
    query::plan(desk, index, access, request, origin(), &KEY)
}

/// One row that cannot be reached is not found, which takes the database to say; to reach none at all is forbidden.
#[test]
fn who_reaches_no_row_may_neither_list_nor_make_any() {
    let mut desk = desk(false);
    let ticket = entity(&desk, "ticket").0;
    desk.entities[ticket].access.read = Rule::Role("manager".to_owned());
    desk.entities[ticket].access.create = Rule::Role("manager".to_owned());
    for (who, actor) in callers().into_iter().skip(1) {
        let is_manager = who == "a manager";
        let list = |view: &View| Request::List(List::parse(&desk, view, &[]).unwrap());
        let made = plan(&desk, "ticket", Verb::Read, actor.clone(), list);
        assert_eq!(made.err(), (!is_manager).then_some(PlanError::Forbidden), "{who}");
        let create = |_: &View| Request::Create { id: None, values: Values::default() };
        let made = plan(&desk, "ticket", Verb::Create, actor.clone(), create);
        assert_eq!(made.err(), (!is_manager).then_some(PlanError::Forbidden), "{who}");
        let read = |_: &View| Request::Read { id: SEVEN, representation: query::Representation::default() };
        assert!(plan(&desk, "ticket", Verb::Read, actor, read).is_ok(), "{who}");
    }
}

/// The manager may change every row, but set the mark in her own only. Ana may change her own.
#[test]
fn what_is_set_narrows_which_rows_may_be_changed() {
    let desk = desk(false);
    let own = |name: &str| Scope::OwnedBy(OwnerId::User(name.to_owned()));
    let (ana, eve) = (user("ana", &[]), user("eve", &["manager"]));
    for (actor, body, reach) in [
        (&eve, json!({}), Scope::Everything),
        (&eve, json!({"title": "t", "state": "new"}), Scope::Everything),
        (&eve, json!({"title": "t", "mark": "m"}), own("eve")),
        (&eve, json!({"part_ids": []}), Scope::Everything),
        (&eve, json!({"label_ids": []}), own("eve")),
        (&ana, json!({"title": "t", "mark": "m", "label_ids": []}), own("ana")),
    ] {
        let changes = |view: &View, json: &Json| Body::Update.read(view, json).unwrap();
        let if_match = IfMatch::Absent;
        let update = |view: &View| Request::Update { id: SEVEN, changes: changes(view, &body), if_match };
        let made = plan(&desk, "ticket", Verb::Update, actor.clone(), update).unwrap();
        assert_eq!((made.access().read(), made.access().reach()), (&Scope::Everything, &reach), "{body}");
        let if_match = IfMatch::Absent;
        let perform = |view: &View| Request::Perform { id: SEVEN, action: 0, changes: changes(view, &body), if_match };
        let made = plan(&desk, "ticket", Verb::Act(0), actor.clone(), perform).unwrap();
        assert_eq!((made.access().read(), made.access().reach()), (&Scope::Everything, &reach), "{body}");
    }
}

/// What a caller reads by his rights is not audited; what code reads past them is, with its reason.
#[test]
fn a_read_past_the_rules_leaves_an_audit_row() {
    let desk = Arc::new(desk(false));
    let catalog = Catalog::new(desk.clone(), Dialect::Sqlite);
    let index = entity(&desk, "ticket");
    let why = Reason::new("the nightly report").unwrap();
    let by_rules = decide(desk.entity(index), Verb::Read, user("eve", &["manager"]), None).unwrap();
    let past_them = unscoped(user("ana", &[]), None, why);
    let told = |access: &Access, request: Request| {
        let plan = query::plan(&desk, index, access.clone(), request, origin(), &KEY).unwrap();
        query::witness(&catalog, &plan, &Answer::default(), "GET /tickets").unwrap()
    };
    let list = List::parse(&desk, &View::document(desk.entity(index)), &[]).unwrap();
    let read = Request::Read { id: SEVEN, representation: query::Representation::default() };
    for (request, action) in [(read, "read"), (Request::List(list), "list")] {
        assert_eq!(told(&by_rules, request.clone()), None, "{action}");
        let row = told(&past_them, request).unwrap();
        let [Step::Run(row)] = row.steps.as_slice() else { panic!("{row:?}") };
        for text in [action, "ana", "the nightly report"] {
            assert!(row.params.contains(&Value::Text(text.to_owned())), "{text}: {row:?}");
        }
    }
}

/// All of these are ordered by an id alone, so that a position in one would do for each.
#[test]
fn a_cursor_is_good_for_the_list_that_gave_it_under_the_same_row_only() {
    let desk = desk(false);
    let lists = [
        ("comment", None),
        ("ticket", None),
        ("ticket", Some(("label", 7))),
        ("ticket", Some(("label", 8))),
        ("ticket", Some(("part", 7))),
        ("label", Some(("ticket", 7))),
    ];
    let asked = |(name, under): (&str, Option<(&str, i64)>), cursor: Option<String>| {
        let parent = under.map(|(above, id)| {
            let (above, here) = (entity(&desk, above), entity(&desk, name));
            let (_, way) = children(&desk, above).into_iter().find(|(child, _)| *child == here).unwrap();
            Parent { entity: above, id: RecordId::Integer(id), way }
        });
        let list = |view: &View| Request::List(List { parent, cursor, ..List::parse(&desk, view, &[]).unwrap() });
        plan(&desk, name, Verb::Read, user("ana", &[]), list)
    };
    for given in lists {
        let cursor = asked(given, None).unwrap().next_cursor(&desk, &[Value::Integer(9)], &KEY);
        for list in lists {
            assert_eq!(asked(list, cursor.clone()).is_ok(), list == given, "a cursor of {given:?} in {list:?}");
        }
    }
}

/// One audit row for a page, and several for more than a thousand ids; and none that says less than was shown.
#[test]
fn a_read_that_is_audited_is_told_by_ids_and_whole() {
    let desk =
        LEADS.replace("[entity.prospect.field]", "[entity.prospect]\naudit_reads = true\n[entity.prospect.field]");
    let desk = Arc::new(blueprint::load(&desk).unwrap());
    let catalog = Catalog::new(desk.clone(), Dialect::Sqlite);
    let index = entity(&desk, "prospect");
    let access = decide(desk.entity(index), Verb::Read, user("ana", &[]), None).unwrap();
    let list = List::parse(&desk, &View::document(desk.entity(index)), &[]).unwrap();
    let plan = query::plan(&desk, index, access, Request::List(list), origin(), &KEY).unwrap();
    assert!(query::render(&catalog, &plan).gathers_ids && query::is_witnessed(&desk, &plan));
    let shows = |rows: usize, ids: i64| {
        let ids = (1..=ids).map(Value::Integer).collect();
        query::witness(&catalog, &plan, &Answer { rows, ids, ..Answer::default() }, "GET /prospects")
    };
    let told = |rows: usize| {
        let work = shows(rows, rows as i64).unwrap()?;
        let [Step::Run(row)] = work.steps.as_slice() else { panic!("{work:?}") };
        let shown = row.params.iter().filter_map(|value| if let Value::Json(text) = value { Some(text) } else { None });
        let ids = |text: &String| {
            let json: Json = serde_json::from_str(text).unwrap();
            assert_eq!(json["route"], "GET /prospects");
            json["ids"].as_array().unwrap().len()
        };
        Some(shown.map(ids).collect::<Vec<_>>())
    };
    assert_eq!([told(0), told(2), told(2001)], [None, Some(vec![2]), Some(vec![1000, 1000, 1])]);
    assert!(shows(2, 1).is_err(), "who cannot tell what is shown, shows nothing");
}
