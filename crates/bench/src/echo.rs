//! The yardstick: the least that an axum server can do with a request and its body.

use std::net::Ipv4Addr;

use axum::Router;
use axum::body::Bytes;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

/// Serves on loopback until the process ends.
///
/// # Errors
/// When the port cannot be had or the server fails.
pub(crate) async fn run(port: u16) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("{}", listener.local_addr()?);
    Ok(serve(listener).await?)
}

/// Answers every request with its own body.
///
/// # Errors
/// When the listener fails.
pub(crate) async fn serve(listener: TcpListener) -> std::io::Result<()> {
    let router = Router::new().fallback(async |body: Bytes| body);
    let listener = listener.tap_io(|connection| {
        // Without it the yardstick still answers, only later: not worth refusing a connection.
        connection.set_nodelay(true).ok();
    });
    axum::serve(listener, router).await
}
