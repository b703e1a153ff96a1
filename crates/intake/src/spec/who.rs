//! Who may, as specifications say it: `admin only`, `owner`, `public`, `the owner of the row, or a user with the role x`.

use super::text::{code, exact, parts};
use crate::kinds;
use crate::lemma;

/// One of those who may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum One {
    Nobody,
    Anyone,
    SignedIn,
    /// Somebody who is signed in; of whose rows is not said.
    Token,
    Owner,
    Role(String),
}

/// Those who may, each perhaps of those rows only for which a condition holds; and the words that say nobody that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    pub(super) ones: Vec<(One, Option<String>)>,
    pub(super) unread: Vec<String>,
}

/// Heads of columns that say so.
pub(super) const HEADS: &[&str] = &[
    "who may",
    "who",
    "auth",
    "auth?",
    "authentication",
    "authorization",
    "authorisation",
    "permission",
    "permissions",
    "role",
    "roles",
    "access",
    "roles allowed",
    "allowed roles",
    "allowed",
    "auth required",
    "auth required?",
    "requires auth",
    "requires auth?",
    "required role",
    "required roles",
    "security",
];
/// Longer says more than who.
const MOST_WORDS: usize = 3;
const NOTHING: &str = "- – — n/a tbd ? todo";
const NOBODY: &[&str] = &["nobody", "no one", "none allowed", "system", "internal", "server only", "server"];
const ANYONE: &[&str] = &[
    "anyone, signed in or not",
    "anyone signed in or not",
    "anyone",
    "anybody",
    "everyone",
    "everybody",
    "public",
    "open",
    "anonymous",
    "unauthenticated",
    "guest",
    "guests",
    "visitor",
    "visitors",
    "no auth",
    "no authentication",
    "no",
    "none",
    "not required",
    "no login",
    "false",
    "❌",
    "✗",
];
const SIGNED_IN: &[&str] = &[
    "anyone who is signed in",
    "whoever is signed in",
    "anyone signed in",
    "any authenticated user",
    "all authenticated users",
    "any logged in user",
    "any logged-in user",
    "any signed-in user",
    "any user",
    "all users",
    "any role",
    "all roles",
    "all",
    "any",
];
const TOKEN: &[&str] = &[
    "yes",
    "true",
    "required",
    "✓",
    "✔",
    "✅",
    "authenticated",
    "authenticated user",
    "authenticated users",
    "authentication",
    "auth",
    "auth required",
    "authentication required",
    "requires auth",
    "authorized",
    "logged in",
    "logged-in",
    "logged in user",
    "logged-in user",
    "logged-in users",
    "signed in",
    "signed-in",
    "signed_in",
    "login",
    "login required",
    "jwt",
    "token",
    "bearer",
    "bearer token",
    "jwt token",
    "session",
    "user",
    "users",
    "registered",
    "registered user",
    "registered users",
    "private",
    "protected",
];
const OWNER: &[&str] = &[
    "the owner of the row",
    "owner",
    "owners",
    "the owner",
    "own",
    "own rows",
    "own records",
    "self",
    "creator",
    "author",
    "row owner",
    "record owner",
    "resource owner",
];

/// Reads who may.
pub(super) fn read(text: &str) -> Who {
    let mut who = Who::default();
    // "anyone, signed in or not" has a comma of its own.
    for part in parts(text, &[", or ", "; "]) {
        let (subject, condition) = conditional(part);
        if let Some(one) = exactly(subject) {
            who.add(one, condition);
            continue;
        }
        for word in parts(subject, &[",", "/", "|", "&", "+", " or ", " and ", ";"]) {
            let word = plain(word);
            if word.is_empty() || crate::lexicon::has(NOTHING, &word) {
                continue;
            }
            match of_word(&word) {
                Some(one) => who.add(one, condition.clone()),
                None => who.unread.push(word),
            }
        }
    }
    who
}

impl Who {
    /// One alone, of all rows.
    pub(super) fn one(one: One) -> Who {
        Who { ones: vec![(one, None)], unread: Vec::new() }
    }

    /// Whether it says anything.
    pub(super) fn says(&self) -> bool {
        !self.ones.is_empty()
    }

    fn add(&mut self, one: One, condition: Option<String>) {
        if !self.ones.contains(&(one.clone(), condition.clone())) {
            self.ones.push((one, condition));
        }
    }

    /// Only those whom a list of words names that could not be anything else: what stands in brackets behind an endpoint may be
    /// about anything.
    pub(super) fn in_brackets(text: &str) -> Option<Who> {
        let who = read(text);
        let only = text.to_lowercase().contains("only");
        let known = who.ones.iter().all(|(one, _)| only || !matches!(one, One::Role(_)));
        (who.says() && who.unread.is_empty() && known).then_some(who)
    }
}

/// "anyone who is signed in where `open`".
fn conditional(text: &str) -> (&str, Option<String>) {
    let found = text.find(" where `").and_then(|at| Some((text.get(..at)?, text.get(at + " where ".len()..)?.trim())));
    match found {
        Some((subject, condition)) if code(condition).is_some() => (subject, Some(exact(condition))),
        _ => (text, None),
    }
}

/// In the words that our own documents have.
fn exactly(text: &str) -> Option<One> {
    let text = text.trim();
    if let Some(role) = text.strip_prefix("a user with the role ").and_then(code) {
        return Some(One::Role(role.to_owned()));
    }
    let lower = text.to_lowercase();
    let is = |words: &[&str]| words.contains(&lower.as_str());
    match () {
        () if is(&["nobody"]) => Some(One::Nobody),
        () if is(&["anyone, signed in or not"]) => Some(One::Anyone),
        () if is(&["anyone who is signed in", "whoever is signed in"]) => Some(One::SignedIn),
        () if is(&["the owner of the row"]) => Some(One::Owner),
        () => None,
    }
}

fn plain(word: &str) -> String {
    // "yes (JWT)": what stands in brackets explains.
    let word = word.split_once(" (").filter(|(before, _)| !before.trim().is_empty()).map_or(word, |(before, _)| before);
    let word = word.replace(['`', '*', '"', '(', ')', '[', ']'], " ").to_lowercase();
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut word = word.trim_matches(['.', ':']);
    for before in ["role: ", "roles: ", "role:", "role ", "requires ", "only "] {
        word = word.strip_prefix(before).unwrap_or(word);
    }
    for after in [" only", " role", " users only", " access"] {
        word = word.strip_suffix(after).unwrap_or(word);
    }
    word.strip_prefix("a user with the role ").unwrap_or(word).to_owned()
}

fn of_word(word: &str) -> Option<One> {
    let lists = [
        (NOBODY, One::Nobody),
        (ANYONE, One::Anyone),
        (SIGNED_IN, One::SignedIn),
        (TOKEN, One::Token),
        (OWNER, One::Owner),
    ];
    if let Some((_, one)) = lists.into_iter().find(|(words, _)| words.contains(&word)) {
        return Some(one);
    }
    let letters = word.chars().all(|letter| letter.is_ascii_alphabetic() || " _-".contains(letter));
    if !letters || word.split_whitespace().count() > MOST_WORDS {
        return None;
    }
    let name = kinds::field_name(word)?;
    let name = name.strip_prefix("role_").unwrap_or(&name);
    let (before, last) = name.rsplit_once('_').map_or(("", name), |(before, last)| (before, last));
    let last = lemma::singular(last);
    let name = if before.is_empty() { last } else { format!("{before}_{last}") };
    Some(One::Role(if name == "administrator" { "admin".to_owned() } else { name }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_may_are_read_as_people_write_them() {
        for (text, expected) in [
            ("admin only", "role:admin"),
            ("Admins", "role:admin"),
            ("manager, admin", "role:manager role:admin"),
            ("`manager` / owner", "role:manager owner"),
            ("Role: store manager", "role:store_manager"),
            ("ROLE_ADMIN", "role:admin"),
            ("public", "anyone"),
            ("None", "anyone"),
            ("authenticated", "token"),
            ("Yes (JWT)", "token"),
            ("any authenticated user", "signed_in"),
            ("-", ""),
            ("", ""),
            ("nobody", "nobody"),
            ("depends on what the plan says", "| depends on what the plan says"),
            ("read:tasks", "| read:tasks"),
            ("anyone, signed in or not", "anyone"),
            ("the owner of the row, or a user with the role `x_2`", "owner role:x_2"),
            ("anyone, signed in or not where `a = 'b, or c'`, or nobody", "anyone{a = 'b, or c'} nobody"),
            ("anyone who is signed in where `` a = '`' ``", "signed_in{a = '`'}"),
        ] {
            let who = read(text);
            let mut told: Vec<String> = who
                .ones
                .iter()
                .map(|(one, condition)| {
                    let one = match one {
                        One::Nobody => "nobody".to_owned(),
                        One::Anyone => "anyone".to_owned(),
                        One::SignedIn => "signed_in".to_owned(),
                        One::Token => "token".to_owned(),
                        One::Owner => "owner".to_owned(),
                        One::Role(role) => format!("role:{role}"),
                    };
                    condition.as_ref().map_or(one.clone(), |condition| format!("{one}{{{condition}}}"))
                })
                .collect();
            told.extend(who.unread.iter().map(|word| format!("| {word}")));
            assert_eq!(told.join(" "), expected, "{text}");
        }
    }
}
