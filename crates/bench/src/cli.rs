//! The command line: two figures (`ingest`, `deliver`) and the two servers they start as children.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

/// How long the low-rate phase lasts at most: 1,500 samples at the default 300/s, enough for a p99.
const LOW_RATE_SECONDS_MAX: u64 = 5;

#[derive(Debug, Parser)]
#[command(
    name = "ledgerhook-bench",
    about = "Load figures for the gateway, as ratios to a bare echo"
)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Notices accepted per second, every one of them kept for reading and counted afterwards
    Ingest(LoadOptions),
    /// Events delivered per second, from sending the notice to the callback's receiver
    Deliver(LoadOptions),
    /// The yardstick: a bare axum server that answers every request with its own body
    Echo {
        /// Port on 127.0.0.1; 0 takes a free one, printed on the first line
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// The callback receiver, with its own `/stats` and `/arrivals?from=N`
    Receive {
        /// Port on 127.0.0.1; 0 takes a free one, printed on the first line
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

/// What both figures can be asked.
#[derive(Debug, Args)]
pub(crate) struct LoadOptions {
    /// Length of each flat-out phase
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Connections of the generator, each with one request under way at a time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) connections: u16,
    /// Instances, each for a company of its own, over which the notices are spread evenly
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) instances: u16,
    /// Requests per second of the low-rate phase
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,
    /// The gateway's binary [default: `ledgerhook` beside this program]
    #[arg(long)]
    pub(crate) gateway: Option<PathBuf>,
    /// Leave with 1 when the headline ratio is below its floor
    #[arg(long)]
    pub(crate) check: bool,
    /// The floor in percent of the echo's rate [default: ingest 30, deliver 12]
    #[arg(long, requires = "check", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) floor_percent: Option<u32>,
}

impl LoadOptions {
    pub(crate) fn flat_out_duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub(crate) fn low_rate_duration(&self) -> Duration {
        Duration::from_secs(self.seconds.min(LOW_RATE_SECONDS_MAX))
    }

    /// How many requests the low-rate phase sends.
    pub(crate) fn low_rate_notices(&self) -> u64 {
        u64::from(self.rate).saturating_mul(self.low_rate_duration().as_secs())
    }

    /// The floor to hold, if one was asked for.
    pub(crate) fn floor_percent(&self, default_percent: u32) -> Option<u32> {
        self.check.then(|| self.floor_percent.unwrap_or(default_percent))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn load_options(arguments: &[&str]) -> LoadOptions {
        let line = CommandLine::try_parse_from([&["bench", "ingest"], arguments].concat()).unwrap();
        match line.command {
            Command::Ingest(options) => options,
            other => panic!("parsed as {other:?}"),
        }
    }

    #[test]
    fn command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn floor_holds_only_when_checking() {
        assert_eq!(load_options(&[]).floor_percent(30), None);
        assert_eq!(load_options(&["--check"]).floor_percent(30), Some(30));
        let options = load_options(&["--check", "--floor-percent", "45"]);
        assert_eq!(options.floor_percent(30), Some(45));
        assert!(CommandLine::try_parse_from(["bench", "ingest", "--floor-percent", "45"]).is_err());
    }

    #[test]
    fn low_rate_phase_is_never_longer_than_the_flat_out_phase() {
        let low_rate = |seconds: &str| load_options(&["--seconds", seconds]).low_rate_duration();
        assert_eq!(low_rate("2"), Duration::from_secs(2));
        assert_eq!(low_rate("60"), Duration::from_secs(LOW_RATE_SECONDS_MAX));
    }
}
