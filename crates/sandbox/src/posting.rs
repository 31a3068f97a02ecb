//! How stand-ins post notices.

use std::time::Duration;

use reqwest::redirect::Policy;

/// A client for notices. It follows no redirect: an answer counts as it comes.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox plays the provider and shares no code with the gateway"
)]
pub(crate) fn client(answer_timeout_ms: u64) -> reqwest::Result<reqwest::Client> {
    // An error means that the process has a provider already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .timeout(Duration::from_millis(answer_timeout_ms))
        .redirect(Policy::none())
        .no_proxy()
        .build()
}
