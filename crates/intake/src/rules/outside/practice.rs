//! Services that people work with today, and want neither called nor touched: "that goes out with Mailchimp, don't
//! connect it", "it all comes in through WhatsApp and I lose track".

use super::told::is_people;
use crate::clauses::{Clause, Join};
use crate::scene::Scene;

/// Words that keep this application away from what the sentence names.
const HANDS_OFF: &[&str] = &[
    " do not connect ",
    " do not integrate ",
    " do not touch ",
    " do not hook ",
    " do not link ",
    " do not change that ",
    " do not need it in ",
    " do not need that in ",
    " do not have to do anything ",
    " no connection to it ",
    " no connection needed ",
    " no integration needed ",
    " not be connected ",
    " not to be connected ",
    " not be integrated ",
    " not be touched ",
    " does not concern ",
    " not your concern ",
    " not your problem ",
    " leave it alone ",
    " leave that alone ",
    " leave them alone ",
    " leave it as it is ",
    " leave that as it is ",
    " leave it there ",
    " leave that there ",
    " leave it out ",
    " leave both alone ",
    " leave all of that ",
    " touch that with ",
    " collection out of it ",
    " that stays there ",
    " do not rebuild it ",
    " do not rebuild that ",
    " skip it ",
    " skip that ",
    " hands off ",
    " keep it separate ",
    " keep that separate ",
    " is separate ",
    " separately ",
    " we do that ",
    " we do through ",
    " we do via ",
    " we do with ",
    " i do that ",
    " through our accountant ",
    " through our accountants ",
    " through my accountant ",
    " our accountant does ",
    " our accountants do ",
    " my accountant does ",
    " our bookkeeper does ",
    " our bookkeeper uses ",
    " our accountant uses ",
    " our accountants use ",
];

/// How the next sentence says the same of this one.
const OPENS: &[&str] = &[
    " do not connect ",
    " do not integrate ",
    " do not touch ",
    " please do not touch ",
    " please do not connect ",
    " please leave ",
    " leave it ",
    " leave that ",
    " hands off ",
    " that stays ",
    " it stays ",
    " this stays ",
    " keep it separate ",
    " keep that ",
    " you do not have to ",
    " you need not ",
    " no need to connect ",
    " no need to integrate ",
    " no connection ",
    " not now ",
    " not yet ",
    " maybe next ",
    " maybe later ",
    " that is separate ",
    " that works fine ",
    " works fine ",
    " we do that ",
];

/// "… goes out with Mailchimp, don't connect it", "Payments run through Square. Don't touch that."
pub(super) fn untouched(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let Some(sentence) = scene.sentences.get(clause.sentence) else { return false };
    let words = near(scene, sentence.from, sentence.to, at);
    let next = scene.sentences.get(clause.sentence + 1).filter(|next| next.block == sentence.block);
    HANDS_OFF.iter().any(|phrase| words.contains(phrase))
        || next.is_some_and(|next| {
            let words = scene.padded(next.from, next.to);
            OPENS.iter().any(|phrase| words.starts_with(phrase))
        })
}

/// The words around, as somebody who never ends a sentence speaks of many things in it.
fn near<'s>(scene: &'s Scene<'_>, from: usize, to: usize, at: usize) -> &'s str {
    const FAR: usize = 14;
    scene.padded(from.max(at.saturating_sub(FAR)), to.min(at + FAR))
}

/// What people complain of is how it is today.
const COMPLAINTS: &[&str] = &[
    " lose track ",
    " lost track ",
    " losing track ",
    " loses track ",
    " i forget ",
    " we forget ",
    " forget half ",
    " forgets half ",
    " a mess ",
    " gets lost ",
    " get lost ",
    " nobody knows ",
    " nobody can find ",
    " nobody finds ",
    " no one knows ",
    " nightmare ",
    " chaos ",
    " chaotic ",
    " drives me ",
    " drives us ",
    " driving me ",
    " fed up ",
    " tired of ",
    " sick of ",
    " writes them in ",
    " writes it in ",
    " writes it down ",
    " writes them down ",
    " write it down ",
    " write them down ",
    " types them in ",
    " copies them ",
    " and paper ",
    " and excel ",
    " and a spreadsheet ",
    " and spreadsheets ",
    " an excel file ",
    " post-its ",
    " sticky notes ",
];

/// "bookings come in through WhatsApp and I lose track".
pub(super) fn mess(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let Some(sentence) = scene.sentences.get(clause.sentence) else { return false };
    let words = near(scene, sentence.from, sentence.to, at);
    let order = clause.subject.is_empty() && clause.pronoun.is_none() && clause.verb.is_some();
    let wished = [" want ", " would ", " should ", " need ", " so that ", " must ", " -> "];
    clause.modal.is_none()
        && !order
        && COMPLAINTS.iter().any(|phrase| words.contains(phrase))
        && !wished.iter().any(|word| words.contains(word))
}

/// "everything goes over WhatsApp", "it's all in Google Drive": so it is done today.
pub(super) fn everything(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let before = scene.padded(clause.from, at);
    let all = [" everything ", " it is all ", " its all ", " all of it ", " all of this ", " all this ", " it all "];
    clause.modal.is_none()
        && all.iter().any(|word| before.contains(word))
        && (clause.verb.is_none() || matches!(clause.base, "go" | "be" | "run" | "happen" | "live" | "do" | "come"))
}

/// "I've been running this from Outlook".
pub(super) fn been(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    let words = scene.padded(clause.from, clause.to);
    let running = clause.verb.and_then(|verb| scene.token(verb)).is_some_and(|token| token.text.ends_with("ing"));
    running && is_people(clause) && [" have been ", " has been ", " 've been "].iter().any(|been| words.contains(been))
}

/// "the bookkeeping is in Xero", "accounting is done in Datev".
pub(super) fn kept_in(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let subject = !clause.subject.is_empty() || clause.pronoun.is_some();
    let known = scene.token(at).is_some_and(|token| token.capital);
    // "bookkeeping is in Xero, so push expenses there" asks for it.
    let end = scene.sentence_end(at);
    let there = (at..end).any(|t| scene.one_of(t, &["so", "there"]));
    clause.modal.is_none()
        && !there
        && clause.join == Join::Main
        && subject
        && known
        && (clause.after + 1..clause.after + 3).contains(&at)
        && scene.is(at - 1, "in")
        && matches!(clause.base, "be" | "run" | "sit" | "do")
}
/// "the news go out by Mailchimp already": as it is, and no wish.
pub(super) fn already(scene: &Scene<'_>, clause: &Clause, _: usize) -> bool {
    clause.modal.is_none()
        && clause.join == crate::clauses::Join::Main
        && (clause.from..clause.to).any(|at| scene.is(at, "already"))
}

/// "Slack is what we chat in".
pub(super) fn what(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    clause.base == "be"
        && clause
            .verb
            .is_some_and(|verb| at < verb && scene.is(verb + 1, "what") && scene.one_of(verb + 2, &["we", "they", "i"]))
}

/// How money comes in that no service of the application takes.
const BANKED: &[&str] = &[
    " through our bank ",
    " through my bank ",
    " through the bank ",
    " through their bank ",
    " via our bank ",
    " via the bank ",
    " by cheque ",
    " by check ",
    " by standing order ",
    " by bank transfer ",
];

/// "the rent is collected by direct debit through our bank".
pub(super) fn banked(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let brand = scene.token(at).is_some_and(|token| token.capital) && at > clause.from;
    let words = scene.padded(clause.from, clause.to);
    clause.modal.is_none() && !brand && BANKED.iter().any(|way| words.contains(way))
}

/// "the WhatsApp group has 900 unread messages": where people talk today.
pub(super) fn group(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let verb = clause.verb.unwrap_or(clause.to);
    matches!(clause.base, "have" | "be" | "explode" | "overflow")
        && clause.modal.is_none()
        && at < verb
        && scene.one_of(at + 1, &["group", "groups", "chat", "thread"])
}

/// "something that replaces the hundred WhatsApp threads": what is done away with.
pub(super) fn replaced(scene: &Scene<'_>, clause: &Clause, at: usize) -> bool {
    let replaces = |at: &usize| scene.one_of(*at, &["replace", "replaces", "replacing"]);
    let away = (clause.from..at).rfind(replaces);
    away.is_some_and(|verb| !(verb..at).any(|at| scene.one_of(at, &["with", "by", ":", ";"])))
}
