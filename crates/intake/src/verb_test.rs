//! Whether a word that may be a verb is one here, told by its neighbours.
//!
//! "Hikers log walks" and "a log has a date": the words around decide, not the word.

mod endings;

use crate::lexicon::verbs::{Class, Form};
use crate::lexicon::{archetypes, fields, words};
use crate::tags::{Tag, opens_noun};
use crate::tokens::{Kind, Token};

const OBJECT_PRONOUNS: &[&str] =
    &["it", "them", "him", "her", "me", "us", "everyone", "everybody", "people", "who", "which"];

/// A word and what stands around it.
struct Place<'t> {
    tokens: &'t [Token],
    before: &'t [Tag],
    at: usize,
    noun_too: bool,
    /// The tag before, adverbs left out.
    previous: Option<Tag>,
    previous_token: Option<&'t Token>,
    /// An article, a possessive or a pronoun follows.
    object: bool,
    /// A noun or an adjective follows.
    next_noun: bool,
}

/// Tags a word that is a form of a verb.
pub(crate) fn verb_or_noun(tokens: &[Token], before: &[Tag], at: usize, noun_too: bool, form: Form) -> Tag {
    let place = Place::new(tokens, before, at, noun_too);
    match form {
        Form::Base => place.base(),
        Form::Third => place.third(),
        Form::Past => place.past(),
        Form::Ing => place.ing(),
    }
}

/// Words that take an infinitive whatever the word is.
const AUXILIARIES: &[&str] = &["can", "could", "may", "might", "must", "shall", "should", "will", "would"];

/// Whether a word that no table knows is a verb by its place: "can prune", "an inspector inspects it".
pub(crate) fn unknown_verb(tokens: &[Token], before: &[Tag], at: usize) -> bool {
    let Some(token) = tokens.get(at).filter(|token| unknown(token)) else { return false };
    let earlier = before.iter().enumerate().rev().find(|(_, tag)| !matches!(tag, Tag::Adverb | Tag::Negation));
    let object = takes_object(tokens, at);
    let Some((tag, previous)) = earlier.and_then(|(place, tag)| Some((*tag, tokens.get(place)?))) else {
        // "Digitize our stock": an order.
        return object && at == 0 && !token.plural() && !token.text.ends_with("ing");
    };
    match tag {
        // "do not forget it".
        Tag::Modal if previous.one_of(&["do", "does", "did"]) => {
            before.last() == Some(&Tag::Negation) && !token.plural()
        }
        Tag::Modal => previous.one_of(AUXILIARIES) && !token.plural(),
        Tag::To => !token.plural() && object,
        Tag::Noun if before.contains(&Tag::Verb) => false,
        Tag::Noun if previous.plural() => {
            let plain = tokens.get(at + 1).is_some_and(|next| next.plural() && opens_noun(next));
            let place = tokens.get(at + 1).is_some_and(|next| next.one_of(&["in", "at", "on", "for", "with", "from"]));
            let last = at + 2 < tokens.len();
            archetypes::is_person(&previous.lemma) && !token.plural() && (object || plain || place && last)
        }
        Tag::Noun => archetypes::is_person(&previous.lemma) && token.plural() && object,
        _ => false,
    }
}

/// "to digitize our stock": an infinitive, though no table knows the verb.
pub(crate) fn unknown_after_to(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| unknown(token) && !token.plural()) && takes_object(tokens, at)
}

/// A word of the open classes that names no known record and no known value.
fn unknown(token: &Token) -> bool {
    token.kind == Kind::Word
        && token.text.len() > 3
        && token.text.chars().all(|c| c.is_ascii_lowercase())
        && archetypes::sort(&token.lemma).is_none()
        && fields::guess(&token.lemma).is_none()
        && !words::is_function_word(&token.text)
        && !words::is_adverb(&token.text)
        && !words::is_adjective(&token.text)
        && !words::is_not_record(&token.lemma)
        && !words::is_app_head(&token.lemma)
}

fn takes_object(tokens: &[Token], at: usize) -> bool {
    tokens
        .get(at + 1)
        .is_some_and(|n| words::is_determiner(&n.text) || words::is_possessive(&n.text) || n.one_of(OBJECT_PRONOUNS))
}

/// What stands before brackets that end just before this word: "Kayaks (name) carry guests".
fn past_brackets<'t>(tokens: &[Token], before: &'t [Tag], at: usize) -> Option<(usize, &'t Tag)> {
    let close = at.checked_sub(1).filter(|close| tokens.get(*close).is_some_and(|token| token.is(")")))?;
    let mut depth = 0_usize;
    for place in (0..=close).rev() {
        let token = tokens.get(place)?;
        depth += usize::from(token.is(")"));
        if token.is("(") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some((place.checked_sub(1)?, before.get(place.checked_sub(1)?)?));
            }
        }
    }
    None
}

impl<'t> Place<'t> {
    fn new(tokens: &'t [Token], before: &'t [Tag], at: usize, noun_too: bool) -> Self {
        let earlier = before.iter().enumerate().rev().find(|(_, tag)| **tag != Tag::Adverb);
        let earlier = past_brackets(tokens, before, at).or(earlier);
        let next = tokens.get(at + 1);
        Self {
            tokens,
            before,
            at,
            noun_too,
            previous: earlier.map(|(_, tag)| *tag),
            previous_token: earlier.and_then(|(place, _)| tokens.get(place)),
            object: next.is_some_and(|n| {
                words::is_determiner(&n.text) || words::is_possessive(&n.text) || n.one_of(OBJECT_PRONOUNS)
            }),
            next_noun: next.is_some_and(opens_noun),
        }
    }

    fn is(&self, texts: &[&str]) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.one_of(texts))
    }

    /// "let the coach know": only a phrase stands between.
    fn let_before(&self) -> bool {
        let phrase = |tag: &Tag| {
            matches!(
                tag,
                Tag::Noun | Tag::Determiner | Tag::Possessive | Tag::Adjective | Tag::Participle | Tag::Adverb
            )
        };
        let back = self.before.iter().rev().take_while(|tag| phrase(tag)).count();
        let lead = self.before.len().checked_sub(back + 1).and_then(|at| self.tokens.get(at));
        lead.is_some_and(|token| token.one_of(&["let", "lets", "letting"])) && (!self.noun_too || self.object)
    }

    /// "the order moves to packing", "each guide (name) works in one club": after one subject with an article, before a
    /// preposition, and no other verb in the clause.
    fn only_verb(&self) -> bool {
        const AFTER: &[&str] = &[
            "to", "in", "on", "into", "from", "at", "for", "up", "out", "off", "below", "above", "under", "over",
            "between",
        ];
        if !self.next_is(AFTER) {
            return false;
        }
        let end = past_brackets(self.tokens, self.before, self.at).map_or(self.before.len(), |(place, _)| place + 1);
        let before = self.before.get(..end).unwrap_or(&[]);
        let nouns = before.iter().rev().take_while(|tag| matches!(tag, Tag::Noun | Tag::Adjective)).count();
        let article = before.len().checked_sub(nouns + 1);
        let determined = article.is_some_and(|at| before.get(at) == Some(&Tag::Determiner));
        let leans = article.and_then(|at| at.checked_sub(1)).is_some_and(|at| {
            matches!(before.get(at), Some(Tag::Preposition | Tag::Verb | Tag::Be | Tag::Have | Tag::Modal))
        });
        // "when a guest checks out the room is dirty".
        let opened =
            article.and_then(|at| at.checked_sub(1)).is_some_and(|at| before.get(at) == Some(&Tag::Subordinator));
        if opened && determined && self.next_is(&["up", "out", "in", "off"]) {
            return true;
        }
        let verb = |token: &Token| {
            words::is_be(&token.text)
                || words::is_have(&token.text)
                || words::is_modal(&token.text)
                || crate::lexicon::verbs::lookup(&token.text)
                    .is_some_and(|(verb, form)| !verb.noun_too && form != Form::Ing)
        };
        let rest = self.tokens.iter().skip(self.at + 1).take_while(|token| !token.is_sign());
        determined && !leans && !rest.into_iter().any(verb)
    }

    fn ties(&self) -> bool {
        let text = self.tokens.get(self.at).map_or("", |token| token.text.as_str());
        crate::lexicon::verbs::lookup(text).is_some_and(|(verb, _)| verb.class == Class::Relate)
    }

    /// "need", "wants": a thing follows, or "to".
    fn wants(&self) -> bool {
        self.previous_token.is_some_and(|token| token.one_of(&["need", "needs", "want", "wants"]))
    }

    fn next(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1)
    }

    fn next_is(&self, texts: &[&str]) -> bool {
        self.next().is_some_and(|next| next.one_of(texts))
    }

    /// "order items", "work order": with its neighbour the word names a record.
    fn names_record(&self) -> bool {
        let text = |token: Option<&Token>| token.map(|t| t.lemma.clone()).unwrap_or_default();
        let this = text(self.tokens.get(self.at));
        let after = archetypes::sort(&format!("{this}_{}", text(self.next()))).is_some();
        let before =
            self.at > 0 && archetypes::sort(&format!("{}_{this}", text(self.tokens.get(self.at - 1)))).is_some();
        after || before && self.previous == Some(Tag::Noun)
    }

    /// "hire date", "start time": it describes the value that follows.
    fn describes_value(&self) -> bool {
        self.next().is_some_and(|next| {
            fields::guess(&next.lemma).is_some() && !next.plural() && !words::is_function_word(&next.text)
        })
    }

    /// The last of the nouns that follow is a plural: "record stock movements".
    fn plural_follows(&self) -> bool {
        let run = self.tokens.iter().skip(self.at + 1).take(4).take_while(|token| opens_noun(token));
        run.last().is_some_and(Token::plural)
    }

    /// "Invoices contain items": one of the words that follow is the verb.
    fn verb_in_run(&self) -> bool {
        let run = self.tokens.iter().skip(self.at + 1).take_while(|token| opens_noun(token));
        let run: Vec<&Token> = run.collect();
        // "solved tickets" describes them.
        let last = run.len().saturating_sub(1);
        run.iter().enumerate().any(|(at, token)| {
            let verb = crate::lexicon::verbs::lookup(&token.text);
            verb.is_some_and(|(verb, form)| if form == Form::Past { at == last } else { !verb.noun_too })
        })
    }

    /// "Support agents can …": a verb follows the nouns, so they are its subject.
    fn subject(&self) -> bool {
        let run = self.tokens.iter().skip(self.at + 1).take_while(|token| opens_noun(token)).count();
        self.tokens
            .get(self.at + 1 + run)
            .is_some_and(|t| words::is_modal(&t.text) || words::is_be(&t.text) || words::is_have(&t.text))
    }

    fn base(&self) -> Tag {
        match self.previous {
            Some(Tag::Modal) if self.noun_too && self.wants() && !self.object => return Tag::Noun,
            Some(Tag::To | Tag::Modal | Tag::Negation | Tag::Relative) => return Tag::Verb,
            // "send them texts": an object, then what is sent.
            Some(Tag::Pronoun) if self.noun_too && self.before.iter().rev().nth(1) == Some(&Tag::Verb) => {
                return Tag::Noun;
            }
            Some(Tag::Pronoun) => {
                let subject = self.previous_token.is_some_and(|p| {
                    words::is_subject_pronoun(&p.text)
                        || p.one_of(&[
                            "everyone",
                            "everybody",
                            "anyone",
                            "anybody",
                            "people",
                            "us",
                            "them",
                            "me",
                            "one",
                        ])
                });
                return if subject || !self.noun_too { Tag::Verb } else { Tag::Noun };
            }
            // "both get a push", "all receive the list".
            Some(Tag::Determiner)
                if !self.noun_too
                    && self.object
                    && self.previous_token.is_some_and(|p| p.one_of(&["both", "all", "each", "these", "those"])) =>
            {
                return Tag::Verb;
            }
            Some(Tag::Determiner | Tag::Possessive | Tag::Genitive | Tag::Adjective | Tag::Participle) => {
                return Tag::Noun;
            }
            // "automatically set to dirty": its participle looks like its base.
            Some(Tag::Be) if self.is(&["set", "put", "read", "cut", "shut", "hit", "let", "split"]) => {
                return Tag::Verb;
            }
            Some(Tag::Noun) if self.let_before() => return Tag::Verb,
            Some(Tag::Number) => {
                let clock = self.previous_token.is_some_and(|p| p.text.ends_with('m'))
                    || !self.noun_too
                        && self.before.len() > 1
                        && self.tokens.get(self.at.wrapping_sub(2)).is_some_and(|p| p.is("at"));
                return if self.object || clock && self.next_noun { Tag::Verb } else { Tag::Noun };
            }
            Some(Tag::Preposition) => return Tag::Noun,
            _ => {}
        }
        match self.previous {
            None => self.opening(),
            Some(Tag::Sign | Tag::Conjunction | Tag::Subordinator) => self.coordinated(),
            Some(Tag::Noun) => self.after_noun(),
            _ if self.noun_too && !self.object => Tag::Noun,
            _ => Tag::Verb,
        }
    }

    /// "text donor", "email captain and crew", "charge card": to somebody, without an article.
    fn addresses(&self) -> bool {
        let Some(token) = self.tokens.get(self.at) else { return false };
        let class = crate::lexicon::verbs::lookup(&token.text).map(|(verb, _)| verb.class);
        let next = self.next().filter(|next| !next.is_sign());
        match class {
            Some(Class::Send | Class::Notify) => {
                next.is_some_and(|next| archetypes::is_person(&next.lemma) && !self.names_record())
            }
            Some(Class::Pay) => next.is_some_and(|next| next.one_of(&["card", "cards"])),
            _ => false,
        }
    }

    /// "Drive: place, date, capacity": no order, for those say what is kept.
    fn labels(&self) -> bool {
        let text = self.tokens.get(self.at).map_or("", |token| token.text.as_str());
        let class = crate::lexicon::verbs::lookup(text).map(|(verb, _)| verb.class);
        let value = |token: &Token| !token.is_sign() && fields::guess(&token.lemma).is_some();
        let listed = self.tokens.iter().skip(self.at + 2).take(8).filter(|token| value(token)).count() >= 2;
        matches!(class, Some(Class::Other | Class::Event)) && self.next_is(&[":"]) && listed
    }

    fn opening(&self) -> Tag {
        if self.labels() {
            return Tag::Noun;
        }
        let each = self.next_is(&["for"])
            && self.tokens.get(self.at + 2).is_some_and(|token| token.one_of(&["each", "every", "all"]));
        if !self.noun_too || self.object || each || self.addresses() {
            return Tag::Verb;
        }
        let plural = self.next_noun
            && self.plural_follows()
            && !self.names_record()
            && !self.verb_in_run()
            && !self.heading_follows()
            && !self.subject();
        if plural || self.next_is(&["to", "#", "@"]) { Tag::Verb } else { Tag::Noun }
    }

    /// After a comma, "and", "when".
    fn coordinated(&self) -> Tag {
        if self.previous_token.is_some_and(|token| token.is(":")) && self.next_noun && self.plural_follows() {
            return self.opening();
        }
        if self.object || self.addresses() {
            return Tag::Verb;
        }
        if self.names_record() {
            return Tag::Noun;
        }
        let earlier_verb = self.before.contains(&Tag::Verb);
        // "plate, make, model": a name in a list.
        let lemma = self.tokens.get(self.at).map(|token| token.lemma.clone()).unwrap_or_default();
        let listed = self.next().is_none_or(|next| next.one_of(&[",", "/", ")", ";", "&"]));
        if self.previous == Some(Tag::Sign) && listed && fields::guess(&lemma).is_some() {
            return Tag::Noun;
        }
        if !self.noun_too {
            return if self.describes_value() { Tag::Adjective } else { Tag::Verb };
        }
        let after_verb = self.previous == Some(Tag::Conjunction)
            && matches!(self.before.iter().rev().nth(1), Some(Tag::Verb | Tag::Participle));
        let plural = earlier_verb
            && self.previous == Some(Tag::Conjunction)
            && self.next_noun
            && self.plural_follows()
            && !self.describes_value();
        // "open a ticket, download invoices".
        let orders = self.previous == Some(Tag::Sign)
            && self.is(&["download", "upload", "print", "export", "edit", "view", "browse", "search", "filter"])
            && earlier_verb
            && self.next_noun
            && self.plural_follows();
        let plural = plural || orders;
        let adverb = earlier_verb && self.previous == Some(Tag::Conjunction) && self.next_is(&["online", "for", "by"]);
        let posts = self.next_is(&["to"]) && self.before.iter().any(|tag| matches!(tag, Tag::Verb | Tag::Be));
        if posts || after_verb && self.next_noun || plural || adverb { Tag::Verb } else { Tag::Noun }
    }

    fn after_noun(&self) -> Tag {
        let Some(previous) = self.previous_token else { return Tag::Noun };
        // "an authority reference which may be empty".
        if self.noun_too && !previous.plural() && self.next_is(&["which", "who", "that"]) {
            return Tag::Noun;
        }
        let many = previous.plural() || previous.one_of(&["hr", "staff", "public", "team"]);
        let after_adverb = self.object;
        let preposition =
            self.next().is_some_and(|n| words::is_preposition(&n.text) && !n.one_of(&["with", "of", "per"]));
        let adverb = many && self.next().is_some_and(|n| words::is_adverb(&n.text));
        let verb = adverb
            || self.addresses()
            || if many {
                !self.noun_too || self.object || self.next_noun || preposition
            } else {
                !self.noun_too && (self.object || self.next_noun)
            };
        if verb || after_adverb { Tag::Verb } else { Tag::Noun }
    }

    /// "kayak: length": a name before a colon or brackets.
    fn heading_follows(&self) -> bool {
        self.tokens.get(self.at + 2).is_some_and(|t| t.is(":") || t.is("(")) && self.next().is_some_and(|t| !t.plural())
    }
}
