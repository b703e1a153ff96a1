//! The environment: of the process, and of a `.env` file beside a blueprint. Nothing else reads either.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use blueprint::one_slip_from;

use super::ProcessError;
use crate::settings::SETTINGS;

/// Names shorter than this are a slip from too much that others mean: `POST`, `TOST`.
const LONG_ENOUGH: usize = 7;

/// Variables by name. What the process says wins over the file.
#[derive(Debug, Default)]
pub struct Environment {
    file: HashMap<String, String>,
}

impl Environment {
    /// That of the process alone.
    pub fn process() -> Environment {
        Environment::default()
    }

    /// That of the process, and behind it the `.env` file in a folder, if there is one.
    ///
    /// # Errors
    /// The file cannot be read. The message never holds what stands in it: it may be a secret.
    pub fn beside(folder: &Path) -> Result<Environment, ProcessError> {
        let path = folder.join(".env");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Environment::process()),
            Err(error) => {
                let message = format!("cannot read {}: {error}", path.display());
                return Err(ProcessError { message, hint: None });
            }
        };
        let pairs = dotenvy::from_read_iter(text.as_bytes()).collect::<Result<HashMap<_, _>, _>>();
        let file = pairs.map_err(|error| {
            let place = line_of(&error, &text).map(|line| format!(" in line {line}")).unwrap_or_default();
            ProcessError {
                message: format!("{}: not a variable{place}", path.display()),
                hint: Some("write NAME=value, and quote values with spaces: NAME='a value'"),
            }
        })?;
        Ok(Environment { file })
    }

    /// One variable. One that is set but empty counts as set, so that the process can silence the file.
    #[expect(clippy::disallowed_methods, reason = "the one place where programs that serve read the environment")]
    pub fn get(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| self.file.get(name).cloned())
    }

    /// Variables that are no setting and are one slip from one that is not set: what they say counts nowhere, and is told.
    #[expect(clippy::disallowed_methods, reason = "the one place where programs that serve read the environment")]
    pub fn slips(&self) -> Vec<String> {
        let process = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let names: BTreeSet<String> = process.chain(self.file.keys().cloned()).collect();
        slips(&names)
    }
}

fn slips(names: &BTreeSet<String>) -> Vec<String> {
    let known = || SETTINGS.iter().map(|setting| setting.name);
    let others = names.iter().filter(|name| name.len() >= LONG_ENOUGH && known().all(|known| known != *name));
    let slip = |name: &String| {
        let meant = one_slip_from(name, known().filter(|known| !names.contains(*known)))?;
        Some(format!("{name} is no setting and counts nowhere; perhaps you meant {meant}"))
    };
    others.filter_map(slip).collect()
}

fn line_of(error: &dotenvy::Error, text: &str) -> Option<usize> {
    let dotenvy::Error::LineParse(line, _) = error else { return None };
    let start = text.find(line.as_str())?;
    Some(text.get(..start)?.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_and_what_others_mean_is_not() {
        let told = |names: &[&str]| slips(&names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(
            told(&["CORS_ORIGIN", "SECRETKEY"]),
            [
                "CORS_ORIGIN is no setting and counts nowhere; perhaps you meant CORS_ORIGINS",
                "SECRETKEY is no setting and counts nowhere; perhaps you meant SECRET_KEY"
            ]
        );
        // Both may be there on purpose: one for this server, one for another program.
        assert_eq!(told(&["CORS_ORIGIN", "CORS_ORIGINS"]), [""; 0]);
        assert_eq!(
            told(&["POST", "HOSTS", "SESSION_ID", "STRIPE_SECRET_KEY", "NODE_ENV", "PATH", "RUST_LOG"]),
            [""; 0]
        );
    }
}
