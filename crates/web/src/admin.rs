//! The operator's addresses, for supervisors and for Prometheus.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledgerhook_engine::{CountersSnapshot, Gateway};

/// Prometheus' text format, version 0.0.4.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers too.
pub(crate) async fn readyz(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.tenants().organizations().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")).into_response()
        }
    }
}

/// `GET /metrics`
pub(crate) async fn metrics(State(gateway): State<Arc<Gateway>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], prometheus_text(&gateway.counters()))
}

fn prometheus_text(counters: &CountersSnapshot) -> String {
    let mut text = String::new();
    for (name, value) in counters.entries() {
        // Writing to a string cannot fail.
        let _written = writeln!(
            text,
            "# TYPE ledgerhook_{name}_total counter\nledgerhook_{name}_total {value}"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_has_its_type_and_its_value() {
        let counters = CountersSnapshot { attempts: 7, ..CountersSnapshot::default() };
        let text = prometheus_text(&counters);
        let sample = "# TYPE ledgerhook_attempts_total counter\nledgerhook_attempts_total 7\n";
        assert!(text.contains(sample), "{text}");
        assert_eq!(text.lines().count(), 2 * counters.entries().len());
    }
}
