//! In which order entities get their rows: what others must refer to comes first, what they may refer to where possible.

use blueprint::{Blueprint, Entity, EntityIndex, FieldKind, Target};

/// Every entity once.
pub(super) fn order(blueprint: &Blueprint) -> Vec<EntityIndex> {
    let mut left: Vec<EntityIndex> = (0..blueprint.entities.len()).map(EntityIndex).collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |index: &EntityIndex, required_only: bool| {
            let mut targets = targets(blueprint.entity(*index));
            targets.any(|(to, required)| to != *index && left.contains(&to) && (required || !required_only))
        };
        let free = left.iter().position(|index| !waits(index, false));
        let next = free.or_else(|| left.iter().position(|index| !waits(index, true)));
        // No blueprint with a circle of required references loads, so the first is never taken for want of another.
        order.push(left.remove(next.unwrap_or_default()));
    }
    order
}

/// What an entity refers to, and whether it must.
fn targets(entity: &Entity) -> impl Iterator<Item = (EntityIndex, bool)> {
    let fields = entity.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Reference { to, .. } => Some((*to, field.required)),
        _ => None,
    });
    let links = entity.links.iter().map(|link| (link.to, link.required));
    fields.chain(links).filter_map(|(to, required)| match to {
        Target::Entity(index) => Some((index, required)),
        Target::User => None,
    })
}
