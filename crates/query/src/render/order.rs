//! The order of a list, and the rows of it that come after a position, in forms that let an index start just there.
//!
//! The contract puts nulls last, both ways; an index has them at one end. So an order along an index is cut into
//! [`Stretch`]es, each of which lies in the index in one piece, and a page is read from one after the other. An order that
//! no index has is left whole, lest the rows be found and sorted once for each.

use blueprint::Comparison;
use work::Value;

use super::cells::{Cell, Cells};
use super::dialect;
use super::join::Joins;
use super::sql::Sql;
use crate::attribute::Attribute;
use crate::filter::Test;
use crate::list::{List, Sort};
use crate::plan::order;
use crate::reference::Path;
use crate::scope::Scope;

/// The keys of an order in one statement.
pub(super) struct Order<'a> {
    keys: Vec<Key<'a>>,
    /// How many of them, at the beginning, are no part of a cursor: they are the same in all rows.
    fixed: usize,
    /// Where the page before ended, and what is the same in all rows before it.
    position: Vec<Value>,
    stretches: Vec<Stretch>,
    values: Values,
}

/// How the values of a position are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    Plain,
    /// In queries of their own, so that no plan can be made for them.
    Hidden,
}

/// A key of the order with the cell that it stands for in this statement.
struct Key<'a> {
    cell: Cell<'a>,
    /// Whether its nulls have to be put in their place: not where a stretch has none, or nothing else.
    nullable: bool,
    descending: bool,
}

/// A part of the rows that come after the position, one after the other: told apart by the first key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    /// All of them.
    Whole,
    /// Those that are not null.
    Filled,
    /// Those that are like the position.
    Level,
    /// Those that are beyond it.
    Beyond,
    /// Those that are null.
    Null,
    /// Those in which the first key is like the position, said as a part of the index.
    Fixed,
}

impl<'a> Order<'a> {
    /// The order of a list; `position` is the last row of the page before, or nothing.
    pub fn new(sql: &Sql, joins: &'a Joins, list: &List, position: Option<&'a [Value]>, scope: &Scope) -> Order<'a> {
        let sorts = order(list);
        let mut keys: Vec<Key> = sorts.iter().map(|sort| Key::new(joins, sort)).collect();
        let position = position.unwrap_or_default().to_vec();
        let mut stretches = vec![Stretch::Whole];
        // Found rows and those under another one are few, and an index of their order is none of them.
        let along = list.search.is_empty() && list.parent.is_none();
        if let (true, Some(sort), [first, rest @ ..]) = (along, sorts.first(), keys.as_mut_slice())
            && is_indexed(&joins.root(), sort.path, scope)
        {
            let entity = joins.root().source.entity;
            let level = !rest.is_empty() && !dialect::starts_between(&sql.dialect, entity.id);
            let nullable = std::mem::take(&mut first.nullable);
            stretches = cut(nullable, &tests(list, sort.path), position.first(), level);
        }
        Order { keys, fixed: 0, position, stretches, values: Values::Plain }
    }

    /// The same, its values written like this.
    pub fn with(self, values: Values) -> Order<'a> {
        Order { values, ..self }
    }

    /// The same of rows that are all alike in one more field: it is the first key, so that their index has the order.
    pub fn fixed(mut self, joins: &'a Joins, path: Path, value: &Value) -> Order<'a> {
        let descending = self.keys.first().is_some_and(|key| key.descending);
        // None of them is null; and backwards, no index has nulls last.
        self.keys.insert(0, Key { nullable: false, ..Key::new(joins, &Sort { path, descending }) });
        self.position.insert(0, value.clone());
        Order { fixed: 1, stretches: vec![Stretch::Fixed], ..self }
    }

    /// What a page is read from, one after the other.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// What the next cursor is made of.
    pub fn captured(&self, sql: &mut Sql) {
        for (place, key) in self.keys.iter().skip(self.fixed).enumerate() {
            sql.push(if place == 0 { "" } else { ", " }).cell(&key.cell);
        }
    }

    /// ` AND …`: the rows of a stretch, if it is not all.
    pub fn and_within(&self, sql: &mut Sql, stretch: Stretch) {
        let (Some(key), value) = (self.keys.first(), self.position.first()) else { return };
        let rest = || (&self.keys[1..], self.position.get(1..).unwrap_or_default());
        match (stretch, value) {
            (Stretch::Whole, None) => {}
            (Stretch::Whole, Some(_)) => self.values.after(sql, &self.keys, &self.position),
            (Stretch::Filled, _) | (Stretch::Level | Stretch::Beyond | Stretch::Fixed, None) => {
                sql.push(" AND ").cell(&key.cell).push(" IS NOT NULL");
            }
            (Stretch::Level, Some(value)) => {
                self.values.one(sql.push(" AND ").cell(&key.cell).push(" = "), value);
                self.values.after(sql, rest().0, rest().1);
            }
            (Stretch::Beyond, Some(value)) => {
                self.values.one(sql.push(" AND ").cell(&key.cell).push(key.onward()), value);
            }
            (Stretch::Null, value) => {
                sql.push(" AND ").cell(&key.cell).push(" IS NULL");
                if value == Some(&Value::Null) {
                    self.values.after(sql, rest().0, rest().1);
                }
            }
            (Stretch::Fixed, Some(value)) => {
                let or_equal = if self.position.len() > self.fixed { "" } else { "=" };
                let known = self.keys.get(..self.position.len()).unwrap_or_default();
                self.values.compare_rows(sql.push(" AND "), known, &self.position, or_equal);
                self.values.one(sql.push(" AND ").cell(&key.cell).push(key.back_to()), value);
            }
        }
    }

    /// What stands after `ORDER BY`.
    pub fn keys(&self, sql: &mut Sql) {
        for (place, key) in self.keys.iter().enumerate() {
            sql.push(if place == 0 { "" } else { ", " }).cell(&key.cell);
            sql.push(if key.descending { " DESC" } else { "" });
            // SQLite and Postgres put nulls at opposite ends by default; the contract says last, both ways.
            sql.push(if key.nullable { " NULLS LAST" } else { "" });
        }
    }
}

impl<'a> Key<'a> {
    fn new(joins: &'a Joins, sort: &Sort) -> Key<'a> {
        let (cell, nullable) = joins.cell(sort.path);
        Key { cell, nullable, descending: sort.descending }
    }

    fn onward(&self) -> &'static str {
        if self.descending { " < " } else { " > " }
    }

    fn back_to(&self) -> &'static str {
        if self.descending { " >= " } else { " <= " }
    }
}

/// Whether an index has the rows of a scope in the order of this.
pub(super) fn is_indexed(cells: &Cells, path: Path, scope: &Scope) -> bool {
    let Path { via: None, attribute } = path else { return false };
    let entity = cells.source.entity;
    // The indexes of owned entities lead with the owner, and are no help to who sees everybody's rows.
    let led = !entity.owned || scope.is_of_one_owner();
    match attribute {
        Attribute::Id => true,
        Attribute::CreatedAt => led,
        Attribute::Field(place) => led && entity.fields[place].index && cells.is_plain(attribute),
        Attribute::UserId | Attribute::UpdatedAt | Attribute::Link(_) => false,
    }
}

/// The filters of the key itself.
fn tests(list: &List, path: Path) -> Vec<&Test> {
    list.filters.iter().filter(|filter| filter.path == path).map(|filter| &filter.test).collect()
}

/// The stretches of an order after a position, whose first value is given. `level`: no index starts between rows that are
/// like it.
fn cut(nullable: bool, tests: &[&Test], value: Option<&Value>, level: bool) -> Vec<Stretch> {
    let no_nulls =
        |test: &&Test| !matches!(test, Test::NotIn(_) | Test::IsNull(true) | Test::Compare(Comparison::Ne, _));
    let only_nulls = |test: &&Test| matches!(test, Test::IsNull(true));
    let mut stretches = match value {
        None if nullable => vec![Stretch::Filled],
        None => vec![Stretch::Whole],
        Some(Value::Null) => return vec![if nullable { Stretch::Null } else { Stretch::Whole }],
        Some(_) if level => vec![Stretch::Level, Stretch::Beyond],
        Some(_) => vec![Stretch::Whole],
    };
    if nullable && tests.iter().any(only_nulls) {
        return vec![Stretch::Null];
    }
    if nullable && !tests.iter().any(no_nulls) {
        stretches.push(Stretch::Null);
    }
    stretches
}

impl Values {
    pub fn one<'a>(self, sql: &'a mut Sql, value: &Value) -> &'a mut Sql {
        match self {
            Values::Plain => sql.param(value.clone()),
            Values::Hidden => sql.push("(SELECT ").typed(value.clone()).push(")"),
        }
    }

    /// ` AND …`: the rows after a position in the order of these keys.
    fn after(self, sql: &mut Sql, keys: &[Key], position: &[Value]) {
        let (Some(first), false) = (keys.first(), position.is_empty()) else { return };
        sql.push(" AND ");
        let alike = |(key, value): &(&Key, &Value)| {
            !key.nullable && key.descending == first.descending && **value != Value::Null
        };
        let alike = keys.iter().zip(position).take_while(alike).count();
        if alike == keys.len() {
            self.compare_rows(sql, &keys[..alike], &position[..alike], "");
            return;
        }
        // Says of the first keys what follows from the rest, in a form that lets an index start at the position.
        sql.push("(");
        if alike > 0 {
            self.compare_rows(sql, &keys[..alike], &position[..alike], "=");
            sql.push(" AND ");
        } else if position.first() == Some(&Value::Null) {
            sql.cell(&first.cell).push(" IS NULL AND ");
        }
        self.beyond_some(sql, keys, position);
        sql.push(")");
    }

    /// Keys that all go the same way, none of which is null, are compared as one row.
    fn compare_rows(self, sql: &mut Sql, keys: &[Key], position: &[Value], or_equal: &str) {
        let (open, close) = if keys.len() > 1 { ("(", ")") } else { ("", "") };
        sql.push(open);
        for (place, key) in keys.iter().enumerate() {
            sql.push(if place == 0 { "" } else { ", " }).cell(&key.cell);
        }
        let operator = keys.first().map_or(" > ", Key::onward).trim_end();
        sql.push(close).push(operator).push(or_equal).push(" ").push(open);
        for (place, value) in position.iter().enumerate() {
            sql.push(if place == 0 { "" } else { ", " });
            self.one(sql, value);
        }
        sql.push(close);
    }

    /// Equal in the first keys and beyond in the next, for each prefix of keys.
    fn beyond_some(self, sql: &mut Sql, keys: &[Key], position: &[Value]) {
        sql.push("(");
        let mut first = true;
        for (place, (key, value)) in keys.iter().zip(position).enumerate() {
            // Nulls are last, so nothing lies beyond a null but in the keys after it.
            if *value == Value::Null {
                continue;
            }
            sql.push(if first { "" } else { " OR " }).push("(");
            first = false;
            for (equal, value) in keys.iter().zip(position).take(place) {
                // Not `IS NOT DISTINCT FROM`, for which Postgres uses no index.
                match value {
                    Value::Null => sql.cell(&equal.cell).push(" IS NULL AND "),
                    value => self.one(sql.cell(&equal.cell).push(" = "), value).push(" AND "),
                };
            }
            self.beyond(sql, key, value);
            sql.push(")");
        }
        sql.push(")");
    }

    fn beyond(self, sql: &mut Sql, key: &Key, value: &Value) {
        if key.nullable {
            self.one(sql.push("(").cell(&key.cell).push(key.onward()), value);
            sql.push(" OR ").cell(&key.cell).push(" IS NULL)");
        } else {
            self.one(sql.cell(&key.cell).push(key.onward()), value);
        }
    }
}
