//! Tables: rows of cells with "|" or a tab between them.
//!
//! "| kayak | name, length |" lists the fields of a record in a cell, "| kayak | name | text |" has a row for each field,
//! and `kayak <tab> name <tab> length` has a cell for each. The header tells which, or its absence.

use super::{Rule, Sink, record};
use crate::facts::{Fact, Item, Thing};
use crate::lexicon::{archetypes, fields, has};
use crate::lists;
use crate::nouns::Np;
use crate::scene::Scene;
use crate::values;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "table.cells",
        example: "| record | fields |\n|---|---|\n| kayak | name, length |\n| tour | date, price |",
        run: cells,
    },
    Rule {
        id: "table.rows",
        example: "| table | column | note |\n| Kayak | length | cm |\n| Kayak | price | euros |",
        run: rows,
    },
    Rule { id: "table.sheet", example: "Kayak\tname\tlength\tprice\nTour\tdate\tguide\tprice", run: sheet },
];

/// Words over a column that names records.
const RECORDS: &str = "table entity object record thing model collection resource what class item type name sheet";
/// Words over a column that lists all fields of a record.
const LISTS: &str = "fields columns attributes properties data details contents information values notes description";
/// Words over a column that has one field in each row.
const FIELDS: &str = "field column attribute property";

/// The cells of a row, as tokens.
struct Row {
    cells: Vec<(usize, usize)>,
}

/// Rows that stand under each other.
fn tables(scene: &Scene<'_>) -> Vec<Vec<Row>> {
    let mut found: Vec<Vec<Row>> = Vec::new();
    let mut last = usize::MAX;
    for block in 0..scene.blocks.len() {
        let sentences = scene.sentences_of(block);
        let (from, to) = sentences.fold((usize::MAX, 0), |(from, to), one| (from.min(one.from), to.max(one.to)));
        if from >= to {
            continue;
        }
        let mut cells = Vec::new();
        let mut start = from;
        for at in from..=to {
            if at == to || scene.is(at, "|") && scene.depth_at(at) == 0 {
                cells.push((start, at));
                start = at + 1;
            }
        }
        // "| a | b |" opens and closes with a bar.
        if scene.is(from, "|") {
            cells.remove(0);
        }
        if scene.is(to - 1, "|") {
            cells.pop();
        }
        if cells.len() < 2 {
            continue;
        }
        // "|---|---|".
        let rule = (from..to).all(|at| scene.one_of(at, &["|", "-", ":", "--", "---"]));
        let row = Row { cells };
        match found.last_mut() {
            _ if rule => {}
            Some(table) if last.wrapping_add(1) == block => table.push(row),
            _ => found.push(vec![row]),
        }
        last = block;
    }
    found.retain(|table| table.len() >= 2);
    found
}

fn cell(scene: &Scene<'_>, row: &Row, column: usize) -> Option<(usize, usize)> {
    row.cells.get(column).copied().filter(|(from, to)| from < to && scene.token(*from).is_some())
}

/// The column whose head is one of the words.
fn column(scene: &Scene<'_>, head: &Row, words: &str) -> Option<usize> {
    head.cells.iter().position(|(from, to)| {
        *to > *from && to - from <= 4 && (*from..*to).any(|at| scene.token(at).is_some_and(|t| has(words, &t.text)))
    })
}

/// What a cell names.
fn named<'s>(scene: &'s Scene<'_>, cell: (usize, usize)) -> Option<(&'s Np, Thing)> {
    let np = scene.first_np(cell.0, cell.1).filter(|np| np.to >= cell.1 || scene.one_of(np.to, &["*", "(", "`"]))?;
    Some((np, Thing::of(np)))
}

/// A row for each record, all its fields in one cell.
fn cells(scene: &Scene<'_>, sink: &mut Sink) {
    for table in tables(scene) {
        let Some((head, rows)) = table.split_first() else { continue };
        let Some(list) = column(scene, head, LISTS).filter(|list| *list > 0) else { continue };
        for row in rows {
            let Some((_, owner)) = cell(scene, row, 0).and_then(|first| named(scene, first)) else { continue };
            let Some((from, to)) = cell(scene, row, list) else { continue };
            let mut items = lists::read(scene, from, to);
            for (from, to) in row.cells.iter().skip(list + 1) {
                remark(scene, &mut items, *from, *to);
            }
            sink.has(&owner, items, 2.2);
        }
    }
}

/// "tag number must be unique", "email optional" in the cell beside.
fn remark(scene: &Scene<'_>, items: &mut [Item], from: usize, to: usize) {
    let Some(np) = scene.first_np(from, to) else { return };
    let said = |words: &[&str]| (from..to).any(|at| scene.one_of(at, words));
    for item in items.iter_mut().filter(|item| np.field().starts_with(item.name.as_str())) {
        item.unique |= said(&["unique"]);
        if said(&["required", "mandatory"]) {
            item.required = Some(true);
        } else if said(&["optional"]) {
            item.required = Some(false);
        }
    }
}

/// A row for each field: of the record in another cell, or of the heading above.
fn rows(scene: &Scene<'_>, sink: &mut Sink) {
    for table in tables(scene) {
        let Some((head, rows)) = table.split_first() else { continue };
        let Some(field) = column(scene, head, FIELDS) else { continue };
        let of = column(scene, head, RECORDS).filter(|of| *of < field);
        let first = head.cells.first().map_or(0, |(from, _)| *from);
        let above = || scene.nps_before(first).next().filter(|np| !np.is_value()).and_then(record);
        let mut owner = if of.is_some() { None } else { above() };
        for row in rows {
            if let Some(named) = of.and_then(|of| cell(scene, row, of)).and_then(|of| named(scene, of)) {
                owner = Some(named.1);
            }
            let (Some(owner), Some((from, to))) = (&owner, cell(scene, row, field)) else { continue };
            let Some(mut item) = lists::read(scene, from, to).into_iter().next() else { continue };
            for (from, to) in row.cells.iter().skip(field + 1).filter(|(from, to)| from < to) {
                hint(scene, &mut item, *from, *to);
            }
            sink.has(owner, vec![item], 2.2);
        }
    }
}

/// What stands beside a field: a type, a unit, values, a constraint.
fn hint(scene: &Scene<'_>, item: &mut Item, from: usize, to: usize) {
    let said = |words: &[&str]| (from..to).any(|at| scene.one_of(at, words));
    item.unique |= said(&["unique"]);
    if said(&["required", "mandatory"]) {
        item.required = Some(true);
    } else if said(&["optional"]) {
        item.required = Some(false);
    }
    let (found, _) = values::values(scene, from, to);
    let short = found.iter().all(|value| value.split('_').count() <= 3);
    if found.len() >= 2 && short && !said(&["unique", "required", "optional", "free", "plain"]) {
        if item.values.is_empty() {
            item.values = found;
        }
    } else if item.kind.is_none() && item.values.is_empty() {
        values::brackets(scene, item, from, to);
        item.items.clear();
    }
}

/// A cell for each field, the record in the first; no header.
fn sheet(scene: &Scene<'_>, sink: &mut Sink) {
    for table in tables(scene) {
        let head = table.first();
        if head.is_none_or(|head| column(scene, head, LISTS).is_some() || column(scene, head, FIELDS).is_some()) {
            continue;
        }
        let items = |row: &Row| -> Vec<Item> {
            row.cells.iter().skip(1).flat_map(|(from, to)| lists::read(scene, *from, *to)).collect()
        };
        let wide = table.iter().filter(|row| row.cells.len() >= 3).count() * 2 >= table.len();
        let known = table.iter().flat_map(&items).filter(|item| item.known()).count();
        let all = table.iter().map(|row| row.cells.len() - 1).sum::<usize>();
        // Rows of values, not of names: "Anna | 12 | red".
        if !wide || known * 3 < all {
            continue;
        }
        for row in &table {
            let Some((np, owner)) = cell(scene, row, 0).and_then(|first| named(scene, first)) else { continue };
            let value = fields::guess(np.field()).is_some() && archetypes::sort(&owner.name).is_none();
            if !value {
                sink.add(Fact::Mention(owner.clone()), np.span, 1.3);
                sink.has(&owner, items(row), 2.2);
            }
        }
    }
}

/// Whether a token stands in a table: other rules do not read it.
pub(super) fn within(scene: &Scene<'_>) -> Vec<(usize, usize)> {
    let tables = tables(scene);
    let ends = tables.iter().filter_map(|table| {
        let first = table.first()?.cells.first()?.0;
        let last = table.last()?.cells.last()?.1;
        Some((scene.span(first, first + 1).start, scene.span(first, last.max(first + 1)).end))
    });
    ends.collect()
}
