//! Text as searches compare it.

/// Unicode lower case, letter by letter.
///
/// Not [`str::to_lowercase`], which writes a Greek sigma in two ways depending on what follows, so that a part of a text
/// would not be found in the whole. The database's function `fold` is this one.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn a_part_is_found_in_the_whole() {
        for (whole, part) in [("ΟΔΟΣΑ", "ΟΔΟΣ"), ("Äpfel", "PFEL"), ("İstanbul", "i")] {
            assert!(fold(whole).contains(&fold(part)), "{whole} {part}");
        }
    }
}
