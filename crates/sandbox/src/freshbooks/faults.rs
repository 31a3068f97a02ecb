//! Faults on request: how the next calls go wrong.

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calls::{Call, CallKey, CallKind};
use super::shared::SharedState;
use super::throttle;
use crate::connection::ConnectionCut;
use crate::fault_queue::{FaultOrder, once};
use crate::line::Line;

/// One way for a call to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429 with `Retry-After`.
    Throttle {
        /// The seconds of `Retry-After`.
        retry_after_seconds: u32,
    },
    /// 500 with a JSON body.
    ServerError,
    /// 502 with a page of the gateway.
    BadGateway,
    /// 503 with plain text.
    Unavailable,
    /// The call is carried out; its answer ends in the middle of the body.
    HalfBody,
    /// No answer until released; then the call is carried out.
    Hang,
    /// The connection is dropped and nothing is done.
    DropConnection,
    /// The call is carried out and its answer is lost: a token is rotated and nobody knows.
    LoseAnswer,
}

/// An order for faults: the next `count` calls, of one kind and one business or of any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// How the calls go wrong.
    pub fault: Fault,
    /// Only calls of this kind; none spares the token endpoint and hits all others.
    #[serde(default)]
    pub kind: Option<CallKind>,
    /// How many calls are hit.
    #[serde(default = "once")]
    pub count: u32,
    /// Only calls of this business. Token and identity calls name none.
    #[serde(default)]
    pub business_id: Option<u64>,
}

impl FaultPlan {
    /// The next `count` calls of the API.
    #[must_use]
    pub fn api(fault: Fault, count: u32) -> Self {
        Self { fault, kind: None, count, business_id: None }
    }

    /// The next `count` calls of one kind.
    #[must_use]
    pub fn of(kind: CallKind, fault: Fault, count: u32) -> Self {
        Self { kind: Some(kind), ..Self::api(fault, count) }
    }

    /// The same plan for the calls of one business only.
    #[must_use]
    pub fn of_business(self, business_id: u64) -> Self {
        Self { business_id: Some(business_id), ..self }
    }
}

impl FaultOrder for FaultPlan {
    type Call = CallKey;

    fn hits(&self, (business_id, kind): &CallKey) -> bool {
        let of_kind = self.kind.map_or(*kind != CallKind::Token, |wanted| wanted == *kind);
        of_kind && (self.business_id.is_none() || self.business_id == *business_id)
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
    let Some(Call { named, kind }) = Call::of(&request) else { return next.run(request).await };
    let (key, plan) = {
        let mut state = shared.lock();
        let key = (state.business_named(&named), kind);
        (key, state.faults.take(&key))
    };
    let answer = match plan {
        None => next.run(request).await,
        Some(plan) => {
            let line = Line { running: &shared.running, cut, request, next };
            go_wrong(plan.fault, line).await
        }
    };
    shared.lock().calls.count(key, answer.status());
    answer
}

async fn go_wrong(fault: Fault, line: Line<'_>) -> Response {
    match fault {
        Fault::Throttle { retry_after_seconds } => throttle::too_many(retry_after_seconds),
        Fault::ServerError => {
            let body = json!({"message": "Internal Server Error"});
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
        Fault::BadGateway => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            let headers = [("content-type", "text/html")];
            (StatusCode::BAD_GATEWAY, headers, page).into_response()
        }
        Fault::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, "upstream connect error").into_response()
        }
        Fault::HalfBody => line.halve_body().await,
        Fault::Hang => line.hang().await,
        Fault::DropConnection => line.drop_connection(),
        Fault::LoseAnswer => line.lose_answer().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_spares_other_kinds_and_other_businesses() {
        let plan = FaultPlan::api(Fault::Hang, 1).of_business(1);
        assert!(!plan.hits(&(Some(2), CallKind::List)));
        assert!(!plan.hits(&(None, CallKind::List)));
        assert!(plan.hits(&(Some(1), CallKind::List)));
        let plan = FaultPlan::of(CallKind::Token, Fault::LoseAnswer, 1);
        assert!(!plan.hits(&(None, CallKind::List)));
        assert!(plan.hits(&(None, CallKind::Token)));
    }
}
