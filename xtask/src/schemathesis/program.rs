//! Where Schemathesis is: in the folder that CI installs it into, or wherever the shell finds it; of the pinned version alone.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace::{read, root};

/// All packages with their versions.
const REQUIREMENTS: &str = "xtask/schemathesis/requirements.txt";
/// Where `.ci/run` makes its environment, which git ignores.
const INSTALLED: &str = "target/schemathesis/bin/st";

/// What to type, once.
const INSTALL: &str = "python3 -m venv target/schemathesis && \
     target/schemathesis/bin/pip install -r xtask/schemathesis/requirements.txt";

/// A program that can be run.
pub struct Program {
    pub path: PathBuf,
}

/// It is not installed, or is another one.
#[derive(Debug)]
pub struct Missing(String);

impl Missing {
    /// As a failure of a chore that cannot do without.
    pub fn failure(self) -> Failure {
        Failure::new(self.0).hint(INSTALL)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({INSTALL})", self.0)
    }
}

impl Program {
    /// The first that is there, if it is of the version that the checks were written for.
    pub fn find() -> Result<Program, Missing> {
        let wanted = read(REQUIREMENTS).ok().and_then(|text| version(&text).map(str::to_owned));
        let wanted = wanted.ok_or_else(|| Missing(format!("{REQUIREMENTS} names no version of schemathesis")))?;
        let places = [root().join(INSTALLED), PathBuf::from("st")];
        let found = places.into_iter().find_map(|path| Some((said(&path)?, path)));
        let (said, path) = found.ok_or_else(|| Missing("schemathesis is not installed".to_owned()))?;
        if said.split_whitespace().last() == Some(wanted.as_str()) {
            Ok(Program { path })
        } else {
            Err(Missing(format!("{} is `{}`, not schemathesis {wanted}", path.display(), said.trim())))
        }
    }
}

/// What it says of its version.
fn said(path: &PathBuf) -> Option<String> {
    let output = Command::new(path).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn version(requirements: &str) -> Option<&str> {
    requirements.lines().find_map(|line| line.trim().strip_prefix("schemathesis=="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_pinned_one() {
        assert_eq!(version("requests==2.0\nschemathesis==4.32.5\n"), Some("4.32.5"));
        assert_eq!(version("# schemathesis\nschemathesis>=4\n"), None);
        assert!(version(&read(REQUIREMENTS).unwrap()).is_some());
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(said(&PathBuf::from("/no/such/program")), None);
    }
}
