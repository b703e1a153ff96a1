//! Why code reaches past the rows of its caller: what the audit keeps of it. There is none that says nothing.

use std::sync::Arc;

/// Characters that are kept of a reason.
const MAX_CHARS: usize = 500;

/// A reason that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(Arc<str>);

impl Reason {
    /// A reason of this text; `None` if it says nothing.
    pub fn new(text: &str) -> Option<Reason> {
        let text: String = text.trim().chars().take(MAX_CHARS).collect();
        (!text.is_empty()).then(|| Reason(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        for (text, kept) in [("", None), (" \n", None), (" the nightly report ", Some("the nightly report"))] {
            assert_eq!(Reason::new(text).as_ref().map(Reason::as_str), kept, "{text:?}");
        }
        assert_eq!(Reason::new(&"ä".repeat(600)).unwrap().as_str().chars().count(), MAX_CHARS);
    }
}
