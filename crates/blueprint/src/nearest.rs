//! The nearest valid word, for hints: "perhaps you meant `required`".

/// The candidate that is nearest to a word, if one is near enough to be meant.
///
/// Distance counts letters that are added, left out, changed or swapped with their neighbour.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word: Vec<char> = word.chars().take(64).flat_map(char::to_lowercase).collect();
    within((word.len() / 3).max(1), &word, candidates)
}

/// The candidate that is one slip from a word, its case included: for words among which many are meant for others.
pub fn one_slip_from<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    within(1, &word.chars().take(64).collect::<Vec<_>>(), candidates)
}

fn within<'c>(allowed: usize, word: &[char], candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(word, &candidate.chars().take(64).collect::<Vec<_>>()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The hint that goes with it.
pub(crate) fn perhaps<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, candidates).map(|nearest| format!("perhaps you meant `{nearest}`"))
}

/// The same, or the whole list where nothing is near.
pub(crate) fn perhaps_or_list<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str, IntoIter: Clone>,
) -> Option<String> {
    let candidates = candidates.into_iter();
    perhaps(word, candidates.clone()).or_else(|| {
        let list: Vec<String> = candidates.map(|candidate| format!("`{candidate}`")).collect();
        (!list.is_empty()).then(|| format!("valid here: {}", list.join(", ")))
    })
}

/// Optimal string alignment distance.
#[expect(clippy::indexing_slicing, reason = "the rows are one longer than the words that index them")]
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{nearest, one_slip_from};

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let words = ["required", "unique", "read_only"];
        assert_eq!(nearest("requird", words), Some("required"));
        assert_eq!(nearest("uniqeu", words), Some("unique"));
        assert_eq!(nearest("Required", words), Some("required"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest("x", ["a"]), None);
        assert_eq!(one_slip_from("SECRETKEY", ["SECRET_KEY"]), Some("SECRET_KEY"));
        assert_eq!(one_slip_from("SESSION_ID", ["SESSION_IDLE"]), None);
    }
}
