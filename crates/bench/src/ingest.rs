//! `ingest`: how many notices a second the gateway takes, and whether it kept every one of them.

use std::sync::Arc;

use crate::cli::LoadOptions;
use crate::clock;
use crate::footprint::Footprint;
use crate::gateway::{Gateway, GatewayApi, VERIFIER_TOKEN};
use crate::load::{Outcome, drive};
use crate::notice::{NOTICE_PATH, NoticeSource};
use crate::report::{Ratio, Report, phase_header, request_row};
use crate::yardstick::{Yardstick, flat_out, low_rate};

/// Two thirds of the 45 % that the design's sketch reached on 2 cores.
const FLOOR_PERCENT: u32 = 30;

/// What a run measured.
struct Figures {
    yardstick: Yardstick,
    flat_out: Outcome,
    low_rate: Outcome,
    footprint: Footprint,
    stored_events: u64,
}

/// Measures and reports.
///
/// # Errors
/// When something needed for the figures fails; figures that do not hold are in the report.
pub(crate) async fn run(options: &LoadOptions) -> anyhow::Result<Report> {
    let mut source = NoticeSource::new(clock::now(), options.instances, VERIFIER_TOKEN)?;
    let yardstick = Yardstick::take(options, &mut source).await?;
    let flat_out_notices = Arc::new(source.sign(yardstick.flat_out_notices()));
    let low_rate_notices = Arc::new(source.sign(options.low_rate_notices()));

    let gateway = Gateway::start(options.gateway.as_deref()).await?;
    let target = gateway.api().address();
    let keep_for_reading = format!("http://{target}{NOTICE_PATH}");
    let instances = gateway.api().create_instances(options.instances, &keep_for_reading).await?;

    let at_rest = gateway.usage()?;
    let flat_out = drive(flat_out(options, target), flat_out_notices).await?;
    let after_flat_out = gateway.usage()?;
    let low_rate = drive(low_rate(options, target), low_rate_notices).await?;
    let footprint = Footprint::complete(&gateway, at_rest, after_flat_out)?;

    let stored_events = count_stored_events(gateway.api(), &instances).await?;
    let figures = Figures { yardstick, flat_out, low_rate, footprint, stored_events };
    Ok(figures.report(options.floor_percent(FLOOR_PERCENT)))
}

async fn count_stored_events(api: &GatewayApi, instances: &[u64]) -> anyhow::Result<u64> {
    let mut count: u64 = 0;
    for &instance_id in instances {
        count = count.saturating_add(api.count_events(instance_id).await?);
    }
    Ok(count)
}

impl Figures {
    fn report(&self, floor_percent: Option<u32>) -> Report {
        let phases = [
            ("echo, flat out", &self.yardstick.flat_out),
            ("gateway, flat out", &self.flat_out),
            ("echo, low rate", &self.yardstick.low_rate),
            ("gateway, low rate", &self.low_rate),
        ];
        let accepted = self.flat_out.accepted.len().saturating_add(self.low_rate.accepted.len());

        let mut report = Report::default();
        let mut rows = vec![phase_header()];
        for (phase, outcome) in phases {
            rows.push(request_row(phase, outcome));
            report.require_answered(phase, outcome);
        }
        report.table(&rows);
        let mut details = self.footprint.rows(self.flat_out.accepted.len());
        details.push(["notices accepted".to_owned(), accepted.to_string()]);
        details.push(["events stored".to_owned(), self.stored_events.to_string()]);
        report.table(&details);
        report.headline(
            &Ratio {
                name: "ingest",
                measured_per_s: self.flat_out.rate_per_s(),
                echo_per_s: self.yardstick.flat_out.rate_per_s(),
            },
            floor_percent,
        );
        report.require(u64::try_from(accepted) == Ok(self.stored_events), || {
            format!("{accepted} notices were accepted, but {} events stored", self.stored_events)
        });
        report
    }
}
