//! URLs as hosts, frameworks and people write them.

use super::*;

fn read(text: &str) -> PostgresUrl {
    PostgresUrl::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

#[test]
fn forms_and_where_they_lead() {
    for (text, shown) in [
        ("postgres://ana:secret@db.example.com:5433/shop", "postgres://ana@db.example.com:5433/shop"),
        ("postgresql://ana@db.example.com/shop", "postgres://ana@db.example.com:5432/shop"),
        ("postgresql+psycopg://ana:secret@localhost/shop", "postgres://ana@localhost:5432/shop"),
        ("postgresql+asyncpg://ana:secret@localhost", "postgres://ana@localhost:5432/ana"),
        ("postgres://ana:secret@[::1]:5433/shop", "postgres://ana@::1:5433/shop"),
        ("postgres://ana@%2Frun%2Fpostgresql/shop", "postgres://ana@/run/postgresql:5432/shop"),
        ("postgres://ana@/shop?host=/run/postgresql", "postgres://ana@/run/postgresql:5432/shop"),
        ("postgres:///shop?user=ana&password=secret&host=h&port=6", "postgres://ana@h:6/shop"),
        ("postgres://ana:secret@one:1,two:2/shop", "postgres://ana@one:1,two:2/shop"),
    ] {
        assert_eq!(read(text).to_string(), shown, "{text}");
        assert!(!format!("{:?}", read(text)).contains("secret"), "{text}");
    }
}

#[test]
fn passwords_are_read_as_they_are_pasted() {
    for (text, password) in [
        ("postgres://ana:p%40ss%2Fword%25@h/d", "p@ss/word%"),
        ("postgres://ana:p@ss:word@h/d", "p@ss:word"),
        ("postgres://ana:gr%C3%BCn@h/d", "grün"),
    ] {
        assert_eq!(read(text).password(), Some(password), "{text}");
    }
    assert_eq!(read("postgres://ana:@h/d").password(), None);
}

#[test]
fn how_safe_the_way_is() {
    for (text, tls) in [
        ("postgres://a@localhost/d", Tls::Prefer),
        ("postgres://a@127.0.0.1/d", Tls::Prefer),
        ("postgres://a@%2Frun/d", Tls::Prefer),
        ("postgres://a@db.example.com/d", Tls::Require),
        ("postgres://a@db/d", Tls::Require),
        ("postgres://a@h/d?sslmode=disable", Tls::Disable),
        ("postgres://a@h/d?sslmode=allow", Tls::Prefer),
        ("postgres://a@h/d?sslmode=prefer", Tls::Prefer),
        ("postgres://a@h/d?sslmode=require", Tls::Require),
        ("postgres://a@h/d?ssl=true", Tls::Require),
        ("postgres://a@h/d?sslmode=verify-ca", Tls::VerifyCa),
        ("postgres://a@h/d?sslmode=verify-full", Tls::VerifyFull),
        ("postgres://a@h/d?sslmode=require&sslrootcert=ca.pem", Tls::VerifyCa),
        ("postgres://a@h/d?sslmode=require&sslrootcert=system", Tls::VerifyFull),
    ] {
        assert_eq!(read(text).tls, tls, "{text}");
    }
}

#[test]
fn who_might_listen() {
    for (text, overheard) in [
        ("postgres://a@db.example.com/d?sslmode=disable", true),
        ("postgres://a@db.example.com/d?sslmode=prefer", true),
        ("postgres://a@203.0.113.7/d?sslmode=disable", true),
        ("postgres://a@db.example.com/d", false),
        ("postgres://a@localhost/d", false),
        ("postgres://a@db/d?sslmode=disable", false),
        ("postgres://a@10.0.0.7/d?sslmode=disable", false),
        ("postgres://a@db.prod.svc.cluster.local/d?sslmode=disable", false),
    ] {
        assert_eq!(read(text).may_be_overheard(), overheard, "{text}");
    }
}

#[test]
fn poolers_are_recognised() {
    for (text, pooler) in [
        ("postgresql://u:p@ep-x-pooler.eu.aws.neon.tech/db?sslmode=require&channel_binding=require", true),
        ("postgresql://u:p@ep-x.eu.aws.neon.tech/db?sslmode=require&channel_binding=require", false),
        ("postgresql://u.ref:p@aws-0-eu.pooler.supabase.com:6543/postgres", true),
        ("postgresql://u.ref:p@aws-0-eu.pooler.supabase.com:5432/postgres", false),
        ("postgres://u@h/d?pgbouncer=true", true),
        ("postgres://u@h:6543/d?pgbouncer=false", false),
        ("postgres://u@h/d?pool_mode=transaction", true),
        ("postgres://u@h/d?statement_cache_size=0", true),
    ] {
        assert_eq!(read(text).is_pooler(), pooler, "{text}");
    }
}

#[test]
fn what_has_no_effect_is_told() {
    let url = read("postgres://u:secret@h/d?connection_limit=5&schema=x&blue=1&application_name=shop");
    let told = url.warnings().join("\n");
    assert!(
        told.contains("DATABASE_POOL_SIZE") && told.contains("DATABASE_SCHEMA") && told.contains("`blue`"),
        "{told}"
    );
    assert_eq!(url.warnings().len(), 3);
    assert!(!told.contains("secret"));
}

#[test]
fn what_is_wrong_is_said_without_the_password() {
    for (text, word) in [
        ("postgres:ana", "wants a URL"),
        ("postgresql+pg8000://ana@h/d", "begins with"),
        ("postgres://h/d", "names no user"),
        ("postgres://ana:hush/hush@h/d", "%2F"),
        ("postgres://ana:hush%zz@h/d", "%25"),
        ("postgres://ana:hush@h:many/d", "port"),
        ("postgres://ana:hush@h/d?sslmode=hush", "verify-full"),
        ("postgres://ana:hush@h/d?channel_binding=yes", "require"),
        ("postgres://ana:hush@h/d?sslmode=require&sslmode=disable", "twice"),
        ("postgres://ana:hush@h/d?connect_timeout=hush", "seconds"),
    ] {
        let problem = PostgresUrl::parse(text).unwrap_err().to_string();
        assert!(problem.contains(word), "{text}: {problem}");
        assert!(!problem.contains("hush"), "{text}: {problem}");
    }
}
