//! The names of a blueprint as words of an English sentence.

use blueprint::{Blueprint, Entity, Field, FieldKind, Link, Target};

/// `follow_up` and `follow-ups` as they are spoken: without underscores and hyphens.
pub fn human(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

/// One of an entity: `a follow up`.
pub(crate) fn a(entity: &Entity) -> String {
    let name = human(&entity.name);
    format!("{} {name}", article(&name))
}

/// All of an entity: `follow ups`.
pub(crate) fn many(entity: &Entity) -> String {
    human(&entity.plural)
}

/// Everybody who has a role: `managers`.
pub(crate) fn holders(role: &str) -> String {
    blueprint::plural(role).replace(['_', '-'], " ")
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}

/// A text of the blueprint as a part of a line of Markdown: one line, and no HTML. Cells of tables escape `|` besides.
pub(crate) fn inline(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('<', "&lt;")
}

/// The same where a line begins with it: no heading, quote, list, table, rule or block of code.
pub(crate) fn prose(text: &str) -> String {
    let text = inline(text);
    let Some(first) = text.chars().next() else { return text };
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, rest) = text.split_at(digits);
    if digits > 0 && rest.starts_with(['.', ')']) {
        return format!("{number}\\{rest}");
    }
    let item = "-*+".contains(first) && !text[1..].starts_with(|letter: char| letter != ' ' && letter != first);
    let rule = "_=".contains(first) && text.chars().all(|letter| letter == first || letter == ' ');
    let sign = item || rule || "#>|[".contains(first) || text.starts_with("```") || text.starts_with("~~~");
    if sign { format!("\\{text}") } else { text }
}

/// The first letter in upper case.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A type in the words of the blueprint.
pub(crate) fn kind(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text(_) => "text",
        FieldKind::LongText(_) => "long_text",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Decimal { currency: Some(_), .. } => "money",
        FieldKind::Decimal { currency: None, .. } => "decimal",
        FieldKind::Float { .. } => "float",
        FieldKind::Boolean => "boolean",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::DateTime => "datetime",
        FieldKind::Enum { .. } => "enum",
        FieldKind::Email => "email",
        FieldKind::Phone => "phone",
        FieldKind::Url => "url",
        FieldKind::Uuid => "uuid",
        FieldKind::Json => "json",
        FieldKind::Reference { .. } => "reference",
    }
}

/// A field's type in the words of the blueprint, with what limits it: `enum (new, won), default new`.
pub fn field_type(blueprint: &Blueprint, field: &Field) -> String {
    let word = kind(&field.kind);
    match &field.kind {
        FieldKind::Decimal { currency: Some(currency), .. } => format!("{word} ({currency})"),
        FieldKind::Decimal { currency: None, scale, .. } => format!("{word} (scale {scale})"),
        FieldKind::Enum { values } => format!("{word} ({})", values.join(", ")),
        FieldKind::Reference { to: Target::User, .. } => format!("{word} to user"),
        FieldKind::Reference { to: Target::Entity(to), .. } => format!("{word} to {}", blueprint.entity(*to).name),
        _ => word.to_owned(),
    }
}

/// The type of a many-to-many reference: `reference to many tags`.
pub fn link_type(blueprint: &Blueprint, link: &Link) -> String {
    match link.to {
        Target::User => "reference to many users".to_owned(),
        Target::Entity(to) => format!("reference to many {}", human(&blueprint.entity(to).plural)),
    }
}

/// By sound as far as letters tell it: `an hour`, `a unit`.
fn article(noun: &str) -> &'static str {
    let begins = |starts: &[&str]| starts.iter().any(|start| noun.starts_with(start));
    if begins(&["hour", "heir", "honest", "honor", "honour"]) {
        return "an";
    }
    let sounds_like_you = begins(&["uni", "use", "usu", "eu", "one"]) && !noun.starts_with("unin");
    if begins(&["a", "e", "i", "o", "u"]) && !sounds_like_you { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_follow_the_sound() {
        for (noun, expected) in [
            ("prospect", "a"),
            ("invoice", "an"),
            ("hour", "an"),
            ("user", "a"),
            ("unit", "a"),
            ("uninvited guest", "an"),
        ] {
            assert_eq!(article(noun), expected, "{noun}");
        }
    }

    #[test]
    fn texts_of_the_blueprint_are_one_line_and_no_markup() {
        for (text, expected) in [
            ("Keeps  track\n\n# of\tthings ", "Keeps track # of things"),
            ("<script>alert(1)</script> a <!-- b -->", "&lt;script>alert(1)&lt;/script> a &lt;!-- b -->"),
            ("# Heading", "\\# Heading"),
            ("> said", "\\> said"),
            ("- item", "\\- item"),
            ("---", "\\---"),
            ("** *", "\\** *"),
            ("===", "\\==="),
            ("12. of May", "12\\. of May"),
            ("```sh", "\\```sh"),
            ("| a | b |", "\\| a | b |"),
            ("[a]: b", "\\[a]: b"),
            ("*bold*, `code`, 12 of -1", "*bold*, `code`, 12 of -1"),
            ("-1 is least", "-1 is least"),
            ("12 of them", "12 of them"),
            ("ä", "ä"),
            (" \n", ""),
        ] {
            assert_eq!(prose(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lists_read_like_english() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(list(&words("see change delete"), "or"), "see, change or delete");
        assert_eq!(list(&words("see change"), "and"), "see and change");
        assert_eq!(list(&words("see"), "or"), "see");
    }
}
