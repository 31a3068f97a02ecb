//! Everything that can go wrong on the way of a call, tried one after the other.

use std::fmt::Debug;

use ledgerhook_connector::ProviderError;
use ledgerhook_egress::RETRY_AFTER_MAX;

use super::Bench;
use super::company::Company;
use super::provider::{Failure, Provider, Target};
use super::wire::Spoiling;

/// A way for calls to fail that says nothing of the question, so that it is to be asked again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    /// At the provider.
    There(Failure),
    /// On the way.
    OnTheWay(Spoiling),
}

/// All of them. A page of HTML is of something on the way, so neither does one with 404 speak of a
/// record, nor one with 403 of a right.
pub(crate) const TROUBLES: [Trouble; 11] = [
    Trouble::There(Failure::ServerError),
    Trouble::There(Failure::Unavailable),
    Trouble::There(Failure::DropConnection),
    Trouble::OnTheWay(Spoiling::HalfAnswer),
    Trouble::OnTheWay(Spoiling::Cut),
    Trouble::OnTheWay(Spoiling::LostAnswer),
    Trouble::OnTheWay(Spoiling::Page("200 OK", None)),
    Trouble::OnTheWay(Spoiling::Page("403 Forbidden", None)),
    Trouble::OnTheWay(Spoiling::Page("404 Not Found", None)),
    Trouble::OnTheWay(Spoiling::Page("502 Bad Gateway", None)),
    Trouble::OnTheWay(Spoiling::Page("503 Service Unavailable", Some("120"))),
];

impl Bench {
    /// Makes a call while something is wrong with it.
    pub(crate) async fn during<T>(
        &self,
        target: Target,
        trouble: Trouble,
        call: impl Future<Output = T>,
    ) -> T {
        match trouble {
            Trouble::There(failure) => self.provider.fail(&self.sandbox, target, failure),
            Trouble::OnTheWay(spoiling) => self.wire.spoil(Some(spoiling)),
        }
        let result = call.await;
        self.wire.spoil(None);
        self.provider.recover(&self.sandbox);
        result
    }

    /// Expects a call for books to be unavailable in every trouble, and to work afterwards.
    pub(crate) async fn expect_unavailable<T: Debug>(
        &self,
        call: impl AsyncFn() -> Result<T, ProviderError>,
    ) {
        for trouble in TROUBLES {
            let result = self.during(Target::Api, trouble, call()).await;
            assert!(
                matches!(result, Err(ProviderError::Unavailable(_))),
                "{trouble:?}: {result:?}"
            );
        }
        call().await.unwrap();
    }
}

/// Expects every throttle to say how long to wait, whatever the provider or something on the way
/// says of it. Each is tried with a company of its own, because a throttled one is left alone.
pub(crate) async fn expect_throttled<T: Debug>(
    provider: &'static dyn Provider,
    call: impl AsyncFn(&Bench, &Company) -> Result<T, ProviderError>,
) {
    let page =
        |retry_after| Trouble::OnTheWay(Spoiling::Page("429 Too Many Requests", retry_after));
    let throttles = [
        Trouble::There(Failure::Throttle),
        page(None),
        page(Some("7")),
        page(Some("0")),
        page(Some("soon")),
        page(Some("99999999999999999999")),
        page(Some("Tue, 10 Mar 2020 19:00:00 GMT")),
    ];
    for throttle in throttles {
        let bench = Bench::open(provider).await;
        let company = bench.connect().await;
        let result = bench.during(Target::Api, throttle, call(&bench, &company)).await;
        let Err(ProviderError::Throttled { wait }) = result else {
            panic!("{throttle:?}: {result:?}")
        };
        assert!(!wait.is_zero() && wait <= RETRY_AFTER_MAX, "{throttle:?}: {wait:?}");
        if matches!(throttle, Trouble::OnTheWay(Spoiling::Page(_, Some("7")))) {
            assert_eq!(wait.as_secs(), 7);
        }
    }
}
