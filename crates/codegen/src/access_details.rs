//! What is left to say of an entity once it is said who may do what: states, limits, code, single fields, links.

use blueprint::{ActionKind, Blueprint, Entity, OnUserDelete, Target};
use query::access::Verb;

use crate::access::{Caller, Reach, callers, reach};
use crate::access_actions::{code, guard};
use crate::access_fields::{FieldReach, fields};
use crate::words;

/// A sentence each.
pub(crate) fn details(blueprint: &Blueprint, entity: &Entity) -> Vec<String> {
    let guards = entity.actions.iter().filter_map(|action| guard(entity, action));
    let calls = entity.actions.iter().filter_map(|action| match &action.does {
        ActionKind::Call(function) => {
            let (path, of) = (&action.path, words::a(entity));
            Some(format!("`{path}` of {of} calls {}, code of the app's own.", code(function)))
        }
        _ => None,
    });
    let fields = fields(blueprint, entity);
    let fields = fields.iter().flat_map(|field| of_field(blueprint, entity, field));
    let links = entity.links.iter().filter_map(|link| {
        let Target::Entity(to) = link.to else { return None };
        let (of, many) = (words::a(entity), words::many(blueprint.entity(to)));
        Some(format!("`{}` of {of} shows and takes only {many} that the caller can see.", link.key))
    });
    let audited = entity.audit_reads.then(|| {
        let (a, many) = (words::a(entity), words::many(entity));
        format!("Whoever is shown {a}, by itself, among other {many} or beside other records, is in the audit before he sees it.")
    });
    let leaving = leaving(entity);
    guards.chain(calls).chain(fields).chain(links).chain(audited).chain(leaving).collect()
}

/// What becomes of the records of a user who is deleted, where they do not hold him.
fn leaving(entity: &Entity) -> Option<String> {
    let many = words::sentence(&words::many(entity));
    match entity.on_user_delete {
        OnUserDelete::Restrict => None,
        OnUserDelete::Delete => Some(format!("{many} of a user who is deleted are deleted with him, for good.")),
        OnUserDelete::HandOver => Some(format!(
            "{many} of a user who is deleted become those of the admin who does it, or who has been there longest."
        )),
    }
}

/// Nothing where everybody does with the field what he does with the record.
fn of_field(blueprint: &Blueprint, entity: &Entity, one: &FieldReach) -> Option<String> {
    let callers = callers(blueprint);
    let with_record = |verb| callers.iter().map(|caller| reach(blueprint, entity, verb, caller)).collect::<Vec<_>>();
    let [seen, written] = &one.conditions;
    let read = one.read != with_record(Verb::Read) || !seen.is_empty();
    let read = read.then(|| format!("seen {}{}", who(entity, &callers, &one.read), only_where(seen)));
    let change = one.change != with_record(Verb::Update) || !written.is_empty();
    let changed = change.then(|| format!("changed {}{}", who(entity, &callers, &one.change), only_where(written)));
    let made: Vec<bool> = with_record(Verb::Create).iter().map(|reach| *reach != Reach::None).collect();
    let given = (one.give != made).then(|| {
        let reach = |gives: &bool| if *gives { Reach::All } else { Reach::None };
        let givers: Vec<Reach> = one.give.iter().map(reach).collect();
        format!("given to new {} {}", words::many(entity), who(entity, &callers, &givers))
    });
    let parts: Vec<String> = [read, given, changed].into_iter().flatten().collect();
    let (column, of) = (one.key, words::a(entity));
    (!parts.is_empty()).then(|| format!("`{column}` of {of} is {}.", words::list(&parts, "and")))
}

/// The conditions of `some`.
fn only_where(conditions: &[&str]) -> String {
    let texts: Vec<String> = conditions.iter().map(|text| code(text)).collect();
    if texts.is_empty() { String::new() } else { format!(" (some: where {})", words::list(&texts, "or")) }
}

/// By those with a reach, as people: "only by clerks, and by nurses in their own visits".
fn who(entity: &Entity, callers: &[Caller], reaches: &[Reach]) -> String {
    let of = |wanted: &Caller| {
        let place = callers.iter().position(|caller| caller == wanted);
        place.and_then(|place| reaches.get(place)).copied().unwrap_or(Reach::None)
    };
    let roles = |wanted: Reach| {
        callers.iter().zip(reaches).filter_map(move |(caller, reach)| match caller {
            Caller::Role(role) if *reach == wanted => Some(words::holders(role)),
            _ => None,
        })
    };
    let (owner, many) = (format!("the owner of {}", words::a(entity)), words::many(entity));
    let only = |who: Vec<String>| format!("only by {}", words::list(&who, "and"));
    match (of(&Caller::Stranger), of(&Caller::SignedIn)) {
        (Reach::All | Reach::Own, _) => "by anyone".to_owned(),
        (_, Reach::All) => "by anyone signed in".to_owned(),
        (Reach::Some | Reach::OwnAndSome | Reach::SomeOwn, _) => format!("by anyone in some {many}"),
        (_, Reach::OwnAndSome) => format!("by anyone signed in, in their own and in some other {many}"),
        (_, Reach::Some) => format!("by anyone signed in, in some {many}"),
        (_, Reach::SomeOwn) => format!("by anyone signed in, in some of their own {many}"),
        (_, Reach::Own) => {
            let some = roles(Reach::OwnAndSome).map(|role| format!("{role} in some {many}"));
            let who: Vec<String> = std::iter::once(owner).chain(roles(Reach::All)).chain(some).collect();
            only(who)
        }
        (_, Reach::None) => {
            let own = roles(Reach::Own).map(|role| format!("{role} in their own {many}"));
            let own_and_some =
                roles(Reach::OwnAndSome).map(|role| format!("{role} in their own and in some other {many}"));
            let some = roles(Reach::Some).map(|role| format!("{role} in some {many}"));
            let some_own = roles(Reach::SomeOwn).map(|role| format!("{role} in some of their own {many}"));
            let who: Vec<String> =
                roles(Reach::All).chain(own).chain(own_and_some).chain(some).chain(some_own).collect();
            if who.is_empty() { "by nobody".to_owned() } else { only(who) }
        }
    }
}
