//! Posts the notices of one app: one body at a time, and none behind a body that is not accepted
//! (reference §1.6).

use std::time::Duration;

use bytes::Bytes;

use super::super::shared::{Shared, SharedState};
use super::super::times;
use super::{Delivery, Notice, body};

/// Waits after the first, second, … failed attempt; the last one repeats without end (Intuit,
/// "Enhanced webhooks monitoring", 2025-10-14).
const RETRY_WAITS_S: [u64; 8] = [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600];

/// Posts whatever is queued for an app, as long as the sandbox runs.
pub(in super::super) async fn send_forever(shared: SharedState, client_id: String) {
    let mut outbox = shared.watch_outbox();
    let gathering = Duration::from_millis(shared.options.aggregation_ms);
    loop {
        let since = shared.lock().outbox.first_waiting_since(&client_id);
        let Some(since) = since else {
            if outbox.changed().await.is_err() {
                return;
            }
            continue;
        };
        let delay = shared.lock().outbox.draw_delay();
        shared.running.wait_since(since, gathering.saturating_add(delay)).await;
        let notices = shared.lock().outbox.take_body(&client_id);
        send_until_accepted(&shared, &client_id, &notices).await;
    }
}

async fn send_until_accepted(shared: &Shared, client_id: &str, notices: &[Notice]) {
    for attempt in 1.. {
        let Some(mut delivery) = prepare(shared, client_id, notices, attempt) else {
            shared.change_outbox(|state| state.outbox.drop_waiting(client_id));
            return;
        };
        delivery.status = post(shared, &delivery).await;
        let (accepted, sent_at) = (delivery.is_accepted(), delivery.sent_at);
        shared.change_outbox(|state| state.outbox.record(delivery));
        if accepted {
            return;
        }
        let wait = retry_wait(attempt) / shared.options.retry_wait_divisor.max(1);
        shared.running.wait_since(sent_at, wait).await;
    }
}

/// The next attempt by the app's settings of now; none when it has no webhook address.
fn prepare(shared: &Shared, client_id: &str, notices: &[Notice], attempt: u32) -> Option<Delivery> {
    let state = shared.lock();
    let app = state.apps.get(client_id)?;
    let spelling = state.outbox.merge_spelling();
    let body = Bytes::from(body::encode(app.webhook_format, spelling, notices));
    Some(Delivery {
        number: 0,
        client_id: client_id.to_owned(),
        url: app.webhook_url.clone()?,
        format: app.webhook_format,
        attempt,
        sent_at: shared.now(),
        notices: notices.iter().map(|notice| notice.number).collect(),
        signature: body::signature(&app.verifier_token, &body),
        body,
        status: None,
    })
}

/// Posts with the documented headers; the status of the answer, if one came in time.
async fn post(shared: &Shared, delivery: &Delivery) -> Option<u16> {
    let trace_id = shared.lock().chance.uuid();
    let request = shared
        .client
        .post(&delivery.url)
        .header("content-type", body::content_type(delivery.format))
        .header("intuit-signature", &delivery.signature)
        .header("intuit-created-time", times::header_time(delivery.sent_at))
        .header("intuit-t-id", trace_id)
        .header("intuit-notification-schema-version", "0.1")
        .header("accept", "application/json")
        .header("user-agent", "intuit_notification_server/0.1")
        .body(delivery.body.clone());
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

fn retry_wait(failed_attempts: u32) -> Duration {
    let place = usize::try_from(failed_attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., last] = RETRY_WAITS_S;
    Duration::from_secs(RETRY_WAITS_S.get(place).copied().unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::retry_wait;

    #[test]
    fn waits_follow_the_published_schedule_and_end_at_six_hours() {
        let waits: Vec<u64> = (1..=10).map(|failed| retry_wait(failed).as_secs()).collect();
        assert_eq!(waits, [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600, 21_600, 21_600]);
    }
}
