//! Items of a list that are no noun phrases: "whether it is insured", "how many seats", "in stock", "paid or not".

use super::Reader;
use crate::facts::Item;
use crate::lexicon::fields::{self, FieldType};
use crate::nouns::{self, Np};
use crate::tags::Tag;

impl Reader<'_, '_, '_> {
    /// "in stock (yes/no)", "on sale": a preposition and a noun that are true or not.
    pub(super) fn situation(&mut self) -> bool {
        let scene = self.scene;
        let Some(np) = scene.np_at(self.at + 1).filter(|np| scene.one_of(self.at, &["in", "on"]) && np.to <= self.end)
        else {
            return false;
        };
        let from = self.at;
        let mut item = Item::default();
        self.name(np);
        std::mem::swap(&mut item, &mut self.item);
        let word = scene.token(from).map_or("", |token| token.text.as_str());
        self.item = Item { name: nouns::snake(&[word, &item.name]), required: item.required, ..Item::default() };
        self.item.entity.clone_from(&self.item.name);
        self.item.span = Some(scene.span(from, np.to));
        self.at = np.to;
        self.after();
        let known = fields::guess(&self.item.name).map(|guess| guess.kind);
        if self.item.kind.or(known) == Some(FieldType::Boolean) {
            return true;
        }
        (self.item, self.at) = (Item::default(), from);
        false
    }

    /// "from ward, to ward": the two ends of a way.
    pub(super) fn ends_of_way(&mut self) -> bool {
        let scene = self.scene;
        let ends = scene.one_of(self.at, &["from", "to"]);
        let Some(np) = scene.np_at(self.at + 1).filter(|np| ends && np.to <= self.end && np.article.is_none()).cloned()
        else {
            return false;
        };
        let word = scene.token(self.at).map(|token| token.text.clone()).unwrap_or_default();
        self.name(&np);
        self.item.name = format!("{word}_{}", self.item.name);
        self.at = np.to;
        self.after();
        true
    }

    /// "date, from, to": since when and until when, in one word each.
    pub(super) fn bare_end(&mut self) -> bool {
        let name = match self.scene.token(self.at).map(|token| token.text.as_str()) {
            Some("from") => "start",
            Some("to" | "until" | "till") => "end",
            _ => return false,
        };
        let listed = self.at > 1 && self.scene.one_of(self.at - 1, &[",", "and"]);
        // Both in one word: "from, to location" is a way.
        let (from, to) = (&["from"][..], &["to", "until", "till"][..]);
        let other = if name == "start" {
            let next = self.end + 1 + usize::from(self.scene.is(self.end + 1, "and"));
            let ends = next + 1 >= self.to || self.scene.one_of(next + 1, &[",", ";", "and"]);
            self.scene.one_of(next, to) && ends
        } else {
            self.scene.one_of(self.at.saturating_sub(2), from) || self.scene.one_of(self.at.saturating_sub(3), from)
        };
        if self.at + 1 != self.end || !listed || !other {
            return false;
        }
        self.item.name = name.to_owned();
        self.item.entity.clone_from(&self.item.name);
        self.item.span = Some(self.scene.span(self.at, self.end));
        self.item.kind = Some(FieldType::Datetime);
        self.at = self.end;
        true
    }

    /// "open / on hold / filled": the values of a status that has no name; "make/buy" is one or the other.
    pub(super) fn alternatives(&mut self) -> bool {
        let scene = self.scene;
        let sign = |at: usize| scene.one_of(at, &["/", "|"]);
        let depth = scene.depth_at(self.at);
        let (mut parts, mut start) = (Vec::new(), self.at);
        for at in self.at..=self.end {
            if at == self.end || sign(at) {
                parts.push((start, at));
                start = at + 1;
            } else if scene.depth_at(at) != depth
                || scene.one_of(at, &["or", "->", ">", "yes", "no", "y", "n"])
                || !scene.token(at).is_some_and(|token| token.kind == crate::tokens::Kind::Word)
            {
                return false;
            }
        }
        if parts.len() < 2 || parts.iter().any(|(from, to)| from >= to || to - from > 3) {
            return false;
        }
        let words: Vec<String> = parts.iter().map(|(from, to)| crate::values::value(scene, *from, *to)).collect();
        let named = |name: &str| {
            let guess = fields::guess(name).map(|guess| guess.kind);
            guess.is_some_and(|kind| kind != FieldType::Boolean) || crate::lexicon::archetypes::sort(name).is_some()
        };
        let chooses = words.first().is_some_and(|first| first.split('_').any(fields::takes_values));
        if chooses || words.iter().any(|word| named(word) || word.len() < 2) {
            return false;
        }
        let name = match words.as_slice() {
            [one, other] if parts.iter().all(|(from, to)| to - from == 1) => format!("{one}_or_{other}"),
            [_, _] => return false,
            _ => "status".to_owned(),
        };
        // "fuel petrol/diesel/gas": the first of two words names it.
        self.item.span = Some(scene.span(self.at, self.end));
        self.item.entity.clone_from(&name);
        self.item.name = name;
        self.item.values = words;
        self.at = self.end;
        true
    }

    /// "sunny or shaded": one or the other of two words that name nothing else.
    pub(super) fn one_or_other(&mut self) -> bool {
        let scene = self.scene;
        let (or, other) = (self.at + 1, self.at + 2);
        let ends = other + 1 >= self.to || scene.one_of(other + 1, &[",", ";", "and", "&"]);
        if !scene.is(or, "or") || other >= self.to || !ends {
            return false;
        }
        let plain = |at: usize| {
            let describes = matches!(scene.tag(at), Some(Tag::Adjective | Tag::Participle | Tag::Noun));
            let known = |lemma: &str| {
                fields::guess(lemma).is_some()
                    || crate::lexicon::archetypes::sort(lemma).is_some()
                    || crate::lexicon::words::is_function_word(lemma)
            };
            describes
                && scene.token(at).is_some_and(|token| !token.plural() && !known(&token.lemma) && token.text.len() > 2)
        };
        // "a photo, a sketch or drawing" is a list; this one stands alone between its signs.
        let alone = self.at == 0 || !scene.one_of(self.at - 1, &["a", "an", "the"]);
        let leads = self.at > 0 && scene.one_of(self.at - 1, &[",", "and", "either", ";", "with", "is", "-"]);
        if !alone || !leads || !plain(self.at) || !plain(other) {
            return false;
        }
        let words = vec![crate::values::value(scene, self.at, or), crate::values::value(scene, other, other + 1)];
        self.item.name = words.join("_or_");
        self.item.entity.clone_from(&self.item.name);
        self.item.span = Some(scene.span(self.at, other + 1));
        self.item.values = words;
        self.at = other + 1;
        self.end = self.end.max(self.at);
        true
    }

    /// "whether it is insured", "if they smoke".
    pub(super) fn whether(&mut self) -> bool {
        if !self.scene.one_of(self.at, &["whether", "if"]) {
            return false;
        }
        let mut parts: Vec<String> = Vec::new();
        for at in self.at + 1..self.end {
            let Some(token) = self.scene.token(at) else { break };
            let skip = matches!(
                self.scene.tag(at),
                Some(
                    Tag::Pronoun
                        | Tag::Determiner
                        | Tag::Possessive
                        | Tag::Be
                        | Tag::Adverb
                        | Tag::To
                        | Tag::Negation
                        | Tag::Conjunction
                )
            ) || token.one_of(&["not", "or", "to", "want", "wants", "would", "like"])
                || token.is("'s")
                || token.is_sign();
            // "whether a loan bike was given": the bike, not who gives it.
            let what = parts.is_empty()
                && self.scene.np_at(at).or_else(|| self.scene.np_at(at.wrapping_sub(1))).is_some_and(|np| {
                    matches!(np.article.as_deref(), Some("a" | "an" | "any")) && self.scene.tag(np.to) == Some(Tag::Be)
                });
            let early_subject = parts.is_empty()
                && !what
                && self.scene.tag(at) == Some(Tag::Noun)
                && (at + 1..self.end)
                    .any(|next| matches!(self.scene.tag(next), Some(Tag::Be | Tag::Have | Tag::Verb | Tag::Modal)));
            // "has been fixed".
            let done = token.is("has") && self.scene.tag(at + 1) == Some(Tag::Be);
            if !skip && !early_subject && !done {
                parts.push(if token.is("have") { "has".into() } else { token.text.clone() });
            }
        }
        parts.truncate(4);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.item.name = nouns::snake(&parts);
        self.item.entity.clone_from(&self.item.name);
        self.item.kind = Some(FieldType::Boolean);
        self.item.span = Some(self.scene.span(self.at, self.end));
        self.at = self.end;
        true
    }

    /// "how many seats", "how long it takes", "why they left".
    pub(super) fn how(&mut self) -> bool {
        let scene = self.scene;
        let (name, kind) = if scene.is(self.at, "why") {
            ("reason".to_owned(), FieldType::LongText)
        } else if scene.is(self.at, "where")
            && self.verb_in(&["is", "are", "was", "were", "lives", "live", "stored", "kept"])
        {
            ("location".to_owned(), FieldType::Text)
        } else if scene.is(self.at, "what") && self.verb_in(&["costs", "cost"]) {
            ("cost".to_owned(), FieldType::Money)
        } else if scene.is(self.at, "what")
            && self.verb_in(&["happened", "done", "did"])
            && scene.np_at(self.at).is_none_or(|np| np.words().len() <= 1)
        {
            ("description".to_owned(), FieldType::LongText)
        } else if scene.is(self.at, "since") && scene.is(self.at + 1, "when") && self.at + 2 >= self.end {
            ("since_date".to_owned(), FieldType::Date)
        } else if scene.is(self.at, "when") {
            let verb = (self.at..self.end).find(|at| scene.tag(*at) == Some(Tag::Verb)).and_then(|at| scene.token(at));
            (verb.map_or("date".to_owned(), |verb| format!("{}_at", nouns::snake(&[&verb.text]))), FieldType::Datetime)
        } else if scene.is(self.at, "how") {
            match scene.token(self.at + 1).map(|token| token.text.as_str()) {
                Some("many") => {
                    let noun = scene.first_np(self.at + 1, self.end).map_or("count", Np::field).to_owned();
                    (noun, FieldType::Integer)
                }
                // "how much sun it needs", not "how much we got".
                Some("much") if self.much().is_some() => (self.much().unwrap_or_default(), FieldType::Text),
                Some("much") => {
                    (scene.first_np(self.at + 2, self.end).map_or("amount", Np::field).to_owned(), FieldType::Money)
                }
                Some("long") => ("duration".to_owned(), FieldType::Integer),
                Some("urgent") => ("urgency".to_owned(), FieldType::Text),
                Some("bad" | "severe" | "serious" | "grave") => ("severity".to_owned(), FieldType::Text),
                Some("important") => ("importance".to_owned(), FieldType::Text),
                Some("difficult" | "hard") => ("difficulty".to_owned(), FieldType::Text),
                Some("often") => ("frequency".to_owned(), FieldType::Text),
                Some("old") => ("age".to_owned(), FieldType::Integer),
                Some("far") => ("distance".to_owned(), FieldType::Decimal),
                Some("big" | "large") => ("size".to_owned(), FieldType::Text),
                Some("heavy") => ("weight".to_owned(), FieldType::Decimal),
                Some("tall" | "high") => ("height".to_owned(), FieldType::Decimal),
                Some("deep") => ("depth".to_owned(), FieldType::Decimal),
                Some("wide") => ("width".to_owned(), FieldType::Decimal),
                // "how they found us", "how they heard of it".
                Some(_) if self.verb_in(&["found", "find", "heard", "hear", "came"]) => {
                    ("source".to_owned(), FieldType::Text)
                }
                Some(_) if self.verb_in(&["pay", "paid", "pays"]) => ("payment_method".to_owned(), FieldType::Text),
                _ => return false,
            }
        } else {
            return false;
        };
        self.item.span = Some(scene.span(self.at, self.end));
        self.item.entity.clone_from(&name);
        self.item.name = name;
        self.item.kind = Some(kind);
        let from = self.at;
        self.at = self.end;
        // "how urgent it is: low, normal or high", "how bad it is (minor, major)".
        if kind == FieldType::Text {
            let open = (from..self.end).find_map(|open| scene.close_of(open).map(|close| (open + 1, close)));
            let colon = (from..self.end).find(|at| scene.is(*at, ":")).map(|colon| (colon + 1, self.to));
            let given = open.or(colon).map(|(from, to)| crate::values::values(scene, from, to));
            if let Some((values, next)) = given.filter(|(values, _)| values.len() >= 2) {
                (self.item.kind, self.item.values) = (None, values);
                self.at = self.at.max(next.min(self.to));
                self.end = self.end.max(self.at);
            } else if let Some((from, to)) = open {
                // A remark.
                self.at = self.at.max(to.max(from));
            }
        }
        true
    }

    /// What there is so much of, where that is no money: the sun of "how much sun it needs".
    fn much(&self) -> Option<String> {
        // The question words may lead its phrase.
        let np = self.scene.first_np(self.at, self.end)?;
        let words = np.words().iter().map(|word| word.text.as_str()).filter(|word| !matches!(*word, "how" | "much"));
        let name = nouns::snake(&words.collect::<Vec<_>>());
        let follows = self.scene.tag(np.to) == Some(Tag::Pronoun);
        let plain = !name.is_empty() && fields::guess(&name).is_none() && !matches!(name.as_str(), "money" | "cash");
        (follows && plain).then_some(name)
    }

    fn verb_in(&self, words: &[&str]) -> bool {
        (self.at + 1..self.end).any(|at| self.scene.one_of(at, words))
    }

    /// "who taught it", "which worker was there", "what time it began", "who the tenant is".
    pub(super) fn asked(&mut self) -> bool {
        let scene = self.scene;
        let from = self.at;
        if !scene.one_of(from, &["who", "which", "what"]) {
            return false;
        }
        let verb = (from + 1..self.end).find(|at| matches!(scene.tag(*at), Some(Tag::Verb)));
        let name = if scene.is(from, "who") {
            match (scene.np_at(from + 1), verb.and_then(|at| scene.token(at))) {
                // "who has it".
                (_, None) if scene.is(from + 1, "has") && scene.one_of(from + 2, &["it", "them"]) => {
                    "holder".to_owned()
                }
                // "who the tenant is".
                (Some(np), None) => np.field().to_owned(),
                (_, Some(verb)) => match participle(&verb.text) {
                    Some(done) => format!("{done}_by"),
                    None => return false,
                },
                _ => return false,
            }
        } else {
            // The question word may lead its phrase.
            let np = scene.np_at(from).or_else(|| scene.np_at(from + 1)).filter(|np| np.to <= self.end.max(from + 2));
            let Some(np) = np.filter(|np| np.words().len() <= 3) else { return false };
            let words: Vec<&str> = np
                .words()
                .iter()
                .map(|word| word.text.as_str())
                .filter(|word| !matches!(*word, "what" | "which"))
                .collect();
            let name = nouns::snake(&words);
            let done = verb.and_then(|at| scene.token(at)).and_then(|verb| participle(&verb.text));
            match (name.as_str(), done) {
                ("", _) => return false,
                ("time", Some(done)) => {
                    self.item.kind = Some(FieldType::Datetime);
                    format!("{done}_at")
                }
                _ => name,
            }
        };
        self.item.entity.clone_from(&crate::lemma::singular(&name));
        self.item.plural = self.item.entity != name;
        self.item.name = name;
        self.item.span = Some(scene.span(from, self.end));
        // "which section it is for (sports, culture)".
        let open = (from..self.end).find_map(|open| scene.close_of(open).map(|close| (open, close)));
        if let Some((open, close)) = open {
            crate::values::brackets(scene, &mut self.item, open + 1, close);
        }
        self.at = self.end;
        true
    }

    /// A name that is no noun phrase: "paid or not", "published", "explicit yes/no".
    pub(super) fn wordy(&mut self) {
        let scene = self.scene;
        let mut parts: Vec<String> = Vec::new();
        let from = self.at;
        while self.at < self.end && scene.depth_at(self.at) == scene.depth_at(from) {
            let Some(token) = scene.token(self.at) else { break };
            let wordy = matches!(
                scene.tag(self.at),
                Some(Tag::Adjective | Tag::Participle | Tag::Verb | Tag::Noun | Tag::Adverb)
            );
            if !wordy || token.one_of(&["yes", "no", "or"]) {
                break;
            }
            parts.push(token.text.clone());
            self.at += 1;
        }
        if parts.is_empty() || parts.len() > 3 {
            return;
        }
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        self.item.name = nouns::snake(&parts);
        self.item.entity.clone_from(&self.item.name);
        self.item.span = Some(scene.span(from, self.at));
        let stamp = self.scene.one_of(self.at, &["at", "on"]) && self.at + 1 >= self.end;
        if stamp && let Some(word) = self.scene.token(self.at) {
            self.item.kind = Some(if word.is("at") { FieldType::Datetime } else { FieldType::Date });
            self.item.name = format!("{}_{}", self.item.name, word.text);
        }
        self.after();
        if !self.item.known() {
            self.item.name.clear();
        }
    }
}

/// The participle of a verb in the past: "took" is "taken"; none for what leaves no trace of who did it.
fn participle(verb: &str) -> Option<&str> {
    Some(match verb {
        "took" | "takes" => "taken",
        "gave" => "given",
        "got" | "gets" | "receives" => "received",
        "wrote" | "writes" => "written",
        "did" | "does" => "done",
        "drove" | "drives" => "driven",
        "began" | "begins" => "started",
        "saw" => "seen",
        "rode" => "ridden",
        "chose" => "chosen",
        "is" | "was" | "has" | "had" | "needs" | "wants" => return None,
        other if other.ends_with("ed") || other.ends_with("ght") => other,
        "made" | "paid" | "sold" | "built" | "led" | "found" | "won" | "sent" | "set" | "lent" | "held" | "left"
        | "met" => verb,
        _ => return None,
    })
}
