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
use super::{
    App, Company, FaultPlan, QuickBooks, QuickBooksError, RecordKey, RecordOperation, RecordState,
};

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
pub(super) fn routes(quickbooks: QuickBooks) -> Router<SharedState> {
    Router::new()
        .route("/sandbox", get(async || GUIDE))
        .route("/sandbox/apps", post(put_app))
        .route("/sandbox/apps/{client_id}/notices", post(treat_notices))
        .route("/sandbox/companies", get(companies).post(add_company))
        .route("/sandbox/companies/{realm}/merge", post(merge))
        .route("/sandbox/companies/{realm}/expire-tokens", post(expire_tokens))
        .route("/sandbox/companies/{realm}/disconnect", post(disconnect))
        .route("/sandbox/companies/{realm}/records", get(snapshot))
        .route("/sandbox/companies/{realm}/records/{entity}", post(change_record))
        .route("/sandbox/companies/{realm}/records/{entity}/{id}/send", post(email_record))
        .route("/sandbox/faults", post(add_fault).delete(clear_faults))
        .route("/sandbox/calls", get(calls))
        .route("/sandbox/notices", get(notices))
        .route("/sandbox/notices/{number}/resend", post(resend))
        .route("/sandbox/deliveries", get(deliveries))
        .with_state(quickbooks)
}

fn done() -> Answer {
    Ok(Json(json!({"done": true})))
}

async fn put_app(
    State(quickbooks): State<QuickBooks>,
    body: Result<Json<App>, JsonRejection>,
) -> Answer {
    let Json(app) = body?;
    let shown = json!(app);
    quickbooks.put_app(app)?;
    Ok(Json(shown))
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
    body: Result<Json<Treatment>, JsonRejection>,
) -> Answer {
    let Json(treatment) = body?;
    match treatment {
        Treatment::HoldNext(count) => quickbooks.hold_next_notices(&client_id, count)?,
        Treatment::DropNext(count) => quickbooks.drop_next_notices(&client_id, count)?,
        Treatment::Release => quickbooks.release_held_notices(&client_id)?,
    }
    done()
}

async fn companies(State(quickbooks): State<QuickBooks>) -> Answer {
    Ok(Json(json!(quickbooks.companies())))
}

async fn add_company(
    State(quickbooks): State<QuickBooks>,
    body: Result<Json<Company>, JsonRejection>,
) -> Answer {
    let Json(company) = body?;
    let shown = json!(company);
    quickbooks.add_company(company)?;
    Ok(Json(shown))
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
    body: Result<Json<Merge>, JsonRejection>,
) -> Answer {
    let Json(Merge { entity, survivor, loser }) = body?;
    Ok(Json(quickbooks.merge_records(&realm, &entity, &survivor, &loser)?))
}

/// An empty object, so that these calls too need a JSON body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

async fn expire_tokens(
    State(quickbooks): State<QuickBooks>,
    Path(realm): Path<String>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Answer {
    let Json(Nothing {}) = body?;
    Ok(Json(json!({"expired": quickbooks.expire_access_tokens(&realm)?})))
}

/// Which app loses its connection; every app when none is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    client_id: Option<String>,
}

async fn disconnect(
    State(quickbooks): State<QuickBooks>,
    Path(realm): Path<String>,
    body: Result<Json<Disconnect>, JsonRejection>,
) -> Answer {
    let Json(Disconnect { client_id }) = body?;
    let disconnected = quickbooks.disconnect(&realm, client_id.as_deref())?;
    Ok(Json(json!({"disconnected": disconnected})))
}

/// The operation on a record; create or update when absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Operation {
    operation: String,
}

async fn change_record(
    State(quickbooks): State<QuickBooks>,
    Path((realm, entity)): Path<(String, String)>,
    Query(Operation { operation }): Query<Operation>,
    body: Result<Json<Value>, JsonRejection>,
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
    body: Result<Json<Nothing>, JsonRejection>,
) -> Answer {
    let Json(Nothing {}) = body?;
    Ok(Json(quickbooks.email_record(&realm, &entity, &id)?))
}

/// `[{"entity", "id", "sync_token", "last_updated", "standing"}, …]`.
async fn snapshot(State(quickbooks): State<QuickBooks>, Path(realm): Path<String>) -> Answer {
    let listed = |((entity, id), state): (RecordKey, RecordState)| {
        let mut shown = json!({"entity": entity, "id": id});
        if let (Value::Object(shown), Value::Object(state)) = (&mut shown, json!(state)) {
            shown.extend(state);
        }
        shown
    };
    Ok(Json(quickbooks.snapshot(&realm)?.into_iter().map(listed).collect()))
}

async fn add_fault(
    State(quickbooks): State<QuickBooks>,
    body: Result<Json<FaultPlan>, JsonRejection>,
) -> Answer {
    let Json(plan) = body?;
    let shown = json!(plan);
    quickbooks.add_fault(plan)?;
    Ok(Json(shown))
}

async fn clear_faults(State(quickbooks): State<QuickBooks>) -> Answer {
    quickbooks.clear_faults();
    done()
}

async fn calls(State(quickbooks): State<QuickBooks>) -> Answer {
    Ok(Json(json!(quickbooks.calls())))
}

async fn notices(State(quickbooks): State<QuickBooks>) -> Answer {
    Ok(Json(json!(quickbooks.notices())))
}

async fn resend(
    State(quickbooks): State<QuickBooks>,
    Path(number): Path<u64>,
    body: Result<Json<Nothing>, JsonRejection>,
) -> Answer {
    let Json(Nothing {}) = body?;
    quickbooks.resend_notice(number)?;
    done()
}

async fn deliveries(State(quickbooks): State<QuickBooks>) -> Answer {
    Ok(Json(json!(quickbooks.deliveries())))
}
