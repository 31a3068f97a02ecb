//! Posts the notices of one callback, one after the other. A notice that fails is tried again
//! later, behind those that came after it: FreshBooks promises no order.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Notify;

use super::super::shared::{Shared, SharedState};
use super::outbox::{Delivery, Next, Retry, Waiting};
use super::{body, signature};

/// Posts whatever is queued for a callback, as long as there is one.
pub(super) async fn send_until_closed(shared: SharedState, callback_id: u64, wake: Arc<Notify>) {
    loop {
        let next = shared.lock().outbox.next(callback_id);
        match next {
            Next::Closed => return,
            Next::Nothing => wake.notified().await,
            Next::Send(waiting) => {
                let delay = shared.lock().outbox.draw_delay();
                shared.running.wait_since(waiting.notice.at, delay).await;
                send(&shared, waiting).await;
            }
        }
    }
}

/// Posts one notice that was taken from the outbox, and lets it be tried again if it fails.
pub(super) async fn send(shared: &SharedState, waiting: Waiting) {
    let Some(mut delivery) = prepare(shared, &waiting) else {
        shared.change_outbox(|state| state.outbox.give_back());
        return;
    };
    delivery.status = post(shared, &delivery).await;
    let sent_at = delivery.sent_at;
    let retry = shared.change_outbox(|state| state.outbox.record(waiting, delivery));
    let Some(Retry { waiting, wait }) = retry else { return };
    let wait = wait / shared.options.retry_wait_divisor.max(1);
    let later = Arc::clone(shared);
    shared.running.spawn(async move {
        later.running.wait_since(sent_at, wait).await;
        later.change_outbox(|state| state.outbox.retry(waiting));
    });
}

/// The next attempt by the callback of now; none when it is gone, or not verified any more.
fn prepare(shared: &Shared, waiting: &Waiting) -> Option<Delivery> {
    let notice = &waiting.notice;
    let conduct = &shared.options.callbacks;
    let state = shared.lock();
    let callback = state.callbacks.get(notice.callback_id)?;
    if !notice.is_handshake && !callback.verified {
        return None;
    }
    let business = &state.businesses.get(&notice.business_id)?.business;
    let account_id = business.account_id.as_deref().unwrap_or_default();
    let form = body::form(conduct, callback, account_id, notice);
    let is_signed = !notice.is_handshake || conduct.signs_handshakes;
    Some(Delivery {
        number: 0,
        notice: notice.number,
        callback_id: notice.callback_id,
        url: callback.uri.clone(),
        attempt: waiting.attempt,
        sent_at: shared.now(),
        body: Bytes::from(body::encode(&form)),
        signature: is_signed.then(|| signature::sign(&callback.verifier, &form)),
        status: None,
    })
}

/// Posts a form; the status of the answer, if one came in time.
async fn post(shared: &Shared, delivery: &Delivery) -> Option<u16> {
    let mut request = shared
        .client
        .post(&delivery.url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(delivery.body.clone());
    if let Some(signature) = &delivery.signature {
        request = request.header("x-freshbooks-hmac-sha256", signature);
    }
    request.send().await.ok().map(|answer| answer.status().as_u16())
}
