//! What is kept from a caller in some rows, in SQL: shown, found, ordered, linked to, set and listed under in his own
//! rows only.

use std::sync::Arc;

use expect_test::{Expect, expect};
use query::{
    Actor, Body, Catalog, IfMatch, List, Parent, PlanError, RecordId, Representation, Request, Verb, View, children,
};
use serde_json::{Value as Json, json};
use work::{Dialect, Step, Work};

use crate::desk::{callers, desk};
use crate::{KEY, entity, origin, stranger, text, user};

const SEVEN: RecordId = RecordId::Integer(7);

/// What is asked of an entity of the desk.
fn check(name: &str, actor: Actor, verb: Verb, request: impl FnOnce(&View) -> Request, expected: Expect) {
    let work = work(name, actor, verb, request).unwrap_or_else(|error| panic!("{error:?}"));
    expected.assert_eq(&text(&work));
}

fn work(name: &str, actor: Actor, verb: Verb, request: impl FnOnce(&View) -> Request) -> Result<Work, PlanError> {
    let desk = Arc::new(desk(false));
    let index = entity(&desk, name);
    let access = query::access::decide(desk.entity(index), verb, actor, None).unwrap();
    let request = request(&View::of(desk.entity(index), &access));
    let plan = query::plan(&desk, index, access, request, origin(), &KEY)?;
    Ok(query::render(&Catalog::new(desk.clone(), Dialect::Sqlite), &plan))
}

fn read(_: &View) -> Request {
    Request::Read { id: SEVEN, representation: Representation::default() }
}

fn update(body: Json) -> impl FnOnce(&View) -> Request {
    let if_match = IfMatch::Absent;
    move |view| Request::Update { id: SEVEN, changes: Body::Update.read(view, &body).unwrap(), if_match }
}

fn create(body: Json) -> impl FnOnce(&View) -> Request {
    move |view| Request::Create { id: None, values: Body::Create.read(view, &body).unwrap() }
}

/// A page, under a row where one is named.
fn list(query: &str, under: Option<&str>) -> impl FnOnce(&View) -> Request {
    let terms = query.split('&').filter_map(|term| term.split_once('='));
    let terms: Vec<_> = terms.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    move |view| {
        let desk = desk(false);
        let here = entity(&desk, &view.entity.name);
        let parent = under.map(|name| {
            let above = entity(&desk, name);
            let (_, way) = children(&desk, above).into_iter().find(|(child, _)| *child == here).unwrap();
            Parent { entity: above, id: SEVEN, way }
        });
        let list = List::parse(&desk, view, &terms).unwrap_or_else(|bad| panic!("{}", bad.detail));
        Request::List(List { parent, ..list })
    }
}

#[test]
fn a_row_is_shown_as_far_as_it_may_be() {
    check(
        "ticket",
        stranger(),
        Verb::Read,
        read,
        expect![[r#"
            Read(Point)
            one: SELECT "tickets"."id", "tickets"."user_id", "tickets"."title", "tickets"."state", "tickets"."mark", (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE FALSE AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE FALSE AND "__link"."ticket_id" = "tickets"."id"), "tickets"."created_at", "tickets"."updated_at", "tickets"."_version", "tickets"."id" FROM "tickets" WHERE "tickets"."id" = ?1 AND TRUE
                [Integer(7)]
                else NotFound
        "#]],
    );
    check(
        "ticket",
        user("ana", &[]),
        Verb::Read,
        read,
        expect![[r#"
            Read(Point)
            one: SELECT "tickets"."id", "tickets"."user_id", "tickets"."title", CASE WHEN "tickets"."user_id" = ?1 THEN "tickets"."grade" END, CASE WHEN "tickets"."user_id" = ?2 THEN "tickets"."rank" END, "tickets"."state", "tickets"."mark", CASE WHEN "tickets"."user_id" = ?3 THEN (SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id") END, (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE "__to"."id" = ?4 AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE "__to"."user_id" = ?5 AND "__link"."ticket_id" = "tickets"."id"), "tickets"."created_at", "tickets"."updated_at", "tickets"."_version", "tickets"."id" FROM "tickets" WHERE "tickets"."id" = ?6 AND TRUE
                [Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Integer(7)]
                else NotFound
        "#]],
    );
    check(
        "ticket",
        user("eve", &["manager"]),
        Verb::Read,
        read,
        expect![[r#"
            Read(Point)
            one: SELECT "tickets"."id", "tickets"."user_id", "tickets"."title", CASE WHEN "tickets"."user_id" = ?1 THEN "tickets"."grade" END, CASE WHEN "tickets"."user_id" = ?2 THEN "tickets"."rank" END, "tickets"."price", "tickets"."state", "tickets"."mark", CASE WHEN "tickets"."user_id" = ?3 THEN (SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id") END, (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), "tickets"."created_at", "tickets"."updated_at", "tickets"."_version", "tickets"."id" FROM "tickets" WHERE "tickets"."id" = ?4 AND TRUE
                [Uuid("eve"), Uuid("eve"), Uuid("eve"), Integer(7)]
                else NotFound
        "#]],
    );
}

/// The JSON of a whole row has the keys that there are for the caller, whatever he did to get it.
#[test]
fn an_answer_is_made_of_what_there_is_for_the_caller() {
    let desk = desk(false);
    for (name, verb, body) in [
        ("ticket", Verb::Read, json!({})),
        ("ticket", Verb::Create, json!({"title": "t"})),
        ("ticket", Verb::Update, json!({"title": "t"})),
        ("comment", Verb::Read, json!({})),
        ("comment", Verb::Create, json!({"text": "t"})),
        ("comment", Verb::Update, json!({"text": "t"})),
        ("label", Verb::Read, json!({})),
    ] {
        let entity = desk.entity(entity(&desk, name));
        for (who, actor) in callers() {
            let Ok(access) = query::access::decide(entity, verb, actor.clone(), None) else { continue };
            let work = match verb {
                Verb::Create => work(name, actor, verb, create(body.clone())),
                Verb::Update => work(name, actor, verb, update(body.clone())),
                _ => work(name, actor, verb, read),
            };
            assert_eq!(keys(&work.unwrap()), names(&View::of(entity, &access)), "{who} {verb:?} {name}");
        }
    }
}

fn keys(work: &Work) -> Vec<String> {
    let shape = work.steps.iter().find_map(|step| if let Step::One { shape, .. } = step { Some(shape) } else { None });
    shape.unwrap().columns.iter().map(|column| String::from_utf8_lossy(&column.key).into_owned()).collect()
}

fn names(view: &View) -> Vec<String> {
    view.visible().into_iter().map(|one| format!("\"{}\":", one.column(view.entity))).collect()
}

/// Where not every row that he may change is one in which he may set this, he changes fewer rows.
#[test]
fn what_is_set_in_own_rows_only_narrows_what_may_be_changed() {
    check(
        "ticket",
        user("eve", &["manager"]),
        Verb::Update,
        update(json!({"mark": "m"})),
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('mark', "mark"), ?10 FROM "tickets" WHERE "tickets"."id" = ?11 AND "tickets"."user_id" = ?12
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("eve"), Text("s1"), Null, Text("r1"), Text("update"), Text("ticket"), Text("done"), Json("{\"mark\":\"m\"}"), Integer(7), Uuid("eve")]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "tickets" WHERE "tickets"."id" = ?1 AND TRUE) THEN 0 ELSE 1 END
            one: UPDATE "tickets" SET "mark" = ?1, "updated_at" = ?2, "_version" = "_version" + 1 WHERE "tickets"."id" = ?3 AND "tickets"."user_id" = ?4 RETURNING "tickets"."id", "tickets"."user_id", "tickets"."title", "tickets"."grade", "tickets"."rank", "tickets"."price", "tickets"."state", "tickets"."mark", (SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), "tickets"."created_at", "tickets"."updated_at", "tickets"."_version", "tickets"."id"
                [Text("m"), DateTime("2026-11-21T00:00:00.000000Z"), Integer(7), Uuid("eve")]
                else Forbidden
        "#]],
    );
}

#[test]
fn links_are_set_to_what_is_seen_and_those_that_are_not_stay() {
    let body = json!({"label_ids": [1, 2], "helper_ids": ["0199f0a0-0000-7000-8000-000000000001"]});
    check(
        "ticket",
        user("ana", &[]),
        Verb::Update,
        update(body),
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('label_ids', json((SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" WHERE "__link"."ticket_id" = "tickets"."id")), 'helper_ids', json((SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" WHERE "__link"."ticket_id" = "tickets"."id"))), ?10 || '"label_ids":' || (SELECT json_group_array("id" ORDER BY "id") FROM (SELECT "__link"."label_id" AS "id" FROM "tickets_labels" AS "__link" WHERE "__link"."ticket_id" = "tickets"."id" AND NOT EXISTS (SELECT 1 FROM "labels" AS "__to" WHERE "__to"."id" = "__link"."label_id" AND TRUE) UNION SELECT "value" FROM json_each(?11) AS "__id") AS "__all") || ',"helper_ids":' || (SELECT json_group_array("id" ORDER BY "id") FROM (SELECT "__link"."helper_id" AS "id" FROM "tickets_helpers" AS "__link" WHERE "__link"."ticket_id" = "tickets"."id" AND NOT EXISTS (SELECT 1 FROM "users" AS "__to" WHERE "__to"."id" = "__link"."helper_id" AND "__to"."id" = ?12) UNION SELECT "value" FROM json_each(?13) AS "__id") AS "__all") || '}' FROM "tickets" WHERE "tickets"."id" = ?14 AND "tickets"."user_id" = ?15
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("update"), Text("ticket"), Text("done"), Text("{"), Json("[1,2]"), Uuid("ana"), Json("[\"0199f0a0-0000-7000-8000-000000000001\"]"), Integer(7), Uuid("ana")]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "tickets" WHERE "tickets"."id" = ?1 AND TRUE) THEN 0 ELSE 1 END
            require: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "labels" AS "__to" WHERE "__to"."id" = "__id"."value" AND TRUE))
                [Json("[1,2]")]
                else [Reference { pointer: "/label_ids/0" }, Reference { pointer: "/label_ids/1" }] by SELECT min("__id"."key") FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "labels" AS "__to" WHERE "__to"."id" = "__id"."value" AND TRUE)
            require: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "users" AS "__to" WHERE "__to"."id" = "__id"."value" AND "__to"."id" = ?2) OR EXISTS (SELECT 1 FROM "users" WHERE "id" = "__id"."value" AND "disabled") AND NOT EXISTS (SELECT 1 FROM "tickets_helpers" WHERE "ticket_id" = ?3 AND "helper_id" = "__id"."value"))
                [Json("[\"0199f0a0-0000-7000-8000-000000000001\"]"), Uuid("ana"), Integer(7)]
                else [Reference { pointer: "/helper_ids/0" }] by SELECT min("__id"."key") FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "users" AS "__to" WHERE "__to"."id" = "__id"."value" AND "__to"."id" = ?2) OR EXISTS (SELECT 1 FROM "users" WHERE "id" = "__id"."value" AND "disabled") AND NOT EXISTS (SELECT 1 FROM "tickets_helpers" WHERE "ticket_id" = ?3 AND "helper_id" = "__id"."value")
            run: DELETE FROM "tickets_labels" WHERE "ticket_id" = ?1 AND "label_id" NOT IN (SELECT "value" FROM json_each(?2) AS "__id") AND EXISTS (SELECT 1 FROM "labels" AS "__to" WHERE "__to"."id" = "tickets_labels"."label_id" AND TRUE)
                [Integer(7), Json("[1,2]")]
            run: INSERT INTO "tickets_labels" ("ticket_id", "label_id") SELECT ?1, "value" FROM json_each(?2) AS "__id" WHERE TRUE ON CONFLICT DO NOTHING
                [Integer(7), Json("[1,2]")]
            run: DELETE FROM "tickets_helpers" WHERE "ticket_id" = ?1 AND "helper_id" NOT IN (SELECT "value" FROM json_each(?2) AS "__id") AND EXISTS (SELECT 1 FROM "users" AS "__to" WHERE "__to"."id" = "tickets_helpers"."helper_id" AND "__to"."id" = ?3)
                [Integer(7), Json("[\"0199f0a0-0000-7000-8000-000000000001\"]"), Uuid("ana")]
            run: INSERT INTO "tickets_helpers" ("ticket_id", "helper_id") SELECT ?1, "value" FROM json_each(?2) AS "__id" WHERE TRUE ON CONFLICT DO NOTHING
                [Integer(7), Json("[\"0199f0a0-0000-7000-8000-000000000001\"]")]
            one: UPDATE "tickets" SET "updated_at" = ?1, "_version" = "_version" + 1 WHERE "tickets"."id" = ?2 AND "tickets"."user_id" = ?3 RETURNING "tickets"."id", "tickets"."user_id", "tickets"."title", "tickets"."grade", "tickets"."rank", "tickets"."state", "tickets"."mark", (SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE "__to"."id" = ?4 AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE "__to"."user_id" = ?5 AND "__link"."ticket_id" = "tickets"."id"), "tickets"."created_at", "tickets"."updated_at", "tickets"."_version", "tickets"."id"
                [DateTime("2026-11-21T00:00:00.000000Z"), Integer(7), Uuid("ana"), Uuid("ana"), Uuid("ana")]
                else Forbidden
        "#]],
    );
    // The audit has them in order.
    let helpers = ["0199f0a0-0000-7000-8000-000000000002", "0199f0a0-0000-7000-8000-000000000001"];
    let body = json!({"title": "t", "label_ids": [10, 9], "helper_ids": helpers});
    check(
        "ticket",
        user("ana", &[]),
        Verb::Create,
        create(body),
        expect![[r#"
            Write
            require: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "labels" AS "__to" WHERE "__to"."id" = "__id"."value" AND TRUE))
                [Json("[10,9]")]
                else [Reference { pointer: "/label_ids/0" }, Reference { pointer: "/label_ids/1" }] by SELECT min("__id"."key") FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "labels" AS "__to" WHERE "__to"."id" = "__id"."value" AND TRUE)
            require: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "users" AS "__to" WHERE "__to"."id" = "__id"."value" AND "__to"."id" = ?2) OR EXISTS (SELECT 1 FROM "users" WHERE "id" = "__id"."value" AND "disabled") AND NOT EXISTS (SELECT 1 FROM "tickets_helpers" WHERE "ticket_id" = last_insert_rowid() AND "helper_id" = "__id"."value"))
                [Json("[\"0199f0a0-0000-7000-8000-000000000002\",\"0199f0a0-0000-7000-8000-000000000001\"]"), Uuid("ana")]
                else [Reference { pointer: "/helper_ids/0" }, Reference { pointer: "/helper_ids/1" }] by SELECT min("__id"."key") FROM json_each(?1) AS "__id" WHERE NOT EXISTS (SELECT 1 FROM "users" AS "__to" WHERE "__to"."id" = "__id"."value" AND "__to"."id" = ?2) OR EXISTS (SELECT 1 FROM "users" WHERE "id" = "__id"."value" AND "disabled") AND NOT EXISTS (SELECT 1 FROM "tickets_helpers" WHERE "ticket_id" = last_insert_rowid() AND "helper_id" = "__id"."value")
            change: INSERT INTO "tickets" ("user_id", "title", "grade", "rank", "price", "state", "mark", "ghost", "pin", "created_at", "updated_at") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                [Uuid("ana"), Text("t"), Integer(1), Null, Null, Null, Null, Null, Null, DateTime("2026-11-21T00:00:00.000000Z"), DateTime("2026-11-21T00:00:00.000000Z")]
                else Forbidden
            run: INSERT INTO "tickets_labels" ("ticket_id", "label_id") SELECT last_insert_rowid(), "value" FROM json_each(?1) AS "__id" WHERE TRUE ON CONFLICT DO NOTHING
                [Json("[10,9]")]
            run: INSERT INTO "tickets_helpers" ("ticket_id", "helper_id") SELECT last_insert_rowid(), "value" FROM json_each(?1) AS "__id" WHERE TRUE ON CONFLICT DO NOTHING
                [Json("[\"0199f0a0-0000-7000-8000-000000000002\",\"0199f0a0-0000-7000-8000-000000000001\"]")]
            one: SELECT "tickets"."id", "tickets"."user_id", "tickets"."title", "tickets"."grade", "tickets"."rank", "tickets"."state", "tickets"."mark", (SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE "__to"."id" = ?1 AND "__link"."ticket_id" = "tickets"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE "__to"."user_id" = ?2 AND "__link"."ticket_id" = "tickets"."id"), "tickets"."created_at", "tickets"."updated_at", "tickets"."_version", "tickets"."id" FROM "tickets" WHERE "tickets"."id" = last_insert_rowid()
                [Uuid("ana"), Uuid("ana")]
                else Forbidden
            run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(last_insert_rowid() AS TEXT), NULL, ?10)
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("create"), Text("ticket"), Text("done"), Json("{\"title\":\"t\",\"grade\":1,\"rank\":null,\"price\":null,\"state\":null,\"mark\":null,\"ghost\":null,\"pin\":null,\"label_ids\":[9,10],\"helper_ids\":[\"0199f0a0-0000-7000-8000-000000000001\",\"0199f0a0-0000-7000-8000-000000000002\"],\"part_ids\":[]}")]
        "#]],
    );
}

#[test]
fn references_lead_to_what_is_seen_only() {
    let body = json!({"part_id": 7, "about_id": "0199f0a0-0000-7000-8000-000000000001"});
    check(
        "comment",
        user("ana", &[]),
        Verb::Create,
        create(body),
        expect![[r#"
        Write
        require: SELECT 1 FROM "parts" WHERE "id" = ?1 AND "parts"."user_id" = ?2
            [Integer(7), Uuid("ana")]
            else Reference { pointer: "/part_id" }
        require: SELECT 1 FROM "users" WHERE "id" = ?1 AND NOT "disabled" AND "id" = ?2
            [Uuid("0199f0a0-0000-7000-8000-000000000001"), Uuid("ana")]
            else Reference { pointer: "/about_id" }
        one: INSERT INTO "comments" ("user_id", "ticket_id", "part_id", "about_id", "text", "created_at", "updated_at") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING "comments"."id", "comments"."user_id", "comments"."ticket_id", "comments"."part_id", "comments"."about_id", "comments"."text", "comments"."created_at", "comments"."updated_at", "comments"."_version", "comments"."id"
            [Uuid("ana"), Null, Integer(7), Uuid("0199f0a0-0000-7000-8000-000000000001"), Null, DateTime("2026-11-21T00:00:00.000000Z"), DateTime("2026-11-21T00:00:00.000000Z")]
            else Forbidden
        run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(last_insert_rowid() AS TEXT), NULL, ?10)
            [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("create"), Text("comment"), Text("done"), Json("{\"ticket_id\":null,\"part_id\":7,\"about_id\":\"0199f0a0-0000-7000-8000-000000000001\",\"text\":null}")]
    "#]],
    );
    let query = "part.name=x&sort=part.id&fields=id&expand=part,about";
    check(
        "comment",
        user("ana", &[]),
        Verb::Read,
        list(query, None),
        expect![[r#"
        Read(Scan)
        page: SELECT "comments"."id", "_part"."id", "_part"."user_id", "_part"."name", "_part"."created_at", "_part"."updated_at", "_about"."id", "_about"."email", "_part"."id", "comments"."id" FROM "comments" LEFT JOIN "parts" AS "_part" ON "_part"."id" = "comments"."part_id" AND "_part"."user_id" = ?1 LEFT JOIN "users" AS "_about" ON "_about"."id" = "comments"."about_id" AND "_about"."id" = ?2 WHERE TRUE AND EXISTS (SELECT 1 FROM "parts" AS "_part" WHERE "_part"."id" = "comments"."part_id" AND "_part"."user_id" = ?3 AND "_part"."name" = ?4) ORDER BY "_part"."id" NULLS LAST, "comments"."id" LIMIT ?5
            [Uuid("ana"), Uuid("ana"), Uuid("ana"), Text("x"), Integer(21)]
    "#]],
    );
}

/// Also at the end of a way: the fields that are kept from her, the links that are the owner's, the parts of others.
#[test]
fn what_is_kept_is_kept_from_who_comes_by_a_reference() {
    let query = "fields=id&expand=ticket.labels,ticket.parts,ticket.helpers";
    check(
        "comment",
        user("ana", &[]),
        Verb::Read,
        list(query, None),
        expect![[r#"
        Read(Scan)
        page: SELECT "comments"."id", "_ticket"."id", "_ticket"."user_id", "_ticket"."title", CASE WHEN "_ticket"."user_id" = ?1 THEN "_ticket"."grade" END, CASE WHEN "_ticket"."user_id" = ?2 THEN "_ticket"."rank" END, "_ticket"."state", "_ticket"."mark", CASE WHEN "_ticket"."user_id" = ?3 THEN (SELECT json_group_array("__link"."label_id" ORDER BY "__link"."label_id") FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."ticket_id" = "_ticket"."id") END, (SELECT json_group_array("__link"."helper_id" ORDER BY "__link"."helper_id") FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE "__to"."id" = ?4 AND "__link"."ticket_id" = "_ticket"."id"), (SELECT json_group_array("__link"."part_id" ORDER BY "__link"."part_id") FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE "__to"."user_id" = ?5 AND "__link"."ticket_id" = "_ticket"."id"), "_ticket"."created_at", "_ticket"."updated_at", CASE WHEN "_ticket"."user_id" = ?6 THEN (SELECT '[' || coalesce(string_agg('{"id":' || json_quote("_ticket.labels"."id") || ',"name":' || json_quote("_ticket.labels"."name") || ',"created_at":' || json_quote("_ticket.labels"."created_at") || ',"updated_at":' || json_quote("_ticket.labels"."updated_at") || '}', ',' ORDER BY "_ticket.labels"."id"), '') || ']' FROM "tickets_labels" AS "__link" JOIN "labels" AS "_ticket.labels" ON "_ticket.labels"."id" = "__link"."label_id" WHERE "__link"."ticket_id" = "_ticket"."id" AND TRUE) END, (SELECT '[' || coalesce(string_agg('{"id":' || json_quote("_ticket.parts"."id") || ',"user_id":' || json_quote("_ticket.parts"."user_id") || ',"name":' || json_quote("_ticket.parts"."name") || ',"created_at":' || json_quote("_ticket.parts"."created_at") || ',"updated_at":' || json_quote("_ticket.parts"."updated_at") || '}', ',' ORDER BY "_ticket.parts"."id"), '') || ']' FROM "tickets_parts" AS "__link" JOIN "parts" AS "_ticket.parts" ON "_ticket.parts"."id" = "__link"."part_id" WHERE "__link"."ticket_id" = "_ticket"."id" AND "_ticket.parts"."user_id" = ?7), (SELECT '[' || coalesce(string_agg('{"id":' || json_quote("__to"."id") || ',"email":' || json_quote("__to"."email") || '}', ',' ORDER BY "__to"."id"), '') || ']' FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE "__link"."ticket_id" = "_ticket"."id" AND "__to"."id" = ?8), "comments"."id" FROM "comments" LEFT JOIN "tickets" AS "_ticket" ON "_ticket"."id" = CASE WHEN "comments"."user_id" = ?9 THEN "comments"."ticket_id" END AND TRUE WHERE TRUE ORDER BY "comments"."id" LIMIT ?10
            [Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Uuid("ana"), Integer(21)]
    "#]],
    );
}

#[test]
fn what_is_not_shown_is_neither_found_nor_ordered_by() {
    let query = "grade[gte]=1&label_ids[contains]=1&labels.name=x&sort=-grade&fields=id,grade&count=exact";
    check(
        "ticket",
        user("ana", &[]),
        Verb::Read,
        list(query, None),
        expect![[r#"
        Read(Scan)
        page: SELECT "tickets"."id", CASE WHEN "tickets"."user_id" = ?1 THEN "tickets"."grade" END, CASE WHEN "tickets"."user_id" = ?2 THEN "tickets"."grade" END, "tickets"."id" FROM "tickets" WHERE TRUE AND CASE WHEN "tickets"."user_id" = ?3 THEN "tickets"."grade" END >= ?4 AND "tickets"."user_id" = ?5 AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."label_id" IN (?6)) AND "tickets"."user_id" = ?7 AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_labels" AS "__link" JOIN "labels" AS "_labels" ON "_labels"."id" = "__link"."label_id" WHERE TRUE AND "_labels"."name" = ?8) ORDER BY CASE WHEN "tickets"."user_id" = ?9 THEN "tickets"."grade" END DESC NULLS LAST, "tickets"."id" DESC LIMIT ?10
            [Uuid("ana"), Uuid("ana"), Uuid("ana"), Integer(1), Uuid("ana"), Integer(1), Uuid("ana"), Text("x"), Uuid("ana"), Integer(21)]
        count: SELECT count(*) FROM "tickets" WHERE TRUE AND CASE WHEN "tickets"."user_id" = ?1 THEN "tickets"."grade" END >= ?2 AND "tickets"."user_id" = ?3 AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."label_id" IN (?4)) AND "tickets"."user_id" = ?5 AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_labels" AS "__link" JOIN "labels" AS "_labels" ON "_labels"."id" = "__link"."label_id" WHERE TRUE AND "_labels"."name" = ?6)
            [Uuid("ana"), Integer(1), Uuid("ana"), Integer(1), Uuid("ana"), Text("x")]
    "#]],
    );
    check(
        "comment",
        user("ana", &[]),
        Verb::Read,
        list("ticket.grade=1&fields=id", None),
        expect![[r#"
        Read(Scan)
        page: SELECT "comments"."id", "comments"."id" FROM "comments" WHERE TRUE AND EXISTS (SELECT 1 FROM "tickets" AS "_ticket" WHERE "_ticket"."id" = CASE WHEN "comments"."user_id" = ?1 THEN "comments"."ticket_id" END AND TRUE AND CASE WHEN "_ticket"."user_id" = ?2 THEN "_ticket"."grade" END = ?3) ORDER BY "comments"."id" LIMIT ?4
            [Uuid("ana"), Uuid("ana"), Integer(1), Integer(21)]
    "#]],
    );
    check(
        "ticket",
        user("ana", &[]),
        Verb::Read,
        list("parts.name=x&fields=id", None),
        expect![[r#"
        Read(Scan)
        page: SELECT "tickets"."id", "tickets"."id" FROM "tickets" WHERE TRUE AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_parts" AS "__link" JOIN "parts" AS "_parts" ON "_parts"."id" = "__link"."part_id" WHERE "_parts"."user_id" = ?1 AND "_parts"."name" = ?2) ORDER BY "tickets"."id" LIMIT ?3
            [Uuid("ana"), Text("x"), Integer(21)]
    "#]],
    );
    let query = "helper_ids[contains]=0199f0a0-0000-7000-8000-000000000001&fields=id";
    check(
        "ticket",
        stranger(),
        Verb::Read,
        list(query, None),
        expect![[r#"
        Read(Scan)
        page: SELECT "tickets"."id", "tickets"."id" FROM "tickets" WHERE TRUE AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_helpers" AS "__link" JOIN "users" AS "__to" ON "__to"."id" = "__link"."helper_id" WHERE FALSE AND "__link"."helper_id" IN (?1)) ORDER BY "tickets"."id" LIMIT ?2
            [Uuid("0199f0a0-0000-7000-8000-000000000001"), Integer(21)]
    "#]],
    );
}

/// The row above must be seen, and that the rows hang together with it.
#[test]
fn lists_under_a_row() {
    check(
        "comment",
        user("ana", &[]),
        Verb::Read,
        list("fields=id", Some("ticket")),
        expect![[r#"
        Read(Scan)
        require: SELECT 1 FROM "tickets" WHERE "tickets"."id" = ?1 AND TRUE
            [Integer(7)]
            else NotFound
        page: SELECT "comments"."id", "comments"."id" FROM "comments" WHERE TRUE AND CASE WHEN "comments"."user_id" = ?1 THEN "comments"."ticket_id" END = ?2 ORDER BY "comments"."id" LIMIT ?3
            [Uuid("ana"), Integer(7), Integer(21)]
    "#]],
    );
    check(
        "ticket",
        user("ana", &[]),
        Verb::Read,
        list("fields=id", Some("label")),
        expect![[r#"
        Read(Scan)
        require: SELECT 1 FROM "labels" WHERE "labels"."id" = ?1 AND TRUE
            [Integer(7)]
            else NotFound
        page: SELECT "tickets"."id", "tickets"."id" FROM "tickets" WHERE TRUE AND "tickets"."user_id" = ?1 AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_labels" AS "__link" JOIN "labels" AS "__to" ON "__to"."id" = "__link"."label_id" WHERE TRUE AND "__link"."label_id" IN (?2)) ORDER BY "tickets"."id" LIMIT ?3
            [Uuid("ana"), Integer(7), Integer(21)]
    "#]],
    );
    check(
        "ticket",
        stranger(),
        Verb::Read,
        list("fields=id", Some("label")),
        expect![[r#"
            Read(Scan)
            require: SELECT 1 FROM "labels" WHERE "labels"."id" = ?1 AND TRUE
                [Integer(7)]
                else NotFound
            page: SELECT "tickets"."id", "tickets"."id" FROM "tickets" WHERE TRUE AND FALSE ORDER BY "tickets"."id" LIMIT ?1
                [Integer(21)]
        "#]],
    );
    check(
        "label",
        user("ana", &[]),
        Verb::Read,
        list("fields=id", Some("ticket")),
        expect![[r#"
        Read(Scan)
        require: SELECT 1 FROM "tickets" WHERE "tickets"."id" = ?1 AND TRUE
            [Integer(7)]
            else NotFound
        page: SELECT "labels"."id", "labels"."id" FROM "labels" WHERE TRUE AND "labels"."id" IN (SELECT "__link"."label_id" FROM "tickets_labels" AS "__link" WHERE "__link"."ticket_id" = ?1 AND EXISTS (SELECT 1 FROM "tickets" AS "__from" WHERE "__from"."id" = ?2 AND TRUE AND "__from"."user_id" = ?3)) ORDER BY "labels"."id" LIMIT ?4
            [Integer(7), Integer(7), Uuid("ana"), Integer(21)]
    "#]],
    );
    check(
        "ticket",
        stranger(),
        Verb::Read,
        list("fields=id", Some("part")),
        expect![[r#"
        Read(Scan)
        require: SELECT 1 FROM "parts" WHERE "parts"."id" = ?1 AND FALSE
            [Integer(7)]
            else NotFound
        page: SELECT "tickets"."id", "tickets"."id" FROM "tickets" WHERE TRUE AND "tickets"."id" IN (SELECT "__link"."ticket_id" FROM "tickets_parts" AS "__link" JOIN "parts" AS "__to" ON "__to"."id" = "__link"."part_id" WHERE FALSE AND "__link"."part_id" IN (?1)) ORDER BY "tickets"."id" LIMIT ?2
            [Integer(7), Integer(21)]
    "#]],
    );
    check(
        "label",
        stranger(),
        Verb::Read,
        list("fields=id", Some("ticket")),
        expect![[r#"
        Read(Scan)
        require: SELECT 1 FROM "tickets" WHERE "tickets"."id" = ?1 AND TRUE
            [Integer(7)]
            else NotFound
        page: SELECT "labels"."id", "labels"."id" FROM "labels" WHERE TRUE AND "labels"."id" IN (SELECT "__link"."label_id" FROM "tickets_labels" AS "__link" WHERE "__link"."ticket_id" = ?1 AND FALSE) ORDER BY "labels"."id" LIMIT ?2
            [Integer(7), Integer(21)]
    "#]],
    );
}
