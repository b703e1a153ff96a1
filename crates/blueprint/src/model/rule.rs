//! Who may do what with rows. What a rule means for a caller is decided in `query`.

/// Who may do what with the rows of an entity.
#[derive(Debug, Clone)]
pub struct Access {
    /// Get and list.
    pub read: Rule,
    /// POST. Never `Owner`, for whoever makes a row owns it, and `Anyone` only where rows have no owner.
    pub create: Rule,
    /// PATCH and PUT, and actions that are not named.
    pub update: Rule,
    /// DELETE.
    pub delete: Rule,
}

/// One rule. It has a name, never an empty string, and never means "no rule".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Nobody at all.
    Nobody,
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody who is signed in.
    SignedIn,
    /// The caller's own rows.
    Owner,
    /// Callers with this role, all rows.
    Role(String),
    /// Whatever any of these allows; at least two, flat.
    AnyOf(Vec<Rule>),
}
