//! Texts that are read back as they are: plain where nothing in them means anything in Markdown or in a list, else in code.

use super::table::code;
use crate::words;

/// What a reader takes for nothing.
const NOTHING: [&str; 6] = ["-", "–", "—", "none", "null", "n/a"];

/// A text in a cell or a bullet.
pub(crate) fn exact(text: &str) -> String {
    let begins = text.starts_with(['"', '\'', '#', '>', '*', '_']);
    let marks = text.contains(['`', '\\', '*']);
    let plain = !text.is_empty() && words::inline(text) == text && !begins && !marks;
    match plain && !NOTHING.contains(&text.to_lowercase().as_str()) {
        true => text.to_owned(),
        false => code(&quoted(text)),
    }
}

/// A text in code, in quotes only where code would change it.
pub(crate) fn pure(text: &str) -> String {
    let whole = text.trim() == text && !text.is_empty() && !text.starts_with('"') && !text.contains(char::is_control);
    if whole { code(text) } else { code(&quoted(text)) }
}

/// In the quotes of JSON, and without a sign by which a careless reader would find HTML.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_plain_where_they_can_be() {
        for (text, expected) in [
            ("plain, and simple", "plain, and simple"),
            ("a <b>", "`\"a \\u003cb>\"`"),
            ("two\nlines", "`\"two\\nlines\"`"),
            ("\"quoted\"", "`\"\\\"quoted\\\"\"`"),
            ("a ` b", "`` \"a ` b\" ``"),
            ("-", "`\"-\"`"),
            ("", "`\"\"`"),
            ("two  blanks", "`\"two  blanks\"`"),
        ] {
            assert_eq!(exact(text), expected, "{text:?}");
        }
        assert_eq!(pure("a = 'b'"), "`a = 'b'`");
        assert_eq!(pure("a\n= 1"), "`\"a\\n= 1\"`");
        assert_eq!(pure(" a "), "`\" a \"`");
        assert_eq!(pure("``"), "``` `` ```");
    }
}
