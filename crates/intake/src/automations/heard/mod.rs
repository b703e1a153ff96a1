//! What is to be done and when, wherever the two stand in a sentence: "2 days before the tour -> text the guide", "a push when an
//! offer comes in", "if it is not answered in 7 days please remind the office".
//!
//! The parent reads clauses; dictation, notes and other grammars have none that can be trusted. Here a sentence is a row of
//! `deeds` and `times`, each found by a rule of its own, and what stands together goes together.

mod deeds;
pub(super) mod inbound;
mod regular;
mod times;
mod whose;

use std::cell::OnceCell;

use super::{Heard, Meant, Place, Reader};
use crate::draft::{Automation, Draft, Trigger};
use crate::lexicon::verbs;
use crate::resolve::Cast;
use crate::scene::Scene;
use crate::tags::Tag;
use crate::tokens::Kind;

/// One way of saying something, and how it is read.
struct Rule<F> {
    #[cfg_attr(not(test), expect(dead_code, reason = "named where the test fails"))]
    id: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    example: &'static str,
    /// What comes of the example: the kind of the trigger and the action.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test"))]
    reads: &'static str,
    read: F,
}

/// A sentence, and what is known around it.
pub(super) struct Line<'s, 'a> {
    pub scene: &'s Scene<'a>,
    pub cast: &'s Cast,
    pub draft: &'s Draft,
    pub meant: &'s Meant<'s>,
    pub from: usize,
    pub to: usize,
    /// Where a time begins, worked out once.
    marked: OnceCell<Vec<bool>>,
}

/// Something done in the tokens `from..to`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    pub from: usize,
    pub to: usize,
    pub action: &'static str,
}

/// A time said in the tokens `from..to`; several where one word joins them: "14 days and 1 day before".
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub from: usize,
    pub to: usize,
    pub cues: Vec<Cue>,
}

/// What sets something off, and whether its words leave open of which record: "the day before", "when ready".
#[derive(Clone, Debug)]
pub(super) struct Cue {
    pub trigger: Trigger,
    pub open: bool,
}

/// What a sentence asks to happen by itself, each with the place of what is done, and the tokens of its times.
pub(super) fn of_sentence(line: &Line<'_, '_>) -> (Vec<Heard>, Vec<Place>) {
    let aside = |at: usize| line.scene.clause_at(at).is_some_and(|clause| clause.polarity.is_aside());
    if (line.from..line.to).all(aside) {
        return (Vec::new(), Vec::new());
    }
    let done: Vec<Done> = deeds::of(line).into_iter().filter(|done| !aside(done.from)).collect();
    if done.is_empty() {
        return (Vec::new(), Vec::new());
    }
    // "inverter goes to fault -> mail the technicians": what stands before the arrow is what happened.
    let all: Vec<usize> = done.iter().map(|done| done.from).collect();
    let told = |done: &Done| {
        let next = line.part_end(done.from);
        let happens = matches!(line.verb_form(done.from), Some(verbs::Form::Third | verbs::Form::Past));
        line.one_of(next, &["->"]) && happens && all.iter().any(|from| (next + 1..next + 4).contains(from))
    };
    let done: Vec<Done> = done.into_iter().filter(|done| done.action != "update" || !told(done)).collect();
    let said: Vec<Said> = times::of(line, &done).into_iter().filter(|said| !aside(said.from)).collect();
    // What is done within a time is part of it: "when the owner gets an email".
    let within = |done: &Done| said.iter().any(|said| said.from <= done.from && done.from < said.to);
    let done: Vec<Done> = done.into_iter().filter(|done| !within(done)).collect();
    let found = pairs(line, &done, &said);
    let times = if found.is_empty() { Vec::new() } else { said.iter().map(|said| (said.from, said.to)).collect() };
    (found, times)
}

/// Which deed goes with which time: "T D D", "D T T" and rows of them; a sign between rows ends one.
fn pairs(line: &Line<'_, '_>, done: &[Done], said: &[Said]) -> Vec<(usize, Automation)> {
    let mut found = Vec::new();
    // Up to here the times are said of deeds before.
    let mut spent = line.from;
    for (index, deed) in done.iter().enumerate() {
        let next = done.get(index + 1).map(|other| other.from);
        let cut = |from: usize, to: usize| (from..to).any(|at| line.scene.one_of(at, &[";", "•"]));
        let joined =
            index.checked_sub(1).and_then(|at| done.get(at)).is_some_and(|last| line.joined(last.to, deed.from));
        let before = said
            .iter()
            .rev()
            .find(|said| said.to <= deed.from)
            .filter(|said| !cut(said.to, deed.from) && (said.from >= spent || joined));
        // "when it ships, text the client; two days later call": a time just before a deed is that one's.
        let behind = |said: &&Said| {
            said.from + 1 >= deed.to
                && said.from > deed.from
                && next.is_none_or(|next| said.from < next)
                && !cut(deed.to, said.from)
        };
        let own = |said: &&Said| {
            next.is_none_or(|next| {
                line.leans(said.from, deed.to) && !(before.is_some() && leads(line, said, next))
                    || before.is_none() && !leads(line, said, next)
            })
        };
        let mut times: Vec<&Said> = said.iter().filter(behind).filter(own).collect();
        let near = times.iter().any(|said| said.from <= deed.to + 2);
        let whole = |said: &Said| said.cues.iter().any(|cue| cue.trigger.kind != "schedule");
        // "if it is overdue, remind them weekly": what has happened, not how often.
        let late = |said: &Said| said.cues.iter().any(|cue| cue.trigger.kind == "overdue");
        if before.is_some_and(late) {
            times.retain(|said| whole(said));
        }
        let near = near && !times.is_empty();
        if let Some(before) = before.filter(|before| times.is_empty() || !near && whole(before)) {
            times.insert(0, before);
        }
        if times.is_empty() {
            // "e-mail and text the guide when …": what is said behind the last of them is said of all.
            let mut last = deed;
            for other in done.iter().skip(index + 1) {
                if !line.joined(last.to, other.from) {
                    break;
                }
                last = other;
            }
            let after = said.iter().find(|said| said.from >= last.from && !cut(last.to, said.from));
            times.extend(after.filter(|_| last.from > deed.from));
        }
        spent = times.iter().filter(|said| said.from > deed.from).map(|said| said.to).max().unwrap_or(spent);
        let from = times.iter().map(|said| said.from).min().unwrap_or(deed.from).min(deed.from);
        let to = times.iter().map(|said| said.to).max().unwrap_or(deed.to).max(deed.to);
        let mut cues: Vec<Cue> = times.iter().flat_map(|said| said.cues.clone()).collect();
        whose::settle(&mut cues);
        if cues.is_empty()
            && let Some(cue) = times::implied(line, deed)
        {
            cues.push(cue);
        }
        for cue in cues {
            let trigger = whose::fill(line, cue, deed);
            let automation = Automation { trigger, action: deed.action, span: line.scene.span(from, to) };
            found.push((deed.from, automation));
        }
    }
    found
}

/// Whether a time stands just before a deed: "…, two days later call".
fn leads(line: &Line<'_, '_>, said: &Said, deed: usize) -> bool {
    said.to <= deed
        && deed - said.to <= 2
        && said.from > line.from
        && line.scene.token(said.from - 1).is_some_and(|t| t.is_sign() || t.is("and"))
}

impl<'s, 'a> Line<'s, 'a> {
    pub(in crate::automations) fn new(
        scene: &'s Scene<'a>,
        cast: &'s Cast,
        draft: &'s Draft,
        meant: &'s Meant<'s>,
        sentence: &crate::scene::Sentence,
    ) -> Self {
        Self { scene, cast, draft, meant, from: sentence.from, to: sentence.to, marked: OnceCell::new() }
    }
    /// Whether a time begins here.
    pub(super) fn is_marked(&self, at: usize) -> bool {
        let marked =
            self.marked.get_or_init(|| (self.from..self.to).map(|at| times::marks(self, at).is_some()).collect());
        at.checked_sub(self.from).and_then(|place| marked.get(place)).copied().unwrap_or(false)
    }
    pub(super) fn one_of(&self, at: usize, texts: &[&str]) -> bool {
        at < self.to && self.scene.one_of(at, texts)
    }
    pub(super) fn text(&self, at: usize) -> &'s str {
        if at < self.to { self.scene.token(at).map_or("", |token| token.text.as_str()) } else { "" }
    }
    pub(super) fn has(&self, at: usize, list: &str) -> bool {
        crate::lexicon::has(list, self.text(at))
    }
    pub(super) fn trigger(&self, kind: &'static str) -> Trigger {
        Trigger { kind, entity: None, field: None, value: None, cron: None, offset: None }
    }
    pub(super) fn reader(&self, at: usize) -> Option<Reader<'s, 'a>> {
        let index = self.scene.clauses.partition_point(|clause| clause.from <= at).checked_sub(1)?;
        let clause = self.scene.clauses.get(index)?;
        Some(Reader { scene: self.scene, cast: self.cast, draft: self.draft, meant: self.meant, index, clause })
    }
    /// A sign that ends a part of a sentence; a comma only outside brackets and numbers.
    pub(super) fn is_break(&self, at: usize) -> bool {
        let Some(token) = self.scene.token(at).filter(|token| token.kind == Kind::Sign) else { return false };
        let spaced = || {
            let before = at.checked_sub(1).and_then(|before| self.scene.token(before));
            before.is_none_or(|before| before.span.end < token.span.start)
        };
        match token.text.as_str() {
            "." if crate::scene::is_dotted(&self.scene.tokens, at) => false,
            "," | ";" | "->" | "•" | "|" | "!" | "?" | "." => true,
            ":" => self.scene.tag(at + 1) != Some(Tag::Number) || spaced(),
            // "when status = ready", "severity = 5" compare.
            "=" => {
                spaced()
                    && self.scene.tag(at + 1) != Some(Tag::Number)
                    && !(at > self.from
                        && self.has(
                            at - 1,
                            "status state stage result outcome type grade level priority env environment kind",
                        ))
            }
            "-" => spaced(),
            _ => false,
        }
    }
    /// Where the part of the sentence starts that a token is in.
    pub(super) fn part_start(&self, at: usize) -> usize {
        (self.from..at).rev().find(|before| self.is_break(*before)).map_or(self.from, |sign| sign + 1)
    }
    /// Where it ends.
    pub(super) fn part_end(&self, at: usize) -> usize {
        // "a booking (date, guests) is confirmed" is one part.
        let mut at = at;
        while at < self.to && !self.is_break(at) {
            at = self.scene.close_of(at).filter(|close| *close < self.to).map_or(at, |close| close) + 1;
        }
        at.min(self.to)
    }
    pub(super) fn verb_form(&self, at: usize) -> Option<crate::lexicon::verbs::Form> {
        crate::lexicon::verbs::lookup(self.text(at)).map(|(_, form)| form)
    }
    /// Only words like "and", "or" and signs between two places.
    fn joined(&self, from: usize, to: usize) -> bool {
        to <= from + 3
            && (from..to).all(|at| self.one_of(at, &["and", "or", "+", "&", ",", "/", "also", "plus", "as", "well"]))
    }
    /// Whether a time follows a deed in the same breath.
    fn leans(&self, said: usize, deed: usize) -> bool {
        !(deed..said).any(|at| self.is_break(at) || self.one_of(at, &["and", "but", "then"]))
    }
}

#[cfg(test)]
mod tests {
    use super::{deeds, regular, times};

    /// Each rule of deeds and of times reads its example as it says.
    #[test]
    fn every_rule_reads_its_example() {
        let mut wrong = Vec::new();
        let deeds = deeds::RULES.iter().map(|rule| (rule.id, rule.example, rule.reads));
        let times = times::RULES.iter().map(|rule| (rule.id, rule.example, rule.reads));
        let regular = regular::RULES.iter().map(|rule| (rule.id, rule.example, rule.reads));
        for (id, example, expected) in deeds.chain(times).chain(regular) {
            let read = crate::read(example).summary;
            let told: Vec<String> =
                read.automations.iter().map(|one| format!("{} -> {}", one.trigger.kind, one.action)).collect();
            if !told.iter().any(|one| one == expected) {
                wrong.push(format!("{id}: {example}\n    wants {expected}, has {told:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
