//! What happens in the books, and which events must come of it.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context as _;
use axum::http::Method;
use ledgerhook_sandbox::quickbooks::{QuickBooks, RecordOperation, WebhookFormat};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::receiver::Arrival;
use super::report;
use super::stage::{CLIENT_ID, POLLED_REALM, Stage, WEBHOOK_REALM};

/// How long an event may take to arrive; on a quiet machine it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long to listen, at the end, for events that should not come.
const SILENCE: Duration = Duration::from_millis(700);

/// One way by which changes are detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    LegacyWebhook,
    CloudEvents,
    Polling,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::LegacyWebhook, Self::CloudEvents, Self::Polling];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::LegacyWebhook => "webhook (legacy body)",
            Self::CloudEvents => "webhook (CloudEvents)",
            Self::Polling => "polling (CDC)",
        }
    }

    fn realm(self) -> &'static str {
        match self {
            Self::LegacyWebhook | Self::CloudEvents => WEBHOOK_REALM,
            Self::Polling => POLLED_REALM,
        }
    }

    fn detection(self) -> &'static str {
        match self {
            Self::LegacyWebhook | Self::CloudEvents => "webhook",
            Self::Polling => "cdc",
        }
    }

    /// What a merge is seen as: a poll sees two changed records and does not learn of their pair.
    fn merge(self, survivor: &str, loser: &str) -> Vec<(String, &'static str)> {
        match self {
            Self::LegacyWebhook | Self::CloudEvents => vec![(survivor.to_owned(), "MERGED")],
            Self::Polling => {
                vec![(survivor.to_owned(), "UPDATED"), (loser.to_owned(), "DELETED")]
            }
        }
    }
}

/// An event that must come, once.
#[derive(Debug, Clone)]
pub(super) struct Expectation {
    pub(super) way: Way,
    /// What was done in the books.
    pub(super) action: &'static str,
    resource: &'static str,
    id: String,
    kind: &'static str,
    /// How often it came.
    pub(super) arrived: u32,
    /// Whether its signatures were right each time.
    pub(super) verified: bool,
    /// From the change to the receipt.
    pub(super) latency: Option<Duration>,
}

/// What came of the whole story.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) expected: Vec<Expectation>,
    /// Events that nobody expected.
    pub(super) unexpected: u32,
    /// Repeats of an event id.
    pub(super) repeated: u32,
    seen: HashMap<String, u32>,
}

impl Outcome {
    /// Everything expected came once, verified, and nothing else came.
    pub(super) fn complete(&self) -> bool {
        let fine = |one: &Expectation| one.arrived == 1 && one.verified;
        self.unexpected == 0 && self.repeated == 0 && self.expected.iter().all(fine)
    }

    fn take(&mut self, arrival: &Arrival, changed_at: Instant) {
        let times = self.seen.entry(arrival.event_id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            self.repeated += 1;
        }
        let latency = arrival.at.saturating_duration_since(changed_at);
        report::arrival(arrival, latency);
        // A polled id is printed with its revision: `7|0`.
        let id = arrival.object_id.split('|').next().unwrap_or_default();
        let fits = |one: &&mut Expectation| {
            one.arrived == 0
                && one.way.realm() == arrival.realm
                && one.way.detection() == arrival.detection
                && one.resource == arrival.resource
                && one.id == id
                && one.kind == arrival.kind
        };
        match self.expected.iter_mut().find(fits) {
            Some(expected) => {
                expected.arrived += 1;
                expected.verified = arrival.verified;
                expected.latency = Some(latency);
            }
            None => self.unexpected += 1,
        }
    }
}

/// Plays all ways one after the other, then listens for what should not come.
pub(super) async fn play(stage: &mut Stage) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    for way in Way::ALL {
        report::chapter(way);
        if way == Way::CloudEvents {
            stage.quickbooks.set_webhook_format(CLIENT_ID, WebhookFormat::CloudEvents)?;
        }
        Play { stage, outcome: &mut outcome, way }.all().await?;
    }
    provoke_repeats(stage).await?;
    let listened_from = Instant::now();
    while let Ok(Some(arrival)) = tokio::time::timeout(SILENCE, stage.arrivals.recv()).await {
        outcome.take(&arrival, listened_from);
    }
    Ok(outcome)
}

/// What must not lead to a second event: the provider sends a notice again, and a poll looks at
/// the same changes again.
async fn provoke_repeats(stage: &Stage) -> anyhow::Result<()> {
    if let Some(last) = stage.quickbooks.notices().last() {
        stage.quickbooks.resend_notice(last.number)?;
    }
    let polled = stage.instances.get(POLLED_REALM).context("no polled instance")?;
    stage.api.call(Method::POST, &format!("/instances/{polled}/poll"), None).await?;
    Ok(())
}

struct Play<'a> {
    stage: &'a mut Stage,
    outcome: &'a mut Outcome,
    way: Way,
}

impl Play<'_> {
    async fn all(&mut self) -> anyhow::Result<()> {
        let customer = self.save_customer("create a customer", "Ada", "CREATED").await?;
        let invoice = self.create_invoice(&customer).await?;
        let updated = self.update_invoice(&invoice).await?;
        self.delete_invoice(&updated).await?;
        let other = self.save_customer("create another customer", "Bea", "CREATED").await?;
        self.merge(&customer, &other).await
    }

    async fn save_customer(
        &mut self,
        action: &'static str,
        name: &str,
        kind: &'static str,
    ) -> anyhow::Result<Value> {
        let body = json!({"DisplayName": format!("{name} ({})", self.way.title())});
        let change = |books: &QuickBooks, realm: &str| {
            books.change_record(realm, "Customer", RecordOperation::Save, body)
        };
        self.expect_record(action, "customers", kind, change).await
    }

    async fn create_invoice(&mut self, customer: &Value) -> anyhow::Result<Value> {
        let body = json!({
            "CustomerRef": {"value": id_of(customer)?},
            "Line": [{"Amount": 120.50, "DetailType": "SalesItemLineDetail",
                      "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}],
        });
        let change = |books: &QuickBooks, realm: &str| {
            books.change_record(realm, "Invoice", RecordOperation::Save, body)
        };
        self.expect_record("create an invoice", "invoices", "CREATED", change).await
    }

    async fn update_invoice(&mut self, invoice: &Value) -> anyhow::Result<Value> {
        let body = json!({
            "Id": id_of(invoice)?, "SyncToken": invoice.get("SyncToken"), "sparse": true,
            "PrivateNote": "changed in the demo",
        });
        let change = |books: &QuickBooks, realm: &str| {
            books.change_record(realm, "Invoice", RecordOperation::Save, body)
        };
        self.expect_record("change the invoice", "invoices", "UPDATED", change).await
    }

    async fn delete_invoice(&mut self, invoice: &Value) -> anyhow::Result<()> {
        let body = json!({"Id": id_of(invoice)?, "SyncToken": invoice.get("SyncToken")});
        let change = |books: &QuickBooks, realm: &str| {
            books.change_record(realm, "Invoice", RecordOperation::Delete, body)
        };
        self.expect_record("delete the invoice", "invoices", "DELETED", change).await?;
        Ok(())
    }

    async fn merge(&mut self, survivor: &Value, loser: &Value) -> anyhow::Result<()> {
        let (survivor, loser) = (id_of(survivor)?, id_of(loser)?);
        let changed_at = Instant::now();
        self.stage.quickbooks.merge_customers(self.way.realm(), &survivor, &loser)?;
        for (id, kind) in self.way.merge(&survivor, &loser) {
            self.expect("merge the two customers", "customers", id, kind);
        }
        self.wait(changed_at).await;
        Ok(())
    }

    /// Makes one change of one record and waits for its event.
    async fn expect_record(
        &mut self,
        action: &'static str,
        resource: &'static str,
        kind: &'static str,
        change: impl FnOnce(
            &QuickBooks,
            &str,
        ) -> Result<Value, ledgerhook_sandbox::quickbooks::QuickBooksError>,
    ) -> anyhow::Result<Value> {
        let changed_at = Instant::now();
        let record = change(&self.stage.quickbooks, self.way.realm())?;
        self.expect(action, resource, id_of(&record)?, kind);
        self.wait(changed_at).await;
        Ok(record)
    }

    fn expect(
        &mut self,
        action: &'static str,
        resource: &'static str,
        id: String,
        kind: &'static str,
    ) {
        let way = self.way;
        self.outcome.expected.push(Expectation {
            way,
            action,
            resource,
            id,
            kind,
            arrived: 0,
            verified: false,
            latency: None,
        });
    }

    /// Takes events until everything expected has come, or patience ends.
    async fn wait(&mut self, changed_at: Instant) {
        let deadline = changed_at + PATIENCE;
        while self.outcome.expected.iter().any(|one| one.arrived == 0) {
            let next = tokio::time::timeout_at(deadline, self.stage.arrivals.recv()).await;
            let Ok(Some(arrival)) = next else { return };
            self.outcome.take(&arrival, changed_at);
        }
    }
}

fn id_of(record: &Value) -> anyhow::Result<String> {
    let id = record.get("Id").and_then(Value::as_str);
    Ok(id.context("a record without an Id")?.to_owned())
}
