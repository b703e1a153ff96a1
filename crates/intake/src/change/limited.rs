//! Limits of a field, put into its words: `min`, `max` and the same of lengths.

use super::becoming::{Made, NUMBERS, TEXTS, called};
use super::bounds::Bound;
use crate::toml::quote;

impl Made<'_> {
    /// Limits of one sort of number on another one.
    pub(super) fn limits_of(&mut self, kind: &str, gone: &mut Vec<&'static str>) -> Result<(), String> {
        for word in ["min", "max"] {
            let Some(written) = self.written(word).filter(|_| NUMBERS.contains(&kind)) else { continue };
            let plain = written.trim_matches(['"', '\'']).to_owned();
            let fits = match kind {
                "integer" => whole(&plain),
                "float" => Some(plain.clone()),
                _ => Some(written.to_owned()),
            };
            match fits {
                Some(number) if number != written => self.edit.set(word, number),
                Some(_) => {}
                None => {
                    let name = &self.field.name;
                    return Err(format!(
                        "its `{word}` {plain} is no whole number: say what it is, as in \"{name} is at most 10\""
                    ));
                }
            }
            gone.retain(|one| *one != word);
        }
        Ok(())
    }

    pub(super) fn may_be_negative(&mut self) -> Result<(), String> {
        let least = self.written("min").map(|value| value.trim_matches('"').to_owned());
        match least.and_then(|least| least.parse::<f64>().ok()) {
            Some(least) if least >= 0.0 => self.drop("min", "has no least value"),
            _ if NUMBERS.contains(&self.kind.as_str()) => self.met.push("may be negative".to_owned()),
            _ => return Err(format!("`{}` is {}, no number", self.field.name, called(&self.kind))),
        }
        Ok(())
    }

    pub(super) fn bound(&mut self, word: &'static str, bound: &Bound) -> Result<(), String> {
        let name = self.field.name.clone();
        let is_text = TEXTS.contains(&self.kind.as_str());
        let is_number = NUMBERS.contains(&self.kind.as_str());
        if !is_text && !is_number || is_number && bound.of_characters {
            let why = if is_number { "a number, which has no length" } else { called(&self.kind) };
            return Err(format!("`{name}` is {why}; limits are for numbers and for the length of text"));
        }
        let by = if word == "min" { 1 } else { -1 };
        let number = match (self.kind.as_str(), bound.is_strict) {
            ("integer" | "text" | "long_text", strict) => {
                let Some(whole) = whole(&bound.number).and_then(|number| number.parse::<i64>().ok()) else {
                    return Err(format!("a limit of `{name}` is a whole number, not {}", bound.number));
                };
                (whole + if strict { by } else { 0 }).to_string()
            }
            (_, true) => {
                return Err(format!(
                    "is {0} still allowed? say \"{name} is at {1} …\"",
                    bound.number,
                    if word == "min" { "least" } else { "most" }
                ));
            }
            _ => bound.number.clone(),
        };
        let long = if is_text { "_length" } else { "" };
        let key: &'static str = match (word, is_text) {
            ("min", true) => "min_length",
            ("min", false) => "min",
            (_, true) => "max_length",
            _ => "max",
        };
        let of = match number.as_str() {
            _ if long.is_empty() => "",
            "1" => " character",
            _ => " characters",
        };
        let told = format!("is at {} {number}{of}", if word == "min" { "least" } else { "most" });
        let value = if number.contains('.') && matches!(self.kind.as_str(), "decimal" | "money") {
            quote(&number)
        } else {
            number.clone()
        };
        // The other limit, as it is after this wish.
        let other = if word == "min" { key.replace("min", "max") } else { key.replace("max", "min") };
        let pending = self.edit.set.iter().find(|(one, _)| *one == other).map(|(_, value)| value.clone());
        let is_said = pending.is_some();
        let stands = pending
            .or_else(|| self.written(&other).map(str::to_owned))
            .filter(|_| !self.edit.drop.iter().any(|one| *one == other));
        let float = |text: &str| text.trim_matches('"').parse::<f64>().ok();
        if let Some((other, this)) = stands.as_deref().and_then(float).zip(float(&number)) {
            // Where both are said at once, the second one is looked at.
            if (is_said || !(self.is_pair && word == "min"))
                && (word == "min" && this > other || word == "max" && this < other)
            {
                let (which, than) = if word == "min" { ("greatest", "less") } else { ("least", "more") };
                let both = if word == "min" { format!("{this} and …") } else { format!("… and {this}") };
                return Err(format!(
                    "its {which} is {other}, which is {than}: say both, as in \"{name} between {both}\""
                ));
            }
        }
        self.set(key, value, told);
        Ok(())
    }

    pub(super) fn unlimited(&mut self) -> Result<(), String> {
        let words: &[&'static str] =
            if TEXTS.contains(&self.kind.as_str()) { &["min_length", "max_length"] } else { &["min", "max"] };
        if !TEXTS.contains(&self.kind.as_str()) && !NUMBERS.contains(&self.kind.as_str()) {
            return Err(format!("`{}` is {}, which has no limits", self.field.name, called(&self.kind)));
        }
        let told = match self.kind.as_str() {
            "text" => "has the limit of every text, 255 characters",
            "long_text" => "has the limit of every long text, 20000 characters",
            _ => "has no limits",
        };
        let there: Vec<&'static str> = words.iter().copied().filter(|word| self.written(word).is_some()).collect();
        there.iter().for_each(|word| self.edit.drop(word));
        if there.is_empty() {
            self.met.push(told.to_owned())
        } else {
            self.told.push(told.to_owned())
        }
        Ok(())
    }
}

pub(super) fn whole(number: &str) -> Option<String> {
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    (rest.bytes().all(|byte| byte == b'0')).then_some(())?;
    whole.parse::<i64>().ok().map(|whole| whole.to_string())
}
