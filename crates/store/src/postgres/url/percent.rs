//! `%40` → `@`.

use super::{UrlProblem, problem};

/// A text with its escapes read. The text may be secret, so no message shows it.
pub(super) fn decoded(text: &str) -> Result<String, UrlProblem> {
    let wrong = || problem("has a `%` that begins no escape; in a password write `%` as %25");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, after) = after.split_at_checked(2).ok_or_else(wrong)?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+')).ok_or_else(wrong)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        rest = after;
    }
    let text = String::from_utf8(bytes).map_err(|_| problem("has escapes that are not UTF-8"))?;
    if text.contains('\0') { Err(problem("holds the character U+0000")) } else { Ok(text) }
}
