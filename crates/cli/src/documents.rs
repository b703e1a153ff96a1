//! The documents of a project, written anew when its blueprint changed. Those that somebody edited, or took away, are left as
//! they are.

use std::path::Path;

use blueprint::Blueprint;
use codegen::FileDraft;
use codegen::record::Files;

use crate::disk::{self, Renewed};
use crate::failure::Failure;
use crate::reading;

/// Every document of a blueprint but the checklist, beside what was asked for when the folder was made.
pub fn drafts(folder: &Path, blueprint: &Blueprint) -> Vec<FileDraft> {
    let known = reading::asked_of(folder, blueprint);
    let asked = known.as_ref().map(|known| known.asked.as_slice());
    codegen::documents(blueprint, &server::openapi::document(blueprint), asked)
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
    let renewed = disk::renew(folder, drafts(folder, blueprint), &record, dry)?;
    if broken.is_some() && !dry && disk::known(folder).is_err() {
        disk::put_record(folder, &record)?;
    }
    Ok(Renewed { record: broken, ..renewed })
}
