//! An app with a hole on purpose: whoever is signed in is shown each row by its id, and finds in lists what is his alone. What
//! looks for holes from outside, `cargo xtask schemathesis`, must find it.

use std::path::Path;
use std::sync::Arc;

use server::Server;
use server::process::{Environment, read_settings};
use work::{Mode, Step, Work};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Whoever takes it for the command, and asks something else of it, would wait for a second server.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words != ["serve"] {
        return Err(format!("this serves, and does nothing else: `{}`", words.join(" ")).into());
    }
    let text = std::fs::read_to_string("blueprint.toml")?;
    let blueprint = Arc::new(blueprint::load(&text).map_err(|problems| problems.to_string())?);
    let settings = read_settings(Path::new("."), &Environment::process(), |_| None).map_err(|error| error.message)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let server = Server::start(blueprint, settings).await?;
        server.live().now().tamper(Arc::new(open));
        println!("http://{}", server.address());
        server.run_until(std::future::pending()).await;
        Ok(())
    })
}

/// Reads of one row do not ask whose it is.
fn open(work: &mut Work) {
    if let (Mode::Read(_), [Step::One { statement, .. }]) = (work.mode, work.steps.as_mut_slice()) {
        let owner = "\"user_id\" = ?2";
        if statement.sql.contains("WHERE \"id\" = ?1 AND") {
            statement.sql = statement.sql.replace(owner, &format!("({owner} OR TRUE)")).into();
        }
    }
}
