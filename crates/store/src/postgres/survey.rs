//! How a server stands, for somebody who wants to know before he relies on it. Looks, and changes nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};

use super::connector::Connector;
use super::hosted::{PRESENT, ROLES};
use super::runtime::Home;
use super::{ConnectError, PostgresOptions};

/// What was seen.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// As whom it was looked at.
    pub role: String,
    /// That role is above every right, and above row-level security.
    pub is_superuser: bool,
    /// Of the server: `15.14`.
    pub version: String,
    /// How far the server's clock is ahead of ours, as well as that can be known.
    pub clock_ahead_ms: i64,
    /// It follows another one, and cannot be written to.
    pub is_standby: bool,
    /// Whether a commit is on disk when it is answered: `off` is not.
    pub synchronous_commit: String,
    /// Whether the connection that was looked through is encrypted where the server sees it.
    pub is_encrypted: bool,
    /// Two connections were one and the same to the server: a pooler hands them out transaction by transaction.
    pub is_pooled: bool,
    /// Whether the URL, or what it leads to, says that there is such a pooler.
    pub is_known_pooler: bool,
    /// Connections that it takes at most.
    pub max_connections: i64,
    /// Roles as which a data API speaks.
    pub api_roles: Vec<String>,
    /// The data API is set to show our schema.
    pub is_exposed: bool,
    /// What those roles may do in our schema, in words: `anon may SELECT tasks`.
    pub rights: Vec<String>,
    /// Tables without row-level security, where there are such roles.
    pub unwalled: Vec<String>,
}

const STANDING: &str = "SELECT current_user::text, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), \
     current_setting('server_version'), (extract(epoch FROM clock_timestamp()) * 1000)::int8, pg_is_in_recovery(), \
     current_setting('synchronous_commit'), coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), \
     current_setting('max_connections')::int8";

/// What the roles may do, as far as the schema lets them in. `$1` roles, `$2` schema.
const RIGHTS: &str = "SELECT format('%s may %s %s', r.rolname, string_agg(p.verb, ', ' ORDER BY p.place), c.relname) \
     FROM pg_roles r, pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f'), \
     (VALUES (1, 'SELECT'), (2, 'INSERT'), (3, 'UPDATE'), (4, 'DELETE'), (5, 'TRUNCATE')) AS p(place, verb) \
     WHERE r.rolname IN (SELECT unnest(string_to_array($1, ' '))) AND n.nspname = $2 \
     AND has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_table_privilege(r.oid, c.oid, p.verb) \
     GROUP BY r.rolname, c.relname ORDER BY 1";

const UNWALLED: &str = "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity ORDER BY 1";

/// Where PostgREST, and so Supabase, keeps which schemas it shows.
const SHOWN: &str = "SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setdatabase IN (0, (SELECT oid FROM pg_database \
     WHERE datname = current_database()))";
const SHOWN_SCHEMAS: &str = "pgrst.db_schemas=";

/// Looks at the server of these options. It blocks the thread.
///
/// # Errors
/// It cannot be reached, or does not answer.
pub fn survey(options: &PostgresOptions) -> Result<Survey, ConnectError> {
    let url = options.url.clone();
    let home =
        Home::find().map_err(|error| ConnectError::new(&url, error.to_string(), "give the process more threads"))?;
    let connector = Connector::new(url.clone(), home.handle().clone(), options.connect_timeout_ms)?;
    let (schema, is_known_pooler) = (options.schema.clone(), url.is_pooler());
    let broke_off = ConnectError::new(&url, "the survey broke off", "again");
    let looking = async move {
        let (one, other) = (connector.connect(None).await?, connector.connect(None).await?);
        let seen = look(&one, &other, &schema).await.map_err(|error| ConnectError::of(&url, &error))?;
        Ok(Survey { is_known_pooler, ..seen })
    };
    home.block(looking).unwrap_or(Err(broke_off))
}

async fn look(one: &Client, other: &Client, schema: &str) -> Result<Survey, Error> {
    let before = now_ms();
    let row = one.query_typed(STANDING, &[]).await?;
    let after = now_ms();
    let mut survey = row.first().map(|row| standing(row, before.midpoint(after))).transpose()?.unwrap_or_default();
    survey.is_pooled = is_shared(one, other).await?;
    // Nobody in particular: whoever serves is asked for rights elsewhere.
    survey.api_roles = texts(one, PRESENT, &[&ROLES.join(" "), ""]).await?;
    if !survey.api_roles.is_empty() {
        survey.rights = texts(one, RIGHTS, &[&survey.api_roles.join(" "), schema]).await?;
        survey.unwalled = texts(one, UNWALLED, &[schema]).await?;
    }
    let settings = texts(one, SHOWN, &[]).await?;
    survey.is_exposed = settings
        .iter()
        .filter_map(|setting| setting.strip_prefix(SHOWN_SCHEMAS))
        .any(|schemas| schemas.split(',').any(|shown| shown.trim().trim_matches('"') == schema));
    Ok(survey)
}

fn standing(row: &Row, now_ms: i64) -> Result<Survey, Error> {
    Ok(Survey {
        role: row.try_get(0)?,
        is_superuser: row.try_get::<_, Option<bool>>(1)?.unwrap_or_default(),
        version: row.try_get(2)?,
        clock_ahead_ms: row.try_get::<_, i64>(3)? - now_ms,
        is_standby: row.try_get(4)?,
        synchronous_commit: row.try_get(5)?,
        is_encrypted: row.try_get(6)?,
        max_connections: row.try_get(7)?,
        ..Survey::default()
    })
}

/// Whether two connections of ours are one of the server's, between two transactions.
async fn is_shared(one: &Client, other: &Client) -> Result<bool, Error> {
    const PROCESS: &str = "SELECT pg_backend_pid()::text";
    let first = texts(one, PROCESS, &[]).await?;
    let second = texts(other, PROCESS, &[]).await?;
    Ok(first == second || first != texts(one, PROCESS, &[]).await?)
}

async fn texts(client: &Client, sql: &str, params: &[&str]) -> Result<Vec<String>, Error> {
    let params: Vec<(&(dyn ToSql + Sync), Type)> =
        params.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    client.query_typed(sql, &params).await?.iter().map(|row| row.try_get(0)).collect()
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
