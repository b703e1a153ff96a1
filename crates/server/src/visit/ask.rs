//! What code asks of an entity, and by what right.

use blueprint::EntityIndex;
use query::{Reason, RecordId, Verb};

use crate::error::ApiError;
use crate::request::Sent;

/// What code asks of an entity.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// A page of rows, in the parameters of the API.
    List(&'a [(String, String)]),
    /// One row, and what of it.
    Read(&'a RecordId, &'a [(String, String)]),
    /// A new row.
    Create(&'a Sent),
    /// A new row that belongs to this user, where the rules do not say whose it is.
    CreateFor(&'a str, &'a Sent),
    /// A change of a row.
    Update(&'a RecordId, &'a Sent),
    /// What `PUT` means in this app.
    Replace(&'a RecordId, &'a Sent),
    /// The end of a row.
    Delete(&'a RecordId),
    /// The action at this place, of a row.
    Act(&'a RecordId, usize),
    /// Whether the action at this place, which is code, is possible.
    Call(&'a RecordId, usize),
    /// What the code of the action at this place changes of a row.
    Perform(&'a RecordId, usize, &'a Sent),
    /// A row that comes back from the trash.
    Restore(&'a RecordId),
    /// A page of the rows that hang together with a row of another entity.
    Under(EntityIndex, &'a RecordId, &'a [(String, String)]),
}

/// Which rows code reaches.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Those that the caller of the request may reach.
    Caller,
    /// All, for a reason that the audit keeps.
    Everything(Reason),
}

impl Ask<'_> {
    /// What it is as far as access is concerned.
    pub(super) fn verb(&self) -> Verb {
        match self {
            Ask::List(_) | Ask::Under(..) | Ask::Read(..) => Verb::Read,
            Ask::Create(_) | Ask::CreateFor(..) => Verb::Create,
            Ask::Update(..) | Ask::Replace(..) => Verb::Update,
            Ask::Delete(_) | Ask::Restore(_) => Verb::Delete,
            Ask::Act(_, place) | Ask::Call(_, place) | Ask::Perform(_, place, _) => Verb::Act(*place),
        }
    }
}

impl Reach {
    /// All rows, if a reason is given.
    ///
    /// # Errors
    /// 500 if the text says nothing: a mistake of the code, which its log names.
    pub fn everything(why: &str) -> Result<Reach, ApiError> {
        let missing = || {
            ApiError::internal(
                "`unscoped` was given no reason; the audit keeps it, so say why this reaches past the caller's rows",
            )
        };
        Reason::new(why).map(Reach::Everything).ok_or_else(missing)
    }
}
