//! Runs the sandbox for client programs: `serve [PORT] [CHANGES_PER_MINUTE]`. QuickBooks is at the
//! port, of which 0 takes a free one; a line for each provider says which. Asked for a port,
//! FreshBooks and Sage take free ones too, so that programs can run side by side.

use ledgerhook_sandbox::{SandboxCommand, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut command = SandboxCommand::default();
    if let Some(port) = arguments.next() {
        command.port = port.parse()?;
        command.freshbooks.port = 0;
        command.sage.port = 0;
    }
    if let Some(changes_per_minute) = arguments.next() {
        command.changes_per_minute = changes_per_minute.parse()?;
    }
    #[expect(clippy::print_stdout, reason = "a program for the terminal")]
    let print = |line: String| println!("{line}");
    serve(command, print).await?;
    Ok(())
}
