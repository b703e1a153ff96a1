//! A specification instead of a request: the files of `new --from`, read whole and within bounds.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use codegen::record::sha256;
use intake::{Reading, SpecFile};

use crate::failure::{Failure, shell_word};

const MOST_FILES: usize = 200;
const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// Of all files together.
const MOST_BYTES_IN_ALL: u64 = 16 * 1024 * 1024;
const DEEPEST: usize = 6;
/// How much of a fingerprint tells two versions of a file apart.
const FINGERPRINT: usize = 12;

/// A specification, read.
pub struct Specification {
    /// What it makes.
    pub reading: Reading,
    /// What is kept in place of a request: the files and a fingerprint of what stands in them.
    pub origin: String,
}

/// Reads what is at a path: an OpenAPI document, a Markdown file, or a folder with such.
///
/// # Errors
/// There is nothing to read, or all that is wrong with it.
pub fn read(path: &Path) -> Result<Specification, Failure> {
    let mut paths = Vec::new();
    if path.is_dir() {
        let root = canonical(path)?;
        collect(path, &root, 0, &mut paths)?
    } else {
        paths.push(path.to_owned())
    }
    paths.sort();
    if paths.is_empty() {
        let failure = Failure::new(format!("{} holds no Markdown (.md) and no openapi.json", path.display()));
        return Err(failure.hint("name the folder with the specification, or the file"));
    }
    let mut left = MOST_BYTES_IN_ALL;
    let texts = paths.iter().map(|path| text(path, &mut left)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = paths.iter().map(|found| name(found, path)).collect();
    let files: Vec<SpecFile<'_>> = names.iter().zip(&texts).map(|(name, text)| SpecFile { name, text }).collect();
    let print = fingerprint(&files);
    let origin = format!("From the specification {} ({print})", names.join(", "));
    let reading = intake::read_spec(&files, &app_name(path), &origin).map_err(|problems| {
        let lines: Vec<String> =
            problems.iter().map(|one| format!("{}: {}\n  try: {}", one.place, one.what, one.hint)).collect();
        Failure::new(format!("the specification cannot be read\n\n{}", lines.join("\n")))
    })?;
    if let Err(problems) = blueprint::load(&reading.blueprint) {
        let picture = problems.render("blueprint.toml", &reading.blueprint, false);
        let failure = Failure::new(format!("the blueprint made of {} does not load\n\n{picture}", path.display()));
        return Err(failure.hint("change the names or types that it complains of in the specification"));
    }
    Ok(Specification { reading, origin })
}

/// What a file is called wherever the specification lies: by the folder that was named and the way from there.
fn name(file: &Path, named: &Path) -> String {
    let whole = fs::canonicalize(named).unwrap_or_else(|_| named.to_owned());
    let last = whole.file_name().map(Path::new).unwrap_or(Path::new(""));
    let name = match file.strip_prefix(named) {
        Ok(rest) if !rest.as_os_str().is_empty() => last.join(rest),
        _ => last.to_owned(),
    };
    name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Of names and texts, each after its length, so that no two specifications have one.
fn fingerprint(files: &[SpecFile<'_>]) -> String {
    let parts = files.iter().flat_map(|file| [file.name, file.text]);
    let whole: String = parts.map(|part| format!("{}:{part}", part.len())).collect();
    sha256(whole.as_bytes()).chars().take(FINGERPRINT).collect()
}

fn canonical(path: &Path) -> Result<PathBuf, Failure> {
    fs::canonicalize(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}

fn collect(folder: &Path, root: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries =
        fs::read_dir(folder).map_err(|error| Failure::new(format!("cannot read {}: {error}", folder.display())))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            // A link to a folder may lead in a circle, or anywhere.
            if depth < DEEPEST && !hidden && !path.is_symlink() {
                collect(&path, root, depth + 1, found)?;
            }
        } else if ending.as_deref() == Some("md") || path.ends_with("openapi.json") {
            if path.is_symlink() && !canonical(&path)?.starts_with(root) {
                let failure = Failure::new(format!("{} leads out of the folder", path.display()));
                return Err(failure.hint("put the file itself there, or name it alone"));
            }
            found.push(path);
        }
        if found.len() > MOST_FILES {
            let failure = Failure::new(format!("{} holds more than {MOST_FILES} files", folder.display()));
            return Err(failure.hint("name the folder with the specification alone"));
        }
    }
    Ok(())
}

fn text(path: &Path, left: &mut u64) -> Result<String, Failure> {
    let cannot = |why: String| Failure::new(format!("cannot read {}: {why}", path.display()));
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    if matches!(ending.as_str(), "yaml" | "yml") {
        let name = shell_word(&path.with_extension("json").display().to_string());
        return Err(
            cannot("OpenAPI is read as JSON, not as YAML".to_owned()).hint(format!("write it as JSON: --from {name}"))
        );
    }
    // To open a pipe is to wait for who writes to it.
    if !fs::metadata(path).map_err(|error| cannot(error.to_string()))?.is_file() {
        return Err(cannot("it is no regular file".to_owned()).hint("save what it gives in a file"));
    }
    let file = File::open(path).map_err(|error| cannot(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| cannot(error.to_string()))?;
    let length = bytes.len() as u64;
    if length > MOST_BYTES {
        return Err(cannot(format!("it has more than {MOST_BYTES} bytes")));
    }
    *left = left
        .checked_sub(length)
        .ok_or_else(|| cannot(format!("with it, the files have more than {MOST_BYTES_IN_ALL} bytes")))?;
    String::from_utf8(bytes).map_err(|_| cannot("it is not text in UTF-8".to_owned()).hint("save it as UTF-8"))
}

/// The project that a folder `specs` lies in, or what the folder or file is called.
fn app_name(path: &Path) -> String {
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut place = whole.as_path();
    let generic = |name: &str| {
        matches!(name, "specs" | "spec" | "docs" | "api" | "database" | "openapi" | "schema" | "rest-endpoints")
    };
    loop {
        let name = place.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !generic(&name) || name.is_empty() {
            return name;
        }
        let Some(above) = place.parent() else { return name };
        place = above;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    const TABLE: &str = "### tasks\n\n| Field | Type |\n|---|---|\n| title | text |\n";

    #[test]
    fn the_same_files_have_one_origin_wherever_they_lie() {
        let origin = |at: &Path| {
            let specs = at.join("specs");
            fs::create_dir_all(specs.join("api")).unwrap();
            fs::write(specs.join("api/tasks.md"), TABLE).unwrap();
            read(&specs).map(|read| read.origin).unwrap_or_else(|failure| panic!("{failure:?}"))
        };
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let found = origin(one.path());
        assert_eq!(found, origin(other.path()));
        assert!(found.starts_with("From the specification specs/api/tasks.md ("), "{found}");
        let file = |name, text| SpecFile { name, text };
        assert_ne!(fingerprint(&[file("a", "bc")]), fingerprint(&[file("ab", "c")]));
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_within_the_folder_are_read() {
        use std::os::unix::fs::symlink;
        let refused = |fill: &dyn Fn(&Path)| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("tasks.md"), TABLE).unwrap();
            fill(folder.path());
            read(folder.path()).err().map(|failure| format!("{failure:?}"))
        };
        let zero = refused(&|at| symlink("/dev/zero", at.join("x.md")).unwrap()).unwrap();
        assert!(zero.contains("leads out of the folder"), "{zero}");
        assert!(refused(&|at| symlink(at, at.join("loop")).unwrap()).is_none());
        assert!(refused(&|at| symlink("tasks.md", at.join("same.md")).unwrap()).is_none());
        let device = read(Path::new("/dev/zero")).err().map(|failure| format!("{failure:?}")).unwrap();
        assert!(device.contains("no regular file"), "{device}");
        let long = refused(&|at| fs::write(at.join("x.md"), " ".repeat(5 << 20)).unwrap()).unwrap();
        assert!(long.contains("more than 4194304 bytes"), "{long}");
    }
}
