//! The server of the data: whether it answers, how safe the way is, and whether its platform shows our tables to the world.

use store::{PostgresOptions, Survey};

use super::Finding;
use crate::settings::{Database, Settings};

/// How far clocks may be apart before tokens and stamps are off.
const SKEW_MS: i64 = 5_000;

pub(super) fn look(settings: &Settings) -> Vec<Finding> {
    let Database::Postgres(options) = &settings.database else { return Vec::new() };
    let mut findings = vec![way(options, settings)];
    match store::survey(options) {
        Ok(survey) => findings.extend(standing(&survey, options, settings)),
        Err(error) => findings.push(Finding::error(
            "database",
            error.to_string(),
            "nothing can be read or written",
            "see that DATABASE_URL is right and can be reached from here",
        )),
    }
    findings
}

fn way(options: &PostgresOptions, settings: &Settings) -> Finding {
    let url = &options.url;
    if url.may_be_overheard() {
        let why = "passwords and rows can be read on the way";
        return Finding::warning(
            "database_tls",
            format!("{url} is reached in the clear"),
            why,
            "sslmode=verify-full in DATABASE_URL",
        )
        .grave(settings);
    }
    if url.is_unverified() {
        let why = "it is encrypted, but might lead to somebody else";
        let mend = "sslmode=verify-full, with sslrootcert=… where no public authority signed the certificate";
        return Finding::warning("database_tls", format!("nobody sees whose server {url} is"), why, mend);
    }
    Finding::good("database_tls", "the way to the database is encrypted, or within a network of one's own")
}

fn standing(survey: &Survey, options: &PostgresOptions, settings: &Settings) -> Vec<Finding> {
    let schema = &options.schema;
    let mut findings = vec![
        Finding::good("database", format!("Postgres {} answers, as {}", survey.version, survey.role)),
        clock(survey),
        pooler(survey),
    ];
    if survey.is_standby {
        let why = "every write is refused";
        findings.push(Finding::error(
            "database",
            "the server follows another one",
            why,
            "point DATABASE_URL at the first server",
        ));
    }
    if survey.synchronous_commit == "off" {
        let why = "a write that was answered may be gone after a crash of the server";
        findings.push(Finding::warning("database", "synchronous_commit is off", why, "leave it on"));
    }
    if survey.is_superuser {
        let what = format!("{} is a superuser, or above row-level security", survey.role);
        let why = "whoever gets at its password has the whole server";
        findings.push(
            Finding::warning("database_role", what, why, "two roles, as Supermaker's docs/postgres.md has them")
                .grave(settings),
        );
    }
    if i64::try_from(options.connections).is_ok_and(|ours| ours > survey.max_connections) {
        let what =
            format!("we may open {} connections, the server takes {}", options.connections, survey.max_connections);
        let why = "works wait for connections that never come";
        findings.push(Finding::warning("database", what, why, "lower DATABASE_POOL_SIZE"));
    }
    findings.extend(data_api(survey, schema));
    findings
}

fn clock(survey: &Survey) -> Finding {
    let apart = survey.clock_ahead_ms;
    if apart.abs() <= SKEW_MS {
        return Finding::good(
            "clock",
            format!("the clocks of this machine and of the database are {} ms apart", apart.abs()),
        );
    }
    let what = format!("the clocks of this machine and of the database are {} s apart", apart.abs() / 1000);
    let why = "tokens end too early or too late, and rows are stamped with a time that was not";
    Finding::error("clock", what, why, "let both follow a time server (timedatectl set-ntp true)")
}

fn pooler(survey: &Survey) -> Finding {
    match (survey.is_pooled, survey.is_known_pooler) {
        (true, false) => Finding::warning(
            "pooler",
            "a pooler hands out connections transaction by transaction, and nobody says so",
            "until it is noticed, statements that were kept prepared fail and are run again, and our time-outs reach others",
            "pgbouncer=true in DATABASE_URL",
        ),
        (_, true) => Finding::good("pooler", "a transaction pooler, as is known: no statement is kept prepared"),
        (false, false) => Finding::good("pooler", "connections are our own: statements are kept prepared"),
    }
}

/// What the platform's data API can reach.
fn data_api(survey: &Survey, schema: &str) -> Vec<Finding> {
    if survey.api_roles.is_empty() {
        return Vec::new();
    }
    let roles = survey.api_roles.join(", ");
    let why = "what is reached that way passes no rule of the blueprint, and no audit";
    let mend = "start the server once: it takes back what is not its own doing; what another role has granted, that role must revoke";
    let mut findings = Vec::new();
    if survey.is_exposed {
        let mend = format!("take {schema} out of the exposed schemas of the data API (pgrst.db_schemas)");
        findings.push(Finding::error(
            "data_api",
            format!("the data API is set to show the schema {schema}"),
            why,
            mend,
        ));
    }
    findings.extend(survey.rights.iter().map(|right| Finding::error("data_api", right.clone(), why, mend)));
    if !survey.unwalled.is_empty() {
        let what = format!("tables without row-level security: {}", survey.unwalled.join(", "));
        let why = "of two walls before the data API only one stands";
        let mend = "serve as the owner of the tables, or enable it with a policy for the role that serves";
        findings.push(Finding::warning("data_api", what, why, mend));
    }
    if findings.is_empty() {
        findings.push(Finding::good("data_api", format!("the data API ({roles}) reaches nothing of ours")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn states(findings: &[Finding]) -> Vec<State> {
        findings.iter().map(|finding| finding.state).collect()
    }

    #[test]
    fn a_data_api_that_reaches_anything_is_an_error() {
        let closed = Survey { api_roles: vec!["anon".to_owned()], ..Survey::default() };
        assert_eq!(states(&data_api(&Survey::default(), "app")), []);
        assert_eq!(states(&data_api(&closed, "app")), [State::Good]);
        let open = Survey {
            is_exposed: true,
            rights: vec!["anon may SELECT users".to_owned()],
            unwalled: vec!["users".to_owned()],
            ..closed
        };
        assert_eq!(states(&data_api(&open, "app")), [State::Error, State::Error, State::Warning]);
    }

    #[test]
    fn clocks_and_poolers_are_told_apart() {
        let survey = |clock_ahead_ms, is_pooled, is_known_pooler| Survey {
            clock_ahead_ms,
            is_pooled,
            is_known_pooler,
            ..Survey::default()
        };
        for (ahead, state) in
            [(0, State::Good), (-5_000, State::Good), (5_001, State::Error), (-3_600_000, State::Error)]
        {
            assert_eq!(clock(&survey(ahead, false, false)).state, state, "{ahead}");
        }
        for (pooled, known, state) in
            [(true, false, State::Warning), (true, true, State::Good), (false, false, State::Good)]
        {
            assert_eq!(pooler(&survey(0, pooled, known)).state, state, "{pooled} {known}");
        }
    }
}
