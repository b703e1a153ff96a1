//! The ways from a row to others: its references and its owner; and attributes at the end of such a way,
//! as in `prospect.status`. Who may see what lies there is not decided here.

use blueprint::{Blueprint, Entity, EntityIndex, FieldKind, Target, nearest};
use work::Kind;

use crate::View;
use crate::access::Scope;
use crate::attribute::Attribute;
use crate::request::RecordId;

/// A way from a row to one other row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// To the user whose row it is.
    Owner,
    /// Along the field at this place in [`Entity::fields`].
    Field(usize),
}

/// The references that there are for a caller, in the order of the columns.
pub fn references(view: &View) -> Vec<Reference> {
    let entity = view.entity;
    // A field may have the name, though not the column; then the name is that field's.
    let owner = (entity.owned && entity.field("user").is_none()).then_some(Reference::Owner);
    let fields = entity.fields.iter().enumerate();
    let fields = fields.filter(|(_, field)| !field.hidden && matches!(field.kind, FieldKind::Reference { .. }));
    let fields = fields.map(|(place, _)| Reference::Field(place));
    let known = |reference: &Reference| view.reads(reference.attribute()) != Scope::Nothing;
    owner.into_iter().chain(fields).filter(known).collect()
}

impl Reference {
    /// The reference of this name, if there is one for the caller.
    pub fn find(view: &View, name: &str) -> Option<Reference> {
        references(view).into_iter().find(|reference| reference.name(view.entity) == name)
    }

    /// Its name, under which the other row is shown.
    pub fn name(self, entity: &Entity) -> &str {
        match self {
            Reference::Owner => "user",
            Reference::Field(place) => &entity.fields[place].name,
        }
    }

    /// The attribute that holds the id of the other row.
    pub fn attribute(self) -> Attribute {
        match self {
            Reference::Owner => Attribute::UserId,
            Reference::Field(place) => Attribute::Field(place),
        }
    }

    /// What it leads to.
    pub fn target(self, entity: &Entity) -> Target {
        match self {
            Reference::Owner => Target::User,
            Reference::Field(place) => match &entity.fields[place].kind {
                FieldKind::Reference { to, .. } => *to,
                _ => Target::User,
            },
        }
    }

    /// The entity that it leads to, unless that is the built-in user.
    pub fn entity(self, entity: &Entity) -> Option<EntityIndex> {
        match self.target(entity) {
            Target::Entity(index) => Some(index),
            Target::User => None,
        }
    }
}

/// The row under which a list stands: `/prospects/7/follow-ups`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// What it is a row of.
    pub entity: EntityIndex,
    /// Its id.
    pub id: RecordId,
    /// How the listed rows refer to it.
    pub reference: Reference,
}

/// The entities of which lists stand under the rows of one: those with exactly one reference to it, which needs no
/// telling which.
pub fn children(blueprint: &Blueprint, parent: EntityIndex) -> Vec<(EntityIndex, Reference)> {
    let only = |(place, entity): (usize, &Entity)| {
        let ways = references(&View::document(entity));
        let mut ways = ways.into_iter().filter(|way| way.entity(entity) == Some(parent));
        match (ways.next(), ways.next()) {
            (Some(way), None) => Some((EntityIndex(place), way)),
            _ => None,
        }
    };
    blueprint.entities.iter().enumerate().filter_map(only).collect()
}

/// An attribute of a row, or of the row that one of its references leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// The reference that is followed, if one is. Never one to a user.
    pub via: Option<Reference>,
    /// The attribute, of the row at the end.
    pub attribute: Attribute,
}

impl From<Attribute> for Path {
    fn from(attribute: Attribute) -> Path {
        Path { via: None, attribute }
    }
}

/// What a path is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Filter,
    Sort,
}

impl Purpose {
    /// The attributes that may stand at its end.
    fn attributes(self, view: &View) -> Vec<Attribute> {
        match self {
            Purpose::Filter => view.visible(),
            Purpose::Sort => view.sortable(),
        }
    }

    /// What a name is not that is none of them.
    fn unknown(self) -> &'static str {
        match self {
            Purpose::Filter => "is not a parameter",
            Purpose::Sort => "is nothing to sort by",
        }
    }

    /// What else such a name may have meant.
    fn words(self) -> &'static [&'static str] {
        match self {
            Purpose::Filter => &["limit", "cursor", "sort", "count", "fields", "expand"],
            Purpose::Sort => &[],
        }
    }
}

impl Path {
    /// Reads `status` or `prospect.status`.
    pub(crate) fn find(blueprint: &Blueprint, view: &View, name: &str, purpose: Purpose) -> Option<Path> {
        let (via, name) = match name.split_once('.') {
            None => (None, name),
            Some((reference, name)) => (Some(Reference::find(view, reference)?), name),
        };
        let end = match via {
            None => *view,
            Some(via) => view.at(blueprint.entity(via.entity(view.entity)?)),
        };
        let attribute = purpose.attributes(&end).into_iter().find(|attribute| attribute.column(end.entity) == name)?;
        Some(Path { via, attribute })
    }

    /// The entity that the attribute is of, where the path begins at this one.
    pub fn end<'b>(self, blueprint: &'b Blueprint, entity: &'b Entity) -> &'b Entity {
        let index = self.via.and_then(|via| via.entity(entity));
        index.map_or(entity, |index| blueprint.entity(index))
    }

    /// What its column holds.
    pub fn kind(self, blueprint: &Blueprint, entity: &Entity) -> Kind {
        self.attribute.kind(self.end(blueprint, entity))
    }
}

/// What is wrong with a name that [`Path::find`] does not find, and what may have been meant.
pub(crate) fn not_found(blueprint: &Blueprint, view: &View, name: &str, purpose: Purpose) -> String {
    let entity = view.entity;
    let Some((first, rest)) = name.split_once('.') else {
        if let Some(reference) = Reference::find(view, name) {
            return format!("is a reference; perhaps you meant `{}`", reference.attribute().column(entity));
        }
        let attributes = purpose.attributes(view);
        let names = attributes.iter().map(|attribute| attribute.column(entity)).chain(purpose.words().iter().copied());
        return perhaps(purpose.unknown().to_owned(), name, names);
    };
    if rest.contains('.') {
        return "follows more than one reference".to_owned();
    }
    let ways = references(view);
    let near = nearest(first, ways.iter().map(|way| way.name(entity)));
    let Some(reference) = near.and_then(|near| Reference::find(view, near)) else {
        return format!("`{first}` is not a reference of {}", entity.name);
    };
    let Some(target) = reference.entity(entity) else {
        let column = reference.attribute().column(entity);
        return format!("`{first}` leads to a user, of whom only `{column}` is known here");
    };
    let target = view.at(blueprint.entity(target));
    let attributes = purpose.attributes(&target);
    match nearest(rest, attributes.iter().map(|attribute| attribute.column(target.entity))) {
        Some(near) => format!("{}; perhaps you meant `{}.{near}`", purpose.unknown(), reference.name(entity)),
        None => format!("`{rest}` is not a field of {}", target.entity.name),
    }
}

/// A complaint about a word, with the nearest valid one.
pub(crate) fn perhaps<'a>(detail: String, word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, names) {
        Some(near) => format!("{detail}; perhaps you meant `{near}`"),
        None => detail,
    }
}
