//! What becomes of links to rows that go. Whoever deletes for good cuts the links, and the rows that had them change and are
//! audited; what goes to the trash keeps its links, unseen, and has them again when it comes back.

use blueprint::{EntityIndex, Link, Target};
use work::{Otherwise, Refusal, Step, Value};

use super::audit::{self, After, SetOfIds};
use super::dialect::{self, Change};
use super::rows::{Rows, Which};
use super::sql::{DELETED_AT, Source, Sql};
use crate::catalog::quoted;
use crate::{Catalog, Plan};

/// The links of one field that lead to some rows.
pub(super) struct Linked<'a> {
    pub catalog: &'a Catalog,
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
            let ids = dialect::ids_json(&sql.dialect, &to, self.link.id);
            sql.push("(SELECT ").push(&ids).push(" FROM (");
            self.others(sql);
            sql.push(") AS \"__rest\")");
        };
        let before = audit::before(&self.catalog.dialect, holders, std::iter::empty(), std::iter::once(self.link));
        let set = SetOfIds { link: self.link, ids: Box::new(rest) };
        let after = After::Linked("{}".to_owned(), vec![set]);
        let mut told = audit::select(self.catalog, self.plan, "update", holders, &before, after);
        self.holding(&mut told);
        told.locked(Change::Update);
        let mut change = self.sql("UPDATE ");
        change.table(&holders.plural).push(" SET \"updated_at\" = ");
        change.param(Value::DateTime(self.plan.origin.at.clone())).push(", \"_version\" = \"_version\" + 1 WHERE ");
        self.holding(&mut change);
        let mut cut = self.sql("DELETE FROM ");
        cut.table(&self.link.table).push(" WHERE ").push(&quoted(&self.link.to_column)).push(" IN (");
        self.to.ids(&mut cut, self.which);
        cut.push(")");
        let steps = [told, change, cut].map(|sql| Step::Run(sql.done()));
        self.link.required.then(|| self.left_with_others()).into_iter().chain(steps).collect()
    }

    /// The rows that have the links are no longer what a caller remembers, though nothing of theirs has changed.
    pub fn look_different(&self) -> Step {
        let mut sql = self.sql("UPDATE ");
        sql.table(&self.holders.entity.plural).push(" SET \"_version\" = \"_version\" + 1 WHERE ");
        self.holding(&mut sql);
        Step::Run(sql.done())
    }

    /// What must hold once the rows are in the trash: no live row is linked to them that must not be, or is left with
    /// links into the trash alone.
    pub fn held(&self) -> Option<Step> {
        if !self.link.restrict && !self.link.required {
            return None;
        }
        let mut sql = self.sql("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
        sql.table(&self.holders.entity.plural).push(" WHERE ");
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
        let mut sql = self.sql("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
        sql.table(&self.holders.entity.plural).push(" WHERE ");
        self.holding(&mut sql);
        sql.push(" AND NOT EXISTS (");
        self.others(&mut sql);
        sql.push("))");
        Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::Referred) }
    }

    fn sql(&self, text: &str) -> Sql {
        Sql::new(&self.catalog.dialect, text)
    }

    /// The rows that have such a link, as a condition. What goes itself does not count.
    fn holding(&self, sql: &mut Sql) {
        let from = quoted(&self.link.from_column);
        sql.push(&format!("{} IN (SELECT {from} FROM ", self.holders.column("id"))).table(&self.link.table);
        sql.push(" WHERE ").push(&quoted(&self.link.to_column)).push(" IN (");
        self.to.ids(sql, self.which);
        sql.push("))");
        if self.entity == self.to.entity {
            sql.push(" AND ").push(&self.holders.column("id")).push(" NOT IN (");
            self.to.ids(sql, self.which);
            sql.push(")");
        }
        if let Some((origin, id)) = self.to.origin()
            && self.entity == origin
        {
            sql.push(" AND ").push(&self.holders.column("id")).push(" <> ").param(id.clone());
        }
    }

    /// What else a row is linked to.
    fn others(&self, sql: &mut Sql) {
        let to = quoted(&self.link.to_column);
        sql.push(&format!("SELECT {to} FROM ")).table(&self.link.table);
        sql.push(&format!(" WHERE {} = ", quoted(&self.link.from_column)))
            .push(&self.holders.column("id"))
            .push(" AND ")
            .push(&to)
            .push(" NOT IN (");
        self.to.ids(sql, self.which);
        sql.push(")");
    }

    fn and_live(&self, sql: &mut Sql) {
        let Target::Entity(target) = self.link.to else { return };
        let target = self.catalog.blueprint.entity(target);
        if target.soft_delete {
            sql.push(&format!(" AND {} IN (SELECT \"id\" FROM ", quoted(&self.link.to_column)));
            sql.table(&target.plural).push(&format!(" WHERE {} IS NULL)", quoted(DELETED_AT)));
        }
    }
}
