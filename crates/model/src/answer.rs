//! The model's words as a proposal: the JSON in them, whatever stands around it.

use intake::Proposal;

/// A proposal, and what had to be taken off to find it.
///
/// # Errors
/// Why it is none, for the model.
pub(crate) fn proposal(text: &str) -> Result<(Proposal, Option<&'static str>), String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let (text, thought) = match text.strip_prefix("<think>").and_then(|rest| rest.split_once("</think>")) {
        Some((_, answer)) => (answer.trim(), true),
        None => (text, false),
    };
    let object = object(text)?;
    let proposal =
        serde_json::from_str(object).map_err(|error| format!("it is not of the form that was asked for: {error}"))?;
    let repaired = match object.len() == text.len() {
        _ if thought => Some("the answer stood behind thoughts"),
        true => None,
        false if text.starts_with("```") => Some("the answer stood in a fence"),
        false => Some("the answer stood among other words"),
    };
    Ok((proposal, repaired))
}

/// The first whole object in a text.
fn object(text: &str) -> Result<&str, String> {
    let start = text.find('{').ok_or("it holds no JSON object")?;
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return text.get(start..=at).ok_or_else(|| "it holds no JSON object".to_owned());
                }
            }
            _ => {}
        }
    }
    Err("its JSON object has no end".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_in_what_stands_around_it() {
        const BARE: &str = r#"{"entities": [{"name": "a}\"{b", "quote": "q"}]}"#;
        for (text, repaired) in [
            (BARE.to_owned(), None),
            (format!("\u{feff} {BARE}\n"), None),
            (format!("```json\n{BARE}\n```"), Some("the answer stood in a fence")),
            (format!("Sure! {BARE} Anything {{else}}?"), Some("the answer stood among other words")),
            (format!("<think>{{no}}</think>\n{BARE}"), Some("the answer stood behind thoughts")),
        ] {
            let (proposal, found) = proposal(&text).unwrap();
            assert_eq!((proposal.entities[0].name.as_str(), found), ("a}\"{b", repaired), "{text}");
        }
    }

    #[test]
    fn what_is_no_proposal_is_told_why() {
        for (text, words) in [
            ("", "no JSON object"),
            ("I cannot do that.", "no JSON object"),
            (r#"{"entities": [{"name": "boat""#, "no end"),
            (r#"{"entities": "many"}"#, "not of the form"),
            (r#"{"tables": []}"#, "missing field `entities`"),
            (r#"{"entities": [{"quote": "boats"}]}"#, "missing field `name`"),
            ("{'entities': []}", "not of the form"),
            (&"{".repeat(100_000), "no end"),
            (&format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000)), "not of the form"),
        ] {
            let problem = proposal(text).unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
    }

    #[test]
    fn null_is_nothing_and_more_is_no_matter() {
        let text =
            r#"{"entities": [{"name": "boat", "quote": "boats", "fields": null, "mood": 1}], "relations": null}"#;
        assert_eq!(proposal(text).unwrap().0.entities.len(), 1);
    }
}
