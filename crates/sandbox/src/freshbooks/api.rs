//! The API over HTTP: who may call, and what answers look like in each service
//! (reference: freshbooks-sage §1.5, §1.8–1.10).

mod access;
mod accounting;
mod business;
mod identity;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

pub(super) use access::{Caller, Denied, Session};

use super::books::{Fields, fields_of};
use super::nouns::{Noun, Writes};
use super::refusal::{Reason, Refusal};
use super::shared::SharedState;

pub(super) fn routes() -> Router<SharedState> {
    let account = "/accounting/account/{account}/{group}/{list}";
    let business = "/{service}/business/{business}/{segment}";
    Router::new()
        .route("/auth/api/v1/users/me", get(identity::me))
        .route(account, get(accounting::list).post(accounting::create))
        .route(
            &format!("{account}/{{id}}"),
            get(accounting::read).put(accounting::update).delete(accounting::delete),
        )
        .route(business, get(business::list).post(business::create))
        .route(
            &format!("{business}/{{id}}"),
            get(business::read).put(business::update).delete(business::delete),
        )
        .fallback(unknown)
}

async fn unknown(State(_): State<SharedState>) -> Response {
    let body = json!({"error": "Requested resource could not be found."});
    (StatusCode::NOT_FOUND, axum::Json(body)).into_response()
}

/// The content of `{"client": {…}}`.
fn content(noun: &'static Noun, body: &[u8]) -> Result<Fields, Refusal> {
    let parsed: Option<Fields> = serde_json::from_slice(body).ok().map(fields_of);
    // One SDK writes credit notes under the key of their list.
    let inner = parsed
        .and_then(|mut fields| fields.remove(noun.key).or_else(|| fields.remove(noun.list_key)));
    match inner {
        Some(serde_json::Value::Object(inner)) => Ok(inner),
        _ => Err(Refusal::missing(noun.key, noun.key)),
    }
}

fn parse_id(noun: &'static Noun, id: &str) -> Result<u64, Refusal> {
    id.parse().map_err(|_| Refusal::new(Reason::Unknown, noun.key, noun.id_property, id))
}

fn check_writes(noun: &'static Noun, is_create: bool) -> Result<(), Refusal> {
    match noun.writes {
        Writes::All => Ok(()),
        Writes::ChangesOnly if !is_create => Ok(()),
        Writes::ChangesOnly | Writes::Nothing => Err(Refusal::not_allowed(noun.key)),
    }
}
