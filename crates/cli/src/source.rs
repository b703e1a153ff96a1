//! Where a blueprint is, and its text.

use std::path::{Path, PathBuf};
use std::{fs, io};

use blueprint::{Blueprint, Problems};
use clap::Args;

use crate::counts::counted;
use crate::failure::{Failure, shell_word};

const FILE_NAME: &str = "blueprint.toml";

/// How every command is told where its blueprint is.
#[derive(Args)]
pub struct Place {
    /// The blueprint, or the folder that holds it [default: ./blueprint.toml]
    #[arg(long, global = true, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The same for commands that have no other arguments: they took it as such before all commands had `--file`, and still do.
#[derive(Args)]
pub struct LonePlace {
    #[command(flatten)]
    place: Place,
    #[arg(hide = true, value_name = "FILE", conflicts_with = "file")]
    bare: Option<PathBuf>,
}

impl LonePlace {
    /// A place that is known.
    pub fn of(path: PathBuf) -> LonePlace {
        LonePlace { place: Place { file: Some(path) }, bare: None }
    }

    /// Finds and reads it.
    ///
    /// # Errors
    /// Those of [`Source::read`].
    pub fn read(&self) -> Result<Source, Failure> {
        Source::read(self.place.file.as_deref().or(self.bare.as_deref()))
    }
}

/// Whether a word names a blueprint, or a folder that holds one.
pub fn is_blueprint(word: &str) -> bool {
    let path = Path::new(word);
    path.join(FILE_NAME).is_file() || path.ends_with(FILE_NAME) && path.is_file()
}

impl Place {
    /// Finds and reads it.
    ///
    /// # Errors
    /// Those of [`Source::read`].
    pub fn read(&self) -> Result<Source, Failure> {
        Source::read(self.file.as_deref())
    }
}

/// A blueprint on disk.
pub struct Source {
    /// The file, as it was named.
    pub path: PathBuf,
    /// Its folder, from which relative paths start.
    pub folder: PathBuf,
    /// The text.
    pub text: String,
}

impl Source {
    /// A command as it is typed for the blueprint that was named.
    pub fn command(&self, name: &str) -> String {
        let is_usual = self.path.file_name().is_some_and(|file| file == FILE_NAME);
        match (is_usual, &self.folder) {
            (true, folder) if folder == Path::new(".") => format!("supermaker {name}"),
            (true, folder) => format!("supermaker {name} --file {}", shell_word(&folder.display().to_string())),
            (false, _) => format!("supermaker {name} --file {}", shell_word(&self.path.display().to_string())),
        }
    }

    /// Finds and reads it: a file, or a folder that holds a `blueprint.toml`; without an argument, the folder we are in.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn read(argument: Option<&Path>) -> Result<Source, Failure> {
        let given = argument.unwrap_or(Path::new(FILE_NAME));
        let path = if given.is_dir() { given.join(FILE_NAME) } else { given.to_owned() };
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => missing(&path, argument.is_some()),
            io::ErrorKind::InvalidData => {
                Failure::new(format!("{} is not text in UTF-8", path.display())).hint("save it as UTF-8")
            }
            _ => Failure::new(format!("cannot read {}: {error}", path.display())),
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        Ok(Source { path, folder, text })
    }

    /// Checks it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(&self) -> Result<Blueprint, Problems> {
        blueprint::load(&self.text)
    }

    /// Problems with the lines that they are about.
    pub fn picture(&self, problems: &Problems, color: bool) -> String {
        problems.render(&self.path.display().to_string(), &self.text, color)
    }

    /// Checks it; the failure shows every problem.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load_or_explain(&self, color: bool) -> Result<Blueprint, Failure> {
        self.load().map_err(|problems| self.explain(&problems, color))
    }

    /// The failure that shows every problem.
    pub fn explain(&self, problems: &Problems, color: bool) -> Failure {
        let count = problems.0.iter().filter(|problem| problem.severity == blueprint::Severity::Error).count();
        let count = counted(count, "problem");
        Failure::new(format!("{count} in {}\n\n{}", self.path.display(), self.picture(problems, color)))
    }
}

fn missing(path: &Path, was_named: bool) -> Failure {
    let failure = Failure::new(format!("there is no {}", path.display()));
    let near = near(path);
    match near.as_slice() {
        [] => failure.hint("make one with: supermaker new \"what the backend should do\""),
        [only] => failure.hint(format!("perhaps you meant {}", shell_word(&only.display().to_string()))),
        several => {
            let names: Vec<String> = several.iter().map(|path| shell_word(&path.display().to_string())).collect();
            let start = if was_named { "there are" } else { "name one of" };
            failure.hint(format!("{start}: {}", names.join(", ")))
        }
    }
}

/// Folders nearby that hold a blueprint; those whose name is close to what was asked for, where there is one.
fn near(path: &Path) -> Vec<PathBuf> {
    let wanted = if path.ends_with(FILE_NAME) { path.parent().unwrap_or(path) } else { path };
    let around = wanted.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(around).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = entries.filter(|folder| folder.join(FILE_NAME).is_file()).collect();
    folders.sort();
    let folders: Vec<PathBuf> =
        folders.iter().map(|folder| folder.strip_prefix("./").unwrap_or(folder).to_owned()).collect();
    let names: Vec<String> = folders.iter().map(|folder| name(folder)).collect();
    let close = blueprint::nearest(&name(wanted), names.iter().map(String::as_str));
    match close {
        Some(close) => folders.into_iter().filter(|folder| name(folder) == close).collect(),
        None => folders.into_iter().take(5).collect(),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
