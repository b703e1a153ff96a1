//! Cells as JSON text that is made in SQL, the same that the store writes of a cell that it reads.

use work::Kind;

use super::cells::Cell;
use super::sql::Sql;

impl Sql {
    /// The JSON text of a cell, `null` too.
    pub fn json(&mut self, cell: &Cell, kind: Kind) -> &mut Sql {
        // A cell may hold parameters, so it is written anew wherever it stands.
        for (place, part) in text(kind, "\0").split('\0').enumerate() {
            if place > 0 {
                self.cell(cell);
            }
            self.push(part);
        }
        self
    }
}

/// The JSON text of an expression.
pub(super) fn text(kind: Kind, cell: &str) -> String {
    match kind {
        Kind::Boolean => format!("CASE {cell} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"),
        Kind::Decimal { scale } => format!("coalesce('\"' || {} || '\"', 'null')", decimal(cell, scale)),
        Kind::Float => float(cell),
        Kind::Json => format!("coalesce({cell}, 'null')"),
        Kind::Bytes => "'null'".to_owned(),
        Kind::Integer | Kind::Text | Kind::Uuid | Kind::Date | Kind::Time | Kind::DateTime => {
            format!("json_quote({cell})")
        }
    }
}

/// Units of 10^-scale in the form of the API.
pub(super) fn decimal(cell: &str, scale: u8) -> String {
    if scale == 0 {
        return format!("CAST({cell} AS TEXT)");
    }
    // The least integer has no absolute value, its parts do.
    let unit = 10_i64.pow(u32::from(scale));
    format!(
        "CASE WHEN {cell} IS NULL THEN NULL ELSE printf('%s%d.%0{scale}d', \
         CASE WHEN {cell} < 0 THEN '-' ELSE '' END, abs({cell} / {unit}), abs({cell} % {unit})) END"
    )
}

/// The shortest text that reads back the same. SQLite's own has 15 digits at most, which loses some.
fn float(cell: &str) -> String {
    let digits = |count: u8| format!("printf('%!.{count}g', {cell})");
    let shortest = |count| format!("WHEN CAST({0} AS REAL) = {cell} THEN {0} ", digits(count));
    format!("CASE WHEN {cell} IS NULL THEN 'null' {}{}ELSE {} END", shortest(15), shortest(16), digits(17))
}
