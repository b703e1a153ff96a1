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
    command
}

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
    fn the_files_are_those_of_this_repository() {
        let files = files().unwrap();
        assert!(files.iter().any(|path| path == "xtask/src/main.rs"), "{files:?}");
        assert!(!files.iter().any(|path| path.starts_with("target/")));
    }
}
