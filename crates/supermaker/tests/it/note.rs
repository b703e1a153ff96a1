//! An app with notes, and their models: the least that code can be written for.

use supermaker::prelude::*;

/// The blueprint.
pub const NOTES: &str = "[app]\nname = \"notes\"\n[entity.note.field]\ntext = { type = \"text\", required = true }\n";

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    pub id: Id<Note>,
    pub user_id: String,
    pub text: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    pub text: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    pub text: Option<String>,
}

impl Record for Note {
    const ENTITY: &'static str = "note";
    type New = Text;
    type Changes = Changes;
    type Replacement = Text;
}

impl Input for Text {
    const BODY: Body = Body::New("note");
}

impl Input for Changes {
    const BODY: Body = Body::Changes("note");
}
