//! The ways from a row to others: its references, its links and its owner; and attributes at the end of such a way,
//! as in `prospect.status`. Who may see what lies there is not decided here.

use blueprint::{Blueprint, Entity, EntityIndex, FieldKind, Link, Target, nearest};
use work::Kind;

use crate::View;
use crate::attribute::Attribute;
use crate::scope::Scope;
use crate::search;

/// A way from a row to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// To the user whose row it is.
    Owner,
    /// To one row, along the field at this place in [`Entity::fields`].
    Field(usize),
    /// To any number of rows, along the link at this place in [`Entity::links`].
    Link(usize),
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
    let links = (0..entity.links.len()).map(Reference::Link);
    owner.into_iter().chain(fields).chain(links).filter(known).collect()
}

impl Reference {
    /// The reference of this name, if there is one for the caller.
    pub fn find(view: &View, name: &str) -> Option<Reference> {
        references(view).into_iter().find(|reference| reference.name(view.entity) == name)
    }

    /// Its name, under which the other rows are shown.
    pub fn name(self, entity: &Entity) -> &str {
        match self {
            Reference::Owner => "user",
            Reference::Field(place) => &entity.fields[place].name,
            Reference::Link(place) => &entity.links[place].name,
        }
    }

    /// The attribute that holds the id of the other row, or the ids of the others.
    pub fn attribute(self) -> Attribute {
        match self {
            Reference::Owner => Attribute::UserId,
            Reference::Field(place) => Attribute::Field(place),
            Reference::Link(place) => Attribute::Link(place),
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
            Reference::Link(place) => entity.links[place].to,
        }
    }

    /// The link that it follows, if it may lead to many rows.
    pub fn link(self, entity: &Entity) -> Option<&Link> {
        match self {
            Reference::Link(place) => Some(&entity.links[place]),
            Reference::Owner | Reference::Field(_) => None,
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

/// An attribute of a row, or of the rows that one of its references leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path {
    /// The reference that is followed, if one is. Never one to a user.
    pub via: Option<Reference>,
    /// The attribute, of the rows at the end.
    pub attribute: Attribute,
}

impl From<Attribute> for Path {
    fn from(attribute: Attribute) -> Path {
        Path { via: None, attribute }
    }
}

/// What a path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// Whether a path may follow a reference: many rows have no one value to sort by.
    fn follows(self, reference: Reference) -> bool {
        match self {
            Purpose::Filter => true,
            Purpose::Sort => !matches!(reference, Reference::Link(_)),
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
            Some((first, name)) => (Some(Reference::find(view, first).filter(|way| purpose.follows(*way))?), name),
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
        let is_searched = purpose == Purpose::Filter && !search::fields(view).is_empty();
        return match nearest(name, names) {
            Some(near) => format!("{}; perhaps you meant `{near}`", purpose.unknown()),
            None if is_searched => format!("{}; words are searched for with `q`", purpose.unknown()),
            None => purpose.unknown().to_owned(),
        };
    };
    if rest.contains('.') {
        return "follows more than one reference".to_owned();
    }
    let ways = references(view);
    let near = nearest(first, ways.iter().map(|way| way.name(entity)));
    let Some(reference) = near.and_then(|near| Reference::find(view, near)) else {
        return format!("`{first}` is not a reference of {}", entity.name);
    };
    if !purpose.follows(reference) {
        return format!("leads to many rows by `{}`, which have no order together", reference.name(entity));
    }
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
