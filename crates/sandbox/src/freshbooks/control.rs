//! The control routes under `/sandbox`: the handle, for a person with a shell.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shared::SharedState;
use super::{
    App, Business, FaultPlan, FreshBooks, FreshBooksError, RecordKey, RecordOperation, RecordState,
    User,
};
use crate::control::{Answer, Body, ControlError, Disconnect, Nothing, Operation, done, listed};

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
        .route("/sandbox/apps", post(put_app))
        .route("/sandbox/users", get(users).post(put_user))
        .route("/sandbox/users/{identity}/expire-tokens", post(expire_tokens))
        .route("/sandbox/users/{identity}/disconnect", post(disconnect))
        .route("/sandbox/businesses", get(businesses).post(add_business))
        .route("/sandbox/businesses/{business}/notices", post(treat_notices))
        .route("/sandbox/businesses/{business}/callbacks", get(callbacks))
        .route("/sandbox/businesses/{business}/records", get(snapshot))
        .route("/sandbox/businesses/{business}/records/{noun}", post(change_record))
        .route("/sandbox/faults", post(add_fault).delete(clear_faults))
        .route("/sandbox/calls", get(calls))
        .route("/sandbox/notices", get(notices))
        .route("/sandbox/notices/{number}/resend", post(resend))
        .route("/sandbox/deliveries", get(deliveries))
        .with_state(freshbooks)
}

async fn put_app(State(freshbooks): State<FreshBooks>, body: Body<App>) -> Answer {
    let Json(app) = body?;
    let shown = json!(app);
    freshbooks.put_app(app)?;
    Ok(Json(shown))
}

async fn users(State(freshbooks): State<FreshBooks>) -> Answer {
    Ok(Json(json!(freshbooks.users())))
}

async fn put_user(State(freshbooks): State<FreshBooks>, body: Body<User>) -> Answer {
    let Json(user) = body?;
    let shown = json!(user);
    freshbooks.put_user(user)?;
    Ok(Json(shown))
}

async fn expire_tokens(
    State(freshbooks): State<FreshBooks>,
    Path(identity): Path<u64>,
    body: Body<Nothing>,
) -> Answer {
    let Json(Nothing {}) = body?;
    Ok(Json(json!({"expired": freshbooks.expire_access_tokens(identity)?})))
}

async fn disconnect(
    State(freshbooks): State<FreshBooks>,
    Path(identity): Path<u64>,
    body: Body<Disconnect>,
) -> Answer {
    let Json(Disconnect { client_id }) = body?;
    let disconnected = freshbooks.disconnect(identity, client_id.as_deref())?;
    Ok(Json(json!({"disconnected": disconnected})))
}

async fn businesses(State(freshbooks): State<FreshBooks>) -> Answer {
    Ok(Json(json!(freshbooks.businesses())))
}

async fn add_business(State(freshbooks): State<FreshBooks>, body: Body<Business>) -> Answer {
    let Json(business) = body?;
    let shown = json!(business);
    freshbooks.add_business(business)?;
    Ok(Json(shown))
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

/// `[{"noun", "id", "updated", "vis_state", "gone", "content"}, …]`.
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

async fn add_fault(State(freshbooks): State<FreshBooks>, body: Body<FaultPlan>) -> Answer {
    let Json(plan) = body?;
    let shown = json!(plan);
    freshbooks.add_fault(plan)?;
    Ok(Json(shown))
}

async fn clear_faults(State(freshbooks): State<FreshBooks>) -> Answer {
    freshbooks.clear_faults();
    done()
}

async fn calls(State(freshbooks): State<FreshBooks>) -> Answer {
    Ok(Json(json!(freshbooks.calls())))
}

async fn notices(State(freshbooks): State<FreshBooks>) -> Answer {
    Ok(Json(json!(freshbooks.notices())))
}

async fn resend(
    State(freshbooks): State<FreshBooks>,
    Path(number): Path<u64>,
    body: Body<Nothing>,
) -> Answer {
    let Json(Nothing {}) = body?;
    freshbooks.resend_notice(number)?;
    done()
}

async fn deliveries(State(freshbooks): State<FreshBooks>) -> Answer {
    Ok(Json(json!(freshbooks.deliveries())))
}
