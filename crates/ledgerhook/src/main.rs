//! The `ledgerhook` program: command line, settings, wiring.

mod admin;
mod ambient;
mod assembly;
mod cli;
mod demo;
mod keys;
mod migration;
mod practice;
mod serve;
mod settings;

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;

/// Notices and deliveries are many small allocations on several threads.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[expect(clippy::print_stderr, reason = "the last word of a command-line program")]
fn main() -> ExitCode {
    match cli::run(cli::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
