//! An entity as one caller may know it: which of its fields exist for him, and in which rows.
//!
//! The one door for "may he use this field". Whatever reads names (filters, sort, fields, expand, bodies) is given a
//! [`View`] instead of the entity, so that none of it can name what its caller may not know of.

use blueprint::{Entity, Rule};

use crate::access::Access;
use crate::attribute::Attribute;
use crate::scope::Scope;

/// An entity as one caller may know it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The entity.
    pub entity: &'a Entity,
    eyes: Eyes<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Eyes<'a> {
    Caller(&'a Access),
    Document,
}

impl<'a> View<'a> {
    /// As the caller of this access may know it.
    pub fn of(entity: &'a Entity, access: &'a Access) -> View<'a> {
        View { entity, eyes: Eyes::Caller(access) }
    }

    /// As a document describes it, which is for all callers at once. Never for answering anybody.
    pub fn document(entity: &'a Entity) -> View<'a> {
        View { entity, eyes: Eyes::Document }
    }

    /// Another entity with the same eyes.
    pub fn at(&self, entity: &'a Entity) -> View<'a> {
        View { entity, eyes: self.eyes }
    }

    /// Of the rows that he can see: in which of them he can read an attribute.
    pub fn reads(&self, attribute: Attribute) -> Scope {
        match attribute {
            Attribute::Field(place) => self.scope(&self.entity.fields[place].read),
            Attribute::Link(place) => self.scope(&self.entity.links[place].read),
            Attribute::Id | Attribute::UserId | Attribute::CreatedAt | Attribute::UpdatedAt => Scope::Everything,
        }
    }

    /// Of the rows that he may make or change: in which of them he may set an attribute.
    pub fn writes(&self, attribute: Attribute) -> Scope {
        match attribute {
            Attribute::Field(place) => self.scope(&self.entity.fields[place].write),
            Attribute::Link(place) => self.scope(&self.entity.links[place].write),
            Attribute::Id | Attribute::UserId | Attribute::CreatedAt | Attribute::UpdatedAt => Scope::Nothing,
        }
    }

    /// Whether there are rows in which he may set an attribute.
    pub fn may_give(&self, attribute: Attribute) -> bool {
        self.writes(attribute) != Scope::Nothing
    }

    /// Whether he may set an attribute in every row that his request may touch.
    pub fn may_always_write(&self, attribute: Attribute) -> bool {
        match self.eyes {
            Eyes::Caller(access) => self.may_give(attribute) && self.writes(attribute).covers(access.reach()),
            Eyes::Document => true,
        }
    }

    /// Whether he can read an attribute in all of these rows, or only in some or none.
    pub fn shows(&self, attribute: Attribute, rows: &Scope) -> Shown {
        match self.reads(attribute) {
            Scope::Nothing => Shown::Never,
            scope if scope.covers(rows) => Shown::Always,
            scope => Shown::Within(scope),
        }
    }

    /// The attributes that there are for him, in the order of the JSON object.
    pub fn visible(&self) -> Vec<Attribute> {
        let fields = self.entity.fields.iter().enumerate().filter(|(_, field)| !field.hidden);
        let links = (0..self.entity.links.len()).map(Attribute::Link);
        let owner = self.entity.owned.then_some(Attribute::UserId);
        std::iter::once(Attribute::Id)
            .chain(owner)
            .chain(fields.map(|(place, _)| Attribute::Field(place)))
            .chain(links)
            .chain([Attribute::CreatedAt, Attribute::UpdatedAt])
            .filter(|attribute| self.reads(*attribute) != Scope::Nothing)
            .collect()
    }

    /// The attributes that a list may be sorted by: those with an index.
    pub fn sortable(&self) -> Vec<Attribute> {
        let attributes = self.visible().into_iter();
        attributes
            .filter(|attribute| match attribute {
                Attribute::Id | Attribute::CreatedAt | Attribute::UpdatedAt => true,
                Attribute::UserId | Attribute::Link(_) => false,
                Attribute::Field(place) => self.entity.fields[*place].index,
            })
            .collect()
    }

    /// The attribute of this name, if there is one for him.
    pub fn find(&self, name: &str) -> Option<Attribute> {
        self.visible().into_iter().find(|attribute| attribute.column(self.entity) == name)
    }

    /// Whether he may find null there: in the row, or because the field is kept from him in some rows.
    pub fn nullable(&self, attribute: Attribute, rows: &Scope) -> bool {
        attribute.nullable(self.entity) || self.shows(attribute, rows) != Shown::Always
    }

    fn scope(&self, rule: &Rule) -> Scope {
        match self.eyes {
            Eyes::Caller(access) => access.grants(rule),
            Eyes::Document if *rule == Rule::Nobody => Scope::Nothing,
            Eyes::Document => Scope::Everything,
        }
    }
}

/// Where a caller can read an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// In all rows that are meant.
    Always,
    /// In the rows of this scope; elsewhere it is null for him, in answers, filters and orders alike.
    Within(Scope),
    /// In none: it does not exist for him.
    Never,
}
