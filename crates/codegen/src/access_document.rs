//! Who may do what, as a document: for each entity what each kind of caller may do with its records and its fields.
//!
//! Every cell is an answer of the door that requests go through, asked for a made-up caller; see [`crate::access`].

use blueprint::{ActionKind, Blueprint, Entity};
use query::access::{self, Verb};

use crate::access::{Caller, Difference, Reach, callers, difference, reach, sentences, verbs};
use crate::access_actions::{code, effect};
use crate::access_fields::{FieldReach, fields};
use crate::facts::Asked;
use crate::words;

const HEAD: &str =
    "Written from `blueprint.toml` by asking the rules that every request goes through, for a caller of each kind;
`supermaker access` tells the same.";

const LEGEND: &str = "A record that you may not see answers 404, as if it were not there.

In the tables: `yes` every record, `own` the caller's own records only, `no` none. `create` is `yes` for whoever may make
a record; where records have owners, he owns it. A role adds to what everybody who is signed in may do. Of fields:
`read`, `write` at creation and later, `give` at creation only, `change` later only, `never` none of these.";

const LEGEND_OF_CONDITIONS: &str = " `some` are those records for which a condition holds that is
named above.";

/// Who may do what by a blueprint, in Markdown, beside what the request asked for that it came from, if it did. The same blueprint
/// gives the same text.
pub fn access_document(blueprint: &Blueprint, asked: Option<&[Asked]>) -> String {
    let mut text = format!("# Who may do what in {}\n\n{HEAD}\n\n", blueprint.app.name);
    for sentence in sentences(blueprint) {
        text += &format!("- {sentence}\n");
    }
    if blueprint.api.user_path {
        text += "- Whoever comes by the path of another user is refused with 403, whatever his roles.\n";
    }
    text += &asked.map(|asked| compared(&difference(blueprint, asked))).unwrap_or_default();
    text += &format!("\n{LEGEND}{}\n", if has_conditions(blueprint) { LEGEND_OF_CONDITIONS } else { "" });
    for entity in &blueprint.entities {
        text += &section(blueprint, entity);
    }
    text
}

fn compared(difference: &Difference) -> String {
    let list = |head: &str, lines: &[String]| {
        let lines: String = lines.iter().map(|line| format!("- {line}.\n")).collect();
        if lines.is_empty() { lines } else { format!("\n{head}\n\n{lines}") }
    };
    list("**Wider than the request**, which does not say so:", &difference.wider)
        + &list("**Narrower than the request**, which may be read so that they can:", &difference.narrower)
}

fn has_conditions(blueprint: &Blueprint) -> bool {
    blueprint.entities.iter().any(|entity| {
        let rules = verbs(entity).into_iter().map(|verb| access::rule(entity, verb));
        let of_fields = entity.fields.iter().flat_map(|field| [&field.read, &field.write]);
        let of_links = entity.links.iter().flat_map(|link| [&link.read, &link.write]);
        rules.chain(of_fields).chain(of_links).any(|rule| rule.conditions().next().is_some())
    })
}

fn section(blueprint: &Blueprint, entity: &Entity) -> String {
    let lines = lines(blueprint, entity);
    let mut text = format!("\n## {}\n\n", words::sentence(&words::many(entity)));
    text += &operations(blueprint, entity, &lines);
    let actions: Vec<String> = entity.actions.iter().map(|action| described(entity, action)).collect();
    if !actions.is_empty() {
        text += &format!("\n{}\n", actions.join("\n"));
    }
    let ruled = fields(blueprint, entity);
    if !ruled.is_empty() {
        text += &format!("\nFields with rules of their own:\n\n{}", of_fields(&ruled, &lines));
    }
    text
}

/// A line of the tables: a kind of caller by its place among all, and whose records he stands before.
struct Line {
    name: String,
    caller: usize,
    before: Before,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Whichever.
    Any,
    /// His own.
    Own,
    /// Somebody else's.
    Others,
}

/// Of what has owners, whoever is signed in is told about his own records and those of others apart.
fn lines(blueprint: &Blueprint, entity: &Entity) -> Vec<Line> {
    let mut lines = Vec::new();
    for (place, caller) in callers(blueprint).iter().enumerate() {
        let mut line = |name: String, before| lines.push(Line { name, caller: place, before });
        match caller {
            Caller::SignedIn if entity.owned => {
                line("signed in, own records".to_owned(), Before::Own);
                line("signed in, records of others".to_owned(), Before::Others);
            }
            caller => line(caller.name().to_owned(), Before::Any),
        }
    }
    lines
}

impl Line {
    fn cell(&self, reach: Reach) -> &'static str {
        match (self.before, reach) {
            (_, Reach::All) | (Before::Own, Reach::Own | Reach::OwnAndSome) => "yes",
            (Before::Any, Reach::Own) => "own",
            (Before::Any, Reach::OwnAndSome) => "own, some",
            (Before::Any, Reach::SomeOwn) => "some own",
            (_, Reach::Some) | (Before::Own, Reach::SomeOwn) | (Before::Others, Reach::OwnAndSome) => "some",
            (_, Reach::None) | (Before::Others, Reach::Own | Reach::SomeOwn) => "no",
        }
    }
}

fn operations(blueprint: &Blueprint, entity: &Entity, lines: &[Line]) -> String {
    let callers = callers(blueprint);
    let verbs = verbs(entity);
    let heads = verbs.iter().map(|verb| operation(entity, *verb));
    let cell = |line: &Line, verb: Verb| {
        let reach = callers.get(line.caller).map_or(Reach::None, |caller| reach(blueprint, entity, verb, caller));
        match (verb, line.before, reach) {
            // A new record is nobody else's.
            (Verb::Create, Before::Others, _) => "no",
            (Verb::Create, _, Reach::Own) => "yes",
            _ => line.cell(reach),
        }
    };
    let rows = lines.iter().map(|line| {
        let cells = verbs.iter().map(|verb| cell(line, *verb).to_owned());
        std::iter::once(line.name.clone()).chain(cells).collect()
    });
    table(std::iter::once("who".to_owned()).chain(heads).collect(), rows.collect())
}

fn operation(entity: &Entity, verb: Verb) -> String {
    match verb {
        Verb::Create => "create".to_owned(),
        Verb::Read => "read".to_owned(),
        Verb::Update => "update".to_owned(),
        Verb::Delete if entity.soft_delete => "delete, restore".to_owned(),
        Verb::Delete => "delete".to_owned(),
        Verb::Act(place) => entity.actions.get(place).map_or(String::new(), |action| format!("`{}`", action.path)),
    }
}

fn described(entity: &Entity, action: &blueprint::Action) -> String {
    let when = action.when.as_ref().map(|when| format!(", only where {}", code(&when.text))).unwrap_or_default();
    let adds = matches!(&action.does, ActionKind::Change(change) if !change.add.is_empty());
    let limits = if adds { ", within the limits of the field" } else { "" };
    format!("- `{}` {}{limits}{when}.", action.path, effect(entity, action))
}

fn of_fields(fields: &[FieldReach], lines: &[Line]) -> String {
    let heads = fields.iter().map(|one| format!("`{}`", one.key));
    let rows = lines.iter().map(|line| {
        let cells = fields.iter().map(|field| field_cell(field, line));
        std::iter::once(line.name.clone()).chain(cells).collect()
    });
    table(std::iter::once("who".to_owned()).chain(heads).collect(), rows.collect())
}

fn field_cell(field: &FieldReach, line: &Line) -> String {
    let of = |reaches: &[Reach]| line.cell(reaches.get(line.caller).copied().unwrap_or(Reach::None));
    let said = |word: &str, cell: &str| match cell {
        "yes" => Some(word.to_owned()),
        "no" => None,
        some => Some(format!("{word} {some}")),
    };
    let gives = line.before != Before::Others && field.give.get(line.caller).copied().unwrap_or(false);
    let written = match (gives, of(&field.change)) {
        (true, "no") => Some("give".to_owned()),
        (true, cell) => said("write", cell),
        (false, cell) => said("change", cell),
    };
    let parts: Vec<String> = [said("read", of(&field.read)), written].into_iter().flatten().collect();
    if parts.is_empty() { "never".to_owned() } else { parts.join(", ") }
}

fn table(head: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = vec!["---".to_owned(); head.len()];
    [head, rule].iter().chain(&rows).map(|cells| line(cells)).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const SHOP: &str = r#"
[app]
name = "shop"
[auth]
roles = ["manager"]
[entity.order]
soft_delete = true
[entity.order.field]
stock = { type = "integer", min = 0, max = 9 }
price = { type = "money", read = ["role:manager", "owner"], write = ["role:manager"] }
note = { type = "text", hidden = true }
total = { type = "money", read_only = true }
[entity.order.access]
read = ["owner", "role:manager"]
update = ["owner", "role:manager"]
take = ["role:manager"]
[entity.order.action.take]
when = "stock > 1 and caller.role = 'manager'"
add = { stock = -1, price = "-0.10" }
set = { note = "taken" }
[entity.order.action.bill]
call = "service.bill"
"#;

    #[test]
    fn what_each_caller_may_is_told_of_records_actions_and_fields() {
        let blueprint = blueprint::load(SHOP).unwrap_or_else(|problems| panic!("{problems}"));
        let text = access_document(&blueprint, None);
        assert_eq!(text, access_document(&blueprint, None));
        expect![[r#"
            # Who may do what in shop

            Written from `blueprint.toml` by asking the rules that every request goes through, for a caller of each kind;
            `supermaker access` tells the same.

            - Anyone can make an account.
            - Anyone signed in can add orders.
            - Only the owner of an order and managers can see or change it.
            - Only the owner of an order can delete (and restore) it.
            - Only managers can do `take` with orders.
            - Only the owner of an order and managers can do `bill` with it.
            - `take` of an order is possible only where `stock > 1 and caller.role = 'manager'` and only as long as `stock` and `price` each stay within its limits.
            - `bill` of an order calls `service.bill`, code of the app's own.
            - `price` of an order is given to new orders only by managers and changed only by managers.
            - `note` of an order is seen by nobody and changed by nobody.
            - `total` of an order is given to new orders by nobody and changed by nobody.

            A record that you may not see answers 404, as if it were not there.

            In the tables: `yes` every record, `own` the caller's own records only, `no` none. `create` is `yes` for whoever may make
            a record; where records have owners, he owns it. A role adds to what everybody who is signed in may do. Of fields:
            `read`, `write` at creation and later, `give` at creation only, `change` later only, `never` none of these.

            ## Orders

            | who | create | read | update | delete, restore | `take` | `bill` |
            | --- | --- | --- | --- | --- | --- | --- |
            | not signed in | no | no | no | no | no | no |
            | signed in, own records | yes | yes | yes | yes | no | yes |
            | signed in, records of others | no | no | no | no | no | no |
            | admin | yes | own | own | own | no | own |
            | manager | yes | yes | yes | own | yes | yes |

            - `take` sets `note` to `taken`, adds `-1` to `stock` and adds `-0.10` to `price`, within the limits of the field, only where `stock > 1 and caller.role = 'manager'`.
            - `bill` calls `service.bill`, code of the app's own, without which it answers 501.

            Fields with rules of their own:

            | who | `price` | `note` | `total` |
            | --- | --- | --- | --- |
            | not signed in | never | never | never |
            | signed in, own records | read | give | read |
            | signed in, records of others | never | never | never |
            | admin | read own | give | read own |
            | manager | read, write | give | read |
        "#]].assert_eq(&text);
    }
}
