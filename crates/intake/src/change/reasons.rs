//! Why somebody wishes something, and thanks for it, at the end of a sentence: "…, we don't need it", "…, it's too much", "… please".
//! Nothing is asked for there, so it is cut off before anything is read; what names something ("we don't need notes") is a wish.

/// Words of which a reason is made: none of them names what a blueprint has.
const WORDS: &str = "i we they you it it's its that that's this these those them they're he she is isn't are aren't was be been has have \
    had do don't dont doesn't does did didn't can can't cannot will won't would not never no nobody no-one noone none one anyone \
    everyone everybody any need needs needed use uses used using want wants wanted like likes liked care cares ask asks asked look \
    looks read reads fill fills filled know knows see sees too so very really just quite only much many more anymore longer now yet \
    here there at all for to of in the a bit lot long big complicated complex confusing useless unused superfluous redundant \
    unnecessary unneeded overkill clutter annoying pointless silly wrong obsolete outdated old work works make makes sense after \
    again ever anyway really people practice us";
/// One of these says that it is a reason: "it is optional" says something of what was named before.
const CAUSES: &str = "need needs needed use uses used using want wants wanted like likes liked care cares ask asks asked look looks fill \
    fills filled much many complicated complex confusing useless unused superfluous redundant unnecessary unneeded overkill clutter \
    annoying pointless silly wrong obsolete outdated sense long big";
const SUBJECTS: &[&str] = &[
    "i", "we", "they", "you", "it", "it's", "its", "that", "that's", "this", "these", "those", "they're", "nobody",
    "no-one", "noone", "none", "no", "there", "too", "not", "never", "nobody's",
];
const THANKS: &[&str] = &["please", "pls", "thanks", "thx", "thank", "cheers", "ta"];
/// What follows these is a reason, whatever it says.
const BECAUSE: &[&str] = &[" because ", " cause ", ", since ", ", as we ", ", as they ", ", as it ", ", as nobody "];

pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',').map(|word| {
        word.trim_matches(|c: char| !c.is_alphanumeric()).replace(['\u{2019}', '\u{2018}'], "'").to_lowercase()
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// Whether a clause says only why, or only thanks.
pub(super) fn is_reason(clause: &str) -> bool {
    let words = words(clause);
    let thanks = |word: &String| THANKS.contains(&word.as_str());
    let polite = words
        .iter()
        .all(|word| thanks(word) || matches!(word.as_str(), "you" | "a" | "lot" | "so" | "very" | "much" | "many"));
    if words.first().is_some_and(thanks) && polite {
        return true;
    }
    let opens = words.first().is_some_and(|first| SUBJECTS.contains(&first.as_str())) && words.len() > 1;
    opens
        && words.iter().all(|word| crate::lexicon::has(WORDS, word))
        && words.iter().any(|word| crate::lexicon::has(CAUSES, word))
}

/// A sentence without the reasons and thanks at its end.
pub(super) fn without(sentence: &str) -> &str {
    let mut rest = sentence.trim_end();
    loop {
        let lower = rest.to_lowercase();
        // Where lower case has other lengths, the places would be wrong.
        if lower.len() != rest.len() {
            return rest;
        }
        let because = BECAUSE.iter().filter_map(|word| lower.find(word)).filter(|at| *at > 0).min();
        let joints = [", ", " – ", " — ", " - ", " ("];
        let clause = joints
            .iter()
            .flat_map(|joint| lower.match_indices(joint).map(|(at, joint)| (at, at + joint.len())))
            .filter(|(at, start)| *at > 0 && lower.get(*start..).is_some_and(|text| is_reason(without_and(text))))
            .map(|(at, _)| at)
            .min();
        let bare = THANKS.iter().filter_map(|word| {
            let end = lower.trim_end_matches(['.', ',']);
            end.strip_suffix(word).filter(|before| before.ends_with(' ') && !before.trim().is_empty()).map(str::len)
        });
        match because.into_iter().chain(clause).chain(bare).min() {
            Some(at) => rest = rest.get(..at).unwrap_or(rest).trim_end_matches([' ', ',']),
            None => return rest,
        }
    }
}

fn without_and(text: &str) -> &str {
    text.strip_prefix("and ").or_else(|| text.strip_prefix("but ")).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_reason_goes_and_a_wish_stays() {
        for reason in [
            ", we don't need it",
            ", it's too much",
            ", nobody needs it",
            ", thanks",
            ", please",
            " please",
            ", we don’t need it anymore, thanks a lot",
            " because the groomers asked for it",
            " – nobody ever used it",
            ", and nobody uses it",
        ] {
            assert_eq!(without(&format!("drop the phone{reason}")), "drop the phone", "{reason}");
        }
        for kept in [
            "rename phone to mobile, we don't need notes",
            "add a phone to leads, it is required",
            "add a phone to leads, it's optional",
            "add a source to leads: web, phone, other",
            "we don't need it",
            "please",
        ] {
            assert_eq!(without(kept), kept);
        }
    }
}
