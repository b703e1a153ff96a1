//! Words that count: "sixty-odd", "1-5", "9am".

/// Whether a word stands where a number does.
pub(super) fn counts(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    // "sixty-odd singers".
    let about = word.strip_suffix("-odd").is_some_and(|number| !number.is_empty());
    // "0-3", "1-5".
    let range = word.starts_with(|c: char| c.is_ascii_digit())
        && word.contains('-')
        && word.chars().all(|c| c.is_ascii_digit() || c == '-');
    let clock = word.strip_suffix("am").or(word.strip_suffix("pm")).is_some_and(digits);
    about || range || clock
}
