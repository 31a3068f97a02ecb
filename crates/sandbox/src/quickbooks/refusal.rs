//! Refusals of the Accounting API: the `Fault` bodies with their codes.
//!
//! Messages and details are those of recorded answers where one exists (500, 610, 2010, 2030,
//! 4001, 5010, 6000, 6240); the rest follow Intuit's error list.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::times;

/// Why the Accounting API did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) detail: String,
    element: Option<&'static str>,
    dated: bool,
}

impl Refusal {
    fn new(code: &'static str, message: &'static str, detail: impl Into<String>) -> Self {
        Self { code, message, detail: detail.into(), element: None, dated: true }
    }

    fn on_element(self, element: &'static str) -> Self {
        Self { element: Some(element), ..self }
    }

    /// 610: deleted, inactive, or never there.
    pub(super) fn object_not_found() -> Self {
        Self::new(
            "610",
            "Object Not Found",
            "Object Not Found : Something you're trying to use has been made inactive. Check the \
             fields with accounts, customers, items, vendors or employees.",
        )
        .on_element("")
    }

    /// 5010: the SyncToken is not the current one.
    pub(super) fn stale_object() -> Self {
        Self::new(
            "5010",
            "Stale Object Error",
            "Stale Object Error : You and Sandbox User were working on this at the same time. \
             Sandbox User finished before you did, so your work was not saved.",
        )
        .on_element("")
    }

    /// 6240: another active record of the same kind has the name.
    pub(super) fn duplicate_name() -> Self {
        Self::new("6240", "Duplicate Name Exists Error", "The name supplied already exists. : null")
    }

    /// 2030: an id that is not a number. The recorded answer has no `time`.
    pub(super) fn invalid_id(supplied: &str) -> Self {
        let detail = format!("Id should be a valid number. Supplied value:{supplied}");
        Self { dated: false, ..Self::new("2030", "Invalid ID", detail).on_element("Id") }
    }

    /// 2020: a required property is missing.
    pub(super) fn missing(property: &'static str) -> Self {
        Self::new(
            "2020",
            "Required param missing, need to supply the required value for the API",
            format!("Required parameter {property} is missing in the request"),
        )
        .on_element(property)
    }

    /// 2080: an amount that is not a plain number.
    pub(super) fn invalid_number(supplied: &Value) -> Self {
        let detail = format!("Amount should be a valid number. Supplied value:{supplied}");
        Self::new("2080", "Invalid Number", detail).on_element("Amount")
    }

    /// 2010: a property, parameter or body that cannot be understood.
    pub(super) fn invalid_property(detail: impl Into<String>) -> Self {
        Self::new("2010", "Request has invalid or unsupported property", detail)
    }

    /// 6000: a rule of bookkeeping is broken.
    pub(super) fn business_validation(reason: &str) -> Self {
        Self::new(
            "6000",
            "A business validation error has occurred while processing your request",
            format!("Business Validation Error: {reason}"),
        )
        .on_element("")
    }

    /// 500: no such operation or resource; the recorded HTTP status is 400 all the same.
    pub(super) fn unsupported_operation(operation: &str) -> Self {
        let detail = format!("Operation {operation} is not supported.");
        Self::new("500", "Unsupported Operation", detail)
    }

    /// 4000: the query cannot be parsed.
    pub(super) fn query_unreadable(reason: impl AsRef<str>) -> Self {
        let detail = format!("QueryParserError: {}", reason.as_ref());
        Self::new("4000", "Error parsing query", detail)
    }

    /// 4001: the query can be parsed and makes no sense.
    pub(super) fn query_invalid(reason: impl AsRef<str>) -> Self {
        let detail = format!("QueryValidationError: {}", reason.as_ref());
        Self::new("4001", "Invalid query", detail)
    }

    /// The `Fault`. Key order as recorded.
    pub(super) fn fault(&self) -> Value {
        let mut error = Map::new();
        error.insert("Message".to_owned(), self.message.into());
        error.insert("Detail".to_owned(), self.detail.as_str().into());
        error.insert("code".to_owned(), self.code.into());
        if let Some(element) = self.element {
            error.insert("element".to_owned(), element.into());
        }
        json!({"Error": [error], "type": "ValidationFault"})
    }

    /// The answer's body.
    pub(super) fn body(&self, now: Timestamp) -> Value {
        let mut body = json!({"Fault": self.fault()});
        if let (true, Value::Object(fields)) = (self.dated, &mut body) {
            fields.insert("time".to_owned(), times::answer_time(now).into());
        }
        body
    }

    pub(super) fn into_response(self, now: Timestamp) -> Response {
        (StatusCode::BAD_REQUEST, Json(self.body(now))).into_response()
    }
}
