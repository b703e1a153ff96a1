//! Questions: "should we delete the notes?", "what if we removed the phone?". Nothing is changed for one; what would be a wish is told.
//! Who is asked to do something is wished something of: "could you add an email to leads?"

use super::places::Places;
use super::said::Said;
use super::{Answer, context, plainly, reasons};
use crate::lexicon::verbs::with_ending;
use crate::lexicon::{has, words};

/// What may stand before a question, and before a wish.
const GREETINGS: &str =
    "please pls also and then now just oh ok okey okay hey hi hello but too so hmm hm um well actually additionally";
/// What opens a question wherever it stands first; "when" and "where" may open a condition.
const ASKING: &str = "who whose whom what what's why how which where";
const MODALS: &str = "can could should shall would will must might may does did is are am was were has had isn't aren't doesn't didn't \
    shouldn't couldn't wouldn't can't won't";
/// These open a wish too: "do not send", "have an email", "don't text customers".
const EITHER: &str = "do don't have haven't";
/// What follows a verb that stands first where a subject does: "should we", "is the name".
const SUBJECTS: &str = "i we they he she it there this that these those people users everyone everybody anyone anybody";
/// The same after a verb that may open a wish.
const PEOPLE: &str = "i we they he she people users";
const DETERMINERS: &str = "the a an my our their your all each every any some";
/// No subject: "should be", "can only be".
const NO_SUBJECT: &str = "be also now not only no never always just still have has";
/// What is asked of the reader to be told, not done: "can you tell me", "do you think".
const TELLING: &str = "tell say show explain think recommend suggest advise know remember see";
/// What somebody has not made up his mind about.
const WONDERING: &[&str] = &[
    "i wonder",
    "we wonder",
    "i'm wondering",
    "we're wondering",
    "i was wondering",
    "wondering",
    "not sure",
    "i'm not sure",
    "we're not sure",
    "i am not sure",
    "maybe we should",
    "perhaps we should",
    "maybe i should",
    "perhaps i should",
];
/// Verbs that wishes begin with, and those of which another form is no ending.
const WISHING: &str = "add remove drop delete rename make keep store require allow let give use stop hide change set limit send email text \
    open close show ditch scrap replace switch restrict turn index track";
const IRREGULAR: &[(&str, &str)] =
    &[("made", "make"), ("kept", "keep"), ("gave", "give"), ("sent", "send"), ("hid", "hide")];
/// Verbs before which a subject ends: "should leads have".
const SAYING: &str =
    "be have has need see read view edit change update delete remove create add belong start default cancel approve";

/// Whether a sentence asks, where nobody is asked to do something.
pub(super) fn is_asked(sentence: &str, has_mark: bool) -> bool {
    let all = reasons::words(sentence);
    let start = all.iter().take_while(|word| has(GREETINGS, word)).count();
    let said = all.get(start..).unwrap_or_default();
    let Some((first, rest)) = said.split_first() else { return false };
    let (first, second) = (first.as_str(), rest.first().map_or("", String::as_str));
    let is_modal = has(MODALS, first);
    let is_polite = all.iter().any(|word| matches!(word.as_str(), "please" | "pls")) && !has(ASKING, first);
    let of_you = is_modal && second == "you" && rest.get(1).is_some_and(|word| !has(TELLING, word));
    if of_you && !has("should must may might does did is are", first) || is_polite && !wonders(said) {
        return false;
    }
    let subject = has(SUBJECTS, second) || has(DETERMINERS, second) || second == "you";
    // "can managers see", "should the name be".
    let named = !subject && !has(NO_SUBJECT, second) && !has(WISHING, second) && !has(SAYING, second);
    let verb_follows = rest.iter().skip(1).any(|word| has(SAYING, word));
    has_mark
        || wonders(said)
        || has(ASKING, first)
        || is_modal && (subject || named && verb_follows)
        || has(EITHER, first) && (has(PEOPLE, second) || second == "you")
}

/// What is wished in a request: "could you please add an email" is "add an email", "make sure that the phone is required" says so of it.
pub(super) fn requested(sentence: &str) -> &str {
    const HEADS: &[&str] = &[
        "could you",
        "can you",
        "would you",
        "will you",
        "could we please",
        "can we please",
        "can i please",
        "could i please",
        "i want you to",
        "i would like you to",
        "i'd like you to",
        "i need you to",
        "we want you to",
        "we'd like you to",
        "we need you to",
        "make sure that",
        "make sure",
        "ensure that",
        "see to it that",
        "let's",
    ];
    let mut rest = sentence.trim_start();
    loop {
        let begins = |head: &&&str| {
            let at = rest.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head));
            at && rest.get(head.len()..).is_some_and(|after| after.starts_with(' '))
        };
        let first = rest.split_whitespace().next().unwrap_or("");
        let is_polite = matches!(
            first.to_lowercase().trim_end_matches(','),
            "please" | "pls" | "kindly" | "hey" | "hi" | "hello" | "ok"
        );
        match HEADS.iter().find(begins).map(|head| head.len()).or_else(|| is_polite.then_some(first.len())) {
            Some(length) => rest = rest.get(length..).unwrap_or("").trim_start(),
            // "could you also let agents delete leads".
            None if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("also let ")) => {
                rest = rest.get(5..).unwrap_or("")
            }
            None => return rest,
        }
    }
}

fn wonders(said: &[String]) -> bool {
    let text = format!("{} ", said.join(" "));
    WONDERING.iter().any(|opening| text.starts_with(&format!("{opening} ")))
}

/// What is told for a question.
pub(super) fn asks(wish: &Said, places: &Places, source: &str) -> Option<Answer> {
    wish.is_asked.then_some(())?;
    const NOW: &str = "`supermaker access` says who may do what, `supermaker explain` what becomes of a request";
    let said = turned(&wish.text, places).into_iter().chain(wish_of(&wish.text));
    for said in said.filter(|said| !is_asked(said, false)) {
        match super::change(source, &said) {
            Ok(changed) if changed.is_change() => {
                return Some(Answer::Refused(format!(
                    "that is a question, and nothing is changed for one: say \"{said}\", if that is what you want"
                )));
            }
            Ok(changed) if !changed.already.is_empty() => {
                return Some(Answer::Refused(format!(
                    "that is a question; it is so already: {}",
                    changed.already.join("; ")
                )));
            }
            _ => {}
        }
    }
    let first = wish.text.split_whitespace().next().unwrap_or("").to_lowercase();
    Some(Answer::Refused(if has(ASKING, &first) {
        format!("that is a question, and a change is a wish: {NOW}")
    } else {
        format!("that is a question, and a change is a wish ({NOW}); {}", context::NOT_READ)
    }))
}

/// The wish in a question, from its verb on: "remove the status" of "what if we removed the status".
fn wish_of(text: &str) -> Option<String> {
    // What stands right before it: who else does something is no wish of the reader's.
    const BEFORE: &str = "we i you to not about if please also just maybe better simply suppose by of";
    let (mut from, mut before) = (0, String::new());
    for word in text.split_whitespace() {
        let at = from + text.get(from..)?.find(word)?;
        from = at + word.len();
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let fits = before.is_empty() || has(BEFORE, &before);
        before.clone_from(&plain);
        if !fits {
            continue;
        }
        let irregular = || IRREGULAR.iter().find(|(form, _)| *form == plain).map(|(_, base)| *base);
        let is_form = |base: &&str| *base == plain || ["ing", "ed"].iter().any(|end| with_ending(base, end) == plain);
        let base = WISHING.split_ascii_whitespace().find(is_form).or_else(irregular);
        if let Some(base) = base {
            return Some(format!("{base}{}", text.get(from..)?));
        }
    }
    None
}

/// "prospects should have an email" of "should prospects have an email", "the names are unique" of "are the names unique".
fn turned(text: &str, places: &Places) -> Vec<String> {
    let said: Vec<&str> = text.split_whitespace().skip_while(|word| has(GREETINGS, &word.to_lowercase())).collect();
    let Some((verb, rest)) = said.split_first() else { return Vec::new() };
    let verb = verb.to_lowercase();
    let lower: Vec<String> = rest.iter().map(|word| word.to_lowercase()).collect();
    let end = match verb.as_str() {
        "is" | "are" => (1..rest.len()).rev().find(|end| {
            let named = lower.get(..*end).unwrap_or_default();
            places.field(named).is_ok() || plainly::record(named, places).is_some_and(|(_, at)| at == *end)
        }),
        _ if words::is_modal(&verb) => lower.iter().position(|word| has(SAYING, word)).filter(|end| *end > 0),
        _ => None,
    };
    let Some(end) = end.filter(|_| !lower.first().is_some_and(|first| matches!(first.as_str(), "i" | "we" | "you")))
    else {
        return Vec::new();
    };
    let verb = match verb.as_str() {
        "could" | "would" | "might" => "can",
        "shall" => "should",
        verb => verb,
    };
    let (subject, rest) = rest.split_at(end);
    // "should agents only see": "agents should only see".
    let late = subject.iter().rev().take_while(|word| matches!(**word, "only" | "also")).count();
    let (subject, adverbs) = subject.split_at(subject.len() - late);
    let (subject, rest) = (subject.join(" "), adverbs.iter().chain(rest).copied().collect::<Vec<_>>().join(" "));
    let plain = rest.to_lowercase().starts_with("have ").then(|| format!("{subject} {rest}"));
    std::iter::once(format!("{subject} {verb} {rest}")).chain(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::is_asked;

    #[test]
    fn what_is_asked_of_the_reader_is_a_request() {
        let asked = [
            ("should we delete the notes", true),
            ("shall we drop the phone", true),
            ("can we drop the SMS", true),
            ("can managers see all leads", true),
            ("should status be optional", true),
            ("hey, do we need the phone", true),
            ("don't we need the phone", true),
            ("I wonder if we should drop the phone", true),
            ("can you tell me who sees leads", true),
            ("do you think we should drop the phone", true),
            ("are the names unique", true),
            ("could you add an email to leads", false),
            ("can you remove the phone", false),
            ("could we please have an email on leads", false),
            ("can also be archived", false),
            ("should be required", false),
            ("do not send emails", false),
            ("don't text customers", false),
            ("have a status on leads", false),
            ("when a lead is created, send an email", false),
            ("drop the phone", false),
        ];
        for (sentence, wanted) in asked {
            assert_eq!(is_asked(sentence, false), wanted, "{sentence}");
        }
        assert!(is_asked("drop the phone", true) && is_asked("leads can have tags", true));
        assert!(!is_asked("would you make the phone required", true) && !is_asked("drop the phone, please", true));
    }
}
