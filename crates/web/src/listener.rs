//! The QBO Webhooks Listener: a ServiceStack service that takes Intuit's notices as JSON, XML, JSV
//! or CSV, and describes itself on metadata pages (reference: qbo-webhooks-listener).
//!
//! Its addresses begin at the root and are read in any case, so they are no routes of the router:
//! `serve` stands before it and takes what is the listener's. Where the listener differs from the
//! original, the difference is said where it is made, with its reason.

mod address;
mod answer;
mod call;
mod caller;
mod content_type;
mod dates;
pub mod decoding;
mod entity_names;
mod format;
mod metadata;
mod negotiation;
mod notice;
mod payload;
mod service_error;
mod types;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use ledgerhook_engine::Gateway;

use address::Address;

pub use entity_names::EntityName;
pub use format::Format;
pub use notice::{Entity, Notice, Notification};

/// The element whose notices these are.
const ELEMENT: &str = "quickbooks";

/// Clients that can only send GET and POST say here what they mean.
const METHOD_OVERRIDE: &str = "x-http-method-override";

/// Answers what is the listener's, and leaves the rest to `next`. A gateway without QuickBooks has
/// no listener.
pub(crate) async fn serve(
    State(gateway): State<Arc<Gateway>>,
    request: Request,
    next: Next,
) -> Response {
    let address = Address::of_path(request.uri().path());
    match address.filter(|_| gateway.connector(ELEMENT).is_ok()) {
        Some(address) => answer_at(address, &gateway, request).await,
        None => next.run(request).await,
    }
}

async fn answer_at(address: Address, gateway: &Arc<Gateway>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let method = effective_method(&parts.method, &parts.headers);
    let is_post = method == Method::POST.as_str();
    match address {
        Address::Custom { extension } if is_post => {
            call::custom(gateway, extension, parts, body).await
        }
        Address::Predefined { format, batch: false } if is_post => {
            call::predefined(gateway, format, parts, body).await
        }
        Address::Predefined { format, batch: true } if is_post => {
            call::batch(gateway, format, parts, body).await
        }
        Address::Predefined { format, .. } => call::wrong_method(format, &method, parts).await,
        Address::NoSuchOperation { format } => call::no_such_operation(format, parts).await,
        Address::Custom { .. } | Address::Nothing => answer::nothing(),
        page if matches!(parts.method, Method::GET | Method::HEAD) => {
            metadata::answer(page, &mut parts).await
        }
        _ => answer::nothing(),
    }
}

/// The method of the request, or the one that it says instead, in upper case.
fn effective_method(method: &Method, headers: &HeaderMap) -> String {
    let instead = headers.get(METHOD_OVERRIDE).and_then(|value| value.to_str().ok());
    instead.unwrap_or(method.as_str()).trim().to_ascii_uppercase()
}
