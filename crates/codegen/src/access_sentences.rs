//! The matrix in plain English: operations that reach alike share a sentence.

use blueprint::{Blueprint, Entity, Rule, SignUp, TokenSource};
use query::access::{self, Verb};

use crate::access::{Caller, Reach, callers, reach, verbs};
use crate::access_actions::code;
use crate::access_conditions::{self, Clause, clauses};
use crate::access_details::details;
use crate::words;

/// Who may do what, a sentence each.
pub fn sentences(blueprint: &Blueprint) -> Vec<String> {
    let callers = callers(blueprint);
    let plain = access_conditions::without(blueprint);
    let of_entity = |(entity, plain_entity)| {
        let groups = groups(&plain, plain_entity, entity, &callers).into_iter();
        let user_path = blueprint.api.user_path;
        let groups = groups.map(|group| match group.clauses.as_slice() {
            [] => group.sentence(entity, &callers),
            _ => group.with_conditions(entity, &callers, user_path),
        });
        groups.chain(details(blueprint, entity)).collect::<Vec<_>>()
    };
    let entities = blueprint.entities.iter().zip(&plain.entities);
    std::iter::once(accounts(blueprint)).chain(entities.flat_map(of_entity)).collect()
}

fn accounts(blueprint: &Blueprint) -> String {
    let own = blueprint.auth.accept.contains(&TokenSource::Own);
    match (own, blueprint.auth.sign_up) {
        (false, _) => "Accounts are made and kept by Better Auth, whose tokens count here.",
        (true, SignUp::Open) if blueprint.auth.verify_email => {
            "Anyone can make an account, and log in to it when its address is verified by mail."
        }
        (true, SignUp::Open) => "Anyone can make an account.",
        (true, SignUp::Invite) => {
            "Only who was invited, by a user with the role `admin` or with `supermaker user invite`, can make an account."
        }
        (true, SignUp::Closed) => "Only the operator makes accounts, with `supermaker user add`.",
    }
    .to_owned()
}

const ANYONE: &str = "anyone, signed in or not,";
const SIGNED_IN: &str = "anyone signed in";

/// Operations of one entity that give the same reach to every caller.
struct Group<'a> {
    sort: Sort,
    verbs: Vec<Verb>,
    /// In all records, whatever these are.
    reach: Vec<Reach>,
    /// And in some.
    clauses: Vec<Clause<'a>>,
}

/// Operations that can share a sentence at all.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Sort {
    /// A new record that will be its maker's; nobody owns it before.
    AddOwn,
    /// Records that are there, or that nobody owns.
    Plain,
    /// Changes with a name of their own.
    Action,
}

/// `plain` is the entity without the conditions of its rules.
fn groups<'e>(blueprint: &Blueprint, plain: &Entity, entity: &'e Entity, callers: &[Caller]) -> Vec<Group<'e>> {
    let mut groups: Vec<Group> = Vec::new();
    for verb in verbs(entity) {
        let sort = match verb {
            Verb::Create if entity.owned => Sort::AddOwn,
            Verb::Act(_) => Sort::Action,
            _ => Sort::Plain,
        };
        let reach: Vec<Reach> = callers.iter().map(|caller| reach(blueprint, plain, verb, caller)).collect();
        let clauses = clauses(access::rule(entity, verb));
        let is_alike = |group: &&mut Group| group.sort == sort && group.reach == reach && group.clauses == clauses;
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.verbs.push(verb),
            None => groups.push(Group { sort, verbs: vec![verb], reach, clauses }),
        }
    }
    groups
}

impl Group<'_> {
    /// Who may in all records, and then who may in some, with what must hold of these.
    fn with_conditions(&self, entity: &Entity, callers: &[Caller], user_path: bool) -> String {
        let (a, can) = (words::a(entity), can(entity, &self.verbs));
        let owner = format!("the owner of {a}");
        let mut always = match self.of(callers, &Caller::SignedIn) {
            Reach::All => vec![SIGNED_IN.to_owned()],
            Reach::Own if self.sort == Sort::AddOwn => vec![SIGNED_IN.to_owned()],
            Reach::Own => vec![owner.clone()],
            _ => self.holders(callers, Reach::Own),
        };
        always.extend(self.holders(callers, Reach::All));
        // On a path of one's own nobody is a stranger, and all records are one's own.
        let narrowed = user_path && entity.owned;
        let everybody = if narrowed && self.sort != Sort::AddOwn { owner.as_str() } else { SIGNED_IN };
        let whom = |clause: &Clause| match clause.who {
            Rule::Anyone if !user_path => ANYONE.to_owned(),
            Rule::Owner => owner.clone(),
            Rule::Role(role) => words::holders(role),
            _ => everybody.to_owned(),
        };
        let clauses: Vec<&Clause> = self.clauses.iter().filter(|clause| !always.contains(&whom(clause))).collect();
        let people: Vec<String> = always.iter().cloned().chain(clauses.iter().map(|clause| whom(clause))).collect();
        let is_closed = !people.iter().any(|who| who == ANYONE || who == SIGNED_IN);
        let record = match people.first() {
            Some(first) if *first == owner => "it".to_owned(),
            _ if entity.owned && !narrowed && self.sort != Sort::AddOwn => {
                format!("any {}", words::human(&entity.name))
            }
            _ => words::many(entity),
        };
        let own = if narrowed && record != "it" { ", and only their own" } else { "" };
        let (only, but) = if is_closed { ("only ", "and") } else { ("", "but") };
        let sentence = match (always.as_slice(), clauses.as_slice()) {
            (_, []) => format!("{only}{} can {can} {record}{own}.", words::list(&always, "and")),
            ([], [one]) => format!("{only}{} can {can} {record}, {but} only where {}{own}.", whom(one), code(one.text)),
            _ => {
                let some = clauses.iter().map(|clause| format!("{} where {}", whom(clause), code(clause.text)));
                let all = if always.is_empty() { None } else { Some(words::list(&always, "and")) };
                let people: Vec<String> = all.into_iter().chain(some).collect();
                format!("{only}{}, can {can} {record}{own}.", people.join(", and "))
            }
        };
        words::sentence(&sentence)
    }

    fn sentence(&self, entity: &Entity, callers: &[Caller]) -> String {
        let can = can(entity, &self.verbs);
        let (a, many) = (words::a(entity), words::many(entity));
        // "any prospect" says that it need not be one's own; of what has no owner there is nothing to say.
        let all = if entity.owned && self.sort != Sort::AddOwn {
            format!("any {}", words::human(&entity.name))
        } else {
            many.clone()
        };
        let holders = |reach| self.holders(callers, reach);
        match (self.of(callers, &Caller::Stranger), self.of(callers, &Caller::SignedIn)) {
            (Reach::All | Reach::Own, _) => format!("Anyone, signed in or not, can {can} {all}."),
            (_, Reach::All) => format!("Anyone signed in can {can} {all}."),
            (_, Reach::Own) if self.sort == Sort::AddOwn => format!("Anyone signed in can {can} {many}."),
            (_, Reach::Own) => {
                let who = [vec![format!("the owner of {a}")], holders(Reach::All)].concat();
                format!("Only {} can {can} it.", words::list(&who, "and"))
            }
            // Conditions have sentences of their own, and are not among these.
            (_, Reach::None | Reach::Some | Reach::SomeOwn | Reach::OwnAndSome) => {
                self.by_role(&can, &many, &holders(Reach::All), &holders(Reach::Own))
            }
        }
    }

    fn by_role(&self, can: &str, many: &str, all: &[String], own: &[String]) -> String {
        match (all, own) {
            ([], []) => format!("Nobody can {can} {many}."),
            (all, []) => format!("Only {} can {can} {many}.", words::list(all, "and")),
            ([], own) if self.sort == Sort::AddOwn => format!("Only {} can {can} {many}.", words::list(own, "and")),
            ([], own) => format!("Only {} can {can} {many}, and only their own.", words::list(own, "and")),
            (all, own) => {
                let (all, own) = (words::list(all, "and"), words::list(own, "and"));
                format!("Only {all} can {can} {many}, and {own} their own.")
            }
        }
    }

    fn of(&self, callers: &[Caller], wanted: &Caller) -> Reach {
        let place = callers.iter().position(|caller| caller == wanted);
        place.and_then(|place| self.reach.get(place)).copied().unwrap_or(Reach::None)
    }

    /// Roles with this reach, as people.
    fn holders(&self, callers: &[Caller], wanted: Reach) -> Vec<String> {
        let pairs = callers.iter().zip(&self.reach);
        let holders = pairs.filter_map(|(caller, reach)| match caller {
            Caller::Role(role) if *reach == wanted => Some(words::holders(role)),
            _ => None,
        });
        holders.collect()
    }
}

/// What may be done, up to with what: `see or change`, `do `close` with`.
pub(crate) fn can(entity: &Entity, verbs: &[Verb]) -> String {
    let can = words::list(&verbs.iter().map(|verb| word(entity, *verb)).collect::<Vec<_>>(), "or");
    if verbs.iter().all(|verb| matches!(verb, Verb::Act(_))) { format!("do {can} with") } else { can }
}

fn word(entity: &Entity, verb: Verb) -> String {
    match verb {
        Verb::Create => "add".to_owned(),
        Verb::Read => "see".to_owned(),
        Verb::Update => "change".to_owned(),
        Verb::Delete if entity.soft_delete => "delete (and restore)".to_owned(),
        Verb::Delete => "delete".to_owned(),
        Verb::Act(place) => entity.actions.get(place).map_or(String::new(), |action| format!("`{}`", action.path)),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(api: &str, entity: &str, expected: Expect) {
        let text = format!(
            "[app]\nname = \"x\"\n[api]\n{api}\n[auth]\nroles = [\"nurse\", \"head_doctor\"]\n[entity.visit]\n{entity}"
        );
        let blueprint = blueprint::load(&text).unwrap_or_else(|problems| panic!("{problems}"));
        expected.assert_eq(&(sentences(&blueprint)[1..].join("\n") + "\n"));
    }

    #[test]
    fn what_is_owned_and_seen_by_all() {
        check(
            "",
            "[entity.visit.access]\nread = [\"signed_in\"]\nupdate = [\"signed_in\"]\ndelete = [\"nobody\"]",
            expect![[r"
                Anyone signed in can add visits.
                Anyone signed in can see or change any visit.
                Nobody can delete visits.
            "]],
        );
    }

    #[test]
    fn what_nobody_owns() {
        check(
            "",
            "owner = false\n[entity.visit.access]\ncreate = [\"anyone\"]\nread = [\"role:nurse\", \"role:head_doctor\"]\nupdate = [\"role:nurse\"]\ndelete = [\"role:nurse\"]",
            expect![[r"
                Anyone, signed in or not, can add visits.
                Only nurses and head doctors can see visits.
                Only nurses can change or delete visits.
            "]],
        );
    }

    #[test]
    fn what_some_may_in_some_records() {
        check(
            "",
            r#"[entity.visit.field]
            public = { type = "boolean" }
            [entity.visit.access]
            read = ["owner", "role:head_doctor", { who = "anyone", when = "public" }, { who = "role:nurse", when = "created_at < now" }]
            create = [{ when = "public" }]
            update = ["owner", { who = "role:nurse", when = "created_at < now" }]
            delete = [{ who = "owner", when = "not public" }]"#,
            expect![[r"
                Anyone signed in can add visits, but only where `public`.
                The owner of a visit and head doctors, and anyone, signed in or not, where `public`, and nurses where `created_at < now`, can see it.
                Only the owner of a visit, and nurses where `created_at < now`, can change it.
                Only the owner of a visit can delete it, and only where `not public`.
            "]],
        );
    }

    #[test]
    fn what_nobody_may_in_all_records() {
        check(
            "user_path = true",
            r#"[entity.visit.field]
            total = { type = "integer" }
            [entity.visit.access]
            read = ["signed_in", { who = "anyone", when = "total is null" }]
            update = [{ who = "role:nurse", when = "total < 100" }, { who = "role:head_doctor", when = "total < 1000" }]
            delete = [{ who = "role:nurse", when = "total < 100" }, { who = "role:head_doctor", when = "total < 1000" }]"#,
            expect![[r#"
                Anyone signed in can add visits.
                Only the owner of a visit can see it.
                Only nurses where `total < 100`, and head doctors where `total < 1000`, can change or delete visits, and only their own.
            "#]],
        );
    }

    #[test]
    fn who_may_what_with_a_single_field_says_in_which_records() {
        check(
            "",
            r#"[entity.visit.field]
            total = { type = "integer", write = ["role:nurse"] }
            note = { type = "text", read = ["role:head_doctor"] }
            [entity.visit.access]
            read = ["owner", "role:head_doctor"]
            update = ["owner", "role:head_doctor"]"#,
            expect![[r"
                Anyone signed in can add visits.
                Only the owner of a visit and head doctors can see or change it.
                Only the owner of a visit can delete it.
                `total` of a visit is given to new visits only by nurses and changed only by nurses in their own visits.
                `note` of a visit is seen only by head doctors, given to new visits only by head doctors and changed only by head doctors.
            "]],
        );
    }

    #[test]
    fn what_is_told_besides_of_who_reads_and_who_leaves() {
        check(
            "",
            "audit_reads = true\non_user_delete = \"hand_over\"\n[entity.visit.access]\nread = [\"signed_in\"]",
            expect![[r"
                Anyone signed in can add visits.
                Anyone signed in can see any visit.
                Only the owner of a visit can change or delete it.
                Whoever is shown a visit, by itself, among other visits or beside other records, is in the audit before he sees it.
                Visits of a user who is deleted become those of the admin who does it, or who has been there longest.
            "]],
        );
    }

    /// A path that names its user narrows everybody to his own records, roles too: the rules alone would say otherwise.
    #[test]
    fn a_path_that_names_its_user_narrows_every_role() {
        check(
            "user_path = true",
            "[entity.visit.access]\nread = [\"owner\", \"role:nurse\"]\ndelete = [\"role:nurse\"]",
            expect![[r"
                Anyone signed in can add visits.
                Only the owner of a visit can see or change it.
                Only nurses can delete visits, and only their own.
            "]],
        );
    }
}
