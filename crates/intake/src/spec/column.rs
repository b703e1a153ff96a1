//! One column of a table: what a specification says of it, and the field that it becomes.

use std::ops::Range;

use super::takes_values;
use crate::draft::Field;
use crate::kinds::{self, Kind};
use crate::lemma;
use crate::lexicon::fields::FieldType;

/// What is said of a column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// snake_case, as written.
    pub name: String,
    pub kind: FieldType,
    pub file: bool,
    pub required: bool,
    pub unique: bool,
    pub default: Option<String>,
    pub values: Vec<String>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Letters of a text.
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    /// Singular snake_case: the record that it refers to.
    pub to: Option<String>,
    /// It refers to many of them.
    pub many: bool,
    pub on_delete: Option<&'static str>,
    pub currency: Option<&'static str>,
    pub key: bool,
}

/// Names that the engine keeps for itself in every table, and for the parameters of lists.
const KEPT: &str = "id created_at updated_at";
const OWNER: &str = "user_id owner_id created_by created_by_id";
const RESERVED: &str = "limit sort cursor q count fields expand team_id";

impl Column {
    /// A column of a type, and what else is said of it in words: `not null, unique, default false`.
    ///
    /// # Errors
    /// The type is none.
    pub(crate) fn read(name: &str, kind: &str, said: &str) -> Result<Column, String> {
        let Some(name) = kinds::field_name(name.trim_matches(['`', '*', ' '])) else {
            return Err(format!("\"{name}\" cannot be the name of a field"));
        };
        let written = kind.trim().trim_matches(['`', '*']);
        let all = format!("{written} {said}");
        let (values, list) = listed(&all);
        // A value may be called "unique" or "required".
        let before = all.get(..list.start).unwrap_or(&all);
        let lower = format!("{before} {}", all.get(list.end..).unwrap_or_default());
        let lower = lower.to_lowercase().replace(['`', '*'], "");
        let to = reference(&lower);
        let found = kinds::kind(written).or_else(|| kinds::kind(written.split_whitespace().next().unwrap_or_default()));
        let found = match found {
            None if !values.is_empty() => Kind { kind: FieldType::Enum, file: false, exact: true },
            None if to.is_some() => Kind { kind: FieldType::Reference, file: false, exact: true },
            None => return Err(format!("\"{written}\" is no type that is known")),
            Some(found) => found,
        };
        let optional = lower.contains("nullable") || lower.contains("optional");
        let required = lower.contains("not null") || lower.contains("non-null") || lower.contains("required");
        let (min, max) = range(&said.to_lowercase());
        if let Some(value) =
            values.iter().enumerate().find_map(|(at, value)| values.get(..at)?.contains(value).then_some(value))
        {
            return Err(format!("`{name}` has the value \"{value}\" twice"));
        }
        let column = Column {
            many: to.is_some() && lower.contains("many-to-many"),
            on_delete: on_delete(&lower),
            currency: currency(written),
            kind: if values.len() >= 2 && takes_values(found.kind) { FieldType::Enum } else { found.kind },
            file: found.file,
            required: required && !optional && !lower.contains("not required"),
            unique: is_unique(&lower),
            default: default(&lower, &values),
            values,
            min,
            max,
            min_length: length(&lower, &["min length", "min_length", "minlength", "minimum length", "at least", "min"]),
            max_length: sized(written).or_else(|| {
                length(&lower, &["max length", "max_length", "maxlength", "maximum length", "at most", "up to", "max"])
            }),
            to,
            key: lower.contains("primary key") || lower.split_whitespace().any(|word| word == "pk"),
            name,
        };
        if column.kind == FieldType::Enum && column.values.len() < 2 {
            return Err(format!("`{}` is an enum without values", column.name));
        }
        Ok(column)
    }

    /// Whether the engine keeps such a column itself.
    pub(super) fn is_engines(&self) -> bool {
        crate::lexicon::has(KEPT, &self.name) || self.key && self.to.is_none()
    }

    /// Whether it says whose the row is.
    pub(super) fn is_owner(&self) -> bool {
        let users = self.to.as_deref().is_none_or(|to| to == "user");
        users && crate::lexicon::has(OWNER, &self.name)
    }

    /// What the field is called: a reference without its `_id`.
    pub(super) fn stem(&self) -> &str {
        self.name.strip_suffix("_id").filter(|stem| !stem.is_empty()).unwrap_or(&self.name)
    }

    /// The field. `names` are the records that there are.
    pub(super) fn field(&self, entity: &str, names: &[&str]) -> Field {
        let known = |name: &str| name == "user" || names.contains(&name);
        let stem = self.stem();
        let meant = self.to.clone().or_else(|| (stem != self.name).then(|| lemma::singular(stem)));
        // A student's `student_id` is what the school calls him.
        let meant = meant.filter(|to| self.to.is_some() || to != entity);
        if let Some(to) = meant.filter(|to| known(to)) {
            let name = if self.many { &self.name } else { stem };
            let mut field = Field::new(&own_name(name, entity), FieldType::Reference);
            field.to = Some(to);
            field.required = Some(self.required);
            field.many = self.many;
            field.on_delete = self.on_delete.filter(|_| !self.many);
            return field;
        }
        let kind = if self.kind == FieldType::Reference { FieldType::Text } else { self.kind };
        let mut field = Field::new(&own_name(&self.name, entity), kind);
        field.file = self.file;
        field.required = Some(self.required);
        field.unique = self.unique;
        field.values.clone_from(&self.values);
        field.min = self.min;
        field.max = self.max;
        field.currency = self.currency;
        (field.min_length, field.max_length) = (self.min_length, self.max_length);
        field.default = self.default.clone().filter(|default| match kind {
            FieldType::Enum => field.values.contains(default),
            FieldType::Boolean => matches!(default.as_str(), "true" | "false"),
            _ => false,
        });
        field
    }
}

fn own_name(name: &str, entity: &str) -> String {
    if crate::lexicon::has(RESERVED, name) || matches!(name, "user" | "team") {
        format!("{entity}_{name}")
    } else {
        name.to_owned()
    }
}

/// "foreign key -> users.id", "references tasks(id)", "FK to task".
fn reference(text: &str) -> Option<String> {
    let cues = [
        "references ",
        "foreign key -> ",
        "foreign key → ",
        "foreign key to ",
        "fk -> ",
        "fk → ",
        "fk to ",
        "-> ",
        "→ ",
    ];
    let rest = cues.iter().find_map(|cue| text.split_once(cue)).map(|(_, rest)| rest.trim())?;
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    kinds::entity_name(&name)
}

/// "on delete cascade", of a record that goes or stays with the one that it refers to.
fn on_delete(text: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once("on delete ")?;
    [("cascade", "cascade"), ("set null", "set_null"), ("restrict", "restrict")]
        .into_iter()
        .find_map(|(said, word)| rest.starts_with(said).then_some(word))
}

/// "money(EUR)".
fn currency(kind: &str) -> Option<&'static str> {
    let (_, rest) = kind.split_once('(')?;
    crate::values::currency(&rest.split(')').next()?.trim().to_lowercase())
}

/// "1 to 5", "at least 1", "at most 5", of whole numbers.
fn range(text: &str) -> (Option<i64>, Option<i64>) {
    let of = |part: &str| {
        let number = |text: &str| text.trim().parse::<i64>().ok();
        match (part.strip_prefix("at least "), part.strip_prefix("at most "), part.split_once(" to ")) {
            (Some(min), ..) => number(min).map(|min| (Some(min), None)),
            (_, Some(max), _) => number(max).map(|max| (None, Some(max))),
            (_, _, Some((min, max))) => number(min).zip(number(max)).map(|(min, max)| (Some(min), Some(max))),
            _ => None,
        }
    };
    text.split([',', ';']).find_map(|part| of(part.trim())).unwrap_or_default()
}

/// 200 of "VARCHAR(200)".
fn sized(kind: &str) -> Option<u32> {
    let (word, rest) = kind.split_once('(')?;
    let text = kinds::kind(word).is_some_and(|kind| matches!(kind.kind, FieldType::Text | FieldType::LongText));
    let digits = rest.split_once(')')?.0.trim();
    digits.parse::<u32>().ok().filter(|most| text && *most > 0)
}

/// 120 of "max length 120", "at most 120 characters", "max: 120 chars". A bare "max 120" is no length of a text.
fn length(text: &str, cues: &[&str]) -> Option<u32> {
    cues.iter().find_map(|cue| {
        let (before, rest) = text.split_once(cue)?;
        if before.ends_with(char::is_alphanumeric) {
            return None;
        }
        let rest = rest.trim_start_matches(|c: char| " :=(".contains(c));
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let unit = rest.get(digits.len()..).unwrap_or_default().trim_start();
        let letters = ["char", "letter", "sign"].iter().any(|word| unit.starts_with(word));
        (letters || cue.contains("len")).then(|| digits.parse::<u32>().ok()).flatten().filter(|count| *count > 0)
    })
}

/// "unique", and not "not unique" or "need not be unique".
fn is_unique(text: &str) -> bool {
    let text = text.replace("not null", "").replace("non-null", "");
    let denied = |before: &str| {
        before.ends_with("non-") || before.split_whitespace().any(|word| matches!(word, "not" | "no" | "non" | "never"))
    };
    text.split([',', ';', '.', '|']).filter_map(|part| part.split_once("unique")).any(|(before, _)| !denied(before))
}

/// "enum(a, b)", "one of: a, b", "values: a / b", "a | b", and where the list stands.
fn listed(text: &str) -> (Vec<String>, Range<usize>) {
    let none = (Vec::new(), text.len()..text.len());
    let lower = text.to_ascii_lowercase();
    let cue = ["one of", "values", "enum"].iter().find_map(|cue| Some(lower.find(cue)? + cue.len()));
    let Some(rest) = cue.and_then(|at| text.get(at..)) else { return none };
    let rest = rest.trim_start_matches(|c: char| " :=".contains(c));
    let inner = match rest.split_once(['(', '[', '{']) {
        Some(("", inner)) => inner.split([')', ']', '}']).next().unwrap_or_default(),
        _ => rest.split([';', '.']).next().unwrap_or_default(),
    };
    // What follows the last value is said of the column.
    let said = |part: &str| {
        ["default", "not null", "nullable", "required", "unique", "optional"]
            .iter()
            .any(|word| part.to_lowercase().starts_with(word))
    };
    // In brackets all parts are values.
    let bracketed = rest.starts_with(['(', '[', '{']);
    let start = text.len() - rest.len() + usize::from(bracketed);
    let (mut values, mut at, mut end) = (Vec::new(), start, start);
    for part in inner.split_inclusive([',', '|', '/']) {
        at += part.len();
        let value = part.trim_end_matches([',', '|', '/']).trim().trim_matches(['\'', '"', '`', '*', ' ']);
        if !bracketed && said(value) {
            break;
        }
        if !value.is_empty() && value.split_whitespace().count() <= 3 {
            values.push(value.to_owned());
            end = at;
        }
    }
    (values, start..end)
}

/// "default false", "default: 'new'": one of the values in whole, else the first word.
fn default(text: &str, values: &[String]) -> Option<String> {
    let (_, rest) = text.split_once("default")?;
    let rest = rest.trim_start_matches(|c: char| " :='\"(".contains(c));
    let words: String = rest.chars().take_while(|c| c.is_alphanumeric() || "_- ".contains(*c)).collect();
    let first = words.split_whitespace().next()?;
    let of = |said: &str| values.iter().find(|value| value.eq_ignore_ascii_case(said.trim())).cloned();
    of(&words).or_else(|| of(first)).or_else(|| kinds::value(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_read_as_specifications_say_it() {
        let column = |kind, said| Column::read("x", kind, said).unwrap();
        assert_eq!(column("VARCHAR(200)", "NOT NULL").kind, FieldType::Text);
        assert!(column("string", "not null").required && !column("text", "nullable").required);
        assert!(column("string", "unique, required").unique);
        assert_eq!(column("string", "foreign key -> users.id").to.as_deref(), Some("user"));
        assert_eq!(column("integer", "REFERENCES tasks(id)").to.as_deref(), Some("task"));
        assert_eq!(column("boolean", "default false").default.as_deref(), Some("false"));
        for (kind, said, unique, required) in [
            ("enum(common, unique)", "", false, false),
            ("enum(required, optional)", "not null", false, true),
            ("text", "values: common, rare, unique", true, false),
            ("text", "not unique", false, false),
            ("text", "required, need not be unique", false, true),
            ("text", "non-unique", false, false),
            ("VARCHAR(80)", "NOT NULL UNIQUE", true, true),
        ] {
            let found = column(kind, said);
            assert_eq!((found.unique, found.required), (unique, required), "{kind} {said}");
        }
        assert_eq!(column("enum(required, optional)", "").values, ["required", "optional"]);
        // Who calls the interface has these values already.
        let found = column("enum('In Progress', DONE, on-hold)", "default: done");
        assert_eq!(found.values, ["In Progress", "DONE", "on-hold"]);
        assert_eq!(found.default.as_deref(), Some("DONE"));
        assert!(Column::read("x", "enum(a, b, a)", "").unwrap_err().contains("the value \"a\" twice"));
        for (kind, said, lengths) in [
            ("VARCHAR(80)", "", (None, Some(80))),
            ("text", "max length 2000", (None, Some(2000))),
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
        for (kind, said) in [
            ("enum(new, won)", "default 'new'"),
            ("enum", "one of: new, won; default new"),
            ("text", "values: `new` | `won`, default new"),
        ] {
            let found = column(kind, said);
            assert_eq!(
                (found.kind, found.values, found.default.as_deref()),
                (FieldType::Enum, vec!["new".into(), "won".into()], Some("new"))
            );
        }
        let money = column("money(EUR)", "at least 0.00");
        assert_eq!((money.currency, money.min), (Some("EUR"), None));
        let stars = column("integer", "required, 1 to 5");
        assert_eq!((stars.min, stars.max, stars.required), (Some(1), Some(5), true));
        assert_eq!(column("integer", "at least -3").min, Some(-3));
        let linked = column("reference", "many-to-many -> tags.id, by tasks_tags");
        assert_eq!((linked.many, linked.to.as_deref(), linked.on_delete), (true, Some("tag"), None));
        let parent = column("reference", "foreign key -> tasks.id, on delete set null");
        assert_eq!((parent.many, parent.on_delete), (false, Some("set_null")));
        assert!(Column::read("x", "wibble", "").unwrap_err().contains("\"wibble\" is no type"));
        assert!(Column::read("x", "enum", "").unwrap_err().contains("without values"));
        assert!(Column::read("漢字", "text", "").is_err());
    }
}
