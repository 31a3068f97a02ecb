//! The control routes under `/sandbox`: the handle, for a person with a shell.
//!
//! They take JSON only, so that no page of another site can call them through a browser.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shared::SharedState;
use super::{App, Business, FaultPlan, RecordKey, RecordOperation, RecordState, Sage, SageError};

/// What `GET /sandbox` says.
const GUIDE: &str = include_str!("control_guide.txt");

/// An answer, or the reason why not with its status.
type Answer = Result<Json<Value>, ControlError>;

/// A refused control call.
#[derive(Debug)]
struct ControlError {
    status: StatusCode,
    reason: String,
}

impl From<SageError> for ControlError {
    fn from(error: SageError) -> Self {
        let status = match error {
            SageError::UnknownBusiness(_) | SageError::UnknownEndpoint(_) => StatusCode::NOT_FOUND,
            SageError::BadBusinessId(_)
            | SageError::Full(_)
            | SageError::NothingToReferTo(_)
            | SageError::Refused { .. } => StatusCode::BAD_REQUEST,
        };
        Self { status, reason: error.to_string() }
    }
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

/// The routes, on a handle of their own.
pub(super) fn routes(sage: Sage) -> Router<SharedState> {
    Router::new()
        .route("/sandbox", get(async || GUIDE))
        .route("/sandbox/apps", post(put_app))
        .route("/sandbox/businesses", get(businesses).post(put_business))
        .route("/sandbox/businesses/{id}/expire-tokens", post(expire_tokens))
        .route("/sandbox/businesses/{id}/disconnect", post(disconnect))
        .route("/sandbox/businesses/{id}/records", get(snapshot))
        .route("/sandbox/businesses/{id}/records/{endpoint}", post(change_record))
        .route("/sandbox/faults", post(add_fault).delete(clear_faults))
        .route("/sandbox/calls", get(calls))
        .with_state(sage)
}

async fn put_app(State(sage): State<Sage>, body: Result<Json<App>, JsonRejection>) -> Answer {
    let Json(app) = body?;
    let shown = json!(app);
    sage.put_app(app)?;
    Ok(Json(shown))
}

async fn businesses(State(sage): State<Sage>) -> Answer {
    Ok(Json(json!(sage.businesses())))
}

async fn put_business(
    State(sage): State<Sage>,
    body: Result<Json<Business>, JsonRejection>,
) -> Answer {
    let Json(business) = body?;
    let shown = json!(business);
    sage.put_business(business)?;
    Ok(Json(shown))
}

/// An empty JSON object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn expire_tokens(
    State(sage): State<Sage>,
    Path(id): Path<String>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Answer {
    let Json(Nothing {}) = body?;
    Ok(Json(json!({"expired": sage.expire_access_tokens(&id)?})))
}

/// Whom to disconnect; every app when no client id is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    client_id: Option<String>,
}

async fn disconnect(
    State(sage): State<Sage>,
    Path(id): Path<String>,
    body: Result<Json<Disconnect>, JsonRejection>,
) -> Answer {
    let Json(Disconnect { client_id }) = body?;
    Ok(Json(json!({"disconnected": sage.disconnect(&id, client_id.as_deref())?})))
}

/// `[{"endpoint", "id", "created_at", "updated_at", "deleted"}, …]`.
async fn snapshot(State(sage): State<Sage>, Path(id): Path<String>) -> Answer {
    let listed = |((endpoint, id), state): (RecordKey, RecordState)| {
        let mut shown = json!({"endpoint": endpoint, "id": id});
        if let (Value::Object(shown), Value::Object(state)) = (&mut shown, json!(state)) {
            shown.extend(state);
        }
        shown
    };
    Ok(Json(sage.snapshot(&id)?.into_iter().map(listed).collect()))
}

/// The operation of a change, in its query.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Operation {
    operation: String,
}

async fn change_record(
    State(sage): State<Sage>,
    Path((id, endpoint)): Path<(String, String)>,
    Query(Operation { operation }): Query<Operation>,
    body: Result<Json<Value>, JsonRejection>,
) -> Answer {
    let Json(body) = body?;
    let operation = match operation.as_str() {
        "" => RecordOperation::Save,
        "delete" => RecordOperation::Delete,
        other => {
            let reason = format!("the operation {other:?} is not delete");
            return Err(ControlError { status: StatusCode::BAD_REQUEST, reason });
        }
    };
    Ok(Json(sage.change_record(&id, &endpoint, operation, body)?))
}

async fn add_fault(
    State(sage): State<Sage>,
    body: Result<Json<FaultPlan>, JsonRejection>,
) -> Answer {
    let Json(plan) = body?;
    let shown = json!(plan);
    sage.add_fault(plan)?;
    Ok(Json(shown))
}

async fn clear_faults(State(sage): State<Sage>) -> Answer {
    sage.clear_faults();
    Ok(Json(json!({"done": true})))
}

async fn calls(State(sage): State<Sage>) -> Answer {
    Ok(Json(json!(sage.calls())))
}
