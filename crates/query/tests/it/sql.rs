//! Each operation with its scope, its audit row and its probe, as SQL.

use blueprint::Literal;
use expect_test::{Expect, expect};
use query::{IfMatch, RecordId, Request, Verb};

use crate::{leads, text, user, work};

const SEVEN: RecordId = RecordId::Integer(7);

fn check(name: &str, roles: &[&str], verb: Verb, request: Request, expected: Expect) {
    let work = work(&leads(), name, user("ana", roles), verb, request);
    expected.assert_eq(&work.map_or_else(|refused| format!("{refused:?}"), |work| text(&work)));
}

fn read() -> Request {
    Request::Read { id: SEVEN, representation: query::Representation::default() }
}

fn set_status(if_match: IfMatch) -> Request {
    Request::Update {
        id: SEVEN,
        changes: vec![(1, Literal::Text("won".into())), (2, Literal::Decimal(1250))].into(),
        if_match,
    }
}

#[test]
fn an_owner_reads_his_row() {
    check(
        "prospect",
        &[],
        Verb::Read,
        read(),
        expect![[r#"
        Read(Point)
        one: SELECT "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id" FROM "prospects" WHERE "id" = ?1 AND "user_id" = ?2
            [Integer(7), Uuid("ana")]
            else NotFound
    "#]],
    );
}

#[test]
fn a_manager_reads_any_row() {
    check(
        "prospect",
        &["manager"],
        Verb::Read,
        read(),
        expect![[r#"
        Read(Point)
        one: SELECT "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id" FROM "prospects" WHERE "id" = ?1
            [Integer(7)]
            else NotFound
    "#]],
    );
}

#[test]
fn chosen_fields_only() {
    let fields = Some(vec![query::Attribute::Id, query::Attribute::Field(2)]);
    let representation = query::Representation { fields, expand: Vec::new() };
    check(
        "prospect",
        &[],
        Verb::Read,
        Request::Read { id: SEVEN, representation },
        expect![[r#"
            Read(Point)
            one: SELECT "prospects"."id", "prospects"."budget", "prospects"."_version", "prospects"."id" FROM "prospects" WHERE "prospects"."id" = ?1 AND "prospects"."user_id" = ?2
                [Integer(7), Uuid("ana")]
                else NotFound
        "#]],
    );
}

#[test]
fn a_new_row_belongs_to_its_maker() {
    let values = vec![(0, Literal::Text("Acme".into())), (2, Literal::Decimal(1250))];
    check(
        "prospect",
        &[],
        Verb::Create,
        Request::Create { id: None, values: values.into() },
        expect![[r#"
        Write
        one: INSERT INTO "prospects" ("user_id", "name", "status", "budget", "score", "vip", "secret", "created_at", "updated_at") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id"
            [Uuid("ana"), Text("Acme"), Text("new"), Decimal { units: 1250, scale: 2 }, Null, Boolean(false), Null, DateTime("2026-11-21T00:00:00.000000Z"), DateTime("2026-11-21T00:00:00.000000Z")]
            else Forbidden
        run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(last_insert_rowid() AS TEXT), NULL, ?10)
            [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("create"), Text("prospect"), Text("done"), Json("{\"name\":\"Acme\",\"status\":\"new\",\"budget\":\"12.50\",\"score\":null,\"vip\":false,\"secret\":null}")]
    "#]],
    );
}

#[test]
fn written_references_must_be_visible_and_what_is_sensitive_is_not_audited() {
    let values = vec![(0, Literal::Integer(7)), (1, Literal::Text("t1".into())), (2, Literal::Text("shh".into()))];
    check(
        "note",
        &[],
        Verb::Create,
        Request::Create { id: None, values: values.into() },
        expect![[r#"
            Write
            require: SELECT 1 FROM "prospects" WHERE "id" = ?1 AND "prospects"."user_id" = ?2
                [Integer(7), Uuid("ana")]
                else Reference { pointer: "/prospect_id" }
            require: SELECT 1 FROM "tags" WHERE "id" = ?1 AND TRUE
                [Uuid("t1")]
                else Reference { pointer: "/tag_id" }
            one: INSERT INTO "notes" ("user_id", "prospect_id", "tag_id", "text", "created_at", "updated_at") VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING "id", "user_id", "prospect_id", "tag_id", "text", "created_at", "updated_at", "_version", "id"
                [Uuid("ana"), Integer(7), Uuid("t1"), Text("shh"), DateTime("2026-11-21T00:00:00.000000Z"), DateTime("2026-11-21T00:00:00.000000Z")]
                else Forbidden
            run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST(last_insert_rowid() AS TEXT), NULL, ?10)
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("create"), Text("note"), Text("done"), Json("{\"prospect_id\":7,\"tag_id\":\"t1\",\"text\":\"[redacted]\"}")]
        "#]],
    );
}

#[test]
fn who_may_not_create_is_refused_without_a_question_to_the_database() {
    let id = Some(RecordId::Uuid("t1".into()));
    let request = Request::Create { id, values: vec![(0, Literal::Text("hot".into()))].into() };
    check("tag", &["manager"], Verb::Create, request, expect!["Plan(Forbidden)"]);
}

#[test]
fn a_change_is_gated_by_its_audit_row() {
    check(
        "prospect",
        &[],
        Verb::Update,
        set_status(IfMatch::Versions(vec![3])),
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('status', "status", 'budget', CASE WHEN "budget" IS NULL THEN NULL ELSE printf('%s%d.%02d', CASE WHEN "budget" < 0 THEN '-' ELSE '' END, abs("budget" / 100), abs("budget" % 100)) END), ?10 FROM "prospects" WHERE "prospects"."id" = ?11 AND "prospects"."user_id" = ?12 AND "_version" IN (?13)
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("update"), Text("prospect"), Text("done"), Json("{\"status\":\"won\",\"budget\":\"12.50\"}"), Integer(7), Uuid("ana"), Integer(3)]
                else [NotFound, Forbidden, Stale] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?1 AND "prospects"."user_id" = ?2) THEN 0 WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?3 AND "prospects"."user_id" = ?4) THEN 1 ELSE 2 END
            one: UPDATE "prospects" SET "status" = ?1, "budget" = ?2, "updated_at" = ?3, "_version" = "_version" + 1 WHERE "prospects"."id" = ?4 AND "prospects"."user_id" = ?5 AND "_version" IN (?6) RETURNING "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id"
                [Text("won"), Decimal { units: 1250, scale: 2 }, DateTime("2026-11-21T00:00:00.000000Z"), Integer(7), Uuid("ana"), Integer(3)]
                else Forbidden
        "#]],
    );
}

#[test]
fn a_change_without_the_version_that_the_blueprint_demands_finds_nothing() {
    check(
        "prospect",
        &[],
        Verb::Update,
        set_status(IfMatch::Missing),
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('status', "status", 'budget', CASE WHEN "budget" IS NULL THEN NULL ELSE printf('%s%d.%02d', CASE WHEN "budget" < 0 THEN '-' ELSE '' END, abs("budget" / 100), abs("budget" % 100)) END), ?10 FROM "prospects" WHERE "prospects"."id" = ?11 AND "prospects"."user_id" = ?12 AND FALSE
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("update"), Text("prospect"), Text("done"), Json("{\"status\":\"won\",\"budget\":\"12.50\"}"), Integer(7), Uuid("ana")]
                else [NotFound, Forbidden, Stale] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?1 AND "prospects"."user_id" = ?2) THEN 0 WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?3 AND "prospects"."user_id" = ?4) THEN 1 ELSE 2 END
            one: UPDATE "prospects" SET "status" = ?1, "budget" = ?2, "updated_at" = ?3, "_version" = "_version" + 1 WHERE "prospects"."id" = ?4 AND "prospects"."user_id" = ?5 AND FALSE RETURNING "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id"
                [Text("won"), Decimal { units: 1250, scale: 2 }, DateTime("2026-11-21T00:00:00.000000Z"), Integer(7), Uuid("ana")]
                else Forbidden
        "#]],
    );
}

#[test]
fn an_action_sets() {
    let act = Request::Act { id: SEVEN, action: 0, if_match: IfMatch::Absent };
    check(
        "prospect",
        &[],
        Verb::Act(0),
        act,
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('status', "status"), ?10 FROM "prospects" WHERE "prospects"."id" = ?11 AND "prospects"."user_id" = ?12
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("win"), Text("prospect"), Text("done"), Json("{\"status\":\"won\"}"), Integer(7), Uuid("ana")]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?1 AND "prospects"."user_id" = ?2) THEN 0 ELSE 1 END
            one: UPDATE "prospects" SET "status" = ?1, "updated_at" = ?2, "_version" = "_version" + 1 WHERE "prospects"."id" = ?3 AND "prospects"."user_id" = ?4 RETURNING "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id"
                [Text("won"), DateTime("2026-11-21T00:00:00.000000Z"), Integer(7), Uuid("ana")]
                else Forbidden
        "#]],
    );
}

#[test]
fn an_action_toggles() {
    let act = Request::Act { id: SEVEN, action: 1, if_match: IfMatch::Absent };
    check(
        "prospect",
        &[],
        Verb::Act(1),
        act,
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('vip', json(CASE "vip" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)), json_object('vip', json(CASE ("vip" IS NOT TRUE) WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)) FROM "prospects" WHERE "prospects"."id" = ?10 AND "prospects"."user_id" = ?11
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("star"), Text("prospect"), Text("done"), Integer(7), Uuid("ana")]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?1 AND "prospects"."user_id" = ?2) THEN 0 ELSE 1 END
            one: UPDATE "prospects" SET "vip" = ("vip" IS NOT TRUE), "updated_at" = ?1, "_version" = "_version" + 1 WHERE "prospects"."id" = ?2 AND "prospects"."user_id" = ?3 RETURNING "id", "user_id", "name", "status", "budget", "score", "vip", "created_at", "updated_at", "_version", "id"
                [DateTime("2026-11-21T00:00:00.000000Z"), Integer(7), Uuid("ana")]
                else Forbidden
        "#]],
    );
}

#[test]
fn an_owner_who_may_not_delete_is_told_so_by_the_probe() {
    let delete = Request::Delete { id: SEVEN, if_match: IfMatch::Absent };
    check(
        "prospect",
        &[],
        Verb::Delete,
        delete,
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('name', "name", 'status', "status", 'budget', CASE WHEN "budget" IS NULL THEN NULL ELSE printf('%s%d.%02d', CASE WHEN "budget" < 0 THEN '-' ELSE '' END, abs("budget" / 100), abs("budget" % 100)) END, 'score', "score", 'vip', json(CASE "vip" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), 'secret', CASE WHEN "secret" IS NULL THEN NULL ELSE '[redacted]' END), NULL FROM "prospects" WHERE "prospects"."id" = ?10 AND FALSE
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("delete"), Text("prospect"), Text("done"), Integer(7)]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?1 AND "prospects"."user_id" = ?2) THEN 0 ELSE 1 END
            run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('prospect_id', "prospect_id", 'tag_id', "tag_id", 'text', CASE WHEN "text" IS NULL THEN NULL ELSE '[redacted]' END), NULL FROM "notes" WHERE "id" IN (SELECT "id" FROM "notes" WHERE "prospect_id" IN (SELECT ?10))
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("delete"), Text("note"), Text("done"), Integer(7)]
            run: DELETE FROM "notes" WHERE "id" IN (SELECT "id" FROM "notes" WHERE "prospect_id" IN (SELECT ?1))
                [Integer(7)]
            run: DELETE FROM "prospects" WHERE "prospects"."id" = ?1 AND FALSE
                [Integer(7)]
        "#]],
    );
}

#[test]
fn a_deletion_takes_its_dependants_along_each_with_an_audit_row() {
    let delete = Request::Delete { id: SEVEN, if_match: IfMatch::Absent };
    check(
        "prospect",
        &["manager"],
        Verb::Delete,
        delete,
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('name', "name", 'status', "status", 'budget', CASE WHEN "budget" IS NULL THEN NULL ELSE printf('%s%d.%02d', CASE WHEN "budget" < 0 THEN '-' ELSE '' END, abs("budget" / 100), abs("budget" % 100)) END, 'score', "score", 'vip', json(CASE "vip" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END), 'secret', CASE WHEN "secret" IS NULL THEN NULL ELSE '[redacted]' END), NULL FROM "prospects" WHERE "prospects"."id" = ?10 AND TRUE
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("delete"), Text("prospect"), Text("done"), Integer(7)]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "prospects" WHERE "prospects"."id" = ?1 AND TRUE) THEN 0 ELSE 1 END
            run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('prospect_id', "prospect_id", 'tag_id', "tag_id", 'text', CASE WHEN "text" IS NULL THEN NULL ELSE '[redacted]' END), NULL FROM "notes" WHERE "id" IN (SELECT "id" FROM "notes" WHERE "prospect_id" IN (SELECT ?10))
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("delete"), Text("note"), Text("done"), Integer(7)]
            run: DELETE FROM "notes" WHERE "id" IN (SELECT "id" FROM "notes" WHERE "prospect_id" IN (SELECT ?1))
                [Integer(7)]
            run: DELETE FROM "prospects" WHERE "prospects"."id" = ?1 AND TRUE
                [Integer(7)]
        "#]],
    );
}

#[test]
fn a_deletion_clears_the_references_that_want_it() {
    let delete = Request::Delete { id: RecordId::Uuid("t1".into()), if_match: IfMatch::Absent };
    check(
        "tag",
        &["admin"],
        Verb::Delete,
        delete,
        expect![[r#"
            Write
            change: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('label', "label"), NULL FROM "tags" WHERE "tags"."id" = ?10 AND TRUE
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("delete"), Text("tag"), Text("done"), Uuid("t1")]
                else [NotFound, Forbidden] by SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM "tags" WHERE "tags"."id" = ?1 AND TRUE) THEN 0 ELSE 1 END
            run: INSERT INTO "_audit" ("at", "iss", "sub", "session", "ip", "request_id", "action", "entity", "outcome", "entity_id", "before", "after") SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, CAST("id" AS TEXT), json_object('tag_id', "tag_id"), ?10 FROM "notes" WHERE "tag_id" IN (SELECT ?11)
                [DateTime("2026-11-21T00:00:00.000000Z"), Text("own"), Text("ana"), Text("s1"), Null, Text("r1"), Text("update"), Text("note"), Text("done"), Json("{\"tag_id\":null}"), Uuid("t1")]
            run: UPDATE "notes" SET "tag_id" = NULL, "updated_at" = ?1, "_version" = "_version" + 1 WHERE "tag_id" IN (SELECT ?2)
                [DateTime("2026-11-21T00:00:00.000000Z"), Uuid("t1")]
            run: DELETE FROM "tags" WHERE "tags"."id" = ?1 AND TRUE
                [Uuid("t1")]
        "#]],
    );
}
