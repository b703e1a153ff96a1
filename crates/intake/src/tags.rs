//! What each word does in its sentence: noun, verb, adjective …
//!
//! Closed-class words come from a list; a word that may be a verb is told from a noun by its neighbours (after "to",
//! before an article, between commas of a list). Unknown words are nouns.

mod numbers;

use crate::lexicon::verbs::{self, Form};
use crate::lexicon::{archetypes, fields, words};
use crate::tokens::{Kind, Token};
use crate::verb_test;

/// A word's part in its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Noun,
    Verb,
    /// A participle that describes: "the assigned mechanic", "the mechanic assigned".
    Participle,
    Adjective,
    Determiner,
    /// "their", "my".
    Possessive,
    /// The 's of "driver's".
    Genitive,
    Preposition,
    Conjunction,
    /// "when", "if", "after" before a clause.
    Subordinator,
    /// "that", "which", "who" after a noun.
    Relative,
    Pronoun,
    Modal,
    Negation,
    To,
    Be,
    Have,
    Adverb,
    Number,
    Sign,
    Url,
}

/// Tags one sentence.
pub(crate) fn tag(tokens: &[Token]) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::with_capacity(tokens.len());
    for at in 0..tokens.len() {
        let tag = tag_one(tokens, &tags, at);
        tags.push(tag);
    }
    // "Hiring managers can see applicants": who, and not what is done.
    let doing = tokens.first().and_then(|token| verbs::lookup(&token.text)).is_some_and(|(_, form)| form == Form::Ing);
    let people = tokens.get(1).is_some_and(|token| token.plural() && archetypes::is_person(&token.lemma));
    if doing
        && people
        && tags.get(2) == Some(&Tag::Modal)
        && let Some(first) = tags.first_mut()
    {
        *first = Tag::Noun;
    }
    tags
}

fn tag_one(tokens: &[Token], before: &[Tag], at: usize) -> Tag {
    let Some(token) = tokens.get(at) else { return Tag::Noun };
    match token.kind {
        Kind::Number => return Tag::Number,
        Kind::Sign if token.is("&") => return Tag::Conjunction,
        Kind::Sign => return Tag::Sign,
        Kind::Url => return Tag::Url,
        Kind::Word => {}
    }
    let word = token.text.as_str();
    let next = tokens.get(at + 1);
    let previous = before.last().copied();
    if word == "'s" {
        return Tag::Genitive;
    }
    if word == "to" {
        return if next.is_some_and(|n| {
            verbs::lookup(&n.text).is_some_and(|(_, form)| form == Form::Base) || words::is_be(&n.text) || n.is("have")
        }) || verb_test::unknown_after_to(tokens, at + 1)
        {
            infinitive(tokens, at)
        } else {
            Tag::Preposition
        };
    }
    if word == "order" && at > 0 && tokens.get(at - 1).is_some_and(|t| t.is("in")) {
        return Tag::Adverb;
    }
    if matches!(word, "track" | "tabs")
        && at > 0
        && tokens.get(at - 1).is_some_and(|t| t.one_of(&["keep", "keeping", "keeps"]))
    {
        return Tag::Adverb;
    }
    if numbers::counts(word) {
        return Tag::Number;
    }
    if let Some(tag) = closed(token, next, previous, tokens, at) {
        return tag;
    }
    if pays(tokens, before, at) || enters(tokens, before, at) {
        return Tag::Verb;
    }
    if acts(tokens, before, at) {
        return Tag::Verb;
    }
    if let Some((verb, form)) = verbs::lookup(word) {
        return verb_test::verb_or_noun(tokens, before, at, verb.noun_too, form);
    }
    if verb_test::unknown_verb(tokens, before, at) {
        return Tag::Verb;
    }
    open(word, next, previous)
}

/// "to book a table" is an infinitive, "assigned to tasks" is not.
fn infinitive(tokens: &[Token], at: usize) -> Tag {
    let ambiguous = tokens.get(at + 1).and_then(|n| verbs::lookup(&n.text)).is_some_and(|(verb, _)| verb.noun_too);
    let after = tokens.get(at + 2);
    let noun_phrase = ambiguous
        && after.is_none_or(|a| a.is_sign() || a.one_of(&["and", "or", "with", "in", "by", "from"]))
        && at > 0
        && tokens
            .get(at.wrapping_sub(1))
            .is_some_and(|p| verbs::lookup(&p.text).is_some_and(|(_, form)| form == Form::Past));
    if noun_phrase { Tag::Preposition } else { Tag::To }
}

fn closed(token: &Token, next: Option<&Token>, previous: Option<Tag>, tokens: &[Token], at: usize) -> Option<Tag> {
    let word = token.text.as_str();
    let starts_clause = matches!(previous, None | Some(Tag::Sign | Tag::Conjunction | Tag::Adverb));
    if word == "that" || word == "which" || word == "who" {
        let relative = matches!(
            previous,
            Some(Tag::Noun | Tag::Number | Tag::Participle | Tag::Pronoun | Tag::Sign | Tag::Preposition)
        ) && next.is_some_and(|n| {
            words::is_modal(&n.text)
                || words::is_be(&n.text)
                || words::is_have(&n.text)
                || words::is_adverb(&n.text)
                || words::is_subject_pronoun(&n.text)
                || verbs::lookup(&n.text).is_some()
                || words::is_determiner(&n.text)
                || words::is_possessive(&n.text)
                || n.one_of(&["do", "does", "nobody", "no-one", "none"])
        });
        // "all parents in that ride get a text".
        let relative = relative && !(word == "that" && previous == Some(Tag::Preposition));
        if relative && !(word == "that" && previous == Some(Tag::Sign)) {
            return Some(Tag::Relative);
        }
        return Some(if word == "who" { Tag::Pronoun } else { Tag::Determiner });
    }
    if matches!(word, "after" | "before" | "until" | "till" | "since" | "once") {
        // "2 days before the visit", "once a month" are times, whatever follows.
        let time = |t: &Token| matches!(t.lemma.as_str(), "day" | "hour" | "week" | "month" | "minute" | "year");
        let timed = at > 0 && tokens.get(at - 1).is_some_and(time)
            || word == "once"
                && next.is_some_and(|n| n.one_of(&["a", "per", "every", "each"]))
                && tokens.get(at + 2).is_some_and(time);
        let state = word == "once"
            && next.is_some_and(|n| {
                verbs::lookup(&n.text).is_some_and(|(_, form)| form == Form::Past) || words::is_adjective(&n.text)
            });
        // "after rejection the applicant gets": what is after, and then who.
        let noun_first = next.is_some_and(opens_noun)
            && matches!(word, "after" | "before" | "until")
            && tokens.get(at + 2).is_some_and(|second| {
                second.one_of(&["the", "a", "an", "each", "every", "all", "we", "they", "it", "i", "you", "he", "she"])
            });
        // "after the game they enter".
        let phrase_first = matches!(word, "after" | "before" | "until")
            && next.is_some_and(|next| words::is_determiner(&next.text))
            && tokens.get(at + 2).is_some_and(opens_noun)
            && tokens.get(at + 3).is_some_and(|then| then.one_of(&["we", "they", "he", "she", "i", "you"]));
        let clause =
            !timed && !noun_first && !phrase_first && next.is_some_and(|_| state || clause_follows(tokens, at + 1));
        return Some(if clause {
            Tag::Subordinator
        } else if word == "once" {
            Tag::Adverb
        } else {
            Tag::Preposition
        });
    }
    if word == "so" {
        return Some(if next.is_some_and(|n| n.is("that") || words::is_subject_pronoun(&n.text)) {
            Tag::Subordinator
        } else {
            Tag::Adverb
        });
    }
    if let Some(tag) = phrase(tokens, at) {
        return Some(tag);
    }
    // "a claim stating the date": no part of a name.
    if is_giving(word)
        && matches!(previous, Some(Tag::Noun | Tag::Sign | Tag::Conjunction))
        && at > 0
        && next.is_some_and(|n| {
            n.is(":") || words::is_determiner(&n.text) || words::is_possessive(&n.text) || opens_noun(n)
        })
    {
        return Some(Tag::Preposition);
    }
    // "who got it, when": a question that stands alone asks for a value.
    if matches!(word, "when" | "where") && next.is_none_or(Token::is_sign) {
        return Some(Tag::Pronoun);
    }
    if words::is_subordinator(word) {
        return Some(Tag::Subordinator);
    }
    if matches!(word, "need" | "needs" | "want" | "wants" | "let" | "able" | "allowed") || words::is_modal(word) {
        if word == "may" && token.capital && !starts_clause {
            return Some(Tag::Noun);
        }
        // "dietary needs, phone".
        let ends = next.is_none_or(|next| next.is_sign() || next.one_of(&["and", "or"]));
        let kind = word == "needs" && ends && matches!(previous, Some(Tag::Adjective | Tag::Noun));
        return Some(if kind || previous == Some(Tag::Possessive) { Tag::Noun } else { Tag::Modal });
    }
    if words::is_be(word) {
        return Some(Tag::Be);
    }
    if words::is_have(word) {
        return Some(Tag::Have);
    }
    // "neither customers nor drivers", not "neither of them".
    let neither = word == "neither" && next.is_some_and(|n| !n.is("of"));
    if neither || matches!(word, "not" | "never" | "without") {
        return Some(if word == "without" { Tag::Preposition } else { Tag::Negation });
    }
    if matches!(word, "do" | "does" | "did") {
        return Some(if next.is_some_and(|n| n.is("not")) { Tag::Modal } else { Tag::Verb });
    }
    if words::is_possessive(word) {
        return Some(Tag::Possessive);
    }
    if matches!(word, "one" | "ones") {
        return Some(if next.is_some_and(opens_noun) && word == "one" { Tag::Determiner } else { Tag::Pronoun });
    }
    // "lots have a number": not "lots of".
    let lots = word == "lots" && !next.is_some_and(|n| n.is("of") || n.is("more"));
    if words::is_determiner(word) && !lots {
        return Some(Tag::Determiner);
    }
    if words::is_pronoun(word) {
        return Some(Tag::Pronoun);
    }
    // "others can like it".
    if word == "like" && previous == Some(Tag::Modal) {
        return None;
    }
    if words::is_preposition(word) {
        return Some(Tag::Preposition);
    }
    if words::is_conjunction(word) {
        return Some(Tag::Conjunction);
    }
    if words::number(word).is_some() {
        return Some(Tag::Number);
    }
    // "the public can see listings".
    if word == "public"
        && at > 0
        && tokens.get(at - 1).is_some_and(|before| before.is("the"))
        && next.is_some_and(|next| words::is_modal(&next.text) || next.one_of(&["sees", "views", "reads", "only"]))
    {
        return Some(Tag::Noun);
    }
    if words::is_adjective(word) {
        return Some(adjective(tokens, at, previous));
    }
    if words::is_adverb(word) {
        return Some(Tag::Adverb);
    }
    None
}

/// "book a spot and pay through the app", "click a link and pays".
fn pays(tokens: &[Token], before: &[Tag], at: usize) -> bool {
    let Some(previous) = before.last().filter(|_| tokens.get(at).is_some_and(|token| token.one_of(&["pay", "pays"])))
    else {
        return false;
    };
    let next = tokens.get(at + 1);
    let way = next.is_some_and(|next| {
        next.one_of(&[
            "through",
            "via",
            "by",
            "with",
            "online",
            "using",
            "upfront",
            "in",
            "on",
            "immediately",
            "right",
            "directly",
        ])
    });
    let ends = *previous == Tag::Conjunction && next.is_none_or(Token::is_sign);
    matches!(previous, Tag::Conjunction | Tag::Sign) && before.contains(&Tag::Verb) && (way || ends)
}

/// "Bidders register with their name", "guests order at the bar": several people lead a sentence.
fn acts(tokens: &[Token], before: &[Tag], at: usize) -> bool {
    let people = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.plural()
                && crate::lexicon::archetypes::sort(&token.lemma) == Some(crate::lexicon::archetypes::Sort::Person)
        })
    };
    let next = tokens.get(at + 1);
    let leads = match before {
        [Tag::Noun] | [Tag::Determiner | Tag::Possessive | Tag::Adjective, Tag::Noun] => {
            // "tenants rent one flat": how many of what.
            let counted = next.is_some_and(|next| words::number(&next.text).is_some())
                && tokens.get(at + 2).is_some_and(opens_noun);
            let leans = next.is_some_and(|next| next.one_of(&["with", "for", "at", "on", "by", "through", "via"]));
            people(at - 1) && (leans || counted)
        }
        // "Members of our club reserve telescopes".
        [Tag::Noun, Tag::Preposition, Tag::Possessive | Tag::Determiner, Tag::Noun]
        | [Tag::Noun, Tag::Preposition, Tag::Possessive | Tag::Determiner, Tag::Noun, Tag::Noun] => {
            people(0) && next.is_some_and(|next| next.plural() || words::is_determiner(&next.text))
        }
        _ => false,
    };
    leads
        && tokens.get(at).is_some_and(|token| {
            verbs::lookup(&token.text).is_some_and(|(verb, form)| verb.noun_too && form == Form::Base)
        })
}

/// "log in", "sign out".
fn enters(tokens: &[Token], before: &[Tag], at: usize) -> bool {
    let opens = !matches!(before.last(), Some(Tag::Determiner | Tag::Adjective | Tag::Possessive | Tag::Noun));
    opens
        && tokens.get(at).is_some_and(|token| token.one_of(&["log", "logs"]))
        && tokens.get(at + 1).is_some_and(|token| token.one_of(&["in", "out", "on"]))
        && tokens.get(at + 2).is_none_or(|token| token.is_sign() || words::is_function_word(&token.text))
        && tokens.get(at + 2).is_none_or(|token| !words::is_determiner(&token.text))
}

/// Subordinators of several words: the first is one, the others only go with it.
fn phrase(tokens: &[Token], at: usize) -> Option<Tag> {
    const PHRASES: &[&[&str]] = &[
        &["as", "soon", "as"],
        &["every", "time"],
        &["each", "time"],
        &["any", "time"],
        &["in", "case"],
        &["the", "moment"],
    ];
    PHRASES.iter().find_map(|phrase| {
        let within = (0..phrase.len()).find(|back| {
            at.checked_sub(*back).is_some_and(|start| {
                let here = tokens.get(start..start + phrase.len());
                here.is_some_and(|found| found.iter().zip(*phrase).all(|(token, word)| token.is(word)))
                    && clause_follows(tokens, start + phrase.len())
            })
        })?;
        Some(if within == 0 { Tag::Subordinator } else { Tag::Adverb })
    })
}

/// Some adjectives are verbs too ("open tickets", "complete a lesson"), some are names of values ("a total and a due").
fn adjective(tokens: &[Token], at: usize, previous: Option<Tag>) -> Tag {
    let (Some(token), next) = (tokens.get(at), tokens.get(at + 1)) else { return Tag::Adjective };
    let object = next.is_some_and(|n| words::is_determiner(&n.text) || words::is_possessive(&n.text));
    let after_plural = previous == Some(Tag::Noun)
        && at > 0
        && tokens.get(at - 1).is_some_and(Token::plural)
        && next.is_some_and(Token::plural);
    // "appointments last 30 minutes".
    let lasts = token.is("last")
        && previous == Some(Tag::Noun)
        && next.is_some_and(|n| words::number(&n.text).is_some() || n.one_of(&["from", "between", "about", "up"]));
    if (object || after_plural || lasts) && verbs::lookup(&token.text).is_some_and(|(_, form)| form == Form::Base) {
        return Tag::Verb;
    }
    // "a rental has a start", "the rental starts".
    let acts = next.is_some_and(|n| {
        words::is_have(&n.text)
            || words::is_be(&n.text)
            || words::is_modal(&n.text)
            || verbs::lookup(&n.text).is_some_and(|(_, form)| form == Form::Third)
    });
    let named = matches!(previous, Some(Tag::Determiner));
    if acts && named && crate::lexicon::archetypes::sort(&token.text).is_some() {
        return Tag::Noun;
    }
    let alone = next.is_none_or(|n| n.is_sign() || words::is_conjunction(&n.text));
    let named = matches!(previous, None | Some(Tag::Determiner | Tag::Sign | Tag::Conjunction | Tag::Possessive));
    let value = fields::guess(&token.text).is_some_and(|guess| guess.kind != fields::FieldType::Boolean);
    let record = crate::lexicon::archetypes::sort(&token.text).is_some();
    if alone && named && (value || record) { Tag::Noun } else { Tag::Adjective }
}

/// Whether a subject and a verb come within the next words.
fn clause_follows(tokens: &[Token], from: usize) -> bool {
    let mut seen_noun = false;
    for token in tokens.iter().skip(from).take(7) {
        if token.is_sign() {
            return false;
        }
        let word = token.text.as_str();
        if words::is_be(word) || words::is_have(word) || (words::is_modal(word) && seen_noun) {
            return seen_noun;
        }
        if let Some((verb, form)) = verbs::lookup(word) {
            if form == Form::Ing && !seen_noun {
                return true;
            }
            if seen_noun && (!verb.noun_too || form == Form::Past || form == Form::Third) {
                return true;
            }
        }
        if words::is_subject_pronoun(word) || (!words::is_determiner(word) && !words::is_function_word(word)) {
            seen_noun = true;
        }
        if words::is_preposition(word) && !token.is("for") && !token.is("of") && seen_noun {
            return false;
        }
    }
    false
}

/// Words between a paper and what stands in it: "an application stating the street".
pub(crate) fn is_giving(word: &str) -> bool {
    crate::lexicon::has(
        "giving stating specifying providing mentioning enclosing containing indicating listing entering",
        word,
    )
}

pub(crate) fn opens_noun(token: &Token) -> bool {
    token.kind == Kind::Word && !words::is_function_word(&token.text) && !words::is_adverb(&token.text)
}

fn open(word: &str, next: Option<&Token>, previous: Option<Tag>) -> Tag {
    let next_noun = next.is_some_and(opens_noun);
    let compound = ["-compliant", "-based", "-friendly", "-style", "-like", "-wide", "-ready", "-proof", "-free"];
    if next_noun && compound.iter().any(|ending| word.ends_with(ending)) {
        return Tag::Adjective;
    }
    let describes = word.len() > 4
        && ((word.ends_with("ed") && !word.ends_with("eed"))
            || word.ends_with("able")
            || word.ends_with("ous")
            || word.ends_with("ful")
            || word.ends_with("less")
            || word.ends_with("ary") && next_noun && word != "salary" && word != "library");
    if describes && word.ends_with("ed") {
        return match previous {
            Some(Tag::Be | Tag::Have | Tag::Modal) => Tag::Verb,
            _ if next_noun => Tag::Participle,
            Some(Tag::Noun) => Tag::Participle,
            _ => Tag::Noun,
        };
    }
    if describes && next_noun { Tag::Adjective } else { Tag::Noun }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::tokenize;

    fn verbs_of(sentence: &str) -> Vec<String> {
        let tokens = tokenize(sentence, 0);
        let tags = tag(&tokens);
        tokens.into_iter().zip(tags).filter(|(_, tag)| *tag == Tag::Verb).map(|(token, _)| token.text).collect()
    }

    #[test]
    fn neighbours_tell_verbs_from_nouns() {
        for (sentence, verbs) in [
            ("hikers log walks", vec!["log"]),
            ("a log has a date", vec![]),
            ("guests can book a cabin and update their booking", vec!["book", "update"]),
            ("a book order has a date", vec![]),
            ("order items with quantity", vec![]),
            ("a keeper submits reports", vec!["submits"]),
            ("the asking price and the review date", vec![]),
            ("a plot is assigned to a gardener", vec!["assigned"]),
        ] {
            assert_eq!(verbs_of(sentence), verbs, "{sentence}");
        }
    }
}
