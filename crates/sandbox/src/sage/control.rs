//! The control routes under `/sandbox`: the handle, for a person with a shell.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::shared::SharedState;
use super::{App, Business, FaultPlan, RecordKey, RecordOperation, RecordState, Sage, SageError};
use crate::control::{Answer, Body, ControlError, Disconnect, Nothing, Operation, done, listed};

/// What `GET /sandbox` says.
const GUIDE: &str = include_str!("control_guide.txt");

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

async fn put_app(State(sage): State<Sage>, body: Body<App>) -> Answer {
    let Json(app) = body?;
    let shown = json!(app);
    sage.put_app(app)?;
    Ok(Json(shown))
}

async fn businesses(State(sage): State<Sage>) -> Answer {
    Ok(Json(json!(sage.businesses())))
}

async fn put_business(State(sage): State<Sage>, body: Body<Business>) -> Answer {
    let Json(business) = body?;
    let shown = json!(business);
    sage.put_business(business)?;
    Ok(Json(shown))
}

async fn expire_tokens(
    State(sage): State<Sage>,
    Path(id): Path<String>,
    body: Body<Nothing>,
) -> Answer {
    let Json(Nothing {}) = body?;
    Ok(Json(json!({"expired": sage.expire_access_tokens(&id)?})))
}

async fn disconnect(
    State(sage): State<Sage>,
    Path(id): Path<String>,
    body: Body<Disconnect>,
) -> Answer {
    let Json(Disconnect { client_id }) = body?;
    Ok(Json(json!({"disconnected": sage.disconnect(&id, client_id.as_deref())?})))
}

/// `[{"endpoint", "id", "created_at", "updated_at", "version", "deleted"}, …]`.
async fn snapshot(State(sage): State<Sage>, Path(id): Path<String>) -> Answer {
    let shown = |((endpoint, id), state): (RecordKey, RecordState)| {
        listed(json!({"endpoint": endpoint, "id": id}), &state)
    };
    Ok(Json(sage.snapshot(&id)?.into_iter().map(shown).collect()))
}

async fn change_record(
    State(sage): State<Sage>,
    Path((id, endpoint)): Path<(String, String)>,
    Query(Operation { operation }): Query<Operation>,
    body: Body<Value>,
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

async fn add_fault(State(sage): State<Sage>, body: Body<FaultPlan>) -> Answer {
    let Json(plan) = body?;
    let shown = json!(plan);
    sage.add_fault(plan)?;
    Ok(Json(shown))
}

async fn clear_faults(State(sage): State<Sage>) -> Answer {
    sage.clear_faults();
    done()
}

async fn calls(State(sage): State<Sage>) -> Answer {
    Ok(Json(json!(sage.calls())))
}
