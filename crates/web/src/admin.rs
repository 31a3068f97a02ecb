//! The operator's addresses, for supervisors and for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledgerhook_engine::health::InstanceStatus;
use ledgerhook_engine::spending::AppGauge;
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
    let mut text = prometheus_text(&gateway.counters());
    match gateway.health().totals().await {
        Ok(totals) => write_statuses(&mut text, &totals),
        // What is counted in memory is told also when the store cannot be read.
        Err(error) => tracing::warn!(%error, "the status of instances is not in the metrics"),
    }
    write_apps(&mut text, &gateway.spending().gauges());
    ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], text)
}

/// Instances by status: five numbers however many instances there are.
fn write_statuses(text: &mut String, totals: &BTreeMap<InstanceStatus, u64>) {
    text.push_str("# TYPE ledgerhook_instances gauge\n");
    for (status, count) in totals {
        let status = status.as_str();
        let _written = writeln!(text, "ledgerhook_instances{{status=\"{status}\"}} {count}");
    }
}

/// The reads of each provider app. An element's key has no character that a label must escape.
fn write_apps(text: &mut String, gauges: &[AppGauge]) {
    let is_exhausted =
        |gauge: &AppGauge| gauge.budget.map(|budget| i64::from(gauge.used >= budget));
    type Reading<'r> = &'r dyn Fn(&AppGauge) -> Option<i64>;
    let readings: [(&str, Reading<'_>); 4] = [
        ("app_reads", &|gauge| Some(gauge.used)),
        ("app_reads_projected", &|gauge| Some(gauge.projected)),
        ("app_read_budget", &|gauge| gauge.budget),
        ("app_read_budget_exhausted", &is_exhausted),
    ];
    for (name, reading) in readings {
        let _written = writeln!(text, "# TYPE ledgerhook_{name} gauge");
        for gauge in gauges {
            let AppGauge { app, element, .. } = gauge;
            if let Some(value) = reading(gauge) {
                let labels = format!("app=\"{app}\",element=\"{element}\"");
                let _written = writeln!(text, "ledgerhook_{name}{{{labels}}} {value}");
            }
        }
    }
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
