//! Signs for what was dictated: "a boat has a name a length and a colour and then trips a trip has a date".
//!
//! Who speaks to a telephone says no commas and no full stops. Where a long row of words without signs shows that it was spoken,
//! signs of no width are put in, so that every rule reads it like written text. Written text is left as it is.

use crate::lexicon::verbs::{self, Form};
use crate::lexicon::{archetypes, fields, words};
use crate::tokens::{Kind, Span, Token};

/// Shorter rows are read as they are.
const LEAST_WORDS: usize = 25;

/// Said while thinking.
const FILLERS: &[&str] = &["um", "uh", "erm", "er", "hmm", "basically", "obviously", "okay", "anyway"];
/// Words that open another sentence, where the words behind them do.
const LINKS: &[&str] = &["and", "so", "then", "but", "oh", "also", "plus", "&"];
/// What a subject is followed by.
const HOLDS: &[&str] = &[
    "has", "have", "belongs", "belong", "needs", "need", "can", "must", "should", "gets", "get", "consists", "takes",
    "goes", "sits",
];
/// Values that are said in a row without signs: the first of two of them is no part of the second's name.
const VALUES: &str = "name surname title email phone mobile address birthday dob age date weight height color size price cost amount \
    notes note description status location duration length breed gender city number time place nickname budget hours quantity colour \
    telephone";
/// Values that lend their name to the word before them.
const TAILS: &str = "number address date time code name type level range note notes hours status";

/// Words that deny or narrow what stands near them: a sign between them and it would make a permission of the rest.
const DENIALS: &str = "no not never ever only even nor neither none nobody noone nothing nowhere without except excepting excluding \
    cannot cant dont doesnt didnt isnt arent wont shouldnt mustnt couldnt wouldnt hardly rarely seldom barely scarcely unless instead \
    rather forbid forbids forbidden prohibit prohibited refuse deny denied doubt think believe guess suppose imagine want wish wonder \
    pretend circumstances few exclusively solely just stop prevent avoid until wrong false untrue lie hate dislike";
/// As many words before a denial stay without signs: what is denied may stand before it.
const DENIED_BEFORE: usize = 8;

/// Puts signs into the dictated rows of the tokens from `from` on.
pub(crate) fn punctuate(tokens: &mut Vec<Token>, from: usize) {
    let mut edits: Vec<(usize, Edit)> = Vec::new();
    let mut at = from;
    while at < tokens.len() {
        let end = (at..tokens.len()).find(|next| tokens.get(*next).is_some_and(is_break)).unwrap_or(tokens.len());
        if let Some(row) = tokens.get(at..end).filter(|row| row.len() >= LEAST_WORDS) {
            edits.extend(edits_of(row).into_iter().map(|(place, edit)| (at + place, edit)));
        }
        at = end + 1;
    }
    for (place, edit) in edits.into_iter().rev() {
        let Edit::Sign(sign) = edit else {
            tokens.remove(place);
            continue;
        };
        let end = place.checked_sub(1).and_then(|before| tokens.get(before)).map_or(0, |before| before.span.end);
        let span = Span { start: end, end };
        tokens.insert(
            place,
            Token { span, text: sign.to_owned(), lemma: sign.to_owned(), kind: Kind::Sign, capital: false },
        );
    }
}

/// What is done at a word.
enum Edit {
    /// A sign before it.
    Sign(&'static str),
    /// It is left out.
    Drop,
}

fn is_break(token: &Token) -> bool {
    token.is_sign() && !token.one_of(&["&", "+", "%", "\"", "'", "€", "$", "£", "-"])
}

/// The edits of a row in the order of its words; none where nothing shows that it was spoken.
fn edits_of(row: &[Token]) -> Vec<(usize, Edit)> {
    let row = Row(row);
    let mut edits: Vec<(usize, Edit)> = Vec::new();
    let mut spoken = false;
    for at in 0..row.0.len() {
        let last = edits.last().map(|(place, _)| *place);
        let begun = |place: usize| (0..place).any(|before| !row.is(before, FILLERS));
        let free = |place: usize| begun(place) && last.is_none_or(|last| last < place);
        let know = |at: usize| row.is(at, &["you"]) && row.is(at + 1, &["know"]);
        if row.is(at, FILLERS) || know(at) || at > 0 && know(at - 1) {
            spoken = true;
            edits.push((at, Edit::Drop));
        } else if row.opens_sentence(at) {
            let lead = row.lead(at).max(last.map_or(0, |last| last + 1));
            spoken |= row.lead(at) == at && at > 0 && row.named(at - 1);
            if free(lead) && lead <= at {
                edits.push((lead, Edit::Sign(".")));
            }
        } else if row.opens_list(at) {
            let lead = row.lead(at).max(last.map_or(0, |last| last + 1));
            spoken = true;
            if free(lead) && lead <= at {
                edits.push((lead, Edit::Sign(".")));
            }
            edits.push((at + 1, Edit::Sign(":")));
        } else if free(at) && row.separates(at) {
            spoken |= row.is(at, &["a", "an"]);
            edits.push((at, Edit::Sign(",")));
        }
    }
    // Nothing is cut from the first denial on, nor shortly before it.
    let denied = (0..row.0.len()).find(|at| row.denies(*at)).map(|at| at.saturating_sub(DENIED_BEFORE));
    edits.retain(|(place, _)| denied.is_none_or(|denied| *place < denied));
    if spoken { edits } else { Vec::new() }
}

/// Words without signs between them.
struct Row<'t>(&'t [Token]);

impl Row<'_> {
    fn text(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |token| token.text.as_str())
    }
    fn is(&self, at: usize, texts: &[&str]) -> bool {
        texts.contains(&self.text(at))
    }
    /// "never", "only", "don't", "but" before what is left out.
    fn denies(&self, at: usize) -> bool {
        let word = self.text(at);
        crate::lexicon::has(DENIALS, word)
            || word.ends_with("n't")
            || word.ends_with("n’t")
            || word == "but" && self.is(at.wrapping_sub(1), &["all", "everyone", "everybody", "anyone", "anybody"])
    }
    /// A noun, as far as the word alone tells.
    fn named(&self, at: usize) -> bool {
        let word = self.text(at);
        let verb =
            verbs::lookup(word).is_some_and(|(verb, form)| !verb.noun_too && form != Form::Ing || form == Form::Past);
        let known = fields::guess(word).is_some() || archetypes::sort(word).is_some();
        !word.is_empty()
            && self.0.get(at).is_some_and(|token| token.kind == Kind::Word)
            && !words::is_function_word(word)
            && !words::is_adverb(word)
            && (known || !verb && !words::is_adjective(word))
    }
    /// Where the subject ends that starts here: "each young swimmer", "the owner", "people".
    fn subject(&self, at: usize) -> Option<usize> {
        let determined = self.is(at, &["a", "an", "the", "each", "every", "one", "some", "my", "our", "all"]);
        let first = at + usize::from(determined);
        let end = (first..first + 3).find(|next| !self.named(*next) && !words::is_adjective(self.text(*next)))?;
        let several = self.0.get(end.checked_sub(1)?).is_some_and(Token::plural);
        (end > first && (determined || several) && self.named(end - 1)).then_some(end)
    }
    /// "each dog has", "the owner can", "and people register", "when", "the evening before".
    fn opens_sentence(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|before| self.text(before)) else { return false };
        let linked = LINKS.contains(&before) || FILLERS.contains(&before);
        // "which a dog has", "for each dog", "if a dog is", "has a".
        let leans = words::is_preposition(before)
            || words::is_subordinator(before)
            || words::is_determiner(before)
            || words::is_possessive(before)
            || words::is_modal(before)
            || words::is_be(before)
            || words::is_have(before)
            || matches!(before, "that" | "which" | "who" | "where" | "or" | "to" | "of" | "not");
        if leans && !linked {
            return false;
        }
        let holds = self.subject(at).is_some_and(|end| self.is(end, HOLDS) || linked && self.verb(end));
        let speaks = self.is(at, &["i", "we", "they", "he", "she", "there"])
            && (self.verb(at + 1)
                || self.is(at + 1, &["need", "have", "want", "keep", "are", "is", "would", "do", "get"]));
        let when = linked && (self.is(at, &["when", "whenever", "if", "once"]) || self.is(at, &["after", "every"]))
            || self.is(at, &["when", "whenever"]) && self.named(at - 1) && self.subject(at + 1).is_some() && linked;
        let timed = linked
            && self.is(at, &["a", "the", "one", "two", "three"])
            && self
                .is(at + 1, &["day", "days", "evening", "night", "week", "weeks", "hour", "hours", "month", "morning"])
            && self.is(at + 2, &["before", "after"]);
        let orders = linked
            && verbs::lookup(self.text(at)).is_some_and(|(verb, form)| {
                form == Form::Base && matches!(verb.class, verbs::Class::Send | verbs::Class::Notify)
            })
            && self.is(at + 1, &["the", "them", "me", "us", "everyone", "him", "her", "all"]);
        // "and players sign up for".
        let plural = |at: usize| self.0.get(at).is_some_and(Token::plural);
        let acts = linked
            && plural(at)
            && self.named(at)
            && verbs::lookup(self.text(at + 1)).is_some_and(|(_, form)| form == Form::Base)
            && (words::is_preposition(self.text(at + 2)) || words::is_determiner(self.text(at + 2)) || plural(at + 2));
        (holds || acts || speaks && (linked || self.named(at - 1)) || when || timed || orders) && !self.is(at, LINKS)
    }
    fn verb(&self, at: usize) -> bool {
        verbs::lookup(self.text(at))
            .is_some_and(|(verb, form)| !verb.noun_too && form != Form::Ing && form != Form::Past)
    }
    /// Where the sentence starts: links before it go with it.
    fn lead(&self, at: usize) -> usize {
        let linked = |before: usize| self.is(before, LINKS) || self.is(before, FILLERS);
        (0..at).rev().find(|before| !linked(*before)).map_or(0, |before| before + 1)
    }
    /// "players name birthday and shirt number", "inspections you know date weight": a list of what they have follows.
    fn opens_list(&self, at: usize) -> bool {
        let several = self.0.get(at).is_some_and(|token| token.plural() && fields::guess(&token.lemma).is_none())
            && self.named(at);
        let filler = at + 1 + 2 * usize::from(self.is(at + 1, &["you"]) && self.is(at + 2, &["know"]));
        let listed = crate::lexicon::has(VALUES, self.text(filler));
        // "dogs name" may be a genitive without its sign: a second value tells.
        let row = (filler + 1..filler + 4)
            .any(|next| crate::lexicon::has(VALUES, self.text(next)) || self.is(next, &["and"]));
        let leans = self.is(at.wrapping_sub(1), &["of", "for", "with", "to", "by", "from", "in"]);
        several && listed && row && !leans
    }
    /// "a name | a breed", "name | phone".
    fn separates(&self, at: usize) -> bool {
        // "can book a table".
        let verb = at.checked_sub(2).map(|before| self.text(before));
        if verb.is_some_and(|before| words::is_modal(before) || words::is_subject_pronoun(before) || before == "to") {
            return false;
        }
        let article = self.is(at, &["a", "an"])
            && self.named(at - 1)
            && self.named(at + 1)
            && self.subject(at).is_none_or(|end| !self.is(end, HOLDS));
        // "send the client a text".
        let sent = (at.saturating_sub(4)..at).any(|before| {
            verbs::lookup(self.text(before))
                .is_some_and(|(verb, _)| matches!(verb.class, verbs::Class::Send | verbs::Class::Notify))
                && self.is(before + 1, &["the", "him", "her", "them", "a", "every", "all"])
        });
        let values = crate::lexicon::has(VALUES, self.text(at - 1))
            && (crate::lexicon::has(VALUES, self.text(at)) && !crate::lexicon::has(TAILS, self.text(at))
                || self.is(at - 1, &["name", "surname", "email", "phone", "birthday"])
                    && fields::guess(self.text(at)).is_some()
                    && !self.is(at, &["address", "number", "tag", "badge"]));
        article && !sent || values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(text: &str) -> String {
        let mut tokens = crate::tokens::tokenize(text, 0);
        punctuate(&mut tokens, 0);
        let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        words.join(" ")
    }

    #[test]
    fn what_was_spoken_gets_signs() {
        for (spoken, expected) in [
            (
                "so we have boats a boat has a name a length and a color and then trips a trip has a date a boat and a skipper and the \
                 evening before a trip text the skipper",
                "so we have boats . a boat has a name , a length and a color and then trips . a trip has a date , a boat and a skipper \
                 . and the evening before a trip text the skipper",
            ),
            (
                "um there are teams each team has a name and a color then players name birthday and shirt number and players sign up for \
                 matches and if a match moves text them",
                "there are teams . each team has a name and a color . then players : name , birthday and shirt number . and players \
                 sign up for matches . and if a match moves text them",
            ),
        ] {
            assert_eq!(signed(spoken), expected);
        }
    }

    #[test]
    fn what_was_written_stays() {
        for written in [
            "I want to build an application where each customer can book an appointment with a stylist and the stylist is told about it \
             when the customer has paid",
            "Members can sign up for many classes and each class has a capacity and a room.",
        ] {
            let words: Vec<String> = crate::tokens::tokenize(written, 0).into_iter().map(|token| token.text).collect();
            assert_eq!(signed(written), words.join(" "));
        }
    }
}
