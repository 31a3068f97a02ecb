//! What of a request is the notice: the body in the format of its address or its content type, a
//! field of a form, or a member of the query (reference: qbo-webhooks-listener §4).

use std::io::Read as _;

use axum::http::{HeaderMap, header};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use futures_util::stream;
use ledgerhook_model::limits::NOTICE_BODY_BYTES_MAX;

use super::content_type::{self, Form};
use super::decoding::{self, Content, DecodeError};
use super::format::Format;
use super::notice::Notice;
use super::service_error::ServiceError;
use crate::body::BodyError;

/// The field of a form, and the member of a query, that holds the notifications.
pub(super) const NOTIFICATIONS_FIELD: &str = "eventNotifications";

/// A notice as the intake is to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Payload {
    /// The body as it came is Intuit's own JSON.
    AsItCame,
    /// The same in Intuit's JSON.
    Translated(Bytes),
}

impl From<&Notice> for Payload {
    fn from(notice: &Notice) -> Self {
        Self::Translated(notice.canonical().to_string().into())
    }
}

/// Reads a body that was sent to an address with a format, or to one without.
pub(super) async fn read(
    format: Option<Format>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Payload, ServiceError> {
    let plain = unpacked(headers, body)?;
    let sent = content_type::of_request(headers).unwrap_or_default();
    if let Some(form) = Form::of_content_type(sent) {
        let text = notifications_of_form(form, sent, &plain).await?;
        return Ok(Payload::from(&decoding::decode_notifications(&text)?));
    }
    let text = decoding::text(&plain)?;
    let format = match format.or_else(|| Format::of_content_type(sent)) {
        Some(Format::Html) | None => guessed(text)?,
        Some(format) => format,
    };
    Ok(match decoding::decode(format, text)? {
        Content::CloudEvents => intuits_own(body, text),
        Content::Notice(notice) if notice.is_written_in(text) => intuits_own(body, text),
        Content::Notice(notice) => Payload::from(&notice),
    })
}

/// Reads the body of a batch: how many requests it has, and all of them as one notice.
pub(super) fn read_batch(
    format: Format,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(usize, Payload), ServiceError> {
    let plain = unpacked(headers, body)?;
    let requests = decoding::decode_batch(format, decoding::text(&plain)?)?;
    let count = requests.len();
    let notifications = requests.into_iter().flat_map(|request| request.notifications).collect();
    Ok((count, Payload::from(&Notice { notifications })))
}

/// Reads the notifications of a query.
pub(super) fn read_query(text: &str) -> Result<Payload, ServiceError> {
    Ok(Payload::from(&decoding::decode_notifications(text)?))
}

/// Intuit's own JSON, without what it was wrapped in: gzip, or a byte order mark.
fn intuits_own(body: &Bytes, text: &str) -> Payload {
    if body == text.as_bytes() {
        Payload::AsItCame
    } else {
        Payload::Translated(Bytes::copy_from_slice(text.as_bytes()))
    }
}

/// The format of a body that does not say what it is, or says something else. The original answers
/// 200 and drops it; but Intuit sends notices under several types, and nothing may be lost
/// silently.
fn guessed(text: &str) -> Result<Format, DecodeError> {
    match text.trim_start().chars().next() {
        None | Some('{' | '[') => Ok(Format::Json),
        Some('<') => Ok(Format::Xml),
        Some(_) => Err(DecodeError::NotWellFormed(
            "the content type says nothing of the format, and the body is neither JSON nor XML"
                .to_owned(),
        )),
    }
}

/// The body without gzip. It is bounded as one that was not packed is.
fn unpacked(headers: &HeaderMap, body: &Bytes) -> Result<Bytes, ServiceError> {
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    match encoding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "identity" => return Ok(body.clone()),
        "gzip" | "x-gzip" => {}
        other => return Err(ServiceError::unsupported_encoding(other)),
    }
    let one_too_many = u64::try_from(NOTICE_BODY_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut plain = Vec::new();
    let unpacking = MultiGzDecoder::new(&**body).take(one_too_many).read_to_end(&mut plain);
    if let Err(error) = unpacking {
        let problem = format!("the gzip cannot be read: {error}");
        return Err(DecodeError::NotWellFormed(problem).into());
    }
    if plain.len() > NOTICE_BODY_BYTES_MAX {
        return Err(BodyError::TooLarge { bytes_max: NOTICE_BODY_BYTES_MAX }.into());
    }
    Ok(plain.into())
}

/// The field with the notifications; empty when the form has none.
async fn notifications_of_form(
    form: Form,
    content_type: &str,
    body: &Bytes,
) -> Result<String, DecodeError> {
    match form {
        Form::UrlEncoded => {
            let mut fields = url::form_urlencoded::parse(body);
            let found = fields.find(|(name, _)| name.eq_ignore_ascii_case(NOTIFICATIONS_FIELD));
            Ok(found.map(|(_, value)| value.into_owned()).unwrap_or_default())
        }
        Form::Multipart => {
            notifications_of_parts(content_type, body.clone()).await.map_err(|error| {
                DecodeError::NotWellFormed(format!("the form cannot be read: {error}"))
            })
        }
    }
}

async fn notifications_of_parts(content_type: &str, body: Bytes) -> Result<String, multer::Error> {
    let boundary = multer::parse_boundary(content_type)?;
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = multer::Multipart::new(whole, boundary);
    while let Some(field) = form.next_field().await? {
        if field.name().is_some_and(|name| name.eq_ignore_ascii_case(NOTIFICATIONS_FIELD)) {
            return field.text().await;
        }
    }
    Ok(String::new())
}
