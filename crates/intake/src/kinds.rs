//! Types and names as other readers write them, put into the words of the blueprint.

use crate::lemma;
use crate::lexicon::fields::FieldType;
use crate::nouns::snake;

/// A name of the blueprint has at most so many letters here; the engine takes a few more.
const MOST_LETTERS: usize = 50;
/// Words that the generated code could not say.
pub(crate) const NOT_NAMES: &str = "self super crate";

/// What a word for a type means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub kind: FieldType,
    /// A file, of which a link is kept.
    pub file: bool,
    /// The word is the blueprint's own.
    pub exact: bool,
}

/// The type that a word means; none for a word that means none.
pub(crate) fn kind(word: &str) -> Option<Kind> {
    let lower = word.trim().to_lowercase();
    let plain = lower.split(['(', '<', '[']).next().unwrap_or("").trim().replace([' ', '-'], "_");
    let known = |kind| Some(Kind { kind, file: false, exact: true });
    let like = |kind| Some(Kind { kind, file: false, exact: false });
    match plain.as_str() {
        "text" => known(FieldType::Text),
        "long_text" => known(FieldType::LongText),
        "integer" => known(FieldType::Integer),
        "decimal" => known(FieldType::Decimal),
        "money" => known(FieldType::Money),
        "boolean" => known(FieldType::Boolean),
        "date" => known(FieldType::Date),
        "time" => known(FieldType::Time),
        "datetime" => known(FieldType::Datetime),
        "enum" => known(FieldType::Enum),
        "email" => known(FieldType::Email),
        "phone" => known(FieldType::Phone),
        "url" => known(FieldType::Url),
        "json" => known(FieldType::Json),
        "reference" => known(FieldType::Reference),
        "file" => Some(Kind { kind: FieldType::Url, file: true, exact: true }),
        "image" | "photo" | "picture" | "attachment" | "document" | "binary" | "blob" | "bytea" => {
            Some(Kind { kind: FieldType::Url, file: true, exact: false })
        }
        "string" | "str" | "varchar" | "char" | "character_varying" | "character" | "citext" | "uuid" | "slug"
        | "name" => like(FieldType::Text),
        "longtext" | "multiline" | "textarea" | "markdown" | "html" | "clob" | "mediumtext" => {
            like(FieldType::LongText)
        }
        "int" | "int4" | "int8" | "bigint" | "smallint" | "int32" | "int64" | "serial" | "bigserial" | "long"
        | "count" => like(FieldType::Integer),
        "number" | "float" | "float4" | "float8" | "double" | "double_precision" | "real" | "numeric"
        | "percentage" | "percent" => like(FieldType::Decimal),
        "currency" | "price" | "amount" => like(FieldType::Money),
        "bool" | "flag" | "yes/no" | "checkbox" => like(FieldType::Boolean),
        "date_time" | "timestamp" | "timestamptz" | "timestamp_with_time_zone" | "timestamp_without_time_zone" => {
            like(FieldType::Datetime)
        }
        "choice" | "select" | "status" | "enumeration" | "option" => like(FieldType::Enum),
        "e_mail" | "mail" => like(FieldType::Email),
        "telephone" | "tel" | "phone_number" => like(FieldType::Phone),
        "uri" | "link" => like(FieldType::Url),
        "jsonb" | "object" | "array" | "list" | "dict" | "map" => like(FieldType::Json),
        "ref" | "fk" | "foreign_key" | "relation" => like(FieldType::Reference),
        _ => None,
    }
}

/// The singular snake_case name of a record; none where nothing is left of it.
pub(crate) fn entity_name(name: &str) -> Option<String> {
    let whole = snake(&[&split_capitals(name)]);
    let (before, last) = whole.rsplit_once('_').map_or(("", whole.as_str()), |(before, last)| (before, last));
    let last = lemma::singular(last);
    usable(if before.is_empty() { last } else { format!("{before}_{last}") })
}

/// The snake_case name of a field; none where nothing is left of it.
pub(crate) fn field_name(name: &str) -> Option<String> {
    usable(snake(&[&split_capitals(name)]))
}

fn usable(name: String) -> Option<String> {
    let letters = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= MOST_LETTERS;
    (letters && !crate::lexicon::has(NOT_NAMES, &name)).then_some(name)
}

/// "dueDate" is two words, "SKU" is one.
fn split_capitals(name: &str) -> String {
    let mut words = String::new();
    let mut small = false;
    for letter in name.trim().chars() {
        if letter.is_uppercase() && small {
            words.push('_');
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
        words.push(letter);
    }
    words
}

/// A value of an enum in the form that the rules give values.
pub(crate) fn value(text: &str) -> Option<String> {
    let value = snake(&[text.trim()]);
    let digits = text.trim().starts_with(|c: char| c.is_ascii_digit());
    let value = if digits { value.strip_prefix('n').map_or(value.clone(), str::to_owned) } else { value };
    (!value.is_empty() && value.len() <= MOST_LETTERS).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_form_of_the_blueprint() {
        for (written, entity, field) in [
            ("Boats", Some("boat"), Some("boats")),
            ("Line Items", Some("line_item"), Some("line_items")),
            ("dueDate", Some("due_date"), Some("due_date")),
            ("SKU", Some("sku"), Some("sku")),
            ("café", Some("cafe"), Some("cafe")),
            ("2nd owner", Some("n2nd_owner"), Some("n2nd_owner")),
            ("", None, None),
            ("漢字", None, None),
            ("Self", None, None),
        ] {
            assert_eq!(entity_name(written).as_deref(), entity, "{written}");
            assert_eq!(field_name(written).as_deref(), field, "{written}");
        }
        assert_eq!(entity_name(&"x".repeat(51)), None);
        assert_eq!(value("In Progress").as_deref(), Some("in_progress"));
        assert_eq!(value("5 stars").as_deref(), Some("5_stars"));
    }

    #[test]
    fn other_words_for_types_are_read() {
        for (word, expected) in [
            ("text", Some((FieldType::Text, true))),
            ("VARCHAR(255)", Some((FieldType::Text, false))),
            ("Timestamp with time zone", Some((FieldType::Datetime, false))),
            ("number", Some((FieldType::Decimal, false))),
            ("file", Some((FieldType::Url, true))),
            ("wibble", None),
            ("", None),
        ] {
            assert_eq!(kind(word).map(|kind| (kind.kind, kind.exact)), expected, "{word}");
        }
    }
}
