//! The mail of a server that is being tried out, as a page: what was sent to whom, with links that can be followed.
//!
//! Who may read it, and who reads it as JSON, is for `mail/mailbox.rs` to say.

use std::fmt::Write;

use blueprint::Blueprint;
use http::StatusCode;
use serde_json::Value as Json;

use super::html::{escaped, whole};
use super::shown;
use crate::http::HttpResponse;

const TITLE: &str = "Mail";

/// The mails, the newest first.
pub(crate) fn answer(blueprint: &Blueprint, mails: &[Json]) -> HttpResponse {
    let mut main = format!(
        "<h1>{TITLE}</h1>\n<p>What this server would send. It is being tried out and sends nothing; load the page again for what is new.</p>\n"
    );
    if mails.is_empty() {
        main += "<p role=\"status\">There is no mail yet.</p>\n";
    }
    for mail in mails {
        let text = |key: &str| mail[key].as_str().unwrap_or_default();
        let (subject, to, at) = (escaped(text("subject")), escaped(text("to")), escaped(text("at")));
        let _ = write!(
            main,
            "<article>\n<h2>{subject}</h2>\n<p><small>to {to}, <time datetime=\"{at}\">{at}</time></small></p>\n<pre>{}</pre>\n</article>\n",
            linked(text("text"))
        );
    }
    shown(StatusCode::OK, &whole(blueprint, TITLE, &main))
}

/// With the addresses in it as links. Each stands on a line or between spaces.
fn linked(text: &str) -> String {
    let parts = text.split_inclusive(char::is_whitespace).map(|part| {
        let word = part.trim_end();
        let is_address = word.starts_with("http://") || word.starts_with("https://");
        let (rest, word) = (part.get(word.len()..).unwrap_or_default(), escaped(word));
        if is_address { format!("<a href=\"{word}\">{word}</a>{rest}") } else { word + rest }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::linked;

    #[test]
    fn addresses_can_be_followed_and_all_else_is_text() {
        for (text, expected) in [
            (
                "Choose:\nhttps://a.example/x?y=1&z#token=t\n\nDone.",
                "Choose:\n<a href=\"https://a.example/x?y=1&amp;z#token=t\">https://a.example/x?y=1&amp;z#token=t</a>\n\nDone.",
            ),
            (
                "<b> javascript:alert(1) & http://a\"b c",
                "&lt;b&gt; javascript:alert(1) &amp; <a href=\"http://a&quot;b\">http://a&quot;b</a> c",
            ),
            ("", ""),
        ] {
            assert_eq!(linked(text), expected);
        }
    }
}
