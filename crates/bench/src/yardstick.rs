//! The yardstick of a run: what the generator gets out of the echo with the same requests.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::child::ChildProcess;
use crate::cli::LoadOptions;
use crate::load::{Load, Outcome, Pace, drive};
use crate::notice::NoticeSource;

/// Notices signed for the echo, which gets them again and again: it does not look at them.
const ECHO_NOTICES: u64 = 50_000;

/// Most notices signed for one phase: 640 MB of signatures. A phase that has sent them all ends
/// before its time.
const NOTICES_MAX: u64 = 20_000_000;

/// How the echo took the load.
#[derive(Debug)]
pub(crate) struct Yardstick {
    pub(crate) flat_out: Outcome,
    pub(crate) low_rate: Outcome,
}

impl Yardstick {
    /// Starts the echo in a process of its own and drives it.
    ///
    /// # Errors
    /// When the echo cannot be started or driven.
    pub(crate) async fn take(
        options: &LoadOptions,
        source: &mut NoticeSource,
    ) -> anyhow::Result<Self> {
        let (_process, address) = ChildProcess::start_server("the echo", &["echo"]).await?;
        let supply = Arc::new(source.sign(ECHO_NOTICES).starting_over());
        Ok(Self {
            flat_out: drive(flat_out(options, address), Arc::clone(&supply)).await?,
            low_rate: drive(low_rate(options, address), supply).await?,
        })
    }

    /// How many notices to sign for a flat-out phase as long as the echo's: half as many again as
    /// the echo took.
    pub(crate) fn flat_out_notices(&self) -> u64 {
        let answered = u64::try_from(self.flat_out.accepted.len()).unwrap_or(NOTICES_MAX);
        answered.saturating_add(answered / 2).clamp(1, NOTICES_MAX)
    }
}

/// The flat-out phase against `target`.
pub(crate) fn flat_out(options: &LoadOptions, target: SocketAddr) -> Load {
    Load {
        target,
        connections: options.connections,
        pace: Pace::FlatOut,
        duration: options.flat_out_duration(),
    }
}

/// The low-rate phase against `target`.
pub(crate) fn low_rate(options: &LoadOptions, target: SocketAddr) -> Load {
    Load {
        target,
        connections: options.connections,
        pace: Pace::PerSecond(options.rate),
        duration: options.low_rate_duration(),
    }
}
