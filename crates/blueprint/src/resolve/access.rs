//! Who may do what: the words of a list, the defaults where there is none, and no write beyond what its caller can read.

use std::collections::HashMap;

use super::actions::condition;
use super::conditions;
use super::names::EntityName;
use crate::expr::Scene;
use crate::model::{Access, Rule};
use crate::nearest::{perhaps, perhaps_or_list};
use crate::places::Pointer;
use crate::raw::{RawCondition, RawRule};
use crate::report::Report;

const OPERATIONS: [&str; 4] = ["read", "create", "update", "delete"];
const WORDS: [&str; 4] = ["owner", "signed_in", "anyone", "nobody"];

/// The rules of an entity: those that every entity has, and those of its actions.
pub(super) struct Rules {
    pub standard: Access,
    pub actions: HashMap<String, Rule>,
}

pub(super) fn rules(entity: &EntityName, scene: &Scene, at: &Pointer, report: &mut Report) -> Rules {
    let at = at.child("access");
    let mut written = HashMap::new();
    for (word, list) in &entity.raw.access {
        let at = at.child(word);
        if !OPERATIONS.contains(&word.as_str()) && !entity.raw.action.contains_key(word) {
            unknown_operation(word, entity, &at, report);
            continue;
        }
        if let Some(rule) = rule(list, entity, scene, &at, report) {
            written.insert(word.clone(), rule);
        }
    }
    let places = report.places;
    let broken: Vec<&str> = places.words(&at).filter(|word| !written.contains_key(*word)).collect();
    let (reader, writer) = match entity.owned {
        true => (Rule::Owner, Rule::Owner),
        false => (Rule::SignedIn, Rule::Role("admin".to_owned())),
    };
    let creator = if entity.owned { Rule::SignedIn } else { writer.clone() };
    let create = written.remove("create").unwrap_or(creator);
    let standard = Access {
        read: written.remove("read").unwrap_or(reader),
        create: check_create(create, entity, &at, report),
        update: written.remove("update").unwrap_or_else(|| writer.clone()),
        delete: written.remove("delete").unwrap_or(writer),
    };
    let rules = Rules { standard, actions: written };
    check_covered(&rules, &broken, entity, &at, report);
    rules
}

fn unknown_operation(word: &str, entity: &EntityName, at: &Pointer, report: &mut Report) {
    // An action that is there but was cut out is not unknown.
    let action = Pointer::root("entity").child(&entity.name).child("action").child(word);
    if report.says(&action) {
        return;
    }
    let known = OPERATIONS.into_iter().chain(entity.raw.action.keys().map(String::as_str)).collect::<Vec<_>>();
    let message = format!("`{}` is neither read, create, update, delete nor an action", word.escape_debug());
    report.key(at, "unknown_word", message, perhaps_or_list(word, known));
}

/// The list as one rule, without what another word already covers.
pub(super) fn rule(
    list: &[RawRule],
    entity: &EntityName,
    scene: &Scene,
    at: &Pointer,
    report: &mut Report,
) -> Option<Rule> {
    if list.is_empty() {
        let hint = Some("write [\"nobody\"]".to_owned());
        report.value(at, "access", "an empty list does not say whether nobody or everybody is meant", hint);
        return None;
    }
    let mut atoms: Vec<Rule> = Vec::new();
    for (index, written) in list.iter().enumerate() {
        let at = at.item(index);
        let atom = match written {
            RawRule::Word(word) => word_alone(word, entity, scene, &at, report)?,
            RawRule::When(written) => conditional(written, entity, scene, &at, report)?,
        };
        if !atoms.contains(&atom) {
            atoms.push(atom);
        }
    }
    if atoms.len() > 1 && atoms.contains(&Rule::Nobody) {
        report.value(at, "access", "`nobody` stands alone", Some("remove it, or the others".to_owned()));
        return None;
    }
    for broad in [Rule::Anyone, Rule::SignedIn] {
        if atoms.contains(&broad) {
            atoms.retain(|atom| *atom == broad || !covers(&broad, atom));
        }
    }
    conditions::check(&atoms, at, report);
    match atoms.len() {
        1 => atoms.pop(),
        _ => Some(Rule::AnyOf(atoms)),
    }
}

fn word_alone(word: &str, entity: &EntityName, scene: &Scene, at: &Pointer, report: &mut Report) -> Option<Rule> {
    match word {
        "nobody" => return Some(Rule::Nobody),
        "anyone" => return Some(Rule::Anyone),
        "signed_in" => return Some(Rule::SignedIn),
        "owner" if entity.owned => return Some(Rule::Owner),
        "owner" => {
            let message = format!("`owner`: rows of `{}` have no owner", entity.name);
            report.value(
                at,
                "access",
                message,
                Some("use \"signed_in\" or a role, or remove `owner = false`".to_owned()),
            );
            return None;
        }
        _ => {}
    }
    let Some(role) = word.strip_prefix("role:") else {
        let hint = if scene.roles.iter().any(|role| role == word) {
            Some(format!("perhaps you meant \"role:{word}\""))
        } else {
            perhaps_or_list(word, WORDS.into_iter().chain(["role:…"]).collect::<Vec<_>>())
        };
        report.value(at, "access", format!("{word:?} is nobody that access can be given to"), hint);
        return None;
    };
    if scene.roles.iter().any(|known| known == role) {
        return Some(Rule::Role(role.to_owned()));
    }
    let hint = perhaps(role, scene.roles.iter().map(String::as_str));
    let hint = hint.unwrap_or_else(|| format!("declare it: `roles = [{role:?}]` under [auth]"));
    report.value(at, "unknown_name", format!("there is no role {role:?}"), Some(hint));
    None
}

/// The rows for which a condition holds, for whoever is signed in unless it says for whom.
fn conditional(
    written: &RawCondition,
    entity: &EntityName,
    scene: &Scene,
    at: &Pointer,
    report: &mut Report,
) -> Option<Rule> {
    let who = match &written.who {
        None => Some(Rule::SignedIn),
        Some(word) => word_alone(word, entity, scene, &at.child("who"), report),
    };
    let condition = condition(&written.when, scene, &at.child("when"), report);
    if who == Some(Rule::Nobody) {
        let hint = Some("remove the condition, or say for whom it is".to_owned());
        report.value(&at.child("who"), "access", "`nobody` needs no condition", hint);
        return None;
    }
    Some(Rule::When(Box::new(who?), condition?))
}

/// Whoever makes a row owns it, so among creators `owner` says no more than `signed_in`.
fn check_create(rule: Rule, entity: &EntityName, at: &Pointer, report: &mut Report) -> Rule {
    if entity.owned && rule.atoms().iter().any(|atom| *atom.who() == Rule::Anyone) {
        let hint = "use \"signed_in\", or set `owner = false`".to_owned();
        let message = "a row that a stranger makes would have no owner";
        report.value(&at.child("create"), "access", message, Some(hint));
        return Rule::SignedIn;
    }
    match rule {
        rule if rule.atoms().contains(&Rule::Owner) => Rule::SignedIn,
        Rule::AnyOf(atoms) => Rule::AnyOf(atoms.into_iter().map(signed_in_for_owner).collect()),
        rule => signed_in_for_owner(rule),
    }
}

fn signed_in_for_owner(atom: Rule) -> Rule {
    match atom {
        Rule::When(who, condition) if *who == Rule::Owner => Rule::When(Box::new(Rule::SignedIn), condition),
        atom => atom,
    }
}

/// A write that reaches rows its caller cannot read would tell him about them, and let him change what he cannot see.
/// A rule that is broken was reported and has its default here, which proves nothing.
fn check_covered(rules: &Rules, broken: &[&str], entity: &EntityName, at: &Pointer, report: &mut Report) {
    if broken.contains(&"read") {
        return;
    }
    let standard = [("update", &rules.standard.update), ("delete", &rules.standard.delete)];
    // In the order of the file, and one problem where an action only inherits what is wrong with update.
    let actions = entity.raw.action.keys().filter_map(|name| rules.actions.get(name).map(|rule| (name.as_str(), rule)));
    let rules_of_writes = standard.into_iter().chain(actions).filter(|(word, _)| !broken.contains(word));
    for (word, rule) in rules_of_writes {
        let Some(missing) = rule.atoms().iter().find(|atom| !covers(&rules.standard.read, atom)) else {
            continue;
        };
        let at_rule = at.child(word);
        let (place, whence) = if report.says(&at_rule) { (at_rule, "") } else { (at.child("read"), "by default ") };
        let message = format!("`{word}` is {whence}allowed to {}, who cannot read those rows", missing);
        let hint = format!("add {} to `read`, or set `{word}` to whom `read` allows", missing);
        report.value(&place, "write_beyond_read", message, Some(hint));
    }
}

/// Whether everybody whom the atom lets at a row may read that row. Of two conditions it sees by their form which asks for
/// more: what it does not see is not covered.
pub(super) fn covers(read: &Rule, atom: &Rule) -> bool {
    match (read, atom) {
        (Rule::Nobody, _) => false,
        (Rule::AnyOf(readers), atom) => readers.iter().any(|reader| covers(reader, atom)),
        (Rule::When(readers, seen), Rule::When(who, reached)) => {
            covers(readers, who) && reached.expr.implies(&seen.expr)
        }
        (Rule::When(..), _) => false,
        (read, Rule::When(who, _)) => covers(read, who),
        (Rule::Anyone, _) => true,
        (Rule::SignedIn, atom) => *atom != Rule::Anyone,
        (read, atom) => read == atom,
    }
}
