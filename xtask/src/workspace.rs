//! The repository as the chores see it: where it is, which files are in it, how cargo is run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::{Failure, Result};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// `cargo` with these arguments, in the folder of the workspace.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root());
    PACKAGE.iter().for_each(|variable| _ = command.env_remove(variable));
    command
}

/// By these cargo tells a program of its own package. Build scripts that ask after them, as ring's does, would run again
/// after each change between `cargo` and `cargo xtask`, and half of the workspace would be compiled again.
const PACKAGE: [&str; 16] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_PKG_AUTHORS",
    "CARGO_PKG_DESCRIPTION",
    "CARGO_PKG_HOMEPAGE",
    "CARGO_PKG_LICENSE",
    "CARGO_PKG_LICENSE_FILE",
    "CARGO_PKG_NAME",
    "CARGO_PKG_README",
    "CARGO_PKG_REPOSITORY",
    "CARGO_PKG_RUST_VERSION",
    "CARGO_PKG_VERSION",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// Runs a command to its end with its output on ours; a failure names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let said = said(command);
    let status = command.status().map_err(|error| Failure::cannot(format!("run `{said}`"), error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{said}` failed ({status})"))) }
}

/// Runs a command to its end and gives back what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let said = said(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::cannot(format!("run `{said}`"), error))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{said}` failed ({})", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|error| Failure::cannot(format!("read the output of `{said}`"), error))
}

/// Builds a program with these arguments of `cargo build` and says where cargo put it.
pub fn build(program: &str, arguments: &[&str]) -> Result<PathBuf> {
    let messages = output(cargo(&["build", "--message-format=json-render-diagnostics"]).args(arguments))?;
    executable(program, &messages).ok_or_else(|| Failure::new(format!("cargo built no program named `{program}`")))
}

/// The program's place, out of cargo's messages: one JSON object a line.
fn executable(program: &str, messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == program)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// Every file of the repository that git keeps or would keep, relative to the root, sorted; what it ignores is not ours.
pub fn files() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    // A checkout that belongs to another user, as in a container, is as good as ours for listing it.
    git.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root());
    let listed = output(&mut git)?;
    // A file that was deleted but not yet staged is still in the index.
    let mut files: Vec<String> =
        listed.split_terminator('\0').filter(|path| root().join(path).is_file()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// The text of a file, given relative to the root.
pub fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).map_err(|error| Failure::cannot(format!("read {path}"), error))
}

fn said(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_the_messages_of_cargo() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"server"},"executable":null}"#,
            "\nnot JSON\n",
            r#"{"reason":"compiler-artifact","target":{"name":"supermaker"},"executable":"/t/debug/supermaker"}"#,
        );
        assert_eq!(executable("supermaker", messages), Some(PathBuf::from("/t/debug/supermaker")));
        assert_eq!(executable("server", messages), None);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "what cargo has set for this test is what it sets for the chores")]
    fn cargo_learns_nothing_of_the_package_that_it_is_run_from() {
        let command = cargo(&["build"]);
        let gone = |name: &str| command.get_envs().any(|(changed, value)| changed == name && value.is_none());
        let of_the_package = |name: &String| name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_");
        let told: Vec<String> = std::env::vars().map(|(name, _)| name).filter(of_the_package).collect();
        assert!(told.iter().all(|name| gone(name)), "{told:?}");
        assert!(gone("CARGO_MANIFEST_DIR") && gone("CARGO_PKG_NAME"));
        for setting in ["CARGO", "CARGO_HOME", "CARGO_INCREMENTAL", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "PATH"] {
            assert!(!gone(setting), "{setting}");
        }
    }

    #[test]
    fn the_files_are_those_of_this_repository() {
        let files = files().unwrap();
        assert!(files.iter().any(|path| path == "xtask/src/main.rs"), "{files:?}");
        assert!(!files.iter().any(|path| path.starts_with("target/")));
    }
}
