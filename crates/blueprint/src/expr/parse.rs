//! The grammar of conditions: text in, a tree of words out, each with its place. What the words mean is `types`' affair.
//!
//! ```text
//! or        = and { "or" and }
//! and       = not { "and" not }
//! not       = "not" not | "(" or ")" | test
//! test      = term [ ("=" | "!=" | "<" | "<=" | ">" | ">=") term
//!                  | ["not"] "in" "(" term { "," term } ")"
//!                  | "is" ["not"] "null" ]
//! term      = name [ "." name ] | text | number | "true" | "false" | "now" | "null"
//! ```

use super::Comparison;

/// Bytes of a condition at most.
const MAX_BYTES: usize = 1_000;
/// Parentheses and `not`s within one another at most, so that no condition is deeper than a stack.
const MAX_DEPTH: usize = 20;

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The byte where it is wrong.
    pub at: usize,
    pub message: String,
    pub hint: Option<String>,
}

impl Fault {
    pub fn new(at: usize, message: impl Into<String>, hint: Option<&str>) -> Fault {
        Fault { at, message: message.into(), hint: hint.map(str::to_owned) }
    }
}

/// A condition of which nothing is known but its form.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Compare(Word, Comparison, Word),
    In { word: Word, values: Vec<Word>, negated: bool },
    IsNull { word: Word, negated: bool },
    Alone(Word),
}

/// A term with the byte where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub at: usize,
    pub token: Token,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or a keyword.
    Name(String),
    Text(String),
    Number(String),
    Sign(&'static str),
    End,
}

pub(super) fn parse(text: &str) -> Result<Tree, Fault> {
    if text.len() > MAX_BYTES {
        let message = format!("the condition is longer than {MAX_BYTES} bytes");
        return Err(Fault::new(0, message, Some("what needs more is for code")));
    }
    let mut parser = Parser { words: words(text)?, next: 0, depth: 0 };
    let tree = parser.or()?;
    match parser.take() {
        Word { token: Token::End, .. } => Ok(tree),
        word => Err(unexpected(&word, "`and`, `or` or the end")),
    }
}

/// What a text joins by `and` where no parenthesis is open; the whole text, where it joins nothing so.
pub(super) fn conjuncts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut from = 0;
    for Word { at, token } in words(text).unwrap_or_default() {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth = depth.saturating_sub(1),
            Token::Name(name) if depth == 0 && name == "or" => return vec![text],
            Token::Name(name) if depth == 0 && name == "and" => {
                parts.push(text.get(from..at).unwrap_or_default().trim());
                from = at + "and".len();
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default().trim());
    parts
}

struct Parser {
    words: Vec<Word>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn or(&mut self) -> Result<Tree, Fault> {
        let mut parts = vec![self.and()?];
        while self.accept("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::Any(parts) })
    }

    fn and(&mut self) -> Result<Tree, Fault> {
        let mut parts = vec![self.not()?];
        while self.accept("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Tree::All(parts) })
    }

    fn not(&mut self) -> Result<Tree, Fault> {
        let at = self.peek().at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::new(at, format!("nested deeper than {MAX_DEPTH}"), None));
        }
        let tree = if self.accept("not") {
            Tree::Not(Box::new(self.not()?))
        } else if self.accept("(") {
            let inner = self.or()?;
            self.demand(")")?;
            inner
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn test(&mut self) -> Result<Tree, Fault> {
        let word = self.term()?;
        for (sign, comparison) in [
            ("=", Comparison::Eq),
            ("!=", Comparison::Ne),
            ("<", Comparison::Lt),
            ("<=", Comparison::Lte),
            (">", Comparison::Gt),
            (">=", Comparison::Gte),
        ] {
            if self.accept(sign) {
                return Ok(Tree::Compare(word, comparison, self.term()?));
            }
        }
        if self.accept("is") {
            let negated = self.accept("not");
            self.demand("null")?;
            return Ok(Tree::IsNull { word, negated });
        }
        let negated = self.accept("not");
        if self.accept("in") {
            self.demand("(")?;
            let mut values = vec![self.term()?];
            while self.accept(",") {
                values.push(self.term()?);
            }
            self.demand(")")?;
            return Ok(Tree::In { word, values, negated });
        }
        if negated {
            return Err(unexpected(&self.take(), "`in`"));
        }
        Ok(Tree::Alone(word))
    }

    fn term(&mut self) -> Result<Word, Fault> {
        let word = self.take();
        match &word.token {
            Token::Name(name) if ["and", "or", "not", "in", "is"].contains(&name.as_str()) => {
                Err(unexpected(&word, "a field or a value"))
            }
            Token::Name(_) | Token::Text(_) | Token::Number(_) => Ok(word),
            Token::Sign(_) | Token::End => Err(unexpected(&word, "a field or a value")),
        }
    }

    fn accept(&mut self, wanted: &str) -> bool {
        let found = match &self.peek().token {
            Token::Name(name) => name == wanted,
            Token::Sign(sign) => *sign == wanted,
            _ => false,
        };
        self.next += usize::from(found);
        found
    }

    fn demand(&mut self, wanted: &str) -> Result<(), Fault> {
        if self.accept(wanted) { Ok(()) } else { Err(unexpected(self.peek(), &format!("`{wanted}`"))) }
    }

    fn peek(&self) -> &Word {
        const NONE: Word = Word { at: 0, token: Token::End };
        self.words.get(self.next).or(self.words.last()).unwrap_or(&NONE)
    }

    fn take(&mut self) -> Word {
        let word = self.peek().clone();
        self.next += 1;
        word
    }
}

fn unexpected(word: &Word, wanted: &str) -> Fault {
    let found = match &word.token {
        Token::Name(name) => format!("`{name}`"),
        Token::Text(text) => format!("'{text}'"),
        Token::Number(number) => number.clone(),
        Token::Sign(sign) => format!("`{sign}`"),
        Token::End => "the end".to_owned(),
    };
    Fault::new(word.at, format!("expected {wanted}, found {found}"), None)
}

/// Signs, longest first, each with what to write instead if it is not one of ours.
const SIGNS: &[(&str, Option<&str>)] = &[
    ("!=", None),
    ("<=", None),
    (">=", None),
    ("==", Some("write `=`")),
    ("<>", Some("write `!=`")),
    ("&&", Some("write `and`")),
    ("||", Some("write `or`")),
    ("=", None),
    ("<", None),
    (">", None),
    ("(", None),
    (")", None),
    (",", None),
    ("!", Some("write `not`")),
    ("\"", Some("texts stand in single quotes")),
];

fn words(text: &str) -> Result<Vec<Word>, Fault> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let start = rest.chars().next().unwrap_or(' ');
        if start.is_whitespace() {
            at += start.len_utf8();
            continue;
        }
        let (token, length) = token(rest).map_err(|(message, hint)| Fault::new(at, message, hint))?;
        words.push(Word { at, token });
        at += length;
    }
    words.push(Word { at: text.len(), token: Token::End });
    Ok(words)
}

type Complaint = (String, Option<&'static str>);

/// The token that a text begins with, and its length in bytes.
fn token(rest: &str) -> Result<(Token, usize), Complaint> {
    let start = rest.chars().next().unwrap_or(' ');
    let run = |fits: fn(char) -> bool| rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
    let part = |length: usize| rest.get(..length).unwrap_or_default().to_owned();
    if start == '\'' {
        return quoted(rest);
    }
    if start.is_alphabetic() || start == '_' {
        let length = run(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'));
        return Ok((Token::Name(part(length)), length));
    }
    let negative = rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
    if start.is_ascii_digit() || negative {
        let digits = rest.get(1..).unwrap_or_default();
        let length = 1 + digits.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(digits.len());
        return Ok((Token::Number(part(length)), length));
    }
    match SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
        Some((sign, None)) => Ok((Token::Sign(sign), sign.len())),
        Some((sign, hint)) => Err((format!("`{sign}` is not of this language"), *hint)),
        None => Err((format!("{start:?} means nothing here"), None)),
    }
}

/// A text in single quotes; two of them within stand for one.
fn quoted(rest: &str) -> Result<(Token, usize), Complaint> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\'' if letters.next_if(|(_, next)| *next == '\'').is_some() => text.push('\''),
            '\'' => return Ok((Token::Text(text), place + 1)),
            letter => text.push(letter),
        }
    }
    Err(("this text has no end".to_owned(), Some("end it with '")))
}

#[cfg(test)]
mod tests {
    use super::conjuncts;

    #[test]
    fn a_text_is_taken_apart_where_all_of_it_must_hold() {
        for (text, parts) in [
            ("a = 1", vec!["a = 1"]),
            ("a = 1 and not b", vec!["a = 1", "not b"]),
            ("(a or b) and c in ('and', 'x')", vec!["(a or b)", "c in ('and', 'x')"]),
            ("(a and b)", vec!["(a and b)"]),
            ("a and b or c", vec!["a and b or c"]),
        ] {
            assert_eq!(conjuncts(text), parts);
        }
    }
}
