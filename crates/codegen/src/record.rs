//! What was written, by whom, from what: the files in `.supermaker/` that tell a later version what is whose.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::draft::{FileDraft, FileMode, Ownership};
use crate::facts::{Asked, Assumption, ProjectFacts};

/// Where the list of files is.
pub const FILES_PATH: &str = ".supermaker/files.json";
/// Where the request is.
pub const REQUEST_PATH: &str = ".supermaker/request.json";

/// Every file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The version that wrote them.
    pub supermaker: String,
    /// The app.
    pub app: String,
    /// The files, by path.
    pub files: Vec<WrittenFile>,
}

/// One file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Relative to the project's folder.
    pub path: String,
    /// Of what was written, in hexadecimal. None of a secret: a hash of it could be tried against guesses.
    pub sha256: Option<String>,
    /// Whose it is.
    pub ownership: Ownership,
}

/// What a project was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The English, if there was any.
    pub request: Option<String>,
    /// What read it.
    pub planner: String,
    /// How much of it found its place, 0 to 1.
    pub coverage: f64,
    /// What was filled in.
    pub assumptions: Vec<Assumption>,
    /// What it says about who may do what, as it was read then; a model may have read more than the rules do. Nothing in records
    /// of versions that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Vec<Asked>>,
    /// What is worth asking.
    pub questions: Vec<String>,
    /// What found no place.
    pub unplaced: Vec<String>,
}

impl Files {
    /// Reads the list, if it is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Files, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The list after these drafts were written besides.
    ///
    /// # Errors
    /// It has no form as JSON, which cannot be.
    pub fn with<'d>(&self, drafts: impl IntoIterator<Item = &'d FileDraft>) -> Result<FileDraft, serde_json::Error> {
        let mut files = self.clone();
        for draft in drafts {
            files.files.retain(|file| file.path != draft.path);
            files.files.push(written(draft));
        }
        files.files.sort_by(|one, other| one.path.cmp(&other.path));
        env!("CARGO_PKG_VERSION").clone_into(&mut files.supermaker);
        Ok(FileDraft::generated(FILES_PATH, pretty(&files)?))
    }

    /// The file at a path, if this is one that was written.
    pub fn get(&self, path: &str) -> Option<&WrittenFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl Origin {
    /// Reads what a project was made from.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Origin, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// As a file.
    ///
    /// # Errors
    /// It has no form as JSON, which cannot be.
    pub fn draft(&self) -> Result<FileDraft, serde_json::Error> {
        Ok(FileDraft::generated(REQUEST_PATH, pretty(self)?))
    }
}

/// The hash of a file's bytes, as the record keeps it.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn origin(request: Option<&str>, facts: &ProjectFacts) -> Result<FileDraft, serde_json::Error> {
    let origin = Origin {
        request: request.map(str::to_owned),
        planner: facts.planner.clone(),
        coverage: facts.coverage,
        assumptions: facts.assumptions.clone(),
        asked: Some(facts.asked.clone()),
        questions: facts.questions.clone(),
        unplaced: facts.unplaced.clone(),
    };
    origin.draft()
}

/// The list of all drafts but itself.
pub(crate) fn files(app: &str, drafts: &[FileDraft]) -> Result<FileDraft, serde_json::Error> {
    let mut files: Vec<WrittenFile> = drafts.iter().map(written).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let files = Files { supermaker: env!("CARGO_PKG_VERSION").to_owned(), app: app.to_owned(), files };
    Ok(FileDraft::generated(FILES_PATH, pretty(&files)?))
}

fn written(draft: &FileDraft) -> WrittenFile {
    let sha256 = match draft.mode {
        FileMode::Normal => Some(sha256(draft.content.as_bytes())),
        FileMode::Secret => None,
    };
    WrittenFile { path: draft.path.clone(), sha256, ownership: draft.ownership }
}

pub(crate) fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(value).map(|text| text + "\n")
}
