//! What an operator made of his own around the tables: each row is what he made, a change of the blueprint, and either all of it
//! that is there afterwards, or the words of the refusal, before which nothing was changed.

use store::Follow;

use super::{BLUEPRINT, MOBILE, PHONE, brought, edited, filled, following, foreseen, printed, shape};
use crate::support::{TestApp, place};

/// What he made; the change; what a query gives then, or the words of the refusal.
type Row = (
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
    Result<(&'static str, &'static [&'static str]), &'static [&'static str]>,
);

const EMPTY: (&str, &str) = ("empty = { type = \"text\" }\n", "");
const LONGER: (&str, &str) = ("[\"low\", \"mid\", \"high\"]", "[\"low\", \"mid\", \"high\", \"top\"]");
const NUMBER: (&str, &str) = ("age = { type = \"text\" }", "age = { type = \"integer\" }");
const NAMES: &str = "SELECT name FROM sqlite_schema WHERE name LIKE 'my%' ORDER BY name";

const SQLITE: &[Row] = &[
    (
        &[
            "CREATE TABLE my_log (name TEXT)",
            "CREATE INDEX my_ages ON prospects (age, lower(name)) WHERE age <> ''",
            "CREATE TRIGGER my_trigger AFTER UPDATE OF name ON prospects BEGIN INSERT INTO my_log VALUES (new.name); END",
            "CREATE VIEW my_view AS SELECT name, phone FROM prospects",
            "CREATE VIEW my_view_of_views AS SELECT name FROM my_view",
            "CREATE TRIGGER my_door INSTEAD OF DELETE ON my_view BEGIN DELETE FROM prospects WHERE name = old.name; END",
            "CREATE TRIGGER my_other AFTER INSERT ON tags BEGIN UPDATE prospects SET age = 1 WHERE name = new.label; END",
        ],
        &[EMPTY],
        Ok((NAMES, &["my_ages", "my_door", "my_log", "my_other", "my_trigger", "my_view", "my_view_of_views"])),
    ),
    (
        &["CREATE VIEW my_view AS SELECT name, rank FROM prospects, users", "CREATE INDEX my_ranks ON users (rank)"],
        &[LONGER, EMPTY],
        Ok((NAMES, &["my_ranks", "my_view"])),
    ),
    // Nothing fires that was made for what callers change.
    (
        &[
            "CREATE TABLE my_log (name TEXT)",
            "CREATE TRIGGER my_trigger AFTER UPDATE ON prospects BEGIN INSERT INTO my_log VALUES (new.name); END",
            "CREATE TRIGGER my_users AFTER UPDATE ON users BEGIN INSERT INTO my_log VALUES (new.id); END",
        ],
        &[LONGER, EMPTY, ("label = {", "note = { type = \"text\" }\nlabel = {")],
        Ok(("SELECT name FROM my_log", &[])),
    ),
    // What was broken before stays so.
    (&["CREATE VIEW my_view AS SELECT * FROM nowhere"], &[EMPTY], Ok((NAMES, &["my_view"]))),
    (
        &["CREATE VIEW my_view AS SELECT name, phone FROM prospects"],
        &[(PHONE, MOBILE)],
        Err(&[
            "a view of your own, `my_view`, which would not fit any more: no such column: phone",
            "DROP VIEW \"my_view\"",
        ]),
    ),
    (
        &["CREATE INDEX my_index ON prospects (name, empty)"],
        &[EMPTY],
        Err(&[
            "an index of your own, `my_index` on `prospects`",
            "no such column: empty",
            "it was made by: CREATE INDEX",
        ]),
    ),
    (
        &["CREATE TRIGGER my_trigger AFTER INSERT ON tags BEGIN UPDATE prospects SET empty = new.label; END"],
        &[EMPTY],
        Err(&["a trigger of your own, `my_trigger` on `tags`", "no such column: empty"]),
    ),
    (
        &["CREATE VIEW my_view AS SELECT city FROM users"],
        &[("city =", "town = { type = \"text\", renamed_from = \"city\" }\nfree =")],
        Err(&["a view of your own, `my_view`", "no such column: city"]),
    ),
    (
        &["ALTER TABLE prospects ADD COLUMN mine TEXT"],
        &[EMPTY],
        Err(&["a column of your own, `mine` of `prospects`", "--allow-loss"]),
    ),
];

const VIEWS: &str = "SELECT viewname FROM pg_views WHERE schemaname = 'app' UNION ALL \
                     SELECT indexname FROM pg_indexes WHERE indexname LIKE 'my%' ORDER BY 1";

const POSTGRES: &[Row] = &[
    (
        &[
            "CREATE VIEW my_view AS SELECT name, age, rank FROM prospects, users",
            "CREATE INDEX my_ages ON prospects (age)",
        ],
        &[EMPTY, LONGER, (PHONE, MOBILE)],
        Ok((VIEWS, &["my_ages", "my_view"])),
    ),
    (&["CREATE INDEX my_ages ON prospects (age)"], &[NUMBER], Ok((VIEWS, &["my_ages"]))),
    (
        &["CREATE VIEW my_view AS SELECT name, phone FROM prospects"],
        &[(PHONE, MOBILE)],
        Ok(("SELECT phone FROM my_view WHERE phone IS NOT NULL", &["+4930111"])),
    ),
    (
        &["CREATE VIEW my_view AS SELECT empty FROM prospects"],
        &[EMPTY],
        Err(&[
            "something of your own on `empty` of `prospects`, which goes: view my_view",
            "it was made by: CREATE VIEW my_view AS",
        ]),
    ),
    (
        &["CREATE VIEW my_view AS SELECT age FROM prospects"],
        &[NUMBER],
        Err(&["on `age` of `prospects`, which gets another type: view my_view"]),
    ),
    (
        &["CREATE INDEX my_index ON prospects (name, empty)"],
        &[EMPTY],
        Err(&["which goes, and it along with it: index my_index", "--allow-loss", "CREATE INDEX my_index"]),
    ),
    (
        &[
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$",
            "CREATE TRIGGER my_trigger AFTER UPDATE OF age ON prospects FOR EACH ROW EXECUTE FUNCTION mine()",
        ],
        &[NUMBER],
        Err(&["on `age` of `prospects`, which gets another type: trigger my_trigger on table"]),
    ),
    (
        &["CREATE VIEW my_view AS SELECT city FROM users"],
        &[("city = { type = \"text\" }\n", "")],
        Err(&["something of your own on `city` of `users`, which goes: view my_view"]),
    ),
    (
        &["CREATE TABLE my_table (call bigint REFERENCES calls)"],
        &[("[entity.call.field]", "[entity.call]\nid = \"uuid\"\n[entity.call.field]")],
        Err(&["something of your own on `calls`, which goes: constraint my_table_call_fkey on table"]),
    ),
];

#[tokio::test]
async fn it_stays_where_it_fits_and_is_named_where_it_does_not() {
    for (made, edits, expected) in if place::is_postgres() { POSTGRES } else { SQLITE } {
        let app = filled().await;
        for sql in *made {
            place::execute(app.folder.path(), sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let text = edited(edits);
        assert_ne!(text, BLUEPRINT, "{edits:?}");
        let before = shape(&app);
        match expected {
            Ok((query, rows)) => {
                let foreseen = foreseen(&text, &app.folder).await.unwrap_or_else(|error| panic!("{made:?}: {error}"));
                let copy = printed(&text, &app.folder, foreseen).await;
                let app = brought(&text, app.folder).await;
                assert_eq!(place::query::<String>(app.folder.path(), query), *rows, "{made:?}");
                let of_copy = copy.map(|copy| place::query::<String>(copy.path(), query));
                assert!(of_copy.is_none_or(|found| found == *rows), "{made:?}: what is printed");
            }
            Err(words) => {
                let blueprint = blueprint::load(&text).unwrap_or_else(|problems| panic!("{problems}"));
                let refused = server::App::open(blueprint.into(), following(&app.folder, Follow::Kept)).await.err();
                let refused = refused.unwrap_or_else(|| panic!("{made:?} is not refused")).to_string();
                for word in *words {
                    assert!(refused.contains(word), "{made:?}: no {word:?} in {refused}");
                }
                assert_eq!(foreseen(&text, &app.folder).await, Err(refused), "{made:?}");
                assert_eq!(shape(&app), before, "{made:?}");
                TestApp::in_folder(BLUEPRINT, &[], app.folder).await;
            }
        }
    }
}
