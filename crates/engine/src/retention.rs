//! Removing what is older than its retention, in small steps that do not hold up the appender.

use std::time::Duration;

use crate::base::Base;
use crate::supervisor::Supervisor;

/// How often old events are looked for.
const INTERVAL: Duration = Duration::from_secs(60);

/// Most events removed in one transaction: a few milliseconds of writing.
const STEP_ROWS: usize = 1_000;

/// Starts the task that trims the journal.
pub(crate) fn start(base: Base, retention: Duration, supervisor: &Supervisor) {
    let ending = supervisor.clone();
    supervisor.spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = ending.ending() => return,
            }
            let before = base.clock.now().minus(retention);
            loop {
                match base.store.trim(before, STEP_ROWS).await {
                    Ok(0) => break,
                    Ok(rows) => tracing::debug!(rows, "trimmed the journal"),
                    Err(error) => {
                        tracing::warn!(%error, "the journal could not be trimmed");
                        break;
                    }
                }
            }
        }
    });
}
