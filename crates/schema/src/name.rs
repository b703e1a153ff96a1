//! What indexes are called, and how names and texts are quoted.
//!
//! The name of a unique index is more than decoration: a conflict is reported by it, and whoever reads the report
//! finds the field again with [`unique_index_name`].

/// Postgres cuts longer identifiers off, which would let two names become one.
pub(crate) const LONGEST_BYTES: usize = 63;

/// The name of the unique index of a column.
pub fn unique_index_name(table: &str, column: &str) -> String {
    index_name(table, column, "unique")
}

/// `{table}__{column}_{suffix}`, at most 63 bytes: a longer one is cut and ends in a hash of the whole.
///
/// Two underscores, because names of indexes live in one space for all tables: with one, column `b_c` of `a` and
/// column `c` of `a_b` would ask for the same name.
pub fn index_name(table: &str, column: &str, suffix: &str) -> String {
    let whole = format!("{table}__{column}_{suffix}");
    if whole.len() <= LONGEST_BYTES {
        return whole;
    }
    let end = format!("_{:08x}_{suffix}", fnv1a(whole.as_bytes()));
    let mut length = LONGEST_BYTES.saturating_sub(end.len());
    while !whole.is_char_boundary(length) {
        length -= 1;
    }
    format!("{}{end}", whole.get(..length).unwrap_or_default())
}

/// The name of the table that an entity's words are searched in: no entity has it, nor has what SQLite adds to it.
pub fn search_table_name(table: &str) -> String {
    format!("_{table}_search")
}

/// An identifier, quoted.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal.
pub(crate) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// FNV-1a, 32 bits: small, and the same on every machine and in every version, unlike the standard library's hasher.
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_plain() {
        assert_eq!(unique_index_name("prospects", "email"), "prospects__email_unique");
    }

    #[test]
    fn the_longest_allowed_name_is_left_alone_and_one_byte_more_is_cut() {
        let fits = unique_index_name(&"t".repeat(48), "column");
        assert_eq!(fits, format!("{}__column_unique", "t".repeat(48)));
        assert_eq!(fits.len(), 63);
        let cut = unique_index_name(&"t".repeat(49), "column");
        assert_eq!(cut.len(), 63);
        assert!(cut.ends_with("_unique") && !cut.contains("column"), "{cut}");
    }

    #[test]
    fn long_names_stay_apart_and_stay_the_same() {
        let table = "t".repeat(60);
        let one = index_name(&table, "one", "index");
        let two = index_name(&table, "two", "index");
        assert_ne!(one, two);
        assert_eq!(one, index_name(&table, "one", "index"));
        assert_eq!(one, format!("{}_6cdf1ace_index", "t".repeat(48)));
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        for length in 40..63 {
            assert!(index_name(&"t".repeat(length), &"é".repeat(20), "index").len() <= 63);
        }
    }

    #[test]
    fn a_border_between_table_and_column_cannot_be_mistaken() {
        assert_ne!(index_name("a", "b_c", "index"), index_name("a_b", "c", "index"));
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(text("it's"), "'it''s'");
    }
}
