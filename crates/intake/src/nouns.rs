//! Noun phrases: "each overdue library loan" is the noun `library_loan`, described as overdue, one of many.

mod spelled;

use std::cell::OnceCell;

pub(crate) use self::spelled::snake;
use crate::lexicon::{archetypes, fields, integrations, words};
use crate::tags::Tag;
use crate::tokens::{Span, Token};

/// How many the phrase speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    Unsaid,
    One,
    Each,
    Many,
    Number(i64),
    None,
}

/// One word of a noun phrase.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub text: String,
    pub lemma: String,
    pub noun: bool,
}

#[derive(Clone, Debug)]
struct Names {
    entity: String,
    field: String,
    value: bool,
    record: bool,
}

/// A noun phrase.
#[derive(Clone, Debug)]
pub(crate) struct Np {
    /// Tokens, articles included.
    pub from: usize,
    pub to: usize,
    pub span: Span,
    words: Vec<Word>,
    /// What the words say, worked out once.
    names: OnceCell<Names>,
    pub count: Count,
    pub plural: bool,
    pub article: Option<String>,
    /// "their", "my".
    pub possessive: Option<String>,
    /// The "driver" of "driver's licence".
    pub owner: Option<Vec<Word>>,
    /// "list of".
    pub listed: bool,
    /// "a number of": several of them, or how many there are.
    pub counted: bool,
}

impl Np {
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }
    /// The same place and number, other words.
    pub(crate) fn renamed(&self, words: Vec<Word>) -> Self {
        Self { words, names: OnceCell::new(), ..self.clone() }
    }
    /// The owner's part of the phrase: "driver" of "driver's licence".
    pub(crate) fn with_words(&self, words: Vec<Word>) -> Self {
        Self { owner: None, ..self.renamed(words) }
    }
    /// Singular snake_case without describing words: the name of a record.
    pub(crate) fn entity(&self) -> &str {
        &self.names().entity
    }
    /// snake_case with describing words, the last word as written: the name of a field.
    pub(crate) fn field(&self) -> &str {
        &self.names().field
    }
    /// Whether the phrase names a value and no record.
    pub(crate) fn is_value(&self) -> bool {
        self.names().value
    }
    /// Whether the phrase may speak of a record: not "app", "Monday", "notification".
    pub(crate) fn is_record(&self) -> bool {
        self.names().record
    }
    fn may_name_record(&self, entity: &str) -> bool {
        // "take part in", "many-to-many between".
        if entity.is_empty()
            || entity.len() > 40
            || matches!(entity, "epic" | "user_story")
            || entity.starts_with("what_")
            || entity.contains("many_to_many")
        {
            return false;
        }
        // "Dear engineer, …", "Confidentiality notice: …", "the contracting authority": who writes, and how letters begin and end.
        if ["dear_", "hello_", "confidentiality_", "contracting_"].iter().any(|start| entity.starts_with(start)) {
            return false;
        }
        let (head, known) = (self.head(), archetypes::sort(entity).is_some());
        // "landing page", "product page", "home screen".
        let shown = matches!(head, "page" | "screen" | "tab" | "popup" | "window" | "panel");
        let told = shown
            && self.words.len() >= 2
            && !self.words.iter().any(|word| matches!(word.lemma.as_str(), "wiki" | "solar" | "time"));
        if told {
            return false;
        }
        // "our Telegram group", "the Excel file".
        if !known && self.words.iter().any(|word| is_product(&word.lemma)) {
            return false;
        }
        // "a small program for repairs" is asked for; programs, and each program, are kept.
        let asked_for = head == "program" && !self.plural && self.count != Count::Each;
        if known || words::may_be_record(head) && !asked_for {
            return true;
        }
        // "allotment sites", "every car wash booking": the word alone may mean the app.
        let web = self.words.iter().any(|word| matches!(word.lemma.as_str(), "web" | "internet" | "company"));
        if self.words.len() >= 2
            && archetypes::sort(head).is_some()
            && (self.plural || self.count == Count::Each)
            && !web
        {
            return true;
        }
        // "a quiz night", but neither "Friday night" nor "a busy day".
        let of_two = words::names_with_another(entity)
            && self.words.len() >= 2
            && self.words.iter().all(|word| word.noun && words::weekday(&word.lemma).is_none())
            && (self.plural || matches!(self.article.as_deref(), None | Some("a" | "an")));
        if of_two && !web {
            return true;
        }
        !words::is_app_head(head)
            && !words::is_not_record(head)
            && words::month(head).is_none()
            && words::weekday(head).is_none()
    }
    fn names(&self) -> &Names {
        self.names.get_or_init(|| {
            let (entity, field) = (self.record_name(), field_name(&self.words));
            let value = archetypes::sort(&entity).is_none()
                && (fields::guess(&field).is_some() || fields::guess(&entity).is_some());
            let record = self.may_name_record(&entity);
            Names { entity, field, value, record }
        })
    }
    pub(crate) fn head(&self) -> &str {
        self.words.last().map_or("", |word| word.lemma.as_str())
    }
    fn record_name(&self) -> String {
        let last = self.words.len().saturating_sub(1);
        // "sales reps", "goods receipts": the first word has no singular there.
        let many =
            |at: usize, word: &Word| at < last && crate::lexicon::has("sales goods news sports savings", &word.text);
        let nouns = self.words.iter().enumerate().filter(|(_, word)| word.noun);
        let nouns: Vec<&str> =
            nouns.map(|(at, word)| if many(at, word) { word.text.as_str() } else { word.lemma.as_str() }).collect();
        // "pictures of birds" are pictures.
        let nouns = match nouns.iter().position(|noun| *noun == "of") {
            Some(of) if of > 0 && self.plural && self.words.last().is_some_and(|word| word.text != word.lemma) => {
                nouns.get(..of).unwrap_or(&[]).to_vec()
            }
            _ => nouns,
        };
        // "every morning staff check dogs in": the staff, each morning.
        let time =
            |noun: &&str| crate::lexicon::has("morning evening night afternoon day week month year weekday", noun);
        let nouns = if nouns.len() > 1 && self.count == Count::Each && nouns.first().is_some_and(time) {
            nouns.get(1..).unwrap_or(&[]).to_vec()
        } else {
            nouns
        };
        // "a vehicle record" and "product attributes" speak of the vehicle and the product.
        let tail = |noun: &&str| crate::lexicon::has("record detail information info data attribute profile", noun);
        let nouns = match nouns.split_last() {
            Some((last, rest))
                if !rest.is_empty()
                    && tail(last)
                    && archetypes::sort(&snake(&nouns)).is_none()
                    && !(rest.last() == Some(&"contact") && *last != "record") =>
            {
                rest.to_vec()
            }
            _ => nouns,
        };
        // "SMS follow-ups" are follow-ups.
        let channel = |noun: &&str| crate::lexicon::has("sms email text push whatsapp slack", noun);
        let nouns = if nouns.len() > 1 && nouns.first().is_some_and(channel) {
            nouns.get(1..).unwrap_or(&[]).to_vec()
        } else {
            nouns
        };
        // "property maintenance request" is a maintenance request.
        if let Some(tail) = nouns.len().checked_sub(2).filter(|cut| *cut > 0).and_then(|cut| nouns.get(cut..))
            && archetypes::sort(&snake(tail)).is_some()
        {
            return snake(tail);
        }
        snake(&if nouns.is_empty() { self.words.iter().map(|word| word.lemma.as_str()).collect() } else { nouns })
    }
    pub(crate) fn has_adjective(&self, text: &str) -> bool {
        self.words.iter().any(|word| !word.noun && word.text == text)
    }
}

/// A product by name; some are common words too.
fn is_product(word: &str) -> bool {
    const COMMON: &str = "stripe square slack zoom outlook sage epic resend ses discord push whereby waze";
    let product = integrations::named(word).is_some_and(|(_, product)| product.is_some());
    product && !crate::lexicon::has(COMMON, word)
        || crate::lexicon::has("excel trello jira airtable notion facebook instagram google airbnb uber", word)
}

const NOT_IN_NAMES: &str = "own new unique optional required mandatory different simple basic good nice own \
    respective relevant \
    corresponding following given certain such same various several their mandatory important necessary";

pub(crate) fn field_name(words: &[Word]) -> String {
    let kept: Vec<&Word> =
        words.iter().filter(|word| word.noun || !crate::lexicon::has(NOT_IN_NAMES, &word.text)).collect();
    // "a 2-letter country code".
    let measured = |word: &&Word| {
        word.text.starts_with(|c: char| c.is_ascii_digit()) && word.text.contains('-') && words.len() >= 2
    };
    let kept: Vec<&Word> = kept.into_iter().filter(|word| !measured(word)).collect();
    let last = kept.len().saturating_sub(1);
    let parts: Vec<&str> = kept
        .iter()
        .enumerate()
        .map(|(at, word)| if at == last { word.text.as_str() } else { word.lemma.as_str() })
        .collect();
    snake(&parts)
}

/// All noun phrases of a sentence whose tokens start at `offset` of the request's tokens.
pub(crate) fn chunk(tokens: &[Token], tags: &[Tag], offset: usize) -> Vec<Np> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match phrase(tokens, tags, at) {
            Some((mut np, end)) => {
                np.from += offset;
                np.to += offset;
                found.push(np);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

fn phrase(tokens: &[Token], tags: &[Tag], start: usize) -> Option<(Np, usize)> {
    let tag = |at: usize| tags.get(at).copied();
    let token = |at: usize| tokens.get(at);
    let mut np = Np {
        from: start,
        to: start,
        span: token(start)?.span,
        words: Vec::new(),
        names: OnceCell::new(),
        count: Count::Unsaid,
        plural: false,
        article: None,
        possessive: None,
        owner: None,
        listed: false,
        counted: false,
    };
    // "take part in".
    let took =
        start.checked_sub(1).and_then(token).is_some_and(|t| t.one_of(&["take", "takes", "took", "taking", "taken"]));
    if took && token(start)?.is("part") {
        return None;
    }
    let mut at = start;
    let mut last_noun = None;
    while let (Some(this), Some(tag_here)) = (token(at), tag(at)) {
        match tag_here {
            Tag::Determiner | Tag::Number if last_noun.is_none() => determine(&mut np, this),
            Tag::Negation if this.is("no") && last_noun.is_none() => np.count = Count::None,
            Tag::Possessive if last_noun.is_none() => np.possessive = Some(this.text.clone()),
            // "when homework is late teacher gets": what is said of the homework.
            Tag::Adjective if at == start && predicate(tokens, tags, at) => return None,
            Tag::Adjective | Tag::Participle if last_noun.is_none() || tag(at + 1) == Some(Tag::Noun) => {
                if last_noun.is_none()
                    && !matches!(tag(at + 1), Some(Tag::Noun | Tag::Adjective | Tag::Participle | Tag::Number))
                {
                    break;
                }
                np.words.push(Word { text: this.text.clone(), lemma: this.text.clone(), noun: false });
            }
            // "sea view y/n": what it may be.
            Tag::Noun
                if last_noun.is_some()
                    && this.one_of(&["yes", "y"])
                    && token(at + 1).is_some_and(|sign| sign.is("/"))
                    && token(at + 2).is_some_and(|no| no.one_of(&["no", "n"])) =>
            {
                break;
            }
            Tag::Noun => {
                np.words.push(Word { text: this.text.clone(), lemma: this.lemma.clone(), noun: true });
                np.plural = this.plural();
                last_noun = Some(at);
            }
            Tag::Genitive if last_noun.is_some() => {
                np.owner = Some(std::mem::take(&mut np.words));
                last_noun = None;
            }
            _ => break,
        }
        at += 1;
        if np.owner.is_some()
            && last_noun.is_none()
            && tag(at).is_none_or(|t| !matches!(t, Tag::Noun | Tag::Adjective | Tag::Participle))
        {
            np.words = np.owner.take()?;
            last_noun = Some(at.saturating_sub(1));
            break;
        }
    }
    let mut end = last_noun? + 1;
    // Words after the last noun that only would have described a further one.
    while np.words.last().is_some_and(|word| !word.noun) {
        np.words.pop();
    }
    if let Some((inner, inner_end)) = of_phrase(tokens, tags, end, &np) {
        merge_of(&mut np, inner);
        end = inner_end;
    }
    if matches!(np.count, Count::Unsaid) && np.plural {
        np.count = Count::Many;
    }
    np.to = end;
    np.span.end = token(end.saturating_sub(1))?.span.end;
    (!np.words.is_empty()).then_some((np, end))
}

/// An adjective after "is", before a person who does something.
fn predicate(tokens: &[Token], tags: &[Tag], at: usize) -> bool {
    let after_be = at.checked_sub(1).is_some_and(|before| tags.get(before) == Some(&Tag::Be));
    let person = tokens.get(at + 1).is_some_and(|token| archetypes::is_person(&token.lemma));
    after_be && person && matches!(tags.get(at + 2), Some(Tag::Verb | Tag::Modal | Tag::Have))
}

fn determine(np: &mut Np, token: &Token) {
    let word = token.text.as_str();
    np.count = match word {
        "a" | "an" | "one" | "single" => Count::One,
        "each" | "every" | "any" => Count::Each,
        "several" | "many" | "multiple" | "various" | "numerous" | "few" | "lots" | "all" | "some" | "more" => {
            Count::Many
        }
        "no" | "zero" => Count::None,
        _ => match words::number(word) {
            Some(number) => Count::Number(number),
            None => np.count,
        },
    };
    np.article.get_or_insert_with(|| word.to_owned());
}

/// "date of birth" is one name; "list of allergies" speaks of allergies; "copies of books" are two records.
fn of_phrase(tokens: &[Token], tags: &[Tag], end: usize, np: &Np) -> Option<(Np, usize)> {
    if !tokens.get(end)?.is("of") {
        return None;
    }
    let head = np.words.last()?;
    let generic = words::is_generic_head(&head.text);
    let inner = phrase(tokens, tags, end + 1)?;
    // "a fine of 2 euros": how much.
    // "a fee of max 500 euros": how much at most.
    let bound = tokens.get(end + 1).is_some_and(|t| t.one_of(&["max", "maximum", "min", "minimum", "at", "up"]))
        && tokens.get(end + 2).is_some_and(|t| words::number(&t.text).is_some() || t.one_of(&["most", "least", "to"]));
    if bound {
        return None;
    }
    let letters = crate::lexicon::has("digit character char letter", inner.0.head());
    if matches!(inner.0.count, Count::Number(_)) && (letters || crate::values::currency(inner.0.head()).is_some()) {
        return None;
    }
    // "a status of open, closed": values, not a name.
    if fields::takes_values(&head.lemma)
        && inner.0.article.is_none()
        && (tokens.get(inner.1).is_some_and(|t| t.one_of(&[",", "/", "or"]))
            || tokens.get(end + 1).is_some_and(|t| t.text.contains('-')))
        && !generic
    {
        return None;
    }
    let named = fields::guess(&head.lemma).is_some()
        || matches!(
            head.lemma.as_str(),
            "number"
                | "type"
                | "kind"
                | "proof"
                | "place"
                | "country"
                | "unit"
                | "level"
                | "method"
                | "reason"
                | "sense"
        );
    if !generic && (!named || np.plural && archetypes::sort(&head.lemma).is_some()) {
        return None;
    }
    Some(inner)
}

fn merge_of(np: &mut Np, inner: Np) {
    let head = np.words.last().map(|word| word.lemma.clone()).unwrap_or_default();
    let generic = np.words.last().is_some_and(|word| words::is_generic_head(&word.text))
        && !matches!(head.as_str(), "number" | "type" | "kind" | "name");
    let many_of = head == "number" && np.words.len() == 1 && matches!(np.article.as_deref(), Some("a" | "any"));
    np.counted = many_of && inner.article.is_none();
    if generic || many_of {
        np.listed = true;
        np.plural = inner.plural;
        np.count = Count::Many;
        np.owner = inner.owner.or(np.owner.take());
        np.words = inner.words;
        np.possessive = inner.possessive.or(np.possessive.take());
        return;
    }
    let about_one = inner.article.is_some() || inner.possessive.is_some();
    // "the allergies of each camper".
    if inner.count == Count::Each && fields::guess(&field_name(&np.words)).is_some() {
        np.owner = Some(inner.words);
        return;
    }
    if about_one && archetypes::sort(&inner.record_name()).is_some() {
        // "the price of the room": a field of the room.
        np.owner = Some(inner.words);
        return;
    }
    if about_one {
        let mut words = inner.words;
        words.append(&mut np.words);
        np.words = words;
        return;
    }
    np.words.push(Word { text: "of".into(), lemma: "of".into(), noun: true });
    np.words.extend(inner.words);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{tags, tokens};

    fn fields_of(sentence: &str) -> Vec<String> {
        let tokens = tokens::tokenize(sentence, 0);
        let tags = tags::tag(&tokens);
        chunk(&tokens, &tags, 0).iter().map(|np| np.field().to_owned()).collect()
    }

    #[test]
    fn of_joins_names_and_drops_empty_heads() {
        assert_eq!(
            fields_of("a date of birth, a list of hobbies, the number of cabins"),
            ["date_of_birth", "hobbies", "number_of_cabins"]
        );
    }

    #[test]
    fn names_are_ascii() {
        assert_eq!(snake(&["Crème", "brûlée"]), "creme_brulee");
        assert_eq!(snake(&["2nd", "name"]), "n2nd_name");
    }
}
