//! What is asked of Postgres, of an app that has one of everything.

use std::sync::Arc;

use blueprint::Blueprint;
use work::Dialect;

use crate::{every, text};

const WORKSHOP: &str = r#"
[app]
name = "workshop"
[auth]
roles = ["manager"]

[entity.tool]
owner = false
id = "uuid"
[entity.tool.field]
label = { type = "text", required = true, unique = true }

[entity.job]
soft_delete = true
[entity.job.field]
title = { type = "text", required = true, search = true, index = true }
price = { type = "money", index = true }
hours = { type = "float" }
done = { type = "boolean", default = false }
extra = { type = "json" }
due_at = { type = "datetime", index = true }
day = { type = "date" }
at = { type = "time" }
left = { type = "integer", min = 0, max = 9, default = 3, required = true }
part_of = { type = "reference", to = "job", on_delete = "cascade" }
tools = { type = "reference", to = "tool", many = true }
secret = { type = "text", sensitive = true, search = true, read = ["owner"] }
[entity.job.access]
read = ["owner", "role:manager"]
[entity.job.action.take]
add = { left = -1, price = 1250 }
when = "done = false and title != 'no'"
[entity.job.action.turn]
toggle = "done"

[entity.memo]
soft_delete = true
[entity.memo.field]
text = { type = "text", required = true }
"#;

/// Which of all works are read here, each once; with any value where none is named.
const TITLES: &[&str] = &[
    "tool Read ",
    "tool Create with the least",
    "tool Update label",
    "tool Delete ",
    "job Read ",
    "job Read expand=part_of",
    "job Read expand=tools",
    "job Create with the least",
    "job Create with part_of_id",
    "job Create with tool_ids",
    "job Update title",
    "job Update part_of_id",
    "job Update tool_ids",
    "job Act(0) take",
    "job Act(1) turn",
    "job Delete ",
    "job list title[contains]=",
    "job list title[starts_with]=",
    "job list extra[ne]=",
    "job list tool_ids[contains]=",
    "job list part_of.done[eq]=",
    "job list q=acme lond&count=exact",
    "job list sort=-price",
    "job after sort=-price",
    "job after sort=created_at,-price",
    "memo list ",
    "memo list sort=-created_at",
    "memo after ",
    "memo list sort=created_at,-id",
];

#[test]
#[expect(clippy::disallowed_methods, reason = "the variable by which a recorded text is renewed")]
fn statements_are_as_recorded() {
    let blueprint: Arc<Blueprint> = Arc::new(blueprint::load(WORKSHOP).unwrap_or_else(|problems| panic!("{problems}")));
    let works = every::works(&blueprint, &Dialect::Postgres { schema: "app".into() });
    let mut out = String::new();
    for title in TITLES {
        // The last caller has every role and owns rows, too.
        let is_it = |known: &str| if title.ends_with('=') { known.starts_with(title) } else { known == *title };
        let found = works.iter().rfind(|(known, _)| is_it(known));
        let (_, work) = found.unwrap_or_else(|| panic!("{title} is not among {:?}", titles(&works)));
        out += &format!("-- {title}\n{}\n", text(work));
    }
    // The diff that follows takes minutes where much has changed.
    if std::env::var_os("UPDATE_EXPECT").is_none() {
        for (line, recorded) in out.lines().zip(include_str!("postgres.txt").lines()) {
            assert_eq!(line, recorded, "accept it with UPDATE_EXPECT=1");
        }
    }
    expect_test::expect_file!["postgres.txt"].assert_eq(&out);
}

fn titles(works: &[(String, work::Work)]) -> Vec<&str> {
    works.iter().map(|(title, _)| title.as_str()).collect()
}
