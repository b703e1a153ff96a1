//! What the lists under `access` come to.

use blueprint::{Access, Rule, load};

const ROLES: &str = "[app]\nname = \"shop\"\n[auth]\nroles = [\"agent\", \"manager\"]\n";

fn access(entity: &str, lists: &str) -> Access {
    let text = format!("{ROLES}[entity.task]\n{entity}\n[entity.task.access]\n{lists}\n");
    load(&text).unwrap_or_else(|problems| panic!("{problems}")).entities.remove(0).access
}

fn refused(entity: &str, lists: &str) -> Vec<String> {
    let text = format!("{ROLES}[entity.task]\n{entity}\n[entity.task.access]\n{lists}\n");
    let problems = load(&text).expect_err(lists);
    problems.0.into_iter().map(|problem| format!("{} {}", problem.code, problem.pointer)).collect()
}

fn role(role: &str) -> Rule {
    Rule::Role(role.to_owned())
}

#[test]
fn defaults_deny_whatever_was_not_said() {
    let owned = access("", "");
    assert_eq!(
        (owned.read, owned.create, owned.update, owned.delete),
        (Rule::Owner, Rule::SignedIn, Rule::Owner, Rule::Owner)
    );
    let shared = access("owner = false", "");
    assert_eq!((shared.read, shared.create), (Rule::SignedIn, role("admin")));
    assert_eq!((shared.update, shared.delete), (role("admin"), role("admin")));
}

#[test]
fn a_list_is_one_flat_rule_without_what_another_word_covers() {
    for (list, rule) in [
        (r#"["owner"]"#, Rule::Owner),
        (r#"["owner", "owner"]"#, Rule::Owner),
        (r#"["owner", "role:agent"]"#, Rule::AnyOf(vec![Rule::Owner, role("agent")])),
        (r#"["role:agent", "role:agent", "owner"]"#, Rule::AnyOf(vec![role("agent"), Rule::Owner])),
        (r#"["owner", "role:agent", "signed_in"]"#, Rule::SignedIn),
        (r#"["signed_in", "anyone", "owner"]"#, Rule::Anyone),
    ] {
        let access = access("", &format!("read = {list}\nupdate = [\"nobody\"]\ndelete = [\"nobody\"]"));
        assert_eq!(access.read, rule, "{list}");
        assert_eq!(access.delete, Rule::Nobody);
    }
}

#[test]
fn whoever_makes_a_row_owns_it() {
    assert_eq!(access("", r#"create = ["owner"]"#).create, Rule::SignedIn);
    assert_eq!(access("", r#"create = ["owner", "role:agent"]"#).create, Rule::SignedIn);
    assert_eq!(access("", r#"create = ["role:agent"]"#).create, role("agent"));
    assert_eq!(access("owner = false", r#"create = ["anyone"]"#).create, Rule::Anyone);
    assert_eq!(refused("", r#"create = ["anyone"]"#), ["access /entity/task/access/create"]);
}

/// Each pair is a rule of reading and one of writing, and whether the second stays within the first.
#[test]
fn no_write_reaches_beyond_what_its_caller_reads() {
    for (read, write, within) in [
        ("anyone", "anyone", true),
        ("anyone", "owner", true),
        ("signed_in", "anyone", false),
        ("signed_in", "signed_in", true),
        ("signed_in", "role:agent", true),
        ("signed_in", "owner", true),
        ("owner", "owner", true),
        ("owner", "role:agent", false),
        ("owner", "signed_in", false),
        ("role:agent", "role:agent", true),
        ("role:agent", "role:manager", false),
        ("role:agent", "owner", false),
        ("role:agent", "nobody", true),
        ("nobody", "owner", false),
        ("nobody", "nobody", true),
    ] {
        for (operation, other) in [("update", "delete"), ("delete", "update")] {
            let lists = format!("read = [\"{read}\"]\n{operation} = [\"{write}\"]\n{other} = [\"nobody\"]");
            match within {
                true => drop(access("", &lists)),
                false => {
                    let place = format!("write_beyond_read /entity/task/access/{operation}");
                    assert_eq!(refused("", &lists), [place], "{lists}");
                }
            }
        }
    }
}

#[test]
fn a_default_that_reaches_too_far_is_told_where_reading_was_narrowed() {
    let place = "write_beyond_read /entity/task/access/read";
    assert_eq!(refused("", r#"read = ["role:manager"]"#), [place, place], "update and delete are still the owner's");
}

#[test]
fn an_action_has_the_rule_of_its_name_or_that_of_update() {
    let text = format!(
        "{ROLES}[entity.task.field]\ndone = {{ type = \"boolean\" }}\n[entity.task.action.flip]\ntoggle = \"done\"\n\
         [entity.task.action.turn]\ntoggle = \"done\"\n[entity.task.access]\nread = [\"owner\", \"role:agent\"]\nturn = [\"role:agent\"]\n"
    );
    let task = load(&text).unwrap().entities.remove(0);
    let rules: Vec<_> = task.actions.iter().map(|action| (action.path.as_str(), action.access.clone())).collect();
    assert_eq!(rules, [("flip", Rule::Owner), ("turn", role("agent"))]);
}

#[test]
fn a_broken_rule_proves_nothing_about_the_others() {
    let read = "unknown_name /entity/task/access/read/0";
    assert_eq!(refused("", "read = [\"role:manger\"]\ndelete = [\"role:manager\"]"), [read]);
    let delete = "unknown_name /entity/task/access/delete/0";
    let lists = "read = [\"role:manager\"]\nupdate = [\"nobody\"]\ndelete = [\"role:manger\"]";
    assert_eq!(refused("", lists), [delete]);
}
