//! The process of a project: started and ended as `supermaker serve` is.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;

use blueprint::Blueprint;
use server::Server;
use server::code::Code;
use server::process::{self, Environment, ProcessError, is_exposed_development, logs, stop_signals};
use server::settings::Settings;

use crate::App;

/// Serves until it is told to stop. What stands in the way is said on stderr, in words for the person who starts it.
pub(crate) fn run(app: App) -> ExitCode {
    match start(app) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", error.to_string().trim_end());
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

fn start(app: App) -> Result<(), Failure> {
    let environment = Environment::beside(app.folder())?;
    let settings = process::read_settings(app.folder(), &environment, |_| None)?;
    refuse_exposed(&settings)?;
    let (blueprint, code) = app.prepare()?;
    let logs = logs::Logs { default: "info", color: std::io::stderr().is_terminal() };
    let _export = logs::start_exporting(logs, &environment, &blueprint.app.name)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(blueprint, code, settings))
}

fn refuse_exposed(settings: &Settings) -> Result<(), ProcessError> {
    if !is_exposed_development(settings) {
        return Ok(());
    }
    let message = format!("HOST: {} lets other machines reach a server in development", settings.host);
    Err(ProcessError { message, hint: Some("serve real users with ENV=production") })
}

async fn serve(blueprint: Arc<Blueprint>, code: Code, settings: Settings) -> Result<(), Failure> {
    let (temporary, unheeded) = (settings.secret_is_temporary, settings.unheeded.clone());
    let server = Server::start_with(blueprint.clone(), settings, code).await?;
    // Heard from here on, so that whoever reads the address may stop the server at once.
    let stops = stop_signals()?;
    let (name, url) = (&blueprint.app.name, format!("http://{}", server.address()));
    println!("Serving {name} at {url}\n  API   {url}{}\n  docs  {url}/docs", blueprint.api.prefix);
    if let Some(path) = server.live().now().mailbox() {
        println!("  mail  {url}{path}");
    }
    blueprint.warnings.iter().for_each(|warning| tracing::warn!("{}", warning.message));
    unheeded.iter().for_each(|warning| tracing::warn!("{warning}"));
    server.live().now().tell_self_written();
    if temporary {
        tracing::warn!("SECRET_KEY is not set: one was made for this run, and log-ins end with it");
    }
    server.run(stops).await;
    Ok(())
}
