//! Text for a POSIX shell.

/// The text as one word that the shell takes literally.
pub(crate) fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same where `$NAME` of these variables is to be filled in by the shell: quotes end before each and begin after.
pub(crate) fn quote_around(text: &str, variables: &[String]) -> String {
    let mut quoted = quote(text);
    for variable in variables {
        quoted = quoted.replace(&format!("\u{1}{variable}\u{1}"), &format!("'\"${variable}\"'"));
    }
    quoted
}

/// Stands for a variable in a text that [`quote_around`] will quote. No valid value holds the control characters.
pub(crate) fn placeholder(variable: &str) -> String {
    format!("\u{1}{variable}\u{1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_survive_and_variables_do_not() {
        assert_eq!(quote("can't"), r"'can'\''t'");
        let text = format!("{{\"a\":{},\"b\":\"$HOME\"}}", placeholder("ID"));
        assert_eq!(quote_around(&text, &["ID".to_owned()]), r#"'{"a":'"$ID"',"b":"$HOME"}'"#);
    }
}
