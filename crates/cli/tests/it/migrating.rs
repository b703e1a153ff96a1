//! `migrate`: the one command that changes tables that exist; all others leave them and name it.

#![expect(clippy::disallowed_methods, reason = "looks into the file past the server")]

use crate::program::Bench;

const BEFORE: &str = "[app]\nname = \"leads\"\n[entity.lead]\nowner = false\n[entity.lead.field]\n\
    name = { type = \"text\", required = true }\nphone = { type = \"text\", required = true }\n";
const PHONE: &str = "phone = { type = \"text\", required = true }\n";
const MOBILE: &str = "mobile = { type = \"text\", required = true, renamed_from = \"phone\" }\n";

/// What must be quoted where its text stands in a statement.
const TAG: &str = "[entity.tag.field]\nname = { type = \"text\", pattern = \"^it's \\\\S+$\" }\n";

/// A database with three leads that have a phone.
fn filled() -> Bench {
    let bench = Bench::with(BEFORE);
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    assert_eq!(bench.run(&["seed", "--rows", "3"]).code, 0);
    bench
}

/// How many rows have a value there; `None` where there is no such column.
fn values(bench: &Bench, column: &str) -> Option<i64> {
    let file = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    let columns = format!("SELECT count(*) FROM pragma_table_info('leads') WHERE name = '{column}'");
    let has: i64 = file.query_row(&columns, [], |row| row.get(0)).unwrap();
    (has > 0).then(|| file.query_row(&format!("SELECT count(\"{column}\") FROM leads"), [], |row| row.get(0)).unwrap())
}

#[test]
fn tables_and_rows_are_brought_along_once() {
    let bench = filled();
    bench.write("blueprint.toml", &BEFORE.replace(PHONE, MOBILE));
    let dry = bench.run(&["migrate", "--dry-run"]).fine();
    assert!(dry.contains("Would bring the tables") && dry.contains("`phone` of lead is `mobile` now"), "{dry}");
    assert_eq!((values(&bench, "phone"), values(&bench, "mobile")), (Some(3), None));

    let run = bench.run(&["migrate"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("--backup") && !run.err.contains("this database is served"), "{run:?}");
    assert!(run.out.contains("`phone` of lead is `mobile` now, with its values"), "{run:?}");
    assert_eq!((values(&bench, "phone"), values(&bench, "mobile")), (None, Some(3)));

    let run = bench.run(&["migrate"]);
    assert!(run.out.starts_with("Nothing to do") && run.out.lines().count() == 1, "{run:?}");
    run.fine();
    // Another text for the same tables is recorded, and there is nothing to tell of it either.
    bench.write("blueprint.toml", &BEFORE.replace(PHONE, MOBILE).replace("[app]", "[app]\nsummary = \"Who calls.\""));
    let run = bench.run(&["migrate"]);
    assert!(run.out.starts_with("Nothing to do") && run.out.lines().count() == 1, "{run:?}");
    run.fine();
    let json = bench.run(&["migrate", ".", "--json"]).json();
    assert_eq!((&json["outcome"], &json["done"]), (&"unchanged".into(), &serde_json::json!([])), "{json}");
    // The blueprint of before changes nothing back.
    bench.write("blueprint.toml", BEFORE);
    bench.run(&["user", "list"]).refused(1, &["its tables differ", "hint: `supermaker migrate`"]);
    let refused = bench.run(&["migrate"]).refused(1, &["renamed_from = \"mobile\""]);
    // There is nothing to go back to.
    assert!(!refused.err.contains("no way back"), "{}", refused.err);
    assert_eq!(values(&bench, "mobile"), Some(3));
}

/// A copy of before brings all of it back, with the blueprint of before.
#[test]
fn a_copy_that_is_made_first_is_a_way_back() {
    let bench = filled();
    bench.write("blueprint.toml", &BEFORE.replace(PHONE, ""));
    bench.write("taken.db", "mine");
    // Where nothing can be changed there is nothing to copy.
    bench.run(&["migrate", "--backup", "before.db"]).refused(1, &["--allow-loss"]);
    assert!(!bench.path("before.db").exists());
    bench.run(&["migrate", "--allow-loss", "--backup", "taken.db"]).refused(1, &["taken.db"]);
    assert_eq!((bench.read("taken.db").as_str(), values(&bench, "phone")), ("mine", Some(3)));
    let run = bench.run(&["migrate", "--allow-loss", "--backup", "before.db"]);
    assert!(run.code == 0 && run.err.contains("before.db"), "{run:?}");
    assert_eq!(values(&bench, "phone"), None);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(bench.path("before.db")).unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
    for file in ["app.db-wal", "app.db-shm"] {
        let _ = std::fs::remove_file(bench.path("data").join(file));
    }
    std::fs::rename(bench.path("before.db"), bench.path("data/app.db")).unwrap();
    bench.write("blueprint.toml", BEFORE);
    assert!(bench.run(&["migrate", "--dry-run"]).fine().contains("Nothing to do"));
    assert_eq!(values(&bench, "phone"), Some(3));
}

#[test]
fn no_other_command_changes_tables() {
    let bench = filled();
    bench.write("blueprint.toml", &BEFORE.replace(PHONE, MOBILE));
    for command in [
        &["serve", "--port", "0"][..],
        &["user", "list"],
        &["key", "list"],
        &["audit", "verify"],
        &["seed", "--rows", "1"],
        &["explain", "--as", "anyone", "GET", "/leads"],
    ] {
        let words = ["its tables differ", "mobile", "hint: `supermaker migrate`, which brings the tables along"];
        let refused = bench.run(command).refused(1, &words);
        // In words, and no statements.
        assert!(refused.err.contains("`phone` of lead is `mobile` now"), "{}", refused.err);
        assert!(!refused.err.contains("CREATE "), "{}", refused.err);
        assert_eq!((values(&bench, "phone"), values(&bench, "mobile")), (Some(3), None), "{command:?}");
    }
    bench.run(&["serve", "--allow-loss"]).refused(2, &["--allow-loss"]);
}

#[test]
fn rows_in_the_way_are_told_and_only_what_may_go_goes() {
    let bench = filled();
    let gone = BEFORE.replace(PHONE, "");
    bench.write("blueprint.toml", &gone);
    let told = "rows of `leads` with a value in `phone`, which the blueprint no longer has: 3";
    // A dry run says the same in the same words.
    let dry = bench.run(&["migrate", "--dry-run"]).refused(1, &[told, "3 (ids 1, 2, 3)", "nothing was changed"]);
    assert!(bench.run(&["migrate"]).err.ends_with(&dry.err), "{dry:?}");
    let dry = bench.run(&["migrate", "--dry-run", "--allow-loss"]).fine();
    assert!(dry.contains("would be gone for good: rows of `leads` with a value in `phone`"), "{dry}");
    let sql = bench.run(&["migrate", "--dry-run", "--allow-loss", "--sql"]).fine();
    assert!(sql.contains("--   gone for good: rows of `leads` with a value in `phone`"), "{sql}");
    let counted = "-- May go, with --allow-loss: rows of `leads` with a value in `phone`, which the blueprint no longer has\n\
                   -- SELECT count(*) FROM \"leads\" WHERE";
    assert!(sql.contains(counted), "{sql}");
    bench.run(&["migrate", "--dry-run", "--sql"]).refused(1, &[told]);
    bench.run(&["migrate"]).refused(1, &[told, "nothing was changed", "`supermaker migrate --allow-loss`"]);
    let json = bench.run(&["migrate", "--json"]).refused(1, &[told, "\"error\""]);
    assert_eq!(json.out, "");
    assert_eq!(values(&bench, "phone"), Some(3));

    // What has no value for what is required now is in the way whatever may go.
    bench.write("blueprint.toml", &(gone.clone() + "size = { type = \"text\", required = true }\n"));
    bench.run(&["migrate", "--allow-loss"]).refused(1, &["would have no `size`, which is required: 3"]);
    assert_eq!(values(&bench, "phone"), Some(3));

    bench.write("blueprint.toml", &gone);
    let json = bench.run(&["migrate", "--allow-loss", "--json"]).json();
    assert_eq!((&json["outcome"], &json["let_go"]), (&"migrated".into(), &serde_json::json!([told])), "{json}");
    assert_eq!((values(&bench, "phone"), values(&bench, "name")), (None, Some(3)));
    // It was for this once.
    bench.write(
        "blueprint.toml",
        &gone.replace("name = { type = \"text\", required = true }\n", "x = { type = \"text\" }\n"),
    );
    bench.run(&["migrate"]).refused(1, &["in `name`, which the blueprint no longer has: 3"]);
}

/// What is printed is run past the program on a copy, which is the same database then: tables, rows, and what is recorded of them.
#[test]
fn what_is_printed_is_what_runs() {
    let bench = filled();
    bench.write("blueprint.toml", &(BEFORE.replace(PHONE, MOBILE) + TAG));
    let own = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    own.execute_batch("CREATE VIEW mine AS SELECT name FROM leads -- of mine\n; CREATE INDEX my_index ON leads (name)")
        .unwrap();
    drop(own);
    std::fs::create_dir(bench.path("copy")).unwrap();
    std::fs::copy(bench.path("data/app.db"), bench.path("copy/app.db")).unwrap();
    bench.run(&["migrate", "--sql"]).refused(2, &["--sql only prints", "add --dry-run"]);
    let sql = bench.run(&["migrate", "--dry-run", "--sql"]).fine();
    for words in ["--   `phone` of lead is `mobile` now", "CREATE INDEX my_index", "\nBEGIN IMMEDIATE;\n", "\nCOMMIT;"]
    {
        assert!(sql.contains(words), "no {words:?} in {sql}");
    }
    let json = bench.run(&["migrate", "--dry-run", "--sql", "--json"]).json();
    let statements = json["sql"].as_array().unwrap();
    assert!(statements.iter().all(|one| sql.contains(one.as_str().unwrap().trim_end_matches(';'))), "{json}");
    assert_eq!((values(&bench, "phone"), values(&bench, "mobile")), (Some(3), None), "nothing was changed");

    let copy = rusqlite::Connection::open(bench.path("copy/app.db")).unwrap();
    copy.execute_batch(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    assert_eq!(bench.run(&["migrate"]).code, 0);
    let done = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    let queries = [
        "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name",
        "SELECT id || name || mobile || _version FROM leads ORDER BY id",
        "SELECT number || kind || statements || blueprint FROM _migrations WHERE kind = 'app' ORDER BY id",
        "SELECT name || value FROM _state WHERE name = 'app_floor'",
    ];
    for query in queries {
        let of = |database: &rusqlite::Connection| {
            let mut statement = database.prepare(query).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<Vec<String>, _>>().unwrap()
        };
        assert!(!of(&copy).is_empty(), "{query}");
        assert_eq!(of(&copy), of(&done), "{query}");
    }
    let done = bench.run(&["migrate", "--dry-run", "--sql"]).fine();
    assert!(done.starts_with("-- Nothing to do") && done.lines().count() == 1, "{done}");
    // Another database, where there is nothing yet.
    let none = Bench::with(BEFORE).run(&["migrate", "--dry-run", "--sql"]).fine();
    assert!(none.starts_with("-- There are no tables"), "{none}");
}

/// Which is told by what the change does, and not by the letters of somebody's text.
#[test]
fn what_only_this_program_can_run_says_so() {
    let bench = filled();
    let printed = |fields: &str| {
        bench.write("blueprint.toml", &BEFORE.replace(PHONE, fields));
        bench.run(&["migrate", "--dry-run", "--sql"]).fine()
    };
    let sql = printed(&(PHONE.to_owned() + "hint = { type = \"text\", default = \"how to fold(a) map\" }\n"));
    assert!(sql.contains(" fold(") && sql.contains("sqlite3 -bail"), "{sql}");
    let takes_fold = || bench.run(&["migrate", "--dry-run", "--sql", "--json"]).json()["takes_fold"].clone();
    assert_eq!(takes_fold(), false);
    assert!(!sql.contains("only `supermaker migrate` can run this"), "{sql}");
    let file = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    file.execute("UPDATE leads SET phone = 'ana' || id || '@example.com'", []).unwrap();
    let sql = printed(&PHONE.replace("text", "email"));
    assert!(sql.contains("only `supermaker migrate` can run this") && !sql.contains("-bail"), "{sql}");
    assert_eq!(takes_fold(), true);
    assert!(bench.run(&["migrate", "--dry-run", "--json"]).json().get("takes_fold").is_none());
}

/// Of which the tables take away the phone, and no lead has one when it is printed.
const NO_PHONE: &str = "UPDATE leads SET phone = NULL";
const IN_THE_WAY: &str = "rows of `leads` with a value in `phone`, which the blueprint no longer has";

/// A row that came in the way after it was printed keeps its value.
#[test]
fn what_is_printed_counts_again_what_is_in_the_way() {
    let before = BEFORE.replace(PHONE, "phone = { type = \"text\" }\n");
    let bench = Bench::with(&before);
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    assert_eq!(bench.run(&["seed", "--rows", "3"]).code, 0);
    let file = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    file.execute_batch(NO_PHONE).unwrap();
    bench.write("blueprint.toml", &before.replace("phone = { type = \"text\" }\n", ""));
    let sql = bench.run(&["migrate", "--dry-run", "--sql"]).fine();
    file.execute_batch("UPDATE leads SET phone = '1' WHERE id = 2").unwrap();
    let refused = file.execute_batch(&sql).unwrap_err().to_string();
    assert!(refused.contains(IN_THE_WAY), "{refused}");
    assert!(file.is_autocommit(), "the transaction goes on");
    assert_eq!(values(&bench, "phone"), Some(1));
    file.execute_batch(NO_PHONE).unwrap();
    file.execute_batch(&sql).unwrap();
    assert_eq!(values(&bench, "phone"), None);
}

/// The same on a server.
#[test]
fn what_is_printed_counts_again_on_a_server() {
    let Some(database) = throwaway::Database::new() else { return };
    let before = BEFORE.replace(PHONE, "phone = { type = \"text\" }\n");
    let bench = Bench::with(&before);
    bench.write(".env", &format!("SECRET_KEY=0123456789abcdef0123456789abcdef\nDATABASE_URL={}\n", database.url()));
    assert_eq!(bench.run(&["seed", "--rows", "3"]).code, 0);
    database.execute(&NO_PHONE.replace("leads", "app.leads"));
    bench.write("blueprint.toml", &before.replace("phone = { type = \"text\" }\n", ""));
    let sql = bench.run(&["migrate", "--dry-run", "--sql"]).fine();
    database.execute("UPDATE app.leads SET phone = '1' WHERE id = 2");
    let refused = throwaway::execute(database.url(), &sql).unwrap_err();
    assert!(refused.contains(&format!("{IN_THE_WAY}: 1")), "{refused}");
    assert_eq!(database.query("SELECT phone FROM app.leads WHERE id = 2"), [[Some("1".to_owned())]]);
    database.execute(&NO_PHONE.replace("leads", "app.leads"));
    throwaway::execute(database.url(), &sql).unwrap();
    assert!(bench.run(&["migrate", "--dry-run"]).fine().contains("Nothing to do"));
}

/// A row that somebody made meanwhile, and that refers to nothing: nothing is kept, whoever goes on after an error.
#[test]
fn what_is_printed_takes_itself_back_where_a_row_refers_to_nothing() {
    let bench = Bench::with(
        &(BEFORE.to_owned()
            + "[entity.visit]\nowner = false\n[entity.visit.field]\nlead = { type = \"reference\", to = \"lead\" }\n"),
    );
    bench.write(".env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    assert_eq!(bench.run(&["seed", "--rows", "3"]).code, 0);
    bench.write(
        "blueprint.toml",
        &std::fs::read_to_string(bench.path("blueprint.toml")).unwrap().replace(PHONE, MOBILE),
    );
    let sql = bench.run(&["migrate", "--dry-run", "--sql"]).fine();
    let file = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    file.execute_batch("PRAGMA foreign_keys = OFF; UPDATE visits SET lead_id = 99 WHERE id = 1").unwrap();
    let refused = file.execute_batch(&sql).unwrap_err().to_string();
    assert!(refused.contains("CHECK constraint failed"), "{refused}");
    assert!(file.is_autocommit(), "the transaction goes on");
    assert_eq!((values(&bench, "phone"), values(&bench, "mobile")), (Some(3), None), "something was kept");
}

/// The same on a server.
#[test]
fn what_is_printed_is_what_runs_on_a_server() {
    let Some(database) = throwaway::Database::new() else { return };
    let bench = Bench::with(BEFORE);
    let at =
        |url: &str| bench.write(".env", &format!("SECRET_KEY=0123456789abcdef0123456789abcdef\nDATABASE_URL={url}\n"));
    at(database.url());
    assert_eq!(bench.run(&["seed", "--rows", "3"]).code, 0);
    let copy = database.copied();
    bench.write("blueprint.toml", &(BEFORE.replace(PHONE, MOBILE) + TAG));
    let sql = bench.run(&["migrate", "--dry-run", "--sql"]).fine();
    assert!(sql.contains("\nLOCK TABLE") && sql.contains("\nCOMMIT;"), "{sql}");
    throwaway::execute(copy.url(), &sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    assert_eq!(bench.run(&["migrate"]).code, 0);
    let queries = [
        "SELECT table_name || column_name || data_type || is_nullable FROM information_schema.columns WHERE table_schema = 'app' ORDER BY 1",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'app' ORDER BY 1",
        "SELECT conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'app'::regnamespace ORDER BY 1",
        "SELECT id || name || mobile || _version FROM app.leads ORDER BY id",
        "SELECT number || kind || statements || blueprint FROM app._migrations WHERE kind = 'app' ORDER BY id",
        "SELECT name || value FROM app._state WHERE name = 'app_floor'",
    ];
    for query in queries {
        assert!(!copy.query(query).is_empty(), "{query}");
        assert_eq!(copy.query(query), database.query(query), "{query}");
    }
    at(copy.url());
    assert!(bench.run(&["migrate", "--dry-run"]).fine().contains("Nothing to do"));
    // What shows nothing is found here as on a file.
    throwaway::execute(copy.url(), "UPDATE app.leads SET name = E' \\u200b\\t' WHERE id = 2").unwrap();
    let run = bench.run(&["migrate", "--dry-run"]);
    assert!(run.err.contains("rows of `leads` with nothing in `name`, which is required: 1 (id 2)"), "{run:?}");
}

/// Rows from before that would be refused today are told of, by both commands that look at them, and stay.
#[test]
fn rows_with_nothing_in_a_required_text_are_told_of() {
    let bench = filled();
    let told = |run: &crate::program::Run| (run.out.clone() + &run.err).contains("`leads` with nothing in `name`");
    assert!(
        !told(&bench.run(&["doctor"])) && bench.run(&["doctor"]).out.contains("every required text holds something")
    );
    let file = rusqlite::Connection::open(bench.path("data/app.db")).unwrap();
    file.execute_batch(
        "UPDATE leads SET name = '' WHERE id = 1; UPDATE leads SET name = char(32, 0x200b, 9) WHERE id = 3",
    )
    .unwrap();
    let doctor = bench.run(&["doctor"]);
    let words = "warning  rows: rows of `leads` with nothing in `name`, which is required: 2 (ids 1, 3)";
    assert!(doctor.out.contains(words) && doctor.out.contains("gets a 422"), "{doctor:?}");
    assert!(told(&bench.run(&["migrate"])) && told(&bench.run(&["migrate", "--dry-run"])));
    let changed = BEFORE.replace(PHONE, MOBILE);
    bench.write("blueprint.toml", &changed);
    // The tables are not those of the blueprint: that is told elsewhere.
    assert!(!told(&bench.run(&["doctor"])));
    let run = bench.run(&["migrate"]);
    assert!(run.code == 0 && told(&run), "{run:?}");
    let json = bench.run(&["migrate", "--json"]).json();
    assert!(json["left"][0].as_str().unwrap().contains("2 (ids 1, 3)"), "{json}");
    let rows: i64 = file.query_row("SELECT count(*) FROM leads", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 3);
    // Where nothing may stand there, nothing is wrong with it.
    bench.write("blueprint.toml", &changed.replace("name = { ", "name = { min_length = 0, "));
    let fine = bench.run(&["migrate", "--json"]).json();
    assert_eq!(fine["left"], serde_json::Value::Null, "{fine}");
}
