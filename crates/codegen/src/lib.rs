//! A checked blueprint becomes the files of a project, as values: what each holds, who may read it, who owns it.
//!
//! It is pure: no disk, no clock, no randomness, no HTTP. What it cannot know (the secret key, the list of settings, how
//! the request was read) comes in as [`ProjectFacts`]. All decisions are taken in view structs; templates only lay out.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
mod access_actions;
mod access_asked;
mod access_changes;
mod access_conditions;
mod access_details;
mod access_document;
mod access_fields;
mod access_sentences;
pub mod checklist;
mod ddl;
mod documents;
mod draft;
mod facts;
mod project;
pub mod record;
mod settings;
mod shell;
mod templates;
mod walkthrough;
mod words;

pub use access::access_document;
pub use documents::documents;
pub use draft::{FileDraft, FileMode, Ownership};
pub use facts::{Asked, Assumption, Part, ProjectFacts, SettingFact};
pub use project::{ProjectError, README_PATH, project, readme};
pub use words::{field_type, human, link_type};
