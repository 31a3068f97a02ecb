//! Renewing tokens, and ending a connection.

use ledgerhook_connector::RefreshError;

use crate::bench::Bench;
use crate::bench::company::Company;
use crate::bench::provider::{Failure, Provider, Target};
use crate::bench::trouble::{TROUBLES, Trouble};
use crate::bench::wire::Spoiling;

/// They open the books when the old ones have ended, and can be renewed in turn.
pub(crate) async fn new_tokens_work(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    provider.end_tokens(&bench.sandbox);
    let mut tokens = company.tokens.clone();
    for _ in 0..2 {
        bench.pass(1);
        let renewed = bench.refresh(&company, &tokens.refresh).await.unwrap();
        assert!(renewed.access != tokens.access);
        assert_eq!(renewed.access_lifetime, provider.lifetimes().access);
        tokens = renewed;
    }
    let company = company.with_tokens(tokens);
    bench.changes(&company, bench.now()).await.unwrap();
}

/// Every provider gives a new refresh token, after which the one before is refused: the customer
/// must authorise again.
pub(crate) async fn a_spent_refresh_token_is_refused(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let spent = company.tokens.refresh.clone();
    let renewed = bench.refresh(&company, &spent).await.unwrap();
    assert!(renewed.refresh != spent);
    bench.pass(1);
    let error = bench.refresh(&company, &spent).await.unwrap_err();
    assert!(matches!(error, RefreshError::Refused { .. }), "{error:?}");
    company.expect_no_secret(&format!("{error} {error:?}"));
}

/// The token may still be good, so it is not given up; nor is it sent again, which could spend it.
pub(crate) async fn a_provider_that_fails_leaves_the_old_token_good(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let throttles = [
        Trouble::There(Failure::Throttle),
        Trouble::OnTheWay(Spoiling::Page("429 Too Many Requests", None)),
    ];
    let spends = |trouble: &Trouble| {
        let spending = [Spoiling::HalfAnswer, Spoiling::LostAnswer];
        matches!(trouble, Trouble::OnTheWay(spoiling) if spending.contains(spoiling))
    };
    // Those in which the provider spends the token come last.
    let (spending, kept): (Vec<_>, Vec<_>) =
        TROUBLES.into_iter().chain(throttles).partition(spends);
    let mut company = company;
    for trouble in kept {
        let calls_before = bench.wire.calls();
        let call = bench.refresh(&company, &company.tokens.refresh);
        let error = bench.during(Target::Token, trouble, call).await.unwrap_err();
        expect_unavailable(&company, &error, &format!("{trouble:?}"));
        assert_eq!(bench.wire.calls(), calls_before + 1, "{trouble:?}");
    }
    let nobody = bench.connector_to_nobody().oauth;
    let error = nobody.refresh(company.grant(&company.tokens.refresh)).await.unwrap_err();
    expect_unavailable(&company, &error, "nobody is there");
    for trouble in spending {
        let tokens = bench.refresh(&company, &company.tokens.refresh).await.unwrap();
        company = company.with_tokens(tokens);
        let call = bench.refresh(&company, &company.tokens.refresh);
        let error = bench.during(Target::Token, trouble, call).await.unwrap_err();
        expect_unavailable(&company, &error, &format!("{trouble:?}"));
        company = bench.connect().await;
    }
}

/// Whether the gateway or the customer ended it: the books are closed, and no refresh opens them.
pub(crate) async fn a_revoked_connection_is_refused(provider: &'static dyn Provider) {
    for is_ended_by_customer in [false, true] {
        let bench = Bench::open(provider).await;
        let company = bench.connect().await;
        match is_ended_by_customer {
            true => provider.disconnect(&bench.sandbox),
            false => {
                let oauth = &bench.connector.oauth;
                oauth.revoke(company.grant(&company.tokens.refresh)).await.unwrap();
            }
        }
        let error = bench.refresh(&company, &company.tokens.refresh).await.unwrap_err();
        assert!(matches!(error, RefreshError::Refused { .. }), "{error:?}");
        company.expect_no_secret(&format!("{error} {error:?}"));
    }
}

/// An app whose secret was changed is the operator's to mend; the customer's grant is good.
pub(crate) async fn a_wrong_secret_is_not_the_end_of_a_connection(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    let wrong = company.with_client_secret("not-the-secret-of-the-app");
    let error = bench.refresh(&wrong, &company.tokens.refresh).await.unwrap_err();
    expect_unavailable(&company, &error, "a wrong secret");
    assert!(error.to_string().contains("invalid_client"), "{error}");
    bench.refresh(&company, &company.tokens.refresh).await.unwrap();
}

fn expect_unavailable(company: &Company, error: &RefreshError, context: &str) {
    assert!(matches!(error, RefreshError::Unavailable { .. }), "{context}: {error:?}");
    company.expect_no_secret(&format!("{error} {error:?}"));
}
