//! Faults on request: how the next calls go wrong.

use std::collections::VecDeque;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::calls::{Call, CallKind};
use super::shared::SharedState;
use super::throttle;
use crate::connection::ConnectionCut;

/// Plans that may wait at once, so that a runaway script cannot fill the memory.
const PLANS_MAX: usize = 1_000;
/// Bytes of an answer that half a body is made of: more than any answer here has.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

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

fn once() -> u32 {
    1
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

    fn hits(&self, kind: CallKind, business_id: Option<u64>) -> bool {
        let of_kind = self.kind.map_or(kind != CallKind::Token, |wanted| wanted == kind);
        of_kind && (self.business_id.is_none() || self.business_id == business_id)
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

    fn take(&mut self, kind: CallKind, business_id: Option<u64>) -> Option<Fault> {
        let plan = self.plans.iter_mut().find(|plan| plan.hits(kind, business_id))?;
        let fault = plan.fault;
        plan.count -= 1;
        self.plans.retain(|plan| plan.count > 0);
        Some(fault)
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
    let (business_id, fault) = {
        let mut state = shared.lock();
        let business_id = state.business_named(&named);
        let fault = state.faults.take(kind, business_id);
        (business_id, fault)
    };
    let answer = match fault {
        None => next.run(request).await,
        Some(fault) => go_wrong(fault, &shared, &cut, request, next).await,
    };
    shared.lock().calls.count(business_id, kind, answer.status());
    answer
}

async fn go_wrong(
    fault: Fault,
    shared: &SharedState,
    cut: &ConnectionCut,
    request: Request,
    next: Next,
) -> Response {
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
        Fault::HalfBody => halve(next.run(request).await).await,
        Fault::Hang => {
            shared.running.wait_for_release().await;
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

/// The same answer with the length it had, ending in the middle.
async fn halve(answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let whole = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    let pieces: [Result<Bytes, std::io::Error>; 2] =
        [Ok(half), Err(std::io::ErrorKind::ConnectionReset.into())];
    Response::from_parts(parts, Body::from_stream(stream::iter(pieces)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_hits_the_ordered_number_of_calls() {
        let mut plans = FaultPlans::default();
        assert!(plans.add(FaultPlan::api(Fault::ServerError, 2)));
        assert!(plans.add(FaultPlan::api(Fault::Unavailable, 1)));
        let taken: Vec<_> = (0..4).map(|_| plans.take(CallKind::Read, None)).collect();
        let error = Some(Fault::ServerError);
        assert_eq!(taken, [error, error, Some(Fault::Unavailable), None]);
    }

    #[test]
    fn a_plan_spares_other_kinds_and_other_businesses() {
        let mut plans = FaultPlans::default();
        assert!(plans.add(FaultPlan::api(Fault::Hang, 1).of_business(1)));
        assert!(plans.add(FaultPlan::of(CallKind::Token, Fault::LoseAnswer, 1)));
        assert_eq!(plans.take(CallKind::List, Some(2)), None);
        assert_eq!(plans.take(CallKind::List, None), None);
        assert_eq!(plans.take(CallKind::Token, None), Some(Fault::LoseAnswer));
        assert_eq!(plans.take(CallKind::List, Some(1)), Some(Fault::Hang));
    }
}
