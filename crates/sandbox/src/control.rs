//! What the control routes of all providers have in common. They take JSON only, so that no page
//! of another site can call them through a browser.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An answer, or the reason why not with its status.
pub(crate) type Answer = Result<Json<Value>, ControlError>;

/// A body that may not be JSON.
pub(crate) type Body<T> = Result<Json<T>, JsonRejection>;

/// A refused control call.
#[derive(Debug)]
pub(crate) struct ControlError {
    pub(crate) status: StatusCode,
    pub(crate) reason: String,
}

impl From<JsonRejection> for ControlError {
    fn from(rejection: JsonRejection) -> Self {
        Self { status: StatusCode::BAD_REQUEST, reason: rejection.body_text() }
    }
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"error": self.reason}))).into_response()
    }
}

/// The answer where there is nothing to show.
pub(crate) fn done() -> Answer {
    Ok(Json(json!({"done": true})))
}

/// An empty object, so that calls that need no values need a JSON body too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Which app loses its connection; every app when none is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disconnect {
    pub(crate) client_id: Option<String>,
}

/// The operation on a record, in the query; create or update when absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Operation {
    pub(crate) operation: String,
}

/// One record of a snapshot: its kind and id, then the members of its state.
pub(crate) fn listed(key: Value, state: &impl Serialize) -> Value {
    let mut shown = key;
    if let (Value::Object(shown), Value::Object(state)) = (&mut shown, json!(state)) {
        shown.extend(state);
    }
    shown
}
