//! References: what they point to, what a deletion does to them, and circles in which no row could be made or which no
//! deletion should run through.

use super::names::EntityName;
use crate::model::{Entity, EntityIndex, Field, FieldKind, IdKind, Link, OnDelete, Target};
use crate::nearest::perhaps_or_list;
use crate::places::Pointer;
use crate::raw::{RawField, RawOnDelete};
use crate::report::Report;

pub(super) fn kind(raw: &RawField, names: &[EntityName], at: &Pointer, report: &mut Report) -> Option<FieldKind> {
    let (target, id) = target(raw, names, at, report)?;
    let on_delete = match raw.on_delete {
        None | Some(RawOnDelete::Restrict) => OnDelete::Restrict,
        Some(RawOnDelete::Cascade) => OnDelete::Cascade,
        Some(RawOnDelete::SetNull) => OnDelete::SetNull,
    };
    if on_delete == OnDelete::SetNull && raw.required == Some(true) {
        let message = "a required reference cannot become null";
        let hint = "use \"restrict\" or \"cascade\", or remove `required`".to_owned();
        report.value(&at.child("on_delete"), "contradiction", message, Some(hint));
    }
    Some(FieldKind::Reference { to: target, on_delete, id })
}

/// Where a reference leads, and what the ids are there.
pub(super) fn target(
    raw: &RawField,
    names: &[EntityName],
    at: &Pointer,
    report: &mut Report,
) -> Option<(Target, IdKind)> {
    let Some(to) = &raw.to else {
        if !report.says(&at.child("to")) {
            let hint = "add `to = \"user\"` or the name of an entity".to_owned();
            report.key(at, "missing_word", "a reference needs `to`", Some(hint));
        }
        return None;
    };
    let at = at.child("to");
    if to == "user" {
        return Some((Target::User, IdKind::Uuid));
    }
    if let Some(index) = names.iter().position(|entity| entity.name == *to) {
        return names.get(index).map(|entity| (Target::Entity(EntityIndex(index)), entity.id));
    }
    if !report.says(&Pointer::root("entity").child(to)) {
        let known: Vec<&str> = names.iter().map(|entity| entity.name.as_str()).chain(["user"]).collect();
        report.value(&at, "unknown_name", format!("there is no entity {to:?}"), perhaps_or_list(to, known));
    }
    None
}

/// Reports circles, and rows that could not come back with those that they would go with.
pub(super) fn check(entities: &[Entity], report: &mut Report) {
    trash(entities, report);
    for (at, path) in circles(entities, |field, _, _| field.required, |link| link.required) {
        let message = format!(
            "no row could ever be made: {} refer to one another and each reference is required",
            path.join(" → ")
        );
        report.key(&at, "circle", message, Some("remove `required` from one of the references".to_owned()));
    }
    for (at, path) in circles(entities, |field, from, to| from != to && cascades(field), |_| false) {
        let message = format!("a deletion would run in a circle: {}", path.join(" → "));
        report.key(
            &at,
            "circle",
            message,
            Some("use `on_delete = \"restrict\"` or \"set_null\" in one of the references".to_owned()),
        );
    }
}

/// A row that goes with one that goes to the trash must be able to come back with it.
fn trash(entities: &[Entity], report: &mut Report) {
    for entity in entities.iter().filter(|entity| !entity.soft_delete) {
        for field in entity.fields.iter().filter(|field| cascades(field)) {
            let FieldKind::Reference { to: Target::Entity(to), .. } = field.kind else { continue };
            let Some(target) = entities.get(to.0).filter(|target| target.soft_delete) else { continue };
            let message = format!(
                "a deleted `{}` goes to the trash, but each `{}` that goes with it would be lost",
                target.name, entity.name
            );
            let hint = format!("set `soft_delete = true` on `{}` too, or another `on_delete`", entity.name);
            let at = Pointer::root("entity").child(&entity.name).child("field").child(&field.name);
            report.value(&at.child("on_delete"), "contradiction", message, Some(hint));
        }
    }
}

fn cascades(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Reference { on_delete: OnDelete::Cascade, .. })
}

type Edge = (usize, usize, String);

/// The references of a sort that close a circle, each with the names along it.
fn circles(
    entities: &[Entity],
    counts: impl Fn(&Field, usize, usize) -> bool,
    link_counts: impl Fn(&Link) -> bool,
) -> Vec<(Pointer, Vec<String>)> {
    let mut edges: Vec<Edge> = Vec::new();
    for (from, entity) in entities.iter().enumerate() {
        for field in &entity.fields {
            let FieldKind::Reference { to: Target::Entity(to), .. } = field.kind else {
                continue;
            };
            if counts(field, from, to.0) {
                edges.push((from, to.0, field.name.clone()));
            }
        }
        for link in entity.links.iter().filter(|link| link_counts(link)) {
            if let Target::Entity(to) = link.to {
                edges.push((from, to.0, link.name.clone()));
            }
        }
    }
    let mut kept: Vec<Edge> = Vec::new();
    let mut found = Vec::new();
    let name = |index: usize| entities.get(index).map_or_else(String::new, |entity| entity.name.clone());
    for edge in edges {
        let (from, to, field) = &edge;
        // A reference that closes a circle is told once and left out, so that one circle is one problem.
        match way(&kept, *to, *from, entities.len()) {
            Some(way) => {
                let path = std::iter::once(*from).chain(way).map(name).collect();
                found.push((Pointer::root("entity").child(&name(*from)).child("field").child(field), path));
            }
            None => kept.push(edge),
        }
    }
    found
}

/// The shortest way from one entity to another, both ends included.
fn way(edges: &[Edge], from: usize, to: usize, count: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; count];
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        if here == to {
            let back = std::iter::successors(Some(to), |at| came_from.get(*at).copied().flatten());
            let mut way: Vec<usize> = back.collect();
            way.reverse();
            return Some(way);
        }
        for (_, next, _) in edges.iter().filter(|(start, ..)| *start == here) {
            match came_from.get_mut(*next) {
                Some(slot @ None) if *next != from => {
                    *slot = Some(here);
                    queue.push_back(*next);
                }
                _ => {}
            }
        }
    }
    None
}
