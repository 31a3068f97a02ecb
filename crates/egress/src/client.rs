//! The HTTP client that makes every outgoing call, with its limits and its TLS set up in one place.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::Instant;
use url::Url;

use crate::address_policy::AddressPolicy;
use crate::answer::{Answer, read_answer};
use crate::call_error::{CallContext, CallError, classify};
use crate::callable_url::CallableUrl;
use crate::request::Request;
use crate::resolver::FilteringResolver;

/// How long an idle connection is kept. Common servers close theirs after 60 to 75 seconds; closing
/// first avoids sending into a connection that is about to go.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// Most bytes of headers in an answer over HTTP/2. What the HTTP library has by default, made
/// explicit.
const HTTP2_HEADER_BYTES_MAX: u32 = 16 * 1024;

/// Protocols offered in the TLS handshake, best first.
const ALPN_PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How a [`Client`] calls.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// What it may connect to.
    pub policy: AddressPolicy,
    /// Longest time for a connection: DNS, TCP and TLS together.
    pub connect_timeout: Duration,
    /// Longest time for a call, from DNS to the last byte of the answer.
    pub timeout: Duration,
    /// Most bytes read of an answer's body.
    pub body_bytes_max: usize,
    /// The `User-Agent` sent where a request has none of its own.
    pub user_agent: String,
    /// Most idle connections kept for one host.
    pub pool_idle_per_host_max: usize,
}

/// An HTTP client that follows no redirect, asks no proxy, keeps no cookie, unpacks no compressed
/// answer and never sends a call twice. Cheap to clone; clones share one pool of connections.
///
/// A call that finds its pooled connection closed before anything was written goes out on another.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    policy: Arc<AddressPolicy>,
    connect_timeout: Duration,
    timeout: Duration,
    body_bytes_max: usize,
}

impl Client {
    /// Builds a client; reads the machine's trusted root certificates.
    ///
    /// # Errors
    /// [`ClientError`] when there are no root certificates or the options cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let user_agent =
            HeaderValue::try_from(options.user_agent).map_err(|_| ClientError::UserAgent)?;
        let policy = Arc::new(options.policy);
        let http = client_builder()
            .tls_backend_preconfigured(tls_config()?)
            .dns_resolver(FilteringResolver::new(Arc::clone(&policy)))
            .user_agent(user_agent)
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .pool_max_idle_per_host(options.pool_idle_per_host_max)
            .build()
            .map_err(ClientError::Http)?;
        let shared = Arc::new(Shared {
            policy,
            connect_timeout: options.connect_timeout,
            timeout: options.timeout,
            body_bytes_max: options.body_bytes_max,
        });
        Ok(Self { http, shared })
    }

    /// Makes one call and reads its answer, at most `body_bytes_max` of the body.
    ///
    /// # Errors
    /// [`CallError`] when no answer came; any status is an answer.
    pub async fn send(&self, request: Request) -> Result<Answer, CallError> {
        let Request { method, url, headers, body } = request;
        self.check(&url)?;
        let mut call = reqwest::Request::new(method, Url::clone(url.url()));
        *call.headers_mut() = headers;
        if !body.is_empty() {
            *call.body_mut() = Some(body.into());
        }
        let called_at = Instant::now();
        let answer = match self.http.execute(call).await {
            Ok(response) => read_answer(response, self.shared.body_bytes_max, called_at).await,
            Err(error) => Err(error),
        };
        answer.map_err(|error| classify(&error, &self.context(&url)))
    }

    /// The URL was checked when it was parsed, but perhaps under a policy that opens more than this
    /// client's.
    fn check(&self, url: &CallableUrl) -> Result<(), CallError> {
        let policy = &self.shared.policy;
        let url = url.url();
        let Some(host) = url.host() else {
            return Err(CallError::Unsendable);
        };
        if url.scheme() != "https" && !policy.permits_plain_http(&host) {
            return Err(CallError::HttpsRequired);
        }
        policy.check_written_host(&host).map_err(CallError::Refused)
    }

    fn context<'a>(&self, url: &'a CallableUrl) -> CallContext<'a> {
        CallContext {
            host: url.url().host_str().unwrap_or_default(),
            connect_timeout: self.shared.connect_timeout,
            timeout: self.shared.timeout,
        }
    }
}

/// What every client has in common, whatever its options.
#[expect(clippy::disallowed_methods, reason = "this is the one place that builds clients")]
fn client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .tcp_nodelay(true)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .http2_max_header_list_size(HTTP2_HEADER_BYTES_MAX)
}

/// TLS by ring, trusting the roots that the machine trusts.
fn tls_config() -> Result<ClientConfig, ClientError> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(ClientError::Tls)?
        .with_no_client_auth();
    config.alpn_protocols = ALPN_PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

/// Why a [`Client`] could not be built.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The user agent has characters that a header may not hold.
    #[error("user agent must not hold control characters")]
    UserAgent,
    /// TLS could not be set up; as a rule the machine has no root certificates (Debian:
    /// `ca-certificates`).
    #[error("TLS could not be set up from the machine's root certificates")]
    Tls(#[source] rustls::Error),
    /// The HTTP library refused the options.
    #[error("HTTP client could not be built")]
    Http(#[source] reqwest::Error),
}

#[cfg(test)]
mod tests;
