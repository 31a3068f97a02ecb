//! The control routes under `/sandbox`: the handle, for a person with a shell.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shared::SharedState;
use super::{FreshBooks, FreshBooksError, RecordKey, RecordOperation, RecordState};
use crate::control::{
    Answer, Body, ControlError, Operation, act, clear, disconnect, done, expire_tokens, listed,
    put, show,
};

/// What `GET /sandbox` says.
const GUIDE: &str = include_str!("control_guide.txt");

impl From<FreshBooksError> for ControlError {
    fn from(error: FreshBooksError) -> Self {
        let status = match error {
            FreshBooksError::UnknownApp(_)
            | FreshBooksError::UnknownUser(_)
            | FreshBooksError::UnknownBusiness(_)
            | FreshBooksError::UnknownNoun(_)
            | FreshBooksError::UnknownCallback(_)
            | FreshBooksError::UnknownNotice(_) => StatusCode::NOT_FOUND,
            FreshBooksError::AccountTaken(_)
            | FreshBooksError::Full(_)
            | FreshBooksError::NothingToReferTo(_)
            | FreshBooksError::Refused { .. }
            | FreshBooksError::TooLate(_) => StatusCode::BAD_REQUEST,
        };
        Self { status, reason: error.to_string() }
    }
}

/// The routes, on a handle of their own.
pub(super) fn routes(freshbooks: FreshBooks) -> Router<SharedState> {
    Router::new()
        .route("/sandbox", get(async || GUIDE))
        .route("/sandbox/apps", put(FreshBooks::put_app))
        .route("/sandbox/users", show(FreshBooks::users).merge(put(FreshBooks::put_user)))
        .route(
            "/sandbox/users/{identity}/expire-tokens",
            expire_tokens(FreshBooks::expire_access_tokens),
        )
        .route("/sandbox/users/{identity}/disconnect", disconnect(FreshBooks::disconnect))
        .route(
            "/sandbox/businesses",
            show(FreshBooks::businesses).merge(put(FreshBooks::add_business)),
        )
        .route("/sandbox/businesses/{business}/notices", post(treat_notices))
        .route("/sandbox/businesses/{business}/callbacks", get(callbacks))
        .route("/sandbox/businesses/{business}/records", get(snapshot))
        .route("/sandbox/businesses/{business}/records/{noun}", post(change_record))
        .route("/sandbox/faults", put(FreshBooks::add_fault).merge(clear(FreshBooks::clear_faults)))
        .route("/sandbox/calls", show(FreshBooks::calls))
        .route("/sandbox/notices", show(FreshBooks::notices))
        .route("/sandbox/notices/{number}/resend", act(FreshBooks::resend_notice))
        .route("/sandbox/deliveries", show(FreshBooks::deliveries))
        .with_state(freshbooks)
}

/// What to do with the next notices of a business, or with those held.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Treatment {
    HoldNext(u32),
    DropNext(u32),
    DuplicateNext(u32),
    ReorderNext(u32),
    Release,
}

async fn treat_notices(
    State(freshbooks): State<FreshBooks>,
    Path(business): Path<u64>,
    body: Body<Treatment>,
) -> Answer {
    let Json(treatment) = body?;
    match treatment {
        Treatment::HoldNext(count) => freshbooks.hold_next_notices(business, count)?,
        Treatment::DropNext(count) => freshbooks.drop_next_notices(business, count)?,
        Treatment::DuplicateNext(count) => freshbooks.duplicate_next_notices(business, count)?,
        Treatment::ReorderNext(count) => freshbooks.reorder_next_notices(business, count)?,
        Treatment::Release => freshbooks.release_held_notices(business)?,
    }
    done()
}

async fn callbacks(State(freshbooks): State<FreshBooks>, Path(business): Path<u64>) -> Answer {
    Ok(Json(json!(freshbooks.callbacks(business)?)))
}

/// `[{"noun", "id", "updated", "vis_state", "gone"}, …]`.
async fn snapshot(State(freshbooks): State<FreshBooks>, Path(business): Path<u64>) -> Answer {
    let shown = |((noun, id), state): (RecordKey, RecordState)| {
        listed(json!({"noun": noun, "id": id}), &state)
    };
    Ok(Json(freshbooks.snapshot(business)?.into_iter().map(shown).collect()))
}

async fn change_record(
    State(freshbooks): State<FreshBooks>,
    Path((business, noun)): Path<(u64, String)>,
    Query(Operation { operation }): Query<Operation>,
    body: Body<Value>,
) -> Answer {
    let Json(body) = body?;
    let operation = match operation.as_str() {
        "" => RecordOperation::Save,
        "delete" => RecordOperation::Delete,
        "send" => RecordOperation::SendByEmail,
        other => {
            let reason = format!("the operation {other:?} is none of delete and send");
            return Err(ControlError { status: StatusCode::BAD_REQUEST, reason });
        }
    };
    Ok(Json(freshbooks.change_record(business, &noun, operation, body)?))
}
