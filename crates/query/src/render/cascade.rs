//! What happens to the rows that refer to one that is deleted or comes back. The engine does it, not the database, so that
//! each row that goes, changes or comes back leaves its audit row.
//!
//! Where rows go for good, `restrict` needs no step: the foreign key refuses the deletion. Where they go to the trash, no
//! foreign key minds, and a step refuses it.

use blueprint::{EntityIndex, Field, FieldKind, Link, Target};
use work::{Otherwise, Refusal, Statement, Step, Value};

use super::audit::{self, After};
use super::dialect::Change;
use super::rows::{Dependant, Rows, Which, dependants, dependants_of_user};
use super::sql::{DELETED_AT, Source, Sql};
use super::unlink::Linked;
use crate::catalog::quoted;
use crate::request::RecordId;
use crate::{Catalog, Plan};

/// Everything that must be done before a row can be deleted for good.
pub(super) fn before_delete(catalog: &Catalog, plan: &Plan, id: &RecordId) -> Vec<Step> {
    let each = Each { catalog, plan, which: Which::All };
    each.of(id).into_iter().flat_map(|dependant| each.goes(dependant)).collect()
}

/// The same for a user.
pub(super) fn before_user_goes(catalog: &Catalog, plan: &Plan, user: &Value) -> Vec<Step> {
    let each = Each { catalog, plan, which: Which::All };
    dependants_of_user(catalog, user).into_iter().flat_map(|dependant| each.goes(dependant)).collect()
}

/// Everything that must be done before a row goes to the trash.
pub(super) fn before_trash(catalog: &Catalog, plan: &Plan, id: &RecordId) -> Vec<Step> {
    let each = Each { catalog, plan, which: Which::LiveUntil(plan.origin.at.clone()) };
    let steps = |dependant| match dependant {
        Dependant::Along(rows) => each.trash(&rows),
        Dependant::Cleared(entity, field, of) => each.set_null(entity, field, &of),
        Dependant::Linked(entity, link, of) => vec![each.linked(entity, link, &of).look_different()],
        Dependant::Held(..) => Vec::new(),
    };
    each.of(id).into_iter().flat_map(steps).collect()
}

/// What must hold once a row has gone to the trash with all that goes along: nothing that stays refers to any of it.
pub(super) fn after_trash(catalog: &Catalog, plan: &Plan, id: &RecordId) -> Vec<Step> {
    let each = Each { catalog, plan, which: Which::LiveUntil(plan.origin.at.clone()) };
    let steps = |dependant| match dependant {
        Dependant::Held(entity, field, of) => Some(each.held(entity, field, &of)),
        Dependant::Linked(entity, link, of) => each.linked(entity, link, &of).held(),
        Dependant::Along(_) | Dependant::Cleared(..) => None,
    };
    each.of(id).into_iter().filter_map(steps).collect()
}

/// Brings the rows back that went to the trash with a row; before the row itself, whose stamp tells which they are.
pub(super) fn before_restore(catalog: &Catalog, plan: &Plan, id: &RecordId) -> Vec<Step> {
    let table = catalog.dialect.table(&catalog.blueprint.entity(plan.entity).plural);
    let each = Each { catalog, plan, which: Which::GoneWith(table) };
    let steps = |dependant| match dependant {
        Dependant::Along(rows) => each.restore(&rows),
        Dependant::Linked(entity, link, of) => vec![each.linked(entity, link, &of).look_different()],
        Dependant::Cleared(..) | Dependant::Held(..) => Vec::new(),
    };
    each.of(id).into_iter().flat_map(steps).collect()
}

/// What must hold once a row has come back with all that went along: none of it refers to a row in the trash.
pub(super) fn after_restore(catalog: &Catalog, plan: &Plan, id: &RecordId) -> Vec<Step> {
    let each = Each { catalog, plan, which: Which::Live };
    let root = Rows::root(catalog, plan.entity, id);
    let of_root = each.whole(&root, |key| format!("/{key}"));
    let of_others = along(&each, id).flat_map(|rows| each.whole(&rows, |_| String::new()));
    of_root.into_iter().chain(of_others).collect()
}

fn along(each: &Each, id: &RecordId) -> impl Iterator<Item = Rows> {
    each.of(id).into_iter().filter_map(|dependant| match dependant {
        Dependant::Along(rows) => Some(rows),
        Dependant::Cleared(..) | Dependant::Held(..) | Dependant::Linked(..) => None,
    })
}

/// What is done to each set of rows.
struct Each<'a> {
    catalog: &'a Catalog,
    plan: &'a Plan,
    which: Which,
}

impl<'a> Each<'a> {
    fn of(&self, id: &RecordId) -> Vec<Dependant<'a>> {
        dependants(self.catalog, &Rows::root(self.catalog, self.plan.entity, id))
    }

    fn sql(&self, text: &str) -> Sql {
        Sql::new(&self.catalog.dialect, text)
    }

    fn at(&self) -> Value {
        Value::DateTime(self.plan.origin.at.clone())
    }

    fn linked<'l>(&'l self, entity: EntityIndex, link: &'l Link, to: &'l Rows) -> Linked<'l> {
        let catalog = self.catalog;
        let holders = Source::table(catalog.blueprint.entity(entity));
        Linked { catalog, plan: self.plan, which: &self.which, holders, entity, link, to }
    }

    /// What must be done before that on which this hangs can go for good.
    fn goes(&self, dependant: Dependant<'_>) -> Vec<Step> {
        match dependant {
            Dependant::Along(rows) => self.delete(&rows),
            Dependant::Cleared(entity, field, of) => self.set_null(entity, field, &of),
            Dependant::Linked(entity, link, of) => self.linked(entity, link, &of).cut(),
            Dependant::Held(..) => Vec::new(),
        }
    }

    fn delete(&self, rows: &Rows) -> Vec<Step> {
        let entity = self.catalog.blueprint.entity(rows.entity);
        let before = audit::whole(&self.catalog.dialect, entity);
        let mut gone = audit::select(self.catalog, self.plan, "delete", entity, &before, After::Nothing);
        self.others(&mut gone, rows);
        gone.locked(Change::Delete);
        // All of a ring goes at once, the row that the deletion is about too: each holds the next.
        let mut delete = self.sql("DELETE FROM ");
        delete.table(&entity.plural).push(" WHERE ");
        self.among(&mut delete, rows);
        run([gone, delete])
    }

    fn trash(&self, rows: &Rows) -> Vec<Step> {
        let entity = self.catalog.blueprint.entity(rows.entity);
        let before = audit::whole(&self.catalog.dialect, entity);
        let mut gone = audit::select(self.catalog, self.plan, "delete", entity, &before, After::Nothing);
        self.others(&mut gone, rows);
        gone.push(" AND \"_deleted_at\" IS NULL").locked(Change::Delete);
        let mut trash = self.sql("UPDATE ");
        trash.table(&entity.plural).push(" SET \"_deleted_at\" = ").param(self.at());
        self.stamps(&mut trash).push(" WHERE ");
        self.others(&mut trash, rows);
        trash.push(" AND \"_deleted_at\" IS NULL");
        run([gone, trash])
    }

    fn restore(&self, rows: &Rows) -> Vec<Step> {
        let entity = self.catalog.blueprint.entity(rows.entity);
        let after = After::Sql(audit::whole(&self.catalog.dialect, entity));
        let mut back = audit::select(self.catalog, self.plan, "restore", entity, "NULL", after);
        self.others(&mut back, rows);
        back.locked(Change::Update);
        let mut restore = self.sql("UPDATE ");
        restore.table(&entity.plural).push(" SET \"_deleted_at\" = NULL");
        self.stamps(&mut restore).push(" WHERE ");
        self.others(&mut restore, rows);
        run([back, restore])
    }

    fn set_null(&self, entity: EntityIndex, field: &Field, of: &Rows) -> Vec<Step> {
        let entity = self.catalog.blueprint.entity(entity);
        let column = quoted(&field.column);
        let after = After::Values(Value::Json(format!("{{\"{}\":null}}", field.column)));
        let before = audit::before(&self.catalog.dialect, entity, std::iter::once(field), std::iter::empty());
        let mut cleared = audit::select(self.catalog, self.plan, "update", entity, &before, after);
        self.referring(&mut cleared, &column, of);
        cleared.locked(Change::Update);
        let mut clear = self.sql("UPDATE ");
        clear.table(&entity.plural).push(" SET ").push(&column).push(" = NULL");
        self.stamps(&mut clear).push(" WHERE ");
        self.referring(&mut clear, &column, of);
        run([cleared, clear])
    }

    fn held(&self, entity: EntityIndex, field: &Field, of: &Rows) -> Step {
        let entity = self.catalog.blueprint.entity(entity);
        let mut sql = self.sql("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
        sql.table(&entity.plural).push(" WHERE ");
        self.referring(&mut sql, &quoted(&field.column), of);
        if entity.soft_delete {
            sql.push(" AND \"_deleted_at\" IS NULL");
        }
        sql.push(")");
        Step::Require { statement: sql.done(), none: Otherwise::Refuse(Refusal::Referred) }
    }

    /// That no reference of these rows leads into the trash, and no link that they must have only there.
    fn whole(&self, rows: &Rows, pointer: impl Fn(&str) -> String) -> Vec<Step> {
        let blueprint = &self.catalog.blueprint;
        let entity = blueprint.entity(rows.entity);
        let into_trash = |field: &Field| -> Option<(Statement, String)> {
            let FieldKind::Reference { to: Target::Entity(to), .. } = field.kind else { return None };
            let target = Some(blueprint.entity(to)).filter(|target| target.soft_delete)?;
            let mut sql = self.sql("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
            sql.table(&entity.plural).push(" WHERE ");
            self.among(&mut sql, rows);
            sql.push(&format!(" AND {} IN (SELECT \"id\" FROM ", quoted(&field.column))).table(&target.plural);
            sql.push(&format!(" WHERE {} IS NOT NULL))", quoted(DELETED_AT)));
            Some((sql.done(), pointer(&field.column)))
        };
        let all_in_trash = |link: &Link| -> Option<(Statement, String)> {
            let Target::Entity(to) = link.to else { return None };
            let target = Some(blueprint.entity(to)).filter(|target| link.required && target.soft_delete)?;
            let holders = Source::table(entity);
            let mut sql = self.sql("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ");
            sql.table(&entity.plural).push(" WHERE ");
            self.among(&mut sql, rows);
            sql.push(" AND NOT EXISTS (SELECT 1 FROM ").table(&link.table).push(" AS \"__link\" WHERE ");
            sql.push(&format!("\"__link\".{} = ", quoted(&link.from_column))).push(&holders.column("id"));
            sql.push(&format!(" AND \"__link\".{} IN (SELECT \"id\" FROM ", quoted(&link.to_column)));
            sql.table(&target.plural).push(&format!(" WHERE {} IS NULL)))", quoted(DELETED_AT)));
            Some((sql.done(), pointer(&link.key)))
        };
        let links = entity.links.iter().filter_map(all_in_trash);
        let found = entity.fields.iter().filter_map(into_trash).chain(links);
        let step = |(statement, pointer)| {
            let none = Otherwise::Refuse(Refusal::Reference { pointer });
            Step::Require { statement, none }
        };
        found.map(step).collect()
    }

    fn stamps<'s>(&self, sql: &'s mut Sql) -> &'s mut Sql {
        sql.push(", \"updated_at\" = ").param(self.at()).push(", \"_version\" = \"_version\" + 1")
    }

    fn among(&self, sql: &mut Sql, rows: &Rows) {
        sql.push("\"id\" IN (");
        rows.ids(sql, &self.which);
        sql.push(")");
    }

    /// These rows but the one that it is all about, which a ring leads back to: it has steps of its own.
    fn others(&self, sql: &mut Sql, rows: &Rows) {
        self.among(sql, rows);
        if let Some((entity, id)) = rows.origin()
            && entity == rows.entity
        {
            sql.push(" AND \"id\" <> ").param(id.clone());
        }
    }

    fn referring(&self, sql: &mut Sql, column: &str, of: &Rows) {
        sql.push(column).push(" IN (");
        of.ids(sql, &self.which);
        sql.push(")");
    }
}

fn run<const N: usize>(statements: [Sql; N]) -> Vec<Step> {
    statements.into_iter().map(|sql| Step::Run(sql.done())).collect()
}
