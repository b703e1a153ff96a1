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
    (
        "rename phone to mobile",
        &["- phone = { type = \"phone\" }", "+ mobile = { type = \"phone\", renamed_from = \"phone\" }"],
    ),
    (
        "Please rename the lead's status to stage.",
        &[
            "- status = { type = \"enum\", values = [\"new\", \"won\"], default = \"new\" }",
            "+ stage = { type = \"enum\", values = [\"new\", \"won\"], default = \"new\", renamed_from = \"status\" }",
            "- set = { status = \"won\" }",
            "- when = \"status = 'new'\"",
            "+ set = { stage = \"won\" }",
            "+ when = \"stage = 'new'\"",
        ],
    ),
    (
        "rename follow-ups to calls",
        &[
            "- [entity.follow_up]",
            "+ [entity.call]",
            "+ renamed_from = \"follow_up\"",
            "- [entity.follow_up.field]",
            "+ [entity.call.field]",
        ],
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
    (
        "nobody but managers can edit leads",
        &[
            "- roles = [\"clerk\"]",
            "+ roles = [\"clerk\", \"manager\"]",
            "- read = [\"owner\", \"role:clerk\"]",
            "+ read = [\"owner\", \"role:clerk\", \"role:manager\"]",
            "+ update = [\"role:manager\"]",
        ],
    ),
    ("let clerks edit leads", &["+ update = [\"owner\", \"role:clerk\"]"]),
    ("allow clerks to delete leads", &["+ delete = [\"owner\", \"role:clerk\"]"]),
    ("give clerks access to follow-ups", &["+ [entity.follow_up.access]", "+ read = [\"owner\", \"role:clerk\"]"]),
    ("make follow-ups public", &["+ [entity.follow_up.access]", "+ read = [\"owner\", \"anyone\"]"]),
    ("no clerk may win leads", &["- win = [\"role:clerk\"]", "+ win = [\"nobody\"]"]),
    ("no one may delete leads", &["+ delete = [\"nobody\"]"]),
    ("clerks may not win leads", &["- win = [\"role:clerk\"]", "+ win = [\"nobody\"]"]),
    ("anyone signed in can read follow-ups", &["+ [entity.follow_up.access]", "+ read = [\"owner\", \"signed_in\"]"]),
    ("drop the SMS", &["-", "- [integration.sms]", "- provider = \"twilio\""]),
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
            "+ name = { type = \"text\" } # as on the card",
        ],
    ),
    ("add a role manager", &["- roles = [\"clerk\"]", "+ roles = [\"clerk\", \"manager\"]"]),
    (
        "also keep track of projects with a name and a deadline",
        &[
            "+ [entity.project]",
            "+ owner = true",
            "+ [entity.project.field]",
            "+ name = { type = \"text\", required = true, index = true }",
            "+ deadline = { type = \"date\", index = true }",
            "+",
        ],
    ),
    (
        "also keep track of visits with a date. Each visit belongs to a lead",
        &[
            "+ [entity.visit]",
            "+ owner = true",
            "+ [entity.visit.field]",
            "+ date = { type = \"date\", index = true }",
            "+ lead = { type = \"reference\", to = \"lead\", required = true }",
            "+",
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
            "+ mobile = { type = \"phone\", renamed_from = \"phone\" }",
            "-",
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
    ("drop the status", "`status` is needed: the action `win` of leads sets it"),
    ("rename phone to mobile. Paint it blue", "other words"),
    ("tag boats", "no record `boat`"),
    ("only bananas may delete", "no role"),
    ("clerks can't delete leads", "no rule names them"),
    ("make boats public", "no record `boat`"),
    ("rename new to fresh", "`new` is a value of `status`"),
    ("rename the value won to closed", "add closed to the status"),
    ("make it public", "name it"),
    ("make them public", "name it"),
    ("make public", "name it"),
    ("clerks may delete it", "name it"),
    ("no clerk can delete leads", "no rule names them"),
    ("neither clerks nor managers may see leads", "nobody is named"),
    ("I doubt that clerks should see follow-ups", "nobody is named"),
    ("everyone but clerks may see leads", "nobody is named"),
    ("few clerks may see follow-ups", "nobody is named"),
    ("I don't think clerks should see follow-ups", "nobody is named"),
    ("give no clerks access to follow-ups", "nobody is named"),
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
        // What is gone is not there to be removed.
        let is_gone = again.as_ref().is_err_and(|why| why.iter().all(|one| one.why.starts_with("there is no `")));
        if !is_gone && !again.as_ref().is_ok_and(|again| !again.is_change() && !again.already.is_empty()) {
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

/// Wishes one after the other. What is renamed says all that it was called: whether it was served in between or not, a database finds
/// its way.
#[test]
fn wishes_follow_on_each_other() {
    let rows: &[(&[&str], &[&str])] = &[
        (
            &["rename phone to mobile", "rename mobile to cell"],
            &["cell   = {", "renamed_from = [\"mobile\", \"phone\"]"],
        ),
        (&["rename phone to mobile", "rename mobile to phone"], &["phone  = {", "renamed_from = \"mobile\""]),
        (
            &["rename leads to prospects", "rename prospects to people"],
            &["[entity.person]\nrenamed_from = [\"prospect\", \"lead\"]\n"],
        ),
        (&["rename notes to remarks"], &["[entity.remark]\nrenamed_from = \"note\"\n[entity.remark.field]\n"]),
        (&["rename the body of notes to text"], &["[entity.note.field.text]\nrenamed_from = \"body\"\n"]),
    ];
    let before = format!("{BLUEPRINT}\n[entity.note.field.body]\ntype = \"text\"\n");
    let before = &before;
    for (wishes, expected) in rows {
        let bare = before.replace(".field.body]\ntype", ".field]\nbody.type");
        let before = if wishes[0] == "rename notes to remarks" { &bare } else { before };
        let after = wishes.iter().fold(before.clone(), |text, wish| change(&text, wish).unwrap().text);
        blueprint::load(&after).unwrap_or_else(|problems| panic!("{wishes:?}: {problems}\n{after}"));
        for words in *expected {
            assert!(after.contains(words), "{wishes:?}: no {words:?} in {after}");
        }
    }
}

/// Unique among all is unique; it must not become less.
#[test]
fn what_is_more_than_asked_for_stays() {
    let text = BLUEPRINT.replace("phone  = { type = \"phone\" }", "phone  = { type = \"phone\", unique = \"global\" }");
    let again = change(&text, "make the phone unique").unwrap();
    assert!(!again.is_change() && !again.already.is_empty(), "{again:?}");
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
