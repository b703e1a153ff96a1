//! What is said of a column besides its type: `not null, unique, 1 to 5, FK → users.id`.
//!
//! Whatever means nothing here is kept in the words that it was said in, so that it can be told.

use super::text::{exact, parts};
use super::who::{self, Who};
use crate::kinds;

/// Which rows must differ in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unique {
    #[default]
    No,
    /// Those of one owner.
    Yes,
    Global,
}

/// All that is said.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub required: bool,
    pub optional: bool,
    pub unique: Unique,
    pub key: bool,
    pub index: bool,
    pub search: bool,
    pub hidden: bool,
    pub read_only: bool,
    pub sensitive: bool,
    pub default: Option<String>,
    pub pattern: Option<String>,
    /// Of numbers; of texts that say no unit, their lengths.
    pub min: Option<String>,
    pub max: Option<String>,
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// Singular snake_case: the record that it refers to, and the same as it is written.
    pub to: Option<(String, String)>,
    pub many: bool,
    pub on_delete: Option<&'static str>,
    pub read: Option<Who>,
    pub write: Option<Who>,
    /// Names that it had before.
    pub former: Vec<String>,
    pub unread: Vec<String>,
}

type Effect = fn(&mut Said);

/// Longer phrases stand before those that they begin with.
const PHRASES: &[(&str, Effect)] = &[
    ("not null", |said| said.required = true),
    ("non-null", |said| said.required = true),
    ("non null", |said| said.required = true),
    ("not required", |said| said.optional = true),
    ("required", |said| said.required = true),
    ("mandatory", |said| said.required = true),
    ("nullable", |said| said.optional = true),
    ("null", |said| said.optional = true),
    ("optional", |said| said.optional = true),
    ("primary key", |said| said.key = true),
    ("primary", |said| said.key = true),
    ("pk", |said| said.key = true),
    ("not unique", |_| {}),
    ("non-unique", |_| {}),
    ("need not be unique", |_| {}),
    ("unique among all rows", |said| said.unique = Unique::Global),
    ("globally unique", |said| said.unique = Unique::Global),
    ("unique globally", |said| said.unique = Unique::Global),
    ("unique among the rows of one owner", |said| said.unique = Unique::Yes),
    ("unique per owner", |said| said.unique = Unique::Yes),
    ("unique per user", |said| said.unique = Unique::Yes),
    ("unique key", |said| said.unique = Unique::Yes),
    ("unique", |said| said.unique = Unique::Yes),
    ("uq", |said| said.unique = Unique::Yes),
    ("on delete set null", |said| said.on_delete = Some("set_null")),
    ("on delete cascade", |said| said.on_delete = Some("cascade")),
    ("on delete restrict", |said| said.on_delete = Some("restrict")),
    ("on delete no action", |said| said.on_delete = Some("restrict")),
    ("on update cascade", |_| {}),
    ("cascade delete", |said| said.on_delete = Some("cascade")),
    ("many-to-many", |said| said.many = true),
    ("many to many", |said| said.many = true),
    ("indexed", |said| said.index = true),
    ("index", |said| said.index = true),
    ("searchable", |said| said.search = true),
    ("full-text search", |said| said.search = true),
    ("search", |said| said.search = true),
    ("hidden", |said| said.hidden = true),
    ("never shown", |said| said.hidden = true),
    ("write-only", |said| said.hidden = true),
    ("write only", |said| said.hidden = true),
    ("read-only", |said| said.read_only = true),
    ("read only", |said| said.read_only = true),
    ("readonly", |said| said.read_only = true),
    ("set by the server only", |said| said.read_only = true),
    ("sensitive", |said| said.sensitive = true),
    ("confidential", |said| said.sensitive = true),
    ("pii", |said| said.sensitive = true),
    ("positive", |said| said.min = Some("1".to_owned())),
    ("non-negative", |said| said.min = Some("0".to_owned())),
    // The engine does so by itself, or it says nothing.
    ("auto-increment", |_| {}),
    ("auto increment", |_| {}),
    ("autoincrement", |_| {}),
    ("auto_increment", |_| {}),
    ("auto-generated", |_| {}),
    ("generated", |_| {}),
    ("identity", |_| {}),
    ("none", |_| {}),
    ("n/a", |_| {}),
    ("and", |_| {}),
    ("value", |_| {}),
    ("range", |_| {}),
];

const REFERENCE: &[&str] =
    &["references", "refers to", "reference to", "foreign key to", "foreign key", "fk to", "fk", "->", "→"];
const DEFAULT: &[&str] = &["defaults to", "default value", "default"];
const PATTERN: &[&str] = &["must match", "matches", "pattern", "regular expression", "regexp", "regex"];
const READ: &[&str] = &["read by", "visible to", "readable by"];
const WRITE: &[&str] = &["written by", "editable by", "writable by"];
const LEAST_LENGTH: &[&str] = &["minimum length", "min length", "min_length", "minlength", "min. length"];
const MOST_LENGTH: &[&str] =
    &["maximum length", "max length", "max_length", "maxlength", "max. length", "length", "len"];
const LEAST: &[&str] = &["at least", "no less than", "minimum", "min", ">=", "≥", "from"];
const MOST: &[&str] = &["at most", "no more than", "up to", "maximum", "max", "<=", "≤"];
const UNIT: &[&str] = &["characters", "character", "chars", "char", "letters", "letter", "signs", "long"];

/// Reads what is said, clause by clause.
pub(super) fn read(text: &str) -> Said {
    let mut said = Said::default();
    let mut clauses: Vec<String> = Vec::new();
    let text = &quoted_default(text, &mut said);
    for part in parts(text, &[",", ";", ". "]) {
        // "read by the owner of the row, or anyone …" is one.
        match clauses.last_mut().filter(|_| part.trim_start().starts_with("or ")) {
            Some(last) => *last = format!("{last},{part}"),
            None => clauses.push(part.to_owned()),
        }
    }
    for text in clauses {
        clause(&text, &mut said);
    }
    said
}

/// Takes "default 'a, b'" out of a text, for what is in such quotes separates nothing.
fn quoted_default(text: &str, said: &mut Said) -> String {
    let found = text.to_ascii_lowercase().find("default").and_then(|at| {
        let rest = text.get(at + "default".len()..)?;
        let (value, rest) = rest.trim_start_matches([' ', ':', '=']).strip_prefix('\'')?.split_once('\'')?;
        Some((format!("{};{rest}", text.get(..at)?), value.to_owned()))
    });
    match found {
        Some((rest, value)) => {
            said.default = Some(value);
            rest
        }
        None => text.to_owned(),
    }
}

/// Words that turn around what is said beside them.
const DENIALS: &str = "not never no non neither nor cannot without except unless isn't don't doesn't mustn't aren't";

fn clause(whole: &str, said: &mut Said) {
    let mut rest = trimmed(whole);
    let mut unread = Vec::new();
    while let Some(first) = rest.chars().next() {
        if let Some(after) = known(rest, said) {
            rest = trimmed(after);
            continue;
        }
        // A word that means nothing here makes what follows it doubtful.
        let end = rest.char_indices().find(|(_, letter)| letter.is_whitespace()).map_or(rest.len(), |(at, _)| at);
        let end = end.max(first.len_utf8());
        // "not sensitive", "never written by clients": what is denied is not said. What stands before it is: "hidden (never sent)".
        if rest.get(..end).is_some_and(denies) {
            unread.push(rest.trim_end());
            break;
        }
        unread.push(rest.get(..end).unwrap_or_default());
        rest = trimmed(rest.get(end..).unwrap_or_default());
    }
    if unread.iter().any(|word| word.chars().any(char::is_alphanumeric)) {
        said.unread.push(unread.join(" "));
    }
}

fn denies(word: &str) -> bool {
    let word = word.to_lowercase().replace('’', "'");
    let begin = word.split(|letter: char| !letter.is_alphabetic() && letter != '\'').find(|part| !part.is_empty());
    begin.is_some_and(|begin| crate::lexicon::has(DENIALS, begin))
}

fn trimmed(text: &str) -> &str {
    text.trim_start_matches(|letter: char| letter.is_whitespace() || "()*.:_–—|".contains(letter))
}

/// What follows a phrase that a text begins with, whatever its case.
fn after<'t>(text: &'t str, phrase: &str) -> Option<&'t str> {
    let (begin, rest) = text.split_at_checked(phrase.len())?;
    let ends = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let word = phrase.ends_with(|letter: char| letter.is_alphanumeric());
    (begin.eq_ignore_ascii_case(phrase) && (!word || rest.chars().next().is_none_or(ends))).then_some(rest)
}

fn any<'t>(text: &'t str, phrases: &[&str]) -> Option<&'t str> {
    phrases.iter().find_map(|phrase| after(text, phrase))
}

/// Takes what it knows from the start of a text.
fn known<'t>(text: &'t str, said: &mut Said) -> Option<&'t str> {
    if let Some(rest) = limits(text, said) {
        return Some(rest);
    }
    if let Some(rest) = any(text, REFERENCE) {
        return reference(rest, said);
    }
    if let Some(rest) = any(text, DEFAULT) {
        return default(rest, said);
    }
    if let Some(rest) = any(text, PATTERN) {
        let pattern = exact(rest.trim_start_matches([':', '=', ' ']));
        said.pattern = Some(pattern).filter(|pattern| !pattern.is_empty());
        return Some("");
    }
    for (cues, reads) in [(READ, true), (WRITE, false)] {
        if let Some(rest) = any(text, cues) {
            let who = who::read(rest.trim_start_matches(':'));
            said.unread.extend(who.unread.iter().cloned());
            *(if reads { &mut said.read } else { &mut said.write }) = Some(who);
            return Some("");
        }
    }
    // "formerly `phone`": in code, for prose may say as much.
    if let Some(rest) = after(text, "formerly").and_then(|rest| rest.trim_start().strip_prefix('`')) {
        let (former, rest) =
            rest.split_once('`').filter(|(former, _)| name(former) == *former && !former.is_empty())?;
        said.former.push(former.to_owned());
        return Some(rest);
    }
    // "CHECK (price >= 0)": the name in it is that of the column.
    if let Some(rest) = after(text, "check") {
        let rest = rest.trim_start_matches([' ', '(']);
        let after = rest.get(name(rest).len()..)?;
        return Some(if after.trim_start().starts_with(['<', '>', '=']) { after } else { rest });
    }
    // The table that holds the pairs of a many-to-many has a name that follows from those of the two.
    if let Some(rest) = after(text, "by").filter(|_| said.many) {
        let rest = rest.trim_start();
        return rest.get(name(rest).len()..);
    }
    let (phrase, effect) = PHRASES.iter().find(|(phrase, _)| after(text, phrase).is_some())?;
    effect(said);
    after(text, phrase)
}

fn name(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// "users.id", "projects(id)", "key -> the `tasks` table".
fn reference<'t>(text: &'t str, said: &mut Said) -> Option<&'t str> {
    let mut rest = text.trim_start();
    while let Some(next) = any(rest, &["->", "→", "references", "to", "the", ":", "`", "\""]) {
        rest = next.trim_start();
    }
    let written = name(rest);
    if written.is_empty() {
        // "FK" alone: which one follows from the name of the column.
        return Some(rest);
    }
    let to = kinds::entity_name(written)?;
    said.to = Some((to, written.to_owned()));
    let rest = rest.get(written.len()..)?;
    let column = rest.strip_prefix('.').map(|rest| rest.get(name(rest).len()..).unwrap_or_default());
    let rest = match (column, rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')'))) {
        (Some(rest), _) => rest,
        (None, Some((column, rest))) if name(column.trim()) == column.trim() => rest,
        (None, _) => rest,
    };
    let rest = rest.trim_start_matches(['`', '"']);
    Some(any(rest.trim_start(), &["table"]).unwrap_or(rest))
}

/// "false", "'in progress'", "now()".
fn default<'t>(text: &'t str, said: &mut Said) -> Option<&'t str> {
    let rest = text.trim_start_matches([' ', ':', '=', '(']);
    for (quote, close) in [('\'', "'"), ('`', "`"), ('"', "\"")] {
        if let Some((value, rest)) = rest.strip_prefix(quote).and_then(|rest| rest.split_once(close)) {
            said.default = Some(value.to_owned());
            return Some(rest);
        }
    }
    let ends = ["not null", "null", "unique", "required", "nullable", "optional", "check", "on update"];
    let starts = |at: &usize| ends.iter().any(|end| rest.get(*at..).is_some_and(|rest| after(rest, end).is_some()));
    let words = rest.match_indices(' ').map(|(at, _)| at + 1);
    let end = words.filter(starts).map(|at| at - 1).next().unwrap_or(rest.len());
    let (value, rest) = rest.split_at_checked(end)?;
    said.default = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    Some(rest)
}

/// A number at the start of a text, and what follows it.
fn number(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', ':', '=']);
    let (sign, digits) = text.strip_prefix(['-', '−']).map_or(("", text), |rest| ("-", rest));
    let whole = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (_, rest) = digits.split_at_checked(whole).filter(|(integer, _)| !integer.is_empty())?;
    let part =
        rest.strip_prefix('.').map(|part| part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len());
    let end = whole + part.filter(|part| *part > 0).map_or(0, |part| part + 1);
    let (_, rest) = digits.split_at_checked(end)?;
    Some((format!("{sign}{}", digits.get(..end)?), rest))
}

/// "1 to 5", "1..5", "at least 3 characters", "max length: 120", ">= 0".
fn limits<'t>(text: &'t str, said: &mut Said) -> Option<&'t str> {
    let length = |text: String| text.parse::<u32>().ok();
    if let Some(rest) = any(text, LEAST_LENGTH) {
        let (least, rest) = number(rest)?;
        said.min_length = length(least);
        return Some(unit(rest).unwrap_or(rest));
    }
    if let Some(rest) = any(text, MOST_LENGTH) {
        if let Some((least, most, rest)) = range(rest) {
            (said.min_length, said.max_length) = (length(least), length(most));
            return Some(unit(rest).unwrap_or(rest));
        }
        let rest = any(rest.trim_start(), MOST).unwrap_or(rest);
        let (most, rest) = number(rest)?;
        said.max_length = length(most).filter(|most| *most > 0);
        return Some(unit(rest).unwrap_or(rest));
    }
    let (least, most, rest) =
        if let Some((least, most, rest)) = any(text, &["between"]).map_or_else(|| range(text), range) {
            (Some(least), Some(most), rest)
        } else if let Some(rest) = any(text, LEAST) {
            let (least, rest) = number(rest)?;
            (Some(least), None, rest)
        } else if let Some(rest) = any(text, MOST) {
            let (most, rest) = number(rest)?;
            (None, Some(most), rest)
        } else {
            let more = text.strip_prefix('>').or_else(|| any(text, &["greater than", "more than"]))?;
            let (least, rest) = number(more)?;
            (Some(least.parse::<i64>().ok()?.checked_add(1)?.to_string()), None, rest)
        };
    if let Some(rest) = unit(rest) {
        said.min_length = least.and_then(length).or(said.min_length);
        said.max_length = most.and_then(length).filter(|most| *most > 0).or(said.max_length);
        return Some(rest);
    }
    // "3 of them" is no limit.
    let next = trimmed(rest);
    let goes_on = next.chars().next().is_some_and(char::is_alphanumeric);
    if goes_on && !begins(next) {
        return None;
    }
    (said.min, said.max) = (least.or(said.min.take()), most.or(said.max.take()));
    Some(rest)
}

/// Whether a text begins with words that mean something.
fn begins(text: &str) -> bool {
    let cues = [REFERENCE, DEFAULT, PATTERN, READ, WRITE, LEAST_LENGTH, MOST_LENGTH, LEAST, MOST];
    cues.iter().any(|cues| any(text, cues).is_some()) || PHRASES.iter().any(|(phrase, _)| after(text, phrase).is_some())
}

fn range(text: &str) -> Option<(String, String, &str)> {
    let (least, rest) = number(text)?;
    let rest = rest.trim_start();
    let rest = ["...", "..", "to ", "and ", "–", "—", "-", "…"].iter().find_map(|word| rest.strip_prefix(word))?;
    let (most, rest) = number(rest)?;
    Some((least, most, rest))
}

fn unit(text: &str) -> Option<&str> {
    any(text.trim_start(), UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_known_is_taken_and_the_rest_is_kept() {
        for (text, expected) in [
            ("PK, NOT NULL, UNIQUE", "key required Yes"),
            ("NOT NULL DEFAULT 'in progress' CHECK (price >= 0)", "required default=in progress min=0"),
            ("FK → users.id", "to=user"),
            ("REFERENCES projects(id) ON DELETE CASCADE", "to=project on_delete=cascade"),
            ("foreign key -> the `tasks` table, index", "to=task index"),
            ("max 120", "max=120"),
            ("1..5", "min=1 max=5"),
            ("between 0.5 and 9.5", "min=0.5 max=9.5"),
            ("> 0", "min=1"),
            ("length 2-80", "min_length=2 max_length=80"),
            ("min length 0", "min_length=0"),
            ("at least 3 characters; max length: 9", "min_length=3 max_length=9"),
            ("3 of them", "| 3 of them"),
            ("matches `[a-z, ]+`", "pattern=[a-z, ]+"),
            ("read by the owner of the row, or a user with the role `boss`, search", "search read"),
            ("not unique, non-unique", ""),
            ("many-to-many -> tags.id, by tasks_tags", "to=tag many"),
            ("unique, wibble wobble", "Yes | wibble wobble"),
            ("default now()", "default=now()"),
            ("-", ""),
            ("(((", ""),
        ] {
            let said = read(text);
            let mut told: Vec<String> = Vec::new();
            let mut add = |holds: bool, word: &str| told.extend(holds.then(|| word.to_owned()));
            add(said.key, "key");
            add(said.required, "required");
            add(said.unique == Unique::Yes, "Yes");
            let mut add = |name: &str, value: Option<String>| told.extend(value.map(|value| format!("{name}={value}")));
            add("to", said.to.map(|(to, _)| to));
            add("on_delete", said.on_delete.map(str::to_owned));
            add("default", said.default);
            add("min", said.min);
            add("max", said.max);
            add("min_length", said.min_length.map(|length| length.to_string()));
            add("max_length", said.max_length.map(|length| length.to_string()));
            add("pattern", said.pattern);
            let mut add = |holds: bool, word: &str| told.extend(holds.then(|| word.to_owned()));
            add(said.many, "many");
            add(said.index, "index");
            add(said.search, "search");
            add(said.read.is_some(), "read");
            told.extend(said.unread.iter().map(|unread| format!("| {unread}")));
            assert_eq!(told.join(" "), expected, "{text}");
        }
    }
}
