//! Who may do what with rows. What a rule means for a caller is decided in `query`.

use std::fmt;

use crate::expr::Condition;

/// Who may do what with the rows of an entity.
#[derive(Debug, Clone)]
pub struct Access {
    /// Get and list.
    pub read: Rule,
    /// POST. Never `Owner`, for whoever makes a row owns it, and `Anyone` only where rows have no owner. A condition is one
    /// for the row that is made.
    pub create: Rule,
    /// PATCH and PUT, and actions that are not named. A condition of PATCH and PUT must hold before and after.
    pub update: Rule,
    /// DELETE.
    pub delete: Rule,
}

/// One rule. It has a name, never an empty string, and never means "no rule".
#[derive(Debug, Clone, PartialEq)]
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
    /// Of what a word allows, `Anyone`, `SignedIn`, `Owner` or `Role`, the rows for which a condition holds.
    When(Box<Rule>, Condition),
    /// Whatever any of these allows; at least two, flat.
    AnyOf(Vec<Rule>),
}

impl Rule {
    /// The rules any of which is enough: itself, or its parts. None for `Nobody`.
    pub fn atoms(&self) -> &[Rule] {
        match self {
            Rule::Nobody => &[],
            Rule::AnyOf(atoms) => atoms,
            atom => std::slice::from_ref(atom),
        }
    }

    /// Its conditions.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.atoms().iter().filter_map(|atom| match atom {
            Rule::When(_, condition) => Some(condition),
            _ => None,
        })
    }

    /// Whom it speaks of, whatever the rows are.
    pub fn who(&self) -> &Rule {
        if let Rule::When(who, _) = self { who } else { self }
    }
}

impl fmt::Display for Rule {
    /// As a blueprint says it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Nobody => out.write_str("\"nobody\""),
            Rule::Anyone => out.write_str("\"anyone\""),
            Rule::SignedIn => out.write_str("\"signed_in\""),
            Rule::Owner => out.write_str("\"owner\""),
            Rule::Role(role) => write!(out, "\"role:{role}\""),
            Rule::When(who, condition) if **who == Rule::SignedIn => write!(out, "{{ when = {:?} }}", condition.text),
            Rule::When(who, condition) => write!(out, "{{ who = {who}, when = {:?} }}", condition.text),
            Rule::AnyOf(atoms) => atoms.iter().enumerate().try_for_each(|(place, atom)| {
                out.write_str(if place == 0 { "" } else { ", " })?;
                write!(out, "{atom}")
            }),
        }
    }
}
