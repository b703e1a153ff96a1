//! Texts and what is kept as one: e-mail addresses, phone numbers, URLs, UUIDs, the values of an enum.

use std::ops::RangeInclusive;

use email_address::{EmailAddress, Options};
use uuid::Uuid;

use super::{Complaint, Read, complain};
use crate::model::{Literal, TextLimits};

/// RFC 5321 section 4.5.3.1.3, less the angle brackets.
const MAX_EMAIL_BYTES: usize = 254;
const MAX_URL_BYTES: usize = 2048;

/// Characters that show nothing: `White_Space` of Unicode, and what has neither width nor ink.
pub const BLANK: &[RangeInclusive<char>] = &[
    '\t'..='\r',
    ' '..=' ',
    '\u{85}'..='\u{85}',
    '\u{a0}'..='\u{a0}',
    '\u{ad}'..='\u{ad}',
    '\u{1680}'..='\u{1680}',
    '\u{180e}'..='\u{180e}',
    '\u{2000}'..='\u{200f}',
    '\u{2028}'..='\u{2029}',
    '\u{202f}'..='\u{202f}',
    '\u{205f}'..='\u{2060}',
    '\u{2800}'..='\u{2800}',
    '\u{3000}'..='\u{3000}',
    '\u{feff}'..='\u{feff}',
];

/// Whether nothing is seen of a text.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| BLANK.iter().any(|blank| blank.contains(&c)))
}

/// One line. Control characters do nothing in a line but harm where it is shown.
pub(super) fn line(text: &str) -> Result<String, Complaint> {
    without_controls(text, &['\t'], "must be one line")
}

/// Several lines.
pub(super) fn lines(text: &str) -> Result<String, Complaint> {
    without_controls(text, &['\t', '\n', '\r'], "must be text")
}

fn without_controls(text: &str, allowed: &[char], must: &str) -> Result<String, Complaint> {
    match text.chars().find(|c| c.is_control() && !allowed.contains(c)) {
        None => Ok(text.to_owned()),
        Some('\0') => complain("nul", "must not contain the character U+0000"),
        Some(c) => complain("control", format!("{must} without control characters; found U+{:04X}", u32::from(c))),
    }
}

pub(super) fn limited(text: String, limits: &TextLimits) -> Read {
    if limits.not_blank && is_blank(&text) {
        return complain("blank", "is required and must not be empty or only white space or invisible characters");
    }
    let length = text.chars().count();
    if length < limits.min_length {
        return complain("min_length", format!("must have at least {}, has {length}", characters(limits.min_length)));
    }
    if length > limits.max_length {
        return complain("max_length", format!("must have at most {}, has {length}", characters(limits.max_length)));
    }
    match &limits.pattern {
        Some(pattern) if !pattern.is_match(&text) => complain("pattern", format!("must match {pattern}")),
        _ => Ok(Literal::Text(text)),
    }
}

fn characters(count: usize) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

pub(super) fn one_of(text: &str, values: &[String]) -> Read {
    if values.iter().any(|value| value == text) {
        return Ok(Literal::Text(text.to_owned()));
    }
    complain("enum", format!("must be one of: {}", values.join(", ")))
}

/// In lower case, since nobody has two mailboxes that differ in case only.
pub(super) fn email(text: &str) -> Read {
    let options = Options::default().without_display_text().without_domain_literal();
    let domain = text.rsplit_once('@').map_or("", |(_, domain)| domain);
    let reachable = domain.contains('.') || domain.eq_ignore_ascii_case("localhost");
    let plain = !text.contains(|c: char| c == '"' || c.is_control() || c.is_whitespace());
    let lower = text.to_lowercase();
    if lower.len() > MAX_EMAIL_BYTES
        || !reachable
        || !plain
        || EmailAddress::parse_with_options(&lower, options).is_err()
    {
        return complain("email", "must be an e-mail address, for example ana@example.com");
    }
    Ok(Literal::Text(lower))
}

/// E.164. The country code must be one that the ITU has given out; whether the number is in service, nobody can know.
pub(super) fn phone(text: &str) -> Read {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '[' | ']')).collect();
    let digits = bare.strip_prefix('+').unwrap_or("");
    let well_formed = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !well_formed || !has_country_code(digits) {
        return complain("phone", "must be a phone number with country code, for example +15551234567");
    }
    Ok(Literal::Text(bare))
}

/// ITU-T E.164 assigned country codes: zones 1 and 7 have one digit, the two-digit ones are listed, the rest have three.
fn has_country_code(digits: &str) -> bool {
    const TWO: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    const THREE: &[&str] = &[
        "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227", "228", "229", "230",
        "231", "232", "233", "234", "235", "236", "237", "238", "239", "240", "241", "242", "243", "244", "245", "246",
        "247", "248", "249", "250", "251", "252", "253", "254", "255", "256", "257", "258", "260", "261", "262", "263",
        "264", "265", "266", "267", "268", "269", "290", "291", "297", "298", "299", "350", "351", "352", "353", "354",
        "355", "356", "357", "358", "359", "370", "371", "372", "373", "374", "375", "376", "377", "378", "379", "380",
        "381", "382", "383", "385", "386", "387", "389", "420", "421", "423", "500", "501", "502", "503", "504", "505",
        "506", "507", "508", "509", "590", "591", "592", "593", "594", "595", "596", "597", "598", "599", "670", "672",
        "673", "674", "675", "676", "677", "678", "679", "680", "681", "682", "683", "685", "686", "687", "688", "689",
        "690", "691", "692", "800", "808", "850", "852", "853", "855", "856", "870", "878", "880", "881", "882", "883",
        "886", "888", "960", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971", "972", "973", "974",
        "975", "976", "977", "979", "992", "993", "994", "995", "996", "998",
    ];
    let begins = |codes: &[&str]| codes.iter().any(|code| digits.starts_with(code));
    digits.starts_with(['1', '7']) || begins(TWO) || begins(THREE)
}

/// Kept as given. What browsers quietly repair (spaces, tabs, backslashes) is refused, for others read it otherwise.
pub(super) fn url(text: &str) -> Read {
    let clean =
        text.len() <= MAX_URL_BYTES && !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    let authority = text.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
    let parsed = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let has_host = parsed.is_some_and(|url| url.host_str().is_some_and(|host| !host.is_empty()));
    match authority {
        Some(authority) if authority.contains('@') => complain("url", "must not contain a user name or password"),
        Some(authority) if clean && has_host && !authority.is_empty() => Ok(Literal::Text(text.to_owned())),
        _ => complain(
            "url",
            format!("must be a http or https URL of at most {MAX_URL_BYTES} bytes, for example https://example.com/"),
        ),
    }
}

/// Hyphenated, kept in lower case.
pub(super) fn uuid(text: &str) -> Read {
    match Uuid::try_parse(text) {
        Ok(uuid) if text.len() == uuid::fmt::Hyphenated::LENGTH => Ok(Literal::Text(uuid.hyphenated().to_string())),
        _ => complain("uuid", "must be a UUID, for example 0191d2a4-7c3e-7b1a-9f00-1c2d3e4f5a6b"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_white_space_is_blank() {
        let told = (char::MIN..=char::MAX).filter(|c| is_blank(&c.to_string()) != c.is_whitespace());
        let more = ['\u{ad}', '\u{180e}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}'];
        assert!(told.eq(more.into_iter().chain(['\u{2800}', '\u{feff}'])));
    }
}
