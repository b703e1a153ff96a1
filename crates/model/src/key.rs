//! An API key: a text that is sent to its provider and shown to nobody.

use std::fmt;

/// Shorter ones are placeholders: `none`, `ollama`, `test`.
const LEAST_SECRET: usize = 12;

/// A key. Its only way out is [`Key::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// A key that a header can carry.
    pub(crate) fn of(text: &str) -> Option<Key> {
        let text = text.trim();
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Key(text.to_owned()))
    }

    /// The key itself, for the header that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is long enough to be one that somebody was given.
    pub(crate) fn is_secret(&self) -> bool {
        self.0.len() >= LEAST_SECRET
    }

    /// A text without the key in it.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "****")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("****")
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_is_shown_to_nobody() {
        let key = Key::of(" sk-123\n").unwrap();
        assert_eq!(format!("{key:?} {:?}", Some(&key)), "**** Some(****)");
        assert_eq!(key.redact("wrong key sk-123!"), "wrong key ****!");
        assert_eq!(key.reveal(), "sk-123");
        for bad in ["", "  ", "two words", "sk-\u{e9}", "a\nb"] {
            assert_eq!(Key::of(bad), None, "{bad:?}");
        }
    }
}
