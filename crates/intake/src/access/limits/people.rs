//! What limits those who have a right: "guests with a booking", "the doctor who treated the patient", "anyone with the link".

use super::records::WHOLE;
use crate::access::elided;
use crate::clauses::Clause;
use crate::everybody::accounts;
use crate::lexicon::has;
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

/// "anyone with the link", "everyone in the same department", "anybody who has the code".
pub(super) fn of_people(scene: &Scene<'_>, clause: &Clause, verb: usize) -> Option<(usize, usize)> {
    let start = scene.sentences.get(clause.sentence).map_or(clause.from, |sentence| sentence.from);
    let end = scene.sentences.get(clause.sentence).map_or(clause.to, |sentence| sentence.to);
    let people = ["anyone", "anybody", "everyone", "everybody", "people", "public", "visitors", "guests", "users"];
    let at = (start..end).find(|at| {
        let tails = &["with", "in", "over", "under", "above", "below", "at", "from", "near", "within", "on", "inside"];
        let more = &["who", "whose", "that", "aged", "having", "holding", "older", "younger", "knowing"];
        scene.one_of(*at, &people) && (scene.one_of(at + 1, tails) || scene.one_of(at + 1, more))
    })?;
    // "anyone can see albums, people in the club can …" speaks of others first.
    let passive = clause.passive && at >= clause.from && at < clause.to;
    let stop = if at < verb {
        (at + 2..=verb).find(|at| scene.tag(*at) == Some(Tag::Modal)).unwrap_or(verb)
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

fn has_phrase(text: &str, all: &[&str]) -> bool {
    all.iter().any(|phrase| text.contains(phrase))
}
