//! What is said of a field, put into the words of the field.

use super::bounds::Bound;
use super::edit::Edit;
use super::limited::whole;
use super::places::{Entity, Field, Places};
use super::predicate::Predicate;
use super::wishes::{UNUSUAL, list, spoken};
use super::{Answer, defaults, fitting, values};
use crate::lemma::with_article;
use crate::toml::quote;

pub(super) const NUMBERS: &[&str] = &["integer", "decimal", "money", "float"];
pub(super) const TEXTS: &[&str] = &["text", "long_text"];

/// Words that mean something on some types only: `blueprint` refuses them elsewhere.
const ON: &[(&str, &[&str])] = &[
    ("search", &["text", "long_text", "enum", "email", "phone", "url"]),
    ("min", NUMBERS),
    ("max", NUMBERS),
    ("scale", &["decimal"]),
    ("currency", &["money"]),
    ("min_length", TEXTS),
    ("max_length", TEXTS),
    ("pattern", TEXTS),
    ("values", &["enum"]),
];

/// A field after all that is said of it at once.
pub(super) fn apply(entity: &Entity, field: &Field, said: &[Predicate], places: &Places, source: &str) -> Answer {
    let is_pair = said.iter().filter(|one| matches!(one, Predicate::Least(_) | Predicate::Most(_))).count() > 1;
    let flags =
        || said.iter().filter_map(|one| if let Predicate::Flag(word, on) = one { Some((word, on)) } else { None });
    if flags().any(|(word, on)| flags().any(|(other, off)| word == other && on != off)) {
        return Answer::Refused(format!("that says the opposite of itself: what should `{}` be?", field.name));
    }
    let (edit, told, met) = (Edit::default(), Vec::new(), Vec::new());
    let mut made = Made { entity, field, source, kind: field.kind.clone(), edit, told, met, is_pair };
    for one in said {
        if let Err(why) = made.take(one, places) {
            return Answer::Refused(why);
        }
    }
    if let Some(why) = fitting::unfit(&made, places).filter(|_| !made.told.is_empty()) {
        return Answer::Refused(why);
    }
    if made.told.is_empty() {
        return Answer::Already(format!("`{}` {}", field.name, made.met.join(" and ")));
    }
    let told = format!("`{}` of {} {}", field.name, with_article(&spoken(&entity.name)), made.told.join(" and "));
    match made.edit.patches(field, source) {
        Some(patches) => Answer::Done { patches, told },
        None => Answer::Refused(UNUSUAL.to_owned()),
    }
}

pub(super) struct Made<'p> {
    pub entity: &'p Entity,
    pub field: &'p Field,
    source: &'p str,
    /// The type that it has, or gets with the same wish.
    pub kind: String,
    pub edit: Edit,
    pub told: Vec<String>,
    pub met: Vec<String>,
    /// Whether the wish says both limits.
    pub is_pair: bool,
}

impl Made<'_> {
    /// A word as it is after this wish.
    pub(super) fn after(&self, word: &str) -> Option<&str> {
        let set = self.edit.set.iter().find(|(one, _)| *one == word).map(|(_, value)| value.as_str());
        set.or_else(|| self.written(word).filter(|_| !self.edit.drop.contains(&word)))
    }

    pub(super) fn written(&self, word: &str) -> Option<&str> {
        self.field.word(word).and_then(|at| self.source.get(at))
    }

    fn take(&mut self, said: &Predicate, places: &Places) -> Result<(), String> {
        let name = self.field.name.clone();
        match said {
            Predicate::Kind(kind) => return self.becomes(kind),
            Predicate::Number if NUMBERS.contains(&self.kind.as_str()) => self.met.push("is a number".to_owned()),
            Predicate::Number => {
                return Err(format!(
                    "a number may be two things: say \"{name} is a whole number\" or \"{name} is a decimal\""
                ));
            }
            Predicate::Values(values) => {
                let values: Vec<String> = values.iter().map(|value| values::written(self.field, value)).collect();
                if self.field.kind == "enum" && self.field.values.items == values {
                    self.met.push(format!("can be {}", values.join(", ")));
                    return Ok(());
                }
                if self.kind == "enum" {
                    return Err(format!("say \"the values of {name} are now {}\"", values.join(", ")));
                }
                self.becomes("enum")?;
                self.edit.set("values", list(&values));
                self.told.push(format!("can be {}", values.join(", ")));
            }
            Predicate::Currency(code) => self.currency(code)?,
            Predicate::Flag(word, on) => self.flag(word, *on)?,
            Predicate::Empty(may) => self.empty(*may)?,
            Predicate::Global => self.global(),
            Predicate::Positive if self.kind == "integer" => {
                self.bound("min", &Bound { number: "1".into(), of_characters: false, is_strict: false })?;
            }
            Predicate::Positive => return Err(format!("from where on? say \"{name} is at least 0.01\", for example")),
            Predicate::MayBeNegative => self.may_be_negative()?,
            Predicate::Least(bound) => self.bound("min", bound)?,
            Predicate::Most(bound) => self.bound("max", bound)?,
            Predicate::Unlimited => self.unlimited()?,
            Predicate::NoDefault => self.drop("default", "has no default"),
            Predicate::Default(value) => self.default(value, places)?,
        }
        Ok(())
    }

    pub(super) fn set(&mut self, word: &'static str, value: String, told: String) {
        if self.written(word) == Some(value.as_str()) {
            self.met.push(told);
        } else {
            self.edit.set(word, value);
            self.told.push(told);
        }
    }

    pub(super) fn drop(&mut self, word: &'static str, told: &str) {
        if self.written(word).is_some() {
            self.edit.drop(word);
            self.told.push(told.to_owned());
        } else {
            self.met.push(told.to_owned());
        }
    }

    fn becomes(&mut self, kind: &'static str) -> Result<(), String> {
        let told = format!("is {}", called(kind));
        if self.kind == kind {
            self.met.push(told);
            return Ok(());
        }
        let (name, before) = (self.field.name.clone(), self.kind.clone());
        if before == "reference" {
            let to = self.field.to.as_ref().map_or("another record", |(to, _)| to.as_str());
            return Err(format!(
                "`{name}` refers to {to}: rename it out of the way, and add a field of its own for that"
            ));
        }
        let is_unique = self.written("unique").is_some_and(|value| value != "false");
        let is_long = matches!(kind, "long_text" | "json");
        if is_long && is_unique {
            return Err(format!(
                "`{name}` is unique, which {} cannot be: say \"{name} need not be unique\" first",
                called(kind)
            ));
        }
        self.kind = kind.to_owned();
        self.edit.set("type", quote(kind));
        self.told.push(told);
        let mut gone: Vec<&str> = Vec::new();
        for (word, on) in ON {
            if self.written(word).is_none() || on.contains(&kind) {
                continue;
            }
            self.edit.drop(word);
            gone.push(word);
        }
        if is_long && self.written("index").is_some() {
            self.edit.drop("index");
            gone.push("index");
        }
        self.limits_of(kind, &mut gone)?;
        if self.written("default").is_some() {
            match self.default_of(kind) {
                Some(default) => self.edit.set("default", default),
                None => {
                    self.edit.drop("default");
                    gone.push("default");
                }
            }
        }
        if kind == "money" {
            self.edit.set("currency", quote("USD"));
            self.told.push("in USD unless you say \"in euros\" or the like".to_owned());
        }
        if !gone.is_empty() {
            self.told.push(format!("loses {}, which {} does not have", gone.join(", "), called(kind)));
        }
        Ok(())
    }

    /// The same default for another type, where it is one.
    fn default_of(&self, kind: &str) -> Option<String> {
        let written = self.written("default")?;
        let plain = self.field.default.clone().unwrap_or_else(|| written.to_owned());
        match kind {
            _ if plain == "now" => matches!(kind, "date" | "datetime").then(|| written.to_owned()),
            "text" | "long_text" => Some(quote(&plain)),
            "integer" => whole(&plain),
            "float" => plain.parse::<f64>().ok().map(|_| plain),
            "decimal" | "money" => plain.parse::<f64>().ok().map(|_| quote(&plain)),
            _ => None,
        }
    }

    fn currency(&mut self, code: &str) -> Result<(), String> {
        if self.kind != "money" {
            return Err(format!(
                "`{0}` is {1}, which has no currency: say \"{0} is money in {code}\"",
                self.field.name,
                called(&self.kind)
            ));
        }
        let is_new = self.edit.set.iter().any(|(word, _)| *word == "type");
        let told = format!("is in {code}");
        if is_new {
            self.edit.set("currency", quote(code));
            self.told.retain(|told| !told.starts_with("in USD"));
            self.told.push(told);
        } else if self.written("currency").is_none() && code == "USD" {
            self.met.push(told);
        } else {
            self.set("currency", quote(code), told);
        }
        Ok(())
    }

    /// A text that is required has a character unless `min_length = 0` or an empty default says otherwise.
    fn empty(&mut self, may: bool) -> Result<(), String> {
        self.flag("required", !may)?;
        if TEXTS.contains(&self.kind.as_str()) {
            match (may, self.written("min_length")) {
                (false, Some("0")) => {
                    self.bound("min", &Bound { number: "1".into(), of_characters: true, is_strict: false })?;
                }
                (false, None) if self.written("default") == Some("\"\"") => {
                    self.bound("min", &Bound { number: "1".into(), of_characters: true, is_strict: false })?;
                }
                (true, Some("1")) => self.drop("min_length", "may have no character"),
                _ => {}
            }
        }
        Ok(())
    }

    fn flag(&mut self, word: &'static str, on: bool) -> Result<(), String> {
        let told = match (word, on) {
            ("required", true) => "is required",
            ("required", false) => "is optional",
            ("unique", true) => "is unique",
            ("unique", false) => "need not be unique",
            ("search", true) => "is found by `q=`",
            ("search", false) => "is not found by `q=` any more",
            ("index", true) => "can be sorted by",
            ("index", false) => "has no index",
            ("hidden", true) => "never leaves the server",
            ("hidden", false) => "is shown to whoever may read it",
            ("read_only", true) => "is set by actions and defaults only",
            ("read_only", false) => "can be written",
            ("sensitive", true) => "is kept out of the audit and of caches",
            _ => "is in the audit and in caches",
        };
        let on_types = ON.iter().find(|(one, _)| *one == word).map(|(_, on)| *on);
        if let Some(types) = on_types.filter(|types| on && !types.contains(&self.kind.as_str())) {
            let types: Vec<&str> = types.iter().map(|kind| called(kind)).collect();
            return Err(format!("`{}` is {}; that is for {}", self.field.name, called(&self.kind), types.join(", ")));
        }
        // What has no limit that is short enough cannot have an index.
        if on && matches!(word, "unique" | "index") && matches!(self.kind.as_str(), "long_text" | "json") {
            return Err(format!(
                "`{0}` is {1}, which is too long for that: make it text first",
                self.field.name,
                called(&self.kind)
            ));
        }
        // An index is there for whatever is unique, and a link is not one column.
        let is_many = self.written("many") == Some("true");
        if is_many && on {
            return Err(format!("`{}` is a list of records, which cannot be so", self.field.name));
        }
        let indexed = word == "index"
            && (self.kind == "reference" || self.written("unique").is_some_and(|value| value != "false"));
        let holds = self.written(word).is_some_and(|value| value != "false") || indexed && on;
        if holds == on {
            self.met.push(told.to_owned());
        } else if on {
            self.edit.set(word, "true");
            self.told.push(told.to_owned());
        } else {
            self.edit.drop(word);
            self.told.push(told.to_owned());
        }
        Ok(())
    }

    fn global(&mut self) {
        let told = "is unique among the records of everybody".to_owned();
        if !self.entity.owned && self.written("unique") == Some("true") {
            self.met.push(told);
        } else {
            self.set("unique", quote("global"), told);
        }
    }

    fn default(&mut self, value: &str, places: &Places) -> Result<(), String> {
        let written = defaults::literal(self.entity, self.field, &self.kind, value, places)?;
        self.set(
            "default",
            written.clone(),
            format!("is {} unless somebody says otherwise", written.trim_matches('"')),
        );
        Ok(())
    }
}

/// A type in words.
pub(super) fn called(kind: &str) -> &str {
    match kind {
        "long_text" => "long text",
        "integer" => "a whole number",
        "decimal" => "a decimal",
        "float" => "a floating point number",
        "boolean" => "yes or no",
        "date" => "a date",
        "time" => "a time of day",
        "datetime" => "a date with a time",
        "enum" => "one of a list",
        "email" => "an e-mail address",
        "phone" => "a phone number",
        "url" => "a link",
        "uuid" => "a UUID",
        "json" => "JSON",
        "reference" => "a reference",
        other => other,
    }
}
