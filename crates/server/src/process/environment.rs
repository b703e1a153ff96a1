//! The environment: of the process, and of a `.env` file beside a blueprint. Nothing else reads either.

use std::collections::HashMap;
use std::path::Path;

use super::ProcessError;

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
}

fn line_of(error: &dotenvy::Error, text: &str) -> Option<usize> {
    let dotenvy::Error::LineParse(line, _) = error else { return None };
    let start = text.find(line.as_str())?;
    Some(text.get(..start)?.matches('\n').count() + 1)
}
