//! What happens in the books, and which events must come of it.

use std::time::Duration;

use axum::http::Method;
use ledgerhook_sandbox::quickbooks::WebhookFormat;
use tokio::time::Instant;

use super::books::{Books, FreshBooksBooks, QuickBooksBooks, Record, SageBooks};
use super::companies::{FRESHBOOKS_BUSINESS_ID, QUICKBOOKS_POLLED, SAGE};
use super::outcome::{Expectation, Outcome, Way};
use super::report;
use super::stage::{CLIENT_ID, Stage};

/// How long an event may take to arrive; on a quiet machine it takes milliseconds, and a second
/// where the record behind a notice is read.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long to listen, at the end, for events that should not come: longer than notices are
/// gathered.
const SILENCE: Duration = Duration::from_millis(2_500);

/// Longer than a second: two changes so far apart have two times.
const NEXT_SECOND: Duration = Duration::from_millis(1_100);

/// Plays all ways one after the other, then listens for what should not come.
pub(super) async fn play(stage: &mut Stage) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    for way in Way::ALL {
        report::chapter(way);
        if way == Way::CloudEvents {
            let quickbooks = stage.sandbox.quickbooks();
            quickbooks.set_webhook_format(CLIENT_ID, WebhookFormat::CloudEvents)?;
        }
        Play { stage, outcome: &mut outcome, way }.all().await?;
    }
    provoke_repeats(stage).await?;
    let listened_from = Instant::now();
    while let Ok(Some(arrival)) = tokio::time::timeout(SILENCE, stage.arrivals.recv()).await {
        let latency = arrival.at.saturating_duration_since(listened_from);
        report::arrival(&arrival, latency);
        outcome.take(&arrival, latency);
    }
    Ok(outcome)
}

/// What must not lead to a second event: the providers send a notice again, and polls look at the
/// same changes again.
async fn provoke_repeats(stage: &Stage) -> anyhow::Result<()> {
    let (quickbooks, freshbooks) = (stage.sandbox.quickbooks(), stage.sandbox.freshbooks());
    if let Some(last) = quickbooks.notices().last() {
        quickbooks.resend_notice(last.number)?;
    }
    if let Some(last) = freshbooks.notices().last() {
        freshbooks.resend_notice(last.number)?;
    }
    for company in [QUICKBOOKS_POLLED, SAGE] {
        let path = format!("/instances/{}/poll", stage.instance_of(&company)?);
        stage.api.call(Method::POST, &path, None).await?;
    }
    Ok(())
}

struct Play<'a> {
    stage: &'a mut Stage,
    outcome: &'a mut Outcome,
    way: Way,
}

impl Play<'_> {
    async fn all(&mut self) -> anyhow::Result<()> {
        let name = |first: &str| format!("{first} ({})", self.way.title());
        let (ada, bea) = (name("Ada"), name("Bea"));
        let customer = self
            .expect("create a customer", "CREATED", |books| books.create_customer(&ada))
            .await?;
        let invoice = self
            .expect("create an invoice", "CREATED", |books| books.create_invoice(&customer))
            .await?;
        self.expect("change the invoice", "UPDATED", |books| books.change_invoice(&invoice))
            .await?;
        self.expect("delete the invoice", "DELETED", |books| books.delete_invoice(&invoice))
            .await?;
        let other = self
            .expect("create another customer", "CREATED", |books| books.create_customer(&bea))
            .await?;
        self.merge(customer, other).await
    }

    async fn merge(&mut self, survivor: Record, merged_away: Record) -> anyhow::Result<()> {
        let changed_at = Instant::now();
        if self.books().merge_customers(&survivor, &merged_away)? {
            for (record, kind) in self.way.merge(survivor, merged_away) {
                let action = "merge the two customers";
                self.outcome.expected.push(Expectation::new(self.way, action, record, kind));
            }
            self.wait(changed_at).await;
        }
        Ok(())
    }

    /// Makes one change of one record and waits for its event.
    async fn expect(
        &mut self,
        action: &'static str,
        kind: &'static str,
        change: impl FnOnce(&dyn Books) -> anyhow::Result<Record>,
    ) -> anyhow::Result<Record> {
        if self.way.has_whole_seconds() {
            tokio::time::sleep(NEXT_SECOND).await;
        }
        let changed_at = Instant::now();
        let record = change(&*self.books())?;
        self.outcome.expected.push(Expectation::new(self.way, action, record.clone(), kind));
        self.wait(changed_at).await;
        Ok(record)
    }

    /// The books that the way is about.
    fn books(&self) -> Box<dyn Books + '_> {
        let (sandbox, id) = (&self.stage.sandbox, self.way.company().id);
        match self.way {
            Way::LegacyWebhook | Way::CloudEvents | Way::ChangeDataCapture => {
                Box::new(QuickBooksBooks { quickbooks: sandbox.quickbooks(), realm: id })
            }
            Way::FreshBooksWebhook => {
                let business_id = FRESHBOOKS_BUSINESS_ID;
                Box::new(FreshBooksBooks { freshbooks: sandbox.freshbooks(), business_id })
            }
            Way::SagePolling => Box::new(SageBooks { sage: sandbox.sage(), business_id: id }),
        }
    }

    /// Takes events until everything expected has come, or patience ends.
    async fn wait(&mut self, changed_at: Instant) {
        let deadline = changed_at + PATIENCE;
        while !self.outcome.is_there() {
            let next = tokio::time::timeout_at(deadline, self.stage.arrivals.recv()).await;
            let Ok(Some(arrival)) = next else { return };
            let latency = arrival.at.saturating_duration_since(changed_at);
            report::arrival(&arrival, latency);
            self.outcome.take(&arrival, latency);
        }
    }
}
