//! Why a call brought no answer, told apart by what someone would do about it.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::address_policy::Refusal;

/// A call that brought no answer. Messages hold the host at most: never a path, a query or a
/// header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The host is, or resolves only to, an address that the policy refuses. Nothing was sent.
    #[error(transparent)]
    Refused(Refusal),
    /// The URL is plain http and the policy wants https. Nothing was sent.
    #[error("scheme must be https unless egress.allow_http is set")]
    HttpsRequired,
    /// The name has no address, or the resolver did not answer. Nothing was sent.
    #[error("name {host} could not be resolved")]
    Dns {
        /// The name.
        host: String,
    },
    /// No connection: refused, unreachable, or closed during the handshake. Nothing was sent.
    #[error("no connection could be made ({reason})")]
    Connect {
        /// What the operating system said.
        reason: String,
    },
    /// No connection within the connect timeout, which covers DNS and TLS. Nothing was sent.
    #[error("no connection was made within {} ms", timeout.as_millis())]
    ConnectTimeout {
        /// The connect timeout.
        timeout: Duration,
    },
    /// The TLS handshake failed: an unknown or expired certificate, no common version, no TLS at
    /// all.
    #[error("TLS handshake failed ({reason})")]
    Tls {
        /// What the TLS library said.
        reason: String,
    },
    /// No complete answer within the timeout. The request may have been received.
    #[error("no complete answer came within {} ms", timeout.as_millis())]
    Timeout {
        /// The timeout of the whole call.
        timeout: Duration,
    },
    /// The connection broke before the answer was complete. The request may have been received.
    #[error("connection broke before the answer was complete")]
    Interrupted,
    /// What came back is not HTTP. The request may have been received.
    #[error("answer is not valid HTTP")]
    Malformed,
    /// The HTTP library refused the request itself. Nothing was sent.
    #[error("request cannot be sent as HTTP")]
    Unsendable,
}

impl CallError {
    /// A stable code for records, metrics and the API.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "address_refused",
            Self::HttpsRequired => "https_required",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::ConnectTimeout { .. } => "connect_timeout",
            Self::Tls { .. } => "tls_handshake",
            Self::Timeout { .. } => "timeout",
            Self::Interrupted => "interrupted",
            Self::Malformed => "malformed_answer",
            Self::Unsendable => "unsendable",
        }
    }
}

/// What a failure is judged with beside itself.
pub(crate) struct CallContext<'a> {
    pub(crate) host: &'a str,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
}

/// Finds the first cause in the chain that says what happened; the outer layers only say where.
pub(crate) fn classify(error: &reqwest::Error, context: &CallContext<'_>) -> CallError {
    if let Some(refusal) = find_cause::<Refusal>(error) {
        return CallError::Refused(*refusal);
    }
    if error.is_timeout() {
        return if error.is_connect() {
            CallError::ConnectTimeout { timeout: context.connect_timeout }
        } else {
            CallError::Timeout { timeout: context.timeout }
        };
    }
    if error.is_dns() {
        return CallError::Dns { host: context.host.to_owned() };
    }
    if let Some(tls) = find_cause::<rustls::Error>(error) {
        return CallError::Tls { reason: tls.to_string() };
    }
    if error.is_connect() {
        return CallError::Connect { reason: connect_reason(error) };
    }
    if error.is_builder() {
        return CallError::Unsendable;
    }
    if is_malformed(error) { CallError::Malformed } else { CallError::Interrupted }
}

fn connect_reason(error: &reqwest::Error) -> String {
    match causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>()).last() {
        Some(io) => io.kind().to_string(),
        None => "unknown reason".to_owned(),
    }
}

fn is_malformed(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let is_unparsable =
            cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
        let is_bad_chunk = cause.downcast_ref::<io::Error>().is_some_and(|io| {
            matches!(io.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput)
        });
        is_unparsable || is_bad_chunk
    })
}

fn find_cause<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The chain of causes, with what `io::Error` wraps: its own `source` skips one layer.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| match cause.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => cause.source(),
    })
}
