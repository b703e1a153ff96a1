//! Numbers of things in words: `1 seal`, `2 seals`.

use std::fmt::Display;

/// A number with its noun, which is given in the singular.
pub fn counted(count: impl Display, noun: &str) -> String {
    let count = count.to_string();
    if count == "1" { format!("1 {noun}") } else { format!("{count} {}", blueprint::plural(noun)) }
}

/// The same as the subject of a sentence: `1 line is`, `2 lines are`.
pub fn counted_are(count: impl Display, noun: &str) -> String {
    let counted = counted(count, noun);
    let verb = if counted.starts_with("1 ") { "is" } else { "are" };
    format!("{counted} {verb}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_all_others_are_many() {
        let told = [0, 1, 2, 11, 101].map(|count| counted(count, "seal"));
        assert_eq!(told, ["0 seals", "1 seal", "2 seals", "11 seals", "101 seals"]);
        assert_eq!([counted_are(1_u64, "reply"), counted_are(10_i64, "reply")], ["1 reply is", "10 replies are"]);
    }
}
