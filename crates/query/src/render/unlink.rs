//! What becomes of links to rows that go. Whoever deletes for good cuts the links, and the rows that had them change and are
//! audited; what goes to the trash keeps its links, unseen, and has them again when it comes back.

use blueprint::{Blueprint, EntityIndex, Link, Target};
use work::{Otherwise, Refusal, Step, Value};

use super::audit::{self, After, SetOfIds};
use super::rows::{Rows, Which};
use super::sql::{DELETED_AT, Source, Sql};
use crate::Plan;
use crate::catalog::quoted;

/// The links of one field that lead to some rows.
pub(super) struct Linked<'a> {
    pub blueprint: &'a Blueprint,
    pub plan: &'a Plan,
    pub which: &'a Which,
    /// The rows that have the field.
    pub holders: Source<'a>,
    /// Their entity.
    pub entity: EntityIndex,
    pub link: &'a Link,
    pub to: &'a Rows,
}

impl Linked<'_> {
    /// Deletes the links, unless they are to hold their rows: then the foreign key refuses the deletion.
    pub fn cut(&self) -> Vec<Step> {
        if self.link.restrict {
            return Vec::new();
        }
        let holders = self.holders.entity;
        let rest = |sql: &mut Sql| {
            let to = quoted(&self.link.to_column);
            sql.push(&format!("(SELECT json_group_array({to} ORDER BY {to}) FROM ("));
            self.others(sql);
            sql.push("))");
        };
        let before = audit::before(holders, std::iter::empty(), std::iter::once(self.link));
        let set = SetOfIds { link: self.link, ids: Box::new(rest) };
        let after = After::Linked(Value::Json("{}".to_owned()), vec![set]);
        let mut told = audit::select(self.plan, "update", holders, &before, after);
        self.holding(&mut told);
        let mut change = Sql::new("UPDATE ");
        change.push(&quoted(&holders.plural)).push(" SET \"updated_at\" = ");
        change.param(Value::DateTime(self.plan.origin.at.clone())).push(", \"_version\" = \"_version\" + 1 WHERE ");
        self.holding(&mut change);
        let mut cut = Sql::new("DELETE FROM ");
        cut.push(&quoted(&self.link.table)).push(" WHERE ").push(&quoted(&self.link.to_column)).push(" IN (");
        self.to.ids(&mut cut, self.which);
        cut.push(")");
        let steps = [told, change, cut].map(|sql| Step::Run(sql.done()));
        self.link.required.then(|| self.left_with_others()).into_iter().chain(steps).collect()
    }

    /// The rows that have the links are no longer what a caller remembers, though nothing of theirs has changed.
    pub fn look_different(&self) -> Step {
        let mut sql = Sql::new("UPDATE ");
        sql.push(&quoted(&self.holders.entity.plural)).push(" SET \"_version\" = \"_version\" + 1 WHERE ");
        self.holding(&mut sql);
        Step::Run(sql.done())
    }

    /// What must hold once the rows are in the trash: no live row is linked to them that must not be, or is left with
    /// links into the trash alone.
    pub fn held(&self) -> Option<Step> {
        if !self.link.restrict && !self.link.required {
            return None;
        }
        let mut sql = Sql::new("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
        sql.push(&quoted(&self.holders.entity.plural)).push(" WHERE ");
        self.holding(&mut sql);
        if self.holders.entity.soft_delete {
            sql.push(" AND ").push(&self.holders.column(DELETED_AT)).push(" IS NULL");
        }
        if !self.link.restrict {
            sql.push(" AND NOT EXISTS (");
            self.others(&mut sql);
            self.and_live(&mut sql);
            sql.push(")");
        }
        sql.push(")");
        Some(Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::Referred) })
    }

    /// No row loses its last link.
    fn left_with_others(&self) -> Step {
        let mut sql = Sql::new("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
        sql.push(&quoted(&self.holders.entity.plural)).push(" WHERE ");
        self.holding(&mut sql);
        sql.push(" AND NOT EXISTS (");
        self.others(&mut sql);
        sql.push("))");
        Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::Referred) }
    }

    /// The rows that have such a link, as a condition. What goes itself does not count.
    fn holding(&self, sql: &mut Sql) {
        let (table, from) = (quoted(&self.link.table), quoted(&self.link.from_column));
        sql.push(&format!("{} IN (SELECT {from} FROM {table} WHERE ", self.holders.column("id")));
        sql.push(&quoted(&self.link.to_column)).push(" IN (");
        self.to.ids(sql, self.which);
        sql.push("))");
        if self.entity == self.to.entity {
            sql.push(" AND ").push(&self.holders.column("id")).push(" NOT IN (");
            self.to.ids(sql, self.which);
            sql.push(")");
        }
        let (origin, id) = self.to.origin();
        if self.entity == origin {
            sql.push(" AND ").push(&self.holders.column("id")).push(" <> ").param(id.clone());
        }
    }

    /// What else a row is linked to.
    fn others(&self, sql: &mut Sql) {
        let (table, to) = (quoted(&self.link.table), quoted(&self.link.to_column));
        sql.push(&format!("SELECT {to} FROM {table} WHERE {} = ", quoted(&self.link.from_column)));
        sql.push(&self.holders.column("id")).push(" AND ").push(&to).push(" NOT IN (");
        self.to.ids(sql, self.which);
        sql.push(")");
    }

    fn and_live(&self, sql: &mut Sql) {
        let Target::Entity(target) = self.link.to else { return };
        let target = self.blueprint.entity(target);
        if target.soft_delete {
            sql.push(&format!(" AND {} IN (SELECT \"id\" FROM ", quoted(&self.link.to_column)));
            sql.push(&quoted(&target.plural)).push(&format!(" WHERE {} IS NULL)", quoted(DELETED_AT)));
        }
    }
}
