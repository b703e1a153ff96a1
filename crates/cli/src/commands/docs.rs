//! `supermaker docs`: the documents of a blueprint, written anew after it was edited.

use clap::Args;

use crate::counts::counted_are;
use crate::documents;
use crate::failure::Failure;
use crate::screen::{Ink, Screen};
use crate::source::LonePlace;

/// Write the documents of a blueprint anew: docs/, specs/, AGENTS.md, and the README that `new` wrote
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker docs
  supermaker docs --file lead-tracker
  supermaker docs --file lead-tracker --check

What you edited is left as it is, and told; what you took away stays away. The checklist is renewed by `supermaker todos`.

Exit codes: 0 current (edited ones and those taken away are named, and do not count), 1 with --check: something is not")]
pub struct Docs {
    #[command(flatten)]
    place: LonePlace,
    /// Change nothing; fail where a document is not what the blueprint gives
    #[arg(long)]
    check: bool,
}

impl Docs {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let source = self.place.read()?;
        let blueprint = source.load_or_explain(screen.color_err())?;
        let dry = self.check || screen.manner.dry_run;
        let renewed = documents::write(&source.folder, &blueprint, dry)?;
        if screen.manner.json {
            screen.json(&renewed)?;
        } else {
            let mut lines = renewed.lines(dry);
            if renewed.written.is_empty() {
                lines.push(match renewed.left() {
                    None => screen.paint(Ink::Good, "The documents are what the blueprint gives."),
                    Some(left) => {
                        let said = format!("The other documents are what the blueprint gives; {left}.");
                        screen.paint(Ink::Warning, &said)
                    }
                });
            }
            screen.say(&lines.join("\n"))?;
        }
        if self.check && renewed.record.is_some() {
            return Err(Failure::new("the record of the documents cannot be read")
                .hint(format!("`{}` makes it anew", source.command("docs"))));
        }
        if self.check && !renewed.written.is_empty() {
            return Err(Failure::new(format!(
                "{} not what the blueprint gives",
                counted_are(renewed.written.len(), "document")
            ))
            .hint(format!("`{}` writes them anew", source.command("docs"))));
        }
        Ok(())
    }
}
