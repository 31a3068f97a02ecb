//! Connecting a company: from the authorisation URL over the consent page to tokens.

use ledgerhook_connector::{ConnectError, ConnectRequest};
use ledgerhook_model::configuration::keys;

use crate::bench::Bench;
use crate::bench::company::Back;
use crate::bench::provider::{CLIENT_SECRET, Failure, Lifetimes, Provider, Target};
use crate::bench::trouble::{TROUBLES, Trouble};
use crate::bench::wire::Spoiling;

/// The company and its tokens come, live as long as documented, and open the books.
pub(crate) async fn a_customer_connects_a_company_by_the_consent_page(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let company = bench.connect().await;
    assert_eq!(company.access.company, provider.company());
    let tokens = &company.tokens;
    assert!(!tokens.access.is_empty() && !tokens.refresh.is_empty());
    assert!(tokens.access != tokens.refresh);
    let lifetimes = Lifetimes {
        access: tokens.access_lifetime,
        refresh: tokens.refresh_lifetime,
        hard: tokens.refresh_hard_lifetime,
    };
    assert_eq!(lifetimes, provider.lifetimes());
    bench.changes(&company, bench.now()).await.unwrap();
    company.expect_no_secret(&format!("{company:?} {:?}", bench.connector));
}

/// Each member by its name, and without a call that would spend the code.
pub(crate) async fn what_is_missing_is_named_before_anything_is_asked(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let back = bench.consent().await;
    bench.wire.spoil(Some(Spoiling::Cut));
    let mut without_code = back.clone();
    without_code.remove("code");
    let result = bench.connect_with(&without_code, &bench.configuration()).await;
    expect_request(result.unwrap_err(), "providerData.code");
    let required = [keys::API_KEY, keys::API_SECRET, keys::OAUTH_CALLBACK_URL];
    for key in required.into_iter().chain(required_entry(provider)) {
        let mut configuration = bench.configuration();
        configuration.0.remove(key);
        let error = bench.connect_with(&back, &configuration).await.unwrap_err();
        expect_request(error, &format!("configuration.{key}"));
    }
    let mut configuration = bench.configuration();
    configuration.set(keys::OAUTH_CALLBACK_URL, "https;//app.example.com/back");
    let error = bench.connect_with(&back, &configuration).await.unwrap_err();
    expect_request(error, "configuration.oauth.callback.url");
    bench.wire.spoil(None);
    bench.connect_with(&back, &bench.configuration()).await.unwrap();
}

/// The customer has to act, so that is said, and not that members are missing which cannot be.
pub(crate) async fn a_refused_consent_says_who_must_act(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let back = bench.refuse_consent().await;
    let error = bench.connect_with(&back, &bench.configuration()).await.unwrap_err();
    let ConnectError::Refused { message, provider_message } = error else { panic!("{error:?}") };
    assert!(message.contains("the customer did not authorise"), "{message}");
    assert_eq!(provider_message, "access_denied");
}

/// A code that was used, or that nobody gave, is refused with what to do.
pub(crate) async fn a_code_works_once(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let back = bench.consent().await;
    let connected = bench.connect_with(&back, &bench.configuration()).await.unwrap();
    let mut invented = back.clone();
    invented.insert("code".to_owned(), "invented".into());
    for back in [back, invented] {
        let error = refused(&bench, &back).await;
        assert!(error.contains("providerData.code"), "{error}");
        assert!(error.contains("authorise again"), "{error}");
        assert!(!error.contains(connected.tokens.access.expose()), "{error}");
    }
}

/// The members that hold the keys are named, the secret itself is not.
pub(crate) async fn a_wrong_secret_is_named(provider: &'static dyn Provider) {
    const WRONG: &str = "not-the-secret-of-the-app";
    let bench = Bench::open(provider).await;
    let back = bench.consent().await;
    let mut configuration = bench.configuration();
    configuration.set(keys::API_SECRET, WRONG);
    let error = bench.connect_with(&back, &configuration).await.unwrap_err();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    let said = format!("{error} {error:?}");
    assert!(said.contains("configuration.oauth.api.secret"), "{said}");
    assert!(!said.contains(WRONG), "{said}");
}

/// Nothing was said of the code, so it is to be tried again; no error shows what was sent or came.
pub(crate) async fn a_provider_that_fails_is_unavailable(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let configuration = bench.configuration();
    let throttles = [
        Trouble::There(Failure::Throttle),
        Trouble::OnTheWay(Spoiling::Page("429 Too Many Requests", Some("7"))),
    ];
    for trouble in TROUBLES.into_iter().chain(throttles) {
        let back = bench.consent().await;
        let call = bench.connect_with(&back, &configuration);
        let result = bench.during(Target::Token, trouble, call).await;
        expect_unavailable(result.unwrap_err(), &back, &format!("{trouble:?}"));
    }
    let back = bench.consent().await;
    let nobody = bench.connector_to_nobody();
    let request =
        ConnectRequest { provider_data: &back, configuration: &configuration, external: false };
    let error = nobody.oauth.connect(request).await.unwrap_err();
    expect_unavailable(error, &back, "nobody is there");
}

/// Where the company cannot be read with the tokens that came, the code is of no use any more.
pub(crate) async fn a_failure_after_the_exchange_says_that_the_code_is_spent(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let failures = [Failure::ServerError, Failure::Unavailable, Failure::DropConnection];
    for failure in failures {
        let back = bench.consent().await;
        let configuration = bench.configuration();
        let call = bench.connect_with(&back, &configuration);
        let error = bench.during(Target::Api, Trouble::There(failure), call).await.unwrap_err();
        let said = error.to_string();
        assert!(said.contains("authorise again"), "{failure:?}: {said}");
        expect_unavailable(error, &back, &format!("{failure:?}"));
    }
}

fn required_entry(provider: &'static dyn Provider) -> Option<&'static str> {
    // Sage chooses the user's lead business where none is named.
    let is_required = provider.element() == "freshbooksv2";
    provider.entries().first().filter(|_| is_required).map(|(key, _)| *key)
}

async fn refused(bench: &Bench, back: &Back) -> String {
    let error = bench.connect_with(back, &bench.configuration()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    format!("{error} {error:?}")
}

fn expect_request(error: ConnectError, member: &str) {
    match error {
        ConnectError::Request { field, .. } => assert!(field.contains(member), "{field}"),
        other => panic!("{member}: {other:?}"),
    }
}

fn expect_unavailable(error: ConnectError, back: &Back, context: &str) {
    assert!(matches!(error, ConnectError::Unavailable { .. }), "{context}: {error:?}");
    let said = format!("{error} {error:?}");
    let code = back["code"].as_str().unwrap();
    assert!(!said.contains(code) && !said.contains(CLIENT_SECRET), "{context}: {said}");
    // The name of a token, as it stands in an answer.
    assert!(!said.contains("refresh_token\":"), "{context}: {said}");
}
