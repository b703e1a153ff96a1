//! What is written into `specs/` reads back as the same blueprint: of every example, of blueprints with every word, and of
//! generated ones.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use blueprint::Blueprint;
use intake::{SpecFile, read_spec};
use proptest::prelude::*;

fn load(text: &str) -> Blueprint {
    blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// The two documents.
fn specs(blueprint: &Blueprint) -> Vec<(String, String)> {
    let documents = codegen::documents(blueprint, &server::openapi::document(blueprint), None);
    let specs = documents.into_iter().filter(|draft| draft.path.starts_with("specs/"));
    specs.map(|draft| (draft.path, draft.content)).collect()
}

fn read_back(blueprint: &Blueprint) -> (String, Blueprint) {
    let specs = specs(blueprint);
    let files: Vec<SpecFile<'_>> = specs.iter().map(|(name, text)| SpecFile { name, text }).collect();
    let told = || specs.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n");
    let reading = read_spec(&files, "other", "From a specification")
        .unwrap_or_else(|problems| panic!("{problems:?}\n{}\n{}", blueprint.source, told()));
    assert!(reading.unplaced.is_empty(), "{:?}\n{}\n{}", reading.unplaced, blueprint.source, told());
    let again = blueprint::load(&reading.blueprint)
        .unwrap_or_else(|problems| panic!("{problems}\n{}\n{}\n{}", reading.blueprint, blueprint.source, told()));
    (told(), again)
}

/// All that a blueprint means, but for what a specification does not carry: the request, automations, and how it is written.
fn meaning(blueprint: &Blueprint) -> String {
    let mut bare = blueprint.clone();
    (bare.source, bare.warnings, bare.automations) = (String::new(), Vec::new(), Vec::new());
    bare.app.request = None;
    format!("{bare:#?}")
}

fn check(text: &str) {
    let before = load(text);
    let (specs, after) = read_back(&before);
    let (before, after) = (meaning(&before), meaning(&after));
    if before != after {
        let lines = before.lines().zip(after.lines()).enumerate().filter(|(_, (one, other))| one != other);
        let different: Vec<String> = lines.take(6).map(|(at, (one, other))| format!("{at}: {one} | {other}")).collect();
        panic!("not the same:\n{}\n{specs}\n{text}", different.join("\n"));
    }
}

#[test]
fn every_example_is_read_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut count = 0;
    for folder in ["examples", "crates/codegen/tests/cases", "crates/schema/tests/cases"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            if let Ok(text) = fs::read_to_string(entry.unwrap().path().join("blueprint.toml")) {
                check(&text);
                count += 1;
            }
        }
    }
    assert!(count >= 12, "{count}");
}

/// Every word that a blueprint has, names that mean something elsewhere, and texts with all that Markdown knows.
const EVERYTHING: &str = r##"
[app]
name = "every-thing"
summary = "Say \"hi\" | <b> `code` \\ , and\nmore"

[api]
prefix = "/api/x"
user_path = false
put = "update"
require_if_match = true
errors = "fastapi"

[auth]
sign_up = "invite"
verify_email = true
roles = ["manager", "clerk"]
accept = ["own", "better-auth"]

[user.field]
team = { type = "text", read_only = true, summary = "the team | of his" }
level = { type = "integer", min = 1, max = 5, default = 2, renamed_from = "grade" }

[integration.billing]
provider = "stripe"

[entity.staff]
plural = "staff"
renamed_from = ["employee", "worker"]
summary = "- a list? `x` | y"
id = "uuid"
soft_delete = true
audit_reads = true
on_user_delete = "hand_over"
[entity.staff.field]
name = { type = "text", required = true, min_length = 2, max_length = 80, pattern = "[A-Za-z, `|]+(a|b)", unique = true, search = true }
state = { type = "enum", values = ["a, b", "c|d", "<e>", "\"q\"", "it's", "x / y", "one two three four five", "unique"], default = "c|d", required = true, index = true }
single = { type = "enum", values = ["only"] }
nick = { type = "text", required = true, min_length = 0 }
note = { type = "long_text", required = true, default = "" }
motto = { type = "text", required = true }
price = { type = "money", currency = "EUR", min = "0.50", max = 99, default = "12.50" }
ratio = { type = "decimal", scale = 4, min = "-0.0005", default = "1.25" }
weight = { type = "float", min = -1.5, max = 1e300, default = 2.5 }
done = { type = "boolean", required = true, default = false }
key = { type = "uuid", unique = "global" }
day = { type = "date", default = "now" }
at = { type = "datetime", default = "2026-01-01T10:00:00Z" }
hour = { type = "time", default = "10:30:00" }
mail = { type = "email", sensitive = true, search = true }
phone = { type = "phone", hidden = true, renamed_from = ["mobile", "cell"] }
link = { type = "url", default = "https://example.com/a,b" }
data = { type = "json", default = { a = [1, "x|y", { b = 1.5 }], "c d" = true } }
quoted = { type = "json", default = "text" }
empty = { type = "text", default = "" }
dash = { type = "text", default = "-" }
now_text = { type = "text", default = "now", max_length = 500, index = true }
long = { type = "long_text", max_length = 1000, summary = "required; unique, index" }
owner_id = { type = "text" }
created_by = { type = "reference", to = "user" }
boss = { type = "reference", to = "staff", on_delete = "set_null", renamed_from = "manager" }
notes = { type = "reference", to = "model", many = true, on_delete = "restrict", read = ["owner"], renamed_from = "papers" }
secret = { type = "money", read = ["role:manager"], write = [{ who = "role:manager", when = "state = 'a, b' or state = 'c|d'" }] }
counted = { type = "integer", read_only = true, required = true, default = 0 }
[entity.staff.access]
read = ["owner", "role:manager", { when = "done and state != 'a, b'" }, { who = "anyone", when = "state = '\"q\"'" }]
create = ["role:clerk", "role:manager"]
update = ["owner", { who = "role:manager", when = "done and state != 'a, b'" }]
delete = ["nobody"]
pay_it = ["role:manager"]
[entity.staff.action.finish]
summary = "Ends it; for good | really"
set = { done = true, state = "<e>", price = "1.00", day = "now", data = { z = 1 } }
clear = ["link", "boss"]
when = "not done and state in ('a, b', 'it''s')"
[entity.staff.action.count_up]
add = { counted = 2, price = "-0.25" }
[entity.staff.action.flip]
toggle = "done"
[entity.staff.action.pay_it]
call = "billing.charge"
when = "done"
[entity.staff.action.own]
call = "service.own"

[entity.model]
owner = false
[entity.model.field]
model_id = { type = "text" }
table = { type = "text" }
[entity.model.access]
read = ["anyone"]
create = ["signed_in"]
update = ["role:admin", "role:manager"]

[entity.health_check]
on_user_delete = "delete"
[entity.health_check.field]
required = { type = "boolean" }
unique = { type = "reference", to = "model", required = true, on_delete = "cascade", unique = true }
"##;

#[test]
fn every_word_is_read_back() {
    check(EVERYTHING);
    let by_user = EVERYTHING
        .replace("user_path = false", "user_path = true")
        .replace(", { who = \"anyone\", when = \"state = '\\\"q\\\"'\" }", "");
    check(&by_user);
}

/// The document that every app serves says who may as well; of fields it says less (docs/specs.md).
#[test]
fn rights_are_read_back_of_the_openapi_document_too() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for example in ["todo", "lead-tracker", "clinic"] {
        let before = load(&fs::read_to_string(root.join(example).join("blueprint.toml")).unwrap());
        let document = server::openapi::document(&before).to_string();
        let file = SpecFile { name: "openapi.json", text: &document };
        let reading =
            read_spec(&[file], "other", "From a specification").unwrap_or_else(|problems| panic!("{problems:?}"));
        let after = load(&reading.blueprint);
        let rights = |blueprint: &Blueprint| {
            let of = |entity: &blueprint::Entity| {
                format!("{} owned {} trash {} {:?}", entity.name, entity.owned, entity.soft_delete, entity.access)
            };
            let mut rights: Vec<String> = blueprint.entities.iter().map(of).collect();
            rights.sort();
            rights
        };
        assert_eq!(rights(&after), rights(&before), "{example}\n{}", reading.blueprint);
    }
}

/// What the comparison must be able to see.
#[test]
fn another_meaning_is_another() {
    let one = meaning(&load(EVERYTHING));
    for (from, to) in [
        ("delete = [\"nobody\"]", "delete = [\"role:manager\"]"),
        ("soft_delete = true\n", ""),
        ("sensitive = true, ", ""),
        ("min = 1, max = 5", "min = 1, max = 6"),
        ("[\"employee\", \"worker\"]", "[\"worker\"]"),
        ("pattern = \"[A-Za-z", "pattern = \"[A-Zb-z"),
        ("when = \"done\"\n", ""),
    ] {
        let text = EVERYTHING.replace(from, to);
        assert!(text != EVERYTHING && meaning(&load(&text)) != one, "{from}");
    }
}

const TEXTS: &[&str] = &[
    "plain",
    "two words",
    "a, b",
    "c|d",
    "<e>",
    "`code`",
    "\"q\"",
    "it's",
    "\\",
    "# h",
    "- x",
    "a\tb",
    "é漢",
    "a;b",
    "``",
    "-",
    "none",
    "* * *",
    "(",
    "a)b",
    "required",
    "default x",
    "1 to 5",
    "where `a`",
    ", or nobody",
    "&lt;",
];
const PATTERNS: &[&str] = &["[a-z]+", "a|b", "x, y", "`+", " a ", "\\\\d{2}", "(?:a|b)c", "\\\"", "[|;]"];

fn text() -> impl Strategy<Value = String> {
    let quoted = |text: String| toml_text(&text);
    prop_oneof![
        prop::sample::select(TEXTS).prop_map(toml_text),
        prop::collection::vec(prop::sample::select(TEXTS), 2..4).prop_map(|texts| toml_text(&texts.join(" "))),
        "[ -~]{1,12}".prop_map(quoted),
    ]
}

fn toml_text(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\t' => out.push_str("\\t"),
            letter => out.push(letter),
        }
    }
    out + "\""
}

/// A type with words that it can have.
fn field() -> impl Strategy<Value = String> {
    let maybe = |word: &'static str| prop_oneof![Just(String::new()), Just(word.to_owned())];
    let texts = (
        any::<bool>(),
        1_u32..300,
        prop::option::of(prop::sample::select(PATTERNS)),
        prop::option::of(text()),
        maybe(", search = true"),
    );
    let texts = texts.prop_map(|(long, most, pattern, default, search)| {
        let kind = if long { "long_text" } else { "text" };
        // A default has to fit the limits.
        let limits = match (default, pattern) {
            (Some(default), _) => format!(", default = {default}"),
            (None, Some(pattern)) => {
                format!(", pattern = \"{pattern}\", min_length = {}, max_length = {most}", most / 3)
            }
            (None, None) => format!(", max_length = {most}"),
        };
        format!("type = \"{kind}\"{limits}{search}")
    });
    let enums = (prop::collection::vec(text(), 1..6), any::<bool>(), maybe(", required = true, index = true"))
        .prop_map(|(values, default, more)| {
            let mut values: Vec<String> = values
                .into_iter()
                .filter(|it| {
                    let inner = &it[1..it.len() - 1];
                    inner.trim() == inner && !inner.is_empty() && !inner.contains("\\t")
                })
                .collect();
            values.sort();
            values.dedup();
            values.push("\"last\"".to_owned());
            values.dedup();
            let default = if default { format!(", default = {}", values[0]) } else { String::new() };
            format!("type = \"enum\", values = [{}]{default}{more}", values.join(", "))
        });
    let integers = (-50_i64..50, 0_i64..50, any::<bool>()).prop_map(|(min, more, default)| {
        let default = if default { format!(", default = {min}") } else { String::new() };
        format!("type = \"integer\", min = {min}, max = {}{default}", min + more)
    });
    let decimals = (-5_000_i64..5_000, 0_u8..6, any::<bool>()).prop_map(|(units, scale, money)| match money {
        true => format!("type = \"money\", currency = \"EUR\", min = \"{}.{:02}\"", units, units.unsigned_abs() % 100),
        false => format!("type = \"decimal\", scale = {scale}, max = {units}"),
    });
    let floats = (-1e6_f64..1e6).prop_map(|number| format!("type = \"float\", min = {number:?}, default = {number:?}"));
    let others = prop::sample::select(
        &[
            "type = \"boolean\", default = true",
            "type = \"date\", default = \"now\", index = true",
            "type = \"datetime\"",
            "type = \"time\"",
            "type = \"email\", unique = true",
            "type = \"phone\", sensitive = true",
            "type = \"url\", hidden = true",
            "type = \"uuid\", unique = \"global\"",
            "type = \"json\", read_only = true",
            "type = \"reference\", to = \"user\"",
            "type = \"reference\", to = \"thing_0\", on_delete = \"cascade\"",
            "type = \"reference\", to = \"thing_0\", many = true",
            "type = \"reference\", to = \"thing_0\", on_delete = \"set_null\", read = [\"owner\"]",
            "type = \"text\", read = [\"role:boss\"], write = [\"nobody\"]",
            "type = \"integer\", write = [{ who = \"owner\", when = \"user_id = caller.id\" }]",
        ][..],
    );
    let kinds = prop_oneof![texts, enums, integers, decimals, floats, others.prop_map(str::to_owned)];
    (kinds, prop::option::of(text())).prop_map(|(kind, summary)| match summary {
        Some(summary) => format!("{kind}, summary = {summary}"),
        None => kind,
    })
}

fn access() -> impl Strategy<Value = String> {
    let read = prop::sample::select(
        &[
            "",
            "read = [\"owner\", \"role:boss\"]\ndelete = [\"role:boss\"]\n",
            "read = [\"signed_in\"]\nupdate = [\"owner\", \"role:boss\"]\n",
            "read = [\"anyone\"]\ncreate = [\"role:boss\"]\ndelete = [\"nobody\"]\n",
            "read = [\"owner\", { who = \"role:boss\", when = \"created_at < now\" }]\n",
            "create = [{ when = \"created_at <= now\" }]\n",
        ][..],
    );
    read.prop_map(str::to_owned)
}

fn entity(number: usize) -> impl Strategy<Value = String> {
    let fields = prop::collection::vec(field(), 1..6);
    let head = prop::sample::select(
        &["", "soft_delete = true\n", "id = \"uuid\"\naudit_reads = true\n", "on_user_delete = \"delete\"\n"][..],
    );
    (fields, head, access(), prop::option::of(text())).prop_map(move |(fields, head, access, summary)| {
        let summary = summary.map(|text| format!("summary = {text}\n")).unwrap_or_default();
        let fields: String = fields.iter().enumerate().map(|(at, field)| format!("f{at} = {{ {field} }}\n")).collect();
        format!("[entity.thing_{number}]\n{summary}{head}[entity.thing_{number}.field]\n{fields}[entity.thing_{number}.access]\n{access}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, max_global_rejects: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn generated_blueprints_are_read_back(first in entity(0), second in entity(1), summary in text()) {
        let text = format!("[app]\nname = \"made\"\nsummary = {summary}\n[auth]\nroles = [\"boss\"]\n{first}{second}");
        // Not every combination is a blueprint: what is none is not written into specifications either.
        prop_assume!(blueprint::load(&text).is_ok());
        check(&text);
    }
}
