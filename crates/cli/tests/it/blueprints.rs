//! `check` and `access`: what is wrong with a blueprint, and who may do what by it.

use expect_test::expect;

use crate::program::{Bench, REQUEST};

const CLINIC: &str = r#"
[app]
name = "clinic"
[auth]
roles = ["doctor"]
[entity.visit.field]
note = { type = "text" }
[entity.visit.access]
read = ["owner", "role:doctor"]
delete = ["role:doctor"]
[entity.visit.action.close]
set = { note = "closed" }
[entity.room]
owner = false
[entity.room.access]
read = ["anyone"]
"#;

#[test]
fn problems_are_shown_where_they_are() {
    let bench = Bench::with("[app]\nname = \"x\"\n[entity.a.field]\nb = { type = \"texd\" }\n");
    let run = bench.run(&["check"]);
    assert_eq!(run.code, 1);
    expect![[r#"
        error[wrong_value]: `type` cannot be "texd"
         --> blueprint.toml:4:14
          |
        4 | b = { type = "texd" }
          |              ^^^^^^
          |
          = help: perhaps you meant `text`

        blueprint.toml has 1 error
    "#]]
    .assert_eq(&run.out);
    let json = bench.run(&["check", "--json"]).json();
    assert_eq!((json["loads"].as_bool(), json["problems"][0]["place"]["line"].as_u64()), (Some(false), Some(4)));
}

#[test]
fn a_good_one_is_fine_and_its_warnings_do_not_fail() {
    assert_eq!(Bench::with(CLINIC).run(&["check"]).fine(), "blueprint.toml is fine\n");
    let bench = Bench::with(&format!("{CLINIC}[integration.sms]\n"));
    let said = bench.run(&["check", "blueprint.toml"]).fine();
    assert!(said.contains("warning[") && said.ends_with("blueprint.toml is fine, with 1 warning\n"), "{said}");
    assert_eq!(bench.run(&["check", "--quiet"]).fine(), "");
    assert_eq!(bench.run(&["check", "--json"]).json()["problems"][0]["severity"], "warning");
}

#[test]
fn a_blueprint_that_is_not_there_is_looked_for() {
    let bench = Bench::new();
    bench.run(&["check"]).refused(1, &["there is no blueprint.toml", "supermaker new"]);
    bench.write("lead-tracker/blueprint.toml", CLINIC);
    bench.run(&["check", "led-tracker"]).refused(1, &["perhaps you meant lead-tracker"]);
    bench.run(&["access", "lead-tracker"]).fine();
}

#[test]
fn access_is_told_in_english_and_as_a_table() {
    let bench = Bench::with(CLINIC);
    expect![[r#"
        Anyone can make an account.
        Anyone signed in can add visits.
        Only the owner of a visit and doctors can see it.
        Only the owner of a visit can change it.
        Only doctors can delete visits.
        Only the owner of a visit can do `close` with it.
        Only admins can add, change or delete rooms.
        Anyone, signed in or not, can see rooms.

        entity  operation  not signed in  signed in  admin  doctor
        visit   create     none           own        own    own
        visit   read       none           own        own    all
        visit   update     none           own        own    own
        visit   delete     none           none       none   all
        visit   close      none           own        own    own
        room    create     none           none       all    none
        room    read       all            all        all    all
        room    update     none           none       all    none
        room    delete     none           none       all    none

        own: the caller's own records (create: the new record is his); some: those for which what is said above holds; all: every record; none: refused
    "#]]
    .assert_eq(&bench.run(&["access"]).fine());
    let json = bench.run(&["access", "--json"]).json();
    assert_eq!(json["sentences"].as_array().unwrap().len(), 8);
    assert_eq!(json["callers"][3], serde_json::json!({"kind": "role", "role": "doctor"}));
    assert_eq!(json["matrix"][3]["reach"], serde_json::json!(["none", "none", "none", "all"]));
    let document = bench.run(&["access", "--markdown"]).fine();
    assert!(document.contains("| doctor | yes | yes | own | yes | own |"), "{document}");
    bench.run(&["access", "--markdown", "--json"]).refused(2, &["--json"]);
}

/// The request is read anew, so that what was changed by hand is flagged too.
#[test]
fn what_is_wider_than_the_request_is_flagged() {
    let bench = Bench::new();
    bench.run(&["new", REQUEST, "--dir", "books"]).fine();
    let said = bench.run(&["access", "books"]).fine();
    assert!(!said.contains("than the request"), "{said}");
    let text = bench.read("books/blueprint.toml");
    let entity = "[entity.book]\n";
    assert!(text.contains(entity), "{text}");
    bench.write("books/blueprint.toml", &format!("{text}\n[entity.book.access]\nread = [\"anyone\"]\n"));
    let wider = "Anyone, signed in or not, can see books";
    let said = bench.run(&["access", "books"]).refused(0, &[]).out;
    assert!(said.contains(&format!("! wider than the request: {wider}\n")), "{said}");
    assert_eq!(bench.run(&["access", "books", "--json"]).json()["wider"], serde_json::json!([wider]));
    let document = bench.run(&["access", "books", "--markdown"]).out;
    assert!(
        document.contains(&format!("**Wider than the request**, which does not say so:\n\n- {wider}.")),
        "{document}"
    );
    // What a model had read of the request counts, where that was kept; else it is said who has read it.
    let (record, anew) = ("books/.supermaker/request.json", "the request as the rules read it");
    assert!(!said.contains(anew), "{said}");
    let kept = bench.read(record);
    let (before, after) =
        ("\"asked\": [", "\"asked\": [{ \"who\": \"public\", \"action\": \"read\", \"entity\": \"book\" }");
    assert!(kept.contains("\"asked\": []"), "{kept}");
    bench.write(record, &kept.replace(before, after));
    let said = bench.run(&["access", "books"]).fine();
    assert!(!said.contains("than the request"), "{said}");
    bench.write(record, "{}");
    let said = bench.run(&["access", "books"]).fine();
    assert!(said.contains(wider) && said.contains(anew), "{said}");
    assert_eq!(bench.run(&["access", "books", "--json"]).json()["read_anew"], true);
}

#[test]
fn a_wrong_command_line_is_json_for_who_asks_for_it() {
    for (words, error, hint) in [
        (["frobnicate", "--json"].as_slice(), "unrecognized subcommand 'frobnicate'", "Usage: supermaker"),
        (&["check", "--jsno", "--json"], "unexpected argument '--jsno' found", "a similar argument exists: '--json'"),
        (
            &["Track my boats", "--json"],
            "unrecognized subcommand 'Track my boats'",
            "supermaker new \"Track my boats\"",
        ),
    ] {
        let run = Bench::new().run(words).refused(2, &[]);
        let said: serde_json::Value = serde_json::from_str(&run.err).unwrap_or_else(|_| panic!("{run:?}"));
        assert_eq!(said["error"], error);
        assert!(said["hint"].as_str().is_some_and(|text| text.contains(hint)), "{said}");
    }
    Bench::new()
        .run(&["frobnicate"])
        .refused(2, &["error: unrecognized subcommand", "For more information, try '--help'"]);
}
