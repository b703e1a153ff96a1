//! Texts that a regular expression matches, if it is an ordinary one. Whoever asks checks them.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use crate::Dice;

/// The most that a repetition is repeated.
const MOST_REPEATED: u32 = 64;
/// How many more times than it must a repetition without end is repeated by chance.
const SOME: u32 = 6;

/// A short text that a pattern matches, always the same.
pub(crate) fn first_match(pattern: &str) -> Option<String> {
    write_all(pattern, &mut First)
}

/// A text that a pattern matches, by chance.
pub(crate) fn any_match(pattern: &str, dice: &mut Dice) -> Option<String> {
    write_all(pattern, dice)
}

/// What decides where a pattern leaves a choice.
trait Choice {
    fn times(&mut self, repetition: &Repetition) -> u32;
    fn letter(&mut self, letters: &[char]) -> Option<char>;
    fn branch<'p>(&mut self, branches: &'p [Hir]) -> Option<&'p Hir>;
}

struct First;

impl Choice for First {
    fn times(&mut self, repetition: &Repetition) -> u32 {
        let one_unless_none = repetition.max.unwrap_or(1).min(1);
        repetition.min.max(one_unless_none).min(MOST_REPEATED)
    }

    fn letter(&mut self, letters: &[char]) -> Option<char> {
        letters.first().copied()
    }

    fn branch<'p>(&mut self, branches: &'p [Hir]) -> Option<&'p Hir> {
        branches.first()
    }
}

impl Choice for Dice {
    fn times(&mut self, repetition: &Repetition) -> u32 {
        let least = repetition.min.min(MOST_REPEATED);
        let most = repetition.max.unwrap_or(least.saturating_add(SOME)).min(MOST_REPEATED);
        u32::try_from(self.between(i64::from(least), i64::from(most))).unwrap_or(least)
    }

    fn letter(&mut self, letters: &[char]) -> Option<char> {
        letters.get(self.place(letters.len())).copied()
    }

    fn branch<'p>(&mut self, branches: &'p [Hir]) -> Option<&'p Hir> {
        branches.get(self.place(branches.len()))
    }
}

fn write_all(pattern: &str, choice: &mut impl Choice) -> Option<String> {
    let mut text = String::new();
    write_match(&regex_syntax::parse(pattern).ok()?, choice, &mut text)?;
    Some(text)
}

fn write_match(hir: &Hir, choice: &mut impl Choice, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(choice.letter(&legible(class)?)?),
        HirKind::Capture(capture) => write_match(&capture.sub, choice, text)?,
        HirKind::Repetition(repetition) => {
            for _ in 0..choice.times(repetition) {
                write_match(&repetition.sub, choice, text)?;
            }
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write_match(part, choice, text))?,
        HirKind::Alternation(parts) => write_match(choice.branch(parts)?, choice, text)?,
    }
    Some(())
}

/// The letters and digits of the class rather than whatever stands first in Unicode.
fn legible(class: &Class) -> Option<Vec<char>> {
    let Class::Unicode(class) = class else { return None };
    let holds = |wanted: &char| class.iter().any(|range| (range.start()..=range.end()).contains(wanted));
    let liked: Vec<char> = ('A'..='Z').chain('1'..='9').chain('a'..='z').chain(['0']).filter(holds).collect();
    if !liked.is_empty() {
        return Some(liked);
    }
    class.iter().next().map(|range| vec![range.start()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_their_pattern() {
        for pattern in ["[A-Z]{2}-[0-9]{3,5}", "(red|green)( light)?", "#[0-9a-f]{6}", "^INV-\\d+$", "[€£]\\d*"] {
            let regex = blueprint_regex(pattern);
            let mut dice = Dice::of(1, &[pattern]);
            for _ in 0..50 {
                let text = any_match(pattern, &mut dice).unwrap();
                assert!(regex.0.is_ok(), "{pattern}");
                assert!(regex.takes(&text), "{text} for {pattern}");
            }
            assert!(regex.takes(&first_match(pattern).unwrap()), "{pattern}");
        }
    }

    struct Pattern(Result<blueprint::Blueprint, blueprint::Problems>);

    /// Matched the way it counts: as a field of a blueprint.
    fn blueprint_regex(pattern: &str) -> Pattern {
        let text = format!("[app]\nname=\"x\"\n[entity.a.field]\nb = {{ type = \"text\", pattern = '{pattern}' }}");
        Pattern(blueprint::load(&text))
    }

    impl Pattern {
        fn takes(&self, text: &str) -> bool {
            let fields = &self.0.as_ref().unwrap().entities[0].fields;
            fields[0].read(&serde_json::json!(text)).is_ok()
        }
    }
}
