//! The only way out of the process.
//!
//! Every outgoing call, to a customer's callback or to a provider, is made by the [`Client`] of
//! this crate. It refuses addresses that an [`AddressPolicy`] does not open (server-side request
//! forgery), follows no redirect, asks no proxy, reads no more of an answer than it was told to,
//! and is done within its timeout.
//!
//! The policy is applied in three places, because an address can arrive in three ways:
//! [`CallableUrl::parse`] checks the addresses written in a URL, the client's resolver removes
//! refused addresses from every DNS answer just before the connection is made (so a name that
//! changes its address gains nothing), and [`Client::send`] checks a written address again, because
//! the URL may have been parsed under another policy.

mod address_policy;
mod answer;
mod call_error;
mod callable_url;
mod client;
mod network;
mod request;
mod resolver;
mod special_range;

pub use address_policy::{AddressPolicy, Refusal};
pub use answer::{Answer, RETRY_AFTER_MAX};
pub use call_error::CallError;
pub use callable_url::{CallableUrl, URL_BYTES_MAX, UrlRefusal};
pub use client::{Client, ClientError, ClientOptions};
pub use network::{Network, NetworkError};
pub use request::Request;
