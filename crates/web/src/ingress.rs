//! `/events/{elementKey}[/{base64 instance id}]`: where providers post their notices (reference:
//! cloud-elements §5.1). Unauthenticated, because a notice carries its provider's signature.
//!
//! This is the hot path: no layer is around it, the body is handed on as it was read, and an
//! answer that is no error has no body.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ledgerhook_engine::{Gateway, InboundNotice, IntakeError, Trust};
use ledgerhook_model::InstanceId;
use ledgerhook_model::limits::NOTICE_BODY_BYTES_MAX;

use crate::body;
use crate::failure::Failure;

/// Seconds after which a provider may post a notice again that could not be stored. Providers come
/// by the thousand and have patience: Intuit repeats for hours.
const RETRY_AFTER_S: u32 = 10;

/// Instance ids in paths, with padding or without. An id has only digits, whose base64 is the same
/// in the standard and the URL-safe alphabet.
const INSTANCE_ID_BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `POST /events/{elementKey}`
pub(crate) async fn notice(
    State(gateway): State<Arc<Gateway>>,
    Path(element): Path<String>,
    request: Request,
) -> Response {
    let taken_in = take_in(&gateway, element, None, request).await;
    answer(&gateway, taken_in)
}

/// `POST /events/{elementKey}/{base64 instance id}`
pub(crate) async fn notice_of_instance(
    State(gateway): State<Arc<Gateway>>,
    Path((element, instance)): Path<(String, String)>,
    request: Request,
) -> Response {
    let taken_in = match decode_instance(&instance) {
        Some(id) => take_in(&gateway, element, Some(id), request).await,
        None => Err(IntakeError::UnknownInstance.into()),
    };
    answer(&gateway, taken_in)
}

/// `POST /events/{elementKey}/subscriptions/{token}`: for providers that are given a URL for each
/// company and topic.
pub(crate) async fn notice_of_subscription(
    State(gateway): State<Arc<Gateway>>,
    Path((element, token)): Path<(String, String)>,
    request: Request,
) -> Response {
    let taken_in = async {
        let notice = read(element, None, request).await?;
        Ok(gateway.intake().accept_subscribed(&token, notice).await?)
    };
    answer(&gateway, taken_in.await)
}

/// `GET /events/{elementKey}`: for people who look where they told the provider to post.
pub(crate) async fn purpose() -> &'static str {
    "This address takes the notices of an accounting provider, by POST. Register it as the webhook \
     endpoint of your app at the provider.\n"
}

/// 405 for the methods that no provider posts notices with.
pub(crate) async fn no_such_method(State(gateway): State<Arc<Gateway>>) -> Response {
    let message = "notices are taken by POST only";
    answer(&gateway, Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, message)))
}

async fn take_in(
    gateway: &Gateway,
    element: String,
    instance: Option<InstanceId>,
    request: Request,
) -> Result<(), Failure> {
    let notice = read(element, instance, request).await?;
    Ok(gateway.intake().accept(notice).await?)
}

async fn read(
    element: String,
    instance: Option<InstanceId>,
    request: Request,
) -> Result<InboundNotice, Failure> {
    let (parts, body) = request.into_parts();
    let body = body::read(body, NOTICE_BODY_BYTES_MAX).await?;
    Ok(InboundNotice {
        element,
        instance,
        headers: parts.headers,
        body,
        translated: None,
        trust: Trust::Signature,
    })
}

fn answer(gateway: &Gateway, taken_in: Result<(), Failure>) -> Response {
    match taken_in {
        Ok(()) => StatusCode::OK.into_response(),
        Err(failure) => failure.into_answer(&gateway.new_request_id()),
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        let message = error.to_string();
        match error {
            IntakeError::UnknownElement | IntakeError::UnknownInstance => Self::not_found(message),
            IntakeError::NotSigned | IntakeError::BadSignature => {
                Self::new(StatusCode::UNAUTHORIZED, message)
            }
            IntakeError::NotStored => Self::unavailable(message, RETRY_AFTER_S),
        }
    }
}

fn decode_instance(text: &str) -> Option<InstanceId> {
    let decoded = INSTANCE_ID_BASE64.decode(text).ok()?;
    if !decoded.iter().all(u8::is_ascii_digit) {
        return None;
    }
    String::from_utf8(decoded).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_id_is_read_with_and_without_padding() {
        // The first two are the original's published samples.
        for (text, id) in [("MjA5MzE=", 20_931), ("Mzg4NjAx", 388_601), ("MjA5MzE", 20_931)] {
            assert_eq!(decode_instance(text), Some(InstanceId(id)), "{text}");
        }
    }

    #[test]
    fn what_is_no_instance_id_is_none() {
        for text in ["", "20931", "!", "LTE=", "KzE=", "IDE=", "OTk5OTk5OTk5OTk5OTk5OTk5OTk="] {
            assert_eq!(decode_instance(text), None, "{text}");
        }
    }
}
