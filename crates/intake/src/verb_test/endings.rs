//! Forms with an ending: "logs", "logged", "logging".

use super::Place;
use crate::lexicon::verbs::Form;
use crate::lexicon::{archetypes, words};
use crate::tags::Tag;
use crate::tokens::{Kind, Token};

impl Place<'_> {
    pub(super) fn third(&self) -> Tag {
        match self.previous {
            // "we need invoices", "I want bookings": what is wanted.
            Some(Tag::Modal) if self.wants() => Tag::Noun,
            Some(Tag::Pronoun | Tag::Relative | Tag::Modal) => Tag::Verb,
            // "Tracks invoices", "Stores the recipes": what the application does.
            None if !archetypes::is_person(&self.tokens.get(self.at).map(|t| t.lemma.clone()).unwrap_or_default())
                && (self.object
                    || self.next_noun && self.plural_follows() && !self.names_record() && !self.verb_in_run()) =>
            {
                Tag::Verb
            }
            Some(Tag::Noun) => {
                let one = self.previous_token.is_some_and(|p| !p.plural());
                if one && self.next_is(&["status", "state", "stage"]) {
                    return Tag::Verb;
                }
                // "a battery hits 200 cycles".
                let counted = self.next().is_some_and(|next| next.kind == Kind::Number);
                if one
                    && counted
                    && self.is(&["hits", "reaches", "exceeds", "passes", "crosses", "drops", "falls", "tops"])
                {
                    return Tag::Verb;
                }
                // "a burial concerns one grave".
                let some = self.next_is(&["one", "two", "several", "many", "exactly"]);
                if one && some && self.is(&["concerns", "covers", "contains"]) {
                    return Tag::Verb;
                }
                // "staff gets assigned to events".
                if self.is(&["gets", "get"])
                    && self.next().is_some_and(|next| {
                        crate::lexicon::verbs::lookup(&next.text).is_some_and(|(_, form)| form == Form::Past)
                    })
                {
                    return Tag::Verb;
                }
                // "an auction runs from a start date to an end date", "a contract runs out".
                let runs_out = self.next_is(&["out", "low", "up", "down"]) && !self.before.contains(&Tag::Genitive);
                if one && self.is(&["runs", "goes"]) && (self.next_is(&["from"]) || runs_out) {
                    return Tag::Verb;
                }
                // "a rental starts at a time".
                if one
                    && self.is(&["starts", "ends", "begins", "opens", "closes", "expires", "renews"])
                    && self.next_is(&["at", "on"])
                    && self.tokens.get(self.at + 2).is_some_and(|token| token.one_of(&["a", "an"]))
                {
                    return Tag::Verb;
                }
                // "accounting stays in Xero".
                if one && self.is(&["stays", "remains"]) && self.next_is(&["in", "with", "on", "at", "as", "where"]) {
                    return Tag::Verb;
                }
                // "the keeper notes queen seen": what one person does, where nothing else is done.
                let opens = !self.before.iter().any(|tag| matches!(tag, Tag::Verb | Tag::Have | Tag::Be | Tag::Modal));
                let person = self.previous_token.is_some_and(|p| archetypes::is_person(&p.lemma));
                if one
                    && opens
                    && person
                    && self.next_noun
                    && self.is(&["notes", "records", "logs", "marks", "lists", "scores", "rates"])
                {
                    return Tag::Verb;
                }
                let verb = one
                    && !self.names_record()
                    && (!self.noun_too || self.object || self.third_object() || self.only_verb());
                if verb { Tag::Verb } else { Tag::Noun }
            }
            // "it has an opening date and shows several works".
            Some(Tag::Conjunction)
                if self.before.contains(&Tag::Have)
                    && (self.object || self.next().is_some_and(|next| words::number(&next.text).is_some())) =>
            {
                Tag::Verb
            }
            Some(Tag::Conjunction | Tag::Sign) if self.before.contains(&Tag::Verb) => {
                let hold =
                    self.tokens.get(self.at).is_some_and(|t| t.one_of(&["stores", "holds", "keeps", "includes"]))
                        && self.next_noun;
                if !self.noun_too && (self.object || self.next_noun || self.previous == Some(Tag::Conjunction))
                    || self.object
                    || hold
                {
                    Tag::Verb
                } else {
                    Tag::Noun
                }
            }
            _ if self.noun_too => Tag::Noun,
            _ => Tag::Verb,
        }
    }

    /// "a member borrows books": a singular with an article before the verb, a plural after it.
    fn third_object(&self) -> bool {
        if self.next_is(&["through"]) {
            return true;
        }
        let article = self.before.iter().rev().take(4).any(|tag| *tag == Tag::Determiner) || self.at == 1;
        article && self.next_noun && self.plural_follows()
    }

    pub(super) fn past(&self) -> Tag {
        let word = self.tokens.get(self.at).map_or("", |t| t.text.as_str());
        let regular = word.ends_with("ed") || word.ends_with("en");
        match self.previous {
            // "everyone enrolled gets".
            Some(Tag::Pronoun)
                if self
                    .previous_token
                    .is_some_and(|p| p.one_of(&["everyone", "everybody", "anyone", "anybody", "those"]))
                    && self.next().is_some_and(|next| {
                        words::is_be(&next.text)
                            || words::is_modal(&next.text)
                            || crate::lexicon::verbs::lookup(&next.text).is_some_and(|(_, form)| form == Form::Third)
                    }) =>
            {
                Tag::Participle
            }
            Some(Tag::Be | Tag::Have | Tag::Modal | Tag::Pronoun | Tag::Relative | Tag::Negation | Tag::To) => {
                Tag::Verb
            }
            Some(Tag::Noun) if self.object => Tag::Verb,
            // "is accepted or refused the author should hear": two ends of one question.
            Some(Tag::Conjunction) if self.either() => Tag::Participle,
            Some(Tag::Conjunction | Tag::Sign) if self.before.contains(&Tag::Verb) && self.object => Tag::Verb,
            Some(Tag::Verb) if word.ends_with("ed") && !self.next_noun => Tag::Verb,
            Some(Tag::Conjunction) if self.before.iter().rev().nth(1) == Some(&Tag::Verb) => Tag::Verb,
            _ if self.noun_too && !regular => Tag::Noun,
            _ => Tag::Participle,
        }
    }

    /// "cancels a booking email the cleaner": what follows is done to somebody.
    fn next_orders(&self) -> bool {
        let verb = self.next().and_then(|next| crate::lexicon::verbs::lookup(&next.text));
        let whom = self
            .tokens
            .get(self.at + 2)
            .is_some_and(|token| token.one_of(&["the", "our", "their", "me", "us", "them", "him", "her", "everyone"]));
        whom && verb.is_some_and(|(_, form)| form == Form::Base)
    }

    /// After "is", another participle and "or".
    fn either(&self) -> bool {
        let back = |n: usize| self.before.len().checked_sub(n).and_then(|at| self.before.get(at));
        self.previous_token.is_some_and(|token| token.is("or"))
            && matches!(back(2), Some(Tag::Verb | Tag::Participle))
            && back(3) == Some(&Tag::Be)
    }

    pub(super) fn ing(&self) -> Tag {
        // "create training plans": a record's name, in front of another noun.
        let named = self.tokens.get(self.at).is_some_and(|token| archetypes::sort(&token.text).is_some());
        if named
            && !self.object
            && self.next().is_some_and(|next| next.plural() && archetypes::sort(&next.lemma).is_some())
        {
            return Tag::Noun;
        }
        match self.previous {
            Some(Tag::Be) => Tag::Verb,
            Some(Tag::Preposition | Tag::Subordinator | Tag::Verb) if self.object || self.next_noun => Tag::Verb,
            None | Some(Tag::Sign | Tag::Conjunction) if self.object => Tag::Verb,
            // "trips linking a driver and a bus".
            Some(Tag::Noun) if self.object && self.ties() => Tag::Verb,
            Some(Tag::Determiner | Tag::Sign | Tag::Conjunction | Tag::Noun | Tag::Adjective | Tag::Possessive)
            | None
                if self.next_noun && self.describes_value() && !self.next_orders() =>
            {
                Tag::Adjective
            }
            None if self.next().is_some_and(Token::plural) => Tag::Verb,
            _ => Tag::Noun,
        }
    }
}
