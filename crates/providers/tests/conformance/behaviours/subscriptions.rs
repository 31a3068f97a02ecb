//! Telling a provider where to post the notices of a company.

use std::sync::Arc;

use ledgerhook_connector::{Handshake, RemoteSubscription, Subscriptions};
use ledgerhook_model::Secret;

use crate::bench::Bench;
use crate::bench::provider::Provider;
use crate::bench::receiver::{Posted, Receiver};

/// `None` when the provider wants to be told nothing for each company.
fn subscriptions_of(bench: &Bench) -> Option<Arc<dyn Subscriptions>> {
    let subscriptions = bench.connector.subscriptions.clone();
    assert_eq!(subscriptions.is_some(), bench.provider.parts().subscriptions);
    subscriptions
}

/// Created, asked whether somebody listens, confirmed, listed and ended; a second end is none.
pub(crate) async fn a_subscription_lives_from_its_creation_to_its_end(
    provider: &'static dyn Provider,
) {
    let bench = Bench::open(provider).await;
    let Some(subscriptions) = subscriptions_of(&bench) else { return };
    let (company, receiver) = (bench.connect().await, Receiver::open().await);
    let request = company.of_subscriptions();
    let topic = subscriptions.topics(&[provider.resource().to_owned()])[0];
    let id = subscriptions.create(request, topic, &receiver.url).await.unwrap();
    let listed = |confirmed| RemoteSubscription {
        id: id.clone(),
        topic: topic.to_owned(),
        url: receiver.url.clone(),
        confirmed,
    };
    let verifier = verifier(&bench, &receiver, 0, &id).await;
    assert_eq!(subscriptions.list(request).await.unwrap(), [listed(false)]);
    let wrong = Secret::new("no verifier");
    subscriptions.confirm(request, &id, &wrong).await.unwrap_err();
    assert_eq!(subscriptions.list(request).await.unwrap(), [listed(false)]);
    subscriptions.resend(request, &id).await.unwrap();
    let again = verifier_again(&bench, &receiver, &id).await;
    assert!(again == verifier, "the key of a subscription stays");
    subscriptions.confirm(request, &id, &verifier).await.unwrap();
    assert_eq!(subscriptions.list(request).await.unwrap(), [listed(true)]);
    subscriptions.remove(request, &id).await.unwrap();
    assert!(subscriptions.list(request).await.unwrap().is_empty());
    subscriptions.remove(request, &id).await.unwrap();
    subscriptions.confirm(request, &id, &verifier).await.unwrap_err();
}

/// A subscription that may or may not be there is looked for again.
pub(crate) async fn a_provider_that_fails_is_unavailable(provider: &'static dyn Provider) {
    let bench = Bench::open(provider).await;
    let Some(subscriptions) = subscriptions_of(&bench) else { return };
    let (company, receiver) = (bench.connect().await, Receiver::open().await);
    let request = company.of_subscriptions();
    let topic = subscriptions.topics(&[provider.resource().to_owned()])[0];
    bench.expect_unavailable(async || subscriptions.list(request).await).await;
    let create = async || subscriptions.create(request, topic, &receiver.url).await;
    bench.expect_unavailable(create).await;
    let id = create().await.unwrap();
    bench.expect_unavailable(async || subscriptions.resend(request, &id).await).await;
    bench.expect_unavailable(async || subscriptions.remove(request, &id).await).await;
}

async fn verifier_again(bench: &Bench, receiver: &Receiver, id: &str) -> Secret {
    verifier(bench, receiver, 1, id).await
}

/// What the handshake of a number brings.
async fn verifier(bench: &Bench, receiver: &Receiver, number: usize, id: &str) -> Secret {
    let Posted { headers, body } = receiver.post(number).await;
    let notices = bench.connector.notices.as_ref().unwrap();
    let Handshake { subscription, verifier } = notices.handshake(&headers, &body).unwrap();
    assert_eq!(subscription.as_deref(), Some(id));
    assert!(notices.signature_fits(&headers, &body, &verifier) || !notices.is_signed(&headers));
    verifier
}
