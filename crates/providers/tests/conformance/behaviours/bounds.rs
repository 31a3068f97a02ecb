//! No answer is read further than the gateway's limit.

use ledgerhook_connector::{
    ConnectError, HubPage, HubPlace, HubQuery, ProviderError, RefreshError,
};
use ledgerhook_model::ceql::OrderBy;

use crate::bench::company::Company;
use crate::bench::provider::Provider;
use crate::bench::wire::Spoiling;
use crate::bench::{BODY_BYTES_MAX, Bench};

/// What the sockets on the way may hold of an answer that nobody reads.
const SOCKETS_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Though what came first is a whole answer: of an answer without an end, nothing is believed.
pub(crate) async fn an_endless_answer_is_an_error_and_no_memory(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let id = bench.create(1);
    bench.wire.spoil(Some(Spoiling::Flood));
    expect_bounded(&bench, bench.changes(&company, bench.now()).await);
    expect_bounded(&bench, bench.read(&company, std::slice::from_ref(&id)).await);
    expect_bounded(&bench, list(&bench, &company).await);
    let hub = bench.connector.hub.as_ref().unwrap();
    expect_bounded(&bench, hub.get(company.of_hub(), provider.resource(), &id).await);
    if let Some(subscriptions) = &bench.connector.subscriptions {
        expect_bounded(&bench, subscriptions.list(company.of_subscriptions()).await);
    }
    let result = bench.refresh(&company, &company.tokens.refresh).await;
    assert!(matches!(result, Err(RefreshError::Unavailable { .. })), "{result:?}");
    bench.wire.spoil(None);
    let back = bench.consent().await;
    bench.wire.spoil(Some(Spoiling::Flood));
    let result = bench.connect_with(&back, &bench.configuration()).await;
    assert!(matches!(result, Err(ConnectError::Unavailable { .. })), "{result:?}");
}

fn expect_bounded<T: std::fmt::Debug>(bench: &Bench, result: Result<T, ProviderError>) {
    assert!(matches!(result, Err(ProviderError::Unavailable(_))), "{result:?}");
    let flooded_bytes = bench.wire.take_flooded_bytes();
    // A call may be tried again for less.
    assert!(flooded_bytes < 2 * (BODY_BYTES_MAX + SOCKETS_BYTES_MAX), "{flooded_bytes}");
}

async fn list(bench: &Bench, company: &Company) -> Result<HubPage, ProviderError> {
    let query = HubQuery {
        resource: bench.provider.resource(),
        condition: None,
        attributes: &[],
        order_by: &OrderBy::default(),
        page: HubPlace::Page(1),
        page_size: 10,
        with_total: false,
    };
    bench.connector.hub.as_ref().unwrap().list(company.of_hub(), query).await
}
