//! `ledgerhook serve`: the gateway behind its two addresses until a signal ends it.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::serve::ListenerExt as _;
use ledgerhook_engine::Gateway;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::assembly;
use crate::settings::Settings;

/// Serves until the process is told to end.
pub(crate) async fn run(mut settings: Settings) -> anyhow::Result<ExitCode> {
    assembly::start_logging(&settings.log)?;
    let public = listen(&settings.server.listen, "server.listen").await?;
    if settings.server.public_url.is_empty() && settings.egress.allow_private {
        // In development the providers are on this machine.
        settings.server.public_url = format!("http://{}", public.local_addr()?);
    }
    let gateway = Arc::new(assembly::gateway(&settings).await?);
    make_first_organization(&gateway).await?;
    let (end, ending) = watch::channel(false);
    let mut servers = JoinSet::new();
    let router = ledgerhook_web::router(Arc::clone(&gateway));
    tracing::info!(address = %public.local_addr()?, "the gateway is listening");
    servers.spawn(answer(public, router, ending.clone()));
    if !settings.server.admin_listen.is_empty() {
        let admin = listen(&settings.server.admin_listen, "server.admin_listen").await?;
        tracing::info!(address = %admin.local_addr()?, "health and metrics are listening");
        let router = ledgerhook_web::admin_router(Arc::clone(&gateway));
        servers.spawn(answer(admin, router, ending));
    }
    told_to_end().await?;
    tracing::info!("ending; what is under way is finished first");
    end.send_replace(true);
    while let Some(ended) = servers.join_next().await {
        ended??;
    }
    let complete = gateway.shut_down().await;
    if !complete {
        tracing::warn!("some deliveries were still under way; the next start repeats them");
    }
    Ok(ExitCode::SUCCESS)
}

/// Listens on an address, or says which setting names one that cannot be had.
pub(crate) async fn listen(address: &str, setting: &str) -> anyhow::Result<TcpListener> {
    let listening = TcpListener::bind(address).await;
    listening.with_context(|| format!("{setting}: cannot listen on {address}"))
}

/// Answers requests until told to end; requests under way are finished.
pub(crate) async fn answer(
    listener: TcpListener,
    router: Router,
    mut ending: watch::Receiver<bool>,
) -> std::io::Result<()> {
    // Answers are small and awaited: waiting to fill a packet would only delay them.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            drop(ending.wait_for(|end| *end).await);
        })
        .await
}

async fn told_to_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for signals")?,
    }
    Ok(())
}

/// An empty data folder gets one organisation with one user, so that a newcomer can begin.
#[expect(clippy::print_stdout, reason = "the one time that the first secrets are shown")]
async fn make_first_organization(gateway: &Gateway) -> anyhow::Result<()> {
    let tenants = gateway.tenants();
    if !tenants.organizations().await?.is_empty() {
        return Ok(());
    }
    let organization = tenants.create_organization("default").await?;
    let user = tenants.create_user(organization.made.id, "admin@localhost").await?;
    println!(
        "A first organisation was made. Keep its secrets: they are shown only now.\n\n\
         organization secret: {}\n        user secret: {}\n\n\
         authorization: User {}, Organization {}\n",
        organization.secret.expose(),
        user.secret.expose(),
        user.secret.expose(),
        organization.secret.expose(),
    );
    Ok(())
}
