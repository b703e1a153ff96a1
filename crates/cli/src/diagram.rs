//! The records of a blueprint and what hangs on what, drawn with lines: a box for each, and to the right of the boxes a
//! line from every record down to those that refer to it.
//!
//! Always the same drawing for the same blueprint and width. What does not fit is not drawn, and said so.

use blueprint::{Blueprint, Entity, FieldKind, Target};
use console::measure_text_width;

/// Beyond this nobody follows a line.
const MOST_ROWS: usize = 120;
const NARROWEST_BOX: usize = 12;

/// A box: its name, and a row for each of its references.
struct Node {
    name: String,
    references: Vec<Reference>,
    /// The row of its name.
    row: usize,
}

struct Reference {
    label: String,
    /// The place of the box that it leads to.
    to: usize,
    /// Both may have many of the other.
    both: bool,
}

/// All lines that go out from one box.
struct Bus {
    /// The rows that it meets, the first and the last of them its ends.
    rows: Vec<usize>,
    lane: usize,
}

/// The drawing, a line each; none where nothing hangs together.
///
/// # Errors
/// Why it cannot be drawn here.
pub fn draw(blueprint: &Blueprint, width: usize) -> Result<Vec<String>, String> {
    let nodes = nodes(blueprint);
    if nodes.iter().all(|node| node.references.is_empty()) {
        return Ok(Vec::new());
    }
    let rows = nodes.last().map_or(0, |node| node.row + node.references.len() + 2);
    if rows > MOST_ROWS {
        return Err(format!("{} records are too many to draw", nodes.len()));
    }
    let buses = buses(&nodes);
    let lanes = buses.iter().map(|bus| bus.lane + 1).max().unwrap_or(0);
    let texts = nodes.iter().flat_map(|node| {
        let labels = node.references.iter().map(|one| measure_text_width(&one.label) + 2);
        labels.chain([measure_text_width(&node.name)])
    });
    // Both edges with a space beside each, and the way to the lanes.
    let room = width.saturating_sub(2 * lanes + 3);
    let natural = texts.max().unwrap_or(0) + 4;
    let wide = natural.min(room);
    if wide < natural.min(NARROWEST_BOX) {
        return Err(format!("too much hangs together to draw it in {width} columns"));
    }
    let mut sheet = Sheet::new(rows, wide + 3 + 2 * lanes);
    for node in &nodes {
        sheet.place(node, wide);
    }
    for bus in &buses {
        sheet.connect(bus, wide);
    }
    Ok(sheet.lines())
}

/// The boxes, each below those that it refers to where that goes.
fn nodes(blueprint: &Blueprint) -> Vec<Node> {
    let targets = |entity: &Entity| {
        let fields = entity.fields.iter().filter_map(|field| match &field.kind {
            FieldKind::Reference { to, .. } => Some((field.name.clone(), *to, false)),
            _ => None,
        });
        let links = entity.links.iter().map(|link| (link.name.clone(), link.to, true));
        fields.chain(links).collect::<Vec<_>>()
    };
    let all: Vec<Vec<(String, Target, bool)>> = blueprint.entities.iter().map(targets).collect();
    let mut order = Vec::new();
    for place in 0..all.len() {
        visit(place, &all, &mut Vec::new(), &mut order);
    }
    let user = all.iter().flatten().any(|(_, to, _)| matches!(to, Target::User));
    let above = usize::from(user);
    let position = |to: &Target| match to {
        Target::User => 0,
        Target::Entity(index) => order.iter().position(|place| *place == index.0).unwrap_or(0) + above,
    };
    let mut nodes: Vec<Node> = Vec::new();
    let mut row = 1;
    if user {
        nodes.push(Node { name: "user".to_owned(), references: Vec::new(), row });
        row += 3;
    }
    for place in &order {
        let (Some(entity), Some(targets)) = (blueprint.entities.get(*place), all.get(*place)) else { continue };
        let references =
            targets.iter().map(|(label, to, both)| Reference { label: label.clone(), to: position(to), both: *both });
        let node = Node { name: entity.name.clone(), references: references.collect(), row };
        row += node.references.len() + 3;
        nodes.push(node);
    }
    nodes
}

/// What a record refers to comes before it; a circle is cut where it is met.
fn visit(place: usize, all: &[Vec<(String, Target, bool)>], above: &mut Vec<usize>, order: &mut Vec<usize>) {
    if order.contains(&place) || above.contains(&place) {
        return;
    }
    above.push(place);
    for (_, to, _) in all.get(place).into_iter().flatten() {
        if let Target::Entity(index) = to {
            visit(index.0, all, above, order);
        }
    }
    above.pop();
    order.push(place);
}

/// Short lines run beside the boxes, long ones further out; no two share a place.
fn buses(nodes: &[Node]) -> Vec<Bus> {
    let mut buses: Vec<Bus> = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        let meets = |other: &Node| {
            let rows = other.references.iter().enumerate().filter(|(_, one)| one.to == place);
            rows.map(|(at, _)| other.row + 1 + at).collect::<Vec<_>>()
        };
        let mut rows: Vec<usize> = nodes.iter().flat_map(meets).collect();
        if !rows.is_empty() {
            rows.push(node.row);
            rows.sort_unstable();
            buses.push(Bus { rows, lane: 0 });
        }
    }
    let ends = |bus: &Bus| (bus.rows.first().copied().unwrap_or(0), bus.rows.last().copied().unwrap_or(0));
    buses.sort_by_key(|bus| (ends(bus).1 - ends(bus).0, ends(bus).0));
    for at in 0..buses.len() {
        let (before, rest) = buses.split_at_mut(at);
        let Some(bus) = rest.first_mut() else { continue };
        let (start, end) = ends(bus);
        let taken = |lane: usize| {
            before.iter().any(|other| other.lane == lane && ends(other).0 <= end && start <= ends(other).1)
        };
        bus.lane = (0..=before.len()).find(|lane| !taken(*lane)).unwrap_or(before.len());
    }
    buses
}

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// A place on the sheet: part of a line, by where it goes on, or a sign.
#[derive(Clone, Copy)]
enum Cell {
    Line(u8),
    Sign(char),
    /// The second half of a sign that is two columns wide.
    Half,
}

struct Sheet {
    cells: Vec<Vec<Cell>>,
}

impl Sheet {
    fn new(rows: usize, columns: usize) -> Sheet {
        Sheet { cells: vec![vec![Cell::Line(0); columns]; rows] }
    }

    fn line(&mut self, row: usize, column: usize, ways: u8) {
        if let Some(cell) = self.cells.get_mut(row).and_then(|row| row.get_mut(column)) {
            match cell {
                Cell::Line(known) => *known |= ways,
                _ => *cell = Cell::Line(ways),
            }
        }
    }

    fn sign(&mut self, row: usize, column: usize, sign: Cell) {
        if let Some(cell) = self.cells.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = sign;
        }
    }

    fn write(&mut self, row: usize, column: usize, text: &str, room: usize) {
        let whole = measure_text_width(text) <= room;
        let mut at = 0;
        for sign in text.chars() {
            let wide = measure_text_width(sign.encode_utf8(&mut [0; 4]));
            if !whole && at + wide >= room {
                return self.sign(row, column + at, Cell::Sign('…'));
            }
            self.sign(row, column + at, Cell::Sign(sign));
            if wide == 2 {
                self.sign(row, column + at + 1, Cell::Half);
            }
            at += wide;
        }
    }

    fn place(&mut self, node: &Node, wide: usize) {
        let (top, bottom) = (node.row - 1, node.row + node.references.len() + 1);
        for column in 1..wide - 1 {
            self.line(top, column, LEFT | RIGHT);
            self.line(bottom, column, LEFT | RIGHT);
        }
        for row in top + 1..bottom {
            self.line(row, 0, UP | DOWN);
            self.line(row, wide - 1, UP | DOWN);
        }
        for (row, column, ways) in [
            (top, 0, DOWN | RIGHT),
            (top, wide - 1, DOWN | LEFT),
            (bottom, 0, UP | RIGHT),
            (bottom, wide - 1, UP | LEFT),
        ] {
            self.line(row, column, ways);
        }
        self.write(node.row, 2, &node.name, wide - 4);
        for (at, reference) in node.references.iter().enumerate() {
            let row = node.row + 1 + at;
            self.write(row, 4, &reference.label, wide - 6);
            self.line(row, wide - 1, RIGHT);
            self.sign(row, wide, Cell::Sign(if reference.both { '×' } else { '<' }));
        }
    }

    fn connect(&mut self, bus: &Bus, wide: usize) {
        let lane = wide + 2 + 2 * bus.lane;
        let (Some(first), Some(last)) = (bus.rows.first(), bus.rows.last()) else { return };
        for row in &bus.rows {
            self.line(*row, wide - 1, RIGHT);
            for column in wide..lane {
                if !matches!(self.cells.get(*row).and_then(|row| row.get(column)), Some(Cell::Sign(_))) {
                    self.line(*row, column, LEFT | RIGHT);
                }
            }
            self.line(*row, lane, LEFT);
        }
        for row in *first..=*last {
            let up = if row > *first { UP } else { 0 };
            let down = if row < *last { DOWN } else { 0 };
            self.line(row, lane, up | down);
        }
    }

    fn lines(&self) -> Vec<String> {
        let sign = |cell: &Cell| match cell {
            Cell::Sign(sign) => Some(*sign),
            Cell::Half => None,
            Cell::Line(ways) => Some(match *ways {
                0 => ' ',
                ways if ways == UP | DOWN => '│',
                ways if ways & (UP | DOWN) == 0 => '─',
                ways if ways == DOWN | RIGHT => '┌',
                ways if ways == DOWN | LEFT => '┐',
                ways if ways == UP | RIGHT => '└',
                ways if ways == UP | LEFT => '┘',
                ways if ways == UP | DOWN | RIGHT => '├',
                ways if ways == UP | DOWN | LEFT => '┤',
                ways if ways == DOWN | LEFT | RIGHT => '┬',
                ways if ways == UP | LEFT | RIGHT => '┴',
                _ => '┼',
            }),
        };
        let line = |row: &Vec<Cell>| row.iter().filter_map(sign).collect::<String>().trim_end().to_owned();
        self.cells.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use expect_test::{Expect, expect};

    use super::*;

    const CLINIC: &str = r#"
[app]
name = "clinic"
[entity.visit.field]
pet = { type = "reference", to = "pet" }
vet = { type = "reference", to = "user" }
after = { type = "reference", to = "visit" }
[entity.owner.field]
name = { type = "text" }
[entity.pet.field]
owner = { type = "reference", to = "owner", required = true }
tags = { type = "reference", to = "tag", many = true }
[entity.tag.field]
name = { type = "text" }
"#;

    fn drawn(text: &str, width: usize, expected: Expect) {
        let lines = draw(&blueprint::load(text).unwrap(), width).unwrap();
        assert!(lines.iter().all(|line| measure_text_width(line) <= width), "{lines:#?}");
        expected.assert_eq(&(lines.join("\n") + "\n"));
    }

    #[test]
    fn every_reference_is_a_line() {
        drawn(
            CLINIC,
            80,
            expect![[r#"
                ┌─────────┐
                │ user    ├────────┐
                └─────────┘        │
                ┌─────────┐        │
                │ owner   ├──────┐ │
                └─────────┘      │ │
                ┌─────────┐      │ │
                │ tag     ├──┐   │ │
                └─────────┘  │   │ │
                ┌─────────┐  │   │ │
                │ pet     ├──┼─┐ │ │
                │   owner ├<─┼─┼─┘ │
                │   tags  ├×─┘ │   │
                └─────────┘    │   │
                ┌─────────┐    │   │
                │ visit   ├──┐ │   │
                │   pet   ├<─┼─┘   │
                │   vet   ├<─┼─────┘
                │   after ├<─┘
                └─────────┘
            "#]],
        );
    }

    #[test]
    fn long_names_are_cut_to_what_fits() {
        let long = "[app]\nname = \"x\"\n[entity.a_very_long_name_of_a_record.field]\nname = { type = \"text\" }\n\
            [entity.part.field]\nowner = { type = \"reference\", to = \"a_very_long_name_of_a_record\" }\n";
        drawn(
            long,
            20,
            expect![[r#"
                ┌─────────────┐
                │ a_very_lon… ├──┐
                └─────────────┘  │
                ┌─────────────┐  │
                │ part        │  │
                │   owner     ├<─┘
                └─────────────┘
            "#]],
        );
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let entity = |at: usize| {
            let field = |to: usize| format!("f{to} = {{ type = \"reference\", to = \"e{to}\" }}\n");
            let fields: String = (0..at).map(field).collect();
            format!("[entity.e{at}.field]\nname = {{ type = \"text\" }}\n{fields}")
        };
        let many: String = (0..12).map(entity).collect();
        let blueprint = blueprint::load(&format!("[app]\nname = \"x\"\n{many}")).unwrap();
        assert_eq!(draw(&blueprint, 30).unwrap_err(), "too much hangs together to draw it in 30 columns");
        assert!(draw(&blueprint, 60).is_ok());
        let more: String = (0..50).map(entity).collect();
        let blueprint = blueprint::load(&format!("[app]\nname = \"x\"\n{more}")).unwrap();
        assert_eq!(draw(&blueprint, 200).unwrap_err(), "50 records are too many to draw");
        let alone = "[app]\nname = \"x\"\n[entity.a.field]\nname = { type = \"text\" }\n";
        assert_eq!(draw(&blueprint::load(alone).unwrap(), 80).unwrap(), Vec::<String>::new());
    }
}
