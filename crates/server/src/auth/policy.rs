//! What a new password must not be: one that many people use, or one made of the name of the app or of the address.
//!
//! Nothing else is asked of it but its length (`credentials.rs`): no rules of composition (NIST SP 800-63B §3.1.1.2). Passwords
//! that became known in breaches are not looked up anywhere: that would need a service, or a list as large as the program.

use std::cmp::Ordering;

/// After a notice and an empty line: one a line, in lower case, in the order of their bytes.
const COMMON: &str = include_str!("common_passwords.txt");
/// Shorter words are parts of too much to count for nothing.
const MIN_WORD_CHARS: usize = 3;
/// Up to this many characters, lists of common passwords hold whatever goes on as it began.
const MAX_RUN_CHARS: usize = 14;
/// What must be left of a password without the words that anybody could guess for this app and this user.
const MIN_OWN_CHARS: usize = 8;

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) code: &'static str,
    pub(super) detail: &'static str,
}

/// What is wrong with a password that is to be this address's in this app.
pub(super) fn complaint(password: &str, app: &str, email: &str) -> Option<Complaint> {
    let folded = password.to_lowercase();
    if is_common(&folded) || is_common(period(&folded)) || is_run(&folded) {
        return Some(Complaint {
            code: "common",
            detail: "is one of the passwords that are tried first; take another",
        });
    }
    let detail = "is made of the name of the app or the address, which anybody could guess; take another";
    (own_chars(folded, app, email) < MIN_OWN_CHARS).then_some(Complaint { code: "context", detail })
}

/// How many characters are left without the names of app and address.
fn own_chars(mut text: String, app: &str, email: &str) -> usize {
    let app = app.to_lowercase();
    let account = email.split('@').next().unwrap_or_default();
    // Whole names before their parts, lest a part leave a rest.
    let names = [app.replace('-', " "), app.replace('-', ""), account.to_owned(), app.clone()];
    let parts = app.split('-').chain(account.split(|sign: char| !sign.is_alphanumeric())).map(str::to_owned);
    for word in names.into_iter().chain(parts).filter(|word| word.chars().count() >= MIN_WORD_CHARS) {
        text = text.replace(&word, "");
    }
    text.chars().count()
}

/// What a text says over and over: `love` of `lovelovelove`. A text that does not repeat itself is its own.
fn period(text: &str) -> &str {
    let lengths = (1..=text.len() / 2).filter(|length| text.len().is_multiple_of(*length));
    let mut parts = lengths.filter_map(|length| text.get(..length));
    parts.find(|part| part.repeat(text.len() / part.len()) == text).unwrap_or(text)
}

/// Whether a short text says a few characters over and over, or goes on by one: `12121212`, `abcdefgh`, `87654321`.
fn is_run(text: &str) -> bool {
    let chars: Vec<u32> = text.chars().map(u32::from).collect();
    let steps_by = |step: i64| {
        chars.windows(2).all(|two| matches!(two, [one, next] if i64::from(*next) - i64::from(*one) == step))
    };
    (2..=MAX_RUN_CHARS).contains(&chars.len()) && (period(text).len() <= text.len() / 2 || steps_by(1) || steps_by(-1))
}

fn is_common(text: &str) -> bool {
    let (_, mut list) = COMMON.split_once("\n\n").unwrap_or_default();
    while !list.is_empty() {
        // The line in the middle: from after the line end before it to the one after it.
        let middle = list.floor_char_boundary(list.len() / 2);
        let (before, after) = list.split_at(middle);
        let start = before.rfind('\n').map_or(0, |place| place + 1);
        let end = after.find('\n').map_or(list.len(), |place| middle + place);
        match list.get(start..end).map(|line| text.cmp(line)) {
            Some(Ordering::Less) => list = list.get(..start).unwrap_or_default(),
            Some(Ordering::Greater) => list = list.get(end + 1..).unwrap_or_default(),
            found => return found.is_some(),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p6_the_list_is_in_order_and_every_line_is_found() {
        let lines: Vec<&str> = COMMON.split_once("\n\n").unwrap().1.lines().collect();
        assert!(lines.len() >= 20_000, "{}", lines.len());
        assert!(lines.is_sorted_by(|one, next| one < next) && lines.iter().all(|line| line.to_lowercase() == *line));
        assert!(lines.iter().all(|line| is_common(line)));
        for other in ["", "\n", "pass word", "password\n", "password\n1", "~~~~", "the password of ana"] {
            assert!(!is_common(other), "{other:?}");
        }
    }

    #[test]
    fn p6_what_is_common_or_made_of_names_is_refused() {
        for (password, expected) in [
            ("password1", Some("common")),
            ("PassWord1", Some("common")),
            ("1q2w3e4r5t6y", Some("common")),
            ("monkeymonkeymonkey", Some("common")),
            ("jenniferjennifer", Some("common")),
            ("00000000", Some("common")),
            ("12341234", Some("common")),
            ("abcdefgh", Some("common")),
            ("876543210", Some("common")),
            ("lead-tracker-2026", Some("context")),
            ("LeadTracker2026!", Some("context")),
            ("tracker tracker lead", Some("context")),
            ("mary.smith mary.smith", Some("context")),
            ("marysmithmarysmith1", Some("context")),
            ("lead-tracker of mary smith", Some("context")),
            ("aaaaaaaaaaaaaaab", None),
            ("aaaaaaaaaaaaaaa", None),
            ("               ", None),
            ("password monkey dragon", None),
            ("correct horse battery staple", None),
            ("mary has a little lamb", None),
            ("123456789012345", None),
            ("kettle-7", None),
        ] {
            let found = complaint(password, "lead-tracker", "mary.smith@example.com");
            assert_eq!(found.map(|complaint| complaint.code), expected, "{password}");
        }
        assert_eq!(complaint("a long password", "a", "a@example.com"), None, "a letter is in everything");
    }

    #[test]
    fn what_repeats() {
        for (text, expected) in [("abab", "ab"), ("aaaa", "a"), ("abc", "abc"), ("", ""), ("éé", "é"), ("aba", "aba")]
        {
            assert_eq!(period(text), expected);
        }
    }
}
