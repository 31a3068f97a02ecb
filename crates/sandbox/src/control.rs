//! What the control routes of all providers have in common. They take JSON only, so that no page
//! of another site can call them through a browser.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use serde::de::DeserializeOwned;
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
struct Disconnect {
    client_id: Option<String>,
}

/// The operation on a record, in the query; create or update when absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Operation {
    pub(crate) operation: String,
}

/// GET: shows what a handle has.
pub(crate) fn show<H, T>(look: fn(&H) -> T) -> MethodRouter<H>
where
    H: Clone + Send + Sync + 'static,
    T: Serialize + 'static,
{
    get(async move |State(handle): State<H>| Json(json!(look(&handle))))
}

/// POST: gives a handle something, and shows it again.
pub(crate) fn put<H, T, E>(put: fn(&H, T) -> Result<(), E>) -> MethodRouter<H>
where
    H: Clone + Send + Sync + 'static,
    T: DeserializeOwned + Serialize + Send + 'static,
    E: Into<ControlError> + 'static,
{
    post(async move |State(handle): State<H>, body: Body<T>| -> Answer {
        let Json(given) = body?;
        let shown = json!(given);
        put(&handle, given).map_err(Into::into)?;
        Ok(Json(shown))
    })
}

/// POST: does something to what the path names.
pub(crate) fn act<H, P, E>(act: fn(&H, P) -> Result<(), E>) -> MethodRouter<H>
where
    H: Clone + Send + Sync + 'static,
    P: DeserializeOwned + Send + 'static,
    E: Into<ControlError> + 'static,
{
    post(async move |State(handle): State<H>, Path(of): Path<P>, body: Body<Nothing>| -> Answer {
        let Json(Nothing {}) = body?;
        act(&handle, of).map_err(Into::into)?;
        done()
    })
}

/// DELETE: clears something.
pub(crate) fn clear<H>(clear: fn(&H)) -> MethodRouter<H>
where
    H: Clone + Send + Sync + 'static,
{
    delete(async move |State(handle): State<H>| {
        clear(&handle);
        done()
    })
}

/// POST: makes the access tokens of whom the path names expire now.
pub(crate) fn expire_tokens<H, P, E>(expire: fn(&H, P) -> Result<usize, E>) -> MethodRouter<H>
where
    H: Clone + Send + Sync + 'static,
    P: DeserializeOwned + Send + 'static,
    E: Into<ControlError> + 'static,
{
    post(async move |State(handle): State<H>, Path(of): Path<P>, body: Body<Nothing>| -> Answer {
        let Json(Nothing {}) = body?;
        let expired = expire(&handle, of).map_err(Into::into)?;
        Ok(Json(json!({"expired": expired})))
    })
}

/// POST: whom the path names disconnects an app, or all.
pub(crate) fn disconnect<H, P, E>(
    disconnect: fn(&H, P, Option<&str>) -> Result<usize, E>,
) -> MethodRouter<H>
where
    H: Clone + Send + Sync + 'static,
    P: DeserializeOwned + Send + 'static,
    E: Into<ControlError> + 'static,
{
    post(
        async move |State(handle): State<H>, Path(of): Path<P>, body: Body<Disconnect>| -> Answer {
            let Json(Disconnect { client_id }) = body?;
            let disconnected = disconnect(&handle, of, client_id.as_deref()).map_err(Into::into)?;
            Ok(Json(json!({"disconnected": disconnected})))
        },
    )
}

/// One record of a snapshot: its kind and id, then the members of its state.
pub(crate) fn listed(key: Value, state: &impl Serialize) -> Value {
    let mut shown = key;
    if let (Value::Object(shown), Value::Object(state)) = (&mut shown, json!(state)) {
        shown.extend(state);
    }
    shown
}
