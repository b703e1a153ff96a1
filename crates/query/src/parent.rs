//! Lists that stand under a row: which there are, and how their rows hang together with it.

use blueprint::{Blueprint, Entity, EntityIndex, Target};

use crate::View;
use crate::reference::{Reference, references};
use crate::request::RecordId;

/// The row under which a list stands: `/prospects/7/follow-ups`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// What it is a row of.
    pub entity: EntityIndex,
    /// Its id.
    pub id: RecordId,
    /// How the listed rows hang together with it.
    pub way: Way,
}

/// How rows hang together with the one above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They refer to it, or are linked to it.
    Up(Reference),
    /// It is linked to them, by the link at this place in [`Entity::links`].
    Down(usize),
}

/// The entities of which lists stand under the rows of one: those to which exactly one way leads, so that none needs to
/// be named.
pub fn children(blueprint: &Blueprint, parent: EntityIndex) -> Vec<(EntityIndex, Way)> {
    let only = |(place, entity): (usize, &Entity)| {
        let up = references(&View::document(entity)).into_iter();
        let up = up.filter(|way| way.entity(entity) == Some(parent)).map(Way::Up);
        let links = blueprint.entity(parent).links.iter().enumerate();
        let down = links.filter(|(_, link)| link.to == Target::Entity(EntityIndex(place)));
        let mut ways = up.chain(down.map(|(link, _)| Way::Down(link)));
        match (ways.next(), ways.next()) {
            (Some(way), None) => Some((EntityIndex(place), way)),
            _ => None,
        }
    };
    blueprint.entities.iter().enumerate().filter_map(only).collect()
}
