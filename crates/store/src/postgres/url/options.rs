//! What may follow the `?` of a URL: libpq's words, those of poolers, and those of other libraries that people copy along.

use std::time::Duration;

use super::{ChannelBinding, Host, PostgresUrl, Roots, Tls, UrlProblem, percent, read_port};

/// Words that other programs heed and that have a counterpart here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("connection_limit", "DATABASE_POOL_SIZE says how many connections are opened"),
    ("pool_size", "DATABASE_POOL_SIZE says how many connections are opened"),
    ("pool_max_conns", "DATABASE_POOL_SIZE says how many connections are opened"),
    ("schema", "DATABASE_SCHEMA says which schema is used"),
    ("search_path", "DATABASE_SCHEMA says which schema is used"),
    ("sslcert", "certificates of clients are not supported in this version"),
    ("sslkey", "certificates of clients are not supported in this version"),
];

pub(super) fn read(url: &mut PostgresUrl, query: &str) -> Result<(), UrlProblem> {
    let mut seen: Vec<String> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (percent::decoded(name)?, percent::decoded(value)?);
        if seen.contains(&name) {
            return Err(UrlProblem(format!("gives `{name}` twice")));
        }
        one(url, &name, &value)?;
        seen.push(name);
    }
    Ok(())
}

fn one(url: &mut PostgresUrl, name: &str, value: &str) -> Result<(), UrlProblem> {
    match name {
        "sslmode" => set_tls(url, tls(value)?),
        // What asyncpg and others call it.
        "ssl" => set_tls(url, tls(if value == "true" { "require" } else { value })?),
        "sslrootcert" => {
            url.roots = if value == "system" { Roots::System } else { Roots::File(value.into()) };
        }
        "sslnegotiation" => {
            url.tls_direct = choice(name, value, &[("postgres", false), ("direct", true)])?;
        }
        "channel_binding" => {
            let (off, may, must) = (ChannelBinding::Disable, ChannelBinding::Prefer, ChannelBinding::Require);
            url.channel_binding = choice(name, value, &[("disable", off), ("prefer", may), ("require", must)])?;
        }
        "pgbouncer" => url.pooler = Some(choice(name, value, &[("true", true), ("false", false)])?),
        "pool_mode" => {
            let modes = [("transaction", true), ("statement", true), ("session", false)];
            url.pooler = Some(choice(name, value, &modes)?);
        }
        // How users of asyncpg say that a pooler is between.
        "statement_cache_size" | "prepared_statement_cache_size" if value == "0" => url.pooler = Some(true),
        "application_name" => url.application_name = Some(value.to_owned()),
        "options" => url.startup_options = Some(value.to_owned()),
        "connect_timeout" => {
            let seconds: u64 = value.parse().map_err(|_| wants(name, "a number of seconds"))?;
            url.connect_timeout = (seconds > 0).then(|| Duration::from_secs(seconds));
        }
        "target_session_attrs" => {
            url.writable_only = choice(name, value, &[("any", false), ("read-write", true), ("primary", true)])?;
        }
        "host" => set_hosts(url, value),
        "port" => {
            let port = read_port(value)?;
            url.hosts.iter_mut().for_each(|host| host.port = port);
        }
        "user" => url.user = value.to_owned(),
        "password" => url.password = Some(value.to_owned()),
        "dbname" => url.database = value.to_owned(),
        _ => url.warnings.push(unheeded(name)),
    }
    Ok(())
}

fn set_tls(url: &mut PostgresUrl, tls: Tls) {
    url.tls = tls;
    url.tls_given = true;
}

/// As libpq has it, what stands in the query wins; this is how a path of a socket is written.
fn set_hosts(url: &mut PostgresUrl, names: &str) {
    let port = url.hosts.first().map_or(super::DEFAULT_PORT, |host| host.port);
    url.hosts = names.split(',').map(|name| Host { name: name.to_owned(), port }).collect();
}

fn tls(value: &str) -> Result<Tls, UrlProblem> {
    let modes = [
        ("disable", Tls::Disable),
        ("allow", Tls::Prefer),
        ("prefer", Tls::Prefer),
        ("require", Tls::Require),
        ("verify-ca", Tls::VerifyCa),
        ("verify-full", Tls::VerifyFull),
    ];
    let value = if value == "false" { "disable" } else { value };
    choice("sslmode", value, &modes)
}

fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> Result<T, UrlProblem> {
    let found = choices.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    found.ok_or_else(|| wants(name, &words.join(", ")))
}

fn wants(name: &str, wanted: &str) -> UrlProblem {
    UrlProblem(format!("has `{name}`, which wants {wanted}"))
}

fn unheeded(name: &str) -> String {
    match ELSEWHERE.iter().find(|(known, _)| *known == name) {
        Some((_, instead)) => format!("`{name}` in DATABASE_URL is not used: {instead}"),
        None => format!("`{name}` in DATABASE_URL is not known and not used"),
    }
}
