//! Actions: what each sets, clears or turns round, under a name that nothing else of the entity's paths has.

use super::access::Rules;
use super::automations::BUILT_IN;
use super::fields::{advice, literal};
use super::limits;
use super::names::{self, EntityName};
use crate::expr::{self, Condition, Expr, Scene, Term};
use crate::model::{Action, ActionKind, Change, Field, FieldKind, Link, Literal};
use crate::nearest::{perhaps, perhaps_or_list};
use crate::places::Pointer;
use crate::raw::{RawAction, RawBlueprint};
use crate::report::Report;

/// What `call` names where the function is of the app's own code.
const OWN_CODE: &str = "service";
/// Keys of access, and a path that the trash will need.
const RESERVED: &[&str] = &["read", "create", "update", "delete", "restore"];

pub(super) fn actions(
    raw: &RawBlueprint,
    entity: &EntityName,
    links: &[Link],
    rules: &Rules,
    scene: &Scene,
    at: &Pointer,
    report: &mut Report,
) -> Vec<Action> {
    let entity_at = at;
    let at = at.child("action");
    let mut actions = Vec::new();
    check_restore(raw, entity, report);
    let integrations: Vec<&str> = raw.integration.keys().map(String::as_str).collect();
    for (name, written) in &entity.raw.action {
        let at = at.child(name);
        check_name(name, raw, entity, &at, report);
        let lookup = Lookup { fields: scene.fields, links, at: entity_at.child("field"), integrations: &integrations };
        let Some(does) = kind(written, &lookup, &at, report) else {
            continue;
        };
        let when = written.when.as_ref().and_then(|text| condition(text, scene, &at.child("when"), report));
        actions.push(Action {
            name: name.clone(),
            path: names::kebab(name),
            summary: written.summary.clone().unwrap_or_default(),
            does,
            when,
            access: rules.actions.get(name).unwrap_or(&rules.standard.update).clone(),
        });
    }
    actions
}

fn check_name(name: &str, raw: &RawBlueprint, entity: &EntityName, at: &Pointer, report: &mut Report) {
    if !names::snake_case(name, at, "an action", report) {
        return;
    }
    if RESERVED.contains(&name) {
        let hint = Some("choose another name".to_owned());
        report.key(at, "reserved_name", format!("`{name}` is what the engine calls an operation of its own"), hint);
    }
    if let Some(other) = nested(name, raw, entity) {
        let message = format!("`{name}` is also the path of the rows of `{other}` that refer to a `{}`", entity.name);
        report.key(at, "name_clash", message, Some("choose another name".to_owned()));
    }
}

/// The way back from the trash is the engine's own: no other entity's rows can be listed there.
fn check_restore(raw: &RawBlueprint, entity: &EntityName, report: &mut Report) {
    if entity.raw.soft_delete != Some(true) {
        return;
    }
    if let Some(other) = nested("restore", raw, entity) {
        let message = format!("the rows of `{other}` cannot be at the path that restores a `{}`", entity.name);
        let hint = Some(format!("give `{other}` another `plural`"));
        report.key(&Pointer::root("entity").child(other), "name_clash", message, hint);
    }
}

/// The entity whose rows are listed at this path below a row of another.
fn nested<'r>(path: &str, raw: &'r RawBlueprint, entity: &EntityName) -> Option<&'r String> {
    let refers_here =
        |other: &crate::raw::RawEntity| other.field.values().any(|field| field.to.as_ref() == Some(&entity.name));
    let linked_from_here = |other: &String| {
        entity.raw.field.values().any(|field| super::links::is_link(field) && field.to.as_ref() == Some(other))
    };
    let mut entities = raw.entity.iter();
    let found = entities.find(|(other, written)| {
        let plural = written.plural.clone().unwrap_or_else(|| super::plurals::plural(other));
        plural == path && (refers_here(written) || linked_from_here(other))
    });
    found.map(|(other, _)| other)
}

struct Lookup<'f> {
    fields: &'f [Field],
    links: &'f [Link],
    at: Pointer,
    integrations: &'f [&'f str],
}

impl Lookup<'_> {
    /// The field that a key names.
    fn by_key(&self, name: &str, at: &Pointer, report: &mut Report) -> Option<(usize, &Field)> {
        self.find(name, report, |report, message, hint| report.key(at, "unknown_name", message, hint))
    }

    /// The field that a value names.
    fn by_value(&self, name: &str, at: &Pointer, report: &mut Report) -> Option<(usize, &Field)> {
        self.find(name, report, |report, message, hint| report.value(at, "unknown_name", message, hint))
    }

    /// Silent about a field that is there but was cut out.
    fn find(
        &self,
        name: &str,
        report: &mut Report,
        complain: impl FnOnce(&mut Report, String, Option<String>),
    ) -> Option<(usize, &Field)> {
        let found = self.fields.iter().enumerate().find(|(_, field)| field.name == name);
        if self.links.iter().any(|link| link.name == name) {
            let message = format!("`{name}` is many-to-many, and an action changes fields of one value only");
            complain(report, message, Some("leave it to PATCH, which replaces the whole set".to_owned()));
        } else if found.is_none() && !report.says(&self.at.child(name)) {
            let known: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            complain(report, format!("there is no field {name:?}"), perhaps_or_list(name, known));
        }
        found
    }
}

/// A condition, as far as it can be read.
pub(super) fn condition(text: &str, scene: &Scene, at: &Pointer, report: &mut Report) -> Option<Condition> {
    match expr::read(text, scene) {
        Ok(expr) => {
            check_granted(&expr, scene, at, report);
            Some(Condition { text: text.to_owned(), expr })
        }
        Err(fault) => {
            report.within(at, text, fault);
            None
        }
    }
}

/// What somebody says of himself when he registers gives him no rights.
fn check_granted(expr: &Expr, scene: &Scene, at: &Pointer, report: &mut Report) {
    let is_open = |field: &&Field| !field.read_only;
    for (place, field) in scene.user_fields.iter().enumerate().filter(|(_, field)| is_open(field)) {
        if expr.has_term(&|term| *term == Term::CallerField(place)) {
            let message = format!(
                "whoever registers says himself what his `{}` is, and would give himself rights by it",
                field.name
            );
            let hint = format!(
                "`read_only = true` on `{}` of [user]: then the operator alone sets it; what users wrote there \
                 before stays until he does",
                field.name
            );
            report.value(at, "self_granted", message, Some(hint));
        }
    }
}

fn kind(raw: &RawAction, fields: &Lookup, at: &Pointer, report: &mut Report) -> Option<ActionKind> {
    let changes = raw.set.is_some() || raw.clear.is_some() || raw.add.is_some();
    match (&raw.toggle, &raw.call, changes) {
        (Some(toggle), None, false) => toggled(toggle, fields, &at.child("toggle"), report),
        (None, Some(call), false) => called(call, fields.integrations, &at.child("call"), report),
        (None, None, true) => {
            let mut change = Change { set: set(raw, fields, &at.child("set"), report), add: Vec::new() };
            change.set.extend(cleared(raw, &change.set, fields, &at.child("clear"), report));
            change.add = added(raw, &change.set, fields, &at.child("add"), report);
            Some(ActionKind::Change(change))
        }
        (None, None, false) => {
            // Any other word was meant to do something and is already reported.
            if report.places.words(at).all(|word| word == "summary" || word == "when") {
                let hint = "add `set = { status = \"done\" }` or `toggle = \"done\"`".to_owned();
                report.key(at, "missing_word", "this action does nothing", Some(hint));
            }
            None
        }
        (toggle, _, _) => {
            let word = if toggle.is_some() { "toggle" } else { "call" };
            report.key(
                &at.child(word),
                "contradiction",
                "an action changes fields, toggles one or calls a function",
                Some("make two actions of it, or `set` the boolean too".to_owned()),
            );
            None
        }
    }
}

/// `service.` and a function of the app's own, or an integration and a verb.
fn called(call: &str, integrations: &[&str], at: &Pointer, report: &mut Report) -> Option<ActionKind> {
    let parts = call.split_once('.').filter(|(whose, what)| names::is_snake_case(whose) && names::is_snake_case(what));
    let Some((whose, _)) = parts else {
        let hint = "for example \"service.convert\", which is a function of your own".to_owned();
        report.value(at, "action_value", format!("{call:?} is no function"), Some(hint));
        return None;
    };
    let known = || integrations.iter().copied().chain([OWN_CODE]).chain(BUILT_IN);
    if !known().any(|known| known == whose) && !report.says(&Pointer::root("integration").child(whose)) {
        let near = perhaps(whose, known());
        let hint =
            near.unwrap_or_else(|| format!("declare it: `[integration.{whose}]`; code of your own is `{OWN_CODE}.`"));
        report.warn(at, "unknown_name", format!("there is no integration {whose:?}"), Some(hint));
    }
    Some(ActionKind::Call(call.to_owned()))
}

fn toggled(name: &str, fields: &Lookup, at: &Pointer, report: &mut Report) -> Option<ActionKind> {
    let (index, field) = fields.by_value(name, at, report)?;
    if !matches!(field.kind, FieldKind::Boolean) {
        report.value(
            at,
            "wrong_type",
            format!("`{name}` is not a boolean, so it cannot be toggled"),
            Some("use `set`".to_owned()),
        );
        return None;
    }
    Some(ActionKind::Toggle(index))
}

fn set(raw: &RawAction, fields: &Lookup, at: &Pointer, report: &mut Report) -> Vec<(usize, Literal)> {
    let mut changes = Vec::new();
    let nothing = raw.set.iter().flatten().next().is_none() && raw.clear.iter().flatten().next().is_none();
    if nothing && raw.add.iter().flatten().next().is_none() {
        let hint = "name a field and its value: `set = { status = \"done\" }`".to_owned();
        report.value(at, "missing_word", "this action changes nothing", Some(hint));
    }
    for (name, value) in raw.set.iter().flatten() {
        let at = at.child(name);
        let Some((index, field)) = fields.by_key(name, &at, report) else {
            continue;
        };
        match literal(field, value) {
            Ok(literal) => changes.push((index, literal)),
            Err(detail) => report.value(&at, "action_value", format!("`{name}` {detail}"), advice(field, value)),
        }
    }
    changes
}

/// TOML has no null, so what an action empties stands in a list of its own.
fn cleared(
    raw: &RawAction,
    set: &[(usize, Literal)],
    fields: &Lookup,
    at: &Pointer,
    report: &mut Report,
) -> Vec<(usize, Literal)> {
    let mut changes: Vec<(usize, Literal)> = Vec::new();
    for (place, name) in raw.clear.iter().flatten().enumerate() {
        let at = at.item(place);
        let Some((index, field)) = fields.by_value(name, &at, report) else {
            continue;
        };
        if field.required {
            report.value(
                &at,
                "contradiction",
                format!("`{name}` is required and cannot be emptied"),
                Some("`set` it to a value, or remove `required`".to_owned()),
            );
        } else if set.iter().chain(&changes).any(|(other, _)| *other == index) {
            report.value(
                &at,
                "contradiction",
                format!("`{name}` is changed twice"),
                Some("say once what becomes of it".to_owned()),
            );
        } else {
            changes.push((index, Literal::Null));
        }
    }
    changes
}

/// What is added, in units of the field's scale.
fn added(
    raw: &RawAction,
    set: &[(usize, Literal)],
    fields: &Lookup,
    at: &Pointer,
    report: &mut Report,
) -> Vec<(usize, i64)> {
    let mut changes = Vec::new();
    for (name, written) in raw.add.iter().flatten() {
        let at = at.child(name);
        let Some((index, field)) = fields.by_key(name, &at, report) else {
            continue;
        };
        let (scale, min, max) = match &field.kind {
            FieldKind::Integer { min, max } => (0, *min, *max),
            FieldKind::Decimal { scale, min, max, .. } => (*scale, *min, *max),
            _ => {
                let hint = Some("`add` is for integer, decimal and money fields".to_owned());
                report.value(&at, "wrong_type", format!("nothing can be added to `{name}`"), hint);
                continue;
            }
        };
        if set.iter().any(|(other, _)| *other == index) {
            let hint = Some("say once what becomes of it".to_owned());
            report.value(&at, "contradiction", format!("`{name}` is changed twice"), hint);
            continue;
        }
        let Some(units) = limits::decimal_bound(Some(written), scale, &at, report) else {
            continue;
        };
        if i128::from(units).abs() > i128::from(max) - i128::from(min) {
            let message = format!("adding this to `{name}` would always leave its limits");
            report.value(&at, "limits", message, Some("widen `min` and `max`, or add less".to_owned()));
        } else if units == 0 {
            report.value(&at, "ineffective", "adding 0 changes nothing", Some("remove it".to_owned()));
        } else {
            changes.push((index, units));
        }
    }
    changes
}
