//! `ledgerhook-bench`: load figures for the gateway, measured from outside.
//!
//! The release binary `ledgerhook` runs as a child process and is driven over loopback HTTP. Every
//! figure is read against a yardstick taken in the same run: a bare axum echo server, in a process
//! of its own, driven by the same generator with the same requests. The absolute numbers belong to
//! one machine on one day; the ratios are what may be compared.

#![expect(
    clippy::print_stdout,
    reason = "the tables on standard output are what this program is for"
)]
#![expect(
    clippy::float_arithmetic,
    reason = "rates, ratios and milliseconds are printed, never booked"
)]

mod child;
mod cli;
mod clock;
mod data_folder;
mod deliver;
mod delivery_figures;
mod echo;
mod exchange;
mod footprint;
mod gateway;
mod http;
mod ingest;
mod latency;
mod load;
mod notice;
mod process;
mod receiver;
mod report;
#[cfg(test)]
mod self_test;
mod signature;
mod yardstick;

use std::process::ExitCode;

use anyhow::bail;
use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Command, CommandLine};

/// Leaves with 1 when a figure does not hold, with 2 when the command line is wrong.
#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let command = CommandLine::parse().command;
    // Losing this race drops the running command, and with it every child process it started.
    tokio::select! {
        verdict = run(command) => verdict,
        stopped = stop_signal() => {
            stopped?;
            bail!("stopped by a signal")
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let report = match command {
        Command::Ingest(options) => ingest::run(&options).await?,
        Command::Deliver(options) => deliver::run(&options).await?,
        Command::Echo { port } => {
            echo::run(port).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Receive { port } => {
            receiver::run(port).await?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    print!("{report}");
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn stop_signal() -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
