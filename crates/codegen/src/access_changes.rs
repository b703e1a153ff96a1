//! Two blueprints side by side: what callers may by the second and not by the first, and the other way round.
//!
//! Nothing is compared but the matrices of both ([`crate::access::matrix`]), so what is told is what changes, whatever the wish
//! was that changed it.

use blueprint::{Blueprint, Entity, FieldKind, Target};
use query::access::Verb;

use crate::access::{Caller, Reach, callers, operation, reach, verbs};
use crate::access_asked::people;
use crate::access_sentences::can;
use crate::facts::Asked;
use crate::words;

/// What one kind of caller reaches by one operation, before and after.
struct Change<'a> {
    entity: &'a Entity,
    verb: Verb,
    caller: Caller,
    before: Reach,
    after: Reach,
}

/// What differs, a sentence each: nothing where nothing does.
pub fn access_changes(before: &Blueprint, after: &Blueprint) -> Vec<String> {
    let changes = changes(before, after);
    let mut groups: Vec<(&Change, Vec<Verb>)> = Vec::new();
    for change in changes.iter().filter(|one| !is_told(one, &changes)) {
        let alike = groups.iter_mut().find(|(one, _)| {
            one.entity.name == change.entity.name && one.caller == change.caller && spoken(one) == spoken(change)
        });
        match alike {
            Some((_, verbs)) => verbs.push(change.verb),
            None => groups.push((change, vec![change.verb])),
        }
    }
    groups.iter().map(|(change, verbs)| sentence(change, verbs)).collect()
}

/// What new records give of others' that the records they hang on do not, a line each as `plan` flags what is wider than its request.
pub fn wider_than_held(before: &Blueprint, after: &Blueprint) -> Vec<String> {
    let mut groups: Vec<(Change, &Entity, Vec<Verb>)> = Vec::new();
    for change in changes(before, after).into_iter().filter(|one| former(before, one.entity).is_none()) {
        let reaches_others = match change.after {
            Reach::None => false,
            Reach::Own | Reach::SomeOwn => !change.entity.owned,
            Reach::Some | Reach::OwnAndSome | Reach::All => change.verb != Verb::Create,
        };
        let shared = matches!(change.verb, Verb::Read | Verb::Update | Verb::Delete);
        for held in held(after, change.entity).filter(|_| reaches_others && shared) {
            let was = reach(after, held, change.verb, &change.caller);
            let wider = Change { before: was, caller: change.caller.clone(), ..change };
            // What is said of whoever signs in is said of those with a role.
            let is_said = groups.iter().any(|(one, other, verbs)| {
                let same = one.entity.name == wider.entity.name && other.name == held.name && one.after == wider.after;
                same && verbs.contains(&wider.verb) && !matches!(one.caller, Caller::Role(_))
            });
            if !is_wider(&wider) || is_said {
                continue;
            }
            let alike = groups.iter_mut().find(|(one, other, _)| {
                let same = one.entity.name == wider.entity.name && other.name == held.name;
                same && one.caller == wider.caller && one.before == wider.before && one.after == wider.after
            });
            match alike {
                Some((_, _, verbs)) => verbs.push(wider.verb),
                None => groups.push((wider, held, vec![change.verb])),
            }
        }
    }
    let told = |(change, held, verbs): &(Change, &Entity, Vec<Verb>)| {
        let of_held = Change { entity: held, caller: change.caller.clone(), ..*change };
        let (who, can) = (people(&change.caller), can(change.entity, verbs));
        let (is, was, many) = (whose(change, change.after), whose(&of_held, change.before), words::many(held));
        format!("! wider than with {many}, which they hang on: {who} can {can} {is}, and there {was}")
    };
    groups.iter().map(told).collect()
}

/// The records that one refers to.
fn held<'a>(blueprint: &'a Blueprint, entity: &'a Entity) -> impl Iterator<Item = &'a Entity> {
    entity.fields.iter().filter_map(|field| match field.kind {
        FieldKind::Reference { to: Target::Entity(index), .. } => Some(blueprint.entity(index)),
        _ => None,
    })
}

/// What was asked for, when this change of it is asked for too: what somebody may now is, and what nobody may any more is not.
pub fn asked_with(asked: &[Asked], before: &Blueprint, after: &Blueprint) -> Vec<Asked> {
    let mut asked: Vec<Asked> = asked.to_vec();
    for entity in &after.entities {
        let former = former(before, entity).filter(|former| former.name != entity.name);
        for one in asked.iter_mut().filter(|one| former.is_some_and(|former| one.entity == former.name)) {
            one.entity.clone_from(&entity.name);
        }
    }
    for change in changes(before, after) {
        let who = match &change.caller {
            Caller::Stranger => "public",
            Caller::SignedIn => "user",
            Caller::Role(role) => role,
        };
        let action = match change.verb {
            Verb::Act(_) => format!("action:{}", operation(change.entity, change.verb)),
            verb => operation(change.entity, verb).to_owned(),
        };
        let entity = &change.entity.name;
        if is_wider(&change) {
            let one = Asked { who: who.to_owned(), action, entity: entity.clone() };
            if !asked.contains(&one) {
                asked.push(one);
            }
        } else if change.after == Reach::None {
            asked = asked.into_iter().flat_map(|one| without(one, who, entity, &action)).collect();
        }
    }
    asked
}

/// What is left of something asked for when somebody is not to do one thing any more.
fn without(one: Asked, who: &str, entity: &str, action: &str) -> Vec<Asked> {
    let same = one.who == who && one.entity == entity;
    match one.action.as_str() {
        "manage" if same => {
            let others = ["read", "create", "update", "delete"].into_iter().filter(|other| *other != action);
            others.map(|other| Asked { action: other.to_owned(), ..one.clone() }).collect()
        }
        // Words for other changes ("approve") are of updates.
        known if same && (known == action || action == "update" && !["read", "create", "delete"].contains(&known)) => {
            Vec::new()
        }
        _ => vec![one],
    }
}

fn changes<'a>(before: &Blueprint, after: &'a Blueprint) -> Vec<Change<'a>> {
    let mut changes = Vec::new();
    for entity in &after.entities {
        let former = former(before, entity);
        for caller in callers(after) {
            for verb in verbs(entity) {
                let was = former.map_or(Reach::None, |former| reached_before(before, former, entity, verb, &caller));
                let is = reach(after, entity, verb, &caller);
                if was != is {
                    changes.push(Change { entity, verb, caller: caller.clone(), before: was, after: is });
                }
            }
        }
    }
    changes
}

/// The entity as it was, maybe under another name.
fn former<'b>(before: &'b Blueprint, entity: &Entity) -> Option<&'b Entity> {
    let find = |name: &String| before.entities.iter().find(|one| one.name == *name);
    find(&entity.name).or_else(|| entity.renamed_from.iter().find_map(find))
}

/// By the operation of that name. Who gets a role that there was not was signed in.
fn reached_before(before: &Blueprint, former: &Entity, entity: &Entity, verb: Verb, caller: &Caller) -> Reach {
    let verb = match verb {
        Verb::Act(_) => {
            let name = operation(entity, verb);
            match former.actions.iter().position(|action| action.name == name) {
                Some(place) => Verb::Act(place),
                None => return Reach::None,
            }
        }
        verb => verb,
    };
    match caller {
        Caller::Role(role) if !before.auth.roles.contains(role) => reach(before, former, verb, &Caller::SignedIn),
        caller => reach(before, former, verb, caller),
    }
}

fn rank(reach: Reach) -> u8 {
    match reach {
        Reach::None => 0,
        Reach::SomeOwn => 1,
        Reach::Own | Reach::Some => 2,
        Reach::OwnAndSome => 3,
        Reach::All => 4,
    }
}

fn is_wider(change: &Change) -> bool {
    rank(change.after) > rank(change.before)
}

/// Whether what is said of a wider circle says it already.
fn is_told(change: &Change, all: &[Change]) -> bool {
    let wider: &[Caller] = match change.caller {
        Caller::Stranger => &[],
        Caller::SignedIn => &[Caller::Stranger],
        Caller::Role(_) => &[Caller::Stranger, Caller::SignedIn],
    };
    let mut same = all.iter().filter(|one| one.entity.name == change.entity.name && one.verb == change.verb);
    same.any(|one| {
        let alike = one.after == change.after && (one.before == change.before || is_wider(change) && is_wider(one));
        wider.contains(&one.caller) && alike
    })
}

/// The words for what was and for what is, by which sentences are shared.
fn spoken(change: &Change) -> (String, String) {
    let of = |reach| whose(change, reach);
    (of(change.before), of(change.after))
}

fn whose(change: &Change, reach: Reach) -> String {
    let many = words::many(change.entity);
    match reach {
        Reach::None => "none".to_owned(),
        // Whoever makes one owns it.
        _ if change.verb == Verb::Create => many,
        Reach::All if change.entity.owned => format!("all {many}, whoever made them"),
        Reach::All => many,
        Reach::Own => format!("their own {many}"),
        Reach::SomeOwn => format!("some of their own {many}"),
        Reach::Some => format!("some {many}"),
        Reach::OwnAndSome => format!("their own and some other {many}"),
    }
}

fn sentence(change: &Change, verbs: &[Verb]) -> String {
    let who = people(&change.caller);
    let (can, (was, is)) = (can(change.entity, verbs), spoken(change));
    words::sentence(&match (change.before, change.after) {
        (_, Reach::None) => format!("{who} can no longer {can} {was}."),
        (Reach::None, _) => format!("{who} can now {can} {is}."),
        _ if is_wider(change) => format!("{who} can now {can} {is}; before, only {was}."),
        _ => format!("{who} can now {can} only {is}; before, {was}."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "[app]\nname = \"x\"\n[auth]\nroles = [\"clerk\"]\n[entity.lead]\n[entity.lead.field]\n\
        name = { type = \"text\" }\nopen = { type = \"boolean\" }\n[entity.lead.access]\nread = [\"owner\", \"role:clerk\"]\n\
        [entity.lead.action.close]\nset = { open = false }\n";

    fn load(text: &str) -> Blueprint {
        blueprint::load(text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
    }

    /// Rules that are added or replaced, and what is told.
    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let rows: &[(&str, &[&str])] = &[
            ("", &[]),
            ("delete = [\"nobody\"]", &["Anyone signed in can no longer delete their own leads."]),
            (
                "update = [\"owner\", \"role:clerk\"]",
                &["Clerks can now change or `close` all leads, whoever made them; before, only their own leads."],
            ),
            (
                "delete = [\"role:clerk\"]",
                &[
                    "Anyone signed in can no longer delete their own leads.",
                    "Clerks can now delete all leads, whoever made them; before, only their own leads.",
                ],
            ),
            ("create = [\"role:clerk\"]", &["Anyone signed in can no longer add leads."]),
            ("close = [\"nobody\"]", &["Anyone signed in can no longer do `close` with their own leads."]),
        ];
        for (rule, expected) in rows {
            let after = BEFORE.replace("read =", &format!("{rule}\nread ="));
            assert_eq!(access_changes(&load(BEFORE), &load(&after)), *expected, "{rule}");
        }
        let public = BEFORE.replace("[\"owner\", \"role:clerk\"]", "[\"anyone\"]");
        assert_eq!(
            access_changes(&load(BEFORE), &load(&public)),
            ["Anyone, signed in or not, can now see all leads, whoever made them."]
        );
        assert_eq!(
            access_changes(&load(&public), &load(BEFORE)),
            [
                "Anyone, signed in or not, can no longer see all leads, whoever made them.",
                "Anyone signed in can now see only their own leads; before, all leads, whoever made them.",
            ]
        );
        let renamed = BEFORE
            .replace("[entity.lead", "[entity.offer")
            .replace("[entity.offer]", "[entity.offer]\nrenamed_from = \"lead\"");
        assert_eq!(access_changes(&load(BEFORE), &load(&renamed)), Vec::<String>::new());
        let more = format!("{BEFORE}[entity.tag]\nowner = false\n[entity.tag.field]\nname = {{ type = \"text\" }}\n");
        assert_eq!(
            access_changes(&load(BEFORE), &load(&more)),
            ["Anyone signed in can now see tags.", "Admins can now add, change or delete tags."]
        );
    }

    /// A record that hangs on one of which each account sees its own, and is for everybody.
    #[test]
    fn what_is_wider_than_what_it_hangs_on_is_told() {
        let visits = |access: &str| {
            let visit =
                "[entity.visit]\nowner = false\n[entity.visit.field]\nlead = { type = \"reference\", to = \"lead\" }\n";
            load(&format!("{BEFORE}{visit}[entity.visit.access]\n{access}\n"))
        };
        assert_eq!(
            wider_than_held(&load(BEFORE), &visits("read = [\"signed_in\"]\ndelete = [\"role:clerk\"]")),
            [
                "! wider than with leads, which they hang on: anyone signed in can see visits, and there their own leads",
                "! wider than with leads, which they hang on: admins can change visits, and there their own leads",
                "! wider than with leads, which they hang on: clerks can delete visits, and there their own leads",
            ]
        );
        let closed = "read = [\"role:clerk\"]\nupdate = [\"nobody\"]\ndelete = [\"nobody\"]";
        assert_eq!(wider_than_held(&load(BEFORE), &visits(closed)), Vec::<String>::new());
        let own = "[entity.note.field]\nlead = { type = \"reference\", to = \"lead\" }\n";
        assert_eq!(wider_than_held(&load(BEFORE), &load(&format!("{BEFORE}{own}"))), Vec::<String>::new());
        let known = visits("read = [\"signed_in\"]");
        assert_eq!(wider_than_held(&known, &known), Vec::<String>::new());
    }

    #[test]
    fn what_is_asked_for_later_is_asked_for() {
        let one = |who: &str, action: &str, entity: &str| Asked {
            who: who.to_owned(),
            action: action.to_owned(),
            entity: entity.to_owned(),
        };
        let before = load(BEFORE);
        let clerks = load(&BEFORE.replace("read =", "delete = [\"role:clerk\"]\nread ="));
        let asked = asked_with(&[one("user", "manage", "lead"), one("clerk", "read", "lead")], &before, &clerks);
        assert_eq!(
            asked,
            [
                one("user", "read", "lead"),
                one("user", "create", "lead"),
                one("user", "update", "lead"),
                one("clerk", "read", "lead"),
                one("clerk", "delete", "lead"),
            ]
        );
        let difference = crate::access::difference(&clerks, &asked);
        assert_eq!(difference, crate::access::Difference::default());
        let renamed = load(
            &BEFORE
                .replace("[entity.lead", "[entity.offer")
                .replace("[entity.offer]", "[entity.offer]\nrenamed_from = \"lead\""),
        );
        assert_eq!(asked_with(&[one("clerk", "read", "lead")], &before, &renamed), [one("clerk", "read", "offer")]);
        let close = load(&BEFORE.replace("read =", "close = [\"role:clerk\"]\nread ="));
        let asked = asked_with(&[one("clerk", "read", "lead")], &before, &close);
        assert_eq!(asked, [one("clerk", "read", "lead"), one("clerk", "action:close", "lead")]);
        assert!(crate::access::difference(&close, &asked).wider.is_empty());
        let update = load(&BEFORE.replace("read =", "update = [\"owner\", \"role:clerk\"]\nread ="));
        let wider = crate::access::difference(&update, &asked).wider;
        assert_eq!(wider, ["Clerks can change other people's leads"], "an action is not every change");
    }
}
