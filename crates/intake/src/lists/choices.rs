//! Values of an item: "status: open or closed", "small/large".

use super::*;

/// So many values may stand between a status and what is first known to be one of them.
const MOST_BEHIND: usize = 8;

/// "price, status open, done": a state that stands in the list as if it were a name of its own is one of the values.
pub(super) fn goes_on(scene: &Scene<'_>, last: &mut Item, at: usize, end: usize) -> bool {
    let state = |at: usize| {
        matches!(scene.tag(at), Some(Tag::Participle | Tag::Adjective | Tag::Verb | Tag::Adverb))
            && scene.token(at).is_some_and(|token| !token.is_sign())
    };
    if end != at + 1 || !state(at) || !last.items.is_empty() {
        return false;
    }
    // Those before it are values already: looked through once, however many they are.
    if crate::lexicon::has("status state stage", &last.name)
        && at >= 3
        && scene.one_of(at - 1, &[",", "/", "or", "and"])
        && state(at - 2)
        && last.values.contains(&value(scene, at - 2, at - 1))
    {
        let one = value(scene, at, at + 1);
        if !last.values.contains(&one) {
            last.values.push(one);
        }
        return true;
    }
    let mut values = vec![at];
    let mut next = at;
    while values.len() <= MOST_BEHIND
        && next >= 3
        && scene.one_of(next - 1, &[",", "/", "or", "and"])
        && state(next - 2)
    {
        next -= 2;
        values.push(next);
        if scene.one_of(next - 1, &["status", "state", "stage"]) {
            last.values = values.iter().rev().map(|at| value(scene, *at, at + 1)).collect();
            last.name = scene.token(next - 1).map(|token| token.lemma.clone()).unwrap_or_default();
            last.entity.clone_from(&last.name);
            last.kind = None;
            return true;
        }
    }
    false
}

impl Reader<'_, '_, '_> {
    pub(super) fn takes_values(&self) -> bool {
        fields::takes_values(self.item.entity.rsplit('_').next().unwrap_or(""))
    }

    /// "status can be", "status is", "status that can be".
    pub(super) fn copula(&self) -> bool {
        let scene = self.scene;
        let be = (self.at..self.end).find(|at| scene.tag(*at) == Some(Tag::Be));
        self.takes_values() && be.is_some_and(|be| be - self.at <= 2) && (self.at..self.end).all(|_| true)
    }

    pub(super) fn take_values(&mut self) {
        let mut from = self.at + 1;
        while from < self.to
            && (matches!(self.scene.tag(from), Some(Tag::Be | Tag::Modal | Tag::Adverb))
                || self.scene.one_of(from, &["either", "one", "of", "that", "which", "be"]))
        {
            from += 1;
        }
        let (values, next) = values(self.scene, from, self.to);
        if values.len() >= 2 {
            self.item.values = values;
            self.at = next;
            self.end = next;
        } else {
            self.at += 1;
        }
    }

    /// "status draft/sent/paid", "date/time", "plus one yes/no".
    pub(super) fn slashes(&mut self) {
        let scene = self.scene;
        if self.item.name.ends_with("date") && scene.is(self.at + 1, "time") {
            self.item.kind = Some(FieldType::Datetime);
            self.at += 2;
            return;
        }
        let doubt = ["yes", "_y"].into_iter().find(|yes| self.item.name.ends_with(*yes));
        if let Some(doubt) = doubt.filter(|_| scene.one_of(self.at + 1, &["no", "n"])) {
            self.item.name = self.item.name.trim_end_matches(doubt).trim_end_matches('_').to_owned();
            self.item.entity.clone_from(&self.item.name);
            self.item.kind = Some(FieldType::Boolean);
            self.at = self.end;
            return;
        }
        let mut values: Vec<String> = Vec::new();
        let parts: Vec<&str> = self.item.name.split('_').collect();
        let name_words = parts.iter().position(|part| fields::takes_values(part)).map_or(1, |at| at + 1);
        if parts.len() <= name_words && self.named < self.at && self.at - self.named <= 3 && self.takes_values() {
            values.push(value(scene, self.named, self.at));
        }
        if parts.len() > name_words {
            values.push(parts.get(name_words..).unwrap_or(&[]).join("_"));
            let name = parts.get(..name_words).unwrap_or(&[]).join("_");
            self.item.entity.clone_from(&name);
            self.item.name = name;
        }
        while scene.one_of(self.at, &["/", "->", ">", "|", "or"]) {
            let mut word_end = self.at + 1;
            while word_end < self.end
                && !scene.one_of(word_end, &["/", "->", ">", "|", "or"])
                && scene.depth_at(word_end) == scene.depth_at(self.at)
            {
                word_end += 1;
            }
            values.push(value(scene, self.at + 1, word_end));
            self.at = word_end;
        }
        if values.len() >= 2 {
            self.item.values = values.into_iter().filter(|value| !value.is_empty()).collect();
        }
    }
}
