//! Beside a data API, as hosted platforms have one: nothing of ours can be reached as any of its roles, whatever stood open
//! before or was opened since.

use store::{Applied, PostgresOptions, PostgresUrl, Store, survey};
use throwaway::{Cluster, execute, query};

use super::{add, done, get, schema};

const ROLES: [&str; 3] = ["anon", "authenticated", "authenticator"];

/// A platform's database: an owner who is no superuser, the roles, and what a careless line in a tutorial grants them.
fn platform() -> Option<Cluster> {
    let cluster = Cluster::start(&[("fsync", "off")], &[])?;
    let admin = cluster.url("postgres");
    let statements = "
        CREATE ROLE owner LOGIN CREATEROLE; CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;
        CREATE ROLE authenticator LOGIN NOINHERIT;
        GRANT anon, authenticated, service_role TO authenticator; GRANT anon, authenticated TO owner;
        CREATE DATABASE app OWNER owner";
    statements.split(';').for_each(|sql| _ = execute(&admin, sql).unwrap());
    Some(cluster)
}

fn url(cluster: &Cluster, role: &str) -> String {
    cluster.url("app").replace("postgres://postgres@", &format!("postgres://{role}@"))
}

fn options(cluster: &Cluster, role: &str) -> PostgresOptions {
    PostgresOptions::new(PostgresUrl::parse(&url(cluster, role)).unwrap())
}

fn as_owner(cluster: &Cluster, statements: &str) {
    statements
        .split(';')
        .for_each(|sql| _ = execute(&url(cluster, "owner"), sql).unwrap_or_else(|error| panic!("{sql}: {error}")));
}

/// Every table, with what a role got to see of it.
fn reached(cluster: &Cluster, role: &str) -> Vec<String> {
    let tables = query(
        &cluster.url("app"),
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'app' AND relkind = 'r'",
    );
    let tables: Vec<String> = tables.unwrap().into_iter().flatten().flatten().collect();
    assert!(tables.len() > 8, "{tables:?}");
    let try_all = |table: &String| {
        let verbs = [
            format!("SELECT * FROM app.\"{table}\""),
            format!("INSERT INTO app.\"{table}\" DEFAULT VALUES"),
            format!("DELETE FROM app.\"{table}\""),
            format!("TRUNCATE app.\"{table}\""),
        ];
        verbs.into_iter().find(|sql| query(&cluster.url("app"), &format!("SET ROLE {role}; {sql}")).is_ok())
    };
    let functions =
        [format!("SET ROLE {role}; SELECT app.fold('A')"), format!("SET ROLE {role}; CREATE TABLE app.mine ()")];
    let functions = functions.into_iter().filter(|sql| query(&cluster.url("app"), sql).is_ok());
    tables.iter().filter_map(try_all).chain(functions).collect()
}

async fn open(cluster: &Cluster, role: &str) -> Store {
    Store::connect(options(cluster, role)).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn nothing_can_be_reached_through_a_data_api() {
    let Some(cluster) = platform() else { return };
    // Before the first start: whatever is made in the schema shall be theirs.
    as_owner(
        &cluster,
        "CREATE SCHEMA app; GRANT ALL ON SCHEMA app TO anon, authenticated, service_role; GRANT USAGE ON SCHEMA app TO PUBLIC;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON TABLES TO anon, authenticated, service_role;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT ALL ON SEQUENCES TO anon, authenticated;
         ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    );
    let store = open(&cluster, "owner").await;
    assert_eq!(store.apply(&schema()).await.unwrap(), Applied::Created);
    for role in ROLES.into_iter().chain(["service_role"]) {
        assert_eq!(reached(&cluster, role), [""; 0], "{role}");
    }
    // And we go on as before.
    done(store.run(add("first")).await);
    assert_eq!(done(store.run(get(1)).await).rows, 1);
    let unwalled = "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE nspname = 'app' AND relkind = 'r' AND NOT relrowsecurity";
    assert_eq!(query(&cluster.url("app"), unwalled).unwrap(), Vec::<Vec<_>>::new());
}

#[tokio::test]
async fn what_was_opened_since_is_shut_at_the_next_start() {
    let Some(cluster) = platform() else { return };
    open(&cluster, "owner").await.apply(&schema()).await.unwrap();
    as_owner(
        &cluster,
        "GRANT USAGE ON SCHEMA app TO anon; GRANT SELECT ON app.users TO anon; GRANT SELECT (title) ON app.notes TO anon",
    );
    let seen = query(&cluster.url("app"), "SET ROLE anon; SELECT count(*) FROM app.users").unwrap();
    assert_eq!(seen, [[Some("0".to_owned())]], "the second wall stands where the first has a gate");
    let before = survey(&options(&cluster, "owner")).unwrap();
    assert_eq!(before.rights, ["anon may SELECT users"]);
    assert_eq!(open(&cluster, "owner").await.apply(&schema()).await.unwrap(), Applied::Unchanged);
    assert_eq!(reached(&cluster, "anon"), [""; 0]);
    let after = survey(&options(&cluster, "owner")).unwrap();
    assert!(after.rights.is_empty() && after.unwalled.is_empty(), "{after:?}");
}

/// Row-level security without a policy would lock out a role that serves and owns nothing.
#[tokio::test]
async fn a_role_that_serves_and_owns_nothing_is_let_in() {
    let Some(cluster) = platform() else { return };
    execute(&cluster.url("postgres"), "CREATE ROLE serving LOGIN").unwrap();
    as_owner(
        &cluster,
        "CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO serving;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO serving, anon;
         ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE, SELECT ON SEQUENCES TO serving",
    );
    let direct = PostgresUrl::parse(&url(&cluster, "owner")).unwrap();
    let options = PostgresOptions { direct: Some(direct), ..options(&cluster, "serving") };
    let store = Store::connect(options).await.unwrap_or_else(|error| panic!("{error}"));
    store.apply(&schema()).await.unwrap();
    done(store.run(add("first")).await);
    assert_eq!(done(store.run(get(1)).await).rows, 1);
    for role in ROLES {
        assert_eq!(reached(&cluster, role), [""; 0], "{role}");
    }
}

#[tokio::test]
async fn where_there_is_no_data_api_nothing_is_touched() {
    let Some(cluster) = Cluster::start(&[("fsync", "off")], &[]) else { return };
    execute(&cluster.url("postgres"), "CREATE DATABASE app").unwrap();
    execute(&cluster.url("postgres"), "CREATE ROLE reporting").unwrap();
    let store = open(&cluster, "postgres").await;
    store.apply(&schema()).await.unwrap();
    let admin = cluster.url("app");
    query(&admin, "GRANT USAGE ON SCHEMA app TO reporting; GRANT SELECT ON app.notes TO reporting").unwrap();
    open(&cluster, "postgres").await.apply(&schema()).await.unwrap();
    assert_eq!(query(&admin, "SET ROLE reporting; SELECT count(*) FROM app.notes").unwrap(), [[Some("0".to_owned())]]);
    let walls = "SELECT count(*) FROM pg_class WHERE relrowsecurity";
    assert_eq!(query(&admin, walls).unwrap(), [[Some("0".to_owned())]]);
    let seen = survey(&options(&cluster, "postgres")).unwrap();
    assert!(seen.api_roles.is_empty() && seen.is_superuser && !seen.is_pooled && !seen.is_standby, "{seen:?}");
    assert!(seen.clock_ahead_ms.abs() < 5_000, "{seen:?}");
}

#[tokio::test]
async fn a_survey_sees_what_the_data_api_is_set_to_show() {
    let Some(cluster) = platform() else { return };
    for (schemas, is_exposed) in
        [("public, storage", false), ("public, app", true), ("\"app\"", true), ("apple", false)]
    {
        execute(&cluster.url("app"), &format!("ALTER ROLE authenticator SET pgrst.db_schemas = '{schemas}'")).unwrap();
        assert_eq!(survey(&options(&cluster, "owner")).unwrap().is_exposed, is_exposed, "{schemas}");
    }
}

#[tokio::test]
async fn a_survey_notices_a_pooler_that_nobody_told_of() {
    let Some(cluster) = Cluster::start(&[("fsync", "off")], &[]) else { return };
    let Some(pooler) = throwaway::Pooler::start(&cluster, 1) else { return };
    for (said, is_known) in [("", false), ("&pgbouncer=true", true)] {
        let url = PostgresUrl::parse(&format!("{}{said}", pooler.url("postgres"))).unwrap();
        let seen = survey(&PostgresOptions::new(url)).unwrap_or_else(|error| panic!("{error}"));
        assert!(seen.is_pooled && seen.is_known_pooler == is_known, "{said}: {seen:?}");
    }
}
