//! The checklist as Markdown: laid out with the outcomes of checks, and read back for what a person ticked and wrote.
//!
//! A line is known by the id in a comment at its end. Whatever else stands below it is a note, and is kept letter by letter.

use std::collections::BTreeMap;

use blueprint::Blueprint;
use serde::Serialize;

use super::{By, Line, Section};
use crate::words;

const INTRO: &str = "`supermaker todos` runs the checks behind these lines: what passes is ticked, what fails is not, and says why. Lines with\n\
    *(by hand)* are for a person to tick. What you write below a line stays there.";
/// The end of a line that a person ticks.
const BY_HAND: &str = " *(by hand)*";
const GONE: &str = "## Notes of lines that are gone";
const METHODS: [&str; 5] = ["GET ", "POST ", "PATCH ", "PUT ", "DELETE "];

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "why")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not; why.
    Failed(String),
    /// There is nothing to look at yet; what is missing.
    Waiting(String),
}

/// Outcomes by the ids of lines.
pub type Outcomes = BTreeMap<String, Outcome>;

/// What a checklist that is there holds besides what is written anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Ids in the file, and whether each is ticked.
    pub ticked: BTreeMap<String, bool>,
    /// Lines below an id or a heading that are somebody's.
    notes: BTreeMap<String, Vec<String>>,
}

impl Kept {
    /// Reads a checklist. One without ids, as earlier versions wrote it, is kept whole as notes.
    pub fn read(text: &str) -> Kept {
        let mut kept = Kept::default();
        let mut place = INTRO.to_owned();
        for line in text.lines() {
            if let Some((id, ticked)) = item(line) {
                kept.ticked.insert(id.clone(), ticked);
                place = id;
            } else if line.starts_with("## ") {
                line.clone_into(&mut place);
            } else if !is_ours(line) {
                kept.notes.entry(place.clone()).or_default().push(line.to_owned());
            }
        }
        if kept.ticked.is_empty() && !text.trim().is_empty() {
            let lines = text.lines().map(|line| line.trim_start_matches('#').to_owned());
            kept.notes = [(GONE.to_owned(), lines.collect())].into();
        }
        for notes in kept.notes.values_mut() {
            let blank = |line: &String| line.trim().is_empty();
            let start = notes.iter().position(|line| !blank(line)).unwrap_or(notes.len());
            notes.drain(..start);
            while notes.last().is_some_and(blank) {
                notes.pop();
            }
        }
        kept.notes.retain(|_, notes| !notes.is_empty());
        kept
    }

    /// Whether a line was ticked.
    pub fn was_ticked(&self, id: &str) -> bool {
        self.ticked.get(id).copied().unwrap_or(false)
    }

    /// Whether a line is to be ticked: by its check, or as the person left it.
    pub fn ticks(&self, line: &Line, outcomes: &Outcomes) -> bool {
        match line.by {
            By::Check => outcomes.get(&line.id) == Some(&Outcome::Passed),
            By::Hand => self.was_ticked(&line.id),
        }
    }

    /// The checklist anew.
    pub fn write(&self, blueprint: &Blueprint, sections: &[Section], outcomes: &Outcomes) -> String {
        let name = words::sentence(&words::human(&blueprint.app.name));
        let mut text = format!("# {name}: what is done and what is left\n\n{INTRO}\n");
        let mut notes = self.notes.clone();
        // A note in a section stands between the lines, where it was; others between paragraphs.
        let mut below = |place: &str| notes.remove(place).map(|lines| lines.join("\n") + "\n");
        text.extend(below(INTRO).map(|lines| format!("\n{lines}")));
        for section in sections {
            let title = format!("## {}", section.title);
            text += &format!("\n{title}\n\n");
            text.extend(below(&title).map(|lines| format!("{lines}\n")));
            for line in &section.lines {
                let mark = if self.ticks(line, outcomes) { 'x' } else { ' ' };
                let by = if line.by == By::Hand { BY_HAND } else { "" };
                text += &format!("- [{mark}] {}{by} <!-- {} -->\n", line.text, line.id);
                text.extend(line.endpoints.iter().map(|endpoint| format!("  - `{endpoint}`\n")));
                text += &match outcomes.get(&line.id) {
                    Some(Outcome::Failed(why)) => format!("  - fails: {why}\n"),
                    Some(Outcome::Waiting(why)) => format!("  - not yet: {why}\n"),
                    Some(Outcome::Passed) | None => String::new(),
                };
                text.extend(below(&line.id));
            }
        }
        let mut gone = notes.remove(GONE).unwrap_or_default();
        for (place, lines) in notes {
            gone.push(format!("{}:", place.trim_start_matches("## ")));
            gone.extend(lines);
        }
        if !gone.is_empty() {
            text += &format!("\n{GONE}\n\n{}\n", gone.join("\n"));
        }
        text
    }
}

/// The id of an item and whether it is ticked.
fn item(line: &str) -> Option<(String, bool)> {
    let rest = line.strip_prefix("- [")?;
    let mark = rest.chars().next()?;
    let (_, id) = rest.trim_end().strip_suffix("-->")?.rsplit_once("<!--")?;
    let id = id.trim();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    (!id.is_empty() && id.chars().all(plain)).then(|| (id.to_owned(), matches!(mark, 'x' | 'X')))
}

/// What [`Kept::write`] writes besides items and headings.
fn is_ours(line: &str) -> bool {
    let detail = |rest: &str| {
        let endpoint = rest.strip_prefix('`').is_some_and(|path| METHODS.iter().any(|method| path.starts_with(method)));
        endpoint || rest.starts_with("fails: ") || rest.starts_with("not yet: ")
    };
    line.starts_with("# ") || INTRO.lines().any(|intro| intro == line) || line.strip_prefix("  - ").is_some_and(detail)
}

#[cfg(test)]
mod tests {
    use super::super::{Open, sections};
    use super::*;

    const TEXT: &str = "[app]\nname = \"to-do\"\n[entity.task.field]\ntitle = { type = \"text\", required = true }\n";

    fn written(kept: &Kept, outcomes: &Outcomes) -> String {
        let blueprint = blueprint::load(TEXT).unwrap_or_else(|problems| panic!("{problems}"));
        kept.write(&blueprint, &sections(&blueprint, Open::default()), outcomes)
    }

    fn outcomes(list: &[(&str, Outcome)]) -> Outcomes {
        list.iter().map(|(id, outcome)| ((*id).to_owned(), outcome.clone())).collect()
    }

    fn line<'t>(text: &'t str, id: &str) -> &'t str {
        text.lines()
            .find(|line| line.ends_with(&format!("<!-- {id} -->")))
            .unwrap_or_else(|| panic!("no {id} in {text}"))
    }

    #[test]
    fn checks_tick_and_untick_and_a_person_s_lines_stay() {
        let fresh = written(&Kept::default(), &Outcomes::new());
        assert!(!fresh.contains("[x]"), "{fresh}");
        let edited = fresh
            .replace("- [ ] Back-ups", "- [x] Back-ups")
            .replace("- [ ] `blueprint.toml` loads", "- [x] `blueprint.toml` loads")
            .replace("- [ ] The database has", "- [X] The database has");
        let results = [
            ("blueprint.check", Outcome::Failed("a reason".to_owned())),
            ("schema.current", Outcome::Waiting("none".to_owned())),
            ("database.reachable", Outcome::Passed),
            ("database.backups", Outcome::Passed),
        ];
        let again = written(&Kept::read(&edited), &outcomes(&results));
        assert!(line(&again, "database.backups").starts_with("- [x]"), "what a person ticked");
        assert!(line(&again, "access.read").starts_with("- [ ]"), "what nobody ticked");
        assert!(line(&again, "database.reachable").starts_with("- [x]"));
        assert!(line(&again, "blueprint.check").starts_with("- [ ]") && again.contains("\n  - fails: a reason\n"));
        assert!(line(&again, "schema.current").starts_with("- [ ]") && again.contains("\n  - not yet: none\n"));
        assert!(line(&again, "entity.task.rows").starts_with("- [ ]"), "a check without an outcome ticks nothing");
        // No outcome of another run is left, and the same again is the same.
        let later = written(&Kept::read(&again), &outcomes(&[("blueprint.check", Outcome::Passed)]));
        assert!(!later.contains("fails:") && !later.contains("not yet:"), "{later}");
        assert_eq!(written(&Kept::read(&again), &outcomes(&results)), again);
    }

    #[test]
    fn notes_stay_where_they_are() {
        let fresh = written(&Kept::default(), &Outcomes::new());
        let item = line(&fresh, "database.backups");
        let noted = fresh
            .replace(item, &format!("{item}\n  - every night\n\n  ask Ana\n- [x] my own line"))
            .replace("## Schema\n", "## Schema\n\nOurs is small.\n")
            .replace("there.\n\n## Database", "there.\n\nBy Bob.\n\n## Database");
        let again = written(&Kept::read(&noted), &Outcomes::new());
        for text in [
            "  - every night\n\n  ask Ana\n- [x] my own line\n",
            "## Schema\n\nOurs is small.\n\n- [ ]",
            "there.\n\nBy Bob.\n\n## Database",
        ] {
            assert!(again.contains(text), "no {text:?} in {again}");
        }
        assert_eq!(written(&Kept::read(&again), &Outcomes::new()), again);
    }

    #[test]
    fn notes_of_lines_that_are_gone_and_of_lists_without_ids_are_kept() {
        let fresh = written(&Kept::default(), &Outcomes::new());
        let noted = format!("{fresh}- [x] Gone <!-- entity.gone.rows -->\n  - why it was\n");
        let again = written(&Kept::read(&noted), &Outcomes::new());
        assert!(again.contains("## Notes of lines that are gone\n\nentity.gone.rows:\n  - why it was\n"), "{again}");
        assert_eq!(written(&Kept::read(&again), &Outcomes::new()), again);
        let old = written(&Kept::read("# Mine\n\n- [x] done by me\n"), &Outcomes::new());
        assert!(old.contains("## Notes of lines that are gone\n\n Mine\n\n- [x] done by me\n"), "{old}");
        assert_eq!(written(&Kept::read(&old), &Outcomes::new()), old);
    }

    #[test]
    fn no_two_lines_share_an_id() {
        let text = "a".to_owned();
        let open = Open { questions: &[text.clone(), text.clone()], unplaced: &[text], assumptions: &[] };
        let blueprint = blueprint::load(TEXT).unwrap_or_else(|problems| panic!("{problems}"));
        let sections = sections(&blueprint, open);
        let mut ids: Vec<&String> = sections.iter().flat_map(|section| &section.lines).map(|line| &line.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
