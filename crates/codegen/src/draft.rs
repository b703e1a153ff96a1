//! A file that is not written yet.

use serde::{Deserialize, Serialize};

/// A file of the project, before it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDraft {
    /// Relative to the project's folder, with forward slashes.
    pub path: String,
    /// The whole text.
    pub content: String,
    /// Who may read it.
    pub mode: FileMode,
    /// Whose it is once it is written.
    pub ownership: Ownership,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// As the system has it.
    Normal,
    /// The owner of the file only (0600).
    Secret,
}

/// Whose a file is once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// Written anew by every version of the blueprint; not meant to be edited.
    Generated,
    /// Written once, then the user's to edit.
    Yours,
}

impl FileDraft {
    pub(crate) fn generated(path: impl Into<String>, content: String) -> FileDraft {
        FileDraft { path: path.into(), content, mode: FileMode::Normal, ownership: Ownership::Generated }
    }

    /// A file that is written once, then the user's.
    pub fn yours(path: impl Into<String>, content: String) -> FileDraft {
        FileDraft { path: path.into(), content, mode: FileMode::Normal, ownership: Ownership::Yours }
    }

    pub(crate) fn secret(path: impl Into<String>, content: String) -> FileDraft {
        FileDraft { path: path.into(), content, mode: FileMode::Secret, ownership: Ownership::Yours }
    }
}
