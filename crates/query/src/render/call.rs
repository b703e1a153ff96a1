//! An action that is code: whether the caller may reach the row, and whether its state allows it. The code itself is the
//! app's; where there is none, this is all that happens.

use work::{Cost, Step, Work};

use super::guard::{Guard, why_guarded};
use super::sql::{Source, Sql};
use crate::request::{IfMatch, RecordId};
use crate::{Catalog, Plan};

pub(super) fn render(catalog: &Catalog, plan: &Plan, id: &RecordId, action: usize, if_match: &IfMatch) -> Work {
    let source = Source::table(catalog.blueprint.entity(plan.entity));
    let guard = Guard::of(&source.entity.actions[action], plan);
    let mut sql = Sql::new(&catalog.dialect, "SELECT 1 FROM ");
    sql.source(&source).push(" WHERE ").row(&source, id, plan.access.reach());
    sql.and_version(if_match).and_guard(&source, &guard);
    let none = why_guarded(catalog, plan, &source, id, if_match, &guard);
    let steps = vec![Step::Require { statement: sql.done(), none }];
    Work::read(Cost::Point, steps)
}
