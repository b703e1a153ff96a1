//! Requests and facts in text files: what `sentences.rs` and `rights.rs` read.

use std::fs;
use std::path::Path;

/// A request, where it stands and what must be so of it.
pub struct Row {
    pub place: String,
    pub request: String,
    pub facts: Vec<String>,
}

/// The rows of all files of a folder: `> …` is a request (several such lines are one, and `\n` is a new line), the lines under it are
/// facts, and `#` opens a comment.
pub fn rows(folder: &str) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut rows: Vec<Row> = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let last = rows.last_mut().filter(|row| row.facts.is_empty() && row.place.starts_with(&name));
            if let Some(text) = line.strip_prefix("> ") {
                let text = text.replace("\\n", "\n");
                match last {
                    Some(row) => row.request = format!("{}\n{text}", row.request),
                    None => {
                        let place = format!("{name}:{}", number + 1);
                        rows.push(Row { place, request: text, facts: Vec::new() });
                    }
                }
            } else if !line.is_empty() && !line.starts_with('#') {
                rows.last_mut().unwrap().facts.push(line.to_owned());
            }
        }
    }
    rows
}
