//! Warns of deletions that change rows which the deleter cannot see: a cascade, a reference that becomes null, a link that
//! is cut. It may well be meant so; nobody should learn of it afterwards.

use super::access::covers;
use crate::model::{Access, Api, Entity, FieldKind, OnDelete, Rule, Target};
use crate::places::Pointer;
use crate::report::Report;

pub(super) fn check(entities: &[Entity], api: &Api, report: &mut Report) {
    for entity in entities {
        let fields = entity.fields.iter().filter_map(|field| match field.kind {
            FieldKind::Reference { to: Target::Entity(to), on_delete: OnDelete::Cascade, .. } => {
                Some((&field.name, to, "deletes"))
            }
            FieldKind::Reference { to: Target::Entity(to), on_delete: OnDelete::SetNull, .. } => {
                Some((&field.name, to, "changes"))
            }
            _ => None,
        });
        let links = entity.links.iter().filter_map(|link| match link.to {
            Target::Entity(to) if !link.restrict => Some((&link.name, to, "changes")),
            _ => None,
        });
        for (name, to, does) in fields.chain(links) {
            let Some(parent) = entities.get(to.0) else { continue };
            let Some(blind) = blind(parent, entity, api) else { continue };
            let message = format!(
                "deleting one `{}` {does} each `{}` that refers to it, also those that {} cannot see",
                parent.name, entity.name, blind
            );
            let hint = format!(
                "if that is not meant: `on_delete = \"restrict\"`, or let {} `read` each `{}`",
                blind, entity.name
            );
            let at = Pointer::root("entity").child(&entity.name).child("field").child(name);
            report.warn(&at, "unseen_change", message, Some(hint));
        }
    }
}

/// Somebody who may delete a row but does not see all that refer to it.
fn blind<'e>(parent: &'e Entity, child: &Entity, api: &Api) -> Option<&'e Rule> {
    let (Access { read, delete, .. }, reader) = (&parent.access, &child.access.read);
    // Where only its owner sees a row, nobody else can have referred to it.
    let only_owner = parent.owned && (api.user_path || *read == Rule::Owner);
    // A condition for parents says nothing of their children.
    let sees = |atom: &Rule| match atom.who() {
        _ if only_owner => child.owned && !reader.atoms().is_empty() && covers(reader, &Rule::Owner),
        Rule::Owner => covers(reader, &Rule::SignedIn),
        atom => covers(reader, atom),
    };
    delete.atoms().iter().find(|atom| !sees(atom))
}
