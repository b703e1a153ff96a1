//! DELETE: the row goes, and what must go with it, each with an audit row of its own.

use work::{Mode, Step, Work};

use super::audit::{self, After};
use super::cascade::{self, Rows};
use super::sql::{Source, Sql};
use super::update::why;
use crate::request::{IfMatch, RecordId};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, if_match: IfMatch) -> Work {
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let (entity, table) = (source.entity, &catalog.tables[plan.entity.0]);

    let mut gate = audit::select(plan, "delete", entity, &audit::before(entity.fields.iter()), After::Nothing);
    gate.row(&source, id, plan.access.reach()).and_version(if_match);

    let mut steps = vec![Step::Change { statement: gate.done(), none: why(plan, &source, id) }];
    steps.extend(cascade::steps(catalog, plan, &Rows::one(plan.entity, id)));

    let mut delete = Sql::new("DELETE FROM ");
    delete.push(&table.name).push(" WHERE ").row(&source, id, plan.access.reach());
    // The gate has found the row already; a row that refers to itself may have gone with its own tree.
    steps.push(Step::Run(delete.done()));
    Work { mode: Mode::Write, steps }
}
