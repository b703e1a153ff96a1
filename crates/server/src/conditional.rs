//! `If-Match`: which versions of a row a change is meant for. Whether the row has one of them is asked of the database, in
//! the very statement that changes it.

use http::HeaderMap;
use http::header::IF_MATCH;
use query::IfMatch;

use crate::error::{ApiError, BAD_REQUEST};

/// Versions that one request may name at most. Who merges changes knows a few; nobody means dozens.
const MAX_VERSIONS: usize = 16;
/// Letters of what [`query::Plan::sight`] says.
const SIGHT_LENGTH: usize = 12;

/// Reads the header (RFC 9110 §13.1.1): any of its strong tags may match, weak ones never do.
///
/// # Errors
/// 400 where it names too many versions.
pub fn if_match(headers: &HeaderMap, demanded: bool) -> Result<IfMatch, ApiError> {
    let lines: Vec<_> = headers.get_all(IF_MATCH).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    if lines.is_empty() {
        return Ok(if demanded { IfMatch::Missing } else { IfMatch::Absent });
    }
    expected(&lines.join(",")).map_err(|detail| ApiError::new(BAD_REQUEST, format!("`If-Match` {detail}")))
}

/// Reads the text of such a header.
///
/// # Errors
/// That it names too many versions.
pub fn expected(text: &str) -> Result<IfMatch, String> {
    if text.trim() == "*" {
        return Ok(IfMatch::Any);
    }
    let mut versions: Vec<i64> = strong_tags(text).unwrap_or_default().into_iter().filter_map(version).collect();
    versions.sort_unstable();
    versions.dedup();
    match versions.len() {
        0 => Ok(IfMatch::Never),
        1..=MAX_VERSIONS => Ok(IfMatch::Versions(versions)),
        _ => Err(format!("names more than {MAX_VERSIONS} versions")),
    }
}

/// What the strong tags of a list hold. Nothing where it is not a list of tags.
fn strong_tags(text: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = text.trim_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (tag, is_strong) = rest.strip_prefix("W/").map_or((rest, true), |tag| (tag, false));
        let (opaque, after) = tag.strip_prefix('"')?.split_once('"')?;
        tags.extend(is_strong.then_some(opaque));
        let after = after.trim_start_matches([' ', '\t']);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    Some(tags)
}

/// `7` is version 7, in this one form. What a caller was shown of it, `7-0123456789ab`, is no matter: he changes the version.
fn version(opaque: &str) -> Option<i64> {
    let (version, shown) = opaque.split_once('-').map_or((opaque, None), |(version, shown)| (version, Some(shown)));
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let known = shown.is_none_or(|shown| shown.len() == SIGHT_LENGTH && shown.bytes().all(hexadecimal));
    let plain = known && !version.starts_with('0') && version.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| version.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&[u8]]) -> IfMatch {
        let values = lines.iter().map(|line| (IF_MATCH, http::HeaderValue::from_bytes(line).unwrap()));
        if_match(&values.collect(), false).unwrap()
    }

    #[test]
    fn lists_are_read() {
        use IfMatch::{Any, Never, Versions};
        for (lines, expected) in [
            (&[&b"\"7\""[..]][..], Versions(vec![7])),
            (&[b"\"3\", \"7\""], Versions(vec![3, 7])),
            (&[b"\"7-0123456789ab\", \"3\""], Versions(vec![3, 7])),
            (&[b"\"7-\", \"7-0123\", \"7-0123456789AB\", \"07-0123456789ab\", \"-0123456789ab\""], Never),
            (&[b"\"7\"", b"\"3\""], Versions(vec![3, 7])),
            (&[b" , \"7\" ,,\t\"7\","], Versions(vec![7])),
            (&[b"W/\"3\", \"7\", W/\"9\""], Versions(vec![7])),
            (&[b"\"a,b\", \"\xff\", \"7\""], Versions(vec![7])),
            (&[b" * "], Any),
            (&[b"*, \"7\""], Never),
            (&[b"*", b"*"], Never),
            (&[b"\"7\" \"3\""], Never),
            (&[b"\"7\", 3"], Never),
            (&[b"\"7\", \"3"], Never),
            (&[b"W/\"7\""], Never),
            (&[b"w/\"7\""], Never),
            (&[b"\"07\", \"0\", \"\", \"-7\", \"+7\", \"99999999999999999999\""], Never),
            (&[b""], Never),
        ] {
            assert_eq!(read(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_absent_may_be_demanded() {
        assert_eq!(if_match(&HeaderMap::new(), false).unwrap(), IfMatch::Absent);
        assert_eq!(if_match(&HeaderMap::new(), true).unwrap(), IfMatch::Missing);
    }
}
