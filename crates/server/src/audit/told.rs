//! What is told of an audit that was verified: that it holds, or where it was first tampered with.

use std::fmt;
use std::str::FromStr;

use super::NOTHING;
use super::rows::{self, ReadError};

/// All of it is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many seals there are.
    pub seals: i64,
    /// How many rows they cover.
    pub rows: i64,
    /// How many rows are not sealed yet.
    pub unsealed: i64,
    /// How many seals cannot be checked, for their key is lost, as was said when it was so.
    pub unchecked: i64,
    /// The last seal.
    pub head: Option<Head>,
}

/// A seal by which the audit up to it can be recognised: `12:9f…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which.
    pub number: i64,
    /// The seal, in hexadecimal digits.
    pub seal: String,
}

/// Where the audit is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The first row with which something is wrong; of a seal, the first that it covers.
    pub row: i64,
    /// What.
    pub fault: Fault,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It was changed.
    Changed,
    /// It is gone.
    Gone,
    /// It was put in where others had been sealed already.
    Inserted,
    /// The seal of this number covers it though one before it does.
    Twice(i64),
    /// The index does not lead to it, so that lists with filters leave it out.
    NotIndexed,
    /// The seal of this number, which covers it, was changed, or made with a secret that is not known.
    SealChanged(i64),
    /// The seal of this number is gone.
    SealGone(i64),
    /// The seal of this number is not the one that was kept elsewhere.
    OtherHead(i64),
}

/// The audit could not be read.
#[derive(Debug)]
pub struct Unread(pub(super) ReadError);

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for Unread {}

impl fmt::Display for Head {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.number, self.seal)
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Head, String> {
        let parts = text.split_once(':').and_then(|(number, seal)| Some((number.parse().ok()?, rows::unhex(seal)?)));
        match parts {
            Some((number, seal)) if seal.len() == NOTHING.len() => Ok(Head { number, seal: rows::hex(&seal) }),
            _ => Err("wants a number and a seal, such as 12:9f86d0…, as `audit verify` prints them".to_owned()),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row;
        match self.fault {
            Fault::Changed => write!(out, "row {row} of the audit was changed"),
            Fault::Gone => write!(out, "row {row} of the audit is gone"),
            Fault::Inserted => write!(out, "row {row} of the audit was put in afterwards"),
            Fault::Twice(seal) => write!(
                out,
                "row {row} of the audit is under seal {seal}, and under one before it: no server of one version seals a row twice"
            ),
            Fault::NotIndexed => write!(
                out,
                "row {row} of the audit was taken out of the index, so that lists with filters leave it out; with 0 as the `value` of \
                 `audit_found`, `audit_found_from` and `audit_found_to` in the table `_state` the server fills the index anew"
            ),
            Fault::SealChanged(seal) => write!(
                out,
                "seal {seal} of the audit, from row {row} on, does not hold: it was changed, or SECRET_KEY is not the one that it was made with"
            ),
            Fault::SealGone(seal) => write!(out, "seal {seal} of the audit, from row {row} on, is gone"),
            Fault::OtherHead(seal) => {
                write!(
                    out,
                    "seal {seal} of the audit, up to row {row}, is not the one that was kept: what is before it was made anew"
                )
            }
        }
    }
}
