//! The request cut into words, numbers and signs, each with its place in the request.
//!
//! Only spelling is decided here (case, British forms, abbreviations). What a word does in its sentence is `tags`'
//! business.

use crate::lemma;
use crate::lexicon::words;

/// A stretch of the request, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    Url,
    Sign,
}

/// One word, number or sign.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub span: Span,
    /// Lower case, American, abbreviations written out.
    pub text: String,
    /// The singular of `text`.
    pub lemma: String,
    pub kind: Kind,
    /// Written with a capital first letter.
    pub capital: bool,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text
    }
    pub(crate) fn one_of(&self, texts: &[&str]) -> bool {
        texts.contains(&self.text.as_str())
    }
    pub(crate) fn is_sign(&self) -> bool {
        self.kind == Kind::Sign
    }
    /// Written as a plural.
    pub(crate) fn plural(&self) -> bool {
        self.kind == Kind::Word && (self.text != self.lemma || lemma::is_plural_only(&self.text))
    }
}

/// Cuts `text`, which starts at byte `base` of the request.
pub(crate) fn tokenize(text: &str, base: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut at = base;
    while let Some(first) = rest.chars().next() {
        let length = if first == '\t' && !tokens.is_empty() {
            // Cells of a table that was copied from a sheet.
            push(&mut tokens, "|", 1, at, Kind::Sign);
            1
        } else if first.is_whitespace() || first == '\u{feff}' {
            first.len_utf8()
        } else if let Some(length) = url_length(rest) {
            push(&mut tokens, rest, length, at, Kind::Url);
            length
        } else if let Some(length) = range_length(rest) {
            word(&mut tokens, rest.get(..length).unwrap_or(""), &range(rest.get(..length).unwrap_or("")), at);
            length
        } else if let Some(length) = emphasis_length(text, at - base) {
            length
        } else if let Some(length) = ratio_length(rest) {
            push(&mut tokens, rest, length, at, Kind::Sign);
            length
        } else if first.is_alphanumeric() {
            let length = word_length(rest);
            if let Some(length) = short(&mut tokens, rest, length, at) {
                at += length;
                rest = rest.get(length..).unwrap_or("");
                continue;
            }
            push_word(&mut tokens, rest, length, at);
            length
        } else if first == '/'
            && tokens
                .last()
                .is_some_and(|last| last.is("with") && last.span.end == at && last.span.end - last.span.start == 1)
        {
            1
        } else {
            let length = if rest.starts_with("->") || rest.starts_with("=>") { 2 } else { first.len_utf8() };
            if rest.starts_with("# of ") {
                word(&mut tokens, "#", "number", at);
            } else {
                push(&mut tokens, rest, length, at, Kind::Sign);
            }
            length
        };
        at += length;
        rest = rest.get(length..).unwrap_or("");
    }
    tokens
}

/// "badge no (unique)", "members n guests", "order w ticket": words of one or two letters that their place tells.
fn short(tokens: &mut Vec<Token>, rest: &str, length: usize, at: usize) -> Option<usize> {
    let written = rest.get(..length)?;
    let last = tokens.last().filter(|last| last.kind == Kind::Word && last.span.end < at);
    let tail = rest.get(length..).unwrap_or("");
    let spaced = tail.starts_with(' ') && tail.trim_start().starts_with(char::is_alphabetic);
    let meaning = match written {
        "w" if spaced => "with",
        "n" if spaced && last.is_some() => "and",
        "no" | "No" | "nos" => {
            let noun = last.is_some_and(|last| {
                !words::is_function_word(&last.text)
                    && !words::is_adverb(&last.text)
                    && !matches!(
                        last.text.as_str(),
                        "say"
                            | "said"
                            | "says"
                            | "mean"
                            | "means"
                            | "saying"
                            | "hm"
                            | "hmm"
                            | "oh"
                            | "ah"
                            | "uh"
                            | "er"
                            | "wait"
                            | "sorry"
                    )
            });
            let ends = tail.trim_start_matches('.').trim_start();
            let closed = ends.is_empty() || ends.starts_with([',', ';', '(', ')', '|', '*', '\n']);
            if noun && closed { "number" } else { return None }
        }
        _ => return None,
    };
    word(tokens, written, meaning, at);
    Some(length + usize::from(meaning == "number" && tail.starts_with('.')))
}

fn push(tokens: &mut Vec<Token>, rest: &str, length: usize, at: usize, kind: Kind) {
    let written = rest.get(..length).unwrap_or("");
    let text = match (kind, written) {
        (Kind::Sign, "→" | "=>" | "➜") => "->".to_owned(),
        (Kind::Sign, "1..*" | "0..*" | "1..n" | "0..n" | "1-*" | "1-n" | "1:*") => "1:n".to_owned(),
        (Kind::Sign, "*-1" | "n-1") => "n:1".to_owned(),
        (Kind::Sign, many) if many_length(many) == Some(many.len()) => "1:n".to_owned(),
        (Kind::Sign, "*-*" | "n-n" | "n-m" | "*:*") => "n:m".to_owned(),
        (Kind::Sign, "–" | "—" | "−") => "-".to_owned(),
        (Kind::Sign, "“" | "”" | "„" | "«" | "»") => "\"".to_owned(),
        (Kind::Sign, "•" | "·" | "▪" | "◦" | "‣") => "•".to_owned(),
        _ => written.to_lowercase(),
    };
    let lemma = text.clone();
    tokens.push(Token { span: Span { start: at, end: at + length }, text, lemma, kind, capital: false });
}

/// A word may become several tokens: "driver's" is "driver" and "'s", "don't" is "do" and "not".
fn push_word(tokens: &mut Vec<Token>, rest: &str, length: usize, at: usize) {
    let written = rest.get(..length).unwrap_or("");
    if rest.get(length..).is_some_and(|tail| tail.starts_with('/')) && matches!(written, "w" | "W") {
        return word(tokens, written, "with", at);
    }
    let lower = written.to_lowercase().replace('’', "'");
    if written.chars().next().is_some_and(|c| c.is_ascii_digit())
        && written.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
    {
        return push(tokens, rest, length, at, Kind::Number);
    }
    if let Some((digits, unit)) = measured(&lower) {
        let cut = digits.len();
        push(tokens, rest, cut, at, Kind::Number);
        return word(tokens, written.get(cut..).unwrap_or(""), unit, at + cut);
    }
    if let Some(rest) = lower.strip_prefix("auto-").filter(|rest| rest.len() > 3) {
        word(tokens, written, "automatically", at);
        return word(tokens, written, rest, at);
    }
    if lower == "its" && is_verb_less_its(rest.get(length..).unwrap_or("")) {
        word(tokens, written, "it", at);
        return word(tokens, written, "is", at);
    }
    if let Some(parts) = camel(written).filter(|_| {
        rest.get(length..)
            .is_some_and(|tail| tail.trim_start_matches([' ', '`', '*']).starts_with(['(', '{', '[', ':']))
    }) {
        return word(tokens, written, &parts, at);
    }
    let expanded = words::expand(&lower).filter(|_| written != "U");
    if let Some(parts) = expanded {
        for part in parts.split(' ') {
            word(tokens, written, part, at);
        }
        return;
    }
    if let Some((stem, tail)) = lower.split_once('\'') {
        let cut = stem.len().min(written.len());
        match tail {
            "s" | "" => {
                word(tokens, written.get(..cut).unwrap_or(written), stem, at);
                let tail_at = at + cut;
                tokens.push(Token {
                    span: Span { start: tail_at, end: at + length },
                    text: "'s".into(),
                    lemma: "'s".into(),
                    kind: Kind::Word,
                    capital: false,
                });
            }
            "t" => {
                word(tokens, written, stem.strip_suffix('n').unwrap_or(stem), at);
                word(tokens, written, "not", at);
            }
            "re" | "m" => {
                word(tokens, written, stem, at);
                word(tokens, written, "are", at);
            }
            "d" | "ll" => {
                word(tokens, written, stem, at);
                word(tokens, written, "would", at);
            }
            "ve" => {
                word(tokens, written, stem, at);
                word(tokens, written, "have", at);
            }
            _ => word(tokens, written, stem, at),
        }
        return;
    }
    word(tokens, written, &lower, at);
}

/// "OfferLine" as programmers write names: "offer-line".
fn camel(written: &str) -> Option<String> {
    let parts = written.chars().filter(|c| c.is_uppercase()).count();
    let plain =
        written.starts_with(|c: char| c.is_ascii_uppercase()) && written.chars().all(|c| c.is_ascii_alphabetic());
    let mixed = parts >= 2
        && parts * 2 < written.len()
        && crate::lexicon::integrations::named(&written.to_lowercase()).is_none();
    (plain && mixed).then(|| {
        let mut name = String::new();
        for (at, c) in written.char_indices() {
            if at > 0 && c.is_uppercase() {
                name.push('-');
            }
            name.extend(c.to_lowercase());
        }
        name
    })
}

/// "its a mess", "its all on paper": the apostrophe is forgotten.
fn is_verb_less_its(rest: &str) -> bool {
    let next = rest.split_whitespace().next().unwrap_or("").trim_end_matches([',', '.', '!']).to_lowercase();
    matches!(
        next.as_str(),
        "a" | "an" | "all" | "the" | "not" | "just" | "so" | "very" | "really" | "too" | "like" | "about" | "for"
    )
}

/// "24h" is a number and its unit.
fn measured(word: &str) -> Option<(&str, &'static str)> {
    let cut = word.find(|c: char| !c.is_ascii_digit()).filter(|cut| *cut > 0)?;
    let (digits, unit) = word.split_at_checked(cut)?;
    let unit = match unit {
        "h" | "hr" | "hrs" | "hour" | "hours" => "hours",
        "min" | "mins" => "minutes",
        "d" | "day" | "days" => "days",
        "wk" | "wks" | "week" | "weeks" => "weeks",
        _ => return None,
    };
    Some((digits, unit))
}

fn word(tokens: &mut Vec<Token>, written: &str, text: &str, at: usize) {
    let text = lemma::american(text);
    let lemma = lemma::singular(&text);
    let capital = written.chars().next().is_some_and(char::is_uppercase);
    let span = Span { start: at, end: at + written.len() };
    tokens.push(Token { span, text, lemma, kind: Kind::Word, capital });
}

fn word_length(rest: &str) -> usize {
    let mut end = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let joins = matches!(c, '-' | '\'' | '’' | '_' | '.') && next.is_some_and(char::is_alphanumeric)
            || (c == ',' && next.is_some_and(|n| n.is_ascii_digit()) && thousands(rest, at));
        let apostrophe = matches!(c, '\'' | '’') && rest.get(..at).is_some_and(|w| w.ends_with('s'));
        if c.is_alphanumeric() || joins && !stops(rest, at, c) || apostrophe {
            end = at + c.len_utf8();
        } else {
            break;
        }
    }
    end.max(rest.chars().next().map_or(1, char::len_utf8))
}

/// A full stop joins only digits ("1.5") and initials ("e.g", "p.m"), not two words with the space forgotten.
fn stops(rest: &str, at: usize, c: char) -> bool {
    if c != '.' {
        return false;
    }
    let before = rest.get(..at).unwrap_or("");
    let after = rest.get(at + 1..).unwrap_or("").chars().next().unwrap_or(' ');
    let digits = before.ends_with(|c: char| c.is_ascii_digit()) && after.is_ascii_digit();
    let initials = before.rsplit('.').next().is_some_and(|part| part.chars().count() == 1);
    !(digits || initials && after.is_alphabetic())
}

fn thousands(rest: &str, at: usize) -> bool {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    rest.get(..at).is_some_and(|w| w.chars().all(|c| c.is_ascii_digit() || c == ','))
        && rest.get(at + 1..).is_some_and(|tail| digits(tail) == 3)
}

/// "1:n", "n:m", "1-*", "1..n": how many of one go with how many of the other.
fn ratio_length(rest: &str) -> Option<usize> {
    for (written, next) in
        ["1..*", "0..*", "1..n", "0..n", "1-*", "*-*", "*-1", "1-n", "n-1", "n-n", "n-m", "1:*", "*:*"]
            .iter()
            .filter_map(|written| Some((written, rest.strip_prefix(written)?)))
    {
        if next.starts_with(' ') {
            return Some(written.len());
        }
    }
    if let Some(length) = many_length(rest) {
        return Some(length);
    }
    let mut letters = rest.chars();
    let (a, sign, b, next) = (letters.next()?, letters.next()?, letters.next()?, letters.next());
    let side = |c: char| matches!(c.to_ascii_lowercase(), '1' | 'n' | 'm');
    let ratio = side(a) && sign == ':' && side(b) && (a, b) != ('1', '1');
    (ratio && next.is_none_or(|c| !c.is_alphanumeric())).then_some(3)
}

/// "1..6": a range that would read as the end of a sentence.
fn range_length(rest: &str) -> Option<usize> {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    let first = digits(rest);
    let dots =
        ["...", "..", "…"].into_iter().find(|dots| rest.get(first..).is_some_and(|tail| tail.starts_with(dots)))?;
    let last = digits(rest.get(first + dots.len()..)?);
    let length = first + dots.len() + last;
    let ends = !rest.get(length..)?.starts_with(|c: char| c.is_alphanumeric());
    (first > 0 && last > 0 && ends).then_some(length)
}

/// "1..6" as "1-6".
fn range(written: &str) -> String {
    let ends: Vec<&str> = written.split(['.', '…']).filter(|end| !end.is_empty()).collect();
    ends.join("-")
}

/// How far the other sign of an emphasis may be.
const EMPHASIZED: usize = 80;

/// Signs that set off a word: "*boats* (name, length)". None where nothing opens or closes with them: "2 * 3", "- *".
fn emphasis_length(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let sign = rest.chars().next().filter(|c| matches!(c, '*' | '_'))?;
    let length = rest.chars().take(3).take_while(|c| *c == sign).count();
    let before = || text.get(..at).into_iter().flat_map(|said| said.chars().rev()).take_while(|c| *c != '\n');
    let after = || rest.get(length..).into_iter().flat_map(str::chars).take_while(|c| *c != '\n');
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let opens = !word(before().next()) && word(after().next()) && other_side(after(), sign);
    let closes = word(before().next()) && !word(after().next()) && other_side(before(), sign);
    (length <= 2 && (opens || closes)).then_some(length)
}

/// Whether the sign comes right behind a word, and no word behind it.
fn other_side(letters: impl Iterator<Item = char>, sign: char) -> bool {
    let mut letters = letters.take(EMPHASIZED);
    let mut last = None;
    while let Some(letter) = letters.next() {
        if letter == sign {
            let next = letters.find(|c| *c != sign);
            return last.is_some_and(char::is_alphanumeric) && !next.is_some_and(char::is_alphanumeric);
        }
        last = Some(letter);
    }
    false
}

/// "1..N", "1…n", "2...*": any number of them. "1..5" is a range of values.
fn many_length(rest: &str) -> Option<usize> {
    let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let least = rest.len() - tail.len();
    let most = ["...", "..", "…"].iter().find_map(|dots| tail.strip_prefix(dots))?;
    let next = most.strip_prefix(['n', 'N', 'm', 'M', '*'])?;
    ((1..=2).contains(&least) && (next.is_empty() || next.starts_with(' '))).then_some(rest.len() - next.len())
}

fn url_length(rest: &str) -> Option<usize> {
    let scheme =
        ["http://", "https://", "www."].iter().any(|s| rest.get(..s.len()).is_some_and(|p| p.eq_ignore_ascii_case(s)));
    if !scheme {
        return None;
    }
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '"' | '>' | ']')).unwrap_or(rest.len());
    Some(rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?']).len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(request: &str) -> Vec<String> {
        tokenize(request, 0).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_numbers_and_signs() {
        assert_eq!(texts("a full-time job, 1,500.50 net"), ["a", "full-time", "job", ",", "1,500.50", "net"]);
        assert_eq!(texts("draft/sent -> paid"), ["draft", "/", "sent", "->", "paid"]);
        assert_eq!(texts("see https://a.example/b."), ["see", "https://a.example/b", "."]);
    }

    #[test]
    fn short_forms_are_written_out() {
        assert_eq!(texts("driver's don't w/ qty"), ["driver", "'s", "do", "not", "with", "quantity"]);
        assert_eq!(texts("badge no., there is no badge"), ["badge", "number", ",", "there", "is", "no", "badge"]);
        assert_eq!(texts("tours n guides w boats"), ["tours", "and", "guides", "with", "boats"]);
        assert_eq!(texts("club 1-* kayak"), ["club", "1:n", "kayak"]);
        assert_eq!(texts("kayak\tname"), ["kayak", "|", "name"]);
    }

    #[test]
    fn spans_point_into_the_request() {
        let request = "Über the crème’s price";
        for token in tokenize(request, 0) {
            assert!(request.get(token.span.start..token.span.end).is_some(), "{token:?}");
        }
    }
}
