//! The commonest pages, those of one owner in the order of an index, in words for which Postgres has one plan that is right
//! whatever the values are. It then keeps that plan; else it plans each page anew, which takes longer than to read it.
//!
//! A plan without values is dangerous where a value decides how many rows there are: under `"user_id" = $1` the order is
//! that of ids alone, which the primary key has, too, and for an owner without rows that is a walk through the whole
//! table. Here the owner is one of an array, and the order begins with him: only indexes that begin with him have it. He,
//! where the page before ended, and the length of this one stand in queries of their own, because a plan for a parameter
//! that is known may look cheaper than the one that is to be kept.

use blueprint::Unique;
use work::{Dialect, Value};

use super::cells::Cells;
use super::order;
use super::sql::{Source, Sql};
use crate::attribute::Attribute;
use crate::list::{List, Sort};
use crate::plan;
use crate::reference::Path;
use crate::scope::{OwnerId, Scope};

/// A page that is read along an index of its owner's rows.
#[derive(Debug)]
pub(super) struct Along<'a> {
    owner: &'a str,
    descending: bool,
}

impl<'a> Along<'a> {
    /// If it is such a page, and worth it.
    pub fn find(dialect: &Dialect, cells: &Cells, scope: &'a Scope, list: &List) -> Option<Along<'a>> {
        let (Dialect::Postgres { .. }, Scope::OwnedBy(OwnerId::User(owner))) = (dialect, scope) else { return None };
        let entity = cells.source.entity;
        let chosen = list.parent.is_some() || !list.search.is_empty();
        let more = !list.representation.is_plain() || !entity.links.is_empty();
        if !entity.owned || chosen || more {
            return None;
        }
        let order = plan::order(list);
        let descending = order.iter().all(|key| key.descending);
        let is_one_way = descending || order.iter().all(|key| !key.descending);
        let by_id = |key: &Sort| key.path == Attribute::Id.into();
        // Not of a filter: without its value, a plan cannot know that few rows have it, and walks through all of the owner.
        let has_index = match (list.filters.as_slice(), order.as_slice()) {
            ([], [id]) => by_id(id),
            ([], [first, id]) => {
                by_id(id) && order::is_indexed(cells, first.path, scope) && ends_in_id(cells, first.path)
            }
            _ => false,
        };
        (is_one_way && has_index).then_some(Along { owner, descending })
    }

    /// His rows, as a condition: none that is in the trash.
    pub fn within(&self, sql: &mut Sql, source: &Source) {
        sql.push(&source.column("user_id"))
            .push(" = ANY (ARRAY[(SELECT ")
            .typed(Value::Uuid(self.owner.to_owned()))
            .push(")])");
        sql.and_live(source);
    }

    /// What the order begins with.
    pub fn first_key(&self, sql: &mut Sql, source: &Source) {
        sql.push(&source.column("user_id")).push(if self.descending { " DESC, " } else { ", " });
    }

    /// ` LIMIT …`.
    pub fn limit(&self, sql: &mut Sql, rows: Value) {
        sql.push(" LIMIT (SELECT ").typed(rows).push(")");
    }
}

/// The only index of a field that is unique may be that of its values, of which each is there once.
fn ends_in_id(cells: &Cells, path: Path) -> bool {
    match path.attribute {
        Attribute::Field(place) => cells.source.entity.fields[place].unique == Unique::No,
        _ => true,
    }
}
