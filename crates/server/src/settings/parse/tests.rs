//! What each setting takes and refuses.

use super::super::{Secret, Settings};

fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let lookup = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned());
    Settings::read(lookup).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

const STRONG: &str = "0123456789abcdef0123456789abcdef0123456789";

#[test]
fn nothing_set_is_fine_in_development() {
    let settings = read(&[]).unwrap();
    assert!(settings.secret_is_temporary);
    assert_eq!(settings.port, 8000);
    assert_eq!(settings.limits.user_per_minute.unwrap().get(), 600);
}

/// What a server found free, or was told on its command line, counts where no setting says it.
#[test]
fn links_lead_to_where_a_server_listens_unless_a_setting_says_where() {
    for (pairs, expected) in [
        ([].as_slice(), Some("http://127.0.0.1:4321/auth/pages/verify")),
        (&[("PUBLIC_URL", "https://desk.example")], Some("https://desk.example/auth/pages/verify")),
        (&[("APP_URL", "https://app.example")], Some("https://app.example/verify")),
        (&[("TLS_CERT", "a"), ("TLS_KEY", "b")], Some("https://127.0.0.1:4321/auth/pages/verify")),
        (&[("ENV", "production"), ("SECRET_KEY", STRONG)], None),
    ] {
        for address in ["127.0.0.1:4321", "0.0.0.0:4321", "[::]:4321"] {
            let mut settings = read(pairs).unwrap();
            settings.listens_at(address.parse().unwrap());
            assert_eq!(settings.links.map(|links| links.to("verify")).as_deref(), expected, "{pairs:?} {address}");
        }
    }
}

#[test]
fn all_problems_are_told_at_once_and_no_secret_with_them() {
    let problems = read(&[
        ("ENV", "production"),
        ("PORT", "eighty"),
        ("DATABASE_URL", "mysql://x"),
        ("BETTER_AUTH_SECRET", "better-auth-secret-12345678901234567890"),
        ("CORS_ORIGINS", "*"),
        ("TLS_CERT", "cert.pem"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("MAX_CONNECTIONS", "many"),
        ("JWT_ALGORITHM", "none"),
    ])
    .unwrap_err();
    let named: Vec<_> = problems.iter().filter_map(|text| text.split(':').next()).collect();
    let expected = [
        "SECRET_KEY",
        "DATABASE_URL",
        "PORT",
        "CORS_ORIGINS",
        "TLS_KEY",
        "TRUSTED_PROXIES",
        "BETTER_AUTH_SECRET",
        "MAX_CONNECTIONS",
        "JWT_ALGORITHM",
    ];
    assert_eq!(named, expected);
    assert!(!problems.concat().contains("12345678901234567890"));
}

/// What is compared letter by letter must be written as it is sent, or a front end is shut out without a word.
#[test]
fn origins_are_written_as_browsers_send_them() {
    let fine = read(&[("CORS_ORIGINS", "https://app.example.com/, http://localhost:5173,http://[::1]:3000")]).unwrap();
    assert_eq!(fine.cors_origins, ["https://app.example.com", "http://localhost:5173", "http://[::1]:3000"]);
    for (text, told) in [
        ("https://App.example.com", "write `https://app.example.com`"),
        ("https://app.example.com/shop", "write `https://app.example.com`"),
        ("https://app.example.com:443", "write `https://app.example.com`"),
        ("http://localhost:80", "write `http://localhost`"),
        ("https://*.example.com", "list each by itself"),
        ("https://ana@app.example.com", "list each by itself"),
        ("localhost:3000", "`localhost:3000` is no origin: write it with its scheme"),
        ("https://app.example.com, app.example.com", "`app.example.com` is no origin: write it with its scheme"),
        ("https://a.example/?x", "is no origin"),
    ] {
        let problems = read(&[("CORS_ORIGINS", text)]).unwrap_err();
        assert!(problems[0].starts_with("CORS_ORIGINS: ") && problems[0].contains(told), "{text}: {problems:?}");
    }
}

/// J11: secrets that anyone knows or could guess do not start.
#[test]
fn j11_weak_secrets_are_refused() {
    for weak in ["secret", "changethis", "0123456789abcdef0123456789abcde", "your-256-bit-secret"] {
        assert!(read(&[("SECRET_KEY", weak)]).is_err(), "{weak}");
        assert!(read(&[("BETTER_AUTH_SECRET", weak)]).is_err(), "{weak}");
        assert!(read(&[("SUPABASE_JWT_SECRET", weak)]).is_err(), "{weak}");
    }
    assert!(read(&[("SECRET_KEY", STRONG), ("ENV", "production")]).is_ok());
    assert!(read(&[("ENV", "production")]).is_err());
}

#[test]
fn the_secret_before_is_checked_like_the_present_one() {
    let other = "fedcba9876543210fedcba9876543210";
    for (present, previous, problem) in [
        (Some(STRONG), other, None),
        (Some(STRONG), STRONG, Some("is the same as SECRET_KEY")),
        (Some(STRONG), "1234567", Some("is shorter than 32 bytes")),
        (Some(STRONG), "your-256-bit-secret", Some("is a published default")),
        (None, other, Some("is of use beside a SECRET_KEY only")),
    ] {
        let given = [("SECRET_KEY_PREVIOUS", previous), ("SECRET_KEY", present.unwrap_or_default())];
        match (read(&given), problem) {
            (Ok(settings), None) => assert_eq!(settings.secret_key_previous, Some(Secret::new(previous))),
            (Err(problems), Some(problem)) => {
                assert!(problems.concat().contains(&format!("SECRET_KEY_PREVIOUS: {problem}")), "{problems:?}");
                assert!(!problems.concat().contains(previous), "{problems:?}");
            }
            (got, _) => panic!("{previous}: {got:?}"),
        }
    }
    assert_eq!(read(&[("SECRET_KEY", STRONG)]).unwrap().secret_key_previous, None);
}

#[test]
fn secrets_print_as_stars() {
    let other = "fedcba9876543210fedcba9876543210";
    let given = [("SECRET_KEY", STRONG), ("BETTER_AUTH_SECRET", STRONG), ("SECRET_KEY_PREVIOUS", other)];
    let settings = read(&given).unwrap();
    assert!(!format!("{settings:?}").contains("fedcba"));
    assert!(!format!("{settings:?}").contains("0123456789"));
}

#[test]
fn database_urls() {
    for (url, path) in [
        ("sqlite:data/app.db", "data/app.db"),
        ("sqlite:/srv/app.db", "/srv/app.db"),
        ("sqlite:///srv/app.db", "/srv/app.db"),
        ("sqlite:///./app.db", "./app.db"),
    ] {
        assert_eq!(read(&[("DATABASE_URL", url)]).unwrap().database.to_string(), path, "{url}");
    }
    for url in ["postgres://x", "sqlite:", "sqlite::memory:", "app.db", "sqlite:a?mode=ro", "mysql://a@b/c"] {
        assert!(read(&[("DATABASE_URL", url)]).is_err(), "{url}");
    }
}

#[test]
fn a_server_is_shown_without_its_password() {
    let url = ("DATABASE_URL", "postgresql+asyncpg://ana:hush@db.example.com/shop?pool_size=3");
    let settings = read(&[url, ("DATABASE_SCHEMA", "shop"), ("DATABASE_POOL_SIZE", "7")]).unwrap();
    assert_eq!(settings.database.to_string(), "postgres://ana@db.example.com:5432/shop, schema shop");
    assert!(!format!("{settings:?}").contains("hush"));
    assert!(settings.unheeded.iter().any(|told| told.contains("`pool_size`")), "{:?}", settings.unheeded);
    let problems = read(&[url, ("DIRECT_URL", "postgres://ana:hush@x:y/z"), ("DATABASE_SCHEMA", "public")]);
    let problems = problems.unwrap_err().join("\n");
    assert!(problems.contains("DIRECT_URL") && problems.contains("DATABASE_SCHEMA") && !problems.contains("hush"));
    for (name, value) in [("DATABASE_SCHEMA", "pg_x"), ("DATABASE_SCHEMA", "A"), ("DATABASE_POOL_SIZE", "0")] {
        assert!(read(&[url, (name, value)]).is_err(), "{name}={value}");
    }
    let file = read(&[("DATABASE_SCHEMA", "shop")]).unwrap();
    assert!(file.unheeded.iter().any(|told| told.contains("DATABASE_SCHEMA")), "{:?}", file.unheeded);
}

#[test]
fn production_is_not_overheard() {
    let strict = |url| read(&[("DATABASE_URL", url), ("ENV", "production"), ("SECRET_KEY", STRONG)]);
    for url in ["postgres://a:b@db.example.com/d?sslmode=disable", "postgres://a:b@db.example.com/d?sslmode=prefer"] {
        assert!(strict(url).is_err(), "{url}");
        assert!(read(&[("DATABASE_URL", url)]).is_ok(), "{url}");
    }
    for (url, warned) in [
        ("postgres://a:b@db.example.com/d", true),
        ("postgres://a:b@db.example.com/d?sslmode=require&channel_binding=require", false),
        ("postgres://a:b@db.example.com/d?sslmode=verify-full", false),
        ("postgres://a:b@db/d?sslmode=disable", false),
        ("postgres://a:b@localhost/d", false),
    ] {
        let settings = strict(url).unwrap();
        assert_eq!(settings.unheeded.iter().any(|told| told.contains("verify-full")), warned, "{url}");
    }
}

#[test]
fn nothing_is_no_limit() {
    let names = ["HEADER_TIMEOUT", "BODY_IDLE_TIMEOUT", "BODY_TIMEOUT", "KEEP_ALIVE_TIMEOUT", "MAX_CONNECTIONS"];
    let limits = read(&names.map(|name| (name, "0"))).unwrap().limits;
    assert_eq!(limits.header_timeout.min(limits.body_timeout), std::time::Duration::MAX);
    assert_eq!(limits.body_idle_timeout.min(limits.keep_alive_timeout), std::time::Duration::MAX);
    assert_eq!(limits.connections, usize::MAX);
}

/// A browser remembers it for a year, so it is said only where it is meant.
#[test]
fn https_alone_is_asked_for_in_earnest_only() {
    let tls = [("TLS_CERT", "a.pem"), ("TLS_KEY", "b.pem")];
    let strict = |pairs: &[(&str, &str)]| read(pairs).unwrap().strict_transport();
    assert!(!strict(&tls));
    assert!(strict(&[tls[0], tls[1], ("ENV", "production"), ("SECRET_KEY", STRONG)]));
    assert!(strict(&[("PUBLIC_URL", "https://x.example"), ("ENV", "staging"), ("SECRET_KEY", STRONG)]));
    assert!(!strict(&[("PUBLIC_URL", "http://x.example"), ("ENV", "staging"), ("SECRET_KEY", STRONG)]));
}

#[test]
fn times() {
    for (text, seconds) in [("90", 90), ("90s", 90), ("15m", 900), ("24h", 86_400), ("30d", 2_592_000)] {
        assert_eq!(read(&[("JWT_EXPIRATION", text)]).unwrap().access_lifetime.as_secs(), seconds, "{text}");
    }
    for text in ["0", "m", "-5m", "1y", "5 m", "99999999999999999999s", "100000d", "1.5h"] {
        assert!(read(&[("JWT_EXPIRATION", text)]).is_err(), "{text}");
    }
}

#[test]
fn issuers_are_named_as_their_makers_name_them() {
    for (name, text) in [
        ("AUTH0_DOMAIN", "shop"),
        ("AUTH0_DOMAIN", "shop.auth0.com/x"),
        ("AUTH0_DOMAIN", "http://shop.auth0.com"),
        ("AUTH0_DOMAIN", "a@b.example"),
        ("FIREBASE_PROJECT_ID", "My Shop"),
        ("SUPABASE_URL", "abc.supabase.co"),
        ("CLERK_ISSUER", "https://user:password@clerk.example"),
        ("JWKS_URL", "file:///etc/keys.json"),
        ("JWKS_URL", "https://a.example/keys?of=me"),
        ("JWT_ISSUER", "own"),
        ("JWT_ISSUER", "cli"),
        ("JWT_AUDIENCE", "a\nb"),
    ] {
        let problems = read(&[(name, text)]).unwrap_err();
        assert!(problems.len() == 1 && problems[0].starts_with(name), "{name}={text}: {problems:?}");
        assert!(!problems[0].contains("password@"), "{problems:?}");
    }
    for domain in ["shop.eu.auth0.com", "https://Shop.eu.auth0.com/"] {
        assert_eq!(read(&[("AUTH0_DOMAIN", domain)]).unwrap().issuers.auth0_domain.unwrap(), "shop.eu.auth0.com");
    }
    let issuer = read(&[("JWT_ISSUER", "https://a.example/")]).unwrap().issuers.jwt_issuer;
    assert_eq!(issuer.unwrap(), "https://a.example/", "letter by letter");
}
