//! What is printed at the end: tables, headline ratios, and what did not hold.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::delivery_figures::DeliveryFigures;
use crate::latency::Latencies;
use crate::load::Outcome;

/// Blanks between two columns.
const COLUMN_GAP: usize = 2;

/// The text of a run's figures, and its failures.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    /// Adds rows of cells, aligned: the first column to the left, the others to the right.
    pub(crate) fn table<const COLUMNS: usize>(&mut self, rows: &[[String; COLUMNS]]) {
        let mut widths = [0; COLUMNS];
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in rows {
            self.lines.push(aligned(row, &widths));
        }
        self.lines.push(String::new());
    }

    /// Adds a headline and holds it against its floor, if there is one.
    pub(crate) fn headline(&mut self, ratio: &Ratio, floor_percent: Option<u32>) {
        self.lines.push(ratio.to_string());
        if let Some(floor) = floor_percent {
            self.require(ratio.percent() >= f64::from(floor), || {
                format!("{} is below its floor of {floor} %", ratio.name)
            });
        }
    }

    /// Notes a failure when `holds` is false.
    pub(crate) fn require(&mut self, holds: bool, failure: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(failure());
        }
    }

    /// Notes a failure when a phase had errors or no answer at all.
    pub(crate) fn require_answered(&mut self, phase: &str, outcome: &Outcome) {
        self.require(!outcome.accepted.is_empty(), || format!("{phase}: nothing was accepted"));
        self.require(outcome.errors == 0, || {
            let first = outcome.first_error.as_deref().unwrap_or("unknown");
            format!("{phase}: {} errors, the first: {first}", outcome.errors)
        });
    }

    /// Whether nothing failed.
    pub(crate) fn holds(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(formatter, "{line}")?;
        }
        for failure in &self.failures {
            writeln!(formatter, "FAILED: {failure}")?;
        }
        Ok(())
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        if column == 0 {
            line.push_str(&format!("{cell:<width$}"));
        } else {
            line.push_str(&format!("{:COLUMN_GAP$}{cell:>width$}", ""));
        }
    }
    line
}

/// A rate beside the echo's rate in the same run.
#[derive(Debug)]
pub(crate) struct Ratio {
    pub(crate) name: &'static str,
    pub(crate) measured_per_s: f64,
    pub(crate) echo_per_s: f64,
}

impl Ratio {
    fn percent(&self) -> f64 {
        100.0 * self.measured_per_s / self.echo_per_s.max(f64::EPSILON)
    }
}

impl Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {:.0} % of the echo ({:.0}/s of {:.0}/s)",
            self.name,
            self.percent(),
            self.measured_per_s,
            self.echo_per_s
        )
    }
}

/// A row of the table of phases.
pub(crate) type PhaseRow = [String; 9];

/// The first row of the table of phases.
pub(crate) fn phase_header() -> PhaseRow {
    ["phase", "seconds", "count", "per second", "p50 ms", "p95 ms", "p99 ms", "max ms", "errors"]
        .map(str::to_owned)
}

/// The row of a phase of requests.
pub(crate) fn request_row(phase: &str, outcome: &Outcome) -> PhaseRow {
    let rate = [
        seconds(outcome.elapsed),
        outcome.accepted.len().to_string(),
        format!("{:.0}", outcome.rate_per_s()),
    ];
    phase_row(phase, rate, &outcome.latencies, outcome.errors.to_string())
}

/// The row of a phase of deliveries; what is missing is its errors.
pub(crate) fn delivery_row(phase: &str, figures: &DeliveryFigures) -> PhaseRow {
    let rate = [
        seconds(figures.elapsed),
        figures.delivered.to_string(),
        format!("{:.0}", figures.end_to_end_per_s()),
    ];
    phase_row(phase, rate, &figures.latencies, figures.missing.to_string())
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1}", elapsed.as_secs_f64())
}

fn phase_row(phase: &str, rate: [String; 3], latencies: &Latencies, errors: String) -> PhaseRow {
    let [seconds, count, per_s] = rate;
    let [p50, p95, p99] =
        [50.0, 95.0, 99.0].map(|percent| format!("{:.2}", latencies.percentile_ms(percent)));
    let max = format!("{:.2}", latencies.max_ms());
    [phase.to_owned(), seconds, count, per_s, p50, p95, p99, max, errors]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(measured_per_s: f64) -> Ratio {
        Ratio { name: "ingest", measured_per_s, echo_per_s: 100_000.0 }
    }

    #[test]
    fn columns_are_aligned() {
        let mut report = Report::default();
        report.table(&[["phase", "count"], ["echo", "5"]].map(|row| row.map(str::to_owned)));
        assert_eq!(report.to_string(), "phase  count\necho       5\n\n");
    }

    #[test]
    fn headline_below_its_floor_fails() {
        for (measured_per_s, floor_percent, holds) in [
            (43_210.0, None, true),
            (43_210.0, Some(43), true),
            (42_900.0, Some(43), false),
            (0.0, Some(1), false),
        ] {
            let mut report = Report::default();
            report.headline(&ratio(measured_per_s), floor_percent);
            assert_eq!(report.holds(), holds, "{measured_per_s} against {floor_percent:?}");
        }
    }

    #[test]
    fn headline_says_what_it_compares() {
        let line = ratio(43_210.0).to_string();
        assert_eq!(line, "ingest: 43 % of the echo (43210/s of 100000/s)");
    }

    #[test]
    fn failures_are_printed_last() {
        let mut report = Report::default();
        report.require(true, || "not this".to_owned());
        report.require(false, || "3 notices are missing".to_owned());
        report.headline(&ratio(0.0), None);
        assert!(report.to_string().ends_with("\nFAILED: 3 notices are missing\n"));
    }
}
