//! Faults on request: how the next calls go wrong.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::calls::{Call, CallKind, ServedBusiness};
use super::refusal::Refusal;
use super::shared::SharedState;
use crate::connection::ConnectionCut;
use crate::fault_queue::{FaultOrder, once};
use crate::line::Line;

/// One way for a call to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429, with the `Retry-After` of the plan.
    Throttle,
    /// 500 with the array of errors.
    ServerError,
    /// 502 with a page of HTML.
    BadGateway,
    /// 503 with the array of errors.
    Unavailable,
    /// 504 with a page of HTML.
    GatewayTimeout,
    /// The status and length of a good answer, and half of its body.
    HalfBody,
    /// No answer until released; then the call is carried out.
    Hang,
    /// The connection is dropped and nothing is done.
    DropConnection,
    /// The call is carried out and its answer is lost: a token is rotated and nobody knows.
    LoseAnswer,
}

/// An order for faults: the next `count` calls of a kind, of one business or of any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// How the calls go wrong.
    pub fault: Fault,
    /// Which kind of call is hit; without it, all but those of the token endpoint.
    #[serde(default)]
    pub kind: Option<CallKind>,
    /// How many calls are hit.
    #[serde(default = "once")]
    pub count: u32,
    /// Only calls for this business. Token calls name none.
    #[serde(default)]
    pub business_id: Option<String>,
    /// Only calls of this endpoint, such as `contacts`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The `Retry-After` of [`Fault::Throttle`] in seconds; without it there is none.
    #[serde(default)]
    pub retry_after_s: Option<u64>,
}

impl FaultPlan {
    /// The next `count` calls of any kind but those of the token endpoint.
    #[must_use]
    pub fn api(fault: Fault, count: u32) -> Self {
        Self { fault, kind: None, count, business_id: None, endpoint: None, retry_after_s: None }
    }

    /// The next `count` calls of the token endpoint.
    #[must_use]
    pub fn token(fault: Fault, count: u32) -> Self {
        Self::api(fault, count).of_kind(CallKind::Token)
    }

    /// The next `count` calls are throttled, with a wait in seconds.
    #[must_use]
    pub fn throttle(retry_after_s: u64, count: u32) -> Self {
        let retry_after_s = Some(retry_after_s);
        Self { retry_after_s, ..Self::api(Fault::Throttle, count) }
    }

    /// The same plan for one kind of call only.
    #[must_use]
    pub fn of_kind(self, kind: CallKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// The same plan for the calls of one business only.
    #[must_use]
    pub fn of_business(self, business_id: impl Into<String>) -> Self {
        Self { business_id: Some(business_id.into()), ..self }
    }

    /// The same plan for the calls of one endpoint only.
    #[must_use]
    pub fn of_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), ..self }
    }
}

impl FaultOrder for FaultPlan {
    type Call = Call;

    fn hits(&self, call: &Call) -> bool {
        let of_kind = match self.kind {
            Some(kind) => kind == call.kind,
            None => call.kind != CallKind::Token,
        };
        let of_endpoint = self.endpoint.is_none() || self.endpoint.as_deref() == call.endpoint;
        let of_business = self.business_id.is_none() || self.business_id == call.business_id;
        of_kind && of_endpoint && of_business
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
    let Some(mut call) = Call::of(request.method(), request.uri()) else {
        return next.run(request).await;
    };
    let now = shared.now();
    let plan = {
        let mut state = shared.lock();
        call.business_id = super::api::business_asked_for(&state, request.headers(), now);
        state.faults.take(&call)
    };
    let answer = match plan {
        None => next.run(request).await,
        Some(plan) => {
            let line = Line { running: &shared.running, cut, request, next };
            go_wrong(&plan, line).await
        }
    };
    if let Some(ServedBusiness(business_id)) = answer.extensions().get() {
        call.business_id = Some(business_id.clone());
    }
    shared.lock().calls.count((call.business_id, call.kind), answer.status());
    answer
}

async fn go_wrong(plan: &FaultPlan, line: Line<'_>) -> Response {
    match plan.fault {
        Fault::Throttle => Refusal::too_many_requests(plan.retry_after_s).into_response(),
        Fault::ServerError => {
            Refusal::unexpected(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Fault::Unavailable => Refusal::unexpected(StatusCode::SERVICE_UNAVAILABLE).into_response(),
        Fault::BadGateway => gateway_page(StatusCode::BAD_GATEWAY),
        Fault::GatewayTimeout => gateway_page(StatusCode::GATEWAY_TIMEOUT),
        Fault::HalfBody => line.halve_body().await,
        Fault::Hang => line.hang().await,
        Fault::DropConnection => line.drop_connection(),
        Fault::LoseAnswer => line.lose_answer().await,
    }
}

/// What stands before the API answers in HTML.
pub(super) fn gateway_page(status: StatusCode) -> Response {
    let body = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
    (status, Html(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(kind: CallKind, business_id: &str) -> Call {
        let business_id = Some(business_id.to_owned());
        Call { business_id, kind, endpoint: Some("contacts") }
    }

    #[test]
    fn a_plan_spares_other_kinds_businesses_and_endpoints() {
        let plan = FaultPlan::api(Fault::Hang, 1).of_business("1").of_endpoint("contacts");
        assert!(!plan.hits(&call(CallKind::Token, "1")));
        assert!(!plan.hits(&call(CallKind::List, "2")));
        let elsewhere = Call { endpoint: Some("products"), ..call(CallKind::List, "1") };
        assert!(!plan.hits(&elsewhere));
        assert!(plan.hits(&call(CallKind::List, "1")));
    }
}
