//! The tables of a blueprint in a schema of a server.

use work::{Dialect, Migration};

use super::engine::Ground;
use super::hosted;
use super::serving;
use super::trouble::told;
use crate::app::{self, Cleared, Foreseen, Latest, Record, Task};
use crate::{AppSchema, Applied, OpenError, Standing};

/// The number of their record, if the tables are there already, for the same text. Looked at without a lock, as a role that may do little.
pub(super) async fn is_current(ground: &Ground<'_>, app: &AppSchema) -> Result<Option<i64>, OpenError> {
    Ok(match app.task(ground.place, &dialect(ground), latest(ground).await?.as_ref())? {
        Task::Nothing(number) => Some(number),
        _ => None,
    })
}

/// Looks, and changes nothing.
pub(super) async fn standing(ground: &Ground<'_>, app: &AppSchema) -> Result<Standing, OpenError> {
    app.standing(ground.place, &dialect(ground), latest(ground).await?.as_ref())
}

pub(super) async fn apply(ground: &Ground<'_>, app: &AppSchema) -> Result<Record, OpenError> {
    let mut tries = ground.tries();
    loop {
        ground.begin().await?;
        let done = apply_locked(ground, app).await;
        match ground.end(done).await {
            Err(OpenError::InUse { .. }) if tries.again().await => {}
            done => return done,
        }
    }
}

async fn apply_locked(ground: &Ground<'_>, app: &AppSchema) -> Result<Record, OpenError> {
    let failed = |error: tokio_postgres::Error| ground.failed(&error);
    let (number, applied) = match app.task(ground.place, &dialect(ground), latest(ground).await?.as_ref())? {
        Task::Nothing(number) => {
            hosted::shut(ground).await?;
            return Ok(Record { applied: Applied::Unchanged, number });
        }
        Task::Record(number) => (number, Applied::Recorded),
        Task::Create => {
            for statement in &app.statements {
                ground.client.batch_execute(statement).await.map_err(failed)?;
            }
            (1, Applied::Created)
        }
        Task::Change(number, migration) => {
            let former_may_go_on = migration.former_may_go_on;
            let applied = change(ground, app, migration, number).await?;
            hosted::shut(ground).await?;
            // Last of all, so that nobody is without the database for longer than a commit takes.
            if !former_may_go_on {
                ground.end_former().await?;
            }
            return Ok(Record { applied, number });
        }
    };
    ground.client.batch_execute(&recorded(app, number)).await.map_err(failed)?;
    hosted::shut(ground).await?;
    Ok(Record { applied, number })
}

fn recorded(app: &AppSchema, number: i64) -> String {
    format!(
        "INSERT INTO \"_migrations\" (\"kind\", \"number\", \"statements\", \"blueprint\") VALUES ('app', {number}, {}, {})",
        literal(&app.record()),
        literal(&app.blueprint)
    )
}

/// Which means the same whatever `standard_conforming_strings` is.
fn literal(text: &str) -> String {
    let text = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", text.replace('\\', "\\\\")) } else { format!("'{text}'") }
}

/// What is counted must still be so when the tables change: a row that somebody has written and not yet committed is waited for, and
/// none comes between.
fn lock(migration: &Migration) -> Option<String> {
    let tables = &migration.tables;
    (!tables.is_empty()).then(|| format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", tables.join(", ")))
}

async fn change(ground: &Ground<'_>, app: &AppSchema, migration: Migration, number: i64) -> Result<Applied, OpenError> {
    let failed = |error: tokio_postgres::Error| ground.failed(&error);
    if let Some(lock) = lock(&migration) {
        ground.client.batch_execute(&lock).await.map_err(failed)?;
    }
    let cleared = cleared(ground, app, &migration, number).await?;
    // Integrity constraint violations, and values that are not of a type.
    let unfit = |error: tokio_postgres::Error| match error.code().and_then(|code| code.code().get(..2)) {
        Some("22" | "23") => OpenError::Unfit { place: ground.place.to_owned(), message: told(&error) },
        _ => failed(error),
    };
    for statement in &cleared.statements {
        ground.client.batch_execute(statement).await.map_err(unfit)?;
    }
    Ok(migrated(ground, app, migration, cleared))
}

/// The whole of it, as it was run or would be.
fn migrated(ground: &Ground<'_>, app: &AppSchema, migration: Migration, cleared: Cleared) -> Applied {
    let mut script = ground.beginning();
    script.extend(lock(&migration));
    let counted = app.counted(&migration);
    script.extend(counted.must_be_none.iter().map(|(what, count)| guard(what, count)));
    script.extend(counted.may_go);
    script.extend(cleared.statements);
    if !migration.former_may_go_on {
        script.push("-- Here `supermaker migrate` ends the connections of servers of the former blueprint.".to_owned());
    }
    script.push("COMMIT".to_owned());
    Applied::Migrated { told: migration.told, let_go: cleared.let_go, script, takes_fold: migration.takes_fold }
}

/// What must be none, as a statement that ends the transaction where it is not. A column may be called `found`, as a variable is.
fn guard(what: &str, count: &str) -> String {
    let message = literal(&format!("{what}: "));
    let body = format!(
        "#variable_conflict use_column\nBEGIN IF ({count}) > 0 THEN RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = {message} || ({count}); END IF; END"
    );
    let mut quotes = "$in_the_way$".to_owned();
    while body.contains(&quotes) {
        quotes.insert(1, '_');
    }
    format!("DO {quotes} {body} {quotes}")
}

/// That nothing is in the way; what would go for good, and all that is to be run.
async fn cleared(
    ground: &Ground<'_>,
    app: &AppSchema,
    migration: &Migration,
    number: i64,
) -> Result<Cleared, OpenError> {
    let failed = |error: tokio_postgres::Error| ground.failed(&error);
    let (mut found, mut let_go) = (Vec::new(), Vec::new());
    for guard in &migration.guards {
        let rows = match &guard.count {
            None => 1,
            Some(sql) => {
                let rows = ground.client.query_typed(sql, &[]).await.map_err(failed)?;
                rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(failed)?
            }
        };
        let ids = match &guard.some {
            Some(sql) if rows > 0 => {
                let rows = ground.client.query_typed(sql, &[]).await.map_err(failed)?;
                rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(failed)?
            }
            _ => Vec::new(),
        };
        found.extend(app.found(guard, rows, ids, &mut let_go));
    }
    let around = ground.around(migration).await?;
    found.extend(around.into_iter().filter_map(|one| app.kept(one, &mut let_go)));
    app::is_free(ground.place, found)?;
    let mut statements = migration.statements.clone();
    if !migration.former_may_go_on {
        statements.push(serving::floor(number));
    }
    statements.push(recorded(app, number));
    Ok(Cleared { statements, let_go })
}

/// What [`apply`] would come to. All that is read is of one moment, and nobody waits for it.
pub(super) async fn foresee(ground: &Ground<'_>, app: &AppSchema) -> Result<Applied, OpenError> {
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL search_path = \"{}\"",
        ground.schema
    );
    ground.client.batch_execute(&begin).await.map_err(|error| ground.failed(&error))?;
    let foreseen = match app.foreseen(ground.place, &dialect(ground), latest(ground).await?.as_ref())? {
        Foreseen::Done(applied) => Ok(applied),
        Foreseen::Change(number, migration) => {
            let cleared = cleared(ground, app, &migration, number).await?;
            Ok(migrated(ground, app, migration, cleared))
        }
    };
    ground.end(foreseen).await
}

fn dialect(ground: &Ground<'_>) -> Dialect {
    Dialect::Postgres { schema: ground.schema.into() }
}

async fn latest(ground: &Ground<'_>) -> Result<Option<Latest>, OpenError> {
    let sql = format!(
        "SELECT \"number\", \"statements\", \"blueprint\" FROM \"{}\".\"_migrations\" \
         WHERE \"kind\" = 'app' ORDER BY \"number\" DESC LIMIT 1",
        ground.schema
    );
    let read = |row: &tokio_postgres::Row| {
        Ok(Latest { number: row.try_get(0)?, statements: row.try_get(1)?, blueprint: row.try_get(2)? })
    };
    let rows = ground.client.query_typed(&sql, &[]).await.map_err(|error| ground.failed(&error))?;
    rows.first().map(read).transpose().map_err(|error| ground.failed(&error))
}

#[cfg(test)]
mod tests {
    /// As it was counted, and where a column is called as a variable of the block is.
    #[test]
    fn a_guard_counts_what_was_written() {
        let count = "SELECT count(*) FROM \"t\" WHERE \"found\" = 'a  b'";
        let guard = super::guard("rows  of `t`", count);
        assert!(guard.starts_with("DO $in_the_way$ #variable_conflict use_column\nBEGIN IF"), "{guard}");
        assert_eq!(guard.matches(count).count(), 2, "{guard}");
    }
}
