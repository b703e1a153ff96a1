//! The words of one field set or taken away, however the field is written: `x = { … }`, `x.type = …` or a section of its own.

use super::patch::Patch;
use super::places::Field;

/// What is to become of the words of a field.
#[derive(Debug, Default)]
pub(super) struct Edit {
    pub set: Vec<(&'static str, String)>,
    pub drop: Vec<&'static str>,
}

impl Edit {
    /// A word gets a value; what was said of it before counts no more.
    pub(super) fn set(&mut self, word: &'static str, value: impl Into<String>) {
        self.forget(word);
        self.set.push((word, value.into()));
    }

    pub(super) fn drop(&mut self, word: &'static str) {
        self.forget(word);
        self.drop.push(word);
    }

    fn forget(&mut self, word: &str) {
        self.set.retain(|(one, _)| *one != word);
        self.drop.retain(|one| *one != word);
    }

    /// The patches; none where the field is written in a form that only somebody can edit.
    pub(super) fn patches(&self, field: &Field, source: &str) -> Option<Vec<Patch>> {
        let (_, _, last) = field.flags.last()?;
        let mut patches = Vec::new();
        let mut new = Vec::new();
        for (word, value) in &self.set {
            match field.word(word) {
                Some(at) => patches.push(Patch::replace(at, value.clone())),
                None => new.push(format!("{word} = {value}")),
            }
        }
        let is_inline = field.value.start < last.start && source.get(field.value.clone())?.starts_with('{');
        if !new.is_empty() {
            patches.push(match is_inline {
                true => Patch::insert(last.end, format!(", {}", new.join(", "))),
                false => below(field, &new, source)?,
            });
        }
        let mut kept = false;
        for (at, (word, key, value)) in field.flags.iter().enumerate() {
            if !self.drop.contains(&word.as_str()) {
                kept = true;
                continue;
            }
            let before = at.checked_sub(1).and_then(|at| field.flags.get(at)).filter(|_| kept);
            let gone = match (is_inline, before) {
                (false, _) => line(key.start, value.end, source)?,
                (true, Some((_, _, before))) => before.end..value.end,
                (true, None) => key.start..field.flags.get(at + 1)?.1.start,
            };
            // A comment in between would go with it.
            if is_inline && source.get(gone.clone())?.contains('\n') {
                return None;
            }
            patches.push(Patch::remove(gone));
        }
        Some(patches)
    }
}

/// Lines below the last one of the field, each beginning as that one does.
fn below(field: &Field, new: &[String], source: &str) -> Option<Patch> {
    let (_, key, value) = field.flags.last()?;
    let start = source.get(..key.start)?.rfind('\n').map_or(0, |at| at + 1);
    let prefix = source.get(start..key.start)?;
    let end = value.end + source.get(value.end..)?.find('\n').unwrap_or(source.len() - value.end);
    let end = if source.get(..end)?.ends_with('\r') { end - 1 } else { end };
    let lines: String = new.iter().map(|line| format!("\n{prefix}{line}")).collect();
    Some(Patch::insert(end, lines))
}

/// A whole line, where nothing else stands on it.
pub(super) fn line(start: usize, end: usize, source: &str) -> Option<std::ops::Range<usize>> {
    let start = source.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = source.get(end..)?;
    let tail = rest.split('\n').next()?.trim();
    let end = end + rest.find('\n').map_or(rest.len(), |at| at + 1);
    (tail.is_empty() || tail.starts_with('#')).then_some(start..end)
}
