//! A specification read as a blueprint that loads.

use intake::{Reading, SpecFile, SpecProblem, read_spec};

pub fn read(files: &[(&str, &str)]) -> Result<Reading, Vec<SpecProblem>> {
    let files: Vec<SpecFile<'_>> = files.iter().map(|(name, text)| SpecFile { name, text }).collect();
    let reading = read_spec(&files, "my app", "From a specification")?;
    blueprint::load(&reading.blueprint).unwrap_or_else(|problems| panic!("{}\n{problems:?}", reading.blueprint));
    Ok(reading)
}

/// A line with single spaces, so that columns may move.
pub fn squeezed(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}
