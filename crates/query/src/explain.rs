//! Why a caller reaches a row or not: each clause of a rule by itself, as scopes that may be asked of a row past the rules.
//!
//! Nothing is decided here: a clause becomes a scope where that of every request does ([`access::scope`]), and SQL where that
//! of every request does.

use std::cell::RefCell;

use blueprint::{Blueprint, Condition, Entity, Field, Literal, Rule, Term};

use crate::access::{self, Access, Actor, Fields};
use crate::attribute::Attribute;
use crate::new_row;
use crate::request::{Request, Values};
use crate::scope::Scope;
use crate::{Origin, View};

/// One of the rules any of which is enough.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// As the blueprint says it.
    pub says: String,
    /// The rows that it gives to the caller.
    pub rows: Scope,
    /// What its condition asks for, where that is several things; each with its own words.
    pub parts: Vec<Clause>,
}

/// The clauses of a rule, for one caller at one time.
pub fn clauses(rule: &Rule, actor: &Actor, at: &str) -> Vec<Clause> {
    let atoms = if let Rule::Nobody = rule { std::slice::from_ref(rule) } else { rule.atoms() };
    let clause = |atom: &Rule| {
        let parts = if let Rule::When(_, condition) = atom { parts(condition, actor, at) } else { Vec::new() };
        Clause { says: atom.to_string(), rows: access::scope(atom, actor).at(at), parts }
    };
    atoms.iter().map(clause).collect()
}

/// What a caller reaches at one time.
pub fn at(access: Access, at: &str) -> Access {
    access.at(at)
}

/// What a condition asks for, where that is several things.
pub fn parts(condition: &Condition, actor: &Actor, at: &str) -> Vec<Clause> {
    let parts = condition.parts();
    if parts.len() < 2 {
        return Vec::new();
    }
    parts.iter().map(|part| whole(part, actor, at)).collect()
}

/// A condition as one clause.
pub fn whole(condition: &Condition, actor: &Actor, at: &str) -> Clause {
    let rows = Scope::of(access::of_caller(&condition.expr, actor)).at(at);
    Clause { says: condition.text.clone(), rows, parts: parts(condition, actor, at) }
}

/// What of a row some rules look at, each with a name. Nothing that is kept from everybody, and nothing sensitive.
pub fn looked_at(blueprint: &Blueprint, entity: &Entity, rules: &[&Rule]) -> Vec<(String, Term)> {
    let found = RefCell::new(Vec::new());
    let note = |term: &Term| {
        if let Some(name) = shown(blueprint, entity, term)
            && !found.borrow().iter().any(|(known, _)| *known == name)
        {
            found.borrow_mut().push((name, term.clone()));
        }
        false
    };
    for rule in rules {
        if entity.owned && rule.atoms().iter().any(|atom| *atom.who() == Rule::Owner) {
            note(&Term::Owner);
        }
        for condition in rule.conditions() {
            condition.expr.has_term(&note);
        }
    }
    found.into_inner()
}

/// What of the caller some conditions look at; null where he has none. Nothing that is kept from everybody, and nothing
/// sensitive.
pub fn looked_at_of_caller<'b>(
    blueprint: &'b Blueprint,
    conditions: &[&Condition],
    actor: &Actor,
) -> Vec<(&'b Field, Literal)> {
    let Actor::User(user) = actor else { return Vec::new() };
    let Fields::Known(known) = &user.fields else { return Vec::new() };
    let fields = blueprint.user_fields.iter().enumerate().filter(|(place, field)| {
        let is_it = |term: &Term| *term == Term::CallerField(*place);
        !field.hidden && !field.sensitive && conditions.iter().any(|condition| condition.expr.has_term(&is_it))
    });
    fields.map(|(place, field)| (field, known.get(place).cloned().unwrap_or(Literal::Null))).collect()
}

fn shown(blueprint: &Blueprint, entity: &Entity, term: &Term) -> Option<String> {
    match term {
        Term::Field(place) => {
            let field = entity.fields.get(*place)?;
            (!field.hidden && !field.sensitive).then(|| field.column.clone())
        }
        Term::Owner => Some("user_id".to_owned()),
        Term::CreatedAt => Some("created_at".to_owned()),
        Term::UpdatedAt => Some("updated_at".to_owned()),
        Term::Via(via) => {
            let Term::Field(from) = via.from else { return None };
            let there = shown(blueprint, blueprint.entity(via.end.entity), &via.end.term)?;
            Some(format!("{}.{there}", entity.fields.get(from)?.name))
        }
        Term::Caller | Term::CallerField(_) | Term::Now | Term::Today | Term::Value(_) => None,
    }
}

/// The fields and links that a request gives and that not everybody who makes or changes the row may set: the name and the rule
/// of each.
pub fn ruled<'e>(entity: &'e Entity, access: &Access, request: &Request) -> Vec<(&'e str, &'e Rule)> {
    let view = View::of(entity, access);
    let given = written(request).into_iter().flat_map(Values::attributes);
    let narrowed = given.filter(|attribute| view.writes(*attribute) != Scope::Everything);
    let rule = |attribute| match attribute {
        Attribute::Field(place) => entity.fields.get(place).map(|field| (field.name.as_str(), &field.write)),
        Attribute::Link(place) => entity.links.get(place).map(|link| (link.name.as_str(), &link.write)),
        _ => None,
    };
    narrowed.filter_map(rule).collect()
}

/// A clause of the row as a request will make it or leave it, where it writes values. What it looks at through references is
/// left to be asked.
pub fn becoming(entity: &Entity, access: &Access, request: &Request, origin: &Origin, rows: &Scope) -> Option<Scope> {
    match request {
        Request::Create { values, .. } => Some(new_row::of_made(entity, access, values, origin, rows)),
        // What it does not write stays as it is.
        Request::Update { changes, .. } => match rows {
            Scope::Where(_) => Some(new_row::changed(entity, rows, changes, origin)).filter(|after| after != rows),
            _ => None,
        },
        _ => None,
    }
}

fn written(request: &Request) -> Option<&Values> {
    match request {
        Request::Create { values, .. } => Some(values),
        Request::Update { changes, .. } => Some(changes),
        _ => None,
    }
}
