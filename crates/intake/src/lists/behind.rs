//! What stands behind the name of an item and is no value list in brackets: "status active or retired", "sku: string",
//! "rating 1-5", "which may be empty".

use super::Reader;
use crate::facts::Limit;
use crate::lexicon::fields::{self, FieldType};
use crate::lexicon::{archetypes, verbs};
use crate::nouns::{self, Np};
use crate::tags::Tag;
use crate::values::values;

impl Reader<'_, '_, '_> {
    /// "type softboard or longboard": a name for values, and the first of them.
    pub(super) fn first_value(&mut self, np: &Np) -> bool {
        let scene = self.scene;
        let name = np.words().first().map_or("", |word| word.text.as_str());
        let plain = crate::lexicon::has(
            "type status state stage kind category sex gender priority level size condition severity mood role direction \
             position rarity",
            name,
        );
        let first = (np.from..np.to).find(|at| scene.is(*at, name));
        if !plain || np.words().len() < 2 || !scene.is(np.to, "or") || np.owner.is_some() {
            return false;
        }
        let Some(first) = first else { return false };
        let (values, next) = values(scene, first + 1, self.to);
        if values.len() < 2 {
            return false;
        }
        self.item.name = name.to_owned();
        self.item.entity.clone_from(&self.item.name);
        self.item.span = Some(scene.span(np.from, next));
        self.item.values = values;
        self.at = next;
        self.end = next;
        true
    }

    /// "tickets sold", "pages read": how many of them, where that is all that is said of them.
    pub(super) fn counted(&mut self) -> bool {
        let scene = self.scene;
        let ends = self.at + 1 >= self.end;
        let verb = scene.token(self.at).and_then(|token| verbs::lookup(&token.text));
        let past = verb.is_some_and(|(_, form)| form == verbs::Form::Past);
        // "parts used", "tools needed": which ones.
        let which = verb.is_some_and(|(verb, _)| matches!(verb.base, "use" | "need"));
        let many = self.item.plural && !self.item.many && self.item.kind.is_none() && self.item.values.is_empty();
        if self.at != self.named || !ends || !past || !many || archetypes::is_person(&self.item.entity) {
            return false;
        }
        let word = scene.token(self.at).map_or("", |token| token.text.as_str());
        let number = |kind: &FieldType| matches!(kind, FieldType::Decimal | FieldType::Integer | FieldType::Money);
        let guess = fields::guess(&self.item.entity).or_else(|| fields::guess(&self.item.name)).map(|guess| guess.kind);
        // "treatments applied", "photos taken": what they are, not how many.
        if guess.is_some_and(|kind| !number(&kind) && kind != FieldType::Text) && !which {
            return false;
        }
        self.item.taken = which;
        // "doses discarded": who knows.
        let plain = if which || guess == Some(FieldType::Text) { FieldType::Text } else { FieldType::Integer };
        self.item.kind = Some(guess.filter(number).unwrap_or(plain));
        self.item.name = nouns::snake(&[&self.item.name, word]);
        self.item.entity.clone_from(&self.item.name);
        self.item.plural = false;
        true
    }

    /// "several addresses: street, zip, city": what each of them has.
    pub(super) fn parts(&mut self) -> bool {
        let table = archetypes::sort(&self.item.entity).is_some();
        let several = self.item.many && self.item.plural && self.item.values.is_empty();
        // "several colours: red, blue" has values; all of "street, zip, city" name some.
        let keeps = |items: &[crate::facts::Item]| {
            let known = items.iter().filter(|item| item.known()).count();
            items.len() >= 2 && known * 2 >= items.len() && (table || known == items.len())
        };
        let list = several.then(|| self.inner.list(self.scene, self.at + 1, self.to, keeps)).flatten();
        let Some(items) = list else { return false };
        self.item.items = items;
        self.at = self.to;
        self.end = self.to;
        true
    }

    /// "status active or retired": two values at least, without a sign before them.
    pub(super) fn chosen(&self) -> bool {
        let scene = self.scene;
        let value = matches!(scene.tag(self.at), Some(Tag::Adjective | Tag::Participle | Tag::Verb | Tag::Noun));
        self.takes_values()
            && self.at == self.named
            && value
            && scene.is(self.at + 1, "or")
            && !scene.is(self.at + 2, "not")
    }

    /// "sku: string", "price: number", "tags: string[]": the words of programmers after a colon.
    pub(super) fn programmed(&mut self, at: usize) -> bool {
        let Some(token) = self.scene.token(at) else { return false };
        let Some(kind) = crate::values::typed(&token.text) else {
            return false;
        };
        self.item.kind = Some(kind);
        self.at = at + 1;
        true
    }

    /// "which may be empty", "that must be unique", "must not be blank".
    pub(super) fn constrained(&mut self) -> bool {
        let scene = self.scene;
        if !scene.one_of(self.at, &["which", "that", "may", "can", "must", "should", "has", "needs"]) {
            return false;
        }
        let said = |words: &[&str]| (self.at + 1..self.end).any(|at| scene.one_of(at, words));
        let not = said(&["not", "never"]);
        if said(&["empty", "blank", "missing", "optional"]) {
            self.item.required = Some(not);
            // What may not be empty is written, whatever else it could be: "a report which must not be empty".
            if not && said(&["empty", "blank"]) && fields::guess(&self.item.name).is_none() {
                self.item.kind = self.item.kind.or(Some(FieldType::LongText));
            }
            if not && said(&["empty", "blank"]) {
                self.item.limit = Some(Limit { min: Some(1), letters: true, ..Limit::default() });
            }
        } else if said(&["unique"]) {
            self.item.unique = !not;
        } else if said(&["required", "mandatory"]) {
            self.item.required = Some(!not);
        } else {
            return false;
        }
        true
    }

    /// "rating 1-5", "score 60-80".
    pub(super) fn bounds(&mut self) -> bool {
        let Some(token) = self.scene.token(self.at).filter(|_| self.at == self.named) else { return false };
        let Some((low, high)) = token.text.split_once(['-', '–']) else { return false };
        let (Ok(low), Ok(high)) = (low.parse::<i64>(), high.parse::<i64>()) else { return false };
        if low >= high || high > 1000 {
            return false;
        }
        self.item.min = Some(low);
        self.item.max = Some(high);
        self.item.kind = Some(FieldType::Integer);
        self.at += 1;
        true
    }
}
