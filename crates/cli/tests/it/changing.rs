//! `change`: a sentence changes a blueprint once, after it was shown, and nothing else.

use crate::program::Bench;

const BLUEPRINT: &str = "# Mine.\n[app]\nname = \"leads\"\n\n[entity.lead]\nowner = true\n[entity.lead.field]\n\
    name  = { type = \"text\" }   # as on the card\nphone = { type = \"phone\" }\n";

#[test]
fn a_sentence_changes_the_blueprint_and_nothing_else() {
    let bench = Bench::with(BLUEPRINT);
    let run = bench.run(&["change", "rename phone to mobile", "--yes"]);
    let said = run.out;
    assert_eq!(run.code, 0);
    for words in ["- phone = {", "+ mobile = {", "Changed blueprint.toml"] {
        assert!(said.contains(words), "no {words:?} in {said}");
    }
    let renamed = "mobile = { type = \"phone\", renamed_from = \"phone\" }";
    // The equals signs stay below each other.
    let after = BLUEPRINT.replace("phone = { type = \"phone\" }", renamed).replace("name  =", "name   =");
    assert_eq!(bench.read("blueprint.toml"), after);
    assert_eq!(bench.files(), ["blueprint.toml"]);
    assert_eq!(bench.run(&["check"]).code, 0);
    let again = bench.run(&["change", "rename phone to mobile", "--yes"]).fine();
    assert!(again.contains("Nothing to do"), "{again}");
}

#[test]
fn without_a_yes_it_is_only_shown() {
    let bench = Bench::with(BLUEPRINT);
    let run = bench.run(&["change", "rename", "phone", "to", "mobile"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("+ mobile") && run.err.contains("--yes"), "{run:?}");
    let dry = bench.run(&["change", "rename phone to mobile", "--yes", "--dry-run"]);
    assert_eq!(dry.code, 0);
    assert!(dry.out.contains("Nothing was changed"), "{dry:?}");
    assert_eq!(bench.read("blueprint.toml"), BLUEPRINT);
}

#[test]
fn one_wish_that_is_not_understood_changes_nothing_and_is_named() {
    let bench = Bench::with(BLUEPRINT);
    let run = bench.run(&["change", "rename phone to mobile. Paint it blue", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("Paint it blue") && !run.err.contains("rename phone to mobile\":"), "{run:?}");
    assert_eq!(bench.read("blueprint.toml"), BLUEPRINT);
}

#[test]
fn a_folder_can_be_named_and_json_tells_what_was_done() {
    let bench = Bench::new();
    bench.write("shop/blueprint.toml", BLUEPRINT);
    let said = bench.run(&["change", "tag leads", "--file", "shop", "--yes", "--json"]).fine();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["changed"], true);
    assert!(bench.read("shop/blueprint.toml").contains("[entity.tag.field]"));
    let lost = bench.run(&["change", "tag leads"]);
    assert_eq!(lost.code, 1);
    assert!(lost.err.contains("there is no blueprint.toml"), "{lost:?}");
}

#[test]
fn what_becomes_of_a_database_and_of_rights_is_said_before_the_yes() {
    let bench = Bench::with(BLUEPRINT);
    let said = |wish: &str| bench.run(&["change", wish, "--dry-run"]).fine();
    let fields = said("rename phone to mobile");
    assert!(fields.contains("`phone` of lead is `mobile` now, with its values") && !fields.contains("Who may do what"));
    let gone = said("drop the phone");
    assert!(gone.contains("rows of `leads` with a value in `phone`, which the blueprint no longer has"), "{gone}");
    let rights = said("only managers may delete");
    for line in [
        "Anyone signed in can no longer delete their own leads.",
        "Managers can now see or delete all leads, whoever made them; before, only their own leads.",
    ] {
        assert!(rights.contains(line), "no {line:?} in {rights}");
    }
    assert!(!rights.contains("A database that is there"), "{rights}");
    let rights = bench.run(&["change", "only managers may delete", "--yes"]).fine();
    assert!(!rights.contains("migrate"), "{rights}");
}

/// Each kind of change: what of it is said before the yes, and what `migrate` makes of a database with rows.
#[test]
#[expect(clippy::disallowed_methods, reason = "writes into the file past the server")]
fn what_a_database_makes_of_each_kind_of_change_is_said() {
    const FINE: &str = "are those of the blueprint now";
    const NOTHING: &str = "Nothing to do";
    let rows: &[(&str, &[&str], &str)] = &[
        (
            "the phone should be a whole number",
            &[
                "`phone` of prospect is an integer",
                "rows of `prospects` with a value in `phone`, of which nothing makes an integer",
            ],
            "of which nothing makes an integer",
        ),
        ("phone should be text", &["`phone` of a prospect is text"], NOTHING),
        ("the names can be long", &["`name` of a prospect is long text"], NOTHING),
        (
            "the statuses are now new, open, done",
            &[
                "`status` of prospect can be open, done",
                "can no longer be contacted",
                "rows of `prospects` whose `status` is not one of its values",
            ],
            "whose `status` is not one of its values",
        ),
        ("add archived to the status", &["`status` of prospect can be archived"], FINE),
        (
            "phone is required",
            &["`phone` of prospect is required", "that would have no `phone`, which is required"],
            FINE,
        ),
        (
            "the phone must be unique",
            &["is unique among the rows of one owner", "that are alike in `phone`, which is unique now"],
            FINE,
        ),
        ("name is no longer required", &["`name` of prospect may be empty"], FINE),
        ("let me search prospects by name", &["`name` of prospect is searched by `q=`"], FINE),
        ("I want to sort prospects by phone", &["`phone` of prospect has an index"], FINE),
        ("name at most 5 characters", &["`name` of prospects stays what it is, also past a limit"], NOTHING),
        (
            "new prospects start as contacted",
            &["`status` of prospects stays what it is: the default is for new ones"],
            NOTHING,
        ),
        (
            "remove the phone",
            &["prospect has no longer `phone`", "rows of `prospects` with a value in `phone`"],
            "which the blueprint no longer has",
        ),
        ("a prospect can have several tags", &["prospect has `tags`", "`tag` is new"], FINE),
        (
            "each prospect belongs to a company",
            &["prospect has `company`", "that would have no `company`"],
            "would have no `company`",
        ),
        ("invite only", &["only who is invited can make an account"], NOTHING),
    ];
    let bench = Bench::new();
    let blueprint = "[app]\nname = \"leads\"\n[auth]\nsign_up = \"open\"\n[entity.prospect]\n[entity.prospect.field]\nname = { type = \"text\", required = \
        true }\nstatus = { type = \"enum\", values = [\"new\", \"contacted\"], default = \"new\" }\nphone = { type = \"phone\" }\n";
    bench.write("made/blueprint.toml", blueprint);
    bench.write("made/.env", "SECRET_KEY=0123456789abcdef0123456789abcdef\n");
    bench.run(&["seed", "made", "--rows", "8"]).fine();
    // A phone in each row, none twice: what is in the way is in the way because of the wish.
    {
        let file = rusqlite::Connection::open(bench.path("made/data/app.db")).unwrap();
        file.execute_batch(
            "UPDATE prospects SET phone = '+4912345' || (1000 + id), status = CASE id % 2 WHEN 0 THEN 'new' ELSE 'contacted' END; \
             PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .unwrap();
    }
    for (number, (wish, told, after)) in rows.iter().enumerate() {
        let folder = format!("app{number}");
        bench.write(&format!("{folder}/blueprint.toml"), blueprint);
        bench.write(&format!("{folder}/.env"), &bench.read("made/.env"));
        std::fs::create_dir_all(bench.path(&format!("{folder}/data"))).unwrap();
        std::fs::copy(bench.path("made/data/app.db"), bench.path(&format!("{folder}/data/app.db"))).unwrap();
        let said = bench.run(&["change", wish, "--file", &folder, "--yes"]).fine();
        for words in *told {
            assert!(said.contains(words), "{wish}: no {words:?} in {said}");
        }
        let run = bench.run(&["migrate", &folder]);
        let is_fine = matches!(*after, FINE | NOTHING);
        assert_eq!(run.code == 0, is_fine, "{wish}: {run:?}");
        assert!(run.out.contains(after) || run.err.contains(after), "{wish}: no {after:?} in {run:?}");
    }
    let clinic = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/clinic/blueprint.toml"),
    );
    bench.write("clinic/blueprint.toml", &clinic.unwrap());
    let said = bench.run(&["change", "the fee is in dollars", "--file", "clinic", "--dry-run"]).fine();
    assert!(
        said.contains("`fee` of appointments stays the same number, which counts as USD from now on and was EUR"),
        "{said}"
    );
}

/// New project, rows, another name, served again: the rows are there under the new name. And once more, and an entity.
#[test]
#[expect(clippy::disallowed_methods, reason = "looks into the file past the server")]
fn rows_come_along_when_something_is_renamed() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects with a phone", "--no-model"]).fine();
    bench.run(&["seed", "lead-tracker", "--rows", "5"]).fine();
    let rows = |sql: &str| -> Vec<(i64, Option<String>)> {
        let file = rusqlite::Connection::open(bench.path("lead-tracker/data/app.db")).unwrap();
        let mut rows = file.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let before = rows("SELECT id, phone FROM prospects ORDER BY id");
    assert!(before.len() == 5 && before.iter().any(|(_, phone)| phone.is_some()), "{before:?}");
    let steps = [
        ("rename phone to mobile", "SELECT id, mobile FROM prospects ORDER BY id"),
        ("rename mobile to cell. rename prospects to leads", "SELECT id, cell FROM leads ORDER BY id"),
        ("rename cell to phone. rename leads to prospects", "SELECT id, phone FROM prospects ORDER BY id"),
    ];
    for (wish, sql) in steps {
        let said = bench.run(&["change", wish, "--file", "lead-tracker", "--yes"]).fine();
        assert!(said.contains("make a back-up, then: supermaker migrate --file lead-tracker"), "{said}");
        bench.run(&["check", "lead-tracker", "--quiet"]);
        let run = bench.run(&["migrate", "lead-tracker"]);
        assert_eq!(run.code, 0, "{wish}: {run:?}");
        assert_eq!(rows(sql), before, "{wish}");
    }
}

/// What was asked for in a change is asked for; what was written by hand is not.
#[test]
fn what_a_change_asked_for_is_not_wider_than_asked() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects", "--no-model"]).fine();
    let flags = || {
        let access = bench.run(&["access", "lead-tracker", "--json"]).json();
        (access["wider"].clone(), access["narrower"].clone())
    };
    let none = || (serde_json::json!([]), serde_json::json!([]));
    assert_eq!(flags(), none());
    for wish in
        ["only managers may delete", "everyone can see prospects", "rename prospects to leads", "nobody may add leads"]
    {
        bench.run(&["change", wish, "--file", "lead-tracker", "--yes"]).fine();
        assert_eq!(flags(), none(), "{wish}");
    }
    assert!(!bench.read("lead-tracker/docs/access.md").contains("Wider than"));
    let text = bench.read("lead-tracker/blueprint.toml").replace("update = [\"owner\"]", "");
    bench.write(
        "lead-tracker/blueprint.toml",
        &text.replace("[entity.lead.access]", "[entity.lead.access]\nupdate = [\"signed_in\"]"),
    );
    assert_eq!(flags().0, serde_json::json!(["Anyone signed in can change other people's leads"]));
}

/// README and checklist too; what somebody wrote into the checklist stays, and a README of his own is left and told.
#[test]
fn readme_and_checklist_follow_a_change() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects", "--no-model"]).fine();
    let todos = "lead-tracker/docs/backend_todos_lead_tracker.md";
    bench.write(todos, &(bench.read(todos) + "\nAsk Kim about hosting.\n"));
    let change = |wish: &str| bench.run(&["change", wish, "--file", "lead-tracker", "--yes"]).fine();
    let said = change("rename prospects to leads");
    for file in ["README.md", "docs/backend_todos_lead_tracker.md", "docs/schema.md", "specs/database/schema.md"] {
        assert!(said.contains(&format!("Wrote {file}")), "no {file} in {said}");
    }
    let readme = bench.read("lead-tracker/README.md");
    assert!(readme.contains("| Leads |") && !readme.contains("| Prospects |"), "{readme}");
    let list = bench.read(todos);
    assert!(
        list.contains("Ask Kim about hosting.") && list.contains("`leads`") && !list.contains("`prospects`"),
        "{list}"
    );
    assert_eq!(bench.run(&["docs", "lead-tracker", "--check"]).code, 0);

    bench.write("lead-tracker/README.md", "# Mine\n");
    let said = change("rename leads to offers");
    assert!(said.contains("Left as you edited it: README.md") && said.contains("written anew"), "{said}");
    assert_eq!(bench.read("lead-tracker/README.md"), "# Mine\n");
}

/// What was assumed of something that is gone is nobody's to look at any more, whether it went by a wish or by hand.
#[test]
fn the_checklist_asks_nothing_of_what_is_gone() {
    let bench = Bench::new();
    let request = "Build a course platform where teachers create courses with a title and a price, each lesson belongs to a course \
                   and has a title and a video.";
    bench.run(&["new", request, "--no-model"]).fine();
    let todos = "course-platform/docs/backend_todos_course_platform.md";
    let assumed = || {
        let list = bench.read(todos);
        list.lines().filter(|line| line.contains("Assumed: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let has = |words: &str| assumed().iter().any(|line| line.contains(words));
    let labels = "must be given, because records are known by it: `title` of a course, `title` of a lesson";
    assert!(has("US dollars") && has("`video` of a lesson") && has(labels), "{:#?}", assumed());
    assert!(has("invitation only"), "{:#?}", assumed());
    bench.run(&["change", "anyone can sign up", "--file", "course-platform", "--yes"]).fine();
    assert!(!has("invitation only"), "{:#?}", assumed());
    bench.run(&["change", "rename price to fee", "--file", "course-platform", "--yes"]).fine();
    assert!(has("US dollars"), "{:#?}", assumed());
    bench.run(&["change", "remove the fee from courses", "--file", "course-platform", "--yes"]).fine();
    assert!(!has("US dollars") && has("`video` of a lesson"), "{:#?}", assumed());
    let kept = bench.read("course-platform/blueprint.toml");
    let (kept, _) = kept.split_once("[entity.lesson]").unwrap();
    bench.write("course-platform/blueprint.toml", kept);
    bench.run(&["todos", "--file", "course-platform"]);
    assert!(
        has("known by it: `title` of a course (") && !assumed().iter().any(|it| it.contains("lesson")),
        "{:#?}",
        assumed()
    );
}

#[test]
fn a_summary_that_says_a_former_name_is_told() {
    let bench =
        Bench::with(&BLUEPRINT.replace("name = \"leads\"", "name = \"leads\"\nsummary = \"Keeps leads and calls.\""));
    let said = bench.run(&["change", "rename leads to offers", "--dry-run"]).fine();
    assert!(said.contains("the summary of the app still says \"leads\""), "{said}");
}

/// What `new` wrote of the rules goes with them; what somebody wrote himself stays his, and a lone blueprint alone.
#[test]
fn the_document_of_the_rules_is_written_anew() {
    let bench = Bench::new();
    bench.run(&["new", "Build me a lead tracker where I can log prospects", "--no-model"]).fine();
    let access = "lead-tracker/docs/access.md";
    let before = bench.read(access);
    let change = |wish: &str| bench.run(&["change", wish, "--file", "lead-tracker", "--yes"]);
    let said = change("nobody may delete prospects").fine();
    assert!(said.contains("Wrote docs/access.md"), "{said}");
    let after = bench.read(access);
    assert!(after != before && after.contains("Nobody can delete prospects."), "{after}");
    assert_eq!(after.trim_end(), bench.run(&["access", "lead-tracker", "--markdown"]).fine().trim_end());
    // It is still known as ours: so it is renewed again, and a second `new` finds its folder.
    let run = change("let me tag prospects");
    assert!(run.code == 0 && run.out.contains("Wrote docs/access.md"), "{run:?}");

    bench.write(access, "# Mine\n");
    let run = change("rename prospects to leads");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("Left as you edited it: docs/access.md"), "{run:?}");
    assert_eq!(bench.read(access), "# Mine\n");

    // Written by hand with the command, in a folder that is not ours.
    let bench = Bench::with(BLUEPRINT);
    let text = bench.run(&["access", "--markdown"]).fine();
    bench.write("docs/access.md", &text);
    let said = bench.run(&["change", "nobody may delete", "--yes", "--json"]).fine();
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["documents"]["written"], serde_json::json!([]));
    assert_eq!(bench.read("docs/access.md"), text);
}
