//! `supermaker plan`: what would be made of a request. Writes nothing.

use clap::Args;

use crate::asking::{Given, Settled};
use crate::failure::{Failure, USAGE};
use crate::screen::Screen;
use crate::{reading, report};

/// Show what would be made of a request, without writing anything
#[derive(Args)]
#[command(after_help = "\
Examples:
  supermaker plan \"An app for a vet: pets with a name, and their visits\"
  supermaker plan - < request.txt
  supermaker plan \"A reading list: books with title, author and status\" --json
  supermaker plan \"We keep boats (name, length)\" --answer share=all

Exit codes: 0 it can be built, 2 it was not understood")]
pub struct Plan {
    /// What the backend should do, in English; `-` reads it from standard input
    #[arg(required = true)]
    request: Vec<String>,
    /// Do not ask the model that SUPERMAKER_MODEL names
    #[arg(long)]
    no_model: bool,
    /// Answer one of the questions: its name and the first word of an answer; can be given several times
    #[arg(long, value_name = "QUESTION=ANSWER")]
    answer: Vec<Given>,
}

impl Plan {
    pub fn run(self, screen: &Screen) -> Result<(), Failure> {
        let request = reading::request(&self.request, "plan")?;
        let read = reading::read(screen, &request, intake::read(&request), self.no_model);
        let read = Settled { request, read }.given(&self.answer)?.read;
        let reading = &read.reading;
        if screen.manner.json {
            screen.json(&read)?;
        } else if reading.understood() {
            let blueprint = super::new::checked(reading)?;
            screen.result(&report::understood(screen, &blueprint, &read))?;
            screen.result(&format!("Blueprint\n\n{}", reading.blueprint.trim_end()))?;
        } else {
            screen.result(&report::not_understood(screen, &read))?;
        }
        if reading.understood() { Ok(()) } else { Err(Failure { exit_code: USAGE, ..Failure::told() }) }
    }
}
