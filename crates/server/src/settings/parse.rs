//! The grammar of each setting, and the rules that production adds.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use super::database::{self, Database};
use super::network::networks;
use super::{Environment, Limits, Links, Secret, SettingProblem, Settings, TlsFiles};

mod issuers;

/// RFC 7518 §3.2 asks for a key at least as long as the hash.
const SECRET_MIN_BYTES: usize = 32;
/// Secrets that stand in public documents and default configurations: none of them is one.
const PUBLISHED_SECRETS: &[&str] = &[
    "better-auth-secret-12345678901234567890",
    "changethis",
    "changeme",
    "secret",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-256-bit-secret",
    "your-secret-key",
];

struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<SettingProblem>,
}

pub(super) fn settings(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Vec<SettingProblem>> {
    let mut reader = Reader { lookup, problems: Vec::new() };
    let environment = reader.read("ENV", Environment::Development, environment);
    let (secret_key, secret_is_temporary) = reader.secret_key(environment);
    let secret_key_previous = reader.secret_key_previous(&secret_key, secret_is_temporary);
    let mut unheeded = reader.unheeded();
    let mut settings = Settings {
        environment,
        database: reader.database(environment, &mut unheeded),
        secret_key,
        secret_key_previous,
        secret_is_temporary,
        host: reader.read("HOST", std::net::Ipv4Addr::LOCALHOST.into(), |text| {
            text.parse().map_err(|_| "wants an IP address, for example 127.0.0.1".to_owned())
        }),
        port: reader.read("PORT", 8000, |text| text.parse().map_err(|_| "wants a number from 0 to 65535".to_owned())),
        public_url: reader.read("PUBLIC_URL", None, |text| origin(text).map(Some)),
        here: None,
        links: reader.read("APP_URL", None, |text| origin(text).map(|url| Some(Links::to_front_end(url)))),
        cors_origins: reader.read("CORS_ORIGINS", Vec::new(), origins),
        tls: reader.tls(),
        trusted_proxies: reader.read("TRUSTED_PROXIES", Vec::new(), networks),
        access_lifetime: reader.read("JWT_EXPIRATION", minutes(15), lifetime),
        session_lifetime: reader.read("REFRESH_EXPIRATION", minutes(30 * 24 * 60), lifetime),
        session_idle: reader.read("SESSION_IDLE", Some(minutes(14 * 24 * 60)), |text| match text {
            "0" => Ok(None),
            _ => lifetime(text).map(Some),
        }),
        password_min_length: reader.read("PASSWORD_MIN_LENGTH", 15, password_length),
        issuers: reader.issuers(),
        metrics_token: reader.secret("METRICS_TOKEN"),
        follow: store::Follow::Never,
        unheeded,
        limits: reader.limits(environment),
    };
    if settings.links.is_none() {
        settings.links = settings.public_url.clone().map(Links::to_ourselves);
    }
    settings.listens_at(SocketAddr::new(settings.host, settings.port));
    reader.read("JWT_ALGORITHM", (), |text| match text {
        "EdDSA" => Ok(()),
        _ => Err("this version signs with EdDSA only".to_owned()),
    });
    if reader.problems.is_empty() { Ok(settings) } else { Err(reader.problems) }
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn problem(&mut self, name: &'static str, detail: impl Into<String>) {
        self.problems.push(SettingProblem { name, detail: detail.into() });
    }

    /// Reads one setting; a problem is noted and the default taken, so that the rest is checked too.
    fn read<T>(&mut self, name: &'static str, default: T, parse: impl Fn(&str) -> Result<T, String>) -> T {
        let Some(text) = self.text(name) else { return default };
        parse(&text).unwrap_or_else(|detail| {
            self.problem(name, detail);
            default
        })
    }

    fn secret_key(&mut self, environment: Environment) -> (Secret, bool) {
        let strict = matches!(environment, Environment::Production | Environment::Staging);
        match self.text("SECRET_KEY") {
            Some(text) => {
                self.check_secret("SECRET_KEY", &text);
                (Secret::new(text), false)
            }
            None => {
                if strict {
                    self.problem("SECRET_KEY", "is required; make one with `openssl rand -base64 48`");
                }
                (random_secret(), true)
            }
        }
    }

    fn secret_key_previous(&mut self, present: &Secret, is_temporary: bool) -> Option<Secret> {
        const NAME: &str = "SECRET_KEY_PREVIOUS";
        let previous = self.secret(NAME)?;
        if is_temporary {
            self.problem(NAME, "is of use beside a SECRET_KEY only, which is not set");
        } else if previous == *present {
            self.problem(NAME, "is the same as SECRET_KEY; set the one before it, or take it out");
        }
        Some(previous)
    }

    fn database(&mut self, environment: Environment, unheeded: &mut Vec<String>) -> Database {
        let database = self.read("DATABASE_URL", Database::Sqlite("data/app.db".into()), database::read);
        let direct = self.read("DIRECT_URL", None, |text| database::server(text).map(Some));
        let schema = self.read("DATABASE_SCHEMA", None, |text| database::schema(text).map(Some));
        let connections = self.read("DATABASE_POOL_SIZE", None, |text| database::pool_size(text).map(Some));
        let Database::Postgres(mut options) = database else {
            let set = ["DIRECT_URL", "DATABASE_SCHEMA", "DATABASE_POOL_SIZE"];
            let set = set.into_iter().filter(|name| self.text(name).is_some());
            unheeded.extend(set.map(|name| format!("{name} is set but not used: the data is in a SQLite file")));
            return database;
        };
        options.schema = schema.unwrap_or(options.schema);
        options.connections = connections.unwrap_or(options.connections);
        options.direct = direct;
        let urls = [("DATABASE_URL", Some(&options.url)), ("DIRECT_URL", options.direct.as_ref())];
        for (name, url) in urls.into_iter().filter_map(|(name, url)| Some((name, url?))) {
            unheeded.extend(url.warnings().iter().cloned());
            if !matches!(environment, Environment::Production | Environment::Staging) {
                continue;
            }
            if url.may_be_overheard() {
                self.problem(name, "would send passwords and rows in the clear; use sslmode=verify-full, or require");
            } else if url.is_unverified() {
                let more = "sslmode=require encrypts, but does not see whose server it is; sslmode=verify-full does";
                unheeded.push(format!("{name}: {more}"));
            }
        }
        Database::Postgres(options)
    }

    fn tls(&mut self) -> Option<TlsFiles> {
        match (self.text("TLS_CERT"), self.text("TLS_KEY")) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate: certificate.into(), key: key.into() }),
            (None, None) => None,
            (Some(_), None) => {
                self.problem("TLS_KEY", "is required with TLS_CERT");
                None
            }
            (None, Some(_)) => {
                self.problem("TLS_CERT", "is required with TLS_KEY");
                None
            }
        }
    }

    fn secret(&mut self, name: &'static str) -> Option<Secret> {
        let text = self.text(name)?;
        self.check_secret(name, &text);
        Some(Secret::new(text))
    }

    /// What a person may believe to be at work must not be passed over in silence.
    fn unheeded(&self) -> Vec<String> {
        let known = [
            ("SENTRY_DSN", true, "panics go to the log, with the id of their request"),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                cfg!(not(feature = "otlp")),
                "this program was built without the feature `otlp`; RUST_LOG=server::stage=debug logs each stage",
            ),
        ];
        let set = known.into_iter().filter(|(name, unheeded, _)| *unheeded && self.text(name).is_some());
        set.map(|(name, _, instead)| format!("{name} is set but not used: {instead}")).collect()
    }

    fn check_secret(&mut self, name: &'static str, text: &str) {
        if PUBLISHED_SECRETS.contains(&text) {
            self.problem(name, "is a published default, which anyone can use; make one with `openssl rand -base64 48`");
        } else if text.len() < SECRET_MIN_BYTES {
            self.problem(
                name,
                format!("is shorter than {SECRET_MIN_BYTES} bytes; make one with `openssl rand -base64 48`"),
            );
        }
    }

    fn limits(&mut self, environment: Environment) -> Limits {
        let seconds = Duration::from_secs;
        let has_users = matches!(environment, Environment::Staging | Environment::Production);
        Limits {
            user_per_minute: self.read("RATE_LIMIT_USER", NonZeroU32::new(600), rate),
            stranger_per_minute: self.read("RATE_LIMIT_STRANGER", NonZeroU32::new(120), rate),
            login_per_minute: self.read("RATE_LIMIT_LOGIN", NonZeroU32::new(10), rate),
            login_failures: self.read("LOGIN_FAILURES", NonZeroU32::new(100), rate),
            requests: self.read("MAX_REQUESTS", 1024, |text| count(text, "wants a whole number")),
            body_bytes: self.read("MAX_BODY_BYTES", 1024 * 1024, |text| count(text, "wants a number of bytes")),
            request_timeout: self.read("REQUEST_TIMEOUT", Some(seconds(30)), |text| match text {
                "0" => Ok(None),
                _ => duration(text).map(Some),
            }),
            header_timeout: self.read("HEADER_TIMEOUT", seconds(5), time_limit),
            body_idle_timeout: self.read("BODY_IDLE_TIMEOUT", seconds(10), time_limit),
            body_timeout: self.read("BODY_TIMEOUT", seconds(20), time_limit),
            keep_alive_timeout: self.read("KEEP_ALIVE_TIMEOUT", seconds(75), time_limit),
            connections: self.read("MAX_CONNECTIONS", 10_000, |text| count(text, "wants a whole number")),
            connections_per_address: self
                .read("MAX_CONNECTIONS_PER_ADDRESS", 1000, |text| count(text, "wants a whole number")),
            drain_delay: self.read("DRAIN_DELAY", seconds(if has_users { 5 } else { 0 }), |text| {
                match duration(text) {
                    Ok(time) if time > seconds(600) => Err("10m at most: so long a stop may take longer".to_owned()),
                    time => time,
                }
            }),
            drain_timeout: self.read("DRAIN_TIMEOUT", seconds(10), lifetime),
        }
    }
}

fn random_secret() -> Secret {
    let mut bytes = [0; 48];
    #[expect(clippy::expect_used, reason = "without a random number generator nothing here is safe")]
    getrandom::fill(&mut bytes).expect("the system's random number generator");
    Secret::new(bytes)
}

fn environment(text: &str) -> Result<Environment, String> {
    match text {
        "development" => Ok(Environment::Development),
        "test" => Ok(Environment::Test),
        "staging" => Ok(Environment::Staging),
        "production" => Ok(Environment::Production),
        _ => Err("wants development, test, staging or production".to_owned()),
    }
}

/// An `http` or `https` URL, without the slash at its end.
fn origin(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let uri: Option<http::Uri> = text.parse().ok();
    let fine = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some() && uri.query().is_none()
    });
    if fine { Ok(text.to_owned()) } else { Err("wants a URL such as https://api.example.com".to_owned()) }
}

fn origins(text: &str) -> Result<Vec<String>, String> {
    let one = |text: &str| match text {
        "*" => Err("`*` would let every site call with the user's rights; list the origins".to_owned()),
        _ => match origin(text) {
            Ok(origin) => as_browsers_send(&origin),
            Err(_) => Err(format!("`{text}` is no origin: write it with its scheme, such as http://localhost:5173")),
        },
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(one).collect()
}

/// An origin is compared letter by letter, so one that is written in another way would let nobody in, and say nothing.
fn as_browsers_send(text: &str) -> Result<String, String> {
    let uri: http::Uri = text.parse().map_err(|_| "wants origins such as https://app.example.com".to_owned())?;
    let (scheme, authority) =
        (uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |named| named.as_str()));
    if authority.contains(['*', '@']) {
        return Err(format!("`{text}` is no origin; list each by itself, such as https://app.example.com"));
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let sent = format!("{scheme}://{}", authority.strip_suffix(usual).unwrap_or(authority).to_ascii_lowercase());
    if text == sent { Ok(sent) } else { Err(format!("`{text}` is not what browsers send; write `{sent}`")) }
}

fn rate(text: &str) -> Result<Option<NonZeroU32>, String> {
    text.parse().map(NonZeroU32::new).map_err(|_| "wants a whole number; 0 is no limit".to_owned())
}

/// A number of things at most; 0 is no limit.
fn count(text: &str, wanted: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Ok(usize::MAX),
        Ok(number) => Ok(number),
        Err(_) => Err(wanted.to_owned()),
    }
}

fn password_length(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(length) if (8..=64).contains(&length) => Ok(length),
        _ => Err("wants a number from 8 to 64".to_owned()),
    }
}

/// A time such as `90s`, `15m`, `24h` or `30d`, which is not none.
///
/// # Errors
/// What is wrong with it, in words.
pub fn lifetime(text: &str) -> Result<Duration, String> {
    duration(text).and_then(|time| if time.is_zero() { Err("must be more than nothing".to_owned()) } else { Ok(time) })
}

/// A time at most; 0 is no limit.
fn time_limit(text: &str) -> Result<Duration, String> {
    duration(text).map(|time| if time.is_zero() { Duration::MAX } else { time })
}

/// `250ms`, `90s`, `15m`, `24h`, `30d`; a number alone is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    if let Some(number) = text.strip_suffix("ms").and_then(|digits| digits.parse::<u32>().ok()) {
        return Ok(Duration::from_millis(number.into()));
    }
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => 0,
    };
    match digits.parse::<u64>() {
        Ok(number) if factor > 0 && number <= 10 * 365 * 24 * 60 * 60 / factor => {
            Ok(Duration::from_secs(number * factor))
        }
        _ => Err("wants a time such as 90s, 15m, 24h or 30d".to_owned()),
    }
}

fn minutes(number: u64) -> Duration {
    Duration::from_secs(number * 60)
}

#[cfg(test)]
mod tests;
