//! A request for changes cut into wishes, and the words of each.

use std::ops::Range;

use super::{questions, reasons};
use crate::lemma;

/// One wish.
#[derive(Clone, Debug)]
pub(super) struct Said {
    /// As it was written.
    pub text: String,
    /// Lower case, without politeness and signs; "lead's" is "lead" and "'s".
    pub words: Vec<String>,
    /// Where each word begins and ends in the text.
    pub places: Vec<Range<usize>>,
    /// Whether it is a question.
    pub is_asked: bool,
}

/// Words that open a wish after a comma or an "and".
const OPENERS: &[&str] = &[
    "rename", "drop", "remove", "add", "only", "also", "let", "make", "tag", "give", "nobody", "text", "email", "send",
    "call", "track", "keep", "store", "allow", "no", "change", "set", "turn", "require", "limit",
];
/// Words that make of what follows a wish of its own, where such a word stands before it too: "email is required and phone is optional".
const COPULAS: &[&str] = &["is", "are", "should", "must", "may", "can", "needs"];
/// More than one.
pub(super) const SEVERAL: &[&str] = &["several", "many", "multiple", "various"];
/// Words before a wish that say nothing.
const POLITE: &[&str] = &[
    "please",
    "also",
    "and",
    "then",
    "now",
    "just",
    "could",
    "can",
    "would",
    "you",
    "i",
    "we",
    "want",
    "to",
    "like",
    "need",
    "should",
    "let",
    "me",
    "us",
    "oh",
    "ok",
    "hey",
    "hi",
    "but",
    "too",
    "additionally",
    "furthermore",
    "finally",
];

/// The wishes in their order; no more than a few more than `most`.
pub(super) fn wishes(request: &str, most: usize) -> Vec<Said> {
    let mut wishes = Vec::new();
    for (sentence, has_mark) in sentences(request) {
        if questions::is_asked(sentence, has_mark) {
            wishes.extend(Said::of(sentence).map(|said| Said { is_asked: true, ..said }));
            continue;
        }
        let mut rest = questions::requested(reasons::without(sentence));
        // "Drop the SMS. We don't need it."
        if wishes.last().is_some_and(super::drops::is_drop) && reasons::is_reason(rest) {
            continue;
        }
        while let Some(at) = cut(rest).filter(|_| wishes.len() < most) {
            wishes.extend(Said::of(rest.get(..at).unwrap_or("")));
            rest = rest.get(at..).unwrap_or("");
        }
        wishes.extend(Said::of(rest));
        if wishes.len() >= most {
            break;
        }
    }
    wishes
}

/// At lines, semicolons and full stops before a space; "e.g. x" and "1.5" stay whole. With each, whether a question mark ends it.
fn sentences(request: &str) -> Vec<(&str, bool)> {
    let (mut found, mut from) = (Vec::new(), 0);
    for (at, c) in request.char_indices() {
        let after = request.get(at + c.len_utf8()..).unwrap_or("");
        let before = request.get(..at).unwrap_or("");
        let ends = matches!(c, '\n' | ';' | '!' | '?')
            || c == '.'
                && after.starts_with(char::is_whitespace)
                && !before.ends_with("e.g")
                && !before.ends_with("etc");
        if ends {
            found.push((request.get(from..at).unwrap_or(""), c == '?'));
            from = at + c.len_utf8();
        }
    }
    found.push((request.get(from..).unwrap_or(""), false));
    found
}

/// Where the next wish of a sentence begins: ", drop the SMS", "and rename x to y".
fn cut(sentence: &str) -> Option<usize> {
    let lower = sentence.to_lowercase();
    // Where lower case has other lengths, the places would be wrong.
    if lower.len() != sentence.len() {
        return None;
    }
    let ways = [", and ", ", then ", ", but ", ", ", " and then ", " and ", " but ", " then "];
    let starts = |at: usize, way: &str| {
        let rest = lower.get(at + way.len()..).unwrap_or("");
        let clause = rest.split([',', ';']).next().unwrap_or("");
        let clause = clause.split(" and ").next().unwrap_or("");
        let mut words = clause.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        let next = words.by_ref().find(|word| !matches!(*word, "also" | "then" | "please"));
        // A word alone is one of a list: "open, call, done".
        let opens = next.is_some_and(|word| OPENERS.contains(&word) && !goes_on(lower.get(..at).unwrap_or(""), word))
            && words.next().is_some();
        // "add phone | and email to customers": what is added is not said to whom yet.
        let words: Vec<&str> = clause.split_whitespace().take(2).collect();
        let opens = opens && !(matches!(words.as_slice(), [_, "to"]) && is_adding(lower.get(..at).unwrap_or("")));
        // "web, call back, referral" after a colon is a list.
        let is_listed = way == ", " && lower.get(..at).is_some_and(|before| before.contains(':'));
        !is_listed && !waits(lower.get(..at).unwrap_or("")) && (opens || is_clause(&lower, at, way, clause))
    };
    let places = ways.iter().flat_map(|way| lower.match_indices(way).map(move |(at, _)| (at, *way)));
    places.filter(|(at, way)| *at > 0 && starts(*at, way)).map(|(at, _)| at).min()
}

/// Whether something is added, and not yet to what.
fn is_adding(before: &str) -> bool {
    let mut words = before.split_whitespace().skip_while(|word| POLITE.contains(word));
    words.next() == Some("add") && !words.any(|word| word == "to")
}

/// What people may do with records, in the words for it.
const VERBS: &[&str] = &[
    "see", "read", "view", "list", "browse", "edit", "change", "update", "modify", "create", "add", "make", "enter",
    "write", "delete", "remove", "manage",
];

/// "clerks can see | and change leads": verbs of one wish.
fn goes_on(before: &str, next: &str) -> bool {
    let mut words = before.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let last = words.next_back().unwrap_or("");
    let may = |word: &str| matches!(word, "may" | "can" | "should" | "to" | "not" | "can't" | "cannot" | "let");
    VERBS.contains(&last) && VERBS.contains(&next) && words.any(may)
}

/// "when a lead is deleted, | remove its notes": what is to happen then is yet to come.
fn waits(before: &str) -> bool {
    const WHEN: &[&str] = &["when ", "whenever ", "if ", "once ", "after ", "before ", "as soon as "];
    let before = before.trim_start();
    WHEN.iter().any(|word| before.starts_with(word)) && !before.contains(',')
}

/// "… is required | and phone is optional": says something of something else, and is no part of a condition.
fn is_clause(lower: &str, at: usize, way: &str, clause: &str) -> bool {
    const BOUND: &[&str] =
        &["when", "whenever", "if", "unless", "where", "that", "which", "who", "once", "after", "before"];
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (words(lower.get(..at).unwrap_or("")), words(clause));
    let says = |word: &String| COPULAS.contains(&word.as_str());
    let several = |words: &[String]| words.iter().any(|word| SEVERAL.contains(&word.as_str()));
    // "and follow ups have several tags".
    let has =
        |word: &String| says(word) || several(&before) && several(&after) && matches!(word.as_str(), "has" | "have");
    let subject = after.iter().position(has).unwrap_or(0);
    let bound = before.iter().chain(&after).any(|word| BOUND.contains(&word.as_str()));
    // "a student can have several courses and a course can have several students": one of the two says half of it.
    let nouns = |words: &[String]| {
        let says =
            |word: &&String| word.len() > 2 && !COPULAS.contains(&word.as_str()) && !SEVERAL.contains(&word.as_str());
        let is_noun =
            |word: &&String| says(word) && !matches!(word.as_str(), "have" | "has" | "the" | "each" | "every");
        words.iter().filter(is_noun).map(|word| lemma::singular(word)).collect::<Vec<_>>()
    };
    let shared = nouns(&after).iter().filter(|word| nouns(&before).contains(word)).count();
    let both = several(&before) && several(&after) && shared > 1;
    (way.contains("and") || way.contains("but"))
        && (1..=5).contains(&subject)
        && before.iter().any(has)
        && !bound
        && !both
}

/// The words of a text with the signs around them. A comma between digits belongs to the number: "1,000".
fn pieces(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let in_number = |at: usize| {
        at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_digit) && digits(at + 1) == 3
    };
    let mut found = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || c == ',' && !in_number(at) {
            found.push(from..at);
            from = at + c.len_utf8();
        }
    }
    found.push(from..text.len());
    found.retain(|at| !at.is_empty());
    found
}

impl Said {
    pub(super) fn of(text: &str) -> Option<Said> {
        let text = text.trim().trim_start_matches(',').trim();
        let text = text.trim_start_matches("and ").trim_start_matches("then ").trim();
        let (mut words, mut places): (Vec<String>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
        for at in pieces(text) {
            let piece = text.get(at.clone()).unwrap_or("");
            let plain = piece.trim_matches(|c: char| !c.is_alphanumeric());
            // "-5" is another number than "5".
            let start = piece.find(plain).unwrap_or(0);
            let negative = plain.starts_with(|c: char| c.is_ascii_digit())
                && piece.get(..start).is_some_and(|before| before.ends_with(['-', '\u{2212}']));
            let plain = plain.replace(['\u{2019}', '\u{2018}'], "'").to_lowercase();
            let plain = if negative { format!("-{plain}") } else { plain };
            match plain.strip_suffix("'s") {
                Some(owner) => words.extend([owner.to_owned(), "'s".to_owned()]),
                None if plain == "i'd" || plain == "we'd" => words.push("i".to_owned()),
                None if !plain.is_empty() => words.push(plain),
                None => {}
            }
            places.resize(words.len(), at);
        }
        // "no one" is one word.
        while let Some(at) = words.windows(2).position(|two| two == ["no", "one"]) {
            words.splice(at..at + 2, ["nobody".to_owned()]);
            places.remove(at);
        }
        for word in &mut words {
            if matches!(word.as_str(), "no-one" | "noone") {
                "nobody".clone_into(word);
            }
        }
        while matches!(words.last().map(String::as_str), Some("please" | "thanks" | "pls" | "thx")) {
            words.pop();
            places.pop();
        }
        let polite = words.iter().take_while(|word| POLITE.contains(&word.as_str())).count();
        words.drain(..polite);
        places.drain(..polite);
        (!words.is_empty()).then(|| Said { text: text.to_owned(), words, places, is_asked: false })
    }

    /// The same with other words; nothing is known of where they stand.
    pub(super) fn reworded(&self, words: Vec<String>) -> Said {
        let places = vec![0..0; words.len()];
        Said { text: self.text.clone(), words, places, is_asked: self.is_asked }
    }

    /// "let clerks edit leads".
    pub(super) fn is_let(&self) -> bool {
        self.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("let "))
    }
    pub(super) fn opens(&self, words: &[&str]) -> bool {
        self.words.first().is_some_and(|first| words.contains(&first.as_str()))
    }
    pub(super) fn place(&self, words: &[&str]) -> Option<usize> {
        self.words.iter().position(|word| words.contains(&word.as_str()))
    }
    pub(super) fn from(&self, at: usize) -> &[String] {
        self.words.get(at..).unwrap_or(&[])
    }
    pub(super) fn between(&self, from: usize, to: usize) -> &[String] {
        self.words.get(from..to).unwrap_or(&[])
    }
}

/// Words that stand around names.
const AROUND: &[&str] = &[
    "the",
    "a",
    "an",
    "all",
    "both",
    "any",
    "each",
    "every",
    "my",
    "our",
    "their",
    "its",
    "his",
    "her",
    "field",
    "fields",
    "column",
    "record",
    "records",
    "table",
    "anymore",
    "more",
    "completely",
    "again",
];

/// Words as a name: `due_date`.
pub(super) fn name(words: &[String]) -> String {
    let kept: Vec<&str> = words.iter().map(String::as_str).filter(|word| !AROUND.contains(word)).collect();
    kept.join("_").replace('-', "_")
}

/// How the question for a record begins.
pub(super) const WHICH: &str = "which record is ";

/// Why "it" and "them" name nothing where there are several records.
pub(super) fn unclear(named: &[String], records: usize) -> Option<String> {
    let name = name(named);
    (records > 1 && matches!(name.as_str(), "it" | "them" | "this" | "these" | "that" | "those"))
        .then(|| format!("{WHICH}`{name}`? name it, or say \"everything\" for all of them"))
}

/// The same of one: `follow_up` of "follow-ups".
pub(super) fn one(words: &[String]) -> String {
    lemma::singular(&name(words))
}

#[cfg(test)]
mod tests {
    use super::wishes;

    #[test]
    fn a_request_is_cut_where_a_new_wish_begins() {
        let said = |request: &str| wishes(request, 9).into_iter().map(|wish| wish.words.join(" ")).collect::<Vec<_>>();
        assert_eq!(
            said(
                "Also let me tag prospects, rename phone to mobile and drop the SMS. Only managers may edit and delete!"
            ),
            ["tag prospects", "rename phone to mobile", "drop the sms", "only managers may edit and delete"]
        );
        assert_eq!(said("please"), Vec::<String>::new());
    }
}
