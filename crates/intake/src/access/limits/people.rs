//! What limits those who have a right: "guests with a booking", "the doctor who treated the patient", "anyone with the link".

use super::records::WHOLE;
use crate::access::{elided, refused};
use crate::clauses::{Clause, Join};
use crate::everybody::accounts;
use crate::lexicon::{has, verbs};
use crate::rules;
use crate::scene::Scene;
use crate::tags::Tag;

/// "guests with a booking", "the doctor who treated the patient": some of those who have the role.
pub(super) fn of_role(scene: &Scene<'_>, clause: &Clause, verb: usize) -> Option<(usize, usize)> {
    let np = clause.subject.last()?;
    let start = scene.sentences.get(clause.sentence)?.from;
    if let Some(modal) = elided::late_modal(scene, clause) {
        return Some((np.from, modal));
    }
    // "only the assigned lawyer": one of them.
    const ONE: &str =
        "assigned responsible respective treating attending relevant own designated corresponding concerned";
    let own =
        matches!(np.possessive.as_deref(), Some("its" | "their")) || np.words().iter().any(|word| has(ONE, &word.text));
    if own && !np.plural && np.to <= verb && np.from >= start && clause.pronoun.is_none() {
        return Some((np.from, np.to));
    }
    // "level 1 agents": some of the agents.
    let number = np.from + usize::from(scene.tag(np.from) == Some(Tag::Number));
    let graded = number.checked_sub(2).filter(|at| *at >= start && scene.tag(*at) == Some(Tag::Noun));
    if let Some(from) = graded.filter(|_| np.to <= verb && scene.tag(number - 1) == Some(Tag::Number)) {
        return Some((from, np.to));
    }
    // "no one apart from the manager" is said of all.
    let lead = scene.padded(clause.from, verb);
    let nobody = has_phrase(lead, &[" nobody ", " no one ", " no-one ", " none ", " apart from "]);
    if nobody || clause.pronoun.is_some() || clause.carried || clause.passive || np.to > verb || np.from < start {
        return None;
    }
    let stop = (np.to..=verb).find(|at| scene.tag(*at) == Some(Tag::Modal)).unwrap_or(verb);
    let who = ["who", "whose", "that", "aged", "older", "younger", "having", "holding"];
    let with = ["with", "without", "over", "under", "above", "below", "within", "near", "from", "in", "at", "on"];
    let asides = ["if", "when", "unless", "only", "after", "with", "once", "provided"];
    if scene.is(np.to, "(") && scene.one_of(np.to + 1, &asides) {
        return scene.close_of(np.to).map(|close| (np.from, close + 1));
    }
    if scene.one_of(np.to, &who) {
        return (np.to + 1 < stop).then_some((np.from, stop));
    }
    let group = scene.one_of(np.to, &with).then(|| scene.np_at(np.to + 1)).flatten();
    let whole = group.is_some_and(|group| {
        has(WHOLE, group.head()) && group.words().len() == 1 || group.possessive.as_deref() == Some("our")
    });
    let said = scene.padded(np.from, stop);
    (scene.one_of(np.to, &with) && np.to + 1 < stop && !whole && !accounts(said)).then_some((np.from, stop))
}

/// "anyone with the link", "everyone in the same department", "anybody who has the code", "anyone except guests".
pub(super) fn of_people(scene: &Scene<'_>, clause: &Clause, verb: usize, in_state: bool) -> Option<(usize, usize)> {
    let sentence = scene.sentences.get(clause.sentence);
    let (start, end) = sentence.map_or((clause.from, clause.to), |sentence| (sentence.from, sentence.to));
    let people = ["anyone", "anybody", "everyone", "everybody", "people", "public", "visitors", "guests", "users"];
    let some = |at: usize| {
        let tails = &["with", "in", "over", "under", "above", "below", "at", "from", "near", "within", "on", "inside"];
        let more = &["who", "whose", "that", "aged", "having", "holding", "older", "younger", "knowing"];
        scene.one_of(at, &people) && (scene.one_of(at + 1, tails) || scene.one_of(at + 1, more))
    };
    let agent = |at: usize| at > verb && scene.one_of(at - 1, &["by", "to"]);
    // Whoever is a stranger may be one of those whom any other word behind it leaves out.
    let strangers = |at: usize| {
        let here = (clause.from..clause.to).contains(&at) && !in_state && scene.one_of(at, ANYONE);
        here && (agent(at) && !goes_on(scene, at + 1, end) || at < verb && described(scene, at + 1, verb))
    };
    if let Some(left) = (clause.from..verb).find(|at| !in_state && scene.one_of(*at, ANYONE)).and_then(|_| {
        let except = elided::excepted(scene, verb + 1, clause.to);
        let named = except < clause.to && rules::people_at(scene, except + 1, clause.to).is_some();
        let named = named.then_some(except);
        named.or_else(|| refused::refused(scene, clause).map(|refused| refused.at))
    }) {
        return Some((left, clause.to));
    }
    let at = (start..end).find(|at| some(*at) || strangers(*at))?;
    // "anyone can see albums, people in the club can …" speaks of others first.
    let passive = (clause.passive || agent(at) && strangers(at)) && at >= clause.from && at < clause.to;
    let stop = if at < verb {
        (at + 2..=verb).find(|at| scene.tag(*at) == Some(Tag::Modal)).unwrap_or(verb)
    } else if passive && at + 1 >= clause.to {
        // "by anyone who works here".
        end
    } else if passive {
        clause.to
    } else {
        return None;
    };
    let said = scene.padded(at, stop);
    let everywhere = has_phrase(said, &[" internet ", " web ", " world ", " app ", " site ", " website ", " public "]);
    let comes =
        has_phrase(said, &[" who visits ", " who visit ", " who wants ", " who want ", " who comes ", " who likes "]);
    let least = stop > at + 1 && !accounts(said) && !everywhere && !comes && !said.contains(" without ");
    least.then_some((at, stop))
}

const ANYONE: &[&str] = &["anyone", "anybody"];

/// Whether nothing behind "by anyone" says who: it ends there, or something else is said.
fn goes_on(scene: &Scene<'_>, at: usize, end: usize) -> bool {
    let leaves = |at: usize| {
        scene.one_of(at, &["except", "excepting", "excluding", "besides", "unless", "provided"])
            || scene.is(at, "apart") && scene.is(at + 1, "from")
            || scene.is(at, "long") && scene.is(at + 1, "as")
            || scene.is(at, "other") && scene.is(at + 1, "than")
            || scene.is(at, "but") && (scene.one_of(at + 1, elided::NOT) || scene.one_of(at + 1, &["for", "by"]))
    };
    if (at..end).any(leaves) {
        return false;
    }
    let next =
        |clause: &Clause| clause.join == Join::Main && clause.verb.is_some() && (at..at + 2).contains(&clause.from);
    // "and edited by managers".
    let past = |at: usize| {
        let known = scene.token(at).and_then(|token| verbs::lookup(&token.text));
        known.is_some_and(|(_, form)| form == verbs::Form::Past)
    };
    at >= end
        || scene.tag(at) == Some(Tag::Sign)
        || scene.one_of(at, &["online", "worldwide", "anywhere", "else", "without"])
        || scene.clauses.iter().any(next)
        || scene.one_of(at, &["and", "or"]) && past(at + 1)
}

/// Whether words between "anyone" and the verb say who: "anyone except guests can", "anyone holding a ticket can".
fn described(scene: &Scene<'_>, at: usize, verb: usize) -> bool {
    let stop = (at..=verb).find(|at| scene.tag(*at) == Some(Tag::Modal)).unwrap_or(verb);
    let plain = matches!(scene.tag(at), Some(Tag::Sign | Tag::Adverb | Tag::Be | Tag::Have));
    at < stop && !plain && !scene.one_of(at, &["online", "else", "and", "or", "without"])
}

fn has_phrase(text: &str, all: &[&str]) -> bool {
    all.iter().any(|phrase| text.contains(phrase))
}
