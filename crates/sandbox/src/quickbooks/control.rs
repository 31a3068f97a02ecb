//! The control routes under `/sandbox`: the handle, for a person with a shell.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shared::SharedState;
use super::{QuickBooks, QuickBooksError, RecordKey, RecordOperation, RecordState};
use crate::control::{
    Answer, Body, ControlError, Nothing, Operation, act, clear, disconnect, done, expire_tokens,
    listed, put, show,
};

/// What `GET /sandbox` says.
const GUIDE: &str = include_str!("control_guide.txt");

impl From<QuickBooksError> for ControlError {
    fn from(error: QuickBooksError) -> Self {
        let status = match error {
            QuickBooksError::UnknownApp(_)
            | QuickBooksError::UnknownCompany(_)
            | QuickBooksError::UnknownNotice(_) => StatusCode::NOT_FOUND,
            QuickBooksError::BadRealmId(_)
            | QuickBooksError::Full(_)
            | QuickBooksError::NothingToReferTo(_)
            | QuickBooksError::Refused { .. }
            | QuickBooksError::TooLate(_) => StatusCode::BAD_REQUEST,
        };
        Self { status, reason: error.to_string() }
    }
}

/// The routes, on a handle of their own.
pub(super) fn routes(quickbooks: QuickBooks) -> Router<SharedState> {
    let expire = |quickbooks: &QuickBooks, realm: String| quickbooks.expire_access_tokens(&realm);
    let end = |quickbooks: &QuickBooks, realm: String, app: Option<&str>| {
        quickbooks.disconnect(&realm, app)
    };
    Router::new()
        .route("/sandbox", get(async || GUIDE))
        .route("/sandbox/apps", put(QuickBooks::put_app))
        .route("/sandbox/apps/{client_id}/notices", post(treat_notices))
        .route(
            "/sandbox/companies",
            show(QuickBooks::companies).merge(put(QuickBooks::add_company)),
        )
        .route("/sandbox/companies/{realm}/merge", post(merge))
        .route("/sandbox/companies/{realm}/expire-tokens", expire_tokens(expire))
        .route("/sandbox/companies/{realm}/disconnect", disconnect(end))
        .route("/sandbox/companies/{realm}/records", get(snapshot))
        .route("/sandbox/companies/{realm}/records/{entity}", post(change_record))
        .route("/sandbox/companies/{realm}/records/{entity}/{id}/send", post(email_record))
        .route("/sandbox/faults", put(QuickBooks::add_fault).merge(clear(QuickBooks::clear_faults)))
        .route("/sandbox/calls", show(QuickBooks::calls))
        .route("/sandbox/notices", show(QuickBooks::notices))
        .route("/sandbox/notices/{number}/resend", act(QuickBooks::resend_notice))
        .route("/sandbox/deliveries", show(QuickBooks::deliveries))
        .with_state(quickbooks)
}

/// What to do with the next notices of an app, or with those held.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Treatment {
    HoldNext(u32),
    DropNext(u32),
    Release,
}

async fn treat_notices(
    State(quickbooks): State<QuickBooks>,
    Path(client_id): Path<String>,
    body: Body<Treatment>,
) -> Answer {
    let Json(treatment) = body?;
    match treatment {
        Treatment::HoldNext(count) => quickbooks.hold_next_notices(&client_id, count)?,
        Treatment::DropNext(count) => quickbooks.drop_next_notices(&client_id, count)?,
        Treatment::Release => quickbooks.release_held_notices(&client_id)?,
    }
    done()
}

/// The two records of a merge: customers, if the kind is not named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    #[serde(default = "customer")]
    entity: String,
    survivor: String,
    loser: String,
}

fn customer() -> String {
    "Customer".to_owned()
}

async fn merge(
    State(quickbooks): State<QuickBooks>,
    Path(realm): Path<String>,
    body: Body<Merge>,
) -> Answer {
    let Json(Merge { entity, survivor, loser }) = body?;
    Ok(Json(quickbooks.merge_records(&realm, &entity, &survivor, &loser)?))
}

async fn change_record(
    State(quickbooks): State<QuickBooks>,
    Path((realm, entity)): Path<(String, String)>,
    Query(Operation { operation }): Query<Operation>,
    body: Body<Value>,
) -> Answer {
    let Json(body) = body?;
    let operation = match operation.as_str() {
        "" => RecordOperation::Save,
        "delete" => RecordOperation::Delete,
        "void" => RecordOperation::Void,
        other => {
            let reason = format!("the operation {other:?} is none of delete and void");
            return Err(ControlError { status: StatusCode::BAD_REQUEST, reason });
        }
    };
    Ok(Json(quickbooks.change_record(&realm, &entity, operation, body)?))
}

async fn email_record(
    State(quickbooks): State<QuickBooks>,
    Path((realm, entity, id)): Path<(String, String, String)>,
    body: Body<Nothing>,
) -> Answer {
    let Json(Nothing {}) = body?;
    Ok(Json(quickbooks.email_record(&realm, &entity, &id)?))
}

/// `[{"entity", "id", "sync_token", "last_updated", "standing"}, …]`.
async fn snapshot(State(quickbooks): State<QuickBooks>, Path(realm): Path<String>) -> Answer {
    let shown = |((entity, id), state): (RecordKey, RecordState)| {
        listed(json!({"entity": entity, "id": id}), &state)
    };
    Ok(Json(quickbooks.snapshot(&realm)?.into_iter().map(shown).collect()))
}
