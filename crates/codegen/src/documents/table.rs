//! Tables of Markdown: every cell ends where it should, whatever stands in it.

/// A table with its head.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let body = rows.iter().map(|row| line(row.iter().map(|text| cell(text)).collect()));
    let head_line = line(head.iter().map(|text| (*text).to_owned()).collect());
    head_line + &line(vec!["---".to_owned(); head.len()]) + &body.collect::<String>()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// Text as code, also where it has backticks of its own: the fence is longer than any of them (CommonMark 0.31, 6.1).
pub(crate) fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_one() {
        let made = table(&["a", "b"], &[vec!["x|y\nz".to_owned(), code("`|`")]]);
        assert_eq!(made, "| a | b |\n| --- | --- |\n| x\\|y z | `` `\\|` `` |\n");
    }
}
