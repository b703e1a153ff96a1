//! Puts back the triggers that keep the audit from being changed, as whoever makes its tables.

use tokio_postgres::types::{ToSql, Type};
use work::Dialect;

use super::engine::Ground;
use crate::OpenError;
use crate::triggers::{self, Found};

/// Those that are missing, alone in the schema: another instance may be about the same.
pub(super) async fn put_back(ground: &Ground<'_>) -> Result<Vec<String>, OpenError> {
    let mut tries = ground.tries();
    loop {
        ground.begin().await?;
        let done = put_back_locked(ground).await;
        match ground.end(done).await {
            Err(OpenError::InUse { .. }) if tries.again().await => {}
            done => return done,
        }
    }
}

async fn put_back_locked(ground: &Ground<'_>) -> Result<Vec<String>, OpenError> {
    let failed = |error: tokio_postgres::Error| ground.failed(&error);
    let dialect = Dialect::Postgres { schema: ground.schema.into() };
    let params: &[(&(dyn ToSql + Sync), Type)] = &[(&ground.schema, Type::TEXT)];
    let rows = ground.client.query_typed(&triggers::question(&dialect), params).await.map_err(failed)?;
    let cells = |row: &tokio_postgres::Row| -> Result<Found, tokio_postgres::Error> {
        Ok([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?])
    };
    let found: Vec<Found> = rows.iter().map(cells).collect::<Result<_, _>>().map_err(failed)?;
    let missing = triggers::judge(&dialect, &found).missing;
    for statement in triggers::put_back(&dialect, &missing) {
        ground.client.batch_execute(&statement).await.map_err(failed)?;
    }
    Ok(missing)
}
