//! Who may, as specifications say it: `admin only`, `owner`, `public`, `the owner of the row, or a user with the role x`.

use super::text::{code, exact, parts};
use crate::kinds;
use crate::lemma;

/// One of those who may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum One {
    Nobody,
    Anyone,
    /// Nobody has to sign in: strangers read and make, but do not change what is there.
    NoSignIn,
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
    "no login",
];
/// Strangers where the column is about signing in; in any other, perhaps nobody.
const NO: &[&str] = &["no", "none", "not required", "false", "❌", "✗"];
/// Columns that are.
const OF_SIGN_IN: &[&str] = &[
    "auth",
    "auth?",
    "authentication",
    "auth required",
    "auth required?",
    "requires auth",
    "requires auth?",
    "security",
];
/// Words that take away from what stands around them.
const DENIALS: &str = "except but not no non none unless without if when where by besides excluding minus other";
/// Words between those who must be all of it at once, or may be meant to.
const JOINS: &[&str] = &["&", "+", " and "];
/// Ways to sign in: in brackets they say how and not who.
const WAYS: &str = "jwt bearer token session cookie oauth oauth2 basic required auth header api key login";
/// Those among the signed in who are named like a role.
const LIKE_ROLES: &[&str] = &["user", "users", "registered", "registered user", "registered users"];
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

/// Reads who may, in words that stand under no head or in a text.
pub(super) fn read(text: &str) -> Who {
    read_under("", text)
}

/// Reads who may, in a column of a name.
pub(super) fn read_under(head: &str, text: &str) -> Who {
    let mut found: Vec<Found> = Vec::new();
    let mut unread: Vec<String> = Vec::new();
    let joined = parts(text, JOINS).len() > 1;
    // "anyone, signed in or not" has a comma of its own.
    for part in parts(text, &[", or ", "; "]) {
        let (subject, condition) = conditional(part);
        if let Some(one) = exactly(subject) {
            found.push(Found { one, condition, exact: true, like_role: false });
            continue;
        }
        for word in parts(subject, &[",", "/", "|", "&", "+", " or ", " and ", ";"]) {
            match of_cell(word, OF_SIGN_IN.contains(&head)) {
                Meaning::Nothing => {}
                Meaning::These(ones, like_role) => {
                    let condition = || condition.clone();
                    found.extend(ones.into_iter().map(|one| Found {
                        one,
                        condition: condition(),
                        exact: false,
                        like_role,
                    }));
                }
                Meaning::Unread(word) => unread.push(word),
                // What it takes away may be of anything beside it.
                Meaning::Denial => return Who { ones: Vec::new(), unread: vec![text.trim().to_owned()] },
            }
        }
    }
    let strong = found.iter().any(|found| matches!(found.one, One::Role(_) | One::Owner));
    let lower = text.to_lowercase();
    let plain = !joined && !lower.contains("role") && !lower.contains("only");
    let mut who = Who { ones: Vec::new(), unread };
    let unknown = !who.unread.is_empty();
    for found in found {
        let wide = matches!(found.one, One::Token | One::SignedIn | One::NoSignIn);
        let stranger = found.one == One::Anyone;
        // "Auth + admin", "Bearer token, role admin": the role says which of them. What is not known may say so as well.
        let narrowed = strong
            && (wide && !(found.like_role && plain) || stranger && (joined || lower.contains("only")))
            || unknown && (wide || stranger || joined);
        if found.exact || found.condition.is_some() || !narrowed {
            who.add(found.one, found.condition);
        }
    }
    who
}

/// One of those that a text names.
struct Found {
    one: One,
    condition: Option<String>,
    /// In the words of our own documents.
    exact: bool,
    /// One of `LIKE_ROLES`.
    like_role: bool,
}

/// What a word of a cell means.
enum Meaning {
    Nothing,
    /// Those, and whether it is one of `LIKE_ROLES`.
    These(Vec<One>, bool),
    Unread(String),
    Denial,
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

    /// Who may by this and by another, which are both said of the same: never more than either.
    pub(super) fn and(self, other: Who) -> Who {
        let nothing = |who: &Who| !who.says() && who.unread.is_empty();
        if nothing(&self) || nothing(&other) {
            return if nothing(&self) { other } else { self };
        }
        let mut both = Who { ones: Vec::new(), unread: [self.unread, other.unread].concat() };
        for (one, condition) in &self.ones {
            for (two, also) in &other.ones {
                let same = condition.is_none() || also.is_none() || condition == also;
                if let Some(met) = met(one, two).filter(|_| same) {
                    both.add(met, condition.clone().or_else(|| also.clone()));
                }
            }
        }
        if !both.says() && both.unread.is_empty() {
            both.unread.push("two that say different things".to_owned());
        }
        both
    }

    /// Who may do something, where it is known what: who need not sign in changes nothing that is there.
    pub(super) fn doing(&self, operation: &str) -> Who {
        let mut who = Who { ones: Vec::new(), unread: self.unread.clone() };
        for (one, condition) in &self.ones {
            match one {
                One::NoSignIn if matches!(operation, "read" | "create") => who.add(One::Anyone, condition.clone()),
                One::NoSignIn => who.unread.push("no sign-in".to_owned()),
                one => who.add(one.clone(), condition.clone()),
            }
        }
        who
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
        // "(admin only, except of drafts)" is about who may, whatever it says.
        if only && !who.unread.is_empty() {
            return Some(who);
        }
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

/// Those who are of both.
fn met(one: &One, other: &One) -> Option<One> {
    match (one, other) {
        (One::Nobody, _) | (_, One::Nobody) => Some(One::Nobody),
        (One::Anyone, one) | (one, One::Anyone) => Some(one.clone()),
        (One::NoSignIn, one) | (one, One::NoSignIn) => Some(one.clone()),
        (One::SignedIn, one) | (one, One::SignedIn) => Some(one.clone()),
        (One::Token, one) | (one, One::Token) => Some(one.clone()),
        (one, other) => (one == other).then(|| one.clone()),
    }
}

/// A word of a cell, perhaps with what stands in brackets behind it: a way to sign in, or who of them.
fn of_cell(word: &str, of_sign_in: bool) -> Meaning {
    let bracket = word.split_once(" (").filter(|(before, _)| !before.trim().is_empty());
    let (before, inner) = bracket.map_or((word, None), |(before, inner)| (before, Some(inner.trim())));
    let outer = of_plain(before, of_sign_in);
    let (Meaning::These(ones, like_role), Some(inner)) = (&outer, inner) else { return outer };
    let unread = || Meaning::Unread(word.trim().to_owned());
    let Some(inner) = inner.strip_suffix(')').filter(|inner| !inner.contains(['(', ')'])) else { return unread() };
    let lower = inner.to_lowercase();
    let mut words = lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let stranger = ones.iter().any(|one| matches!(one, One::Anyone | One::NoSignIn));
    if words.all(|word| crate::lexicon::has(WAYS, word)) {
        // "public (key required)".
        return if stranger { unread() } else { outer };
    }
    let within = read(inner);
    // "public (published only)" is about rows.
    let of_rows = stranger && within.ones.iter().any(|(one, _)| *one != One::Anyone);
    let said = Who { ones: ones.iter().map(|one| (one.clone(), None)).collect(), unread: Vec::new() };
    let conditional = within.ones.iter().any(|(_, condition)| condition.is_some());
    if !within.says() || !within.unread.is_empty() || of_rows || conditional {
        return unread();
    }
    let both = said.and(within);
    if !both.says() || !both.unread.is_empty() {
        return unread();
    }
    Meaning::These(both.ones.into_iter().map(|(one, _)| one).collect(), *like_role)
}

fn of_plain(written: &str, of_sign_in: bool) -> Meaning {
    let (whole, word) = plain(written);
    if word.is_empty() || crate::lexicon::has(NOTHING, &word) {
        return Meaning::Nothing;
    }
    if NO.contains(&word.as_str()) {
        // "no access" is none of signing in.
        let strangers = of_sign_in && whole == word;
        return if strangers { Meaning::These(vec![One::NoSignIn], false) } else { Meaning::Denial };
    }
    let denies = |word: &str| {
        word.split(|letter: char| !letter.is_alphanumeric())
            .any(|word| !word.is_empty() && crate::lexicon::has(DENIALS, word))
    };
    if !is_known(&word) && denies(&whole) {
        return Meaning::Denial;
    }
    match of_word(&word) {
        Some(one) => Meaning::These(vec![one], LIKE_ROLES.contains(&word.as_str())),
        None => Meaning::Unread(word),
    }
}

/// A word without what it is written in, and the same without what may stand around it.
fn plain(word: &str) -> (String, String) {
    let word = word.replace(['`', '*', '"', '(', ')', '[', ']'], " ").to_lowercase();
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut word = word.trim_matches(['.', ':']);
    let whole = word.to_owned();
    for before in ["role: ", "roles: ", "role:", "role ", "requires ", "only "] {
        word = word.strip_prefix(before).unwrap_or(word);
    }
    for after in [" only", " role", " users only", " access"] {
        word = word.strip_suffix(after).unwrap_or(word);
    }
    (whole, word.strip_prefix("a user with the role ").unwrap_or(word).to_owned())
}

const KNOWN: [(&[&str], One); 5] = [
    (NOBODY, One::Nobody),
    (ANYONE, One::Anyone),
    (SIGNED_IN, One::SignedIn),
    (TOKEN, One::Token),
    (OWNER, One::Owner),
];

fn is_known(word: &str) -> bool {
    KNOWN.iter().any(|(words, _)| words.contains(&word))
}

fn of_word(word: &str) -> Option<One> {
    if let Some((_, one)) = KNOWN.into_iter().find(|(words, _)| words.contains(&word)) {
        return Some(one);
    }
    let letters = word.chars().all(|letter| letter.is_ascii_alphabetic() || " _-".contains(letter));
    if !letters || word.starts_with('-') || word.split_whitespace().count() > MOST_WORDS {
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
mod tests;
