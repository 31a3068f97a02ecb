//! The running sandbox: its loopback servers and the provider stand-ins they carry.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::connection::{ConnectionCut, CuttableListener};
use crate::freshbooks::FreshBooks;
use crate::options::SandboxOptions;
use crate::quickbooks::QuickBooks;
use crate::sage::Sage;

/// How long a shutdown waits for open requests. Longer than a webhook answer may take (3 s), so
/// that a well-behaved receiver is never cut off.
const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);

/// A running sandbox. Dropping it stops the servers without waiting.
#[derive(Debug)]
pub struct Sandbox {
    base_url: String,
    quickbooks: QuickBooks,
    freshbooks: FreshBooks,
    sage: Sage,
    tasks: TaskTracker,
    stop: DropGuard,
}

impl Sandbox {
    /// Opens the servers on 127.0.0.1 and registers the apps and companies of the options.
    ///
    /// # Errors
    /// When a port cannot be bound, or a webhook client cannot be built.
    pub async fn start(options: SandboxOptions) -> io::Result<Self> {
        let (quickbooks_listener, base_url) = bind(options.port).await?;
        let (freshbooks_listener, freshbooks_url) = bind(options.freshbooks.port).await?;
        let (sage_listener, sage_url) = bind(options.sage.port).await?;
        let stop = CancellationToken::new();
        // Stops what runs already if something else cannot start.
        let stop_guard = stop.clone().drop_guard();
        let tasks = TaskTracker::new();
        let sage = Sage::new(&sage_url, &options, tasks.clone(), stop.clone())?;
        let freshbooks = FreshBooks::new(&freshbooks_url, &options, tasks.clone(), stop.clone())?;
        let quickbooks = QuickBooks::new(&base_url, options, tasks.clone(), stop.clone())?;
        for (listener, router) in [
            (quickbooks_listener, quickbooks.router()),
            (freshbooks_listener, freshbooks.router()),
            (sage_listener, sage.router()),
        ] {
            tasks.spawn(carry(listener, router, stop.clone()));
        }
        Ok(Self { base_url, quickbooks, freshbooks, sage, tasks, stop: stop_guard })
    }

    /// `http://127.0.0.1:<port>` of QuickBooks Online, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The QuickBooks Online stand-in.
    #[must_use]
    pub fn quickbooks(&self) -> &QuickBooks {
        &self.quickbooks
    }

    /// The FreshBooks stand-in; [`FreshBooks::base_url`] says where it is.
    #[must_use]
    pub fn freshbooks(&self) -> &FreshBooks {
        &self.freshbooks
    }

    /// The Sage Accounting stand-in; [`Sage::base_url`] says where it is.
    #[must_use]
    pub fn sage(&self) -> &Sage {
        &self.sage
    }

    /// Stops taking requests, releases hanging ones, and waits a bounded time for the rest.
    pub async fn shutdown(self) {
        drop(self.stop);
        self.tasks.close();
        // Whatever is still open after the wait ends with the runtime.
        let _stragglers = tokio::time::timeout(SHUTDOWN_WAIT, self.tasks.wait()).await;
    }
}

/// A listener on 127.0.0.1 with its address.
async fn bind(port: u16) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    Ok((listener, base_url))
}

/// Serves a stand-in until the sandbox stops.
async fn carry(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<ConnectionCut>();
    axum::serve(CuttableListener(listener), service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}
