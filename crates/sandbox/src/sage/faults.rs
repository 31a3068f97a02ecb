//! Faults on request: how the next calls go wrong.

use std::collections::VecDeque;
use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};

use super::calls::{Call, CallKind, ServedBusiness};
use super::refusal::Refusal;
use super::shared::SharedState;
use crate::connection::ConnectionCut;

/// Plans that may wait at once, so that a runaway script cannot fill the memory.
const PLANS_MAX: usize = 1_000;

/// The longest answer that is cut in half.
const ANSWER_BYTES_MAX: usize = 64 << 20;

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

fn once() -> u32 {
    1
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

    fn hits(&self, call: &Call) -> bool {
        let of_kind = match self.kind {
            Some(kind) => kind == call.kind,
            None => call.kind != CallKind::Token,
        };
        let of_endpoint = self.endpoint.is_none() || self.endpoint.as_deref() == call.endpoint;
        let of_business = self.business_id.is_none() || self.business_id == call.business_id;
        of_kind && of_endpoint && of_business
    }
}

/// The plans still to be carried out, oldest first.
#[derive(Debug, Default)]
pub(super) struct FaultPlans {
    plans: VecDeque<FaultPlan>,
}

impl FaultPlans {
    /// Puts a plan behind the others; false when there are too many.
    pub(super) fn add(&mut self, plan: FaultPlan) -> bool {
        let room = self.plans.len() < PLANS_MAX;
        if room && plan.count > 0 {
            self.plans.push_back(plan);
        }
        room
    }

    pub(super) fn clear(&mut self) {
        self.plans.clear();
    }

    fn take(&mut self, call: &Call) -> Option<FaultPlan> {
        let plan = self.plans.iter_mut().find(|plan| plan.hits(call))?;
        let taken = plan.clone();
        plan.count -= 1;
        self.plans.retain(|plan| plan.count > 0);
        Some(taken)
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
        Some(plan) => go_wrong(&plan, &shared, &cut, request, next).await,
    };
    if let Some(ServedBusiness(business_id)) = answer.extensions().get() {
        call.business_id = Some(business_id.clone());
    }
    shared.lock().calls.count(call, answer.status());
    answer
}

async fn go_wrong(
    plan: &FaultPlan,
    shared: &SharedState,
    cut: &ConnectionCut,
    request: Request,
    next: Next,
) -> Response {
    match plan.fault {
        Fault::Throttle => Refusal::too_many_requests(plan.retry_after_s).into_response(),
        Fault::ServerError => {
            Refusal::unexpected(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Fault::Unavailable => Refusal::unexpected(StatusCode::SERVICE_UNAVAILABLE).into_response(),
        Fault::BadGateway => gateway_page(StatusCode::BAD_GATEWAY),
        Fault::GatewayTimeout => gateway_page(StatusCode::GATEWAY_TIMEOUT),
        Fault::HalfBody => halve(next.run(request).await).await,
        Fault::Hang => {
            shared.wait_for_release().await;
            next.run(request).await
        }
        Fault::DropConnection => {
            cut.cut();
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Fault::LoseAnswer => {
            let answer = next.run(request).await;
            cut.cut();
            answer
        }
    }
}

/// What stands before the API answers in HTML.
pub(super) fn gateway_page(status: StatusCode) -> Response {
    let body = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
    (status, Html(body)).into_response()
}

/// Keeps the head of an answer and half of its body; then the connection breaks.
async fn halve(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    let Ok(whole) = axum::body::to_bytes(body, ANSWER_BYTES_MAX).await else {
        return gateway_page(StatusCode::BAD_GATEWAY);
    };
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let pieces = stream::unfold(Some(half), async |left: Option<Bytes>| match left {
        Some(half) if !half.is_empty() => Some((Ok(half), Some(Bytes::new()))),
        Some(_) => {
            // Lets the half go out first.
            tokio::task::yield_now().await;
            Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None))
        }
        None => None,
    });
    Response::from_parts(head, Body::from_stream(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(kind: CallKind, business_id: &str) -> Call {
        let business_id = Some(business_id.to_owned());
        Call { business_id, kind, endpoint: Some("contacts") }
    }

    #[test]
    fn a_plan_hits_the_ordered_number_of_calls() {
        let mut plans = FaultPlans::default();
        assert!(plans.add(FaultPlan::api(Fault::ServerError, 2)));
        assert!(plans.add(FaultPlan::throttle(7, 1)));
        let taken: Vec<_> =
            (0..4).map(|_| plans.take(&call(CallKind::Read, "1")).map(|plan| plan.fault)).collect();
        let error = Some(Fault::ServerError);
        assert_eq!(taken, [error, error, Some(Fault::Throttle), None]);
    }

    #[test]
    fn a_plan_spares_other_kinds_businesses_and_endpoints() {
        let mut plans = FaultPlans::default();
        let plan = FaultPlan::api(Fault::Hang, 1).of_business("1").of_endpoint("contacts");
        assert!(plans.add(plan));
        assert!(plans.take(&call(CallKind::Token, "1")).is_none());
        assert!(plans.take(&call(CallKind::List, "2")).is_none());
        let elsewhere = Call { endpoint: Some("products"), ..call(CallKind::List, "1") };
        assert!(plans.take(&elsewhere).is_none());
        assert!(plans.take(&call(CallKind::List, "1")).is_some());
    }
}
