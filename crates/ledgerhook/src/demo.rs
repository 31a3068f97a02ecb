//! `ledgerhook demo`: the main job, for real, on this machine alone. A gateway, stand-ins of
//! QuickBooks Online, FreshBooks and Sage and a receiver start on free loopback ports; four
//! companies are connected by the real OAuth round trip through the public API; changes are made in
//! their books; and each event is shown as it arrives, with its signatures checked.

mod api;
mod books;
mod companies;
mod outcome;
mod receiver;
mod report;
mod stage;
mod story;

use std::process::ExitCode;

use crate::assembly;
use crate::settings::Settings;
use stage::Stage;

/// Plays the demo; with `once` it ends there, otherwise the gateway stays up until interrupted.
pub(crate) async fn run(settings: Settings, once: bool) -> anyhow::Result<ExitCode> {
    let mut log = settings.log.clone();
    if log.level == "info" {
        "warn".clone_into(&mut log.level);
    }
    assembly::start_logging(&log)?;
    let mut stage = Stage::set(settings).await?;
    report::opening(&stage);
    let outcome = story::play(&mut stage).await?;
    report::summary(&outcome);
    if !once {
        report::curl_lines(&stage);
        tokio::signal::ctrl_c().await?;
    }
    stage.clear().await?;
    Ok(if outcome.complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
