//! Why there is no answer of a model to use, in words for who reads the report. No answer of a server is quoted at length,
//! and nothing of it that a terminal would obey.

use std::fmt;
use std::time::Duration;

/// What went wrong.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// A setting that cannot be used.
    Setting { name: &'static str, problem: String, hint: &'static str },
    /// No connection, or one that broke.
    Unreachable(String),
    /// It took longer than it may.
    TimedOut(Duration),
    /// It answered more than it may.
    TooLong(u64),
    /// It sends elsewhere, which is for the settings to say.
    Redirected(u16),
    /// It does not know the key.
    Unauthorized(u16),
    /// It does not take the request.
    Refused { status: u16, why: String },
    /// It has too much to do.
    Busy { status: u16, wait: Option<Duration> },
    /// The answer is not of its API.
    Foreign(String),
    /// The model does not want to.
    Declined(String),
    /// The answer stops in the middle.
    CutOff(u32),
    /// The answer is no proposal, or none that the request bears out.
    Unusable(Vec<String>),
    /// Even with what the model read there is too little.
    TooLittle,
}

impl Failure {
    /// What to try.
    pub(crate) fn hint(&self) -> Option<String> {
        Some(match self {
            Failure::Setting { hint: "", .. } => return None,
            Failure::Setting { hint, .. } => (*hint).to_owned(),
            Failure::Unreachable(_) => "is the server running, and its address right?".to_owned(),
            Failure::TimedOut(_) => "give it more time with SUPERMAKER_MODEL_TIMEOUT, for example 180".to_owned(),
            Failure::Redirected(_) => "name the server itself as the base URL".to_owned(),
            Failure::Unauthorized(_) => "check the key, and whether it may use this model".to_owned(),
            Failure::Refused { status: 404, .. } => "check the name of the model and the base URL".to_owned(),
            Failure::Foreign(_) => "check the base URL".to_owned(),
            Failure::Busy { .. } => "try again later".to_owned(),
            Failure::CutOff(_) => "let it answer more with SUPERMAKER_MODEL_MAX_TOKENS, for example 16000".to_owned(),
            Failure::Unusable(_) => "try a larger model".to_owned(),
            Failure::Refused { .. } | Failure::TooLong(_) | Failure::Declined(_) | Failure::TooLittle => return None,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Setting { name, problem, .. } => write!(f, "{name} {problem}"),
            Failure::Unreachable(why) => write!(f, "it cannot be reached: {why}"),
            Failure::TimedOut(time) => write!(f, "it did not answer within {} s", time.as_secs_f64()),
            Failure::TooLong(bytes) => write!(f, "it answered more than {bytes} bytes"),
            Failure::Redirected(status) => write!(f, "it answers {status} and sends elsewhere, where nothing is sent"),
            Failure::Unauthorized(status) => write!(f, "it does not take the key ({status})"),
            Failure::Refused { status, why } if why.is_empty() => write!(f, "it answers {status}"),
            Failure::Refused { status, why } => write!(f, "it answers {status}: {why}"),
            Failure::Busy { status, wait: None } => write!(f, "it has too much to do ({status})"),
            Failure::Busy { status, wait: Some(wait) } => {
                write!(f, "it has too much to do ({status}), and asks to wait {} s", wait.as_secs())
            }
            Failure::Foreign(what) => write!(f, "its answer is {what}, not one of its API"),
            Failure::Declined(why) if why.is_empty() => write!(f, "the model declined to answer"),
            Failure::Declined(why) => write!(f, "the model declined to answer: {why}"),
            Failure::CutOff(tokens) => write!(f, "its answer was cut off after {tokens} tokens"),
            Failure::Unusable(complaints) => {
                let first = complaints.first().map_or("it is no proposal", String::as_str);
                write!(f, "its answer cannot be used: {}", shortened(first))?;
                if complaints.len() > 1 { write!(f, " (and {} more)", complaints.len() - 1) } else { Ok(()) }
            }
            Failure::TooLittle => write!(f, "even with what it read there is too little to build from"),
        }
    }
}

/// Text of a server or of a model, for one line of a report.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    // Signs that turn the direction of writing are no control characters, and as bad.
    let bad = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let plain: String = text.chars().map(|c| if bad(c) { ' ' } else { c }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= MOST { plain } else { plain.chars().take(MOST).collect::<String>() + "…" }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn what_a_server_says_cannot_move_the_cursor() {
        assert_eq!(shortened("no\u{1b}[2J such\r\nmodel\u{202e}"), "no [2J such model");
        assert_eq!(shortened(&"x".repeat(300)).chars().count(), 201);
    }
}
