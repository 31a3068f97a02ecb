//! How the generator asks the receiver, in its process of its own, what has arrived.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use super::{Arrival, ReceiverStats};
use crate::exchange;

/// How long the last notices of a phase may take to be delivered, from the phase's end.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause between two looks; arrivals carry their own times, so it does not enter any figure.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// The receiver at one address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceiverClient {
    address: SocketAddr,
}

impl ReceiverClient {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// The URL that instances get as their callback.
    pub(crate) fn callback_url(self) -> String {
        format!("http://{}/callback", self.address)
    }

    /// # Errors
    /// When the receiver does not answer.
    pub(crate) async fn stats(self) -> anyhow::Result<ReceiverStats> {
        self.read("/stats").await
    }

    /// Waits until `events` different events have arrived, or the time for it is over: what is
    /// missing then shows in the figures.
    ///
    /// # Errors
    /// When the receiver does not answer.
    pub(crate) async fn wait_for_events(self, events: usize) -> anyhow::Result<()> {
        let deadline = Instant::now() + DELIVERY_TIMEOUT;
        while self.stats().await?.events < events && Instant::now() < deadline {
            sleep(LOOK_INTERVAL).await;
        }
        Ok(())
    }

    /// All arrivals from number `from` on.
    ///
    /// # Errors
    /// When the receiver does not answer.
    pub(crate) async fn arrivals(self, from: usize) -> anyhow::Result<Vec<Arrival>> {
        let mut arrivals: Vec<Arrival> = Vec::new();
        loop {
            let next = from.saturating_add(arrivals.len());
            let page: Vec<Arrival> = self.read(&format!("/arrivals?from={next}")).await?;
            if page.is_empty() {
                return Ok(arrivals);
            }
            arrivals.extend(page);
        }
    }

    async fn read<T: DeserializeOwned>(self, path: &str) -> anyhow::Result<T> {
        let answer = exchange::get(self.address, path, "").await;
        let answer = answer.with_context(|| format!("cannot read the receiver's {path}"))?;
        serde_json::from_slice(&answer.body)
            .with_context(|| format!("cannot understand the receiver's {path}"))
    }
}
