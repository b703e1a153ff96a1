//! How the tables of one blueprint become those of another, as data: what is looked at first, and what is done then.

/// The way from one set of tables to another, for one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migration {
    /// The statements that made the tables that it starts from.
    pub from: Vec<String>,
    /// The tables that it starts from and may change, as statements call them: whoever writes to them meanwhile waits.
    pub tables: Vec<String>,
    /// What goes, is made anew or becomes something else, by the names of before: others may have made something around it.
    pub touched: Vec<Touched>,
    /// What it does, a line each, for the person who serves.
    pub told: Vec<String>,
    /// Servers of the blueprint of before may go on beside those of after.
    pub former_may_go_on: bool,
    /// What must not be, lest rows are lost or do not fit.
    pub guards: Vec<Guard>,
    /// The statements, in their order. On SQLite references are not enforced meanwhile, and checked at the end.
    pub statements: Vec<String>,
    /// They call `fold`, which on SQLite only our own connections have.
    pub takes_fold: bool,
}

/// A table that goes or is made anew, or a column that goes or becomes another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Its name, unquoted.
    pub table: String,
    /// Without one it is the table as a whole.
    pub column: Option<String>,
    /// Else it stays, with another type.
    pub goes: bool,
}

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// A statement that counts the rows in the way; without one it is in the way whatever there is.
    pub count: Option<String>,
    /// A statement that gives the ids of some of them, as texts; where rows have none, nothing.
    pub some: Option<String>,
    /// What is counted: `rows of leads with a value in phone, which the blueprint no longer has`.
    pub what: String,
    /// What to try.
    pub mend: String,
    /// Values would be gone: whoever serves may say that he wants that.
    pub is_loss: bool,
}
