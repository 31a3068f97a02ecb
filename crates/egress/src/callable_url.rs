//! A URL that the address policy lets us call: parsed once, checked once, then carried as proof.

use std::fmt;
use std::sync::Arc;

use url::{ParseError, Url};

use crate::address_policy::{AddressPolicy, Refusal};

/// Longest URL accepted, in bytes. Common proxies and servers accept about 8,000; a callback URL
/// beyond 2,048 is a mistake or an attempt to fill the store.
pub const URL_BYTES_MAX: usize = 2048;

/// Longest host repeated in a message, in characters: the longest name DNS can hold (RFC 1035
/// section 2.3.4).
const HOST_CHARS_SHOWN_MAX: usize = 253;

/// Longest scheme repeated in a message, in bytes; registered ones are shorter.
const SCHEME_BYTES_SHOWN_MAX: usize = 32;

/// An http or https URL that a policy accepted. Cheap to clone.
///
/// It has a host, no user name or password, a port other than 0, and no fragment. If its host is an
/// address in any form the URL standard knows (`0x7f.1`, `2130706433`, `[::ffff:127.0.0.1]`), the
/// policy opens that address.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CallableUrl(Arc<Url>);

impl CallableUrl {
    /// Reads a URL and checks it against `policy`.
    ///
    /// # Errors
    /// [`UrlRefusal`], which says what is wrong and what would be right.
    pub fn parse(text: &str, policy: &AddressPolicy) -> Result<Self, UrlRefusal> {
        let text = text.trim_ascii();
        check_characters(text)?;
        check_scheme(text)?;
        let mut url = Url::parse(text).map_err(unreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlRefusal::UserInfo);
        }
        if url.port() == Some(0) {
            return Err(UrlRefusal::PortZero);
        }
        let host = url.host().ok_or(UrlRefusal::HostMissing)?;
        if url.scheme() != "https" && !policy.permits_plain_http(&host) {
            return Err(UrlRefusal::HttpsRequired);
        }
        policy.check_written_host(&host)?;
        url.set_fragment(None);
        check_agreement(&url)?;
        Ok(Self(Arc::new(url)))
    }

    /// The URL as it will be called: normalised, with its query. It may hold secrets; do not log
    /// it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

/// Shows scheme, host and port only: path and query may hold a callback's secret.
impl fmt::Debug for CallableUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CallableUrl({}/…)", self.0.origin().ascii_serialization())
    }
}

fn check_characters(text: &str) -> Result<(), UrlRefusal> {
    if text.is_empty() {
        return Err(UrlRefusal::Empty);
    }
    if text.len() > URL_BYTES_MAX {
        return Err(UrlRefusal::TooLong { bytes: text.len() });
    }
    // The URL standard would drop tabs and line breaks silently; here they mean two URLs or a
    // broken copy.
    if text.chars().any(char::is_control) {
        return Err(UrlRefusal::ControlCharacter);
    }
    Ok(())
}

/// Wants `http://` or `https://` and a host after it. The URL standard is more lenient (`https:x`,
/// `http:\x`), which would hide slips of the pen.
fn check_scheme(text: &str) -> Result<(), UrlRefusal> {
    for scheme in ["https", "http"] {
        let Some(rest) = strip_prefix_ignoring_case(text, scheme) else {
            continue;
        };
        if let Some(after) = rest.strip_prefix("://") {
            return if after.is_empty() || after.starts_with(['/', '\\', '?', '#', ':']) {
                Err(UrlRefusal::HostMissing)
            } else {
                Ok(())
            };
        }
        let after = rest.trim_start_matches([':', ';', '/', '\\']);
        if after.len() < rest.len() {
            return Err(UrlRefusal::Separator { suggestion: suggest(scheme, after) });
        }
    }
    match other_scheme(text) {
        Some(scheme) => Err(UrlRefusal::Scheme { scheme: scheme.to_owned() }),
        None => Err(UrlRefusal::SchemeMissing { suggestion: suggest("https", text) }),
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The scheme of a URL that is neither http nor https; `localhost:8080`, `example.com:443/x` and
/// `user:password@host` have none.
fn other_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.len() <= SCHEME_BYTES_SHOWN_MAX
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let is_host_or_user = scheme.contains('.')
        || rest.contains('@')
        || rest.starts_with(|first: char| first.is_ascii_digit());
    (is_scheme && (rest.starts_with("//") || !is_host_or_user)).then_some(scheme)
}

/// What was probably meant, with the host alone: the rest of the text may hold a password or a
/// token. With an `@` about, even where the host begins is a guess.
fn suggest(scheme: &str, after: &str) -> String {
    let host = after
        .trim_start_matches(['/', '\\'])
        .split(['/', '\\', '?', '#'])
        .next()
        .unwrap_or_default();
    if host.is_empty() || after.contains('@') {
        return format!("{scheme}://example.com");
    }
    let shown: String = host.chars().take(HOST_CHARS_SHOWN_MAX).collect();
    format!("{scheme}://{shown}")
}

fn unreadable(error: ParseError) -> UrlRefusal {
    match error {
        ParseError::EmptyHost => UrlRefusal::HostMissing,
        ParseError::InvalidPort => UrlRefusal::Port,
        _ => UrlRefusal::Host { problem: error.to_string() },
    }
}

/// The HTTP library reads the URL once more with a parser of its own; both must see the same host,
/// or the address that was checked need not be the one that is called.
fn check_agreement(url: &Url) -> Result<(), UrlRefusal> {
    match url.as_str().parse::<http::Uri>() {
        Ok(uri) if uri.host() == url.host_str() => Ok(()),
        _ => Err(UrlRefusal::Host {
            problem: "it has characters that HTTP does not allow".to_owned(),
        }),
    }
}

/// Why a text is not a URL that may be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefusal {
    /// Nothing there but blanks.
    #[error("URL is empty; it must be like https://example.com/callback")]
    Empty,
    /// Longer than [`URL_BYTES_MAX`].
    #[error("URL has {bytes} bytes; at most {URL_BYTES_MAX} are accepted")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A tab, a line break or the like inside.
    #[error("URL has a control character inside, such as a tab or a line break; remove it")]
    ControlCharacter,
    /// `https;//x`, `https:/x`, `http//x`.
    #[error("scheme must be followed by `://`; did you mean {suggestion} ?")]
    Separator {
        /// Scheme and host that were probably meant.
        suggestion: String,
    },
    /// `example.com/callback`.
    #[error("URL must start with https:// or http://; did you mean {suggestion} ?")]
    SchemeMissing {
        /// Scheme and host that were probably meant.
        suggestion: String,
    },
    /// `ftp://x`, `javascript:x`.
    #[error("scheme `{scheme}` cannot be called; it must be https or http")]
    Scheme {
        /// The scheme that was written.
        scheme: String,
    },
    /// Plain http under a policy that does not permit it.
    #[error("scheme must be https unless egress.allow_http is set")]
    HttpsRequired,
    /// `https://` or `https:///path`.
    #[error("host is missing after `://`; it must be like https://example.com/callback")]
    HostMissing,
    /// The host cannot be read, or not in the same way by everyone.
    #[error("host cannot be read ({problem}); it must be a DNS name or an IP address")]
    Host {
        /// What is wrong with it.
        problem: String,
    },
    /// The port is no number up to 65535.
    #[error("port must be a number between 1 and 65535")]
    Port,
    /// Nothing can be reached at port 0.
    #[error("port must not be 0; it must be between 1 and 65535")]
    PortZero,
    /// A user name or password before the host.
    #[error("URL must not hold a user name or password; remove what stands before the `@`")]
    UserInfo,
    /// The host is an address that may not be reached.
    #[error(transparent)]
    Address(#[from] Refusal),
}

#[cfg(test)]
mod tests;
