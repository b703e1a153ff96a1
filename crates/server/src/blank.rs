//! Rows from before in which nothing stands where a text is required: `doctor` and `migrate` tell of them, and leave them as they are.

use std::sync::Arc;

use blueprint::Blueprint;
use serde::Deserialize;
use store::{Standing, Store};
use work::{Column, Cost, Guard, Kind, Outcome, Shape, Statement, Step, Work};

use crate::app::{open_database_as_it_is, tables};
use crate::settings::{Database, Settings};

/// So many ids are told; enough to look one up.
const IDS: usize = 5;

/// Rows of a table with nothing in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlankRows {
    /// Which, how many, and the ids of some.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl BlankRows {
    /// What comes of them.
    pub const WHY: &str = "they are from before the field was required, and whoever sends one back as it is gets a 422";
}

/// Looks for them. `None` where no database can be asked, or one whose tables are not those of the blueprint. It blocks the thread.
pub fn blank_rows(blueprint: &Blueprint, settings: &Settings) -> Option<Vec<BlankRows>> {
    if matches!(&settings.database, Database::Sqlite(path) if !path.exists()) {
        return None;
    }
    let store = open_database_as_it_is(settings).ok()?;
    let fits =
        matches!(store.standing_blocking(&tables(blueprint, &store)), Ok(Standing::Current | Standing::OtherText));
    let found = fits.then(|| {
        let guards = schema::blank(blueprint, &store.dialect());
        guards.into_iter().filter_map(|guard| found(&store, guard)).collect()
    });
    store.close_blocking();
    found
}

#[derive(Deserialize)]
struct Row {
    one: String,
}

fn found(store: &Store, guard: Guard) -> Option<BlankRows> {
    let run = |step| match store.run_blocking(Work::read(Cost::Scan, vec![step])) {
        Ok(Outcome::Done(answer)) => Some(answer),
        _ => None,
    };
    let count = run(Step::Count(Statement::new(guard.count?, Vec::new())))?.count.filter(|count| *count > 0)?;
    let shape = Arc::new(Shape { columns: vec![Column::new("one", Kind::Text)], captured: Vec::new() });
    let page = run(Step::Page { statement: Statement::new(guard.some?, Vec::new()), shape, limit: IDS })?;
    let rows: Vec<Row> = serde_json::from_slice(&page.body).unwrap_or_default();
    let ids = rows.into_iter().map(|row| row.one).collect::<Vec<_>>().join(", ");
    let more = if page.more { ", …" } else { "" };
    let word = if count == 1 { "id" } else { "ids" };
    Some(BlankRows { what: format!("{}: {count} ({word} {ids}{more})", guard.what), mend: guard.mend })
}
