//! How Postgres runs the commonest pages when it knows no value: by the one plan that is right for every owner, which it
//! then keeps.

use std::sync::Arc;

use store::{AppSchema, PostgresOptions, PostgresUrl, Store};
use work::{Dialect, Step, Value, Work};

use crate::every::{self, UUID};

const BLUEPRINT: &str = r#"
[app]
name = "memos"
[entity.memo]
[entity.memo.field]
text = { type = "text", required = true }
[entity.slip]
soft_delete = true
id = "uuid"
[entity.slip.field]
text = { type = "text", required = true }
"#;

/// A list, and the index that it runs along.
const LISTS: &[(&str, &str)] = &[
    ("memo list ", "memos__user_id_index"),
    ("memo after ", "memos__user_id_index"),
    ("memo list sort=-created_at", "memos__created_at_index"),
    ("slip list ", "slips__user_id_index"),
    ("slip after ", "slips__user_id_index"),
    ("slip list sort=-created_at", "slips__created_at_index"),
];

/// Two who have nearly all rows, one who has few; and one who has none.
const ROWS: &str = r#"
INSERT INTO "app"."users" ("id", "iss", "sub", "created_at", "updated_at")
SELECT CAST(lpad(CAST("n" AS text), 32, '0') AS uuid), 'own', "n", now(), now() FROM generate_series(1, 4) AS "n";
INSERT INTO "app"."memos" ("user_id", "text", "created_at", "updated_at")
SELECT CAST(lpad(CAST(CASE WHEN "n" < 6 THEN 3 ELSE "n" % 2 + 1 END AS text), 32, '0') AS uuid), 'x', now(), now()
FROM generate_series(1, 20000) AS "n";
INSERT INTO "app"."slips" ("id", "user_id", "text", "created_at", "updated_at")
SELECT CAST(lpad(CAST("id" AS text), 32, '0') AS uuid), "user_id", "text", "created_at", "updated_at" FROM "app"."memos";
ANALYZE "app"."memos"; ANALYZE "app"."slips";
"#;

fn sql(work: &Work) -> (&str, &[Value]) {
    let page = work.steps.iter().find_map(|step| match step {
        Step::Page { statement, .. } => Some(statement),
        _ => None,
    });
    page.map(|page| (&*page.sql, &*page.params)).unwrap()
}

fn literal(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        value => format!("'{}'", value.as_str().unwrap()),
    }
}

#[test]
fn the_plan_without_values_runs_along_the_index_of_owners_and_is_kept() {
    let Some(place) = throwaway::Database::new() else { return };
    let blueprint = Arc::new(blueprint::load(BLUEPRINT).unwrap_or_else(|problems| panic!("{problems}")));
    let store = Store::connect_blocking(PostgresOptions::new(PostgresUrl::parse(place.url()).unwrap())).unwrap();
    let statements = schema::tables(&blueprint, &store.dialect());
    store.apply_blocking(&AppSchema { blueprint: blueprint.source.clone(), statements }).unwrap();
    place.query(ROWS);
    let works = every::works(&blueprint, &Dialect::Postgres { schema: "app".into() });
    for (title, index) in LISTS {
        let (_, work) = works.iter().rfind(|(known, _)| known == title).unwrap_or_else(|| panic!("no {title}"));
        let (sql, params) = sql(work);
        let execute = |owner: u32| {
            let owner = format!("{owner:032}");
            let literals: Vec<String> = params.iter().map(literal).collect();
            format!("EXECUTE \"page\"({});", literals.join(", ").replace(UUID, &owner))
        };
        let prepare = format!("PREPARE \"page\" AS {sql};");
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
