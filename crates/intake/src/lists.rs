//! Lists of names: where most fields come from.
//!
//! Reads "a title, a status (new, won), start and end date, weight in kg, whether it is paid, items with quantity and
//! price". What the list belongs to is the caller's business.

mod behind;
mod choices;
mod ends;
mod inner;
mod wordy;

use std::cell::Cell;

pub(crate) use self::ends::{before_people, inner_end};
use self::ends::{item_end, moment, separator};
use self::inner::{Inner, TRIES};
use crate::facts::Item;
use crate::lexicon::fields::{self, FieldType};
use crate::lexicon::{archetypes, words};
use crate::nouns::{self, Count, Np};
use crate::rules::bounds;
use crate::scene::Scene;
use crate::shared_heads;
use crate::tags::Tag;
use crate::values::{brackets, currency, hinted, unit, value, values};

/// Reads the list between two tokens.
pub(crate) fn read(scene: &Scene<'_>, from: usize, to: usize) -> Vec<Item> {
    nested(scene, from, to, Inner { depth: 0, tries: &Cell::new(TRIES) })
}

fn nested(scene: &Scene<'_>, from: usize, to: usize, inner: Inner<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let (mut at, mut denied) = (from, false);
    while at < to {
        let end = item_end(scene, at, to);
        // "no email and address", "not the address, nor the age".
        denied = left_out(scene, at, end) || denied && at > from && scene.one_of(at - 1, &["and", "or", "&"]);
        denied &= !scene.one_of(at, &["with", "a", "an", "the"]) || left_out(scene, at, end);
        if denied {
            at = end + 1;
            continue;
        }
        if let Some(last) = items.last_mut()
            && choices::goes_on(scene, last, at, end)
        {
            at = end + 1;
            continue;
        }
        // "a number of 7 digits, which is unique": of what stands before.
        if scene.one_of(at, &["which", "that"])
            && let Some(last) = items.last_mut()
        {
            let mut reader = Reader { scene, at, end, to, item: last.clone(), named: at, inner };
            if reader.constrained() {
                *last = reader.item;
                at = end + 1;
                continue;
            }
        }
        // "(PDF, max 5 MB)": how great it may be, which is told where nothing keeps it.
        if at > from && bounds::is_size(scene, at, end) {
            at = end + 1;
            continue;
        }
        // "a paid, yes or no, and a price": of the paid.
        let doubt = scene.one_of(at, &["yes", "true"]) && scene.one_of(at + 1, &["or", "/"]);
        if let Some(last) = items.last_mut().filter(|_| doubt && scene.one_of(at + 2, &["no", "false"])) {
            last.kind = Some(FieldType::Boolean);
            at = item_end(scene, at + 2, to) + 1;
            continue;
        }
        let mut reader = Reader { scene, at, end, to, item: Item::default(), named: at, inner };
        reader.read();
        let next = reader.at.max(end);
        let mut item = reader.item;
        let behind = item.span.map_or(next, |span| scene.tokens.partition_point(|token| token.span.end <= span.end));
        item.taken |= item.plural && scene.one_of(behind, &["used", "needed", "replaced", "involved", "affected"]);
        // "volume in ml, default 450": of the volume.
        if scene.is(at, "default") && !items.is_empty() && !scene.is(at + 1, "value") {
            at = next.max(at) + 1;
            continue;
        }
        let doubt = crate::lexicon::has("hm hmm hmmm uh er erm oh ah", &item.name);
        let numbered =
            doubt || item.name.strip_prefix('n').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if !item.name.is_empty() && !numbered && !is_time(scene, &item) {
            items.push(item);
        }
        at = next.max(at) + 1;
    }
    shared_heads::share(items)
}

/// "14 days, 3 days and 1 day before": how long, no name.
fn is_time(scene: &Scene<'_>, item: &Item) -> bool {
    let Some(span) = item.span else { return false };
    let at = scene.nps.partition_point(|np| np.span.start < span.start);
    scene.nps.get(at).filter(|np| np.span == span).is_some_and(|np| {
        matches!(np.count, Count::Number(_))
            && np.words().len() == 1
            && crate::lexicon::has("day week month year hour minute second", np.head())
    })
}

/// "no email", "but not the age", "never a photo", "maybe later a photo"; "no of seats" is a number.
fn left_out(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    const WORDS: &[&str] = &["no", "not", "never", "nor", "neither", "without", "minus", "except", "excluding"];
    let mut at = from;
    while at < to && scene.one_of(at, &["but", "and", "or", "also", "definitely", "please", "just", "maybe", "perhaps"])
    {
        at += 1;
    }
    let later = scene.is(at, "later") && at > from;
    at < to && (later || scene.one_of(at, WORDS) && !scene.one_of(at + 1, &["of", ".", "only", "just"]))
}

struct Reader<'s, 'a, 't> {
    scene: &'s Scene<'a>,
    at: usize,
    /// The separator after this item.
    end: usize,
    /// The end of the list.
    to: usize,
    item: Item,
    /// Where the name ends.
    named: usize,
    inner: Inner<'t>,
}

impl Reader<'_, '_, '_> {
    fn read(&mut self) {
        self.lead();
        if self.whether() || self.how() || self.asked() || self.alternatives() || self.one_or_other() {
            return;
        }
        // "which is the colour".
        if self.at < self.end && self.scene.one_of(self.at, &["which", "what"]) {
            self.at += 1;
            self.lead();
        }
        // "best before": a date.
        if self.scene.is(self.at, "best") && self.scene.is(self.at + 1, "before") && self.at + 1 < self.to {
            let next = self.at + 2 + usize::from(self.scene.one_of(self.at + 2, &["date"]));
            self.item.name = "best_before".to_owned();
            self.item.entity = "best_before".to_owned();
            self.item.kind = Some(FieldType::Date);
            self.item.span = Some(self.scene.span(self.at, next));
            self.at = next;
            return;
        }
        // "from date", "to date".
        let bound = self.scene.one_of(self.at, &["from", "to", "until"])
            && self.scene.np_at(self.at + 1).is_some_and(|np| matches!(np.head(), "date" | "time" | "day"));
        let prefix = if bound { self.scene.token(self.at).map(|t| t.text.clone()) } else { None };
        self.at += usize::from(bound);
        if self.situation() || self.ends_of_way() || self.bare_end() {
            return;
        }
        let Some(np) = self.scene.np_at(self.at).filter(|np| np.to <= self.to).cloned() else { return self.wordy() };
        if np.to > self.end {
            self.end = np.to;
        }
        if self.first_value(&np) {
            return;
        }
        self.name(&np);
        if let Some(prefix) = prefix {
            self.item.name = format!("{prefix}_{}", self.item.name);
        }
        self.at = np.to;
        self.after();
    }

    fn lead(&mut self) {
        // "boats: each has a name".
        if self.scene.one_of(self.at, &["each", "every", "it", "they"])
            && self.scene.tag(self.at + 1) == Some(Tag::Have)
        {
            self.at += 2;
        }
        while self.at < self.end {
            let skip = matches!(self.scene.tag(self.at), Some(Tag::Conjunction | Tag::Adverb | Tag::Be))
                || self.scene.one_of(
                    self.at,
                    &[
                        "of",
                        "with",
                        "like",
                        "as",
                        "also",
                        "plus",
                        "-",
                        "e.g",
                        ":",
                        "either",
                        "etc.",
                        "maybe",
                        "enclosing",
                        "stating",
                        "attaching",
                        "mentioning",
                        "additionally",
                    ],
                );
            if self.scene.one_of(self.at, &["optional", "optionally", "maybe"]) {
                self.item.required = Some(false);
            }
            let bound = self.scene.is(self.at, "up") && self.scene.is(self.at + 1, "to")
                || self.scene.is(self.at, "to") && self.at > 0 && self.scene.is(self.at - 1, "up")
                || self.scene.one_of(self.at, &["in", "on", "at", "from", "of", "for", "by", "with"])
                    && self.scene.one_of(self.at + 1, &["which", "what"]);
            if !skip && !bound {
                break;
            }
            self.at += 1;
        }
    }

    fn name(&mut self, np: &Np) {
        self.named = np.to;
        if np.has_adjective("optional") {
            self.item.required = Some(false);
        }
        if np.has_adjective("required") || np.has_adjective("mandatory") {
            self.item.required = Some(true);
        }
        self.item.unique = np.has_adjective("unique");
        self.item.name = np.field().to_owned();
        // "low, medium or high severity" is a severity.
        let chosen = np.words().len() == 2 && np.from > 0 && self.scene.one_of(np.from - 1, &["or", "/"]);
        if chosen && fields::takes_values(np.head()) && np.words().first().is_some_and(|word| !word.noun) {
            self.item.name = np.head().to_owned();
        }
        if let Some(owner) = &np.owner {
            self.item.name = format!("{}_{}", nouns::field_name(owner), self.item.name);
        }
        self.item.entity = np.entity().to_owned();
        self.item.span = Some(np.span);
        self.item.plural = np.plural;
        self.item.many = matches!(np.count, Count::Many | Count::Number(2..)) && np.article.is_some();
        self.item.one = np.count == Count::One && np.article.as_deref() == Some("one");
        self.item.article = np.article.is_some();
        self.item.listed = np.listed;
        // "an address and a number of rooms": how many, where nothing else is said of rooms.
        let elsewhere = |other: &Np| !other.counted && other.entity() == np.entity() && other.span != np.span;
        // "a number of pages": the word alone says that it counts.
        let counts = fields::guess(np.field()).is_some_and(|guess| guess.kind == FieldType::Integer);
        if np.counted && !counts && !self.scene.nps.iter().any(elsewhere) {
            self.item.name = format!("number_of_{}", np.field());
            self.item.entity = format!("number_of_{}", np.entity());
            self.item.kind = Some(FieldType::Integer);
            (self.item.plural, self.item.many, self.item.listed) = (false, false, false);
        }
        if let Some((stem, tail @ ("flag" | "toggle" | "checkbox" | "field"))) = self.item.name.rsplit_once('_') {
            let stem = stem.to_owned();
            if tail != "field" {
                self.item.kind = Some(FieldType::Boolean);
            }
            self.item.name = stem;
        }
        // "level int": the words of programmers.
        if let Some((stem, tail)) = self.item.name.rsplit_once('_')
            && let Some(kind) = hinted(tail)
        {
            self.item.kind = Some(kind);
            self.item.name = stem.to_owned();
            self.item.entity.clone_from(&self.item.name);
        }
        // "capacity mAh", "weight kg".
        if let Some((stem, tail)) = self.item.name.rsplit_once('_')
            && let Some(kind) = crate::values::measure(tail).filter(|_| !stem.ends_with("_per"))
        {
            self.item.kind = Some(kind);
            let bound = matches!(stem.rsplit('_').next(), Some("per" | "max" | "min" | "total" | "in"));
            if !bound {
                self.item.name = stem.to_owned();
                self.item.entity.clone_from(&self.item.name);
            }
        }
        // "amount EUR".
        if let Some((stem, tail)) = self.item.name.rsplit_once('_')
            && let Some(code) = currency(tail)
        {
            self.item.currency = Some(code);
            self.item.kind = Some(FieldType::Money);
            self.item.name = stem.to_owned();
            self.item.entity.clone_from(&self.item.name);
        }
    }

    /// Everything that may follow a name.
    fn after(&mut self) {
        let scene = self.scene;
        let mut last = usize::MAX;
        while self.at < self.end && self.at != last {
            last = self.at;
            let here = self.at;
            let rest = |n: usize, texts: &[&str]| scene.one_of(here + n, texts);
            if let Some(close) = scene.close_of(self.at) {
                brackets(scene, &mut self.item, self.at + 1, close);
                if self.item.limit.is_some() {
                    self.item.span = Some(scene.span(self.named - 1, close));
                }
                self.at = close + 1;
                self.end = self.end.max(self.at.min(self.to));
                if self.at < self.to && !separator(scene, self.at, self.at) && self.end <= self.at {
                    self.end = item_end(scene, self.at, self.to);
                }
            } else if self.at == self.named
                && scene.tag(here) == Some(Tag::Participle)
                && (rest(1, &["yes", "y"]) && rest(2, &["/", "or"]))
            {
                let word = scene.token(here).map_or("", |token| token.text.as_str());
                self.item.name = nouns::snake(&[&self.item.name, word]);
                self.item.entity.clone_from(&self.item.name);
                self.at += 1;
            } else if rest(0, &["yes"])
                || rest(0, &["y"]) && rest(1, &["/"])
                || rest(0, &["or"]) && rest(1, &["not"])
                || rest(0, &["true"])
            {
                self.item.kind = Some(FieldType::Boolean);
                self.at = self.end;
            } else if rest(0, &[":"]) && self.programmed(here + 1) || self.bounds() {
            } else if self.chosen() {
                let (values, next) = values(scene, self.at, self.to);
                self.item.values = values;
                self.at = next.max(self.at + 1);
                self.end = self.end.max(self.at.min(self.to));
            } else if rest(0, &["/"])
                && rest(1, &["night", "day", "week", "month", "hour", "year", "kg", "person", "unit"])
            {
                self.at += 2;
            } else if rest(1, &["/"]) && self.takes_values() {
                let (values, next) = values(scene, self.at, self.end);
                self.item.values = values;
                self.at = next.max(self.at + 1);
            } else if let Some((limit, next)) = bounds::limit(scene, self.at, self.to)
                .filter(|(limit, _)| limit.letters || limit.min.is_none() || limit.max.is_none())
            {
                self.item.limit = Some(limit);
                let next = next + usize::from(next < self.to && self.unit(next));
                self.item.span = Some(scene.span(self.named - 1, next));
                self.at = next;
                self.end = self.end.max(next.min(self.to));
            } else if self.stamp() {
                self.at += 1;
            } else if moment(scene, self.at) {
                self.item.kind = Some(FieldType::Datetime);
                self.at += 2;
            } else if rest(0, &["/", "->", ">", "|"]) {
                self.slashes();
            } else if rest(0, &[":"]) && self.parts() {
            } else if rest(0, &[":", "="])
                || rest(0, &["-"]) && self.takes_values() && rest(2, &["/", "|"])
                || rest(0, &["of", "being", "either", "like", "namely", "meaning"]) && self.takes_values()
                || rest(0, &["one"]) && rest(1, &["of"])
                || self.copula()
            {
                self.take_values();
            } else if rest(0, &["on"]) && rest(2, &["scale"]) {
                self.at += 3;
            } else if rest(0, &["from", "between", "of"]) && self.range() {
            } else if rest(0, &["in", "(in"]) && self.unit(self.at + 1) {
                self.at += 2;
            } else if self.unit(self.at) {
                self.at += 1;
            } else if rest(0, &["with"]) && scene.np_at(self.at + 1).is_some() {
                self.with();
            } else if rest(0, &["in"]) && rest(1, &["stock"])
                || rest(0, &["on"]) && rest(1, &["hand"])
                || rest(0, &["per"])
            {
                let tail = scene.token(self.at + 1).map_or("", |t| t.text.as_str());
                let word = scene.token(self.at).map_or("", |t| t.text.as_str());
                self.item.name = nouns::snake(&[&self.item.name, word, tail]);
                if word == "in" || word == "on" || self.item.name.starts_with("target") {
                    self.item.kind = Some(FieldType::Integer);
                }
                self.at += 2;
            } else if rest(0, &["required", "mandatory"]) {
                self.item.required = Some(true);
                self.at += 1;
            } else if rest(0, &["if"])
                && rest(1, &["any", "known", "available", "applicable", "given", "needed", "relevant"])
                || rest(0, &["where"]) && rest(1, &["applicable", "known", "available"])
            {
                self.item.required = Some(false);
                self.at = self.end;
            } else if self.constrained() {
                self.at = self.end;
            } else if rest(0, &["optional"]) {
                self.item.required = Some(false);
                self.at += 1;
            } else if rest(0, &["unique"]) {
                self.item.unique = true;
                self.at += 1;
            } else if self.at == self.named
                && self.at + 1 >= self.end
                && rest(0, &["out", "back", "in", "due"])
                && crate::lexicon::has("date time day", &self.item.name)
            {
                // "a date out, a date due and a date back".
                let word = scene.token(self.at).map_or("", |token| token.text.as_str());
                self.item.kind = fields::guess(&self.item.name).map(|guess| guess.kind);
                self.item.name = nouns::snake(&[&self.item.name, word]);
                self.item.entity.clone_from(&self.item.name);
                self.at += 1;
            } else if self.counted() {
                self.at += 1;
            } else if scene.tag(self.at) == Some(Tag::Participle)
                && rest(0, &["spent", "performed", "worked", "completed", "received", "taken"])
            {
                let word = scene.token(self.at).map_or("", |t| t.text.as_str());
                self.item.name = nouns::snake(&[&self.item.name, word]);
                self.item.kind = self.item.kind.or(fields::guess(&self.item.entity).map(|guess| guess.kind));
                self.at += 1;
            } else {
                self.at += 1;
            }
        }
    }

    /// "completed at", "valid until", "needed by": a moment of the record.
    fn stamp(&mut self) -> bool {
        let done = self.item.name.ends_with("ed")
            || matches!(
                self.item.name.as_str(),
                "done" | "born" | "given" | "valid" | "sent" | "taken" | "due" | "paid" | "drink" | "use" | "best"
            );
        let last = self.at + 1 >= self.end && self.at == self.named;
        let sign = self.scene.one_of(self.at, &["at", "on", "until", "from", "by", "to", "before"]);
        let Some(word) = self.scene.token(self.at).filter(|_| done && last && sign) else { return false };
        self.item.kind = Some(if word.is("at") { FieldType::Datetime } else { FieldType::Date });
        self.item.name = format!("{}_{}", self.item.name, word.text);
        self.item.entity.clone_from(&self.item.name);
        true
    }

    /// "from 1 to 5", "between 1 and 10".
    fn range(&mut self) -> bool {
        let number = |at: usize| self.scene.token(at).and_then(|t| words::number(&t.text));
        let (Some(low), Some(high)) = (number(self.at + 1), number(self.at + 3)) else { return false };
        self.item.min = Some(low);
        self.item.max = Some(high);
        self.item.kind = Some(FieldType::Integer);
        self.at += 4;
        true
    }

    fn unit(&mut self, at: usize) -> bool {
        let Some(kind) = self.scene.token(at).and_then(|token| unit(&token.text)) else { return false };
        // "a due date 30 days later": no number of days.
        let dated = fields::guess(&self.item.name)
            .is_some_and(|guess| matches!(guess.kind, FieldType::Date | FieldType::Datetime));
        if dated && kind == FieldType::Integer && self.scene.tag(at.wrapping_sub(1)) == Some(Tag::Number) {
            return true;
        }
        let text = self.scene.token(at).map_or("", |token| token.text.as_str());
        let priced = || fields::guess(&self.item.name).is_some_and(|guess| guess.kind == FieldType::Money);
        if text == "pounds" && priced() {
            self.item.kind = Some(FieldType::Money);
            self.item.currency = Some("GBP");
            return true;
        }
        if self.item.kind.is_none() {
            self.item.kind = Some(kind);
        }
        self.item.currency = self.item.currency.or(currency(text));
        true
    }

    /// "items with quantity and price": the list goes on to the next item with an article.
    fn with(&mut self) {
        let scene = self.scene;
        let child_like = self.item.plural || archetypes::sort(&self.item.entity).is_some();
        if child_like && self.inner.tries.get() > 0 {
            let from = self.at + 1;
            let end = inner_end(scene, from, self.to);
            if let Some(items) = self.inner.list(scene, from, end, |items| items.iter().any(Item::known)) {
                self.item.items = items;
                self.at = end;
                self.end = end;
                return;
            }
        }
        self.at = self.end;
    }
}

#[cfg(test)]
mod tests;
