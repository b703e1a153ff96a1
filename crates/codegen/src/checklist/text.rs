//! The checklist as Markdown: laid out with the outcomes of checks, and read back for what a person ticked and wrote.
//!
//! A line is known by the id in a comment at its end, and what is written below it by a hash of itself. Everything else is
//! somebody's note, whatever it looks like, and is kept letter by letter.

use std::collections::BTreeMap;

use blueprint::Blueprint;
use serde::Serialize;

use super::{By, Line, Section, TITLES};
use crate::record::sha256;
use crate::words;

const INTRO: &str = "`supermaker todos` runs the checks behind these lines: what passes is ticked, what fails is not, and says why. Lines with\n\
    *(by hand)* are for a person to tick. What you write below a line stays there.";
/// The end of the first line, after the name of the app.
const TITLE: &str = ": what is done and what is left";
/// The end of a line that a person ticks.
const BY_HAND: &str = " *(by hand)*";
const GONE: &str = "## Notes of lines that are gone";

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
    /// The lines with ids of ours.
    items: BTreeMap<String, Item>,
    /// Lines below an id or a heading that are somebody's.
    notes: BTreeMap<String, Vec<String>>,
}

/// A line as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    ticked: bool,
    whole: String,
    /// Whether it stands among those that are known to be gone.
    gone: bool,
    /// What was written below it, a line each.
    written: Vec<String>,
}

impl Kept {
    /// Reads a checklist. One without ids, as earlier versions wrote it, is kept whole as notes.
    pub fn read(text: &str) -> Kept {
        let mut kept = Kept::default();
        let mut place = INTRO.to_owned();
        let mut gone = false;
        let lines: Vec<&str> = text.lines().collect();
        let fenced = fenced(&lines);
        for (number, line) in lines.iter().enumerate() {
            let item = item(line).filter(|(id, _)| is_id(id) && !kept.items.contains_key(id));
            let title = number == 0 && line.starts_with("# ") && line.ends_with(TITLE);
            let intro = place == INTRO && INTRO.lines().any(|intro| intro == *line);
            if fenced[number] {
                kept.notes.entry(place.clone()).or_default().push((*line).to_owned());
            } else if let Some((id, ticked)) = item {
                let whole = (*line).to_owned();
                kept.items.insert(id.clone(), Item { ticked, whole, gone, written: Vec::new() });
                place = id;
            } else if is_marked(line) {
                kept.items.entry(place.clone()).and_modify(|item| item.written.push(format!("{}\n", line.trim_end())));
            } else if is_heading(line) {
                gone |= *line == GONE;
                (*line).clone_into(&mut place);
            } else if !(title || intro) {
                kept.notes.entry(place.clone()).or_default().push((*line).to_owned());
            }
        }
        if kept.items.is_empty() && !text.trim().is_empty() {
            // Headings that would be taken for ours the next time go down a step.
            let keep = |line: &str| if is_heading(line) { format!("#{line}") } else { line.to_owned() };
            kept.notes = [(GONE.to_owned(), text.lines().map(keep).collect())].into();
        }
        for (place, notes) in &mut kept.notes {
            let blank = |line: &String| line.trim().is_empty();
            let start = notes.iter().position(|line| !blank(line)).unwrap_or(notes.len());
            // A paragraph below a line is none without the blank one before.
            notes.drain(..if kept.items.contains_key(place) { start.saturating_sub(1) } else { start });
            while notes.last().is_some_and(blank) {
                notes.pop();
            }
        }
        kept.notes.retain(|_, notes| !notes.is_empty());
        kept
    }

    /// What of it the blueprint and the checks do not give, each with its id. That a check passes whose line is not ticked yet is
    /// nothing wrong.
    pub fn stale(&self, sections: &[Section], outcomes: &Outcomes) -> Vec<String> {
        let lines: Vec<&Line> = sections.iter().flat_map(|section| &section.lines).collect();
        let of_line = |line: &&Line| {
            let Some(item) = self.items.get(&line.id) else { return Some(format!("{} is missing", line.id)) };
            let text = item.whole.split_once("] ").map_or("", |(_, text)| text.trim_end());
            let ticked = item.ticked && !self.ticks(line, outcomes);
            let endpoints = line.endpoints.iter().map(|endpoint| marked(&format!("`{endpoint}`")));
            let is_endpoint = |line: &&String| line.starts_with("  - `");
            if text != said(line) || item.written.iter().filter(is_endpoint).cloned().ne(endpoints) {
                Some(format!("{} reads otherwise", line.id))
            } else {
                ticked.then(|| format!("{} is ticked, and its check does not pass", line.id))
            }
        };
        let known = |id: &String| lines.iter().any(|line| line.id == *id);
        let over = self.items.iter().filter(|(id, item)| !item.gone && !known(id));
        let over = over.map(|(id, _)| format!("{id} is of nothing in the blueprint"));
        lines.iter().filter_map(of_line).chain(over).collect()
    }

    /// Whether a line was ticked.
    pub fn was_ticked(&self, id: &str) -> bool {
        self.items.get(id).is_some_and(|item| item.ticked)
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
        let mut text = format!("# {name}{TITLE}\n\n{INTRO}\n");
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
                text += &format!("- [{mark}] {}\n", said(line));
                text.extend(line.endpoints.iter().map(|endpoint| marked(&format!("`{endpoint}`"))));
                text += &match outcomes.get(&line.id) {
                    Some(Outcome::Failed(why)) => marked(&format!("fails: {}", words::inline(why))),
                    Some(Outcome::Waiting(why)) => marked(&format!("not yet: {}", words::inline(why))),
                    Some(Outcome::Passed) | None => String::new(),
                };
                text.extend(below(&line.id));
            }
        }
        let mut gone = notes.remove(GONE).unwrap_or_default();
        // Lines before headings: what stands below a heading is read as its own.
        let (lines, headings): (Vec<_>, Vec<_>) = notes.into_iter().partition(|(id, _)| self.items.contains_key(id));
        for (place, lines) in lines.into_iter().chain(headings) {
            gone.push(self.items.get(&place).map_or(place, |item| item.whole.clone()));
            gone.extend(lines);
        }
        if !gone.is_empty() {
            text += &format!("\n{GONE}\n\n{}\n", gone.join("\n"));
        }
        text
    }
}

/// What stands behind the box of a line.
fn said(line: &Line) -> String {
    let by = if line.by == By::Hand { BY_HAND } else { "" };
    format!("{}{by} <!-- {} -->", line.text, line.id)
}

/// A line below another, with the hash by which it is known again: one that was edited, or only looks like it, is a person's.
fn marked(text: &str) -> String {
    let hash: String = sha256(text.as_bytes()).chars().take(8).collect();
    format!("  - {text} <!-- {hash} -->\n")
}

fn is_marked(line: &str) -> bool {
    let text = line.strip_prefix("  - ").and_then(|rest| rest.rsplit_once(" <!-- "));
    text.is_some_and(|(text, _)| marked(text).trim_end() == line.trim_end())
}

fn is_heading(line: &str) -> bool {
    line == GONE || line.strip_prefix("## ").is_some_and(|title| TITLES.contains(&title.trim_end()))
}

/// The id of an item and whether it is ticked.
fn item(line: &str) -> Option<(String, bool)> {
    let rest = line.strip_prefix("- [")?;
    let (mark, rest) = (rest.chars().next()?, rest.trim_end());
    let (_, id) = rest.strip_suffix("-->")?.rsplit_once("<!--")?;
    let ticked = matches!(mark, 'x' | 'X');
    (ticked || mark == ' ').then(|| (id.trim().to_owned(), ticked))
}

/// Whether an id is one that a line of ours has, or once had.
fn is_id(id: &str) -> bool {
    let plain = |name: &str| !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || "_-".contains(it));
    let parts: Vec<&str> = id.split('.').collect();
    parts.iter().all(|part| plain(part))
        && match parts.as_slice() {
            ["entity", _, "endpoints" | "rows" | "strangers" | "validation"] | ["action", _, _] => true,
            ["open", "question" | "unplaced" | "assumed", hash] => hash.len() == 8,
            ["tokens" | "integration" | "automation", _] => true,
            ["database", "reachable" | "backups"] | ["blueprint", "check"] | ["schema", "current"] => true,
            ["accounts", "sign_in" | "admin" | "mail"] | ["access", "read"] | ["documents", "current"] => true,
            ["config", "settings" | "secret" | "example" | "cors" | "production"] => true,
            ["errors", "shape"] | ["logging", "audit" | "collected"] | ["verify", "walkthrough" | "tests"] => true,
            _ => false,
        }
}

/// Which lines stand in blocks of code. A fence that nothing closes is none.
fn fenced(lines: &[&str]) -> Vec<bool> {
    let mut inside = vec![false; lines.len()];
    let mut start = 0;
    while start < lines.len() {
        let end = fence(lines[start]).and_then(|open| {
            let closes = |line: &&str| {
                fence(line).is_some_and(|it| it.starts_with(open)) && line.trim() == fence(line).unwrap_or("")
            };
            lines[start + 1..].iter().position(closes)
        });
        if let Some(end) = end {
            inside[start..=start + 1 + end].fill(true);
            start += end + 1;
        }
        start += 1;
    }
    inside
}

/// The three backticks or tildes, or more, with which a line begins.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let first = line.chars().next().filter(|it| "`~".contains(*it))?;
    let run = &line[..line.len() - line.trim_start_matches(first).len()];
    let plain = first == '~' || !line[run.len()..].contains('`');
    (run.len() >= 3 && plain).then_some(run)
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
        assert!(line(&again, "blueprint.check").starts_with("- [ ]") && again.contains("\n  - fails: a reason <!-- "));
        assert!(line(&again, "schema.current").starts_with("- [ ]") && again.contains("\n  - not yet: none <!-- "));
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
        assert!(
            again.contains("## Notes of lines that are gone\n\n- [x] Gone <!-- entity.gone.rows -->\n  - why it was\n"),
            "{again}"
        );
        assert_eq!(written(&Kept::read(&again), &Outcomes::new()), again);
        let old = written(&Kept::read("# Mine\n\n- [x] done by me\n"), &Outcomes::new());
        assert!(old.contains("## Notes of lines that are gone\n\n# Mine\n\n- [x] done by me\n"), "{old}");
        assert_eq!(written(&Kept::read(&old), &Outcomes::new()), old);
    }

    /// Each looks like something that is written anew.
    #[test]
    fn notes_are_kept_whatever_they_look_like() {
        let fresh = written(&Kept::default(), &outcomes(&[("schema.current", Outcome::Failed("a".to_owned()))]));
        for note in [
            "  - fails: every Monday, ask Ana",
            "  - not yet: paid",
            "  - `GET /foo` is ours",
            "  - `GET /foo`",
            "  - fails: a, and I know why <!-- 12345678 -->",
            "## Ours\n\n## And another",
            "## Ours\n\nText.\n\n### Deeper",
            "# Not the title",
            "- [x] call Bob <!-- bob -->",
            "- [ ] call Bob <!-- config.bob -->",
            "- [~] half <!-- access.read -->",
            "- [x] twice <!-- database.reachable -->",
            "```md\n- [x] in code <!-- access.read -->\n## Database\n# comment\n```",
            "~~~~\n```\n- [x] in code <!-- access.read -->\n~~~~",
            "``` never closed",
            "*(by hand)* are for a person to tick. What you write below a line stays there.",
        ] {
            for place in ["database.backups", "schema.current"] {
                let item = line(&fresh, place);
                let after = fresh.split_once(item).unwrap().1.lines().nth(1).filter(|it| it.starts_with("  - "));
                let above = [Some(item), after].into_iter().flatten().collect::<Vec<_>>().join("\n");
                let noted = fresh.replace(&above, &format!("{above}\n{note}"));
                assert_ne!(noted, fresh);
                let again = written(&Kept::read(&noted), &Outcomes::new());
                assert!(again.contains(&format!("{item}\n{note}\n")), "{note:?} below {place}: {again}");
                assert_eq!(again.matches("in code").count(), note.matches("in code").count());
                assert!(line(&again, "access.read").starts_with("- [ ]") || note.contains("access.read"), "{again}");
                assert!(!again.contains("fails: a <!--"), "what was written is known: {again}");
                assert_eq!(written(&Kept::read(&again), &Outcomes::new()), again, "{note}");
            }
        }
    }

    #[test]
    fn what_is_not_of_the_blueprint_or_its_checks_is_stale() {
        let results = outcomes(&[
            ("blueprint.check", Outcome::Passed),
            ("schema.current", Outcome::Waiting("none".to_owned())),
            ("config.secret", Outcome::Failed("a reason".to_owned())),
        ]);
        let blueprint = blueprint::load(TEXT).unwrap_or_else(|problems| panic!("{problems}"));
        let sections = sections(&blueprint, Open::default());
        let fresh = written(&Kept::default(), &results);
        let stale = |text: &str| Kept::read(text).stale(&sections, &results);
        let tick = |id: &str| fresh.replace(line(&fresh, id), &line(&fresh, id).replace("[ ]", "[x]"));
        assert_eq!(stale(&fresh), Vec::<String>::new());
        for (text, said) in [
            (tick("schema.current"), "schema.current is ticked, and its check does not pass"),
            (tick("config.secret"), "config.secret is ticked, and its check does not pass"),
            (tick("entity.task.rows"), "entity.task.rows is ticked, and its check does not pass"),
            (fresh.replace("loads: ", "is fine: "), "blueprint.check reads otherwise"),
            (
                fresh.replace("  - `POST /api/v1/tasks` <!--", "  - `POST /tasks` <!--"),
                "entity.task.endpoints reads otherwise",
            ),
            (fresh.replace(line(&fresh, "verify.tests"), ""), "verify.tests is missing"),
            (
                format!("{fresh}- [x] All <!-- entity.gone.rows -->\n"),
                "entity.gone.rows is of nothing in the blueprint",
            ),
        ] {
            assert_eq!(stale(&text), [said], "{text}");
        }
        // What a person ticks and writes, what passes and is not ticked, and notes of what is gone are as they may be.
        let gone = format!("{GONE}\n\n- [x] All <!-- entity.gone.rows -->\n  - why\n");
        for text in [tick("access.read"), fresh.replace("- [x]", "- [ ]"), format!("{fresh}{gone}")] {
            assert_ne!(text, fresh);
            assert_eq!(stale(&text), Vec::<String>::new());
        }
    }

    #[test]
    fn no_two_lines_share_an_id() {
        let text = "a".to_owned();
        let open = Open { questions: &[text.clone(), text.clone()], unplaced: &[text], assumptions: &[] };
        let blueprint = blueprint::load(TEXT).unwrap_or_else(|problems| panic!("{problems}"));
        let sections = sections(&blueprint, open);
        let mut ids: Vec<&String> = sections.iter().flat_map(|section| &section.lines).map(|line| &line.id).collect();
        assert!(ids.iter().all(|id| is_id(id)), "{ids:?}");
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
