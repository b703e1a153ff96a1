//! One column of a table: what a specification says of it, and the field that it becomes.

use super::constraint::{self, Unique};
use super::text::{exact, values};
use super::type_cell::{is_size, listed, typed};
use super::who::Who;
use super::{rights, takes_values, value};
use crate::draft::Field;
use crate::kinds::{self, Kind};
use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::toml::quote;

/// What is said of a column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// snake_case, as written.
    pub name: String,
    pub kind: FieldType,
    pub file: bool,
    pub required: bool,
    pub unique: Unique,
    /// As written.
    pub default: Option<String>,
    pub values: Vec<String>,
    /// Of numbers, as written.
    pub min: Option<String>,
    pub max: Option<String>,
    /// Digits after the point.
    pub scale: Option<u8>,
    /// Letters of a text.
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// The whole text must match it.
    pub pattern: Option<String>,
    /// The record that it refers to, in singular snake_case, and its table as it is written.
    pub to: Option<(String, String)>,
    /// It refers to many of them.
    pub many: bool,
    pub on_delete: Option<&'static str>,
    pub currency: Option<String>,
    pub key: bool,
    pub uuid: bool,
    pub index: bool,
    pub search: bool,
    pub hidden: bool,
    pub read_only: bool,
    pub sensitive: bool,
    pub read: Option<Who>,
    pub write: Option<Who>,
    /// Names that it had before.
    pub former: Vec<String>,
    pub summary: String,
    /// What is not said of it does not hold; nothing is guessed.
    pub whole: bool,
    /// Words that mean nothing of a column, and where it stands.
    pub unread: Vec<String>,
    pub place: String,
}

/// Former names, in the words of the blueprint.
pub(super) fn renamed_from(former: &[String]) -> Option<String> {
    let names = || former.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
    match former.len() {
        0 => None,
        1 => Some(format!("renamed_from = {}", names())),
        _ => Some(format!("renamed_from = [{}]", names())),
    }
}

/// Names that the engine keeps for itself in every table, and for the parameters of lists.
const KEPT: &str = "id created_at updated_at";
const OWNER: &str = "user_id owner_id created_by created_by_id";
const RESERVED: &str = "limit sort cursor q count fields expand team_id self super crate";
/// Letters that a text has at most if nothing is said, and the most that can be said.
const MOST_OF_TEXT: u32 = 255;
const MOST_OF_LONG_TEXT: u32 = 20_000;
const MOST_LETTERS: u32 = 1_000_000;

impl Column {
    /// A column of a type of which nothing else is known.
    pub(super) fn new(name: String, kind: FieldType) -> Column {
        Column {
            name,
            kind,
            file: false,
            required: false,
            unique: Unique::No,
            default: None,
            values: Vec::new(),
            min: None,
            max: None,
            scale: None,
            min_length: None,
            max_length: None,
            pattern: None,
            to: None,
            many: false,
            on_delete: None,
            currency: None,
            key: false,
            uuid: false,
            index: false,
            search: false,
            hidden: false,
            read_only: false,
            sensitive: false,
            read: None,
            write: None,
            former: Vec::new(),
            summary: String::new(),
            whole: false,
            unread: Vec::new(),
            place: String::new(),
        }
    }

    /// A column of a type, and what else is said of it in words: `not null, unique, default false`. `whole`: nothing is guessed.
    ///
    /// # Errors
    /// The type is none.
    pub(crate) fn read(name: &str, kind: &str, said: &str, whole: bool) -> Result<Column, String> {
        let plain = name.trim_matches(['`', '*', ' ']);
        let known = if whole { Some(plain.to_owned()).filter(|name| is_name(name)) } else { kinds::field_name(plain) };
        let Some(name) = known else {
            return Err(format!("\"{plain}\" cannot be the name of a field"));
        };
        let written = exact(kind);
        let typed = typed(&written, whole);
        // A value may be called "unique" or "required".
        let enumerates = typed.kind.is_none_or(|kind| kind.kind == FieldType::Enum);
        let (listed, rest) = match typed.inner {
            inner if enumerates && !inner.is_empty() => (values(inner), format!("{}; {said}", typed.rest)),
            // "string (not null)": no size, and said of the column.
            inner if !is_size(inner) => listed(&format!("{inner}; {}; {said}", typed.rest)),
            _ => listed(&format!("{}; {said}", typed.rest)),
        };
        let said = constraint::read(&rest);
        let found = match typed.kind {
            None if !listed.is_empty() => Kind { kind: FieldType::Enum, file: false, exact: true },
            None if said.to.is_some() => Kind { kind: FieldType::Reference, file: false, exact: true },
            None => return Err(format!("\"{}\" is no type that is known", written.trim())),
            Some(found) => found,
        };
        if let Some(value) = repeated(&listed) {
            return Err(format!("`{name}` has the value \"{value}\" twice"));
        }
        let enumerated = listed.len() >= 2 && takes_values(found.kind) && !whole;
        let mut column = Column::new(name, if enumerated { FieldType::Enum } else { found.kind });
        let least_values = if whole { 1 } else { 2 };
        if column.kind == FieldType::Enum && listed.len() < least_values {
            return Err(format!("`{}` is an enum without values", column.name));
        }
        let text = matches!(column.kind, FieldType::Text | FieldType::LongText);
        let length =
            |bound: &Option<String>| bound.as_ref().and_then(|bound| bound.parse::<u32>().ok()).filter(|_| text);
        let (sized, scale, currency) = typed.sizes(column.kind);
        column.file = found.file;
        column.required = said.required && !said.optional;
        column.unique = said.unique;
        column.default = said.default;
        column.values = listed;
        column.min_length = said.min_length.or(length(&said.min));
        column.max_length = sized.or(said.max_length).or(length(&said.max)).filter(|most| *most > 0);
        (column.min, column.max) = if text { (None, None) } else { (said.min, said.max) };
        column.scale = scale;
        column.pattern = said.pattern;
        column.many = said.many && said.to.is_some();
        column.to = said.to;
        column.on_delete = said.on_delete;
        column.currency = currency;
        column.key = said.key;
        column.uuid = typed.word.to_lowercase().contains("uuid") || typed.inner.eq_ignore_ascii_case("uuid");
        (column.index, column.search, column.hidden) = (said.index, said.search, said.hidden);
        (column.read_only, column.sensitive) = (said.read_only, said.sensitive);
        (column.read, column.write) = (said.read, said.write);
        column.former = said.former;
        column.whole = whole;
        column.unread = said.unread;
        Ok(column)
    }

    /// Takes what another mention of the same column says and this one does not.
    pub(super) fn learn(&mut self, other: Column) {
        self.required |= other.required;
        self.key |= other.key;
        self.hidden |= other.hidden;
        self.read_only &= other.read_only;
        if self.unique == Unique::No {
            self.unique = other.unique;
        }
        let Column { default, min, max, min_length, max_length, pattern, to, .. } = other;
        self.default = self.default.take().or(default);
        (self.min, self.max) = (self.min.take().or(min), self.max.take().or(max));
        (self.min_length, self.max_length) = (self.min_length.or(min_length), self.max_length.or(max_length));
        self.pattern = self.pattern.take().or(pattern);
        self.to = self.to.take().or(to);
    }

    /// Whether the engine keeps such a column itself.
    pub(super) fn is_engines(&self) -> bool {
        crate::lexicon::has(KEPT, &self.name) || !self.whole && self.key && self.to.is_none()
    }

    /// Whether it says whose the row is.
    pub(super) fn is_owner(&self) -> bool {
        let users = self.to.as_ref().is_none_or(|(to, _)| to == "user");
        if self.whole { self.name == "user_id" } else { users && crate::lexicon::has(OWNER, &self.name) }
    }

    /// What the field is called: a reference without its `_id`.
    pub(super) fn stem(&self) -> &str {
        let refers = !self.whole || (self.kind == FieldType::Reference || self.to.is_some()) && !self.many;
        self.name.strip_suffix("_id").filter(|stem| refers && !stem.is_empty()).unwrap_or(&self.name)
    }

    /// Whether its limits let it have a number.
    pub(super) fn holds(&self, number: i64) -> bool {
        let bound = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i64>().ok());
        bound(&self.min).is_none_or(|min| min <= number) && bound(&self.max).is_none_or(|max| number <= max)
    }

    /// The field, and what is said of it that it cannot have. `known` gives the record of a table, by its name in the singular and
    /// as it is written.
    pub(super) fn field(
        &self,
        entity: &str,
        known: &dyn Fn(&str, Option<&str>) -> Option<String>,
        roles: &mut Vec<String>,
    ) -> (Field, Vec<String>) {
        let mut left = self.unread.clone();
        let mut field = self.typed(entity, known);
        field.required = Some(self.required);
        let refers = field.to.is_some();
        if !refers {
            self.limit(&mut field, &mut left);
        }
        field.unique = self.unique == Unique::Yes && !refers;
        let mut say = |holds: bool, word: &str| field.said.extend(holds.then(|| word.to_owned()));
        say(self.unique == Unique::Global, "unique = \"global\"");
        say(self.unique == Unique::Yes && refers && self.whole, "unique = true");
        // A reference is indexed by itself, and what is unique too.
        say(self.index && !refers && self.unique == Unique::No && self.can_be_indexed(), "index = true");
        let words = matches!(
            self.kind,
            FieldType::Text
                | FieldType::LongText
                | FieldType::Enum
                | FieldType::Email
                | FieldType::Phone
                | FieldType::Url
        );
        say(self.search && !refers && words && !self.hidden, "search = true");
        say(self.hidden && !field.many, "hidden = true");
        say(self.read_only && !field.many, "read_only = true");
        say(self.sensitive && !field.many, "sensitive = true");
        for (word, who) in [("read", &self.read), ("write", &self.write)] {
            if let Some(who) = who.as_ref().filter(|who| who.says() || !who.unread.is_empty()) {
                field.said.push(format!("{word} = {}", rights::toml(who, roles)));
            }
        }
        field.said.extend(renamed_from(&self.former));
        // What no caller gives must come from somewhere.
        let given = field.default.is_some() || field.said.iter().any(|word| word.starts_with("default = "));
        if self.read_only && !field.many && self.required && !given {
            field.required = Some(false);
            left.push("required, because it is read only and has no default".to_owned());
        }
        if !self.summary.is_empty() {
            field.said.push(format!("summary = {}", quote(&self.summary)));
        }
        if self.index && !self.can_be_indexed() {
            left.push("index".to_owned());
        }
        (field, left)
    }

    fn can_be_indexed(&self) -> bool {
        let long = self.kind == FieldType::Text && self.max_length.is_some_and(|most| most > 500);
        self.whole || !long && !matches!(self.kind, FieldType::LongText | FieldType::Json)
    }

    /// The field with its type, its name and what it refers to.
    fn typed(&self, entity: &str, known: &dyn Fn(&str, Option<&str>) -> Option<String>) -> Field {
        let stem = self.stem();
        let guessed = (stem != self.name && !self.whole).then(|| lemma::singular(stem));
        let meant = match &self.to {
            Some((to, written)) => known(to, Some(written)),
            // A student's `student_id` is what the school calls him.
            None => guessed.filter(|to| to != entity).and_then(|to| known(&to, None)),
        };
        let named = |name: &str| if self.whole { name.to_owned() } else { own_name(name, entity) };
        if let Some(to) = meant {
            let name = if self.many { &self.name } else { stem };
            let mut field = Field::new(&named(name), FieldType::Reference);
            field.to = Some(to);
            field.many = self.many;
            field.on_delete = self.on_delete.filter(|word| !self.many || *word == "restrict" && self.whole);
            return field;
        }
        let kind = if self.kind == FieldType::Reference { FieldType::Text } else { self.kind };
        let mut field = Field::new(&named(&self.name), kind);
        field.file = self.file;
        field.values.clone_from(&self.values);
        field
    }

    /// Lengths, bounds, digits, currency, pattern and default, as far as the type can have them.
    fn limit(&self, field: &mut Field, left: &mut Vec<String>) {
        let text = matches!(field.kind, FieldType::Text | FieldType::LongText);
        if text {
            let most = if field.kind == FieldType::Text { MOST_OF_TEXT } else { MOST_OF_LONG_TEXT };
            field.max_length =
                self.max_length.map(|length| length.min(MOST_LETTERS)).filter(|length| *length != most || !self.whole);
            // That of what is required is 1 unless it is said to be 0.
            let is_said = |least: &u32| *least > 0 || self.required;
            field.min_length =
                self.min_length.filter(is_said).filter(|least| *least <= field.max_length.unwrap_or(most));
        }
        if let Some(pattern) = &self.pattern {
            match text && (self.whole || is_pattern(pattern)) {
                true => field.said.push(format!("pattern = {}", quote(pattern))),
                false => left.push(format!("the pattern {pattern}")),
            }
        }
        if field.kind == FieldType::Money {
            field.currency.clone_from(&self.currency);
        } else if let Some(scale) = self.scale.filter(|scale| field.kind == FieldType::Decimal && *scale != 2) {
            field.said.push(format!("scale = {scale}"));
        }
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
        let in_order = number(&self.min).zip(number(&self.max)).is_none_or(|(min, max)| min <= max);
        for (word, bound) in [("min", &self.min), ("max", &self.max)] {
            let Some(bound) = bound else { continue };
            match value::bound(self, bound).filter(|_| in_order) {
                Some(number) if field.kind == FieldType::Integer => {
                    *(if word == "min" { &mut field.min } else { &mut field.max }) = number.parse().ok();
                }
                Some(number) => field.said.push(format!("{word} = {number}")),
                None => left.push(format!("{word} {bound}")),
            }
        }
        match self.default.as_ref().map(|text| (text, value::default(self, text))) {
            Some((_, value::Default::Known(value))) => field.default = Some(value),
            Some((_, value::Default::Said(toml))) => field.said.push(format!("default = {toml}")),
            Some((text, value::Default::Unread)) => left.push(format!("default {text}")),
            Some((_, value::Default::Nothing)) | None => {}
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// Look-around and back-references are not of the engine's dialect.
pub(super) fn is_pattern(pattern: &str) -> bool {
    let foreign = ["(?=", "(?!", "(?<", "\\1", "\\2", "\\3", "\\k", "\\/", "\\Z", "\\c"];
    pattern.len() <= 500 && !pattern.is_empty() && !foreign.iter().any(|word| pattern.contains(word))
}

fn own_name(name: &str, entity: &str) -> String {
    if crate::lexicon::has(RESERVED, name) || matches!(name, "user" | "team") {
        format!("{entity}_{name}")
    } else {
        name.to_owned()
    }
}

fn repeated(values: &[String]) -> Option<&String> {
    values.iter().enumerate().find_map(|(at, value)| values.get(..at)?.contains(value).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &str, said: &str) -> Column {
        Column::read("x", kind, said, false).unwrap()
    }

    #[test]
    fn a_column_is_read_as_specifications_say_it() {
        assert_eq!(column("VARCHAR(200)", "NOT NULL").kind, FieldType::Text);
        assert!(column("string", "not null").required && !column("text", "nullable").required);
        assert!(column("string", "unique, required").unique == Unique::Yes);
        let to = |kind, said| column(kind, said).to.map(|(to, _)| to);
        assert_eq!(to("string", "foreign key -> users.id").as_deref(), Some("user"));
        assert_eq!(to("integer", "REFERENCES tasks(id)").as_deref(), Some("task"));
        assert_eq!(column("boolean", "default false").default.as_deref(), Some("false"));
        for (kind, said, unique, required) in [
            ("enum(common, unique)", "", false, false),
            ("enum(required, optional)", "not null", false, true),
            ("text", "values: common, rare, unique", true, false),
            ("text", "not unique", false, false),
            ("text", "required, need not be unique", false, true),
            ("text", "non-unique", false, false),
            ("VARCHAR(80)", "NOT NULL UNIQUE", true, true),
            ("VARCHAR(80) NOT NULL UNIQUE", "", true, true),
        ] {
            let found = column(kind, said);
            assert_eq!((found.unique == Unique::Yes, found.required), (unique, required), "{kind} {said}");
        }
        assert!(Column::read("x", "wibble", "", false).unwrap_err().contains("\"wibble\" is no type"));
        assert!(Column::read("x", "enum", "", false).unwrap_err().contains("without values"));
        assert!(Column::read("漢字", "text", "", false).is_err());
        assert!(Column::read("x", "enum(a, b, a)", "", false).unwrap_err().contains("the value \"a\" twice"));
    }

    #[test]
    fn values_stay_as_they_are_written() {
        assert_eq!(column("enum(required, optional)", "").values, ["required", "optional"]);
        // Who calls the interface has these values already.
        let found = column("enum('In Progress', DONE, on-hold)", "default: done");
        assert_eq!(found.values, ["In Progress", "DONE", "on-hold"]);
        assert_eq!(column("`enum(\"a, b\", \"c|d\", \"<e>\")`", "").values, ["a, b", "c|d", "<e>"]);
        for (kind, said) in [
            ("enum(new, won)", "default 'new'"),
            ("enum", "one of: new, won; default new"),
            ("enum: new, won", "default new"),
            ("text", "values: `new` | `won`, default new"),
        ] {
            let found = column(kind, said);
            assert_eq!(
                (found.kind, found.values, found.default.as_deref()),
                (FieldType::Enum, vec!["new".into(), "won".into()], Some("new")),
                "{kind} {said}"
            );
        }
    }

    #[test]
    fn limits_are_those_of_the_type() {
        for (kind, said, lengths) in [
            ("VARCHAR(80)", "", (None, Some(80))),
            ("text", "max length 2000", (None, Some(2000))),
            ("text", "max 120", (None, Some(120))),
            ("string", "required, 3 or more; min length: 3, max 20 characters", (Some(3), Some(20))),
            ("string", "at most 40 letters", (None, Some(40))),
            ("integer", "max 20", (None, None)),
            ("text", "up to 3 of them", (None, None)),
            ("numeric(10, 2)", "", (None, None)),
            ("char(0)", "", (None, None)),
        ] {
            let found = column(kind, said);
            assert_eq!((found.min_length, found.max_length), lengths, "{kind} {said}");
        }
        let money = column("money(EUR)", "at least 0.00");
        assert_eq!((money.currency.as_deref(), money.min.as_deref()), (Some("EUR"), Some("0.00")));
        let stars = column("integer", "required, 1 to 5");
        assert_eq!((stars.min.as_deref(), stars.max.as_deref(), stars.required), (Some("1"), Some("5"), true));
        assert_eq!(column("integer", "at least -3").min.as_deref(), Some("-3"));
        assert_eq!(column("numeric(10, 3)", "").scale, Some(3));
        let linked = column("reference", "many-to-many -> tags.id, by tasks_tags");
        assert_eq!((linked.many, linked.to.map(|(to, _)| to), linked.on_delete), (true, Some("tag".into()), None));
        let parent = column("reference", "foreign key -> tasks.id, on delete set null");
        assert_eq!((parent.many, parent.on_delete), (false, Some("set_null")));
    }
}
