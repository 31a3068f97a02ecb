//! The control routes under `/sandbox`: the handle, for a person with a shell.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::shared::SharedState;
use super::{RecordKey, RecordOperation, RecordState, Sage, SageError};
use crate::control::{
    Answer, Body, ControlError, Operation, clear, disconnect, expire_tokens, listed, put, show,
};

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
    let expire = |sage: &Sage, business: String| sage.expire_access_tokens(&business);
    let end = |sage: &Sage, business: String, app: Option<&str>| sage.disconnect(&business, app);
    Router::new()
        .route("/sandbox", get(async || GUIDE))
        .route("/sandbox/apps", put(Sage::put_app))
        .route("/sandbox/businesses", show(Sage::businesses).merge(put(Sage::put_business)))
        .route("/sandbox/businesses/{id}/expire-tokens", expire_tokens(expire))
        .route("/sandbox/businesses/{id}/disconnect", disconnect(end))
        .route("/sandbox/businesses/{id}/records", get(snapshot))
        .route("/sandbox/businesses/{id}/records/{endpoint}", post(change_record))
        .route("/sandbox/faults", put(Sage::add_fault).merge(clear(Sage::clear_faults)))
        .route("/sandbox/calls", show(Sage::calls))
        .with_state(sage)
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
