//! The provider, as far as connecting a company asks for it: it shows every company. Nobody calls
//! it while something is measured.

use std::net::Ipv4Addr;

use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Starts it; its address, and the task that ends with the drop of the set.
///
/// # Errors
/// When no port can be had.
pub(super) async fn start() -> anyhow::Result<(String, JoinSet<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let company = async || Json(json!({"CompanyInfo": {"CompanyName": "Books"}}));
    let router = Router::new().fallback(company);
    let mut server = JoinSet::new();
    server.spawn(async move {
        // A server that has failed shows in the refusal of the first company.
        axum::serve(listener, router).await.ok();
    });
    Ok((url, server))
}
