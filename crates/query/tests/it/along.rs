//! How Postgres runs the commonest pages when it knows no value: by the one plan that is right for every owner, which it
//! then keeps.

use std::sync::Arc;

use store::{AppSchema, PostgresOptions, PostgresUrl, Store};
use work::{Dialect, Value};

use crate::every::UUID;
use crate::seek::{literal, page};

const BLUEPRINT: &str = r#"
[app]
name = "memos"
[entity.memo]
[entity.memo.field]
text = { type = "text", required = true }
kind = { type = "enum", values = ["home", "shop", "rare"], required = true, index = true }
score = { type = "integer", index = true }
open = { type = "boolean", required = true, default = true, index = true }
due = { type = "date", index = true }
price = { type = "decimal", index = true }
[entity.slip]
soft_delete = true
id = "uuid"
[entity.slip.field]
text = { type = "text", required = true }
"#;

/// Two who have nearly all rows, one who has few; and one who has none. Many have no score, and few are of the rare kind.
const ROWS: &str = r#"
INSERT INTO "app"."users" ("id", "iss", "sub", "created_at", "updated_at")
SELECT CAST(lpad(CAST("n" AS text), 32, '0') AS uuid), 'own', "n", now(), now() FROM generate_series(1, 4) AS "n";
INSERT INTO "app"."memos" ("user_id", "text", "kind", "score", "open", "due", "price", "created_at", "updated_at")
SELECT CAST(lpad(CAST(CASE WHEN "n" < 6 THEN 3 ELSE "n" % 2 + 1 END AS text), 32, '0') AS uuid), 'x',
CASE WHEN "n" < 20 THEN 'rare' WHEN "n" % 3 = 0 THEN 'shop' ELSE 'home' END,
CASE WHEN "n" % 4 > 0 THEN "n" % 1000 END, "n" % 50 > 0, CURRENT_DATE - CAST("n" % 300 AS integer), "n" % 90, now(), now()
FROM generate_series(1, 100000) AS "n";
INSERT INTO "app"."slips" ("id", "user_id", "text", "created_at", "updated_at")
SELECT CAST(lpad(CAST("id" AS text), 32, '0') AS uuid), "user_id", "text", "created_at", "updated_at" FROM "app"."memos";
ANALYZE "app"."memos"; ANALYZE "app"."slips";
"#;

#[test]
fn the_plan_without_values_runs_along_the_index_of_owners_and_is_kept() {
    let (id, five, stamp) =
        (|| Value::Integer(9), || Value::Integer(5), || Value::DateTime("2026-11-21T00:00:00Z".into()));
    let (uuid, home) = (|| Value::Uuid(UUID.into()), || Value::Text("home".into()));
    // A list, where the page before it ended, and the index that it runs along.
    let lists: &[(&str, &str, Vec<Value>, &str)] = &[
        ("memo", "", vec![], "memos__user_id_index"),
        ("memo", "", vec![id()], "memos__user_id_index"),
        ("memo", "sort=-created_at", vec![], "memos__created_at_index"),
        ("memo", "sort=-created_at", vec![stamp(), id()], "memos__created_at_index"),
        ("memo", "sort=kind", vec![], "memos__kind_index"),
        ("memo", "sort=kind", vec![home(), id()], "memos__kind_index"),
        ("memo", "sort=score", vec![], "memos__score_index"),
        ("memo", "sort=score", vec![five(), id()], "memos__score_index"),
        ("memo", "sort=score", vec![Value::Null, id()], "memos__score_index"),
        ("memo", "sort=-score", vec![], "memos__score_index"),
        ("memo", "sort=-score", vec![five(), id()], "memos__score_index"),
        ("memo", "sort=-score", vec![Value::Null, id()], "memos__score_index"),
        ("memo", "sort=score&score[gte]=3", vec![], "memos__score_index"),
        ("memo", "sort=-score&score[gt]=3&score[lte]=900", vec![five(), id()], "memos__score_index"),
        ("memo", "kind=rare", vec![], "memos__kind_index"),
        ("memo", "kind=rare&sort=-id", vec![], "memos__kind_index"),
        ("memo", "kind=home", vec![id()], "memos__kind_index"),
        ("memo", "kind=home&sort=-id", vec![id()], "memos__kind_index"),
        ("memo", "score=5", vec![id()], "memos__score_index"),
        ("memo", "score=5&sort=-id", vec![], "memos__score_index"),
        ("memo", "score=5&sort=-id", vec![id()], "memos__score_index"),
        ("memo", "open=false", vec![], "memos__open_index"),
        ("memo", "open=true", vec![id()], "memos__open_index"),
        ("memo", "due=2026-11-21", vec![id()], "memos__due_index"),
        ("memo", "due[lt]=2026-11-21&sort=due", vec![Value::Date("2026-11-01".into()), id()], "memos__due_index"),
        ("memo", "price=12.50", vec![id()], "memos__price_index"),
        ("memo", "price=12.50&sort=-id", vec![], "memos__price_index"),
        ("slip", "", vec![], "slips__user_id_index"),
        ("slip", "", vec![uuid()], "slips__user_id_index"),
        ("slip", "sort=-created_at", vec![], "slips__created_at_index"),
    ];
    let Some(place) = throwaway::Database::new() else { return };
    let blueprint = Arc::new(blueprint::load(BLUEPRINT).unwrap_or_else(|problems| panic!("{problems}")));
    let store = Store::connect_blocking(PostgresOptions::new(PostgresUrl::parse(place.url()).unwrap())).unwrap();
    let statements = schema::tables(&blueprint, &store.dialect());
    store.apply_blocking(&AppSchema::new(blueprint.source.clone(), statements)).unwrap();
    place.query(ROWS);
    for (name, query, position, index) in lists {
        let title = format!("{name} {query} {position:?}");
        let statement = page(&blueprint, &Dialect::Postgres { schema: "app".into() }, name, query, position);
        let execute = |owner: u32| {
            let owner = format!("{owner:032}");
            let literals: Vec<String> = statement.params.iter().map(literal).collect();
            format!("EXECUTE \"page\"({});", literals.join(", ").replace(UUID, &owner))
        };
        let prepare = format!("PREPARE \"page\" AS {};", statement.sql);
        let explain = format!("{prepare} SET plan_cache_mode = force_generic_plan; EXPLAIN (COSTS OFF) {}", execute(1));
        let plan: Vec<String> = place.query(&explain).into_iter().flatten().flatten().collect();
        let plan = plan.join("\n");
        assert!(plan.contains(index), "{title}:\n{plan}");
        for no in ["Sort", "Seq Scan", "Bitmap", "_pkey"] {
            assert!(!plan.contains(no), "{title}:\n{plan}");
        }
        // Those with few rows first: planned with their values, their pages look cheaper than any.
        let often: String = [3, 4, 3, 4, 3, 1, 2, 1, 2, 3].map(execute).concat();
        let kept = format!("{prepare} {often} SELECT \"generic_plans\" FROM \"pg_prepared_statements\"");
        let kept: Vec<String> = place.query(&kept).into_iter().flatten().flatten().collect();
        // The first five are always planned with their values.
        assert_eq!(kept.last().map(String::as_str), Some("5"), "{title} is planned anew for some owners");
    }
}
