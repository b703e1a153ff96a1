//! The checks behind a checklist: each really looks, and says what it saw. What needs a running app is tried in
//! `trial.rs`, on the stage that `stage.rs` sets.

mod bodies;
mod client;
mod stage;
mod trial;

use std::path::Path;

use blueprint::Blueprint;
use codegen::checklist::{self, By, Outcome, Outcomes, Section};
use codegen::record::FILES_PATH;
use server::StartError;
use server::auth::users;
use server::doctor::{self, State};
use server::process::{Environment, checked_settings};
use server::settings::{Database, SETTINGS, Settings};
use store::OpenError;

use crate::disk;
use crate::documents;
use crate::renewal::Renewed;

/// Where a blueprint is, and what it is.
pub struct Place<'a> {
    pub folder: &'a Path,
    pub environment: &'a Environment,
    pub blueprint: &'a Blueprint,
}

/// The outcome of every line that a check ticks. It makes nothing but a throw-away database, which is gone afterwards.
pub fn outcomes(place: &Place<'_>, sections: &[Section]) -> Outcomes {
    let mut outcomes = of_blueprint(place.blueprint);
    let settings = checked_settings(place.folder, place.environment);
    outcomes.extend(database(place, settings.as_ref().ok()));
    outcomes.insert(
        "config.settings".to_owned(),
        match &settings {
            Ok(_) => Outcome::Passed,
            Err(problems) => failed(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        },
    );
    outcomes.insert("accounts.admin".to_owned(), admin(settings.as_ref().ok()));
    outcomes.insert("config.secret".to_owned(), secret(place, settings.as_ref().ok()));
    outcomes.insert("config.example".to_owned(), example(place.folder));
    outcomes.insert("documents.current".to_owned(), current(place));
    outcomes.extend(tokens(place));
    outcomes.extend(services(place.blueprint));
    let lines = sections.iter().flat_map(|section| &section.lines).filter(|line| line.by == By::Check);
    for line in lines {
        let none = || failed("nothing was found that checks it, which is a defect of supermaker");
        outcomes.entry(line.id.clone()).or_insert_with(none);
    }
    outcomes
}

/// The outcomes that follow from the blueprint alone, whatever the settings are and wherever it lies.
pub fn of_blueprint(blueprint: &Blueprint) -> Outcomes {
    let mut outcomes = stage::run(blueprint);
    // That it could be loaded is how we came here.
    outcomes.insert("blueprint.check".to_owned(), Outcome::Passed);
    outcomes
}

/// A reason as one line: what is told about a line stands below it.
fn failed(why: impl AsRef<str>) -> Outcome {
    Outcome::Failed(one_line(why.as_ref()))
}

fn waiting(why: impl AsRef<str>) -> Outcome {
    Outcome::Waiting(one_line(why.as_ref()))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn database(place: &Place<'_>, settings: Option<&Settings>) -> [(String, Outcome); 2] {
    let Some(settings) = settings else {
        return outcomes_of_database(waiting("the settings cannot be used"), waiting("the settings cannot be used"));
    };
    match server::look_at_database(place.blueprint, settings) {
        Ok(_) => outcomes_of_database(Outcome::Passed, Outcome::Passed),
        Err(StartError::Database(OpenError::Unmade { .. })) => {
            let is_missing = matches!(&settings.database, Database::Sqlite(path) if !path.exists());
            let reachable = match is_missing {
                true => waiting("there is none yet; `supermaker serve` makes it"),
                false => Outcome::Passed,
            };
            outcomes_of_database(reachable, waiting("it has no tables yet; `supermaker serve` makes them"))
        }
        Err(StartError::Database(error @ (OpenError::Changed { .. } | OpenError::Older { .. }))) => {
            let first = error.to_string().lines().next().unwrap_or_default().trim_end_matches(':').to_owned();
            let command = if matches!(error, OpenError::Changed { .. }) { "migrate" } else { "serve" };
            outcomes_of_database(Outcome::Passed, failed(format!("{first}; `supermaker {command}` brings them along")))
        }
        Err(error) => outcomes_of_database(failed(error.to_string()), waiting("the database cannot be looked into")),
    }
}

/// Whether anybody may do what admins alone may. No more is read than that.
fn admin(settings: Option<&Settings>) -> Outcome {
    let Some(settings) = settings else { return waiting("the settings cannot be used") };
    if matches!(&settings.database, Database::Sqlite(path) if !path.exists()) {
        return waiting("there is no database yet, and nobody in it");
    }
    let Ok(store) = server::open_database_as_it_is(settings) else {
        return waiting("the database cannot be looked into");
    };
    let found = users::has_admin(&store);
    store.close_blocking();
    match found {
        Ok(true) => Outcome::Passed,
        Ok(false) => waiting("nobody has the role admin and may sign in"),
        Err(_) => waiting("the database cannot be looked into"),
    }
}

fn outcomes_of_database(reachable: Outcome, current: Outcome) -> [(String, Outcome); 2] {
    [("database.reachable".to_owned(), reachable), ("schema.current".to_owned(), current)]
}

fn secret(place: &Place<'_>, settings: Option<&Settings>) -> Outcome {
    let Some(settings) = settings else { return waiting("the settings cannot be used") };
    if settings.secret_is_temporary {
        return waiting("`SECRET_KEY` is not set: one is made at each start, and log-ins end with it");
    }
    let finding = doctor::secrets_file(place.folder);
    if finding.state != State::Good {
        return failed(finding.what);
    }
    let ignored = std::fs::read_to_string(place.folder.join(".gitignore")).unwrap_or_default();
    if place.folder.join(".env").exists() && !keeps_out(&ignored) {
        return failed("`.gitignore` does not keep `.env` out");
    }
    Outcome::Passed
}

/// Whether a `.gitignore` keeps out `.env`: the last line that is about it counts, and one with `!` lets it in.
fn keeps_out(ignored: &str) -> bool {
    let about = |pattern: &str| match pattern.trim_start_matches("**/").trim_start_matches('/').split_once('*') {
        None => pattern.trim_start_matches("**/").trim_start_matches('/') == ".env",
        Some((start, end)) => !end.contains('*') && ".env".strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
    };
    let mut lines = ignored.lines().map(str::trim_end).filter_map(|line| match line.strip_prefix('!') {
        Some(pattern) => about(pattern).then_some(false),
        None => about(line).then_some(true),
    });
    lines.next_back().unwrap_or(false)
}

fn example(folder: &Path) -> Outcome {
    let Ok(text) = std::fs::read_to_string(folder.join(".env.example")) else {
        return waiting("there is no `.env.example`; `supermaker new` writes one");
    };
    let listed = |name: &str| {
        text.lines().any(|line| line.trim_start_matches(['#', ' ']).split_once('=').is_some_and(|(key, _)| key == name))
    };
    let missing: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).filter(|name| !listed(name)).collect();
    if missing.is_empty() { Outcome::Passed } else { failed(format!("it lacks {}", missing.join(", "))) }
}

fn current(place: &Place<'_>) -> Outcome {
    if matches!(disk::known(place.folder), Ok(None)) {
        return waiting("this folder has none of ours; `supermaker docs` writes them");
    }
    match documents::renew(place.folder, place.blueprint, true) {
        Ok(Renewed { record: Some(why), .. }) => {
            failed(format!("`{FILES_PATH}` cannot be read ({why}); `supermaker docs` makes it anew"))
        }
        Ok(renewed) if renewed.written.is_empty() => match renewed.left() {
            None => Outcome::Passed,
            Some(left) => waiting(format!("{left}: `supermaker docs` leaves that so")),
        },
        Ok(renewed) => failed(format!("{}; `supermaker docs` writes them anew", renewed.written.join(", "))),
        Err(failure) => failed(failure.message),
    }
}

fn tokens(place: &Place<'_>) -> Outcomes {
    let of = |source| {
        let is_set = |name: &&&str| place.environment.get(name).is_some_and(|value| !value.trim().is_empty());
        let missing: Vec<&str> = checklist::settings_of(source).iter().filter(|name| !is_set(name)).copied().collect();
        let outcome = match missing.as_slice() {
            // That a name is set says nothing of what stands behind it.
            [] => waiting("all of it is set, but no token was tried: send one with a request"),
            names => waiting(format!("not set: {}", names.join(", "))),
        };
        (checklist::tokens_id(source), outcome)
    };
    place.blueprint.auth.others().map(of).collect()
}

/// What this version cannot run yet it says when the blueprint is loaded.
fn services(blueprint: &Blueprint) -> Outcomes {
    let of = |kind: &str, name: &str| {
        let about = format!("the {kind} `{name}` ");
        let warning =
            blueprint.warnings.iter().find(|it| it.code == "cannot_run_yet" && it.message.starts_with(&about));
        let outcome = warning.map_or(Outcome::Passed, |warning| waiting(&warning.message));
        (format!("{kind}.{name}"), outcome)
    };
    let integrations = blueprint.integrations.iter().map(|one| of("integration", &one.name));
    let automations = blueprint.automations.iter().map(|one| of("automation", &one.name));
    integrations.chain(automations).collect()
}

#[cfg(test)]
mod tests {
    use super::keeps_out;

    #[test]
    fn the_last_line_about_it_counts() {
        for (ignored, kept) in [
            (".env\n", true),
            ("data/\n/.env\n", true),
            ("**/.env", true),
            (".env*\n!.env.example\n", true),
            (".*", true),
            ("*.env", true),
            (".env\n!.env\n", false),
            ("!.env\n.env\n", true),
            (".env\n!.e*\n", false),
            ("# .env\n", false),
            (".env/\n.env.local\n", false),
            ("", false),
        ] {
            assert_eq!(keeps_out(ignored), kept, "{ignored:?}");
        }
    }
}
