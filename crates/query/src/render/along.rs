//! The commonest pages, those of one owner in the order of an index, in words for which Postgres has one plan that is right
//! whatever the values are. It then keeps that plan; else it plans each page anew, which takes longer than to read it.
//!
//! A plan without values is dangerous where a value decides how many rows there are: under `"user_id" = $1` the order is
//! that of ids alone, which the primary key has, too, and for an owner without rows that is a walk through the whole
//! table. Here the owner is one of an array, and the order begins with him: only indexes that begin with him have it. He,
//! where the page before ended, and the length of this one stand in queries of their own, because a plan for a parameter
//! that is known may look cheaper than the one that is to be kept.
//!
//! Filters are dangerous in the same way: an index that has the order, but not the filter, is walked through to its end
//! for what is rare. So a filter has to be of the field that comes after the owner in the order. Where the order is that of
//! ids, rows that are alike in a field are in the same order by that field and id, which its index has.

use blueprint::{Comparison, Unique};
use work::{Dialect, Value};

use super::cells::Cells;
use super::join::Joins;
use super::order::{self, Order, Values};
use super::sql::{Source, Sql};
use crate::attribute::Attribute;
use crate::filter::{Filter, Test};
use crate::list::{List, Sort};
use crate::plan;
use crate::reference::Path;
use crate::scope::{OwnerId, Scope};

/// A page that is read along an index of its owner's rows.
#[derive(Debug)]
pub(super) struct Along<'a> {
    owner: &'a str,
    descending: bool,
    chosen: Chosen<'a>,
}

/// Which of his rows.
#[derive(Debug)]
enum Chosen<'a> {
    /// Those within these limits of the first key.
    Within(&'a [Filter]),
    /// Those that have this value in a field.
    Alike(Path, &'a Value),
}

impl<'a> Along<'a> {
    /// If it is such a page, and worth it.
    pub fn find(dialect: &Dialect, cells: &Cells, scope: &'a Scope, list: &'a List) -> Option<Along<'a>> {
        let (Dialect::Postgres { .. }, Scope::OwnedBy(OwnerId::User(owner))) = (dialect, scope) else { return None };
        let entity = cells.source.entity;
        let elsewhere = list.parent.is_some() || !list.search.is_empty();
        let more = !list.representation.is_plain() || !entity.links.is_empty();
        if !entity.owned || elsewhere || more {
            return None;
        }
        let order = plan::order(list);
        let descending = order.iter().all(|key| key.descending);
        let is_one_way = descending || order.iter().all(|key| !key.descending);
        let by_id = |key: &Sort| key.path == Attribute::Id.into();
        let has_index = |path| order::is_indexed(cells, path, scope) && ends_in_id(cells, path);
        let chosen = match (list.filters.as_slice(), order.as_slice()) {
            ([], [id]) if by_id(id) => Chosen::Within(&[]),
            ([one], [id]) if by_id(id) && one.path != id.path && has_index(one.path) => {
                Chosen::Alike(one.path, wanted(one)?)
            }
            (limits, [first, id]) if by_id(id) && has_index(first.path) => {
                let is_limit = |filter: &Filter| filter.path == first.path && limit(filter).is_some();
                limits.iter().all(is_limit).then_some(Chosen::Within(limits))?
            }
            _ => return None,
        };
        is_one_way.then_some(Along { owner, descending, chosen })
    }

    /// An order, as his index has it.
    pub fn order<'o>(&self, order: Order<'o>, joins: &'o Joins) -> Order<'o> {
        let order = order.with(Values::Hidden);
        match self.chosen {
            Chosen::Within(_) => order,
            Chosen::Alike(path, value) => order.fixed(joins, path, value),
        }
    }

    /// ` AND …`: what the order does not say already of the rows that were asked for.
    pub fn and_chosen(&self, sql: &mut Sql, cells: &Cells) {
        let Chosen::Within(limits) = self.chosen else { return };
        for filter in limits {
            if let Some((operator, value)) = limit(filter) {
                Values::Hidden.one(sql.push(" AND ").cell(&cells.cell(filter.path.attribute)).push(operator), value);
            }
        }
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

/// The value that a filter wants to find, if an index is ordered by such.
fn wanted(filter: &Filter) -> Option<&Value> {
    match &filter.test {
        Test::Compare(Comparison::Eq, value) if !matches!(value, Value::Json(_) | Value::Null) => Some(value),
        _ => None,
    }
}

/// How a filter compares, if it asks for all on one side. Not for one value: between rows that are alike, Postgres does not
/// begin where the page before ended if it is told so by `=`.
fn limit(filter: &Filter) -> Option<(&'static str, &Value)> {
    let Test::Compare(comparison, value) = &filter.test else { return None };
    let operator = match comparison {
        Comparison::Lt => " < ",
        Comparison::Lte => " <= ",
        Comparison::Gt => " > ",
        Comparison::Gte => " >= ",
        Comparison::Eq | Comparison::Ne => return None,
    };
    (!matches!(value, Value::Json(_) | Value::Null)).then_some((operator, value))
}

/// The only index of a field that is unique may be that of its values, of which each is there once.
fn ends_in_id(cells: &Cells, path: Path) -> bool {
    match path.attribute {
        Attribute::Field(place) => cells.source.entity.fields[place].unique == Unique::No,
        _ => true,
    }
}
