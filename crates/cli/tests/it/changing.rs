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
    assert_eq!(bench.read("blueprint.toml"), BLUEPRINT.replace("phone = {", "mobile = {"));
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
fn a_change_of_tables_says_what_becomes_of_a_database() {
    let bench = Bench::with(BLUEPRINT);
    let fields = bench.run(&["change", "rename phone to mobile", "--yes"]);
    assert!(fields.err.contains("a database that exists"), "{fields:?}");
    let rights = bench.run(&["change", "nobody may delete", "--yes"]);
    assert_eq!((rights.code, rights.err.as_str()), (0, ""));
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
