//! What a request is refused with: a status and ServiceStack's `ResponseStatus`, in every format
//! (reference: qbo-webhooks-listener §3.2).

use askama::Template;
use axum::http::StatusCode;
use ledgerhook_engine::IntakeError;
use serde_json::json;

use super::decoding::DecodeError;
use super::format::Format;
use crate::body::BodyError;
use crate::failure::Failure;

/// Seconds after which a notice that could not be stored may be posted again.
const RETRY_AFTER_S: u32 = 10;

/// Longest message about a body, in characters: the longest names an element and its namespace.
const MESSAGE_CHARS_MAX: usize = 500;

/// Of a body that cannot be read.
pub(super) const SERIALIZATION: &str = "SerializationException";
/// Of an operation or a verb that there is not.
const NOT_IMPLEMENTED: &str = "NotImplementedException";
/// Of a caller for whom nobody vouches.
const AUTHENTICATION: &str = "AuthenticationException";

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceError {
    pub(super) status: StatusCode,
    /// `errorCode`: the name of an exception of .NET, or of a status.
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) retry_after_s: Option<u32>,
}

impl ServiceError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None }
    }

    pub(super) fn no_such_operation() -> Self {
        let message = "The operation does not exist for this service";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, NOT_IMPLEMENTED, message)
    }

    /// `method` in upper case.
    pub(super) fn no_such_method(method: &str) -> Self {
        let (first, rest) = method.split_at_checked(1).unwrap_or((method, ""));
        let verb = format!("{first}{}", rest.to_ascii_lowercase());
        let message = format!(
            "Could not find method named {verb}(QboWebhooksRequest) or Any(QboWebhooksRequest) on \
             Service QboWebhooksService"
        );
        Self::new(StatusCode::METHOD_NOT_ALLOWED, NOT_IMPLEMENTED, message)
    }

    pub(super) fn unsupported_encoding(encoding: &str) -> Self {
        let message = format!("content-encoding: `{encoding}` is not read; send gzip or none");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    pub(super) fn not_authenticated(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, AUTHENTICATION, message)
    }

    /// `{"responseStatus": …}`. The members are written small as on .NET Core hosts: JavaScript's
    /// client reads both spellings, Python's only this one.
    pub(super) fn to_json(&self) -> String {
        let status = json!({"errorCode": self.code, "message": self.message, "errors": []});
        json!({"responseStatus": status}).to_string()
    }

    /// The body in a format.
    pub(super) fn to_body(&self, format: Format) -> Result<String, askama::Error> {
        Ok(match format {
            Format::Json => self.to_json(),
            Format::Jsonl => self.to_json() + "\n",
            Format::Xml => self.to_xml(),
            Format::Jsv => format!("{{ResponseStatus:{}}}", self.to_jsv()),
            Format::Csv => format!("ResponseStatus\r\n{}\r\n", in_quotes(&self.to_jsv())),
            Format::Html => Snapshot { json: &self.to_json() }.render()?,
        })
    }

    fn to_xml(&self) -> String {
        let message = quick_xml::escape::partial_escape(&*self.message);
        let code = self.code;
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><ErrorResponse \
             xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xmlns=\"http://schemas.servicestack.net/types\"><ResponseStatus>\
             <ErrorCode>{code}</ErrorCode><Message>{message}</Message><StackTrace i:nil=\"true\" />\
             <Errors /><Meta \
             xmlns:d3p1=\"http://schemas.microsoft.com/2003/10/Serialization/Arrays\" \
             i:nil=\"true\" /></ResponseStatus></ErrorResponse>"
        )
    }

    fn to_jsv(&self) -> String {
        let special = ['"', ',', '{', '}', '[', ']', '\r', '\n'];
        let is_special = self.message.contains(special);
        let message = if is_special { in_quotes(&self.message) } else { self.message.clone() };
        format!("{{ErrorCode:{},Message:{message},Errors:[]}}", self.code)
    }
}

/// In CSV's and JSV's quotes.
fn in_quotes(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The page that a browser is shown.
#[derive(Template)]
#[template(path = "listener/snapshot.html")]
struct Snapshot<'a> {
    json: &'a str,
}

impl From<DecodeError> for ServiceError {
    fn from(error: DecodeError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, SERIALIZATION, printable(&error.to_string()))
    }
}

/// A message that quotes a body: cut to a length, and without what XML cannot carry.
fn printable(message: &str) -> String {
    let is_fit = |character: char| !matches!(character, '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    let fit = message.chars().map(|character| if is_fit(character) { character } else { ' ' });
    fit.take(MESSAGE_CHARS_MAX).collect()
}

impl From<BodyError> for ServiceError {
    fn from(error: BodyError) -> Self {
        let message = error.to_string();
        match error {
            BodyError::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message)
            }
            BodyError::TooSlow => Self::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", message),
            BodyError::Broken => Self::new(StatusCode::BAD_REQUEST, SERIALIZATION, message),
        }
    }
}

impl From<IntakeError> for ServiceError {
    fn from(error: IntakeError) -> Self {
        let message = error.to_string();
        match error {
            IntakeError::NotSigned => Self::not_authenticated(
                "the notice has neither Intuit's signature (intuit-signature) nor an Authorization \
                 header: send `User <secret>, Organization <secret>`, or Basic with the two as user \
                 name and password",
            ),
            IntakeError::BadSignature => Self::not_authenticated(message),
            IntakeError::UnknownElement | IntakeError::UnknownInstance => {
                Self::new(StatusCode::NOT_FOUND, "NotFound", message)
            }
            IntakeError::NotStored => Self {
                retry_after_s: Some(RETRY_AFTER_S),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
            },
        }
    }
}

/// What the API's own authorisation refuses.
impl From<Failure> for ServiceError {
    fn from(failure: Failure) -> Self {
        match failure.status() {
            StatusCode::UNAUTHORIZED => Self::not_authenticated(failure.message()),
            status => Self {
                retry_after_s: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_S),
                ..Self::new(status, "ServiceUnavailable", failure.message())
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(message: &str) -> ServiceError {
        ServiceError::new(StatusCode::INTERNAL_SERVER_ERROR, "Exception", message)
    }

    #[test]
    fn each_format_has_the_bytes_of_the_original() {
        let boom = error("boom <x>");
        let xml = concat!(
            r#"<?xml version="1.0" encoding="utf-8"?><ErrorResponse "#,
            r#"xmlns:i="http://www.w3.org/2001/XMLSchema-instance" "#,
            r#"xmlns="http://schemas.servicestack.net/types"><ResponseStatus>"#,
            r#"<ErrorCode>Exception</ErrorCode><Message>boom &lt;x&gt;</Message>"#,
            r#"<StackTrace i:nil="true" /><Errors /><Meta "#,
            r#"xmlns:d3p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays" "#,
            r#"i:nil="true" /></ResponseStatus></ErrorResponse>"#
        );
        let json =
            r#"{"responseStatus":{"errorCode":"Exception","message":"boom <x>","errors":[]}}"#;
        let jsv = "{ResponseStatus:{ErrorCode:Exception,Message:boom <x>,Errors:[]}}";
        let csv = "ResponseStatus\r\n\"{ErrorCode:Exception,Message:boom <x>,Errors:[]}\"\r\n";
        for (format, expected) in [
            (Format::Json, json),
            (Format::Jsonl, &format!("{json}\n")),
            (Format::Xml, xml),
            (Format::Jsv, jsv),
            (Format::Csv, csv),
        ] {
            assert_eq!(boom.to_body(format).unwrap(), expected);
        }
    }

    #[test]
    fn a_message_with_the_signs_of_jsv_stands_in_quotes() {
        let message = "a \"b\", {c}";
        let jsv = r#"{ResponseStatus:{ErrorCode:Exception,Message:"a ""b"", {c}",Errors:[]}}"#;
        assert_eq!(error(message).to_body(Format::Jsv).unwrap(), jsv);
    }

    #[test]
    fn a_page_shows_the_message_as_text() {
        let page = error("<script>alert(1)</script>").to_body(Format::Html).unwrap();
        assert!(page.contains("Snapshot of"));
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("alert(1)"));
    }

    #[test]
    fn what_a_message_quotes_of_a_body_is_short_and_printable() {
        let quoting = DecodeError::NotAnObject("\u{1}a\nb\u{ffff}".to_owned());
        let message = ServiceError::from(quoting).message;
        assert!(message.ends_with("starting with:  a b "), "{message}");
        let long = DecodeError::NotWellFormed("é".repeat(10_000));
        assert_eq!(ServiceError::from(long).message.chars().count(), MESSAGE_CHARS_MAX);
    }

    #[test]
    fn a_verb_is_named_as_the_original_names_its_methods() {
        let message = ServiceError::no_such_method("DELETE").message;
        assert!(message.starts_with("Could not find method named Delete(QboWebhooksRequest) or "));
        assert_eq!(ServiceError::no_such_method("").status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
