//! The documents of a project, written anew when its blueprint changed: README, docs/, specs/, AGENTS.md, and the checklist. Those
//! that somebody edited, or took away, are left as they are; of the checklist what is his stays.

use std::path::Path;

use blueprint::Blueprint;
use codegen::checklist::{self, Kept, Open};
use codegen::record::Files;
use codegen::{FileDraft, README_PATH};
use server::process::Environment;

use crate::disk;
use crate::failure::Failure;
use crate::reading;
use crate::renewal::{self, Renewed};
use crate::source::Source;
use crate::todos::{self, Place};

/// Every document of a blueprint but the checklist, beside what was asked for when the folder was made. The README is one where
/// `new` wrote it.
///
/// # Errors
/// A template does not fit, which cannot be.
pub fn drafts(folder: &Path, blueprint: &Blueprint, record: &Files) -> Result<Vec<FileDraft>, Failure> {
    let known = reading::asked_of(folder, blueprint);
    let asked = known.as_ref().map(|known| known.asked.as_slice());
    let mut drafts = codegen::documents(blueprint, &server::openapi::document(blueprint), asked);
    if record.get(README_PATH).is_some() {
        drafts.push(codegen::readme(blueprint).map_err(Failure::new)?);
    }
    Ok(drafts)
}

/// After a change of the blueprint: what was asked for with it, the documents, and the checklist with its checks run again.
///
/// # Errors
/// The disk refuses.
pub fn follow(source: &Source, before: &Blueprint, after: &Blueprint) -> Result<Renewed, Failure> {
    let folder = source.folder.as_path();
    if matches!(disk::known(folder), Ok(None)) {
        return Ok(Renewed::default());
    }
    reading::remember(folder, before, after)?;
    let mut renewed = write(folder, after, false)?;
    let path = checklist::path(after);
    if let Some(text) = disk::text(&folder.join(&path))? {
        let environment = Environment::beside(folder)?;
        let origin = disk::made_of(folder);
        let sections = checklist::sections(after, origin.as_ref().map_or(Open::default(), Open::of));
        let outcomes = todos::outcomes(&Place { folder, environment: &environment, blueprint: after }, &sections);
        let fresh = Kept::read(&text).write(after, &sections, &outcomes);
        if fresh != text {
            disk::put_yours(folder, &path, fresh)?;
            renewed.written.push(path);
        }
    }
    Ok(renewed)
}

/// Writes the documents of a project anew where they are not what the blueprint gives; with `dry` it only says which. A folder
/// that we did not make has none of ours, and gets none.
///
/// # Errors
/// The disk refuses; then nothing was written.
pub fn renew(folder: &Path, blueprint: &Blueprint, dry: bool) -> Result<Renewed, Failure> {
    match disk::known(folder) {
        Ok(None) => Ok(Renewed::default()),
        _ => write(folder, blueprint, dry),
    }
}

/// The same for any folder: one that has no record of ours, or one that cannot be read, gets one.
///
/// # Errors
/// The disk refuses; then nothing was written.
pub fn write(folder: &Path, blueprint: &Blueprint, dry: bool) -> Result<Renewed, Failure> {
    let none = || Files { supermaker: String::new(), app: blueprint.app.name.clone(), files: Vec::new() };
    let (record, broken) = match disk::known(folder) {
        Ok(record) => (record.unwrap_or_else(none), None),
        Err(why) => (none(), Some(why)),
    };
    let renewed = renewal::renew(folder, drafts(folder, blueprint, &record)?, &record, dry)?;
    if broken.is_some() && !dry && disk::known(folder).is_err() {
        disk::put_record(folder, &record)?;
    }
    Ok(Renewed { record: broken, ..renewed })
}
