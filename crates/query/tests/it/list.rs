//! Query strings: what they become, and what is refused.

use std::sync::Arc;

use blueprint::Rule;
use expect_test::{Expect, expect};
use query::{List, Parent, RecordId, Reference, Request, Verb, View, Way};
use work::{Mode, Step, Value};

use crate::{KEY, desk, entity, leads, origin, user, work};

fn parse(query: &str) -> Result<List, String> {
    let blueprint = leads();
    let parameters: Vec<(String, String)> = query
        .split('&')
        .filter(|term| !term.is_empty())
        .map(|term| term.split_once('=').unwrap_or((term, "")))
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    let prospect = blueprint.entity(entity(&blueprint, "prospect"));
    List::parse(&blueprint, &View::document(prospect), &parameters)
        .map_err(|bad| format!("{}: {}", bad.parameter.unwrap_or_default(), bad.detail))
}

/// The conditions and the order of a list.
fn check(query: &str, expected: Expect) {
    let work = work(&leads(), "prospect", user("ana", &[]), Verb::Read, Request::List(parse(query).unwrap())).unwrap();
    let mut out = format!("{:?}\n", work.mode);
    for step in &work.steps {
        let (Step::Page { statement, .. } | Step::Count(statement)) = step else { panic!("{step:?}") };
        let condition = statement.sql.split_once(" WHERE ").unwrap().1;
        out += &format!("{condition}\n    {:?}\n", statement.params);
    }
    expected.assert_eq(&out);
}

#[test]
fn lists() {
    check(
        "",
        expect![[r#"
            Read(Point)
            "prospects"."user_id" = ?1 ORDER BY "prospects"."id" LIMIT ?2
                [Uuid("ana"), Integer(21)]
        "#]],
    );
    check(
        "status=new&score[gte]=5&score[lt]=10",
        expect![[r#"
            Read(Scan)
            "prospects"."user_id" = ?1 AND "prospects"."status" = ?2 AND "prospects"."score" >= ?3 AND "prospects"."score" < ?4 ORDER BY "prospects"."id" LIMIT ?5
                [Uuid("ana"), Text("new"), Integer(5), Integer(10), Integer(21)]
        "#]],
    );
    check(
        "status[in]=new,won&name[contains]=ÄB&budget[is_null]=false&limit=5",
        expect![[r#"
            Read(Scan)
            "prospects"."user_id" = ?1 AND "prospects"."status" IN (?2, ?3) AND instr(fold("prospects"."name"), ?4) > 0 AND "prospects"."budget" IS NOT NULL ORDER BY "prospects"."id" LIMIT ?5
                [Uuid("ana"), Text("new"), Text("won"), Text("äb"), Integer(6)]
        "#]],
    );
    check(
        "name[starts_with]=a%_&status[nin]=won&status[ne]=new",
        expect![[r#"
            Read(Scan)
            "prospects"."user_id" = ?1 AND substr(fold("prospects"."name"), 1, ?2) = ?3 AND ("prospects"."status" IS NULL OR "prospects"."status" NOT IN (?4)) AND "prospects"."status" IS DISTINCT FROM ?5 ORDER BY "prospects"."id" LIMIT ?6
                [Uuid("ana"), Integer(3), Text("a%_"), Text("won"), Text("new"), Integer(21)]
        "#]],
    );
    check(
        "sort=-score,created_at&count=exact",
        expect![[r#"
            Read(Scan)
            "prospects"."user_id" = ?1 AND "prospects"."score" IS NOT NULL ORDER BY "prospects"."score" DESC, "prospects"."created_at", "prospects"."id" LIMIT ?2) AS "__part0" UNION ALL SELECT * FROM (SELECT "prospects"."id", "prospects"."user_id", "prospects"."name", "prospects"."status", "prospects"."budget", "prospects"."score", "prospects"."vip", "prospects"."created_at", "prospects"."updated_at", "prospects"."score", "prospects"."created_at", "prospects"."id" FROM "prospects" WHERE "prospects"."user_id" = ?3 AND "prospects"."score" IS NULL ORDER BY "prospects"."score" DESC, "prospects"."created_at", "prospects"."id" LIMIT ?4) AS "__part1" LIMIT ?5
                [Uuid("ana"), Integer(21), Uuid("ana"), Integer(21), Integer(21)]
            "prospects"."user_id" = ?1
                [Uuid("ana")]
        "#]],
    );
    check(
        "sort=-id,score",
        expect![[r#"
            Read(Scan)
            "prospects"."user_id" = ?1 ORDER BY "prospects"."id" DESC LIMIT ?2
                [Uuid("ana"), Integer(21)]
        "#]],
    );
    check(
        "fields=id,budget",
        expect![[r#"
            Read(Point)
            "prospects"."user_id" = ?1 ORDER BY "prospects"."id" LIMIT ?2
                [Uuid("ana"), Integer(21)]
        "#]],
    );
}

/// What may read many rows runs apart from what reads few.
#[test]
fn costs() {
    use work::Cost::{Point, Scan};
    for (query, of_owner, of_manager) in [
        ("", Point, Point),
        ("limit=100&sort=-id", Point, Point),
        ("status=new", Point, Scan),
        ("status[ne]=new", Scan, Scan),
        ("name=x", Scan, Scan),
        ("status=new&score=1", Scan, Scan),
        ("sort=score", Point, Scan),
        ("sort=score,-status", Scan, Scan),
        ("sort=score&status=new", Scan, Scan),
        ("sort=-created_at", Point, Scan),
        ("sort=updated_at", Scan, Scan),
        ("count=exact", Scan, Scan),
    ] {
        for (roles, cost) in [(&[][..], of_owner), (&["manager"][..], of_manager)] {
            let list = Request::List(parse(query).unwrap());
            let work = work(&leads(), "prospect", user("ana", roles), Verb::Read, list).unwrap();
            assert_eq!(work.mode, Mode::Read(cost), "{query} {roles:?}");
        }
    }
}

/// Of a reference that is kept from the caller in some rows, the index is no help.
#[test]
fn costs_under_a_row() {
    use work::Cost::{Point, Scan};
    let mut desk = desk::desk(false);
    let (above, index) = (entity(&desk, "ticket"), entity(&desk, "comment"));
    let comment = &mut desk.entities[index.0];
    comment.owned = false;
    let place = comment.fields.iter().position(|field| field.name == "ticket").unwrap();
    comment.fields[place].read = Rule::Role("manager".to_owned());
    let desk = Arc::new(desk);
    for (roles, cost) in [(&[][..], Scan), (&["manager"][..], Point)] {
        let access = query::access::decide(desk.entity(index), Verb::Read, user("eve", roles), None).unwrap();
        let list = List::parse(&desk, &View::of(desk.entity(index), &access), &[]).unwrap();
        let parent = Parent { entity: above, id: RecordId::Integer(7), way: Way::Up(Reference::Field(place)) };
        let request = Request::List(List { parent: Some(parent), ..list });
        let plan = query::plan(&desk, index, access, request, origin(), &KEY).unwrap();
        let work = query::render(&query::Catalog::new(desk.clone(), work::Dialect::Sqlite), &plan);
        assert_eq!(work.mode, Mode::Read(cost), "{roles:?}");
    }
}

#[test]
fn refusals() {
    for (query, why) in [
        ("limit=0", "limit: wants a whole number from 1 to 100"),
        ("limit=101", "limit: wants"),
        ("limit=+5", "limit: wants"),
        ("limit=5&limit=6", "limit: is given twice"),
        ("page=2", "page: is not a parameter; follow `next_cursor`"),
        ("statsu=new", "statsu: is not a parameter; perhaps you meant `status`"),
        ("secret=x", "secret: is not a parameter"),
        ("_version=1", "_version: is not a parameter"),
        ("status=lost", "status: "),
        ("score=five", "score: "),
        ("budget=1.234", "budget: "),
        ("status[like]=n", "status[like]: `like` is not an operator"),
        ("score[contains]=1", "score[contains]: is not text"),
        ("vip[gt]=true", "vip[gt]: has no order"),
        ("name[is_null]=1", "name[is_null]: wants true or false"),
        ("sort=name", "sort: `name` has no index"),
        ("sort=secret", "sort: `secret` is nothing to sort by"),
        ("sort=scor", "sort: `scor` is nothing to sort by; perhaps you meant `score`"),
        ("sort=score,-score", "sort: names `score` twice"),
        ("fields=secret", "fields: `secret` is not a field"),
        ("fields=id,id", "fields: names `id` twice"),
        ("count=all", "count: wants `exact`"),
        ("created_at[gt]=yesterday", "created_at[gt]: "),
        ("user_id=ana", "user_id: is not a UUID"),
    ] {
        let refusal = parse(query).expect_err(query);
        assert!(refusal.starts_with(why), "{query}: {refusal}");
    }
    let terms = |names: &[&str]| {
        let term = |name: &str| ["eq", "ne", "lt", "lte", "gt", "gte"].map(|operator| format!("{name}[{operator}]=1"));
        names.iter().flat_map(|name| term(name)).collect::<Vec<_>>().join("&")
    };
    assert!(parse(&terms(&["id", "score", "budget"])).is_ok());
    let four = terms(&["id", "score", "budget"]) + "&status=new&status[ne]=won&vip=true";
    assert_eq!(parse(&four).unwrap_err(), ": at most 20 filters");
    let in_many = format!("score[in]={}", vec!["1"; 101].join(","));
    assert!(parse(&in_many).unwrap_err().contains("more than 100"));
}

/// The rows after each position are those that the order puts after it, nulls last both ways.
#[test]
fn a_cursor_continues_where_the_page_ended() {
    let blueprint = leads();
    let prospect = entity(&blueprint, "prospect");
    let continued = |query: &str, position: &[Value]| {
        let list = parse(query).unwrap();
        let access = query::access::decide(blueprint.entity(prospect), Verb::Read, user("ana", &[]), None).unwrap();
        let plan =
            query::plan(&blueprint, prospect, access.clone(), Request::List(list.clone()), origin(), &KEY).unwrap();
        let cursor = plan.next_cursor(&blueprint, position, &KEY).unwrap();
        let next = Request::List(List { cursor: Some(cursor), ..list });
        let plan = query::plan(&blueprint, prospect, access, next, origin(), &KEY).unwrap();
        let catalog = query::Catalog::new(blueprint.clone(), work::Dialect::Sqlite);
        let work = query::render(&catalog, &plan);
        assert!(matches!(work.mode, Mode::Read(_)));
        let Step::Page { statement, .. } = &work.steps[0] else { panic!() };
        let (_, condition) = statement.sql.split_once(" WHERE ").unwrap();
        format!("{condition}\n    {:?}\n", statement.params)
    };
    expect![[r#"
        "prospects"."user_id" = ?1 AND "prospects"."id" > ?2 ORDER BY "prospects"."id" LIMIT ?3
            [Uuid("ana"), Integer(9), Integer(21)]
    "#]]
    .assert_eq(&continued("", &[Value::Integer(9)]));
    expect![[r#"
        "prospects"."user_id" = ?1 AND "prospects"."score" = ?2 AND "prospects"."id" < ?3 ORDER BY "prospects"."score" DESC, "prospects"."id" DESC LIMIT ?4) AS "__part0" UNION ALL SELECT * FROM (SELECT "prospects"."id", "prospects"."user_id", "prospects"."name", "prospects"."status", "prospects"."budget", "prospects"."score", "prospects"."vip", "prospects"."created_at", "prospects"."updated_at", "prospects"."score", "prospects"."id" FROM "prospects" WHERE "prospects"."user_id" = ?5 AND "prospects"."score" < ?6 ORDER BY "prospects"."score" DESC, "prospects"."id" DESC LIMIT ?7) AS "__part1" UNION ALL SELECT * FROM (SELECT "prospects"."id", "prospects"."user_id", "prospects"."name", "prospects"."status", "prospects"."budget", "prospects"."score", "prospects"."vip", "prospects"."created_at", "prospects"."updated_at", "prospects"."score", "prospects"."id" FROM "prospects" WHERE "prospects"."user_id" = ?8 AND "prospects"."score" IS NULL ORDER BY "prospects"."score" DESC, "prospects"."id" DESC LIMIT ?9) AS "__part2" LIMIT ?10
            [Uuid("ana"), Integer(5), Integer(9), Integer(21), Uuid("ana"), Integer(5), Integer(21), Uuid("ana"), Integer(21), Integer(21)]
    "#]].assert_eq(&continued("sort=-score", &[Value::Integer(5), Value::Integer(9)]));
    expect![[r#"
        "prospects"."user_id" = ?1 AND "prospects"."score" IS NULL AND "prospects"."id" > ?2 ORDER BY "prospects"."score", "prospects"."id" LIMIT ?3
            [Uuid("ana"), Integer(9), Integer(21)]
    "#]].assert_eq(&continued("sort=score", &[Value::Null, Value::Integer(9)]));
    let stamp = Value::DateTime("2026-11-21T00:00:00.000000Z".into());
    expect![[r#"
        "prospects"."user_id" = ?1 AND "prospects"."created_at" = ?2 AND (((("prospects"."score" > ?3 OR "prospects"."score" IS NULL)) OR ("prospects"."score" = ?4 AND "prospects"."id" > ?5))) ORDER BY "prospects"."created_at" DESC, "prospects"."score" NULLS LAST, "prospects"."id" LIMIT ?6) AS "__part0" UNION ALL SELECT * FROM (SELECT "prospects"."id", "prospects"."user_id", "prospects"."name", "prospects"."status", "prospects"."budget", "prospects"."score", "prospects"."vip", "prospects"."created_at", "prospects"."updated_at", "prospects"."created_at", "prospects"."score", "prospects"."id" FROM "prospects" WHERE "prospects"."user_id" = ?7 AND "prospects"."created_at" < ?8 ORDER BY "prospects"."created_at" DESC, "prospects"."score" NULLS LAST, "prospects"."id" LIMIT ?9) AS "__part1" LIMIT ?10
            [Uuid("ana"), DateTime("2026-11-21T00:00:00.000000Z"), Integer(5), Integer(5), Integer(9), Integer(21), Uuid("ana"), DateTime("2026-11-21T00:00:00.000000Z"), Integer(21), Integer(21)]
    "#]].assert_eq(&continued("sort=-created_at,score", &[stamp, Value::Integer(5), Value::Integer(9)]));
}

#[test]
fn a_cursor_of_another_caller_list_or_sort_is_refused() {
    let blueprint = leads();
    let prospect = entity(&blueprint, "prospect");
    let plan = |name: &str, list: List| {
        let access = query::access::decide(blueprint.entity(prospect), Verb::Read, user(name, &[]), None).unwrap();
        query::plan(&blueprint, prospect, access, Request::List(list), origin(), &KEY)
    };
    let list = parse("status=new&score[gt]=1").unwrap();
    let cursor = plan("ana", list.clone()).unwrap().next_cursor(&blueprint, &[Value::Integer(9)], &KEY);
    let with = |query: &str| List { cursor: cursor.clone(), ..parse(query).unwrap() };
    assert!(plan("ana", with("score[gt]=1&status=new&limit=7&count=exact&fields=id")).is_ok(), "the same list");
    assert!(plan("bob", with("status=new&score[gt]=1")).is_err(), "another caller");
    assert!(plan("ana", with("status=won&score[gt]=1")).is_err(), "another filter");
    assert!(plan("ana", with("status=new&score[gt]=1&sort=-id")).is_err(), "another sort");
    assert!(plan("ana", List { cursor: Some("nonsense".into()), ..list }).is_err(), "made up");
}
