//! Platforms that host Postgres put a data API beside it, which speaks SQL for strangers and for whoever is signed in, each as a
//! role of the database. What is in our schema is answered for by this server alone: those roles are given nothing.
//!
//! Two walls: they hold no right, and each table has row-level security without a policy, which lets nobody through but
//! its owner. The second one stands only where the owner is the role that serves.

use tokio_postgres::types::{ToSql, Type};

use super::engine::Ground;
use crate::OpenError;

/// As whom data APIs speak: PostgREST's and Supabase's, Neon's, and the name in PostgREST's tutorial.
pub(super) const ROLES: [&str; 6] = ["anon", "anonymous", "authenticated", "authenticator", "service_role", "web_anon"];

/// Which of the roles are there, and may be kept out: none that is a superuser, and none that we are.
pub(super) const PRESENT: &str = "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (string_to_array($1, ' ')) \
     AND NOT rolsuper AND rolname NOT IN (current_user, $2)";

/// Each statement that shuts something which stands open. `$1` roles, `$2` schema, `$3` who serves.
///
/// What belongs to others is theirs to shut. A right that was given `TO PUBLIC` on the schema itself is given to these, too.
const OPEN: &str = r"
WITH roles AS (SELECT oid, quote_ident(rolname) AS name FROM pg_roles WHERE rolname IN (SELECT unnest(string_to_array($1, ' ')))),
  place AS (SELECT oid, nspacl, pg_has_role(current_user, nspowner, 'USAGE') AS ours FROM pg_namespace WHERE nspname = $2),
  things AS (
    SELECT c.oid, c.relkind, c.relname, c.relacl, c.relrowsecurity, c.relowner
    FROM pg_class c JOIN place ON place.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_has_role(current_user, c.relowner, 'USAGE')
  ),
  given AS (
    SELECT oid, (aclexplode(relacl)).grantee FROM things
    UNION SELECT attrelid, (aclexplode(attacl)).grantee FROM pg_attribute WHERE attrelid IN (SELECT oid FROM things)
  ),
  whole AS (SELECT (aclexplode(nspacl)).grantee FROM place WHERE ours)
SELECT format('REVOKE ALL ON SCHEMA %I FROM %s', $2, name)
  FROM roles WHERE oid IN (SELECT grantee FROM whole)
UNION ALL SELECT format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', $2)
  WHERE EXISTS (SELECT 1 FROM roles) AND 0 IN (SELECT grantee FROM whole)
UNION ALL SELECT format('REVOKE ALL ON %s %I.%I FROM %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, $2, relname, name)
  FROM things JOIN given USING (oid) JOIN roles ON roles.oid = given.grantee
UNION ALL SELECT format('REVOKE ALL ON %s %I.%I FROM PUBLIC', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, $2, relname)
  FROM things JOIN given USING (oid) WHERE grantee = 0 AND EXISTS (SELECT 1 FROM roles)
UNION ALL SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON %s FROM %s', $2, kind, name)
  FROM roles, (SELECT d.defaclobjtype, (aclexplode(d.defaclacl)).grantee FROM pg_default_acl d JOIN place ON place.oid = d.defaclnamespace
    WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)) AS later,
    (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS')) AS kinds(letter, kind)
  WHERE later.grantee = roles.oid AND later.defaclobjtype::text = letter
UNION ALL SELECT format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', $2, relname)
  FROM things WHERE relkind IN ('r', 'p') AND NOT relrowsecurity AND EXISTS (SELECT 1 FROM roles)
    AND relowner = (SELECT oid FROM pg_roles WHERE rolname = $3)
";

/// The statements that shut what stands open to a data API; none where no platform has put one beside the database.
pub(super) async fn open(ground: &Ground<'_>) -> Result<Vec<String>, OpenError> {
    let roles = texts(ground, PRESENT, &[&ROLES.join(" "), ground.serving]).await?;
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    texts(ground, OPEN, &[&roles.join(" "), ground.schema, ground.serving]).await
}

/// Shuts what stands open, in the transaction that has begun.
pub(super) async fn shut(ground: &Ground<'_>) -> Result<(), OpenError> {
    for statement in open(ground).await? {
        ground.client.batch_execute(&statement).await.map_err(|error| ground.failed(&error))?;
    }
    Ok(())
}

async fn texts(ground: &Ground<'_>, sql: &str, params: &[&str]) -> Result<Vec<String>, OpenError> {
    let params: Vec<(&(dyn ToSql + Sync), Type)> =
        params.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    let rows = ground.client.query_typed(sql, &params).await.map_err(|error| ground.failed(&error))?;
    let read = |row: &tokio_postgres::Row| row.try_get::<_, String>(0).map_err(|error| ground.failed(&error));
    rows.iter().map(read).collect()
}
