//! What is taken back in the same breath: "packages - actually scratch packages", "SMS. Wait, SMS costs, email is fine".
//!
//! Set aside is only what a clause says itself; here what was said before it goes too. Only what was spoken of before can
//! be taken back: "skip the weekends" is no change of mind.

use super::{Rule, Sink, is_value};
use crate::facts::{Evidence, Fact, Thing};
use crate::lexicon::has;
use crate::nouns::Np;
use crate::scene::Scene;
use crate::tags::Tag;

pub(super) const RULES: &[Rule] = &[
    Rule { id: "back.order", example: "We keep kayaks and oars, no, forget the oars.", run: order },
    Rule { id: "back.fronted", example: "We keep kayaks and oars. Oars we can drop.", run: fronted },
    Rule { id: "back.verdict", example: "We keep kayaks and oars. Oars are off the table.", run: verdict },
    Rule { id: "back.no", example: "A kayak has a name and a colour. Sorry, no colour.", run: no },
    Rule { id: "back.not", example: "We keep kayaks and oars, no wait, oars not.", run: not },
    Rule { id: "back.that", example: "Text the guide - scrap that.", run: that },
    Rule { id: "back.those", example: "We keep kayaks. Oars have a length. Actually skip those.", run: those },
    Rule { id: "back.channel", example: "Text the guide. Or no, better mail.", run: channel },
];

/// Words before a change of mind, and around its verb.
const FILLERS: &str = "no nope nah wait hm hmm hmmm mm sorry ah oh uh um er erm ok okay well actually and but or so now \
    then please just let us we can could i you also simply better rather second thought thoughts thinking about it on maybe \
    , - . ... i'd would like to";
/// Of them, those that tell of one by themselves.
const CHANGES: &str = "wait hm hmm hmmm sorry ah oh uh er erm actually correction nope nah";
const DROPS: &str = "scratch scrap forget skip drop ditch strike lose cut kill cancel omit";
const THAT: &str = "that it this them those these";

/// So many changes of mind are followed.
const MOST: usize = 50;

/// Where the words before this token that only fill begin, no further back than `from`.
fn filled(scene: &Scene<'_>, from: usize, at: usize) -> usize {
    (from..at).rev().take_while(|t| scene.token(*t).is_some_and(|token| has(FILLERS, &token.text))).last().unwrap_or(at)
}

/// Whether the words from here to `at` tell of a change of mind.
fn changes(scene: &Scene<'_>, from: usize, at: usize) -> bool {
    (from..at).any(|t| {
        scene.token(t).is_some_and(|token| has(CHANGES, &token.text))
            || scene.is(t, "no") && scene.is(t + 1, ",")
            || scene.is(t, "second") && scene.one_of(t + 1, &["thought", "thoughts"])
    })
}

/// Whether the phrase speaks of something that was spoken of before `at`.
fn spoken_of(scene: &Scene<'_>, np: &Np, at: usize) -> bool {
    scene.nps_before(at).any(|before| before.entity() == np.entity() || before.field() == np.field())
}

fn take_back(scene: &Scene<'_>, sink: &mut Sink, np: &Np, from: usize) {
    if spoken_of(scene, np, from) {
        sink.add(Fact::TakenBack(Some(Thing::of(np))), scene.span(from, np.to), 2.0);
    }
}

/// "actually scratch packages", "no, leave the stock out", "hmm no, forget about the waiters".
fn order(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        for at in sentence.from..sentence.to {
            let Some(token) = scene.token(at).filter(|token| has(DROPS, &token.text) || token.is("leave")) else {
                continue;
            };
            if scene.tag(at.wrapping_sub(1)) == Some(Tag::Negation) {
                continue;
            }
            let lead = filled(scene, sentence.from, at);
            let opens = lead == sentence.from || changes(scene, lead, at) || scene.one_of(lead, &["-", "or"]);
            let about = usize::from(scene.one_of(at + 1, &["about", "out", "off"]));
            let np = scene.np_at(at + 1 + about).cloned().or_else(|| behind(scene, at));
            let Some(np) = np.filter(|np| opens && np.to <= sentence.to) else { continue };
            let left = !token.is("leave") || about == 1 || scene.one_of(np.to, &["out", "away", "off", "aside"]);
            if left {
                take_back(scene, sink, &np, lead);
            }
        }
    }
}

/// "scratch packages" read as a sort of packages: what is scratched.
fn behind(scene: &Scene<'_>, at: usize) -> Option<Np> {
    let np = scene.np_at(at).filter(|np| np.owner.is_none())?;
    let words = np.words().split_first().map(|(_, rest)| rest.to_vec()).filter(|words| !words.is_empty())?;
    Some(np.renamed(words))
}

/// "contracts we can drop", "the photos you can leave out".
fn fronted(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        let start = (sentence.from..sentence.to)
            .find(|at| !scene.token(*at).is_some_and(|token| has(FILLERS, &token.text)))
            .unwrap_or(sentence.to);
        let Some(np) = scene.np_at(start).filter(|np| scene.one_of(np.to, &["we", "you", "i"])) else { continue };
        let verb = (np.to + 1..sentence.to).find(|at| scene.tag(*at) != Some(Tag::Modal)).unwrap_or(sentence.to);
        let drops = scene.token(verb).is_some_and(|token| has(DROPS, &token.text))
            || scene.is(verb, "leave") && scene.one_of(verb + 1, &["out", "away", "off", "aside"]);
        if drops && scene.np_at(verb + 1).is_none() {
            take_back(scene, sink, np, start);
        }
    }
}

/// "teams are off the table now", "we decided against them".
fn verdict(scene: &Scene<'_>, sink: &mut Sink) {
    const VERDICTS: &[&str] =
        &[" off the table ", " out of the picture ", " out of the question ", " out of the game "];
    for clause in &scene.clauses {
        let words = scene.padded(clause.from, clause.to);
        if VERDICTS.iter().any(|verdict| words.contains(verdict)) {
            for np in &clause.subject {
                take_back(scene, sink, np, clause.from);
            }
        }
        let Some(against) =
            (clause.from..clause.to).find(|at| scene.one_of(*at, &["decided", "voted"]) && scene.is(at + 1, "against"))
        else {
            continue;
        };
        let before = || scene.nps_before(clause.from).find(|np| np.plural && !is_value(np));
        let them = scene.one_of(against + 2, &["them", "those", "these"]);
        if let Some(np) = scene.np_at(against + 2).or_else(|| before().filter(|_| them)) {
            sink.add(Fact::TakenBack(Some(Thing::of(np))), scene.span(against, against + 3), 2.0);
        }
    }
}

/// "sorry, no owner", "ah no, no photos".
fn no(scene: &Scene<'_>, sink: &mut Sink) {
    for np in &scene.nps {
        let at = np.from;
        let denies = scene.is(at, "no") || scene.one_of(at.wrapping_sub(1), &["no", "not", "without"]);
        let Some(sentence) = scene.sentence_at(at).and_then(|place| scene.sentences.get(place)).filter(|_| denies)
        else {
            continue;
        };
        let word = if scene.is(at, "no") { at } else { at - 1 };
        let lead = filled(scene, sentence.from, word);
        if changes(scene, lead, word) {
            take_back(scene, sink, np, lead);
        }
    }
}

/// "no wait, toolboxes not".
fn not(scene: &Scene<'_>, sink: &mut Sink) {
    for np in scene.nps.iter().filter(|np| scene.is(np.to, "not")) {
        let Some(sentence) = scene.sentence_at(np.from).and_then(|place| scene.sentences.get(place)) else { continue };
        let ends = np.to + 1 >= sentence.to || scene.token(np.to + 1).is_some_and(|token| token.is_sign());
        let lead = filled(scene, sentence.from, np.from);
        if ends && changes(scene, lead, np.from) {
            take_back(scene, sink, np, lead);
        }
    }
}

/// "push to the driver - scrap that": all that the sentence said up to there.
fn that(scene: &Scene<'_>, sink: &mut Sink) {
    for sentence in &scene.sentences {
        for at in sentence.from + 2..sentence.to {
            let dropped = scene.token(at).is_some_and(|token| has(DROPS, &token.text))
                && scene.token(at + 1).is_some_and(|token| has(THAT, &token.text))
                && scene.np_at(at + 1).is_none();
            if !dropped {
                continue;
            }
            let lead = filled(scene, sentence.from, at);
            let apart = (lead..at).any(|t| scene.one_of(t, &["-", ";", "("])) || scene.is(lead.wrapping_sub(1), ";");
            if !apart || lead == sentence.from {
                continue;
            }
            // What stands further back in a list or a run of clauses stays.
            let start =
                (sentence.from..lead).rev().find(|t| scene.one_of(*t, &[";", "-"])).map_or(sentence.from, |t| t + 1);
            sink.add(Fact::TakenBack(None), scene.span(start, lead), 2.0);
        }
    }
}

/// "Tournaments have a name and a date. Actually skip those": what the sentence before told of.
fn those(scene: &Scene<'_>, sink: &mut Sink) {
    for (place, sentence) in scene.sentences.iter().enumerate().skip(1) {
        let opens = (sentence.from..sentence.to)
            .find(|at| !scene.token(*at).is_some_and(|token| has(FILLERS, &token.text)))
            .unwrap_or(sentence.to);
        let drops = scene.token(opens).is_some_and(|token| has(DROPS, &token.text) || token.is("leave"));
        let them = opens + 1;
        let leaves = !scene.is(opens, "leave") || scene.one_of(them + 1, &["out", "away", "off", "aside"]);
        let next = them + 1 + usize::from(scene.one_of(them + 1, &["out", "away", "off", "aside", "please", "again"]));
        let ends = |at: usize| at >= sentence.to || scene.token(at).is_some_and(|token| token.is_sign());
        if !drops || !scene.one_of(them, &["those", "them", "these", "both"]) || !ends(next) || !leaves {
            continue;
        }
        let Some(before) = scene.sentences.get(place - 1) else { continue };
        let told: Vec<&Np> = scene.nps_in(before.from, before.to).filter(|np| np.plural).collect();
        // What is told of for the first time is what goes, before what it has.
        let first = told.first().filter(|np| np.from <= before.from + 1 && !spoken_of(scene, np, np.from));
        if let Some(np) = first.or(told.last()) {
            sink.add(Fact::TakenBack(Some(Thing::of(np))), scene.span(sentence.from, them + 1), 2.0);
        }
    }
}

/// Ways of telling somebody something, by their words.
fn way(word: &str) -> Option<&'static str> {
    Some(match word {
        "email" | "emails" | "mail" => "email",
        "sms" | "text" | "texts" => "sms",
        "whatsapp" => "whatsapp",
        "push" => "push",
        "slack" | "discord" | "telegram" => "chat",
        _ => return None,
    })
}

/// "SMS costs money, an email is fine", "or no, better mail": one way of telling instead of the one before.
fn channel(scene: &Scene<'_>, sink: &mut Sink) {
    let told = |found: &Evidence| match &found.fact {
        Fact::Integration { category, asked: true, .. } => Some((*category, found.span.start)),
        _ => None,
    };
    let asked: Vec<(&'static str, usize)> = sink.evidence.iter().filter_map(told).collect();
    for (place, sentence) in scene.sentences.iter().enumerate() {
        let (from, to) = (sentence.from, sentence.to);
        let Some(mark) = (from..to).find(|at| marks(scene, from, *at)) else { continue };
        let named = (mark..to).filter_map(|at| scene.token(at).and_then(|token| way(&token.text)).map(|way| (at, way)));
        let (refused, chosen): (Vec<_>, Vec<_>) = named.partition(|(at, _)| is_refused(scene, *at, to));
        let also = (mark..to).any(|at| scene.one_of(at, &["also", "too", "both", "additionally", "plus", "well"]));
        if also && refused.is_empty() {
            continue;
        }
        let Some((at, new)) = chosen.last().copied() else { continue };
        let start = place.checked_sub(2).and_then(|before| scene.sentences.get(before)).map_or(0, |before| before.from);
        let (start, end) = (scene.span(start, start + 1).start, scene.span(mark, mark + 1).start);
        let before = asked.iter().filter(|(_, place)| (start..end).contains(place)).map(|(way, _)| *way);
        let ways = ["email", "sms", "whatsapp", "push", "chat"];
        let old = refused.iter().map(|(_, way)| *way).chain(before.filter(|way| ways.contains(way)));
        let old: Vec<&'static str> = old.filter(|way| *way != new).collect();
        if old.is_empty() {
            continue;
        }
        let span = scene.span(at, at + 1);
        for category in old {
            sink.add(Fact::Integration { category, provider: None, asked: false }, span, 1.5);
        }
        sink.add(Fact::Integration { category: new, provider: None, asked: true }, span, 1.5);
    }
}

/// "or no", "no wait", "hmm", "actually", "better" where a sentence or what follows a dash or a comma opens.
fn marks(scene: &Scene<'_>, from: usize, at: usize) -> bool {
    let opens = at == from || scene.one_of(at - 1, &["-", ",", ";", "("]);
    let or_no = scene.is(at, "or") && scene.one_of(at + 1, &["no", "better", "rather"]);
    let no = scene.is(at, "no")
        && (scene.is(at + 1, "wait")
            || scene.is(at + 1, ",") && (scene.is(at + 2, "better") || scene.is(at + 3, "changed")));
    let change = scene.token(at).is_some_and(|token| has(CHANGES, &token.text));
    let second = scene.is(at, "on") && scene.is(at + 1, "second") && scene.one_of(at + 2, &["thought", "thoughts"]);
    opens && (or_no || no || second || change)
}

/// "SMS costs money", "texts are too expensive", "SMS annoys people".
fn is_refused(scene: &Scene<'_>, at: usize, to: usize) -> bool {
    const COSTS: &str = "cost costs annoy annoys expensive unreliable overkill bother bothers";
    let end = (at + 1..to).find(|t| scene.one_of(*t, &[",", ";", "-"])).unwrap_or(to);
    (at + 1..end.min(at + 5)).any(|t| scene.token(t).is_some_and(|token| has(COSTS, &token.text)))
        || scene.one_of(at.wrapping_sub(1), &["no", "not", "than"])
        // "I never read email".
        || (1..=4)
            .filter_map(|back| at.checked_sub(back))
            .take_while(|t| !scene.one_of(*t, &[",", ";", "-"]))
            .any(|t| scene.one_of(t, &["never", "hardly", "rarely"]))
}

/// Takes what was taken back out of what was found, and leaves that it is not wanted.
pub(super) fn leave_out(evidence: &mut Vec<Evidence>) {
    let taken: Vec<(Option<Thing>, crate::tokens::Span)> = evidence
        .iter()
        .filter_map(|found| match &found.fact {
            Fact::TakenBack(thing) => Some((thing.clone(), found.span)),
            _ => None,
        })
        .take(MOST)
        .collect();
    if taken.is_empty() {
        return;
    }
    let gone = |found: &Evidence| {
        taken.iter().any(|(thing, span)| match thing {
            Some(thing) => found.span.start < span.start && speaks_of(&found.fact, thing),
            None => (span.start..span.end).contains(&found.span.start),
        })
    };
    for found in evidence.iter_mut() {
        if let Fact::Integration { asked, .. } = &mut found.fact {
            let within = |(thing, span): &(Option<Thing>, crate::tokens::Span)| {
                thing.is_none() && (span.start..span.end).contains(&found.span.start)
            };
            *asked &= !taken.iter().any(within);
        }
    }
    evidence.retain(|found| {
        matches!(found.fact, Fact::TakenBack(_) | Fact::Denied(_) | Fact::Integration { .. }) || !gone(found)
    });
    for found in evidence.iter_mut() {
        if let Fact::TakenBack(Some(thing)) = &found.fact {
            found.fact = Fact::Denied(thing.clone());
        }
    }
}

fn speaks_of(fact: &Fact, taken: &Thing) -> bool {
    let same = |thing: &Thing| thing.name == taken.name;
    match fact {
        Fact::Has { item, .. } if item.entity == taken.name || item.name == taken.name => true,
        fact => super::idle::things(fact).into_iter().any(same),
    }
}
