//! Whom "everyone" and "anyone" mean: one reading for what is asked for at first and for what is to be changed later.

/// All who use it: strangers are meant only where the words around say so.
pub(crate) const EVERYONE: &[&str] = &["everyone", "everybody"];
/// Whoever comes, with an account or without.
const ANYONE: &[&str] = &["anyone", "anybody"];

/// Whether words speak of people without an account.
pub(crate) fn outside(text: &str) -> bool {
    const WITHOUT: [&str; 7] = [" an account", " account", " a login", " login", " logging", " signing", " regist"];
    // "everyone sees employees without the salary" is no word about strangers.
    if WITHOUT.iter().any(|what| text.contains(&format!("without{what}"))) {
        return true;
    }
    let words = ["visitor", "stranger", "public", " no login", " no account"];
    ANYONE.iter().chain(&words).any(|word| text.contains(word))
}

/// Whether words speak of people with an account.
pub(crate) fn accounts(text: &str) -> bool {
    let signed = ["signed in", "signed-in", "logged in", "logged-in", "registered", "with an account", "with a login"];
    signed.iter().any(|words| text.contains(words)) && !text.contains("without")
}

/// Whether "everyone", "anyone" and the like, among the words that are said of them, have strangers among them; none where the words
/// name others.
pub(crate) fn has_strangers(text: &str) -> Option<bool> {
    let padded = format!(" {text} ");
    let says = |words: &[&str]| words.iter().any(|word| padded.contains(&format!(" {word} ")));
    match (says(EVERYONE), says(ANYONE)) {
        (false, false) => None,
        _ => Some(outside(&padded) && !accounts(&padded)),
    }
}

#[cfg(test)]
mod tests {
    use super::has_strangers;

    #[test]
    fn strangers_are_among_them_where_that_is_said() {
        let rows = [
            ("everyone", Some(false)),
            ("everybody", Some(false)),
            ("anyone", Some(true)),
            ("everyone without an account", Some(true)),
            ("everyone without logging in", Some(true)),
            ("everyone without the salary", Some(false)),
            ("anyone who is logged in", Some(false)),
            ("everyone registered", Some(false)),
            ("clerks", None),
        ];
        for (text, wanted) in rows {
            assert_eq!(has_strangers(text), wanted, "{text}");
        }
    }
}
