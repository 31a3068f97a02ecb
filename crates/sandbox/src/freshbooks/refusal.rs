//! Why the API does not do what it is asked, in the three envelopes it says so
//! (reference: freshbooks-sage §1.10).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The kind of a refusal, with its number and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// 1001: a property is missing.
    Missing,
    /// 1003: the account is another one's. The status is not documented; 403 is ours.
    Denied,
    /// 1004: a value is of no use.
    Invalid,
    /// 1011: the record was deleted.
    Deleted,
    /// 1012: there is no such record.
    Unknown,
    /// The verb is not for this noun; no source shows the body.
    NotAllowed,
}

impl Reason {
    fn errno(self) -> u32 {
        match self {
            Self::Missing => 1001,
            Self::Denied => 1003,
            Self::Invalid | Self::NotAllowed => 1004,
            Self::Deleted => 1011,
            Self::Unknown => 1012,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Missing | Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Denied => StatusCode::FORBIDDEN,
            Self::Deleted | Self::Unknown => StatusCode::NOT_FOUND,
            Self::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// The code of the newer envelope, as of gRPC.
    fn code(self) -> u32 {
        match self {
            Self::Missing | Self::Invalid => 3,
            Self::Deleted | Self::Unknown => 5,
            Self::Denied => 7,
            Self::NotAllowed => 12,
        }
    }
}

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    object: &'static str,
    field: String,
    value: String,
}

impl Refusal {
    pub(super) fn new(reason: Reason, object: &'static str, field: &str, value: &str) -> Self {
        Self { reason, object, field: field.to_owned(), value: value.to_owned() }
    }

    pub(super) fn missing(object: &'static str, field: &str) -> Self {
        Self::new(Reason::Missing, object, field, "")
    }

    pub(super) fn invalid(object: &'static str, field: &str, value: &Value) -> Self {
        Self::new(Reason::Invalid, object, field, &value.to_string())
    }

    pub(super) fn not_allowed(object: &'static str) -> Self {
        Self::new(Reason::NotAllowed, object, "method", "")
    }

    pub(super) fn errno(&self) -> u32 {
        self.reason.errno()
    }

    /// `Client not found.`
    pub(super) fn message(&self) -> String {
        let object = capitalised(self.object);
        match self.reason {
            Reason::Missing => "This field is required.".to_owned(),
            Reason::Denied => "The user is not allowed to access this account.".to_owned(),
            Reason::Invalid => format!("The value of {} cannot be used.", self.field),
            Reason::Deleted => format!("{object} was deleted."),
            Reason::Unknown => format!("{object} not found."),
            Reason::NotAllowed => format!("{object} does not take this method."),
        }
    }

    /// The accounting envelope: the older one, or the one of a newer `X-API-VERSION`.
    pub(super) fn of_accounting(&self, is_new_style: bool) -> Response {
        let (status, message) = (self.reason.status(), self.message());
        let (object, field, value) = (self.object, &self.field, &self.value);
        let body = if is_new_style {
            let metadata =
                json!({"object": object, "message": message, "value": value, "field": field});
            json!({
                "code": self.reason.code(),
                "message": format!("Request failed with status_code: {}", status.as_u16()),
                "details": [{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": self.errno().to_string(),
                    "domain": "accounting.api.freshbooks.com",
                    "metadata": metadata,
                }],
            })
        } else {
            let error = json!({
                "errno": self.errno(),
                "field": field,
                "message": message,
                "object": object,
                "value": value,
            });
            json!({"response": {"errors": [error]}})
        };
        (status, Json(body)).into_response()
    }

    /// The flat envelope of projects, time and services.
    pub(super) fn of_business(&self) -> Response {
        let body = match self.reason {
            Reason::Missing => business_errors(&self.field, "field required"),
            Reason::Invalid => business_errors(&self.field, "value is not valid"),
            Reason::Deleted | Reason::Unknown => {
                json!({"error": "Requested resource could not be found."})
            }
            Reason::Denied | Reason::NotAllowed => json!({"message": self.message()}),
        };
        (self.reason.status(), Json(body)).into_response()
    }
}

/// `{"errno": 2001, "error": {"title": "field required"}}`.
fn business_errors(field: &str, problem: &str) -> Value {
    json!({"errno": 2001, "error": {field: problem}})
}

/// `bill_vendor` as `Bill vendor`.
fn capitalised(object: &str) -> String {
    let mut letters = object.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).map(|one| if one == '_' { ' ' } else { one }).collect()
}
