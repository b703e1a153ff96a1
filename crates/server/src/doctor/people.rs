//! Who can come in: accounts of our own, and tokens of others.

use blueprint::{Blueprint, SignUp, TokenSource};

use super::Finding;
use crate::auth::{self, SeenKeys, users};
use crate::open_database_as_it_is;
use crate::settings::{Database, Settings};

pub(super) fn look(settings: &Settings, blueprint: &Blueprint) -> Vec<Finding> {
    let mut findings: Vec<Finding> = sign_up(blueprint).into_iter().collect();
    findings.extend(admin(settings));
    findings.extend(key_sets(settings, blueprint));
    findings
}

/// Whether anybody may do what admins alone may. Nothing where no database can be asked: that is told elsewhere, or is to come.
fn admin(settings: &Settings) -> Option<Finding> {
    if matches!(&settings.database, Database::Sqlite(path) if !path.exists()) {
        return None;
    }
    let store = open_database_as_it_is(settings).ok()?;
    let found = users::has_admin(&store);
    store.close_blocking();
    Some(match found.ok()? {
        true => Finding::good("admin", "there is an administrator"),
        false => Finding::warning(
            "admin",
            "nobody has the role admin and may sign in",
            "users and the audit are managed over HTTP by admins alone, and so is what rules leave to role:admin",
            "supermaker user add you@example.com --role admin, or user role for who has an account",
        ),
    })
}

fn sign_up(blueprint: &Blueprint) -> Option<Finding> {
    if !blueprint.auth.accepts(TokenSource::Own) {
        return None;
    }
    Some(match blueprint.auth.sign_up {
        SignUp::Open => Finding::warning(
            "sign_up",
            "anybody can make an account",
            "what a rule gives to whoever is signed in, it gives to anybody",
            "sign_up = \"invite\" or \"closed\" under [auth], unless the app is for the public",
        ),
        SignUp::Invite => Finding::good("sign_up", "an account takes an invitation"),
        SignUp::Closed => Finding::good("sign_up", "accounts are made by the operator"),
    })
}

/// Whether the keys can be had by which tokens of other issuers are verified.
fn key_sets(settings: &Settings, blueprint: &Blueprint) -> Vec<Finding> {
    let why = "tokens of that issuer cannot be verified, so its users cannot come in";
    let sets = match auth::key_sets(settings, blueprint) {
        Ok(sets) => sets,
        Err(problems) => {
            let told = problems.into_iter().map(|problem| {
                Finding::error(
                    "key_set",
                    problem.to_string(),
                    why,
                    "Supermaker's docs/tokens.md says what each issuer needs",
                )
            });
            return told.collect();
        }
    };
    let told = |(url, keys): SeenKeys| match keys {
        Ok(0) => Finding::error(
            "key_set",
            format!("{url} holds no key that counts"),
            why,
            "Supermaker's docs/tokens.md says which do",
        ),
        Ok(keys) => Finding::good("key_set", format!("{url} holds {keys} keys")),
        Err(error) => Finding::error(
            "key_set",
            format!("{url} is not to be had: {error}"),
            why,
            "see that the URL is right and can be reached from here",
        ),
    };
    sets.into_iter().map(told).collect()
}
