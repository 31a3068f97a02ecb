//! `deliver`: how many events a second reach their callback, how long each takes from the sending
//! of its notice, and whether every accepted notice arrived.

use std::sync::Arc;

use crate::child::ChildProcess;
use crate::cli::LoadOptions;
use crate::clock;
use crate::delivery_figures::DeliveryFigures;
use crate::footprint::Footprint;
use crate::gateway::{Gateway, VERIFIER_TOKEN};
use crate::load::{Load, Outcome, drive};
use crate::notice::{NoticeSource, NoticeSupply};
use crate::receiver::{ReceiverClient, ReceiverStats};
use crate::report::{Ratio, Report, delivery_row, phase_header, request_row};
use crate::yardstick::{Yardstick, flat_out, low_rate};

/// Two thirds of the 18 % that the design's sketch reached on 2 cores.
const FLOOR_PERCENT: u32 = 12;

/// One phase: notices in, events out.
#[derive(Debug)]
pub(crate) struct DeliveryPhase {
    pub(crate) sent: Outcome,
    pub(crate) delivered: DeliveryFigures,
}

/// What a run measured.
struct Figures {
    yardstick: Yardstick,
    flat_out: DeliveryPhase,
    low_rate: DeliveryPhase,
    footprint: Footprint,
    receiver: ReceiverStats,
}

/// Measures and reports.
///
/// # Errors
/// When something needed for the figures fails; figures that do not hold are in the report.
pub(crate) async fn run(options: &LoadOptions) -> anyhow::Result<Report> {
    let mut source = NoticeSource::new(clock::now(), options.instances, VERIFIER_TOKEN)?;
    let yardstick = Yardstick::take(options, &mut source).await?;
    let flat_out_notices = source.sign(yardstick.flat_out_notices());
    let low_rate_notices = source.sign(options.low_rate_notices());

    let (_process, address) = ChildProcess::start_server("the receiver", &["receive"]).await?;
    let receiver = ReceiverClient::new(address);
    let gateway = Gateway::start(options.gateway.as_deref()).await?;
    let target = gateway.api().address();
    gateway.api().create_instances(options.instances, &receiver.callback_url()).await?;

    let at_rest = gateway.usage()?;
    let flat_out = measure(flat_out(options, target), flat_out_notices, receiver).await?;
    let after_flat_out = gateway.usage()?;
    let low_rate = measure(low_rate(options, target), low_rate_notices, receiver).await?;
    let footprint = Footprint::complete(&gateway, at_rest, after_flat_out)?;

    let receiver = receiver.stats().await?;
    let figures = Figures { yardstick, flat_out, low_rate, footprint, receiver };
    Ok(figures.report(options.floor_percent(FLOOR_PERCENT)))
}

/// Drives one phase and waits until its events have arrived.
///
/// # Errors
/// When the load cannot be driven or the receiver does not answer.
pub(crate) async fn measure(
    load: Load,
    notices: NoticeSupply,
    receiver: ReceiverClient,
) -> anyhow::Result<DeliveryPhase> {
    let before = receiver.stats().await?.events;
    let sent = drive(load, Arc::new(notices)).await?;
    receiver.wait_for_events(before.saturating_add(sent.accepted.len())).await?;
    let arrivals = receiver.arrivals(before).await?;
    let delivered = DeliveryFigures::join(&sent.accepted, &arrivals)?;
    Ok(DeliveryPhase { sent, delivered })
}

impl Figures {
    fn report(&self, floor_percent: Option<u32>) -> Report {
        let mut report = Report::default();
        report.table(&[
            phase_header(),
            request_row("echo, flat out", &self.yardstick.flat_out),
            request_row("notices in, flat out", &self.flat_out.sent),
            delivery_row("events out, flat out", &self.flat_out.delivered),
            request_row("echo, low rate", &self.yardstick.low_rate),
            request_row("notices in, low rate", &self.low_rate.sent),
            delivery_row("events out, low rate", &self.low_rate.delivered),
        ]);
        let mut details = self.footprint.rows(self.flat_out.sent.accepted.len());
        details.extend(self.receiver_rows());
        report.table(&details);
        let end_to_end_per_s = self.flat_out.delivered.end_to_end_per_s();
        report.headline(&self.ratio("deliver", end_to_end_per_s), floor_percent);
        let while_sending_per_s = self.flat_out.delivered.while_sending_per_s;
        report.headline(&self.ratio("deliver, while sending", while_sending_per_s), None);
        self.require_all_delivered(&mut report);
        report
    }

    fn ratio(&self, name: &'static str, measured_per_s: f64) -> Ratio {
        Ratio { name, measured_per_s, echo_per_s: self.yardstick.flat_out.rate_per_s() }
    }

    fn receiver_rows(&self) -> Vec<[String; 2]> {
        [
            ("notifications received", self.receiver.notifications.to_string()),
            ("notifications received again", self.receiver.repeated_notifications.to_string()),
            ("events received", self.receiver.events.to_string()),
            ("events received again", self.receiver.repeated_events.to_string()),
        ]
        .map(|(name, value)| [name.to_owned(), value])
        .into()
    }

    fn require_all_delivered(&self, report: &mut Report) {
        report.require_answered("echo, flat out", &self.yardstick.flat_out);
        report.require_answered("echo, low rate", &self.yardstick.low_rate);
        for (name, phase) in
            [("gateway, flat out", &self.flat_out), ("gateway, low rate", &self.low_rate)]
        {
            report.require_answered(name, &phase.sent);
            report.require(phase.delivered.missing == 0, || {
                format!("{name}: {} accepted notices were not delivered", phase.delivered.missing)
            });
        }
        report.require(self.receiver.unreadable == 0, || {
            format!("{} callbacks were no notifications of ours", self.receiver.unreadable)
        });
    }
}
