//! What wishes change in a blueprint: a row is a test. Whatever is changed loads, keeps every comment, and is done once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use intake::{change, difference};

const BLUEPRINT: &str = r#"#:schema ./blueprint.schema.json
# About the file.

[app]
name = "leads"

[auth]
roles = ["clerk"]

# Who may become a customer.
[entity.lead]
owner = true
[entity.lead.field]
name   = { type = "text", required = true }   # as on the card
phone  = { type = "phone" }
status = { type = "enum", values = ["new", "won"], default = "new" }
[entity.lead.access]
read = ["owner", "role:clerk"]
win  = ["role:clerk"]
[entity.lead.action.win]
set = { status = "won" }
when = "status = 'new'"

# What was said.
[entity.follow_up]
owner = true
[entity.follow_up.field]
lead    = { type = "reference", to = "lead", required = true }
message = { type = "long_text" }

[integration.sms]
provider = "twilio"
"#;

/// A wish, and the lines that go (`-`) and come (`+`), spaces folded, in their order.
const ROWS: &[(&str, &[&str])] = &[
    ("rename phone to mobile", &["- phone = { type = \"phone\" }", "+ mobile = { type = \"phone\" }"]),
    (
        "Please rename the lead's status to stage.",
        &[
            "- status = { type = \"enum\", values = [\"new\", \"won\"], default = \"new\" }",
            "+ stage = { type = \"enum\", values = [\"new\", \"won\"], default = \"new\" }",
            "- set = { status = \"won\" }",
            "- when = \"status = 'new'\"",
            "+ set = { stage = \"won\" }",
            "+ when = \"stage = 'new'\"",
        ],
    ),
    (
        "rename follow-ups to calls",
        &["- [entity.follow_up]", "+ [entity.call]", "- [entity.follow_up.field]", "+ [entity.call.field]"],
    ),
    (
        "only managers may delete leads",
        &[
            "- roles = [\"clerk\"]",
            "+ roles = [\"clerk\", \"manager\"]",
            "- read = [\"owner\", \"role:clerk\"]",
            "+ read = [\"owner\", \"role:clerk\", \"role:manager\"]",
            "+ delete = [\"role:manager\"]",
        ],
    ),
    ("nobody may delete leads", &["+ delete = [\"nobody\"]"]),
    (
        "clerks may also edit follow-ups",
        &[
            "+ [entity.follow_up.access]",
            "+ read = [\"owner\", \"role:clerk\"]",
            "+ update = [\"owner\", \"role:clerk\"]",
        ],
    ),
    (
        "anyone can see leads",
        &["- read = [\"owner\", \"role:clerk\"]", "+ read = [\"owner\", \"role:clerk\", \"anyone\"]"],
    ),
    ("drop the SMS", &["- [integration.sms]", "- provider = \"twilio\""]),
    ("we don't need the message", &["- message = { type = \"long_text\" }"]),
    (
        "remove follow-ups",
        &[
            "- # What was said.",
            "- [entity.follow_up]",
            "- owner = true",
            "- [entity.follow_up.field]",
            "- lead = { type = \"reference\", to = \"lead\", required = true }",
            "- message = { type = \"long_text\" }",
            "-",
        ],
    ),
    (
        "also let me tag leads",
        &[
            "+ tags = { type = \"reference\", to = \"tag\", many = true }",
            "+ [entity.tag]",
            "+ owner = true",
            "+ [entity.tag.field]",
            "+ name = { type = \"text\", required = true, index = true }",
            "+",
        ],
    ),
    (
        "add lost to the status",
        &[
            "- status = { type = \"enum\", values = [\"new\", \"won\"], default = \"new\" }",
            "+ status = { type = \"enum\", values = [\"new\", \"won\", \"lost\"], default = \"new\" }",
        ],
    ),
    ("make the phone required", &["- phone = { type = \"phone\" }", "+ phone = { type = \"phone\", required = true }"]),
    (
        "The name is optional",
        &[
            "- name = { type = \"text\", required = true } # as on the card",
            "+ name = { type = \"text\", required = false } # as on the card",
        ],
    ),
    ("add an email to leads", &["+ email = { type = \"email\" }"]),
    (
        "Leads have a budget and a website",
        &["+ budget = { type = \"money\", currency = \"USD\" }", "+ website = { type = \"url\" }"],
    ),
    (
        "send an email when a lead is created",
        &[
            "+",
            "+ [integration.email]",
            "+ provider = \"smtp\"",
            "+",
            "+ [automation.email_lead_created]",
            "+ on = \"lead.created\"",
            "+ do = \"email.send\"",
        ],
    ),
    (
        "rename phone to mobile, drop the SMS",
        &[
            "- phone = { type = \"phone\" }",
            "+ mobile = { type = \"phone\" }",
            "- [integration.sms]",
            "- provider = \"twilio\"",
        ],
    ),
];

/// Wishes that change nothing, and a word of why.
const REFUSED: &[(&str, &str)] = &[
    ("frobnicate the gizmo", "other words"),
    ("rename colour to hue", "no field `colour`"),
    ("rename phone to name", "already"),
    ("drop the status", "needs `status`"),
    ("rename phone to mobile. Paint it blue", "other words"),
    ("tag boats", "no record `boat`"),
    ("only bananas may delete", "no role"),
    ("", "nothing is asked"),
];

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comments(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.find('#').and_then(|at| line.get(at..))).map(folded).collect()
}

#[test]
fn every_wish_changes_its_lines() {
    let mut wrong = Vec::new();
    for (wish, expected) in ROWS {
        let changed = match change(BLUEPRINT, wish) {
            Ok(changed) => changed,
            Err(why) => {
                wrong.push(format!("{wish}: {why:?}"));
                continue;
            }
        };
        if let Err(problems) = blueprint::load(&changed.text) {
            wrong.push(format!("{wish}: {problems}\n{}", changed.text));
        }
        let lines = difference(BLUEPRINT, &changed.text);
        let lines: Vec<String> = lines.lines().filter(|line| line.starts_with(['+', '-'])).map(folded).collect();
        if lines != *expected {
            wrong.push(format!("{wish}:\n{}", lines.join("\n")));
        }
        let again = change(&changed.text, wish);
        if !again.as_ref().is_ok_and(|again| !again.is_change() && !again.already.is_empty()) {
            wrong.push(format!("{wish}, again: {again:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_not_understood_changes_nothing() {
    for (wish, why) in REFUSED {
        let refused = change(BLUEPRINT, wish).unwrap_err();
        assert!(refused.iter().any(|one| one.why.contains(why)), "{wish}: {refused:?}");
    }
}

#[test]
fn comments_of_what_stays_survive() {
    for wish in ["rename phone to mobile", "only managers may delete", "also let me tag leads", "drop the SMS"] {
        let changed = change(BLUEPRINT, wish).unwrap();
        assert_eq!(comments(BLUEPRINT), comments(&changed.text), "{wish}");
    }
}

/// The examples of the table and of the rows above on blueprints that nobody wrote them for.
#[test]
fn whatever_is_changed_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("blueprint.toml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let before = blueprint::load(&text).unwrap();
        let mut wishes: Vec<String> =
            ["only managers may delete", "nobody may delete", "drop the SMS"].map(str::to_owned).into();
        for entity in &before.entities {
            let name = entity.name.replace('_', " ");
            wishes.extend([
                format!("tag {name}s"),
                format!("rename {name} to gadget"),
                format!("add a nickname to {name}"),
                format!("only clerks may edit {name}s"),
            ]);
            for field in &entity.fields {
                let field = field.name.replace('_', " ");
                wishes.push(format!("rename the {field} of {name} to gizmo"));
                wishes.push(format!("drop the {field} of {name}"));
                wishes.push(format!("make the {field} of {name} optional"));
            }
        }
        for wish in wishes {
            let Ok(changed) = change(&text, &wish) else { continue };
            if let Err(problems) = blueprint::load(&changed.text) {
                panic!("{}: {wish}\n{}\n{problems}", path.display(), difference(&text, &changed.text));
            }
            assert_eq!(changed.is_change(), changed.text != text, "{wish}");
        }
    }
}
