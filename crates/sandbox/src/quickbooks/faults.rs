//! Faults on request: how the next calls go wrong.

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calls::{Call, CallKind, ServedRealm};
use super::shared::SharedState;
use super::throttle::ThrottleAnswer;
use super::times;
use crate::connection::ConnectionCut;
use crate::fault_queue::{FaultOrder, once};
use crate::line::Line;

/// One way for a call to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429 with the captured XML body, whatever was accepted.
    ThrottleXml,
    /// 429 with the JSON rendering of that body.
    ThrottleJson,
    /// 429 with plain text.
    ThrottleText,
    /// 500 with the SystemFault body.
    ServerError,
    /// 503 with the gateway's plain text.
    Unavailable,
    /// No answer until released; then the call is carried out.
    Hang,
    /// 200 with the SystemFault body.
    ErrorInOk,
    /// The connection is dropped and nothing is done.
    DropConnection,
    /// The call is carried out and its answer is lost: a token is rotated and nobody knows.
    LoseAnswer,
}

/// Which calls a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultTarget {
    /// Calls of the Accounting API.
    Api,
    /// Calls of the token endpoint.
    Token,
}

/// An order for faults: the next `count` calls of the target, of one company or of any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// How the calls go wrong.
    pub fault: Fault,
    /// Which calls are hit.
    pub target: FaultTarget,
    /// How many calls are hit.
    #[serde(default = "once")]
    pub count: u32,
    /// Only calls of this company. Token calls name no company, so it is for `api` only.
    #[serde(default)]
    pub realm_id: Option<String>,
}

impl FaultPlan {
    /// The next `count` calls of the Accounting API.
    #[must_use]
    pub fn api(fault: Fault, count: u32) -> Self {
        Self { fault, target: FaultTarget::Api, count, realm_id: None }
    }

    /// The next `count` calls of the token endpoint.
    #[must_use]
    pub fn token(fault: Fault, count: u32) -> Self {
        Self { fault, target: FaultTarget::Token, count, realm_id: None }
    }

    /// The same plan for the calls of one company only.
    #[must_use]
    pub fn of_company(self, realm_id: impl Into<String>) -> Self {
        Self { realm_id: Some(realm_id.into()), ..self }
    }
}

impl FaultOrder for FaultPlan {
    type Call = Call;

    fn hits(&self, call: &Call) -> bool {
        let target = match call.kind {
            CallKind::Token => FaultTarget::Token,
            CallKind::Batch
            | CallKind::Cdc
            | CallKind::Query
            | CallKind::Read
            | CallKind::Write => FaultTarget::Api,
        };
        self.target == target && (self.realm_id.is_none() || self.realm_id == call.realm_id)
    }

    fn calls_left(&mut self) -> &mut u32 {
        &mut self.count
    }
}

/// The layer around every route: lets a waiting fault happen, and counts the call.
pub(super) async fn intercept(
    State(shared): State<SharedState>,
    ConnectInfo(cut): ConnectInfo<ConnectionCut>,
    request: Request,
    next: Next,
) -> Response {
    let Some(mut call) = Call::of(&request) else { return next.run(request).await };
    let plan = shared.lock().faults.take(&call);
    let answer = match plan {
        None => next.run(request).await,
        Some(plan) => {
            let line = Line { running: &shared.running, cut, request, next };
            go_wrong(plan.fault, shared.now(), line).await
        }
    };
    if let Some(ServedRealm(realm_id)) = answer.extensions().get() {
        call.realm_id = Some(realm_id.clone());
    }
    let mut state = shared.lock();
    call.realm_id = call.realm_id.filter(|realm_id| state.companies.contains_key(realm_id));
    state.calls.count((call.realm_id, call.kind), answer.status());
    answer
}

async fn go_wrong(fault: Fault, now: Timestamp, line: Line<'_>) -> Response {
    match fault {
        Fault::ThrottleXml => ThrottleAnswer::Xml.respond(now),
        Fault::ThrottleJson => ThrottleAnswer::Json.respond(now),
        Fault::ThrottleText => ThrottleAnswer::Text.respond(now),
        Fault::ServerError => system_fault(StatusCode::INTERNAL_SERVER_ERROR, now),
        Fault::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "stream timeout").into_response(),
        Fault::ErrorInOk => system_fault(StatusCode::OK, now),
        Fault::Hang => line.hang().await,
        Fault::DropConnection => line.drop_connection(),
        Fault::LoseAnswer => line.lose_answer().await,
    }
}

/// Code 10000 comes with 500 and with 200 (reference §3.3).
fn system_fault(status: StatusCode, now: Timestamp) -> Response {
    let body = json!({
        "Fault": {
            "Error": [{
                "Message": "An application error has occurred while processing your request",
                "Detail": "System Failure Error: asked for by the test",
                "code": "10000",
            }],
            "type": "SystemFault",
        },
        "time": times::answer_time(now),
    });
    (status, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(kind: CallKind, realm_id: &str) -> Call {
        Call { realm_id: Some(realm_id.to_owned()), kind }
    }

    #[test]
    fn a_plan_spares_other_targets_and_other_companies() {
        let plan = FaultPlan::api(Fault::ThrottleXml, 1).of_company("1");
        assert!(!plan.hits(&call(CallKind::Token, "1")));
        assert!(!plan.hits(&call(CallKind::Cdc, "2")));
        assert!(plan.hits(&call(CallKind::Cdc, "1")));
    }
}
