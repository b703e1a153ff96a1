//! Wishes about who may make an account: "invite only", "anyone may sign up", "close registration".
//!
//! Every word must belong to the wish: "anyone may sign up for events" is about something else.

use super::Answer;
use super::patch::Patch;
use super::places::Places;
use super::said::Said;
use super::wishes::at_end;

const SAME: &[(&str, &str)] = &[
    ("sign up", "signup"),
    ("sign ups", "signup"),
    ("signing up", "signup"),
    ("signups", "signup"),
    ("register", "signup"),
    ("registering", "signup"),
    ("registration", "signup"),
    ("registrations", "signup"),
    ("create an account", "signup"),
    ("create accounts", "signup"),
    ("make an account", "signup"),
    ("make accounts", "signup"),
    ("join", "signup"),
    ("joining", "signup"),
    ("invitation", "invite"),
    ("invitations", "invite"),
    ("invited", "invite"),
    ("invites", "invite"),
];
const FILLERS: &[&str] = &[
    "the",
    "a",
    "an",
    "by",
    "it",
    "be",
    "is",
    "are",
    "now",
    "again",
    "for",
    "with",
    "on",
    "app",
    "this",
    "users",
    "user",
    "people",
    "can",
    "may",
    "must",
    "should",
    "able",
    "allowed",
    "to",
    "from",
    "new",
    "themselves",
    "public",
    "need",
    "needs",
    "self",
    "free",
    "up",
    "have",
];
const OPEN: &[&str] = &["anyone", "everyone", "everybody", "anybody", "open", "allow", "enable", "enabled", "reopen"];
const CLOSED: &[&str] = &["close", "closed", "nobody", "no", "disable", "disabled", "off", "stop", "forbid"];

pub(super) fn sign_up(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    let mut said = format!(" {} ", wish.words.join(" ").replace('-', " "));
    for (words, one) in SAME {
        said = said.replace(&format!(" {words} "), &format!(" {one} "));
    }
    let said: Vec<&str> =
        said.split_whitespace().filter(|word| !matches!(*word, "make" | "turn" | "let" | "keep")).collect();
    let is_about = said.contains(&"signup");
    let rest: Vec<&str> = said.iter().copied().filter(|word| *word != "signup" && !FILLERS.contains(word)).collect();
    let has = |words: &[&str]| !rest.is_empty() && rest.iter().all(|word| words.contains(word));
    let people_sign_up = said.iter().any(|word| matches!(*word, "users" | "people"))
        && rest.is_empty()
        && said.iter().any(|word| matches!(*word, "can" | "may"));
    // "don't let anyone sign up by themselves", "prevent people from signing up".
    const DENIED: &[&str] = &[
        "don't",
        "dont",
        "do",
        "not",
        "never",
        "can't",
        "cannot",
        "shouldn't",
        "mustn't",
        "prevent",
        "stop",
        "longer",
        "no",
    ];
    let denies = rest.iter().any(|word| DENIED.contains(word) && !matches!(*word, "do" | "longer"));
    let is_denied = denies && rest.iter().all(|word| DENIED.contains(word) || OPEN.contains(word));
    let (word, told) = if rest.contains(&"invite")
        && has(&["invite", "only", "require", "requires", "allow"])
        && (is_about || rest.contains(&"only") || wish.place(&["must", "need", "needs"]).is_some())
    {
        ("invite", "only who is invited can make an account")
    } else if is_about && (has(CLOSED) && rest.len() == 1 || is_denied) {
        ("closed", "nobody can make an account by himself")
    } else if is_about && (has(OPEN) && rest.len() <= 2 || people_sign_up) {
        ("open", "anyone can make an account")
    } else if is_about
        && said.iter().any(|word| matches!(*word, "can" | "may" | "must" | "only" | "can't" | "cannot"))
        && !wish.words.iter().any(|word| matches!(word.as_str(), "for" | "when" | "if"))
    {
        return Some(Answer::Refused(
            "whoever makes an account is a user, and nothing else is asked of him: say \"anyone may sign up\", \"invite only\" or \"close \
             registration\""
                .to_owned(),
        ));
    } else {
        return None;
    };
    let before = places.sign_up.as_ref().map_or("open", |(_, word)| word.as_str());
    if before == word {
        return Some(Answer::Already(told.to_owned()));
    }
    let line = format!("sign_up = \"{word}\"\n");
    let patch = match (&places.sign_up, places.section("auth")) {
        (Some((at, _)), _) => Patch::replace(at.clone(), format!("\"{word}\"")),
        (None, Some(section)) => at_end(source, section.end, &line),
        (None, None) if source.lines().any(|line| line.trim_start().starts_with("auth")) => {
            return Some(Answer::Refused(super::wishes::UNUSUAL.to_owned()));
        }
        (None, None) => super::rights::before_records(places, &format!("[auth]\n{line}\n")),
    };
    Some(Answer::Done { patches: vec![patch], told: told.to_owned() })
}
